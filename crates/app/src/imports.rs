//! Import of artefacts: read, planned, then done in one transaction.

mod artefact;
mod table;

use std::{fs, io::Read, path::Path};

use aims_exchange::{Artefact, Format, Leftover, Note};
use aims_ledger::Hash;
use aims_record::{Actor, File, Kept, Record};
use aims_store::{Offer, Reading as Stored};
use serde::Serialize;
use serde_json::Value;

use crate::{Aims, Done, Failure, Step, Wish};

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

fn read_limited(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error| Failure::File { path: path.to_owned(), error };
    let mut bytes = Vec::new();
    let limit = aims_exchange::ARTEFACT_BYTES_MAX as u64 + 1;
    fs::File::open(path).map_err(failed)?.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

fn kept_aside(leftover: &Leftover) -> KeptAside {
    KeptAside { record: leftover.draft.clone(), path: leftover.path.clone(), value: leftover.value.clone() }
}

fn remark(note: &Note) -> Remark {
    Remark { code: note.code.to_owned(), message: note.message.clone(), place: note.place.clone() }
}
