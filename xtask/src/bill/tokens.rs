//! Tokens: mints and token accounts as the token programs write them, and payments of them from the vault.

use anyhow::Result;
use quantumagi_interface::{Address, Instruction, instructions as ix};
use quantumagi_rules::action::Action;
use solana_instruction::AccountMeta;

use super::chain::{Chain, TOKEN, TOKEN_2022};
use super::community::Community;
use super::figures::Rows;
use super::people::person;

impl Chain {
    /// Writes a mint of six decimals that nobody can mint or freeze. Layout: `spl_token_interface::state`.
    pub(super) fn put_mint(&mut self, address: &Address, program: Address, supply: u64) -> Result<()> {
        let mut data = vec![0; 82];
        data[36..44].copy_from_slice(&supply.to_le_bytes());
        data[44..46].copy_from_slice(&[6, 1]);
        self.put(address, program, data)
    }

    /// Writes a token account. Layout: `spl_token_interface::state`.
    pub(super) fn put_tokens(
        &mut self,
        address: &Address,
        program: Address,
        mint: &Address,
        owner: &Address,
        amount: u64,
    ) -> Result<()> {
        let mut data = vec![0; 165];
        data[..32].copy_from_slice(mint.as_ref());
        data[32..64].copy_from_slice(owner.as_ref());
        data[64..72].copy_from_slice(&amount.to_le_bytes());
        data[108] = 1;
        self.put(address, program, data)
    }
}

/// A payment of tokens from an account of the vault.
pub(super) struct Payment {
    pub(super) program: Address,
    pub(super) mint: Address,
    pub(super) source: Address,
    pub(super) recipient: Address,
}

impl Payment {
    /// Of tokens of this program, made up here.
    pub(super) fn prepared(community: &mut Community, program: Address) -> Result<Self> {
        let [mint, source, recipient] = ["mint", "the vault's tokens", "the other's tokens"].map(person);
        let vault = community.vault;
        community.chain.put_mint(&mint, program, 1_000)?;
        community.chain.put_tokens(&source, program, &mint, &vault, 1_000)?;
        community.chain.put_tokens(&recipient, program, &mint, &person("crank"), 0)?;
        Ok(Self { program, mint, source, recipient })
    }

    /// One token.
    pub(super) fn action(&self) -> Action<'static> {
        Action::TransferTokens { mint: self.mint.to_bytes(), recipient: self.recipient.to_bytes(), amount: 1 }
    }

    pub(super) fn execute(&self, community: &Community, proposal: Address) -> Result<Instruction> {
        let accounts = ix::VaultTransferTokens {
            constitution: community.constitution,
            proposal,
            vault: community.vault,
            program: self.program,
            program_data: None,
            payload: None,
            guardrails: community.guardrails()?,
        };
        let mut instruction = accounts.instruction(1);
        instruction.accounts.extend([
            AccountMeta::new(self.source, false),
            AccountMeta::new_readonly(self.mint, false),
            AccountMeta::new(self.recipient, false),
        ]);
        Ok(instruction)
    }
}

/// Measures payments of tokens of both programs.
pub(super) fn measure(rows: &mut Rows) -> Result<()> {
    let mut community = Community::founded("tokens", 5, 8)?;
    for (program, name) in [(TOKEN, "SPL Token"), (TOKEN_2022, "Token-2022")] {
        let payment = Payment::prepared(&mut community, program)?;
        let proposal = community.approved(&payment.action())?;
        let execute = payment.execute(&community, proposal)?;
        let cost = community.send(execute)?;
        rows.note(name, cost);
    }
    Ok(())
}
