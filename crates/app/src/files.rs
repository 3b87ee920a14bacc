//! Records as files: `aims plan` and `aims apply`.
//!
//! A folder of YAML files says what a set of records should be. The plan is the difference to what stands: recorded, amended, and withdrawn where
//! a file that was applied before is gone. Applying is one transaction; a second apply does nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use aims_exchange::files::{RecordFile, parse};
use aims_record::{Actor, Fields, Kept, Kind, Record, Refusal, Shape, seal_of};
use aims_store::{Body, Personal, Reading as Stored};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    Aims, Done, Failure, Step, Wish,
    acts::{Besides, Noted},
    imports::{Change, Does, Planned},
    resolve::{Known, resolve_fields},
    words::read_folder,
};

/// The act that says which records a folder speaks for.
const APPLIED: &str = "applied";

/// What applying a folder would do.
#[derive(Clone, Debug, Serialize)]
pub struct FilesPlan {
    /// Record by record, in the order in which it would be done.
    pub records: Vec<Planned>,
    #[serde(skip)]
    steps: Vec<Step>,
    #[serde(skip)]
    keys: BTreeSet<String>,
    #[serde(skip)]
    keys_before: BTreeSet<String>,
}

impl FilesPlan {
    /// Whether it would change nothing.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.keys == self.keys_before
    }
}

impl Aims {
    /// Reads a folder of record files and says what applying it would do.
    ///
    /// # Errors
    /// All errors of all files, with file, line and column.
    pub fn plan_files(&self, folder: &Path) -> Result<FilesPlan, Failure> {
        let written = self.read_files(folder)?;
        if written.is_empty() {
            // Taken at its word, an empty folder would withdraw every record that was ever applied: more likely it is the wrong one.
            let message = format!("`{}` holds no record file (`*.yaml`); name another folder", folder.display());
            return Err(Failure::usage("folder_empty", message));
        }
        let stored = self.store.snapshot()?;
        let keys: BTreeSet<String> = written.iter().map(|w| w.key.clone()).collect();
        let keys_before = applied_before(&stored)?;
        let mut plan = FilesPlan { records: Vec::new(), steps: Vec::new(), keys, keys_before };
        let begun = self.keys_to_begin(&stored, &written)?;
        for record in ordered(written, &self.kinds.by_id) {
            self.plan_record(&stored, &begun, record, &mut plan)?;
        }
        let gone: Vec<String> = plan.keys_before.difference(&plan.keys).cloned().collect();
        for key in gone {
            plan_withdrawal(&stored, key, &mut plan)?;
        }
        Ok(plan)
    }

    /// Does what the plan says, in one transaction.
    ///
    /// # Errors
    /// With the file and line of what was refused; nothing was applied then.
    pub fn apply(&self, actor: &Actor, plan: FilesPlan) -> Result<Vec<Done>, Failure> {
        if plan.is_empty() {
            return Ok(Vec::new());
        }
        let noted = (plan.keys != plan.keys_before)
            .then(|| Noted { act: APPLIED.to_owned(), body: json!({ "keys": plan.keys }) });
        self.together(actor, plan.steps, None, Besides { noted, ..Besides::default() })
    }

    fn read_files(&self, folder: &Path) -> Result<Vec<RecordFile>, Failure> {
        Ok(parse(&read_folder(folder, "yaml")?, &self.kinds)?)
    }

    /// Ids for the keys of records that would begin; stand-ins, since the plan only compares.
    fn keys_to_begin(&self, stored: &Stored, written: &[RecordFile]) -> Result<Known, Failure> {
        let mut begun = Known::new();
        for record in written {
            if stored.by_key(&record.key)?.is_none() {
                begun.insert(record.key.clone(), record.key.clone());
            }
        }
        Ok(begun)
    }

    fn plan_record(
        &self,
        stored: &Stored,
        begun: &Known,
        written: RecordFile,
        plan: &mut FilesPlan,
    ) -> Result<(), Failure> {
        let kind = self.known_kind(&written.kind)?;
        let at = place(&written);
        let resolved =
            resolve_fields(stored, begun, kind, written.fields.clone()).map_err(|failure| match failure {
                Failure::Refused(refusal) => Failure::RefusedAt { at: place(&written), refusal: Box::new(refusal) },
                other => other,
            })?;
        let mut planned = Planned {
            does: Does::Record,
            kind: written.kind.clone(),
            key: written.key.clone(),
            number: None,
            changes: Vec::new(),
        };
        let wish = match stored.by_key(&written.key)? {
            Some(Kept::Live(record)) if record.withdrawn.is_none() => {
                refuse_other_kind(&record, &written)?;
                planned.number = Some(record.number.clone());
                planned.changes = changes(stored, kind, &record, &resolved)?;
                planned.does = if planned.changes.is_empty() { Does::Nothing } else { Does::Amend };
                let (set, unset) = planned.changes.iter().partition::<Vec<&Change>, _>(|c| c.to.is_some());
                let set = set
                    .iter()
                    .filter_map(|c| Some((c.field.clone(), written.fields.get(&c.field).cloned()?)))
                    .collect();
                let unset = unset.iter().map(|c| c.field.clone()).collect();
                Wish::Amend { record: record.id, seen: Some(record.version), set, unset }
            }
            Some(kept) => {
                let refusal = Refusal::KeyTaken { key: written.key, record: kept.number().to_owned() };
                return Err(Failure::RefusedAt { at, refusal: Box::new(refusal) });
            }
            None => {
                planned.changes = resolved
                    .iter()
                    .map(|(f, v)| Change { field: f.clone(), from: None, to: Some(v.clone()) })
                    .collect();
                Wish::Record { id: None, kind: written.kind, key: Some(written.key), fields: written.fields }
            }
        };
        if planned.does != Does::Nothing {
            plan.steps.push(Step { at, wish, why: Some("applied from files".into()) });
        }
        plan.records.push(planned);
        Ok(())
    }
}

