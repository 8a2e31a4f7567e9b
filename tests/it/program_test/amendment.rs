//! The amendment track: text, principles, parameters, electorate, guardians.

use quantumagi_rules::electorate::ElectorateKind;
use quantumagi_rules::parameters::{ParameterChange, Track};
use quantumagi_rules::principle::{Category, Class};

use super::story::Story;
use crate::support::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn amendments_live_and_die_in_a_bank_as_in_litesvm() {
    let mut story = Story::found();
    let (authority, constitution) = (story.stranger(), story.constitution);
    let (proposer, money_before) = (story.member(0), story.lamports(&story.member(0)));
    let mut done = Vec::new();

    // The text.
    let (text_hash, parent_hash) = (hash("version 2"), hash("version 1"));
    let proposal = story.decided(&Action::ConstitutionAmend { text_hash, parent_hash });
    let amend = ix::ConstitutionAmend { authority, constitution, proposal: Some(proposal) };
    let other = amend.instruction(hash("version 3"), parent_hash);
    story.carry_out_exactly(proposal, amend.instruction(text_hash, parent_hash), [other]);
    done.push(proposal);

    // A principle comes, changes and goes.
    let new = types::PrincipleAddArgs { text_hash: hash("nobody is sold twice"), class: 0, category: 1, priority: 9 };
    let proposal = story.decided(&Action::PrincipleAdd {
        text_hash: new.text_hash,
        class: Class::Ordinary,
        category: Category::Rights,
        priority: 9,
    });
    let principle = pda::principle(&constitution, 2);
    let add = ix::PrincipleAdd { authority, constitution, principle, proposal: Some(proposal) };
    story.carry_out(proposal, add.instruction(&new));
    done.push(proposal);
    let text_hash = hash("nobody is sold at all");
    let proposal = story.decided(&Action::PrincipleAmend { principle_id: 2, version: 1, text_hash });
    let amend = ix::PrincipleAmend { authority, constitution, principle, proposal: Some(proposal) };
    story.carry_out(proposal, amend.instruction(1, text_hash));
    done.push(proposal);
    let proposal = story.decided(&Action::PrincipleRetire { principle_id: 2, version: 2 });
    let retire = ix::PrincipleRetire { authority, constitution, principle, proposal: Some(proposal), guardrails: None };
    story.carry_out(proposal, retire.instruction(2));
    done.push(proposal);
    let cites = story.draft(&Action::TransferLamports { recipient: hash("bob"), lamports: 1 }).citing([principle]);
    story.refused(cites.instruction(), GovError::PrincipleRetired);

    // An entrenched principle takes more: what would carry anything else does not carry this.
    let entrenched = pda::principle(&constitution, 1);
    let proposal = story.propose(&Action::PrincipleRetire { principle_id: 1, version: 1 });
    story.open_voting(&proposal);
    for (index, choice) in [(0, FOR), (1, FOR), (2, FOR), (3, AGAINST), (4, FOR), (5, AGAINST)] {
        story.vote(&proposal, index, choice);
    }
    story.finalize(&proposal);
    assert_eq!((story.proposal(&proposal).status, story.proposal(&proposal).threshold_bps), (2, 8_000));
    let retire = ix::PrincipleRetire { principle: entrenched, proposal: Some(proposal), ..retire };
    story.refused(retire.instruction(1), GovError::AlreadyFinal);
    done.push(proposal);

    // Parameters; a proposal made before keeps its own.
    let payment = story.propose(&Action::TransferLamports { recipient: hash("bob"), lamports: 1 });
    let before = story.constitution(&constitution).tracks[1];
    let after = types::TrackConfig { threshold_bps: 7_000, window_seconds: 7_200, ..before };
    let change = ParameterChange { track: Track::Treasury, before: before.into(), after: after.into() };
    let proposal = story.decided(&Action::ParametersAmend(change));
    let amend = ix::ParametersAmend { authority, constitution, proposal: Some(proposal), guardrails: None };
    story.carry_out(proposal, amend.instruction(1, &after));
    assert_eq!(story.constitution(&constitution).tracks[1], after);
    assert_eq!(story.proposal(&payment).threshold_bps, before.threshold_bps);
    done.push(proposal);
    story.finalize(&payment);
    done.push(payment);

    // Guardians.
    let (payer, guardians) = (authority, story.guardians_address());
    story.send(ix::GuardiansOpen { payer, constitution, guardians }.instruction());
    let list = story.guardian_list(3);
    let members = list.iter().map(Address::to_bytes).collect::<Vec<_>>();
    let term_seconds = 90 * DAY as u32;
    let proposal = story.decided(&Action::GuardiansAdopt { threshold: 2, term_seconds, members: &members });
    let adopt = story.adoption(authority, Some(proposal));
    story.carry_out(proposal, adopt.instruction(2, term_seconds, &list));
    story.heartbeat(2);
    done.push(proposal);

    for proposal in done {
        story.end(proposal);
    }
    assert_eq!(story.lamports(&proposer), money_before, "it has cost nothing but fees");
    story.retell().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_decides_is_amended_in_a_bank_as_in_litesvm() {
    let mut story = Story::found();
    let (authority, constitution, first) = (story.stranger(), story.constitution, story.roster);

    // Three members become the council, and decide alone from then on.
    let members = story.members[..3].iter().map(|member| types::Member { weight: 10, ..*member }).collect::<Vec<_>>();
    let roster = story.fill_roster(&authority, 2, &members);
    let members_hash = story.roster(&roster).members_hash;
    let adoption = story.decided(&Action::RosterAdopt { roster_version: 2, members_hash });
    let adopt = ix::RosterAdopt { authority, constitution, roster, proposal: Some(adoption) };
    story.carry_out(adoption, adopt.instruction());
    story.end(adoption);
    let former = story.member(5);
    let membership = Some(story.page_of(5));
    let mut draft = story.draft(&Action::TransferLamports { recipient: hash("bob"), lamports: 1 }).by(former, 5);
    draft.accounts.membership = membership;
    story.refused(draft.instruction(), GovError::WrongRoster);
    let (roster_page, payer) = (story.page_of(0), story.founder);
    let close_page = ix::RosterPageClose { authority, constitution, roster: first, roster_page, payer };
    story.send(close_page.instruction());
    story.send(ix::RosterClose { authority, constitution, roster: first, payer }.instruction());
    (story.roster, story.members) = (roster, members);

    // They give the decision to whoever deposits tokens.
    let names = ["ana", "ben", "cleo"];
    for name in names {
        story.welcome(name);
    }
    let (mint, payer) = (person("mint"), story.founder);
    story.put_mint(&mint, &Mint::of(TOKEN_2022));
    for name in names {
        story.put_tokens(&person(&format!("{name}: tokens")), &mint, &person(name), 1_000_000);
        story.give([person(&format!("{name}: tokens"))]);
    }
    story.give([mint, TOKEN_2022]);
    let create = create_pool(&story, payer, mint, TOKEN_2022);
    story.send(create.instruction(MATURITY, FLOOR));
    let community = story.community.clone();
    let (pool, vault) = (create.pool, create.pool_vault);
    let mut depositors = Depositors { community, pool, vault, mint, token_program: TOKEN_2022 };
    for (name, amount) in names.into_iter().zip([600, 300, 100]) {
        depositors.join(name, amount);
    }
    depositors.pass(i64::from(MATURITY));
    for name in names {
        depositors.mature(name);
    }
    story.community = depositors.community.clone();
    let action = Action::ElectorateAdopt { kind: ElectorateKind::Deposit, electorate: pool.to_bytes() };
    let adoption = story.decided(&action);
    let adopt = ix::ElectorateAdopt { authority, constitution, electorate: pool, proposal: Some(adoption) };
    story.carry_out(adoption, adopt.instruction(DEPOSITS));
    story.end(adoption);

    // A vote of theirs changes the text. What it rests on stays where it is until the vote is over.
    let (text_hash, parent_hash) = (hash("version 2"), hash("version 1"));
    depositors.community = story.community.clone();
    let draft = depositors.draft_of("ana", &Action::ConstitutionAmend { text_hash, parent_hash });
    let amendment = story.create(&draft);
    story.open_voting(&amendment);
    depositors.community = story.community.clone();
    for (name, choice) in [("ana", FOR), ("ben", FOR), ("cleo", AGAINST)] {
        let ballot = depositors.ballot_of(&amendment, name).instruction(choice);
        story.send(ballot);
    }
    story.refused(depositors.withdrawal("ana", 600), GovError::DepositLocked);
    story.finalize(&amendment);
    let amend = ix::ConstitutionAmend { authority, constitution, proposal: Some(amendment) };
    story.carry_out(amendment, amend.instruction(text_hash, parent_hash));
    story.end(amendment);
    story.send(depositors.withdrawal("ana", 600));
    assert_eq!(story.tokens(&person("ana: tokens")), 1_000_000);
    story.retell().await;
}
