//! Sessions: who is signed in, by the digest of what their browser holds.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, Transaction};

use super::{Accounts, Digest, moment, ms, perhaps, to_json, words};
use crate::error::StoreError;

/// A session as kept. How long it may be idle is not decided here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the token.
    pub hash: Digest,
    /// Names it in lists: the digest never leaves.
    pub id: String,
    /// Who is signed in.
    pub account: String,
    /// Since when.
    pub created: Timestamp,
    /// When it was last used, to within a minute.
    pub seen: Timestamp,
    /// Until when what needs a fresh authentication is let through.
    pub elevated: Option<Timestamp>,
    /// When it ends at the latest.
    pub ends: Timestamp,
    /// The browser, in a few words.
    pub agent: String,
    /// How they authenticated (RFC 8176), such as `pwd`, `otp`, `hwk`.
    pub amr: Vec<String>,
}

const SESSION: &str = "SELECT hash, id, account, created, seen, elevated, ends, agent, amr FROM sessions";

fn session(row: &Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        hash: row.get("hash")?,
        id: row.get("id")?,
        account: row.get("account")?,
        created: moment(row, "created")?,
        seen: moment(row, "seen")?,
        elevated: perhaps(row, "elevated")?,
        ends: moment(row, "ends")?,
        agent: row.get("agent")?,
        amr: words(row, "amr")?,
    })
}

fn insert(transaction: &Transaction<'_>, new: &Session) -> rusqlite::Result<()> {
    let sql = "INSERT INTO sessions (hash, id, account, created, seen, elevated, ends, agent, amr)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let Session { hash, id, account, created, seen, elevated, ends, agent, amr } = new;
    let row = (hash, id, account, ms(*created), ms(*seen), elevated.map(ms), ms(*ends), agent, to_json(amr));
    transaction.execute(sql, row)?;
    Ok(())
}

impl Accounts {
    /// Begins a session. Beyond `most` of an account its oldest end.
    pub fn begin_session(&self, new: &Session, most: u32) -> Result<(), StoreError> {
        self.write(|transaction| {
            insert(transaction, new)?;
            let sql = "DELETE FROM sessions WHERE hash IN
              (SELECT hash FROM sessions WHERE account = ?1 ORDER BY created DESC, id DESC LIMIT -1 OFFSET ?2)";
            transaction.execute(sql, (&new.account, most))?;
            Ok(())
        })
    }

    /// Puts a new token in the place of an old one; false where the old one is gone.
    pub fn rotate_session(&self, old: &Digest, new: &Session) -> Result<bool, StoreError> {
        self.write(|transaction| {
            if transaction.execute("DELETE FROM sessions WHERE hash = ?1", [old])? == 0 {
                return Ok(false);
            }
            insert(transaction, new)?;
            Ok(true)
        })
    }

    /// The session of a token's digest.
    pub fn session(&self, hash: &Digest) -> Result<Option<Session>, StoreError> {
        self.sessions.get(&self.writes, *hash, |hash| {
            let sql = format!("{SESSION} WHERE hash = ?1");
            self.read(|conn| conn.prepare_cached(&sql)?.query_row([hash], session).optional())
        })
    }

    /// The sessions of an account, newest first.
    pub fn sessions(&self, account: &str) -> Result<Vec<Session>, StoreError> {
        let sql = format!("{SESSION} WHERE account = ?1 ORDER BY created DESC, id DESC");
        self.read(|conn| conn.prepare_cached(&sql)?.query_map([account], session)?.collect())
    }

    /// Notes that a session is in use.
    pub fn touch_session(&self, hash: &Digest, now: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE sessions SET seen = ?2 WHERE hash = ?1";
        self.write(|transaction| transaction.execute(sql, (hash, ms(now))).map(|_| ()))
    }

    /// Ends one session of an account by its id; false where it has no such.
    pub fn end_session(&self, account: &str, id: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM sessions WHERE account = ?1 AND id = ?2";
        self.write(|transaction| Ok(transaction.execute(sql, (account, id))? == 1))
    }

    /// Ends the sessions of an account, all but one where that is named; answers how many.
    pub fn end_sessions(&self, account: &str, but: Option<&Digest>) -> Result<usize, StoreError> {
        let sql = "DELETE FROM sessions WHERE account = ?1 AND (?2 IS NULL OR hash <> ?2)";
        self.write(|transaction| transaction.execute(sql, (account, but)))
    }

    /// Clears away sessions that ended by themselves; answers how many.
    pub fn clear_sessions(&self, now: Timestamp, idle_since: Timestamp) -> Result<usize, StoreError> {
        let sql = "DELETE FROM sessions WHERE ends <= ?1 OR seen <= ?2";
        self.write(|transaction| transaction.execute(sql, (ms(now), ms(idle_since))))
    }
}
