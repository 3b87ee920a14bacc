//! A command's view of the store while it runs: everything as it stands, and what it appends.

mod compose;
mod store;

pub(crate) use store::Owed;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    ops::Deref,
};

use aims_ledger::{Hash, canonical, commitment};
use aims_record::{Accepted, Actor, Fields};
use serde_json::Value;

use crate::{
    entry::{Outcome, PasskeySignature, Software},
    error::{AppendError, StoreError},
    evidence::Evidence,
    log::unsigned,
    projection::is_uuid,
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
    /// What the actor's passkey says to it; for an act on a record.
    pub sig: Option<ActSignature>,
}

/// A passkey's signature, with the salt that the act's body was committed to when it was signed.
#[derive(Clone, Debug)]
pub struct ActSignature {
    /// 32 random bytes.
    pub salt: [u8; 32],
    /// The signature.
    pub sig: PasskeySignature,
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
    tail: Cell<Tail>,
    done: RefCell<Done>,
    seals: RefCell<Vec<Seal>>,
}

/// The end of the ledger.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tail {
    /// Entries there are.
    pub size: u64,
    /// Moment of the last one, in milliseconds; the smallest number where there is none.
    pub last_ms: i64,
}

/// What a command has done, for the batch to finish.
#[derive(Debug, Default)]
pub(crate) struct Done {
    pub leaves: Vec<Hash>,
    /// Keys used by this very command: its further entries carry them too.
    idem: BTreeSet<String>,
    pub effects: Effects,
}

/// What is left to do once the transaction is on disk.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    /// Erasures: event and person.
    pub erased: Vec<(u64, String)>,
    /// Files that disposed records named.
    pub files: BTreeSet<String>,
    /// Content went: the WAL must go too.
    pub disposed: bool,
}

impl Effects {
    /// Whether nothing is left to do.
    pub fn is_none(&self) -> bool {
        self.erased.is_empty() && self.files.is_empty() && !self.disposed
    }
}

impl Done {
    /// Adds what another command of the batch has done.
    pub fn merge(&mut self, other: Done) {
        self.leaves.extend(other.leaves);
        self.effects.erased.extend(other.effects.erased);
        self.effects.files.extend(other.effects.files);
        self.effects.disposed |= other.effects.disposed;
    }
}

/// A personal payload that waits for its entry.
struct Seal {
    c: Hash,
    salt: [u8; 32],
    subject: String,
    plaintext: Vec<u8>,
}

impl Deref for Draft<'_> {
    type Target = Reading;

    fn deref(&self) -> &Reading {
        self.reading
    }
}

impl<'a> Draft<'a> {
    pub(crate) fn new(reading: &'a Reading, tail: Tail) -> Draft<'a> {
        Draft { reading, tail: Cell::new(tail), done: RefCell::default(), seals: RefCell::default() }
    }

    /// What was done, and where the ledger ends now.
    pub(crate) fn finish(self) -> (Tail, Done) {
        (self.tail.get(), self.done.into_inner())
    }

    /// The first answer to this request, where it came before. Another request under the same key is refused.
    pub fn earlier(&self, idem: &Idem) -> Result<Option<Written>, AppendError> {
        let sql = "SELECT salt, request, seq FROM idem WHERE key = ?1";
        let read =
            |row: &rusqlite::Row<'_>| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, i64>(2)?));
        let waits = self.mind().is_some_and(|mind| mind.is_used(&idem.key));
        let row = if waits { self.one(sql, [&idem.key], read)? } else { self.one_near(sql, [&idem.key], read)? };
        let Some((salt, request, seq)) = row else { return Ok(None) };
        let seq = unsigned(seq);
        if *store::hide(&salt, &idem.request).as_bytes() != *request {
            return Err(AppendError::IdempotencyMismatch { key: idem.key.clone(), seq });
        }
        let bytes = self.entry(seq)?.ok_or(StoreError::NoEntry(seq))?;
        let ts = crate::entry::parse_entry(seq, &bytes)?.ts;
        Ok(Some(Written { seq, leaf_hash: aims_ledger::leaf_hash(&bytes), ts }))
    }

    /// Takes personal values about `subject` away and gives the commitment that stands for them.
    /// They are kept with the next entry whose act names it; what no act names is dropped.
    pub fn seal(&self, subject: &str, fields: Fields) -> Result<String, AppendError> {
        let format = |reason: String| AppendError::Format { what: "a personal value", reason };
        if !is_uuid(subject) {
            return Err(format(format!("`{subject}` is not the id of a person")));
        }
        let value = serde_json::json!({ "fields": fields });
        let plaintext = canonical::value_to_vec(&value).map_err(|error| format(error.to_string()))?;
        let salt = self.draw_salt();
        let c = commitment(&salt, &plaintext);
        self.seals.borrow_mut().push(Seal { c, salt, subject: subject.to_owned(), plaintext });
        Ok(c.to_string())
    }

    /// Forgets what was sealed and not yet appended, after a decision that refused.
    pub fn drop_seals(&self) {
        self.seals.borrow_mut().clear();
    }

    /// Appends an entry and applies its act.
    pub fn append(&self, envelope: Envelope) -> Result<Written, AppendError> {
        self.refuse_repeated(envelope.idem.as_ref())?;
        let seals = self.seals.take();
        let composed = self.compose(envelope, seals)?;
        // From here on there are rows: a failure must undo the whole command, whatever it makes of the error.
        let written = self.store(composed);
        Ok(self.reading.noted(written)?)
    }

    fn refuse_repeated(&self, idem: Option<&Idem>) -> Result<(), AppendError> {
        let Some(idem) = idem.filter(|idem| !self.done.borrow().idem.contains(&idem.key)) else { return Ok(()) };
        match self.earlier(idem)? {
            None => Ok(()),
            Some(first) => Err(AppendError::Repeated { key: idem.key.clone(), seq: first.seq }),
        }
    }

    fn draw_salt(&self) -> [u8; 32] {
        let mut salt = [0; 32];
        self.context.chance.fill(&mut salt);
        salt
    }
}
