//! Passwords, one-time codes, recovery codes, and identities at other providers.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, Transaction};
use zeroize::Zeroizing;

use super::{Accounts, Digest, moment, ms, perhaps};
use crate::error::StoreError;

/// A password as kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Password {
    /// Argon2id, as a PHC string.
    pub phc: String,
    /// Whether it is long enough to stand without a second factor.
    pub alone: bool,
}

/// The seed of an account's one-time codes.
pub struct TotpSeed {
    /// The secret.
    pub secret: Zeroizing<Vec<u8>>,
    /// The last time step of which a code was used.
    pub step: u64,
    /// Since when codes are asked for; `None` until the first code was given.
    pub confirmed: Option<Timestamp>,
}

/// Who somebody is at another provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The provider, as its tokens name it.
    pub issuer: String,
    /// The person, as the provider names them.
    pub sub: String,
    /// The account here.
    pub account: String,
    /// Since when.
    pub created: Timestamp,
}

fn identity(row: &Row<'_>) -> rusqlite::Result<Identity> {
    Ok(Identity {
        issuer: row.get("issuer")?,
        sub: row.get("sub")?,
        account: row.get("account")?,
        created: moment(row, "created")?,
    })
}

pub(super) fn put_password(
    transaction: &Transaction<'_>,
    account: &str,
    password: &Password,
    now: Timestamp,
) -> rusqlite::Result<()> {
    super::token::revoke_all(transaction, account, now)?;
    let sql = "INSERT OR REPLACE INTO passwords (account, phc, alone, changed) VALUES (?1, ?2, ?3, ?4)";
    transaction.execute(sql, (account, &password.phc, password.alone, ms(now)))?;
    Ok(())
}

fn place(account: &str) -> String {
    format!("totp\n{account}")
}

impl Accounts {
    /// Sets a password, and revokes the account's tokens: whoever knew the old one may have made some.
    pub fn set_password(&self, account: &str, password: &Password, now: Timestamp) -> Result<(), StoreError> {
        self.write(|transaction| put_password(transaction, account, password, now))
    }

    /// The password of an account.
    pub fn password(&self, account: &str) -> Result<Option<Password>, StoreError> {
        let read = |row: &Row<'_>| Ok(Password { phc: row.get(0)?, alone: row.get(1)? });
        let sql = "SELECT phc, alone FROM passwords WHERE account = ?1";
        self.read(|conn| conn.prepare_cached(sql)?.query_row([account], read).optional())
    }

    /// Keeps a new seed that is not asked for until [`confirm_totp`](Self::confirm_totp); false where a confirmed one is there.
    pub fn offer_totp(&self, account: &str, secret: &[u8]) -> Result<bool, StoreError> {
        let sealed = self.key.seal(&place(account), secret, &*self.chance)?;
        let sql = "INSERT INTO totp (account, sealed, step, confirmed) VALUES (?1, ?2, 0, NULL)
          ON CONFLICT (account) DO UPDATE SET sealed = excluded.sealed, step = 0 WHERE confirmed IS NULL";
        self.write(|transaction| Ok(transaction.execute(sql, (account, &sealed))? == 1))
    }

