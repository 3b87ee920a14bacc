//! Reading: what is kept, what was, and the ledger itself.

mod drafting;
mod history;
mod ledger;
mod line;
mod mind;
mod records;

pub(crate) use history::replay;
pub(crate) use records::{DISPOSED, WITHDRAWN, split_number};

use std::{
    cell::{Cell, RefCell},
    sync::Arc,
};

use aims_ledger::note::VerifierKey;
use aims_record::{Fields, Kept};
use line::Line;
use mind::Mind;
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

/// The store as of one moment: a [`Snapshot`](crate::Snapshot), or a [`Draft`](crate::Draft) in the middle of a batch.
pub struct Reading {
    pub(crate) line: Line,
    pub(crate) context: Arc<Context>,
    /// The first failure of the database. A command that met one is never carried out, even if it took the failure for an absence.
    fault: RefCell<Option<Fault>>,
    /// What commands have met and made. `None` where nobody writes, since only the one who writes knows that nothing else has changed.
    mind: RefCell<Option<Mind>>,
    /// Rows of the command now running that are not written yet.
    owed: RefCell<Vec<Owed>>,
    /// Rows of commands of the batch that were accepted before it, where they are not written yet.
    batch: RefCell<Vec<Owed>>,
    /// The batch's transaction is open.
    begun: Cell<bool>,
    /// The command now running has written, and can be undone alone.
    secured: Cell<bool>,
    /// Why the whole batch cannot be, if it cannot.
    doomed: RefCell<Option<Fault>>,
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
            line: Line::new(conn),
            context,
            fault: RefCell::new(None),
            mind: RefCell::new(None),
            owed: RefCell::default(),
            batch: RefCell::default(),
            begun: Cell::new(false),
            secured: Cell::new(false),
            doomed: RefCell::new(None),
        }
    }

    /// The connection; waits until the batch under way has landed.
    pub(crate) fn conn(&self) -> Result<&Connection> {
        self.line.get()
    }

    /// Which organization this is.
    pub fn about(&self) -> &About {
        &self.context.about
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
        self.one_on(self.conn()?, sql, params, read)
    }

    /// One row, or none, of what is on disk. Does not wait for a batch that lands: what that one changes must be in mind.
    pub(crate) fn one_near<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        self.one_on(self.line.near()?, sql, params, read)
    }

    fn one_on<T>(
        &self,
        conn: &Connection,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        let row = conn.prepare_cached(sql).and_then(|mut select| {
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
        let mut select = self.conn()?.prepare_cached(sql).map_err(|error| self.note(error))?;
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
