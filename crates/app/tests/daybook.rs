//! A daybook in several files is one story, and a variant changes it where it says.

use std::{fs, path::Path, sync::Arc};

use aims_app::{
    Aims, Failure, Query,
    chance::SystemChance,
    daybook::{Daybook, Variant},
};

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
