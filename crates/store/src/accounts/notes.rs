//! What happened at the door: sign-ins, refusals, ended sessions. Kept here first, so that no request waits for a ledger, and moved
//! into the logs of the organizations concerned.

use jiff::Timestamp;
use rusqlite::Row;

use super::{Accounts, moment, ms};
use crate::error::StoreError;

/// Something that happened at the door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Its number; 0 before it is kept.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Whose account; `None` where nobody's.
    pub account: Option<String>,
    /// For which organization; `None` where it concerns all of the account's.
    pub org: Option<String>,
    /// What, such as `signed-in`.
    pub act: String,
    /// `done` or `denied`.
    pub outcome: String,
    /// A code, where it was denied.
    pub reason: Option<String>,
    /// What else is to be said, a JSON object.
    pub body: String,
}

impl Accounts {
    /// Keeps a note.
    pub fn note(&self, note: &Note) -> Result<(), StoreError> {
        let Note { id: _, at, account, org, act, outcome, reason, body } = note;
        let sql =
            "INSERT INTO notes (at, account, org, act, outcome, reason, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let row = (ms(*at), account, org, act, outcome, reason, body);
        self.write(|transaction| transaction.execute(sql, row).map(|_| ()))
    }

    /// Notes after a number, oldest first, at most so many.
    pub fn notes_after(&self, id: i64, most: u32) -> Result<Vec<Note>, StoreError> {
        let read = |row: &Row<'_>| {
            Ok(Note {
                id: row.get("id")?,
                at: moment(row, "at")?,
                account: row.get("account")?,
                org: row.get("org")?,
                act: row.get("act")?,
                outcome: row.get("outcome")?,
                reason: row.get("reason")?,
                body: row.get("body")?,
            })
        };
        let sql =
            "SELECT id, at, account, org, act, outcome, reason, body FROM notes WHERE id > ?1 ORDER BY id LIMIT ?2";
        self.read(|conn| conn.prepare_cached(sql)?.query_map((id, most), read)?.collect())
    }

    /// Up to which note an organization's log has them.
    pub fn noted_to(&self, org: &str) -> Result<i64, StoreError> {
        let sql = "SELECT coalesce((SELECT value FROM counters WHERE name = ?1), 0)";
        self.read(|conn| conn.prepare_cached(sql)?.query_row([format!("noted {org}")], |row| row.get(0)))
    }

    /// Remembers up to which note an organization's log has them.
    pub fn set_noted_to(&self, org: &str, id: i64) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO counters (name, value) VALUES (?1, ?2)";
        self.write(|transaction| transaction.execute(sql, (format!("noted {org}"), id)).map(|_| ()))
    }
}
