//! Tokens that leave the vault's accounts, by whatever instruction they leave (M3, X8).

use quantumagi_rules::action::FLAG_WRITABLE;

use crate::support::token_calls::{approve, burn, set_owner, transfer};
use crate::support::*;

const LIMIT: u64 = 100;

/// A vault with two accounts of a guarded mint, and somebody else with one.
struct Treasury {
    community: Community,
    mint: Address,
    own: Address,
    own_too: Address,
    bobs: Address,
}

fn treasury() -> Treasury {
    let mint = person("a mint");
    let mut community = Founding::default().unsealed().found();
    community.guard(0, Guardrail::TokensPerWindow { mint: mint.to_bytes(), limit: LIMIT, window_seconds: 604_800 });
    let seal = ix::ConstitutionSeal { founder: community.founder, constitution: community.constitution };
    community.send(seal.instruction());
    let (own, own_too, bobs) = (person("tokens"), person("more tokens"), person("bob's tokens"));
    let (vault, bob) = (community.vault, person("bob"));
    community.put_mint(&mint, &Mint::default());
    community.put_tokens(&own, &mint, &vault, 1_000);
    community.put_tokens(&own_too, &mint, &vault, 0);
    community.put_tokens(&bobs, &mint, &bob, 0);
    Treasury { community, mint, own, own_too, bobs }
}

impl Treasury {
    /// Approves a call and returns what executes it.
    fn ordered(&self, call: &Call) -> (Community, Instruction) {
        let mut community = self.community.clone();
        let program_data = community.program_data(&call.program);
        let call = &Call { program_data, ..call.clone() };
        let proposal = call.approved(&mut community);
        let execute = call.execute(&community, proposal);
        (community, execute)
    }

    #[track_caller]
    fn check_refused(&self, instruction: &Instruction) {
        self.check_call_refused(&Call::of(instruction));
    }

    #[track_caller]
    fn check_call_refused(&self, call: &Call) {
        let (mut community, execute) = self.ordered(call);
        check_refused(&mut community, execute, GovError::GuardrailSpending);
    }

    /// What is counted when the instruction is executed; 0 where nothing is.
    #[track_caller]
    fn counted(&self, instruction: &Instruction) -> u64 {
        let (mut community, execute) = self.ordered(&Call::of(instruction));
        match community.send(execute).events.as_slice() {
            [Event::ProposalExecuted(_)] => 0,
            [Event::ProposalExecuted(_), Event::SpendingCounted(event)] => {
                assert_eq!((event.charges.len(), event.charges[0].principle_id), (1, 0));
                event.charges[0].amount
            }
            events => panic!("{events:?}"),
        }
    }
}

#[test]
fn m3_tokens_leave_up_to_the_limit() {
    let it = treasury();
    let vault = it.community.vault;
    assert_eq!(it.counted(&transfer(&it.own, &it.bobs, &vault, LIMIT)), LIMIT);
    it.check_refused(&transfer(&it.own, &it.bobs, &vault, LIMIT + 1));
    assert_eq!(it.counted(&burn(&it.own, &it.mint, &vault, LIMIT)), LIMIT);
    it.check_refused(&burn(&it.own, &it.mint, &vault, LIMIT + 1));
}

#[test]
fn m3_tokens_that_stay_with_the_vault_are_not_counted() {
    let it = treasury();
    assert_eq!(it.counted(&transfer(&it.own, &it.own_too, &it.community.vault, 1_000)), 0);
}

#[test]
fn m3_tokens_of_another_mint_are_not_counted() {
    let mut it = treasury();
    let (vault, bob) = (it.community.vault, person("bob"));
    let (mint, own, bobs) = (person("another mint"), person("other tokens"), person("bob's other tokens"));
    it.community.put_mint(&mint, &Mint::default());
    it.community.put_tokens(&own, &mint, &vault, 1_000);
    it.community.put_tokens(&bobs, &mint, &bob, 0);
    assert_eq!(it.counted(&transfer(&own, &bobs, &vault, 1_000)), 0);
}

#[test]
fn m3_x8_what_a_guardrail_would_count_as_gone_cannot_be_given_away_at_all() {
    let it = treasury();
    let (vault, bob) = (it.community.vault, person("bob"));
    for (given, refusal) in [
        (approve(&it.own, &bob, &vault, 1), GovError::TokensDelegated),
        (set_owner(&it.own, &vault, &bob), GovError::TokensSeized),
        (set_owner(&it.own_too, &vault, &bob), GovError::TokensSeized),
    ] {
        let (mut community, execute) = it.ordered(&Call::of(&given));
        check_refused(&mut community, execute, refusal);
    }
}

#[test]
fn m3_an_account_named_twice_hides_nothing() {
    // Were it counted twice, what came into `own_too` would make up for what left `own`.
    let it = treasury();
    let vault = it.community.vault;
    let mut call = Call::of(&transfer(&it.own, &it.bobs, &vault, LIMIT + 1));
    let twice = quantumagi_rules::action::InvokeAccount { address: it.own_too.to_bytes(), flags: FLAG_WRITABLE };
    call.accounts.extend([twice; 2]);
    it.check_call_refused(&call);
}
