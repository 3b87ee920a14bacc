//! Invitations and resets: links that work once and not for long.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, Transaction};

use super::{Accounts, Digest, Membership, NewAccount, Password, account, credential, moment, ms, perhaps};
use crate::error::StoreError;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To become a member.
    Invitation,
    /// To set another password.
    Reset,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Purpose::Invitation => "invitation",
            Purpose::Reset => "reset",
        }
    }
}

/// A link as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// SHA-256 of what the link holds.
    pub hash: Digest,
    /// What it is for.
    pub purpose: Purpose,
    /// Whose password it resets; `None` for an invitation.
    pub account: Option<String>,
    /// What it brings, JSON.
    pub body: String,
    /// Since when.
    pub created: Timestamp,
    /// Until when it works.
    pub ends: Timestamp,
    /// When it was used.
    pub used: Option<Timestamp>,
}

fn ticket(row: &Row<'_>) -> rusqlite::Result<Ticket> {
    let purpose: String = row.get("purpose")?;
    Ok(Ticket {
        hash: row.get("hash")?,
        purpose: if purpose == Purpose::Reset.word() { Purpose::Reset } else { Purpose::Invitation },
        account: row.get("account")?,
        body: row.get("body")?,
        created: moment(row, "created")?,
        ends: moment(row, "ends")?,
        used: perhaps(row, "used")?,
    })
}

const TICKET: &str = "SELECT hash, purpose, account, body, created, ends, used FROM tickets";

/// Marks a ticket as used; false where it was used, has ended, or is not there.
fn use_up(transaction: &Transaction<'_>, hash: &Digest, purpose: Purpose, now: Timestamp) -> rusqlite::Result<bool> {
    let sql = "UPDATE tickets SET used = ?3 WHERE hash = ?1 AND purpose = ?2 AND used IS NULL AND ends > ?3";
    Ok(transaction.execute(sql, (hash, purpose.word(), ms(now)))? == 1)
}

impl Accounts {
    /// Keeps a new link. A reset takes the place of the account's earlier ones.
    pub fn add_ticket(&self, new: &Ticket) -> Result<(), StoreError> {
        let sql = "INSERT INTO tickets (hash, purpose, account, body, created, ends, used) VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL)";
        let Ticket { hash, purpose, account, body, created, ends, used: _ } = new;
        self.write(|transaction| {
            let earlier = "DELETE FROM tickets WHERE purpose = 'reset' AND account = ?1 AND used IS NULL";
            transaction.execute(earlier, [account])?;
            transaction.execute(sql, (hash, purpose.word(), account, body, ms(*created), ms(*ends)))?;
            Ok(())
        })
    }

    /// The link of a digest, used or ended ones too.
    pub fn ticket(&self, hash: &Digest, purpose: Purpose) -> Result<Option<Ticket>, StoreError> {
        let sql = format!("{TICKET} WHERE hash = ?1 AND purpose = ?2");
        self.read(|conn| conn.prepare_cached(&sql)?.query_row((hash, purpose.word()), ticket).optional())
    }

    /// Invitations that are open, oldest first.
    pub fn open_invitations(&self, now: Timestamp) -> Result<Vec<Ticket>, StoreError> {
        let sql = format!("{TICKET} WHERE purpose = 'invitation' AND used IS NULL AND ends > ?1 ORDER BY created");
        self.read(|conn| conn.prepare_cached(&sql)?.query_map([ms(now)], ticket)?.collect())
    }

    /// Takes an invitation back; false where it is not open.
    pub fn withdraw_invitation(&self, hash: &Digest) -> Result<bool, StoreError> {
        let sql = "DELETE FROM tickets WHERE hash = ?1 AND purpose = 'invitation' AND used IS NULL";
        self.write(|transaction| Ok(transaction.execute(sql, [hash])? == 1))
    }

    /// Uses an invitation: makes the account where its name is new, sets the password where one is given, and joins. False where the
    /// invitation was used or has ended, or the name was taken meanwhile although a new account was meant.
    pub fn accept(
        &self,
        hash: &Digest,
        new: Option<(&NewAccount, Option<&Password>)>,
        membership: &Membership,
    ) -> Result<bool, StoreError> {
        let now = membership.since;
        self.write(|transaction| {
            if let Some((new, password)) = new {
                if !account::insert(transaction, new)? {
                    return Ok(false);
                }
                if let Some(password) = password {
                    credential::put_password(transaction, &new.id, password, now)?;
                }
            }
            if !use_up(transaction, hash, Purpose::Invitation, now)? {
                // The account must not stay either.
                return Err(rusqlite::Error::StatementChangedRows(0));
            }
            account::join(transaction, membership)?;
            Ok(true)
        })
        .or_else(|error| match error {
            StoreError::Database(rusqlite::Error::StatementChangedRows(0)) => Ok(false),
            other => Err(other),
        })
    }

    /// Uses a reset: sets the password and ends all sessions of the account. False where it was used or has ended.
    pub fn reset(&self, hash: &Digest, account: &str, password: &Password, now: Timestamp) -> Result<bool, StoreError> {
        self.write(|transaction| {
            if !use_up(transaction, hash, Purpose::Reset, now)? {
                return Ok(false);
            }
            credential::put_password(transaction, account, password, now)?;
            transaction.execute("DELETE FROM sessions WHERE account = ?1", [account])?;
            Ok(true)
        })
    }

    /// Clears away links that ended before a moment; answers how many.
    pub fn clear_tickets(&self, before: Timestamp) -> Result<usize, StoreError> {
        self.write(|transaction| transaction.execute("DELETE FROM tickets WHERE ends < ?1", [ms(before)]))
    }
}
