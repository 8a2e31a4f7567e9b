//! Guardrails, and what everything that obeys them costs under as many as there can be.

use anyhow::Result;
use quantumagi_interface::{Address, Instruction, instructions as ix, pda, types};
use quantumagi_rules::action::Action;
use quantumagi_rules::guardrail::{Guardrail, MAX_GUARDRAILS, Parameter};
use quantumagi_rules::parameters::{DAY, ParameterChange, Track};

use super::calls::{CITED, beside, largest_that_fits, widest};
use super::chain::{TOKEN, TOKEN_2022};
use super::community::{Community, TRACK};
use super::figures::Rows;
use super::payloads;
use super::people::{crank, hash, person};
use super::tokens::Payment;
use super::upgrades;

/// As many as there can be, one a principle.
const MOST: u32 = MAX_GUARDRAILS as u32;
/// The principle of the last.
const LAST: u32 = MOST - 1;
/// How a row says so.
const UNDER: &str = ", 12 guardrails";
const WINDOW: u32 = 7 * DAY;

/// Measures them in councils of five, each with 12 guardrails of the kind that costs most where it is asked.
pub(super) fn measure(rows: &mut Rows) -> Result<()> {
    lamports(rows)?;
    parameters(rows)?;
    sunsets(rows)?;
    writes(rows)?;
    tokens(rows)
}

/// Limits on lamports: whatever pays, and the changes of guardrails themselves.
fn lamports(rows: &mut Rows) -> Result<()> {
    let limit = |id| Guardrail::LamportsPerWindow { limit: 1_000_000 + u64::from(id), window_seconds: WINDOW };
    let mut community = guarded("one limit", 1, limit, None)?;
    pay(&mut community, rows, "1 limit on lamports")?;
    let mut community = guarded("lamports", MOST, limit, Some(rows))?;
    pay(&mut community, rows, "12 limits on lamports")?;
    let (authority, constitution) = (crank(), community.constitution);
    let guardrails = community.guardrails()?;
    for (principle_id, guardrail) in [(0, Guardrail::PolicySunset { seconds: DAY }), (LAST, limit(0))] {
        let version = 1;
        let proposal = Some(community.approved(&Action::GuardrailSet { principle_id, version, guardrail })?);
        let principle = pda::principle(&constitution, principle_id);
        let set = ix::GuardrailSet { authority, constitution, proposal, principle, guardrails };
        let cost = community.send(set.instruction(version, guardrail.to_bytes()))?;
        if principle_id > 0 {
            rows.note("in place of the last of 12, by vote", cost);
        }
    }
    let (principle_id, version) = (LAST, 1);
    let principle = pda::principle(&constitution, principle_id);
    let proposal = Some(community.approved(&Action::GuardrailClear { principle_id, version })?);
    let clear = ix::GuardrailClear { authority, constitution, proposal, principle, guardrails };
    let cost = community.send(clear.instruction(version))?;
    rows.note("the last of 12, by vote", cost);
    let (principle_id, principle) = (MOST - 2, pda::principle(&constitution, MOST - 2));
    let proposal = Some(community.approved(&Action::PrincipleRetire { principle_id, version })?);
    let retire = ix::PrincipleRetire { authority, constitution, proposal, principle, guardrails };
    let cost = community.send(retire.instruction(version))?;
    rows.note("with its guardrail, the last of 11, by vote", cost);
    Ok(())
}

/// One lamport from the vault, under these guardrails.
fn pay(community: &mut Community, rows: &mut Rows, under: &str) -> Result<()> {
    let payment = Action::TransferLamports { recipient: hash("crank"), lamports: 1 };
    let (proposal, create) = community.propose(&payment, &[0], false)?;
    let cost = community.send(create)?;
    rows.note(&format!("a payment, 1 citation, {under}"), cost);
    community.approve(&proposal)?;
    let transfer = ix::VaultTransfer {
        constitution: community.constitution,
        proposal,
        vault: community.vault,
        recipient: crank(),
        guardrails: community.guardrails()?,
    };
    let cost = community.send(transfer.instruction(1))?;
    rows.note(under, cost);
    Ok(())
}

/// Ranges of parameters: whatever changes parameters.
fn parameters(rows: &mut Rows) -> Result<()> {
    // The last of the thirteen, so that every one before it is looked at.
    let range = |id| Guardrail::ParameterRange {
        track: Track::Policy,
        parameter: Parameter::Deposit,
        min: 0,
        max: 2_000_000 + id,
    };
    let mut community = guarded("parameters", MOST, range, None)?;
    let (authority, constitution) = (crank(), community.constitution);
    let before = community.stored()?.parameters(Track::Policy);
    let after = types::TrackConfig { voting_seconds: 2 * DAY, ..TRACK };
    let change = ParameterChange { track: Track::Policy, before, after: after.into() };
    let (proposal, create) = community.propose(&Action::ParametersAmend(change), &CITED, false)?;
    let cost = community.send(create)?;
    rows.note("parameters, 8 citations, 12 ranges", cost);
    community.approve(&proposal)?;
    let (proposal, guardrails) = (Some(proposal), community.guardrails()?);
    let amend = ix::ParametersAmend { authority, constitution, proposal, guardrails };
    let cost = community.send(amend.instruction(Track::Policy as u8, &after))?;
    rows.note("12 ranges, by vote", cost);
    Ok(())
}

