//! `until` against a naive model that asks on every day; what was known then; and the words of an explanation.

mod support;

use aims_conformity::{Conformity, State, explain};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use support::{content, day, register, verdict};

const SYSTEM: &str = "SYS-0001 ai-system operation-monitoring 2025-01-10 { name: Triage, in_scope: true, tier: low, first_use_at: 2026-06-01 }";

/// A day of 2025 or 2026.
fn any_day() -> impl Strategy<Value = String> {
    (2025..2027, 1..13, 1..29).prop_map(|(y, m, d)| format!("{y}-{m:02}-{d:02}"))
}

fn records(assessed: &[String], reviewed: &[String], months: Option<u8>) -> Vec<String> {
    let mut lines = vec![SYSTEM.to_owned()];
    for (n, date) in assessed.iter().enumerate() {
        lines.push(format!("IMP-{n:04} impact-assessment approved 2025-01-11 {{ system: SYS-0001, date: {date} }}"));
    }
    for (n, date) in reviewed.iter().enumerate() {
        lines.push(format!("CXR-{n:04} context-review recorded 2025-01-11 {{ date: {date} }}"));
    }
    for side in ["external", "internal"] {
        lines.push(format!(
            "ISS-{side} context-issue active 2025-01-11 {{ side: {side}, relevance: a, effect_on_aims: b }}"
        ));
    }
    for parameter in ["impact-interval", "context-review"] {
        let value = |m| {
            format!("PAR-{parameter} parameter in-force 2025-01-11 {{ parameter: {parameter}, value_duration: P{m}M }}")
        };
        lines.extend(months.map(value));
    }
    lines
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn the_first_day_that_says_something_else_is_until(
        assessed in prop::collection::vec(any_day(), 0..4),
        reviewed in prop::collection::vec(any_day(), 0..4),
        months in prop::option::of(1u8..18),
    ) {
        let held = register(&records(&assessed, &reviewed, months));
        let conformity = Conformity { frameworks: &content().1, register: &held };
        for item in ["iso-42001:2023/8.4-a", "iso-42001:2023/4.1-a"] {
            let verdict = |at| conformity.verdict(item, at).expect("the requirement");
            let now: Timestamp = "2026-01-01T00:00:00Z".parse().expect("a moment");
            let first = verdict(now);
            let each_day = (1..365 * 4).map(|n| now + SignedDuration::from_hours(24 * n));
            let naive = each_day.into_iter().find(|at| !first.says_the_same(&verdict(*at)));
            prop_assert_eq!(first.until, naive, "{}", item);
        }
    }
}

#[test]
fn the_same_question_gives_the_same_answer_whatever_the_order() {
    let mut lines = records(&["2026-01-01".into(), "2025-06-01".into()], &["2026-02-01".into()], Some(12));
    let at = day("2026-05-05");
    let first = verdict(&lines, "4.1-a", at);
    lines.reverse();
    assert_eq!(verdict(&lines, "4.1-a", at), first);
}

#[test]
fn a_past_moment_is_asked_of_what_was_known_then() {
    let known = records(&[], &[], Some(12));
    let later = records(&["2026-02-01".into()], &[], Some(12));
    let at = day("2026-03-01");
    assert!(matches!(verdict(&known, "8.4-a", at).state, State::Nonconformity(_)));
    assert_eq!(verdict(&later, "8.4-a", at).state, State::Conforms);
}

#[test]
fn evidence_of_the_future_is_none() {
    let lines = records(&["2026-04-01".into()], &[], Some(12));
    let early = verdict(&lines, "8.4-a", day("2026-03-01"));
    assert!(matches!(early.state, State::Nonconformity(_)));
    assert_eq!(early.until, Some("2026-04-01T00:00:00Z".parse().expect("a moment")));
}

#[test]
fn an_explanation_says_how_it_is_decided_and_what_was_found() {
    let lines = records(&["2025-06-01".into()], &[], Some(12));
    let held = register(&lines);
    let found = explain(&content().1, &held, day("2026-03-01"), "iso-42001:2023/8.4-a").expect("the requirement");
    assert!(
        found.decided.starts_with("For every AI system where in scope of the management system"),
        "{}",
        found.decided
    );
    assert!(found.proof.says.ends_with("conforms"), "{:?}", found.proof);
    let one = found.only("SYS-0001").expect("the system");
    assert_eq!(one.proof.records, ["IMP-0000 version 1", "SYS-0001 version 1"]);
    assert!(explain(&content().1, &held, day("2026-03-01"), "iso-42001:2023/9.9-z").is_none());
}
