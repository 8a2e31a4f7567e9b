//! What a proposal does if it passes, as it is typed.

use std::path::PathBuf;

use clap::Subcommand;
use quantumagi_interface::digest::sha256;
use quantumagi_interface::pda;
use quantumagi_rpc::solana::Address;
use quantumagi_rules::action::{Action, InvokeAccounts, MAX_INVOKE_DATA, Series, encode_accounts};
use quantumagi_rules::parameters::{ParameterChange, Track};
use quantumagi_sdk::SdkError;

use super::super::constitution::read_document;
use super::super::electorate::Candidate;
use super::super::guardrail;
use super::super::principle::NewText;
use super::super::{parameters, settings};
use crate::amount;
use crate::context::Context;
use crate::exit::UsageError;
use crate::library::read_text;
use crate::moment;
use crate::naming::Wanted;
use crate::tracks;

mod invoke;

/// What is done if the proposal passes.
#[derive(Debug, Subcommand)]
pub(crate) enum Typed {
    /// Put a policy into force.
    PolicyAdopt {
        /// The policy's text.
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
        /// When it ends by itself: 2027-01-31, 2027-01-31T14:30:00Z, Unix seconds, or never.
        #[arg(long, value_name = "MOMENT", default_value = "never", value_parser = moment::sunset)]
        until: i64,
    },
    /// Replace the text and the end of a policy.
    PolicyAmend {
        /// Its id.
        policy: u64,
        /// The new text.
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
        /// When it ends by itself: 2027-01-31, 2027-01-31T14:30:00Z, Unix seconds, or never.
        #[arg(long, value_name = "MOMENT", default_value = "never", value_parser = moment::sunset)]
        until: i64,
    },
    /// End a policy.
    PolicyRepeal {
        /// Its id.
        policy: u64,
    },
    /// Pay from the vault.
    Transfer {
        /// Who is paid.
        recipient: Address,
        /// How much, in SOL: 1.5.
        #[arg(value_name = "SOL", value_parser = amount::lamports)]
        lamports: u64,
    },
    /// Call another program, signed by the vault.
    Invoke {
        /// The program.
        program: Address,
        /// An account it gets: ADDRESS, then :w where it is written, :s where it signs (the vault alone can), or :ws.
        /// `vault` stands for the vault's address. Repeat it, in the program's order.
        #[arg(long = "account", value_name = "ACCOUNT", value_parser = invoke::account)]
        accounts: Vec<invoke::Account>,
        /// Its data in hexadecimal, at most 9,216 bytes.
        #[arg(long, value_name = "HEX", default_value = "", value_parser = invoke::data)]
        data: invoke::Data,
    },
    /// Call several instructions of other programs in this order, signed by the vault; at most 16, each in a transaction of
    /// its own if need be.
    InvokeSeries {
        /// A call: PROGRAM, its accounts as in `invoke`, then = and its data in hexadecimal, without spaces between:
        /// PROGRAM,ACCOUNT,ACCOUNT=HEX. Repeat it, in the order in which they are called.
        #[arg(long = "call", value_name = "CALL", value_parser = invoke::call)]
        calls: Vec<invoke::Call>,
        /// A file with one call a line, behind those that were given; lines that begin with # are passed over.
        #[arg(long = "file", value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Pay tokens from the vault's associated token account, of either token program.
    TransferTokens {
        /// The token's mint.
        mint: Address,
        /// The token account that is paid into.
        recipient: Address,
        /// How much, in the token's base units.
        #[arg(value_name = "UNITS")]
        amount: u64,
    },
    /// Replace the code of a program whose upgrade authority is the vault.
    ProgramUpgrade {
        /// The program.
        program: Address,
        /// The loader's buffer with the new code; its authority must be the vault when it is executed.
        buffer: Address,
        /// Who gets the lamports that the buffer has left [default: the vault].
        #[arg(long, value_name = "ADDRESS")]
        spill: Option<Address>,
    },
    /// Replace the constitution's text. Principles stay as they are: each is changed by a proposal of its own.
    ConstitutionAmend {
        /// The new constitution: numbered text, Markdown or TOML, gzipped or not.
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
    },
    /// Add a principle.
    PrincipleAdd(NewText),
    /// Replace a principle's text.
    PrincipleAmend {
        /// Its id.
        principle: u32,
        /// The new text.
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
    },
    /// Retire a principle.
    PrincipleRetire {
        /// Its id.
        principle: u32,
    },
    /// Bind a guardrail to a principle, in place of the one it had.
    GuardrailSet {
        /// The principle's id.
        principle: u32,
        /// What it says.
        #[command(subcommand)]
        guardrail: guardrail::Typed,
    },
    /// Take a principle's guardrail away.
    GuardrailClear {
        /// The principle's id.
        principle: u32,
    },
    /// Make another roster the electorate of later proposals.
    RosterAdopt {
        /// Its version.
        roster: u32,
    },
    /// Give emergency powers to guardians, in place of any before.
    GuardiansAdopt {
        /// How many of them must approve an act: a majority, and at least 2.
        #[arg(long)]
        threshold: u8,
        /// How long they may act: 180d. A day to a year.
        #[arg(long, value_parser = moment::duration)]
        term: u32,
        /// Who they are: 2 to 9 addresses.
        #[arg(required = true)]
        members: Vec<Address>,
    },
    /// Remove the guardians.
    GuardiansRemove,
    /// Confirm an emergency act, so that it holds for its whole length.
    EmergencyRatify {
        /// Its id.
        emergency: u32,
    },
    /// End an emergency act at once.
    EmergencyEnd {
        /// Its id.
        emergency: u32,
    },
    /// Make an electorate that is no council that of later proposals.
    ElectorateAdopt(Candidate),
    /// Change parameters of a track. It takes what is entrenched, and any share that it changes.
    ParametersAmend {
        /// The track.
        track: parameters::Named,
        /// What changes; everything else stays.
        #[command(flatten)]
        change: tracks::Track,
    },
    /// Make a roster the veto body of later proposals.
    VetoBodyAdopt {
        /// Its version.
        roster: u32,
    },
    /// Leave later proposals without a veto body. The body has no say about it.
    VetoBodyRemove,
    /// Change the attestor, the mark, or how many proposals may be open.
    SettingsAmend(settings::Change),
}

/// An action with the text that it is about.
pub(super) struct Prepared {
    /// Its canonical bytes.
    pub(super) bytes: Vec<u8>,
    /// The canonical text that it names by its hash, where it names one.
    pub(super) text: Option<String>,
}

impl Typed {
    /// Reads the files it names, and from the chain the versions that it binds to.
    pub(super) async fn prepare(self, context: &Context, constitution: &Address) -> anyhow::Result<Prepared> {
        let client = &context.client;
        let hashed = |text: String| (sha256(text.as_bytes()), Some(text));
        let encode = |action: Action<'_>, text| Prepared { bytes: action.to_bytes(), text };
        Ok(match self {
            Self::PolicyAdopt { file, until } => {
                let (text_hash, text) = hashed(read_text(&file)?);
                encode(Action::PolicyAdopt { text_hash, sunset_at: until }, text)
            }
            Self::PolicyAmend { policy, file, until } => {
                let (text_hash, text) = hashed(read_text(&file)?);
                encode(Action::PolicyAmend { policy_id: policy, text_hash, sunset_at: until }, text)
            }
            Self::PolicyRepeal { policy } => encode(Action::PolicyRepeal { policy_id: policy }, None),
            Self::Transfer { recipient, lamports } => {
                encode(Action::TransferLamports { recipient: recipient.to_bytes(), lamports }, None)
            }
            Self::Invoke { program, accounts, data } => {
                let accounts: Vec<_> = accounts.iter().map(|account| account.resolved(constitution)).collect();
                let accounts = encode_accounts(&accounts);
                let accounts = InvokeAccounts::new(&accounts).map_err(SdkError::from)?;
                if data.0.len() > MAX_INVOKE_DATA {
                    let problem = format!("{} bytes of data are more than the {MAX_INVOKE_DATA} allowed", data.0.len());
                    return Err(UsageError::new(problem, "split the call, or let the program read an account").into());
                }
                encode(Action::Invoke { program: program.to_bytes(), accounts, data: &data.0 }, None)
            }
            Self::InvokeSeries { mut calls, files } => {
                for file in &files {
                    calls.extend(invoke::read(file)?);
                }
                let accounts: Vec<Vec<u8>> = calls.iter().map(|call| call.account_bytes(constitution)).collect();
                let mut steps = Vec::with_capacity(calls.len());
                for (call, accounts) in calls.iter().zip(&accounts) {
                    steps.push(call.invocation(accounts).map_err(SdkError::from)?);
                }
                let bytes = Series::encode(&steps);
                encode(Action::InvokeSeries { steps: Series::new(&bytes).map_err(SdkError::from)? }, None)
            }
            Self::TransferTokens { mint, recipient, amount } => {
                let (mint, recipient) = (mint.to_bytes(), recipient.to_bytes());
                encode(Action::TransferTokens { mint, recipient, amount }, None)
            }
            Self::ProgramUpgrade { program, buffer, spill } => {
                let buffer_hash = client.hash_in_buffer(&buffer).await?;
                let spill = spill.unwrap_or_else(|| pda::vault(constitution)).to_bytes();
                let (program, buffer) = (program.to_bytes(), buffer.to_bytes());
                encode(Action::ProgramUpgrade { program, buffer, buffer_hash, spill }, None)
            }
            Self::ConstitutionAmend { file } => {
                let parent_hash = client.constitution(constitution).await?.value.text_hash;
                let (text_hash, text) = hashed(read_document(&file)?.text);
                encode(Action::ConstitutionAmend { text_hash, parent_hash }, text)
            }
            Self::PrincipleAdd(NewText { file, class, category, priority }) => {
                let (text_hash, text) = hashed(read_text(&file)?);
                let (class, category) = (class.into(), category.into());
                encode(Action::PrincipleAdd { text_hash, class, category, priority }, text)
            }
            Self::PrincipleAmend { principle, file } => {
                let version = client.principle(constitution, principle).await?.value.version;
                let (text_hash, text) = hashed(read_text(&file)?);
                encode(Action::PrincipleAmend { principle_id: principle, version, text_hash }, text)
            }
            Self::PrincipleRetire { principle } => {
                let version = client.principle(constitution, principle).await?.value.version;
                encode(Action::PrincipleRetire { principle_id: principle, version }, None)
            }
            Self::GuardrailSet { principle, guardrail } => {
                let version = client.principle(constitution, principle).await?.value.version;
                let guardrail = guardrail.into();
                encode(Action::GuardrailSet { principle_id: principle, version, guardrail }, None)
            }
            Self::GuardrailClear { principle } => {
                let version = client.principle(constitution, principle).await?.value.version;
                encode(Action::GuardrailClear { principle_id: principle, version }, None)
            }
            Self::ParametersAmend { track, change } => {
                let track = Track::from(track);
                let before = client.constitution(constitution).await?.value.parameters(track);
                let change = ParameterChange { track, before, after: change.or(before) };
                encode(Action::ParametersAmend(change), None)
            }
            Self::VetoBodyAdopt { roster } => {
                let members_hash = client.roster(constitution, roster).await?.value.members_hash;
                encode(Action::VetoBodyAdopt { roster_version: roster, members_hash }, None)
            }
            Self::VetoBodyRemove => encode(Action::VetoBodyAdopt { roster_version: 0, members_hash: [0; 32] }, None),
            Self::SettingsAmend(change) => {
                let account = client.constitution(constitution).await?.value;
                encode(Action::SettingsAmend(change.of(&account)), None)
            }
            Self::RosterAdopt { roster } => {
                let members_hash = client.roster(constitution, roster).await?.value.members_hash;
                encode(Action::RosterAdopt { roster_version: roster, members_hash }, None)
            }
            Self::GuardiansAdopt { threshold, term, members } => {
                let members = super::super::guardians::sorted(members);
                let members: Vec<[u8; 32]> = members.iter().map(Address::to_bytes).collect();
                encode(Action::GuardiansAdopt { threshold, term_seconds: term, members: &members }, None)
            }
            Self::GuardiansRemove => encode(Action::GuardiansRemove, None),
            Self::EmergencyRatify { emergency } => encode(Action::EmergencyRatify { emergency_id: emergency }, None),
            Self::EmergencyEnd { emergency } => encode(Action::EmergencyEnd { emergency_id: emergency }, None),
            Self::ElectorateAdopt(candidate) => {
                let (kind, electorate, _) = candidate.find(constitution);
                encode(Action::ElectorateAdopt { kind, electorate: electorate.to_bytes() }, None)
            }
        })
    }
}

/// The texts that an action names.
pub(super) fn texts_of(action: &Action<'_>) -> Vec<Wanted> {
    match *action {
        Action::PolicyAdopt { text_hash, .. }
        | Action::PolicyAmend { text_hash, .. }
        | Action::PrincipleAdd { text_hash, .. }
        | Action::PrincipleAmend { text_hash, .. } => vec![Wanted::Text(text_hash)],
        Action::ConstitutionAmend { text_hash, .. } => vec![Wanted::Constitution(text_hash)],
        Action::PolicyRepeal { .. }
        | Action::TransferLamports { .. }
        | Action::Invoke { .. }
        | Action::InvokeSeries { .. }
        | Action::TransferTokens { .. }
        | Action::ProgramUpgrade { .. }
        | Action::PrincipleRetire { .. }
        | Action::RosterAdopt { .. }
        | Action::ElectorateAdopt { .. }
        | Action::ParametersAmend(_)
        | Action::VetoBodyAdopt { .. }
        | Action::SettingsAmend(_)
        | Action::GuardiansAdopt { .. }
        | Action::EmergencyRatify { .. }
        | Action::EmergencyEnd { .. }
        | Action::GuardiansRemove
        | Action::GuardrailSet { .. }
        | Action::GuardrailClear { .. } => Vec::new(),
    }
}
