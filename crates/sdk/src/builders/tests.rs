use quantumagi_interface::{PROGRAM_ID, instructions, pda};
use quantumagi_rpc::solana::Instruction;
use quantumagi_rules::action::{Action, FLAG_SIGNER, FLAG_WRITABLE, InvokeAccount, InvokeAccounts, encode_accounts};
use quantumagi_rules::ballot::{BallotRule, Choice};
use quantumagi_rules::guardrail::Guardrail;
use quantumagi_rules::principle::{Category, Class};

use super::*;
use crate::transaction::{MAX_TRANSACTION_LEN, wire_len};

const ANA: Address = Address::new_from_array([1; 32]);
const COUNCIL: Address = Address::new_from_array([2; 32]);
const RECIPIENT: Address = Address::new_from_array([3; 32]);
const CODE: Address = Address::new_from_array([4; 32]);
const SYSTEM: Address = Address::new_from_array([0; 32]);
const SUNSET: Guardrail = Guardrail::PolicySunset { seconds: 86_400 };

/// The accounts with their flags: `w` writable, `s` signer, `ws` both, empty for neither.
#[track_caller]
fn check(instruction: &Instruction, name: &str, accounts: &[(Address, &str)]) {
    assert_eq!(instruction.program_id, PROGRAM_ID);
    assert_eq!(instructions::name_of(&instruction.data), Some(name));
    let flags = |is_writable, is_signer| match (is_writable, is_signer) {
        (true, true) => "ws",
        (true, false) => "w",
        (false, true) => "s",
        (false, false) => "",
    };
    let actual: Vec<_> =
        instruction.accounts.iter().map(|meta| (meta.pubkey, flags(meta.is_writable, meta.is_signer))).collect();
    assert_eq!(actual, accounts, "{name}");
}

fn draft<'a>(action: Action<'a>, citations: &'a [u32]) -> NewProposal<'a> {
    NewProposal {
        constitution: COUNCIL,
        proposer: ANA,
        electorate: pda::roster(&COUNCIL, 1),
        standing: Standing::Member { index: 31 },
        id: 5,
        content_hash: [7; 32],
        ballot_rule: BallotRule::Changeable,
        action,
        citations,
        program_data: Some(CODE),
        veto_roster: None,
        guardrails: None,
        codes: &[],
        payload: None,
    }
}

/// The accounts of `proposal_create` with these in the places that depend on the action.
#[track_caller]
fn check_created(new: &NewProposal<'_>, subjects: [Option<(Address, &str)>; 3]) {
    let roster = pda::roster(&COUNCIL, 1);
    let declared = [
        (ANA, "ws"),
        (COUNCIL, "w"),
        (roster, "w"),
        (pda::roster_page(&roster, 1), ""),
        (pda::proposer(&COUNCIL, &ANA), "w"),
        (pda::proposal(&COUNCIL, 5), "w"),
    ];
    let cited = new.citations.iter().map(|id| (pda::principle(&COUNCIL, *id), ""));
    let [subject, candidate, program_data] = subjects;
    let veto_roster = new.veto_roster.map(|roster| (roster, "w"));
    let accounts: Vec<_> = declared
        .into_iter()
        .chain([subject, candidate, veto_roster, program_data].map(|subject| subject.unwrap_or((PROGRAM_ID, ""))))
        .chain([(PROGRAM_ID, ""), (new.guardrails.unwrap_or(PROGRAM_ID), ""), (SYSTEM, "")])
        .chain(cited)
        .collect();
    check(&proposal_create(new), "proposal_create", &accounts);
}

