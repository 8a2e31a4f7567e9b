//! X5: a program that a proposal calls cannot call back, whatever it was given and through whomever it tries.
//!
//! The program is the forwarder of tests/programs. Each instruction that it tries would go through if anybody else sent it
//! in that second.

use quantumagi_rules::action::{FLAG_SIGNER, InvokeAccount};
use solana_system_interface::instruction as system;

use crate::support::*;

const SOL: u64 = 1_000_000_000;

/// What is under way in a community when it calls a program that means harm.
struct Stage {
    community: Community,
    /// Proposals whose windows open with that of the call.
    approved: Vec<Address>,
    /// A payment among them.
    payment: Address,
    /// A call of SPL Memo among them, and how it is executed.
    memo: (Call, Address),
    /// A repeal among them, and the policy.
    repeal: (Address, Address),
    /// One in its voting, in which the vault has a seat.
    voting: Address,
    /// One whose voting is over, and that nobody has finalized.
    ended: Address,
    /// One that was defeated.
    defeated: Address,
    /// Two programs that pass calls on.
    forwarders: [Address; 2],
}

/// The seat of the vault in the council.
const VAULT_SEAT: u32 = 7;

fn stage() -> Stage {
    let mut founding = Founding::default();
    let vault = pda::vault(&pda::constitution(&founding.create_key()));
    founding.voters = (0..VAULT_SEAT).map(|index| member_key("commons", index)).chain([vault]).collect();
    // Still in its voting when a payment's window opens.
    founding.tracks[2].discussion_seconds = 7 * DAY as u32;
    let mut community = founding.found();
    let (_, policy) = community.adopt_policy("be kind", 0);
    let forwarders = ["forwarder", "another forwarder"].map(|name| community.deploy_forwarder(name));
    let callee = person("callee");
    let program_data = Some(community.deploy_memo(&callee));
    let call = Call { program: callee, program_data, accounts: Vec::new(), data: b"we agree".to_vec() };
    let pay = |lamports| Action::TransferLamports { recipient: hash("bob"), lamports };
    let payment = community.propose(&pay(SOL));
    let memo = call.draft(&community);
    let memo = community.create(&memo);
    let voting = community.propose(&Action::ConstitutionAmend { text_hash: hash("2"), parent_hash: hash("version 1") });
    let ended = community.propose(&pay(2 * SOL));
    let defeated = community.propose(&pay(3 * SOL));
    let repeal = community.propose(&Action::PolicyRepeal { policy_id: 0 });
    let approved = vec![payment, memo, repeal];
    let (memo, repeal) = ((call, memo), (repeal, policy));
    Stage { community, approved, payment, memo, repeal, voting, ended, defeated, forwarders }
}

impl Stage {
    /// What a program could want to do, and could.
    fn attempts(&self) -> Vec<(&'static str, Instruction)> {
        let Self { community, payment, voting, ended, .. } = self;
        let (constitution, vault) = (community.constitution, community.vault);
        let (_, policy) = self.repeal;
        let bob = Address::new_from_array(hash("bob"));
        let pay = ix::VaultTransfer { constitution, proposal: *payment, vault, recipient: bob, guardrails: None };
        let (call, memo) = &self.memo;
        let authority = vault;
        let note = pda::payload(&vault, &hash("a note"));
        vec![
            ("execute", call.execute(community, *memo)),
            ("pay", pay.instruction(SOL)),
            ("vote", community.ballot(voting, VAULT_SEAT, FOR)),
            ("finalize", ix::ProposalFinalize { proposal: *ended }.instruction()),
            ("ask", ix::PolicyAuthorize { authority, constitution, policy }.instruction(hash("an act"), [0; 32])),
            ("write", ix::PayloadCreate { author: vault, payload: note }.instruction(hash("a note"), 8)),
        ]
    }

    /// What it could, too, if a call could write the constitution.
    fn protected(&self) -> Vec<(&'static str, Instruction)> {
        let Self { community, defeated, repeal: (proposal, policy), .. } = self;
        let (constitution, policy, proposal) = (community.constitution, *policy, *proposal);
        vec![
            ("close", community.close(defeated).instruction()),
            ("repeal", ix::PolicyRepeal { constitution, policy, proposal }.instruction()),
        ]
    }

