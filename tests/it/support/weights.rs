//! Weight records as SPL Governance's plugins write them, put into the world as no transaction could: the plugin's program
//! is not here.

use quantumagi_interface::{Address, instructions as ix, pda};
use quantumagi_rules::{
    action::Action,
    electorate::ElectorateKind,
    weight_record::{TOTAL_RECORD_DISCRIMINATOR, VOTER_RECORD_DISCRIMINATOR},
};
use solana_account::Account;

use super::{Community, Draft, Founding, SLOT, World, elector, person};

/// To vote.
pub const CAST_VOTE: u8 = 0;
/// To propose.
pub const CREATE_PROPOSAL: u8 = 3;

/// The plugin's program, realm and mint.
pub fn plugin() -> [Address; 3] {
    [person("plugin program"), person("realm"), person("mint")]
}

/// A record, to be spoilt by a test.
#[derive(Clone, Debug)]
pub struct WeightRecord {
    pub owner: Address,
    pub discriminator: [u8; 8],
    pub realm: Address,
    pub mint: Address,
    /// None in a record of the total.
    pub voter: Option<Address>,
    pub weight: u64,
    pub expiry: Option<u64>,
    pub action: Option<u8>,
    pub target: Option<Address>,
}

impl WeightRecord {
    /// Of a voter, for an action on a target, in the slot of the tests.
    pub fn of(voter: Address, weight: u64, action: u8, target: Address) -> Self {
        let [owner, realm, mint] = plugin();
        Self {
            owner,
            discriminator: VOTER_RECORD_DISCRIMINATOR,
            realm,
            mint,
            voter: Some(voter),
            weight,
            expiry: Some(SLOT),
            action: Some(action),
            target: Some(target),
        }
    }

    /// Of the total.
    pub fn total(weight: u64) -> Self {
        let record = Self::of(Address::default(), weight, 0, Address::default());
        Self { voter: None, discriminator: TOTAL_RECORD_DISCRIMINATOR, ..record }
    }

    /// Borsh, as the plugin writes it.
    pub fn bytes(&self) -> Vec<u8> {
        fn option(bytes: &mut Vec<u8>, value: Option<&[u8]>) {
            bytes.push(u8::from(value.is_some()));
            bytes.extend_from_slice(value.unwrap_or_default());
        }
        let mut bytes = self.discriminator.to_vec();
        bytes.extend_from_slice(self.realm.as_ref());
        bytes.extend_from_slice(self.mint.as_ref());
        bytes.extend_from_slice(self.voter.as_ref().map(|voter| voter.as_ref()).unwrap_or_default());
        bytes.extend_from_slice(&self.weight.to_le_bytes());
        option(&mut bytes, self.expiry.map(u64::to_le_bytes).as_ref().map(|bytes| &bytes[..]));
        if self.voter.is_some() {
            option(&mut bytes, self.action.map(u8::to_le_bytes).as_ref().map(|bytes| &bytes[..]));
            option(&mut bytes, self.target.as_ref().map(|target| target.as_ref()));
        }
        bytes.extend_from_slice(&[0; 8]);
        bytes
    }

    /// Writes it at an address of its own, by `name`.
    pub fn put(&self, community: &mut Community, name: &str) -> Address {
        let address = person(name);
        let account = Account { lamports: 10_000_000, data: self.bytes(), owner: self.owner, ..Account::default() };
        community.put(&address, account);
        address
    }
}

impl Founding {
    /// A community that votes by weight records, with seats for the first `seats` electors.
    pub fn by_records(self, seats: u32) -> Community {
        self.by_records_in(World::new(), seats)
    }

    /// The same in a world where others may live already.
    pub fn by_records_in(self, world: World, seats: u32) -> Community {
        let mut community = self.unsealed().found_in(world);
        community.set_slot(SLOT);
        let (founder, constitution) = (community.founder, community.constitution);
        let electorate = pda::weight_plugin(&constitution, 1);
        let [program, realm, mint] = plugin();
        let create = ix::WeightPluginCreate { payer: founder, constitution, electorate };
        community.send(create.instruction(program, realm, mint));
        community.adopt_electorate(ElectorateKind::WeightRecord, electorate);
        for index in 0..seats {
            community.fund(&elector(index), 10_000_000_000);
            let open = community.seat_open(elector(index));
            community.send(open.instruction());
        }
        community.open_proposer(elector(0));
        community
    }
}

impl Community {
    /// Gives somebody a seat of the first plugin.
    pub fn seat_open(&self, voter: Address) -> ix::SeatOpen {
        let constitution = self.constitution;
        let electorate = pda::weight_plugin(&constitution, 1);
        ix::SeatOpen { payer: self.stranger(), constitution, electorate, voter, seat: pda::seat(&electorate, &voter) }
    }

    /// A proposal of elector 0 out of a total, with the records that it needs.
    pub fn record_draft(&mut self, action: &Action, total: &WeightRecord, own: &WeightRecord) -> Draft {
        let mut draft = self.draft(action).with_final_ballots();
        draft.accounts.proposer = elector(0);
        draft.accounts.record = pda::proposer(&self.constitution, &elector(0));
        draft.accounts.membership = Some(total.put(self, "total record"));
        draft.cited.insert(0, own.put(self, "proposer's record"));
        draft
    }

    /// A proposal of elector 0 with this total weight.
    #[track_caller]
    pub fn propose_by_record(&mut self, action: &Action, total: u64) -> Address {
        let own = WeightRecord::of(elector(0), 1, CREATE_PROPOSAL, self.constitution);
        let draft = self.record_draft(action, &WeightRecord::total(total), &own);
        self.create(&draft)
    }

    /// Accounts of a ballot by a record at this address.
    pub fn record_vote(&self, proposal: Address, voter: Address, weight_record: Address) -> ix::RecordVote {
        let electorate = self.proposal(&proposal).electorate;
        let seat = pda::seat(&electorate, &voter);
        ix::RecordVote { voter, proposal, electorate, seat, weight_record, ballot_page: None }
    }
}
