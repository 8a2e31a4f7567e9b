//! Instructions of an electorate by weight records: plugins, seats, votes with a record.
//!
//! The plugin's program is not here. Its records are written as it would write them: see `quantumagi_rules::weight_record`.

use anyhow::{Result, ensure};
use quantumagi_interface::{Address, PROGRAM_ID, accounts, instructions as ix, pda};
use quantumagi_rules::{
    action::Action,
    electorate::ElectorateKind,
    weight_record::{TOTAL_RECORD_DISCRIMINATOR, VOTER_RECORD_DISCRIMINATOR, WeightAction},
};

use super::community::{AGAINST, Community, FOR};
use super::cost::Sent;
use super::figures::Rows;
use super::people::{crank, person, voter};

const POLICY: Action<'static> = Action::PolicyAdopt { text_hash: [9; 32], sunset_at: 0 };
/// The slot in which all of this happens, and all records are written.
const SLOT: u64 = 1_000;
/// Weight of all voters.
const TOTAL: u64 = 1_000_000;
/// Seats given out, of which the last lies on a ballot page.
const SEATS: u32 = 300;

/// Measures them with three voters, of whom one votes as the last of 300.
pub(super) fn measure(rows: &mut Rows) -> Result<()> {
    let mut community = founding(rows)?;
    let decided = votes(&mut community, rows)?;
    adoption(&mut community, rows)?;
    endings(&mut community, &decided, rows)
}

fn founding(rows: &mut Rows) -> Result<Community> {
    let mut community = Community::before("records", 3)?;
    community.chain.set_slot(SLOT);
    community.send(community.create())?;
    community.send(community.principle_add(0))?;
    let (payer, constitution) = (community.founder, community.constitution);
    for version in 1..3 {
        let electorate = pda::weight_plugin(&constitution, version);
        let create = ix::WeightPluginCreate { payer, constitution, electorate };
        let [program, realm, mint] = plugin();
        let cost = community.send(create.instruction(program, realm, mint))?;
        if version == 1 {
            rows.note("", cost);
        }
    }
    let electorate = pda::weight_plugin(&constitution, 1);
    let adopt = ix::ElectorateAdopt { authority: payer, constitution, proposal: None, electorate };
    let cost = community.send(adopt.instruction(ElectorateKind::WeightRecord as u8))?;
    rows.note("a weight plugin, by the founder", cost);
    community.send(community.seal())?;
    community.send(community.proposer_open())?;
    for index in 0..3 {
        if index == 2 {
            // As if all seats before it had been given out.
            let mut account = accounts::WeightPlugin::decode(&community.chain.data(&electorate)?)?;
            (account.next_seat, account.seats) = (SEATS - 1, SEATS - 1);
            community.chain.put(&electorate, PROGRAM_ID, account.to_bytes())?;
        }
        let (voter, seat) = (voter(community.name, index), community.seat(index));
        let open = ix::SeatOpen { payer, constitution, electorate, voter, seat };
        let cost = community.send(open.instruction())?;
        if index == 2 {
            rows.note("the last of 300 seats", cost);
        }
    }
    Ok(community)
}

/// Ballots of this kind are final.
fn votes(community: &mut Community, rows: &mut Rows) -> Result<Address> {
    let (proposal, cost) = community.propose_by_record(&POLICY)?;
    rows.note("by weight record, 1 citation", cost);
    let ballot_page = pda::ballot_page(&proposal, 0);
    community.send(ix::BallotPageOpen { payer: crank(), proposal, ballot_page }.instruction(0))?;
    community.open_voting(&proposal)?;
    let cost = community.vote_by_record(proposal, 0, 1_000, AGAINST, None)?;
    rows.note("a final ballot", cost);
    let ends_at = community.proposal(&proposal)?.ends_at;
    let cost = community.vote_by_record(proposal, 2, TOTAL - 1_000, FOR, Some(ballot_page))?;
    ensure!(community.proposal(&proposal)?.ends_at < ends_at, "the last voter has settled nothing");
    rows.note("the last of 300 seats, a final ballot on a ballot page that settles the outcome", cost);
    community.end_voting(&proposal)?;
    community.send(Community::finalize(&proposal))?;
    Ok(proposal)
}

