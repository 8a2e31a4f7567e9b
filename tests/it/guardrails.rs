//! What guardrails stop: when it is proposed, and again when it is executed (M3).

use quantumagi_rules::action::{FLAG_SIGNER, FLAG_WRITABLE, InvokeAccount};
use quantumagi_rules::parameters::Track;
use solana_system_interface::instruction as system;

use crate::support::*;

const WEEK: u32 = 7 * 86_400;
const LIMIT: u64 = 5_000_000;
const PER_WEEK: Guardrail = Guardrail::LamportsPerWindow { limit: LIMIT, window_seconds: WEEK };

fn guarded(guardrail: Guardrail) -> Community {
    let mut community = Founding::default().unsealed().found();
    community.guard(0, guardrail);
    let seal = ix::ConstitutionSeal { founder: community.founder, constitution: community.constitution };
    community.send(seal.instruction());
    community
}

fn pay(lamports: u64) -> Action<'static> {
    Action::TransferLamports { recipient: hash_of_bob(), lamports }
}

fn hash_of_bob() -> [u8; 32] {
    hash("bob")
}

#[track_caller]
fn check_not_proposed(community: &Community, action: &Action, refusal: GovError) {
    check_refused(&mut community.world.clone(), community.draft(action).instruction(), refusal);
}

#[test]
fn m3_what_breaks_a_guardrail_cannot_be_proposed() {
    let community = guarded(PER_WEEK);
    check_not_proposed(&community, &pay(LIMIT + 1), GovError::GuardrailSpending);
    community.clone().propose(&pay(LIMIT));

    let community = guarded(Guardrail::NeverWritable { account: hash_of_bob() });
    check_not_proposed(&community, &pay(1), GovError::GuardrailWrite);
    let vault = community.vault.to_bytes();
    let frozen = guarded(Guardrail::NeverWritable { account: vault });
    check_not_proposed(&frozen, &pay(1), GovError::GuardrailWrite);

    let community = guarded(Guardrail::PolicySunset { seconds: 30 * 86_400 });
    let text_hash = hash("be kind");
    // Voting ends after four days, the timelock after six: from then on a policy may live for thirty.
    let latest = START + 36 * DAY;
    for sunset_at in [0, latest + 1] {
        let adopt = Action::PolicyAdopt { text_hash, sunset_at };
        check_not_proposed(&community, &adopt, GovError::GuardrailSunset);
    }
    let mut community = community;
    let (policy_id, _) = community.adopt_policy("be kind", latest);
    check_not_proposed(
        &community,
        &Action::PolicyAmend { policy_id, text_hash, sunset_at: 0 },
        GovError::GuardrailSunset,
    );
}

#[test]
fn m3_a_call_that_breaks_a_guardrail_cannot_be_proposed() {
    let system = solana_sdk_ids::system_program::ID;
    let community = guarded(Guardrail::ForbiddenProgram { program: system.to_bytes() });
    let call = Call::of(&system::transfer(&community.vault, &person("bob"), 1));
    let refused = |community: &Community, call: &Call, refusal| {
        check_refused(&mut community.world.clone(), call.draft(community).instruction(), refusal);
    };
    refused(&community, &call, GovError::GuardrailProgram);
    // Handed to another program, it could be called by that one.
    let memo = Address::from_str_const("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");
    let handed = InvokeAccount { address: system.to_bytes(), flags: 0 };
    let through = Call { program: memo, program_data: None, accounts: vec![handed], data: Vec::new() };
    refused(&community, &through, GovError::GuardrailProgram);

    let community = guarded(Guardrail::NeverWritable { account: person("bob").to_bytes() });
    refused(&community, &call, GovError::GuardrailWrite);
    let to_eve = Call::of(&system::transfer(&community.vault, &person("eve"), 1));
    let mut community = community;
    to_eve.approved(&mut community);
}

