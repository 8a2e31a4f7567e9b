//! Payloads: actions that do not fit a transaction, and the calls in them.

use anyhow::Result;
use quantumagi_interface::{Address, digest::sha256, instructions as ix, pda};
use quantumagi_rules::action::{Action, Invocation, MAX_ACTION_BYTES, MAX_STEPS, Series};
use quantumagi_rules::payload::PAYLOAD_WORD;

use super::calls::{CITED, Call, lamport_transfer};
use super::community::Community;
use super::figures::Rows;
use super::people::voter;
use super::table::grouped;

/// Measures them in a council of five.
pub(super) fn measure(rows: &mut Rows) -> Result<()> {
    let mut community = Community::founded("payloads", 5, 8)?;
    payload(&mut community, rows)?;
    series(&mut community, rows, "")
}

fn payload(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let author = author(community);
    let bytes = vec![7; MAX_ACTION_BYTES];
    let hash = sha256(&bytes);
    let payload = pda::payload(&author, &hash);
    let cost = community.send(ix::PayloadCreate { author, payload }.instruction(hash, u32::try_from(bytes.len())?))?;
    rows.note("", cost);
    let write = ix::PayloadWrite { author, payload };
    let mut part = PAYLOAD_WORD;
    while community.chain.fits(write.instruction(0, &bytes[..part + PAYLOAD_WORD]))? {
        part += PAYLOAD_WORD;
    }
    for offset in (0..bytes.len()).step_by(part) {
        let end = bytes.len().min(offset + part);
        let cost = community.send(write.instruction(u32::try_from(offset)?, &bytes[offset..end]))?;
        if offset == 0 {
            rows.note(&format!("{part} bytes, as many as fit"), cost);
        } else if end == bytes.len() {
            rows.note(&format!("the last {} of 10,240 bytes, the most", end - offset), cost);
        }
    }
    let cost = community.send(ix::PayloadClose { author, payload }.instruction())?;
    rows.note("10,240 bytes, the most", cost);
    Ok(())
}

/// The longest series there can be, in as many bytes as fit: creation, the first step and the last.
pub(super) fn series(community: &mut Community, rows: &mut Rows, under: &str) -> Result<()> {
    // 15 steps of 18 accounts and one of 17 take 10,225 bytes; one more account and they do not fit.
    let steps: Vec<Call> =
        (0..MAX_STEPS).map(|step| lamport_transfer(community, if step == 0 { 15 } else { 16 })).collect();
    let invocations: Vec<Invocation> = steps.iter().map(Call::invocation).collect();
    let bytes = Series::encode(&invocations);
    let action = Action::InvokeSeries {
        steps: Series::new(&bytes).map_err(|error| anyhow::anyhow!("the series is no legal one: {error:?}"))?,
    };
    let bytes = action.to_bytes();
    let payload = community.write_payload(&bytes)?;
    let draft = community.draft(&action, &CITED)?.with_payload(payload);
    let cost = community.send(draft.instruction())?;
    rows.note(
        &format!("a series of 16 calls, {} bytes in a payload, 8 citations{under}", grouped(bytes.len() as u64)),
        cost,
    );
    let proposal = draft.accounts.proposal;
    // Nothing that is called here can be upgraded.
    let pending = community.proposal(&proposal)?.pending_digests(&bytes, &[0; MAX_STEPS]);
    let pending = pending.ok_or_else(|| anyhow::anyhow!("the series has no digests"))?;
    community.approve(&proposal)?;
    for (index, step) in steps.iter().enumerate() {
        let execute = step.execute(community, proposal, pending[index + 1], Some(payload))?;
        let cost = community.send(execute)?;
        if index == 0 || index + 1 == steps.len() {
            let accounts = step.accounts().len();
            rows.note(
                &format!("step {} of a series of 16, {accounts} accounts, from a payload{under}", index + 1),
                cost,
            );
        }
    }
    Ok(())
}

/// Writes payloads here.
fn author(community: &Community) -> Address {
    voter(community.name, 0)
}

impl Community {
    /// Writes a whole payload of voter 0.
    pub(super) fn write_payload(&mut self, bytes: &[u8]) -> Result<Address> {
        let (author, hash) = (author(self), sha256(bytes));
        let payload = pda::payload(&author, &hash);
        self.send(ix::PayloadCreate { author, payload }.instruction(hash, u32::try_from(bytes.len())?))?;
        for (index, part) in bytes.chunks(26 * PAYLOAD_WORD).enumerate() {
            let offset = u32::try_from(index * 26 * PAYLOAD_WORD)?;
            self.send(ix::PayloadWrite { author, payload }.instruction(offset, part))?;
        }
        Ok(payload)
    }
}
