//! Instructions of guardians, and of whoever decides about what they did.

use anyhow::Result;
use quantumagi_interface::{Address, accounts::EmergencyAction, instructions as ix, pda, types::EmergencyOpenArgs};
use quantumagi_rules::{
    action::Action,
    emergency::{MAX_GUARDIANS, RATIFY_SECONDS, TERM_SECONDS},
    parameters::{DAY, HOUR},
};

use super::community::Community;
use super::figures::Rows;
use super::people::{crank, hash, voter};

/// Guardians: as many as there can be, all of whom must approve.
const GUARDIANS: u8 = MAX_GUARDIANS as u8;
/// Number of the act that pauses payments.
const PAUSE_TREASURY: u8 = 1;
/// Number of the act that suspends a policy.
const SUSPEND_POLICY: u8 = 4;
/// Number of the act that holds a proposal.
const HOLD_PROPOSAL: u8 = 5;

/// Measures them in a council of five with the most guardians there can be.
pub(super) fn measure(rows: &mut Rows) -> Result<()> {
    let mut community = founding("emergencies", rows)?;
    pause(&mut community, rows)?;
    suspension(&mut community, rows, Vote::Ratify)?;
    hold(&mut community, rows, Vote::End)?;
    by_vote(&mut community, rows)?;
    // Once more, with each vote about the other act.
    let mut community = founding("more emergencies", &mut Rows::default())?;
    suspension(&mut community, rows, Vote::End)?;
    hold(&mut community, rows, Vote::Ratify)
}

/// What a vote does with an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Vote {
    Ratify,
    End,
}

fn founding(name: &'static str, rows: &mut Rows) -> Result<Community> {
    let mut community = Community::before(name, 5)?;
    community.send(community.create())?;
    community.send(community.principle_add(0))?;
    community.fill_roster(1, 5)?;
    community.send(community.roster_adopt(1))?;
    let (payer, constitution) = (community.founder, community.constitution);
    for index in 0..GUARDIANS {
        community.chain.fund(&guardian(index))?;
    }
    let guardians = pda::guardians(&constitution);
    let cost = community.send(ix::GuardiansOpen { payer, constitution, guardians }.instruction())?;
    rows.note("", cost);
    let adopt = ix::GuardiansAdopt { authority: payer, constitution, proposal: None, guardians };
    let cost = community.send(adopt.instruction(2, TERM_SECONDS.1, &list(2)))?;
    rows.note("2 guardians, by the founder", cost);
    let remove = ix::GuardiansRemove { authority: payer, constitution, proposal: None, guardians };
    let cost = community.send(remove.instruction())?;
    rows.note("by the founder", cost);
    let cost = community.send(adopt.instruction(GUARDIANS, TERM_SECONDS.1, &list(GUARDIANS)))?;
    rows.note("9 guardians, the most, by the founder", cost);
    community.send(community.seal())?;
    community.send(community.proposer_open())?;
    for index in 0..GUARDIANS {
        let heartbeat = ix::GuardiansHeartbeat { guardian: guardian(index), constitution, guardians };
        let cost = community.send(heartbeat.instruction(index))?;
        if index == GUARDIANS - 1 {
            rows.note("the last of 9 guardians", cost);
        }
    }
    Ok(community)
}

/// A pause that no vote confirms.
fn pause(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let emergency = community.act(rows, PAUSE_TREASURY, None, HOUR, "a pause")?;
    let constitution = community.constitution;
    community.chain.set_time(community.chain.now() + i64::from(RATIFY_SECONDS));
    let cost = community.send(ix::EmergencyLapse { constitution, emergency }.instruction())?;
    rows.note("", cost);
    let cost = community.send(ix::EmergencyClose { constitution, emergency, payer: guardian(0) }.instruction())?;
    rows.note("", cost);
    Ok(())
}

/// A suspension of a policy, and the vote on it.
fn suspension(community: &mut Community, rows: &mut Rows, vote: Vote) -> Result<()> {
    let constitution = community.constitution;
    let (text_hash, policy) = (hash("be kind"), pda::policy(&constitution, 0));
    let proposal = community.approved(&Action::PolicyAdopt { text_hash, sunset_at: 0 })?;
    let adopt = ix::PolicyAdopt { payer: crank(), constitution, proposal, policy };
    community.send(adopt.instruction(text_hash, 0))?;
    let mut opening = Rows::default();
    let emergency = community.act(&mut opening, SUSPEND_POLICY, Some(policy), 7 * DAY, "a suspended policy")?;
    if vote == Vote::Ratify {
        rows.append(opening);
    }
    community.decide(rows, vote, emergency, policy, "a suspended policy")
}

