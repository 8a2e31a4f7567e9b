//! The policy track: adopt, obey, amend, repeal.

use super::story::Story;
use crate::support::till::SAMPLE;
use crate::support::*;

const KIND: &str = "be kind";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_lives_and_dies_in_a_bank_as_in_litesvm() {
    let mut story = Story::found();
    let (payer, constitution, proposer) = (story.stranger(), story.constitution, story.member(0));
    let money_before = [proposer, payer].map(|who| story.lamports(&who));
    let sunset_at = START + 300 * DAY;

    // Adopted, after ballots of every kind, some of them changed.
    let adoption = story.propose(&Action::PolicyAdopt { text_hash: hash(KIND), sunset_at });
    assert_eq!(story.lamports(&proposer), money_before[0] - story.rent(accounts::Proposal::LEN));
    let early = story.ballot(&adoption, 0, FOR);
    story.refused(early, GovError::VotingNotStarted);
    story.open_voting(&adoption);
    for (index, choice) in
        [(0, FOR), (1, AGAINST), (1, FOR), (2, AGAINST), (3, ABSTAIN), (4, FOR), (7, AGAINST), (7, FOR)]
    {
        story.vote(&adoption, index, choice);
    }
    let mut anothers = story.ballot_accounts(&adoption, 5);
    anothers.voter = story.member(6);
    story.refused(anothers.instruction(5, AGAINST), GovError::NotTheMember);
    let late = story.ballot(&adoption, 5, AGAINST);
    let finalize = ix::ProposalFinalize { proposal: adoption }.instruction();
    story.refused(finalize, GovError::VotingNotEnded);
    let ends_at = story.proposal(&adoption).ends_at;
    story.set_time(ends_at);
    story.refused(late, GovError::VotingEnded);
    story.finalize(&adoption);
    let policy = pda::policy(&constitution, 0);
    let adopt = ix::PolicyAdopt { payer, constitution, proposal: adoption, policy };
    story.carry_out(adoption, adopt.instruction(hash(KIND), sunset_at));
    let again = ix::PolicyAdopt { policy: pda::policy(&constitution, 1), ..adopt };
    story.refused(again.instruction(hash(KIND), sunset_at), GovError::AlreadyFinal);

    // Obeyed by another program, as long as it is in force.
    story.welcome("operator");
    let till = story.open_till(policy);
    story.give([SAMPLE]);
    story.send(till.fee_set(250));

    // Amended, and only as it was voted on.
    let text_hash = hash("be very kind");
    let amendment = story.decided(&Action::PolicyAmend { policy_id: 0, text_hash, sunset_at });
    let amend = ix::PolicyAmend { constitution, policy, proposal: amendment };
    let other = amend.instruction(hash("be rude"), sunset_at);
    story.carry_out_exactly(amendment, amend.instruction(text_hash, sunset_at), [other]);
    assert_eq!((story.policy(&policy).version, story.policy(&policy).text_hash), (2, text_hash));
    story.send(till.fee_set(300));

    // One that too few want is defeated, and can be neither executed nor kept open.
    let unwanted = story.propose(&Action::PolicyRepeal { policy_id: 0 });
    story.open_voting(&unwanted);
    story.vote(&unwanted, 4, FOR);
    story.finalize(&unwanted);
    assert_eq!((story.proposal(&unwanted).status, story.proposal(&unwanted).defeat), (2, 1));
    let repeal = ix::PolicyRepeal { constitution, policy, proposal: unwanted };
    story.refused(repeal.instruction(), GovError::AlreadyFinal);

    // Repealed: it carries nothing any more, and its account goes.
    let repealing = story.decided(&Action::PolicyRepeal { policy_id: 0 });
    let close = ix::PolicyClose { constitution, policy, payer }.instruction();
    story.refused(close.clone(), GovError::PolicyInForce);
    let repeal = ix::PolicyRepeal { proposal: repealing, ..repeal };
    story.carry_out(repealing, repeal.instruction());
    story.refused(till.fee_set(350), GovError::PolicyRepealed);
    story.refused(till.pay_out(person("bob"), 1, hash("key")), GovError::PolicyRepealed);
    story.send(close);
    for proposal in [adoption, amendment, unwanted, repealing] {
        story.end(proposal);
    }
    assert_eq!([proposer, payer].map(|who| story.lamports(&who)), money_before, "it has cost nothing but fees");
    assert_eq!(story.fee(&till), 300);
    story.retell().await;
}
