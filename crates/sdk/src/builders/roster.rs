//! Creating, adopting and closing rosters.

use quantumagi_interface::{instructions, pda};
use quantumagi_rpc::solana::{Address, Instruction};
use quantumagi_rules::Weight;
use quantumagi_rules::roster::{Filling, MEMBERS_PER_PAGE, RosterError, check_size};

use super::Mandate;
use crate::error::{Result, SdkError};
use crate::transaction::pack;

pub use quantumagi_interface::types::Member;

/// Members that one instruction adds: half a page, 600 of a transaction's 1,232 bytes.
const MEMBERS_PER_EXTENSION: usize = 15;

/// The members in the roster's order, which is the one that gives them their indexes.
///
/// # Errors
/// [`SdkError::Roster`] where one appears twice or weighs nothing, or there are none or too many.
pub fn sorted_members(members: &[Member]) -> Result<Vec<Member>> {
    let refuse = |reason, voter| SdkError::Roster { reason, voter };
    let size = u32::try_from(members.len()).unwrap_or(u32::MAX);
    check_size(size).map_err(|reason| refuse(reason, None))?;
    let mut sorted = members.to_vec();
    sorted.sort_unstable_by_key(|member| member.voter);
    let mut filling = Filling { declared: size, count: 0, total: Weight(0), last: [0; 32] };
    for member in &sorted {
        filling = filling
            .with_member(&member.voter.to_bytes(), Weight(member.weight))
            .map_err(|reason: RosterError| refuse(reason, Some(member.voter)))?;
    }
    Ok(sorted)
}

/// Begins a roster and fills it, in transactions to be sent one after the other; `payer` signs.
///
/// `version` is the constitution's `next_roster_version`. Members may come in any order.
///
/// # Errors
/// As [`sorted_members`].
pub fn roster_create(
    payer: &Address,
    constitution: &Address,
    version: u32,
    members: &[Member],
) -> Result<Vec<Vec<Instruction>>> {
    let members = sorted_members(members)?;
    let roster = pda::roster(constitution, version);
    let size = u32::try_from(members.len()).expect("a roster has at most 8,448 members");
    let create = instructions::RosterCreate { payer: *payer, constitution: *constitution, roster }.instruction(size);
    let pages = (0u32..).zip(members.chunks(MEMBERS_PER_PAGE as usize));
    let extensions = pages.flat_map(|(page, members)| {
        let roster_page = pda::roster_page(&roster, page);
        let (payer, constitution) = (*payer, *constitution);
        let open = instructions::RosterPageOpen { payer, constitution, roster, roster_page }.instruction(page);
        let accounts = instructions::RosterExtend { payer, constitution, roster, roster_page };
        let extend = members.chunks(MEMBERS_PER_EXTENSION).map(move |members| accounts.instruction(members));
        std::iter::once(open).chain(extend)
    });
    pack(payer, std::iter::once(create).chain(extensions))
}

/// Makes a roster the electorate of later proposals.
#[must_use]
pub fn roster_adopt(constitution: &Address, mandate: &Mandate, version: u32) -> Instruction {
    instructions::RosterAdopt {
        authority: mandate.authority(),
        constitution: *constitution,
        roster: pda::roster(constitution, version),
        proposal: mandate.proposal(),
    }
    .instruction()
}

/// Closes a roster and its open `pages`, in transactions to be sent one after the other; the rent goes to `payer`, who
/// created it. `authority` signs and pays the fees: the payer, or anybody once a newer roster is adopted.
///
/// # Errors
/// None that its size does not rule out: each instruction fits a transaction.
pub fn roster_close(
    authority: &Address,
    constitution: &Address,
    version: u32,
    payer: &Address,
    pages: &[u32],
) -> Result<Vec<Vec<Instruction>>> {
    let (authority, constitution, payer) = (*authority, *constitution, *payer);
    let roster = pda::roster(&constitution, version);
    let closings = pages.iter().map(|page| {
        let roster_page = pda::roster_page(&roster, *page);
        instructions::RosterPageClose { authority, constitution, roster, roster_page, payer }.instruction()
    });
    let last = instructions::RosterClose { authority, constitution, roster, payer }.instruction();
    pack(&authority, closings.chain(std::iter::once(last)))
}
