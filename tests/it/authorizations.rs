//! `policy_authorize`, `policy_use` and `authorization_close`, asked by the sample program through its own instructions.

use quantumagi_rules::authorization::{Answer, Denial};
use solana_account::Account;

use crate::support::till::{SAMPLE, Till};
use crate::support::*;

const KIND: &str = "be kind";
const SUNSET: i64 = START + 300 * DAY;

fn obeying() -> (Community, Till) {
    let mut community = Founding::default().found();
    let (_, policy) = community.adopt_policy(KIND, SUNSET);
    let till = community.open_till(policy);
    (community, till)
}

fn repealed(community: &mut Community, policy: Address) {
    let proposal = community.approved(&Action::PolicyRepeal { policy_id: 0 });
    let constitution = community.constitution;
    community.send(ix::PolicyRepeal { constitution, policy, proposal }.instruction());
}

/// What a simulation of an instruction that asks directly would show.
fn answer(community: &Community, instruction: Instruction) -> (Option<InstructionError>, Answer) {
    let mut world = community.world.clone();
    let (error, data) = world.try_for_return_data(&instruction);
    (error, Answer::from_bytes(&data).expect("the answer is return data"))
}

fn ask(community: &Community, policy: Address, text_hash: [u8; 32]) -> Instruction {
    let (authority, constitution) = (community.stranger(), community.constitution);
    ix::PolicyAuthorize { authority, constitution, policy }.instruction(hash("an act"), text_hash)
}

#[test]
fn a_policy_in_force_carries_an_action_of_another_program() {
    let (mut community, till) = obeying();
    assert_eq!(community.fee(&till), 0);
    let done = community.send(till.fee_set(250));
    assert_eq!(community.fee(&till), 250);
    assert_eq!(done.events, [], "an answer is no transition");
    community.send(till.fee_set(300));
    assert_eq!(community.fee(&till), 300, "as often as it is asked");
}

#[test]
fn a_repealed_policy_carries_nothing() {
    let (mut community, till) = obeying();
    repealed(&mut community, till.policy);
    check_refused(&mut community, till.fee_set(250), GovError::PolicyRepealed);
    let pay = till.pay_out(person("bob"), 1, hash("key"));
    check_refused(&mut community, pay, GovError::PolicyRepealed);
    let constitution = community.constitution;
    let close = ix::PolicyClose { constitution, policy: till.policy, payer: community.stranger() };
    community.send(close.instruction());
    check_refused(&mut community, till.fee_set(250), InstructionError::UninitializedAccount);
}

#[test]
fn a_policy_carries_nothing_from_the_first_second_of_its_sunset() {
    let (mut community, till) = obeying();
    community.set_time(SUNSET - 1);
    community.send(till.fee_set(250));
    community.set_time(SUNSET);
    check_refused(&mut community, till.fee_set(300), GovError::PolicySet);
    let record = ix::PolicySunset { constitution: community.constitution, policy: till.policy };
    community.send(record.instruction());
    community.set_time(SUNSET - 1);
    check_refused(&mut community, till.fee_set(300), GovError::PolicySet);
}

#[test]
fn e2_a_suspended_policy_carries_nothing_and_carries_again_by_itself() {
    let (mut community, till) = obeying();
    let until = community.now() + DAY;
    let stored = community.policy(&till.policy);
    let suspended = accounts::Policy { suspended_until: until, ..stored };
    let account = community.account(&till.policy).unwrap();
    community.put(&till.policy, Account { data: suspended.to_bytes(), ..account });
    check_refused(&mut community, till.fee_set(250), GovError::PolicySuspended);
    community.set_time(until - 1);
    check_refused(&mut community, till.fee_set(250), GovError::PolicySuspended);
    community.set_time(until);
    community.send(till.fee_set(250));
}

#[test]
fn an_amended_policy_carries_no_action_that_rests_on_its_old_words() {
    let (mut community, till) = obeying();
    let text_hash = hash("be kinder");
    let proposal = community.approved(&Action::PolicyAmend { policy_id: 0, text_hash, sunset_at: SUNSET });
    let amend = ix::PolicyAmend { constitution: community.constitution, policy: till.policy, proposal };
    community.send(amend.instruction(text_hash, SUNSET));
    let (old, new) = (ask(&community, till.policy, hash(KIND)), ask(&community, till.policy, text_hash));
    check_refused(&mut community, old, GovError::PolicyTextDiffers);
    community.send(new);
    community.send(till.fee_set(250));
}

