//! Weight plugins and their seats.

use quantumagi_interface::events::{ElectorateClosed, SeatClosed, SeatOpened, WeightPluginCreated};
use quantumagi_interface::pda;

use super::story::{ANA, BEN, CEM, Story, community};
use super::*;

/// A plugin in which Ben has given up his first seat and has another.
fn with_seats() -> (Story, Address) {
    let mut story = community();
    let electorate = pda::weight_plugin(&story.address, 1);
    story.log(|(constitution, sequence, at)| {
        let (program, realm, mint) = (ANA, BEN, CEM);
        Event::WeightPluginCreated(WeightPluginCreated {
            constitution,
            sequence,
            at,
            electorate,
            payer: ANA,
            version: 1,
            program,
            realm,
            mint,
        })
    });
    for (voter, index) in [(ANA, 0), (BEN, 1)] {
        open(&mut story, electorate, voter, index);
    }
    story.log(|(constitution, sequence, at)| {
        Event::SeatClosed(SeatClosed { constitution, sequence, at, electorate, voter: BEN, payer: CEM, index: 1 })
    });
    open(&mut story, electorate, BEN, 2);
    (story, electorate)
}

fn open(story: &mut Story, electorate: Address, voter: Address, index: u32) {
    story.log(|(constitution, sequence, at)| {
        Event::SeatOpened(SeatOpened { constitution, sequence, at, electorate, voter, payer: CEM, index })
    });
}

#[test]
fn seats_lead_to_the_accounts_that_hold_them() {
    let (story, electorate) = with_seats();
    let replayed = story.replay().expect("the story is sound");
    let plugin = &replayed.snapshots.plugins[&electorate].account;
    assert_eq!((plugin.next_seat, plugin.seats, plugin.realm), (3, 2, BEN));
    let seat = &replayed.snapshots.seats[&pda::seat(&electorate, &BEN)];
    assert_eq!((seat.account.index, seat.account.payer, seat.is_closed), (2, CEM, false));
    assert_eq!(replayed.constitution.next_electorate_version, 2);
}

#[test]
fn w3_a_seat_that_is_told_twice_or_under_another_number_is_found() {
    let wrongly = |voter, index| {
        let (mut story, electorate) = with_seats();
        open(&mut story, electorate, voter, index);
        *story.replay().expect_err("it cannot be").contradiction
    };
    assert_eq!(wrongly(BEN, 3), Contradiction::Unexpected { name: "SeatOpened" });
    let differs = Contradiction::NumberDiffers { field: "index of the seat", logged: 1, replayed: 3 };
    assert_eq!(wrongly(CEM, 1), differs);
}

#[test]
fn a_plugin_with_seats_is_not_closed() {
    let (mut story, electorate) = with_seats();
    story.log(|(constitution, sequence, at)| {
        Event::ElectorateClosed(ElectorateClosed { constitution, sequence, at, electorate, payer: ANA })
    });
    let refused = *story.replay().expect_err("it has seats").contradiction;
    assert_eq!(refused, Contradiction::Unexpected { name: "ElectorateClosed" });
}
