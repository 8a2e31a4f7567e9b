//! Watching a proposal from another terminal.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use super::garden::{Garden, only};

/// A process that does not outlive its test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // Where it has ended by itself there is nothing to end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_is_watched_from_its_votes_to_its_end() {
    let garden = Garden::new().await;
    let id = garden.propose(&["principle-retire", "1"]);
    garden.reach(&id, "starts_at").await;
    let args = ["proposal", "watch", &id, "--json", "-c", &garden.constitution];
    let watching = garden.world.home.command(&args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut watching = Ended(watching.expect("the binary runs"));
    let mut lines = BufReader::new(watching.0.stdout.take().expect("it is piped")).lines();
    let mut last = 0;
    let mut told = || -> Value {
        let line = lines.next().expect("it goes on").expect("text");
        let told: Value = serde_json::from_str(&line).expect("an object on each line");
        let slot = told["slot"].as_u64().expect("a slot");
        assert!(last <= slot, "{slot} after {last}");
        last = slot;
        only(&told, &["phase", "for_weight", "against_weight"])
    };
    assert_eq!(told(), json!({ "phase": "voting", "for_weight": 0, "against_weight": 0 }));
    garden.json(&["proposal", "vote", &id, "for"]);
    assert_eq!(told(), json!({ "phase": "voting", "for_weight": 3, "against_weight": 0 }));
    garden.json(&["proposal", "vote", &id, "against", "--keypair", &garden.world.ben.file]);
    assert_eq!(told(), json!({ "phase": "voting", "for_weight": 3, "against_weight": 2 }));
    garden.json(&["proposal", "cancel", &id]);
    assert_eq!(told(), json!({ "phase": "cancelled", "for_weight": 3, "against_weight": 2 }));
    assert!(lines.next().is_none(), "nothing can change any more");
    assert_eq!(watching.0.wait().expect("it ends").code(), Some(0));

    let words = garden.words(&["proposal", "watch", &id]);
    assert!(words.starts_with("slot ") && words.lines().count() == 1, "{words}");
    let missing = garden.refused(&["proposal", "watch", "7"], 1);
    assert!(missing.starts_with("error: there is no proposal at "), "{missing}");
}
