//! What an operator sees of the governance workflows: log lines, metrics, health, and the command beside the daemon.

use quantumagi_rules::action::Action;
use serde_json::Value;

use crate::process::{Daemon, Home};
use crate::support::World;

const MORE: &str = "close_after = \"0ms\"\nlook_every = \"1s\"\n";

/// Reads log lines until this one about this instance.
#[track_caller]
fn until(daemon: &mut Daemon, message: &str, key: &str, step: Option<&str>) -> Value {
    daemon.until_such(message, |line| line["instance"] == key && line["step"].as_str() == step)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_was_missed_while_the_crank_was_off_is_told_everywhere() {
    let (world, home) = (World::start().await, Home::new());
    home.set_up(&world, MORE).await;
    let proposal = world.propose(Action::PolicyAdopt { text_hash: [2; 32], sunset_at: 0 }).await;
    let account = world.client.proposal_at(&proposal).await.expect("it is there").value;
    let key = format!("{}/policy_creation/{}", world.constitution, account.id);
    let mut daemon = home.start(&[], &[]);
    until(&mut daemon, "a workflow began", &key, None);
    daemon.until("looked");
    assert!(
        (daemon.metric("quantumagi_crank_workflow_instances{workflow=\"policy_creation\",state=\"running\"}") - 1.0)
            .abs()
            < f64::EPSILON
    );
    let listed = home.json(&["workflows", "list"], 0);
    let creation = listed.as_array().expect("a list").iter().find(|it| it["key"] == key).expect("it is followed");
    assert_eq!((creation["step"].as_str(), creation["due_at"].as_i64()), (Some("vote"), Some(account.ends_at)));
    daemon.signal("TERM");
    daemon.end();

    world.travel_to(account.ends_at + 2_000).await;
    let mut daemon = home.start(&[], &[]);
    let missed = until(&mut daemon, "a deadline is missed", &key, Some("finalize"));
    let action = format!("{}/proposal_finalize/{}", world.constitution, account.id);
    assert_eq!(missed["action"], action, "under the name of the duty that ends it");
    assert_eq!((missed["level"].as_str(), missed["due_at"].as_i64()), (Some("WARN"), Some(account.ends_at + 900)));
    let over = until(&mut daemon, "a step is over", &key, Some("finalize"));
    assert_eq!((over["timing"].as_str(), over["action"].as_str()), (Some("late"), Some(action.as_str())));
    let done = until(&mut daemon, "a workflow is done", &key, None);
    assert_eq!(done["verdict"], "defeated");
    daemon.until("looked");
    let began = daemon.log.iter().filter(|line| line.contains("a workflow began") && line.contains(&key)).count();
    assert_eq!(began, 0, "it goes on, and begins nothing anew");

    let series = "quantumagi_crank_workflow_steps_total{workflow=\"policy_creation\",timing=\"late\"}";
    assert!((daemon.metric(series) - 1.0).abs() < f64::EPSILON);
    let series = "quantumagi_crank_workflow_ended_total{workflow=\"policy_creation\",result=\"done\"}";
    assert!((daemon.metric(series) - 1.0).abs() < f64::EPSILON);
    let health: Value = serde_json::from_str(&daemon.page("/healthz").1).expect("JSON");
    let workflows = health["workflows"].as_object().expect("a section");
    assert_eq!(workflows.len(), 5);
    assert_eq!(workflows["policy_creation"]["overdue"], 0, "it is over");
    let shown = home.run(&["workflows", "show", &key]).stdout;
    assert!(shown.contains("\ndone: defeated; late: finalize\n"), "{shown}");
    assert!(shown.contains(&format!("\nown work on {action}:\n")) && shown.contains(" landed\n"), "{shown}");
    daemon.signal("TERM");
    assert_eq!(daemon.end().0, 0);
}
