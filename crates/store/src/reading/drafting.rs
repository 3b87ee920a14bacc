//! What the one who writes does besides reading: rows that wait, and what is undone.

use std::{cell::RefMut, sync::Arc};

use aims_record::Kept;
use rusqlite::Connection;

use super::{Mind, Reading, Result};
use crate::{draft::Owed, error::Fault, landing::execute};

/// So many rows of one command wait in memory.
const OWED_MAX: usize = 256;

impl Reading {
    /// From now on states are kept in mind; so many entries are on disk.
    pub(crate) fn begin_to_remember(&self, size: u64) -> Result<()> {
        let highest = self.one("SELECT max(id) FROM records", [], |row| row.get::<_, Option<String>>(0))?;
        self.mind.replace(Some(Mind::begin(size, highest.flatten().unwrap_or_default())));
        Ok(())
    }

    /// What the one who writes has in mind.
    pub(crate) fn mind(&self) -> Option<RefMut<'_, Mind>> {
        RefMut::filter_map(self.mind.borrow_mut(), Option::as_mut).ok()
    }

    /// Lets go of all states, where a rollback or other work may have changed what stands.
    pub(crate) fn forget(&self) {
        if let Some(mut mind) = self.mind() {
            mind.forget();
        }
    }

    /// What is in mind of an id: a state, or that there is none.
    pub(super) fn remembered(&self, id: &str) -> Option<Option<Arc<Kept>>> {
        let mut mind = self.mind()?;
        match mind.state(id) {
            Some(kept) => Some(Some(Arc::clone(kept))),
            None => mind.is_beyond(id).then_some(None),
        }
    }

    /// Puts the rows of an entry aside.
    pub(crate) fn owe(&self, owed: Owed) -> Result<()> {
        self.owed.borrow_mut().push(owed);
        if self.owed.borrow().len() < OWED_MAX { Ok(()) } else { self.settle() }
    }

    /// Writes what is owed, so that all of it can be read. What the command itself has done can still be undone alone.
    pub(crate) fn settle(&self) -> Result<()> {
        if self.owed.borrow().is_empty() && self.batch.borrow().is_empty() {
            return Ok(());
        }
        let written = self.conn().and_then(|conn| {
            let begun = self.write_batch(conn);
            if let Err(error) = &begun {
                self.doomed.replace(Some(Fault::of(error)));
            }
            begun?;
            if !self.owed.borrow().is_empty() {
                self.secure(conn)?;
            }
            self.owed.take().into_iter().try_for_each(|owed| owed.write(conn, &self.context))
        });
        self.noted(written)
    }

    /// Opens the batch's transaction, where it is not open, and writes what was accepted before.
    fn write_batch(&self, conn: &Connection) -> Result<()> {
        if !self.begun.get() {
            execute(conn, "BEGIN IMMEDIATE")?;
            self.begun.set(true);
        }
        self.batch.take().into_iter().try_for_each(|owed| owed.write(conn, &self.context))
    }

    fn secure(&self, conn: &Connection) -> Result<()> {
        if !self.secured.replace(true) {
            execute(conn, "SAVEPOINT command")?;
        }
        Ok(())
    }

    /// Ends a command that is accepted: nothing can go wrong for it any more but in the storage.
    pub(crate) fn keep_command(&self) -> Result<()> {
        if let Some(mut mind) = self.mind() {
            mind.keep_command();
        }
        let owed = self.owed.take();
        if !self.begun.get() {
            self.batch.borrow_mut().extend(owed);
            return Ok(());
        }
        let conn = self.conn()?;
        owed.into_iter().try_for_each(|owed| owed.write(conn, &self.context))?;
        if self.secured.take() {
            execute(conn, "RELEASE command")?;
        }
        Ok(())
    }

    /// Undoes what the command has done.
    pub(crate) fn undo_command(&self) -> Result<()> {
        if let Some(mut mind) = self.mind() {
            mind.undo_command();
        }
        self.owed.take();
        if self.secured.take() {
            let conn = self.conn()?;
            execute(conn, "ROLLBACK TO command")?;
            execute(conn, "RELEASE command")?;
        }
        Ok(())
    }

    /// What the batch has decided and not written, and whether its transaction is open.
    pub(crate) fn take_batch(&self) -> (Vec<Owed>, bool) {
        (self.batch.take(), self.begun.take())
    }

    /// Gives back the rows of a batch whose transaction is not open.
    pub(crate) fn put_batch(&self, rows: Vec<Owed>) {
        self.batch.replace(rows);
    }

    /// Drops what the batch was about to do, where all of it is rolled back.
    pub(crate) fn drop_batch(&self) {
        self.owed.take();
        self.secured.set(false);
        self.take_batch();
    }

    /// Why the whole batch cannot be, if it cannot: because of its own rows, or because the one before it was not saved.
    pub(crate) fn take_doom(&self) -> Option<Fault> {
        self.doomed.take()
    }

    /// Runs a statement without values.
    pub(crate) fn execute(&self, sql: &str) -> Result<()> {
        execute(self.conn()?, sql)
    }
}
