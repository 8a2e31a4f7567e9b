//! Everything the program refuses, in words. Numbers are public, final and never reused.
//!
//! On the wire: 6000 plus the number. Groups: 0 authority, 100 state, 200 time, 300 arithmetic, 400 content,
//! 500 limits.

mod deposits;
mod emergency;
mod rules;
mod snapshots;

use anchor_lang::prelude::*;

/// Why an instruction was refused. Nothing was changed.
#[error_code]
#[derive(Debug, PartialEq, Eq)]
pub enum GovError {
    #[msg("only the founder may do this before the constitution is sealed")]
    NotFounder = 0,
    #[msg("a sealed constitution changes only by an approved proposal: pass the proposal that orders this")]
    MandateMissing = 1,
    #[msg("before the seal the founder acts alone: pass no proposal")]
    MandateNotNeeded = 2,
    #[msg("only the proposer may cancel a proposal")]
    NotProposer = 3,
    #[msg("the roster's member at this index is somebody else")]
    NotTheMember = 4,
    #[msg("only who created a roster may fill it, or close it before a newer one is adopted")]
    NotRosterPayer = 5,
    #[msg("the rent goes back to who paid it, and this is not that account")]
    NotPayer = 6,
    #[msg("the deposit is somebody else's")]
    NotDepositOwner = 10,
    #[msg("neither the deposit's owner nor its delegate, or the delegation has ended")]
    NotDepositVoter = 11,
    #[msg("a delegate casts the first ballot only: the owner may change it, the delegate may not")]
    DelegateSpoke = 12,
    #[msg("a delegate votes only where ballots can be changed, so that the owner keeps the last word")]
    DelegateNotAllowed = 13,
    #[msg("only the attestor that the proposal froze may attest it")]
    NotAttestor = 20,
    #[msg("only one of the snapshot operators may do this")]
    NotAnOperator = 15,
    #[msg("the seat or the weight record is another voter's")]
    NotTheVoter = 16,
    #[msg("here an operator proposes, or anybody where the track asks for a deposit")]
    NoStanding = 17,
    #[msg("the guardian at this index is somebody else")]
    NotGuardian = 35,
    #[msg("this guardian has approved it already")]
    AlreadyApproved = 36,
    #[msg("guardians sign for now: a transaction with a durable nonce is refused")]
    NonceRefused = 37,
    #[msg("guardians call this program themselves: another program cannot pass their signatures on")]
    IndirectSignature = 38,
    #[msg("this guardian was silent for 30 days, and stays out until adopted again")]
    HeartbeatMissed = 39,
    #[msg("only who created a payload may fill or close it")]
    NotPayloadAuthor = 25,

    #[msg("the policy was repealed and carries no action")]
    PolicyRepealed = 40,
    #[msg("the policy has set and carries no action")]
    PolicySet = 41,
    #[msg("the policy is suspended and carries no action for now")]
    PolicySuspended = 42,
    #[msg("the policy has another text than the one the action rests on")]
    PolicyTextDiffers = 43,
    #[msg("this use was authorized before")]
    AlreadyUsed = 44,

