//! What becomes of a proposal besides its votes.

use quantumagi_interface::calls::Call;

use super::*;

impl Model {
    pub(super) fn proposals(&self, call: &Call, at: &At) -> Option<Result<Foreseen, Why>> {
        Some(match call.clone() {
            Call::ProposalCancel { accounts } => {
                let ix::ProposalCancel { proposer, proposal } = accounts;
                self.proposal(&proposal).and_then(|known| {
                    need!(known.proposer == proposer, "only the proposer may");
                    need!(known.is_undecided(at.now), "voting has ended");
                    self.ended(proposal, CANCELLED, 0, at)
                })
            }
            Call::ProposalFinalize { accounts } => self.proposal(&accounts.proposal).and_then(|known| {
                need!(known.status == OPEN && !known.is_undecided(at.now), "voting runs, or the outcome is written");
                let verdict = known.verdict();
                self.ended(accounts.proposal, if verdict == 0 { SUCCEEDED } else { DEFEATED }, verdict, at)
            }),
            Call::ProposalExpire { accounts } => {
                let ix::ProposalExpire { constitution, proposal } = accounts;
                self.proposal(&proposal).and_then(|known| {
                    need!(known.constitution == constitution, "another constitution");
                    need!(known.status == SUCCEEDED && self.window(known).1 <= at.now, "the window is not over");
                    self.ended(proposal, EXPIRED, 0, at)
                })
            }
            Call::ProposalVeto { accounts, member_index } => self.proposal_veto(&accounts, member_index, at),
            Call::ProposalAttest { accounts, score, report_hash } => {
                let ix::ProposalAttest { attestor, proposal } = accounts;
                self.proposal(&proposal).and_then(|known| {
                    need!(known.attestor == attestor && attestor != Address::default(), "another attests");
                    need!(known.is_undecided(at.now) && known.score.is_none(), "too late, or attested");
                    need!(score <= 10_000 && report_hash != [0; 32], "no score, or no report");
                    let now = at.now;
                    sure(move |model| {
                        let known = model.proposals.get_mut(&proposal).unwrap();
                        (known.score, known.updated_at) = (Some(score), now);
                    })
                })
            }
            Call::ProposalClose { accounts } => self.proposal_close(&accounts),
            Call::BallotPageOpen { accounts, page } => self.ballot_page_open(&accounts, page, at),
            Call::BallotPageClose { accounts } => self.ballot_page_close(&accounts),
            Call::ProposerOpen { accounts, owner } => {
                let ix::ProposerOpen { payer, constitution, record } = accounts;
                self.polity(&constitution).and_then(|_| {
                    self.check_new(&record, pda::proposer(&constitution, &owner), &payer, at)?;
                    sure(move |model| {
                        model.open(record, payer);
                        model.proposers.insert(record, Proposer { constitution, owner, payer, open: 0 });
                    })
                })
            }
            Call::ProposerClose { accounts } => {
                let ix::ProposerClose { authority, constitution, record, payer } = accounts;
                self.proposers.get(&record).ok_or("there is no such count").and_then(|known| {
                    need!(known.constitution == constitution && known.payer == payer, "another's count");
                    need!(authority == payer || authority == known.owner, "neither payer nor owner");
                    need!(known.open == 0, "proposals are open");
                    sure(move |model| {
                        model.proposers.remove(&record);
                        model.close(record, payer);
                    })
                })
            }
            _ => return None,
        })
    }

    pub(super) fn proposal(&self, proposal: &Address) -> Result<&Proposal, Why> {
        self.proposals.get(proposal).ok_or("there is no such proposal")
    }

    fn ended(&self, proposal: Address, status: u8, defeat: u8, at: &At) -> Result<Foreseen, Why> {
        let now = at.now;
        sure(move |model| {
            let known = model.proposals.get_mut(&proposal).unwrap();
            (known.status, known.defeat, known.updated_at) = (status, defeat, now);
        })
    }

