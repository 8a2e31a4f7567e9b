//! What a proposal will do, in words.

use quantumagi_rpc::solana::Address;
use quantumagi_rules::{
    Hash,
    action::{Action, FLAG_SIGNER, FLAG_WRITABLE, Invocation, InvokeAccount, InvokeAccounts, Series},
    electorate::ElectorateKind,
    policy::sunset,
    principle::{Category, Class},
};
use serde::Serialize;

use super::amount::{counted, hash, hex, sol};
use super::call::{Call, describe_call};
use super::guardrail::describe_guardrail;
use super::moment::{duration, utc};
use super::names::Names;
use super::tracks::{describe_change, describe_settings};

/// An action in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ActionWords {
    /// What it does, as the rest of a sentence about the proposal: `pays 1.5 SOL from the vault to …`.
    pub sentence: String,
    /// Everything else that is voted on, one thing a line: hashes in full; accounts with their flags; data.
    pub details: Vec<String>,
}

/// What `action` does, in words.
///
/// Nothing is guessed: an instruction of another program is told in words only where every byte of it was understood,
/// and always listed in full besides.
#[must_use]
pub fn describe_action(action: &Action<'_>, names: &Names) -> ActionWords {
    let texts = |hashes: &[(&str, &Hash)]| hashes.iter().map(|(what, text)| format!("{what} {}", hash(text))).collect();
    let (sentence, details) = match action {
        Action::PolicyAdopt { text_hash, sunset_at } => (
            format!("adopts {} {}", names.text_of("policy", text_hash), until(*sunset_at)),
            texts(&[("text", text_hash)]),
        ),
        Action::PolicyAmend { policy_id, text_hash, sunset_at } => {
            let (policy, text) = (names.policy(*policy_id), names.text(text_hash));
            (format!("amends {policy} to {text} {}", until(*sunset_at)), texts(&[("text", text_hash)]))
        }
        Action::PolicyRepeal { policy_id } => (format!("repeals {}", names.policy(*policy_id)), Vec::new()),
        Action::TransferLamports { recipient, lamports } => {
            let recipient = Address::from(*recipient);
            let sentence = format!("pays {} from the vault to {}", sol(*lamports), names.address(&recipient));
            (sentence, vec![format!("recipient {recipient}"), counted(*lamports, "lamport")])
        }
        Action::Invoke { program, accounts, data } => describe_invoke(&Address::from(*program), *accounts, data, names),
        Action::InvokeSeries { steps } => describe_series(*steps, names),
        Action::TransferTokens { mint, recipient, amount } => {
            let [mint, recipient] = [mint, recipient].map(|address| Address::from(*address));
            let amount = counted(*amount, "base unit");
            let (token, account) = (names.address(&mint), names.address(&recipient));
            let sentence = format!("pays {amount} of token {token} from the vault to token account {account}");
            (sentence, vec![format!("mint {mint}"), format!("recipient {recipient}"), amount])
        }
        Action::ProgramUpgrade { program, buffer, buffer_hash, spill } => {
            let [program, buffer, spill] = [program, buffer, spill].map(|address| Address::from(*address));
            let sentence = format!(
                "replaces the code of program {} by the code with hash {}",
                names.address(&program),
                hash(buffer_hash)
            );
            let code = format!("code {}", hex(buffer_hash));
            (sentence, vec![format!("program {program}"), format!("buffer {buffer}"), code, format!("spill {spill}")])
        }
        Action::ConstitutionAmend { text_hash, parent_hash } => (
            format!("replaces the constitution's text by {}", names.text(text_hash)),
            texts(&[("text", text_hash), ("in place of", parent_hash)]),
        ),
        Action::PrincipleAdd { text_hash, class, category, priority } => {
            let (class, category) = (class_name(*class), category_name(*category));
            let principle = names.text_of(&format!("{class} {category} principle"), text_hash);
            let sentence = format!("adds {principle}, priority {priority}");
            (sentence, texts(&[("text", text_hash)]))
        }
        Action::PrincipleAmend { principle_id, version, text_hash } => {
            let (principle, text) = (names.principle(*principle_id), names.text(text_hash));
            let next = u64::from(*version) + 1;
            let sentence = format!("amends {principle} (version {version} → {next}) to {text}");
            (sentence, texts(&[("text", text_hash)]))
        }
        Action::PrincipleRetire { principle_id, version } => {
            (format!("retires {} (version {version})", names.principle(*principle_id)), Vec::new())
        }
        Action::GuardiansAdopt { threshold, term_seconds, members } => {
            let (count, term) = (counted(members.len() as u64, "guardian"), duration(u64::from(*term_seconds)));
            let listed = members
                .iter()
                .zip(1..)
                .map(|(member, place)| format!("guardian {place}: {}", names.address(&Address::from(*member))));
            let sentence = format!("gives emergency powers to {count}, of whom {threshold} must agree, for {term}");
            (sentence, listed.collect())
        }
        Action::EmergencyRatify { emergency_id } => {
            (format!("confirms emergency act {emergency_id}, for its whole length"), Vec::new())
        }
        Action::EmergencyEnd { emergency_id } => (format!("ends emergency act {emergency_id} at once"), Vec::new()),
        Action::GuardiansRemove => ("removes the guardians".to_owned(), Vec::new()),
        Action::GuardrailSet { principle_id, version, guardrail } => {
            let principle = names.principle(*principle_id);
            let says = describe_guardrail(guardrail, names);
            (format!("binds to {principle} (version {version}) the guardrail that {says}"), Vec::new())
        }
        Action::GuardrailClear { principle_id, version } => {
            (format!("takes the guardrail of {} (version {version}) away", names.principle(*principle_id)), Vec::new())
        }
        Action::RosterAdopt { roster_version, members_hash } => (
            format!("makes roster {roster_version} the electorate of later proposals"),
            texts(&[("members", members_hash)]),
        ),
        Action::ElectorateAdopt { kind, electorate } => {
            let electorate = Address::from(*electorate);
            let sentence = format!("makes {} the electorate of later proposals", electorate_name(*kind));
            (sentence, vec![format!("electorate {electorate}")])
        }
        Action::ParametersAmend(change) => describe_change(change),
        Action::VetoBodyAdopt { roster_version: 0, .. } => {
            ("leaves later proposals without a veto body".to_owned(), Vec::new())
        }
        Action::VetoBodyAdopt { roster_version, members_hash } => (
            format!("makes roster {roster_version} the veto body of later proposals"),
            texts(&[("members", members_hash)]),
        ),
        Action::SettingsAmend(settings) => describe_settings(settings, names),
    };
    ActionWords { sentence, details }
}

