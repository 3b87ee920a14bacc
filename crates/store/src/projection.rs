//! What the entries make of it: records, links, endings. All of it can be built again from the ledger.

mod links;

pub(crate) use links::{LINKS_OF_TARGET, LinkRow, links_of, target_bytes};

use std::collections::BTreeSet;

use aims_record::{Fields, Kept};
use rusqlite::Connection;

use crate::{
    chain,
    entry::parse_entry,
    error::StoreError,
    log::{payload_row, signed, unsigned},
    reading::{Body, DISPOSED, Gone, StoredAct, WITHDRAWN, replay, split_number},
    schema,
};

type Result<T> = std::result::Result<T, StoreError>;

/// Notes an act that allows content to go.
pub(crate) fn note_ending(conn: &Connection, record: &str, seq: u64, act: &str) -> Result<()> {
    if matches!(act, "erased" | "disposed") {
        let sql = "INSERT INTO endings (seq, record, act) VALUES (?1, ?2, ?3)";
        conn.prepare_cached(sql)?.execute((signed(seq), record, act))?;
    }
    Ok(())
}

/// Stores a record that is not stored yet; `begun` is the event of its first act, `bytes` are its canonical ones.
pub(crate) fn insert_record(conn: &Connection, begun: u64, kept: &Kept, bytes: &[u8]) -> Result<()> {
    let row = RecordRow::of(kept);
    let sql = "INSERT INTO records (begun, id, kind, state, prefix, ord, number, key, ended, bytes) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    conn.prepare_cached(sql)?.execute((
        signed(begun),
        kept.id(),
        kept.kind(),
        row.state,
        row.prefix,
        row.ord,
        kept.number(),
        row.key,
        row.ended,
        bytes,
    ))?;
    links::put(conn, begun, &BTreeSet::new(), &links_of(kept))
}

/// Stores what an act has made of a record.
pub(crate) fn update_record(conn: &Connection, begun: u64, before: &Kept, after: &Kept, bytes: &[u8]) -> Result<()> {
    let row = RecordRow::of(after);
    let (old, new) = (before.live(), after.live());
    // Kind and number never change, and the key hardly ever, so their indexes are left alone.
    if old.and_then(|record| record.key.as_deref()) == row.key {
        let sql = "UPDATE records SET state = ?2, ended = ?3, bytes = ?4 WHERE begun = ?1";
        conn.prepare_cached(sql)?.execute((signed(begun), row.state, row.ended, bytes))?;
    } else {
        let sql = "UPDATE records SET state = ?2, key = ?3, ended = ?4, bytes = ?5 WHERE begun = ?1";
        conn.prepare_cached(sql)?.execute((signed(begun), row.state, row.key, row.ended, bytes))?;
    }
    let none = Fields::new();
    let (old, new) = (old.map_or(&none, |record| &record.fields), new.map_or(&none, |record| &record.fields));
    let (was, is) = links::changed(old, new);
    links::put(conn, begun, &was, &is)
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

/// A UUID in lower case with hyphens.
pub(crate) fn is_uuid(text: &str) -> bool {
    let sound = |(position, byte): (usize, u8)| match position {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
    };
    text.len() == 36 && text.bytes().enumerate().all(sound)
}

/// Drops the projection and builds it again; the caller's transaction makes it all or nothing. Memory holds one record at a time.
pub(crate) fn rebuild(conn: &Connection) -> Result<()> {
    conn.execute_batch(schema::DROP_PROJECTION)?;
    conn.execute_batch(schema::PROJECTION)?;
    let mut select = conn.prepare("SELECT seq, bytes FROM entries ORDER BY seq DESC")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let seq = unsigned(row.get(0)?);
        let entry = parse_entry(seq, &row.get::<_, Vec<u8>>(1)?)?;
        let Some(object) = &entry.obj else { continue };
        note_ending(conn, &object.id, seq, &entry.act)?;
        // From the end, the first act that is met on a record is the newest on it.
        let known = "SELECT EXISTS (SELECT 1 FROM records WHERE id = ?1)";
        if !conn.prepare_cached(known)?.query_row([&object.id], |row| row.get::<_, bool>(0))? {
            rebuild_record(conn, &object.id, seq)?;
        }
    }
    links::merge(conn)
}

fn rebuild_record(conn: &Connection, id: &str, newest: u64) -> Result<()> {
    let mut acts = Vec::new();
    chain::back(conn, id, Some(newest), &mut |(entry, body)| {
        acts.push(StoredAct { entry, body: body.map_or(Body::Gone(Gone::Missing), Body::Bytes) });
        Ok(())
    })?;
    acts.reverse();
    let Some(begun) = acts.first().map(|act| act.entry.seq) else { return Ok(()) };
    replay(&acts)?.map_or(Ok(()), |kept| insert_record(conn, begun, &kept, &kept.to_canonical()))
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

/// Takes away all payloads of a record's acts, from event `newest` back. Answers the files that they named.
pub(crate) fn dispose_payloads(conn: &Connection, record: &str, newest: Option<u64>) -> Result<BTreeSet<String>> {
    let acts = chain::events(conn, record, newest, u64::MAX)?;
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
