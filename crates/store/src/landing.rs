//! Landing: what was decided becomes one transaction. While a batch lands, the next one is decided on top of it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use aims_ledger::{Hash, tree::Frontier};
use rusqlite::{Connection, config::DbConfig, hooks::Wal};

use crate::{
    command::{Command, Outcome, answer_all},
    draft::{Owed, Tail},
    error::{Fault, StoreError},
    log::extend,
    reading::Context,
};

/// Commands in one transaction.
pub(crate) const BATCH: usize = 64;
/// So many pages may gather in the WAL before they are copied into the database.
const WAL_PAGES: usize = 4_000;

/// What a batch has decided.
pub(crate) struct Load {
    /// Rows that are not in the transaction yet.
    pub rows: Vec<Owed>,
    pub leaves: Vec<Hash>,
    /// Size of the ledger before the batch.
    pub from: u64,
    /// Where the ledger ends with it.
    pub to: Tail,
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

/// A batch on its way to the disk, with those who wait for its end.
pub(crate) struct Flight {
    pub load: Load,
    pub ran: Vec<Box<dyn Command>>,
}

impl Flight {
    /// Takes in what was decided on top of it.
    fn join(&mut self, later: Flight) {
        self.load.rows.extend(later.load.rows);
        self.load.leaves.extend(later.load.leaves);
        self.load.to = later.load.to;
        self.ran.extend(later.ran);
    }
}

/// A flight that brings the connection along.
struct Departure {
    conn: Connection,
    flight: Flight,
    back: Sender<Landed>,
}

/// Flights that are over.
pub(crate) struct Landed {
    pub conn: Connection,
    /// Why the last one was not saved, if it was not.
    pub fell: Option<Fault>,
    /// Why writing must end, where copying the WAL failed afterwards.
    pub stop: Option<String>,
}

/// Where a flight waits while the one before it is in the air.
#[derive(Default)]
struct Gate(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    /// The connection is with the thread that commits, which will look here before it gives it back.
    open: bool,
    next: Option<Flight>,
    /// Where the ledger ends on disk, once something has landed.
    landed: Option<Tail>,
}

impl Gate {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The flight that waits. Where there is none the gate is closed.
    fn next(&self) -> Option<Flight> {
        let mut waiting = self.lock();
        let next = waiting.next.take();
        waiting.open = next.is_some();
        next
    }

    /// Closes it, and answers the flight that waited in vain.
    fn close(&self) -> Option<Flight> {
        let mut waiting = self.lock();
        waiting.open = false;
        waiting.next.take()
    }
}

/// Lets whoever waits at a gate go with an unknown outcome where the thread ends before its time. In time the gate is closed before the
/// connection is given back, and from then on it is opened for others: it must not be touched again.
struct Watched<'a>(&'a Gate);

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            drop(self.0.close());
        }
    }
}

/// The thread on which batches land. Dropped, it ends what it was given first.
pub(crate) struct Lander {
    departures: Option<SyncSender<Departure>>,
    gate: Arc<Gate>,
    thread: Option<JoinHandle<()>>,
    /// How long the last commit took, in nanoseconds.
    commit: Arc<AtomicUsize>,
}

impl Lander {
    pub fn start(context: Arc<Context>, wal: Arc<WalLength>, edge: Arc<Edge>) -> Result<Lander, std::io::Error> {
        let (departures, coming) = sync_channel(1);
        let (gate, commit) = (Arc::new(Gate::default()), Arc::new(AtomicUsize::new(0)));
        let field = Field { context, wal, edge, gate: Arc::clone(&gate), commit: Arc::clone(&commit) };
        let thread = std::thread::Builder::new().name("lander".into()).spawn(move || field.work(&coming))?;
        Ok(Lander { departures: Some(departures), gate, thread: Some(thread), commit })
    }

    /// Lets a batch land. The connection comes back through the channel, once nothing waits at the gate.
    pub fn send(&self, conn: Connection, flight: Flight) -> Receiver<Landed> {
        let (back, landed) = channel();
        if let Some(departures) = &self.departures {
            self.gate.lock().open = true;
            // Where the thread is gone, the commands are dropped, which answers that the outcome is unknown.
            if departures.send(Departure { conn, flight, back }).is_err() {
                drop(self.gate.close());
            }
        }
        landed
    }

