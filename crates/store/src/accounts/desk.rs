//! What someone left on their desk: saved views, drafts of forms, and how far they have read.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row};

use super::{Accounts, moment, ms};
use crate::{
    error::StoreError,
    log::{signed, unsigned},
};

/// A view of a register that somebody keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    /// The kind whose register it is of.
    pub register: String,
    /// Its name.
    pub name: String,
    /// The page's query, without `?`.
    pub query: String,
}

impl Accounts {
    /// Keeps a view, in the place of one of the same name.
    pub fn save_view(&self, account: &str, org: &str, view: &SavedView) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO views (account, org, register, name, query) VALUES (?1, ?2, ?3, ?4, ?5)";
        let row = (account, org, &view.register, &view.name, &view.query);
        self.write(|transaction| transaction.execute(sql, row).map(|_| ()))
    }

    /// The views of a register, by name.
    pub fn views(&self, account: &str, org: &str, register: &str) -> Result<Vec<SavedView>, StoreError> {
        let read = |row: &Row<'_>| Ok(SavedView { register: row.get(0)?, name: row.get(1)?, query: row.get(2)? });
        let sql =
            "SELECT register, name, query FROM views WHERE account = ?1 AND org = ?2 AND register = ?3 ORDER BY name";
        self.read(|conn| conn.prepare_cached(sql)?.query_map((account, org, register), read)?.collect())
    }

    /// Takes a view away; false where there is none.
    pub fn remove_view(&self, account: &str, org: &str, register: &str, name: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM views WHERE account = ?1 AND org = ?2 AND register = ?3 AND name = ?4";
        self.write(|transaction| Ok(transaction.execute(sql, (account, org, register, name))? == 1))
    }

    /// Keeps what stands in a form that was not sent, JSON.
    pub fn keep_draft(
        &self,
        account: &str,
        org: &str,
        key: &str,
        body: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO drafts (account, org, key, body, saved) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.write(|transaction| transaction.execute(sql, (account, org, key, body, ms(now))).map(|_| ()))
    }

    /// What stood in a form, and when it was kept.
    pub fn draft(&self, account: &str, org: &str, key: &str) -> Result<Option<(String, Timestamp)>, StoreError> {
        let sql = "SELECT body, saved FROM drafts WHERE account = ?1 AND org = ?2 AND key = ?3";
        let read = |row: &Row<'_>| Ok((row.get("body")?, moment(row, "saved")?));
        self.read(|conn| conn.prepare_cached(sql)?.query_row((account, org, key), read).optional())
    }

    /// All drafts of somebody in an organization, the newest first: key, body, and when it was kept.
    pub fn drafts(&self, account: &str, org: &str) -> Result<Vec<(String, String, Timestamp)>, StoreError> {
        let sql = "SELECT key, body, saved FROM drafts WHERE account = ?1 AND org = ?2 ORDER BY saved DESC, key";
        let read = |row: &Row<'_>| Ok((row.get("key")?, row.get("body")?, moment(row, "saved")?));
        self.read(|conn| conn.prepare_cached(sql)?.query_map((account, org), read)?.collect())
    }

    /// Forgets a draft.
    pub fn drop_draft(&self, account: &str, org: &str, key: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM drafts WHERE account = ?1 AND org = ?2 AND key = ?3";
        self.write(|transaction| transaction.execute(sql, (account, org, key)).map(|_| ()))
    }

    /// Forgets drafts that were kept before a moment; answers how many.
    pub fn clear_drafts(&self, before: Timestamp) -> Result<usize, StoreError> {
        self.write(|transaction| transaction.execute("DELETE FROM drafts WHERE saved < ?1", [ms(before)]))
    }

    /// Notes that someone has seen everything up to an entry.
    pub fn mark_seen(&self, account: &str, org: &str, seq: u64) -> Result<(), StoreError> {
        let sql = "INSERT INTO seen (account, org, seq) VALUES (?1, ?2, ?3)
          ON CONFLICT (account, org) DO UPDATE SET seq = max(seq, excluded.seq)";
        self.write(|transaction| transaction.execute(sql, (account, org, signed(seq))).map(|_| ()))
    }

    /// Up to which entry someone has seen everything.
    pub fn seen(&self, account: &str, org: &str) -> Result<Option<u64>, StoreError> {
        let sql = "SELECT seq FROM seen WHERE account = ?1 AND org = ?2";
        let read = |row: &Row<'_>| row.get(0).map(unsigned);
        self.read(|conn| conn.prepare_cached(sql)?.query_row((account, org), read).optional())
    }

    /// Counts on, and answers the new number: 1 the first time.
    pub fn count_on(&self, name: &str) -> Result<u64, StoreError> {
        let sql = "INSERT INTO counters (name, value) VALUES (?1, 1)
          ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value";
        self.write(|transaction| transaction.query_row(sql, [name], |row| row.get(0)).map(unsigned))
    }
}
