//! Names and values as a query or a form sends them.

mod control;
mod read;
mod sheet;
mod write;

use std::borrow::Cow;

pub use control::{Control, Pick};
pub use read::{Read, read, same};
pub use sheet::{Picks, Sheet, anchor, said};
pub use write::pairs;

/// Names and values in the order sent; a name may come more than once.
#[derive(Clone, Debug, Default)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Reads a query string or a form body.
    pub fn read(bytes: &[u8]) -> Pairs {
        Pairs(form_urlencoded::parse(bytes).map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// The first value of a name, unless it is blank.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).filter(|v| !v.trim().is_empty())
    }

    /// All values of a name.
    pub fn all<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Whether a name was sent, blank or not.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }

    /// All names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }

    /// Puts a name and value at the end.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// Takes away all values of the names for which this is so.
    pub fn drop_names(&mut self, is_dropped: impl Fn(&str) -> bool) {
        self.0.retain(|(name, _)| !is_dropped(name));
    }

    /// What belongs to a field: its own name, and the parts `name.…` of it.
    pub fn of_field<'p>(&'p self, field: &'p str) -> impl Iterator<Item = (&'p str, &'p str)> {
        self.iter().filter(move |(name, _)| belongs(name, field))
    }

    /// How many rows of a table were sent, blank ones too.
    pub fn rows(&self, table: &str) -> usize {
        let place = |name: &str| name.strip_prefix(table)?.strip_prefix('.')?.split('.').next()?.parse::<usize>().ok();
        self.0.iter().filter_map(|(name, _)| place(name)).max().map_or(0, |last| last.min(ROWS_MAX) + 1)
    }

    /// The rows of a table for which this is so, numbered anew.
    pub fn keep_rows(&mut self, table: &str, is_kept: impl Fn(usize, bool) -> bool) {
        let count = self.rows(table);
        let row = |n: usize| format!("{table}.{n}");
        let mut kept = Vec::new();
        for n in 0..count {
            let cells: Vec<_> = self.of_field(&row(n)).map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
            let is_blank = cells.iter().all(|(name, value)| value.trim().is_empty() || is_unit(name));
            if is_kept(n, is_blank) {
                kept.push((n, cells));
            }
        }
        self.drop_names(|name| belongs(name, table));
        for (new, (old, cells)) in kept.into_iter().enumerate() {
            let renamed = |name: &str| format!("{}{}", row(new), name.get(row(old).len()..).unwrap_or_default());
            cells.into_iter().for_each(|(name, value)| self.push(renamed(&name), value));
        }
    }

    /// As JSON, for drafts.
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    /// From what [`Pairs::to_json`] made.
    pub fn from_json(text: &str) -> Pairs {
        Pairs(serde_json::from_str(text).unwrap_or_default())
    }

    /// As a query string with these names set otherwise; `None` takes a name away.
    pub fn with(&self, changes: &[(&str, Option<&str>)]) -> String {
        let kept = self.iter().filter(|(n, v)| !v.is_empty() && !changes.iter().any(|(c, _)| c == n));
        let set = changes.iter().filter_map(|(n, v)| v.map(|v| (*n, v)));
        query(kept.chain(set))
    }
}

/// Rows of a table that are read at most; more are refused where the fields are checked.
const ROWS_MAX: usize = 2_000;

/// Whether a name is the field's or that of a part of it.
pub fn belongs(name: &str, field: &str) -> bool {
    name.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A unit is chosen even where nothing was written.
fn is_unit(name: &str) -> bool {
    name.ends_with(".unit")
}

/// A query string with its question mark; empty where there is nothing to say.
pub fn query<'q>(pairs: impl Iterator<Item = (&'q str, &'q str)>) -> String {
    let said = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    if said.is_empty() { said } else { format!("?{said}") }
}

/// One segment of a path.
pub fn segment(text: &str) -> Cow<'_, str> {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20").into()
}
