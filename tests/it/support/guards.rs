//! Guardrails in a community: opening their account, binding them by whoever may.

use quantumagi_interface::{Address, Instruction, instructions as ix, pda};
use quantumagi_rules::{action::Action, guardrail::Guardrail};

use super::{Community, Done};

impl Community {
    /// The guardrails' account, where an instruction has to name it.
    pub fn guardrails(&self) -> Option<Address> {
        (self.world.constitution(&self.constitution).guardrails > 0).then(|| pda::guardrails(&self.constitution))
    }

    /// Opens the guardrails' account.
    #[track_caller]
    pub fn open_guardrails(&mut self) -> Address {
        let (payer, constitution) = (self.founder, self.constitution);
        let guardrails = pda::guardrails(&constitution);
        if self.account(&guardrails).is_none() {
            self.send(ix::GuardrailsOpen { payer, constitution, guardrails }.instruction());
        }
        guardrails
    }

    /// The accounts that change a principle's guardrail, with this mandate.
    pub fn guardrail_accounts(&self, principle_id: u32, proposal: Option<Address>) -> ix::GuardrailSet {
        let constitution = self.constitution;
        ix::GuardrailSet {
            authority: if proposal.is_some() { self.stranger() } else { self.founder },
            constitution,
            proposal,
            principle: pda::principle(&constitution, principle_id),
            guardrails: Some(pda::guardrails(&constitution)),
        }
    }

    /// Binds a guardrail to a principle: by the founder before the seal, by vote after it.
    #[track_caller]
    pub fn guard(&mut self, principle_id: u32, guardrail: Guardrail) -> Done {
        self.open_guardrails();
        let version = self.principle(&pda::principle(&self.constitution, principle_id)).version;
        let is_sealed = self.world.constitution(&self.constitution).is_sealed == 1;
        let action = Action::GuardrailSet { principle_id, version, guardrail };
        let proposal = is_sealed.then(|| self.approved(&action));
        let set = self.guardrail_accounts(principle_id, proposal);
        self.send(set.instruction(version, guardrail.to_bytes()))
    }

    /// As [`Community::guard`], while the clock stands still: the vote takes place, and time goes back to where it was.
    #[track_caller]
    pub fn guard_now(&mut self, principle_id: u32, guardrail: Guardrail) -> Done {
        let now = self.now();
        let done = self.guard(principle_id, guardrail);
        self.set_time(now);
        done
    }

    /// The payment that was voted on.
    pub fn payment(&self, proposal: Address, recipient: [u8; 32], lamports: u64) -> Instruction {
        let recipient = Address::new_from_array(recipient);
        let (constitution, vault) = (self.constitution, self.vault);
        ix::VaultTransfer { constitution, proposal, vault, recipient, guardrails: self.guardrails() }
            .instruction(lamports)
    }
}