    #[msg("the account belongs to another constitution")]
    WrongConstitution = 100,
    #[msg("the account belongs to another proposal")]
    WrongProposal = 101,
    #[msg("the account belongs to another roster, or is not the roster asked for")]
    WrongRoster = 102,
    #[msg("the voter's index lies on another page")]
    WrongPage = 103,
    #[msg("the account is not the one the action is about")]
    WrongSubject = 104,
    #[msg("the account is not this constitution's vault")]
    WrongVault = 105,
    #[msg("the constitution is not sealed yet: the founder must seal it first")]
    NotSealed = 106,
    #[msg("the constitution is sealed already")]
    AlreadySealed = 107,
    #[msg("no electorate has been adopted: there would be nobody to vote")]
    ElectorateMissing = 108,
    #[msg("the roster is not complete, or is being closed")]
    RosterNotUsable = 109,
    #[msg("the roster is complete and cannot change")]
    RosterComplete = 110,
    #[msg("the roster is the electorate in force, or a proposal is bound to it")]
    RosterInUse = 111,
    #[msg("pages are still open: close them first")]
    PagesOpen = 112,
    #[msg("the principle is retired")]
    PrincipleRetired = 113,
    #[msg("the principle has another version now: it was amended after this was written")]
    PrincipleVersionMismatch = 114,
    #[msg("the policy is not in force")]
    PolicyNotInForce = 115,
    #[msg("the policy is still in force")]
    PolicyInForce = 116,
    #[msg("the ballot is final: this proposal does not allow changing it")]
    BallotFinal = 117,
    #[msg("this is already the voter's ballot")]
    BallotUnchanged = 118,
    #[msg("the ballot page does not exist yet, or was not passed: open it first")]
    BallotPageMissing = 119,
    #[msg("the ballot lies in the proposal: pass no ballot page")]
    BallotPageNotNeeded = 120,
    #[msg("the proposal is final and cannot change")]
    AlreadyFinal = 121,
    #[msg("the proposal is not final yet")]
    NotFinal = 122,
    #[msg("the outcome is written already")]
    AlreadyFinalized = 123,
    #[msg("the outcome is not written yet: finalize the proposal first")]
    NotFinalized = 124,
    #[msg("the account holds a value without meaning")]
    AccountCorrupt = 125,
    #[msg("a law of the account would be broken")]
    InvariantBroken = 126,
    #[msg("proposals of this proposer are still open: close them first")]
    ProposalsOpen = 127,
    #[msg("the account is not the electorate of this constitution or proposal")]
    WrongElectorate = 128,
    #[msg("this kind of electorate does not vote by this instruction")]
    WrongElectorateKind = 129,
    #[msg("the account belongs to another deposit pool")]
    WrongPool = 130,
    #[msg("the pool is the electorate in force, or a proposal is bound to it")]
    PoolInUse = 131,
    #[msg("the pool still holds tokens")]
    PoolNotEmpty = 132,
    #[msg("the deposit still holds tokens: withdraw them first")]
    DepositNotEmpty = 133,
    #[msg("there are no fresh tokens to mature")]
    NothingFresh = 134,
    #[msg("fresh tokens could mature now, and adding would begin their wait anew: mature them first")]
    FreshIsRipe = 135,
    #[msg("all checkpoints are used: only the owner may give up the oldest, with its weight for old proposals")]
    CheckpointsFull = 136,
    #[msg("the account is not the pool's mint, vault or token program")]
    WrongTokenAccount = 137,
    #[msg("tokens nobody deposited lie in the vault: pass a token account of the treasury that takes them")]
    TreasuryAccountMissing = 138,
    #[msg("the deposit weighs nothing on this proposal: its tokens matured later, or not yet")]
    DepositWeighsNothing = 139,
    #[msg("the parameters to amend are not the ones in force")]
    ParametersNotInForce = 150,
    #[msg("no veto body has a say about this proposal")]
    NoVetoBody = 151,
    #[msg("this member of the veto body has vetoed the proposal already")]
    AlreadyVetoed = 152,
    #[msg("pass the veto body's roster where it has a say about the proposal, and no roster where it has none")]
    WrongVetoBody = 153,
    #[msg("one roster cannot be both the electorate and the veto body")]
    VetoBodyIsElectorate = 154,
    #[msg("the proposal is attested already")]
    AlreadyAttested = 155,
    #[msg("no snapshot is bound to the proposal yet: nobody can vote before")]
    SnapshotNotBound = 140,
    #[msg("a snapshot is bound to the proposal already")]
    SnapshotAlreadyBound = 141,
    #[msg("the operator has spoken on this snapshot already")]
    AlreadyReviewed = 142,
    #[msg("the operators do not accept this snapshot: approvals must exceed challenges by what their list asks")]
    SnapshotNotAccepted = 143,
    #[msg("the snapshot may still be bound: its proposal has none and is not final")]
    SnapshotInUse = 144,
    #[msg("the account is the electorate in force, or a proposal is bound to it")]
    ElectorateInUse = 145,
    #[msg("seats of the plugin are still open: close them first")]
    SeatsOpen = 146,
    #[msg("the seat was opened after the proposal was created")]
    SeatTooLate = 147,
    #[msg("this electorate votes with final ballots only: a second weight record may weigh something else")]
    FinalBallotsOnly = 148,
    #[msg("there are no guardians")]
    NoGuardians = 180,
    #[msg("three acts of these guardians were not confirmed by a vote: they are disarmed")]
    StruckOut = 181,
    #[msg("fewer guardians than must approve were heard of in the last 30 days")]
    HeartbeatMissing = 182,
    #[msg("the act was opened under other guardians")]
    GuardiansChanged = 183,
    #[msg("the act has taken effect already")]
    EmergencyActive = 184,
    #[msg("the act has not taken effect")]
    EmergencyNotActive = 185,
    #[msg("a vote has confirmed the act already")]
    AlreadyRatified = 186,
    #[msg("something can still become of the act")]
    EmergencyNotOver = 187,
    #[msg("nothing may delay this proposal, or it was held before: a proposal is held once")]
    CannotBeHeld = 188,
    #[msg("an emergency act has paused this; it goes on by itself when the pause is over")]
    Paused = 189,
    #[msg("the payload is not complete: write the rest of it first")]
    PayloadIncomplete = 160,
    #[msg("the called instruction gave a token account of the vault to somebody else")]
    TokensSeized = 161,
    #[msg("the called instruction let somebody else spend from a token account of the vault")]
    TokensDelegated = 162,
    #[msg("the called instruction let somebody else close a token account of the vault")]
    TokensClosable = 163,
    #[msg("the token account is not the vault's, not of this mint, or not of a token program")]
    PaymentAccountWrong = 164,
    #[msg("the program's upgrade authority is not this constitution's vault")]
    NotUpgradeAuthority = 165,

