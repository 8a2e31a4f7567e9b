//! Electorates whose weights others know: operators who publish a root, and plugins that write records.

use quantumagi_interface::calls::Call;

use super::*;

impl Model {
    pub(super) fn snapshots(&self, call: &Call, at: &At) -> Option<Result<Foreseen, Why>> {
        Some(match call.clone() {
            Call::OperatorsCreate { accounts, needed, challenge_seconds, operators } => {
                self.operators_create(&accounts, needed, challenge_seconds, operators, at)
            }
            Call::ElectorateClose { accounts } => self.electorate_close(&accounts),
            Call::SnapshotPublish { accounts, root, total_weight, voters, read_at } => {
                let claim = (root, total_weight, voters, read_at);
                self.snapshot_publish(&accounts, claim, at)
            }
            Call::SnapshotReview { accounts, verdict } => self.snapshot_review(&accounts, verdict, at),
            Call::SnapshotBind { accounts } => self.snapshot_bind(&accounts, at),
            Call::SnapshotClose { accounts: a } => {
                self.snapshots.get(&a.snapshot).ok_or("there is no such root").and_then(|known| {
                    self.polity(&a.constitution)?;
                    need!(known.constitution == a.constitution, "another constitution");
                    need!(
                        known.proposal == a.proposal && known.publisher == a.publisher,
                        "another proposal or publisher"
                    );
                    let is_needed = |proposal: &Proposal| proposal.bound.is_none() && !proposal.is_over();
                    need!(!self.proposals.get(&a.proposal).is_some_and(is_needed), "it may still be bound");
                    sure(move |model| {
                        model.snapshots.remove(&a.snapshot);
                        model.close(a.snapshot, a.publisher);
                    })
                })
            }
            Call::WeightPluginCreate { accounts, program, realm, mint } => {
                self.plugin_create(&accounts, [program, realm, mint], at)
            }
            Call::SeatOpen { accounts } => self.seat_open(&accounts, at),
            Call::SeatClose { accounts } => self.seat_close(&accounts),
            _ => return None,
        })
    }

    fn operators_create(
        &self,
        accounts: &ix::OperatorsCreate,
        needed: u8,
        challenge: u32,
        list: Vec<Address>,
        at: &At,
    ) -> Result<Foreseen, Why> {
        let ix::OperatorsCreate { payer, constitution, electorate } = *accounts;
        let version = self.check_may_prepare(&constitution, &payer)?.next_electorate;
        need!((1..=16).contains(&list.len()), "nobody, or too many");
        need!(list[0] != Address::default() && list.windows(2).all(|pair| pair[0] < pair[1]), "out of order");
        need!((1..=list.len()).contains(&usize::from(needed)), "nobody is needed, or too many");
        need!((600..=14 * 86_400).contains(&challenge), "window out of range");
        self.check_new(&electorate, pda::operators(&constitution, version), &payer, at)?;
        sure(move |model| {
            model.open(electorate, payer);
            model.polity_mut(&constitution).next_electorate += 1;
            let created = Operators { constitution, payer, list, needed, challenge: challenge.into(), bound: 0 };
            model.operators.insert(electorate, created);
        })
    }

    fn electorate_close(&self, accounts: &ix::ElectorateClose) -> Result<Foreseen, Why> {
        let ix::ElectorateClose { payer, constitution, electorate } = *accounts;
        let plugin = self.plugins.get(&electorate);
        let operators = self.operators.get(&electorate);
        let of_plugin = plugin.map(|plugin| (plugin.constitution, plugin.payer, plugin.bound));
        let of_operators = operators.map(|operators| (operators.constitution, operators.payer, operators.bound));
        let (of, paid_by, bound) = of_plugin.or(of_operators).ok_or("neither operators nor a plugin")?;
        need!(of == constitution && paid_by == payer, "another constitution or payer");
        need!(self.polity(&constitution)?.electorate != electorate && bound == 0, "the electorate is in use");
        need!(plugin.is_none_or(|plugin| plugin.seats == 0), "seats are open");
        sure(move |model| {
            model.plugins.remove(&electorate);
            model.operators.remove(&electorate);
            model.close(electorate, payer);
        })
    }

    /// Until a root is bound, and before the end of voting, operators speak.
    fn judged(&self, proposal: &Address, electorate: &Address, at: &At) -> Result<(&Proposal, &Operators), Why> {
        let known = self.proposals.get(proposal).ok_or("there is no such proposal")?;
        need!(known.electorate == *electorate, "another electorate");
        let operators = self.operators.get(electorate).ok_or("there are no such operators")?;
        need!(known.is_undecided(at.now) && known.bound.is_none(), "too late, or bound");
        Ok((known, operators))
    }

    fn snapshot_publish(
        &self,
        accounts: &ix::SnapshotPublish,
        (root, total, voters, slot): ([u8; 32], u64, u32, u64),
        at: &At,
    ) -> Result<Foreseen, Why> {
        let ix::SnapshotPublish { publisher, proposal, electorate, snapshot } = *accounts;
        let (known, operators) = self.judged(&proposal, &electorate, at)?;
        need!(operators.list.contains(&publisher), "no operator");
        need!((1..=1 << 20).contains(&voters) && u64::from(voters) <= total, "nobody, or weightless");
        need!(root != [0; 32] && slot < at.slot, "no root, or weights that can still change");
        self.check_new(&snapshot, pda::snapshot(&proposal, &publisher), &publisher, at)?;
        let (constitution, now) = (known.constitution, at.now);
        sure(move |model| {
            model.open(snapshot, publisher);
            let said = BTreeMap::from([(publisher, true)]);
            let published =
                Snapshot { constitution, proposal, publisher, root, total, voters, slot, published_at: now, said };
            model.snapshots.insert(snapshot, published);
            model.proposals.get_mut(&proposal).unwrap().updated_at = now;
        })
    }

