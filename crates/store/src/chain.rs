//! The acts on a record, from its newest back: each entry names the one before it, so no table of them is needed.

use rusqlite::Connection;

use crate::{
    entry::{Entry, parse_entry},
    error::StoreError,
    log::signed,
};

type Result<T> = std::result::Result<T, StoreError>;

/// An entry with its act's body as stored.
pub(crate) type ChainedAct = (Entry, Option<Vec<u8>>);

/// The bytes of an entry and those of its act's body, unless they are gone.
type StoredBytes = (Vec<u8>, Option<Vec<u8>>);

/// The bytes of an entry and of its act's body; `None` where there is no such entry.
pub(crate) fn stored_act(conn: &Connection, seq: u64) -> Result<Option<StoredBytes>> {
    let sql = "SELECT e.bytes, p.body FROM entries e LEFT JOIN payloads p ON p.id = e.seq << 10 WHERE e.seq = ?1";
    let mut select = conn.prepare_cached(sql)?;
    let mut rows = select.query([signed(seq)])?;
    Ok(rows.next()?.map(|row| Ok::<_, rusqlite::Error>((row.get(0)?, row.get(1)?))).transpose()?)
}

/// Calls for each act on a record, from event `newest` back.
pub(crate) fn back(
    conn: &Connection,
    record: &str,
    newest: Option<u64>,
    each: &mut dyn FnMut(ChainedAct) -> Result<()>,
) -> Result<()> {
    let mut next = newest;
    while let Some(seq) = next {
        let damaged = |reason: &str| StoreError::Damaged { place: format!("event {seq}"), reason: reason.into() };
        let (bytes, body) = stored_act(conn, seq)?.ok_or_else(|| damaged("an act on a record is missing"))?;
        let entry = parse_entry(seq, &bytes)?;
        let object = entry.obj.as_ref().filter(|object| object.id == record);
        next = object.ok_or_else(|| damaged("it is not on the record that leads to it"))?.prev;
        if next.is_some_and(|before| before >= seq) {
            return Err(damaged("it names a later one as the act before it"));
        }
        each((entry, body))?;
    }
    Ok(())
}

/// The events of the acts on a record, oldest first, of those before `size`.
pub(crate) fn events(conn: &Connection, record: &str, newest: Option<u64>, size: u64) -> Result<Vec<i64>> {
    let mut events = Vec::new();
    back(conn, record, newest, &mut |(entry, _)| {
        events.extend((entry.seq < size).then(|| signed(entry.seq)));
        Ok(())
    })?;
    events.reverse();
    Ok(events)
}
