//! One entry: its members in their one order, read in a single pass (`docs/formats/acts.md`, rules 1-9).

use crate::{
    report::{Problem, altered, cannot_tell},
    scan::{Cursor, Hash, Uuid, fault},
};

/// What was done, as far as a verifier has to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Recorded,
    Amended,
    Linked,
    Unlinked,
    Attached,
    Moved,
    Signed,
    Withdrawn,
    Disposed,
    Erased,
    Founded,
    Other,
}

impl Act {
    fn from_word(word: &[u8]) -> Act {
        match word {
            b"recorded" => Act::Recorded,
            b"amended" => Act::Amended,
            b"linked" => Act::Linked,
            b"unlinked" => Act::Unlinked,
            b"attached" => Act::Attached,
            b"moved" => Act::Moved,
            b"signed" => Act::Signed,
            b"withdrawn" => Act::Withdrawn,
            b"disposed" => Act::Disposed,
            b"erased" => Act::Erased,
            b"founded" => Act::Founded,
            _ => Act::Other,
        }
    }
}

/// What a payload holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The act's body.
    Record,
    /// Values about the person whose record this is.
    Personal(Uuid),
    /// A file with this SHA-256.
    Evidence(Hash),
}

/// A payload as the entry commits to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Commitment {
    pub(crate) c: Hash,
    pub(crate) class: Class,
    pub(crate) len: u64,
}

/// The record that an entry acts on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object<'a> {
    pub(crate) id: Uuid,
    pub(crate) prev: Option<u64>,
    pub(crate) kind: &'a [u8],
    pub(crate) ver: u64,
}

/// What replaying needs of an entry. Its payloads go to a list that the caller lends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) act: Act,
    pub(crate) pid: Uuid,
    pub(crate) obj: Option<Object<'a>>,
    pub(crate) org: Uuid,
    pub(crate) done: bool,
    pub(crate) seq: u64,
    /// The digits of the moment, as one number: it grows as time does.
    pub(crate) ts: u64,
    pub(crate) clamped: bool,
}

const BODY_BYTES_MAX: u64 = 1 << 20;

/// Reads an entry; `payloads` is emptied first.
pub(crate) fn parse<'a>(bytes: &'a [u8], payloads: &mut Vec<Commitment>) -> Result<Entry<'a>, Shape> {
    payloads.clear();
    let mut cursor = Cursor::new(bytes);
    let entry = members(&mut cursor, payloads).ok_or(Shape { offset: cursor.offset() })?;
    cursor.end().ok_or(Shape { offset: cursor.offset() })?;
    Ok(entry)
}

/// The bytes from here on are not those of an entry.
#[derive(Debug)]
pub(crate) struct Shape {
    offset: usize,
}

impl Shape {
    /// What is wrong with the entry, found by reading it once more without haste.
    pub(crate) fn explain(&self, seq: u64, bytes: &[u8]) -> Problem {
        let place = format!("entry {seq}");
        if let Some(fault) = fault(bytes) {
            return altered(place, format!("is not in canonical form: {fault}"));
        }
        let value: serde_json::Value = serde_json::from_slice(bytes).unwrap_or_default();
        if !value.is_object() {
            return altered(place, "is not an object");
        }
        if value.get("v").is_some_and(|v| *v != 1) {
            return cannot_tell(place, "has a version (`v`) that is not known");
        }
        let stranger = stranger(&value);
        match stranger {
            Some(key) => cannot_tell(place, format!("has the member `{key}`, which is not known")),
            None => altered(place, format!("is not an entry as described, from byte {} on", self.offset)),
        }
    }
}

/// The members of an entry and of the objects in it; the first name is where an object stands, empty for the entry itself.
const MEMBERS: [(&str, &[&str]); 7] = [
    (
        "",
        &[
            "act", "actor", "id", "idem", "obj", "org", "outcome", "payload", "policy", "reason", "refs", "req", "seq",
            "sw", "ts", "ts_state", "v",
        ],
    ),
    ("actor", &["amr", "kind", "on_behalf", "pid"]),
    ("obj", &["id", "prev", "type", "ver"]),
    ("payload", &["c", "class", "file", "len", "mime", "subject"]),
    ("policy", &["digest"]),
    ("sw", &["build_sha256", "version"]),
    ("ts_state", &["clamped", "maxerr_ms", "sync"]),
];

