//! The five proposals, before anybody has made them: what each would do, who says what, how it must end.

use quantumagi_rpc::solana::Address;
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::action::Action;
use quantumagi_rules::approval::Defeat;
use quantumagi_rules::ballot::Choice::{self, Against, For};
use quantumagi_rules::lifecycle::Status;
use quantumagi_rules::principle::Category;

use super::community::LAMPORTS_PER_SOL;

/// What the payment that is made pays, lamports.
pub(super) const PAID: u64 = 12 * LAMPORTS_PER_SOL + LAMPORTS_PER_SOL / 2;
/// What the payment that is refused was approved to pay, lamports.
const APPROVED: u64 = 5 * LAMPORTS_PER_SOL;
/// What somebody made of it after the vote, lamports.
const ALTERED: u64 = 200 * LAMPORTS_PER_SOL;
/// Ana, Ben and Chi against all others: exactly 60 %.
const SIXTY: [(&str, Choice); 8] = [
    ("Ana", For),
    ("Ben", For),
    ("Chi", For),
    ("Dev", Against),
    ("Eva", Against),
    ("Fay", Against),
    ("Gus", Against),
    ("Hal", Against),
];

/// Dev in Chi's place, who weighs one point less: 59.99 %.
const JUST_BELOW: [(&str, Choice); 8] = [
    ("Ana", For),
    ("Ben", For),
    ("Chi", Against),
    ("Dev", For),
    ("Eva", Against),
    ("Fay", Against),
    ("Gus", Against),
    ("Hal", Against),
];

/// All who vote are for it, and they are 15 % of the weight.
const FEW: [(&str, Choice); 3] = [("Fay", For), ("Gus", For), ("Hal", For)];

/// Gus is against it at first and then lets himself be convinced.
const CLEAR: [(&str, Choice); 7] =
    [("Gus", Against), ("Ana", For), ("Ben", For), ("Chi", For), ("Dev", For), ("Hal", Against), ("Gus", For)];

/// A proposal to be made and how it must end.
pub(super) struct Case {
    /// What it is called in the report.
    pub(super) key: &'static str,
    /// Its text: what it would do and why. The first line is its title.
    pub(super) text: &'static str,
    /// Which principle it rests on: the first of this category.
    pub(super) about: Category,
    /// What is done if it passes; the text's hash is filled in where the text itself is adopted.
    pub(super) deed: Deed,
    /// Who says what, in this order.
    pub(super) ballots: &'static [(&'static str, Choice)],
    /// The status in which it must end.
    pub(super) status: Status,
    /// Why it must be defeated.
    pub(super) defeat: Option<Defeat>,
    /// What its tally must read as.
    pub(super) for_share: &'static str,
}

/// What a proposal does.
#[derive(Clone, Copy)]
pub(super) enum Deed {
    /// Adopts its own text as a policy, until this moment.
    Adopt { sunset_at: UnixSeconds },
    /// Pays from the vault.
    Pay { recipient: Address, lamports: u64 },
}

impl Deed {
    /// The action, for a proposal whose text has this hash.
    pub(super) fn action(self, text_hash: [u8; 32]) -> Action<'static> {
        match self {
            Self::Adopt { sunset_at } => Action::PolicyAdopt { text_hash, sunset_at: sunset_at.0 },
            Self::Pay { recipient, lamports } => Action::TransferLamports { recipient: recipient.to_bytes(), lamports },
        }
    }

    /// What somebody makes of a payment after the vote.
    pub(super) fn altered(self) -> Self {
        match self {
            Self::Adopt { .. } => self,
            Self::Pay { recipient, .. } => Self::Pay { recipient, lamports: ALTERED },
        }
    }
}

impl Case {
    /// The first line of its text.
    pub(super) fn title(&self) -> &'static str {
        self.text.lines().next().unwrap_or_default()
    }
}

/// The five proposals. `recipient` is paid; a policy holds until `sunset_at`.
pub(super) fn five(recipient: Address, sunset_at: UnixSeconds) -> [Case; 5] {
    [
        Case {
            key: "adopted_at_60",
            text: "Minutes are published within a week\n\nWhoever keeps the minutes of a meeting publishes them within \
                   seven days. What is not in published minutes was not decided.\n",
            about: Category::Process,
            deed: Deed::Adopt { sunset_at },
            ballots: &SIXTY,
            status: Status::Executed,
            defeat: None,
            for_share: "60.00 %",
        },
        Case {
            key: "defeated_at_59_99",
            text: "Meetings are held behind closed doors\n\nMeetings of the council are not public unless the council \
                   decides otherwise.\n",
            about: Category::Rights,
            deed: Deed::Adopt { sunset_at },
            ballots: &JUST_BELOW,
            status: Status::Defeated,
            defeat: Some(Defeat::BelowThreshold),
            for_share: "59.99 %",
        },
        Case {
            key: "without_quorum",
            text: "The logo is changed\n\nThe community's logo becomes a spiral.\n",
            about: Category::Governance,
            deed: Deed::Adopt { sunset_at },
            ballots: &FEW,
            status: Status::Defeated,
            defeat: Some(Defeat::QuorumNotMet),
            for_share: "100.00 %",
        },
        Case {
            key: "paid_from_the_vault",
            text: "Fay is paid back for the servers\n\nFay has paid this year's servers out of her own pocket: 12.5 \
                   SOL.\n",
            about: Category::Treasury,
            deed: Deed::Pay { recipient, lamports: PAID },
            ballots: &CLEAR,
            status: Status::Executed,
            defeat: None,
            for_share: "96.96 %",
        },
        Case {
            key: "changed_after_the_vote",
            text: "Fay buys a spare disk\n\nA disk of the archive will not live much longer: 5 SOL for another one.\n",
            about: Category::Treasury,
            deed: Deed::Pay { recipient, lamports: APPROVED },
            ballots: &CLEAR,
            status: Status::Expired,
            defeat: None,
            for_share: "96.96 %",
        },
    ]
}