fn refuse_other_kind(record: &Record, written: &RecordFile) -> Result<(), Failure> {
    if record.kind == written.kind {
        return Ok(());
    }
    let refusal =
        Refusal::KeyTaken { key: written.key.clone(), record: format!("{} ({})", record.number, record.kind) };
    Err(Failure::RefusedAt { at: place(written), refusal: Box::new(refusal) })
}

fn plan_withdrawal(stored: &Stored, key: String, plan: &mut FilesPlan) -> Result<(), Failure> {
    let Some(Kept::Live(record)) = stored.by_key(&key)? else { return Ok(()) };
    if record.withdrawn.is_some() {
        return Ok(());
    }
    plan.records.push(Planned {
        does: Does::Withdraw,
        kind: record.kind,
        key,
        number: Some(record.number),
        changes: Vec::new(),
    });
    let wish = Wish::Withdraw { record: record.id, seen: Some(record.version) };
    plan.steps.push(Step { at: String::new(), wish, why: Some("its file is gone".into()) });
    Ok(())
}

/// What differs between a file and the record: fields that the file sets, and fields that stand but that the file does not name.
/// Stamped fields and files are the record's own.
fn changes(stored: &Stored, kind: &Kind, record: &Record, wanted: &Fields) -> Result<Vec<Change>, Failure> {
    let mut changes = Vec::new();
    for field in kind.fields.iter().filter(|f| !f.stamped && f.shape != Shape::File) {
        let stands = opened(stored, &field.name, record.fields.get(&field.name))?;
        let wanted = wanted.get(&field.name);
        if stands.as_ref() != wanted {
            changes.push(Change { field: field.name.clone(), from: stands, to: wanted.cloned() });
        }
    }
    Ok(changes)
}

/// A value with the personal seal opened; an erased one is nothing.
fn opened(stored: &Stored, name: &str, value: Option<&Value>) -> Result<Option<Value>, Failure> {
    let Some(c) = value.and_then(seal_of) else { return Ok(value.cloned()) };
    Ok(match stored.personal(c)? {
        Some(Personal::Known(fields)) => fields.get(name).cloned(),
        _ => None,
    })
}

/// Keys of the newest `applied` act: what the folder spoke for the last time.
fn applied_before(stored: &Stored) -> Result<BTreeSet<String>, Failure> {
    let Some(seq) = newest_applied(stored)? else { return Ok(BTreeSet::new()) };
    let Some(Body::Bytes(bytes)) = stored.body(seq)? else { return Ok(BTreeSet::new()) };
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let keys = body.get("keys").and_then(Value::as_array).cloned().unwrap_or_default();
    Ok(keys.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// The newest entry whose act is `applied`, sought from the end.
fn newest_applied(stored: &Stored) -> Result<Option<u64>, Failure> {
    const WINDOW: u64 = 1_000;
    let mut end = stored.size()?;
    while end > 0 {
        let start = end.saturating_sub(WINDOW);
        let mut newest = None;
        stored.each_entry(start..end, &mut |seq, bytes| {
            // Members of an entry are in byte order: `act` is the first.
            if bytes.starts_with(br#"{"act":"applied""#) {
                newest = Some(seq);
            }
            Ok(())
        })?;
        if newest.is_some() {
            return Ok(newest);
        }
        end = start;
    }
    Ok(None)
}

fn place(file: &RecordFile) -> String {
    format!("{}:{}", file.path, file.line)
}

/// Records so that each comes after those of the same folder that it names.
fn ordered(written: Vec<RecordFile>, kinds: &BTreeMap<String, Kind>) -> Vec<RecordFile> {
    let keys: BTreeSet<String> = written.iter().map(|w| w.key.clone()).collect();
    let names = |w: &RecordFile| -> BTreeSet<String> {
        let mut words = Vec::new();
        if let Some(kind) = kinds.get(&w.kind) {
            for field in &kind.fields {
                w.fields.get(&field.name).into_iter().for_each(|v| link_words(&field.shape, v, &mut words));
            }
        }
        words.into_iter().filter(|word| *word != w.key && keys.contains(word)).collect()
    };
    let mut waiting: Vec<(BTreeSet<String>, RecordFile)> = written.into_iter().map(|w| (names(&w), w)).collect();
    let mut done = Vec::with_capacity(waiting.len());
    let mut settled: BTreeSet<String> = BTreeSet::new();
    while !waiting.is_empty() {
        let (ready, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(names, _)| names.is_subset(&settled));
        let stuck = ready.is_empty();
        waiting = rest;
        // Records that name each other in a circle are done in the order of the files; the one that comes too early is refused by name.
        let ready = if stuck { std::mem::take(&mut waiting) } else { ready };
        settled.extend(ready.iter().map(|(_, w)| w.key.clone()));
        done.extend(ready.into_iter().map(|(_, w)| w));
    }
    done
}

fn link_words(shape: &Shape, value: &Value, words: &mut Vec<String>) {
    match (shape, value) {
        (Shape::Person | Shape::Link { .. }, Value::String(word)) => words.push(word.clone()),
        (Shape::Person | Shape::Link { .. }, Value::Array(list)) => {
            words.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
        }
        (Shape::Table { columns }, Value::Array(rows)) => {
            for (row, column) in rows.iter().flat_map(|row| columns.iter().map(move |c| (row, c))) {
                row.get(&column.name).into_iter().for_each(|cell| link_words(&column.shape, cell, words));
            }
        }
        _ => {}
    }
}