/// The voters choose another plugin.
fn adoption(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let (authority, constitution) = (crank(), community.constitution);
    let electorate = pda::weight_plugin(&constitution, 2);
    let kind = ElectorateKind::WeightRecord;
    let (proposal, _) =
        community.propose_by_record(&Action::ElectorateAdopt { kind, electorate: electorate.to_bytes() })?;
    community.open_voting(&proposal)?;
    community.vote_by_record(proposal, 0, TOTAL - 1, FOR, None)?;
    community.end_voting(&proposal)?;
    community.send(Community::finalize(&proposal))?;
    community.open_window(&proposal)?;
    let adopt = ix::ElectorateAdopt { authority, constitution, proposal: Some(proposal), electorate };
    let cost = community.send(adopt.instruction(kind as u8))?;
    rows.note("a weight plugin, by vote", cost);
    let close = community.close(&proposal)?;
    let cost = community.send(close)?;
    rows.note("by weight record", cost);
    Ok(())
}

fn endings(community: &mut Community, decided: &Address, rows: &mut Rows) -> Result<()> {
    let (payer, constitution) = (community.founder, community.constitution);
    community.chain.set_time(community.chain.now() + 30 * 86_400);
    community.send(ix::ProposalExpire { constitution, proposal: *decided }.instruction())?;
    let ballot_page = pda::ballot_page(decided, 0);
    community.send(ix::BallotPageClose { proposal: *decided, ballot_page, payer: crank() }.instruction())?;
    let close = community.close(decided)?;
    community.send(close)?;
    let electorate = pda::weight_plugin(&constitution, 1);
    for index in 0..3 {
        let authority = voter(community.name, index);
        let close = ix::SeatClose { authority, constitution, electorate, seat: community.seat(index), payer };
        let cost = community.send(close.instruction())?;
        if index == 2 {
            rows.note("by its voter", cost);
        }
    }
    // The seats that were never opened are counted.
    let mut account = accounts::WeightPlugin::decode(&community.chain.data(&electorate)?)?;
    account.seats = 0;
    community.chain.put(&electorate, PROGRAM_ID, account.to_bytes())?;
    let cost = community.send(ix::ElectorateClose { payer, constitution, electorate }.instruction())?;
    rows.note("a weight plugin", cost);
    Ok(())
}

/// The plugin's program, realm and mint.
fn plugin() -> [Address; 3] {
    [person("plugin program"), person("realm"), person("mint")]
}

impl Community {
    /// The seat of this voter with the first plugin.
    fn seat(&self, index: u32) -> Address {
        pda::seat(&pda::weight_plugin(&self.constitution, 1), &voter(self.name, index))
    }

    /// Writes a record of the plugin: of a voter for a purpose, or of the total.
    fn put_record(&mut self, of: Option<(u32, WeightAction, Address)>, weight: u64) -> Result<Address> {
        let [program, realm, mint] = plugin();
        let discriminator = if of.is_some() { VOTER_RECORD_DISCRIMINATOR } else { TOTAL_RECORD_DISCRIMINATOR };
        let mut bytes = [&discriminator, realm.as_ref(), mint.as_ref()].concat();
        if let Some((index, _, _)) = of {
            bytes.extend_from_slice(voter(self.name, index).as_ref());
        }
        bytes.extend_from_slice(&weight.to_le_bytes());
        bytes.push(1);
        bytes.extend_from_slice(&SLOT.to_le_bytes());
        if let Some((_, action, target)) = of {
            bytes.extend_from_slice(&[1, action as u8, 1]);
            bytes.extend_from_slice(target.as_ref());
        }
        bytes.extend_from_slice(&[0; 8]);
        let address = person(if of.is_some() { "a voter's record" } else { "the record of the total" });
        self.chain.put(&address, program, bytes)?;
        Ok(address)
    }

    /// A proposal of voter 0, with the two records that it needs.
    fn propose_by_record(&mut self, action: &Action) -> Result<(Address, Sent)> {
        let mut draft = self.draft(action, &[0])?.with_final_ballots();
        let target = self.constitution;
        draft.accounts.membership = Some(self.put_record(None, TOTAL)?);
        draft.cited.insert(0, self.put_record(Some((0, WeightAction::CreateProposal, target)), 1)?);
        let sent = self.send(draft.instruction())?;
        Ok((draft.accounts.proposal, sent))
    }

    fn vote_by_record(
        &mut self,
        proposal: Address,
        index: u32,
        weight: u64,
        choice: u8,
        ballot_page: Option<Address>,
    ) -> Result<Sent> {
        let weight_record = self.put_record(Some((index, WeightAction::CastVote, proposal)), weight)?;
        let electorate = pda::weight_plugin(&self.constitution, 1);
        let (voter, seat) = (voter(self.name, index), self.seat(index));
        let vote = ix::RecordVote { voter, proposal, electorate, seat, weight_record, ballot_page };
        self.send(vote.instruction(choice))
    }
}
