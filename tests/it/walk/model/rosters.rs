//! Councils, the veto body, and which electorate is in force.

use quantumagi_interface::calls::Call;
use quantumagi_interface::digest::sha256;

use super::*;

impl Model {
    pub(super) fn rosters(&self, call: &Call, at: &At) -> Option<Result<Foreseen, Why>> {
        Some(match call.clone() {
            Call::RosterCreate { accounts, size } => self.roster_create(&accounts, size, at),
            Call::RosterPageOpen { accounts, page } => self.roster_page_open(&accounts, page, at),
            Call::RosterExtend { accounts, members } => self.roster_extend(&accounts, members),
            Call::RosterPageClose { accounts } => self.roster_page_close(&accounts),
            Call::RosterClose { accounts } => self.roster_close(&accounts),
            Call::RosterAdopt { accounts } => self.roster_adopt(&accounts, at),
            Call::VetoBodyAdopt { accounts } => self.veto_body_adopt(&accounts, at),
            Call::ElectorateAdopt { accounts, kind } => self.electorate_adopt(&accounts, kind, at),
            _ => return None,
        })
    }

    /// Electorates can be made by the founder before the seal, by anybody after it.
    pub(super) fn check_may_prepare(&self, constitution: &Address, payer: &Address) -> Result<&Polity, Why> {
        let polity = self.polity(constitution)?;
        need!(polity.is_sealed || polity.founder == *payer, "only the founder may");
        Ok(polity)
    }

    pub(super) fn roster_of(&self, roster: &Address, of: &Address) -> Result<&Roster, Why> {
        let known = self.rosters.get(roster).ok_or("there is no such roster")?;
        need!(known.constitution == *of, "a roster of another constitution");
        Ok(known)
    }

    fn roster_create(&self, accounts: &ix::RosterCreate, size: u32, at: &At) -> Result<Foreseen, Why> {
        let ix::RosterCreate { payer, constitution, roster } = *accounts;
        let version = self.check_may_prepare(&constitution, &payer)?.next_roster;
        need!((1..=8_448).contains(&size), "size out of range");
        self.check_new(&roster, pda::roster(&constitution, version), &payer, at)?;
        sure(move |model| {
            model.open(roster, payer);
            model.polity_mut(&constitution).next_roster += 1;
            let members_hash = [0; 32];
            let (members, pages, is_closing, bound) = (Vec::new(), 0, false, 0);
            let begun = Roster { constitution, payer, version, size, members, members_hash, pages, is_closing, bound };
            model.rosters.insert(roster, begun);
        })
    }

    fn roster_page_open(&self, accounts: &ix::RosterPageOpen, page: u32, at: &At) -> Result<Foreseen, Why> {
        let ix::RosterPageOpen { payer, constitution, roster, roster_page } = *accounts;
        let known = self.roster_of(&roster, &constitution)?;
        need!(known.payer == payer, "only who created the roster may");
        need!(!known.is_closing, "the roster is closing");
        need!(page == known.pages && u64::from(page) * 30 < u64::from(known.size), "not the next page");
        self.check_new(&roster_page, pda::roster_page(&roster, page), &payer, at)?;
        sure(move |model| {
            model.open(roster_page, payer);
            model.rosters.get_mut(&roster).unwrap().pages += 1;
            model.roster_pages.insert(roster_page, Page { of: roster, payer, number: page });
        })
    }

    fn roster_extend(&self, accounts: &ix::RosterExtend, members: Vec<types::Member>) -> Result<Foreseen, Why> {
        let ix::RosterExtend { payer, constitution, roster, roster_page } = *accounts;
        let known = self.roster_of(&roster, &constitution)?;
        need!(known.payer == payer, "only who created the roster may");
        need!(!known.is_closing && !members.is_empty(), "closing, or nobody to add");
        let page = self.roster_pages.get(&roster_page).ok_or("there is no such page")?;
        need!(page.of == roster, "a page of another roster");
        let count = known.members.len();
        need!(count / 30 == page.number as usize, "not the page to fill");
        need!(count + members.len() <= known.size as usize, "too many members");
        need!(count % 30 + members.len() <= 30, "more than the page holds");
        let mut all = known.members.clone();
        all.extend(members.iter().map(|member| (member.voter, member.weight)));
        need!(all[0].0 != Address::default(), "nobody is the zero address");
        need!(all.windows(2).all(|pair| pair[0].0 < pair[1].0), "out of order");
        need!(all.iter().all(|(_, weight)| *weight > 0), "a member without weight");
        let total: u128 = all.iter().map(|(_, weight)| u128::from(*weight)).sum();
        need!(u64::try_from(total).is_ok(), "more weight than fits");
        let mut hash = known.members_hash;
        for member in &members {
            hash = sha256(&[&hash[..], member.voter.as_ref(), &member.weight.to_le_bytes()].concat());
        }
        sure(move |model| {
            let known = model.rosters.get_mut(&roster).unwrap();
            (known.members, known.members_hash) = (all, hash);
        })
    }

