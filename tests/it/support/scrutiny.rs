//! Communities in which others than the voters have a say: a veto body, an attestor.

use quantumagi_interface::types::{Member, TrackConfig};
use quantumagi_interface::{Address, Instruction, instructions as ix, pda};
use quantumagi_rules::roster::place;

use super::{Community, DAY, Founding, hash, member_key, person};

/// Weights of the veto body: no member alone has half of it, the first two have.
pub const VETO_WEIGHTS: [u64; 4] = [30, 20, 49, 1];

/// The track with a veto of half the body's weight and two days to cool off.
pub fn vetoable(track: &mut TrackConfig) {
    (track.veto_bps, track.cooloff_seconds) = (5_000, 2 * u32::try_from(DAY).unwrap());
}

impl Founding {
    /// With the tracks policy, treasury and amendment changed.
    pub fn with_tracks(mut self, change: impl Fn(&mut TrackConfig)) -> Self {
        self.tracks[..3].iter_mut().for_each(change);
        self
    }

    /// With a veto body of four, roster 2, that has a say about policies, payments and amendments.
    pub fn found_with_veto_body(self) -> (Community, Vec<Member>) {
        let mut community = self.with_tracks(vetoable).unsealed().found();
        let body = community.adopt_veto_body(2, &VETO_WEIGHTS);
        community.seal();
        (community, body)
    }

    /// With an attestor and this mark.
    pub fn found_with_attestor(self, mark: u16) -> (Community, Address) {
        let mut community = self.unsealed().found();
        let attestor = community.set_attestor(mark);
        community.seal();
        (community, attestor)
    }
}

impl Community {
    /// The founder gives up all power.
    #[track_caller]
    pub fn seal(&mut self) {
        let (founder, constitution) = (self.founder, self.constitution);
        self.send(ix::ConstitutionSeal { founder, constitution }.instruction());
    }

    /// Fills the roster of this version with members of a body of that number.
    #[track_caller]
    pub fn fill_veto_body(&mut self, version: u32, weights: &[u64]) -> Vec<Member> {
        let name = format!("veto body {version}");
        let members =
            (0..).zip(weights).map(|(index, weight)| Member { voter: member_key(&name, index), weight: *weight });
        let (members, founder) = (members.collect::<Vec<_>>(), self.founder);
        self.fill_roster(&founder, version, &members);
        members
    }

    /// The founder makes the roster of this version, of members with these weights, the veto body.
    #[track_caller]
    pub fn adopt_veto_body(&mut self, version: u32, weights: &[u64]) -> Vec<Member> {
        let members = self.fill_veto_body(version, weights);
        let (authority, constitution) = (self.founder, self.constitution);
        let roster = pda::roster(&constitution, version);
        let adopt = ix::VetoBodyAdopt { authority, constitution, roster, proposal: None };
        self.send(adopt.instruction());
        members
    }

    /// The founder names the attestor, with this mark, and lets a proposer have 16 proposals open.
    #[track_caller]
    pub fn set_attestor(&mut self, mark: u16) -> Address {
        let attestor = person("attestor");
        let (authority, constitution) = (self.founder, self.constitution);
        let amend = ix::SettingsAmend { authority, constitution, proposal: None };
        self.send(amend.instruction(attestor, mark, 16));
        attestor
    }

    /// A ballot of the veto body: of the member with this index of `body`.
    pub fn veto(&self, proposal: &Address, body: &[Member], index: u32) -> Instruction {
        let roster = self.proposal(proposal).veto_roster;
        let roster_page = pda::roster_page(&roster, place(index).0);
        let voter = body[index as usize].voter;
        ix::ProposalVeto { voter, proposal: *proposal, roster_page }.instruction(index)
    }

    /// The attestor's score.
    pub fn attest(&self, proposal: &Address, score: u16) -> Instruction {
        let attestor = person("attestor");
        ix::ProposalAttest { attestor, proposal: *proposal }.instruction(score, hash("report"))
    }
}
