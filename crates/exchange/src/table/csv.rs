//! Text to rows after RFC 4180, with the delimiter and the encoding found out. Spreadsheet programs write what the country's settings say:
//! commas, semicolons or tabs, UTF-8, UTF-16 or Windows-1252.

use crate::{Note, Unreadable, decode::decode};

use super::{CELL_MAX, COLUMNS_MAX, ROWS_MAX, Row, too_long, too_many_rows, too_wide};

const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];
/// Characters from which the delimiter is found out.
const SAMPLE: usize = 65_536;

pub(super) fn rows(bytes: &[u8], notes: &mut Vec<Note>) -> Result<Vec<Row>, Unreadable> {
    let text = text(bytes, notes)?;
    if text.contains('\0') {
        let message = "the file is neither a workbook nor text; export the sheet as CSV or XLSX";
        return Err(Unreadable::new("not_this_format", message));
    }
    let (delimiter, body, skipped) = delimiter(&text);
    if delimiter != ',' {
        let name = if delimiter == '\t' { "tab".to_owned() } else { format!("`{delimiter}`") };
        notes.push(Note::new("delimiter", format!("the columns are separated by {name}")));
    }
    Reader { delimiter, line: 1 + skipped, rows: Vec::new() }.read(body)
}

fn text(bytes: &[u8], notes: &mut Vec<Note>) -> Result<String, Unreadable> {
    match decode(bytes) {
        Ok(decoded) => {
            notes.extend(decoded.notes);
            Ok(decoded.text)
        }
        Err(_) if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) => {
            let message = "the text begins as UTF-16 but is damaged; save the file as UTF-8";
            Err(Unreadable::new("encoding_damaged", message))
        }
        Err(_) => {
            let message = "the file is not UTF-8 and was read as Windows-1252 (Latin-1); look at letters with accents";
            notes.push(Note::new("latin_1", message));
            Ok(encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned())
        }
    }
}

/// The delimiter, the text behind an announcement such as `sep=;`, and the lines that took.
fn delimiter(text: &str) -> (char, &str, usize) {
    let announced = text.strip_prefix("sep=").and_then(|rest| {
        let mut letters = rest.chars();
        let delimiter = letters.next().filter(|c| DELIMITERS.contains(c))?;
        let rest = letters.as_str();
        Some((delimiter, rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n'))?, 1))
    });
    announced.unwrap_or_else(|| (most_regular(text), text, 0))
}

/// The delimiter that stands in the first lines equally often, outside quotes; the more often the better.
fn most_regular(text: &str) -> char {
    let mut counts: Vec<[usize; DELIMITERS.len()]> = vec![[0; DELIMITERS.len()]];
    let mut quoted = false;
    for c in text.chars().take(SAMPLE) {
        match c {
            '"' => quoted = !quoted,
            '\n' if !quoted => counts.push([0; DELIMITERS.len()]),
            _ if quoted => {}
            _ => {
                let found = DELIMITERS.iter().position(|d| *d == c);
                let count = found.and_then(|n| counts.last_mut().and_then(|line| line.get_mut(n)));
                if let Some(count) = count {
                    *count += 1;
                }
            }
        }
    }
    let lines: Vec<_> = counts.iter().filter(|line| line.iter().any(|n| *n > 0)).take(20).collect();
    let score = |n: usize| {
        let of = |line: &[usize; DELIMITERS.len()]| line.get(n).copied().unwrap_or_default();
        let first = lines.first().map_or(0, |line| of(line));
        (lines.iter().filter(|line| first > 0 && of(line) == first).count(), first)
    };
    let best = (0..DELIMITERS.len()).rev().max_by_key(|n| score(*n)).unwrap_or_default();
    DELIMITERS.get(best).copied().unwrap_or(',')
}

struct Reader {
    delimiter: char,
    line: usize,
    rows: Vec<Row>,
}

impl Reader {
    fn read(mut self, text: &str) -> Result<Vec<Row>, Unreadable> {
        let mut letters = text.chars().peekable();
        let (mut row, mut cell) = (Row { number: self.line, cells: Vec::new() }, String::new());
        let mut quoted_since = None;
        while let Some(c) = letters.next() {
            if c == '\n' || (c == '\r' && letters.peek() != Some(&'\n')) {
                self.line += 1;
            }
            match c {
                '"' if quoted_since.is_some() && letters.peek() == Some(&'"') => {
                    cell.push('"');
                    letters.next();
                }
                '"' if quoted_since.is_some() => quoted_since = None,
                '"' if cell.is_empty() => quoted_since = Some(self.line),
                _ if quoted_since.is_some() => cell.push(c),
                '\r' if letters.peek() == Some(&'\n') => {}
                '\n' | '\r' => {
                    end_cell(&mut row, &mut cell)?;
                    self.end_row(&mut row)?;
                }
                _ if c == self.delimiter => end_cell(&mut row, &mut cell)?,
                _ => cell.push(c),
            }
            if cell.len() > CELL_MAX {
                return match quoted_since {
                    Some(line) => Err(unclosed(line)),
                    None => Err(too_long(row.number, row.cells.len())),
                };
            }
        }
        if let Some(line) = quoted_since {
            return Err(unclosed(line));
        }
        end_cell(&mut row, &mut cell)?;
        self.end_row(&mut row)?;
        Ok(self.rows)
    }

    fn end_row(&mut self, row: &mut Row) -> Result<(), Unreadable> {
        let next = Row { number: self.line, cells: Vec::new() };
        let ended = std::mem::replace(row, next);
        if ended.cells.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(());
        }
        if self.rows.len() > ROWS_MAX {
            return Err(too_many_rows(ended.number));
        }
        self.rows.push(ended);
        Ok(())
    }
}

fn end_cell(row: &mut Row, cell: &mut String) -> Result<(), Unreadable> {
    if row.cells.len() >= COLUMNS_MAX {
        return Err(too_wide(row.number));
    }
    row.cells.push(std::mem::take(cell));
    Ok(())
}

fn unclosed(line: usize) -> Unreadable {
    let message = "a quote that begins here is never closed, or holds more than a cell takes; close it or double it";
    Unreadable::new("quote_unclosed", message).at(format!("row {line}"))
}
