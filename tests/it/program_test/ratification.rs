//! The ratification track: confirm what guardians did, end it, remove them.

use super::story::Story;
use crate::support::*;

const SOL: u64 = 1_000_000_000;
/// An act that pauses the treasury.
const TREASURY: u8 = 1;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guardians_come_act_and_go_in_a_bank_as_in_litesvm() {
    let mut story = Story::of(Founding::guarded_in);
    let (constitution, vault, authority) = (story.constitution, story.vault, story.stranger());
    let (guardians, opener) = (story.guardians_address(), story.guardian(0));
    let (bob, money_before) = (person("bob"), story.lamports(&opener));

    // A payment waits in its window when three of five pause the treasury, each in a slot of their own.
    let payment = story.decided(&Action::TransferLamports { recipient: bob.to_bytes(), lamports: SOL });
    let (opens_at, seconds) = (story.opens_at(&payment), 15 * DAY / 2);
    story.set_time(opens_at);
    let draft = story.act(TREASURY, None, seconds);
    let act = draft.accounts.emergency;
    story.send(draft.instruction());
    for index in [1, 2] {
        story.pass_slots(2);
        let twice = story.approve_act(&act, index - 1);
        story.refused(twice, GovError::AlreadyApproved);
        let approve = story.approve_act(&act, index);
        story.send(approve);
    }
    let pay = ix::VaultTransfer { constitution, proposal: payment, vault, recipient: bob, guardrails: None };
    let pay = pay.instruction(SOL);
    story.refused(pay.clone(), GovError::Paused);

    // A vote confirms it within seven days, and it holds for its whole length, and for not a second more.
    let confirming = story.decided(&Action::EmergencyRatify { emergency_id: 0 });
    let ratify = story.vote_on_act(&act, confirming).instruction();
    story.carry_out(confirming, ratify.clone());
    story.refused(ratify, GovError::AlreadyRatified);
    story.set_time(opens_at + seconds - 1);
    story.refused(pay.clone(), GovError::Paused);
    let close = ix::EmergencyClose { constitution, emergency: act, payer: opener }.instruction();
    story.refused(close.clone(), GovError::EmergencyNotOver);
    story.set_time(opens_at + seconds);
    story.pass_slots(1);
    story.send(pay);
    story.send(close);
    assert_eq!((story.lamports(&bob), story.lamports(&opener)), (SOL, money_before));

    // The next finds too few within its slots.
    let missed = story.nearly_act(0, None, DAY);
    let third = story.approve_act(&missed, 2);
    story.pass_slots(151);
    story.refused(third, GovError::ApprovalTooLate);
    story.send(ix::EmergencyClose { constitution, emergency: missed, payer: opener }.instruction());

    // One that a vote ends before its time.
    let ended = story.take_effect(2, None, 4 * DAY);
    let ending = story.decided(&Action::EmergencyEnd { emergency_id: 2 });
    let end = story.end_of_act(&ended, ending).instruction();
    story.carry_out(ending, end.clone());
    story.refused(end, GovError::EffectOver);

    // One that nobody confirms. While it holds, the guardians are removed all the same.
    let removing = story.decided(&Action::GuardiansRemove);
    let too_long = story.nearly_act(0, None, 3 * DAY);
    let third = story.approve_act(&too_long, 2);
    story.refused(third, GovError::BudgetSpent);
    let lapsing = story.take_effect(0, None, 2 * DAY);
    let lapse = ix::EmergencyLapse { constitution, emergency: lapsing }.instruction();
    story.refused(lapse.clone(), GovError::NotLapsed);
    let remove = ix::GuardiansRemove { authority, constitution, proposal: Some(removing), guardians };
    let without_mandate = ix::GuardiansRemove { proposal: None, ..remove }.instruction();
    story.refused(without_mandate, GovError::MandateMissing);
    story.carry_out(removing, remove.instruction());
    let stored = story.constitution(&constitution);
    assert!(stored.paused_until[0] > story.now(), "a pause keeps nobody from removing them");
    let heartbeat = story.heartbeat_of(0);
    story.refused(heartbeat, GovError::NotGuardian);
    let draft = story.act(TREASURY, None, DAY);
    story.refused(draft.instruction(), GovError::NotGuardian);
    story.pass(7 * DAY);
    story.send(lapse);
    story.pass_slots(151);
    for emergency in [ended, too_long, lapsing] {
        story.send(ix::EmergencyClose { constitution, emergency, payer: opener }.instruction());
    }
    assert_eq!(story.lamports(&opener), money_before, "acting has cost nothing but fees");
    for proposal in [payment, confirming, ending, removing] {
        story.end(proposal);
    }
    story.retell().await;
}
