//! Import of a spreadsheet: rows planned as records of one kind. Nothing is recorded unless every row passes, or the person chose the
//! rows that do.

use std::collections::HashMap;

use aims_exchange::table::{Grid, Matched, RowDraft, drafts, grid, match_columns};
use aims_record::{Field, Fields, Kept, Kind, Record, Refusal, Shape, seal_of};
use aims_store::{Filter, Personal, Reading as Stored};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Change, Does, ImportPlan, KeptAside, Planned, remark};
use crate::{
    Aims, Failure, Step, Wish,
    resolve::{Known, resolve_word},
};

/// Rows of provenance in a record at most.
const SOURCES_MAX: usize = 1_000;

/// What to make of a sheet.
pub struct Sheet {
    /// The kind of its rows.
    pub kind: String,
    /// Heading and field (or `number`, `key`, `-`), where the proposal is to be changed.
    pub matches: Vec<(String, String)>,
    /// Whether rows that pass are recorded although others do not.
    pub valid_only: bool,
}

/// A column of the sheet.
#[derive(Clone, Debug, Serialize)]
pub struct ColumnTo {
    /// As the sheet names it.
    pub heading: String,
    /// Field, `number`, `key`, or `-`.
    pub field: String,
}

/// What is wrong in a row.
#[derive(Clone, Debug, Serialize)]
pub struct RowProblem {
    /// Stable code.
    pub code: &'static str,
    /// As the spreadsheet numbers it.
    pub row: usize,
    /// The heading; empty for the whole row.
    pub column: String,
    /// What to do.
    pub message: String,
}

impl Aims {
    /// No record is found by a name or number in the sheet that may not be read.
    pub(super) fn plan_sheet(
        &self,
        name: &str,
        bytes: &[u8],
        ask: &Sheet,
        reads: &dyn Fn(&str) -> bool,
    ) -> Result<ImportPlan, Failure> {
        let kind = self.known_kind(&ask.kind)?;
        let grid = grid(bytes)?;
        let matched = match_columns(&grid, kind, &ask.matches)?;
        let rows = drafts(&grid, kind, &matched);
        let stored = self.store.snapshot()?;
        let index = Index::of(self, &stored, kind, &matched, reads)?;
        let mut plan = begun(name, &grid, &matched);
        plan.problems.extend(rows.problems.into_iter().map(|p| RowProblem {
            code: p.code,
            row: p.row,
            column: p.column,
            message: p.message,
        }));
        for draft in rows.drafts {
            let row = draft.row;
            match self.plan_row(&index, draft, &mut plan) {
                Err(Stop::Failed(failure)) => return Err(failure),
                Err(Stop::Wrong(code, column, message)) => {
                    plan.problems.push(RowProblem { code, row, column, message });
                }
                Ok(()) => {}
            }
        }
        plan.problems.sort_by_key(|p| p.row);
        plan.held_back = !plan.problems.is_empty() && !ask.valid_only;
        Ok(plan)
    }

    fn plan_row(&self, index: &Index<'_>, draft: RowDraft, plan: &mut ImportPlan) -> Result<(), Stop> {
        let fields = index.resolve(&draft)?;
        let record = index.record(&draft)?;
        let at = format!("row {}", draft.row);
        let why = format!("imported from row {} of `{}` (SHA-256 {})", draft.row, plan.file, plan.sha256);
        let mut planned = Planned {
            does: Does::Nothing,
            kind: index.kind.id.clone(),
            key: record.as_ref().and_then(|r| r.key.clone()).unwrap_or_else(|| draft.key.clone()),
            number: record.as_ref().map(|r| r.number.clone()),
            changes: Vec::new(),
        };
        let name = planned.number.clone().unwrap_or_else(|| planned.key.clone());
        let kept = draft.kept.iter();
        plan.kept.extend(kept.map(|(path, value)| KeptAside {
            record: name.clone(),
            path: format!("{at}, {path}"),
            value: value.clone(),
        }));
        let step = match record {
            None => {
                planned.does = Does::Record;
                let fields = with_sources(index.kind, fields, &draft, plan);
                planned.changes = fields.iter().map(|(f, v)| change(f, None, v)).collect();
                let (kind, key) = (planned.kind.clone(), Some(draft.key.clone()));
                Some(Wish::Record { id: None, kind, key, fields })
            }
            Some(record) => {
                let set = index.changed(&record, fields)?;
                planned.changes = set.iter().map(|(f, v)| change(f, record.fields.get(f), v)).collect();
                planned.does = if set.is_empty() { Does::Nothing } else { Does::Amend };
                (!set.is_empty()).then(|| {
                    let set = with_sources(index.kind, set, &draft, plan);
                    Wish::Amend { record: record.id, seen: Some(record.version), set, unset: Vec::new() }
                })
            }
        };
        if let Some(wish) = step {
            plan.attach_to.get_or_insert(name);
            plan.steps.push(Step { at, wish, why: Some(why) });
        }
        plan.records.push(planned);
        Ok(())
    }
}

