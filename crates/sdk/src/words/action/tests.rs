use quantumagi_rules::action::encode_accounts;

use super::super::call::{MEMO_PROGRAM, SYSTEM_PROGRAM, TOKEN_PROGRAM, UPGRADEABLE_LOADER};
use super::*;

const VAULT: Address = Address::new_from_array([7; 32]);
const ANA: Address = Address::new_from_array([1; 32]);
const TEXT: Hash = [0xab; 32];
/// 2027-01-01, midnight.
const NEW_YEAR: i64 = 1_798_761_600;

fn names() -> Names {
    Names {
        vault: Some(VAULT),
        titles: [(TEXT, "Travel".to_owned()), ([0xcd; 32], "Costs".to_owned())].into(),
        policies: [(3, [0xcd; 32])].into(),
        ..Names::default()
    }
}

#[track_caller]
fn check(action: &Action<'_>, sentence: &str, details: &[&str]) {
    let words = describe_action(action, &names());
    assert_eq!(words.sentence, sentence);
    assert_eq!(words.details, details);
}

#[track_caller]
fn check_call(program: Address, accounts: &[(Address, u8)], data: &[u8], sentence: &str) -> Vec<String> {
    let accounts: Vec<InvokeAccount> =
        accounts.iter().map(|(address, flags)| InvokeAccount { address: address.to_bytes(), flags: *flags }).collect();
    let bytes = encode_accounts(&accounts);
    let accounts = InvokeAccounts::new(&bytes).expect("few accounts");
    let words = describe_action(&Action::Invoke { program: program.to_bytes(), accounts, data }, &names());
    assert_eq!(words.sentence, sentence);
    words.details
}

