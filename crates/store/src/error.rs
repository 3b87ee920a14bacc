//! What can go wrong, and what to do then.

use std::{io, path::PathBuf};

use aims_record::ApplyError;
use thiserror::Error;

/// Why the store cannot answer or cannot be opened.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] rusqlite::Error),
    /// A file could not be read or written.
    #[error("`{}`: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The disk is full.
    #[error("nothing was saved: free space on the data volume; reading still works")]
    StorageFull,
    /// Another process has the organization open for writing.
    #[error("`{}` is in use by another process: stop it, or open for reading only", .0.display())]
    InUse(PathBuf),
    /// There is no organization, or there is one already.
    #[error("`{}`: {reason}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// A setting, a key file's mode: file, key, reason and fix in one line.
    #[error("`{}`: `{key}`: {reason}; {fix}", file.display())]
    Setting {
        /// The file.
        file: PathBuf,
        /// The setting in it.
        key: String,
        /// What is wrong with it.
        reason: String,
        /// What to do.
        fix: String,
    },
    /// The ledger is shorter than what was signed: a restored or cut copy.
    #[error("this copy ends at event {last}; event {signed} was signed. {} events are missing", signed - last)]
    Truncated {
        /// Newest event there is.
        last: i64,
        /// Newest event that was signed.
        signed: i64,
    },
    /// The ledger is not the one that was signed.
    #[error("the first {size} events are not those that were signed: {reason}")]
    Inconsistent {
        /// Size of the last signed checkpoint.
        size: u64,
        /// What differs.
        reason: String,
    },
    /// Stored bytes are not what they should be.
    #[error("{place} is damaged: {reason}; run the self-check and restore from a backup")]
    Damaged {
        /// Where.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// An act cannot be applied.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// There is no such entry.
    #[error("there is no event {0}")]
    NoEntry(u64),
    /// The newest checkpoint is older than the entry.
    #[error("event {0} is not signed yet; ask again in a second")]
    NotSigned(u64),
    /// The handle is for reading only.
    #[error("this organization is open for reading only")]
    ReadOnly,
    /// A fatal fault happened before; nothing more is written.
    #[error("writing stopped after a fault of the storage ({0}); restart once the storage is sound")]
    Stopped(String),
}

/// What a failure means for those who wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The disk is full: nothing was saved, and later commands may succeed again.
    Full,
    /// The storage failed to read, write or sync. After that nobody knows what is on disk, so writing ends (fsync is never tried twice).
    Storage(String),
    /// Something else: this command fails.
    Other(String),
}

impl Fault {
    /// As an error, for one whose own doing did not fail.
    pub fn into_error(self) -> StoreError {
        match self {
            Fault::Full => StoreError::StorageFull,
            Fault::Storage(reason) | Fault::Other(reason) => StoreError::Stopped(reason),
        }
    }

    pub fn of(error: &StoreError) -> Fault {
        use rusqlite::ErrorCode as Code;
        match error {
            StoreError::StorageFull => Fault::Full,
            StoreError::Database(database) => match database.sqlite_error_code() {
                Some(Code::DiskFull) => Fault::Full,
                Some(Code::SystemIoFailure | Code::DatabaseCorrupt | Code::NotADatabase | Code::CannotOpen) => {
                    Fault::Storage(database.to_string())
                }
                _ => Fault::Other(database.to_string()),
            },
            StoreError::File { .. } => Fault::Storage(error.to_string()),
            other => Fault::Other(other.to_string()),
        }
    }
}

/// Why an entry was not appended.
#[derive(Debug, Error)]
pub enum AppendError {
    /// The same idempotency key came with another request.
    #[error("idempotency_mismatch: the key `{key}` was used for another request at event {seq}; use a new key")]
    IdempotencyMismatch {
        /// The key.
        key: String,
        /// The event of the first request.
        seq: u64,
    },
    /// The same request came again; ask [`Draft::earlier`](crate::Draft::earlier) first and answer as then.
    #[error("the request with the key `{key}` was done already, at event {seq}")]
    Repeated {
        /// The key.
        key: String,
        /// The event of the first request.
        seq: u64,
    },
    /// Values, ids or sizes that the format forbids.
    #[error("{what} cannot be recorded: {reason}")]
    Format {
        /// Which part.
        what: &'static str,
        /// Why.
        reason: String,
    },
    /// A number that another record has.
    #[error("the number `{0}` is taken; decide again")]
    NumberTaken(String),
    /// A file that is not in the evidence store.
    #[error("the file `{name}` ({sha256}) is not in the evidence store; upload it first")]
    EvidenceMissing {
        /// Its name.
        name: String,
        /// Its digest.
        sha256: String,
    },
    /// The act cannot stand where it would.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a command was not carried out.
#[derive(Debug, Error)]
pub enum WriteError<E> {
    /// The command itself refused. Nothing was written.
    #[error(transparent)]
    Refused(E),
    /// The disk is full. Nothing was written.
    #[error("storage_full: nothing was saved. Free space on the data volume; reading still works")]
    StorageFull,
    /// Too many commands are waiting. Nothing was written.
    #[error("too many commands are waiting; try again in a second")]
    Overloaded,
    /// The storage failed before the commit. Nothing was written, and nothing more will be.
    #[error("the storage failed, nothing was saved: {0}")]
    Failed(String),
    /// The storage failed during the commit: it may or may not have been saved. Nothing more will be written.
    #[error(
        "the storage failed while saving ({0}); it is not known whether it was saved: restart and repeat with the same idempotency key"
    )]
    Unknown(String),
    /// The command panicked. Nothing was written.
    #[error("the command failed inside: nothing was saved")]
    Panicked,
    /// The handle is for reading only, or was closed, or stopped after a fault.
    #[error("{0}")]
    Stopped(String),
}

/// Why a file was not taken into the evidence store. Nothing was stored.
#[derive(Debug, Error)]
pub enum EvidenceError {
    /// No bytes.
    #[error("file_empty: the file has no bytes; choose another")]
    Empty,
    /// Too many.
    #[error("file_too_large: Limit {limit_mib} MiB")]
    TooLarge {
        /// The limit.
        limit_mib: u64,
    },
    /// Not the announced content.
    #[error("digest_mismatch: the digest given is {given}, the file's is {found}")]
    DigestMismatch {
        /// As announced.
        given: String,
        /// As received.
        found: String,
    },
    /// Content and extension contradict each other.
    #[error("type_mismatch: `{name}` is {found} by its content; give it the right extension or upload another file")]
    TypeMismatch {
        /// The name.
        name: String,
        /// What the content is.
        found: String,
    },
    /// A name that cannot be kept.
    #[error("name_too_long: the name has {0} characters; at most 255 are kept")]
    NameTooLong(usize),
    /// No name.
    #[error("name_missing: give the file a name")]
    NameMissing,
    /// The sender broke off or lied about the length.
    #[error("body_incomplete: {0}")]
    Incomplete(io::Error),
    /// The disk is full.
    #[error("storage_full: nothing was saved. Free space on the data volume; reading still works")]
    StorageFull,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