/// The first member that no entry has.
fn stranger(entry: &serde_json::Value) -> Option<&String> {
    MEMBERS.iter().find_map(|(at, known)| {
        let value = if at.is_empty() { Some(entry) } else { entry.get(at) };
        let one = value.into_iter().filter_map(|v| v.as_object());
        let many = value.and_then(|v| v.as_array()).into_iter().flatten().filter_map(|v| v.as_object());
        one.chain(many).flat_map(|object| object.keys()).find(|key| !known.contains(&key.as_str()))
    })
}

fn members<'a>(c: &mut Cursor<'a>, payloads: &mut Vec<Commitment>) -> Option<Entry<'a>> {
    c.lit(b"{\"act\":")?;
    let act = Act::from_word(c.string()?);
    c.lit(b",\"actor\":")?;
    let pid = actor(c)?;
    c.lit(b",\"id\":")?;
    c.uuid()?;
    if c.try_lit(b",\"idem\":") {
        let idem = c.string()?;
        (crate::scan::unescape(idem)?.chars().count() <= 64).then_some(())?;
    }
    let obj = if c.try_lit(b",\"obj\":") { Some(object(c)?) } else { None };
    c.lit(b",\"org\":")?;
    let org = c.uuid()?;
    c.lit(b",\"outcome\":")?;
    let outcome = c.string()?;
    c.lit(b",\"payload\":[")?;
    if !c.try_lit(b"]") {
        commitments(c, payloads)?;
    }
    let ts = tail(c)?;
    matches!(outcome, b"done" | b"denied" | b"failed").then_some(Entry {
        act,
        pid,
        obj,
        org,
        done: outcome == b"done",
        seq: ts.0,
        ts: ts.1,
        clamped: ts.2,
    })
}

fn actor(c: &mut Cursor<'_>) -> Option<Uuid> {
    c.lit(b"{\"amr\":[")?;
    if !c.try_lit(b"]") {
        c.string()?;
        while c.try_lit(b",") {
            c.string()?;
        }
        c.lit(b"]")?;
    }
    c.lit(b",\"kind\":")?;
    matches!(c.string()?, b"person" | b"agent" | b"token" | b"system").then_some(())?;
    c.lit(b",\"on_behalf\":")?;
    c.uuids()?;
    c.lit(b",\"pid\":")?;
    let pid = c.uuid()?;
    c.lit(b"}")?;
    Some(pid)
}

fn object<'a>(c: &mut Cursor<'a>) -> Option<Object<'a>> {
    c.lit(b"{\"id\":")?;
    let id = c.uuid()?;
    c.lit(b",\"prev\":")?;
    let prev = if c.try_lit(b"null") { None } else { Some(c.uint()?) };
    c.lit(b",\"type\":")?;
    let kind = c.string()?;
    c.lit(b",\"ver\":")?;
    let ver = c.uint()?;
    c.lit(b"}")?;
    Some(Object { id, prev, kind, ver })
}

fn commitments(c: &mut Cursor<'_>, payloads: &mut Vec<Commitment>) -> Option<()> {
    loop {
        let commitment = commitment(c)?;
        let record = commitment.class == Class::Record;
        // A record's body stands first, and there is only one.
        (!record || payloads.is_empty()).then_some(())?;
        payloads.push(commitment);
        if !c.try_lit(b",") {
            return c.lit(b"]");
        }
    }
}

