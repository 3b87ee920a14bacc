//! The first sheet of a workbook that holds anything, cell by cell: a sheet with one cell in its last row costs what that cell costs.

use std::{collections::BTreeMap, io::Cursor};

use calamine::{DataRef, ExcelDateTime, Reader as _, Xlsx, open_workbook_from_rs};

use crate::{Note, Unreadable};

use super::{CELL_MAX, COLUMNS_MAX, ROWS_MAX, Row, archive, too_long, too_many_rows, too_wide};

type Book<'b> = Xlsx<Cursor<&'b [u8]>>;
type Cells = BTreeMap<u32, BTreeMap<u32, String>>;

pub(super) fn rows(bytes: &[u8], notes: &mut Vec<Note>) -> Result<Vec<Row>, Unreadable> {
    archive::check(bytes, notes)?;
    let mut book: Book<'_> = open_workbook_from_rs(Cursor::new(bytes)).map_err(|e| damaged(&e))?;
    let names = book.sheet_names();
    for (n, name) in names.iter().enumerate() {
        let mut cells = values(&mut book, name)?;
        let formulas = formulas(&mut book, name, &mut cells)?;
        if cells.is_empty() {
            continue;
        }
        if formulas > 0 {
            let message =
                format!("{formulas} cells hold formulas; what is written in them was taken, not what they come to");
            notes.push(Note::new("formula_as_text", message));
        }
        if names.len() > n + 1 {
            let message =
                format!("the sheet `{}` was read; the workbook has {} sheets", name.escape_debug(), names.len());
            notes.push(Note::new("other_sheets", message));
        }
        return Ok(cells.into_iter().map(row).collect());
    }
    Ok(Vec::new())
}

fn row((number, cells): (u32, BTreeMap<u32, String>)) -> Row {
    let width = cells.keys().last().map_or(0, |last| *last as usize + 1);
    let mut row = Row { number: number as usize + 1, cells: vec![String::new(); width] };
    for (column, text) in cells {
        if let Some(cell) = row.cells.get_mut(column as usize) {
            *cell = text;
        }
    }
    row
}

fn values(book: &mut Book<'_>, name: &str) -> Result<Cells, Unreadable> {
    let mut cells = Cells::new();
    let mut reader = book.worksheet_cells_reader(name).map_err(|e| damaged(&e))?;
    while let Some(cell) = reader.next_cell().map_err(|e| damaged(&e))? {
        put(&mut cells, cell.get_position(), text(cell.get_value()))?;
    }
    Ok(cells)
}

/// Puts formulas in the place of what they came to when the file was saved: nobody has looked at how they came to it.
fn formulas(book: &mut Book<'_>, name: &str, cells: &mut Cells) -> Result<usize, Unreadable> {
    let mut count = 0;
    let mut reader = book.worksheet_cells_reader(name).map_err(|e| damaged(&e))?;
    while let Some(cell) = reader.next_formula().map_err(|e| damaged(&e))? {
        if !cell.get_value().is_empty() {
            count += 1;
            put(cells, cell.get_position(), format!("={}", cell.get_value()))?;
        }
    }
    Ok(count)
}

fn put(cells: &mut Cells, (row, column): (u32, u32), text: String) -> Result<(), Unreadable> {
    if text.trim().is_empty() {
        return Ok(());
    }
    let number = row as usize + 1;
    if column as usize >= COLUMNS_MAX {
        return Err(too_wide(number));
    }
    if text.len() > CELL_MAX {
        return Err(too_long(number, column as usize));
    }
    cells.entry(row).or_default().insert(column, text);
    if cells.len() > ROWS_MAX + 1 {
        return Err(too_many_rows(number));
    }
    Ok(())
}

fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(n) => n.to_string(),
        DataRef::Float(n) => n.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        DataRef::DateTime(moment) => moment_text(moment),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

fn moment_text(moment: &ExcelDateTime) -> String {
    if moment.is_duration() {
        return moment.as_f64().to_string();
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        return format!("{year:04}-{month:02}-{day:02}");
    }
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

fn damaged(error: &calamine::XlsxError) -> Unreadable {
    let says = crate::text::in_short(&crate::text::clean(&error.to_string()).0, 300);
    Unreadable::new("workbook_damaged", format!("the workbook cannot be read ({says}); save it anew as XLSX"))
}
