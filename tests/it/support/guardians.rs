//! Guardians, and what they do.

use quantumagi_interface::{Address, Instruction, instructions as ix, pda, types::EmergencyOpenArgs};
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::action::Action;
use quantumagi_rules::emergency::guardians::check_heartbeat;

use super::{Community, DAY, Done, Founding, hash, member_key};

/// How many must approve, in tests.
const THRESHOLD: u8 = 3;
/// How many there are, in tests.
const GUARDIANS: u8 = 5;
/// Half a year.
const TERM: u32 = 180 * DAY as u32;

/// An emergency act before it is sent, to be changed.
#[derive(Clone, Copy, Debug)]
pub struct ActDraft {
    pub accounts: ix::EmergencyOpen,
    pub args: EmergencyOpenArgs,
}

impl ActDraft {
    pub fn instruction(&self) -> Instruction {
        self.accounts.instruction(&self.args)
    }
}

impl Founding {
    /// With five guardians, of whom three act, and all of whom were heard of.
    pub fn guarded(self) -> Community {
        self.guarded_in(super::World::new())
    }

    /// The same, in a world where others may live already.
    pub fn guarded_in(self, world: super::World) -> Community {
        let mut community = self.unsealed().found_in(world);
        let (founder, constitution) = (community.founder, community.constitution);
        community.open_guardians();
        let adopt = community.adopt_by_founder(THRESHOLD, TERM, &community.guardian_list(GUARDIANS));
        community.send(adopt);
        community.send(ix::ConstitutionSeal { founder, constitution }.instruction());
        for index in 0..GUARDIANS {
            community.heartbeat(index);
        }
        community
    }
}

impl Community {
    /// The guardian with this index.
    pub fn guardian(&self, index: u8) -> Address {
        let known = self.guardians.get(usize::from(index)).copied();
        known.unwrap_or_else(|| member_key("guardians", u32::from(index)))
    }

    /// So many of them.
    pub fn guardian_list(&self, count: u8) -> Vec<Address> {
        (0..count).map(|index| self.guardian(index)).collect()
    }

    /// The account that holds them.
    pub fn guardians_address(&self) -> Address {
        pda::guardians(&self.constitution)
    }

    /// Opens that account, and gives the guardians money.
    pub fn open_guardians(&mut self) {
        let (payer, constitution, guardians) = (self.stranger(), self.constitution, self.guardians_address());
        for guardian in self.guardian_list(9) {
            self.fund(&guardian, 1_000_000_000);
        }
        self.send(ix::GuardiansOpen { payer, constitution, guardians }.instruction());
    }

    /// The founder's adoption of guardians.
    pub fn adopt_by_founder(&self, threshold: u8, term_seconds: u32, members: &[Address]) -> Instruction {
        self.adoption(self.founder, None).instruction(threshold, term_seconds, members)
    }

    /// The accounts of an adoption.
    pub fn adoption(&self, authority: Address, proposal: Option<Address>) -> ix::GuardiansAdopt {
        let (constitution, guardians) = (self.constitution, self.guardians_address());
        ix::GuardiansAdopt { authority, constitution, proposal, guardians }
    }

    /// A heartbeat of the guardian with this index.
    pub fn heartbeat_of(&self, index: u8) -> Instruction {
        let (constitution, guardians) = (self.constitution, self.guardians_address());
        ix::GuardiansHeartbeat { guardian: self.guardian(index), constitution, guardians }.instruction(index)
    }

    /// The guardian with this index is heard of.
    #[track_caller]
    pub fn heartbeat(&mut self, index: u8) -> Done {
        let heartbeat = self.heartbeat_of(index);
        self.send(heartbeat)
    }

    /// An act of guardian 0, to be changed before it is sent: 0 to 3 pauses, 4 suspends a policy, 5 holds a proposal.
    pub fn act(&self, act: u8, target: Option<Address>, seconds: i64) -> ActDraft {
        let constitution = self.constitution;
        let id = self.constitution(&constitution).next_emergency_id;
        let accounts = ix::EmergencyOpen {
            guardian: self.guardian(0),
            constitution,
            guardians: self.guardians_address(),
            principle: pda::principle(&constitution, 0),
            emergency: pda::emergency(&constitution, id),
        };
        let args = EmergencyOpenArgs {
            index: 0,
            act,
            target: target.unwrap_or_default(),
            seconds: u32::try_from(seconds).unwrap(),
            reason_hash: hash("something is wrong"),
            evidence_hash: hash("here it is"),
        };
        ActDraft { accounts, args }
    }

