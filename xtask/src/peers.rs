//! What other governance programs cost, measured once and written down.
//!
//! SPL Governance's deployed program in LiteSVM 0.13.1, rent at 6,960 lamports a byte, measured 2026-11: one realm with
//! a community mint, five voters with 1,000,000 each, a threshold of 60 %, one proposal with a name of 21 bytes and a
//! link of 63 bytes that transfers SOL from the native treasury; four vote for it and one against.

/// One kind of transaction of a peer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    /// What it does.
    pub(crate) name: &'static str,
    /// How often the story needs it.
    pub(crate) times: u64,
    /// Compute units. Where they varied from voter to voter, the least that was seen, in the peer's favour.
    pub(crate) compute_units: u64,
    /// Lamports for signatures, at 5,000 each.
    pub(crate) fee_lamports: u64,
    /// Lamports placed in accounts. None of these transactions returns any.
    pub(crate) placed_lamports: u64,
    /// Bytes of the transaction.
    pub(crate) transaction_bytes: u64,
}

/// `lamports` is all that left the payer.
const fn step(
    name: &'static str,
    times: u64,
    compute_units: u64,
    lamports: u64,
    fee_lamports: u64,
    transaction_bytes: u64,
) -> Step {
    Step { name, times, compute_units, fee_lamports, placed_lamports: lamports - fee_lamports, transaction_bytes }
}

/// What SPL Governance does once for all decisions.
pub(crate) const SPL_GOVERNANCE_FOUNDING: [Step; 4] = [
    CREATE_REALM,
    DEPOSIT,
    step("create governance", 1, 22_843, 2_543_440, 10_000, 502),
    step("create native treasury", 1, 12_101, 895_880, 5_000, 287),
];

/// What SPL Governance does for one decision.
pub(crate) const SPL_GOVERNANCE_DECISION: [Step; 8] = [
    CREATE_PROPOSAL,
    INSERT_TRANSACTION,
    SIGN_OFF,
    step("vote for", 4, 27_208, 1_520_320, 10_000, 572),
    step("vote against", 1, 25_451, 1_478_560, 10_000, 566),
    FINALIZE,
    EXECUTE,
    step("relinquish", 5, 15_678, 10_000, 10_000, 466),
];

/// SPL Governance's founding, without governance and treasury.
pub(crate) const CREATE_REALM: Step = step("create realm", 1, 42_277, 7_765_400, 5_000, 440);
/// SPL Governance's deposit of tokens, by which a voter is admitted.
pub(crate) const DEPOSIT: Step = step("deposit tokens", 5, 27_756, 2_863_600, 10_000, 508);
/// SPL Governance's creation of a proposal, without its transaction and the sign-off.
pub(crate) const CREATE_PROPOSAL: Step = step("create proposal", 1, 60_482, 3_705_760, 10_000, 670);
/// SPL Governance's addition of the transaction to a proposal.
pub(crate) const INSERT_TRANSACTION: Step = step("insert transaction", 1, 21_310, 2_167_600, 10_000, 598);
/// SPL Governance's opening of a proposal for votes.
pub(crate) const SIGN_OFF: Step = step("sign off", 1, 12_511, 10_000, 10_000, 399);
/// SPL Governance's counting.
pub(crate) const FINALIZE: Step = step("finalize", 1, 20_427, 5_000, 5_000, 368);
/// SPL Governance's transfer from the treasury.
pub(crate) const EXECUTE: Step = step("execute", 1, 24_442, 5_000, 5_000, 368);

/// All compute units of these steps.
pub(crate) fn compute_units(steps: &[Step]) -> u64 {
    steps.iter().map(|step| step.times * step.compute_units).sum()
}

/// All fees of these steps, lamports.
pub(crate) fn fees(steps: &[Step]) -> u64 {
    steps.iter().map(|step| step.times * step.fee_lamports).sum()
}

/// All lamports that these steps leave in accounts.
pub(crate) fn rent(steps: &[Step]) -> u64 {
    steps.iter().map(|step| step.times * step.placed_lamports).sum()
}

/// All bytes of these steps' transactions.
pub(crate) fn bytes(steps: &[Step]) -> u64 {
    steps.iter().map(|step| step.times * step.transaction_bytes).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_fee_is_rent_of_whole_bytes() {
        for step in SPL_GOVERNANCE_FOUNDING.iter().chain(&SPL_GOVERNANCE_DECISION) {
            assert_eq!(step.placed_lamports % 6_960, 0, "{}", step.name);
        }
    }

    #[test]
    fn the_sums_are_those_of_the_steps() {
        assert_eq!(compute_units(&SPL_GOVERNANCE_FOUNDING), 216_001);
        assert_eq!(compute_units(&SPL_GOVERNANCE_DECISION), 351_845);
        assert_eq!(rent(&SPL_GOVERNANCE_FOUNDING), 25_452_720);
        assert_eq!(rent(&SPL_GOVERNANCE_DECISION), 13_363_200);
        assert_eq!(fees(&SPL_GOVERNANCE_DECISION), 140_000);
        assert_eq!(bytes(&SPL_GOVERNANCE_FOUNDING), 3_769);
    }
}
