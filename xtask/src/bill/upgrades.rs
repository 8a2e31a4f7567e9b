//! Upgrades of a program whose upgrade authority is the vault.

use anyhow::Result;
use quantumagi_interface::{Address, digest::sha256, instructions as ix};
use quantumagi_rules::action::Action;
use solana_instruction::AccountMeta;
use solana_sdk_ids::{bpf_loader_upgradeable as loader, sysvar};

use super::calls::CITED;
use super::community::Community;
use super::figures::Rows;
use super::people::person;

/// SPL Memo, which the virtual machine comes with.
const MEMO: Address = Address::from_str_const("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");
/// Bytes of code in the measured buffer: 100 KB. All of them are hashed, so that there is no largest: a larger one takes
/// half a compute unit more for each byte, and 2.7 MB would fill a transaction.
pub(super) const LARGE: usize = 102_400;

/// Measures them: the code of SPL Memo as it is, and filled up to 100 KB.
pub(super) fn measure(rows: &mut Rows) -> Result<()> {
    let mut community = Community::founded("upgrades", 5, 8)?;
    let len = community.chain.data(&MEMO)?.len();
    upgrade(&mut community, rows, len, "")?;
    upgrade(&mut community, rows, LARGE, "")
}

/// A program of the vault gets code of this many bytes.
pub(super) fn upgrade(community: &mut Community, rows: &mut Rows, len: usize, under: &str) -> Result<()> {
    let vault = community.vault;
    let [program, buffer, spill] = ["program", "buffer", "spill"].map(|name| person(&format!("{name} of {len} bytes")));
    let program_data = Address::find_program_address(&[program.as_ref()], &loader::ID).0;
    let mut code = community.chain.data(&MEMO)?;
    code.resize(len, 0);
    // Layouts: `solana_loader_v3_interface::state::UpgradeableLoaderState`. Deployed in slot 0 with as much code.
    let tagged = |tag: u32, rest: &[&[u8]]| [&[&tag.to_le_bytes()[..]], rest].concat().concat();
    let deployed = tagged(3, &[&0u64.to_le_bytes(), &[1], vault.as_ref(), &code]);
    community.chain.put(&program_data, loader::ID, deployed)?;
    community.chain.put_program(&program, tagged(2, &[program_data.as_ref()]))?;
    community.chain.put(&buffer, loader::ID, tagged(1, &[&[1], vault.as_ref(), &code]))?;
    // The loader replaces no code in the slot in which it was deployed.
    community.chain.set_slot(1);

    let buffer_hash = sha256(&code);
    let action = Action::ProgramUpgrade {
        program: program.to_bytes(),
        buffer: buffer.to_bytes(),
        buffer_hash,
        spill: spill.to_bytes(),
    };
    let (proposal, create) = community.propose(&action, &CITED, false)?;
    let cost = community.send(create)?;
    if len == LARGE {
        rows.note(&format!("an upgrade, 8 citations{under}"), cost);
    }
    community.approve(&proposal)?;
    let accounts = ix::ProgramUpgrade {
        constitution: community.constitution,
        proposal,
        vault,
        program,
        program_data: Some(program_data),
        payload: None,
        guardrails: community.guardrails()?,
    };
    let mut instruction = accounts.instruction(buffer_hash);
    for account in &mut instruction.accounts {
        account.is_writable |= [program, program_data].contains(&account.pubkey);
    }
    instruction.accounts.extend([
        AccountMeta::new(buffer, false),
        AccountMeta::new(spill, false),
        AccountMeta::new_readonly(sysvar::rent::ID, false),
        AccountMeta::new_readonly(sysvar::clock::ID, false),
        AccountMeta::new_readonly(loader::ID, false),
    ]);
    let cost = community.send(instruction)?;
    rows.note(&format!("a buffer of {} bytes{under}", super::table::grouped(len as u64)), cost);
    Ok(())
}
