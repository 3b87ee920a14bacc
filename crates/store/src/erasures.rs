//! The list of erasures beside the signer: what must stay forgotten when an older database comes back from a backup.

use std::{fs, path::Path};

use rusqlite::Connection;

use crate::{
    error::StoreError,
    folder::{at, replace},
    log::{signed, unsigned},
    projection::{erase_subject, is_uuid},
};

/// One erasure: the event and the person.
type Erasure = (u64, String);

/// Adds erasures to the list; those on it stay once.
pub(crate) fn list(path: &Path, new: &[Erasure]) -> Result<(), StoreError> {
    let mut all = read(path)?;
    all.extend(new.iter().filter(|erasure| !all.contains(erasure)).cloned().collect::<Vec<_>>());
    all.sort();
    let lines: String = all.iter().map(|(seq, subject)| format!("{seq} {subject}\n")).collect();
    replace(path, lines.as_bytes())
}

/// Reads the list, a line `EVENT PERSON` each.
pub(crate) fn read(path: &Path) -> Result<Vec<Erasure>, StoreError> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(path).map_err(at(path))?;
    let damaged = |line: &str| StoreError::Damaged {
        place: path.display().to_string(),
        reason: format!("`{line}` is not an event and a person"),
    };
    let parse = |line: &str| {
        let (seq, subject) = line.split_once(' ')?;
        Some((seq.parse().ok()?, subject.to_owned())).filter(|_| is_uuid(subject))
    };
    text.lines().map(|line| parse(line).ok_or_else(|| damaged(line))).collect()
}

/// Brings list and database together when opening: a crash may have come between the two, or a backup may have been restored.
/// Answers whether something had to be destroyed again.
pub(crate) fn reapply(path: &Path, conn: &Connection) -> Result<bool, StoreError> {
    let known = read(path)?;
    let sql = "SELECT seq, record FROM endings WHERE act = 'erased' ORDER BY seq";
    let done: Vec<Erasure> = conn
        .prepare(sql)?
        .query_map([], |row| Ok((unsigned(row.get(0)?), row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let unlisted: Vec<Erasure> = done.iter().filter(|erasure| !known.contains(erasure)).cloned().collect();
    if !unlisted.is_empty() {
        list(path, &unlisted)?;
    }
    let mut destroyed = false;
    for (seq, subject) in &known {
        let sql = "SELECT EXISTS (SELECT 1 FROM payloads WHERE subject = ?1 AND id < ?2 << 10 AND salt IS NOT NULL)";
        if conn.query_row(sql, (subject, signed(*seq)), |row| row.get::<_, bool>(0))? {
            conn.execute_batch("BEGIN IMMEDIATE")?;
            erase_subject(conn, subject, *seq)?;
            conn.execute_batch("COMMIT")?;
            destroyed = true;
        }
    }
    Ok(destroyed)
}
