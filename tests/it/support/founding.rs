//! How a community starts: its parameters, its principles and its council.

use std::sync::OnceLock;

use quantumagi_interface::{Address, instructions as ix, pda, types};

use super::{Community, World, hash, member_key, person};

/// A policy track with round numbers.
pub const POLICY_TRACK: types::TrackConfig = types::TrackConfig {
    threshold_bps: 6_000,
    quorum_bps: 2_000,
    min_for_bps: 1_000,
    entrenched_threshold_bps: 7_500,
    discussion_seconds: 86_400,
    voting_seconds: 3 * 86_400,
    extension_seconds: 86_400,
    timelock_seconds: 2 * 86_400,
    window_seconds: 7 * 86_400,
    veto_bps: 0,
    slash_bps: 0,
    cooloff_seconds: 0,
    deposit_lamports: 0,
};

/// A treasury track that differs in everything that is frozen.
pub const TREASURY_TRACK: types::TrackConfig = types::TrackConfig {
    threshold_bps: 6_500,
    quorum_bps: 3_000,
    min_for_bps: 1_500,
    entrenched_threshold_bps: 7_600,
    discussion_seconds: 2 * 86_400,
    voting_seconds: 4 * 86_400,
    extension_seconds: 43_200,
    timelock_seconds: 3 * 86_400,
    window_seconds: 8 * 86_400,
    veto_bps: 0,
    slash_bps: 0,
    cooloff_seconds: 0,
    deposit_lamports: 0,
};

/// An amendment track, harder again.
pub const AMENDMENT_TRACK: types::TrackConfig = types::TrackConfig {
    threshold_bps: 6_700,
    quorum_bps: 4_000,
    min_for_bps: 3_000,
    entrenched_threshold_bps: 8_000,
    discussion_seconds: 3 * 86_400,
    voting_seconds: 5 * 86_400,
    extension_seconds: 0,
    timelock_seconds: 5 * 86_400,
    window_seconds: 10 * 86_400,
    veto_bps: 0,
    slash_bps: 0,
    cooloff_seconds: 0,
    deposit_lamports: 0,
};

/// A ratification track: quick, because an emergency waits.
pub const RATIFICATION_TRACK: types::TrackConfig = types::TrackConfig {
    threshold_bps: 6_100,
    quorum_bps: 3_500,
    min_for_bps: 2_000,
    entrenched_threshold_bps: 7_700,
    discussion_seconds: 3_600,
    voting_seconds: 2 * 86_400,
    extension_seconds: 21_600,
    timelock_seconds: 3_600,
    window_seconds: 6 * 86_400,
    veto_bps: 0,
    slash_bps: 0,
    cooloff_seconds: 0,
    deposit_lamports: 0,
};

/// A community to be. By default: four tracks, principle 0 ordinary and principle 1 entrenched, a council of eight with
/// unequal weights that sum to 10,000, ten SOL in the vault, sealed.
#[derive(Clone)]
pub struct Founding {
    pub name: &'static str,
    pub tracks: [types::TrackConfig; 4],
    pub weights: Vec<u64>,
    /// Who they are, ascending; empty for members made up by name and index.
    pub voters: Vec<Address>,
    /// Who may be guardians, nine of them, ascending; empty for guardians made up by index.
    pub guardians: Vec<Address>,
    pub principles: Vec<types::PrincipleAddArgs>,
    pub is_sealed: bool,
}

impl Default for Founding {
    fn default() -> Self {
        Self {
            name: "commons",
            tracks: [POLICY_TRACK, TREASURY_TRACK, AMENDMENT_TRACK, RATIFICATION_TRACK],
            weights: vec![3_000, 2_000, 1_500, 1_200, 1_000, 800, 499, 1],
            voters: Vec::new(),
            guardians: Vec::new(),
            principles: vec![principle("people decide", 0), principle("nobody is sold", 1)],
            is_sealed: true,
        }
    }
}

/// A principle of class 0 (ordinary) or 1 (entrenched).
pub fn principle(text: &str, class: u8) -> types::PrincipleAddArgs {
    types::PrincipleAddArgs { text_hash: hash(text), class, category: 1, priority: 50 }
}

impl Founding {
    /// Under another name, with people of its own.
    pub fn named(name: &'static str) -> Self {
        Self { name, ..Self::default() }
    }

    /// With a council of these weights, in the order of their addresses.
    pub fn with_weights(self, weights: impl IntoIterator<Item = u64>) -> Self {
        Self { weights: weights.into_iter().collect(), ..self }
    }

    /// Still in the founder's hands.
    pub fn unsealed(self) -> Self {
        Self { is_sealed: false, ..self }
    }

    /// The key that is used once.
    pub fn create_key(&self) -> Address {
        person(&format!("{}: create key", self.name))
    }

    /// In a world of its own.
    pub fn found(self) -> Community {
        self.found_in(World::new())
    }

    /// In a world where others may live already.
    pub fn found_in(self, world: World) -> Community {
        let create_key = self.create_key();
        let constitution = pda::constitution(&create_key);
        let founder = person(&format!("{}: founder", self.name));
        let weights = self.weights.iter().zip(0..);
        let members = weights
            .map(|(weight, index)| {
                let known = self.voters.get(index as usize).copied();
                types::Member { voter: known.unwrap_or_else(|| member_key(self.name, index)), weight: *weight }
            })
            .collect::<Vec<_>>();
        let mut community = Community {
            world,
            constitution,
            vault: pda::vault(&constitution),
            founder,
            roster: pda::roster(&constitution, 1),
            members: members.clone(),
            guardians: self.guardians,
        };
        let world = &mut community.world;
        for member in &members {
            world.fund(&member.voter, 10_000_000_000);
        }
        world.fund(&founder, 100_000_000_000);
        world.fund(&community.vault, 10_000_000_000);
        world.fund(&stranger(), 10_000_000_000);
        let create = ix::ConstitutionCreate { founder, create_key, constitution, vault: community.vault };
        let args = types::ConstitutionCreateArgs { text_hash: hash("version 1"), tracks: self.tracks };
        world.send(create.instruction(&args));
        for (id, principle) in (0..).zip(&self.principles) {
            let principle_address = pda::principle(&constitution, id);
            let add =
                ix::PrincipleAdd { authority: founder, constitution, principle: principle_address, proposal: None };
            world.send(add.instruction(principle));
        }
        community.fill_roster(&founder, 1, &members);
        for member in members.iter().take(8) {
            community.open_proposer(member.voter);
        }
        let roster = community.roster;
        let adopt = ix::RosterAdopt { authority: founder, constitution, roster, proposal: None };
        community.world.send(adopt.instruction());
        if self.is_sealed {
            community.world.send(ix::ConstitutionSeal { founder, constitution }.instruction());
        }
        community
    }
}

/// Somebody who is nobody here, with money.
pub fn stranger() -> Address {
    static STRANGER: OnceLock<Address> = OnceLock::new();
    *STRANGER.get_or_init(|| person("stranger"))
}
