//! Which field a column goes to: by name, by label, by words that people use for it, then by likeness. A person can change each.

use std::collections::HashSet;

use aims_record::{Field, Kind, Shape};

use super::{Grid, Row};
use crate::{Note, Unreadable};

/// Rows in which the names of the columns are looked for.
const HEAD_ROWS: usize = 5;
/// From here on a column is like a field.
const LIKE: f64 = 0.85;
/// Words that registers use for a field in English and German; each counts only where the kind has the field.
const WORDS: &[(&str, &[&str])] = &[
    ("name", &["title", "bezeichnung", "titel", "system", "system name", "ai system", "ki system"]),
    ("title", &["name", "bezeichnung", "titel", "risk", "risiko"]),
    ("description", &["beschreibung", "summary", "details", "zusammenfassung"]),
    ("purpose", &["zweck", "use case", "anwendungsfall"]),
    ("intended_purpose", &["purpose", "zweck", "use case", "anwendungsfall", "intended use"]),
    ("owner", &["eigentümer", "verantwortlich", "responsible", "risk owner", "system owner"]),
    ("supplier", &["lieferant", "vendor", "anbieter", "provider"]),
    ("suppliers", &["lieferant", "vendor", "anbieter", "provider", "supplier"]),
    ("system", &["ki system", "ai system", "system name"]),
    ("source", &["quelle", "cause", "ursache"]),
    ("licence", &["license", "lizenz"]),
    ("email", &["e mail", "mail", "e mail address"]),
    ("kind", &["type", "art", "typ"]),
    ("website", &["url", "webseite", "homepage"]),
    ("country", &["land"]),
];

/// Where a column goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// To the field of this name.
    Field(String),
    /// It names records that exist, by their number.
    Number,
    /// It is the record's key.
    Key,
    /// Nowhere: its values are kept aside.
    Nothing,
}

impl Target {
    /// The word that stands for it: a field's name, `number`, `key`, or `-`.
    pub fn word(&self) -> &str {
        match self {
            Target::Field(name) => name,
            Target::Number => "number",
            Target::Key => "key",
            Target::Nothing => "-",
        }
    }
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// As the sheet names it.
    pub heading: String,
    /// Where it goes.
    pub target: Target,
}

/// The columns of a sheet, and where its rows begin.
#[derive(Clone, Debug)]
pub struct Matched {
    /// From the first column on.
    pub columns: Vec<Column>,
    /// How many of the grid's rows stand above the first row of values.
    pub head: usize,
    /// What a person should know.
    pub notes: Vec<Note>,
}

/// Proposes where each column goes; `chosen` are pairs of a heading and a field's name, `number`, `key` or `-`.
///
/// # Errors
/// `column_missing`, `field_unknown`, `field_twice`: a choice names what is not there, or two columns go to one field.
pub fn match_columns(grid: &Grid, kind: &Kind, chosen: &[(String, String)]) -> Result<Matched, Unreadable> {
    let (head, row) = heading_row(grid, kind, chosen);
    let mut notes = Vec::new();
    if head > 1 {
        let message = format!("the names of the columns stand in row {}; what stands above was left out", row.number);
        notes.push(Note::new("rows_above_heading", message));
    }
    let mut columns: Vec<Column> =
        row.cells.iter().map(|cell| Column { heading: cell.trim().to_owned(), target: Target::Nothing }).collect();
    choose(&mut columns, kind, chosen)?;
    let mut taken: HashSet<String> = columns.iter().map(|c| c.target.word().to_owned()).collect();
    for pass in [by_name, by_word, by_likeness] {
        for column in &mut columns {
            let is_chosen = chosen.iter().any(|(heading, _)| same(heading, &column.heading));
            if column.target != Target::Nothing || is_chosen || column.heading.is_empty() {
                continue;
            }
            if let Some(target) = pass(kind, &plain(&column.heading)).filter(|t| !taken.contains(t.word())) {
                taken.insert(target.word().to_owned());
                column.target = target;
            }
        }
    }
    notes.extend(
        columns
            .iter()
            .filter(|c| c.target == Target::Nothing && !c.heading.is_empty())
            .map(|c| Note::new("column_kept_aside", "no field takes this column").at(c.heading.clone())),
    );
    Ok(Matched { columns, head, notes })
}

