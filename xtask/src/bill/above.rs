//! What takes more compute units than its budget, by how much at most, and what less would take.
//!
//! One line for each measured case: whatever is not listed keeps its budget, and a line that no case needs any more fails
//! the bill. An allowance may only go down, unless a decision in docs/decisions says why.

/// A case that may take more than its budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Above {
    /// The instruction's name.
    pub(super) instruction: &'static str,
    /// The case, as its row says it.
    pub(super) case: &'static str,
    /// Compute units above the budget, at most.
    pub(super) compute_units: u64,
    /// Why, and what it would take to come closer.
    pub(super) why: &'static str,
}

const fn above(instruction: &'static str, case: &'static str, compute_units: u64, why: &'static str) -> Above {
    Above { instruction, case, compute_units, why }
}

const CITATIONS: &str = "every cited principle is loaded as an account; a table of their versions in the constitution \
                         would replace eight loads (decision 17)";
const PAYLOAD: &str = "every byte of a payload is read, and every call in it is checked, pinned and hashed by itself, so \
                       that each can be shown alone; less would take fewer calls or a payload that is hashed as a whole";
const GUARDRAILS: &str = "every guardrail is asked about everything that is done, and a limit counts what left in a window \
                          of its own, 1,100 to 1,800 compute units each; less would take one count for all limits on the \
                          same thing";
const CALLS: &str = "every account of the call is compared, hashed, checked for the vault's custody and handed over; less \
                     would take a digest without the accounts. The payment that SPL Governance's figure is of has an \
                     instruction of its own, vault_transfer";
const PLACES: &str = "all twelve places are looked through for the principle's own, and the constitution's summary of them is \
                      made anew; less would take a summary that is counted up and down";
const CODE: &str = "every byte of the new code is hashed at half a compute unit, so that a buffer changed after the vote \
                    is refused; less would take a hash kept by the loader";
const TOKENS: &str = "the mint and both token accounts are checked, and read again after the call; SPL Token itself takes 105 \
                      compute units of it, Token-2022 1,791; less would take trusting the token program with what arrived";
const DEPOSITS: &str = "the pool's token account, the mint and the owner's are loaded through anchor-spl; SPL Token itself \
                        takes 105 compute units of it, Token-2022 1,791; less would take reading them by their layout in \
                        rules, as vault_transfer_tokens does";
const OPENS: &str = "it opens an account: the search for its address and a call of the System program, some 1,500 compute \
                     units; less would take accounts that are opened ahead, as ballot pages are";
const PROOF: &str = "each of 20 levels takes 170 compute units, and what settles the outcome early the rest; less would \
                     take 19 levels, 524,288 voters";
const RECORD: &str = "the plugin and the record are two more accounts than a council's vote has; less would take a seat \
                      that copies its plugin's three addresses";
const GUARDIANS: &str = "nine addresses are checked, hashed, written and told; less would take fewer guardians";
const HELD: &str = "it ends the act and lets the held proposal go; less would take a vote that names no target";