    /// Lets a batch land right behind the one in the air, together with what waits for that already. Given back where none is in the
    /// air any more, or where they would be too many.
    pub fn follow(&self, flight: Flight) -> Result<(), Flight> {
        let mut waiting = self.gate.lock();
        if !waiting.open {
            return Err(flight);
        }
        match &mut waiting.next {
            None => waiting.next = Some(flight),
            Some(next) if next.ran.len() + flight.ran.len() <= BATCH => next.join(flight),
            Some(_) => return Err(flight),
        }
        Ok(())
    }

    /// Where the ledger ends on disk, once something has landed.
    pub fn landed(&self) -> Option<Tail> {
        self.gate.lock().landed
    }

    /// How long the last commit took.
    pub fn commit(&self) -> Duration {
        Duration::from_nanos(self.commit.load(Ordering::Relaxed) as u64)
    }
}

impl Drop for Lander {
    fn drop(&mut self) {
        drop(self.departures.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What the thread works with.
struct Field {
    context: Arc<Context>,
    wal: Arc<WalLength>,
    edge: Arc<Edge>,
    gate: Arc<Gate>,
    commit: Arc<AtomicUsize>,
}

impl Field {
    fn work(&self, coming: &Receiver<Departure>) {
        while let Ok(Departure { conn, flight, back }) = coming.recv() {
            let _watched = Watched(&self.gate);
            self.fly(conn, flight, &back);
        }
    }

    /// Lets a flight land and whatever waits for its end, then gives the connection back.
    fn fly(&self, conn: Connection, first: Flight, back: &Sender<Landed>) {
        let mut flight = first;
        loop {
            let Flight { load, ran } = flight;
            if let Err(outcome) = self.land(&conn, load) {
                return self.give_up(conn, (ran, &outcome), outcome.fault(), back);
            }
            let long = self.wal.is_long();
            let next = if long { None } else { self.gate.next() };
            if next.is_none() && !long {
                // First the writer: the next batch can close, and whoever hears of its end finds that it is known.
                let _ = back.send(Landed { conn, fell: None, stop: None });
                return answer_all(ran, &Outcome::Saved);
            }
            answer_all(ran, &Outcome::Saved);
            if let Some(reason) = self.wal.copy_when_long(&conn) {
                return self.end(conn, reason, back);
            }
            match next.or_else(|| self.gate.next()) {
                Some(next) => flight = next,
                None => {
                    let _ = back.send(Landed { conn, fell: None, stop: None });
                    return;
                }
            }
        }
    }

    fn land(&self, conn: &Connection, load: Load) -> Result<(), Outcome> {
        let to = load.to;
        let commit = load.land(conn, &self.context, &self.edge)?;
        self.commit.store(usize::try_from(commit.as_nanos()).unwrap_or(usize::MAX), Ordering::Relaxed);
        self.gate.lock().landed = Some(to);
        Ok(())
    }

    /// A flight was not saved, so the one that is built on it must not be either. First the writer hears of it: whoever hears of a
    /// failure finds that it is known.
    fn give_up(
        &self,
        conn: Connection,
        (ran, outcome): (Vec<Box<dyn Command>>, &Outcome),
        fell: Option<Fault>,
        back: &Sender<Landed>,
    ) {
        if matches!(fell, Some(Fault::Storage(_))) {
            never_copy_on_close(&conn);
        }
        let next = self.gate.close();
        let _ = back.send(Landed { conn, fell: fell.clone(), stop: None });
        answer_all(ran, outcome);
        if let (Some(Flight { ran, .. }), Some(fault)) = (next, fell) {
            answer_all(ran, &Outcome::NotSaved(fault));
        }
    }

    /// All is saved, but writing must end. What waited is not saved any more.
    fn end(&self, conn: Connection, reason: String, back: &Sender<Landed>) {
        never_copy_on_close(&conn);
        let next = self.gate.close();
        let fault = Fault::Storage(reason.clone());
        let fell = next.as_ref().map(|_| fault.clone());
        let _ = back.send(Landed { conn, fell, stop: Some(reason) });
        if let Some(Flight { ran, .. }) = next {
            answer_all(ran, &Outcome::NotSaved(fault));
        }
    }
}

#[cfg(test)]
mod tests;
