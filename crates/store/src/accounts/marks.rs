//! Numbers that the server remembers under a name: how far a job has come, when it ran last, what somebody does not want.

use rusqlite::OptionalExtension as _;

use super::Accounts;
use crate::error::StoreError;

impl Accounts {
    /// The number under a name.
    pub fn mark(&self, name: &str) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT value FROM counters WHERE name = ?1";
        self.read(|conn| conn.prepare_cached(sql)?.query_row([name], |row| row.get(0)).optional())
    }

    /// Remembers a number under a name.
    pub fn set_mark(&self, name: &str, value: i64) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO counters (name, value) VALUES (?1, ?2)";
        self.write(|transaction| transaction.execute(sql, (name, value)).map(|_| ()))
    }

    /// Forgets the number under a name.
    pub fn drop_mark(&self, name: &str) -> Result<(), StoreError> {
        self.write(|transaction| transaction.execute("DELETE FROM counters WHERE name = ?1", [name]).map(|_| ()))
    }
}
