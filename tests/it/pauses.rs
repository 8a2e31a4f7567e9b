//! What an emergency act stops, and what none can: every instruction, under every pause.

use std::collections::BTreeSet;

use quantumagi_rules::emergency::{Subsystem, gates::Gate};

use crate::scenes::scenes;
use crate::support::*;

/// The same world where these subsystems of these constitutions are paused from this second on.
fn paused(world: &World, constitutions: &[Address], subsystems: &[Subsystem]) -> World {
    let mut world = world.clone();
    for address in constitutions {
        let Some(account) = world.account(address) else { continue };
        let Ok(mut stored) = accounts::Constitution::decode(&account.data) else { continue };
        for subsystem in subsystems {
            stored.paused_from[*subsystem as usize] = world.now();
            stored.paused_until[*subsystem as usize] = world.now() + 14 * DAY;
        }
        world.put(address, solana_account::Account { data: stored.to_bytes(), ..account });
    }
    world
}

/// Whether an instruction can be stopped: new proposals are on two tracks only.
fn is_stoppable(instruction: &Instruction) -> bool {
    if instruction.data[..8] != ix::ProposalCreate::DISCRIMINATOR {
        return true;
    }
    // Content hash, index, ballot rule and length come before the action.
    let bytes = &instruction.data[8 + 32 + 4 + 1 + 4..];
    if bytes.is_empty() {
        // Read from a payload, which in the scenes holds a series of calls.
        return true;
    }
    let action = Action::decode(bytes).expect("a proposal's action");
    Subsystem::of_creation(action.track()).is_some()
}

/// Whether an instruction goes through; otherwise what it is refused with.
fn outcome(mut world: World, instruction: &Instruction) -> Result<(), InstructionError> {
    match world.try_send_unchecked(std::slice::from_ref(instruction)) {
        Ok(()) => Ok(()),
        Err(failed) => Err(error_of(&failed)),
    }
}

#[test]
fn e6_each_pause_stops_exactly_the_instructions_of_its_row_and_nothing_else() {
    let refused = Err(InstructionError::Custom(GovError::Paused.code()));
    for scene in scenes() {
        let gate = Gate::ALL.iter().find(|gate| gate.name() == scene.name).expect("the table knows every instruction");
        let addresses: Vec<Address> = scene.instruction.accounts.iter().map(|meta| meta.pubkey).collect();
        for subsystem in Subsystem::ALL {
            let world = paused(&scene.world, &addresses, &[subsystem]);
            let is_stopped = gate.stopped_by() == Some(subsystem) && is_stoppable(&scene.instruction);
            let found = outcome(world, &scene.instruction);
            let expected = if is_stopped { refused.clone() } else { Ok(()) };
            assert_eq!(found, expected, "{} while {subsystem:?} is paused", scene.name);
        }
        if gate.stopped_by().is_none() {
            let world = paused(&scene.world, &addresses, &Subsystem::ALL);
            assert_eq!(outcome(world, &scene.instruction), Ok(()), "{} while everything is paused", scene.name);
        }
    }
}

#[test]
fn e6_the_table_names_every_instruction_of_the_program_and_no_other() {
    let idl = include_str!("../../idl/quantumagi_core.json");
    let (_, instructions) = idl.split_once("\"instructions\": [").expect("the IDL lists instructions");
    let (instructions, _) = instructions.split_once("\n  ]").expect("the list ends");
    let names = instructions.lines().filter_map(|line| line.strip_prefix("      \"name\": \""));
    let names: BTreeSet<&str> = names.map(|rest| rest.trim_end_matches("\",")).collect();
    let table: BTreeSet<&str> = Gate::ALL.iter().map(|gate| gate.name()).collect();
    assert_eq!(names, table);
}

#[test]
fn e6_while_new_proposals_are_paused_amendments_and_ratifications_are_taken() {
    let mut community = Founding::default().guarded();
    community.adopt_policy("be kind", 0);
    community.rearm();
    community.take_effect(0, None, DAY);
    let until = community.now() + DAY;
    let stopped = [
        community.draft(&Action::PolicyRepeal { policy_id: 0 }),
        community.draft(&Action::TransferLamports { recipient: [7; 32], lamports: 1 }),
    ];
    for draft in &stopped {
        check_refused(&mut community, draft.instruction(), GovError::Paused);
    }
    let (text_hash, parent_hash) = (hash("version 2"), hash("version 1"));
    let amendment = community.draft(&Action::ConstitutionAmend { text_hash, parent_hash });
    community.create(&amendment);
    let removal = community.draft(&Action::GuardiansRemove);
    community.create(&removal);
    let end = community.draft(&Action::EmergencyEnd { emergency_id: 0 });
    community.create(&end);
    community.set_time(until);
    let draft = community.draft(&Action::PolicyRepeal { policy_id: 0 });
    community.create(&draft);
}