fn commitment(c: &mut Cursor<'_>) -> Option<Commitment> {
    c.lit(b"{\"c\":")?;
    let hash = c.hash()?;
    c.lit(b",\"class\":")?;
    let word = c.string()?;
    let file = if word == b"evidence" {
        c.lit(b",\"file\":")?;
        Some(c.hash()?)
    } else {
        None
    };
    c.lit(b",\"len\":")?;
    let len = c.uint()?;
    c.lit(b",\"mime\":")?;
    c.string()?;
    let class = match (word, file) {
        (b"record", _) => Class::Record,
        (b"personal", _) => {
            c.lit(b",\"subject\":")?;
            Class::Personal(c.uuid()?)
        }
        (_, file) => Class::Evidence(file?),
    };
    c.lit(b"}")?;
    let fits = matches!(class, Class::Evidence(_)) || len <= BODY_BYTES_MAX;
    fits.then_some(Commitment { c: hash, class, len })
}

/// From `policy` to the end: the sequence number, the moment, and whether it was held back.
fn tail(c: &mut Cursor<'_>) -> Option<(u64, u64, bool)> {
    c.lit(b",\"policy\":{\"digest\":")?;
    c.hash()?;
    c.lit(b"}")?;
    if c.try_lit(b",\"reason\":") {
        c.string()?;
    }
    c.lit(b",\"refs\":")?;
    c.uuids()?;
    if c.try_lit(b",\"req\":") {
        c.string()?;
    }
    c.lit(b",\"seq\":")?;
    let seq = c.uint()?;
    c.lit(b",\"sw\":{\"build_sha256\":")?;
    c.hash()?;
    c.lit(b",\"version\":")?;
    c.string()?;
    c.lit(b"},\"ts\":")?;
    let ts = moment(c.string()?)?;
    c.lit(b",\"ts_state\":{\"clamped\":")?;
    let clamped = c.boolean()?;
    c.lit(b",\"maxerr_ms\":")?;
    c.uint()?;
    c.lit(b",\"sync\":")?;
    c.string()?;
    c.lit(b"},\"v\":1}")?;
    Some((seq, ts, clamped))
}

/// The seventeen digits of `2026-11-23T21:14:36.123Z` as a number.
fn moment(text: &[u8]) -> Option<u64> {
    const FORM: &[u8; 24] = b"dddd-dd-ddTdd:dd:dd.dddZ";
    let text: &[u8; 24] = text.try_into().ok()?;
    let (mut digits, mut fits) = (0u64, true);
    for (byte, form) in text.iter().zip(FORM) {
        if *form == b'd' {
            let digit = byte.wrapping_sub(b'0');
            fits &= digit < 10;
            digits = digits.wrapping_mul(10).wrapping_add(u64::from(digit));
        } else {
            fits &= byte == form;
        }
    }
    (fits && is_moment(digits)).then_some(digits)
}

fn is_moment(digits: u64) -> bool {
    let part = |unit: u64, size: u64| digits / unit % size;
    let (second, minute, hour) = (part(1000, 100), part(100_000, 100), part(10_000_000, 100));
    let (day, month, year) = (part(1_000_000_000, 100), part(100_000_000_000, 100), digits / 10_000_000_000_000);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    second < 60 && minute < 60 && hour < 24 && (1..=days).contains(&day)
}

/// The moment of [`Entry::ts`] as it is written.
pub(crate) fn moment_text(mut digits: u64) -> [u8; 24] {
    let mut text = *b"dddd-dd-ddTdd:dd:dd.dddZ";
    for byte in text.iter_mut().rev().filter(|b| **b == b'd') {
        *byte = b'0' + (digits % 10) as u8;
        digits /= 10;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_real_ones() {
        let text = b"2026-11-23T21:14:36.123Z";
        assert_eq!(moment(text).map(moment_text), Some(*text));
        assert!(moment(b"2024-02-29T00:00:00.000Z").is_some());
        for text in [
            "2026-02-29T00:00:00.000Z",
            "2026-13-01T00:00:00.000Z",
            "2026-01-00T00:00:00.000Z",
            "2026-01-01T24:00:00.000Z",
            "2026-01-01T00:60:00.000Z",
            "2026-01-01t00:00:00.000Z",
            "2026-01-01T00:00:00.000",
            "2026-01-01T00:00:00.00:Z",
        ] {
            assert!(moment(text.as_bytes()).is_none(), "{text}");
        }
    }
}
