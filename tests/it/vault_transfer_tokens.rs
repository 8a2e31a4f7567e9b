//! `vault_transfer_tokens`: the payment of tokens that was voted on, exactly and once.

use solana_instruction::AccountMeta;

use crate::support::*;

const AMOUNT: u64 = 1_234_567;

/// A payment from the vault's account to another's.
#[derive(Clone)]
struct Payment {
    program: Address,
    source: Address,
    mint: Address,
    recipient: Address,
}

impl Payment {
    /// With 2 AMOUNT in the vault's account.
    fn prepared(community: &mut Community, program: Address) -> Self {
        let [mint, source, recipient] = ["mint", "the vault's tokens", "bob's tokens"].map(person);
        let vault = community.vault;
        community.put_mint(&mint, &Mint::of(program));
        community.put_tokens(&source, &mint, &vault, 2 * AMOUNT);
        community.put_tokens(&recipient, &mint, &person("bob"), 5);
        Self { program, source, mint, recipient }
    }

    fn action(&self) -> Action<'static> {
        Action::TransferTokens { mint: self.mint.to_bytes(), recipient: self.recipient.to_bytes(), amount: AMOUNT }
    }

    fn execute(&self, community: &Community, proposal: Address, amount: u64) -> Instruction {
        let (constitution, vault) = (community.constitution, community.vault);
        let program = self.program;
        let accounts = ix::VaultTransferTokens {
            constitution,
            proposal,
            vault,
            program,
            program_data: None,
            payload: None,
            guardrails: None,
        };
        let mut instruction = accounts.instruction(amount);
        instruction.accounts.extend([
            AccountMeta::new(self.source, false),
            AccountMeta::new_readonly(self.mint, false),
            AccountMeta::new(self.recipient, false),
        ]);
        instruction
    }
}

fn approved(program: Address) -> (Community, Payment, Address) {
    let mut community = Founding::default().found();
    let payment = Payment::prepared(&mut community, program);
    let proposal = community.approved(&payment.action());
    (community, payment, proposal)
}

#[test]
fn x4_the_vault_pays_tokens_of_both_programs_once() {
    for program in [TOKEN, TOKEN_2022] {
        let (mut community, payment, proposal) = approved(program);
        assert_eq!(community.proposal(&proposal).action, 13);
        let execute = payment.execute(&community, proposal, AMOUNT);
        let done = community.send(execute.clone());
        let Event::ProposalExecuted(event) = done.event() else { panic!("{:?}", done.events) };
        assert_eq!((event.proposal, event.digest), (proposal, community.proposal(&proposal).execution_digest));
        assert_eq!((community.tokens(&payment.source), community.tokens(&payment.recipient)), (AMOUNT, AMOUNT + 5));
        assert_eq!(community.proposal(&proposal).status, 5);
        check_refused(&mut community, execute, GovError::AlreadyFinal);
    }
}

#[test]
fn x1_vault_transfer_tokens_refuses_another_amount_recipient_or_mint() {
    let (mut community, payment, proposal) = approved(TOKEN);
    let (vault, mint) = (community.vault, payment.mint);
    for amount in [AMOUNT - 1, AMOUNT + 1, 0, u64::MAX] {
        let execute = payment.execute(&community, proposal, amount);
        check_refused(&mut community, execute, GovError::DigestMismatch);
    }
    let thief = person("the thief's tokens");
    community.put_tokens(&thief, &mint, &person("thief"), 0);
    let execute = Payment { recipient: thief, ..payment.clone() }.execute(&community, proposal, AMOUNT);
    check_refused(&mut community, execute, GovError::DigestMismatch);
    let [other_mint, other_source, other_recipient] = ["other mint", "other source", "other recipient"].map(person);
    community.put_mint(&other_mint, &Mint::default());
    community.put_tokens(&other_source, &other_mint, &vault, 2 * AMOUNT);
    community.put_tokens(&other_recipient, &other_mint, &person("bob"), 0);
    let other = Payment { program: TOKEN, source: other_source, mint: other_mint, recipient: other_recipient };
    let execute = other.execute(&community, proposal, AMOUNT);
    check_refused(&mut community, execute, GovError::DigestMismatch);
}