#[test]
fn policies_are_told_by_title_and_end() {
    let text = format!("text {}", "ab".repeat(32));
    let adopt = |text_hash, sunset_at| Action::PolicyAdopt { text_hash, sunset_at };
    check(&adopt(TEXT, NEW_YEAR), r#"adopts the policy "Travel" until 2027-01-01"#, &[&text]);
    check(&adopt(TEXT, 0), r#"adopts the policy "Travel" without end"#, &[&text]);
    let unknown = "01".repeat(32);
    check(
        &adopt([1; 32], NEW_YEAR + 60),
        &format!("adopts the policy with the text {unknown} until 2027-01-01 00:01 UTC"),
        &[&format!("text {unknown}")],
    );
    check(
        &Action::PolicyAmend { policy_id: 3, text_hash: TEXT, sunset_at: 0 },
        r#"amends policy 3 "Costs" to "Travel" without end"#,
        &[&text],
    );
    check(&Action::PolicyRepeal { policy_id: 4 }, "repeals policy 4", &[]);
}

#[test]
fn payments_are_told_in_sol() {
    check(
        &Action::TransferLamports { recipient: ANA.to_bytes(), lamports: 1_500_000_000 },
        &format!("pays 1.5 SOL from the vault to {ANA}"),
        &[&format!("recipient {ANA}"), "1500000000 lamports"],
    );
}

#[test]
fn amendments_are_told_by_what_they_change() {
    let text = format!("text {}", "ab".repeat(32));
    check(
        &Action::ConstitutionAmend { text_hash: TEXT, parent_hash: [1; 32] },
        r#"replaces the constitution's text by "Travel""#,
        &[&text, &format!("in place of {}", "01".repeat(32))],
    );
    check(
        &Action::PrincipleAdd { text_hash: TEXT, class: Class::Entrenched, category: Category::Rights, priority: 50 },
        r#"adds the entrenched rights principle "Travel", priority 50"#,
        &[&text],
    );
    check(
        &Action::PrincipleAmend { principle_id: 3, version: 1, text_hash: TEXT },
        r#"amends principle 3 (version 1 → 2) to "Travel""#,
        &[&text],
    );
    check(
        &Action::PrincipleRetire { principle_id: 3, version: u32::MAX },
        "retires principle 3 (version 4294967295)",
        &[],
    );
    check(
        &Action::RosterAdopt { roster_version: 2, members_hash: [1; 32] },
        "makes roster 2 the electorate of later proposals",
        &[&format!("members {}", "01".repeat(32))],
    );
}

#[test]
fn calls_of_well_known_programs_are_told_by_their_effect() {
    let lamports = [&[2, 0, 0, 0][..], &5_000_000_u64.to_le_bytes()].concat();
    let details = check_call(
        SYSTEM_PROGRAM,
        &[(VAULT, 3), (ANA, 1)],
        &lamports,
        &format!("calls the System program, signed by the vault: transfers 0.005 SOL from the vault to {ANA}"),
    );
    let expected = [
        format!("program {SYSTEM_PROGRAM}"),
        format!("account 1: {VAULT} (the vault), writable, signer"),
        format!("account 2: {ANA}, writable"),
        "data 02000000404b4c0000000000".to_owned(),
    ];
    assert_eq!(details, expected);

    let (from, to, mint) = (Address::from([2; 32]), Address::from([3; 32]), Address::from([4; 32]));
    let amount = 2_500_000_u64.to_le_bytes();
    check_call(
        TOKEN_PROGRAM,
        &[(from, 1), (to, 1), (VAULT, 2)],
        &[&[3][..], &amount].concat(),
        &format!(
            "calls the Token program, signed by the vault: \
             transfers 2500000 base units of a token from account {from} of the vault to account {to}"
        ),
    );
    check_call(
        TOKEN_PROGRAM,
        &[(from, 1), (mint, 0), (to, 1), (VAULT, 2)],
        &[&[12][..], &amount, &[6]].concat(),
        &format!(
            "calls the Token program, signed by the vault: \
             transfers 2.5 of token {mint} from account {from} of the vault to account {to}"
        ),
    );
    check_call(MEMO_PROGRAM, &[], "Grüße\n".as_bytes(), r#"calls the Memo program: writes the memo "Grüße\n""#);
    check_call(
        UPGRADEABLE_LOADER,
        &[(from, 1), (VAULT, 2)],
        &[4, 0, 0, 0],
        &format!(
            "calls the BPF loader, signed by the vault: \
             takes the upgrade authority over {from} from the vault and gives it to nobody, for good"
        ),
    );
    check_call(
        UPGRADEABLE_LOADER,
        &[(from, 1), (VAULT, 2), (ANA, 0)],
        &[4, 0, 0, 0],
        &format!(
            "calls the BPF loader, signed by the vault: hands the upgrade authority over {from} from the vault to {ANA}"
        ),
    );
    check_call(
        UPGRADEABLE_LOADER,
        &[(from, 1), (to, 1), (mint, 1), (ANA, 1), (from, 0), (from, 0), (VAULT, 2)],
        &[3, 0, 0, 0],
        &format!(
            "calls the BPF loader, signed by the vault: replaces the code of program {to} by what buffer {mint} holds, \
             by order of the vault; what the buffer has left goes to {ANA}"
        ),
    );
}

#[test]
fn a_call_that_is_not_understood_to_the_last_byte_is_listed_and_not_told() {
    let trailing = [&[2, 0, 0, 0][..], &1_u64.to_le_bytes(), &[0]].concat();
    let not_understood = "data that are not understood here";
    check_call(
        SYSTEM_PROGRAM,
        &[(VAULT, 3), (ANA, 1)],
        &trailing,
        &format!("calls the System program, signed by the vault, with 2 accounts and 13 bytes of {not_understood}"),
    );
    check_call(
        MEMO_PROGRAM,
        &[(ANA, 0)],
        &[0xff],
        &format!("calls the Memo program, with 1 account and 1 byte of {not_understood}"),
    );
    let details =
        check_call(ANA, &[], &[], &format!("calls program {ANA}, with 0 accounts and 0 bytes of {not_understood}"));
    assert_eq!(details, [format!("program {ANA}"), "no data".to_owned()]);
}