/// A kind of electorate, as in `makes … the electorate`.
#[must_use]
pub fn electorate_name(kind: ElectorateKind) -> &'static str {
    match kind {
        ElectorateKind::None => "nobody",
        ElectorateKind::Council => "a council",
        ElectorateKind::Deposit => "whoever deposits tokens in a pool",
        ElectorateKind::Snapshot => "whoever is in a snapshot",
        ElectorateKind::WeightRecord => "whoever has a weight record",
    }
}

/// The class in one word.
#[must_use]
pub fn class_name(class: Class) -> &'static str {
    match class {
        Class::Ordinary => "ordinary",
        Class::Entrenched => "entrenched",
    }
}

/// The category in one word.
#[must_use]
pub fn category_name(category: Category) -> &'static str {
    match category {
        Category::Governance => "governance",
        Category::Rights => "rights",
        Category::Process => "process",
        Category::Treasury => "treasury",
        Category::Safety => "safety",
        Category::Technical => "technical",
        Category::Other => "other",
    }
}

/// How long a policy holds: `until 2027-01-01`, `without end`.
pub(super) fn until(sunset_at: i64) -> String {
    sunset(sunset_at).map_or_else(|| "without end".to_owned(), |moment| format!("until {}", utc(moment)))
}

/// Every call in its order, in words and in full.
fn describe_series(steps: Series<'_>, names: &Names) -> (String, Vec<String>) {
    let mut sentences = Vec::with_capacity(steps.len());
    let mut details = Vec::new();
    for (number, Invocation { program, accounts, data }) in (1..).zip(steps.iter()) {
        let (sentence, lines) = describe_invoke(&Address::from(program), accounts, data, names);
        sentences.push(format!("({number}) {sentence}"));
        details.extend(lines.into_iter().map(|line| format!("step {number}: {line}")));
    }
    let sentence = format!("does {} in this order: {}", counted(steps.len() as u64, "thing"), sentences.join("; "));
    (sentence, details)
}

fn describe_invoke(program: &Address, list: InvokeAccounts<'_>, data: &[u8], names: &Names) -> (String, Vec<String>) {
    let accounts: Vec<InvokeAccount> = list.iter().collect();
    let signed =
        if accounts.iter().any(|account| account.flags & FLAG_SIGNER != 0) { ", signed by the vault" } else { "" };
    let Call { program_name, effect } = describe_call(program, &accounts, data, names);
    let called = program_name.map_or_else(|| format!("program {program}"), |name| format!("the {name}"));
    let sentence = match effect {
        Some(effect) => format!("calls {called}{signed}: {effect}"),
        None => {
            let (n_accounts, n_bytes) = (counted(accounts.len() as u64, "account"), counted(data.len() as u64, "byte"));
            format!("calls {called}{signed}, with {n_accounts} and {n_bytes} of data that are not understood here")
        }
    };
    let mut details = vec![format!("program {program}")];
    details.extend(accounts.iter().enumerate().map(|(index, account)| {
        let address = Address::from(account.address);
        let role = match (account.flags & FLAG_WRITABLE != 0, account.flags & FLAG_SIGNER != 0) {
            (false, false) => "",
            (true, false) => ", writable",
            (false, true) => ", signer",
            (true, true) => ", writable, signer",
        };
        let name = if names.vault == Some(address) { " (the vault)" } else { "" };
        format!("account {}: {address}{name}{role}", index + 1)
    }));
    details.push(if data.is_empty() { "no data".to_owned() } else { format!("data {}", hex(data)) });
    (sentence, details)
}

#[cfg(test)]
mod tests;
