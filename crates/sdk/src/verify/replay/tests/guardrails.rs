//! The guardrails' changes, in the order of their numbers, whichever chain told of them.

use quantumagi_interface::accounts::Guardrails;
use quantumagi_interface::events::SpendingCounted;
use quantumagi_interface::types::{Charge, GuardrailSlot};
use quantumagi_rules::guardrail::Guardrail;

use super::story::community;
use super::*;

const DAY: u32 = 86_400;
const FREE: GuardrailSlot = GuardrailSlot { guardrail: [0; 48], principle_id: 0, newest: 0, buckets: [0; 5] };

fn set(limit: u64) -> GuardrailChange {
    let guardrail = Guardrail::LamportsPerWindow { limit, window_seconds: DAY };
    GuardrailChange::Set { principle_id: 4, guardrail }
}

fn counted(principle_id: u32, amount: u64) -> GuardrailChange {
    GuardrailChange::Counted(SpendingCounted {
        proposal: Address::default(),
        sequence: 0,
        at: i64::from(DAY) * 10,
        change: 0,
        charges: vec![Charge { principle_id, amount }],
    })
}

fn after(changes: impl IntoIterator<Item = (u64, GuardrailChange)>) -> Result<Guardrails, Contradiction> {
    let mut replayed = community().replay().expect("the story is sound");
    replayed.guardrails = Some(Guardrails {
        constitution: replayed.address,
        payer: Address::default(),
        changes: 0,
        slots: [FREE; 12],
        layout_version: 1,
        bump: 0,
        reserved: [0; 6],
    });
    replayed.guardrail_changes = changes.into_iter().collect();
    replayed.guardrails_after(u64::MAX).map(|guardrails| guardrails.expect("they were opened"))
}

#[test]
fn spending_is_counted_between_what_was_set_before_and_after_it() {
    let guardrails = after([(0, set(5)), (1, counted(4, 5)), (2, set(9)), (3, counted(4, 4))]).expect("sound");
    assert_eq!((guardrails.changes, guardrails.slots[0].principle_id), (4, 4));
    assert_eq!((guardrails.slots[0].buckets, guardrails.slots[0].newest), ([9, 0, 0, 0, 0], 40));
    let cleared = GuardrailChange::Cleared { principle_id: 4 };
    let guardrails = after([(0, set(5)), (1, counted(4, 5)), (2, cleared)]).expect("sound");
    assert_eq!((guardrails.changes, guardrails.slots), (3, [FREE; 12]));
}

#[test]
fn spending_that_the_guardrail_would_have_refused_contradicts() {
    let refused = Err(Contradiction::Unexpected { name: "SpendingCounted" });
    assert_eq!(after([(0, set(5)), (1, counted(4, 6))]), refused);
    assert_eq!(after([(0, set(5)), (1, counted(4, 3)), (2, counted(4, 3))]), refused);
    assert_eq!(after([(0, set(5)), (1, counted(3, 1))]), refused, "a principle without a guardrail");
    let cleared = GuardrailChange::Cleared { principle_id: 3 };
    assert_eq!(after([(0, set(5)), (1, cleared)]), Err(Contradiction::Unexpected { name: "GuardrailCleared" }));
}

#[test]
fn a_change_that_is_missing_shows_by_its_number() {
    let field = "number of the change of the guardrails";
    let missing = Contradiction::NumberDiffers { field, logged: 2, replayed: 1 };
    assert_eq!(after([(0, set(5)), (2, counted(4, 3))]), Err(missing));
}
