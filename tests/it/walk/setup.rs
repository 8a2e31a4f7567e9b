//! Five communities in one world, one for each kind of electorate and a twin to be mistaken for. They are founded by
//! instructions that the model judges like any other.

use quantumagi_rules::electorate::ElectorateKind;

use super::model::{Move, Tokens};
use super::stage::Stage;
use crate::support::*;

/// Who puts tokens in.
pub const DEPOSITORS: [&str; 5] = ["ana", "ben", "cleo", "dora", "eve"];
/// Members of the large council; the last two vote on a ballot page.
pub const COUNCIL: u32 = 258;
/// How many must approve an emergency act.
pub const GUARDIANS: u8 = 5;
const THRESHOLD: u8 = 3;

/// What the walk knows of a community besides what the model remembers.
#[derive(Clone, Debug)]
pub struct Cast {
    pub constitution: Address,
    pub founder: Address,
    pub vault: Address,
}

/// Tracks that leave nobody waiting for long.
pub fn tracks(deposit_lamports: u32, veto_bps: u16) -> [types::TrackConfig; 4] {
    let mut tracks = Founding::default().tracks;
    for (place, track) in (1..).zip(&mut tracks) {
        let is_ratification = place == 4;
        track.discussion_seconds = 600 * place;
        track.voting_seconds = 7_200;
        track.extension_seconds = 600 * (4 - place);
        track.timelock_seconds = 3_600 * place;
        track.window_seconds = 2 * 86_400;
        track.deposit_lamports = deposit_lamports;
        track.slash_bps = if deposit_lamports > 0 { 500 } else { 0 };
        (track.quorum_bps, track.min_for_bps) = (2_000 + 100 * place as u16, 1_000);
        if !is_ratification && veto_bps > 0 {
            (track.veto_bps, track.cooloff_seconds) = (veto_bps, 3_600);
        }
    }
    tracks
}

/// Everybody who ever acts for themselves.
pub fn people() -> Vec<Address> {
    let council = (0..6).chain(256..COUNCIL).map(|index| member_key("walk", index));
    let veto_body = (0..4).map(|index| member_key("veto body", index));
    let guardians = (0..9).map(|index| member_key("guardians", index));
    let depositors = DEPOSITORS.iter().map(|name| person(name));
    let others = ["stranger", "walk: founder", "attestor", "recipient", "author", "program's authority"].map(person);
    let all = council.chain(veto_body).chain(guardians).chain(depositors).chain((0..4).map(operator));
    all.chain((0..6).map(elector)).chain(others).collect()
}

/// The constitution whose key has this name.
pub fn cast(name: &str) -> Cast {
    let constitution = pda::constitution(&person(name));
    Cast { constitution, founder: person("walk: founder"), vault: pda::vault(&constitution) }
}

impl Stage {
    /// Sends what must go through.
    #[track_caller]
    fn must(&mut self, instruction: Instruction) {
        assert!(self.attempt(&instruction.into()), "the founders are no match for the rules");
    }

    /// The five communities.
    pub fn found() -> (Self, Vec<Cast>) {
        let mut stage = Self::new();
        stage.world.set_slot(SLOT);
        for who in people() {
            stage.world.fund(&who, 1_000_000_000_000);
        }
        let mint = person("mint");
        stage.world.put_mint(&mint, &Mint::default());
        for name in DEPOSITORS {
            stage.put_tokens(&format!("{name}: tokens"), person(name), 1_000_000);
        }
        let casts = vec![stage.commons(), stage.twin(), stage.depositors(mint), stage.electors(), stage.seated()];
        // What founding takes is judged like everything else, and counts for nothing.
        stage.done.clear();
        (stage, casts)
    }

    /// Tokens of the one mint there is.
    pub fn put_tokens(&mut self, name: &str, owner: Address, amount: u64) -> Address {
        let (address, mint) = (person(name), person("mint"));
        self.world.put_tokens(&address, &mint, &owner, amount);
        self.model.tokens.insert(address, Tokens { mint, owner, amount });
        address
    }

