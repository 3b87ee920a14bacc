//! Import of artefacts: read, planned, then done in one transaction.

mod table;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Read,
    path::Path,
};

use aims_exchange::{Artefact, Draft, Format, Leftover, Note, Reading};
use aims_ledger::Hash;
use aims_record::{Actor, Fields, File, Kept, Record, Refusal};
use aims_store::{Offer, Reading as Stored};
use serde::Serialize;
use serde_json::Value;

use crate::{
    Aims, Done, Failure, Step, Wish,
    resolve::{Known, is_key, resolve_word},
};

pub use table::{ColumnTo, RowProblem, Sheet};

/// What an import would do, before it does it.
#[derive(Clone, Debug, Serialize)]
pub struct ImportPlan {
    /// The format's word.
    pub format: String,
    /// The version the file declares.
    pub version: String,
    /// The file's name.
    pub file: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Record by record.
    pub records: Vec<Planned>,
    /// What the file holds and no field takes: kept in the record's table `unmapped`, or with the attached file.
    pub kept: Vec<KeptAside>,
    /// What a person should know first.
    pub notes: Vec<Remark>,
    /// For a sheet: where each column goes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnTo>,
    /// For a sheet: what is wrong, row by row.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<RowProblem>,
    /// Whether nothing is recorded because of them.
    pub held_back: bool,
    #[serde(skip)]
    steps: Vec<Step>,
    /// The record that the file goes to, by key or number; nothing where it holds the file already.
    #[serde(skip)]
    attach_to: Option<String>,
}

/// What a file is read as.
pub enum Intake {
    /// An artefact of this format.
    Artefact(Format),
    /// A sheet, CSV or XLSX.
    Sheet(Sheet),
}

/// One record of an import.
#[derive(Clone, Debug, Serialize)]
pub struct Planned {
    /// What would happen.
    pub does: Does,
    /// Kind id.
    pub kind: String,
    /// Key.
    pub key: String,
    /// Number, where it exists.
    pub number: Option<String>,
    /// Field by field.
    pub changes: Vec<Change>,
}

/// What would happen to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Does {
    /// It begins.
    Record,
    /// Fields change.
    Amend,
    /// Nothing: it says this already.
    Nothing,
    /// It goes: its file is gone.
    Withdraw,
}

/// One field of a plan.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// The field.
    pub field: String,
    /// What stands.
    pub from: Option<Value>,
    /// What would stand.
    pub to: Option<Value>,
}

/// A value that no field takes.
#[derive(Clone, Debug, Serialize)]
pub struct KeptAside {
    /// Key of the record it belongs to.
    pub record: String,
    /// Where it stands in the file.
    pub path: String,
    /// The value.
    pub value: String,
}

/// A note on the file.
#[derive(Clone, Debug, Serialize)]
pub struct Remark {
    /// Stable code.
    pub code: String,
    /// A sentence.
    pub message: String,
    /// Where.
    pub place: String,
}

impl ImportPlan {
    /// The acts of the plan, for whoever asks first whether each may be done; `file` goes to its main record.
    ///
    /// # Errors
    /// `rows_refused` where a row holds all back.
    pub fn into_steps(self, file: File) -> Result<Vec<Step>, Failure> {
        if self.held_back {
            let message = "some rows cannot be recorded as they are; mend them, or choose the rows that pass";
            return Err(Failure::usage("rows_refused", message));
        }
        let mut steps = self.steps;
        if let Some(record) = self.attach_to.filter(|_| !steps.is_empty()) {
            let wish = Wish::Attach { record, seen: None, field: None, file };
            steps.push(Step { at: String::new(), wish, why: Some("the imported file".into()) });
        }
        Ok(steps)
    }

    /// What it would do to records, act by act, without the file.
    pub fn wishes(&self) -> impl Iterator<Item = &Wish> {
        self.steps.iter().map(|step| &step.wish)
    }

    /// The record that takes the file, by key or number; nothing where it holds the file already.
    pub fn attaches_to(&self) -> Option<&str> {
        self.attach_to.as_deref()
    }

