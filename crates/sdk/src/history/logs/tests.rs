use proptest::prelude::*;
use quantumagi_interface::PROGRAM_ID;

use super::*;

const OTHER: &str = "11111111111111111111111111111111";

fn ours() -> String {
    PROGRAM_ID.to_string()
}

fn data(bytes: &[u8]) -> String {
    format!("Program data: {}", STANDARD.encode(bytes))
}

fn begins(program: &str, depth: usize) -> String {
    format!("Program {program} invoke [{depth}]")
}

fn ends(program: &str) -> String {
    format!("Program {program} success")
}

#[track_caller]
fn check(logs: &[String], events: &[&[u8]], fault: Option<LogFault>) {
    let events = events.iter().map(|bytes| bytes.to_vec()).collect();
    assert_eq!(read_logs(logs, &PROGRAM_ID), LogReading { events, fault });
}

#[test]
fn data_of_the_program_is_taken_in_order() {
    let logs = [
        "Program ComputeBudget111111111111111111111111111111 invoke [1]".to_owned(),
        "Program ComputeBudget111111111111111111111111111111 success".to_owned(),
        begins(&ours(), 1),
        "Program log: Instruction: ProposalVote".to_owned(),
        data(b"one"),
        begins(OTHER, 2),
        ends(OTHER),
        data(b"two"),
        format!("Program {} consumed 4210 of 200000 compute units", ours()),
        format!("Program return: {} AQ==", ours()),
        ends(&ours()),
    ];
    check(&logs, &[b"one", b"two"], None);
}

#[test]
fn data_of_another_program_is_never_taken() {
    let logs = [
        begins(OTHER, 1),
        data(b"forged before"),
        begins(&ours(), 2),
        data(b"real"),
        begins(OTHER, 3),
        data(b"forged inside"),
        ends(OTHER),
        ends(&ours()),
        data(b"forged after"),
        ends(OTHER),
    ];
    check(&logs, &[b"real"], None);
}

#[test]
fn a_program_cannot_say_that_another_one_runs() {
    let logs = [
        begins(OTHER, 1),
        format!("Program log: {}", begins(&ours(), 2)),
        format!("Program log: x\n{}", begins(&ours(), 2)),
        data(b"forged"),
        format!("Program log: {TRUNCATED}"),
        ends(OTHER),
    ];
    check(&logs, &[], None);
}

#[test]
fn truncated_logs_are_a_fault_and_nothing_after_the_cut_is_trusted() {
    let logs = [begins(&ours(), 1), data(b"one"), TRUNCATED.to_owned(), data(b"two"), ends(&ours())];
    check(&logs, &[b"one"], Some(LogFault::Truncated { line: 2 }));
}

#[test]
fn missing_logs_are_a_fault() {
    check(&[], &[], Some(LogFault::Missing));
}

#[test]
fn logs_that_do_not_add_up_are_a_fault_at_their_line() {
    let cut_short = [begins(&ours(), 1), data(b"one")];
    check(&cut_short, &[b"one"], Some(LogFault::Unbalanced { line: 2 }));
    let wrong_depth = [begins(&ours(), 2), data(b"one"), ends(&ours())];
    check(&wrong_depth, &[], Some(LogFault::Unbalanced { line: 0 }));
    let wrong_end = [begins(&ours(), 1), ends(OTHER), data(b"one")];
    check(&wrong_end, &[], Some(LogFault::Unbalanced { line: 1 }));
    let no_data = [begins(&ours(), 1), "Program data: AAAA BBBB".to_owned(), ends(&ours())];
    check(&no_data, &[], Some(LogFault::NotBase64 { line: 1 }));
}

/// Calls of programs, each with what it logs before, between and after what it calls in turn.
#[derive(Clone, Debug)]
struct Tree {
    is_ours: bool,
    data: Vec<u8>,
    inner: Vec<Self>,
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = (any::<bool>(), any::<Vec<u8>>()).prop_map(|(is_ours, data)| Tree { is_ours, data, inner: vec![] });
    leaf.prop_recursive(3, 20, 4, |inner| {
        (any::<bool>(), any::<Vec<u8>>(), prop::collection::vec(inner, 0..4)).prop_map(|(is_ours, data, inner)| Tree {
            is_ours,
            data,
            inner,
        })
    })
}

impl Tree {
    fn log(&self, depth: usize, logs: &mut Vec<String>, expected: &mut Vec<Vec<u8>>) {
        let program = if self.is_ours { ours() } else { OTHER.to_owned() };
        logs.push(begins(&program, depth));
        for inner in &self.inner {
            inner.log(depth + 1, logs, expected);
            logs.push(data(&self.data));
            if self.is_ours {
                expected.push(self.data.clone());
            }
        }
        logs.push(ends(&program));
    }
}

proptest! {
    /// Law: whatever calls whatever, exactly the program's own data are taken, in order.
    #[test]
    fn exactly_the_programs_own_data_are_taken(calls in prop::collection::vec(tree(), 1..4)) {
        let (mut logs, mut expected) = (Vec::new(), Vec::new());
        for call in &calls {
            call.log(1, &mut logs, &mut expected);
        }
        prop_assert_eq!(read_logs(&logs, &PROGRAM_ID), LogReading { events: expected, fault: None });
    }

    /// Law: any lines are answered.
    #[test]
    fn arbitrary_lines_are_read_or_a_fault(logs in prop::collection::vec("(Program )?(log: |data: |[a-z1]{1,8} )?(invoke \\[[0-9]\\]|success|\\PC{0,9})", 0..12)) {
        let LogReading { events, .. } = read_logs(&logs, &PROGRAM_ID);
        prop_assert_eq!(events, Vec::<Vec<u8>>::new());
    }
}
