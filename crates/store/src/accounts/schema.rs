//! The tables of `server.db`.

use std::path::Path;

use rusqlite::Connection;

use crate::{error::StoreError, settings::sync_for_fault_laboratory};

/// Version of the tables, in `PRAGMA user_version`.
const VERSION: i64 = 1;

const PEOPLE: &str = "
CREATE TABLE accounts (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, display TEXT NOT NULL, language TEXT NOT NULL, theme TEXT NOT NULL,
  shortcuts INTEGER NOT NULL, created INTEGER NOT NULL, disabled INTEGER, admin INTEGER NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE memberships (account TEXT NOT NULL REFERENCES accounts, org TEXT NOT NULL, person TEXT NOT NULL, since INTEGER NOT NULL,
  until INTEGER, scope TEXT, PRIMARY KEY (account, org)) WITHOUT ROWID, STRICT;
CREATE INDEX memberships_person ON memberships (org, person);
CREATE TABLE passwords (account TEXT PRIMARY KEY REFERENCES accounts, phc TEXT NOT NULL, alone INTEGER NOT NULL,
  changed INTEGER NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE totp (account TEXT PRIMARY KEY REFERENCES accounts, sealed BLOB NOT NULL, step INTEGER NOT NULL,
  confirmed INTEGER) WITHOUT ROWID, STRICT;
CREATE TABLE recovery_codes (account TEXT NOT NULL REFERENCES accounts, hash BLOB NOT NULL, used INTEGER,
  PRIMARY KEY (account, hash)) WITHOUT ROWID, STRICT;
CREATE TABLE passkeys (id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts, name TEXT NOT NULL, algorithm INTEGER NOT NULL,
  key BLOB NOT NULL, counter INTEGER NOT NULL, transports TEXT NOT NULL, created INTEGER NOT NULL, used INTEGER) WITHOUT ROWID, STRICT;
CREATE INDEX passkeys_account ON passkeys (account);
CREATE TABLE identities (issuer TEXT NOT NULL, sub TEXT NOT NULL, account TEXT NOT NULL REFERENCES accounts, created INTEGER NOT NULL,
  PRIMARY KEY (issuer, sub)) WITHOUT ROWID, STRICT;
CREATE INDEX identities_account ON identities (account);
";

const DOORS: &str = "
CREATE TABLE sessions (hash BLOB PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL REFERENCES accounts, created INTEGER NOT NULL,
  seen INTEGER NOT NULL, elevated INTEGER, ends INTEGER NOT NULL, agent TEXT NOT NULL, amr TEXT NOT NULL) WITHOUT ROWID, STRICT;
CREATE INDEX sessions_account ON sessions (account, created);
CREATE TABLE tokens (hash BLOB PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL REFERENCES accounts, org TEXT NOT NULL,
  name TEXT NOT NULL, scope TEXT NOT NULL, created INTEGER NOT NULL, ends INTEGER NOT NULL, used INTEGER, revoked INTEGER) WITHOUT ROWID, STRICT;
CREATE INDEX tokens_account ON tokens (account, org);
CREATE TABLE tickets (hash BLOB PRIMARY KEY, purpose TEXT NOT NULL, account TEXT, body TEXT NOT NULL, created INTEGER NOT NULL,
  ends INTEGER NOT NULL, used INTEGER) WITHOUT ROWID, STRICT;
CREATE INDEX tickets_account ON tickets (account) WHERE account IS NOT NULL;
";

const DESKS: &str = "
CREATE TABLE views (account TEXT NOT NULL REFERENCES accounts, org TEXT NOT NULL, register TEXT NOT NULL, name TEXT NOT NULL,
  query TEXT NOT NULL, PRIMARY KEY (account, org, register, name)) WITHOUT ROWID, STRICT;
CREATE TABLE drafts (account TEXT NOT NULL REFERENCES accounts, org TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
  saved INTEGER NOT NULL, PRIMARY KEY (account, org, key)) WITHOUT ROWID, STRICT;
CREATE TABLE seen (account TEXT NOT NULL REFERENCES accounts, org TEXT NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY (account, org)) WITHOUT ROWID, STRICT;
CREATE TABLE outbox (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, org TEXT, target TEXT NOT NULL, sealed BLOB NOT NULL,
  attempts INTEGER NOT NULL, due INTEGER NOT NULL, created INTEGER NOT NULL, fault TEXT) STRICT;
CREATE INDEX outbox_due ON outbox (due);
CREATE TABLE webhooks (id TEXT PRIMARY KEY, org TEXT NOT NULL, url TEXT NOT NULL, sealed BLOB NOT NULL, kinds TEXT NOT NULL,
  enabled INTEGER NOT NULL, created INTEGER NOT NULL) WITHOUT ROWID, STRICT;
CREATE INDEX webhooks_org ON webhooks (org);
CREATE TABLE notes (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, account TEXT, org TEXT, act TEXT NOT NULL, outcome TEXT NOT NULL,
  reason TEXT, body TEXT NOT NULL) STRICT;
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID, STRICT;
";

/// Opens the connection that writes, with the settings of every database of ours, and makes the tables of a new file.
pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    let conn = crate::schema::open_writer(path, sync_for_fault_laboratory())?;
    conn.execute_batch("PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 1000;")?;
    let version: i64 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    match version {
        0 => conn
            .execute_batch(&format!("BEGIN; {PEOPLE} {DOORS} {DESKS} PRAGMA user_version = {VERSION}; COMMIT;"))
            .map_err(StoreError::from)?,
        VERSION => {}
        other => {
            let reason = format!(
                "its tables are of version {other}, this program knows version {VERSION}; use the program that wrote it"
            );
            return Err(StoreError::Folder { path: path.to_owned(), reason });
        }
    }
    Ok(conn)
}
