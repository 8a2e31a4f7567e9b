//! The events of one program in the logs of a transaction.
//!
//! `Program data:` lines do not say which program wrote them; only the calls around them do. Any program can write any
//! bytes, so a line counts only while our program is the innermost one that runs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quantumagi_interface::Address;

/// The line with which the runtime ends logs that grew too long (10,000 bytes by default).
/// Source: `solana_svm_log_collector::LogCollector`.
const TRUNCATED: &str = "Log truncated";

/// The events of a program in one transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogReading {
    /// The bytes of each event, in the order of execution, as far as the logs could be read.
    pub events: Vec<Vec<u8>>,
    /// What ended the reading before the end, so that events may be missing.
    pub fault: Option<LogFault>,
}

/// Why logs could not be read to their end. Lines are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogFault {
    /// There are none: the endpoint does not keep them.
    #[error("the endpoint has no logs of it")]
    Missing,
    /// The runtime cut them. What follows cannot be trusted: lines that say who is running may be missing, too.
    #[error("its logs were truncated at line {line}")]
    Truncated {
        /// Where.
        line: usize,
    },
    /// Calls and returns do not match, so nobody can say who wrote what.
    #[error("the calls in its logs do not match at line {line}")]
    Unbalanced {
        /// Where.
        line: usize,
    },
    /// A data line of the program is not one value in base64.
    #[error("line {line} of its logs is not data in base64")]
    NotBase64 {
        /// Where.
        line: usize,
    },
}

/// Reads the events that `program` wrote, and nobody else's.
#[must_use]
pub fn read_logs(logs: &[String], program: &Address) -> LogReading {
    let mut reading = LogReading::default();
    reading.fault = read(logs, &program.to_string(), &mut reading.events).err();
    reading
}

fn read(logs: &[String], program: &str, events: &mut Vec<Vec<u8>>) -> Result<(), LogFault> {
    if logs.is_empty() {
        return Err(LogFault::Missing);
    }
    let mut running: Vec<&str> = Vec::new();
    for (line, text) in logs.iter().enumerate() {
        if text == TRUNCATED {
            return Err(LogFault::Truncated { line });
        }
        if let Some(data) = text.strip_prefix("Program data: ") {
            if running.last() == Some(&program) {
                events.push(STANDARD.decode(data).map_err(|_| LogFault::NotBase64 { line })?);
            }
            continue;
        }
        match Call::read(text) {
            Some(Call::Begins { program, depth }) => {
                running.push(program);
                if running.len() != depth {
                    return Err(LogFault::Unbalanced { line });
                }
            }
            Some(Call::Ends { program }) => {
                let innermost = running.pop();
                if innermost != Some(program) {
                    return Err(LogFault::Unbalanced { line });
                }
            }
            None => {}
        }
    }
    if running.is_empty() { Ok(()) } else { Err(LogFault::Unbalanced { line: logs.len() }) }
}

/// A line by which the runtime says who runs.
enum Call<'a> {
    Begins { program: &'a str, depth: usize },
    Ends { program: &'a str },
}

impl<'a> Call<'a> {
    /// What a program says about itself begins with `Program log:` and is none of these.
    fn read(text: &'a str) -> Option<Self> {
        let (program, rest) = text.strip_prefix("Program ")?.split_once(' ')?;
        if matches!(program, "log:" | "data:" | "return:") {
            return None;
        }
        if rest == "success" || rest.starts_with("failed: ") {
            return Some(Self::Ends { program });
        }
        let depth = rest.strip_prefix("invoke [")?.strip_suffix(']')?.parse().ok()?;
        Some(Self::Begins { program, depth })
    }
}

#[cfg(test)]
mod tests;
