//! Scenarios that an auditor can read: `scenarios/*.md`.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use aims_conformity::State;
use jiff::{SignedDuration, Timestamp};
use support::{Case, cases, content, day, files, shown, verdict};

fn all() -> Vec<Case> {
    files().iter().flat_map(|(path, text)| cases(&path.display().to_string(), text)).collect()
}

#[test]
fn every_scenario_says_what_it_expects() {
    let update = std::env::var_os("UPDATE_SCENARIOS").is_some();
    let mut wrong = Vec::new();
    for (path, mut text) in files() {
        for case in cases(&path.display().to_string(), &text.clone()) {
            let found = shown(&verdict(&case.lines, &case.item, day(&case.date)));
            if found == case.expected {
                continue;
            }
            let head = format!("```verdict {} {}\n", case.date, case.item);
            let section = text.find(&format!("## {}\n", case.title)).expect("the scenario");
            let start = section + text[section..].find(&head).expect("the block") + head.len();
            let end = start + text[start..].find("```").expect("its end");
            text.replace_range(start..end, &format!("{found}\n"));
            wrong.push(format!(
                "{}: {} ({})\nexpected:\n{}\nfound:\n{found}\n",
                case.file, case.title, case.item, case.expected
            ));
        }
        if update {
            std::fs::write(&path, text).expect("written");
        }
    }
    assert!(update || wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_a_case_that_passes_and_one_that_does_not() {
    let mut seen: BTreeMap<String, (bool, bool)> = BTreeMap::new();
    for case in all() {
        let passes = ["conforms"].iter().any(|p| case.expected.lines().next() == Some(p));
        let entry = seen.entry(case.item.clone()).or_default();
        (entry.0, entry.1) = (entry.0 || passes, entry.1 || !passes);
    }
    let rules: BTreeSet<_> = content().1.by_id.values().flat_map(|f| f.rules.keys().cloned()).collect();
    let lacking: Vec<_> = rules.iter().filter(|r| seen.get(*r) != Some(&(true, true))).collect();
    assert!(lacking.is_empty(), "rules without a passing or without a failing case: {lacking:?}");
    assert!(rules.len() >= 14);
}

#[test]
fn a_verdict_stays_until_its_until_and_changes_then() {
    for case in all() {
        let now = day(&case.date);
        let first = verdict(&case.lines, &case.item, now);
        let at = |moment: Timestamp| with_evidence(&case, now, moment);
        let end = first.until.unwrap_or(now + SignedDuration::from_hours(24 * 365 * 4));
        let step = SignedDuration::from_secs((end - now).as_secs() / 7);
        for n in 1..7 {
            let moment = now + step * n;
            assert!(
                first.says_the_same(&at(moment)),
                "{}: {} changes at {moment}, before {end}",
                case.title,
                case.item
            );
        }
        if first.until.is_some() {
            assert!(first.says_the_same(&at(end - SignedDuration::from_secs(1))), "{}: {}", case.title, case.item);
            assert!(!first.says_the_same(&at(end)), "{}: {} does not change at {end}", case.title, case.item);
        }
    }
}

/// The verdict at a later moment over the same records, a judgement bound to the evidence of the first.
fn with_evidence(case: &Case, first: Timestamp, moment: Timestamp) -> aims_conformity::Verdict {
    let evidence = verdict(&case.lines, &case.item, first).evidence;
    let lines: Vec<String> = case.lines.iter().map(|l| l.replace("CURRENT", &evidence)).collect();
    verdict(&lines, &case.item, moment)
}

#[test]
fn without_records_nothing_conforms() {
    let nothing = support::register(&[]);
    for verdict in aims_conformity::check(&content().1, &nothing, day("2026-11-23")) {
        assert!(!matches!(verdict.state, State::Conforms | State::Excluded), "{}", verdict.requirement);
    }
}

#[test]
fn what_has_no_rule_says_so() {
    let nothing = support::register(&[]);
    let verdicts = aims_conformity::check(&content().1, &nothing, day("2026-11-23"));
    assert_eq!(verdicts.len(), 191 + 38);
    let rules: usize = content().1.by_id.values().map(|f| f.rules.len()).sum();
    assert_eq!(verdicts.iter().filter(|v| v.state == State::NoRuleYet).count(), 191 + 38 - rules);
}
