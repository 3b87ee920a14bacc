//! A small content in which every error is made by changing one place.
#![allow(dead_code)] // every test file uses a part of it

pub type Files = Vec<(String, String)>;

pub const POLICY: &str = "\
kind: policy
title: Policy
plural: Policies
number: POL
about: A rule.
clauses: [iso-42001:2023/5.2]
retention: { class: aims-record, floor: P6Y, ceiling: P12Y, from: in-force }
fields:
  title: { type: text, label: Title, help: Its name., required: true, material: true }
  text: { type: markdown, label: Text, help: All of it., required: { in: [in-force] } }
  sort: { type: choice, label: Sort, help: Which., options: { ai: AI, security: Security } }
  owner: { type: person, label: Owner, help: Who keeps it., inverse: policies owned }
  refs: { type: link, label: Refers to, help: Others., to: [policy], many: true, inverse: referred to by }
  cost: { type: number, label: Cost, help: In units., units: [kWh, h], min: \"0\", max: \"99\" }
  rows:
    type: table
    label: Rows
    help: One each.
    columns:
      what: { type: text, label: What, help: What it is., required: true }
      level: { type: choice, label: Level, help: How much., options: { low: Low, high: High } }
  approved_by: { type: person, label: By, help: Set by the verb., stamped: true }
  approved_at: { type: instant, label: At, help: Set by the verb., stamped: true }
lifecycle:
  start: draft
  states:
    draft: { label: Draft, about: Being written. }
    in-force: { label: In force, about: To be followed., lapses_to: draft, ends: true }
  verbs:
    approve:
      label: Approve
      from: [draft]
      to: in-force
      by: [top-management, field:owner]
      needs:
        - { set: [title, text], otherwise: write the text }
        - { none: { kind: policy, via: refs, in: [draft] }, otherwise: finish the others }
        - { linked: { field: refs, in: [in-force] }, otherwise: approve those first }
      sign: { meaning: approved, by: [top-management], count: 1, apart_from: [editors] }
      stamps: { approved_by: actor, approved_at: now }
";

pub const PERSON: &str = "\
kind: person
title: Person
plural: Persons
number: PER
about: Someone.
clauses: []
retention: { class: personal, floor: P1Y, ceiling: P3Y }
fields:
  name: { type: text, label: Name, help: As used., required: true, personal: true }
lifecycle:
  start: active
  states: { active: { label: Active, about: Here. } }
";

pub fn base() -> Files {
    let content = aims_framework::Content::embedded();
    let words = ["roles.yaml", "retention.yaml", "clauses.yaml"];
    let mut files: Files = words.iter().map(|w| ((*w).to_owned(), content.file(w).unwrap().to_owned())).collect();
    files.push(("kinds/policy.yaml".to_owned(), POLICY.to_owned()));
    files.push(("kinds/person.yaml".to_owned(), PERSON.to_owned()));
    files
}

/// The base with `from` replaced by `to` in the file of kind `policy`, or in the first file that has it.
pub fn changed(from: &str, to: &str) -> Files {
    let mut files = base();
    files.reverse();
    files.sort_by_key(|(name, _)| name != "kinds/policy.yaml");
    let file = files.iter_mut().find(|(_, text)| text.contains(from)).expect("the text to change");
    file.1 = file.1.replacen(from, to, 1);
    files
}

/// What loading says, one line for each error.
pub fn said(files: &Files, own: &Files) -> String {
    match aims_framework::kinds::load(files, own) {
        Ok(_) => "no error".to_owned(),
        Err(errors) => errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    }
}

/// An organization's folder with one file.
pub fn own(name: &str, text: &str) -> Files {
    vec![(name.to_owned(), text.to_owned())]
}
