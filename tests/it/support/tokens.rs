//! Mints and token accounts, written as the token programs would have.

use quantumagi_interface::Address;
use solana_account::Account;

use super::World;

/// SPL Token.
pub const TOKEN: Address = Address::from_str_const("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
/// Token-2022.
pub const TOKEN_2022: Address = Address::from_str_const("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");

/// Length of a token account; a mint with extensions is padded to it.
const ACCOUNT_BYTES: usize = 165;
/// Where a token account holds its amount.
const AMOUNT_AT: usize = 64;
/// Where a mint holds its supply.
const SUPPLY_AT: usize = 36;

/// A mint to be: by default of SPL Token, with 1,000,000 tokens of six decimals that nobody else has power over.
#[derive(Clone, Debug)]
pub struct Mint {
    pub program: Address,
    pub supply: u64,
    pub freeze_authority: Option<Address>,
    /// Number and content of each extension.
    pub extensions: Vec<(u16, Vec<u8>)>,
}

impl Default for Mint {
    fn default() -> Self {
        Self { program: TOKEN, supply: 1_000_000_000_000, freeze_authority: None, extensions: Vec::new() }
    }
}

impl Mint {
    /// Of Token-2022, with this extension. What it contains is zeros: no authority, no fee.
    pub fn extended(number: u16, len: usize) -> Self {
        Self { program: TOKEN_2022, extensions: vec![(number, vec![0; len])], ..Self::default() }
    }

    /// Of Token-2022, keeping this share of every transfer.
    pub fn with_fee(basis_points: u16) -> Self {
        // Two authorities, the withheld amount, then the older fee and the newer one: epoch, most, share.
        let mut config = vec![0; 72];
        for _ in 0..2 {
            config.extend_from_slice(&0u64.to_le_bytes());
            config.extend_from_slice(&u64::MAX.to_le_bytes());
            config.extend_from_slice(&basis_points.to_le_bytes());
        }
        Self { program: TOKEN_2022, extensions: vec![(1, config)], ..Self::default() }
    }

    /// Of this program.
    pub fn of(program: Address) -> Self {
        Self { program, ..Self::default() }
    }

    fn data(&self) -> Vec<u8> {
        let mut data = vec![0; 82];
        data[SUPPLY_AT..SUPPLY_AT + 8].copy_from_slice(&self.supply.to_le_bytes());
        // Decimals, and that it is initialized.
        data[44..46].copy_from_slice(&[6, 1]);
        if let Some(authority) = self.freeze_authority {
            data[46] = 1;
            data[50..82].copy_from_slice(authority.as_ref());
        }
        if !self.extensions.is_empty() {
            data.resize(ACCOUNT_BYTES, 0);
            data.push(1);
            for (number, content) in &self.extensions {
                data.extend_from_slice(&number.to_le_bytes());
                data.extend_from_slice(&u16::try_from(content.len()).unwrap().to_le_bytes());
                data.extend_from_slice(content);
            }
        }
        data
    }
}

impl World {
    /// Writes a mint.
    pub fn put_mint(&mut self, address: &Address, mint: &Mint) {
        self.put_rent_exempt(address, mint.program, mint.data());
    }

    /// Writes a token account.
    pub fn put_tokens(&mut self, address: &Address, mint: &Address, owner: &Address, amount: u64) {
        let program = self.account(mint).expect("the mint exists").owner;
        let mut data = vec![0; ACCOUNT_BYTES];
        data[..32].copy_from_slice(mint.as_ref());
        data[32..64].copy_from_slice(owner.as_ref());
        data[AMOUNT_AT..AMOUNT_AT + 8].copy_from_slice(&amount.to_le_bytes());
        data[108] = 1;
        self.put_rent_exempt(address, program, data);
    }

    /// Writes a token account of this mint under any program, a wrong one included.
    pub fn put_tokens_of(&mut self, program: &Address, address: &Address, mint: &Address, owner: &Address) {
        self.put_tokens(address, mint, owner, 1_000_000_000);
        let account = self.account(address).expect("it was just written");
        self.put(address, Account { owner: *program, ..account });
    }

    /// Writes a token account of a mint with a transfer fee, which carries the amount withheld.
    pub fn put_fee_tokens(&mut self, address: &Address, mint: &Address, owner: &Address, amount: u64) {
        self.put_tokens(address, mint, owner, amount);
        let mut data = self.account(address).expect("it was just written").data;
        data.extend_from_slice(&[2, 2, 0, 8, 0]);
        data.extend_from_slice(&[0; 8]);
        self.put_rent_exempt(address, TOKEN_2022, data);
    }

    /// What a token account holds; 0 where there is none.
    pub fn tokens(&self, address: &Address) -> u64 {
        let account = self.account(address);
        account.map_or(0, |account| u64::from_le_bytes(account.data[AMOUNT_AT..AMOUNT_AT + 8].try_into().unwrap()))
    }

    /// Changes what a token account holds, as no transaction could.
    pub fn set_tokens(&mut self, address: &Address, amount: u64) {
        let mut account = self.account(address).expect("the token account exists");
        account.data[AMOUNT_AT..AMOUNT_AT + 8].copy_from_slice(&amount.to_le_bytes());
        self.put(address, account);
    }

    fn put_rent_exempt(&mut self, address: &Address, owner: Address, data: Vec<u8>) {
        let lamports = self.rent(data.len());
        self.put(address, Account { lamports, data, owner, ..Account::default() });
    }
}
