//! Answers as text: readable without colour, aligned, dates in full.

pub mod acts;
pub mod plan;
pub mod readiness;
pub mod record;
pub mod time;
pub mod value;
pub mod verdict;

use anstyle::{AnsiColor, Style};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::plain::plain;

/// A heading.
pub const HEAD: Style = Style::new().bold();
/// What is second.
pub const DIM: Style = Style::new().dimmed();
/// What holds.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// What is wanting.
pub const WARN: Style = AnsiColor::Yellow.on_default();
/// What is wrong.
pub const BAD: Style = AnsiColor::Red.on_default().bold();

/// Text in a style; the stream takes it away where colours do not belong.
pub fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Rows in columns, two spaces apart, the first row a heading. Everything in the cells is made plain.
pub fn table(rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| plain(cell)).collect()).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let cell_width = |row: &Vec<String>, n: usize| row.get(n).map_or(0, |cell| cell.chars().count());
    let widths: Vec<usize> =
        (0..columns).map(|n| rows.iter().map(|row| cell_width(row, n)).max().unwrap_or_default()).collect();
    let mut text = String::new();
    for (n, row) in rows.iter().enumerate() {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| padded(cell, *width)).collect();
        let line = cells.join("  ");
        text += &if n == 0 { paint(HEAD, line.trim_end()) } else { line.trim_end().to_owned() };
        text.push('\n');
    }
    text
}

/// Filled up with spaces. The formatter's own width ends at 65,535, and a cell may be longer.
fn padded(cell: &str, width: usize) -> String {
    cell.to_owned() + &" ".repeat(width.saturating_sub(cell.chars().count()))
}

/// Words and what they say, the words aligned; a value of several lines goes on under its first.
pub fn facts(facts: &[(String, String)]) -> String {
    let width = facts.iter().map(|(word, _)| word.chars().count()).max().unwrap_or_default().min(28);
    let mut text = String::new();
    for (word, says) in facts {
        let mut lines = says.lines();
        let first = lines.next().unwrap_or_default();
        text += &format!("  {}  {first}", paint(DIM, &format!("{word:width$}")));
        text.truncate(text.trim_end().len());
        text.push('\n');
        for line in lines {
            text += &format!("  {:width$}  {line}", "");
            text.truncate(text.trim_end().len());
            text.push('\n');
        }
    }
    text
}

/// `22 August 2026`.
pub fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// `22 August 2026 14:03 UTC`.
pub fn moment(at: Timestamp) -> String {
    TimeZone::UTC.to_datetime(at).strftime("%-d %B %Y %H:%M UTC").to_string()
}

/// The same for a moment or day as entries write it; what is neither stays as it is.
pub fn moment_text(text: &str) -> String {
    let moment_ = text.parse().map(moment);
    moment_.or_else(|_| text.parse().map(day)).unwrap_or_else(|_| plain(text))
}

/// `1 record`, `2 records`; the plural has to be regular.
pub fn count(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}