/// A proposal that is held, and the vote on that.
fn hold(community: &mut Community, rows: &mut Rows, vote: Vote) -> Result<()> {
    let held = community.approved(&Action::TransferLamports { recipient: hash("crank"), lamports: 1 })?;
    let mut opening = Rows::default();
    let emergency = community.act(&mut opening, HOLD_PROPOSAL, Some(held), 6 * DAY, "a held proposal")?;
    if vote == Vote::End {
        rows.append(opening);
    }
    community.decide(rows, vote, emergency, held, "a held proposal")
}

/// Guardians are chosen and removed by vote.
fn by_vote(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let (authority, constitution) = (crank(), community.constitution);
    let guardians = pda::guardians(&constitution);
    let list = list(GUARDIANS);
    let members: Vec<[u8; 32]> = list.iter().map(Address::to_bytes).collect();
    let (threshold, term_seconds) = (GUARDIANS, TERM_SECONDS.1);
    let action = Action::GuardiansAdopt { threshold, term_seconds, members: &members };
    let (proposal, create) = community.propose(&action, &[0], false)?;
    let cost = community.send(create)?;
    rows.note("9 guardians, 1 citation", cost);
    community.approve(&proposal)?;
    let adopt = ix::GuardiansAdopt { authority, constitution, proposal: Some(proposal), guardians };
    let cost = community.send(adopt.instruction(threshold, term_seconds, &list))?;
    rows.note("9 guardians, the most, by vote", cost);
    let proposal = Some(community.approved(&Action::GuardiansRemove)?);
    let cost = community.send(ix::GuardiansRemove { authority, constitution, proposal, guardians }.instruction())?;
    rows.note("by vote", cost);
    Ok(())
}

/// The guardian with this index.
fn guardian(index: u8) -> Address {
    voter("guardians", u32::from(index))
}

/// The first of them.
fn list(count: u8) -> Vec<Address> {
    (0..count).map(guardian).collect()
}

impl Community {
    /// Has the guardians act: one opens, all others approve, and it takes effect with the last.
    fn act(&mut self, rows: &mut Rows, act: u8, target: Option<Address>, seconds: u32, case: &str) -> Result<Address> {
        let constitution = self.constitution;
        let emergency = pda::emergency(&constitution, self.stored()?.next_emergency_id);
        let guardians = pda::guardians(&constitution);
        let principle = pda::principle(&constitution, 0);
        let open = ix::EmergencyOpen { guardian: guardian(0), constitution, guardians, principle, emergency };
        let args = EmergencyOpenArgs {
            index: 0,
            act,
            target: target.unwrap_or_default(),
            seconds,
            reason_hash: hash("something is wrong"),
            evidence_hash: hash("here it is"),
        };
        let cost = self.send(open.instruction(&args))?;
        rows.note(case, cost);
        let statement = EmergencyAction::decode(&self.chain.data(&emergency)?)?.statement;
        for index in 1..GUARDIANS {
            let approve =
                ix::EmergencyApprove { guardian: guardian(index), constitution, guardians, emergency, target };
            let cost = self.send(approve.instruction(index, statement))?;
            if index == GUARDIANS - 1 {
                rows.note(&format!("{case}, the last of 9 guardians, by whom it takes effect"), cost);
            } else if (index, act) == (1, PAUSE_TREASURY) {
                rows.note("the second of 9 guardians", cost);
            }
        }
        Ok(emergency)
    }

    /// Has a vote decide about an act with this target.
    fn decide(&mut self, rows: &mut Rows, vote: Vote, emergency: Address, target: Address, case: &str) -> Result<()> {
        let constitution = self.constitution;
        let (guardians, target) = (pda::guardians(&constitution), Some(target));
        let emergency_id = EmergencyAction::decode(&self.chain.data(&emergency)?)?.id;
        let instruction = match vote {
            Vote::Ratify => {
                let proposal = self.approved(&Action::EmergencyRatify { emergency_id })?;
                ix::EmergencyRatify { constitution, guardians, emergency, target, proposal }.instruction()
            }
            Vote::End => {
                let proposal = self.approved(&Action::EmergencyEnd { emergency_id })?;
                ix::EmergencyEnd { constitution, guardians, emergency, target, proposal }.instruction()
            }
        };
        let cost = self.send(instruction)?;
        rows.note(case, cost);
        Ok(())
    }
}
