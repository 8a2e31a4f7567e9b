//! What an approved proposal makes the vault do.

use quantumagi_interface::calls::Call;
use quantumagi_rules::action::Invocation;

use super::*;

/// What a plain account must hold at least.
const LEAST: u64 = 890_880;
const SYSTEM: Address = solana_sdk_ids::system_program::ID;

/// What comes of a called instruction.
enum Deed {
    Nothing,
    Lamports { to: Address, lamports: u64 },
}

impl Model {
    pub(super) fn executing(&self, call: &Call, at: &At) -> Option<Result<Foreseen, Why>> {
        Some(match call.clone() {
            Call::VaultTransfer { accounts, lamports } => self.vault_transfer(&accounts, lamports, at),
            Call::VaultTransferTokens { accounts, amount } => self.vault_transfer_tokens(&accounts, amount, at),
            Call::ProposalExecute { accounts, rest, flags, data } => {
                self.proposal_execute(&accounts, rest, &flags, &data, at)
            }
            Call::ProgramUpgrade { accounts, buffer_hash } => self.program_upgrade(&accounts, buffer_hash, at),
            _ => return None,
        })
    }

    fn check_treasury_open(&self, constitution: &Address, at: &At) -> Result<&Polity, Why> {
        let polity = self.polity(constitution)?;
        let (from, until) = polity.pauses[1];
        need!((from, until) == (0, 0) || until <= at.now, "the treasury is paused");
        Ok(polity)
    }

    fn vault_transfer(&self, accounts: &ix::VaultTransfer, lamports: u64, at: &At) -> Result<Foreseen, Why> {
        let ix::VaultTransfer { constitution, proposal, vault, recipient, guardrails } = *accounts;
        let polity = self.check_treasury_open(&constitution, at)?;
        need!(vault == polity.vault, "another vault");
        let bytes = action(10, &[recipient.as_ref(), &lamports.to_le_bytes()]);
        self.check_due(&proposal, &constitution, &bytes, at)?;
        self.check_rails_passed(&constitution, guardrails)?;
        need!(self.rails_allow_deed(&constitution, &[vault, recipient], &[]), "a guardrail forbids writing it");
        let held = at.world.lamports(&vault);
        need!(lamports <= held, "the vault does not hold as much");
        let is_sure = self.is_payment_sure(&constitution, held, lamports, &recipient, at);
        let now = at.now;
        likely(is_sure, move |model| {
            model.spend(Some(proposal), now);
            model.pay(&constitution, vault, recipient, lamports, now);
        })
    }

    /// Whether neither rent nor a guardrail can be in the way.
    fn is_payment_sure(&self, of: &Address, held: u64, lamports: u64, to: &Address, at: &At) -> bool {
        let rest = held - lamports;
        let arrives = at.world.lamports(to) > 0 || LEAST <= lamports;
        (rest == 0 || LEAST <= rest) && arrives && !self.is_spending_limited(of)
    }

    /// Lamports leave the vault.
    fn pay(&mut self, constitution: &Address, from: Address, to: Address, lamports: u64, now: i64) {
        self.moves.push(Move::Paid { from, to, lamports });
        self.count_spending(constitution, None, lamports, now);
    }

    fn vault_transfer_tokens(&self, accounts: &ix::VaultTransferTokens, amount: u64, at: &At) -> Result<Foreseen, Why> {
        let ix::VaultTransferTokens { constitution, proposal, vault, program, program_data, payload, guardrails } =
            *accounts;
        let polity = self.check_treasury_open(&constitution, at)?;
        need!(vault == polity.vault, "another vault");
        need!(program_data.is_none() && payload.is_none(), "nothing else belongs to it");
        need!([TOKEN, TOKEN_2022].contains(&program), "no token program");
        let [source, mint, recipient] = *at.behind else { return Err("three accounts belong to it") };
        let [from, to] = [source, recipient].map(|account| self.tokens.get(&account));
        let (from, to) = (from.ok_or("no token account")?, to.ok_or("no token account")?);
        need!(from.owner == vault, "tokens of somebody else");
        need!(from.mint == mint && to.mint == mint && source != recipient, "another mint, or the same account");
        let bytes = action(13, &[mint.as_ref(), recipient.as_ref(), &amount.to_le_bytes()]);
        self.check_due(&proposal, &constitution, &bytes, at)?;
        self.check_rails_passed(&constitution, guardrails)?;
        need!(self.rails_allow_deed(&constitution, &[source, recipient], &[program, mint]), "a guardrail forbids it");
        need!(amount <= from.amount, "the vault does not hold as much");
        let now = at.now;
        likely(!self.is_spending_limited(&constitution), move |model| {
            model.spend(Some(proposal), now);
            model.tokens.get_mut(&source).unwrap().amount -= amount;
            model.tokens.get_mut(&recipient).unwrap().amount += amount;
            model.count_spending(&constitution, Some(mint), amount, now);
        })
    }