    fn snapshot_review(&self, accounts: &ix::SnapshotReview, verdict: u8, at: &At) -> Result<Foreseen, Why> {
        let ix::SnapshotReview { operator, proposal, electorate, snapshot } = *accounts;
        let (_, operators) = self.judged(&proposal, &electorate, at)?;
        let known = self.snapshots.get(&snapshot).ok_or("there is no such root")?;
        need!(known.proposal == proposal && verdict <= 1, "another proposal's root, or no verdict");
        need!(operators.list.contains(&operator) && !known.said.contains_key(&operator), "no operator, or spoken");
        let now = at.now;
        sure(move |model| {
            model.snapshots.get_mut(&snapshot).unwrap().said.insert(operator, verdict == 1);
            model.proposals.get_mut(&proposal).unwrap().updated_at = now;
        })
    }

    fn snapshot_bind(&self, accounts: &ix::SnapshotBind, at: &At) -> Result<Foreseen, Why> {
        let ix::SnapshotBind { proposal, electorate, snapshot } = *accounts;
        let (_, operators) = self.judged(&proposal, &electorate, at)?;
        let known = self.snapshots.get(&snapshot).ok_or("there is no such root")?;
        need!(known.proposal == proposal, "another proposal's root");
        need!(known.published_at + operators.challenge <= at.now, "it can still be challenged");
        let (approved, challenged) = known.said.values().partition::<Vec<bool>, _>(|approves| **approves);
        need!(approved.len() >= challenged.len() + usize::from(operators.needed), "not enough approve");
        let (root, slot, total, voters, now) = (known.root, known.slot, known.total, known.voters, at.now);
        sure(move |model| {
            let known = model.proposals.get_mut(&proposal).unwrap();
            if now > known.starts_at {
                known.ends_at += now - known.starts_at;
                known.starts_at = now;
            }
            (known.bound, known.total, known.voters) = (Some((root, slot)), total.into(), voters);
            known.updated_at = now;
        })
    }

    fn plugin_create(
        &self,
        accounts: &ix::WeightPluginCreate,
        [program, realm, mint]: [Address; 3],
        at: &At,
    ) -> Result<Foreseen, Why> {
        let ix::WeightPluginCreate { payer, constitution, electorate } = *accounts;
        let version = self.check_may_prepare(&constitution, &payer)?.next_electorate;
        need!(program != PROGRAM_ID && program != Address::default(), "no plugin");
        self.check_new(&electorate, pda::weight_plugin(&constitution, version), &payer, at)?;
        sure(move |model| {
            model.open(electorate, payer);
            model.polity_mut(&constitution).next_electorate += 1;
            let (next_seat, seats, bound) = (0, 0, 0);
            let created = Plugin { constitution, payer, program, realm, mint, next_seat, seats, bound };
            model.plugins.insert(electorate, created);
        })
    }

    fn seat_open(&self, accounts: &ix::SeatOpen, at: &At) -> Result<Foreseen, Why> {
        let ix::SeatOpen { payer, constitution, electorate, voter, seat } = *accounts;
        let plugin = self.plugins.get(&electorate).ok_or("there is no such plugin")?;
        need!(plugin.constitution == constitution, "another constitution");
        self.check_new(&seat, pda::seat(&electorate, &voter), &payer, at)?;
        sure(move |model| {
            model.open(seat, payer);
            let plugin = model.plugins.get_mut(&electorate).unwrap();
            model.seats.insert(seat, Seat { plugin: electorate, voter, payer, index: plugin.next_seat });
            plugin.next_seat += 1;
            plugin.seats += 1;
        })
    }

    fn seat_close(&self, accounts: &ix::SeatClose) -> Result<Foreseen, Why> {
        let ix::SeatClose { authority, constitution, electorate, seat, payer } = *accounts;
        let plugin = self.plugins.get(&electorate).ok_or("there is no such plugin")?;
        let known = self.seats.get(&seat).ok_or("there is no such seat")?;
        need!(plugin.constitution == constitution && known.plugin == electorate, "another constitution or plugin");
        need!(known.payer == payer, "another payer");
        let is_idle = self.polity(&constitution)?.electorate != electorate && plugin.bound == 0;
        need!(authority == known.voter || (is_idle && authority == known.payer), "it is somebody's ballot");
        sure(move |model| {
            model.seats.remove(&seat);
            model.close(seat, payer);
            model.plugins.get_mut(&electorate).unwrap().seats -= 1;
        })
    }

    /// What a record is worth: of this voter for this purpose, or of everybody; in this very slot (W8).
    pub(super) fn weight_in(
        &self,
        record: &Address,
        plugin: &Plugin,
        voter: Option<&Address>,
        purpose: u8,
        target: &Address,
        at: &At,
    ) -> Result<u64, Why> {
        let record = self.records.get(record).ok_or("nobody wrote such a record")?;
        need!(record.owner == plugin.program, "another program's record");
        need!(record.realm == plugin.realm && record.mint == plugin.mint, "of another realm");
        need!(record.voter.as_ref() == voter, "somebody else's record");
        need!(record.expiry == Some(at.slot), "not of this slot");
        if voter.is_some() {
            need!(record.action == Some(purpose) && record.target == Some(*target), "for another purpose");
        }
        need!(record.weight > 0, "no weight");
        Ok(record.weight)
    }
}
