//! Which verdicts are decided again after an act, listed for an auditor in `again.md`: those that the act can change, and no others.

mod support;

use std::fmt::Write;

use aims_conformity::{Again, Assessment};
use support::{content, day, record, register};

/// Two systems, each with an impact assessment and a risk, and what they share.
const ORGANIZATION: [&str; 9] = [
    "PER-0001 person active 2025-01-01 { name: Dora Lind, employment: employee, in_scope: true }",
    "ROL-0001 role-assignment active 2025-01-01 { role: aims-manager, person: PER-0001, from: 2025-01-01 }",
    "SYS-0001 ai-system operation-monitoring 2025-02-01 { name: Claims triage, in_scope: true, owner: PER-0001, tier: high }",
    "SYS-0002 ai-system operation-monitoring 2025-02-01 { name: Chat assistant, in_scope: true, owner: PER-0001, tier: medium }",
    "IMP-0001 impact-assessment approved 2025-03-01 { title: Claims triage, system: SYS-0001, date: 2025-03-01 }",
    "IMP-0002 impact-assessment approved 2025-03-01 { title: Chat assistant, system: SYS-0002, date: 2025-03-01 }",
    "RSK-0001 risk open 2025-03-01 { title: Late claims, system: SYS-0001 }",
    "RSK-0002 risk open 2025-03-01 { title: Wrong answers, system: SYS-0002 }",
    "PAR-0001 parameter in-force 2025-01-01 { parameter: impact-interval, value_duration: P12M }",
];

/// What happens, one act after another.
const ACTS: [(&str, &str, &str); 7] = [
    ("Nobody does anything for a month", "", "2025-06-01"),
    (
        "An impact assessment of Claims triage is amended",
        "IMP-0001 impact-assessment approved 2025-03-01 { title: Claims triage, system: SYS-0001, date: 2025-05-20 }",
        "2025-06-01",
    ),
    (
        "A log check is recorded for Chat assistant",
        "LGC-0001 log-check recorded 2025-06-01 { title: June, date: 2025-06-01, system: SYS-0002 }",
        "2025-06-01",
    ),
    (
        "Claims triage is retired",
        "SYS-0001 ai-system retired 2025-02-01 { name: Claims triage, in_scope: true, owner: PER-0001, tier: high }",
        "2025-06-02",
    ),
    (
        "The interval of impact assessments is shortened",
        "PAR-0001 parameter in-force 2025-01-01 { parameter: impact-interval, value_duration: P6M }",
        "2025-06-03",
    ),
    (
        "A training of nobody in particular is recorded",
        "TRN-0001 training planned 2025-06-03 { title: Reading model cards }",
        "2025-06-03",
    ),
    ("The impact assessment of Chat assistant runs out", "", "2025-09-02"),
];

#[test]
fn after_each_act_exactly_these_verdicts_are_decided_again() {
    let lines: Vec<String> = ORGANIZATION.iter().map(|l| (*l).to_owned()).collect();
    let mut assessment = Assessment::of(&content().1, register(&lines), day("2025-05-01"));
    let mut told = String::new();
    for (what, line, on) in ACTS {
        let again = match line {
            "" => assessment.pass(day(on)),
            line => assessment.apply(record(line), day(on)).expect("a record"),
        };
        write!(told, "## {what}\n\n{}\n", listed(&assessment, &again)).expect("a text");
    }
    let expected = include_str!("again.md");
    let begins = expected.find("## ").unwrap_or_default();
    assert_eq!(told.trim_end(), expected[begins..].trim_end(), "\n{told}");
}

/// A line for each requirement: which subjects, or the organization as one.
fn listed(assessment: &Assessment<'_>, again: &[Again]) -> String {
    if again.is_empty() {
        return "nothing\n".to_owned();
    }
    let number = |slot: &u32| assessment.register().at(*slot).map_or("", |r| r.number());
    let mut lines = String::new();
    for one in again {
        let subjects: Vec<_> = one.subjects.iter().map(number).collect();
        let item = one.requirement.rsplit('/').next().unwrap_or_default();
        let about = if subjects.is_empty() { "the organization".to_owned() } else { subjects.join(", ") };
        writeln!(lines, "- {item}: {about}").expect("a text");
    }
    lines
}
