//! What decides about proposals besides their own accounts: principles, guardrails, guardians, and what was proposed.

use std::collections::{BTreeMap, BTreeSet};

use quantumagi_interface::accounts::{Guardians, Guardrails, Principle, Proposal};
use quantumagi_interface::{Address, PROGRAM_ID, pda};
use quantumagi_rpc::{Account, ChainClock};
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::action::Action;
use quantumagi_rules::guardrail::Proposed;
use quantumagi_rules::lifecycle::Status;
use quantumagi_sdk::{Quantumagi, Result, check};

use crate::survey::Survey;

/// Accounts that one call reads.
const PER_CALL: usize = 100;
/// Proposals whose creation one look asks for, at a few calls each.
const MOST_ASKED: usize = 4;

/// What was read of one constitution besides its survey.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// Events that the constitution had then; `None` before the first reading.
    pub sequence: Option<u64>,
    /// Principles that open proposals rest on.
    pub principles: BTreeMap<u32, Principle>,
    /// The guardrails, where there is any in force.
    pub guardrails: Option<Guardrails>,
    /// The guardians, if their account was ever opened.
    pub guardians: Option<Guardians>,
    /// What approved proposals will do, by their ids: canonical bytes, which their digests prove.
    pub actions: BTreeMap<u64, Vec<u8>>,
}

impl Context {
    /// Reads again what may have changed. Nothing does while the constitution has no new event, but what guardrails have
    /// counted: that is read while something waits to be executed under them.
    ///
    /// # Errors
    /// [`quantumagi_sdk::SdkError::Rpc`].
    pub async fn refresh(&mut self, client: &Quantumagi, survey: &Survey) -> Result<()> {
        let constitution = &survey.constitution;
        let approved = |proposal: &&Proposal| proposal.status == Status::Succeeded as u8;
        let waiting: Vec<&Proposal> = survey.proposals.iter().filter(approved).collect();
        let is_guarded = 0 < constitution.guardrails;
        let is_counting = is_guarded && !waiting.is_empty();
        if self.sequence != Some(constitution.chain.sequence) || is_counting {
            self.read(client, survey).await?;
        }
        self.actions.retain(|id, _| waiting.iter().any(|proposal| proposal.id == *id));
        let unknown = |proposal: &&&Proposal| is_guarded && !self.actions.contains_key(&proposal.id);
        let asked: Vec<&Proposal> = waiting.iter().filter(unknown).take(MOST_ASKED).copied().collect();
        for proposal in asked {
            let address = pda::proposal(&survey.address, proposal.id);
            if let Some(created) = client.published(&address).await?.filter(|created| !created.action.is_empty()) {
                self.actions.insert(proposal.id, created.action);
            }
        }
        Ok(())
    }

    async fn read(&mut self, client: &Quantumagi, survey: &Survey) -> Result<()> {
        let cited: BTreeSet<u32> =
            survey.proposals.iter().flat_map(Proposal::cited).map(|citation| citation.principle_id).collect();
        let principles = cited.iter().map(|id| pda::principle(&survey.address, *id));
        let own = [pda::guardians(&survey.address), pda::guardrails(&survey.address)];
        let addresses: Vec<Address> = own.into_iter().chain(principles).collect();
        let mut found = Vec::with_capacity(addresses.len());
        for part in addresses.chunks(PER_CALL) {
            found.extend(client.rpc().accounts(part).await?);
        }
        let mut found = found.into_iter().map(|account| account.filter(|account| account.owner == PROGRAM_ID));
        self.guardians = decoded(found.next().flatten(), Guardians::decode);
        let guardrails = decoded(found.next().flatten(), Guardrails::decode);
        self.guardrails = guardrails.filter(|_| 0 < survey.constitution.guardrails);
        let principles = cited.iter().zip(found);
        self.principles =
            principles.filter_map(|(id, account)| Some((*id, decoded(account, Principle::decode)?))).collect();
        self.sequence = Some(survey.constitution.chain.sequence);
        Ok(())
    }

    /// What speaks against a proposal, each in a sentence; `None` where that is not known.
    #[must_use]
    pub fn objections(&self, survey: &Survey, proposal: &Proposal, clock: &ChainClock) -> Option<Vec<String>> {
        self.sequence?;
        let mut objections = Vec::new();
        for cited in proposal.cited() {
            let (id, then) = (cited.principle_id, cited.version);
            let principle = self.principles.get(&id)?;
            objections.extend(
                check::principle(principle, then)
                    .err()
                    .map(|error| format!("it rests on principle {id} as of version {then}: {error}")),
            );
        }
        let is_guarded = proposal.status == Status::Succeeded as u8 && 0 < survey.constitution.guardrails;
        if is_guarded {
            objections.extend(self.breach(survey, proposal, clock)?);
        }
        Some(objections)
    }

    /// What a guardrail would refuse, as soon as the proposal can be executed; `None` where that is not known.
    fn breach(&self, survey: &Survey, proposal: &Proposal, clock: &ChainClock) -> Option<Option<String>> {
        let (guardrails, bytes) = (self.guardrails.as_ref()?, self.actions.get(&proposal.id)?);
        let action = Action::decode(bytes).ok()?;
        let opens_at = proposal.timetable_under(&survey.constitution).ok()?.opens_at;
        let refused = |now: UnixSeconds| {
            let waited = u32::try_from(now.0.saturating_sub(proposal.ends_at).max(0)).unwrap_or(u32::MAX);
            let vault = survey.constitution.vault.as_array();
            let proposed = Proposed { action: &action, vault, timelock_seconds: waited, opens_at: now };
            check::guardrail::executed(guardrails, &proposed, now).err().map(|error| error.to_string())
        };
        // In the words of the first second in which it counts, which stay the same from look to look.
        let first = refused(opens_at);
        Some(refused(opens_at.max(UnixSeconds(clock.unix_timestamp))).map(|now| first.unwrap_or(now)))
    }
}

fn decoded<T, E>(account: Option<Account>, decode: impl Fn(&[u8]) -> std::result::Result<T, E>) -> Option<T> {
    account.and_then(|account| decode(&account.data).ok())
}
