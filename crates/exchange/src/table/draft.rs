//! Rows read as drafts of records, and what is wrong by row and column.

use std::collections::HashMap;

use aims_record::{Fields, Kind, Required};
use serde_json::Value;

use super::{
    Grid, Row,
    cell::{opened, read},
    matching::{Matched, Target},
};
use crate::key::{is_key, key};

/// One row as a draft.
#[derive(Clone, Debug)]
pub struct RowDraft {
    /// The row.
    pub row: usize,
    /// The number of the record that it is about, where the sheet has such a column.
    pub number: Option<String>,
    /// The key: of the sheet's own column, or made from the name.
    pub key: String,
    /// Whether the sheet has the key itself.
    pub own_key: bool,
    /// Values by field; links as the words written.
    pub fields: Fields,
    /// Field, and the text it was read from.
    pub sources: Vec<(String, String)>,
    /// Heading and text of what no field takes.
    pub kept: Vec<(String, String)>,
}

/// What is wrong in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Stable code.
    pub code: &'static str,
    /// The row.
    pub row: usize,
    /// The heading; empty for the whole row.
    pub column: String,
    /// What to do: lower case, no full stop.
    pub message: String,
}

/// What the rows came to.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Rows that can be read.
    pub drafts: Vec<RowDraft>,
    /// What is wrong with the others.
    pub problems: Vec<Problem>,
}

/// Reads every row below the headings. A row with anything wrong is no draft.
pub fn drafts(grid: &Grid, kind: &Kind, matched: &Matched) -> Rows {
    let mut rows = Rows::default();
    let mut seen: HashMap<String, usize> = HashMap::new();
    for row in grid.rows.iter().skip(matched.head) {
        match draft(row, kind, matched) {
            Ok(draft) => {
                let identity = draft.number.clone().unwrap_or_else(|| draft.key.clone());
                match seen.insert(identity, row.number) {
                    None => rows.drafts.push(draft),
                    Some(first) => rows.problems.push(twice(row.number, first)),
                }
            }
            Err(problems) => rows.problems.extend(problems),
        }
    }
    rows
}

fn twice(row: usize, first: usize) -> Problem {
    let message = format!("row {first} is about the same record; leave one of them out, or tell them apart by a key");
    Problem { code: "row_twice", row, column: String::new(), message }
}

fn draft(row: &Row, kind: &Kind, matched: &Matched) -> Result<RowDraft, Vec<Problem>> {
    let mut draft = RowDraft {
        row: row.number,
        number: None,
        key: String::new(),
        own_key: false,
        fields: Fields::new(),
        sources: Vec::new(),
        kept: Vec::new(),
    };
    let mut problems = Vec::new();
    for (n, cell) in row.cells.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()) {
        let column = matched.columns.get(n);
        let heading = column.map_or("", |c| c.heading.as_str());
        let text = opened(cell).trim();
        let mut wrong = |code, message| {
            problems.push(Problem { code, row: row.number, column: heading.to_owned(), message });
        };
        match column.map_or(&Target::Nothing, |c| &c.target) {
            Target::Nothing => draft.kept.push((heading.to_owned(), text.to_owned())),
            Target::Number => draft.number = Some(text.to_uppercase()),
            Target::Key if is_key(text) => (draft.key, draft.own_key) = (text.to_owned(), true),
            Target::Key => {
                draft.key = key(&kind.id, text);
                draft.kept.push((heading.to_owned(), text.to_owned()));
            }
            Target::Field(name) => match kind.field(name).map(|field| read(field, cell)) {
                Some(Ok(value)) => {
                    draft.fields.insert(name.clone(), value);
                    draft.sources.push((name.clone(), text.to_owned()));
                }
                Some(Err(message)) => wrong("value_refused", message),
                None => wrong("field_unknown", format!("there is no field `{name}`")),
            },
        }
    }
    missing(row, kind, matched, &draft, &mut problems);
    if draft.key.is_empty() {
        let name = kind.naming_field().and_then(|f| draft.fields.get(&f.name)).and_then(Value::as_str);
        draft.key = key(&kind.id, name.unwrap_or(&format!("row {}", row.number)));
    }
    if problems.is_empty() { Ok(draft) } else { Err(problems) }
}

/// What every record of the kind has from the first act on; a row that names a record by its number only changes what it says.
fn missing(row: &Row, kind: &Kind, matched: &Matched, draft: &RowDraft, problems: &mut Vec<Problem>) {
    if draft.number.is_some() {
        return;
    }
    for field in kind.fields.iter().filter(|f| f.required == Required::Always && !f.stamped) {
        let column = matched.columns.iter().find(|c| c.target.word() == field.name);
        let heading = column.map_or(field.label.as_str(), |c| c.heading.as_str());
        let is_wrong_already = problems.iter().any(|p| p.column == heading);
        if !draft.fields.contains_key(&field.name) && !is_wrong_already {
            let (code, message) = match column {
                Some(_) => ("value_missing", format!("fill in `{}`", field.label)),
                None => ("column_missing", format!("no column goes to `{}`; add one or match one", field.label)),
            };
            problems.push(Problem { code, row: row.number, column: heading.to_owned(), message });
        }
    }
}