    fn proposal_execute(
        &self,
        accounts: &ix::ProposalExecute,
        rest: [u8; 32],
        flags: &[u8],
        data: &[u8],
        at: &At,
    ) -> Result<Foreseen, Why> {
        let ix::ProposalExecute { constitution, proposal, vault, program, program_data, payload, guardrails } =
            *accounts;
        let polity = self.check_treasury_open(&constitution, at)?;
        need!(vault == polity.vault, "another vault");
        let known = self.check_executable(&proposal, &constitution, at)?;
        let voted = Action::decode(&known.action).expect("it was read when it was proposed");
        let step = voted.invocations().nth(known.steps_done).ok_or("it calls nothing, or nothing more")?;
        if let Some(payload) = payload {
            let payload = self.payloads.get(&payload).ok_or("there is no such payload")?;
            need!(flags.is_empty() && data.is_empty(), "given twice");
            let shown = Action::decode(&payload.bytes).map_err(|_| "a payload that is no action")?;
            need!(shown.invocations().nth(known.steps_done) == Some(step), "a payload of something else");
        } else {
            need!(step.data == data && step.accounts.len() == flags.len(), "something else was voted on");
            let same = step.accounts.iter().zip(flags).all(|(account, flags)| account.flags == *flags);
            need!(same, "other flags were voted on");
        }
        need!(step.program == program.to_bytes(), "another program");
        let same = step.accounts.iter().map(|account| account.address).eq(at.behind.iter().map(Address::to_bytes));
        need!(same, "other accounts were voted on");
        need!(known.pending.get(known.steps_done + 1) == Some(&rest), "something else comes after it");
        need!(program_data.is_none_or(|data| data == program), "the code lies in the program itself");
        self.check_rails_passed(&constitution, guardrails)?;
        let is_last = known.steps_done + 2 == known.pending.len();
        let deed = deed_of(&step, &vault);
        let is_sure = !at.is_spoiled
            && match deed {
                Deed::Nothing => self.kinds_of(&constitution).is_empty(),
                Deed::Lamports { to, lamports } => {
                    let held = at.world.lamports(&vault);
                    lamports <= held
                        && self.is_payment_sure(&constitution, held, lamports, &to, at)
                        && self.kinds_of(&constitution).is_empty()
                }
            };
        let written = step.accounts.iter().filter(|account| account.flags & 1 != 0);
        let written: Vec<Address> = written.map(|account| Address::new_from_array(account.address)).collect();
        let named: Vec<Address> = at.behind.iter().copied().chain([program]).collect();
        need!(self.rails_allow_deed(&constitution, &written, &named), "a guardrail forbids it");
        let now = at.now;
        likely(is_sure, move |model| {
            if is_last {
                model.spend(Some(proposal), now);
            }
            let known = model.proposals.get_mut(&proposal).unwrap();
            known.steps_done += 1;
            known.updated_at = now;
            if let Deed::Lamports { to, lamports } = deed {
                model.pay(&constitution, vault, to, lamports, now);
            }
        })
    }

    fn program_upgrade(&self, accounts: &ix::ProgramUpgrade, hash: [u8; 32], at: &At) -> Result<Foreseen, Why> {
        let ix::ProgramUpgrade { constitution, proposal, vault, program, program_data, payload, guardrails } =
            *accounts;
        let polity = self.check_treasury_open(&constitution, at)?;
        need!(vault == polity.vault && payload.is_none(), "another vault, or a payload");
        let [buffer, spill, _, _, loader] = *at.behind else { return Err("five accounts belong to it") };
        need!(loader == solana_sdk_ids::bpf_loader_upgradeable::ID, "another loader");
        let data = program_data.ok_or("the code is missing")?;
        let bytes = action(14, &[program.as_ref(), buffer.as_ref(), &hash, spill.as_ref()]);
        self.check_due(&proposal, &constitution, &bytes, at)?;
        self.check_rails_passed(&constitution, guardrails)?;
        let written = [program, data, buffer, spill];
        need!(self.rails_allow_deed(&constitution, &written, &[loader]), "a guardrail forbids it");
        let now = at.now;
        // Whether buffer and program still are what they were is the loader's to say.
        likely(false, move |model| {
            model.spend(Some(proposal), now);
            model.moves.push(Move::Among(written.to_vec()));
        })
    }
}

/// A transfer of the System program out of the vault, byte by byte; everything else moves nothing.
fn deed_of(step: &Invocation, vault: &Address) -> Deed {
    let accounts: Vec<Address> = step.accounts.iter().map(|account| Address::new_from_array(account.address)).collect();
    match (accounts.as_slice(), step.data) {
        ([from, to], [2, 0, 0, 0, lamports @ ..]) if step.program == SYSTEM.to_bytes() && from == vault => {
            Deed::Lamports { to: *to, lamports: u64::from_le_bytes(lamports.try_into().unwrap_or_default()) }
        }
        _ => Deed::Nothing,
    }
}