    fn check_closable(&self, roster: &Address, of: &Address, authority: &Address) -> Result<&Roster, Why> {
        let known = self.roster_of(roster, of)?;
        let polity = self.polity(of)?;
        let is_needed = polity.electorate == *roster || polity.veto_roster == *roster || known.bound > 0;
        need!(!is_needed, "the roster is in use");
        need!(known.version < polity.roster_version || known.payer == *authority, "only its payer may");
        Ok(known)
    }

    fn roster_page_close(&self, accounts: &ix::RosterPageClose) -> Result<Foreseen, Why> {
        let ix::RosterPageClose { authority, constitution, roster, roster_page, payer } = *accounts;
        self.check_closable(&roster, &constitution, &authority)?;
        let page = self.roster_pages.get(&roster_page).ok_or("there is no such page")?;
        need!(page.of == roster && page.payer == payer, "another roster's page, or another payer");
        sure(move |model| {
            model.roster_pages.remove(&roster_page);
            model.close(roster_page, payer);
            let known = model.rosters.get_mut(&roster).unwrap();
            known.pages -= 1;
            known.is_closing = true;
        })
    }

    fn roster_close(&self, accounts: &ix::RosterClose) -> Result<Foreseen, Why> {
        let ix::RosterClose { authority, constitution, roster, payer } = *accounts;
        let known = self.check_closable(&roster, &constitution, &authority)?;
        need!(known.pages == 0 && known.payer == payer, "pages are open, or another payer");
        sure(move |model| {
            model.rosters.remove(&roster);
            model.close(roster, payer);
        })
    }

    fn roster_adopt(&self, accounts: &ix::RosterAdopt, at: &At) -> Result<Foreseen, Why> {
        let ix::RosterAdopt { authority, constitution, roster, proposal } = *accounts;
        let known = self.roster_of(&roster, &constitution)?;
        need!(known.is_usable(), "the roster cannot be used");
        need!(self.polity(&constitution)?.veto_roster != roster, "it is the veto body");
        let version = known.version;
        let bytes = action(24, &[&version.to_le_bytes(), &known.members_hash]);
        let order = self.order(&authority, &constitution, proposal, &bytes, at)?;
        let now = at.now;
        sure(move |model| {
            model.spend(order, now);
            let polity = model.polity_mut(&constitution);
            (polity.electorate, polity.kind, polity.roster_version) = (roster, 1, version);
        })
    }

    fn veto_body_adopt(&self, accounts: &ix::VetoBodyAdopt, at: &At) -> Result<Foreseen, Why> {
        let ix::VetoBodyAdopt { authority, constitution, roster, proposal } = *accounts;
        let known = self.roster_of(&roster, &constitution)?;
        need!(known.is_usable() && known.members.len() <= 256, "the roster cannot be used");
        need!(self.polity(&constitution)?.electorate != roster, "it is the electorate");
        let bytes = action(27, &[&known.version.to_le_bytes(), &known.members_hash]);
        let order = self.order(&authority, &constitution, proposal, &bytes, at)?;
        let now = at.now;
        sure(move |model| {
            model.spend(order, now);
            model.polity_mut(&constitution).veto_roster = roster;
        })
    }

    /// The constitution an electorate of this kind belongs to.
    pub fn owner_of(&self, kind: u8, electorate: &Address) -> Option<Address> {
        match kind {
            2 => self.pools.get(electorate).map(|pool| pool.constitution),
            3 => self.operators.get(electorate).map(|operators| operators.constitution),
            4 => self.plugins.get(electorate).map(|plugin| plugin.constitution),
            _ => None,
        }
    }

    fn electorate_adopt(&self, accounts: &ix::ElectorateAdopt, kind: u8, at: &At) -> Result<Foreseen, Why> {
        let ix::ElectorateAdopt { authority, constitution, electorate, proposal } = *accounts;
        need!(self.owner_of(kind, &electorate) == Some(constitution), "no electorate of that kind and constitution");
        let bytes = action(25, &[&[kind], electorate.as_ref()]);
        let order = self.order(&authority, &constitution, proposal, &bytes, at)?;
        let now = at.now;
        sure(move |model| {
            model.spend(order, now);
            let polity = model.polity_mut(&constitution);
            (polity.electorate, polity.kind) = (electorate, kind);
        })
    }
}
