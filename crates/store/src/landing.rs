//! Landing: what was decided becomes one transaction. While a batch lands, the next one is decided on top of it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use aims_ledger::{Hash, tree::Frontier};
use rusqlite::{Connection, config::DbConfig, hooks::Wal};

use crate::{
    command::{Command, Outcome},
    draft::Owed,
    error::{Fault, StoreError},
    log::extend,
    reading::Context,
};

/// So many pages may gather in the WAL before they are copied into the database.
const WAL_PAGES: usize = 4_000;

/// What a batch has decided.
pub(crate) struct Load {
    /// Rows that are not in the transaction yet.
    pub rows: Vec<Owed>,
    pub leaves: Vec<Hash>,
    /// Size of the ledger before the batch.
    pub from: u64,
    /// Its transaction is open already.
    pub begun: bool,
}

impl Load {
    /// Writes and commits; answers how long the commit took. What fails leaves no transaction open.
    pub fn land(self, conn: &Connection, context: &Context, edge: &Edge) -> Result<Duration, Outcome> {
        let written = catch_unwind(AssertUnwindSafe(|| self.write(conn, context, edge)));
        let written = written.unwrap_or_else(|_| Err(StoreError::Stopped("writing failed inside".into())));
        let after = written.map_err(|error| {
            roll_back(conn);
            Outcome::NotSaved(Fault::of(&error))
        })?;
        let start = Instant::now();
        let committed = execute(conn, "COMMIT").map(|()| start.elapsed());
        if committed.is_ok() {
            edge.keep(after);
        }
        committed.map_err(|error| {
            roll_back(conn);
            // A full disk is noticed while writing, before the commit's mark: nothing was saved. After any other failure of
            // the storage nobody knows, and a second fsync may claim success for pages that were lost.
            match Fault::of(&error) {
                Fault::Storage(reason) => Outcome::Unknown(reason),
                fault => Outcome::NotSaved(fault),
            }
        })
    }

    fn write(self, conn: &Connection, context: &Context, edge: &Edge) -> Result<Frontier, StoreError> {
        if !self.begun {
            execute(conn, "BEGIN IMMEDIATE")?;
        }
        self.rows.into_iter().try_for_each(|row| row.write(conn, context))?;
        extend(conn, self.from, edge.take(), &self.leaves)
    }
}

/// The right edge of the tree as the batch that landed last has left it.
#[derive(Default)]
pub(crate) struct Edge(Mutex<Option<Frontier>>);

impl Edge {
    fn take(&self) -> Option<Frontier> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn keep(&self, edge: Frontier) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).replace(edge);
    }
}

/// Ends a transaction that is not to be.
pub(crate) fn roll_back(conn: &Connection) {
    if !conn.is_autocommit() {
        // Fails only where SQLite has rolled back already.
        let _ = conn.execute_batch("ROLLBACK");
    }
}

/// Runs a statement without values.
pub(crate) fn execute(conn: &Connection, sql: &str) -> Result<(), StoreError> {
    conn.prepare_cached(sql)?.execute([])?;
    Ok(())
}

/// Closing must not copy a WAL whose fsync failed as if it were sound.
pub(crate) fn never_copy_on_close(conn: &Connection) {
    let _ = conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
}

/// How long the WAL is.
#[derive(Default)]
pub(crate) struct WalLength {
    /// Pages in it, as SQLite says after each commit.
    pages: AtomicUsize,
    /// Those of them that were copied, or could not be: a reader may keep the WAL from being begun anew.
    copied: AtomicUsize,
}