#[test]
fn m3_payments_of_a_window_stay_within_its_limit() {
    let mut community = guarded(PER_WEEK);
    let first = community.propose(&pay(3_000_000));
    let second = community.propose(&pay(2_000_001));
    community.approve(&first);
    community.open_voting(&second);
    for index in 0..7 {
        community.vote(&second, index, FOR);
    }
    community.finalize(&second);
    let opens_at = community.opens_at(&second);
    community.set_time(opens_at);
    let opened = community.now();

    let payment = community.payment(first, hash_of_bob(), 3_000_000);
    let done = community.send(payment);
    let [Event::ProposalExecuted(_), Event::SpendingCounted(event)] = done.events.as_slice() else {
        panic!("{:?}", done.events)
    };
    assert_eq!((event.proposal, event.change, event.charges.len()), (first, 1, 1));
    assert_eq!((event.charges[0].principle_id, event.charges[0].amount), (0, 3_000_000));
    let slot = community.guardrails_at(&pda::guardrails(&community.constitution)).slots[0];
    assert_eq!(slot.buckets, [3_000_000, 0, 0, 0, 0]);
    let quarter = i64::from(WEEK) / 4;
    assert_eq!(i64::from(slot.newest), opened / quarter);

    let payment = community.payment(second, hash_of_bob(), 2_000_001);
    check_refused(&mut community, payment.clone(), GovError::GuardrailSpending);
    community.set_time(opened + i64::from(WEEK) - 1);
    check_refused(&mut community, payment.clone(), GovError::GuardrailSpending);
    // The execution window is eight days: the week is over inside it, and a quarter more for the bucket that had begun.
    community.set_time((opened / quarter + 5) * quarter - 1);
    check_refused(&mut community, payment.clone(), GovError::GuardrailSpending);
    let closes_at = community.closes_at(&second);
    let free_at = (opened / quarter + 5) * quarter;
    if free_at < closes_at {
        community.set_time(free_at);
        community.send(payment);
    }
}

#[test]
fn m3_a_guardrail_cannot_be_dodged_by_not_naming_it() {
    let mut community = guarded(PER_WEEK);
    let mut draft = community.draft(&pay(1));
    draft.accounts.guardrails = None;
    check_refused(&mut community, draft.instruction(), GovError::GuardrailsMissing);
    let proposal = community.approved(&pay(1));
    let (constitution, vault) = (community.constitution, community.vault);
    let recipient = Address::new_from_array(hash_of_bob());
    let unguarded = ix::VaultTransfer { constitution, proposal, vault, recipient, guardrails: None };
    check_refused(&mut community, unguarded.instruction(1), GovError::GuardrailsMissing);
    let paying = community.clone();
    let call = Call::of(&system::transfer(&vault, &recipient, 1));
    let approved = call.approved(&mut community);
    let mut execute = call.execute(&community, approved);
    execute.accounts[6].pubkey = PROGRAM_ID;
    execute.accounts[6].is_writable = false;
    check_refused(&mut community, execute, GovError::GuardrailsMissing);

    let mut others = Founding::named("others").unsealed().found_in(paying.world.clone());
    let theirs = others.open_guardrails();
    let mut world = others.world.clone();
    let mut draft = paying.draft(&pay(1));
    draft.accounts.guardrails = Some(theirs);
    check_refused(&mut world, draft.instruction(), GovError::WrongConstitution);
    let theirs = ix::VaultTransfer { guardrails: Some(theirs), ..unguarded };
    check_refused(&mut world, theirs.instruction(1), GovError::WrongConstitution);
}

#[test]
fn m3_a_proposal_older_than_a_guardrail_is_stopped_when_it_is_executed() {
    let bob = person("bob");
    let free = Founding::default().found();
    let call = Call::of(&system::transfer(&free.vault, &bob, LIMIT + 1));
    let system = solana_sdk_ids::system_program::ID.to_bytes();
    let cases = [
        (PER_WEEK, GovError::GuardrailSpending),
        (Guardrail::ForbiddenProgram { program: system }, GovError::GuardrailProgram),
        (Guardrail::NeverWritable { account: bob.to_bytes() }, GovError::GuardrailWrite),
    ];
    let mut ordered = free.clone();
    let called = call.approved(&mut ordered);
    for (guardrail, refusal) in cases {
        let mut community = ordered.clone();
        community.guard_now(0, guardrail);
        let execute = call.execute(&community, called);
        check_refused(&mut community, execute, refusal);
    }
    let mut ordered = free;
    let paid = ordered.approved(&Action::TransferLamports { recipient: bob.to_bytes(), lamports: LIMIT + 1 });
    for (guardrail, refusal) in [cases[0], cases[2]] {
        let mut community = ordered.clone();
        community.guard_now(0, guardrail);
        let payment = community.payment(paid, bob.to_bytes(), LIMIT + 1);
        check_refused(&mut community, payment, refusal);
    }
}

#[test]
fn m3_a_delay_that_is_younger_than_a_proposal_is_waited_for() {
    // The track's timelock was a day shorter when this was proposed.
    let mut founding = Founding::default();
    founding.tracks[1].timelock_seconds = 3 * 86_400;
    let mut community = founding.found();
    let proposal = community.approved(&pay(LIMIT));
    let ends_at = community.proposal(&proposal).ends_at;
    let mut stored = community.account(&community.constitution).unwrap();
    let mut constitution = community.world.constitution(&community.constitution);
    constitution.required_delays[1] = 4 * 86_400;
    stored.data = constitution.to_bytes();
    let address = community.constitution;
    community.put(&address, stored);
    let payment = community.payment(proposal, hash_of_bob(), LIMIT);
    check_refused(&mut community, payment.clone(), GovError::GuardrailDelay);
    community.set_time(ends_at + 4 * DAY - 1);
    check_refused(&mut community, payment.clone(), GovError::GuardrailDelay);
    community.set_time(ends_at + 4 * DAY);
    community.send(payment);
}

