//! The sample organization of three years: clean, it conforms wherever a rule stands; flawed, the check finds what was planted and nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use aims_app::{
    Aims, AsOf,
    chance::SystemChance,
    checks::Question,
    daybook::{Daybook, Variant},
};
use aims_conformity::{Severity, State, Subject, Verdict};

const DAY: &str = "2026-11-20";

/// Five questions are left open on purpose; a rule that asks a new one may add a few more.
const DUE_AT_MOST: usize = 15;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/samples/tessel")
}

fn variant() -> Variant {
    Variant::read(&folder().join("defects.yaml")).unwrap_or_else(|f| panic!("{f}"))
}

fn check(daybook: &Daybook) -> (Aims, Vec<Verdict>, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let played = daybook.play(&dir.path().join("org"), Arc::new(SystemChance), &mut |_| {});
    let aims = played.unwrap_or_else(|f| panic!("{f}"));
    let question = Question { as_of: Some(AsOf::parse(DAY).unwrap()), ..Question::default() };
    let verdicts = aims.check(&question).unwrap().verdicts;
    (aims, verdicts, dir)
}

/// The word of a finding; none where nothing was found.
fn word(state: State) -> Option<&'static str> {
    Some(match state {
        State::Nonconformity(Severity::Major) => "major",
        State::Nonconformity(Severity::Minor) => "minor",
        State::NotEvidenced => "not-evidenced",
        State::OwnRuleNotMet => "own-rule",
        State::Conforms | State::Excluded | State::NoRuleYet | State::DeterminationDue => return None,
    })
}

/// (item, key of the record it is about, verdict); an item that is planted for the organization as one is told as one.
type Found = BTreeSet<(String, String, String)>;

fn found(aims: &Aims, verdicts: &[Verdict], as_one: &BTreeMap<String, ()>) -> Found {
    let mut found = Found::new();
    for verdict in verdicts {
        let parts = if verdict.parts.is_empty() || as_one.contains_key(&verdict.requirement) {
            std::slice::from_ref(verdict)
        } else {
            verdict.parts.as_slice()
        };
        for part in parts {
            let key = match &part.subject {
                Subject::Record(cited) => {
                    aims.show(&cited.number, None).unwrap().record["key"].as_str().unwrap_or_default().to_owned()
                }
                Subject::Organization => String::new(),
            };
            found.extend(word(part.state).map(|w| (verdict.requirement.clone(), key, w.to_owned())));
        }
    }
    found
}

#[test]
fn the_clean_organization_conforms_or_waits_for_a_determination() {
    let (_aims, verdicts, _dir) = check(&Daybook::read(&folder()).unwrap_or_else(|f| panic!("{f}")));
    let wrong: Vec<_> =
        verdicts.iter().filter_map(|v| word(v.state).map(|w| (&v.requirement, w, &v.reasons))).collect();
    assert!(wrong.is_empty(), "found in the clean organization: {wrong:#?}");
    let due: Vec<_> = verdicts.iter().filter(|v| v.state == State::DeterminationDue).map(|v| &v.requirement).collect();
    assert!(due.len() <= DUE_AT_MOST, "people judged most of what is left to them; these wait: {due:#?}");
}

#[test]
fn the_check_finds_what_was_planted() {
    let planted = variant();
    let daybook = Daybook::read(&folder()).and_then(|d| d.with(&planted)).unwrap_or_else(|f| panic!("{f}"));
    let (aims, verdicts, _dir) = check(&daybook);
    let expected = planted.defects.iter().flat_map(|d| &d.finds);
    let as_one = expected.clone().filter(|e| e.subject.is_none()).map(|e| (e.item.clone(), ())).collect();
    let owed: Found =
        expected.map(|e| (e.item.clone(), e.subject.clone().unwrap_or_default(), e.verdict.clone())).collect();
    let found = found(&aims, &verdicts, &as_one);
    let missed: Vec<_> = owed.difference(&found).collect();
    assert!(missed.is_empty(), "planted and not found: {missed:#?}");
}
