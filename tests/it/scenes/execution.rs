//! Payloads, series, payments of tokens and upgrades.

use quantumagi_interface::digest::sha256;
use solana_instruction::AccountMeta;
use solana_sdk_ids::{bpf_loader_upgradeable as loader, sysvar};

use super::*;

/// The declared accounts of every instruction that calls with the vault's signature.
pub(super) const VAULT_ORDER: &[&str] =
    &["constitution", "proposal", "vault", "program", "program_data", "payload", "guardrails"];

pub(super) fn scenes<F>(community: &Community, scene: F) -> Vec<Scene>
where
    F: Fn(&'static str, &Community, Instruction, &'static [&'static str]) -> Scene,
{
    let mut scenes = payloads(community, &scene);
    scenes.extend(series(community, &scene));
    scenes.extend(payments(community, &scene));
    scenes.extend(upgrades(community, &scene));
    scenes
}

/// Two memos.
fn memos() -> Calls {
    let memo = Address::from_str_const("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");
    let call = |data: &[u8]| Call { program: memo, program_data: None, accounts: Vec::new(), data: data.to_vec() };
    Calls(vec![call(b"we agree"), call(b"and we mean it")])
}

fn payloads<F>(community: &Community, scene: &F) -> Vec<Scene>
where
    F: Fn(&'static str, &Community, Instruction, &'static [&'static str]) -> Scene,
{
    let author = community.stranger();
    let bytes = memos().action();
    let hash = sha256(&bytes);
    let payload = pda::payload(&author, &hash);
    let create = ix::PayloadCreate { author, payload }.instruction(hash, bytes.len() as u32);
    let mut begun = community.clone();
    begun.send(create.clone());
    let write = ix::PayloadWrite { author, payload }.instruction(0, &bytes);
    let mut full = begun.clone();
    full.send(write.clone());
    let close = ix::PayloadClose { author, payload }.instruction();
    let mut draft = memos().draft(&full);
    draft.args.action = Vec::new();
    draft.accounts.payload = Some(payload);
    vec![
        scene("payload_create", community, create, &["author", "new_payload", "system_program"]),
        scene("payload_write", &begun, write, &["author", "payload", "system_program"]),
        scene("payload_close", &full, close, &["author", "payload"]),
        scene("proposal_create", &full, draft.instruction(), CREATE),
    ]
}

fn series<F>(community: &Community, scene: &F) -> Vec<Scene>
where
    F: Fn(&'static str, &Community, Instruction, &'static [&'static str]) -> Scene,
{
    let mut community = community.clone();
    let author = community.stranger();
    let bytes = memos().action();
    let hash = sha256(&bytes);
    let payload = pda::payload(&author, &hash);
    community.send(ix::PayloadCreate { author, payload }.instruction(hash, bytes.len() as u32));
    community.send(ix::PayloadWrite { author, payload }.instruction(0, &bytes));
    let (proposal, pending) = memos().approved(&mut community);
    let first = memos().0[0].execute_from(&community, proposal, pending[1], payload);
    vec![scene("proposal_execute", &community, first, VAULT_ORDER)]
}

fn payments<F>(community: &Community, scene: &F) -> Vec<Scene>
where
    F: Fn(&'static str, &Community, Instruction, &'static [&'static str]) -> Scene,
{
    let mut community = community.clone();
    let [mint, source, recipient] = ["mint", "the vault's tokens", "bob's tokens"].map(person);
    let (constitution, vault) = (community.constitution, community.vault);
    community.put_mint(&mint, &Mint::default());
    community.put_tokens(&source, &mint, &vault, 10);
    community.put_tokens(&recipient, &mint, &person("bob"), 0);
    let action = Action::TransferTokens { mint: mint.to_bytes(), recipient: recipient.to_bytes(), amount: 10 };
    let proposal = community.approved(&action);
    let accounts = ix::VaultTransferTokens {
        constitution,
        proposal,
        vault,
        program: TOKEN,
        program_data: None,
        payload: None,
        guardrails: None,
    };
    let mut pay = accounts.instruction(10);
    pay.accounts.extend([
        AccountMeta::new(source, false),
        AccountMeta::new_readonly(mint, false),
        AccountMeta::new(recipient, false),
    ]);
    vec![scene("vault_transfer_tokens", &community, pay, VAULT_ORDER)]
}

fn upgrades<F>(community: &Community, scene: &F) -> Vec<Scene>
where
    F: Fn(&'static str, &Community, Instruction, &'static [&'static str]) -> Scene,
{
    let mut community = community.clone();
    let (constitution, vault) = (community.constitution, community.vault);
    let (address, buffer) = (person("the commons' program"), person("buffer"));
    let program_data = community.deploy_memo(&address);
    let mut account = community.account(&program_data).unwrap();
    let code = account.data[45..].to_vec();
    account.data[12] = 1;
    account.data[13..45].copy_from_slice(vault.as_ref());
    community.put(&program_data, account.clone());
    community.redeploy(&program_data, 0);
    community.pass_slots(1);
    account.data = [&[1, 0, 0, 0, 1][..], vault.as_ref(), &code].concat();
    community.put(&buffer, account);
    let (buffer_hash, spill) = (sha256(&code), person("bob"));
    let action = Action::ProgramUpgrade {
        program: address.to_bytes(),
        buffer: buffer.to_bytes(),
        buffer_hash,
        spill: spill.to_bytes(),
    };
    let mut draft = community.draft(&action);
    draft.programs = vec![address, program_data];
    let proposal = community.create(&draft);
    community.approve(&proposal);
    let accounts = ix::ProgramUpgrade {
        constitution,
        proposal,
        vault,
        program: address,
        program_data: Some(program_data),
        payload: None,
        guardrails: None,
    };
    let mut upgrade = accounts.instruction(buffer_hash);
    for slot in [3, 4] {
        upgrade.accounts[slot].is_writable = true;
    }
    upgrade.accounts.extend([
        AccountMeta::new(buffer, false),
        AccountMeta::new(spill, false),
        AccountMeta::new_readonly(sysvar::rent::ID, false),
        AccountMeta::new_readonly(sysvar::clock::ID, false),
        AccountMeta::new_readonly(loader::ID, false),
    ]);
    vec![scene("program_upgrade", &community, upgrade, VAULT_ORDER)]
}
