//! The connection of a reading. That of the one who writes is away while a batch lands.

use std::{
    cell::{OnceCell, RefCell},
    path::PathBuf,
    sync::mpsc::{Receiver, TryRecvError},
};

use rusqlite::Connection;

use super::Result;
use crate::{
    error::{Fault, StoreError},
    landing::Landed,
    schema,
};

/// A connection that may be away.
pub(crate) struct Line {
    here: OnceCell<Connection>,
    /// Where it comes back from.
    away: RefCell<Option<Receiver<Landed>>>,
    /// Sees what is on disk while the other is away; opened when first needed.
    beside: OnceCell<Connection>,
    path: PathBuf,
    met: RefCell<Met>,
}

/// What went wrong with a batch that landed, until somebody takes it up.
#[derive(Default)]
struct Met {
    fell: Option<Fault>,
    stop: Option<String>,
}

impl Line {
    pub fn new(conn: Connection) -> Line {
        let path = conn.path().map(PathBuf::from).unwrap_or_default();
        let (away, beside, met) = (RefCell::new(None), OnceCell::new(), RefCell::default());
        Line { here: OnceCell::from(conn), away, beside, path, met }
    }

    /// The connection; waits until the batch under way has landed. An error where it fell: nothing read then would mean anything.
    pub fn get(&self) -> Result<&Connection> {
        if let Some(conn) = self.here.get() {
            return Ok(conn);
        }
        let landed = self.away.take().and_then(|away| away.recv().ok());
        self.take_in(landed)?;
        self.here.get().ok_or_else(gone)
    }

    /// The connection, where it is here.
    pub fn get_mut(&mut self) -> Option<&mut Connection> {
        self.here.get_mut()
    }

    /// A connection that sees at least what has landed, without waiting.
    pub fn near(&self) -> Result<&Connection> {
        if let Some(conn) = self.here.get() {
            return Ok(conn);
        }
        if let Some(conn) = self.beside.get() {
            return Ok(conn);
        }
        let conn = schema::open_reader(&self.path)?;
        Ok(self.beside.get_or_init(|| conn))
    }

    /// Whether a batch is still under way.
    pub fn is_away(&self) -> bool {
        if self.here.get().is_some() {
            return false;
        }
        let landed = match self.away.borrow().as_ref().map(Receiver::try_recv) {
            Some(Err(TryRecvError::Empty)) => return true,
            Some(Ok(landed)) => Some(landed),
            Some(Err(TryRecvError::Disconnected)) | None => None,
        };
        self.away.take();
        // What went wrong is taken up with `fell`.
        let _ = self.take_in(landed);
        false
    }

    fn take_in(&self, landed: Option<Landed>) -> Result<()> {
        let mut met = self.met.borrow_mut();
        let Some(Landed { conn, fell, stop }) = landed else {
            met.fell = Some(Fault::Storage("the thread that commits has ended".into()));
            return Err(gone());
        };
        let _ = self.here.set(conn);
        met.stop = stop;
        met.fell = fell;
        if met.fell.is_some() { Err(StoreError::Stopped("the batch before it was not saved".into())) } else { Ok(()) }
    }

    /// Takes the connection, to be given back through what `leave` answers.
    pub fn send_away(&mut self, leave: impl FnOnce(Connection) -> Receiver<Landed>) {
        if let Some(conn) = self.here.take() {
            self.away.replace(Some(leave(conn)));
        }
    }

    /// Why the batch that landed last was not saved, if it was not.
    pub fn take_fell(&self) -> Option<Fault> {
        self.met.borrow_mut().fell.take()
    }

    /// Why writing must end, where that showed after a batch was saved.
    pub fn take_stop(&self) -> Option<String> {
        self.met.borrow_mut().stop.take()
    }

    /// The connection for good.
    pub fn into_inner(self) -> Option<Connection> {
        self.here.into_inner()
    }
}

fn gone() -> StoreError {
    StoreError::Stopped("the thread that commits has ended".into())
}
