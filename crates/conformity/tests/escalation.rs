//! What is proposed as major at clause level: from verdicts, and from nonconformities that are recorded.

mod support;

use aims_conformity::{Escalated, Escalation, Severity, State, Verdict, check, escalations};
use support::{content, day, register};

const CLOSED: &str = "NC-0001 nonconformity closed 2026-03-01 { title: Late check, severity: minor, raised_at: 2026-03-01, closed_at: 2026-05-01T08:00:00.000Z, clause: [\"iso-42001:2023/8.1\"], causes: [{ cause: No reminder, method: five-whys, kind: process }] }";

fn raised(lines: &[&str], minor: &[&str]) -> (Vec<Escalation>, Vec<Verdict>) {
    let lines: Vec<String> = lines.iter().map(|l| (*l).to_owned()).collect();
    let (register, at) = (register(&lines), day("2026-11-23"));
    let mut verdicts = check(&content().1, &register, at);
    for verdict in &mut verdicts {
        let item = verdict.requirement.rsplit('/').next().unwrap_or_default();
        let is_minor = minor.contains(&item);
        verdict.state = if is_minor { State::Nonconformity(Severity::Minor) } else { State::Conforms };
    }
    (escalations(&content().1, &register, &verdicts, at), verdicts)
}

#[test]
fn three_minor_findings_on_one_clause_are_proposed_as_major_and_change_no_verdict() {
    assert!(raised(&[], &["8.1-a", "8.1-b", "8.2-a"]).0.is_empty());
    let (found, verdicts) = raised(&[], &["8.1-a", "8.1-b", "8.1-c", "8.2-a"]);
    let [one] = found.as_slice() else { panic!("one: {found:?}") };
    assert_eq!((one.clause.as_str(), one.because), ("iso-42001:2023/8.1", Escalated::SeveralMinor));
    assert_eq!(one.items, ["iso-42001:2023/8.1-a", "iso-42001:2023/8.1-b", "iso-42001:2023/8.1-c"]);
    assert!(verdicts.iter().all(|v| v.state < State::Nonconformity(Severity::Major)));
}

#[test]
fn three_open_minor_records_on_one_clause_are_proposed_as_major() {
    let open = |n: usize, state: &str| {
        format!(
            "NC-000{n} nonconformity {state} 2026-09-0{n} {{ title: Lapse {n}, severity: minor, raised_at: 2026-09-0{n}, clause: [\"iso-42001:2023/7.2\"] }}"
        )
    };
    let lines = [open(1, "open"), open(2, "contained"), open(3, "analysed")];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let found = raised(&lines, &[]).0;
    let [one] = found.as_slice() else { panic!("one: {found:?}") };
    assert_eq!(one.records.iter().map(|r| r.number.as_str()).collect::<Vec<_>>(), ["NC-0001", "NC-0002", "NC-0003"]);
    assert!(raised(&lines[..2], &[]).0.is_empty());
}

#[test]
fn what_came_back_after_it_was_closed_is_proposed_as_major() {
    let again = "NC-0002 nonconformity open 2026-09-01 { title: Late check, severity: minor, raised_at: 2026-09-01, clause: [\"iso-42001:2023/8.1\"] }";
    let found = raised(&[CLOSED, again], &[]).0;
    let [one] = found.as_slice() else { panic!("one: {found:?}") };
    assert_eq!(one.because, Escalated::CameBack);
    assert_eq!(one.say, "NC-0002 is the same as NC-0001, which was closed before");
    let other_clause = again.replace("8.1", "8.2");
    assert!(raised(&[CLOSED, &other_clause], &[]).0.is_empty());
    let other_cause = again.replace(" }", ", causes: [{ cause: New hands, method: five-whys, kind: people }] }");
    assert!(raised(&[CLOSED, &other_cause], &[]).0.is_empty());
    let before = again.replace("2026-09-01", "2026-04-01");
    assert!(raised(&[CLOSED, &before], &[]).0.is_empty());
}

#[test]
fn a_missed_correction_is_proposed_as_major_from_the_day_after_it_was_due() {
    let open = "NC-0001 nonconformity analysed 2026-09-01 { title: Late check, severity: minor, raised_at: 2026-09-01, clause: [\"iso-42001:2023/8.1\"] }";
    let action = |state: &str, due: &str| {
        format!(
            "CAC-0001 corrective-action {state} 2026-09-10 {{ title: Reminder, nonconformity: NC-0001, due: {due} }}"
        )
    };
    let found = raised(&[open, &action("open", "2026-11-22")], &[]).0;
    let [one] = found.as_slice() else { panic!("one: {found:?}") };
    assert_eq!(one.because, Escalated::CorrectionMissed);
    assert_eq!(one.records.iter().map(|r| r.number.as_str()).collect::<Vec<_>>(), ["CAC-0001", "NC-0001"]);
    assert!(raised(&[open, &action("open", "2026-11-23")], &[]).0.is_empty());
    assert!(raised(&[open, &action("done", "2026-11-22")], &[]).0.is_empty());
}
