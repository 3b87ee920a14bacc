//! Acts that change what a record says: recorded, amended, linked, unlinked, attached.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use super::{Accepted, Seal, Standing, known_kind};
use crate::{
    Fields,
    act::{Act, ActBody, Lapse, LinkBody},
    check_fields,
    kind::{Field, Kind, Kinds, Required, Shape, Subject},
    record::{File, Kept, Record, seal_of},
    refusal::{Problem, Refusal},
};

/// So many other records one act may name: more would not fit into an entry.
const REFS_MAX: usize = 1_000;

type Changed = Result<(ActBody, Vec<String>), Refusal>;

/// One decision on content.
pub(super) struct Draft<'a> {
    pub kinds: &'a Kinds,
    pub standing: &'a dyn Standing,
    pub now: Timestamp,
    pub seal: &'a mut dyn Seal,
}

impl Draft<'_> {
    pub fn record(
        mut self,
        id: String,
        kind: &str,
        key: Option<String>,
        mut fields: Fields,
        why: Option<String>,
    ) -> Result<Accepted, Refusal> {
        let kind = known_kind(self.kinds, kind)?;
        if let Some(key) = &key {
            self.refuse_key(key)?;
        }
        let mut problems = check_fields(kind, &fields, self.now);
        problems.extend(missing(kind, |name| fields.contains_key(name), &kind.lifecycle.start));
        let refs = self.check_links(kind, &fields, &mut problems);
        refuse(problems)?;
        self.seal_personal(kind, &id, &Fields::new(), &mut fields)?;
        let number = format!("{}-{:04}", kind.number, self.standing.next_number(&kind.number));
        let state = kind.lifecycle.start.clone();
        let body = ActBody::Recorded { key, fields, kind: kind.id.clone(), number, state };
        Ok(Accepted { id, kind: kind.id.clone(), version: 1, prev: None, act: Act { body, why }, refs })
    }

    pub fn amend(&mut self, kind: &Kind, record: &Record, mut set: Fields, mut unset: Vec<String>) -> Changed {
        let mut problems = check_fields(kind, &set, self.now);
        problems.extend(unset.iter().filter(|n| kind.field(n).is_none_or(|f| f.stamped)).map(|n| {
            Problem::new(
                "unknown_field",
                format!("/{n}"),
                format!("{} has no field `{n}` that you could take away", kind.title),
            )
        }));
        set.retain(|name, value| record.fields.get(name) != Some(value));
        unset.retain(|name| record.fields.contains_key(name));
        unset.sort();
        unset.dedup();
        let kept = |name: &str| record.fields.get(name).filter(|_| !unset.iter().any(|ended| ended == name));
        let after = |name: &str| set.get(name).or_else(|| kept(name));
        let material: Vec<String> = changed_material(kind, &record.fields, after, set.keys().chain(unset.iter()));
        let (lapse, state) = lapse(kind, record, &material);
        let has = |name: &str| after(name).is_some();
        problems.extend(missing(kind, has, state.as_ref().unwrap_or(&record.state)));
        let refs = self.check_links(kind, &set, &mut problems);
        refuse(problems)?;
        if set.is_empty() && unset.is_empty() {
            return Err(Refusal::NothingChanges { record: record.number.clone() });
        }
        self.seal_personal(kind, &record.id, &record.fields, &mut set)?;
        Ok((ActBody::Amended { lapse, material, set, state, unset }, refs))
    }

    pub fn link(&mut self, kind: &Kind, record: &Record, name: &str, to: String) -> Changed {
        let field = link_field(kind, name)?;
        if record.links(name).contains(&to.as_str()) {
            return Err(Refusal::NothingChanges { record: record.number.clone() });
        }
        let mut problems = Vec::new();
        let value = if field.many { Value::Array(vec![to.clone().into()]) } else { to.clone().into() };
        let refs = self.check_links(kind, &Fields::from_iter([(name.to_owned(), value)]), &mut problems);
        refuse(problems)?;
        Ok((ActBody::Linked(link_body(kind, record, field, to)), refs))
    }

    pub fn unlink(&mut self, kind: &Kind, record: &Record, name: &str, to: String) -> Changed {
        let field = link_field(kind, name)?;
        if !record.links(name).contains(&to.as_str()) {
            return Err(Refusal::NothingChanges { record: record.number.clone() });
        }
        let was_last = record.links(name).len() == 1;
        let has = |other: &str| record.fields.contains_key(other) && !(was_last && other == name);
        refuse(missing(kind, has, &record.state).collect())?;
        let refs = vec![to.clone()];
        Ok((ActBody::Unlinked(link_body(kind, record, field, to)), refs))
    }

    pub fn attach(&mut self, kind: &Kind, record: &Record, field: Option<String>, file: File) -> Changed {
        if record.kind == "person" {
            let message = "erasure reaches what is sealed, not files; attach it to a record that retention disposes of";
            refuse(vec![Problem::new("file_on_person", "", message)])?;
        }
        let described = match &field {
            None => None,
            Some(name) => Some(file_field(kind, name)?),
        };
        let held = field.as_ref().and_then(|f| record.fields.get(f)).map(|v| v.to_string().contains(&file.sha256));
        if held.unwrap_or_else(|| field.is_none() && record.files.contains(&file)) {
            return Err(Refusal::NothingChanges { record: record.number.clone() });
        }
        let material = described.is_some_and(|f| f.material);
        let changed: Vec<String> = field.iter().filter(|_| material).cloned().collect();
        let (lapse, state) = lapse(kind, record, &changed);
        let many = described.is_some_and(|f| f.many);
        Ok((ActBody::Attached { field, file, lapse, many, material, state }, Vec::new()))
    }

    fn refuse_key(&self, key: &str) -> Result<(), Refusal> {
        let word = key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if key.is_empty() || key.len() > 63 || !word || key.starts_with('-') {
            let message = format!("the key `{key}` takes lower-case letters, digits and hyphens, at most 63");
            return Err(Refusal::FieldsRefused { problems: vec![Problem::new("key_malformed", "", message)] });
        }
        match self.standing.key_owner(key) {
            Some(record) => Err(Refusal::KeyTaken { key: key.to_owned(), record }),
            None => Ok(()),
        }
    }

    /// Every link must name a live record of the right kind; returns the ids named.
    fn check_links(&self, kind: &Kind, fields: &Fields, problems: &mut Vec<Problem>) -> Vec<String> {
        let mut refs = BTreeSet::new();
        for (name, value) in fields {
            if let Some(field) = kind.field(name) {
                self.check_link(field, value, &format!("/{name}"), problems, &mut refs);
            }
        }
        if refs.len() > REFS_MAX {
            let message = format!("one act names at most {REFS_MAX} other records; say it in several");
            problems.push(Problem::new("too_many_links", "", message));
        }
        refs.into_iter().collect()
    }

    fn check_link(
        &self,
        field: &Field,
        value: &Value,
        at: &str,
        problems: &mut Vec<Problem>,
        refs: &mut BTreeSet<String>,
    ) {
        match (&field.shape, value) {
            (Shape::Table { columns }, Value::Array(rows)) => {
                for (n, row) in rows.iter().enumerate() {
                    for column in columns {
                        if let Some(cell) = row.get(&column.name) {
                            self.check_link(column, cell, &format!("{at}/{n}/{}", column.name), problems, refs);
                        }
                    }
                }
            }
            (Shape::Person | Shape::Link { .. }, Value::Array(ids)) => {
                ids.iter().for_each(|id| self.check_target(field, id, at, problems, refs));
            }
            (Shape::Person | Shape::Link { .. }, id) => self.check_target(field, id, at, problems, refs),
            _ => {}
        }
    }

    fn check_target(
        &self,
        field: &Field,
        id: &Value,
        at: &str,
        problems: &mut Vec<Problem>,
        refs: &mut BTreeSet<String>,
    ) {
        let Some(id) = id.as_str() else { return };
        let kept = self.standing.kept(id);
        let Some(target) = kept.as_deref().and_then(Kept::live) else {
            return problems.push(Problem::new(
                "not_found",
                at,
                format!("`{}`: there is no record `{id}`", field.label),
            ));
        };
        let takes = match &field.shape {
            Shape::Person => target.kind == "person",
            Shape::Link { to } => to.is_empty() || to.contains(&target.kind),
            _ => true,
        };
        if takes {
            refs.insert(id.to_owned());
        } else {
            let message =
                format!("`{}` cannot name {}, which is of kind `{}`", field.label, target.number, target.kind);
            problems.push(Problem::new("wrong_kind", at, message));
        }
    }

    /// Replaces personal values by their seals, one seal for each person.
    fn seal_personal(&mut self, kind: &Kind, id: &str, before: &Fields, set: &mut Fields) -> Result<(), Refusal> {
        let mut by_subject: BTreeMap<String, Fields> = BTreeMap::new();
        for field in kind.fields.iter().filter(|f| f.personal.is_some()) {
            let Some(value) = set.get(&field.name).filter(|v| seal_of(v).is_none()) else { continue };
            let subject = match &field.personal {
                Some(Subject::Field(name)) => set.get(name).or_else(|| before.get(name)).and_then(Value::as_str),
                _ => Some(id),
            };
            let Some(subject) = subject else {
                let message = format!("say whom `{}` is about", field.label);
                return Err(Refusal::FieldsRefused {
                    problems: vec![Problem::new("subject_missing", format!("/{}", field.name), message)],
                });
            };
            by_subject.entry(subject.to_owned()).or_default().insert(field.name.clone(), value.clone());
        }
        for (subject, fields) in by_subject {
            self.refuse_erased(&subject)?;
            let names: Vec<String> = fields.keys().cloned().collect();
            let sealed = serde_json::json!({ "sealed": self.seal.seal(&subject, fields) });
            set.extend(names.into_iter().map(|name| (name, sealed.clone())));
        }
        Ok(())
    }

    fn refuse_erased(&self, subject: &str) -> Result<(), Refusal> {
        match self.standing.kept(subject).as_deref() {
            Some(Kept::Live(Record { erased: Some(at), number, .. })) => {
                Err(Refusal::Ended { record: number.clone(), how: "erased".into(), seq: at.seq })
            }
            _ => Ok(()),
        }
    }
}