    #[msg("the constitution has guardrails: pass their account")]
    GuardrailsMissing = 170,
    #[msg("the principle has no guardrail")]
    GuardrailNotSet = 171,
    #[msg("the account belongs to another policy")]
    WrongPolicy = 172,

    #[msg("voting has not started")]
    VotingNotStarted = 200,
    #[msg("voting has ended")]
    VotingEnded = 201,
    #[msg("voting has not ended")]
    VotingNotEnded = 202,
    #[msg("the timelock is still running")]
    TimelockActive = 203,
    #[msg("the execution window is over")]
    WindowClosed = 204,
    #[msg("the execution window is not over")]
    WindowNotClosed = 205,
    #[msg("a proposal can be cancelled only before voting ends")]
    TooLateToCancel = 206,
    #[msg("the fresh tokens have not waited long enough")]
    NotRipe = 210,
    #[msg("a vote these tokens back can still change: wait until it cannot")]
    DepositLocked = 211,
    #[msg("a delegation ends in the future, and within 365 days")]
    DelegationOutOfRange = 212,
    #[msg("a veto is possible only until the end of the cool-off")]
    VetoNotOpen = 209,
    #[msg("only an approved proposal that can still be executed can be held")]
    NothingToHold = 245,
    #[msg("a sunset must lie in the future")]
    SunsetInThePast = 207,
    #[msg("the sunset has not come")]
    SunsetNotReached = 208,
    #[msg("the challenge window is still running")]
    ChallengeRunning = 215,
    #[msg("the slot of a snapshot must have passed: its weights could still change")]
    SlotNotPassed = 216,
    #[msg("a weight record counts only in the slot that it was written for")]
    WeightNotOfThisSlot = 217,
    #[msg("the operators' challenge window does not fit before the end of voting")]
    ChallengeTooLong = 218,
    #[msg("the guardians' term is over")]
    TermOver = 235,
    #[msg("the approvals of an act lie within 150 slots, and these are over")]
    ApprovalTooLate = 236,
    #[msg("a vote can confirm an act only within seven days")]
    RatifyTooLate = 237,
    #[msg("a vote can still confirm the act, or has")]
    NotLapsed = 238,
    #[msg("the effect of the act is over")]
    EffectOver = 239,

