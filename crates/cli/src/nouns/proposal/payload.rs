//! Where an action is kept that does not fit a transaction.

use quantumagi_rpc::solana::Address;
use quantumagi_sdk::builders;
use quantumagi_sdk::words::hex;
use serde::Serialize;

use crate::context::Context;
use crate::exit::Mendable;
use crate::order::Order;
use crate::printer::Report;
use crate::table::facts;

/// Shows or closes one.
pub(super) async fn run(context: &Context, address: &Address, close: bool) -> anyhow::Result<()> {
    let found = context.client.payload(address).await?.map(|read| read.value);
    let missing = || {
        Mendable::new(format!("there is no payload at {address}"), "it may have been closed: its parts are in the log")
    };
    let payload = found.ok_or_else(missing)?;
    if close {
        let actor = context.actor()?;
        quantumagi_sdk::check::signer(&payload.header.author, &actor.address())?;
        let instruction = builders::payload_close(&actor.address(), address);
        let order = Order::one("payload closed", vec![instruction]).with("payload", address.to_string());
        return context.carry_out(&actor, order).await;
    }
    context.printer.report(&Shown {
        address: address.to_string(),
        author: payload.header.author.to_string(),
        hash: hex(&payload.header.hash),
        size: payload.header.size,
        written: payload.header.written,
    })
}

#[derive(Serialize)]
struct Shown {
    address: String,
    author: String,
    hash: String,
    size: u32,
    written: u32,
}

impl Report for Shown {
    fn words(&self) -> String {
        let written = format!("{} of {} bytes", self.written, self.size);
        let (address, author, hash) = (self.address.clone(), self.author.clone(), self.hash.clone());
        facts(&[("address", address), ("author", author), ("hash", hash), ("written", written)])
    }
}
