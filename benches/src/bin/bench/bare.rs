//! What we are held against: SQLite as one would use it for a plain log, with the same group commit and the same bytes: entries and
//! payloads that are added, current records that are added or changed, the tile at the ledger's end and its head.

use std::{
    path::Path,
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use rusqlite::Connection;

use crate::Result;

/// As in the store: so many in one transaction, gathered for so long.
const BATCH: usize = 64;
const GATHER: Duration = Duration::from_millis(2);
/// As in the store: so many pages may gather in the WAL.
const WAL_PAGES: u32 = 4_000;

/// Bytes of a hash in a tile, and hashes in a full tile.
const HASH: u64 = 32;
const TILE: u64 = 256;

/// One client's rows: what an act would have written.
pub struct Rows {
    /// Bytes of the entry and of the payload.
    pub added: [Vec<u8>; 2],
    /// Which record it begins or changes.
    pub record: u64,
    /// Bytes of that record as it stands then.
    pub state: Vec<u8>,
}

/// A request and where its answer goes.
pub type Request = (Rows, SyncSender<bool>);

/// A writer of plain rows.
pub struct Bare {
    /// Where requests go.
    pub queue: SyncSender<Request>,
    thread: JoinHandle<rusqlite::Result<()>>,
}

impl Bare {
    /// Makes the tables and sets the writer to work.
    pub fn start(path: &Path) -> Result<Bare> {
        let conn = Connection::open(path)?;
        conn.execute_batch(&format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = {WAL_PAGES};
             PRAGMA cache_size = -16000; PRAGMA secure_delete = ON;
             CREATE TABLE IF NOT EXISTS entries (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
             CREATE TABLE IF NOT EXISTS payloads (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
             CREATE TABLE IF NOT EXISTS records (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
             CREATE TABLE IF NOT EXISTS tiles (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
             CREATE TABLE IF NOT EXISTS head (one INTEGER PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL);"
        ))?;
        let (queue, requests) = sync_channel(1024);
        let thread = std::thread::spawn(move || work(&conn, &requests));
        Ok(Bare { queue, thread })
    }

    /// Ends the writer.
    pub fn finish(self) -> Result<()> {
        drop(self.queue);
        self.thread.join().map_err(|_| "the bare writer panicked")??;
        Ok(())
    }
}

fn work(conn: &Connection, requests: &Receiver<Request>) -> rusqlite::Result<()> {
    let (mut expected, mut size) = (1, 0);
    while let Ok(first) = requests.recv() {
        let batch = gather(first, requests, expected);
        expected = batch.len();
        write(conn, &batch, size)?;
        size += batch.len() as u64;
        for (_, answer) in batch {
            let _ = answer.send(true);
        }
    }
    Ok(())
}

/// The store's own rule: a batch waits only for as many as came last time.
fn gather(first: Request, requests: &Receiver<Request>, expected: usize) -> Vec<Request> {
    let deadline = Instant::now() + GATHER;
    let mut batch = vec![first];
    while batch.len() < BATCH {
        let next = match requests.try_recv() {
            Ok(request) => Ok(request),
            Err(TryRecvError::Empty) if batch.len() < expected => {
                requests.recv_timeout(deadline.saturating_duration_since(Instant::now()))
            }
            Err(_) => Err(RecvTimeoutError::Timeout),
        };
        match next {
            Ok(request) => batch.push(request),
            Err(_) => break,
        }
    }
    batch
}

fn write(conn: &Connection, batch: &[Request], size: u64) -> rusqlite::Result<()> {
    conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    for (rows, _) in batch {
        for (table, bytes) in ADD.iter().zip(&rows.added) {
            conn.prepare_cached(table)?.execute([bytes])?;
        }
        conn.prepare_cached(CHANGE)?.execute((rows.record as i64, &rows.state))?;
    }
    put_tiles(conn, size, size + batch.len() as u64)?;
    conn.prepare_cached("COMMIT")?.execute([])?;
    Ok(())
}

/// The tiles that grew (those above the lowest level hardly ever do and are left out), and the head.
fn put_tiles(conn: &Connection, from: u64, to: u64) -> rusqlite::Result<()> {
    for tile in from / TILE..=(to - 1) / TILE {
        let width = (to - tile * TILE).min(TILE);
        let bytes = vec![0x5a; (width * HASH) as usize];
        conn.prepare_cached("INSERT OR REPLACE INTO tiles (id, bytes) VALUES (?1, ?2)")?
            .execute((tile as i64, bytes))?;
    }
    conn.prepare_cached("INSERT OR REPLACE INTO head (one, size, root) VALUES (1, ?1, ?2)")?
        .execute((to as i64, [0x5a; HASH as usize]))?;
    Ok(())
}

const ADD: [&str; 2] = ["INSERT INTO entries (bytes) VALUES (?1)", "INSERT INTO payloads (bytes) VALUES (?1)"];
const CHANGE: &str =
    "INSERT INTO records (id, bytes) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET bytes = excluded.bytes";