    /// Whether it would change nothing.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() || self.held_back
    }

    /// The word that reads the file so again; a sheet is one whether it is CSV or XLSX.
    pub fn format_word(&self) -> &str {
        if self.columns.is_empty() { &self.format } else { "sheet" }
    }

    /// Digest of all that it shows: the same while neither the file nor what it is held against has changed.
    pub fn digest(&self) -> String {
        Hash::sha256(&serde_json::to_vec(self).unwrap_or_default()).to_string()
    }
}

impl Aims {
    /// Reads a file and says what importing it would do.
    ///
    /// # Errors
    /// [`Failure::Unreadable`] with the reason and what to do; an unknown kind.
    pub fn plan_file(&self, path: &Path, intake: &Intake) -> Result<ImportPlan, Failure> {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        // Whoever has the folder has all of it.
        self.plan_import(&name, &read_limited(path)?, intake, &|_| true)
    }

    /// The same from bytes, for somebody who may read the records of which `reads` says so: of no other is said that it is there.
    ///
    /// # Errors
    /// As [`Aims::plan_file`].
    pub fn plan_import(
        &self,
        name: &str,
        bytes: &[u8],
        intake: &Intake,
        reads: &dyn Fn(&str) -> bool,
    ) -> Result<ImportPlan, Failure> {
        let mut plan = match intake {
            Intake::Artefact(format) => self.plan_artefact(*format, Artefact { name, bytes }, reads)?,
            Intake::Sheet(sheet) => self.plan_sheet(name, bytes, sheet, reads)?,
        };
        let stored = self.store.snapshot()?;
        let holds = |record: &Record| record.files.iter().any(|f| f.sha256 == plan.sha256);
        if let Some(record) = &plan.attach_to
            && self.word_of(&stored, record)?.is_some_and(|kept| kept.live().is_some_and(holds))
        {
            plan.attach_to = None;
        }
        Ok(plan)
    }

    /// The record of a key or number, where there is one.
    fn word_of(&self, stored: &Stored, word: &str) -> Result<Option<Kept>, Failure> {
        Ok(match stored.by_key(word)? {
            Some(kept) => Some(kept),
            None => stored.by_number(word)?,
        })
    }

    fn plan_artefact(
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

    /// Does what the plan says, in one transaction, and attaches the file to its main record.
    ///
    /// # Errors
    /// Where anything was refused; nothing was imported then.
    pub fn import(&self, actor: &Actor, path: &Path, plan: ImportPlan) -> Result<Vec<Done>, Failure> {
        if plan.is_empty() && !plan.held_back {
            return Ok(Vec::new());
        }
        let file = self.take_file(path, None, Some(plan.sha256.clone()))?;
        self.act_together(actor, plan.into_steps(file)?, None)
    }

    /// Takes a file into the evidence store under its own name or another.
    ///
    /// # Errors
    /// Empty, too large, not what it says it is, or not the announced digest.
    pub fn take_file(
        &self,
        path: &Path,
        name: Option<String>,
        expected_sha256: Option<String>,
    ) -> Result<File, Failure> {
        let own = || path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let offer = Offer { name: name.unwrap_or_else(own), expected_sha256, limit: None };
        let mut file = fs::File::open(path).map_err(|error| Failure::File { path: path.to_owned(), error })?;
        Ok(self.store.put_evidence(&offer, &mut file)?.file)
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

fn read_limited(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error| Failure::File { path: path.to_owned(), error };
    let mut bytes = Vec::new();
    let limit = aims_exchange::ARTEFACT_BYTES_MAX as u64 + 1;
    fs::File::open(path).map_err(failed)?.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
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

fn kept_aside(leftover: &Leftover) -> KeptAside {
    KeptAside { record: leftover.draft.clone(), path: leftover.path.clone(), value: leftover.value.clone() }
}

fn remark(note: &Note) -> Remark {
    Remark { code: note.code.to_owned(), message: note.message.clone(), place: note.place.clone() }
}
