//! Tokens with which programs act for the account that made them.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, Transaction};

use super::{Accounts, Digest, moment, ms, perhaps, to_json, words};
use crate::error::StoreError;

/// A token as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// SHA-256 of it.
    pub hash: Digest,
    /// Names it in lists.
    pub id: String,
    /// Who made it: it can do nothing that they cannot.
    pub account: String,
    /// The one organization it is for.
    pub org: String,
    /// What it is for.
    pub name: String,
    /// What it may do, as words of the access policy.
    pub scope: Vec<String>,
    /// Since when.
    pub created: Timestamp,
    /// When it ends.
    pub ends: Timestamp,
    /// When it was last used, to within a minute.
    pub used: Option<Timestamp>,
    /// Since when it is revoked.
    pub revoked: Option<Timestamp>,
}

const TOKEN: &str = "SELECT hash, id, account, org, name, scope, created, ends, used, revoked FROM tokens";

fn token(row: &Row<'_>) -> rusqlite::Result<Token> {
    Ok(Token {
        hash: row.get("hash")?,
        id: row.get("id")?,
        account: row.get("account")?,
        org: row.get("org")?,
        name: row.get("name")?,
        scope: words(row, "scope")?,
        created: moment(row, "created")?,
        ends: moment(row, "ends")?,
        used: perhaps(row, "used")?,
        revoked: perhaps(row, "revoked")?,
    })
}

pub(super) fn revoke_all(transaction: &Transaction<'_>, account: &str, now: Timestamp) -> rusqlite::Result<usize> {
    transaction.execute("UPDATE tokens SET revoked = ?2 WHERE account = ?1 AND revoked IS NULL", (account, ms(now)))
}

impl Accounts {
    /// Keeps a new token.
    pub fn add_token(&self, new: &Token) -> Result<(), StoreError> {
        let sql = "INSERT INTO tokens (hash, id, account, org, name, scope, created, ends, used, revoked)
          VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, NULL, NULL)";
        let Token { hash, id, account, org, name, scope, created, ends, .. } = new;
        let row = (hash, id, account, org, name, to_json(scope), ms(*created), ms(*ends));
        self.write(|transaction| transaction.execute(sql, row).map(|_| ()))
    }

    /// The token of a digest, revoked or ended ones too.
    pub fn token(&self, hash: &Digest) -> Result<Option<Token>, StoreError> {
        self.tokens.get(&self.writes, *hash, |hash| {
            let sql = format!("{TOKEN} WHERE hash = ?1");
            self.read(|conn| conn.prepare_cached(&sql)?.query_row([hash], token).optional())
        })
    }

    /// The tokens of an account, newest first.
    pub fn tokens(&self, account: &str) -> Result<Vec<Token>, StoreError> {
        let sql = format!("{TOKEN} WHERE account = ?1 ORDER BY created DESC, id DESC");
        self.read(|conn| conn.prepare_cached(&sql)?.query_map([account], token)?.collect())
    }

    /// The tokens for an organization, newest first.
    pub fn tokens_for(&self, org: &str) -> Result<Vec<Token>, StoreError> {
        let sql = format!("{TOKEN} WHERE org = ?1 ORDER BY created DESC, id DESC");
        self.read(|conn| conn.prepare_cached(&sql)?.query_map([org], token)?.collect())
    }

    /// Notes a use.
    pub fn touch_token(&self, hash: &Digest, now: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE tokens SET used = ?2 WHERE hash = ?1";
        self.write(|transaction| transaction.execute(sql, (hash, ms(now))).map(|_| ()))
    }

    /// Revokes a token of an account; false where it has no such, or it is revoked.
    pub fn revoke_token(&self, account: &str, id: &str, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE tokens SET revoked = ?3 WHERE account = ?1 AND id = ?2 AND revoked IS NULL";
        self.write(|transaction| Ok(transaction.execute(sql, (account, id, ms(now)))? == 1))
    }

    /// Revokes all tokens of an account; answers how many.
    pub fn revoke_tokens(&self, account: &str, now: Timestamp) -> Result<usize, StoreError> {
        self.write(|transaction| revoke_all(transaction, account, now))
    }
}