#[test]
fn m3_a_policy_voted_on_before_the_guardrail_must_end_all_the_same() {
    let mut community = Founding::default().found();
    let (policy_id, policy) = community.adopt_policy("be kind", START + 300 * DAY);
    let text_hash = hash("be brave");
    let adoption = community.approved(&Action::PolicyAdopt { text_hash, sunset_at: 0 });
    let amendment = community.approved(&Action::PolicyAmend { policy_id, text_hash, sunset_at: 0 });
    community.guard_now(0, Guardrail::PolicySunset { seconds: 86_400 });
    let (payer, constitution) = (community.stranger(), community.constitution);
    let adopt = ix::PolicyAdopt { payer, constitution, proposal: adoption, policy: pda::policy(&constitution, 1) };
    check_refused(&mut community, adopt.instruction(text_hash, 0), GovError::GuardrailSunset);
    let amend = ix::PolicyAmend { constitution, policy, proposal: amendment };
    check_refused(&mut community, amend.instruction(text_hash, 0), GovError::GuardrailSunset);
}

#[test]
fn m3_what_a_call_really_takes_is_counted() {
    let mut community = guarded(PER_WEEK);
    let (vault, bob) = (community.vault, person("bob"));
    let call = Call::of(&system::transfer(&vault, &bob, LIMIT));
    let proposal = call.approved(&mut community);
    let execute = call.execute(&community, proposal);
    let done = community.send(execute);
    let [Event::ProposalExecuted(_), Event::SpendingCounted(event)] = done.events.as_slice() else {
        panic!("{:?}", done.events)
    };
    assert_eq!((event.charges[0].principle_id, event.charges[0].amount), (0, LIMIT));
    let one_more = Call::of(&system::transfer(&vault, &bob, 1));
    let proposal = one_more.approved(&mut community);
    community.set_time(event.at + i64::from(WEEK) - 1);
    let execute = one_more.execute(&community, proposal);
    // Its own window may be later; what counts is the guardrail's.
    if community.now() >= community.opens_at(&proposal) {
        check_refused(&mut community, execute, GovError::GuardrailSpending);
    }

    // A call that costs the vault nothing is not counted.
    let mut community = guarded(PER_WEEK);
    let memo = Address::from_str_const("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");
    let vault = InvokeAccount { address: vault.to_bytes(), flags: FLAG_WRITABLE | FLAG_SIGNER };
    let call = Call { program: memo, program_data: None, accounts: vec![vault], data: b"we agree".to_vec() };
    let proposal = call.approved(&mut community);
    let execute = call.execute(&community, proposal);
    assert_eq!(community.send(execute).events.len(), 1);
    assert_eq!(community.guardrails_at(&pda::guardrails(&community.constitution)).changes, 1);
}

#[test]
fn m3_raising_a_limit_forgives_nothing() {
    let mut community = guarded(PER_WEEK);
    let address = pda::guardrails(&community.constitution);
    let proposal = community.approved(&pay(LIMIT));
    let payment = community.payment(proposal, hash_of_bob(), LIMIT);
    community.send(payment);
    let spent = community.guardrails_at(&address).slots[0];
    community.guard_now(0, Guardrail::LamportsPerWindow { limit: 2 * LIMIT, window_seconds: WEEK });
    let raised = community.guardrails_at(&address).slots[0];
    assert_eq!((raised.buckets, raised.newest), (spent.buckets, spent.newest));
    community.guard_now(0, Guardrail::LamportsPerWindow { limit: LIMIT, window_seconds: WEEK + 1 });
    assert_eq!(community.guardrails_at(&address).slots[0].buckets, [0; 5], "another window measures something else");
}

#[test]
fn m3_the_guardrails_cannot_be_named_by_the_call() {
    let mut community = guarded(PER_WEEK);
    let memo = Address::from_str_const("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");
    for flags in [0, FLAG_WRITABLE] {
        let own = InvokeAccount { address: pda::guardrails(&community.constitution).to_bytes(), flags };
        let call = Call { program: memo, program_data: None, accounts: vec![own], data: Vec::new() };
        let proposal = call.approved(&mut community);
        let execute = call.execute(&community, proposal);
        check_refused(&mut community, execute, DUPLICATE);
    }
}

#[test]
fn m3_a_delay_binds_the_track_it_names() {
    let mut community = guarded(Guardrail::RequiredDelay { track: Track::Treasury, seconds: 3 * 86_400 });
    let proposal = community.approved(&pay(LIMIT));
    let payment = community.payment(proposal, hash_of_bob(), LIMIT);
    community.send(payment);
}