#[test]
fn a3_only_the_policy_the_till_was_opened_with_counts() {
    let (mut community, till) = obeying();
    let (_, other) = community.adopt_policy("be rude", 0);
    // The till's own check: no caller can name a kinder policy.
    let kinder = Till { policy: other, ..till };
    check_refused(&mut community, kinder.fee_set(250), InstructionError::InvalidArgument);
    let others = Founding::named("others").found_in(community.world.clone());
    let mut world = others.world.clone();
    let elsewhere = Till { constitution: others.constitution, ..till };
    check_refused(&mut world, elsewhere.fee_set(250), GovError::WrongConstitution);
    let gone = Till { constitution: person("nobody"), ..till };
    check_refused(&mut world, gone.fee_set(250), InstructionError::UninitializedAccount);
}

#[test]
fn a_tills_authority_signs_and_nobody_elses() {
    let (mut community, till) = obeying();
    let wrong = Till { authority: person("eve"), ..till };
    // The till's own signature is not for this address: the runtime calls that an escalation.
    check_refused(&mut community, wrong.fee_set(250), InstructionError::PrivilegeEscalation);
    let asked = ask(&community, till.policy, [0; 32]);
    check_refused(&mut community, unsigned(asked, 0), InstructionError::MissingRequiredSignature);
    let stranger = Till { operator: community.stranger(), ..till };
    check_refused(&mut community, stranger.fee_set(250), InstructionError::Custom(6_000));
}

#[test]
fn the_answer_says_which_policy_and_why_also_where_it_is_no() {
    let (mut community, till) = obeying();
    let yes = Answer {
        denial: None,
        version: 1,
        policy_id: 0,
        constitution: community.constitution.to_bytes(),
        policy: till.policy.to_bytes(),
        text_hash: hash(KIND),
        action_hash: hash("an act"),
    };
    let asked = ask(&community, till.policy, hash(KIND));
    assert_eq!(answer(&community, asked.clone()), (None, yes));
    let refused = |error: GovError| Some(InstructionError::Custom(error.code()));
    let other = ask(&community, till.policy, hash("other words"));
    let no = |denial| Answer { denial: Some(denial), ..yes };
    assert_eq!(answer(&community, other), (refused(GovError::PolicyTextDiffers), no(Denial::OtherText)));
    let now = community.now();
    community.set_time(SUNSET);
    assert_eq!(answer(&community, asked.clone()), (refused(GovError::PolicySet), no(Denial::Sunset)));
    community.set_time(now);
    repealed(&mut community, till.policy);
    assert_eq!(answer(&community, asked), (refused(GovError::PolicyRepealed), no(Denial::Repealed)));
}

#[test]
fn a_use_is_authorized_once() {
    let (mut community, till) = obeying();
    let (bob, key) = (person("bob"), hash("invoice 7"));
    community.fund(&bob, 1_000_000_000);
    community.fund_till(&till, 5_000_000);
    let before = (community.lamports(&bob), community.lamports(&till.operator));
    let done = community.send(till.pay_out(bob, 1_000_000, key));
    assert_eq!(community.lamports(&bob), before.0 + 1_000_000);
    let address = till.authorization(&key);
    assert_eq!(before.1 - community.lamports(&till.operator), community.lamports(&address));
    let Event::PolicyUsed(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.policy_id, event.version, event.authority), (0, 1, till.authority));
    assert_eq!((event.payer, event.use_key), (till.operator, key));
    let record = community.authorization(&address);
    assert_eq!((record.policy, record.authority, record.payer), (till.policy, till.authority, till.operator));
    assert_eq!((record.use_key, record.action_hash, record.used_at), (key, event.action_hash, community.now()));

    // Neither again, nor for another act, nor later, nor by naming another address.
    check_refused(&mut community, till.pay_out(bob, 1_000_000, key), GovError::AlreadyUsed);
    check_refused(&mut community, till.pay_out(person("eve"), 2, key), GovError::AlreadyUsed);
    community.pass(100 * DAY);
    check_refused(&mut community, till.pay_out(bob, 1_000_000, key), GovError::AlreadyUsed);
    let elsewhere = swapped(till.pay_out(bob, 1_000_000, key), 6, till.authorization(&hash("invoice 8")));
    check_refused(&mut community, elsewhere, InstructionError::InvalidSeeds);
    community.send(till.pay_out(bob, 1_000_000, hash("invoice 8")));
}

