//! Verdicts in time: what changed and why, and what lapses when.

mod support;

use aims_conformity::{Because, Conformity, Direction, Said, Severity, State, Subject, Verdict, difference, forecast};
use aims_register::Register;
use support::{content, day, register};

const SYSTEM: &str = "SYS-0001 ai-system operation-monitoring 2026-01-10 { name: Claims triage, in_scope: true, tier: medium, first_use_at: 2026-03-01 }";
const INTERVAL: &str = "PAR-0001 parameter in-force 2026-01-05 { parameter: impact-interval, value_duration: P12M }";
const ASSESSED: &str = "IMP-0001 impact-assessment approved 2026-02-10 { title: Claims triage, system: SYS-0001, trigger: initial, date: 2026-02-10 }";
const DRAFT: &str = "IMP-0001 impact-assessment draft 2026-02-10 { title: Claims triage, system: SYS-0001, trigger: initial, date: 2026-02-10 }";

fn of(lines: &[&str]) -> Register {
    register(&lines.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>())
}

fn verdicts(register: &Register, on: &str) -> Vec<Verdict> {
    let conformity = Conformity { frameworks: &content().1, register };
    conformity.verdict("iso-42001:2023/8.4-a", day(on)).into_iter().collect()
}

fn between(before: &[&str], on: &str, after: &[&str], then: &str) -> Vec<aims_conformity::Difference> {
    let (old, new) = (of(before), of(after));
    let (said, says) = (verdicts(&old, on), verdicts(&new, then));
    difference(
        Said { at: day(on), register: &old, verdicts: &said },
        Said { at: day(then), register: &new, verdicts: &says },
    )
}

#[test]
fn where_nobody_did_anything_time_ran_out() {
    let records = [SYSTEM, INTERVAL, ASSESSED];
    let found = between(&records, "2026-11-23", &records, "2027-03-01");
    let [one] = found.as_slice() else { panic!("one difference: {found:?}") };
    assert_eq!(one.direction(), Direction::Worse);
    assert_eq!((one.before, one.after), (Some(State::Conforms), Some(State::Nonconformity(Severity::Minor))));
    assert!(matches!(&one.subject, Subject::Record(r) if r.number == "SYS-0001"));
    assert_eq!(one.because, [Because::Lapsed("2027-02-11T00:00:00Z".parse().expect("a moment"))]);
}

#[test]
fn a_record_that_is_new_or_gone_is_named() {
    let found = between(&[SYSTEM, INTERVAL], "2026-11-23", &[SYSTEM, INTERVAL, ASSESSED], "2026-11-24");
    assert!(matches!(found[0].because.as_slice(), [Because::Recorded(r)] if r.number == "IMP-0001"));
    assert_eq!(found[0].direction(), Direction::Better);
    let found = between(&[SYSTEM, INTERVAL, ASSESSED], "2026-11-23", &[SYSTEM, INTERVAL], "2026-11-24");
    assert!(matches!(found[0].because.as_slice(), [Because::Gone(r)] if r.number == "IMP-0001"));
}

#[test]
fn where_the_same_is_said_nothing_is_different() {
    let records = [SYSTEM, INTERVAL, ASSESSED];
    assert!(between(&records, "2026-11-23", &records, "2026-12-23").is_empty());
    assert!(between(&[SYSTEM, DRAFT], "2026-11-23", &[SYSTEM, DRAFT], "2026-12-23").is_empty());
}

#[test]
fn a_forecast_tells_each_lapse_on_its_day_and_none_beyond_its_end() {
    let records = of(&[SYSTEM, INTERVAL, ASSESSED]);
    let conformity = Conformity { frameworks: &content().1, register: &records };
    let of_impact = |end| -> Vec<_> {
        let all = forecast(conformity, day("2026-11-23"), day(end));
        all.into_iter().filter(|l| l.requirement.ends_with("/8.4-a")).collect()
    };
    assert!(of_impact("2027-02-10").is_empty());
    let found = of_impact("2027-02-12");
    let [one] = found.as_slice() else { panic!("one lapse: {found:?}") };
    assert_eq!(one.at.to_string(), "2027-02-11T00:00:00Z");
    assert_eq!((one.before, one.after), (Some(State::Conforms), Some(State::Nonconformity(Severity::Minor))));
    assert!(one.next.as_ref().is_some_and(|n| n.command.contains("impact-assessment")));
}

/// Followed from moment to moment, and decided from scratch at each: the same, for the records of every scenario.
#[test]
fn a_forecast_followed_is_the_forecast_from_scratch() {
    let mut lapses = 0;
    let mut seen = std::collections::BTreeSet::new();
    for (path, text) in support::files() {
        for case in support::cases(&path.display().to_string(), &text) {
            if case.lines.iter().any(|line| line.contains("CURRENT")) || !seen.insert(case.lines.clone()) {
                continue;
            }
            let frameworks = &support::content().1;
            let at = support::day(&case.date);
            let end = at + jiff::SignedDuration::from_hours(24 * 400);
            let register = support::register(&case.lines);
            let scratch = forecast(Conformity { frameworks, register: &register }, at, end);
            let followed = aims_conformity::Assessment::of(frameworks, register, at).ahead(end);
            for (a, b) in scratch.iter().zip(&followed) {
                assert_eq!(a, b, "{}: {}", case.file, case.title);
            }
            assert_eq!(
                scratch.len(),
                followed.len(),
                "{}: {}: {:?} {:?}",
                case.file,
                case.title,
                scratch.get(followed.len()),
                followed.get(scratch.len())
            );
            lapses += scratch.len();
        }
    }
    assert!(lapses > 1_000, "{lapses}");
}
