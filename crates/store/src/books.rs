//! One log with its database and its signer: batches become transactions here.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use aims_ledger::note::Note;
use rusqlite::{config::DbConfig, hooks::Wal};

use crate::{
    command::{Command, Outcome, Pending, Spoiled, answer},
    draft::{Done, Draft, Effects, Tail},
    entry::parse_entry,
    erasures,
    error::{Fault, StoreError, WriteError},
    evidence,
    log::{self, extend, head},
    reading::Reading,
    signer::Signer,
};

/// So many pages may gather in the WAL before they are copied into the database.
const WAL_PAGES: usize = 4_000;

/// The writing side of a database.
pub(crate) struct Books {
    pub reading: Reading,
    pub signer: Signer,
    tail: Tail,
    stopped: Option<String>,
    /// Pages in the WAL, as SQLite says after each commit.
    pages: Arc<AtomicUsize>,
    /// Those of them that were copied, or could not be: a reader may keep the WAL from being begun anew.
    copied: usize,
    /// Content was erased, and a reader still kept the WAL from being emptied.
    scrub_due: Option<Scrub>,
}

/// How thoroughly traces are removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scrub {
    /// The WAL is emptied; deleted content in the database was overwritten with zeros already.
    Wal,
    /// The database is written anew as well.
    Database,
}