/// Of the first rows the one that names most fields: titles and groups of columns may stand above it.
fn heading_row<'g>(grid: &'g Grid, kind: &Kind, chosen: &[(String, String)]) -> (usize, &'g Row) {
    static NOTHING: Row = Row { number: 1, cells: Vec::new() };
    let known = |cell: &&String| {
        let plain = plain(cell);
        chosen.iter().any(|(heading, _)| same(heading, cell))
            || by_name(kind, &plain).is_some()
            || by_word(kind, &plain).is_some()
    };
    let score = |row: &Row| row.cells.iter().filter(known).count();
    let rows = grid.rows.iter().take(HEAD_ROWS).enumerate();
    let best = rows.rev().max_by_key(|(_, row)| score(row));
    best.map_or((1, &NOTHING), |(n, row)| (n + 1, row))
}

fn choose(columns: &mut [Column], kind: &Kind, chosen: &[(String, String)]) -> Result<(), Unreadable> {
    let mut done = HashSet::new();
    for (heading, word) in chosen {
        let target = match word.as_str() {
            "-" => Target::Nothing,
            "number" if kind.field("number").is_none() => Target::Number,
            "key" if kind.field("key").is_none() => Target::Key,
            name if kind.field(name).is_some_and(takes_cells) => Target::Field(name.to_owned()),
            name => return Err(no_field(kind, name)),
        };
        if target != Target::Nothing && columns.iter().any(|c| c.target == target) {
            let message = format!("two columns go to `{word}`; choose one of them");
            return Err(Unreadable::new("field_twice", message));
        }
        // Headings may come twice; each choice goes to the next of them.
        let mut named = columns.iter_mut().enumerate().filter(|(n, c)| !done.contains(n) && same(&c.heading, heading));
        let (n, column) = named.next().ok_or_else(|| no_column(heading))?;
        column.target = target;
        done.insert(n);
    }
    Ok(())
}

fn no_field(kind: &Kind, name: &str) -> Unreadable {
    let known = kind.fields.iter().filter(|f| takes_cells(f)).map(|f| f.name.as_str());
    let near = aims_record::nearest(name, known).map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
    let message = format!("{} has no field `{name}` that a column can go to{near}", kind.title);
    Unreadable::new("field_unknown", message)
}

fn no_column(heading: &str) -> Unreadable {
    Unreadable::new("column_missing", format!("the sheet has no column `{heading}`; look at its first rows"))
}

/// Whether a cell can hold what the field takes: no tables, no files, and nothing that only a verb sets.
pub fn takes_cells(field: &Field) -> bool {
    !field.stamped && !matches!(field.shape, Shape::Table { .. } | Shape::File)
}

fn by_name(kind: &Kind, heading: &str) -> Option<Target> {
    let mut fields = kind.fields.iter().filter(|f| takes_cells(f));
    let field = fields.find(|f| plain(&f.name) == heading || plain(&f.label) == heading);
    field.map(|f| Target::Field(f.name.clone())).or(match heading {
        "number" | "nummer" | "no" | "nr" | "record number" => Some(Target::Number),
        "key" | "id" | "schlüssel" | "identifier" => Some(Target::Key),
        _ => None,
    })
}

fn by_word(kind: &Kind, heading: &str) -> Option<Target> {
    let named = WORDS.iter().filter(|(_, words)| words.contains(&heading)).map(|(name, _)| *name);
    let mut fields = named.filter_map(|name| kind.field(name)).filter(|f| takes_cells(f));
    fields.next().map(|f| Target::Field(f.name.clone()))
}

fn by_likeness(kind: &Kind, heading: &str) -> Option<Target> {
    let like = |f: &Field| {
        let of = |text: &str| strsim::normalized_levenshtein(&plain(text), heading);
        of(&f.name).max(of(&f.label))
    };
    let fields = kind.fields.iter().filter(|f| takes_cells(f)).map(|f| (like(f), f));
    let best = fields.filter(|(like, _)| *like >= LIKE).max_by(|a, b| a.0.total_cmp(&b.0));
    best.map(|(_, f)| Target::Field(f.name.clone()))
}

fn same(a: &str, b: &str) -> bool {
    plain(a) == plain(b)
}

/// Letters and digits in lower case, one space between words.
fn plain(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    words.collect::<Vec<_>>().join(" ").to_lowercase()
}