/// Why a row is not planned.
enum Stop {
    /// Nothing can be planned.
    Failed(Failure),
    /// Code, heading, what to do.
    Wrong(&'static str, String, String),
}

impl<F: Into<Failure>> From<F> for Stop {
    fn from(failure: F) -> Stop {
        Stop::Failed(failure.into())
    }
}

fn begun(name: &str, grid: &Grid, matched: &Matched) -> ImportPlan {
    let to =
        |c: &aims_exchange::table::Column| ColumnTo { heading: c.heading.clone(), field: c.target.word().to_owned() };
    ImportPlan {
        format: grid.format.to_owned(),
        version: String::new(),
        file: name.to_owned(),
        sha256: grid.sha256.clone(),
        records: Vec::new(),
        kept: Vec::new(),
        notes: grid.notes.iter().chain(&matched.notes).map(remark).collect(),
        columns: matched.columns.iter().map(to).collect(),
        problems: Vec::new(),
        held_back: false,
        steps: Vec::new(),
        attach_to: None,
    }
}

fn change(field: &str, from: Option<&Value>, to: &Value) -> Change {
    Change { field: field.to_owned(), from: from.cloned(), to: Some(to.clone()) }
}

/// Where the values came from, in kinds that have a table for it.
fn with_sources(kind: &Kind, mut fields: Fields, draft: &RowDraft, plan: &ImportPlan) -> Fields {
    let short = |text: &str, max: usize| {
        text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(max).collect::<String>()
    };
    let said = |f: &String| fields.contains_key(f);
    let sources = draft.sources.iter().filter(|(field, _)| said(field)).take(SOURCES_MAX);
    let sources: Vec<Value> = sources
        .map(|(field, text)| {
            let value = format!("{} (row {})", short(text, 2_000), draft.row);
            json!({"format": plan.format, "file_sha256": plan.sha256, "field": field, "value": value})
        })
        .collect();
    let kept = draft.kept.iter().take(SOURCES_MAX);
    let kept: Vec<Value> = kept
        .filter(|(heading, _)| !heading.is_empty())
        .map(|(heading, text)| json!({"field": short(heading, 500), "value": short(text, 4_000)}))
        .collect();
    for (table, rows) in [("source_artefact", sources), ("unmapped", kept)] {
        if kind.field(table).is_some() && !rows.is_empty() {
            fields.insert(table.to_owned(), Value::Array(rows));
        }
    }
    fields
}

/// Records that a sheet may name, by number, key, name and e-mail address.
struct Index<'i> {
    stored: &'i Stored,
    kind: &'i Kind,
    reads: &'i dyn Fn(&str) -> bool,
    /// Kind and name in lower case to ids.
    names: HashMap<(String, String), Vec<String>>,
}