#[test]
fn a_proposal_names_what_its_action_is_about_and_what_it_cites() {
    let repeal = Action::PolicyRepeal { policy_id: 3 };
    check_created(&draft(repeal, &[0, 4]), [Some((pda::policy(&COUNCIL, 3), "")), None, None]);
    let retire = Action::PrincipleRetire { principle_id: 6, version: 1 };
    check_created(&draft(retire, &[]), [Some((pda::principle(&COUNCIL, 6), "")), None, None]);
    let adopt = Action::RosterAdopt { roster_version: 2, members_hash: [1; 32] };
    check_created(&draft(adopt, &[]), [None, Some((pda::roster(&COUNCIL, 2), "w")), None]);
    let pay = Action::TransferLamports { recipient: RECIPIENT.to_bytes(), lamports: 1 };
    check_created(&draft(pay, &[1]), [None; 3]);
    let invoke = Action::Invoke {
        program: RECIPIENT.to_bytes(),
        accounts: InvokeAccounts::new(&[]).expect("no accounts"),
        data: &[],
    };
    check_created(&draft(invoke, &[1]), [Some((RECIPIENT, "")), None, Some((CODE, ""))]);
}

#[test]
fn a_proposals_arguments_hold_the_actions_canonical_bytes() {
    let action = Action::PolicyRepeal { policy_id: 3 };
    let data = proposal_create(&draft(action, &[])).data;
    let expected = [&[7; 32][..], &[31, 0, 0, 0, 0], &[9, 0, 0, 0], &action.to_bytes()].concat();
    assert_eq!(data[8..], expected);
}

