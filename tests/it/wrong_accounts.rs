//! Every instruction, every account slot, every look-alike (A3, A7).
//!
//! Each scene is an instruction that goes through. Then one account at a time is replaced: by the same kind of another
//! constitution, by itself under another owner, with another discriminator, or gone, by a copy of itself at another
//! address, and by each other account of the instruction. Signatures and write access are taken away as well. What each
//! is refused with is committed in `tests/fixtures/wrong_accounts.txt`; `QUANTUMAGI_BLESS=1` writes it anew, to be read
//! before it is committed.

use std::collections::BTreeSet;
use std::fmt::Write;

use solana_account::Account;

use crate::scenes::{Scene, scenes};
use crate::support::*;

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/wrong_accounts.txt");

/// Sends a spoiled instruction. Refused: what with, after checking that nothing changed. Not refused: `None`.
fn outcome(world: &World, instruction: Instruction) -> Option<InstructionError> {
    let mut world = world.clone();
    let before = world.snapshot();
    let failed = world.try_send(&[instruction]).err()?;
    assert!(before == world.snapshot(), "an account changed although the instruction was refused");
    Some(error_of(&failed))
}

/// The error as the table says it: the program's by name.
fn words(outcome: Option<InstructionError>) -> String {
    match outcome {
        None => "GOES THROUGH".to_owned(),
        Some(InstructionError::Custom(code)) => {
            GovError::from_code(code).map_or_else(|| format!("Custom({code})"), |error| error.name().to_owned())
        }
        Some(other) => format!("{other:?}"),
    }
}

/// Changes that need no other account.
fn spoil_in_place(world: &World, address: &Address) -> Vec<(&'static str, World)> {
    let Some(account) = world.account(address) else { return Vec::new() };
    if account.owner != PROGRAM_ID {
        return Vec::new();
    }
    let with = |account: Account| {
        let mut world = world.clone();
        world.put(address, account);
        world
    };
    let mut other_kind = account.clone();
    other_kind.data[0] ^= 1;
    let short = Account { data: account.data[..account.data.len() - 1].to_vec(), ..account.clone() };
    vec![
        ("another discriminator", with(other_kind)),
        ("another owner", with(Account { owner: person("another program"), ..account.clone() })),
        ("a byte short", with(short)),
        ("gone", with(Account::default())),
    ]
}

fn table_of(scene: &Scene) -> String {
    let Scene { name, world, instruction, slots, foreign } = scene;
    assert_eq!(outcome(world, instruction.clone()), None, "{name} goes through when nothing is wrong");
    let mut table = String::new();
    let mut line = |slot: &str, change: &str, outcome: Option<InstructionError>| {
        writeln!(table, "{name:<20} {slot:<15} {change:<34} {}", words(outcome)).unwrap();
    };
    for (index, meta) in instruction.accounts.iter().enumerate() {
        let slot = slots.get(index).copied().unwrap_or("remaining");
        if meta.is_signer {
            line(slot, "did not sign", outcome(world, unsigned(instruction.clone(), index)));
        }
        if meta.is_writable {
            line(slot, "read-only", outcome(world, read_only(instruction.clone(), index)));
        }
        let replaced = |address| swapped(instruction.clone(), index, address);
        if let Some((_, address)) = foreign.iter().find(|(kind, _)| *kind == slot) {
            line(slot, "of another constitution", outcome(world, replaced(*address)));
        }
        for (change, world) in spoil_in_place(world, &meta.pubkey) {
            line(slot, change, outcome(&world, instruction.clone()));
        }
        if world.account(&meta.pubkey).is_some_and(|account| account.owner == PROGRAM_ID) {
            let copy = person("copy");
            let mut forged = world.clone();
            // Somebody else's program can copy any bytes, but never make this program their owner.
            let account = forged.account(&meta.pubkey).unwrap();
            forged.put(&copy, Account { owner: person("another program"), ..account });
            line(slot, "a forged copy", outcome(&forged, replaced(copy)));
        }
        line(slot, "an account that does not exist", outcome(world, replaced(person("nobody"))));
        line(slot, "a wallet", outcome(world, replaced(person("wallet"))));
        for (other, duplicate) in instruction.accounts.iter().enumerate() {
            if duplicate.pubkey != meta.pubkey {
                let change = format!("the same as {}", slots.get(other).copied().unwrap_or("remaining"));
                line(slot, &change, outcome(world, replaced(duplicate.pubkey)));
            }
        }
    }
    let fewer = Instruction { accounts: instruction.accounts[..slots.len() - 1].to_vec(), ..instruction.clone() };
    line("all", "one account too few", outcome(world, fewer));
    table
}

