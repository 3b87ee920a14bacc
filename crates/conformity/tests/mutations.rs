//! Every word of a rule matters: a rule that is broken a little makes some scenario say something else.
//!
//! `AIMS_ITEMS="8.4-a A.2.2"` asks for these items only and prints what nobody noticed.

mod listed;
mod mutation;
mod support;

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use aims_conformity::Conformity;
use aims_framework::standard::{Frameworks, Rule};
use aims_register::Register;
use support::{Case, cases, content, day, files, register, shown};

/// So many of a hundred have to be noticed. Raised as cases are added; never lowered.
const NOTICED: usize = 95;

struct Held {
    case: Case,
    /// The records, as the rule found them that is in force.
    register: Register,
    /// The digest that stands in place of `CURRENT`, where it is asked for.
    evidence: Option<String>,
}

fn held(case: Case) -> Held {
    let frameworks = &content().1;
    let first = register(&case.lines);
    if !case.lines.iter().any(|l| l.contains("CURRENT")) {
        return Held { case, register: first, evidence: None };
    }
    let evidence = verdict(frameworks, &first, &case).evidence;
    let register = with_evidence(&case, &evidence);
    Held { case, register, evidence: Some(evidence) }
}

fn with_evidence(case: &Case, evidence: &str) -> Register {
    register(&case.lines.iter().map(|l| l.replace("CURRENT", evidence)).collect::<Vec<_>>())
}

fn verdict(frameworks: &Frameworks, register: &Register, case: &Case) -> aims_conformity::Verdict {
    let full = format!("iso-42001:2023/{}", case.item);
    Conformity { frameworks, register }.verdict(&full, day(&case.date)).expect("the item")
}

/// Whether this case says something else under these rules.
fn notices(frameworks: &Frameworks, held: &Held) -> bool {
    let mut found = verdict(frameworks, &held.register, &held.case);
    if held.evidence.as_ref().is_some_and(|e| *e != found.evidence) {
        found = verdict(frameworks, &with_evidence(&held.case, &found.evidence), &held.case);
    }
    shown(&found) != held.case.expected
}

/// How many mutants there were, and those that nobody noticed.
fn survivors(rule: &Rule, cases: &[Held], frameworks: &mut Frameworks) -> (usize, Vec<String>) {
    let item = rule.requirement.rsplit('/').next().expect("an item").to_owned();
    let mut left = Vec::new();
    let mut number = 0;
    while let Some((mutant, what)) = mutation::mutant(rule, number) {
        number += 1;
        let rules = |f: &mut Frameworks, rule: Rule| {
            let framework = f.by_id.get_mut("iso-42001:2023").expect("the standard");
            framework.rules.insert(item.clone(), rule);
        };
        rules(frameworks, mutant);
        if !cases.iter().any(|case| notices(frameworks, case)) {
            left.push(format!("{item}: {what}"));
        }
    }
    frameworks.by_id.get_mut("iso-42001:2023").expect("the standard").rules.insert(item, rule.clone());
    (number, left)
}

fn grouped() -> BTreeMap<String, Vec<Case>> {
    let mut by_item: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    for (path, text) in files() {
        for case in cases(&path.display().to_string(), &text) {
            by_item.entry(case.item.clone()).or_default().push(case);
        }
    }
    by_item
}

#[test]
fn a_rule_broken_a_little_is_noticed() {
    let asked = std::env::var("AIMS_ITEMS").unwrap_or_default();
    let asked: Vec<&str> = asked.split_whitespace().collect();
    let framework = &content().1.by_id["iso-42001:2023"];
    let rules: Vec<_> =
        framework.rules.iter().filter(|(item, _)| asked.is_empty() || asked.contains(&item.as_str())).collect();
    let cases = grouped();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut frameworks = content().1.clone();
        let (mut all, mut left) = (0, Vec::new());
        while let Some((item, rule)) = rules.get(next.fetch_add(1, Ordering::Relaxed)) {
            let cases: Vec<Held> = cases.get(*item).into_iter().flatten().cloned().map(held).collect();
            let (number, survived) = survivors(rule, &cases, &mut frameworks);
            all += number;
            left.extend(survived);
        }
        (all, left)
    };
    let (all, left) = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|t| t.join().expect("a worker")).fold((0, Vec::new()), |(all, mut left), (n, more)| {
            left.extend(more);
            (all + n, left)
        })
    });
    let mut sorted = left;
    sorted.sort();
    sorted.iter().for_each(|line| println!("{line}"));
    println!("{} of {all} mutants of {} rules were not noticed", sorted.len(), rules.len());
    listed::hold(&sorted, asked.is_empty());
    assert!(!asked.is_empty() || (all - sorted.len()) * 100 >= all * NOTICED, "too many were not noticed");
}

/// `FIND_CASES=1` looks for cases that notice what none notices, and writes them below those of their files; read them before they stay.
#[test]
fn cases_near_others_are_found() {
    if std::env::var_os("FIND_CASES").is_none() {
        return;
    }
    let asked = std::env::var("AIMS_ITEMS").unwrap_or_default();
    let asked: Vec<&str> = asked.split_whitespace().collect();
    let mut rules: Vec<_> = content().1.by_id["iso-42001:2023"].rules.iter().collect();
    rules.retain(|(item, _)| asked.is_empty() || asked.contains(&item.as_str()));
    let (cases, next) = (grouped(), AtomicUsize::new(0));
    let work = || {
        let (mut frameworks, mut found) = (content().1.clone(), Vec::new());
        while let Some((item, rule)) = rules.get(next.fetch_add(1, Ordering::Relaxed)) {
            let cases = cases.get(*item).map(Vec::as_slice).unwrap_or_default();
            let sections = mutation::near::sections(item, rule, cases, &mut frameworks);
            println!("{item}: {} cases", sections.len());
            found.extend(sections);
        }
        found
    };
    let found = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|t| t.join().expect("a worker")).collect::<Vec<_>>()
    });
    for (file, section) in found {
        let text = std::fs::read_to_string(&file).expect("a scenario");
        std::fs::write(&file, text + &section).expect("the scenario is written");
    }
}

#[test]
fn what_is_listed_as_not_noticed_is_a_break_that_there_is() {
    let rules = &content().1.by_id["iso-42001:2023"].rules;
    for (line, _) in listed::known() {
        let (item, what) = line.split_once(": ").expect("an item and what was broken");
        let rule = rules.get(item).unwrap_or_else(|| panic!("no rule for {line}"));
        let mut mutants = (0..).map_while(|number| mutation::mutant(rule, number));
        assert!(mutants.any(|(_, broken)| broken == what), "no such break: {line}");
    }
}
