//! Tokens of SPL Token on the local network.

use quantumagi_rpc::solana::{AccountMeta, Address, Instruction, Keypair, Signer, ids};
use quantumagi_rpc::{Commitment, Rpc};
use quantumagi_sdk::{Quantumagi, TOKEN, associated_token_account};

use super::support::World;

const ASSOCIATED_TOKEN: Address = Address::from_str_const("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");

/// A mint of two decimals, with ten tokens for each of these owners.
pub(crate) async fn mint(world: &World, owners: &[Address]) -> Address {
    let client = client(world);
    let (ana, mint) = (&world.ana.key, Keypair::new());
    let mut data = vec![0; 4];
    data.extend_from_slice(&10_000_000u64.to_le_bytes());
    data.extend_from_slice(&82u64.to_le_bytes());
    data.extend_from_slice(TOKEN.as_ref());
    let accounts = vec![AccountMeta::new(ana.pubkey(), true), AccountMeta::new(mint.pubkey(), true)];
    let create = Instruction { program_id: ids::system_program::ID, accounts, data };
    // InitializeMint2: two decimals, Ana mints, nobody freezes.
    let data = [&[20, 2][..], ana.pubkey().as_ref(), &[0]].concat();
    let initialize = Instruction { program_id: TOKEN, accounts: vec![AccountMeta::new(mint.pubkey(), false)], data };
    client.send(&[create, initialize], &[ana, &mint]).await.expect("the mint is made");
    for owner in owners {
        let tokens = associated_token_account(owner, &mint.pubkey(), &TOKEN);
        let accounts = vec![
            AccountMeta::new(ana.pubkey(), true),
            AccountMeta::new(tokens, false),
            AccountMeta::new_readonly(*owner, false),
            AccountMeta::new_readonly(mint.pubkey(), false),
            AccountMeta::new_readonly(ids::system_program::ID, false),
            AccountMeta::new_readonly(TOKEN, false),
        ];
        let open = Instruction { program_id: ASSOCIATED_TOKEN, accounts, data: Vec::new() };
        let accounts = vec![
            AccountMeta::new(mint.pubkey(), false),
            AccountMeta::new(tokens, false),
            AccountMeta::new_readonly(ana.pubkey(), true),
        ];
        let fill = Instruction { program_id: TOKEN, accounts, data: [&[7][..], &1_000u64.to_le_bytes()].concat() };
        client.send(&[open, fill], &[ana]).await.expect("the tokens are there");
    }
    mint.pubkey()
}

/// Base units that an owner's usual account of a mint holds.
pub(crate) async fn units_of(world: &World, owner: &Address, mint: &Address) -> u64 {
    let tokens = associated_token_account(owner, mint, &TOKEN);
    let data = client(world).rpc().existing_account(&tokens).await.expect("the account is open").data;
    // Behind the mint and the owner. Source: `spl_token_interface::state::Account`.
    u64::from_le_bytes(data[64..72].try_into().expect("eight bytes"))
}

pub(crate) fn client(world: &World) -> Quantumagi {
    Quantumagi::new(Rpc::new(world.network.rpc_url(), Commitment::Confirmed))
}
