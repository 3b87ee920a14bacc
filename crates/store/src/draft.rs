//! A command's view of the store while it runs: everything as it stands, and what it appends.

use std::ops::Deref;

use aims_ledger::Hash;
use aims_record::{Accepted, Actor, Fields};
use serde_json::Value;

use crate::{
    entry::{Outcome, Software},
    error::{AppendError, StoreError},
    organization::Evidence,
    reading::Reading,
};

/// Who does what, with what its entry needs besides.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// Who.
    pub actor: Actor,
    /// What.
    pub deed: Deed,
    /// The client's idempotency key and what it asked for.
    pub idem: Option<Idem>,
    /// SHA-256 (hex) of the kinds in force.
    pub policy_digest: String,
    /// The software.
    pub sw: Software,
    /// Id of the request.
    pub req: Option<String>,
    /// Files that the act names, weighed already; those left out are weighed while appending.
    pub evidence: Vec<Evidence>,
}

/// What is done.
#[derive(Clone, Debug)]
pub enum Deed {
    /// An act on a record.
    On(Accepted),
    /// An act on the organization as a whole (`exported`, `key-added`), or an attempt that was denied or failed.
    Plain {
        /// The entry's `act`.
        act: String,
        /// How it ended.
        outcome: Outcome,
        /// A code.
        reason: Option<String>,
        /// Records it names.
        refs: Vec<String>,
        /// What is said, an object.
        body: Option<Value>,
    },
}

/// An idempotency key and the digest of the request it came with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idem {
    /// At most 64 characters.
    pub key: String,
    /// SHA-256 of what was asked for.
    pub request: Hash,
}

/// Where an entry stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Index in the ledger.
    pub seq: u64,
    /// Its leaf hash.
    pub leaf_hash: Hash,
    /// The moment, UTC with milliseconds.
    pub ts: String,
}

/// One command of a batch: reads see what earlier commands of the batch did. All methods take `&self`, so that
/// a decision can read and seal at once.
pub struct Draft<'a> {
    reading: &'a Reading,
}

impl Deref for Draft<'_> {
    type Target = Reading;

    fn deref(&self) -> &Reading {
        self.reading
    }
}

impl Draft<'_> {
    /// The first answer to this request, where it came before.
    pub fn earlier(&self, _idem: &Idem) -> Result<Option<Written>, AppendError> {
        todo!()
    }

    /// Takes personal values about `subject` away; they are appended with the next entry that names the commitment given back.
    pub fn seal(&self, _subject: &str, _fields: Fields) -> Result<String, StoreError> {
        todo!()
    }

    /// Appends an entry and applies its act. What was sealed and the act does not name is dropped.
    pub fn append(&self, _envelope: Envelope) -> Result<Written, AppendError> {
        todo!()
    }
}
