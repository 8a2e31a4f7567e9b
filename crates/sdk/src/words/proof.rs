//! What could be proved about a constitution, in words.

use serde::Serialize;

use super::amount::counted;
use crate::verify::{ChainBreak, Line, Report, Verification};

/// A verification in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProofWords {
    /// Whether everything is proved.
    pub is_proved: bool,
    /// The verdict in one sentence.
    pub sentence: String,
    /// Events that are proved to be whole and unaltered.
    pub events: u64,
    /// Proposals whose history is proved.
    pub proposals: u64,
    /// Everything that is wrong, one thing a line; empty where everything is proved.
    pub problems: Vec<String>,
    /// Transactions whose events could not be read, one a line. Harmless where everything is proved.
    pub gaps: Vec<String>,
    /// Events whose lines are lost or altered and which their instructions tell, one a line.
    pub recovered: Vec<String>,
}

/// What `verification` found, in words.
#[must_use]
pub fn describe_proof(verification: &Verification) -> ProofWords {
    let Verification { constitution, proposals, lost, replayed, differences, gaps, recovered, stuck } = verification;
    let mut problems: Vec<String> = Vec::new();
    let broken = |name: String, proved: &Result<Report, ChainBreak>| {
        proved.as_ref().err().map(|broken| format!("history of {name}: {broken}"))
    };
    problems.extend(broken("the constitution".to_owned(), constitution));
    problems.extend(proposals.iter().filter_map(|(id, proved)| broken(format!("proposal {id}"), proved)));
    problems.extend(lost.iter().map(|id| format!("proposal {id} does not exist, though no event closed it")));
    problems.extend(replayed.iter().filter_map(|replayed| replayed.as_ref().err().map(ToString::to_string)));
    problems.extend(differences.iter().map(ToString::to_string));
    let altered = recovered.iter().filter(|recovered| recovered.line == Line::Altered);
    problems.extend(altered.map(ToString::to_string));
    let n_proposals = proposals.values().filter(|proved| proved.is_ok()).count() as u64;
    let (is_proved, events) = (verification.is_proved(), verification.events());
    let sentence = if is_proved {
        format!(
            "proved: {} of the constitution and its {}, whole and unaltered, lead to exactly the accounts on the chain",
            counted(events, "event"),
            counted(n_proposals, "proposal")
        )
    } else {
        format!("not proved: {}", counted(problems.len() as u64, "contradiction"))
    };
    if !is_proved {
        problems.extend(stuck.iter().map(ToString::to_string));
    }
    let gaps = gaps.iter().map(ToString::to_string).collect();
    let recovered =
        recovered.iter().filter(|recovered| recovered.line == Line::Lost).map(ToString::to_string).collect();
    ProofWords { is_proved, sentence, events, proposals: n_proposals, problems, gaps, recovered }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use quantumagi_interface::Address;

    use super::*;
    use crate::verify::{Chain, ChainHead, Deviation, Difference};

    const ANA: Address = Address::new_from_array([1; 32]);

    #[test]
    fn everything_that_is_wrong_is_listed() {
        let head = ChainHead { hash: [1; 32], sequence: 5 };
        let report = Report { chain: Chain::Constitution(ANA), head, links: vec![] };
        let verification = Verification {
            constitution: Ok(report),
            proposals: BTreeMap::from([(3, Err(ChainBreak::Missing { sequence: 2, found: 3 }))]),
            lost: vec![4],
            replayed: None,
            differences: vec![Difference {
                kind: "policy",
                address: ANA,
                deviation: Deviation::Fields(vec!["status", "version"]),
            }],
            gaps: vec![],
            recovered: vec![],
            stuck: None,
        };
        let words = describe_proof(&verification);
        let expected = [
            "history of proposal 3: event 2 is missing: event 3 comes in its place".to_owned(),
            "proposal 4 does not exist, though no event closed it".to_owned(),
            format!("policy {ANA}: differs in status, version"),
        ];
        assert_eq!(words.problems, expected);
        assert_eq!((words.sentence.as_str(), words.events), ("not proved: 3 contradictions", 5));
    }
}
