//! Who can sign in to this server, and what it keeps for them: one SQLite file, `server.db`, beside the organizations.
//!
//! An *account* is how someone signs in; a *membership* joins it to the record of a person in an organization. What a person may do is
//! no matter of this file: roles are records in the organization's ledger. Nothing here decides; it keeps and answers.
//! Secrets that must be read again (the seed of one-time codes, a webhook's key, a mail with a link) are sealed under `server.key`;
//! those that need only be compared are kept as digests.

mod account;
mod credential;
mod desk;
mod marks;
mod memo;
mod notes;
mod outbox;
mod passkey;
mod schema;
mod seal;
mod session;
mod ticket;
mod token;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, Row, Transaction, TransactionBehavior};

pub use account::{Account, Membership, NewAccount, Preferences};
pub use credential::{Identity, Password, TotpSeed};
pub use desk::SavedView;
pub use notes::Note;
pub use outbox::{Job, NewJob, Sending, Webhook};
pub use passkey::Passkey;
pub use session::Session;
pub use ticket::{Purpose, Ticket};
pub use token::Token;

use crate::{Chance, error::StoreError, folder::at};
use memo::{Memo, Writes};
use seal::ServerKey;

/// SHA-256 of a secret that is compared and never read again.
pub type Digest = [u8; 32];

/// Accounts, credentials, sessions and what the server keeps beside the ledgers. Shared between threads.
pub struct Accounts {
    path: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    key: ServerKey,
    chance: Arc<dyn Chance>,
    writes: Writes,
    sessions: Memo<Digest, Session>,
    accounts: Memo<String, Account>,
    memberships: Memo<(String, String), Membership>,
    tokens: Memo<Digest, Token>,
}

impl Accounts {
    /// Opens `server.db` and `server.key` in a folder, and makes both where neither is there.
    ///
    /// # Errors
    /// Where others can read the key, where one of the two files is missing, where a setting did not hold, and where the tables are
    /// of another version.
    pub fn open(dir: &Path, chance: Arc<dyn Chance>) -> Result<Accounts, StoreError> {
        fs::create_dir_all(dir).map_err(at(dir))?;
        let (path, key) = (dir.join("server.db"), dir.join("server.key"));
        let key = ServerKey::open_or_draw(&key, path.exists(), &*chance)?;
        let writer = schema::open(&path)?;
        Ok(Accounts {
            path,
            writer: Mutex::new(writer),
            readers: Mutex::default(),
            key,
            chance,
            writes: Writes::default(),
            sessions: Memo::default(),
            accounts: Memo::default(),
            memberships: Memo::default(),
            tokens: Memo::default(),
        })
    }

    /// Reads as of one moment.
    fn read<R>(&self, look: impl FnOnce(&Connection) -> rusqlite::Result<R>) -> Result<R, StoreError> {
        let pooled = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let conn = match pooled {
            Some(conn) => conn,
            None => crate::schema::open_reader(&self.path)?,
        };
        let found = look(&conn);
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
        Ok(found?)
    }

    /// Writes in one transaction; it is on disk when this answers, and nothing is where it answers with an error.
    fn write<R>(&self, change: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<R>) -> Result<R, StoreError> {
        let mut conn = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let written = (|| {
            let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = change(&transaction)?;
            transaction.commit()?;
            Ok(done)
        })();
        self.writes.count();
        written.map_err(|error: rusqlite::Error| match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => StoreError::StorageFull,
            _ => StoreError::Database(error),
        })
    }
}

/// A moment as a column keeps it: milliseconds.
fn ms(moment: Timestamp) -> i64 {
    moment.as_millisecond()
}

/// The moment of a column.
fn moment(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    row.get(column).map(to_moment)
}

/// The moment of a column that may be empty.
fn perhaps(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    row.get::<_, Option<i64>>(column).map(|ms| ms.map(to_moment))
}

fn to_moment(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Words that a column keeps as a JSON list.
fn words(row: &Row<'_>, column: &str) -> rusqlite::Result<Vec<String>> {
    row.get::<_, String>(column).map(|text| serde_json::from_str(&text).unwrap_or_default())
}

/// A list of words as a column keeps it.
fn to_json(words: &[String]) -> String {
    serde_json::Value::from(words).to_string()
}
