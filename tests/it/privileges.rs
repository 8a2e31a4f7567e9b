//! What the founder may do after the seal, what anybody may do, and what people are shown: nothing, what the clock has
//! decided, and what the bytes say.

use quantumagi_sdk::words::{Names, describe_action};

use solana_instruction::AccountMeta;

use crate::scenes::{Scene, scenes};
use crate::support::*;

#[test]
fn a8_the_seal_renounces_every_power_of_the_founder() {
    let mut tried = Vec::new();
    for Scene { name, mut world, mut instruction, slots, .. } in scenes() {
        let place = |wanted: &str| slots.iter().position(|slot| *slot == wanted);
        let (Some(authority), Some(of), Some(proposal)) =
            (place("authority"), place("constitution"), place("proposal"))
        else {
            continue;
        };
        let constitution = world.constitution(&instruction.accounts[of].pubkey);
        if constitution.is_sealed == 0 {
            continue;
        }
        instruction.accounts[authority].pubkey = constitution.founder;
        // No proposal: the place of an optional account that is not there.
        instruction.accounts[proposal] = AccountMeta::new_readonly(PROGRAM_ID, false);
        check_refused(&mut world, instruction, GovError::MandateMissing);
        tried.push(name);
    }
    tried.sort_unstable();
    tried.dedup();
    // Every instruction that the founder could give before, and `constitution_seal`, which the founder gives once.
    let orders = [
        "constitution_amend",
        "electorate_adopt",
        "guardians_adopt",
        "guardians_remove",
        "guardrail_clear",
        "guardrail_set",
        "parameters_amend",
        "principle_add",
        "principle_amend",
        "principle_retire",
        "roster_adopt",
        "settings_amend",
        "veto_body_adopt",
        "veto_body_remove",
    ];
    assert_eq!(tried, orders);
}

#[test]
fn a8_whoever_cranks_needs_no_privilege_and_gains_nothing() {
    let mut community = Founding::default().found();
    let crank = person("a crank");
    community.fund(&crank, 1_000_000_000);
    let proposal = community.propose(&Action::TransferLamports { recipient: [7; 32], lamports: 5_000_000 });
    community.open_voting(&proposal);
    for index in 0..7 {
        community.vote(&proposal, index, FOR);
    }
    let proposer = community.proposal(&proposal).proposer;
    let rent = community.lamports(&proposal);
    let before = community.lamports(&proposer);
    community.finalize(&proposal);
    let opens_at = community.opens_at(&proposal);
    community.set_time(opens_at);
    let steps = [community.payment(proposal, [7; 32], 5_000_000), community.close(&proposal).instruction()];
    for step in steps {
        let signers: Vec<_> = step.accounts.iter().filter(|meta| meta.is_signer).collect();
        assert!(signers.is_empty(), "{signers:?} need not sign: whoever pays the fee does");
        community.send(step);
    }
    assert_eq!(community.lamports(&proposer), before + rent, "the rent is the proposer's");
    assert_eq!(community.lamports(&crank), 1_000_000_000);
}

#[test]
fn l5_nobody_votes_before_the_discussion_is_over() {
    let mut community = Founding::default().found();
    let proposal = community.propose(&Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 });
    let discussion = community.constitution(&community.constitution).tracks[0].discussion_seconds;
    let stored = community.proposal(&proposal);
    assert_eq!(stored.starts_at, stored.created_at + i64::from(discussion));
    assert!(discussion >= 60, "the least that any constitution can set");
    let vote = community.ballot(&proposal, 0, FOR);
    community.set_time(stored.starts_at - 1);
    check_refused(&mut community, vote.clone(), GovError::VotingNotStarted);
    community.set_time(stored.starts_at);
    community.send(vote);
}

#[test]
fn l5_a_handful_decides_nothing_however_many_abstain() {
    for (for_weight, passes) in [(999, false), (1_000, true)] {
        let mut community = Founding::default().with_weights([for_weight, 10_000 - for_weight]).found();
        assert_eq!(community.constitution(&community.constitution).tracks[0].min_for_bps, 1_000);
        let proposal = community.propose(&Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 });
        community.open_voting(&proposal);
        community.vote(&proposal, 0, FOR);
        community.vote(&proposal, 1, ABSTAIN);
        community.finalize(&proposal);
        assert_eq!(community.proposal(&proposal).status == 1, passes, "{for_weight} of 10,000");
    }
}

#[test]
fn o3_what_is_shown_comes_from_the_bytes_that_are_executed_not_from_the_authors_text() {
    let mut community = Founding::default().found();
    let payment = Action::TransferLamports { recipient: [7; 32], lamports: 5_000_000 };
    let larger = Action::TransferLamports { recipient: [7; 32], lamports: 50_000_000 };
    let proposals = [&payment, &larger].map(|action| {
        let mut draft = community.draft(action);
        draft.args.content_hash = hash("a small payment of 0.005 SOL");
        community.create(&draft)
    });
    let shown = proposals.map(|proposal| {
        let stored = community.proposal(&proposal);
        assert_eq!(stored.content_hash, hash("a small payment of 0.005 SOL"));
        let bytes = community.action_of(&proposal).unwrap();
        assert_eq!(stored.digest_of(&bytes, &[]), Some(stored.execution_digest));
        let mut altered = bytes.clone();
        *altered.last_mut().unwrap() ^= 1;
        assert_ne!(stored.digest_of(&altered, &[]), Some(stored.execution_digest), "no other bytes can be shown");
        describe_action(&Action::decode(&bytes).unwrap(), &Names::default()).sentence
    });
    assert!(shown[0].contains("0.005 SOL"), "{shown:?}");
    assert!(shown[1].contains("0.05 SOL"), "{shown:?}");
}