impl Books {
    pub fn open(mut reading: Reading, signer: Signer) -> Result<Books, StoreError> {
        let (size, _) = head(&reading.conn)?;
        let last_ms = match size.checked_sub(1) {
            None => i64::MIN,
            Some(seq) => {
                let bytes = reading.entry(seq)?.ok_or(StoreError::NoEntry(seq))?;
                let damaged =
                    |e: jiff::Error| StoreError::Damaged { place: format!("event {seq}"), reason: e.to_string() };
                parse_entry(seq, &bytes)?.ts.parse::<jiff::Timestamp>().map_err(damaged)?.as_millisecond()
            }
        };
        let tail = Tail { size, last_ms };
        reading.begin_to_remember();
        let pages = Arc::new(AtomicUsize::new(0));
        let noted = Arc::clone(&pages);
        reading.conn.wal_hook(Some(move |_: &mut Wal, pages: i32| {
            noted.store(usize::try_from(pages).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(Books { reading, signer, tail, stopped: None, pages, copied: 0, scrub_due: None })
    }

    /// Runs commands in one transaction and answers each. `more` gives the next one, told how many have run: while one runs,
    /// others arrive.
    pub fn run(&mut self, first: Box<dyn Command>, more: &mut dyn FnMut(usize) -> Option<Box<dyn Command>>) -> usize {
        let mut ran = Vec::with_capacity(64);
        let outcome = match self.transact(first, more, &mut ran) {
            Ok(effects) => {
                self.finish(&effects);
                Outcome::Saved
            }
            Err(outcome) => {
                self.reading.forget();
                outcome
            }
        };
        let count = ran.len();
        ran.into_iter().for_each(|command| command.settle(&outcome));
        self.copy_wal_when_long();
        count
    }

    /// Runs one command of our own.
    pub fn write<R, E>(
        &mut self,
        command: impl FnOnce(&Draft<'_>) -> Result<R, E> + Send + 'static,
    ) -> Result<R, WriteError<E>>
    where
        R: Send + 'static,
        E: Send + 'static,
    {
        let (answer, answered) = answer();
        self.run(Box::new(Pending::new(command, answer)), &mut |_| None);
        answered.recv().unwrap_or(Err(WriteError::Panicked))
    }

    /// Signs the ledger as it stands and keeps the note for readers.
    pub fn sign(&mut self) -> Result<Note, StoreError> {
        if let Some(reason) = &self.stopped {
            return Err(StoreError::Stopped(reason.clone()));
        }
        let signed = self.try_sign();
        match signed.as_ref().map_err(Fault::of) {
            Ok(_) | Err(Fault::Full) => {}
            Err(Fault::Storage(reason) | Fault::Other(reason)) => self.stop(reason),
        }
        signed
    }

    fn try_sign(&mut self) -> Result<Note, StoreError> {
        let (size, root) = head(&self.reading.conn)?;
        let note = self.signer.sign(&self.reading.conn, size, root)?;
        if log::kept_note(&self.reading.conn)?.is_none_or(|(_, kept)| kept != note) {
            log::keep_note(&self.reading.conn, size, &note)?;
        }
        Ok(note)
    }

    /// Whether there are entries that no checkpoint covers.
    pub fn is_unsigned(&self) -> bool {
        self.stopped.is_none() && self.signer.signed().size() < self.tail.size
    }

    /// Whether something is left to do when nobody writes: a checkpoint, or traces to remove.
    pub fn is_behind(&self) -> bool {
        self.is_unsigned() || (self.scrub_due.is_some() && self.stopped.is_none())
    }

    /// Runs work of our own (a rebuild) in one transaction.
    pub fn exclusively(&mut self, work: impl FnOnce(&Reading) -> Result<(), StoreError>) -> Result<(), StoreError> {
        self.execute("BEGIN IMMEDIATE")?;
        self.reading.forget();
        let done = work(&self.reading).and_then(|()| self.execute("COMMIT"));
        self.reading.forget();
        if done.is_err() {
            self.roll_back();
        }
        self.reading.take_fault();
        done
    }

    fn transact(
        &mut self,
        first: Box<dyn Command>,
        more: &mut dyn FnMut(usize) -> Option<Box<dyn Command>>,
        ran: &mut Vec<Box<dyn Command>>,
    ) -> Result<Effects, Outcome> {
        ran.push(first);
        if let Some(reason) = &self.stopped {
            return Err(Outcome::Stopped(StoreError::Stopped(reason.clone()).to_string()));
        }
        self.reading.take_fault();
        let begun = self.execute("BEGIN IMMEDIATE").map_err(|error| Fault::of(&error));
        let filled = begun.and_then(|()| self.fill(more, ran)).and_then(|(tail, done)| {
            if !done.leaves.is_empty() {
                extend(&self.reading.conn, self.tail.size, &done.leaves).map_err(|error| Fault::of(&error))?;
            }
            Ok((tail, done))
        });
        match filled {
            Err(fault) => Err(self.give_up(fault)),
            Ok((_, done)) if done.leaves.is_empty() => {
                self.roll_back();
                Ok(Effects::default())
            }
            Ok((tail, done)) => {
                self.execute("COMMIT").map_err(|error| self.commit_failed(&error))?;
                self.tail = tail;
                Ok(done.effects)
            }
        }
    }

    /// Runs the commands one after the other, each undone alone where it refuses. The first has come already.
    fn fill(
        &self,
        more: &mut dyn FnMut(usize) -> Option<Box<dyn Command>>,
        ran: &mut Vec<Box<dyn Command>>,
    ) -> Result<(Tail, Done), Fault> {
        let mut tail = self.tail;
        let mut all = Done::default();
        while let Some(command) = ran.last_mut() {
            let draft = Draft::new(&self.reading, tail);
            let accepted = catch_unwind(AssertUnwindSafe(|| command.run(&draft)));
            let fault = self.reading.take_fault();
            // What a command that only read and then refused has met still stands.
            let stands = fault.is_none() && matches!(accepted, Ok(false)) && !draft.has_appended();
            let kept = match (fault, accepted) {
                (Some(Fault::Other(reason)), _) => {
                    command.spoil(Spoiled::Failed(reason));
                    false
                }
                (Some(fault), _) => return Err(fault),
                (None, Ok(accepted)) => accepted,
                (None, Err(_)) => {
                    command.spoil(Spoiled::Panicked);
                    false
                }
            };
            if kept {
                self.reading.keep_command().map_err(|error| Fault::of(&error))?;
                let (end, done) = draft.finish();
                tail = end;
                all.merge(done);
            } else {
                self.reading.undo_command().map_err(|error| Fault::of(&error))?;
                if !stands {
                    self.reading.forget();
                }
            }
            match more(ran.len()) {
                Some(next) => ran.push(next),
                None => break,
            }
        }
        Ok((tail, all))
    }

    fn execute(&self, sql: &str) -> Result<(), StoreError> {
        self.reading.execute(sql)
    }

    fn roll_back(&self) {
        if !self.reading.conn.is_autocommit() {
            // Fails only where SQLite has rolled back already.
            let _ = self.reading.conn.execute_batch("ROLLBACK");
        }
    }

    fn give_up(&mut self, fault: Fault) -> Outcome {
        self.reading.drop_command();
        self.roll_back();
        if let Fault::Storage(reason) = &fault {
            self.stop(reason.clone());
        }
        Outcome::NotSaved(fault)
    }

    /// A full disk is noticed while writing, before the commit's mark: nothing was saved. After any other failure of the
    /// storage nobody knows, and a second fsync may claim success for pages that were lost: writing ends.
    fn commit_failed(&mut self, error: &StoreError) -> Outcome {
        self.roll_back();
        match Fault::of(error) {
            Fault::Storage(reason) => {
                self.stop(reason.clone());
                Outcome::Unknown(reason)
            }
            fault => Outcome::NotSaved(fault),
        }
    }

    fn stop(&mut self, reason: String) {
        // Closing must not copy a WAL whose fsync failed as if it were sound.
        let _ = self.reading.conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        self.stopped = Some(reason);
    }

    /// What an erasure or a disposal owes beyond its transaction, before it is answered.
    fn finish(&mut self, effects: &Effects) {
        let folder = &self.reading.context.folder;
        let mut owed = Ok(());
        if !effects.erased.is_empty() {
            owed = erasures::list(&folder.erasures(), &effects.erased);
        }
        for sha256 in &effects.files {
            owed = owed.and(evidence::delete_unnamed(folder, &self.reading.conn, sha256).map(|_| ()));
        }
        if let Err(error) = owed {
            // The acts are saved; what is owed is made up for when opening again.
            self.stop(error.to_string());
            return;
        }
        if effects.disposed || !effects.erased.is_empty() {
            let depth = if effects.erased.is_empty() { Scrub::Wal } else { Scrub::Database };
            self.scrub_due = self.scrub_due.max(Some(depth));
            self.scrub();
            // Signed at once: a copy from before must not pass for the newest.
            let _ = self.sign();
        }
    }

    /// Removes traces that are due to be removed. Where a reader stands in the way it is tried again later.
    pub fn scrub(&mut self) {
        let Some(depth) = self.scrub_due.filter(|_| self.stopped.is_none()) else { return };
        let conn = &self.reading.conn;
        // Waiting long would keep everybody waiting.
        let _ = conn.busy_timeout(Duration::from_millis(250));
        let emptied = self.empty_wal().and_then(|emptied| {
            if !emptied || depth == Scrub::Wal {
                return Ok(emptied);
            }
            self.reading.conn.execute_batch("VACUUM")?;
            self.empty_wal()
        });
        let _ = self.reading.conn.busy_timeout(Duration::from_secs(5));
        match emptied.map_err(|error| Fault::of(&error)) {
            Ok(true) => self.scrub_due = None,
            Err(Fault::Storage(reason)) => self.stop(reason),
            Ok(false) | Err(_) => {}
        }
    }

    /// Removes traces whose removal an earlier session may owe.
    pub fn scrub_now(&mut self) {
        self.scrub_due = Some(Scrub::Database);
        self.scrub();
    }

    /// Copies the WAL into the database and cuts it to nothing; false where a reader is in the way.
    fn empty_wal(&self) -> Result<bool, StoreError> {
        let busy: i64 = self.reading.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        Ok(busy == 0)
    }

    /// SQLite would do this by itself and hide a failed fsync; done here, the failure is seen.
    fn copy_wal_when_long(&mut self) {
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < self.copied {
            self.copied = 0;
        }
        if pages - self.copied < WAL_PAGES || self.stopped.is_some() {
            return;
        }
        self.copied = pages;
        let copied = self.reading.conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get::<_, i64>(0));
        if let Err(error) = copied
            && let Fault::Storage(reason) = Fault::of(&error.into())
        {
            self.stop(reason);
        }
    }

    /// Why writing ended, where it did.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }
}
