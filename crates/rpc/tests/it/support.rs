//! A network with a funded wallet, and signed transactions on it.

mod endpoint;
mod node;
mod proxy;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quantumagi_localnet::{LocalNetwork, Options};
use quantumagi_rpc::solana::{
    Address, Hash, Instruction, Keypair, Message, Signer, VersionedMessage, VersionedTransaction,
};
use quantumagi_rpc::{Commitment, ConfirmOptions, Confirmed, Result, Rpc};
use serde_json::json;

pub(crate) use endpoint::{Endpoint, Reply};
pub(crate) use node::{Node, account as node_account};
pub(crate) use proxy::{Proxy, Way};

pub(crate) const SOL: u64 = 1_000_000_000;

pub(crate) struct World {
    pub(crate) network: LocalNetwork,
    pub(crate) rpc: Rpc,
    /// Holds a hundred SOL.
    pub(crate) ana: Keypair,
}

impl World {
    pub(crate) async fn start() -> Self {
        let network = LocalNetwork::start(Options::default()).await.expect("the local network starts");
        let rpc = Rpc::new(network.rpc_url(), Commitment::Confirmed);
        let ana = Keypair::new();
        network.fund(&ana.pubkey(), 100 * SOL).await.expect("the network funds a wallet");
        Self { network, rpc, ana }
    }

    /// Ana's transaction with a current blockhash.
    pub(crate) async fn signed(&self, instructions: &[Instruction]) -> VersionedTransaction {
        let hash = self.rpc.latest_blockhash().await.expect("a blockhash").hash;
        signed(&self.ana, instructions, hash)
    }

    pub(crate) async fn execute(&self, instructions: &[Instruction], options: ConfirmOptions) -> Result<Confirmed> {
        let blockhash = self.rpc.latest_blockhash().await?;
        let transaction = signed(&self.ana, instructions, blockhash.hash);
        self.rpc.send_and_confirm(&transaction, blockhash.last_valid_block_height, options, |_| {}).await
    }
}

pub(crate) fn signed(payer: &Keypair, instructions: &[Instruction], hash: Hash) -> VersionedTransaction {
    let message = Message::new_with_blockhash(instructions, Some(&payer.pubkey()), &hash);
    VersionedTransaction::try_new(VersionedMessage::Legacy(message), &[payer]).expect("the payer signs")
}

/// A transaction that differs from every other.
pub(crate) fn a_transfer() -> VersionedTransaction {
    let ana = Keypair::new();
    let instruction = transfer(&ana.pubkey(), &Address::new_unique(), 1);
    signed(&ana, &[instruction], Hash::new_from_array([7; 32]))
}

/// An answer to the question for the Clock account: its slot, and the slot that the endpoint says it is of.
pub(crate) fn clock(slot: u64, claimed: u64) -> Reply {
    let mut data = [0; 40];
    data[..8].copy_from_slice(&slot.to_le_bytes());
    Reply::Result(json!({
        "context": { "slot": claimed },
        "value": { "data": [STANDARD.encode(data), "base64"], "lamports": 1, "owner": "", "executable": false },
    }))
}

pub(crate) fn transfer(from: &Address, to: &Address, lamports: u64) -> Instruction {
    solana_system_interface::instruction::transfer(from, to, lamports)
}

/// Whether whoever runs the tests asks for what takes minutes, or needs more than every machine has.
#[allow(clippy::disallowed_methods, reason = "a test binary is started by its runner and has no arguments of its own")]
pub(crate) fn is_full_run() -> bool {
    std::env::var_os("QUANTUMAGI_FULL").is_some()
}
