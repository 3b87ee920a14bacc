//! What reading an artefact gives: drafts, what was kept aside, and notes.

use aims_record::Fields;
use serde_json::{Value, json};

use crate::text::{cut_chars, in_short, one_line};

/// A format that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// README.md of a model, or the JSON of the Model Card Toolkit.
    ModelCard,
    /// README.md of a dataset.
    DatasetCard,
    /// CycloneDX ML-BOM 1.4 to 1.7, JSON.
    CycloneDx,
    /// SPDX 3.0 as JSON-LD.
    Spdx,
    /// Croissant 0.8, 1.0, 1.1.
    Croissant,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 5] =
        [Format::ModelCard, Format::DatasetCard, Format::CycloneDx, Format::Spdx, Format::Croissant];

    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Format::ModelCard => "model-card",
            Format::DatasetCard => "dataset-card",
            Format::CycloneDx => "cyclonedx",
            Format::Spdx => "spdx",
            Format::Croissant => "croissant",
        }
    }

    /// The format of this word.
    pub fn of_word(word: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|f| f.word() == word)
    }
}

/// A file as it came.
#[derive(Clone, Copy, Debug)]
pub struct Artefact<'a> {
    /// The name it had; only used where the content names nothing.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// What an artefact says, as drafts of records.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The format it was read as.
    pub format: Format,
    /// The version of the format that the file declares.
    pub version: String,
    /// SHA-256 of the file, lower-case hex.
    pub file_sha256: String,
    /// The main draft first.
    pub drafts: Vec<Draft>,
    /// What no field takes, in the order of the file.
    pub kept: Vec<Leftover>,
    /// What a person should know before going on.
    pub notes: Vec<Note>,
}

/// A record that does not exist yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Kind id.
    pub kind: String,
    /// The same for a newer version of the same artefact.
    pub key: String,
    /// Values that fit the kind; the two tables that [`Reading::fields_to_record`] adds are not among them.
    pub fields: Fields,
    /// Link field and the key of the other draft.
    pub links: Vec<(String, String)>,
    /// Where the values came from.
    pub provenance: Vec<Provenance>,
}

/// Where a value of a field was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The field here.
    pub field: String,
    /// JSON pointer of the value; in a card `/front matter/…` or `/body/…` with the heading.
    pub source: String,
    /// The value as read.
    pub value: String,
}

/// A value that no field takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// Key of the draft it belongs to; empty where the file gave none.
    pub draft: String,
    /// As [`Provenance::source`].
    pub path: String,
    /// The value; a very long one as its digest and length.
    pub value: String,
}

/// Something about the file that a person should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Stable code, such as `dangling_reference`.
    pub code: &'static str,
    /// A sentence: lower case, no full stop.
    pub message: String,
    /// Where; empty for the whole file.
    pub place: String,
}

impl Note {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Note {
        Note { code, message: message.into(), place: String::new() }
    }

    pub(crate) fn at(mut self, place: impl Into<String>) -> Note {
        self.place = place.into();
        self
    }
}

/// Characters of a cell that shows a value as read.
const CELL_MAX: usize = 4_000;
/// Rows and characters of a table that an import fills: an act holds at most 1 MiB.
const ROWS_MAX: usize = 1_000;
const TABLE_MAX: usize = 200_000;
const ACT_MAX: usize = 980_000;

impl Reading {
    /// The draft with this key.
    pub fn draft(&self, key: &str) -> Option<&Draft> {
        self.drafts.iter().find(|d| d.key == key)
    }

    /// What was kept aside for this draft.
    pub fn kept_of<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Leftover> {
        self.kept.iter().filter(move |l| l.draft == key)
    }

    /// The draft's fields with the tables `source_artefact` and `unmapped`. Compare [`Draft::fields`] with a
    /// record to see whether anything changed; record these. The digest of the file is in the table, so these differ with every file.
    pub fn fields_to_record(&self, draft: &Draft) -> Fields {
        let mut fields = draft.fields.clone();
        let room = (ACT_MAX.saturating_sub(Value::Object(fields.clone()).to_string().len()) / 2).min(TABLE_MAX);
        let tables = [("source_artefact", self.source_artefact(draft, room)), ("unmapped", self.unmapped(draft, room))];
        for (name, rows) in tables {
            if !rows.is_empty() {
                fields.insert(name.to_owned(), Value::Array(rows));
            }
        }
        fields
    }

    fn source_artefact(&self, draft: &Draft, room: usize) -> Vec<Value> {
        let format = cut_chars(&one_line(&format!("{} {}", self.format.word(), self.version)), 500).into_owned();
        let rows = draft.provenance.iter().map(|p| {
            let value = format!("{} (at {})", cell(&p.value), one_line(&p.source));
            json!({"format": format, "file_sha256": self.file_sha256, "field": p.field, "value": cut_chars(&value, CELL_MAX)})
        });
        within(
            room,
            rows,
            |left| json!({"format": format, "file_sha256": self.file_sha256, "field": "…", "value": format!("{left} more values; see the file")}),
        )
    }

    fn unmapped(&self, draft: &Draft, room: usize) -> Vec<Value> {
        let rows = self.kept_of(&draft.key).map(
            |l| json!({"field": cut_chars(&one_line(&l.path), 500), "value": in_short(&one_line(&l.value), CELL_MAX)}),
        );
        within(room, rows, |left| json!({"field": "…", "value": format!("{left} more values; see the file")}))
    }
}

fn cell(value: &str) -> String {
    in_short(&one_line(value), CELL_MAX / 2)
}

/// As many rows as fit, and one that says how many did not.
fn within(room: usize, rows: impl Iterator<Item = Value>, more: impl Fn(usize) -> Value) -> Vec<Value> {
    let all: Vec<Value> = rows.collect();
    let mut size = 0;
    let fit = all.iter().take(ROWS_MAX).take_while(|row| {
        size += row.to_string().len();
        size <= room
    });
    let fit = fit.count();
    let left = all.len() - fit;
    let mut rows: Vec<Value> = all.into_iter().take(fit).collect();
    if left > 0 {
        rows.push(more(left));
    }
    rows
}
