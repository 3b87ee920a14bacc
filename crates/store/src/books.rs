//! One log with its database and its signer: batches become transactions here.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use aims_ledger::note::Note;

use crate::{
    command::{Command, More, Outcome, Pending, Spoiled, answer, answer_all},
    draft::{Done, Draft, Effects, Tail},
    entry::parse_entry,
    erasures,
    error::{Fault, StoreError, WriteError},
    evidence,
    landing::{BATCH, Edge, Flight, Lander, Load, WalLength, never_copy_on_close, roll_back},
    log::{self, head},
    reading::Reading,
    signer::Signer,
};

/// The writing side of a database.
pub(crate) struct Books {
    pub reading: Reading,
    pub signer: Signer,
    /// Where the ledger ends with what is decided.
    tail: Tail,
    /// Where it ends on disk.
    landed: Tail,
    stopped: Option<String>,
    wal: Arc<WalLength>,
    edge: Arc<Edge>,
    /// Lets batches land while others are decided; started when first needed.
    lander: Option<Lander>,
    /// How long deciding one act takes.
    pace: Duration,
    /// Content was erased, and a reader still kept the WAL from being emptied.
    scrub_due: Option<Scrub>,
}

/// How many of those that wait make a batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    /// Where none is landing.
    pub alone: usize,
    /// Where it lands right behind another.
    pub behind: usize,
}

