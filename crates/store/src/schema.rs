//! The tables, and how a connection is opened (`docs/formats/store.md`).

use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags};

use crate::{error::StoreError, settings::Sync};

/// Version of the tables, in `PRAGMA user_version`.
const VERSION: i64 = 2;

/// What the ledger needs: these four are the truth.
const LEDGER: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, root BLOB NOT NULL) STRICT;
CREATE TABLE checkpoint (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, note TEXT NOT NULL) STRICT;
CREATE TABLE entries (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
CREATE TABLE payloads (id INTEGER PRIMARY KEY, c TEXT NOT NULL, salt BLOB, body BLOB, wrapped BLOB, subject TEXT, file TEXT) STRICT;
CREATE TABLE tiles (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
CREATE INDEX payloads_c ON payloads (c) WHERE subject IS NOT NULL OR file IS NOT NULL;
CREATE INDEX payloads_subject ON payloads (subject) WHERE subject IS NOT NULL;
CREATE INDEX payloads_file ON payloads (file) WHERE file IS NOT NULL;
CREATE TABLE subjects (id TEXT PRIMARY KEY, wrapped BLOB NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE idem (key TEXT PRIMARY KEY, salt BLOB NOT NULL, request BLOB NOT NULL, seq INTEGER NOT NULL) WITHOUT ROWID, STRICT;
CREATE INDEX idem_seq ON idem (seq);
";

/// What the entries make of it: dropped and built again at will.
pub(crate) const PROJECTION: &str = "
CREATE TABLE records (begun INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, state TEXT, prefix TEXT NOT NULL, ord INTEGER NOT NULL,
  number TEXT NOT NULL, key TEXT, ended INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
CREATE INDEX records_kind ON records (kind, prefix, ord);
CREATE INDEX records_number ON records (prefix, ord);
CREATE INDEX records_key ON records (key) WHERE key IS NOT NULL;
CREATE TABLE links (target BLOB NOT NULL, field TEXT NOT NULL, source INTEGER NOT NULL, PRIMARY KEY (target, field, source)) WITHOUT ROWID, STRICT;
CREATE TABLE new_links (target BLOB NOT NULL, field TEXT NOT NULL, source INTEGER NOT NULL) STRICT;
CREATE TABLE endings (seq INTEGER PRIMARY KEY, record TEXT NOT NULL, act TEXT NOT NULL) STRICT;
CREATE INDEX endings_record ON endings (record);
";

/// Takes the projection away.
pub(crate) const DROP_PROJECTION: &str =
    "DROP TABLE records; DROP TABLE links; DROP TABLE new_links; DROP TABLE endings;";

/// Makes the tables of a new database.
pub(crate) fn create(conn: &Connection) -> Result<(), StoreError> {
    conn.execute_batch(&format!("BEGIN; {LEDGER} {PROJECTION} PRAGMA user_version = {VERSION}; COMMIT;"))?;
    Ok(())
}

/// Opens the one connection that writes, and reads back what it was told: a setting that did not hold is refused.
pub(crate) fn open_writer(path: &Path, sync: Sync) -> Result<Connection, StoreError> {
    let conn = Connection::open(path)?;
    prepare(&conn)?;
    let (word, number) = sync.pragma();
    conn.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = {word}; PRAGMA wal_autocheckpoint = 0;"
    ))?;
    let journal: String = conn.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    let synchronous: i64 = conn.query_row("PRAGMA synchronous", [], |row| row.get(0))?;
    let secure_delete: i64 = conn.query_row("PRAGMA secure_delete", [], |row| row.get(0))?;
    refuse_other(path, "journal_mode", &journal, "wal")?;
    refuse_other(path, "synchronous", &synchronous.to_string(), &number.to_string())?;
    refuse_other(path, "secure_delete", &secure_delete.to_string(), "1")?;
    Ok(conn)
}

/// Opens a connection that can only read.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    // Not SQLITE_OPEN_READ_ONLY: the shared-memory index of the WAL must be made where no writer runs.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    prepare(&conn)?;
    // A reader must never be the one who closes the WAL: it knows nothing of a fault that the writer met.
    conn.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    conn.execute_batch("PRAGMA query_only = ON;")?;
    Ok(conn)
}

/// Refuses a database of another version.
pub(crate) fn check_version(conn: &Connection, path: &Path) -> Result<(), StoreError> {
    let version: i64 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version == VERSION {
        return Ok(());
    }
    let reason = format!(
        "its tables are of version {version}, this program knows version {VERSION}; use the program that wrote it"
    );
    Err(StoreError::Folder { path: path.to_owned(), reason })
}

fn prepare(conn: &Connection) -> Result<(), StoreError> {
    conn.busy_timeout(Duration::from_secs(5))?;
    conn.set_prepared_statement_cache_capacity(64);
    // Otherwise some statements are planned anew for each value, which costs more than running them.
    conn.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // Temporary tables stay in memory: what is erased must never have been in a temporary file.
    conn.execute_batch(
        "PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000; PRAGMA trusted_schema = OFF;",
    )?;
    Ok(())
}

fn refuse_other(path: &Path, key: &str, found: &str, wanted: &str) -> Result<(), StoreError> {
    if found.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    Err(StoreError::Setting {
        file: path.to_owned(),
        key: key.to_owned(),
        reason: format!("it reads back as `{found}` instead of `{wanted}`, which would lose acknowledged acts"),
        fix: "put the data folder on a local file system that SQLite's WAL works on".into(),
    })
}
