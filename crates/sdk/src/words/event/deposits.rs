//! What happened to token electorates, one line for each event.

use quantumagi_interface::Address;
use quantumagi_interface::events::{DepositDelegated, DepositMatured, DepositPoolCreated, ElectorateAdopted, Event};
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::electorate::ElectorateKind;

use super::by;
use crate::words::action::electorate_name;
use crate::words::amount::counted;
use crate::words::moment::utc;
use crate::words::names::Names;

/// The event in one line; `None` where it is about something else.
#[allow(clippy::wildcard_enum_match_arm, reason = "the caller has the other events")]
pub(super) fn describe(event: &Event, names: &Names) -> Option<String> {
    Some(match event {
        Event::ElectorateAdopted(e) => adopted(e, names),
        Event::DepositPoolCreated(e) => pool_created(e, names),
        Event::DepositPoolClosed(e) => {
            let payer = names.address(&e.payer);
            let surplus = match e.surplus {
                0 => String::new(),
                amount => format!("; {} that nobody had deposited went to the treasury", units(amount)),
            };
            format!("deposit pool {} closed; rent returned to {payer}{surplus}", e.pool)
        }
        Event::DepositOpened(e) => {
            format!("deposit of {} opened in pool {} by {}", names.address(&e.owner), e.pool, names.address(&e.payer))
        }
        Event::DepositAdded(e) => format!("{} came into deposit {}, fresh", units(e.amount), e.deposit),
        Event::DepositMatured(e) => matured(e),
        Event::DepositWithdrawn(e) => {
            format!("{} left deposit {} for {}", units(e.amount), e.deposit, names.address(&e.destination))
        }
        Event::DepositDelegated(e) => delegated(e, names),
        Event::DepositClosed(e) => {
            format!("deposit {} closed; rent returned to {}", e.deposit, names.address(&e.payer))
        }
        _ => return None,
    })
}

fn units(amount: u64) -> String {
    counted(amount, "base unit")
}

fn adopted(e: &ElectorateAdopted, names: &Names) -> String {
    let kind = ElectorateKind::from_u8(e.kind)
        .map_or_else(|| format!("an electorate of kind {}", e.kind), |kind| electorate_name(kind).to_owned());
    format!("electorate adopted: {kind}, {}, {}", e.electorate, by(&e.mandate, names))
}

fn pool_created(e: &DepositPoolCreated, names: &Names) -> String {
    let hours = f64::from(e.maturity_seconds) / 3_600.0;
    format!(
        "deposit pool {} created for mint {} by {}: tokens count after {hours} h, shares are of {} at least",
        e.version,
        e.mint,
        names.address(&e.payer),
        units(e.floor)
    )
}

fn matured(e: &DepositMatured) -> String {
    let (amount, from) = (units(e.amount), e.from_proposal_id);
    format!("{amount} matured in deposit {} (voter {}), to count from proposal {from} on", e.deposit, e.index)
}

fn delegated(e: &DepositDelegated, names: &Names) -> String {
    if e.delegate == Address::default() {
        return format!("deposit {} revoked its delegation", e.deposit);
    }
    let (delegate, end) = (names.address(&e.delegate), utc(UnixSeconds(e.expires_at)));
    format!("deposit {} delegated to {delegate} until {end}", e.deposit)
}
