//! What the entries make of it: records, links, acts by record. All of it can be built again from the ledger.

use std::{borrow::Cow, collections::BTreeSet};

use aims_record::{Fields, Kept};
use rusqlite::Connection;
use serde_json::Value;

use crate::{
    entry::{Entry, parse_entry},
    error::StoreError,
    log::{payload_row, signed, unsigned},
    reading::{Body, DISPOSED, StoredAct, WITHDRAWN, split_number, step, tombstone},
    schema,
};

type Result<T> = std::result::Result<T, StoreError>;

/// A field (`table.column` for a cell) and the id that it names.
pub(crate) type Link<'a> = (Cow<'a, str>, &'a str);

/// Notes an act on a record: in the index of acts, and among the endings where it allows content to go.
pub(crate) fn note_act(conn: &Connection, record: &str, seq: u64, act: &str) -> Result<()> {
    conn.prepare_cached("INSERT INTO acts (record, seq) VALUES (?1, ?2)")?.execute((record, signed(seq)))?;
    if matches!(act, "erased" | "disposed") {
        conn.prepare_cached("INSERT INTO endings (seq, record, act) VALUES (?1, ?2, ?3)")?.execute((
            signed(seq),
            record,
            act,
        ))?;
    }
    Ok(())
}

/// Stores a record as it stands after an act; `bytes` are its canonical ones.
pub(crate) fn put_record(conn: &Connection, before: Option<&Kept>, after: &Kept, bytes: &[u8]) -> Result<()> {
    let row = RecordRow::of(after);
    let Some(before) = before else {
        let sql = "INSERT INTO records (id, kind, state, prefix, ord, number, key, ended, bytes) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        conn.prepare_cached(sql)?.execute((
            after.id(),
            after.kind(),
            row.state,
            row.prefix,
            row.ord,
            after.number(),
            row.key,
            row.ended,
            bytes,
        ))?;
        return put_links(conn, after.id(), &BTreeSet::new(), &links_of(after));
    };
    // Kind and number never change, and the key hardly ever, so their indexes are left alone.
    if before.live().and_then(|record| record.key.as_deref()) == row.key {
        let sql = "UPDATE records SET state = ?2, ended = ?3, bytes = ?4 WHERE id = ?1";
        conn.prepare_cached(sql)?.execute((after.id(), row.state, row.ended, bytes))?;
    } else {
        let sql = "UPDATE records SET state = ?2, key = ?3, ended = ?4, bytes = ?5 WHERE id = ?1";
        conn.prepare_cached(sql)?.execute((after.id(), row.state, row.key, row.ended, bytes))?;
    }
    if before.live().map(|record| &record.fields) == after.live().map(|record| &record.fields) {
        return Ok(());
    }
    put_links(conn, after.id(), &links_of(before), &links_of(after))
}

/// The columns that stand beside a record's bytes.
#[derive(Debug, PartialEq)]
pub(crate) struct RecordRow<'a> {
    pub state: Option<&'a str>,
    pub prefix: &'a str,
    pub ord: i64,
    pub key: Option<&'a str>,
    pub ended: i64,
}

impl<'a> RecordRow<'a> {
    pub fn of(kept: &'a Kept) -> RecordRow<'a> {
        let (prefix, ord) = split_number(kept.number());
        match kept {
            Kept::Live(r) => {
                let ended = if r.withdrawn.is_some() { WITHDRAWN } else { 0 };
                RecordRow { state: Some(&r.state), prefix, ord, key: r.key.as_deref(), ended }
            }
            Kept::Disposed(_) => RecordRow { state: None, prefix, ord, key: None, ended: DISPOSED },
        }
    }
}

fn put_links(conn: &Connection, source: &str, old: &BTreeSet<Link<'_>>, new: &BTreeSet<Link<'_>>) -> Result<()> {
    for (field, target) in old.difference(new) {
        conn.prepare_cached("DELETE FROM links WHERE source = ?1 AND field = ?2 AND target = ?3")?
            .execute((source, field, target))?;
    }
    for (field, target) in new.difference(old) {
        conn.prepare_cached("INSERT INTO links (source, field, target) VALUES (?1, ?2, ?3)")?
            .execute((source, field, target))?;
    }
    Ok(())
}

/// Everything a record names.
pub(crate) fn links_of(kept: &Kept) -> BTreeSet<Link<'_>> {
    let mut links = BTreeSet::new();
    if let Some(record) = kept.live() {
        collect_links("", &record.fields, &mut links);
    }
    links
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

/// A UUID in lower case with hyphens.
pub(crate) fn is_uuid(text: &str) -> bool {
    let sound = |(position, byte): (usize, u8)| match position {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
    };
    text.len() == 36 && text.bytes().enumerate().all(sound)
}

/// Drops the projection and builds it again; the caller's transaction makes it all or nothing.
pub(crate) fn rebuild(conn: &Connection) -> Result<()> {
    conn.execute_batch(schema::DROP_PROJECTION)?;
    conn.execute_batch(schema::PROJECTION)?;
    let mut select = conn.prepare("SELECT seq, bytes FROM entries ORDER BY seq")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let seq = unsigned(row.get(0)?);
        let entry = parse_entry(seq, &row.get::<_, Vec<u8>>(1)?)?;
        if let Some(object) = &entry.obj {
            note_act(conn, &object.id, seq, &entry.act)?;
        }
    }
    each_replayed(conn, &mut |kept| put_record(conn, None, &kept, &kept.to_canonical()))
}

