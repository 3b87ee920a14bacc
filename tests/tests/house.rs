//! House rules that are ordinary tests: the import order, who may panic, who may read the clock, and which words stay out.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use aims_tests::root;
use serde_json::Value;

/// Storeys of the house: a crate imports only from storeys above it in this list (docs/ARCHITECTURE.md).
const STOREYS: &[&[&str]] = &[
    &["aims-record", "aims-ledger"],
    &["aims-framework"],
    &["aims-register"],
    &["aims-conformity"],
    &["aims-exchange"],
    &["aims-store"],
    &["aims-app"],
    &["aims-web"],
    &["aims"],
];

/// Crates that decide and never act: no clock, no chance, no panic.
const PURE: &[&str] = &["record", "ledger", "framework", "register", "conformity", "exchange"];

fn dependencies() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let ours = |d: &&Value| d["path"].is_string() && d["kind"].is_null();
    let of = |p: &Value| {
        p["dependencies"]
            .as_array()
            .unwrap()
            .iter()
            .filter(ours)
            .map(|d| d["name"].as_str().unwrap().to_owned())
            .collect()
    };
    metadata["packages"].as_array().unwrap().iter().map(|p| (p["name"].as_str().unwrap().to_owned(), of(p))).collect()
}

#[test]
fn imports_go_only_downwards() {
    let storey = |name: &str| STOREYS.iter().position(|s| s.contains(&name));
    let dependencies = dependencies();
    for (name, imports) in &dependencies {
        if name == "aims-tests" || name == "aims-benches" {
            continue;
        }
        if name == "aims-verify" {
            assert!(imports.is_empty(), "aims-verify shares no code with the server, but imports {imports:?}");
            continue;
        }
        let here = storey(name)
            .unwrap_or_else(|| panic!("{name} has no storey: put it into the list and into docs/ARCHITECTURE.md"));
        for import in imports {
            if name == "aims" && import == "aims-verify" {
                continue; // the command line may carry the verifier along; what matters is that the verifier carries nothing of ours
            }
            let there = storey(import);
            assert!(there.is_some_and(|t| t < here), "{name} imports {import}, which lies beside or above it");
        }
    }
    assert!(STOREYS.iter().flat_map(|s| s.iter()).all(|name| dependencies.contains_key(*name)));
}

fn sources(dir: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push((path.strip_prefix(root()).unwrap().display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn the_pure_crates_forbid_panics() {
    for name in PURE {
        let lib = fs::read_to_string(root().join(format!("crates/{name}/src/lib.rs"))).unwrap();
        for lint in ["clippy::unwrap_used", "clippy::expect_used", "clippy::panic", "clippy::indexing_slicing"] {
            assert!(lib.contains("deny(") && lib.contains(lint), "crates/{name}/src/lib.rs does not deny {lint}");
        }
    }
}

#[test]
fn only_app_reads_the_clock_and_draws_chance() {
    let mut found = Vec::new();
    sources(&root().join("crates"), &mut found);
    let allowing: Vec<&str> = found
        .iter()
        .filter(|(path, text)| {
            !path.contains("/tests/") && !path.contains("/examples/") && text.contains("clippy::disallowed_methods")
        })
        .map(|(path, _)| path.as_str())
        .collect();
    assert!(
        allowing.iter().all(|p| ["crates/app/src/clock.rs", "crates/app/src/chance.rs"].contains(p)),
        "only app::clock and app::chance may step over the lint: {allowing:?}"
    );
}

#[test]
fn the_ledger_knows_no_word_of_the_domain() {
    let mut found = Vec::new();
    sources(&root().join("crates/ledger/src"), &mut found);
    for (path, text) in found {
        let text = text.to_lowercase();
        for word in
            ["42001", "management system", "auditor", "conformity", "impact assessment", "risk owner", "ai system"]
        {
            assert!(!text.contains(word), "{path} says `{word}`");
        }
    }
}

#[test]
fn files_stay_readable() {
    let mut found = Vec::new();
    sources(&root().join("crates"), &mut found);
    let long: Vec<_> = found.iter().filter(|(_, text)| text.lines().count() > 700).map(|(path, _)| path).collect();
    assert!(long.is_empty(), "over 700 lines, look whether each is one thing: {long:?}");
}

#[test]
fn the_tree_names_no_machine() {
    let output =
        Command::new("git").args(["grep", "-nIE", "/(root|home|work)/[a-z]", "--", "."]).current_dir(root()).output();
    let Ok(output) = output else {
        eprintln!("skipped: no git");
        return;
    };
    let found = String::from_utf8_lossy(&output.stdout);
    let found: Vec<_> = found.lines().filter(|l| !l.starts_with("tests/tests/house.rs")).collect();
    assert!(found.is_empty(), "absolute paths in the tree: {found:?}");
}
