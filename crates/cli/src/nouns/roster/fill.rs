//! Filling a roster, from the beginning or from where an earlier run stopped.

use quantumagi_interface::accounts::Roster;
use quantumagi_interface::{instructions, pda};
use quantumagi_rpc::solana::{Address, Instruction};
use quantumagi_rules::roster::MEMBERS_PER_PAGE;
use quantumagi_sdk::builders::{Member, sorted_members};
use quantumagi_sdk::check;
use quantumagi_sdk::transaction::pack;
use quantumagi_sdk::{Quantumagi, SdkError};

/// Members that one instruction adds: half a page, 600 of a transaction's 1,232 bytes.
const MEMBERS_PER_EXTENSION: usize = 15;

/// The version of the roster with these members, and what it still takes to fill it.
///
/// The newest roster is gone on with where it has the same payer and size, and its members so far are the first of these.
pub(super) async fn transactions(
    client: &Quantumagi,
    constitution: &Address,
    payer: &Address,
    members: &[Member],
) -> Result<(u32, Vec<Vec<Instruction>>), SdkError> {
    let sorted = sorted_members(members)?;
    let account = client.constitution(constitution).await?.value;
    if !account.is_sealed() {
        check::signer(&account.founder, payer)?;
    }
    let newest = account.next_roster_version.saturating_sub(1);
    if newest > 0 {
        match client.electorate(&pda::roster(constitution, newest)).await {
            Ok(read) if goes_on(&read.value.roster, &read.value.members, payer, &sorted) => {
                return Ok((newest, rest(constitution, payer, &read.value.roster, &sorted)?));
            }
            Ok(_) | Err(SdkError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    client.roster_create(constitution, payer, members).await
}

/// Whether a roster is these members' and not complete.
fn goes_on(roster: &Roster, so_far: &[Member], payer: &Address, sorted: &[Member]) -> bool {
    let is_whole = roster.count == roster.size || roster.is_closing != 0;
    !is_whole && roster.payer == *payer && roster.size as usize == sorted.len() && sorted.starts_with(so_far)
}

/// What is missing of a roster.
fn rest(
    constitution: &Address,
    payer: &Address,
    roster: &Roster,
    sorted: &[Member],
) -> Result<Vec<Vec<Instruction>>, SdkError> {
    let (payer, constitution) = (*payer, *constitution);
    let address = pda::roster(&constitution, roster.version);
    let mut missing = Vec::new();
    let pages = (0u32..).zip(sorted.chunks(MEMBERS_PER_PAGE as usize));
    for (page, members) in pages {
        let roster_page = pda::roster_page(&address, page);
        if page >= roster.pages {
            let open = instructions::RosterPageOpen { payer, constitution, roster: address, roster_page };
            missing.push(open.instruction(page));
        }
        let before = (page * MEMBERS_PER_PAGE).min(roster.count);
        let here = (roster.count - before).min(MEMBERS_PER_PAGE) as usize;
        let extend = instructions::RosterExtend { payer, constitution, roster: address, roster_page };
        let left = members.get(here..).unwrap_or_default();
        missing.extend(left.chunks(MEMBERS_PER_EXTENSION).map(|members| extend.instruction(members)));
    }
    pack(&payer, missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYER: Address = Address::new_from_array([1; 32]);
    const CONSTITUTION: Address = Address::new_from_array([2; 32]);

    fn members(count: u32) -> Vec<Member> {
        let member = |index: u32| {
            let mut bytes = [0; 32];
            bytes[..4].copy_from_slice(&(index + 1).to_be_bytes());
            Member { voter: Address::new_from_array(bytes), weight: 1 }
        };
        (0..count).map(member).collect()
    }

    fn roster(count: u32, pages: u32, size: u32) -> Roster {
        let bytes: Vec<u8> = Roster::DISCRIMINATOR.into_iter().chain([0; Roster::LEN - 8]).collect();
        let zeroed = Roster::decode(&bytes).expect("a whole account");
        Roster { payer: PAYER, version: 1, count, pages, size, ..zeroed }
    }

    /// Names of the instructions that are missing, with the members each adds.
    fn missing(roster: &Roster, sorted: &[Member]) -> Vec<(&'static str, usize)> {
        let packed = rest(&CONSTITUTION, &PAYER, roster, sorted).expect("each fits");
        let of = |instruction: &Instruction| {
            let name = instructions::name_of(&instruction.data).expect("one of ours");
            (name, if name == "roster_extend" { instruction.data.len() / 40 } else { 0 })
        };
        packed.iter().flatten().map(of).collect()
    }

    #[test]
    fn a_roster_goes_on_where_it_stopped() {
        let sorted = members(50);
        let (open, extend) = (("roster_page_open", 0), |count| ("roster_extend", count));
        assert_eq!(missing(&roster(0, 0, 50), &sorted), [open, extend(15), extend(15), open, extend(15), extend(5)]);
        assert_eq!(missing(&roster(15, 1, 50), &sorted), [extend(15), open, extend(15), extend(5)]);
        assert_eq!(missing(&roster(30, 2, 50), &sorted), [extend(15), extend(5)]);
        assert_eq!(missing(&roster(45, 2, 50), &sorted), [extend(5)]);
    }

    #[test]
    fn only_the_same_members_of_the_same_payer_go_on() {
        let sorted = members(50);
        assert!(goes_on(&roster(15, 1, 50), &sorted[..15], &PAYER, &sorted));
        assert!(!goes_on(&roster(15, 1, 50), &sorted[1..16], &PAYER, &sorted));
        assert!(!goes_on(&roster(15, 1, 50), &sorted[..15], &CONSTITUTION, &sorted));
        assert!(!goes_on(&roster(15, 1, 51), &sorted[..15], &PAYER, &sorted));
        assert!(!goes_on(&roster(50, 2, 50), &sorted, &PAYER, &sorted));
    }
}