/// Replays the acts of each record, one record after the other, so that memory holds one at a time.
fn each_replayed(conn: &Connection, each: &mut dyn FnMut(Kept) -> Result<()>) -> Result<()> {
    let sql = "SELECT e.seq, e.bytes, p.body FROM acts a JOIN entries e ON e.seq = a.seq \
               LEFT JOIN payloads p ON p.id = a.seq << 10 ORDER BY a.record, a.seq";
    let mut select = conn.prepare(sql)?;
    let mut rows = select.query([])?;
    let mut replay = Replay::default();
    while let Some(row) = rows.next()? {
        let entry = parse_entry(unsigned(row.get(0)?), &row.get::<_, Vec<u8>>(1)?)?;
        if let Some(done) = replay.take(entry, row.get(2)?)? {
            each(done)?;
        }
    }
    replay.finish()?.map_or(Ok(()), each)
}

/// Replays acts that come record by record.
#[derive(Default)]
pub(crate) struct Replay {
    record: Option<String>,
    kept: Option<Kept>,
    /// The first body that is missing; only a later `disposed` act makes up for it.
    gap: Option<u64>,
}

impl Replay {
    /// Takes the next act; answers the record before it when another begins.
    pub fn take(&mut self, entry: Entry, body: Option<Vec<u8>>) -> Result<Option<Kept>> {
        let record = entry.obj.as_ref().map(|object| object.id.clone());
        let done = if record == self.record { None } else { self.finish()? };
        self.record = record;
        let Some(bytes) = body else {
            self.gap.get_or_insert(entry.seq);
            return Ok(done);
        };
        if self.gap.is_none() && entry.act != "disposed" {
            self.kept = Some(step(self.kept.take(), &entry, &bytes)?);
        } else if let Some(left) = tombstone(&StoredAct { entry, body: Body::Bytes(bytes) })? {
            (self.kept, self.gap) = (Some(left), None);
        }
        Ok(done)
    }

    /// The last record.
    pub fn finish(&mut self) -> Result<Option<Kept>> {
        self.record = None;
        if let Some(seq) = self.gap.take() {
            self.kept = None;
            let place = format!("the body of event {seq}");
            return Err(StoreError::Damaged { place, reason: "it is missing, and no later act allows that".into() });
        }
        Ok(self.kept.take())
    }
}

/// Rows that an erasure leaves of a person: commitments without salt, ciphertext or key. Answers how many payloads went.
pub(crate) fn erase_subject(conn: &Connection, subject: &str, before: u64) -> Result<u64> {
    let before = payload_row(before, 0);
    let sql = "DELETE FROM idem WHERE seq IN (SELECT id >> 10 FROM payloads WHERE subject = ?1 AND id < ?2)";
    conn.execute(sql, (subject, before))?;
    let sql = "UPDATE payloads SET salt = NULL, body = NULL, wrapped = NULL \
               WHERE subject = ?1 AND id < ?2 AND salt IS NOT NULL";
    let count = conn.execute(sql, (subject, before))?;
    let sql = "DELETE FROM subjects WHERE id = ?1 \
               AND NOT EXISTS (SELECT 1 FROM payloads WHERE subject = ?1 AND salt IS NOT NULL)";
    conn.execute(sql, [subject])?;
    Ok(count as u64)
}

/// Takes away all payloads of a record's acts before `seq`. Answers the files that they named.
pub(crate) fn dispose_payloads(conn: &Connection, record: &str, before: u64) -> Result<BTreeSet<String>> {
    let acts: Vec<i64> = conn
        .prepare_cached("SELECT seq FROM acts WHERE record = ?1 AND seq < ?2")?
        .query_map((record, signed(before)), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut files = BTreeSet::new();
    for seq in acts.into_iter().map(unsigned) {
        let range = (payload_row(seq, 0), payload_row(seq + 1, 0));
        let named: Vec<String> = conn
            .prepare_cached("SELECT file FROM payloads WHERE id >= ?1 AND id < ?2 AND file IS NOT NULL")?
            .query_map(range, |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        files.extend(named);
        let sql = "UPDATE payloads SET salt = NULL, body = NULL, wrapped = NULL WHERE id >= ?1 AND id < ?2";
        conn.prepare_cached(sql)?.execute(range)?;
        conn.prepare_cached("DELETE FROM idem WHERE seq = ?1")?.execute([signed(seq)])?;
    }
    Ok(files)
}

/// Whether a payload that is still there names the file.
pub(crate) fn is_named(conn: &Connection, sha256: &str) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM payloads WHERE file = ?1 AND salt IS NOT NULL)";
    Ok(conn.prepare_cached(sql)?.query_row([sha256], |row| row.get(0))?)
}
