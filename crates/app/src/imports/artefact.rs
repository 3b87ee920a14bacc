//! Import of an artefact: its drafts held against the records that stand, one after another.

use std::collections::{BTreeMap, BTreeSet};

use aims_exchange::{Artefact, Draft, Format, Reading};
use aims_record::{Fields, Kept, Record, Refusal};
use aims_store::Reading as Stored;
use serde_json::Value;

use super::{Change, Does, ImportPlan, Planned, Remark, kept_aside, remark};
use crate::{
    Aims, Failure, Step, Wish,
    resolve::{Known, is_key, resolve_word},
};

impl Aims {
    pub(super) fn plan_artefact(
        &self,
        format: Format,
        artefact: Artefact<'_>,
        reads: &dyn Fn(&str) -> bool,
    ) -> Result<ImportPlan, Failure> {
        let reading = aims_exchange::read(format, artefact)?;
        let stored = self.store.snapshot()?;
        let mut plan = ImportPlan {
            format: format.word().to_owned(),
            version: reading.version.clone(),
            file: artefact.name.to_owned(),
            sha256: reading.file_sha256.clone(),
            records: Vec::new(),
            kept: reading.kept.iter().map(kept_aside).collect(),
            notes: reading.notes.iter().map(remark).collect(),
            columns: Vec::new(),
            problems: Vec::new(),
            held_back: false,
            steps: Vec::new(),
            attach_to: reading.drafts.first().map(|d| d.key.clone()),
        };
        for draft in ordered(&reading) {
            self.plan_draft(&Against { stored: &stored, reads }, &reading, draft, &mut plan)?;
        }
        Ok(plan)
    }

    fn plan_draft(
        &self,
        against: &Against<'_>,
        reading: &Reading,
        draft: &Draft,
        plan: &mut ImportPlan,
    ) -> Result<(), Failure> {
        let stored = against.stored;
        let full = with_links(self, draft, reading.fields_to_record(draft));
        let mut planned = Planned {
            does: Does::Record,
            kind: draft.kind.clone(),
            key: draft.key.clone(),
            number: None,
            changes: Vec::new(),
        };
        let at = format!("{} {}", draft.kind, draft.key);
        let existing = match stored.by_key(&draft.key)? {
            None => None,
            Some(Kept::Live(record)) if against.takes(&record, draft) => Some(record),
            // Another register's record, or one that has ended: neither says what this file is about.
            Some(kept) => {
                let seen = (against.reads)(kept.id());
                let record = format!("{} ({})", kept.number(), kept.kind());
                let record = if seen { record } else { "a record that you may not read".to_owned() };
                let refusal = Box::new(Refusal::KeyTaken { key: draft.key.clone(), record });
                return Err(Failure::RefusedAt { at, refusal });
            }
        };
        let why =
            Some(format!("imported from `{}` ({} {}, SHA-256 {})", plan.file, plan.format, plan.version, plan.sha256));
        match existing {
            None => {
                planned.changes =
                    full.iter().map(|(f, v)| Change { field: f.clone(), from: None, to: Some(v.clone()) }).collect();
                let wish =
                    Wish::Record { id: None, kind: draft.kind.clone(), key: Some(draft.key.clone()), fields: full };
                plan.steps.push(Step { at, wish, why });
            }
            Some(record) => {
                planned.number = Some(record.number.clone());
                planned.changes =
                    differences(stored, &record, &with_links(self, draft, draft.fields.clone()), &full, &plan.sha256)?;
                plan.notes.extend(no_longer_said(&record, &full, &plan.sha256));
                planned.does = if planned.changes.is_empty() { Does::Nothing } else { Does::Amend };
                if planned.does == Does::Amend {
                    let set = planned
                        .changes
                        .iter()
                        .filter_map(|c| Some((c.field.clone(), full.get(&c.field).cloned()?)))
                        .collect();
                    let wish = Wish::Amend { record: record.id, seen: Some(record.version), set, unset: Vec::new() };
                    plan.steps.push(Step { at, wish, why });
                }
            }
        }
        plan.records.push(planned);
        Ok(())
    }
}

/// What an artefact is held against.
struct Against<'a> {
    stored: &'a Stored,
    reads: &'a dyn Fn(&str) -> bool,
}

impl Against<'_> {
    /// Whether the record is what the draft speaks of.
    fn takes(&self, record: &Record, draft: &Draft) -> bool {
        record.withdrawn.is_none() && record.kind == draft.kind && (self.reads)(&record.id)
    }
}

