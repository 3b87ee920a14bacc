//! Reading: what is kept, what was, and the ledger itself.

use std::ops::Range;

use aims_ledger::{Hash, note::Note, receipt::Receipt};
use aims_record::{Fields, Kept, Record};
use jiff::Timestamp;

use crate::{entry::Entry, error::StoreError};

type Result<T> = std::result::Result<T, StoreError>;

/// The store as of one moment.
pub struct Reading {
    _conn: rusqlite::Connection,
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

/// Which records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this kind.
    pub kind: Option<String>,
    /// In this state.
    pub state: Option<String>,
    /// Whose state contains this text, upper and lower case alike (ASCII).
    pub text: Option<String>,
    /// Tombstones and withdrawn records too.
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
    /// Which organization this is.
    pub fn about(&self) -> Result<About> {
        todo!()
    }
    /// What is kept under this id.
    pub fn kept(&self, _id: &str) -> Result<Option<Kept>> {
        todo!()
    }
    /// What is kept under this readable number.
    pub fn by_number(&self, _number: &str) -> Result<Option<Kept>> {
        todo!()
    }
    /// What is kept under this key.
    pub fn by_key(&self, _key: &str) -> Result<Option<Kept>> {
        todo!()
    }
    /// The next free count for numbers with this prefix, from 1.
    pub fn next_number(&self, _prefix: &str) -> Result<u64> {
        todo!()
    }
    /// Records by number.
    pub fn list(&self, _filter: &Filter, _limit: u64, _offset: u64) -> Result<Vec<Kept>> {
        todo!()
    }
    /// How many records.
    pub fn count(&self, _filter: &Filter) -> Result<u64> {
        todo!()
    }
    /// Calls for each record, by id, tombstones included.
    pub fn each_record(&self, _each: &mut dyn FnMut(Kept) -> Result<()>) -> Result<()> {
        todo!()
    }
    /// Live, unwithdrawn records of `kind` whose field `via` names `to`; `via` is `table.column` for a cell.
    pub fn pointing(&self, _kind: &str, _via: &str, _to: &str) -> Result<Vec<Record>> {
        todo!()
    }
    /// Ids of all records that name `to`, with the field.
    pub fn naming(&self, _to: &str) -> Result<Vec<(String, String)>> {
        todo!()
    }
    /// The acts on a record, up to and including event `up_to`.
    pub fn acts_of(&self, _id: &str, _up_to: Option<u64>) -> Result<Vec<StoredAct>> {
        todo!()
    }
    /// The record as it stood after event `seq`; `None` where it did not exist yet.
    pub fn kept_as_of(&self, _id: &str, _seq: u64) -> Result<Option<Then>> {
        todo!()
    }
    /// The last event at or before the moment.
    pub fn seq_at(&self, _moment: Timestamp) -> Result<Option<u64>> {
        todo!()
    }
    /// The bytes of an entry.
    pub fn entry(&self, _seq: u64) -> Result<Option<Vec<u8>>> {
        todo!()
    }
    /// Calls for each entry of the range, in order.
    pub fn each_entry(&self, _range: Range<u64>, _each: &mut dyn FnMut(u64, &[u8]) -> Result<()>) -> Result<()> {
        todo!()
    }
    /// The body of the act of an entry; `None` where the entry has none.
    pub fn body(&self, _seq: u64) -> Result<Option<Body>> {
        todo!()
    }
    /// What the commitment of a personal or evidence payload stands for.
    pub fn payload(&self, _c: &str) -> Result<Option<Payload>> {
        todo!()
    }
    /// Opens sealed personal values.
    pub fn personal(&self, _c: &str) -> Result<Option<Personal>> {
        todo!()
    }
    /// How many personal payloads there are about this person: the `count` of an erasure.
    pub fn personal_count(&self, _subject: &str) -> Result<u64> {
        todo!()
    }
    /// Number of entries.
    pub fn size(&self) -> Result<u64> {
        todo!()
    }
    /// Size and root of the tree.
    pub fn head(&self) -> Result<(u64, Hash)> {
        todo!()
    }
    /// The newest signed checkpoint.
    pub fn checkpoint(&self) -> Result<Option<Note>> {
        todo!()
    }
    /// Proof that the entry is in the ledger, against the newest signed checkpoint.
    pub fn receipt(&self, _seq: u64) -> Result<Receipt> {
        todo!()
    }
    /// Proof that the log of `new` entries begins with the log of `old`.
    pub fn consistency(&self, _old: u64, _new: u64) -> Result<Vec<Hash>> {
        todo!()
    }
}