impl WalLength {
    /// Watches the WAL of a connection that writes.
    pub fn watch(conn: &mut Connection) -> Result<Arc<WalLength>, StoreError> {
        let length = Arc::new(WalLength::default());
        let noted = Arc::clone(&length);
        conn.wal_hook(Some(move |_: &mut Wal, pages: i32| {
            noted.pages.store(usize::try_from(pages).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(length)
    }

    fn is_long(&self) -> bool {
        let (pages, copied) = (self.pages.load(Ordering::Relaxed), self.copied.load(Ordering::Relaxed));
        pages - (if pages < copied { 0 } else { copied }) >= WAL_PAGES
    }

    /// Copies the WAL into the database where it is long. SQLite would do this by itself and hide a failed fsync; done here,
    /// the failure is seen: it is answered, and writing must end.
    pub fn copy_when_long(&self, conn: &Connection) -> Option<String> {
        if !self.is_long() {
            return None;
        }
        self.copied.store(self.pages.load(Ordering::Relaxed), Ordering::Relaxed);
        let done = conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get::<_, i64>(0));
        match Fault::of(&done.err()?.into()) {
            Fault::Storage(reason) => Some(reason),
            Fault::Full | Fault::Other(_) => None,
        }
    }
}

/// A batch on its way to the disk, with the connection and those who wait for its end.
struct Flight {
    conn: Connection,
    load: Load,
    ran: Vec<Box<dyn Command>>,
    back: Sender<Landed>,
}

/// A batch that is over.
pub(crate) struct Landed {
    pub conn: Connection,
    /// Why it was not saved, if it was not.
    pub fell: Option<Fault>,
    /// Why writing must end, where copying the WAL failed afterwards.
    pub stop: Option<String>,
}

/// The thread on which batches land. Dropped, it ends what it was given first.
pub(crate) struct Lander {
    flights: Option<SyncSender<Flight>>,
    thread: Option<JoinHandle<()>>,
    /// How long the last commit took, in nanoseconds.
    commit: Arc<AtomicUsize>,
}

impl Lander {
    pub fn start(context: Arc<Context>, wal: Arc<WalLength>, edge: Arc<Edge>) -> Result<Lander, std::io::Error> {
        let (flights, coming) = sync_channel(1);
        let commit = Arc::new(AtomicUsize::new(0));
        let took = Arc::clone(&commit);
        let work = move || work(&coming, &context, (&wal, &edge), &took);
        let thread = std::thread::Builder::new().name("lander".into()).spawn(work)?;
        Ok(Lander { flights: Some(flights), thread: Some(thread), commit })
    }

    /// Lets a batch land. The connection comes back through the channel, once all are answered.
    pub fn send(&self, conn: Connection, load: Load, ran: Vec<Box<dyn Command>>) -> Receiver<Landed> {
        let (back, landed) = channel();
        if let Some(flights) = &self.flights {
            // Where the thread is gone, the commands are dropped, which answers that the outcome is unknown.
            let _ = flights.send(Flight { conn, load, ran, back });
        }
        landed
    }

    /// How long the last commit took.
    pub fn commit(&self) -> Duration {
        Duration::from_nanos(self.commit.load(Ordering::Relaxed) as u64)
    }
}

impl Drop for Lander {
    fn drop(&mut self) {
        drop(self.flights.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn work(coming: &Receiver<Flight>, context: &Context, (wal, edge): (&WalLength, &Edge), took: &AtomicUsize) {
    while let Ok(Flight { conn, load, ran, back }) = coming.recv() {
        let landed = load.land(&conn, context, edge);
        if let Ok(commit) = &landed {
            took.store(usize::try_from(commit.as_nanos()).unwrap_or(usize::MAX), Ordering::Relaxed);
        }
        let outcome = landed.map_or_else(|outcome| outcome, |_| Outcome::Saved);
        let fell = outcome.fault();
        if matches!(fell, Some(Fault::Storage(_))) {
            never_copy_on_close(&conn);
        }
        let settle = |ran: Vec<Box<dyn Command>>| ran.into_iter().for_each(|command| command.settle(&outcome));
        if fell.is_none() && wal.is_long() {
            settle(ran);
            let stop = wal.copy_when_long(&conn);
            let _ = back.send(Landed { conn, fell, stop });
        } else {
            // First the writer: the next batch can close, and whoever hears of a failure finds that it is known.
            let _ = back.send(Landed { conn, fell, stop: None });
            settle(ran);
        }
    }
}