fn refuse(problems: Vec<Problem>) -> Result<(), Refusal> {
    if problems.is_empty() { Ok(()) } else { Err(Refusal::FieldsRefused { problems }) }
}

/// Required fields that a record in `state` lacks, where it `has` these.
pub(super) fn missing<'a>(
    kind: &'a Kind,
    has: impl Fn(&str) -> bool + 'a,
    state: &'a str,
) -> impl Iterator<Item = Problem> + 'a {
    let wanted = move |f: &&Field| match &f.required {
        Required::No => false,
        Required::Always => true,
        Required::In(states) => states.iter().any(|s| s == state),
    };
    kind.fields
        .iter()
        .filter(wanted)
        .filter(move |f| !f.stamped && !has(&f.name))
        .map(|f| Problem::new("required", format!("/{}", f.name), format!("Enter `{}` ({})", f.name, f.label)))
}

/// The material fields among the changed ones. In a table whose columns say which of them are material, a change of the others is none.
fn changed_material<'a, 'v>(
    kind: &Kind,
    before: &Fields,
    after: impl Fn(&str) -> Option<&'v Value>,
    changed: impl Iterator<Item = &'a String>,
) -> Vec<String> {
    let material = |name: &&String| {
        kind.field(name).is_some_and(|f| f.material && content_of(f, before.get(*name)) != content_of(f, after(name)))
    };
    let material: BTreeSet<&String> = changed.filter(material).collect();
    material.into_iter().cloned().collect()
}

