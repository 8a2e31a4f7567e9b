//! A sentence for everything that the IDL leaves without one.
//!
//! The IDL's own words come first, then those of the field with the same name in the account that
//! an event is about, then this table. A name that is in none of them is refused: it has to be
//! documented in the program.

use anchor_lang_idl::types::{IdlField, IdlInstructionAccount};
use anyhow::{Result, bail};

use super::idl::{Kind, Program};

const EVENT_FIELDS: &[(&str, &str)] = &[
    ("at", "When it happened by the chain's clock, Unix seconds."),
    ("ballot_rule", "0 ballots can be changed, 1 ballots are final and voting may end early."),
    ("bytes", "The part itself."),
    ("constitution", "The constitution."),
    ("digest", "Digest of what was done, which is the one that was voted on."),
    ("final_hash", "Where the proposal's own chain ended: its last hash."),
    ("final_sequence", "Number of events in the proposal's own chain."),
    ("first_index", "Index of the first of these members in the roster."),
    ("mandate", "The proposal that ordered it; zeros for the founder."),
    ("members", "The members, in the roster's order."),
    ("page", "Number of the page, from 0."),
    ("payer", "Who paid for the account, and is paid back when it is closed."),
    ("policy_id", "The policy's id in the constitution."),
    ("principle_id", "The principle's id in the constitution."),
    ("proposal", "The proposal."),
    ("proposal_id", "The proposal's id in the constitution."),
    ("publisher", "Who published the part."),
    ("roster", "The roster."),
    ("sequence", "Its number in its chain, from 0."),
    ("text_hash", "SHA-256 of the canonical text."),
    ("voter", "Who voted."),
    ("weight", "The voter's weight in the electorate."),
];

const INSTRUCTION_ACCOUNTS: &[(&str, &str)] = &[
    ("ballot_page", "The ballot page."),
    ("constitution", "The constitution."),
    ("policy", "The policy."),
    ("principle", "The principle."),
    ("proposal", "The proposal."),
    ("roster", "The roster."),
    ("roster_page", "The roster page."),
    ("vault", "The constitution's vault."),
];

/// What to say about a field of a type.
///
/// # Errors
/// When nothing is known about it.
pub(super) fn of_field(program: &Program, type_name: &str, field: &IdlField) -> Result<Vec<String>> {
    if !field.docs.is_empty() {
        return Ok(field.docs.clone());
    }
    if let Some(words) = table(EVENT_FIELDS, &field.name) {
        return Ok(vec![words]);
    }
    if let Some(docs) = of_account(program, type_name, field)? {
        return Ok(docs);
    }
    bail!("field `{}` of {type_name} has no doc comment; write one in the program", field.name)
}

/// The words of the same field in the account whose name the event's name begins with.
fn of_account(program: &Program, event: &str, field: &IdlField) -> Result<Option<Vec<String>>> {
    for account in program.types(Kind::Account).filter(|account| event.starts_with(&account.name)) {
        let same = program.fields(&account.name)?.iter().find(|it| it.name == field.name && !it.docs.is_empty());
        if let Some(same) = same {
            return Ok(Some(same.docs.clone()));
        }
    }
    Ok(None)
}

/// What to say about an account of an instruction: its role, then what the transaction grants it.
///
/// # Errors
/// When nothing is known about it.
pub(super) fn of_instruction_account(instruction: &str, account: &IdlInstructionAccount) -> Result<Vec<String>> {
    let mut docs = match table(INSTRUCTION_ACCOUNTS, &account.name) {
        _ if !account.docs.is_empty() => account.docs.clone(),
        Some(words) => vec![words],
        None => bail!("account `{}` of {instruction} has no doc comment; write one in the program", account.name),
    };
    let grant = match (account.writable, account.signer) {
        (true, true) => " (Writable, signer.)",
        (true, false) => " (Writable.)",
        (false, true) => " (Signer.)",
        (false, false) => "",
    };
    if let Some(last) = docs.last_mut() {
        last.push_str(grant);
    }
    Ok(docs)
}

fn table(entries: &[(&str, &str)], name: &str) -> Option<String> {
    entries.iter().find(|(key, _)| *key == name).map(|(_, words)| (*words).to_owned())
}
