//! Reading: what is kept, what was, and the ledger itself.

mod history;
mod ledger;
mod records;

pub(crate) use history::{replay, step, tombstone};
pub(crate) use records::{DISPOSED, WITHDRAWN, split_number};

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    sync::Arc,
};

use aims_ledger::note::VerifierKey;
use aims_record::{Fields, Kept};
use rusqlite::{Connection, Params, Row};

use crate::{
    Chance, Clock,
    draft::Owed,
    entry::Entry,
    error::{Fault, StoreError},
    folder::Folder,
    vault::Vault,
};

type Result<T> = std::result::Result<T, StoreError>;

/// So many canonical bytes of states are kept in memory by the one who writes.
const MET_MAX: usize = 4 << 20;

/// The store as of one moment: a [`Snapshot`](crate::Snapshot), or a [`Draft`](crate::Draft) in the middle of a batch.
pub struct Reading {
    pub(crate) conn: Connection,
    pub(crate) context: Arc<Context>,
    /// The first failure of the database. A command that met one is never carried out, even if it took the failure for an absence.
    fault: RefCell<Option<Fault>>,
    /// States that commands have met: they ask for the same records again and again. `None` where nobody writes, since only
    /// the one who writes knows that nothing else has changed.
    met: RefCell<Option<Met>>,
    /// Rows of the newest entry of the command now running, where they are not written yet.
    owed: RefCell<Option<Owed>>,
    /// The command now running has written, and can be undone alone.
    secured: Cell<bool>,
}

/// States in memory, as they stand.
#[derive(Default)]
struct Met {
    states: HashMap<String, (Arc<Kept>, usize)>,
    bytes: usize,
}

impl Met {
    fn take(&mut self, id: &str) -> Option<Kept> {
        let (kept, len) = self.states.remove(id)?;
        self.bytes -= len;
        Some(Arc::unwrap_or_clone(kept))
    }

    fn put(&mut self, kept: Arc<Kept>, len: usize) {
        if self.bytes + len > MET_MAX {
            *self = Met::default();
        }
        self.bytes += len;
        if let Some((_, before)) = self.states.insert(kept.id().to_owned(), (kept, len)) {
            self.bytes -= before;
        }
    }
}

/// What everything in an open organization shares.
pub(crate) struct Context {
    pub folder: Folder,
    pub about: About,
    pub vault: Arc<Vault>,
    pub verifier: VerifierKey,
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
}

/// Which organization this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Its id.
    pub org: String,
    /// The log's name.
    pub origin: String,
    /// Its name when founded.
    pub name: String,
}

impl About {
    pub(crate) fn keep(&self, conn: &Connection) -> Result<()> {
        for (name, value) in [("org", &self.org), ("origin", &self.origin), ("name", &self.name)] {
            conn.execute("INSERT INTO meta (name, value) VALUES (?1, ?2)", (name, value))?;
        }
        Ok(())
    }

    pub(crate) fn read(conn: &Connection) -> Result<About> {
        let get = |name: &str| conn.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0));
        Ok(About { org: get("org")?, origin: get("origin")?, name: get("name")? })
    }
}

/// Which records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this kind.
    pub kind: Option<String>,
    /// In this state.
    pub state: Option<String>,
    /// Whose content contains this text, upper and lower case alike (ASCII).
    pub text: Option<String>,
    /// Withdrawn records and tombstones too.
    pub ended: bool,
}

/// An act as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredAct {
    /// The entry.
    pub entry: Entry,
    /// The act's body.
    pub body: Body,
}

/// The body of an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// The exact bytes committed to; read them with `Act::from_body(seq, &entry.act, &bytes)`.
    Bytes(Vec<u8>),
    /// It is gone.
    Gone(Gone),
}

/// Why content is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// By erasure of what is known about a person.
    Erased {
        /// The event.
        seq: u64,
    },
    /// By retention.
    Disposed {
        /// The event.
        seq: u64,
    },
    /// Without an event that allows it: somebody took it away.
    Missing,
}

/// A record as it was.
#[expect(clippy::large_enum_variant, reason = "held one at a time, and mostly a record")]
#[derive(Clone, Debug, PartialEq)]
pub enum Then {
    /// As it stood.
    Kept(Kept),
    /// It was there, but a later act took its content away.
    Gone(Gone),
}

/// What a commitment stands for (personal values and files; bodies of acts are read by [`Reading::body`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// Sealed personal values; [`Reading::personal`] opens them.
    Sealed {
        /// Whom they are about.
        subject: String,
    },
    /// A file in the evidence store.
    File {
        /// SHA-256.
        sha256: String,
    },
    /// It is gone.
    Gone(Gone),
}

/// Personal values.
#[derive(Clone, Debug, PartialEq)]
pub enum Personal {
    /// As they were sealed.
    Known(Fields),
    /// They are gone.
    Gone(Gone),
}