    /// The seed of an account, confirmed or not.
    pub fn totp(&self, account: &str) -> Result<Option<TotpSeed>, StoreError> {
        let read = |row: &Row<'_>| {
            Ok((row.get::<_, Vec<u8>>("sealed")?, row.get::<_, i64>("step")?, perhaps(row, "confirmed")?))
        };
        let sql = "SELECT sealed, step, confirmed FROM totp WHERE account = ?1";
        let row = self.read(|conn| conn.prepare_cached(sql)?.query_row([account], read).optional())?;
        let Some((sealed, step, confirmed)) = row else { return Ok(None) };
        let secret = self.key.open(&place(account), &sealed)?;
        Ok(Some(TotpSeed { secret, step: crate::log::unsigned(step), confirmed }))
    }

    /// Whether an account has confirmed one-time codes.
    pub fn has_totp(&self, account: &str) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM totp WHERE account = ?1 AND confirmed IS NOT NULL)";
        self.read(|conn| conn.prepare_cached(sql)?.query_row([account], |row| row.get(0)))
    }

    /// Uses the code of a time step; false where that step or a later one was used before.
    pub fn use_totp_step(&self, account: &str, step: u64) -> Result<bool, StoreError> {
        let sql = "UPDATE totp SET step = ?2 WHERE account = ?1 AND step < ?2";
        self.write(|transaction| Ok(transaction.execute(sql, (account, crate::log::signed(step)))? == 1))
    }

    /// From now on codes are asked for. The recovery codes take the place of earlier ones.
    pub fn confirm_totp(&self, account: &str, recovery: &[Digest], now: Timestamp) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute("UPDATE totp SET confirmed = ?2 WHERE account = ?1", (account, ms(now)))?;
            put_recovery_codes(transaction, account, recovery)
        })
    }

    /// Takes one-time codes and recovery codes away.
    pub fn remove_totp(&self, account: &str) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM totp WHERE account = ?1", [account])?;
            put_recovery_codes(transaction, account, &[])
        })
    }

    /// Puts recovery codes in the place of earlier ones.
    pub fn set_recovery_codes(&self, account: &str, codes: &[Digest]) -> Result<(), StoreError> {
        self.write(|transaction| put_recovery_codes(transaction, account, codes))
    }

    /// Uses a recovery code; false where there is none such, or it was used.
    pub fn use_recovery_code(&self, account: &str, code: &Digest, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE recovery_codes SET used = ?3 WHERE account = ?1 AND hash = ?2 AND used IS NULL";
        self.write(|transaction| Ok(transaction.execute(sql, (account, code, ms(now)))? == 1))
    }

    /// How many recovery codes are left.
    pub fn recovery_codes_left(&self, account: &str) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) FROM recovery_codes WHERE account = ?1 AND used IS NULL";
        self.read(|conn| conn.prepare_cached(sql)?.query_row([account], |row| row.get(0)).map(crate::log::unsigned))
    }

    /// Joins an identity at another provider to an account; false where it is joined to one already.
    pub fn add_identity(&self, identity: &Identity) -> Result<bool, StoreError> {
        let Identity { issuer, sub, account, created } = identity;
        let sql =
            "INSERT INTO identities (issuer, sub, account, created) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
        self.write(|transaction| Ok(transaction.execute(sql, (issuer, sub, account, ms(*created)))? == 1))
    }

    /// The account of an identity.
    pub fn identity(&self, issuer: &str, sub: &str) -> Result<Option<Identity>, StoreError> {
        let sql = "SELECT issuer, sub, account, created FROM identities WHERE issuer = ?1 AND sub = ?2";
        self.read(|conn| conn.prepare_cached(sql)?.query_row((issuer, sub), identity).optional())
    }

    /// The identities of an account.
    pub fn identities(&self, account: &str) -> Result<Vec<Identity>, StoreError> {
        let sql = "SELECT issuer, sub, account, created FROM identities WHERE account = ?1 ORDER BY issuer, sub";
        self.read(|conn| conn.prepare_cached(sql)?.query_map([account], identity)?.collect())
    }

    /// Parts an identity from its account; false where it is not this account's.
    pub fn remove_identity(&self, account: &str, issuer: &str, sub: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM identities WHERE account = ?1 AND issuer = ?2 AND sub = ?3";
        self.write(|transaction| Ok(transaction.execute(sql, (account, issuer, sub))? == 1))
    }
}

fn put_recovery_codes(transaction: &Transaction<'_>, account: &str, codes: &[Digest]) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM recovery_codes WHERE account = ?1", [account])?;
    let mut insert = transaction.prepare("INSERT INTO recovery_codes (account, hash, used) VALUES (?1, ?2, NULL)")?;
    codes.iter().try_for_each(|code| insert.execute((account, code)).map(|_| ()))
}
