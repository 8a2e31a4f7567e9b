//! Constants that were computed apart from this code, from the definitions: a discriminator is the
//! first eight bytes of SHA-256 over its namespace and name, an address the first hash off the curve.

use quantumagi_interface::digest::sha256;
use quantumagi_interface::errors::GovError;
use quantumagi_interface::{Address, PROGRAM_ID, accounts, events, instructions, pda, words_of};

#[track_caller]
fn check_address(actual: Address, expected: &str) {
    assert_eq!(actual.to_string(), expected);
}

#[test]
fn addresses_are_derived_from_the_programs_seeds() {
    let constitution = pda::constitution(&Address::new_from_array([7; 32]));
    let roster = pda::roster(&constitution, 1);
    let proposal = pda::proposal(&constitution, 258);
    check_address(PROGRAM_ID, "QTKN375oR7JMvPGFQd3daRzUyeceBj17hqqvfrNiAdV");
    check_address(constitution, "Bqi66jLZ9bhM4Z1YXXDUH67tqQBXAzVyR8FkUiwnnU3c");
    check_address(pda::vault(&constitution), "EWeiTS4x6jKhChiKcyfjjQKkv478qs8ZVC5HPFiXQYJo");
    check_address(pda::principle(&constitution, 3), "3G2GDMHnk42t9uAQRqsg9U4yJ4zvcZXk1XK5aZTDC7Tk");
    check_address(roster, "rDrzPepv1QBgyMqwARvKpyRnWvLwiV4WuwosKfcekqZ");
    check_address(pda::roster_page(&roster, 2), "DSp3vjhfij6KVL2HVu1ef6WivX5h281qrz4bhuay9yz3");
    check_address(proposal, "6nCVfTGxT9HQizVoMbb1RLqeBQW7fi8AciJYut3pWwRM");
    check_address(pda::ballot_page(&proposal, 1), "J98oXYjCpczdj9f3ZYgstxGawan5KHGdULphuzyXM1fx");
    check_address(pda::policy(&constitution, 5), "GX46iG1ropcBst4xq6BYihZwCo5HGbnHunAh4airYdzN");
}

#[test]
fn discriminators_are_the_ones_that_anchor_defines() {
    assert_eq!(accounts::Constitution::DISCRIMINATOR, [79, 178, 145, 30, 174, 87, 220, 100]);
    assert_eq!(events::ProposalVoted::DISCRIMINATOR, [237, 153, 165, 162, 162, 46, 243, 224]);
    assert_eq!(instructions::ProposalVote::DISCRIMINATOR, [154, 156, 238, 88, 131, 15, 198, 112]);
    for (name, discriminator) in [
        ("account:BallotPage", accounts::BallotPage::DISCRIMINATOR),
        ("account:Policy", accounts::Policy::DISCRIMINATOR),
        ("account:Principle", accounts::Principle::DISCRIMINATOR),
        ("account:Proposal", accounts::Proposal::DISCRIMINATOR),
        ("account:Roster", accounts::Roster::DISCRIMINATOR),
        ("account:RosterPageHeader", accounts::RosterPageHeader::DISCRIMINATOR),
        ("event:TextPublished", events::TextPublished::DISCRIMINATOR),
        ("global:roster_extend", instructions::RosterExtend::DISCRIMINATOR),
    ] {
        assert_eq!(sha256(name.as_bytes())[..8], discriminator, "{name}");
    }
}

#[test]
fn an_instruction_has_its_accounts_in_order_and_its_arguments_in_borsh() {
    let [voter, proposal, roster_page] = [1, 2, 3].map(|byte| Address::new_from_array([byte; 32]));
    let vote = instructions::ProposalVote { voter, proposal, roster_page, ballot_page: None };
    let instruction = vote.instruction(300, 2);
    assert_eq!(instruction.program_id, PROGRAM_ID);
    let accounts: Vec<_> =
        instruction.accounts.iter().map(|meta| (meta.pubkey, meta.is_writable, meta.is_signer)).collect();
    assert_eq!(
        accounts,
        [(voter, false, true), (proposal, true, false), (roster_page, false, false), (PROGRAM_ID, false, false)]
    );
    assert_eq!(instruction.data, [154, 156, 238, 88, 131, 15, 198, 112, 44, 1, 0, 0, 2]);
}

#[test]
fn a_list_is_preceded_by_its_length() {
    let accounts = instructions::TextPublish { publisher: PROGRAM_ID, text: PROGRAM_ID };
    let data = accounts.instruction(5, 3, b"ab").data;
    assert_eq!(data[8..], [5, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, b'a', b'b']);
}

#[test]
fn an_errors_number_leads_to_its_name_and_its_words() {
    assert_eq!(GovError::from_code(6400), Some(GovError::DigestMismatch));
    assert_eq!(GovError::DigestMismatch.code(), 6400);
    assert_eq!(GovError::DigestMismatch.name(), "DigestMismatch");
    assert_eq!(words_of(6400), Some("this is not what was voted on: the execution digest differs"));
    assert_eq!(words_of(5999), None);
    for error in GovError::ALL {
        assert_eq!(GovError::from_code(error.code()), Some(error));
    }
}

#[test]
fn an_instructions_data_tell_its_name() {
    let vote = instructions::ProposalVote::DISCRIMINATOR;
    assert_eq!(instructions::name_of(&vote), Some("proposal_vote"));
    assert_eq!(instructions::name_of(&vote[..7]), None);
    assert_eq!(instructions::name_of(&[0; 8]), None);
}