    fn proposal_veto(&self, accounts: &ix::ProposalVeto, index: u32, at: &At) -> Result<Foreseen, Why> {
        let ix::ProposalVeto { voter, proposal, roster_page } = *accounts;
        let known = self.proposal(&proposal)?;
        need!(known.veto_bps > 0, "nobody can veto it");
        let is_decided = known.status != OPEN && known.status != SUCCEEDED;
        need!(!is_decided && known.starts_at <= at.now && at.now < known.cooled_at(), "it cannot be vetoed now");
        let page = self.roster_pages.get(&roster_page).ok_or("there is no such page")?;
        need!(page.of == known.veto_roster && page.number == index / 30, "another page");
        let member = self.rosters[&known.veto_roster].members.get(index as usize).ok_or("no such member")?;
        need!(member.0 == voter, "somebody else is that member");
        need!(!known.vetoes.contains_key(&index), "one weight counts once");
        let mut after = known.clone();
        after.vetoes.insert(index, member.1);
        after.updated_at = at.now;
        let weight: u128 = after.vetoes.values().map(|weight| u128::from(*weight)).sum();
        if weight * 10_000 >= after.veto_bps * after.veto_total {
            after.status = VETOED;
        }
        sure(move |model| {
            model.proposals.insert(proposal, after);
        })
    }

    fn ballot_page_open(&self, accounts: &ix::BallotPageOpen, page: u32, at: &At) -> Result<Foreseen, Why> {
        let ix::BallotPageOpen { payer, proposal, ballot_page } = *accounts;
        let known = self.proposal(&proposal)?;
        need!(known.is_undecided(at.now), "voting has ended");
        need!(256 + u64::from(page) * 4_096 < u64::from(known.voters), "nobody votes on that page");
        self.check_new(&ballot_page, pda::ballot_page(&proposal, page), &payer, at)?;
        sure(move |model| {
            model.open(ballot_page, payer);
            model.proposals.get_mut(&proposal).unwrap().pages.insert(page);
            model.ballot_pages.insert(ballot_page, Page { of: proposal, payer, number: page });
        })
    }

    fn ballot_page_close(&self, accounts: &ix::BallotPageClose) -> Result<Foreseen, Why> {
        let ix::BallotPageClose { proposal, ballot_page, payer } = *accounts;
        let known = self.proposal(&proposal)?;
        let page = self.ballot_pages.get(&ballot_page).ok_or("there is no such page")?;
        need!(page.of == proposal && page.payer == payer, "another's page");
        need!(known.is_over(), "the proposal is not over");
        let number = page.number;
        sure(move |model| {
            model.ballot_pages.remove(&ballot_page);
            model.close(ballot_page, payer);
            model.proposals.get_mut(&proposal).unwrap().pages.remove(&number);
        })
    }

    fn proposal_close(&self, accounts: &ix::ProposalClose) -> Result<Foreseen, Why> {
        let a = *accounts;
        let known = self.proposal(&a.proposal)?;
        let polity = self.polity(&a.constitution)?;
        need!(known.constitution == a.constitution, "another constitution");
        need!(known.is_over() && known.pages.is_empty(), "it is not over, or pages are open");
        need!(a.electorate == known.electorate, "another electorate");
        need!(a.candidate == known.adopts_roster().then_some(known.subject), "another candidate");
        need!(a.veto_roster.unwrap_or_default() == known.veto_roster, "another veto body");
        need!(a.vault == polity.vault && a.proposer == known.proposer, "another vault or proposer");
        need!(a.record == pda::proposer(&a.constitution, &a.proposer), "another's count");
        need!(self.proposers.contains_key(&a.record), "there is no such count");
        // Nobody to speak of wanted it, and it was voted on (L4).
        let was_voted_on =
            known.status == DEFEATED || (known.status == CANCELLED && known.updated_at >= known.starts_at);
        let is_unwanted = known.weight(FOR) * 10_000 < known.slash * known.total;
        let forfeited = if was_voted_on && is_unwanted { known.deposit } else { 0 };
        sure(move |model| {
            model.proposals.remove(&a.proposal);
            model.moves.push(Move::Paid { from: a.proposal, to: a.vault, lamports: forfeited });
            model.close(a.proposal, a.proposer);
            model.proposers.get_mut(&a.record).unwrap().open -= 1;
            for bound in [Some(a.electorate), a.candidate, a.veto_roster].into_iter().flatten() {
                model.bind(&bound, -1);
            }
        })
    }
}