#[test]
fn a4_lamports_sent_ahead_use_no_key_up() {
    let (mut community, till) = obeying();
    let key = hash("invoice 7");
    community.fund(&till.authorization(&key), 1);
    community.fund_till(&till, 5_000_000);
    community.fund(&person("bob"), 1_000_000_000);
    community.send(till.pay_out(person("bob"), 1, key));
    check_refused(&mut community, till.pay_out(person("bob"), 1, key), GovError::AlreadyUsed);
}

#[test]
fn nobody_uses_up_anothers_key() {
    let (mut community, till) = obeying();
    let (eve, constitution, key) = (person("eve"), community.constitution, hash("invoice 7"));
    community.fund(&eve, 1_000_000_000);
    community.fund(&person("bob"), 1_000_000_000);
    community.fund_till(&till, 5_000_000);
    let policy = till.policy;
    let stranger = community.stranger();
    let own = ix::PolicyUse {
        authority: eve,
        constitution,
        policy,
        payer: stranger,
        authorization: pda::authorization(&policy, &eve, &key),
    };
    let theirs = ix::PolicyUse { authorization: till.authorization(&key), ..own };
    check_refused(&mut community, theirs.instruction(key, hash("act"), [0; 32]), InstructionError::InvalidSeeds);
    community.send(own.instruction(key, hash("act"), [0; 32]));
    check_refused(&mut community, own.instruction(key, hash("act"), [0; 32]), GovError::AlreadyUsed);
    community.send(till.pay_out(person("bob"), 1, key));
}

#[test]
fn a5_a6_a_record_is_closed_when_its_policy_has_ended_and_is_never_used_again() {
    let (mut community, till) = obeying();
    let (bob, key, constitution) = (person("bob"), hash("invoice 7"), community.constitution);
    community.fund(&bob, 1_000_000_000);
    community.fund_till(&till, 5_000_000);
    community.send(till.pay_out(bob, 1, key));
    let authorization = till.authorization(&key);
    let close = ix::AuthorizationClose { constitution, policy: till.policy, authorization, payer: till.operator };
    check_refused(&mut community, close.instruction(), GovError::PolicyInForce);
    // The clock alone does not free it: nobody has written the sunset down.
    let now = community.now();
    community.set_time(SUNSET);
    check_refused(&mut community, close.instruction(), GovError::PolicyInForce);
    community.set_time(now);
    repealed(&mut community, till.policy);
    let (_, other) = community.adopt_policy("be rude", 0);
    let wrong = ix::AuthorizationClose { policy: other, ..close };
    check_refused(&mut community, wrong.instruction(), GovError::WrongPolicy);
    let wrong = ix::AuthorizationClose { payer: community.stranger(), ..close };
    check_refused(&mut community, wrong.instruction(), GovError::NotPayer);

    let mut closed_first = community.clone();
    let before = (community.lamports(&till.operator), community.lamports(&authorization));
    let done = community.send(close.instruction());
    assert_eq!((community.account(&authorization), community.lamports(&till.operator)), (None, before.0 + before.1));
    let Event::AuthorizationClosed(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.policy, event.authority, event.payer), (till.policy, till.authority, till.operator));
    check_refused(&mut community, till.pay_out(bob, 1, key), GovError::PolicyRepealed);

    let payer = closed_first.stranger();
    closed_first.send(ix::PolicyClose { constitution, policy: till.policy, payer }.instruction());
    closed_first.send(close.instruction());
    check_refused(&mut closed_first, till.pay_out(bob, 1, key), InstructionError::UninitializedAccount);
}

#[test]
fn a3_another_constitutions_record_is_not_closed_here() {
    let (mut community, till) = obeying();
    community.fund(&person("bob"), 1_000_000_000);
    community.fund_till(&till, 5_000_000);
    community.send(till.pay_out(person("bob"), 1, hash("key")));
    repealed(&mut community, till.policy);
    let others = Founding::named("others").found_in(community.world.clone());
    let authorization = till.authorization(&hash("key"));
    let wrong = ix::AuthorizationClose {
        constitution: others.constitution,
        policy: till.policy,
        authorization,
        payer: till.operator,
    };
    check_refused(&mut others.world.clone(), wrong.instruction(), GovError::WrongConstitution);
}

#[test]
fn the_crate_for_callers_names_what_the_program_has() {
    assert_eq!(quantumagi_cpi::PROGRAM_ID.as_array(), PROGRAM_ID.as_array());
    assert_eq!(quantumagi_cpi::AUTHORIZE, ix::PolicyAuthorize::DISCRIMINATOR);
    assert_eq!(quantumagi_cpi::USE, ix::PolicyUse::DISCRIMINATOR);
    assert_ne!(SAMPLE, PROGRAM_ID);
}