impl Reading {
    pub(crate) fn new(conn: Connection, context: Arc<Context>) -> Reading {
        Reading {
            conn,
            context,
            fault: RefCell::new(None),
            met: RefCell::new(None),
            owed: RefCell::new(None),
            secured: Cell::new(false),
        }
    }

    /// Which organization this is.
    pub fn about(&self) -> &About {
        &self.context.about
    }

    /// From now on states are kept in memory. Whoever writes one says so by [`remember`](Self::remember).
    pub(crate) fn begin_to_remember(&self) {
        *self.met.borrow_mut() = Some(Met::default());
    }

    /// Lets go of all states, where a rollback or other work may have changed what stands.
    pub(crate) fn forget(&self) {
        if let Some(met) = self.met.borrow_mut().as_mut() {
            *met = Met::default();
        }
    }

    /// Keeps a state as it stands now; it has so many canonical bytes.
    pub(crate) fn remember(&self, kept: &Arc<Kept>, len: usize) {
        if let Some(met) = self.met.borrow_mut().as_mut() {
            met.put(Arc::clone(kept), len);
        }
    }

    fn remembered(&self, id: &str) -> Option<Kept> {
        self.met.borrow().as_ref()?.states.get(id).map(|(kept, _)| Kept::clone(kept))
    }

    /// What is kept under this id, for one who remembers what becomes of it.
    pub(crate) fn kept_for_change(&self, id: &str) -> Result<Option<Kept>> {
        let met = self.met.borrow_mut().as_mut().and_then(|met| met.take(id));
        met.map_or_else(|| self.kept(id), |kept| Ok(Some(kept)))
    }

    /// Puts the rows of an entry aside.
    pub(crate) fn owe(&self, owed: Owed) {
        *self.owed.borrow_mut() = Some(owed);
    }

    /// Writes what is owed, so that it can be undone alone.
    pub(crate) fn settle(&self) -> Result<()> {
        let Some(owed) = self.owed.take() else { return Ok(()) };
        let written = self.secure().and_then(|()| owed.write(self));
        self.noted(written)
    }

    fn secure(&self) -> Result<()> {
        if !self.secured.replace(true) {
            self.execute("SAVEPOINT command")?;
        }
        Ok(())
    }

    /// Ends a command that is accepted: what it still owes is written, and nothing can go wrong for it any more but in the storage.
    pub(crate) fn keep_command(&self) -> Result<()> {
        if let Some(owed) = self.owed.take() {
            owed.write(self)?;
        }
        if self.secured.take() {
            self.execute("RELEASE command")?;
        }
        Ok(())
    }

    /// Undoes what the command has done.
    pub(crate) fn undo_command(&self) -> Result<()> {
        self.owed.take();
        if self.secured.take() {
            self.execute("ROLLBACK TO command")?;
            self.execute("RELEASE command")?;
        }
        Ok(())
    }

    /// Drops what the command was about to do, where the whole batch is rolled back.
    pub(crate) fn drop_command(&self) {
        self.owed.take();
        self.secured.set(false);
    }

    /// Runs a statement without values.
    pub(crate) fn execute(&self, sql: &str) -> Result<()> {
        self.conn.prepare_cached(sql)?.execute([])?;
        Ok(())
    }

    /// Takes the failure that was noted, if any.
    pub(crate) fn take_fault(&self) -> Option<Fault> {
        self.fault.take()
    }

    /// Notes a failure on its way out.
    pub(crate) fn noted<T>(&self, result: Result<T>) -> Result<T> {
        if let Err(error) = &result {
            self.fault.borrow_mut().get_or_insert_with(|| Fault::of(error));
        }
        result
    }

    /// One row, or none.
    pub(crate) fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        self.settle()?;
        let row = self.conn.prepare_cached(sql).and_then(|mut select| {
            let mut rows = select.query(params)?;
            rows.next()?.map(read).transpose()
        });
        row.map_err(|error| self.note(error))
    }

    /// All rows, one after the other.
    pub(crate) fn each<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
        mut each: impl FnMut(T) -> Result<()>,
    ) -> Result<()> {
        self.settle()?;
        let mut select = self.conn.prepare_cached(sql).map_err(|error| self.note(error))?;
        let mut rows = select.query(params).map_err(|error| self.note(error))?;
        while let Some(row) = rows.next().map_err(|error| self.note(error))? {
            each(read(row).map_err(|error| self.note(error))?)?;
        }
        Ok(())
    }

    /// All rows at once.
    pub(crate) fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let mut found = Vec::new();
        self.each(sql, params, read, |row| {
            found.push(row);
            Ok(())
        })?;
        Ok(found)
    }

    fn note(&self, error: rusqlite::Error) -> StoreError {
        let error = StoreError::Database(error);
        self.fault.borrow_mut().get_or_insert_with(|| Fault::of(&error));
        error
    }
}