    /// A constitution with principles, guardians and room for guardrails, whose founder still rules.
    fn begin(&mut self, name: &str, tracks: [types::TrackConfig; 4]) -> Cast {
        let cast = cast(name);
        let Cast { constitution, founder, vault } = cast;
        let create = ix::ConstitutionCreate { founder, create_key: person(name), constitution, vault };
        self.must(create.instruction(&types::ConstitutionCreateArgs { text_hash: hash("version 1"), tracks }));
        self.world.fund(&vault, 100_000_000_000);
        self.put_tokens(&format!("{name}: treasury"), vault, 1_000_000);
        for (id, (text, class)) in (0..).zip([("people decide", 0), ("nobody is sold", 1), ("all is open", 0)]) {
            let principle_address = pda::principle(&constitution, id);
            let add =
                ix::PrincipleAdd { authority: founder, constitution, principle: principle_address, proposal: None };
            self.must(add.instruction(&principle(text, class)));
        }
        let guardians = pda::guardians(&constitution);
        self.must(ix::GuardiansOpen { payer: founder, constitution, guardians }.instruction());
        let guardrails = pda::guardrails(&constitution);
        self.must(ix::GuardrailsOpen { payer: founder, constitution, guardrails }.instruction());
        let list: Vec<Address> = (0..GUARDIANS).map(|index| member_key("guardians", index.into())).collect();
        let adopt = ix::GuardiansAdopt { authority: founder, constitution, proposal: None, guardians };
        self.must(adopt.instruction(THRESHOLD, 300 * 86_400, &list));
        for (index, guardian) in (0..).zip(list) {
            self.must(ix::GuardiansHeartbeat { guardian, constitution, guardians }.instruction(index));
        }
        cast
    }

    fn fill_roster(&mut self, cast: &Cast, version: u32, members: &[types::Member]) -> Address {
        let (payer, constitution) = (cast.founder, cast.constitution);
        let roster = pda::roster(&constitution, version);
        self.must(ix::RosterCreate { payer, constitution, roster }.instruction(members.len() as u32));
        for (page, on_page) in (0..).zip(members.chunks(30)) {
            let roster_page = pda::roster_page(&roster, page);
            self.must(ix::RosterPageOpen { payer, constitution, roster, roster_page }.instruction(page));
            for part in on_page.chunks(15) {
                self.must(ix::RosterExtend { payer, constitution, roster, roster_page }.instruction(part));
            }
        }
        roster
    }

    fn adopt_roster(&mut self, cast: &Cast, roster: Address) {
        let (authority, constitution) = (cast.founder, cast.constitution);
        self.must(ix::RosterAdopt { authority, constitution, roster, proposal: None }.instruction());
    }

    fn adopt(&mut self, cast: &Cast, kind: ElectorateKind, electorate: Address) {
        let (authority, constitution) = (cast.founder, cast.constitution);
        let adopt = ix::ElectorateAdopt { authority, constitution, electorate, proposal: None };
        self.must(adopt.instruction(kind as u8));
    }

    fn seal(&mut self, cast: &Cast, proposers: impl Iterator<Item = Address>) {
        let Cast { founder, constitution, .. } = *cast;
        self.must(ix::ConstitutionSeal { founder, constitution }.instruction());
        for owner in proposers {
            let record = pda::proposer(&constitution, &owner);
            self.must(ix::ProposerOpen { payer: founder, constitution, record }.instruction(owner));
        }
    }

    /// A large council with a veto body, an attestor and deposits against spam, and a program whose upgrades it orders.
    fn commons(&mut self) -> Cast {
        let cast = self.begin("walk: commons", tracks(1_000_000, 5_000));
        let weight = |index| match index {
            0..4 => 3_000 - 500 * u64::from(index),
            256.. => 400,
            _ => 1,
        };
        let members =
            (0..COUNCIL).map(|index| types::Member { voter: member_key("walk", index), weight: weight(index) });
        let roster = self.fill_roster(&cast, 1, &members.collect::<Vec<_>>());
        self.adopt_roster(&cast, roster);
        let body = (0..).zip(VETO_WEIGHTS);
        let body = body.map(|(index, weight)| types::Member { voter: member_key("veto body", index), weight });
        let roster = self.fill_roster(&cast, 2, &body.collect::<Vec<_>>());
        let (authority, constitution) = (cast.founder, cast.constitution);
        self.must(ix::VetoBodyAdopt { authority, constitution, roster, proposal: None }.instruction());
        let amend = ix::SettingsAmend { authority, constitution, proposal: None };
        self.must(amend.instruction(person("attestor"), 8_000, 16));
        self.seal(&cast, (0..5).map(|index| member_key("walk", index)));
        self.put_program(&cast.vault);
        cast
    }