/// Drafts so that each comes after those it links to, as far as the links allow. In a circle the one that stands first goes first, and what it
/// links to is refused by name.
fn ordered(reading: &Reading) -> Vec<&Draft> {
    let mut by_key: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (n, draft) in reading.drafts.iter().enumerate() {
        by_key.entry(&draft.key).or_default().push(n);
    }
    let mut before: Vec<BTreeSet<usize>> = Vec::new();
    let mut after: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (n, draft) in reading.drafts.iter().enumerate() {
        let named = draft.links.iter().filter(|(_, to)| *to != draft.key).filter_map(|(_, to)| by_key.get(to.as_str()));
        let named: BTreeSet<usize> = named.flatten().copied().collect();
        named.iter().for_each(|to| after.entry(*to).or_default().push(n));
        before.push(named);
    }
    let mut waiting: BTreeSet<usize> = (0..before.len()).collect();
    let mut ready: BTreeSet<usize> =
        waiting.iter().copied().filter(|n| before.get(*n).is_none_or(BTreeSet::is_empty)).collect();
    let mut done = Vec::with_capacity(before.len());
    while let Some(next) = ready.pop_first().or_else(|| waiting.first().copied()) {
        waiting.remove(&next);
        done.extend(reading.drafts.get(next));
        for n in after.remove(&next).unwrap_or_default() {
            let free = before.get_mut(n).is_some_and(|names| names.remove(&next) && names.is_empty());
            if free && waiting.contains(&n) {
                ready.insert(n);
            }
        }
    }
    done
}

/// Fields with the links to other drafts, by key.
fn with_links(aims: &Aims, draft: &Draft, mut fields: Fields) -> Fields {
    let kind = aims.kinds.get(&draft.kind);
    for (name, to) in &draft.links {
        if !kind.and_then(|k| k.field(name)).is_some_and(|f| f.many) {
            fields.insert(name.clone(), to.clone().into());
        } else if let Some(list) = fields.entry(name.clone()).or_insert_with(|| Value::Array(Vec::new())).as_array_mut()
        {
            let to: Value = to.clone().into();
            if !list.contains(&to) {
                list.push(to);
            }
        }
    }
    fields
}

/// What a newer artefact changes. `says` are the values of the artefact itself, `full` those to record.
fn differences(
    stored: &Stored,
    record: &Record,
    says: &Fields,
    full: &Fields,
    sha256: &str,
) -> Result<Vec<Change>, Failure> {
    let same_file = record.fields.get("source_artefact").is_some_and(|t| t.to_string().contains(sha256))
        || record.files.iter().any(|f| f.sha256 == sha256);
    if same_file {
        return Ok(Vec::new());
    }
    let mut changes = Vec::new();
    for (field, wanted) in says {
        let stands = record.fields.get(field);
        if stands != Some(&resolved(stored, wanted)?) {
            changes.push(Change { field: field.clone(), from: stands.cloned(), to: Some(wanted.clone()) });
        }
    }
    // The tables that say where values came from change with every file; alone they are no difference.
    if !changes.is_empty() {
        for table in ["source_artefact", "unmapped"] {
            if let Some(to) = full.get(table).filter(|to| record.fields.get(table) != Some(to)) {
                changes.push(Change {
                    field: table.to_owned(),
                    from: record.fields.get(table).cloned(),
                    to: Some(to.clone()),
                });
            }
        }
    }
    Ok(changes)
}

/// Notes on fields that an earlier file gave and this one does not. They stay: what a file leaves out may still be so, and a person decides.
fn no_longer_said(record: &Record, full: &Fields, sha256: &str) -> Vec<Remark> {
    let rows = record.fields.get("source_artefact").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let earlier = rows.iter().filter(|row| row.get("file_sha256").and_then(Value::as_str) != Some(sha256));
    let given: BTreeSet<&str> = earlier.filter_map(|row| row.get("field").and_then(Value::as_str)).collect();
    let left_out = given.into_iter().filter(|f| record.fields.contains_key(*f) && !full.contains_key(*f));
    left_out
        .map(|field| Remark {
            code: "no_longer_said".into(),
            message: format!(
                "`{field}` of {} comes from an earlier file and not from this one; it stays",
                record.number
            ),
            place: String::new(),
        })
        .collect()
}

/// A value with keys of existing records replaced by ids, to be compared with what stands.
fn resolved(stored: &Stored, value: &Value) -> Result<Value, Failure> {
    Ok(match value {
        Value::String(word) if is_key(word) => match resolve_word(stored, &Known::new(), word) {
            Ok(id) => Value::String(id),
            Err(Failure::Refused(_)) => value.clone(),
            Err(other) => return Err(other),
        },
        Value::Array(list) if list.iter().all(|v| v.as_str().is_some_and(is_key)) => {
            let mut ids = list.iter().map(|v| resolved(stored, v)).collect::<Result<Vec<_>, _>>()?;
            ids.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
            Value::Array(ids)
        }
        other => other.clone(),
    })
}