impl<'i> Index<'i> {
    /// Looks once at the records of every kind that a matched column can name, and of the kind itself.
    fn of(
        aims: &'i Aims,
        stored: &'i Stored,
        kind: &'i Kind,
        matched: &Matched,
        reads: &'i dyn Fn(&str) -> bool,
    ) -> Result<Index<'i>, Failure> {
        let fields = matched.columns.iter().filter_map(|c| kind.field(c.target.word()));
        let mut kinds: Vec<&str> = fields.flat_map(named_kinds).chain([kind.id.as_str()]).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let mut names: HashMap<(String, String), Vec<String>> = HashMap::new();
        for kind in kinds {
            let filter = Filter { kind: Some(kind.to_owned()), state: None, text: None, ended: false };
            for kept in stored.list(&filter, u64::MAX, 0)? {
                let Some(record) = kept.live().filter(|r| reads(&r.id)) else { continue };
                let mut called = vec![aims.naming_value(stored, &record.kind, &record.fields)?];
                called.extend(opened(stored, record, "email")?);
                for name in called.iter().filter(|name| !name.is_empty()) {
                    let ids = names.entry((record.kind.clone(), name.trim().to_lowercase())).or_default();
                    if !ids.contains(&record.id) {
                        ids.push(record.id.clone());
                    }
                }
            }
        }
        Ok(Index { stored, kind, reads, names })
    }

    /// The record that a row is about: by number, by key, by name.
    fn record(&self, draft: &RowDraft) -> Result<Option<Record>, Stop> {
        if let Some(number) = &draft.number {
            let found = self.stored.by_number(number)?.and_then(|kept| self.standing(kept));
            let message = format!("there is no {} `{number}`; leave the number out to begin one", self.kind.title);
            return found.map(Some).ok_or_else(|| Stop::Wrong("not_found", "number".into(), message));
        }
        if let Some(kept) = self.stored.by_key(&draft.key)? {
            let number = kept.number().to_owned();
            let taken = Refusal::KeyTaken { key: draft.key.clone(), record: number };
            let found = self.standing(kept);
            return found.map(Some).ok_or_else(|| Stop::Wrong("key_taken", String::new(), taken.to_string()));
        }
        let name = self.kind.naming_field().and_then(|f| draft.fields.get(&f.name)).and_then(Value::as_str);
        match self.named(&self.kind.id, name.unwrap_or_default()).filter(|_| !draft.own_key) {
            None => Ok(None),
            Some([id]) => Ok(self.stored.kept(id)?.and_then(|kept| self.standing(kept))),
            Some(several) => {
                let message = format!("{} records have this name; add a column with their numbers", several.len());
                Err(Stop::Wrong("name_ambiguous", String::new(), message))
            }
        }
    }

    fn standing(&self, kept: Kept) -> Option<Record> {
        let record = kept.live().cloned()?;
        (record.withdrawn.is_none() && record.kind == self.kind.id && (self.reads)(&record.id)).then_some(record)
    }

    fn named(&self, kind: &str, name: &str) -> Option<&[String]> {
        self.names.get(&(kind.to_owned(), name.trim().to_lowercase())).map(Vec::as_slice)
    }

    /// The row's values with the ids of the records that they name.
    fn resolve(&self, draft: &RowDraft) -> Result<Fields, Stop> {
        let mut fields = draft.fields.clone();
        for (name, value) in &mut fields {
            let Some(field) = self.kind.field(name).filter(|f| f.links()) else { continue };
            if let Value::Array(words) = value {
                for word in words.iter_mut() {
                    self.resolve_one(field, word)?;
                }
                words.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
                words.dedup();
            } else {
                self.resolve_one(field, value)?;
            }
        }
        Ok(fields)
    }

    fn resolve_one(&self, field: &Field, value: &mut Value) -> Result<(), Stop> {
        let word = value.as_str().unwrap_or_default().to_owned();
        let mut found: Vec<String> =
            named_kinds(field).into_iter().filter_map(|kind| self.named(kind, &word)).flatten().cloned().collect();
        if found.is_empty() {
            // What is chosen from a list may carry the name after the number.
            let number = word.split_whitespace().next().unwrap_or(&word);
            match resolve_word(self.stored, &Known::new(), number) {
                Ok(id) if (self.reads)(&id) => found.push(id),
                Ok(_) | Err(Failure::Refused(_)) => {}
                Err(other) => return Err(other.into()),
            }
        }
        match found.as_slice() {
            [id] => {
                *value = Value::String(id.clone());
                Ok(())
            }
            [] => {
                let message = format!("there is no record `{word}`; record it first, or give its number");
                Err(Stop::Wrong("not_found", field.label.clone(), message))
            }
            several => {
                let message = format!("{} records are called `{word}`; give the number", several.len());
                Err(Stop::Wrong("name_ambiguous", field.label.clone(), message))
            }
        }
    }

    /// What the row says otherwise than the record.
    fn changed(&self, record: &Record, fields: Fields) -> Result<Fields, Stop> {
        let mut set = Fields::new();
        for (name, value) in fields {
            let stands = match record.fields.get(&name) {
                Some(sealed) if seal_of(sealed).is_some() => opened_value(self.stored, record, &name)?,
                other => other.cloned(),
            };
            if stands.as_ref() != Some(&value) {
                set.insert(name, value);
            }
        }
        Ok(set)
    }
}

/// The kinds whose records a field names.
fn named_kinds(field: &Field) -> Vec<&str> {
    match &field.shape {
        Shape::Person => vec!["person"],
        Shape::Link { to } => to.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

fn opened(stored: &Stored, record: &Record, field: &str) -> Result<Option<String>, Failure> {
    Ok(opened_value(stored, record, field)?.and_then(|v| v.as_str().map(str::to_owned)))
}

/// A value of the record, opened where it is sealed; nothing where it was erased.
fn opened_value(stored: &Stored, record: &Record, field: &str) -> Result<Option<Value>, Failure> {
    let Some(value) = record.fields.get(field) else { return Ok(None) };
    let Some(c) = seal_of(value) else { return Ok(Some(value.clone())) };
    Ok(match stored.personal(c)? {
        Some(Personal::Known(fields)) => fields.get(field).cloned(),
        _ => None,
    })
}