    /// A program that the vault may upgrade, deployed in the first slot.
    fn put_program(&mut self, vault: &Address) {
        let data = self.world.deploy_memo(&person("walk: program"));
        let mut account = self.world.account(&data).unwrap();
        account.data[12] = 1;
        account.data[13..45].copy_from_slice(vault.as_ref());
        self.world.put(&data, account);
        self.world.redeploy(&data, 0);
    }

    /// A small council of some of the same people.
    fn twin(&mut self) -> Cast {
        let cast = self.begin("walk: twin", tracks(0, 0));
        let members =
            (0..6).map(|index| types::Member { voter: member_key("walk", index), weight: 10 + u64::from(index) });
        let roster = self.fill_roster(&cast, 1, &members.collect::<Vec<_>>());
        self.adopt_roster(&cast, roster);
        self.seal(&cast, (0..6).map(|index| member_key("walk", index)));
        cast
    }

    fn depositors(&mut self, mint: Address) -> Cast {
        let cast = self.begin("walk: pool", tracks(900_000, 0));
        let Cast { constitution, founder, .. } = cast;
        let pool = pda::deposit_pool(&constitution, 1);
        let pool_vault = pda::pool_vault(&pool);
        let create =
            ix::DepositPoolCreate { payer: founder, constitution, mint, pool, pool_vault, token_program: TOKEN };
        self.must(create.instruction(3_600, 500));
        self.adopt(&cast, ElectorateKind::Deposit, pool);
        for (name, amount) in DEPOSITORS.into_iter().zip([600, 300, 100, 40, 20]) {
            let (owner, deposit) = (person(name), pda::deposit(&pool, &person(name)));
            self.must(ix::DepositOpen { payer: owner, constitution, pool, deposit }.instruction(owner));
            let token_account = person(&format!("{name}: tokens"));
            let token_program = TOKEN;
            let add =
                ix::DepositAdd { owner, constitution, pool, pool_vault, mint, token_program, deposit, token_account };
            self.must(add.instruction(amount));
        }
        self.world.pass(3_600);
        for name in DEPOSITORS.into_iter().take(4) {
            let (authority, deposit) = (person(name), pda::deposit(&pool, &person(name)));
            self.must(ix::DepositMature { authority, constitution, deposit, pool }.instruction());
        }
        self.seal(&cast, DEPOSITORS.into_iter().map(person));
        cast
    }

    fn electors(&mut self) -> Cast {
        let cast = self.begin("walk: snapshots", tracks(0, 0));
        let Cast { constitution, founder, .. } = cast;
        let electorate = pda::operators(&constitution, 1);
        let create = ix::OperatorsCreate { payer: founder, constitution, electorate };
        self.must(create.instruction(2, 600, &(0..4).map(operator).collect::<Vec<_>>()));
        self.adopt(&cast, ElectorateKind::Snapshot, electorate);
        self.seal(&cast, (0..4).map(operator));
        cast
    }

    fn seated(&mut self) -> Cast {
        let cast = self.begin("walk: records", tracks(0, 0));
        let Cast { constitution, founder, .. } = cast;
        let electorate = pda::weight_plugin(&constitution, 1);
        let [program, realm, mint] = plugin();
        let create = ix::WeightPluginCreate { payer: founder, constitution, electorate };
        self.must(create.instruction(program, realm, mint));
        for voter in (0..5).map(elector) {
            let seat = pda::seat(&electorate, &voter);
            self.must(ix::SeatOpen { payer: founder, constitution, electorate, voter, seat }.instruction());
        }
        self.adopt(&cast, ElectorateKind::WeightRecord, electorate);
        self.seal(&cast, (0..5).map(elector));
        cast
    }

    /// A gift by somebody to an address of the program, which may not even exist (A4).
    pub fn give(&mut self, to: Address, lamports: u64) {
        let from = person("stranger");
        let gift = solana_system_interface::instruction::transfer(&from, &to, lamports);
        let before = self.world.snapshot();
        if self.world.try_send(&[gift]).is_ok() {
            self.model.moves = vec![Move::Paid { from, to, lamports }];
            self.model.check_moves(&before, &self.world.snapshot(), &self.world);
        }
    }
}
