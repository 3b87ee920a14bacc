//! What we are held against: SQLite as one would use it for a plain log, with the same group commit and the same bytes.

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

/// One client's rows: what an act would have written of entries, payloads and records.
pub type Rows = [Vec<u8>; 3];

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
             PRAGMA cache_size = -16000;
             CREATE TABLE IF NOT EXISTS entries (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
             CREATE TABLE IF NOT EXISTS payloads (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
             CREATE TABLE IF NOT EXISTS records (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
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
    let mut expected = 1;
    while let Ok(first) = requests.recv() {
        let batch = gather(first, requests, expected);
        expected = batch.len();
        write(conn, &batch)?;
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

fn write(conn: &Connection, batch: &[Request]) -> rusqlite::Result<()> {
    conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    for (rows, _) in batch {
        for (table, bytes) in INSERTS.iter().zip(rows) {
            conn.prepare_cached(table)?.execute([bytes])?;
        }
    }
    conn.prepare_cached("COMMIT")?.execute([])?;
    Ok(())
}

const INSERTS: [&str; 3] = [
    "INSERT INTO entries (bytes) VALUES (?1)",
    "INSERT INTO payloads (bytes) VALUES (?1)",
    "INSERT INTO records (bytes) VALUES (?1)",
];
