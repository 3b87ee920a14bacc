//! A daybook in several files is one story, and a variant changes it where it says.

use std::{fs, path::Path, sync::Arc};

use aims_app::{
    Aims, Failure, Query,
    chance::SystemChance,
    checks::Question,
    daybook::{Daybook, Variant},
};
use aims_conformity::State;

const WHO: &str =
    "organization: { name: Quellhof, origin: aims.quellhof.example }\nfounder: { key: ada, name: Ada Quell }\n";
const PEOPLE: &str = "days:
  - at: 2026-01-05T09:00:00Z
    by: ada
    do:
      - record: { kind: person, key: ben, fields: { name: Ben Hof, employment: employee, joined_at: 2024-03-01 } }
  - at: 2026-01-07T09:00:00Z
    by: ben
    do:
      - amend: { record: issue-law, set: { owner: ben }, why: taken over }
";
const ISSUES: &str = "days:
  - at: 2026-01-06T09:00:00Z
    by: ada
    do:
      - record: { kind: context-issue, key: issue-law, fields: { title: AI law, side: external, topic: legal, statement: Duties bind in steps., relevance: They bind us., effect_on_aims: More records., owner: ada } }
";
const DEFECTS: &str = "framework: iso-42001:2023
defects:
  - id: orphaned
    about: Nobody took the issue over, and its side is wrong.
    change:
      - leave_out: { record: issue-law, step: amend }
      - replace: { record: issue-law, set: { side: internal }, unset: [relevance] }
      - add: { at: 2026-01-06T10:00:00Z, by: ada, do: [{ amend: { record: ben, set: { unit: Archive }, why: moved } }] }
    finds: [{ items: [4.1-a, 4.1-b], subject: issue-law, verdict: minor }]
";

fn write(dir: &Path, files: &[(&str, &str)]) {
    files.iter().for_each(|(name, text)| fs::write(dir.join(name), text).unwrap());
}

fn story(dir: &Path) -> Daybook {
    let first = format!("{WHO}days: []\n");
    write(
        dir,
        &[("daybook.yaml", &first), ("people.yaml", PEOPLE), ("issues.yaml", ISSUES), ("defects.yaml", DEFECTS)],
    );
    Daybook::read(dir).unwrap_or_else(|f| panic!("{f}"))
}

fn issue(aims: &Aims) -> String {
    let shown = aims.show("issue-law", None).unwrap();
    shown.record["fields"].to_string()
}

#[test]
fn days_of_several_files_are_merged_by_time() {
    let dir = tempfile::tempdir().unwrap();
    let mut told = Vec::new();
    let aims = story(dir.path())
        .play(&dir.path().join("org"), Arc::new(SystemChance), &mut |t| told.push(t.what.trim().to_owned()))
        .unwrap_or_else(|f| panic!("{f}"));
    assert_eq!(told, ["record person ben", "record context-issue issue-law", "amend issue-law"]);
    assert!(issue(&aims).contains("They bind us."));
    let (_, people) = aims.list(&Query { kind: Some("person".into()), ..Query::default() }).unwrap();
    assert_eq!(people, 2);
}

#[test]
fn a_variant_leaves_out_replaces_and_adds() {
    let dir = tempfile::tempdir().unwrap();
    let daybook = story(dir.path());
    let variant = Variant::read(&dir.path().join("defects.yaml")).unwrap_or_else(|f| panic!("{f}"));
    let finds: Vec<_> = variant.defects[0].finds.iter().map(|e| (e.item.as_str(), e.subject.as_deref())).collect();
    assert_eq!(finds, [("iso-42001:2023/4.1-a", Some("issue-law")), ("iso-42001:2023/4.1-b", Some("issue-law"))]);
    let mut told = Vec::new();
    let aims = daybook
        .with(&variant)
        .unwrap_or_else(|f| panic!("{f}"))
        .play(&dir.path().join("org"), Arc::new(SystemChance), &mut |t| told.push(t.what.trim().to_owned()))
        .unwrap_or_else(|f| panic!("{f}"));
    assert_eq!(told, ["record person ben", "record context-issue issue-law", "amend ben"]);
    assert!(issue(&aims).contains("internal") && !issue(&aims).contains("They bind us."));
}

#[test]
fn a_change_that_fits_no_step_is_refused_with_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let daybook = story(dir.path());
    write(dir.path(), &[("defects.yaml", &DEFECTS.replace("record: issue-law, step: amend", "record: issue-lost"))]);
    let variant = Variant::read(&dir.path().join("defects.yaml")).unwrap_or_else(|f| panic!("{f}"));
    let refused = daybook.with(&variant).err().unwrap();
    assert!(matches!(refused, Failure::Content(_)));
    assert!(refused.to_string().starts_with("defects.yaml:6:20: no step about `issue-lost` fits"), "{refused}");
}

const JUDGED: &str = "days:
  - at: 2026-01-05T09:00:00Z
    by: ada
    do:
      - record: { kind: document, key: register-of-mills, fields: { title: Register of mills, kind: report, origin: internal, required_by: [law] } }
      - judge: { requirement: 7.5.1-b, fields: { verdict: adequate } }
  - at: 2026-01-06T09:00:00Z
    by: ada
    do:
      - judge: { requirement: 7.5.1-b, fields: { verdict: adequate, rationale: One mill needs one register., conflict_of_interest: none, expires: 2026-12-31 } }
      - judge: { requirement: 5.2-a, fields: { verdict: adequate } }
";

fn judged(days: &str) -> Result<(Aims, Vec<usize>, tempfile::TempDir), Failure> {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &[("daybook.yaml", &format!("{WHO}{days}"))]);
    let mut acts = Vec::new();
    let daybook = Daybook::read(&dir.path().join("daybook.yaml"))?;
    let aims = daybook.play(&dir.path().join("org"), Arc::new(SystemChance), &mut |t| acts.push(t.acts))?;
    Ok((aims, acts, dir))
}

fn state(aims: &Aims) -> State {
    aims.check(&Question::about("7.5.1-b")).unwrap().verdicts[0].state
}

#[test]
fn a_judgement_is_given_on_what_stands_when_the_day_begins_and_only_where_one_is_due() {
    let (aims, acts, _dir) = judged(JUDGED).unwrap_or_else(|f| panic!("{f}"));
    assert_eq!(acts.iter().map(|n| n.min(&1)).collect::<Vec<_>>(), [&1, &0, &1, &0]);
    assert_eq!(state(&aims), State::Conforms);
    let changed = JUDGED.to_owned()
        + "      - amend: { record: register-of-mills, set: { title: Register of all mills }, why: more mills }\n";
    let (aims, ..) = judged(&changed).unwrap_or_else(|f| panic!("{f}"));
    assert_eq!(state(&aims), State::DeterminationDue);
}

#[test]
fn a_clause_is_not_judged_as_a_whole() {
    let refused = judged(&JUDGED.replace("requirement: 5.2-a", "requirement: 5.2")).err().unwrap();
    assert!(refused.to_string().contains("`5.2` holds several requirements"), "{refused}");
}
