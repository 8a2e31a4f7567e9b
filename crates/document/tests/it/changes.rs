use quantumagi_document::{ApplyError, Changes, Format, Operation};

use crate::support::{CONSTITUTION_1_2, CONSTITUTION_1_8, parse};

#[test]
fn operations_follow_each_principle_through_renumbering() {
    let old = parse(CONSTITUTION_1_2, Format::DebianText).principles;
    let new = parse(CONSTITUTION_1_8, Format::DebianText).principles;
    let changes = Changes::between(&old, &new);
    let expected = [
        // 2 and 2.1: the chairman becomes a chair.
        Operation::Amend { index: 1, to: new[1].clone() },
        Operation::Amend { index: 2, to: new[2].clone() },
        // The two sections A.1 become A.0 and A.1, and A.4 becomes A.2; expiry goes.
        Operation::Amend { index: 4, to: new[4].clone() },
        Operation::Amend { index: 5, to: new[5].clone() },
        Operation::Amend { index: 6, to: new[6].clone() },
        Operation::Retire { index: 7 },
    ];
    assert_eq!(changes.operations, expected);
    assert_eq!(changes.apply(&old), Ok(new));
}

#[test]
fn added_principle_takes_its_place_by_number() {
    let new = parse(CONSTITUTION_1_8, Format::DebianText).principles;
    let mut old = new.clone();
    let removed = old.remove(3);
    let changes = Changes::between(&old, &new);
    assert_eq!(changes.operations, [Operation::Add(removed)]);
    assert_eq!(changes.apply(&old), Ok(new));
}

#[test]
fn equal_lists_need_no_operation() {
    let principles = parse(CONSTITUTION_1_8, Format::DebianText).principles;
    assert_eq!(Changes::between(&principles, &principles), Changes::default());
}

#[test]
fn operation_on_what_is_not_there_is_refused() {
    let principles = parse(CONSTITUTION_1_8, Format::DebianText).principles;
    let len = principles.len();
    let beyond = Changes { operations: vec![Operation::Retire { index: len }] };
    assert_eq!(beyond.apply(&principles), Err(ApplyError { index: len, len }));
    let twice = Changes {
        operations: vec![Operation::Retire { index: 0 }, Operation::Amend { index: 0, to: principles[1].clone() }],
    };
    assert_eq!(twice.apply(&principles), Err(ApplyError { index: 0, len }));
}
