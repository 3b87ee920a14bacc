//! One entry: its members in their one order, read in a single pass (`docs/formats/acts.md`, rules 1-9).

use crate::{
    moment::moment,
    report::{Problem, altered, cannot_tell},
    scan::{Cursor, Hash, Repeated, Uuid, fault},
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
    /// Whether a passkey's signature stands in it.
    pub(crate) signed: bool,
}

const BODY_BYTES_MAX: u64 = 1 << 20;

/// What entry after entry has in common; it is read once for each change.
#[derive(Default)]
pub(crate) struct Common<'a> {
    actor: Repeated<'a, ()>,
    org_and_outcome: Repeated<'a, (Uuid, &'a [u8])>,
    policy: Repeated<'a, ()>,
    software: Repeated<'a, ()>,
    clock: Repeated<'a, bool>,
}

/// Reads an entry; `payloads` is emptied first.
pub(crate) fn parse<'a>(
    bytes: &'a [u8],
    common: &mut Common<'a>,
    payloads: &mut Vec<Commitment>,
) -> Result<Entry<'a>, Shape> {
    payloads.clear();
    let mut cursor = Cursor::new(bytes);
    let entry = members(&mut cursor, common, payloads).ok_or(Shape { offset: cursor.offset() })?;
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
const MEMBERS: [(&str, &[&str]); 8] = [
    (
        "",
        &[
            "act", "actor", "id", "idem", "obj", "org", "outcome", "payload", "policy", "reason", "refs", "req", "seq",
            "sig", "sw", "ts", "ts_state", "v",
        ],
    ),
    ("actor", &["amr", "kind", "on_behalf", "pid"]),
    ("obj", &["id", "prev", "type", "ver"]),
    ("payload", &["c", "class", "file", "len", "mime", "subject"]),
    ("policy", &["digest"]),
    ("sig", &["alg", "authenticator_data", "client_data", "key", "signature"]),
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

fn members<'a>(c: &mut Cursor<'a>, common: &mut Common<'a>, payloads: &mut Vec<Commitment>) -> Option<Entry<'a>> {
    c.lit(b"{\"act\":")?;
    let act = Act::from_word(c.string()?);
    c.again(&mut common.actor, actor)?;
    let pid = c.uuid()?;
    c.lit(b"},\"id\":")?;
    c.uuid()?;
    if c.try_lit(b",\"idem\":") {
        let idem = c.string()?;
        // So few bytes cannot be too many characters.
        (idem.len() <= 64 || crate::scan::unescape(idem)?.chars().count() <= 64).then_some(())?;
    }
    let obj = if c.try_lit(b",\"obj\":") { Some(object(c)?) } else { None };
    let (org, outcome) = c.again(&mut common.org_and_outcome, org_and_outcome)?;
    if !c.try_lit(b"]") {
        commitments(c, payloads)?;
    }
    let (seq, ts, clamped, signed) = tail(c, common)?;
    Some(Entry { act, pid, obj, org, done: outcome == b"done", seq, ts, clamped, signed })
}

/// The actor up to its own id.
fn actor(c: &mut Cursor<'_>) -> Option<()> {
    c.lit(b",\"actor\":{\"amr\":[")?;
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
    c.lit(b",\"pid\":")
}

/// The organization and the outcome, up to the first payload.
fn org_and_outcome<'a>(c: &mut Cursor<'a>) -> Option<(Uuid, &'a [u8])> {
    c.lit(b",\"org\":")?;
    let org = c.uuid()?;
    c.lit(b",\"outcome\":")?;
    let outcome = c.string()?;
    c.lit(b",\"payload\":[")?;
    matches!(outcome, b"done" | b"denied" | b"failed").then_some((org, outcome))
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

/// From `policy` to the end: the sequence number, the moment, whether it was held back, and whether a passkey signed.
fn tail<'a>(c: &mut Cursor<'a>, common: &mut Common<'a>) -> Option<(u64, u64, bool, bool)> {
    c.again(&mut common.policy, policy)?;
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
    let signed = c.try_lit(b",\"sig\":");
    if signed {
        passkey_signature(c)?;
    }
    c.again(&mut common.software, software)?;
    let ts = moment(c.string()?)?;
    let clamped = c.again(&mut common.clock, clock)?;
    Some((seq, ts, clamped, signed))
}