#[test]
fn e3_a_pause_takes_no_second_of_a_proposals_window() {
    let mut community = Founding::default().guarded();
    let proposal = community.approved(&Action::TransferLamports { recipient: [7; 32], lamports: 5_000_000 });
    community.rearm();
    let (constitution, vault) = (community.constitution, community.vault);
    let recipient = Address::new_from_array([7; 32]);
    let pay = ix::VaultTransfer { constitution, proposal, vault, recipient, guardrails: None }.instruction(5_000_000);
    let expire = community.expire(&proposal);
    // The last hour of the window is left when the pause begins, and again when it ends.
    let closes_at = community.closes_at(&proposal);
    community.set_time(closes_at - 3_600);
    community.rearm();
    community.take_effect(1, None, 3 * DAY);
    let resumes_at = closes_at - 3_600 + 3 * DAY;
    for now in [closes_at, resumes_at - 1] {
        community.set_time(now);
        check_refused(&mut community, pay.clone(), GovError::Paused);
        check_refused(&mut community, expire.clone(), GovError::WindowNotClosed);
    }
    community.set_time(resumes_at + 3_599);
    check_refused(&mut community, expire.clone(), GovError::WindowNotClosed);
    let mut executed = community.clone();
    executed.send(pay.clone());
    community.set_time(resumes_at + 3_600);
    check_refused(&mut community, pay, GovError::WindowClosed);
    community.send(expire);
}

#[test]
fn e3_a_pause_revives_nothing_that_was_over_before_it() {
    let mut community = Founding::default().guarded();
    let proposal = community.approved(&Action::TransferLamports { recipient: [7; 32], lamports: 5_000_000 });
    let closes_at = community.closes_at(&proposal);
    community.set_time(closes_at);
    community.rearm();
    community.take_effect(1, None, 3 * DAY);
    community.pass(3 * DAY);
    let (constitution, vault) = (community.constitution, community.vault);
    let recipient = Address::new_from_array([7; 32]);
    let pay = ix::VaultTransfer { constitution, proposal, vault, recipient, guardrails: None }.instruction(5_000_000);
    check_refused(&mut community, pay, GovError::WindowClosed);
    let expire = community.expire(&proposal);
    community.send(expire);
}

#[test]
fn expire_asks_the_proposals_own_constitution() {
    let mut community = Founding::default().guarded();
    let proposal = community.approved(&Action::TransferLamports { recipient: [7; 32], lamports: 5_000_000 });
    let closes_at = community.closes_at(&proposal);
    let others = Founding::named("others").found_in(community.world);
    let constitution = others.constitution;
    let mut world = others.world;
    world.set_time(closes_at);
    check_refused(&mut world, ix::ProposalExpire { constitution, proposal }.instruction(), GovError::WrongConstitution);
}

#[test]
fn e3_a_hold_delays_an_approved_proposal_once_and_leaves_its_whole_window() {
    let mut community = Founding::default().guarded();
    let proposal = community.approved(&Action::TransferLamports { recipient: [7; 32], lamports: 5_000_000 });
    community.rearm();
    let emergency = community.nearly_act(5, Some(proposal), 2 * DAY);
    let third = community.approve_act(&emergency, 2);
    let before = community.proposal(&proposal);
    let done = community.send(third);
    let held_until = community.now() + 2 * DAY;
    let [Event::ProposalHeld(event), Event::EmergencyApproved(_)] = done.events.as_slice() else {
        panic!("{:?}", done.events)
    };
    assert_eq!((event.proposal, event.emergency, event.held_until), (proposal, emergency, held_until));
    let after = community.proposal(&proposal);
    let (updated_at, chain) = (community.now(), after.chain);
    assert_eq!(after, accounts::Proposal { held_until, updated_at, chain, ..before });
    let (constitution, vault) = (community.constitution, community.vault);
    let recipient = Address::new_from_array([7; 32]);
    let pay = ix::VaultTransfer { constitution, proposal, vault, recipient, guardrails: None }.instruction(5_000_000);
    community.set_time(held_until - 1);
    check_refused(&mut community, pay.clone(), GovError::TimelockActive);
    community.set_time(held_until + i64::from(after.window_seconds) - 1);
    let mut executed = community.clone();
    executed.send(pay);
    community.rearm();
    let again = community.nearly_act(5, Some(proposal), DAY);
    let third = community.approve_act(&again, 2);
    check_refused(&mut community, third, GovError::CannotBeHeld);
}

#[test]
fn e6_nothing_holds_up_who_chooses_or_removes_the_guardians() {
    let mut community = Founding::default().guarded();
    let list = community.guardian_list(3);
    let members: Vec<[u8; 32]> = list.iter().map(Address::to_bytes).collect();
    let adoption = Action::GuardiansAdopt { threshold: 2, term_seconds: DAY as u32, members: &members };
    for action in [adoption, Action::GuardiansRemove] {
        let proposal = community.approved(&action);
        community.rearm();
        let emergency = community.nearly_act(5, Some(proposal), DAY);
        let third = community.approve_act(&emergency, 2);
        check_refused(&mut community, third, GovError::CannotBeHeld);
    }
}

#[test]
fn only_an_approved_proposal_of_this_constitution_is_held() {
    let mut community = Founding::default().guarded();
    let proposal = community.propose(&Action::TransferLamports { recipient: [7; 32], lamports: 5_000_000 });
    let emergency = community.nearly_act(5, Some(proposal), DAY);
    let third = community.approve_act(&emergency, 2);
    check_refused(&mut community, third, GovError::NothingToHold);
    let mut others = Founding::named("others").found_in(community.world.clone());
    let theirs = others.propose(&Action::TransferLamports { recipient: [7; 32], lamports: 5_000_000 });
    community.world = others.world;
    community.set_time(START);
    let emergency = community.nearly_act(5, Some(theirs), DAY);
    let third = community.approve_act(&emergency, 2);
    check_refused(&mut community, third, GovError::WrongConstitution);
}