/// What of a value was approved: all of it, or the material columns of a table that has some.
fn content_of(field: &Field, value: Option<&Value>) -> Option<Value> {
    let Shape::Table { columns } = &field.shape else { return value.cloned() };
    let material: Vec<&str> = columns.iter().filter(|c| c.material).map(|c| c.name.as_str()).collect();
    let rows = value?.as_array().filter(|_| !material.is_empty());
    let Some(rows) = rows else { return value.cloned() };
    Some(
        rows.iter()
            .map(|row| material.iter().map(|name| row.get(name).cloned().unwrap_or_default()).collect::<Value>())
            .collect(),
    )
}

/// What lapses when these material fields change, and where the record falls back to.
fn lapse(kind: &Kind, record: &Record, material: &[String]) -> (Option<Lapse>, Option<String>) {
    if material.is_empty() {
        return (None, None);
    }
    let signatures: Vec<u64> = record.standing_signatures().map(|s| s.seq).collect();
    let lapse = (!signatures.is_empty()).then(|| Lapse { changed: material.to_vec(), signatures });
    (lapse, kind.lifecycle.state(&record.state).and_then(|s| s.lapses_to.clone()))
}

fn link_field<'a>(kind: &'a Kind, name: &str) -> Result<&'a Field, Refusal> {
    let links = || kind.fields.iter().filter(|f| f.links() && !f.stamped);
    links().find(|f| f.name == name).ok_or_else(|| {
        let message = format!("{} has no link `{name}`", kind.title);
        let problem =
            Problem::new("unknown_field", format!("/{name}"), message).with_allowed(links().map(|f| f.name.clone()));
        Refusal::FieldsRefused { problems: vec![problem] }
    })
}

fn file_field<'a>(kind: &'a Kind, name: &str) -> Result<&'a Field, Refusal> {
    let files = || kind.fields.iter().filter(|f| f.shape == Shape::File && !f.stamped);
    files().find(|f| f.name == name).ok_or_else(|| {
        let message = format!("{} has no file field `{name}`", kind.title);
        let problem =
            Problem::new("unknown_field", format!("/{name}"), message).with_allowed(files().map(|f| f.name.clone()));
        Refusal::FieldsRefused { problems: vec![problem] }
    })
}

fn link_body(kind: &Kind, record: &Record, field: &Field, to: String) -> LinkBody {
    let changed: Vec<String> = if field.material { vec![field.name.clone()] } else { Vec::new() };
    let (lapse, state) = lapse(kind, record, &changed);
    LinkBody { field: field.name.clone(), lapse, many: field.many, material: field.material, state, to }
}
