//! Parts of lists: how many, and where to go on (B-08).

use http::StatusCode;
use sha2::{Digest as _, Sha256};

use super::{
    answers::Page,
    doc::{Doc, Param, Q, Takes},
};
use crate::{answer::Refused, call::Call};

/// Lines where nothing is asked.
const LINES: usize = 50;
/// Lines at most.
const MOST: usize = 200;

/// Which part of a list is asked for.
pub struct Part {
    limit: usize,
    /// Behind which line: its key and its name.
    behind: Option<(String, String)>,
    /// What the list is asked for; a cursor belongs to one list.
    asked: String,
}

impl Part {
    /// Reads `limit` and `cursor`.
    ///
    /// # Errors
    /// `limit_out_of_range`, `cursor_unknown`.
    pub fn of(call: &Call<'_>) -> Result<Part, Refused> {
        let limit = match call.query.all("limit").next() {
            None => LINES,
            Some(text) => {
                let limit = text.parse().ok().filter(|limit| (1..=MOST).contains(limit));
                limit.ok_or_else(|| Refused::unclear("limit_out_of_range", "The limit runs from 1 to 200."))?
            }
        };
        let asked = asked(call);
        let behind = call.query.get("cursor").map(|text| read(text, &asked)).transpose()?;
        Ok(Part { limit, behind, asked })
    }

    /// This part of what was found. Each line has a key by which the list is sorted, ascending, and a name that no other line has; `later`
    /// says whether a line comes behind the one that the cursor names.
    pub fn of_found<F, T>(
        &self,
        as_of: Option<u64>,
        found: Vec<F>,
        place: impl Fn(&F) -> (String, String),
        later: impl Fn(&(String, String), &(String, String)) -> bool,
        line: impl Fn(&F) -> T,
    ) -> Page<T> {
        let all = found.len();
        let start = self.behind.as_ref().map_or(0, |behind| found.partition_point(|f| !later(&place(f), behind)));
        let items: Vec<&F> = found.iter().skip(start).take(self.limit).collect();
        let more = start + items.len() < all;
        let next = items.last().filter(|_| more).map(|last| write(&place(last), &self.asked));
        Page { as_of, all, next, items: items.into_iter().map(line).collect() }
    }
}

/// A digest of what the list is asked for, without limit and cursor.
fn asked(call: &Call<'_>) -> String {
    let pairs = call.query.iter().filter(|(name, _)| !["limit", "cursor"].contains(name));
    let text: String = pairs.map(|(name, value)| format!("{name}={value}\n")).collect();
    let mut digest = hex::encode(Sha256::digest(format!("{}\n{text}", call.path)));
    digest.truncate(16);
    digest
}

fn write((key, name): &(String, String), asked: &str) -> String {
    let key: String = key.chars().take(60).collect();
    hex::encode(format!("{asked}\n{name}\n{key}"))
}

fn read(text: &str, asked: &str) -> Result<(String, String), Refused> {
    let says = "This cursor is not of this list. Begin again without it.";
    let unknown = || Refused::new(StatusCode::BAD_REQUEST, "cursor_unknown", says);
    let bytes = hex::decode(text).map_err(|_| unknown())?;
    let plain = String::from_utf8(bytes).map_err(|_| unknown())?;
    let (list, rest) = plain.split_once('\n').ok_or_else(unknown)?;
    let (name, key) = rest.split_once('\n').filter(|_| list == asked).ok_or_else(unknown)?;
    Ok((key.to_owned(), name.to_owned()))
}

/// Refuses names in the query that the row does not take; `more` are further names that it takes now.
///
/// # Errors
/// `parameter_unknown`, `parameter_repeated`, `parameter_length`, `query_invalid`.
pub fn only(call: &Call<'_>, doc: &Doc, more: &[&str]) -> Result<(), Refused> {
    let known = |name: &str| doc.query.iter().any(|p| p.name == name) || more.contains(&name);
    let mut seen: Vec<&str> = Vec::new();
    for (name, value) in call.query.iter() {
        if let Some(param) = doc.query.iter().find(|p| p.name == name) {
            fits(param, value)?;
        }
        if !known(name) {
            let names: Vec<&str> = doc.query.iter().map(|p| p.name).chain(more.iter().copied()).collect();
            let says = format!("There is no `{name}` to ask for here. There are: {}.", names.join(", "));
            return Err(Refused::unclear("parameter_unknown", says));
        }
        if seen.contains(&name) {
            return Err(Refused::unclear("parameter_repeated", format!("Say `{name}` once.")));
        }
        seen.push(name);
    }
    Ok(())
}

/// Refuses a text that says nothing, or more than is read.
fn fits(param: &Param, value: &str) -> Result<(), Refused> {
    let Takes::Text(most) = param.takes else { return Ok(()) };
    let letters = value.chars().take(most as usize + 1).count();
    if !value.trim().is_empty() && letters <= most as usize && !value.contains(char::is_control) {
        return Ok(());
    }
    let code = if param.name == Q.name { "query_invalid" } else { "parameter_length" };
    let says = format!("Say `{}` in 1 to {most} visible characters, or leave it out.", param.name);
    Err(Refused::unclear(code, says))
}
