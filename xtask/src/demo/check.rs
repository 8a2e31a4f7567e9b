//! The demo as a test: run as anybody would, its report for machines compared with what must be in it.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::{repo, step};

/// A constitution that is not Debian's, in another format.
const GARDEN: &str = "# Charter of the Garden\n\nWe keep a garden together.\n\n## 1. Water\n\nWhoever comes last waters \
                      the beds.\n\n## 2. Tools\n\nTools are cleaned and hung up.\n";

/// Runs the demo twice: Debian's constitution through all versions, and a small one whose network is kept.
///
/// # Errors
/// The first thing in a report, or of the kept network, that is not as it must be.
pub(crate) fn check() -> Result<()> {
    check_history(&report(&[])?)?;
    let folder = std::env::temp_dir().join(format!("quantumagi-demo-check-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let file = folder.join("garden.md");
    std::fs::write(&file, GARDEN)?;
    let kept = report(&["--keep", "--constitution", &file.to_string_lossy()])?;
    std::fs::remove_dir_all(&folder)?;
    let pid = kept["kept"]["pid"].as_u64().context("the report does not say which process was kept")?;
    let checked = check_kept(&kept);
    // Whatever was found, nothing may stay behind.
    step::run(Command::new("kill").arg(pid.to_string()))?;
    checked?;
    std::fs::remove_dir_all(parent(&kept["kept"]["keys"])?)?;
    Ok(())
}

/// The report of one run, which must end well and print nothing else.
fn report(args: &[&str]) -> Result<Value> {
    let mut demo = repo::command(std::env::current_exe()?, repo::root());
    let printed = step::output(demo.args(["demo", "--json"]).args(args))?;
    serde_json::from_str(&printed).context("the demo printed something else than a report")
}

fn check_history(report: &Value) -> Result<()> {
    check_outcomes(report)?;
    let versions = &report["history"].as_array().context("there is no history")?;
    let names: Vec<&str> = versions.iter().filter_map(|version| version["name"].as_str()).collect();
    ensure!(names == ["1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9"], "versions {names:?}");
    for pair in versions.windows(2) {
        let [before, after] = pair else { continue };
        ensure!(after["parent_hash"] == before["text_hash"], "{} is not chained to {}", after["name"], before["name"]);
    }
    let amendments = report["amendments"].as_array().context("there are no amendments")?;
    let proposals: Vec<u64> = amendments.iter().filter_map(|step| step["proposals"].as_u64()).collect();
    ensure!(proposals == [8, 2, 9, 2, 2, 4, 8, 13, 3], "proposals of each amendment: {proposals:?}");
    ensure!(report["verification"]["proposals"] == json!(56), "proved: {}", report["verification"]);
    ensure!(report["kept"] == Value::Null, "a network was kept without being asked for");

    let lines = &report["bill"]["lines"];
    let (create, close) = (&lines["proposal_create"], &lines["proposal_close"]);
    ensure!(create["times"] == json!(56) && close["times"] == json!(56), "created {create}, closed {close}");
    ensure!(create["placed_lamports"] == close["returned_lamports"], "created {create}, closed {close}");
    ensure!(lines["policy_adopt"]["placed_lamports"] == lines["policy_close"]["returned_lamports"], "policies {lines}");
    ensure!(lines["proposal_vote"]["placed_lamports"] == json!(0), "votes {}", lines["proposal_vote"]);
    Ok(())
}

/// The five proposals end as they must, whatever the constitution.
fn check_outcomes(report: &Value) -> Result<()> {
    ensure!(report["is_as_expected"] == json!(true), "the report says that something is not as expected");
    ensure!(report["verification"]["is_proved"] == json!(true), "not proved: {}", report["verification"]);
    let outcomes = report["outcomes"].as_array().context("there are no outcomes")?;
    let ended: Vec<Value> =
        outcomes.iter().map(|outcome| json!([outcome["key"], outcome["phase"], outcome["for_share"]])).collect();
    let expected = json!([
        ["adopted_at_60", "executed", "60.00 %"],
        ["defeated_at_59_99", "defeated", "59.99 %"],
        ["without_quorum", "defeated", "100.00 %"],
        ["paid_from_the_vault", "executed", "96.96 %"],
        ["changed_after_the_vote", "expired", "96.96 %"],
    ]);
    ensure!(json!(ended) == expected, "the five proposals ended so: {}", json!(ended));
    let refusals: Vec<Value> = outcomes
        .iter()
        .filter_map(|outcome| outcome["refusals"].as_array())
        .flatten()
        .map(|refusal| json!([refusal["by"], refusal["error"]]))
        .collect();
    let expected =
        json!([["client", null], ["client", null], ["program", "DigestMismatch"], ["network", "DigestMismatch"]]);
    ensure!(json!(refusals) == expected, "refused were: {}", json!(refusals));
    Ok(())
}

/// A kept network answers the command line, and nobody else can read the keys.
fn check_kept(report: &Value) -> Result<()> {
    check_outcomes(report)?;
    ensure!(report["amendments"] == json!([]), "a constitution from a file was amended");
    ensure!(report["title"] == json!("Charter of the Garden"), "the title is {}", report["title"]);
    let kept = &report["kept"];
    let keys = PathBuf::from(text(&kept["keys"])?);
    let files = std::fs::read_dir(&keys)?.collect::<Result<Vec<_>, _>>()?;
    ensure!(files.len() == 9, "{} keys in {}", files.len(), keys.display());
    for file in files {
        let mode = file.metadata()?.permissions().mode() & 0o777;
        ensure!(mode == 0o600, "{} has mode {mode:o}", file.path().display());
    }
    let common = ["--url", text(&kept["rpc_url"])?, "--constitution", text(&kept["constitution"])?, "--json"];
    let ask = |args: &[&str]| -> Result<Value> {
        let mut command = Command::new(text(&kept["program"])?);
        let printed = step::output(command.args(common).args(["--store", text(&kept["texts"])?]).args(args))?;
        Ok(serde_json::from_str(&printed)?)
    };
    ask(&["audit", "verify"])?;
    ask(&["proposal", "show", &kept["proposal"].to_string()])?;
    Ok(())
}

fn text(value: &Value) -> Result<&str> {
    value.as_str().with_context(|| format!("{value} is no text"))
}

fn parent(value: &Value) -> Result<&Path> {
    let path = Path::new(text(value)?);
    path.parent().with_context(|| format!("{value} lies in no folder"))
}
