//! Refusals in words, with the moments and numbers that decide.

use quantumagi_interface::Address;
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::ballot::Choice;
use quantumagi_rules::lifecycle::{Phase, Refusal, Timetable};
use quantumagi_rules::principle::CitationError;
use quantumagi_rules::settings::SettingsError;

use crate::words::{between, sol, utc};

pub(super) fn choice_word(choice: Choice) -> &'static str {
    match choice {
        Choice::For => "for",
        Choice::Against => "against",
        Choice::Abstain => "abstain",
    }
}

pub(super) fn step_words(refusal: Refusal, phase: Phase, times: &Timetable, now: UnixSeconds) -> String {
    let Timetable { starts_at, ends_at, cooled_at, opens_at, closes_at } = *times;
    let ahead = |moment| format!("{}, in {}; it is {}", utc(moment), between(now, moment), utc(now));
    let past = |moment| format!("{}, {} ago; it is {}", utc(moment), between(moment, now), utc(now));
    match refusal {
        Refusal::VotingNotStarted => format!("voting starts at {}", ahead(starts_at)),
        // A proposal can be final before voting would have ended: withdrawn, for one.
        Refusal::VotingEnded if phase.is_final() => {
            format!("the proposal is {} and takes no more votes", phase_word(phase))
        }
        Refusal::VotingEnded => format!("voting ended at {}", past(ends_at)),
        Refusal::VotingNotEnded => format!("voting ends at {}", ahead(ends_at)),
        Refusal::NotFinalized if now < ends_at => format!("nothing is decided: voting ends at {}", ahead(ends_at)),
        Refusal::NotFinalized => {
            format!("the outcome is not written yet: voting ended at {}; finalize the proposal first", past(ends_at))
        }
        Refusal::AlreadyFinalized => format!("the outcome is written already: the proposal is {}", phase_word(phase)),
        Refusal::TimelockActive => format!("the timelock runs until {}", ahead(opens_at)),
        Refusal::WindowClosed => format!("the execution window closed at {}", past(closes_at)),
        Refusal::WindowNotClosed => format!("the proposal can be executed until {}", ahead(closes_at)),
        Refusal::TooLateToCancel => {
            format!("a proposal can be cancelled until voting ends, which was at {}", past(ends_at))
        }
        Refusal::VetoNotOpen if phase.is_final() => {
            format!("the proposal is {} and takes no veto", phase_word(phase))
        }
        Refusal::VetoNotOpen => format!("the cool-off ended at {}", past(cooled_at)),
        Refusal::NothingToHold => {
            format!(
                "the proposal is {}: only an approved one that can still be executed can be held",
                phase_word(phase)
            )
        }
        Refusal::NotFinal => format!("the proposal is {}, which is not final", phase_word(phase)),
        Refusal::AlreadyFinal => format!("the proposal is {} and cannot change", phase_word(phase)),
    }
}

fn phase_word(phase: Phase) -> &'static str {
    match phase {
        Phase::Draft => "under discussion",
        Phase::Voting => "being voted on",
        Phase::Contestable | Phase::Finalizing => "waiting to be finalized",
        Phase::CoolOff => "in its cool-off",
        Phase::Queued => "in its timelock",
        Phase::Executable => "executable",
        Phase::Expiring => "past its window",
        Phase::Defeated => "defeated",
        Phase::Vetoed => "vetoed",
        Phase::Cancelled => "cancelled",
        Phase::Executed => "executed",
        Phase::Expired => "expired",
    }
}

pub(super) fn in_use_words(version: u32, bound: u32, is_adopted: bool) -> String {
    let bound = match bound {
        0 => String::new(),
        1 => "a proposal that is not closed is bound to it".to_owned(),
        bound => format!("{bound} proposals that are not closed are bound to it"),
    };
    match (is_adopted, bound.is_empty()) {
        (true, true) => format!("roster {version} is the electorate in force"),
        (true, false) => format!("roster {version} is the electorate in force, and {bound}"),
        (false, _) => format!("roster {version} is needed: {bound}"),
    }
}

pub(super) fn short_words(holds: u64, asked: u64, mint: &Option<Address>) -> String {
    match mint {
        None => format!("the vault holds {}, and {} would be paid", sol(holds), sol(asked)),
        Some(mint) => format!("the vault holds {holds} base units of token {mint}, and {asked} would be paid"),
    }
}

pub(super) fn citation_words(error: CitationError) -> String {
    match error {
        CitationError::TooMany { count } => format!("{count} principles are cited, at most 8 can be"),
        CitationError::Missing => "a policy or treasury proposal must cite a principle".to_owned(),
        CitationError::NotAscending { previous, id } => {
            format!("principle {id} is cited after {previous}: cite each once, in ascending order")
        }
    }
}

pub(super) fn settings_words(error: SettingsError) -> String {
    match error {
        SettingsError::Mark { mark: mark @ ..=10_000 } => format!("a mark of {mark} needs somebody who attests"),
        SettingsError::Mark { mark } => format!("the mark is {mark}, but no score exceeds 10000"),
        SettingsError::OpenProposals { most } => {
            format!("a proposer may have 1 to 16 proposals open, not {most}")
        }
    }
}
