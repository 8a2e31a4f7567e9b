//! The treasury track: lamports, tokens, a call, a series, an upgrade.

use solana_instruction::AccountMeta;
use solana_system_interface::instruction as system;

use super::story::Story;
use crate::support::upgrades::Upgrade;
use crate::support::*;

const SOL: u64 = 1_000_000_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payments_live_and_die_in_a_bank_as_in_litesvm() {
    let mut story = Story::found();
    let (constitution, vault, proposer) = (story.constitution, story.vault, story.member(0));
    let money_before = story.lamports(&proposer);
    let (bob, [mint, source, to]) = (person("bob"), ["mint", "the vault's tokens", "bob's tokens"].map(person));
    story.put_mint(&mint, &Mint::default());
    story.put_tokens(&source, &mint, &vault, 1_000);
    story.put_tokens(&to, &mint, &bob, 5);
    story.give([mint, source, to, TOKEN]);

    let paying = story.propose(&Action::TransferLamports { recipient: bob.to_bytes(), lamports: SOL });
    story.open_voting(&paying);
    for (index, choice) in [(0, FOR), (1, AGAINST), (1, FOR), (2, AGAINST), (3, ABSTAIN), (4, FOR)] {
        story.vote(&paying, index, choice);
    }
    story.finalize(&paying);
    let pay = ix::VaultTransfer { constitution, proposal: paying, vault, recipient: bob, guardrails: None };
    let to_a_thief = ix::VaultTransfer { recipient: person("thief"), ..pay };
    story.carry_out(paying, pay.instruction(SOL));
    story.refused(pay.instruction(SOL), GovError::AlreadyFinal);
    assert_eq!((story.lamports(&bob), story.lamports(&vault)), (SOL, 9 * SOL));

    let missed = story.decided(&Action::TransferLamports { recipient: bob.to_bytes(), lamports: 2 * SOL });
    let late = ix::VaultTransfer { proposal: missed, ..pay }.instruction(2 * SOL);
    let (opens_at, closes_at) = (story.opens_at(&missed), story.closes_at(&missed));
    story.set_time(opens_at);
    story.refused(ix::VaultTransfer { proposal: missed, ..to_a_thief }.instruction(2 * SOL), GovError::DigestMismatch);
    story.refused(ix::VaultTransfer { proposal: missed, ..pay }.instruction(3 * SOL), GovError::DigestMismatch);
    story.set_time(closes_at - 1);
    let expire = story.expire(&missed);
    story.refused(expire.clone(), GovError::WindowNotClosed);
    story.set_time(closes_at);
    story.refused(late, GovError::WindowClosed);
    story.send(expire);

    let action = Action::TransferTokens { mint: mint.to_bytes(), recipient: to.to_bytes(), amount: 400 };
    let in_tokens = story.decided(&action);
    let pay = ix::VaultTransferTokens {
        constitution,
        proposal: in_tokens,
        vault,
        program: TOKEN,
        program_data: None,
        payload: None,
        guardrails: None,
    };
    let pay = |amount| {
        let mut pay = pay.instruction(amount);
        let named =
            [AccountMeta::new(source, false), AccountMeta::new_readonly(mint, false), AccountMeta::new(to, false)];
        pay.accounts.extend(named);
        pay
    };
    story.carry_out_exactly(in_tokens, pay(400), [pay(401)]);
    story.refused(pay(400), GovError::AlreadyFinal);
    assert_eq!((story.tokens(&source), story.tokens(&to)), (600, 405));

    for proposal in [paying, missed, in_tokens] {
        story.end(proposal);
    }
    assert_eq!(story.lamports(&proposer), money_before, "it has cost nothing but fees");
    story.retell_after_deployment().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_live_and_die_in_a_bank_as_in_litesvm() {
    let mut story = Story::found();
    let (vault, stranger) = (story.vault, story.stranger());
    let [bob, carol, callee] = ["bob", "carol", "callee"].map(person);
    let [mint, source, to] = ["mint", "the vault's tokens", "bob's tokens"].map(person);
    story.put_mint(&mint, &Mint::default());
    story.put_tokens(&source, &mint, &vault, 1_000);
    story.put_tokens(&to, &mint, &bob, 5);
    let program_data = Some(story.deploy_memo(&callee));
    story.give([mint, source, to, TOKEN, callee]);
    let memo = Call { program: callee, program_data, accounts: Vec::new(), data: b"we agree".to_vec() };

    // One call of a program that can be upgraded, with the vault as the one who signs.
    let signed = Call { accounts: Call::of(&system::transfer(&vault, &bob, 1)).accounts[..1].to_vec(), ..memo.clone() };
    let calling = signed.draft(&story);
    let calling = story.create(&calling);
    story.decide(&calling);
    let execute = signed.execute(&story, calling);
    let other = Call { data: b"we differ".to_vec(), ..signed.clone() };
    let differs = other.execute(&story, calling);
    story.carry_out_exactly(calling, execute.clone(), [differs]);
    story.refused(execute, GovError::AlreadyFinal);

    let in_tokens = Call::of(&token_calls::transfer(&source, &to, &vault, 400));
    let in_tokens = Call { program_data: story.program_data(&TOKEN), ..in_tokens };

    // Four calls, each in a slot of its own. The second fails until the vault has enough.
    let calls = Calls(vec![
        Call::of(&system::transfer(&vault, &bob, SOL)),
        Call::of(&system::transfer(&vault, &carol, 9 * SOL + 1)),
        in_tokens,
        memo,
    ]);
    let (series, pending) = calls.approved(&mut story);
    let steps = [0, 1, 2, 3].map(|step| calls.execute(&story, series, &pending, step));
    let early = [1, 2, 3].map(|step: usize| steps[step].clone());
    story.carry_out_exactly(series, steps[0].clone(), early);
    story.refused(steps[0].clone(), GovError::DigestMismatch);
    story.pass_slots(3);
    story.refused(steps[1].clone(), InstructionError::Custom(1));
    story.send(system::transfer(&stranger, &vault, SOL));
    story.send(steps[1].clone());
    assert_eq!((story.proposal(&series).steps_done, story.proposal(&series).status), (2, 1));
    for step in &steps[2..] {
        story.pass_slots(1);
        story.pass(60);
        story.send(step.clone());
    }
    story.refused(steps[3].clone(), GovError::AlreadyFinal);
    assert_eq!((story.lamports(&bob), story.lamports(&carol), story.tokens(&to)), (SOL, 9 * SOL + 1, 405));
    story.end(calling);
    story.end(series);
    story.retell().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn x5_a_called_program_cannot_call_back_in_a_bank_either() {
    let mut story = Story::found();
    let (constitution, vault, recipient) = (story.constitution, story.vault, person("bob"));
    let forwarders = ["forwarder", "another forwarder"].map(|name| story.deploy_forwarder(name));
    story.give(forwarders);
    let payment = story.propose(&Action::TransferLamports { recipient: recipient.to_bytes(), lamports: SOL });
    let pay = ix::VaultTransfer { constitution, proposal: payment, vault, recipient, guardrails: None };
    let pay = pay.instruction(SOL);
    let directly = forwarded(&forwarders[0], &pay);
    let through_another = forwarded(&forwarders[1], &directly);
    let calls = [directly, through_another]
        .map(|passed_on| Call { program_data: story.program_data(&passed_on.program_id), ..Call::of(&passed_on) });
    let proposals = calls.each_ref().map(|call| {
        let draft = call.draft(&story);
        story.create(&draft)
    });
    story.open_voting(&payment);
    for proposal in [payment, proposals[0], proposals[1]] {
        for index in 0..7 {
            story.vote(&proposal, index, FOR);
        }
    }
    for proposal in [payment, proposals[0], proposals[1]] {
        story.finalize(&proposal);
    }
    let opens_at = story.opens_at(&payment);
    story.set_time(opens_at);
    for (call, proposal) in calls.iter().zip(proposals) {
        let execute = call.execute(&story, proposal);
        story.refused(execute, InstructionError::ReentrancyNotAllowed);
    }
    story.send(pay);
    assert_eq!(story.lamports(&recipient), SOL);
    story.retell().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_handed_to_the_vault_is_upgraded_by_vote_in_a_bank_as_in_litesvm() {
    let mut story = Story::found();
    let (payer, constitution) = (story.stranger(), story.constitution);
    let adoption = story.decided(&Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 });
    let policy = pda::policy(&constitution, 0);
    let adopt = ix::PolicyAdopt { payer, constitution, proposal: adoption, policy };
    story.carry_out(adoption, adopt.instruction(hash("be kind"), 0));
    story.welcome("operator");
    let till = story.open_till(policy);
    let upgrade = Upgrade::prepared(&mut story);
    story.give([upgrade.program, upgrade.buffer]);

    let draft = upgrade.draft(&story);
    let proposal = story.create(&draft);
    story.decide(&proposal);
    story.send(till.fee_set(10_000));
    let changed = Upgrade { code: [upgrade.code.as_slice(), &[0]].concat(), ..upgrade.clone() };
    let (execute, wrong) = (upgrade.execute(&story, proposal), changed.execute(&story, proposal));
    story.carry_out_exactly(proposal, execute.clone(), [wrong]);
    story.refused(execute, GovError::AlreadyFinal);
    // New code runs from the next slot on: the next version allows half the fee.
    story.pass_slots(1);
    story.refused(till.fee_set(10_000), InstructionError::Custom(6_001));
    story.send(till.fee_set(5_000));
    story.end(proposal);
    story.retell().await;
}
