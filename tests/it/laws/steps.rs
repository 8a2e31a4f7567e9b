//! What might be tried next: mostly sensible, sometimes wrong, sometimes hostile.

use quantumagi_rules::principle::{Category, Class};

use super::Random;
use crate::support::*;

/// Members at both ends of the council, so that some vote in the proposal and some on a ballot page.
const VOTERS: [u32; 12] = [0, 1, 2, 3, 4, 5, 29, 30, 255, 256, 257, 259];

/// Somewhere in a history, and what has been seen on the way.
pub struct Walk {
    pub community: Community,
    random: Random,
    proposals: Vec<Address>,
    seen: Vec<Address>,
    texts: u64,
}

/// Tracks that leave nobody waiting.
fn tracks() -> [types::TrackConfig; 4] {
    let mut tracks = Founding::default().tracks;
    for (hours, track) in (1..).zip(&mut tracks) {
        track.discussion_seconds = 600 * hours;
        track.voting_seconds = 7_200 * hours;
        track.extension_seconds = 1_800 * (4 - hours);
        track.timelock_seconds = 3_600 * hours;
        track.window_seconds = 14_400 * hours;
    }
    tracks
}

impl Walk {
    pub fn new(random: Random) -> Self {
        let weights = (0..260).map(|index| if VOTERS.contains(&index) { 500 + u64::from(index) } else { 1 });
        let founding = Founding { tracks: tracks(), ..Founding::named("walk").with_weights(weights) };
        let mut community = founding.found();
        for index in VOTERS[..6].iter().filter(|index| **index >= 8) {
            let voter = community.member(*index as usize);
            community.open_proposer(voter);
        }
        Self { community, random, proposals: Vec::new(), seen: Vec::new(), texts: 0 }
    }

    /// The next thing to try; `None` where only time passes.
    pub fn step(&mut self) -> Option<(&'static str, Instruction)> {
        self.proposals.retain(|proposal| self.community.world.account(proposal).is_some());
        let (name, mut instruction) = match self.random.below(100) {
            0..10 => {
                self.pass_time();
                return None;
            }
            10..18 if self.proposals.len() < 14 => ("propose", self.propose()),
            10..18 => {
                self.pass_time();
                return None;
            }
            18..55 => ("vote", self.vote()?),
            55..63 => ("finalize", self.finalize()?),
            63..65 => ("cancel", self.cancel()?),
            65..77 => ("execute", self.execute()?),
            77..79 => ("expire", self.expire()?),
            79..86 => ("close", self.close()?),
            86..91 => ("ballot page", self.ballot_page()?),
            91..96 => ("roster", self.roster()),
            96..98 => ("policy", self.policy()),
            _ => ("founder", self.founder()),
        };
        self.seen.extend(instruction.accounts.iter().map(|meta| meta.pubkey));
        let len = self.seen.len();
        self.seen.drain(..len.saturating_sub(200));
        if self.random.below(6) == 0 {
            self.spoil(&mut instruction);
            return Some(("hostile", instruction));
        }
        Some((name, instruction))
    }

    fn some_proposal(&mut self) -> Option<Address> {
        self.random.pick(&self.proposals)
    }

    /// Mostly one whose written status is this, else any.
    fn some_in(&mut self, statuses: &[u8]) -> Option<Address> {
        let proposals = self.proposals.iter().copied();
        let fitting = proposals.filter(|proposal| statuses.contains(&self.community.proposal(proposal).status));
        let fitting = fitting.collect::<Vec<_>>();
        if self.random.below(6) == 0 { self.some_proposal() } else { self.random.pick(&fitting) }
    }

    /// Forward, to the second of something, or back.
    fn pass_time(&mut self) {
        let now = self.community.now();
        let target = match (self.random.below(4), self.some_proposal()) {
            (0, _) => now - i64::try_from(self.random.below(7_200)).unwrap(),
            (1, _) | (_, None) => now + i64::try_from(self.random.below(7_200)).unwrap(),
            (_, Some(proposal)) => {
                let stored = self.community.proposal(&proposal);
                let (opens_at, closes_at) = (self.community.opens_at(&proposal), self.community.closes_at(&proposal));
                let moments = [stored.starts_at, stored.ends_at, opens_at, closes_at];
                let moment = self.random.pick(&moments).unwrap();
                moment + i64::try_from(self.random.below(3)).unwrap() - 1
            }
        };
        self.community.set_time(target);
    }