    /// The call that has `depth` programs pass the instruction on, one to the other.
    fn call_back(&self, instruction: &Instruction, depth: usize) -> Call {
        let passed_on = self.forwarders[..depth].iter().fold(instruction.clone(), |inner, by| forwarded(by, &inner));
        Call { program_data: self.community.program_data(&passed_on.program_id), ..Call::of(&passed_on) }
    }

    /// Lets time pass until the window of these proposals, and everybody else's state is as [`Stage`] says.
    fn arrive(&mut self, proposals: &[Address]) {
        let community = &mut self.community;
        let all = [&self.approved, proposals].concat();
        let created_at = community.now();
        community.set_time(created_at + 2 * DAY);
        for proposal in &all {
            for index in 0..VAULT_SEAT {
                community.vote(proposal, index, FOR);
            }
        }
        community.set_time(created_at + 6 * DAY);
        for proposal in all.iter().chain([&self.defeated]) {
            community.send(ix::ProposalFinalize { proposal: *proposal }.instruction());
        }
        community.set_time(created_at + 9 * DAY);
    }
}

#[test]
fn x5_what_a_called_program_tries_would_go_through_from_anybody_else() {
    let mut stage = stage();
    stage.arrive(&[]);
    for (_, instruction) in [stage.attempts(), stage.protected()].concat() {
        stage.community.clone().send(instruction);
    }
}

#[test]
fn x5_a_called_program_does_what_it_may_with_the_vaults_signature() {
    for depth in [1, 2] {
        let mut stage = stage();
        let bob = person("bob");
        let call = stage.call_back(&system::transfer(&stage.community.vault, &bob, SOL), depth);
        let draft = call.draft(&stage.community);
        let proposal = stage.community.create(&draft);
        stage.arrive(&[proposal]);
        let execute = call.execute(&stage.community, proposal);
        stage.community.send(execute);
        assert_eq!((stage.community.lamports(&bob), stage.community.proposal(&proposal).status), (SOL, 5));
    }
}

#[test]
fn x5_a_called_program_cannot_call_back() {
    let attempts = stage().attempts().len();
    for (attempt, depth) in (0..attempts).flat_map(|attempt| [1, 2].map(|depth| (attempt, depth))) {
        let mut stage = stage();
        let (name, instruction) = stage.attempts().swap_remove(attempt);
        let call = stage.call_back(&instruction, depth);
        let draft = call.draft(&stage.community);
        let proposal = stage.community.create(&draft);
        stage.arrive(&[proposal]);
        println!("{name} through {depth}");
        let execute = call.execute(&stage.community, proposal);
        check_refused(&mut stage.community, execute, InstructionError::ReentrancyNotAllowed);
        // Neither what was called nor what was tried is spent.
        stage.community.send(instruction);
    }
}

#[test]
fn x5_a_called_program_that_may_only_read_the_constitution_cannot_call_back_either() {
    for (attempt, depth) in [(0, 1), (0, 2), (1, 1), (1, 2)] {
        let mut stage = stage();
        let (_, instruction) = stage.protected().swap_remove(attempt);
        let call = stage.call_back(&instruction, depth);
        let draft = call.draft(&stage.community);
        check_refused(&mut stage.community, draft.instruction(), GovError::InvokeProtected);
        let call = stage.call_back(&read_only(instruction, 0), depth);
        let draft = call.draft(&stage.community);
        let proposal = stage.community.create(&draft);
        stage.arrive(&[proposal]);
        let execute = call.execute(&stage.community, proposal);
        check_refused(&mut stage.community, execute, InstructionError::ReentrancyNotAllowed);
    }
}

