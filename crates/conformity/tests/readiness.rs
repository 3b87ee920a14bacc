//! Readiness as scenarios that an auditor can read: `readiness/*.md`. Records as in `scenarios/`; beside them `said:ITEM STATE` is what a
//! check says of a requirement (`said:all` of every one), and `outside:WORD MET` what was found out outside the records.
//! `UPDATE_SCENARIOS=1` writes what is said now.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use aims_conformity::{
    Met, Observed, Readiness, Severity, State, Subject, ToldFact, Verdict, check, escalations, readiness,
};
use aims_framework::standard::Outside;
use support::{Case, cases, content, day, register};

fn files() -> Vec<(std::path::PathBuf, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/readiness");
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("scenarios").map(|e| e.expect("a file").path()).collect();
    files.sort();
    files.into_iter().map(|p| (p.clone(), std::fs::read_to_string(p).expect("text"))).collect()
}

fn state(word: &str) -> State {
    match word {
        "conforms" => State::Conforms,
        "major" => State::Nonconformity(Severity::Major),
        "minor" => State::Nonconformity(Severity::Minor),
        "own-rule" => State::OwnRuleNotMet,
        "not-evidenced" => State::NotEvidenced,
        "determination-due" => State::DeterminationDue,
        other => panic!("no state {other}"),
    }
}

fn say(verdicts: &mut [Verdict], line: &str) {
    let (item, word) = line.split_once(' ').expect("ITEM STATE");
    let full = format!("iso-42001:2023/{item}");
    for verdict in verdicts.iter_mut().filter(|v| item == "all" || v.requirement == full) {
        verdict.state = state(word);
        (verdict.subject, verdict.until) = (Subject::Organization, None);
        verdict.reasons.clear();
        verdict.populations.clear();
        verdict.witnesses.clear();
        verdict.parts.clear();
    }
}

fn observed(line: &str) -> (Outside, Observed) {
    let (word, met) = line.split_once(' ').expect("WORD MET");
    let what = [Outside::LedgerVerified, Outside::BodyAccredited].into_iter().find(|o| o.word() == word);
    let met = match met {
        "met" => Met::Met,
        "not-met" => Met::NotMet,
        _ => Met::CannotTell,
    };
    (what.expect("a fact from outside"), Observed { met, say: format!("{word}: {met}"), next: None })
}

fn told(case: &Case) -> ToldFact {
    let about = |prefix: &str| case.lines.iter().filter_map(|l| l.strip_prefix(prefix)).collect::<Vec<_>>();
    let lines: Vec<String> =
        case.lines.iter().filter(|l| !l.starts_with("said:") && !l.starts_with("outside:")).cloned().collect();
    let (register, at) = (register(&lines), day(&case.date));
    let mut verdicts = check(&content().1, &register, at);
    about("said:").into_iter().for_each(|line| say(&mut verdicts, line));
    let outside: BTreeMap<_, _> = about("outside:").into_iter().map(observed).collect();
    let escalations = escalations(&content().1, &register, &verdicts, at);
    let asked = Readiness {
        frameworks: &content().1,
        register: &register,
        verdicts: &verdicts,
        escalations: &escalations,
        outside: &outside,
        at,
    };
    readiness(asked).into_iter().find(|f| f.id == case.item).unwrap_or_else(|| panic!("no fact {}", case.item))
}

fn shown(told: &ToldFact) -> String {
    let mut lines = vec![told.met.to_string()];
    for why in &told.why {
        let of = why.requirement.as_deref().map(|r| format!("{r}: ")).unwrap_or_default();
        lines.push(format!("- {}: {of}{}", why.met, why.say));
        lines.extend(why.missing.iter().map(|m| format!("  missing: {m}")));
        lines.extend(why.next.iter().map(|n| format!("  next: {}", n.command)));
    }
    let names: Vec<_> = told.records.iter().map(|r| r.number.as_str()).collect();
    if !names.is_empty() {
        lines.push(format!("records: {}", names.join(", ")));
    }
    lines.extend(told.until.map(|u| format!("until: {}", u.strftime("%Y-%m-%d"))));
    lines.join("\n")
}

#[test]
fn every_scenario_says_what_it_expects() {
    let update = std::env::var_os("UPDATE_SCENARIOS").is_some();
    let mut wrong = Vec::new();
    for (path, mut text) in files() {
        for case in cases(&path.display().to_string(), &text.clone()) {
            let found = shown(&told(&case));
            if found == case.expected {
                continue;
            }
            let head = format!("```readiness {} {}\n", case.date, case.item);
            let section = text.find(&format!("## {}\n", case.title)).expect("the scenario");
            let start = section + text[section..].find(&head).expect("the block") + head.len();
            let end = start + text[start..].find("```").expect("its end");
            text.replace_range(start..end, &format!("{found}\n"));
            wrong.push(format!("{} ({})\nexpected:\n{}\nfound:\n{found}\n", case.title, case.item, case.expected));
        }
        if update {
            std::fs::write(&path, text).expect("written");
        }
    }
    assert!(update || wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_fact_has_a_case_in_which_it_is_met_and_one_in_which_it_is_not() {
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for case in files().iter().flat_map(|(path, text)| cases(&path.display().to_string(), text)) {
        let says = case.expected.lines().next().unwrap_or_default().to_owned();
        seen.entry(case.item).or_default().insert(says);
    }
    let facts: Vec<_> = content().1.by_id.values().flat_map(|f| &f.readiness).map(|f| f.id.clone()).collect();
    assert_eq!(facts.len(), 14);
    let both = |says: &BTreeSet<String>| says.contains("met") && says.contains("not met");
    let lacking: Vec<_> = facts.iter().filter(|id| !seen.get(*id).is_some_and(both)).collect();
    assert!(lacking.is_empty(), "facts without a case that is met or one that is not: {lacking:?}");
}

#[test]
fn without_records_no_fact_is_met() {
    let register = register(&[]);
    let verdicts = check(&content().1, &register, day("2026-11-23"));
    let outside = BTreeMap::new();
    let asked = Readiness {
        frameworks: &content().1,
        register: &register,
        verdicts: &verdicts,
        escalations: &[],
        outside: &outside,
        at: day("2026-11-23"),
    };
    let met: Vec<_> = readiness(asked).into_iter().filter(|f| f.met == Met::Met).map(|f| f.id).collect();

    assert!(met.is_empty(), "{met:?}");
}
