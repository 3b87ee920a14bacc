//! A data folder that is open.

use std::{io, ops::Deref, path::Path, sync::Arc};

use aims_ledger::{
    Hash,
    note::{Note, VerifierKey},
};
use aims_record::{Actor, File};

use crate::{Chance, Clock, Draft, EvidenceError, OpenOptions, Reading, Software, StoreError, WriteError};

/// What an organization begins with.
#[derive(Clone, Debug)]
pub struct Founding {
    /// Its name.
    pub name: String,
    /// The log's name, such as `aims.example.org/org/0194…`.
    pub origin: String,
    /// Its id.
    pub org: String,
    /// Who founds it.
    pub actor: Actor,
    /// SHA-256 (hex) of the kinds in force.
    pub policy_digest: String,
    /// The software.
    pub sw: Software,
}

/// A file that is offered as evidence.
#[derive(Clone, Debug, Default)]
pub struct Offer {
    /// Its name; only ever shown.
    pub name: String,
    /// SHA-256 (hex) that it should have.
    pub expected_sha256: Option<String>,
    /// Most bytes; `None`: 100 MiB.
    pub limit: Option<u64>,
}

/// A file in the evidence store, with the commitment for the act that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The file.
    pub file: File,
    /// Salted commitment to its bytes.
    pub c: Hash,
    /// The salt.
    pub salt: [u8; 32],
    /// Never shown inside a page: HTML, SVG or two formats at once.
    pub download_only: bool,
}

/// What the self-check found.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Empty: sound.
    pub findings: Vec<Finding>,
    /// Entries checked.
    pub entries: u64,
    /// Records checked.
    pub records: u64,
    /// Files checked.
    pub files: u64,
}

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A code that never changes.
    pub code: &'static str,
    /// Entry, record, file or table.
    pub place: String,
    /// One plain sentence.
    pub sentence: String,
}

/// An organization that is open. Shared between threads; dropping it signs a last checkpoint.
pub struct Organization {}

/// Everything as it stood when the snapshot was taken.
pub struct Snapshot {
    reading: Reading,
}

impl Deref for Snapshot {
    type Target = Reading;

    fn deref(&self) -> &Reading {
        &self.reading
    }
}

impl Organization {
    /// Founds an organization in an empty or new folder: event 0, keys, and its first checkpoint.
    pub fn found(
        _dir: &Path,
        _founding: Founding,
        _clock: Arc<dyn Clock>,
        _chance: Arc<dyn Chance>,
    ) -> Result<Organization, StoreError> {
        todo!()
    }
    /// Opens an organization.
    pub fn open(
        _dir: &Path,
        _options: OpenOptions,
        _clock: Arc<dyn Clock>,
        _chance: Arc<dyn Chance>,
    ) -> Result<Organization, StoreError> {
        todo!()
    }
    /// A snapshot to read.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        todo!()
    }
    /// Runs a command on the writer thread; answers after its transaction is on disk. A command that answers `Err` writes nothing.
    pub fn write<R, E, F>(&self, _command: F) -> Result<R, WriteError<E>>
    where
        R: Send + 'static,
        E: Send + 'static,
        F: FnOnce(&Draft<'_>) -> Result<R, E> + Send + 'static,
    {
        todo!()
    }
    /// Takes a file into the evidence store; it is on disk when this answers.
    pub fn put_evidence(&self, _offer: &Offer, _content: &mut dyn io::Read) -> Result<Evidence, EvidenceError> {
        todo!()
    }
    /// A file that is stored already, with a new commitment for another act.
    pub fn weigh_evidence(&self, _file: &File) -> Result<Evidence, EvidenceError> {
        todo!()
    }
    /// Opens a stored file.
    pub fn open_evidence(&self, _sha256: &str) -> Result<std::fs::File, StoreError> {
        todo!()
    }
    /// Deletes files that no act names and that are older than `older_than`; answers how many.
    pub fn collect_orphans(&self, _older_than: std::time::Duration) -> Result<u64, StoreError> {
        todo!()
    }
    /// Signs the ledger as it stands now, where that is not signed yet.
    pub fn checkpoint_now(&self) -> Result<Note, StoreError> {
        todo!()
    }
    /// The key that signs, to hand out.
    pub fn verifier_key(&self) -> VerifierKey {
        todo!()
    }
    /// Drops the projection and builds it again from entries and payloads.
    pub fn rebuild(&self) -> Result<(), StoreError> {
        todo!()
    }
    /// The self-check. `progress` gets entries done and entries in all.
    pub fn verify(&self, _progress: &mut dyn FnMut(u64, u64)) -> Result<Findings, StoreError> {
        todo!()
    }
    /// Writes a bundle (`docs/formats/bundle.md`) to a new folder.
    pub fn export_bundle(
        &self,
        _out: &Path,
        _withhold_personal: bool,
        _progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Note, StoreError> {
        todo!()
    }
    /// Signs a last checkpoint and closes; as dropping does, but says what went wrong.
    pub fn close(self) -> Result<(), StoreError> {
        todo!()
    }
}