    #[msg("a number would exceed its range")]
    Overflow = 300,
    #[msg("a tally would fall below zero")]
    TallyUnderflow = 301,

    #[msg("this is not what was voted on: the execution digest differs")]
    DigestMismatch = 400,
    #[msg("the text amended is not the one in force")]
    ParentMismatch = 401,
    #[msg("the text does not have this hash")]
    TextMismatch = 402,
    #[msg("the text, or its hash, is empty")]
    TextEmpty = 403,
    #[msg("the text is not UTF-8")]
    TextNotUtf8 = 404,
    #[msg("the part lies outside the text")]
    TextPartOutOfRange = 405,
    #[msg("the bytes are not an action")]
    ActionMalformed = 406,
    #[msg("a field of the action has no meaning or is out of range")]
    ActionOutOfRange = 407,
    #[msg("the choice must be 1 (for), 2 (against) or 3 (abstain)")]
    UnknownChoice = 408,
    #[msg("the ballot rule must be 0 (changeable) or 1 (final)")]
    UnknownBallotRule = 409,
    #[msg("a policy or treasury proposal must cite a principle")]
    CitationMissing = 410,
    #[msg("cited principles must be different and in ascending order of id")]
    CitationsNotAscending = 411,
    #[msg("a track's parameter lies outside its bounds")]
    ParameterOutOfRange = 412,
    #[msg("members must be different and in ascending order of address")]
    MembersNotAscending = 413,
    #[msg("a member's weight must be at least 1")]
    WeightIsZero = 414,
    #[msg("somebody can freeze accounts of this mint: voters could be locked out, or the pool held hostage")]
    MintCanFreeze = 420,
    #[msg("somebody can take tokens of this mint from their holders, or put another mint in its place")]
    MintCanSeize = 421,
    #[msg("tokens of this mint do not move plainly: a fee, a hook, or not at all")]
    MintCannotMovePlainly = 422,
    #[msg("balances of this mint can be hidden")]
    MintCanHide = 423,
    #[msg("the mint has an extension that this program does not know")]
    MintExtensionUnknown = 424,
    #[msg("nothing would change")]
    NothingAmended = 430,
    #[msg("a score is a number of basis points from 0 to 10,000")]
    ScoreOutOfRange = 431,
    #[msg("the mark must be one that a score can reach, the cap on open proposals must be 1 to 16")]
    SettingOutOfRange = 432,
    #[msg("index, voter, weight and proof are not in the proposal's snapshot")]
    NotInSnapshot = 425,
    #[msg("the snapshot's root is empty, or its total is less than 1 for each voter")]
    SnapshotEmpty = 426,
    #[msg("the account is no weight record of the plugin's program, realm and mint")]
    WeightRecordMalformed = 427,
    #[msg("the weight record was not written for this act on this account")]
    WeightRecordPurpose = 428,
    #[msg("the verdict must be 1 (approve) or 0 (challenge)")]
    UnknownVerdict = 429,
    #[msg("guardians must be different and in ascending order of address")]
    GuardiansNotAscending = 445,
    #[msg("guardians act as a majority of at least two, and of no more than there are")]
    GuardiansThreshold = 446,
    #[msg("no emergency act has this number")]
    UnknownAct = 447,
    #[msg("what this guardian approves is not what was opened")]
    ApprovalMismatch = 448,
    #[msg("the payload's bytes do not have the hash it was created for")]
    PayloadMismatch = 435,
    #[msg("the buffer does not hold the code that was voted on")]
    BufferChanged = 436,
    #[msg("not exactly the amount that was voted on arrived")]
    AmountMismatch = 437,
    #[msg("the action stands in the instruction: pass no payload")]
    PayloadNotNeeded = 438,
    #[msg("the vault cannot pay itself, its constitution or the proposal")]
    RecipientRefused = 439,

