//! The local network with the program on it, and everything that was sent to it.

use std::path::Path;
use std::sync::Mutex;

use anyhow::{Context, Result};
use quantumagi_localnet::{LocalNetwork, Options};
use quantumagi_rpc::deploy::{DeployProgress, SyncSigner, deploy_program};
use quantumagi_rpc::solana::{
    Address, Instruction, Keypair, Message, Signature, Signer, VersionedMessage, VersionedTransaction,
};
use quantumagi_rpc::{Blockhash, Commitment, ConfirmOptions, Preflight, Rpc};
use quantumagi_rules::UnixSeconds;
use quantumagi_sdk::transaction::pack;
use quantumagi_sdk::{Pricing, Quantumagi, Receipt, SdkError};

/// Most instructions in one transaction. Each logs up to a kilobyte, and the runtime cuts logs at ten.
const INSTRUCTIONS_PER_TRANSACTION: usize = 6;

/// A transaction to send.
pub(super) struct Order<'a> {
    /// What it does.
    pub(super) instructions: Vec<Instruction>,
    /// Who signs; the first pays.
    pub(super) signers: Vec<&'a Keypair>,
}

/// The running network and the way to it.
pub(super) struct Chain {
    network: LocalNetwork,
    client: Quantumagi,
    sent: Mutex<Vec<Signature>>,
}

impl<'a> Order<'a> {
    pub(super) fn new(instructions: Vec<Instruction>, signer: &'a Keypair) -> Self {
        Self { instructions, signers: vec![signer] }
    }

    /// Who pays.
    fn payer(&self) -> Option<&'a Keypair> {
        self.signers.first().copied()
    }
}

impl Chain {
    /// Starts a network that prints to the file `log`.
    ///
    /// # Errors
    /// When Node or the network's package is missing.
    pub(super) async fn start(log: &Path) -> Result<Self> {
        let network = LocalNetwork::start(Options::default().with_log(log)).await?;
        let client = Quantumagi::new(Rpc::new(network.rpc_url(), Commitment::Confirmed));
        Ok(Self { network, client, sent: Mutex::default() })
    }

    /// The SDK's view of it.
    pub(super) fn client(&self) -> &Quantumagi {
        &self.client
    }

    /// The connection.
    pub(super) fn rpc(&self) -> &Rpc {
        self.client.rpc()
    }

    /// The network itself.
    pub(super) fn network(&self) -> &LocalNetwork {
        &self.network
    }

    /// The network itself, to keep or to stop.
    pub(super) fn into_network(self) -> LocalNetwork {
        self.network
    }

    /// Every transaction of the community so far, in the order in which they were confirmed.
    pub(super) fn sent(&self) -> Vec<Signature> {
        self.sent.lock().map(|sent| sent.clone()).unwrap_or_default()
    }

    /// Remembers a transaction for the bill.
    pub(super) fn note(&self, signature: Signature) {
        if let Ok(mut sent) = self.sent.lock() {
            sent.push(signature);
        }
    }

    /// Deploys the program in the file `so` under the key in the file `key`.
    ///
    /// # Errors
    /// When a file cannot be read or the network takes the program not.
    pub(super) async fn deploy(
        &self,
        payer: &Keypair,
        key: &Path,
        so: &Path,
        progress: impl FnMut(DeployProgress),
    ) -> Result<usize> {
        let read = quantumagi_rpc::solana::read_keypair_file(key).map_err(|error| anyhow::anyhow!("{error}"));
        let program = read.with_context(|| format!("cannot read {}", key.display()))?;
        let elf = std::fs::read(so).with_context(|| format!("cannot read {}", so.display()))?;
        deploy_program(self.rpc(), payer, &program, &elf, payer, progress)
            .await
            .context("the program does not deploy")?;
        Ok(elf.len())
    }

    /// The chain's time.
    ///
    /// # Errors
    /// When the network does not answer.
    pub(super) async fn now(&self) -> Result<UnixSeconds> {
        Ok(self.client.now().await?)
    }

    /// Lets time pass until `moment`; not at all where that is past already.
    ///
    /// # Errors
    /// When the network's clock does not obey.
    pub(super) async fn travel_to(&self, moment: UnixSeconds) -> Result<()> {
        if self.now().await? < moment {
            self.network.travel_to(moment.0).await?;
        }
        Ok(())
    }

    /// Sends one transaction: simulated, priced, signed, confirmed.
    ///
    /// # Errors
    /// What the program refuses, in words.
    pub(super) async fn send(&self, order: Order<'_>) -> Result<Receipt> {
        let signers: Vec<SyncSigner<'_>> = order.signers.iter().map(|key| *key as SyncSigner<'_>).collect();
        let receipt = self.client.send(&order.instructions, &signers).await?;
        self.note(receipt.signature);
        Ok(receipt)
    }

    /// Sends transactions one after the other.
    ///
    /// # Errors
    /// At the first that fails.
    pub(super) async fn send_in_order(&self, transactions: Vec<Vec<Instruction>>, signer: &Keypair) -> Result<()> {
        for instructions in transactions {
            self.send(Order::new(instructions, signer)).await?;
        }
        Ok(())
    }

    /// Sends many transactions of one kind side by side with one blockhash, in whatever order they land. Only the first
    /// is simulated: the others do the same to something else, or in somebody else's name.
    ///
    /// # Errors
    /// At the first that fails.
    pub(super) async fn send_alike(&self, orders: Vec<Order<'_>>) -> Result<()> {
        let Some(first) = orders.first() else { return Ok(()) };
        let payer = first.payer().context("nobody signs")?;
        self.client.estimate(&payer.pubkey(), &first.instructions, &Pricing::default()).await?;
        let Blockhash { hash, last_valid_block_height } = self.rpc().latest_blockhash().await?;
        let sign = |order: &Order<'_>| {
            let payer = order.payer().map(Signer::pubkey);
            let message = Message::new_with_blockhash(&order.instructions, payer.as_ref(), &hash);
            VersionedTransaction::try_new(VersionedMessage::Legacy(message), &order.signers)
        };
        let signed = orders.iter().map(sign).collect::<Result<Vec<_>, _>>()?;
        let options = ConfirmOptions::default().with_preflight(Preflight::Skip);
        for outcome in self.rpc().send_and_confirm_all(&signed, last_valid_block_height, options, |_| {}).await? {
            self.note(outcome.map_err(SdkError::from)?.signature);
        }
        Ok(())
    }
}

/// Instructions in as few transactions as their order, their length and what they log allow.
///
/// # Errors
/// When one does not fit a transaction of its own.
pub(super) fn packed(payer: &Address, instructions: Vec<Instruction>) -> Result<Vec<Vec<Instruction>>> {
    let mut transactions = Vec::new();
    for some in instructions.chunks(INSTRUCTIONS_PER_TRANSACTION) {
        transactions.extend(pack(payer, some.iter().cloned())?);
    }
    Ok(transactions)
}

/// The System program's transfer, which is how SOL gets into a vault.
pub(super) fn transfer(from: &Address, to: &Address, lamports: u64) -> Instruction {
    /// Number of `SystemInstruction::Transfer`.
    const TRANSFER: u32 = 2;
    let data = [TRANSFER.to_le_bytes().as_slice(), &lamports.to_le_bytes()].concat();
    let accounts = vec![
        quantumagi_rpc::solana::AccountMeta::new(*from, true),
        quantumagi_rpc::solana::AccountMeta::new(*to, false),
    ];
    Instruction { program_id: quantumagi_rpc::solana::ids::system_program::ID, accounts, data }
}
