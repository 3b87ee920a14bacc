//! The sample organization plays from its founding to its last day, and what it left is sound.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use aims_app::{Aims, AsOf, chance::SystemChance, checks::Question, daybook::Daybook};
use aims_conformity::{Severity, State};

fn sample() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/samples/small/daybook.yaml")
}

fn played(dir: &Path) -> Aims {
    let daybook = Daybook::read(&sample()).unwrap();
    daybook.play(dir, Arc::new(SystemChance), &mut |_| {}).unwrap_or_else(|failure| panic!("{failure}"))
}

#[test]
fn the_small_organization_plays_and_is_sound() {
    let dir = tempfile::tempdir().unwrap();
    let aims = played(&dir.path().join("org"));
    let findings = aims.verify(&mut |_, _| {}).unwrap();
    assert!(findings.findings.is_empty(), "{:?}", findings.findings);
    assert!(findings.entries > 60);
}

/// The table of `defects.md`: requirement or control, and the verdict it owes.
fn planted() -> BTreeMap<String, String> {
    let page = std::fs::read_to_string(sample().with_file_name("defects.md")).unwrap();
    let rows = page.lines().filter(|l| l.starts_with("| ") && l.as_bytes()[2].is_ascii_digit());
    let mut planted = BTreeMap::new();
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        for id in cells[3].split(", ") {
            planted.insert(format!("iso-42001:2023/{id}"), cells[4].to_owned());
        }
    }
    planted
}

#[test]
fn the_check_finds_what_was_planted() {
    let dir = tempfile::tempdir().unwrap();
    let aims = played(&dir.path().join("org"));
    let planted = planted();
    assert!(planted.len() >= 11, "{planted:?}");
    let mut found = BTreeMap::new();
    for verdict in aims.check(&Question::default()).unwrap().verdicts {
        let word = match verdict.state {
            State::Nonconformity(Severity::Major) => "major",
            State::Nonconformity(Severity::Minor) => "minor",
            State::OwnRuleNotMet => "own rule not met",
            State::NotEvidenced => "not evidenced",
            State::Conforms | State::Excluded | State::NoRuleYet | State::DeterminationDue => continue,
        };
        assert!(!verdict.reasons.is_empty(), "{} says why", verdict.requirement);
        found.insert(verdict.requirement, word.to_owned());
    }
    let missed: Vec<_> = planted.iter().filter(|(item, word)| found.get(*item) != Some(word)).collect();
    assert!(missed.is_empty(), "planted and not found: {missed:?}");
}

#[test]
fn what_was_known_then_is_what_a_check_as_of_then_says() {
    let dir = tempfile::tempdir().unwrap();
    let aims = played(&dir.path().join("org"));
    let state = |day: &str, id: &str| {
        let checked = aims.check(&Question::as_of(AsOf::parse(day).unwrap())).unwrap();
        checked.verdicts.into_iter().find(|v| v.requirement == format!("iso-42001:2023/{id}")).unwrap().state
    };
    assert_eq!(state("2026-08-02", "5.2-a"), State::Conforms, "the policy was in force until it was changed");
    assert_eq!(state("2026-08-04", "5.2-a"), State::Nonconformity(Severity::Major));
}