/// What a batch has decided: where the ledger ends with it, what is done, and those who wait.
type Decided = (Tail, Done, Vec<Box<dyn Command>>);

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
        let (size, _) = reading.head()?;
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
        reading.begin_to_remember(size)?;
        let wal = reading.line.get_mut().map(WalLength::watch).transpose()?.unwrap_or_default();
        let (landed, pace) = (tail, Duration::ZERO);
        Ok(Books {
            reading,
            signer,
            tail,
            landed,
            stopped: None,
            wal,
            edge: Arc::default(),
            lander: None,
            pace,
            scrub_due: None,
        })
    }

    /// Decides commands that become one transaction and are answered once it is on disk. `more` gives the next one, told how many
    /// have run: while one runs, others arrive.
    pub fn run(&mut self, first: Box<dyn Command>, more: &mut More<'_>) {
        let mut ran = Vec::with_capacity(64);
        // Of a failure that is known nothing is built upon.
        let sound = if self.reading.line.is_away() {
            self.look_who_landed();
            Ok(())
        } else {
            self.take_up()
        };
        let filled = match (&self.stopped, sound) {
            (Some(reason), _) => {
                ran.push(first);
                Err(Outcome::Stopped(StoreError::Stopped(reason.clone()).to_string()))
            }
            (None, Err(fault)) => {
                ran.push(first);
                Err(Outcome::NotSaved(fault))
            }
            (None, Ok(())) => self.fill(first, more, &mut ran).map_err(|fault| self.give_up(fault)),
        };
        match filled {
            Err(outcome) => answer_all(ran, &outcome),
            Ok((tail, done)) => self.land(tail, done, ran),
        }
    }

    /// Lets a batch land: on a thread of its own where others may be decided meanwhile, else here.
    fn land(&mut self, tail: Tail, done: Done, ran: Vec<Box<dyn Command>>) {
        let Some((tail, done, ran)) = self.follow(tail, done, ran) else { return };
        let (rows, begun) = self.reading.take_batch();
        // It is built on the one before, which must be on disk first.
        if let Err(fault) = self.join() {
            self.roll_back();
            return answer_all(ran, &Outcome::NotSaved(fault));
        }
        if done.leaves.is_empty() {
            self.roll_back();
            return answer_all(ran, &Outcome::Saved);
        }
        let load = Load { rows, leaves: done.leaves, from: self.tail.size, to: tail, begun };
        self.tail = tail;
        if ran.len() > 1 && done.effects.is_none() && self.has_lander() {
            if let Some(lander) = &self.lander {
                self.reading.line.send_away(|conn| lander.send(conn, Flight { load, ran }));
            }
            return;
        }
        self.land_here(load, &done.effects, ran);
    }

    /// Lets a batch land right behind the one that lands now; gives it back where it cannot.
    fn follow(&mut self, tail: Tail, mut done: Done, ran: Vec<Box<dyn Command>>) -> Option<Decided> {
        let lander = self.lander.as_ref().filter(|_| self.reading.line.is_away());
        let Some(lander) = lander.filter(|_| done.effects.is_none() && !done.leaves.is_empty()) else {
            return Some((tail, done, ran));
        };
        let (rows, begun) = self.reading.take_batch();
        let leaves = std::mem::take(&mut done.leaves);
        let load = Load { rows, leaves, from: self.tail.size, to: tail, begun };
        let Err(Flight { load, ran }) = lander.follow(Flight { load, ran }) else {
            self.tail = tail;
            return None;
        };
        done.leaves = load.leaves;
        self.reading.put_batch(load.rows);
        Some((tail, done, ran))
    }

    fn land_here(&mut self, load: Load, effects: &Effects, ran: Vec<Box<dyn Command>>) {
        let landed = self.reading.conn().map_err(|error| Outcome::NotSaved(Fault::of(&error)));
        let outcome = match landed.and_then(|conn| load.land(conn, &self.reading.context, &self.edge)) {
            Ok(_) => {
                self.note_landed(self.tail);
                self.finish(effects);
                Outcome::Saved
            }
            Err(outcome) => {
                self.fell(outcome.fault());
                outcome
            }
        };
        answer_all(ran, &outcome);
        let sound = self.reading.conn().ok().filter(|_| self.stopped.is_none());
        if let Some(reason) = sound.and_then(|conn| self.wal.copy_when_long(conn)) {
            self.stop(reason);
        }
    }

    fn has_lander(&mut self) -> bool {
        if self.lander.is_none() {
            let context = Arc::clone(&self.reading.context);
            self.lander = Lander::start(context, Arc::clone(&self.wal), Arc::clone(&self.edge)).ok();
        }
        self.lander.is_some()
    }

    /// Waits until what was decided has landed. An error where it was not saved: what was decided on top of it must not be either.
    pub fn join(&mut self) -> Result<(), Fault> {
        // What went wrong is taken up right away.
        let _ = self.reading.conn();
        self.take_up()
    }

    /// Takes up how the batch that landed last has ended.
    fn take_up(&mut self) -> Result<(), Fault> {
        if let Some(reason) = self.reading.line.take_stop() {
            self.stop(reason);
        }
        match self.reading.line.take_fell() {
            None => {
                self.note_landed(self.tail);
                Ok(())
            }
            Some(fault) => {
                // Others may have landed before it.
                self.look_who_landed();
                self.fell(Some(fault.clone()));
                Err(fault)
            }
        }
    }

    /// Takes up what has landed while others are still under way.
    fn look_who_landed(&mut self) {
        let landed = self.lander.as_ref().and_then(Lander::landed);
        if let Some(landed) = landed.filter(|landed| landed.size > self.landed.size) {
            self.note_landed(landed);
        }
    }

    fn note_landed(&mut self, landed: Tail) {
        self.landed = landed;
        if let Some(mut mind) = self.reading.mind() {
            mind.landed(self.landed.size);
        }
    }

    /// What was decided is not on disk and will not be.
    fn fell(&mut self, fault: Option<Fault>) {
        self.tail = self.landed;
        self.reading.drop_batch();
        self.reading.forget();
        if let Some(Fault::Storage(reason)) = fault {
            self.stop(reason);
        }
    }

    /// Whether a batch is landing.
    pub fn is_landing(&self) -> bool {
        self.reading.line.is_away()
    }

    /// So many of those that wait should make a batch: half of them where deciding takes longer than a commit, so that one half is
    /// decided while the other lands, and then half of that is enough to land right behind another.
    pub fn share_of(&self, waiting: usize) -> Share {
        let deciding = self.pace * u32::try_from(waiting).unwrap_or(u32::MAX);
        let halved = self.lander.as_ref().is_some_and(|lander| deciding > lander.commit());
        let share = if halved { waiting.div_ceil(2) } else { waiting }.min(BATCH);
        Share { alone: share, behind: if halved { share.div_ceil(2) } else { share } }
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
        self.run(Box::new(Pending::new(command, answer)), &mut |_, _| None);
        answered.recv().unwrap_or(Err(WriteError::Panicked))
    }

    /// Signs the ledger as it stands and keeps the note for readers.
    pub fn sign(&mut self) -> Result<Note, StoreError> {
        if let Some(reason) = &self.stopped {
            return Err(StoreError::Stopped(reason.clone()));
        }
        if let Err(fault) = self.join() {
            return Err(fault.into_error());
        }
        let signed = self.try_sign();
        match signed.as_ref().map_err(Fault::of) {
            Ok(_) | Err(Fault::Full) => {}
            Err(Fault::Storage(reason) | Fault::Other(reason)) => self.stop(reason),
        }
        signed
    }

    fn try_sign(&mut self) -> Result<Note, StoreError> {
        let conn = self.reading.conn()?;
        let (size, root) = head(conn)?;
        let note = self.signer.sign(conn, size, root)?;
        if log::kept_note(conn)?.is_none_or(|(_, kept)| kept != note) {
            log::keep_note(conn, size, &note)?;
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
        self.join().map_err(Fault::into_error)?;
        self.reading.execute("BEGIN IMMEDIATE")?;
        self.reading.forget();
        let done = work(&self.reading).and_then(|()| self.reading.execute("COMMIT"));
        if done.is_err() {
            self.roll_back();
        }
        let begun = self.reading.begin_to_remember(self.landed.size);
        self.reading.take_fault();
        done.and(begun)
    }

    /// Runs the commands one after the other, each undone alone where it refuses.
    fn fill(
        &mut self,
        first: Box<dyn Command>,
        more: &mut More<'_>,
        ran: &mut Vec<Box<dyn Command>>,
    ) -> Result<(Tail, Done), Fault> {
        self.reading.take_fault();
        let mut tail = self.tail;
        let mut all = Done::default();
        let mut deciding = Duration::ZERO;
        let mut next = Some(first);
        while let Some(mut command) = next.take() {
            let start = Instant::now();
            let decided = self.decide(&mut *command, tail);
            ran.push(command);
            if let Some((end, done)) = decided? {
                tail = end;
                all.merge(done);
            }
            deciding += start.elapsed();
            next = more(ran.len(), &|| self.reading.line.is_away());
        }
        self.pace = deciding / u32::try_from(ran.len()).unwrap_or(u32::MAX);
        Ok((tail, all))
    }

    /// Runs one command; answers what it has done, where it is accepted.
    fn decide(&self, command: &mut dyn Command, tail: Tail) -> Result<Option<(Tail, Done)>, Fault> {
        let draft = Draft::new(&self.reading, tail);
        let accepted = catch_unwind(AssertUnwindSafe(|| command.run(&draft)));
        if let Some(fault) = self.reading.take_doom() {
            return Err(fault);
        }
        let kept = match (self.reading.take_fault(), accepted) {
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
            return Ok(Some(draft.finish()));
        }
        self.reading.undo_command().map_err(|error| Fault::of(&error))?;
        Ok(None)
    }

    fn roll_back(&self) {
        if let Ok(conn) = self.reading.conn() {
            roll_back(conn);
        }
    }

    /// Nothing of the batch is carried out; the one before it lands first.
    fn give_up(&mut self, fault: Fault) -> Outcome {
        let fault = self.join().err().unwrap_or(fault);
        self.fell(Some(fault.clone()));
        self.roll_back();
        Outcome::NotSaved(fault)
    }

    fn stop(&mut self, reason: String) {
        if let Ok(conn) = self.reading.conn() {
            never_copy_on_close(conn);
        }
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
            owed = owed
                .and(self.reading.conn().and_then(|conn| evidence::delete_unnamed(folder, conn, sha256).map(|_| ())));
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
        // Waiting long would keep everybody waiting.
        let emptied = self.with_patience(Duration::from_millis(250), || {
            let emptied = self.empty_wal()?;
            if !emptied || depth == Scrub::Wal {
                return Ok(emptied);
            }
            self.reading.conn()?.execute_batch("VACUUM")?;
            self.empty_wal()
        });
        match emptied.map_err(|error| Fault::of(&error)) {
            Ok(true) => self.scrub_due = None,
            Err(Fault::Storage(reason)) => self.stop(reason),
            Ok(false) | Err(_) => {}
        }
    }

    /// Does work that waits only so long for readers.
    fn with_patience<T>(
        &self,
        patience: Duration,
        work: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.reading.conn()?.busy_timeout(patience)?;
        let done = work();
        self.reading.conn()?.busy_timeout(Duration::from_secs(5))?;
        done
    }

    /// Removes traces whose removal an earlier session may owe.
    pub fn scrub_now(&mut self) {
        self.scrub_due = Some(Scrub::Database);
        self.scrub();
    }

    /// Copies the WAL into the database and cuts it to nothing; false where a reader is in the way.
    fn empty_wal(&self) -> Result<bool, StoreError> {
        let busy: i64 = self.reading.conn()?.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        Ok(busy == 0)
    }

    /// Why writing ended, where it did.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }
}
