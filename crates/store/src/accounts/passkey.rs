//! Passkeys: public keys whose private halves stay with their holders' devices.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row};

use super::{Accounts, moment, ms, perhaps, to_json, words};
use crate::error::StoreError;

/// A passkey as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// The credential's id, base64url.
    pub id: String,
    /// Whose it is.
    pub account: String,
    /// What its holder calls it.
    pub name: String,
    /// COSE algorithm: -7 (ES256), -8 (EdDSA).
    pub algorithm: i64,
    /// The public key, as its authenticator gave it (COSE_Key).
    pub key: Vec<u8>,
    /// The authenticator's signature counter; 0 where it has none.
    pub counter: u32,
    /// How it can be reached, such as `usb` or `internal`.
    pub transports: Vec<String>,
    /// Since when.
    pub created: Timestamp,
    /// When it was used last.
    pub used: Option<Timestamp>,
}

const PASSKEY: &str = "SELECT id, account, name, algorithm, key, counter, transports, created, used FROM passkeys";

fn passkey(row: &Row<'_>) -> rusqlite::Result<Passkey> {
    Ok(Passkey {
        id: row.get("id")?,
        account: row.get("account")?,
        name: row.get("name")?,
        algorithm: row.get("algorithm")?,
        key: row.get("key")?,
        counter: row.get("counter")?,
        transports: words(row, "transports")?,
        created: moment(row, "created")?,
        used: perhaps(row, "used")?,
    })
}

impl Accounts {
    /// Keeps a new passkey; false where its id is known already.
    pub fn add_passkey(&self, new: &Passkey) -> Result<bool, StoreError> {
        let sql = "INSERT INTO passkeys (id, account, name, algorithm, key, counter, transports, created, used)
          VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, NULL) ON CONFLICT DO NOTHING";
        let Passkey { id, account, name, algorithm, key, counter, transports, created, used: _ } = new;
        let row = (id, account, name, algorithm, key, counter, to_json(transports), ms(*created));
        self.write(|transaction| Ok(transaction.execute(sql, row)? == 1))
    }

    /// The passkey of a credential id.
    pub fn passkey(&self, id: &str) -> Result<Option<Passkey>, StoreError> {
        let sql = format!("{PASSKEY} WHERE id = ?1");
        self.read(|conn| conn.prepare_cached(&sql)?.query_row([id], passkey).optional())
    }

    /// The passkeys of an account, oldest first.
    pub fn passkeys(&self, account: &str) -> Result<Vec<Passkey>, StoreError> {
        let sql = format!("{PASSKEY} WHERE account = ?1 ORDER BY created, id");
        self.read(|conn| conn.prepare_cached(&sql)?.query_map([account], passkey)?.collect())
    }

    /// Notes a use. False where the counter did not grow although the authenticator counts: the passkey may have been copied.
    pub fn use_passkey(&self, id: &str, counter: u32, now: Timestamp) -> Result<bool, StoreError> {
        let sql =
            "UPDATE passkeys SET counter = ?2, used = ?3 WHERE id = ?1 AND (counter < ?2 OR (counter = 0 AND ?2 = 0))";
        self.write(|transaction| Ok(transaction.execute(sql, (id, counter, ms(now)))? == 1))
    }

    /// Gives a passkey of an account another name; false where it has no such.
    pub fn rename_passkey(&self, account: &str, id: &str, name: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE passkeys SET name = ?3 WHERE account = ?1 AND id = ?2";
        self.write(|transaction| Ok(transaction.execute(sql, (account, id, name))? == 1))
    }

    /// Takes a passkey from an account; false where it has no such.
    pub fn remove_passkey(&self, account: &str, id: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM passkeys WHERE account = ?1 AND id = ?2";
        self.write(|transaction| Ok(transaction.execute(sql, (account, id))? == 1))
    }
}