    /// The accounts of an approval by the guardian with this index.
    pub fn approval(&self, emergency: &Address, index: u8) -> ix::EmergencyApprove {
        let target = self.emergency(emergency).target;
        ix::EmergencyApprove {
            guardian: self.guardian(index),
            constitution: self.constitution,
            guardians: self.guardians_address(),
            emergency: *emergency,
            target: (target != Address::default()).then_some(target),
        }
    }

    /// The guardian's approval of what was opened.
    pub fn approve_act(&self, emergency: &Address, index: u8) -> Instruction {
        self.approval(emergency, index).instruction(index, self.emergency(emergency).statement)
    }

    /// Lets slots pass until so many lie behind the opening of an act.
    pub fn pass_slots_since_opened(&mut self, emergency: &Address, slots: u64) {
        let passed = self.slot() - self.emergency(emergency).opened_slot;
        self.pass_slots(slots.checked_sub(passed).expect("fewer have passed"));
    }

    /// Opens an act as guardian 0; the second guardian approves it, and the third's approval is still missing.
    #[track_caller]
    pub fn nearly_act(&mut self, act: u8, target: Option<Address>, seconds: i64) -> Address {
        let draft = self.act(act, target, seconds);
        self.send(draft.instruction());
        let second = self.approve_act(&draft.accounts.emergency, 1);
        self.send(second);
        draft.accounts.emergency
    }

    /// Has the guardians act.
    #[track_caller]
    pub fn take_effect(&mut self, act: u8, target: Option<Address>, seconds: i64) -> Address {
        let emergency = self.nearly_act(act, target, seconds);
        let third = self.approve_act(&emergency, 2);
        self.send(third);
        emergency
    }

    /// The accounts of a vote on an act.
    pub fn vote_on_act(&self, emergency: &Address, proposal: Address) -> ix::EmergencyRatify {
        let target = self.emergency(emergency).target;
        ix::EmergencyRatify {
            constitution: self.constitution,
            guardians: self.guardians_address(),
            emergency: *emergency,
            target: (target != Address::default()).then_some(target),
            proposal,
        }
    }

    /// The same accounts, to end it.
    pub fn end_of_act(&self, emergency: &Address, proposal: Address) -> ix::EmergencyEnd {
        let ix::EmergencyRatify { constitution, guardians, emergency, target, proposal } =
            self.vote_on_act(emergency, proposal);
        ix::EmergencyEnd { constitution, guardians, emergency, target, proposal }
    }

    /// Has a vote confirm an act.
    #[track_caller]
    pub fn ratify(&mut self, emergency: &Address) -> Done {
        let emergency_id = self.emergency(emergency).id;
        let proposal = self.approved(&Action::EmergencyRatify { emergency_id });
        let ratify = self.vote_on_act(emergency, proposal).instruction();
        self.send(ratify)
    }
}

impl Community {
    /// Lets all guardians have been heard of now, however long they were silent.
    pub fn rearm(&mut self) {
        let address = self.guardians_address();
        let stored = self.world.guardians(&address);
        let mut seen_at = [0; 9];
        seen_at[..usize::from(stored.count)].fill(self.now());
        let changed = quantumagi_interface::accounts::Guardians { seen_at, ..stored };
        let account = self.account(&address).unwrap();
        self.put(&address, solana_account::Account { data: changed.to_bytes(), ..account });
    }

    /// Lets every guardian be heard of who may be again.
    pub fn hear_guardians(&mut self) {
        let stored = self.world.guardians(&self.guardians_address());
        let (adopted_at, now) = (UnixSeconds(stored.adopted_at), UnixSeconds(self.now()));
        for index in 0..stored.count {
            if check_heartbeat(adopted_at, UnixSeconds(stored.seen_at[usize::from(index)]), now).is_ok() {
                let heartbeat = self.heartbeat_of(index);
                self.send(heartbeat);
            }
        }
    }
}

impl Community {
    /// A nonce account of the stranger, whose nonce can be advanced.
    pub fn open_nonce(&mut self) -> Address {
        let (nonce, authority) = (super::person("nonce"), self.stranger());
        let lamports = self.rent(80);
        let create =
            solana_system_interface::instruction::create_nonce_account(&authority, &nonce, &authority, lamports);
        self.try_send(&create).expect("a nonce account is created");
        nonce
    }
}