/// Sunsets: whatever adopts a policy.
fn sunsets(rows: &mut Rows) -> Result<()> {
    let mut community = guarded("sunsets", MOST, |id| Guardrail::PolicySunset { seconds: 365 * DAY + id }, None)?;
    let sunset_at = community.chain.now() + 100 * i64::from(DAY);
    let policy = Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at };
    let (_, create) = community.propose(&policy, &CITED, false)?;
    let cost = community.send(create)?;
    rows.note("a policy, 8 citations, 12 sunsets", cost);
    Ok(())
}

/// Accounts that are never written: whatever calls other programs.
fn writes(rows: &mut Rows) -> Result<()> {
    let never = |id| Guardrail::NeverWritable { account: hash(&format!("never written {id}")) };
    let mut community = guarded("writes", MOST, never, None)?;
    largest_that_fits(&mut community, rows, UNDER)?;
    widest(&mut community, rows, UNDER)?;
    payloads::series(&mut community, rows, UNDER)?;
    upgrades::upgrade(&mut community, rows, upgrades::LARGE, UNDER)
}

/// Limits on tokens: whatever pays them, and calls that can write token accounts.
fn tokens(rows: &mut Rows) -> Result<()> {
    let mint = person("mint").to_bytes();
    let limit = |id| Guardrail::TokensPerWindow { mint, limit: 500 + u64::from(id), window_seconds: WINDOW };
    let mut community = guarded("limited tokens", MOST, limit, None)?;
    for (program, name) in [(TOKEN, "SPL Token"), (TOKEN_2022, "Token-2022")] {
        let payment = Payment::prepared(&mut community, program)?;
        let proposal = community.approved(&payment.action())?;
        let execute = payment.execute(&community, proposal)?;
        let cost = community.send(execute)?;
        rows.note(&format!("{name}, 12 limits on these tokens"), cost);
    }
    // All accounts beside the call are the vault's, and hold what is limited.
    let (mint, vault) = (person("mint"), community.vault);
    for index in 0..48 {
        community.chain.put_tokens(&beside(index), TOKEN_2022, &mint, &vault, 1)?;
    }
    widest(&mut community, rows, ", of which 46 hold tokens, 12 limits on them")
}

/// A community with 12 principles, of which the first `count` have these guardrails.
fn guarded(
    name: &'static str,
    count: u32,
    guardrail: impl Fn(u32) -> Guardrail,
    mut rows: Option<&mut Rows>,
) -> Result<Community> {
    let mut community = Community::before(name, 5)?;
    community.send(community.create())?;
    for id in 0..MOST {
        community.send(community.principle_add(id))?;
    }
    let (founder, constitution) = (community.founder, community.constitution);
    let guardrails = pda::guardrails(&constitution);
    let cost = community.send(ix::GuardrailsOpen { payer: founder, constitution, guardrails }.instruction())?;
    if let Some(rows) = &mut rows {
        rows.note("", cost);
    }
    for id in 0..count {
        let cost = community.send(community.guard(id, &guardrail(id)))?;
        let case = match id {
            0 => "the first, by the founder",
            LAST => "the last of 12, by the founder",
            _ => continue,
        };
        if let Some(rows) = &mut rows {
            rows.note(case, cost);
        }
    }
    if let Some(rows) = &mut rows {
        let principle = pda::principle(&constitution, LAST);
        let guardrails = Some(guardrails);
        let clear = ix::GuardrailClear { authority: founder, constitution, proposal: None, principle, guardrails };
        let cost = community.send(clear.instruction(1))?;
        rows.note("the last of 12, by the founder", cost);
        community.send(community.guard(LAST, &guardrail(LAST)))?;
    }
    community.fill_roster(1, 5)?;
    community.send(community.roster_adopt(1))?;
    community.send(community.seal())?;
    community.send(community.proposer_open())?;
    Ok(community)
}

impl Community {
    /// The founder binds a guardrail to a principle.
    fn guard(&self, id: u32, guardrail: &Guardrail) -> Instruction {
        let (constitution, principle): (Address, Address) = (self.constitution, pda::principle(&self.constitution, id));
        let guardrails = Some(pda::guardrails(&constitution));
        let set = ix::GuardrailSet { authority: self.founder, constitution, proposal: None, principle, guardrails };
        set.instruction(1, guardrail.to_bytes())
    }
}
