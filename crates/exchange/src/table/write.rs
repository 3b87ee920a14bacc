//! Rows for a spreadsheet: as CSV (RFC 4180) and as XLSX. No cell does anything when it is opened (TRUST 6.7).

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

/// Characters that a cell of XLSX holds at most.
const CELL_MAX: usize = 32_767;
/// Characters of a sheet's name at most.
const NAME_MAX: usize = 31;
/// Columns are as wide as what stands in them, within these bounds.
const WIDTH: (usize, usize) = (10, 60);

/// Rows under heads, all of them text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// What it is of.
    pub title: String,
    /// One for each column.
    pub heads: Vec<String>,
    /// Each with a cell for each column.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// As CSV, UTF-8 with the mark that spreadsheets need to see that. What a spreadsheet would take for a formula gets an apostrophe before
    /// it; [`original`] takes it away again.
    pub fn csv(&self) -> Vec<u8> {
        let mut text = String::from('\u{feff}');
        for row in std::iter::once(&self.heads).chain(&self.rows) {
            let cells: Vec<String> = row.iter().map(|cell| quoted(&inert(cell))).collect();
            text.push_str(&cells.join(","));
            text.push_str("\r\n");
        }
        text.into_bytes()
    }

    /// As XLSX: every cell is typed as text, so that none is a formula. Text beyond what a cell holds is cut, with a mark. `made` is the
    /// moment, in seconds since 1970, that the file says it was made.
    ///
    /// # Errors
    /// Where there are more rows or columns than a sheet has.
    pub fn xlsx(&self, made: i64) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let made = ExcelDateTime::from_timestamp(made)?;
        book.set_properties(&DocProperties::new().set_title(&self.title).set_creation_datetime(&made));
        let sheet = book.add_worksheet();
        sheet.set_name(sheet_name(&self.title))?;
        sheet.set_freeze_panes(1, 0)?;
        let (bold, wrapped) = (Format::new().set_bold(), Format::new().set_text_wrap());
        for (column, head) in (0_u16..).zip(&self.heads) {
            sheet.write_string_with_format(0, column, cut(head), &bold)?;
            let cells = self.rows.iter().filter_map(|row| row.get(usize::from(column)));
            let width = cells.chain([head]).map(|cell| cell.chars().count()).max().unwrap_or_default();
            sheet.set_column_width(column, u32::try_from(width.clamp(WIDTH.0, WIDTH.1)).unwrap_or_default())?;
        }
        for (line, row) in (1_u32..).zip(&self.rows) {
            for (column, cell) in (0_u16..).zip(row) {
                sheet.write_string_with_format(line, column, cut(cell), &wrapped)?;
            }
        }
        book.save_to_buffer()
    }
}

/// What a spreadsheet takes for the beginning of a formula.
fn begins_formula(letter: char) -> bool {
    matches!(letter, '=' | '+' | '-' | '@' | '\t' | '\r' | '\0' | '＝' | '＋' | '－' | '＠')
}

/// Whether a cell is a formula once spaces and apostrophes before it are gone.
fn is_formula(cell: &str) -> bool {
    cell.trim_start_matches([' ', '\'']).starts_with(begins_formula)
}

/// A cell that no spreadsheet runs.
fn inert(cell: &str) -> String {
    if is_formula(cell) { format!("'{cell}") } else { cell.to_owned() }
}

/// A cell of CSV as it was before it was made inert.
pub fn original(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|_| is_formula(cell)).unwrap_or(cell)
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\r', '\n', ';']) || cell.starts_with(' ') || cell.ends_with(' ') {
        return format!("\"{}\"", cell.replace('"', "\"\""));
    }
    cell.to_owned()
}

fn cut(cell: &str) -> String {
    if cell.encode_utf16().count() <= CELL_MAX {
        return cell.to_owned();
    }
    let mut left = CELL_MAX - 1;
    let fits = |letter: &char| {
        let rest = left.checked_sub(letter.len_utf16());
        left = rest.unwrap_or_default();
        rest.is_some()
    };
    let kept: String = cell.chars().take_while(fits).collect();
    kept + "…"
}

/// A title as the name of a sheet, which some characters cannot be in.
fn sheet_name(title: &str) -> String {
    let taken = |c: &char| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'');
    let name: String = title.chars().filter(taken).take(NAME_MAX).collect();
    if name.trim().is_empty() { "1".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(cells: &[&str]) -> Table {
        let rows = cells.iter().map(|cell| vec![(*cell).to_owned()]).collect();
        Table { title: "Risks".into(), heads: vec!["Name".into()], rows }
    }

    /// B-35: what a spreadsheet would run, with spaces, tabs and wide letters before it.
    const TRAPS: [&str; 12] = [
        "=HYPERLINK(\"https://example.org\",\"x\")",
        " +1",
        "\t=1+1",
        "-2",
        "@SUM(A1)",
        "\r=1",
        "\0=1",
        "＝1",
        "  ＠x",
        "'=1",
        "' '-1",
        "=cmd|' /C calc'!A0",
    ];

    #[test]
    fn no_cell_of_csv_is_run_and_each_comes_back_as_it_was() {
        for trap in TRAPS {
            let safe = inert(trap);
            assert!(safe.starts_with('\''), "{trap:?}");
            assert_eq!(original(&safe), trap);
        }
        for plain in ["", "Claims triage", "'tis", "O'Brien", "a=b", "3 - 2", "\"quoted\""] {
            assert_eq!(inert(plain), plain);
            assert_eq!(original(plain), plain);
        }
    }

    #[test]
    fn csv_is_rfc_4180() {
        let csv = String::from_utf8(table(&["a,b", "say \"x\"", "two\nlines", "=1"]).csv()).unwrap();
        assert_eq!(csv, "\u{feff}Name\r\n\"a,b\"\r\n\"say \"\"x\"\"\"\r\n\"two\nlines\"\r\n'=1\r\n");
    }

    #[test]
    fn the_same_rows_give_the_same_workbook() {
        let long = "ä".repeat(CELL_MAX + 10);
        let table = table(&["=1+1", &long, "plain"]);
        let book = table.xlsx(1_780_000_000).unwrap();
        assert_eq!(book, table.xlsx(1_780_000_000).unwrap());
        assert!(book.starts_with(b"PK"));
        assert_eq!(cut(&long).encode_utf16().count(), CELL_MAX);
        assert_eq!(sheet_name("a/b:[c]"), "abc");
    }
}