    fn text(&mut self) -> [u8; 32] {
        self.texts += 1;
        hash(&format!("text {}", self.texts))
    }

    fn action(&mut self) -> Action<'static> {
        let stored = self.community.constitution(&self.community.constitution);
        let (now, text_hash) = (self.community.now(), self.text());
        let sunset_at = [0, now + 20_000, now + 40_000, now][self.random.below(4) as usize];
        let policy_id = self.random.below(stored.next_policy_id.max(1));
        let principle_id = self.random.below(stored.next_principle_id.into()) as u32;
        let version = self.community.principle(&pda::principle(&self.community.constitution, principle_id)).version;
        let class = if self.random.below(2) == 0 { Class::Ordinary } else { Class::Entrenched };
        match self.random.below(12) {
            0..2 => Action::PolicyAdopt { text_hash, sunset_at },
            2 if stored.next_policy_id > 0 => Action::PolicyAmend { policy_id, text_hash, sunset_at },
            3 if stored.next_policy_id > 0 => Action::PolicyRepeal { policy_id },
            4 => Action::ConstitutionAmend { text_hash, parent_hash: stored.text_hash },
            5 => Action::PrincipleAdd { text_hash, class, category: Category::Other, priority: 7 },
            6 => Action::PrincipleAmend { principle_id, version, text_hash },
            7 if principle_id > 1 => Action::PrincipleRetire { principle_id, version },
            8 => self.adoption().unwrap_or(Action::TransferLamports { recipient: text_hash, lamports: 1_000_000 }),
            _ => Action::TransferLamports { recipient: text_hash, lamports: 1_000_000 },
        }
    }

    /// The adoption of any roster that exists.
    fn adoption(&mut self) -> Option<Action<'static>> {
        let constitution = self.community.constitution;
        let versions = self.community.constitution(&constitution).next_roster_version;
        let roster_version = 1 + self.random.below(u64::from(versions) - 1) as u32;
        let roster = pda::roster(&constitution, roster_version);
        self.community.world.account(&roster)?;
        Some(Action::RosterAdopt { roster_version, members_hash: self.community.roster(&roster).members_hash })
    }

    fn propose(&mut self) -> Instruction {
        let action = self.action();
        let mut draft = self.community.draft(&action);
        if self.random.below(6) == 0 {
            let (vault, recipient) = (self.community.vault, Address::new_from_array(self.text()));
            let transfer = solana_system_interface::instruction::transfer(&vault, &recipient, 1_000_000);
            draft = Call::of(&transfer).draft(&self.community);
        }
        let index = self.random.pick(&VOTERS[..6]).unwrap();
        draft = draft.by(self.community.member(index as usize), index);
        draft.args.ballot_rule = self.random.below(2) as u8;
        self.proposals.push(draft.accounts.proposal);
        draft.instruction()
    }

    fn vote(&mut self) -> Option<Instruction> {
        let proposal = self.some_in(&[0])?;
        let stored = self.community.proposal(&proposal);
        // Half the time somebody makes sure that it is the time to vote.
        let (now, is_open) = (self.community.now(), stored.status == 0);
        if is_open && self.random.below(4) > 0 && !(stored.starts_at..stored.ends_at).contains(&now) {
            let length = u64::try_from(stored.ends_at - stored.starts_at).unwrap().max(1);
            let target = stored.starts_at + i64::try_from(self.random.below(length)).unwrap();
            self.community.set_time(target);
        }
        let index = self.random.pick(&VOTERS).unwrap();
        let choice = [FOR, FOR, FOR, FOR, FOR, FOR, FOR, AGAINST, ABSTAIN, 0][self.random.below(10) as usize];
        let mut accounts = self.community.ballot_accounts(&proposal, index);
        accounts.roster_page = pda::roster_page(&stored.electorate, index / 30);
        Some(accounts.instruction(index, choice))
    }

    fn finalize(&mut self) -> Option<Instruction> {
        let proposal = self.some_in(&[0])?;
        if self.random.below(4) == 0 {
            let ends_at = self.community.proposal(&proposal).ends_at;
            self.community.set_time(ends_at);
        }
        Some(ix::ProposalFinalize { proposal }.instruction())
    }

    fn expire(&mut self) -> Option<Instruction> {
        let proposal = self.some_in(&[1])?;
        if self.random.below(2) == 0 {
            let closes_at = self.community.closes_at(&proposal);
            self.community.set_time(closes_at);
        }
        Some(self.community.expire(&proposal))
    }

    fn cancel(&mut self) -> Option<Instruction> {
        let proposal = self.some_proposal()?;
        let proposer = self.community.proposal(&proposal).proposer;
        Some(ix::ProposalCancel { proposer, proposal }.instruction())
    }

    fn close(&mut self) -> Option<Instruction> {
        let proposal = self.some_in(&[2, 4, 5, 6])?;
        Some(self.community.close(&proposal).instruction())
    }

    fn ballot_page(&mut self) -> Option<Instruction> {
        let statuses: &[u8] = if self.random.below(2) == 0 { &[0] } else { &[2, 4, 5, 6] };
        let (payer, proposal) = (self.community.stranger(), self.some_in(statuses)?);
        let ballot_page = pda::ballot_page(&proposal, 0);
        Some(if self.community.proposal(&proposal).ballot_pages == 0 {
            ix::BallotPageOpen { payer, proposal, ballot_page }.instruction(0)
        } else {
            ix::BallotPageClose { proposal, ballot_page, payer }.instruction()
        })
    }

    /// Executes a proposal by what its creation said, often waiting for its window first.
    fn execute(&mut self) -> Option<Instruction> {
        let proposal = self.some_in(&[1])?;
        if self.random.below(3) > 0 {
            let opens_at = self.community.opens_at(&proposal);
            self.community.set_time(opens_at);
        }
        let bytes = self.community.action_of(&proposal)?;
        let (authority, constitution) = (self.community.stranger(), self.community.constitution);
        let stored = self.community.constitution(&constitution);
        let mandate = Some(proposal);
        Some(match Action::decode(&bytes).expect("the program has read it") {
            Action::PolicyAdopt { text_hash, sunset_at } => {
                let policy = pda::policy(&constitution, stored.next_policy_id);
                ix::PolicyAdopt { payer: authority, constitution, proposal, policy }.instruction(text_hash, sunset_at)
            }
            Action::PolicyAmend { policy_id, text_hash, sunset_at } => {
                let policy = pda::policy(&constitution, policy_id);
                ix::PolicyAmend { constitution, policy, proposal }.instruction(text_hash, sunset_at)
            }
            Action::PolicyRepeal { policy_id } => {
                let policy = pda::policy(&constitution, policy_id);
                ix::PolicyRepeal { constitution, policy, proposal }.instruction()
            }
            Action::TransferLamports { recipient, lamports } => {
                let (vault, recipient) = (self.community.vault, Address::new_from_array(recipient));
                ix::VaultTransfer { constitution, proposal, vault, recipient, guardrails: self.community.guardrails() }
                    .instruction(lamports)
            }
            Action::Invoke { program, accounts, data } => {
                let program = Address::new_from_array(program);
                let call =
                    Call { program, program_data: None, accounts: accounts.iter().collect(), data: data.to_vec() };
                call.execute(&self.community, proposal)
            }
            // The walk proposes none of these.
            Action::InvokeSeries { .. } | Action::TransferTokens { .. } | Action::ProgramUpgrade { .. } => return None,
            Action::ConstitutionAmend { text_hash, parent_hash } => {
                let amend = ix::ConstitutionAmend { authority, constitution, proposal: mandate };
                amend.instruction(text_hash, parent_hash)
            }
            Action::PrincipleAdd { text_hash, class, category, priority } => {
                let principle = pda::principle(&constitution, stored.next_principle_id);
                let (class, category) = (class as u8, category as u8);
                let args = types::PrincipleAddArgs { text_hash, class, category, priority };
                ix::PrincipleAdd { authority, constitution, principle, proposal: mandate }.instruction(&args)
            }
            Action::PrincipleAmend { principle_id, version, text_hash } => {
                let principle = pda::principle(&constitution, principle_id);
                let amend = ix::PrincipleAmend { authority, constitution, principle, proposal: mandate };
                amend.instruction(version, text_hash)
            }
            Action::PrincipleRetire { principle_id, version } => {
                let principle = pda::principle(&constitution, principle_id);
                ix::PrincipleRetire {
                    authority,
                    constitution,
                    principle,
                    proposal: mandate,
                    guardrails: self.community.guardrails(),
                }
                .instruction(version)
            }
            Action::GuardrailSet { principle_id, version, guardrail } => {
                self.community.guardrail_accounts(principle_id, mandate).instruction(version, guardrail.to_bytes())
            }
            Action::GuardrailClear { principle_id, version } => {
                let ix::GuardrailSet { authority, constitution, proposal, principle, guardrails } =
                    self.community.guardrail_accounts(principle_id, mandate);
                ix::GuardrailClear { authority, constitution, proposal, principle, guardrails }.instruction(version)
            }
            Action::RosterAdopt { roster_version, .. } => {
                let roster = pda::roster(&constitution, roster_version);
                ix::RosterAdopt { authority, constitution, roster, proposal: mandate }.instruction()
            }
            // The walk proposes none of these: there are no guardians in it.
            Action::GuardiansAdopt { .. }
            | Action::EmergencyRatify { .. }
            | Action::EmergencyEnd { .. }
            | Action::GuardiansRemove => return None,
            Action::ElectorateAdopt { kind, electorate } => {
                let electorate = Address::new_from_array(electorate);
                ix::ElectorateAdopt { authority, constitution, electorate, proposal: mandate }.instruction(kind as u8)
            }
            // The walk proposes none of them yet.
            Action::ParametersAmend(_) | Action::VetoBodyAdopt { .. } | Action::SettingsAmend(_) => return None,
        })
    }

    /// Begins, fills or closes a roster. Every roster has the same members, so that the council never changes hands.
    fn roster(&mut self) -> Instruction {
        let (payer, constitution) = (self.community.stranger(), self.community.constitution);
        let next = self.community.constitution(&constitution).next_roster_version;
        let last = pda::roster(&constitution, next - 1);
        let is_open = self.community.world.account(&last).is_some();
        if next > 2 && is_open {
            let stored = self.community.roster(&last);
            let (roster, page) = (last, stored.count / 30);
            let roster_page = pda::roster_page(&roster, page);
            let is_ours = stored.size as usize <= self.community.members.len();
            if is_ours && stored.count < stored.size && stored.is_closing == 0 {
                if page == stored.pages {
                    return ix::RosterPageOpen { payer, constitution, roster, roster_page }.instruction(page);
                }
                let from = stored.count as usize;
                let to = (from + 15).min(stored.size as usize);
                let members = self.community.members[from..to].to_vec();
                return ix::RosterExtend { payer, constitution, roster, roster_page }.instruction(&members);
            }
            if self.random.below(4) == 0 {
                let version = 2 + self.random.below(u64::from(next) - 2) as u32;
                let roster = pda::roster(&constitution, version);
                let roster_page = pda::roster_page(&roster, 0);
                return if self.random.below(2) == 0 {
                    ix::RosterPageClose { authority: payer, constitution, roster, roster_page, payer }.instruction()
                } else {
                    ix::RosterClose { authority: payer, constitution, roster, payer }.instruction()
                };
            }
        }
        let size = if self.random.below(2) == 0 { 30 } else { 6 };
        ix::RosterCreate { payer, constitution, roster: pda::roster(&constitution, next) }.instruction(size)
    }

    fn policy(&mut self) -> Instruction {
        let (payer, constitution) = (self.community.stranger(), self.community.constitution);
        let count = self.community.constitution(&constitution).next_policy_id;
        let policy = pda::policy(&constitution, self.random.below(count.max(1)));
        if self.random.below(2) == 0 {
            ix::PolicySunset { constitution, policy }.instruction()
        } else {
            ix::PolicyClose { constitution, policy, payer }.instruction()
        }
    }

    /// The founder tries to rule on.
    fn founder(&mut self) -> Instruction {
        let (founder, constitution, text) = (self.community.founder, self.community.constitution, self.text());
        let parent_hash = self.community.constitution(&constitution).text_hash;
        if self.random.below(2) == 0 {
            ix::ConstitutionSeal { founder, constitution }.instruction()
        } else {
            let amend = ix::ConstitutionAmend { authority: founder, constitution, proposal: None };
            amend.instruction(text, parent_hash)
        }
    }

    /// Another account, a missing signature, no write access, or a flipped bit.
    fn spoil(&mut self, instruction: &mut Instruction) {
        let slots = u64::try_from(instruction.accounts.len()).unwrap();
        let slot = self.random.below(slots) as usize;
        match self.random.below(4) {
            0 | 1 => instruction.accounts[slot].pubkey = self.random.pick(&self.seen).unwrap(),
            2 if instruction.accounts[slot].is_signer => instruction.accounts[slot].is_signer = false,
            2 => instruction.accounts[slot].is_writable = false,
            _ => {
                let bits = u64::try_from(instruction.data.len()).unwrap() * 8;
                let bit = self.random.below(bits) as usize;
                instruction.data[bit / 8] ^= 1 << (bit % 8);
            }
        }
    }
}