/// All of them. What was measured is rounded up by 50 to 149, so that a compiler's whim needs no new line; what decision 17
/// allows is as it says there.
pub(super) const ABOVE: &[Above] = &[
    above("proposal_create", "another roster, 8 citations, veto body, attestor, the largest deposit", 263, CITATIONS),
    above("principle_add", "by the founder", 400, OPENS),
    above("proposal_create", "a call with 15 accounts, 8 citations, the largest without a payload", 263, CITATIONS),
    above("proposal_execute", "a transfer of tokens, 3 accounts", 2_500, CALLS),
    above("proposal_execute", "a call with 2 accounts", 1_500, CALLS),
    above("proposal_execute", "a call with 22 accounts, the most that can be proposed without a payload", 6_700, CALLS),
    above("proposal_create", "a call with 48 accounts in a payload, 8 citations", 2_300, PAYLOAD),
    above("proposal_execute", "a call with 48 accounts, the most, by an address lookup table", 13_400, CALLS),
    above(
        "proposal_execute",
        "a call with 48 accounts, the most, by an address lookup table, from a payload",
        14_100,
        CALLS,
    ),
    above("deposit_open", "", 700, OPENS),
    above("deposit_add", "", 5_500, DEPOSITS),
    above("deposit_add", "of Token-2022", 7_200, DEPOSITS),
    above("policy_adopt", "for ever", 1_900, OPENS),
    above("policy_adopt", "with a sunset", 1_200, OPENS),
    above("principle_add", "by vote", 1_300, OPENS),
    above("proposal_create", "a policy, 8 citations, veto body, attestor, the largest deposit", 263, CITATIONS),
    above("proposal_create", "a series of 16 calls, 10,225 bytes in a payload, 8 citations", 48_900, PAYLOAD),
    above("proposal_execute", "step 1 of a series of 16, 17 accounts, from a payload", 8_000, CALLS),
    above("proposal_execute", "step 16 of a series of 16, 18 accounts, from a payload", 9_900, CALLS),
    above("vault_transfer_tokens", "SPL Token", 1_700, TOKENS),
    above("vault_transfer_tokens", "Token-2022", 3_400, TOKENS),
    above("program_upgrade", "a buffer of 74,800 bytes", 41_900, CODE),
    above("program_upgrade", "a buffer of 102,400 bytes", 55_900, CODE),
    above("vault_transfer", "1 limit on lamports", 2_600, GUARDRAILS),
    above("guardrail_set", "the last of 12, by the founder", 1_000, PLACES),
    above("proposal_create", "a payment, 1 citation, 12 limits on lamports", 4_500, GUARDRAILS),
    above("vault_transfer", "12 limits on lamports", 14_400, GUARDRAILS),
    above("guardrail_set", "in place of the last of 12, by vote", 2_200, PLACES),
    above("guardrail_clear", "the last of 12, by vote", 1_100, PLACES),
    above("principle_retire", "with its guardrail, the last of 11, by vote", 1_500, PLACES),
    above("proposal_create", "parameters, 8 citations, 12 ranges", 2_400, GUARDRAILS),
    above("parameters_amend", "12 ranges, by vote", 2_900, GUARDRAILS),
    above("proposal_create", "a policy, 8 citations, 12 sunsets", 2_500, GUARDRAILS),
    above(
        "proposal_create",
        "a call with 14 accounts, 8 citations, 12 guardrails, the largest without a payload",
        8_700,
        GUARDRAILS,
    ),
    above("proposal_create", "a call with 48 accounts in a payload, 8 citations, 12 guardrails", 18_300, GUARDRAILS),
    above(
        "proposal_execute",
        "a call with 48 accounts, the most, by an address lookup table, 12 guardrails",
        33_600,
        GUARDRAILS,
    ),
    above(
        "proposal_execute",
        "a call with 48 accounts, the most, by an address lookup table, from a payload, 12 guardrails",
        34_300,
        GUARDRAILS,
    ),
    above(
        "proposal_create",
        "a series of 16 calls, 10,225 bytes in a payload, 8 citations, 12 guardrails",
        170_300,
        GUARDRAILS,
    ),
    above(
        "proposal_execute",
        "step 1 of a series of 16, 17 accounts, from a payload, 12 guardrails",
        20_000,
        GUARDRAILS,
    ),
    above(
        "proposal_execute",
        "step 16 of a series of 16, 18 accounts, from a payload, 12 guardrails",
        22_200,
        GUARDRAILS,
    ),
    above("proposal_create", "an upgrade, 8 citations, 12 guardrails", 5_800, GUARDRAILS),
    above("program_upgrade", "a buffer of 102,400 bytes, 12 guardrails", 75_100, GUARDRAILS),
    above("vault_transfer_tokens", "SPL Token, 12 limits on these tokens", 22_900, GUARDRAILS),
    above("vault_transfer_tokens", "Token-2022, 12 limits on these tokens", 28_500, GUARDRAILS),
    above(
        "proposal_create",
        "a call with 48 accounts in a payload, 8 citations, of which 46 hold tokens, 12 limits on them",
        6_100,
        GUARDRAILS,
    ),
    above(
        "proposal_execute",
        "a call with 48 accounts, the most, by an address lookup table, of which 46 hold tokens, 12 limits on them",
        786_800,
        GUARDRAILS,
    ),
    above(
        "proposal_execute",
        "a call with 48 accounts, the most, by an address lookup table, from a payload, of which 46 hold tokens, 12 limits on them",
        787_500,
        GUARDRAILS,
    ),
    above(
        "snapshot_vote",
        "the last of 1,048,576 voters, a final ballot on a ballot page that settles the outcome",
        150,
        PROOF,
    ),
    above("record_vote", "a final ballot", 200, RECORD),
    above(
        "record_vote",
        "the last of 300 seats, a final ballot on a ballot page that settles the outcome",
        400,
        RECORD,
    ),
    above("emergency_end", "a held proposal", 100, HELD),
    above("guardians_adopt", "9 guardians, the most, by vote", 900, GUARDIANS),
];
