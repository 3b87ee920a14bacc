//! Links by what they name. New ones are gathered in a table that grows at its end and sorted in together: each target has a place of
//! its own in the index, so sorting in one link at a time would write a page for each.

use std::{borrow::Cow, cmp::Ordering, collections::BTreeSet};

use aims_record::{Fields, Kept};
use rusqlite::Connection;
use serde_json::Value;

use super::{Result, is_uuid};
use crate::log::signed;

/// So many links wait before they are sorted in. Whoever asks for a target looks through those that wait.
const WAITING_MAX: i64 = 512;

/// A field (`table.column` for a cell) and the id that it names.
pub(crate) type Link<'a> = (Cow<'a, str>, &'a str);

/// A link as stored: target, field, and the event that began the record which has it.
pub(crate) type LinkRow = ([u8; 16], String, i64);

/// Sources and fields of all links to the target ?1, sorted in or not.
pub(crate) const LINKS_OF_TARGET: &str = "(SELECT source, field FROM links WHERE target = ?1 \
     UNION ALL SELECT source, field FROM new_links WHERE target = ?1)";

/// Stores what changed in the links of a record.
pub(super) fn put(conn: &Connection, source: u64, old: &BTreeSet<Link<'_>>, new: &BTreeSet<Link<'_>>) -> Result<()> {
    if !old.is_subset(new) {
        merge(conn)?;
        let mut delete = conn.prepare_cached("DELETE FROM links WHERE target = ?1 AND field = ?2 AND source = ?3")?;
        for (field, target) in old.difference(new) {
            delete.execute((target_bytes(target), field, signed(source)))?;
        }
    }
    let mut added = new.difference(old).peekable();
    if added.peek().is_none() {
        return Ok(());
    }
    let mut insert = conn.prepare_cached("INSERT INTO new_links (target, field, source) VALUES (?1, ?2, ?3)")?;
    for (field, target) in added {
        insert.execute((target_bytes(target), field, signed(source)))?;
    }
    if conn.last_insert_rowid() < WAITING_MAX { Ok(()) } else { merge(conn) }
}

/// Sorts in what waits.
pub(super) fn merge(conn: &Connection) -> Result<()> {
    // What damage has put there twice is for the self-check to find.
    let sql = "INSERT OR IGNORE INTO links (target, field, source) \
               SELECT target, field, source FROM new_links ORDER BY target, field, source";
    conn.prepare_cached(sql)?.execute([])?;
    conn.prepare_cached("DELETE FROM new_links")?.execute([])?;
    Ok(())
}

/// The bytes that stand for an id, sixteen where it is one.
pub(crate) fn target_bytes(id: &str) -> [u8; 16] {
    let digits = id.bytes().filter_map(|byte| char::from(byte).to_digit(16));
    digits.fold(0_u128, |number, digit| number << 4 | u128::from(digit)).to_be_bytes()
}

/// Everything a record names.
pub(crate) fn links_of(kept: &Kept) -> BTreeSet<Link<'_>> {
    let mut links = BTreeSet::new();
    if let Some(record) = kept.live() {
        collect_links("", &record.fields, &mut links);
    }
    links
}

/// What the fields name that are not the same before and after: as it was, and as it is. Both are sorted by name, so one walk finds them.
pub(super) fn changed<'a>(before: &'a Fields, after: &'a Fields) -> (BTreeSet<Link<'a>>, BTreeSet<Link<'a>>) {
    let (mut was, mut is) = (BTreeSet::new(), BTreeSet::new());
    let (mut old, mut new) = (before.iter().peekable(), after.iter().peekable());
    while let Some(order) = in_order(old.peek(), new.peek()) {
        let (left, right) = (old.next_if(|_| order.is_le()), new.next_if(|_| order.is_ge()));
        if left.map(|(_, value)| value) == right.map(|(_, value)| value) {
            continue;
        }
        for ((name, value), links) in
            left.map(|field| (field, &mut was)).into_iter().chain(right.map(|field| (field, &mut is)))
        {
            collect_value(Cow::Borrowed(name), value, links);
        }
    }
    (was, is)
}

/// Which of two fields comes first by name; a field before none, and nothing where there is none left.
fn in_order(old: Option<&(&String, &Value)>, new: Option<&(&String, &Value)>) -> Option<Ordering> {
    match (old, new) {
        (None, None) => None,
        (Some(_), None) => Some(Ordering::Less),
        (None, Some(_)) => Some(Ordering::Greater),
        (Some((old, _)), Some((new, _))) => Some(old.cmp(new)),
    }
}

fn collect_links<'a>(path: &str, fields: &'a Fields, links: &mut BTreeSet<Link<'a>>) {
    for (name, value) in fields {
        if path.is_empty() {
            collect_value(Cow::Borrowed(name), value, links);
        } else {
            collect_value(Cow::Owned(format!("{path}.{name}")), value, links);
        }
    }
}

fn collect_value<'a>(path: Cow<'a, str>, value: &'a Value, links: &mut BTreeSet<Link<'a>>) {
    match value {
        Value::String(text) if is_uuid(text) => {
            links.insert((path, text.as_str()));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_value(path.clone(), item, links)),
        Value::Object(members) => collect_links(&path, members, links),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: serde_json::Value) -> Fields {
        serde_json::from_value(value).expect("an object")
    }

    #[test]
    fn only_links_of_fields_that_changed_are_looked_at() {
        let id = |n: u8| format!("01940c9e-2222-7cc3-9d54-2d8cf1a0b0{n:02}");
        let before = fields(json!({ "a": id(1), "b": id(2), "c": [id(3), id(4)], "e": "text" }));
        let after = fields(json!({ "a": id(1), "c": [id(4), id(5)], "d": id(6), "e": id(7) }));
        let of = |links: &[(&'static str, &u8)]| -> BTreeSet<(String, String)> {
            links.iter().map(|(name, n)| ((*name).to_owned(), id(**n))).collect()
        };
        let owned = |links: BTreeSet<Link<'_>>| -> BTreeSet<(String, String)> {
            links.into_iter().map(|(name, id)| (name.into_owned(), id.to_owned())).collect()
        };
        let (was, is) = changed(&before, &after);
        assert_eq!(owned(was), of(&[("b", &2), ("c", &3), ("c", &4)]));
        assert_eq!(owned(is), of(&[("c", &4), ("c", &5), ("d", &6), ("e", &7)]));
        let none = Fields::new();
        assert!(changed(&after, &after).0.is_empty() && changed(&none, &after).0.is_empty());
        assert_eq!(changed(&none, &after).1.len(), 5);
    }
}