#[test]
fn a3_a7_every_look_alike_in_every_slot_is_refused_as_the_table_says() {
    let tables = std::thread::scope(|scope| {
        let scenes = scenes();
        let threads: Vec<_> = scenes.into_iter().map(|scene| scope.spawn(move || table_of(&scene))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<String>()
    });
    if switches::is_on("QUANTUMAGI_BLESS") {
        std::fs::write(TABLE, &tables).unwrap();
    }
    let committed = std::fs::read_to_string(TABLE).expect("the table is committed");
    for (line, (is, was)) in tables.lines().zip(committed.lines()).enumerate() {
        assert_eq!(is, was, "line {} of wrong_accounts.txt", line + 1);
    }
    assert_eq!(tables.lines().count(), committed.lines().count());
    // What may be exchanged without harm, and why.
    let harmless = committed.lines().filter(|line| line.ends_with("GOES THROUGH")).collect::<BTreeSet<_>>();
    let explained = HARMLESS.iter().copied().collect::<BTreeSet<_>>();
    let strange = harmless.difference(&explained).collect::<Vec<_>>();
    assert!(strange.is_empty(), "goes through without a reason: {strange:#?}");
    let refused = explained.difference(&harmless).collect::<Vec<_>>();
    assert!(refused.is_empty(), "is refused by now: {refused:#?}");
}

#[test]
fn a3_every_instruction_has_a_scene() {
    let mut discriminators = scenes().into_iter().map(|scene| scene.instruction.data[..8].to_vec()).collect::<Vec<_>>();
    discriminators.sort();
    discriminators.dedup();
    let idl = include_str!("../../idl/quantumagi_core.json");
    let (before, instructions) = idl.split_once("\"instructions\": [").expect("the IDL lists instructions");
    assert!(!before.contains("\"discriminator\""), "nothing that has a discriminator comes before them");
    let (instructions, _) = instructions.split_once("\n  ]").expect("the list ends");
    assert_eq!(discriminators.len(), instructions.matches("\"discriminator\"").count());
}

/// What goes through, and why it does no harm. Who acts is free where anybody may: the founder of a new constitution, a
/// publisher, an executor, a payer. A principle may be cited by the proposal that is about it. Code that cannot change lies in
/// the program itself. Anybody may finalize any proposal. A proposal that is no account of this program any more is closed, and
/// its roots give their rent back. What an emergency act has stopped may be gone when a vote decides about the act.
/// its roots give their rent back. Anybody may ask about a policy, and pay for the record of the answer; a
/// policy that is gone has ended for good.
const HARMLESS: &[&str] = &[
    "guardians_open       payer           a wallet                           GOES THROUGH",
    "guardians_adopt      authority       a wallet                           GOES THROUGH",
    "guardians_adopt      authority       an account that does not exist     GOES THROUGH",
    "guardians_remove     authority       a wallet                           GOES THROUGH",
    "guardians_remove     authority       an account that does not exist     GOES THROUGH",
    "emergency_ratify     target          another owner                      GOES THROUGH",
    "emergency_ratify     target          gone                               GOES THROUGH",
    "emergency_end        target          another owner                      GOES THROUGH",
    "emergency_end        target          gone                               GOES THROUGH",
    "constitution_create  founder         a wallet                           GOES THROUGH",
    "text_publish         publisher       an account that does not exist     GOES THROUGH",
    "text_publish         publisher       a wallet                           GOES THROUGH",
    "text_publish         publisher       the same as text                   GOES THROUGH",
    "constitution_amend   authority       an account that does not exist     GOES THROUGH",
    "constitution_amend   authority       a wallet                           GOES THROUGH",
    "principle_amend      authority       an account that does not exist     GOES THROUGH",
    "principle_amend      authority       a wallet                           GOES THROUGH",
    "principle_retire     authority       an account that does not exist     GOES THROUGH",
    "principle_retire     authority       a wallet                           GOES THROUGH",
    "principle_add        authority       a wallet                           GOES THROUGH",
    "principle_retire     authority       the same as guardrails             GOES THROUGH",
    "guardrails_open      payer           a wallet                           GOES THROUGH",
    "guardrail_set        authority       an account that does not exist     GOES THROUGH",
    "guardrail_set        authority       a wallet                           GOES THROUGH",
    "guardrail_clear      authority       an account that does not exist     GOES THROUGH",
    "guardrail_clear      authority       a wallet                           GOES THROUGH",
    "policy_authorize     authority       an account that does not exist     GOES THROUGH",
    "policy_authorize     authority       a wallet                           GOES THROUGH",
    "policy_authorize     authority       the same as constitution           GOES THROUGH",
    "policy_authorize     authority       the same as policy                 GOES THROUGH",
    "policy_use           payer           a wallet                           GOES THROUGH",
    "authorization_close  policy          gone                               GOES THROUGH",
    "proposal_execute     program_data    the same as program                GOES THROUGH",
    "parameters_amend     authority       the same as guardrails             GOES THROUGH",
    "roster_create        payer           a wallet                           GOES THROUGH",
    "roster_adopt         authority       an account that does not exist     GOES THROUGH",
    "roster_adopt         authority       a wallet                           GOES THROUGH",
    "roster_adopt         authority       the same as roster                 GOES THROUGH",
    "parameters_amend     authority       an account that does not exist     GOES THROUGH",
    "parameters_amend     authority       a wallet                           GOES THROUGH",
    "settings_amend       authority       an account that does not exist     GOES THROUGH",
    "settings_amend       authority       a wallet                           GOES THROUGH",
    "veto_body_remove     authority       an account that does not exist     GOES THROUGH",
    "veto_body_remove     authority       a wallet                           GOES THROUGH",
    "veto_body_adopt      authority       an account that does not exist     GOES THROUGH",
    "veto_body_adopt      authority       a wallet                           GOES THROUGH",
    "veto_body_adopt      authority       the same as roster                 GOES THROUGH",
    "proposal_create      remaining       the same as subject                GOES THROUGH",
    "proposer_open        payer           a wallet                           GOES THROUGH",
    "proposer_close       authority       the same as payer                  GOES THROUGH",
    "proposal_execute     program_data    the same as program                GOES THROUGH",
    "ballot_page_open     payer           a wallet                           GOES THROUGH",
    "proposal_finalize    proposal        of another constitution            GOES THROUGH",
    "policy_adopt         payer           a wallet                           GOES THROUGH",
    "deposit_pool_create  payer           a wallet                           GOES THROUGH",
    "electorate_adopt     authority       an account that does not exist     GOES THROUGH",
    "electorate_adopt     authority       a wallet                           GOES THROUGH",
    "electorate_adopt     authority       the same as electorate             GOES THROUGH",
    "deposit_open         payer           a wallet                           GOES THROUGH",
    "deposit_mature       authority       an account that does not exist     GOES THROUGH",
    "deposit_mature       authority       a wallet                           GOES THROUGH",
    "operators_create     payer           a wallet                           GOES THROUGH",
    "snapshot_close       proposal        another owner                      GOES THROUGH",
    "snapshot_close       proposal        gone                               GOES THROUGH",
    "weight_plugin_create payer           a wallet                           GOES THROUGH",
    "seat_open            payer           a wallet                           GOES THROUGH",
];
