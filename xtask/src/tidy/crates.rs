//! Rules about which crate may depend on which, as ARCHITECTURE.md draws them.

use anyhow::{Context, Result};
use serde_json::Value;

use super::Finding;
use crate::{repo, step};

/// One line of a manifest: `from` depends on `name`, for any target.
#[derive(Clone, Debug)]
pub(super) struct Dependency {
    pub(super) from: String,
    pub(super) name: String,
    /// In this repository, not from the registry.
    pub(super) is_local: bool,
    /// For tests only.
    pub(super) is_dev: bool,
}

/// Crates that can send a request to a node. Only one crate of ours may name them.
const RPC_CLIENTS: [&str; 4] = ["solana-client", "solana-pubsub-client", "solana-rpc-client", "solana-tpu-client"];
const RPC_CRATE: &str = "quantumagi-rpc";

/// The crates of this repository that each crate may build on; its tests may use more. Who is
/// not named may use any that is not a binary.
const MAY_USE: [(&str, &[&str]); 10] = [
    ("forwarder", &[]),
    ("guarded-sample", &["quantumagi-cpi"]),
    ("guarded-sample-next", &["quantumagi-cpi"]),
    ("quantumagi-cpi", &["quantumagi-rules"]),
    ("quantumagi-core", &["quantumagi-rules"]),
    ("quantumagi-document", &["quantumagi-rules"]),
    ("quantumagi-interface", &["quantumagi-rules"]),
    ("quantumagi-rpc", &[]),
    ("quantumagi-rules", &[]),
    ("quantumagi-sdk", &["quantumagi-interface", "quantumagi-rpc", "quantumagi-rules"]),
];

/// Crates that nothing may depend on.
const BINARIES: [&str; 3] = ["quantumagi-cli", "quantumagi-crank", "xtask"];

/// Registry crates, by the beginning of their name, that a crate must do without.
const MUST_NOT_USE: [(&str, &[&str]); 3] = [
    ("quantumagi-rules", &["solana-", "anchor-", "tokio", "rand", "getrandom", "chrono", "time"]),
    ("quantumagi-interface", &["anchor-", "tokio"]),
    ("quantumagi-document", &["solana-", "anchor-"]),
];

/// The direct dependencies of all crates of all workspaces, and of the npm package.
pub(super) fn dependencies() -> Result<Vec<Dependency>> {
    let metadata = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let mut dependencies = Vec::new();
    for mut cargo in [repo::cargo(metadata)].into_iter().chain(repo::program_cargos(&metadata)) {
        read_metadata(&step::output(&mut cargo)?, &mut dependencies)
            .context("cargo metadata has another shape than expected")?;
    }
    let manifest = std::fs::read_to_string(repo::root().join("package.json"))?;
    read_npm_manifest(&manifest, &mut dependencies).context("package.json")?;
    Ok(dependencies)
}

fn read_npm_manifest(json: &str, into: &mut Vec<Dependency>) -> Result<()> {
    let manifest: Value = serde_json::from_str(json)?;
    for kind in ["dependencies", "devDependencies"] {
        let names = manifest[kind].as_object().into_iter().flatten().map(|(name, _)| name.clone());
        into.extend(names.map(|name| Dependency {
            from: "package.json".to_owned(),
            name,
            is_local: false,
            is_dev: kind == "devDependencies",
        }));
    }
    Ok(())
}

fn read_metadata(json: &str, into: &mut Vec<Dependency>) -> Result<()> {
    let metadata: Value = serde_json::from_str(json)?;
    for package in metadata["packages"].as_array().context("packages")? {
        let from = package["name"].as_str().context("name of a package")?;
        for dependency in package["dependencies"].as_array().context("dependencies")? {
            into.push(Dependency {
                from: from.to_owned(),
                name: dependency["name"].as_str().context("name of a dependency")?.to_owned(),
                is_local: dependency["source"].is_null(),
                is_dev: dependency["kind"] == "dev",
            });
        }
    }
    Ok(())
}

/// No crate reaches across a boundary.
pub(super) fn boundaries(dependencies: &[Dependency]) -> Vec<Finding> {
    dependencies
        .iter()
        .filter_map(|dependency| {
            let reason = refusal(dependency)?;
            Some(Finding::of(&dependency.from, &format!("must not depend on `{}`: {reason}", dependency.name)))
        })
        .collect()
}

