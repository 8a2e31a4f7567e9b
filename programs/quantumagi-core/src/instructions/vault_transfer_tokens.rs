//! Anybody makes the payment of tokens that was voted on, exactly and once.
//!
//! Specification
//! 1. Mint, recipient and amount shall be what was voted on (X1), inside the window, once (X4).
//! 2. The tokens shall come from an account of the vault (X7); the called program shall be a token program, because it
//!    gets the vault's signature.
//! 3. The proposal shall be spent before the payment (X5), and exactly the amount shall arrive: no fee is taken on the way.

use anchor_lang::prelude::*;
use pinocchio::instruction::InstructionAccount;
use quantumagi_rules::{
    action::Action,
    emergency::gates::Gate,
    guardrail::Deed,
    token::{mint_decimals, TokenAccount},
};

use crate::{
    custody::token_program_of,
    error::GovError,
    guard::Guarded,
    instructions::VaultOrder,
    mandate::{execute, now},
    vault::call_signed,
};

/// Number of `TransferChecked`. Source: `spl_token_interface::instruction::TokenInstruction`.
const TRANSFER_CHECKED: u8 = 12;

impl VaultOrder {
    /// Behind the declared accounts: the vault's token account that pays, the mint, the token account that is paid into.
    /// The program is the token program that all three belong to.
    pub fn transfer_tokens(&mut self, amount: u64, views: &[AccountView]) -> Result<()> {
        let [source, mint, recipient] = views else { return Err(GovError::PaymentAccountWrong.into()) };
        require!(self.program_data.is_none() && self.payload.is_none(), GovError::WrongSubject);
        let program = *self.program.address();
        require!(token_program_of(mint) == Some(program), GovError::PaymentAccountWrong);
        let decimals = mint_decimals(&mint.try_borrow()?).ok_or(GovError::PaymentAccountWrong)?;
        let owner = read(source, mint, &program)?.owner;
        require!(owner == self.vault.address().to_bytes(), GovError::PaymentAccountWrong);
        let before = read(recipient, mint, &program)?.amount;
        let action = Action::TransferTokens {
            mint: mint.address().to_bytes(),
            recipient: recipient.address().to_bytes(),
            amount,
        };
        let now = now()?;
        self.constitution.check_open::<{ Gate::VaultTransferTokens as u8 }>(now)?;
        execute(&mut self.proposal, &self.constitution, &action, now)?;

        let mut data = [TRANSFER_CHECKED, 0, 0, 0, 0, 0, 0, 0, 0, decimals];
        data[1..9].copy_from_slice(&amount.to_le_bytes());
        let accounts = [
            InstructionAccount::writable(source.address()),
            InstructionAccount::readonly(mint.address()),
            InstructionAccount::writable(recipient.address()),
            InstructionAccount::readonly_signer(self.vault.address()),
        ];
        let views = [*source, *mint, *recipient, *self.vault.account()];
        let deeds = [
            Deed::Write { account: source.address().as_array() },
            Deed::Write { account: recipient.address().as_array() },
        ];
        let guarded =
            Guarded::begin(&self.constitution, self.guardrails.as_mut(), self.vault.account(), &views, &deeds)?;
        call_signed(&self.constitution, &program, &accounts, &views, &data)?;
        let after = read(recipient, mint, &program)?.amount;
        require!(before.checked_add(amount) == Some(after), GovError::AmountMismatch);
        guarded.settle(&mut self.proposal, now)
    }
}

/// A token account of this mint.
#[inline(never)]
fn read(view: &AccountView, mint: &AccountView, program: &Address) -> Result<TokenAccount> {
    require!(view.owned_by(program), GovError::PaymentAccountWrong);
    let account = TokenAccount::read(&view.try_borrow()?).ok_or(GovError::PaymentAccountWrong)?;
    require!(account.mint == mint.address().to_bytes(), GovError::PaymentAccountWrong);
    Ok(account)
}