fn execution(action: Action<'_>) -> Execution<'_> {
    Execution {
        executor: ANA,
        constitution: COUNCIL,
        proposal: pda::proposal(&COUNCIL, 5),
        action,
        next_principle_id: 8,
        next_policy_id: 9,
        program_data: None,
        emergency_target: None,
        guardrails: None,
        step: NextStep::default(),
    }
}

#[test]
fn execution_is_the_instruction_of_the_action() {
    let proposal = pda::proposal(&COUNCIL, 5);
    let adopt = Action::PolicyAdopt { text_hash: [1; 32], sunset_at: 0 };
    let policy = pda::policy(&COUNCIL, 9);
    let accounts = [(ANA, "ws"), (COUNCIL, "w"), (proposal, "w"), (policy, "w"), (SYSTEM, "")];
    check(&proposal_execute(&execution(adopt)), "policy_adopt", &accounts);

    let pay = Action::TransferLamports { recipient: RECIPIENT.to_bytes(), lamports: 258 };
    let paid = proposal_execute(&execution(pay));
    let vault = pda::vault(&COUNCIL);
    let mut accounts = [(COUNCIL, ""), (proposal, "w"), (vault, "w"), (RECIPIENT, "w"), (PROGRAM_ID, ""), (SYSTEM, "")];
    check(&paid, "vault_transfer", &accounts);
    let guardrails = pda::guardrails(&COUNCIL);
    accounts[4] = (guardrails, "w");
    let guarded = Execution { guardrails: Some(guardrails), ..execution(pay) };
    check(&proposal_execute(&guarded), "vault_transfer", &accounts);
    assert_eq!(paid.data[8..], [2, 1, 0, 0, 0, 0, 0, 0]);

    let amend = Action::ConstitutionAmend { text_hash: [1; 32], parent_hash: [2; 32] };
    let accounts = [(ANA, "s"), (COUNCIL, "w"), (proposal, "w")];
    check(&proposal_execute(&execution(amend)), "constitution_amend", &accounts);

    let (class, category) = (Class::Entrenched, Category::Other);
    let add = Action::PrincipleAdd { text_hash: [1; 32], class, category, priority: 50 };
    let added = proposal_execute(&execution(add));
    let principle = pda::principle(&COUNCIL, 8);
    let accounts = [(ANA, "ws"), (COUNCIL, "w"), (principle, "w"), (proposal, "w"), (SYSTEM, "")];
    check(&added, "principle_add", &accounts);
    assert_eq!(added.data[40..], [1, 6, 50]);
}

#[test]
fn every_action_has_the_instruction_of_its_name() {
    for (action, name) in [
        (Action::PolicyAmend { policy_id: 1, text_hash: [1; 32], sunset_at: 5 }, "policy_amend"),
        (Action::PolicyRepeal { policy_id: 1 }, "policy_repeal"),
        (Action::PrincipleAmend { principle_id: 1, version: 2, text_hash: [1; 32] }, "principle_amend"),
        (Action::PrincipleRetire { principle_id: 1, version: 2 }, "principle_retire"),
        (Action::RosterAdopt { roster_version: 1, members_hash: [1; 32] }, "roster_adopt"),
        (Action::GuardrailSet { principle_id: 1, version: 2, guardrail: SUNSET }, "guardrail_set"),
        (Action::GuardrailClear { principle_id: 1, version: 2 }, "guardrail_clear"),
    ] {
        assert_eq!(instructions::name_of(&proposal_execute(&execution(action)).data), Some(name));
    }
}

#[test]
fn a_call_passes_its_accounts_behind_the_declared_ones_and_nobody_signs_for_the_vault() {
    let vault = pda::vault(&COUNCIL);
    let called = [
        InvokeAccount { address: vault.to_bytes(), flags: FLAG_WRITABLE | FLAG_SIGNER },
        InvokeAccount { address: RECIPIENT.to_bytes(), flags: 0 },
    ];
    let bytes = encode_accounts(&called);
    let accounts = InvokeAccounts::new(&bytes).expect("two accounts");
    let invoke = Action::Invoke { program: CODE.to_bytes(), accounts, data: &[9] };
    let instruction = proposal_execute(&Execution { program_data: Some(ANA), ..execution(invoke) });
    let proposal = pda::proposal(&COUNCIL, 5);
    check(
        &instruction,
        "proposal_execute",
        &[
            (COUNCIL, ""),
            (proposal, "w"),
            (vault, ""),
            (CODE, ""),
            (ANA, ""),
            (PROGRAM_ID, ""),
            (PROGRAM_ID, ""),
            (vault, "w"),
            (RECIPIENT, ""),
        ],
    );
    let expected = [&[0; 32][..], &[2, 0, 0, 0, 3, 0, 1, 0, 0, 0, 9]].concat();
    assert_eq!(instruction.data[8..], expected);
}

#[test]
fn the_first_256_voters_vote_without_a_page() {
    let (proposal, roster) = (pda::proposal(&COUNCIL, 5), pda::roster(&COUNCIL, 1));
    let vote = |index| proposal_vote(&proposal, &roster, &ANA, index, Choice::Abstain);
    let roster_page = |page| (pda::roster_page(&roster, page), "");
    check(&vote(255), "proposal_vote", &[(ANA, "s"), (proposal, "w"), roster_page(8), (PROGRAM_ID, "")]);
    let ballots = (pda::ballot_page(&proposal, 0), "w");
    check(&vote(256), "proposal_vote", &[(ANA, "s"), (proposal, "w"), roster_page(8), ballots]);
    assert_eq!(vote(256).data[8..], [0, 1, 0, 0, 3]);
}

fn member(byte: u8) -> Member {
    Member { voter: Address::new_from_array([byte; 32]), weight: u64::from(byte) }
}

#[test]
fn a_roster_is_sorted_and_split_into_transactions_that_fit() {
    let members: Vec<Member> = (1..=62).rev().map(member).collect();
    let transactions = roster_create(&ANA, &COUNCIL, 3, &members).expect("the members are a roster");
    let names: Vec<Vec<_>> = transactions
        .iter()
        .map(|transaction| transaction.iter().map(|it| instructions::name_of(&it.data).unwrap()).collect())
        .collect();
    let (create, open, extend) = ("roster_create", "roster_page_open", "roster_extend");
    assert_eq!(names, [vec![create, open, extend], vec![extend, open], vec![extend], vec![extend, open, extend]]);
    assert!(transactions.iter().all(|transaction| wire_len(&ANA, transaction) <= MAX_TRANSACTION_LEN));
    let all: Vec<_> = transactions.iter().flatten().collect();
    let named = |name| all.iter().filter(move |it| instructions::name_of(&it.data) == Some(name));
    let opened: Vec<_> = named(open).map(|it| it.data[8]).collect();
    assert_eq!(opened, [0, 1, 2]);
    let counts: Vec<_> = named(extend).map(|it| it.data[8]).collect();
    assert_eq!(counts, [15, 15, 15, 15, 2]);
    let roster = pda::roster(&COUNCIL, 3);
    let page = (pda::roster_page(&roster, 2), "w");
    let last = named(extend).next_back().expect("five of them");
    check(last, extend, &[(ANA, "s"), (COUNCIL, "w"), (roster, "w"), page]);
    let last = named(open).next_back().expect("three of them");
    check(last, open, &[(ANA, "ws"), (COUNCIL, "w"), (roster, "w"), page, (SYSTEM, "")]);
    let first = named(extend).next().expect("five of them");
    assert_eq!(first.data[12..44], [1; 32]);
}

#[test]
fn a_roster_that_the_rules_refuse_is_not_built() {
    let twice = roster_create(&ANA, &COUNCIL, 1, &[member(2), member(2)]).expect_err("one member twice");
    let name = member(2).voter;
    assert_eq!(twice.to_string(), format!("member {name} is on the roster twice, or is the zero address"));
    let nobody = roster_create(&ANA, &COUNCIL, 1, &[]).expect_err("nobody");
    assert_eq!(nobody.to_string(), "a roster has 1 to 8,448 members, not 0");
}

#[test]
fn closing_goes_from_the_pages_to_the_header() {
    let proposal = pda::proposal(&COUNCIL, 5);
    let roster = pda::roster(&COUNCIL, 1);
    let record = pda::proposer(&COUNCIL, &ANA);
    let closing = ClosingProposal {
        constitution: COUNCIL,
        proposal,
        electorate: roster,
        candidate: None,
        veto_roster: None,
        proposer: ANA,
        ballot_pages: &[(0, RECIPIENT)],
    };
    let instructions = proposal_close(&closing);
    let page = pda::ballot_page(&proposal, 0);
    check(&instructions[0], "ballot_page_close", &[(proposal, "w"), (page, "w"), (RECIPIENT, "w")]);
    let (vault, nothing) = (pda::vault(&COUNCIL), PROGRAM_ID);
    let accounts = [
        (COUNCIL, "w"),
        (proposal, "w"),
        (roster, "w"),
        (nothing, ""),
        (nothing, ""),
        (vault, "w"),
        (ANA, "w"),
        (record, "w"),
    ];
    check(&instructions[1], "proposal_close", &accounts);

    let closed = roster_close(&ANA, &COUNCIL, 1, &ANA, &[0, 1]).expect("it fits");
    let names: Vec<_> = closed.iter().flatten().map(instructions_name).collect();
    assert_eq!(names, ["roster_page_close", "roster_page_close", "roster_close"]);
}

fn instructions_name(instruction: &Instruction) -> &'static str {
    instructions::name_of(&instruction.data).expect("one of ours")
}

#[test]
fn a_long_text_is_published_in_parts_that_each_fit_with_two_signers() {
    let text = "a".repeat(2_000);
    let parts = text_publish(&ANA, &text);
    let heads: Vec<_> = parts.iter().map(|part| part.data[8..20].to_vec()).collect();
    let head = |offset: u32, len: u32| [2_000u32, offset, len].map(u32::to_le_bytes).concat();
    assert_eq!(heads, [head(0, 850), head(850, 850), head(1_700, 300)]);
    let hash = Address::new_from_array(quantumagi_interface::digest::sha256(text.as_bytes()));
    check(&parts[0], "text_publish", &[(ANA, "s"), (hash, "")]);
    assert!(wire_len(&RECIPIENT, &parts[..1]) <= MAX_TRANSACTION_LEN);
}
