//! Registers that people keep in spreadsheets: CSV and XLSX into rows, columns matched to the fields of a kind, cells read as values.
//!
//! Three steps, each pure: [`grid`] reads bytes into rows of text that know their row number, [`match_columns`] proposes which field each
//! column goes to, [`drafts`] reads every row and says by row number what is wrong. Nothing is decided here.

mod archive;
mod cell;
mod csv;
mod draft;
mod matching;
mod write;
mod xlsx;

pub use draft::{Problem, RowDraft, Rows, drafts};
pub use matching::{Column, Matched, Target, match_columns, takes_cells};
pub use write::{Table, original};

use crate::{ARTEFACT_BYTES_MAX, Note, Unreadable, text::sha256};

/// Rows with something in them that are read.
pub const ROWS_MAX: usize = 10_000;
/// Columns that are read.
pub const COLUMNS_MAX: usize = 200;
/// Bytes of one cell: what the longest field takes.
pub const CELL_MAX: usize = 65_536;

/// One row with something in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// As the spreadsheet program numbers it, from 1; in CSV the line on which it begins.
    pub number: usize,
    /// Cells from the first column on.
    pub cells: Vec<String>,
}

/// A sheet as rows of text; blank rows are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    /// `csv` or `xlsx`.
    pub format: &'static str,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The rows, in order.
    pub rows: Vec<Row>,
    /// What a person should know.
    pub notes: Vec<Note>,
}

/// Whether these bytes are a workbook rather than text: found from the content, never from the name.
pub fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xD0\xCF\x11\xE0")
}

/// Reads CSV or the first sheet of an XLSX workbook that holds anything.
///
/// # Errors
/// Too large, an archive that is not safe to open, or not a table; the error names row or entry and what to do.
pub fn grid(bytes: &[u8]) -> Result<Grid, Unreadable> {
    if bytes.len() > ARTEFACT_BYTES_MAX {
        let message = format!("the file has {} bytes; at most {ARTEFACT_BYTES_MAX} are read", bytes.len());
        return Err(Unreadable::new("too_large", message));
    }
    let mut notes = Vec::new();
    let (format, rows) = if is_workbook(bytes) {
        ("xlsx", xlsx::rows(bytes, &mut notes)?)
    } else {
        ("csv", csv::rows(bytes, &mut notes)?)
    };
    let rows: Vec<Row> = rows.into_iter().filter(|row| row.cells.iter().any(|c| !c.trim().is_empty())).collect();
    if rows.is_empty() {
        return Err(Unreadable::new("table_empty", "the table holds nothing; export the sheet that holds the rows"));
    }
    Ok(Grid { format, sha256: sha256(bytes), rows, notes })
}

/// The refusal of a table with more rows than are read.
fn too_many_rows(number: usize) -> Unreadable {
    let message =
        format!("there are more than {ROWS_MAX} rows; split the table and import the parts one after another");
    Unreadable::new("too_large", message).at(format!("row {number}"))
}

/// The refusal of a row that is wider than is read.
fn too_wide(number: usize) -> Unreadable {
    let message = format!("there are more than {COLUMNS_MAX} columns; leave out those that are not to be imported");
    Unreadable::new("too_large", message).at(format!("row {number}"))
}

/// The refusal of a cell that no field takes.
fn too_long(number: usize, column: usize) -> Unreadable {
    let message = format!("a cell holds more than {CELL_MAX} bytes; shorten it, or attach the text as a file");
    Unreadable::new("cell_too_long", message).at(format!("row {number}, column {}", column + 1))
}

#[cfg(test)]
mod tests;