#[test]
fn x5_a_step_of_a_series_cannot_call_back() {
    let attempts = stage().attempts().len();
    for (attempt, depth) in (0..attempts).flat_map(|attempt| [1, 2].map(|depth| (attempt, depth))) {
        let mut stage = stage();
        let (name, instruction) = stage.attempts().swap_remove(attempt);
        let harmless = stage.memo.0.clone();
        let calls = Calls(vec![harmless.clone(), stage.call_back(&instruction, depth), harmless]);
        let draft = calls.draft(&stage.community);
        let done = stage.community.send(draft.instruction());
        let Event::ProposalCreated(created) = done.event() else { panic!("{:?}", done.events) };
        let proposal = draft.accounts.proposal;
        let stored = stage.community.proposal(&proposal);
        let pending = stored.pending_digests(&calls.action(), &created.slots).expect("one slot for each call");
        stage.arrive(&[proposal]);
        println!("{name} through {depth}");
        let [first, second, third] = [0, 1, 2].map(|step| calls.execute(&stage.community, proposal, &pending, step));
        stage.community.send(first);
        check_refused(&mut stage.community, second.clone(), InstructionError::ReentrancyNotAllowed);
        check_refused(&mut stage.community, third, GovError::DigestMismatch);
        // Nor after what it was after has happened by itself.
        stage.community.send(instruction);
        check_refused(&mut stage.community, second, InstructionError::ReentrancyNotAllowed);
        let stored = stage.community.proposal(&proposal);
        assert_eq!((stored.steps_done, stored.status, stored.pending_digest), (1, 1, pending[1]));
    }
}

#[test]
fn x5_x6_a_call_back_to_its_own_proposal_or_that_writes_the_constitution_cannot_be_proposed() {
    let mut stage = stage();
    let (constitution, vault, next) = {
        let community = &stage.community;
        let stored = community.constitution(&community.constitution);
        (community.constitution, community.vault, stored.next_proposal_id)
    };
    let own = pda::proposal(&constitution, next);
    let (payment, _) = &stage.memo;
    let adopt =
        ix::PolicyAdopt { payer: vault, constitution, proposal: stage.payment, policy: pda::policy(&constitution, 1) };
    let again = payment.execute(&stage.community, own);
    let vote = stage.community.ballot(&own, VAULT_SEAT, FOR);
    let finalize = ix::ProposalFinalize { proposal: own }.instruction();
    for instruction in [again, vote, finalize, adopt.instruction(hash("mine"), 0)] {
        for depth in [1, 2] {
            let call = stage.call_back(&instruction, depth);
            let draft = call.draft(&stage.community);
            check_refused(&mut stage.community, draft.instruction(), GovError::InvokeProtected);
            let draft = Calls(vec![payment.clone(), call]).draft(&stage.community);
            check_refused(&mut stage.community, draft.instruction(), GovError::InvokeProtected);
        }
        let draft = Call::of(&instruction).draft(&stage.community);
        check_refused(&mut stage.community, draft.instruction(), GovError::InvokeSelf);
    }
}

#[test]
fn x5_a_program_that_asks_for_a_policy_cannot_ask_while_a_proposal_calls_it() {
    let mut community = Founding::default().found();
    let (_, policy) = community.adopt_policy("be kind", 0);
    let sample = community.open_till(policy);
    let code = community.program_data(&crate::support::till::SAMPLE);
    // The vault opens a till of its own by vote, which asks nothing.
    let (till, open) = community.till_open(community.vault, policy);
    let open = Call { program_data: code, ..Call::of(&open) };
    let proposal = open.approved(&mut community);
    let execute = open.execute(&community, proposal);
    community.send(execute);
    assert_eq!(community.fee(&till), 0);
    // To set its fee is to ask: the vote that calls it is still under way.
    let set = Call { program_data: code, ..Call::of(&till.fee_set(250)) };
    assert!(set.accounts.contains(&InvokeAccount { address: community.vault.to_bytes(), flags: FLAG_SIGNER }));
    let proposal = set.approved(&mut community);
    let execute = set.execute(&community, proposal);
    check_refused(&mut community, execute, InstructionError::ReentrancyNotAllowed);
    // Anybody else's till asks in the same second, and is answered.
    community.send(sample.fee_set(250));
}