fn refusal(dependency: &Dependency) -> Option<&'static str> {
    let Dependency { from, name, is_local, is_dev } = dependency;
    if RPC_CLIENTS.contains(&name.as_str()) && from != RPC_CRATE {
        return Some("only quantumagi-rpc names an RPC client");
    }
    if BINARIES.contains(&name.as_str()) {
        return Some("nothing depends on a binary");
    }
    if *is_dev {
        return None;
    }
    let may_use = listed(&MAY_USE, from);
    if *is_local && may_use.is_some_and(|allowed| !allowed.contains(&name.as_str())) {
        return Some("this is against the direction of dependencies");
    }
    let must_not_use = listed(&MUST_NOT_USE, from).unwrap_or_default();
    if must_not_use.iter().any(|start| name.starts_with(start)) {
        return Some("this crate does without it");
    }
    None
}

fn listed(table: &[(&str, &'static [&'static str])], from: &str) -> Option<&'static [&'static str]> {
    table.iter().find(|(name, _)| *name == from).map(|(_, list)| *list)
}

#[cfg(test)]
mod tests {
    use super::super::check as check_findings;
    use super::*;

    const LOCAL: (bool, bool) = (true, false);
    const EXTERNAL: (bool, bool) = (false, false);
    const LOCAL_FOR_TESTS: (bool, bool) = (true, true);
    const EXTERNAL_FOR_TESTS: (bool, bool) = (false, true);

    #[track_caller]
    fn check(from: &str, name: &str, kind: (bool, bool), reason: Option<&str>) {
        let (is_local, is_dev) = kind;
        let dependency = Dependency { from: from.into(), name: name.into(), is_local, is_dev };
        assert_eq!(refusal(&dependency), reason, "{from} -> {name}");
    }

    #[test]
    fn only_one_crate_names_an_rpc_client() {
        check("quantumagi-rpc", "solana-rpc-client", EXTERNAL, None);
        check("quantumagi-sdk", "solana-rpc-client", EXTERNAL, Some("only quantumagi-rpc names an RPC client"));
        check(
            "quantumagi-tests",
            "solana-pubsub-client",
            EXTERNAL_FOR_TESTS,
            Some("only quantumagi-rpc names an RPC client"),
        );
    }

    #[test]
    fn dependencies_point_in_one_direction() {
        check("quantumagi-sdk", "quantumagi-rpc", LOCAL, None);
        check("quantumagi-rpc", "quantumagi-sdk", LOCAL, Some("this is against the direction of dependencies"));
        check("quantumagi-tests", "quantumagi-sdk", LOCAL, None);
        check("quantumagi-tests", "quantumagi-cli", LOCAL, Some("nothing depends on a binary"));
    }

    #[test]
    fn tests_may_go_against_the_direction_but_not_to_an_rpc_client() {
        check("quantumagi-rpc", "quantumagi-localnet", LOCAL_FOR_TESTS, None);
        check("quantumagi-rules", "rand", EXTERNAL_FOR_TESTS, None);
        check(
            "quantumagi-sdk",
            "solana-rpc-client",
            EXTERNAL_FOR_TESTS,
            Some("only quantumagi-rpc names an RPC client"),
        );
    }

    #[test]
    fn the_rules_do_without_the_chain_and_the_world() {
        check("quantumagi-rules", "sha2", EXTERNAL, None);
        check("quantumagi-rules", "solana-address", EXTERNAL, Some("this crate does without it"));
        check("quantumagi-rules", "rand", EXTERNAL, Some("this crate does without it"));
    }

    #[test]
    fn npm_packages_are_read_from_both_lists() {
        let mut dependencies = Vec::new();
        let json = r#"{"dependencies":{"@a/b":"1.0.0"},"devDependencies":{"c":"2.0.0"}}"#;
        read_npm_manifest(json, &mut dependencies).unwrap();
        let read: Vec<_> = dependencies.iter().map(|one| (one.name.as_str(), one.is_dev)).collect();
        assert_eq!(read, [("@a/b", false), ("c", true)]);
    }

    #[test]
    fn metadata_is_read_with_its_sources() {
        let json = r#"{"packages":[{"name":"a","dependencies":[
            {"name":"serde","source":"registry","kind":"dev"},
            {"name":"quantumagi-cli","source":null,"kind":null}]}]}"#;
        let mut dependencies = Vec::new();
        read_metadata(json, &mut dependencies).unwrap();
        let kinds: Vec<_> = dependencies.iter().map(|one| (one.is_local, one.is_dev)).collect();
        assert_eq!(kinds, [EXTERNAL_FOR_TESTS, LOCAL]);
        check_findings(
            boundaries(&dependencies),
            &["a: must not depend on `quantumagi-cli`: nothing depends on a binary"],
        );
    }
}