#[test]
fn x7_vault_transfer_tokens_refuses_look_alikes() {
    let (mut community, payment, proposal) = approved(TOKEN);
    let mint = payment.mint;
    let bobs = person("bob's other tokens");
    community.put_tokens(&bobs, &mint, &person("bob"), 2 * AMOUNT);
    let forged = person("forged tokens");
    let vault = community.vault;
    community.put_tokens_of(&person("another program"), &forged, &mint, &vault);
    let forged_mint = person("forged mint");
    community.put_mint(&forged_mint, &Mint::of(person("another program")));
    let of_2022 = person("tokens of the other program");
    community.put_tokens_of(&TOKEN_2022, &of_2022, &mint, &vault);
    let nobody = person("nobody");
    let wrong = [
        Payment { source: bobs, ..payment.clone() },
        Payment { source: forged, ..payment.clone() },
        Payment { source: of_2022, ..payment.clone() },
        Payment { source: mint, ..payment.clone() },
        Payment { source: nobody, ..payment.clone() },
        Payment { recipient: forged, ..payment.clone() },
        Payment { recipient: nobody, ..payment.clone() },
        Payment { recipient: mint, ..payment.clone() },
        Payment { mint: forged_mint, ..payment.clone() },
        Payment { mint: payment.source, ..payment.clone() },
        Payment { mint: nobody, ..payment.clone() },
        Payment { program: TOKEN_2022, ..payment.clone() },
        Payment { program: person("another program"), ..payment.clone() },
    ];
    for payment in wrong {
        let execute = payment.execute(&community, proposal, AMOUNT);
        check_refused(&mut community, execute, GovError::PaymentAccountWrong);
    }
    let mut fewer = payment.execute(&community, proposal, AMOUNT);
    fewer.accounts.pop();
    check_refused(&mut community, fewer, GovError::PaymentAccountWrong);
    let execute = payment.execute(&community, proposal, AMOUNT);
    check_refused(&mut community, swapped(execute.clone(), 2, person("another vault")), GovError::WrongVault);
    let other = Founding::named("others").found_in(community.world.clone());
    let mut world = other.world.clone();
    let elsewhere = swapped(swapped(execute, 0, other.constitution), 2, other.vault);
    check_refused(&mut world, elsewhere, GovError::WrongConstitution);
}

#[test]
fn exactly_the_amount_arrives_or_nothing_is_paid() {
    let mut community = Founding::default().found();
    let [mint, source, recipient] = ["mint", "the vault's tokens", "bob's tokens"].map(person);
    let vault = community.vault;
    for (basis_points, goes_through) in [(0, true), (100, false)] {
        let mut community = community.clone();
        community.put_mint(&mint, &Mint::with_fee(basis_points));
        community.put_fee_tokens(&source, &mint, &vault, 2 * AMOUNT);
        community.put_fee_tokens(&recipient, &mint, &person("bob"), 0);
        let payment = Payment { program: TOKEN_2022, source, mint, recipient };
        let proposal = community.approved(&payment.action());
        let execute = payment.execute(&community, proposal, AMOUNT);
        if goes_through {
            community.send(execute);
            assert_eq!(community.tokens(&recipient), AMOUNT);
        } else {
            check_refused(&mut community, execute, GovError::AmountMismatch);
        }
    }
    let payment = Payment::prepared(&mut community, TOKEN);
    let to_itself = Payment { recipient: payment.source, ..payment };
    let proposal = community.approved(&to_itself.action());
    let execute = to_itself.execute(&community, proposal, AMOUNT);
    check_refused(&mut community, execute, GovError::AmountMismatch);
}

#[test]
fn x4_vault_transfer_tokens_refuses_early_late_and_more_than_there_is() {
    let (mut community, payment, proposal) = approved(TOKEN);
    let execute = payment.execute(&community, proposal, AMOUNT);
    let (opens_at, closes_at) = (community.opens_at(&proposal), community.closes_at(&proposal));
    for (now, refusal) in [(opens_at - 1, GovError::TimelockActive), (closes_at, GovError::WindowClosed)] {
        community.set_time(now);
        check_refused(&mut community, execute.clone(), refusal);
    }
    community.set_time(opens_at);
    let vault = community.vault;
    community.put_tokens(&payment.source, &payment.mint, &vault, AMOUNT - 1);
    // What the token program says where the payer has too little.
    check_refused(&mut community, execute, InstructionError::Custom(1));
}