/// A passkey's signature, whose content is looked at apart.
fn passkey_signature(c: &mut Cursor<'_>) -> Option<()> {
    c.lit(b"{\"alg\":")?;
    c.string()?;
    c.lit(b",\"authenticator_data\":")?;
    c.string()?;
    c.lit(b",\"client_data\":")?;
    c.string()?;
    c.lit(b",\"key\":")?;
    c.string()?;
    c.lit(b",\"signature\":")?;
    c.string()?;
    c.lit(b"}")
}

fn policy(c: &mut Cursor<'_>) -> Option<()> {
    c.lit(b",\"policy\":{\"digest\":")?;
    c.hash()?;
    c.lit(b"}")
}

fn software(c: &mut Cursor<'_>) -> Option<()> {
    c.lit(b",\"sw\":{\"build_sha256\":")?;
    c.hash()?;
    c.lit(b",\"version\":")?;
    c.string()?;
    c.lit(b"},\"ts\":")
}

/// `ts_state`, and what ends an entry; answers whether the moment was held back.
fn clock(c: &mut Cursor<'_>) -> Option<bool> {
    c.lit(b",\"ts_state\":{\"clamped\":")?;
    let clamped = c.boolean()?;
    c.lit(b",\"maxerr_ms\":")?;
    c.uint()?;
    c.lit(b",\"sync\":")?;
    c.string()?;
    c.lit(b"},\"v\":1}")?;
    Some(clamped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_entries_have_in_common_is_read_for_each_change() {
        let digits = "ab".repeat(32);
        let id = "01940c9e-0000-7cc3-9d54-2d8cf1a0b000";
        let entry = |amr: &str, outcome: &str, policy: &str, software: &str, clamped: &str, end: &str| {
            format!(
                "{{\"act\":\"exported\",\"actor\":{{\"amr\":[{amr}],\"kind\":\"person\",\"on_behalf\":[],\"pid\":\"{id}\"}},\
                 \"id\":\"{id}\",\"org\":\"{id}\",\"outcome\":\"{outcome}\",\"payload\":[],\
                 \"policy\":{{\"digest\":\"{policy}\"}},\"refs\":[],\"seq\":1,\
                 \"sw\":{{\"build_sha256\":\"{digits}\",\"version\":{software}}},\"ts\":\"2026-01-01T00:00:00.000Z\",\
                 \"ts_state\":{{\"clamped\":{clamped},\"maxerr_ms\":0,\"sync\":\"unknown\"}},\"v\":1}}{end}"
            )
        };
        let good = entry("\"local\"", "done", &digits, "\"1\"", "false", "");
        let held = entry("", "denied", &digits, "\"\u{e4}\"", "true", "");
        let bad = [
            entry("\"lo\tcal\"", "done", &digits, "\"1\"", "false", ""),
            entry("\"local\"", "undone", &digits, "\"1\"", "false", ""),
            entry("\"local\"", "done", &digits.replacen('a', "A", 1), "\"1\"", "false", ""),
            entry("\"local\"", "done", &digits, "1", "false", ""),
            entry("\"local\"", "done", &digits, "\"1\"", "null", ""),
            entry("\"local\"", "done", &digits, "\"1\"", "false", "}"),
        ];
        let (mut common, mut payloads) = (Common::default(), Vec::new());
        for _ in 0..2 {
            let read = parse(good.as_bytes(), &mut common, &mut payloads).unwrap();
            assert!(read.done && !read.clamped);
            let read = parse(held.as_bytes(), &mut common, &mut payloads).unwrap();
            assert!(!read.done && read.clamped);
            for bad in &bad {
                assert!(parse(good.as_bytes(), &mut common, &mut payloads).is_ok());
                assert!(parse(bad.as_bytes(), &mut common, &mut payloads).is_err(), "{bad}");
            }
        }
    }
}