    #[msg("more would leave the vault than a guardrail allows within its window")]
    GuardrailSpending = 440,
    #[msg("a guardrail forbids this program")]
    GuardrailProgram = 441,
    #[msg("a guardrail asks for a longer delay between voting and execution")]
    GuardrailDelay = 442,
    #[msg("a guardrail keeps this parameter within another range")]
    GuardrailParameter = 443,
    #[msg("a guardrail asks for a sunset, or for an earlier one")]
    GuardrailSunset = 444,
    #[msg("a guardrail forbids writing this account")]
    GuardrailWrite = 450,
    #[msg("the bytes are not a guardrail, or one of its numbers is out of range")]
    GuardrailMalformed = 451,

    #[msg("a proposal can cite at most 8 principles")]
    TooManyCitations = 500,
    #[msg("a roster has 1 to 8,448 members")]
    RosterSizeOutOfRange = 501,
    #[msg("more members than the roster was made for, or than its page holds")]
    TooManyMembers = 502,
    #[msg("an action has at most 10,240 bytes, and an invoked instruction 48 accounts and 9,216 bytes of data")]
    InvokeTooLarge = 503,
    #[msg("the governance program cannot be called by a proposal")]
    InvokeSelf = 504,
    #[msg("only the vault can sign an invoked instruction")]
    InvokeSigner = 505,
    #[msg("the called program is missing, or not one whose code can be pinned")]
    ProgramNotPinned = 506,
    #[msg("the called instruction changed the vault's owner or gave it data")]
    VaultSeized = 507,
    #[msg("there is no such page in this electorate")]
    PageOutOfRange = 508,
    #[msg("this proposer has as many proposals open as the constitution allows: close one first")]
    TooManyOpenProposals = 509,
    #[msg("an amount of nothing")]
    AmountIsZero = 510,
    #[msg("the deposit holds less than that")]
    InsufficientDeposit = 511,
    #[msg("tokens mature after 1 hour to 90 days")]
    MaturityOutOfRange = 512,
    #[msg("the floor is at least 1 and at most the mint's supply")]
    FloorOutOfRange = 513,
    #[msg("a veto body has at most 256 members")]
    VetoBodyTooLarge = 520,
    #[msg("there are 1 to 16 snapshot operators")]
    OperatorsOutOfRange = 515,
    #[msg("an operators' challenge window lasts 10 minutes to 14 days")]
    ChallengeOutOfRange = 516,
    #[msg("a snapshot has 1 to 1,048,576 voters")]
    VotersOutOfRange = 517,
    #[msg("a proof has exactly as many nodes as the snapshot has levels")]
    ProofLength = 518,
    #[msg("approvals must exceed challenges by at least 1 and at most the number of operators")]
    NeededOutOfRange = 519,
    #[msg("there are 2 to 9 guardians, for a day to a year")]
    GuardiansOutOfRange = 535,
    #[msg("an emergency act lasts an hour to 14 days")]
    EffectOutOfRange = 536,
    #[msg("guardians have three acts in 90 days, and these are spent")]
    TooManyActs = 537,
    #[msg("guardians have 14 days of effect in 90 days, and not so much is left")]
    BudgetSpent = 538,
    #[msg("this was acted on in the last 90 days")]
    CoolingDown = 539,
    #[msg("a payload has 1 to 10,240 bytes")]
    PayloadSizeOutOfRange = 525,
    #[msg("the part does not come next, goes beyond the end, or is not the last and no multiple of 32 bytes")]
    PayloadPartOutOfRange = 526,
    #[msg("a call cannot name its own proposal, nor write the constitution")]
    InvokeProtected = 527,
    #[msg("a program is upgraded by the action that names the hash of its code, not by a call of the loader")]
    UpgradeUnseen = 528,
    #[msg("a constitution has at most 12 guardrails")]
    TooManyGuardrails = 530,
}
