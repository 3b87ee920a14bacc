//! What a use case answers when it cannot do what was asked.

use std::{io, path::PathBuf};

use aims_exchange::Unreadable;
use aims_framework::yaml::ContentError;
use aims_record::Refusal;
use aims_store::{AppendError, EvidenceError, StoreError, WriteError};
use thiserror::Error;

/// Why something was not done. Nothing has changed then, unless the words say that it is not known.
#[derive(Debug, Error)]
pub enum Failure {
    /// The decision was no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The same, in the middle of many.
    #[error("{at}: {refusal}")]
    RefusedAt {
        /// File and line, or the step.
        at: String,
        /// Why.
        refusal: Box<Refusal>,
    },
    /// Files of ours that do not say what they should.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Content(Vec<ContentError>),
    /// A file of somebody else's format.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// A file that is no evidence.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// An entry that cannot be appended.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Writing failed.
    #[error("{0}")]
    Write(String, &'static str),
    /// A file could not be read.
    #[error("`{}`: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A word of the request makes no sense.
    #[error("{message}")]
    Usage {
        /// Stable code.
        code: &'static str,
        /// What to do.
        message: String,
    },
}

impl Failure {
    pub(crate) fn usage(code: &'static str, message: impl Into<String>) -> Failure {
        Failure::Usage { code, message: message.into() }
    }

    /// The stable code, the same on screen, in the API and in exports.
    pub fn code(&self) -> &'static str {
        match self {
            Failure::Refused(refusal) => refusal.code(),
            Failure::RefusedAt { refusal, .. } => refusal.code(),
            Failure::Content(_) => "content_refused",
            Failure::Unreadable(error) => error.code,
            Failure::Evidence(error) => evidence_code(error),
            Failure::Append(AppendError::IdempotencyMismatch { .. }) => "idempotency_mismatch",
            Failure::Append(_) => "not_recorded",
            Failure::Store(StoreError::StorageFull) => "storage_full",
            Failure::Store(StoreError::InUse(_)) => "in_use",
            Failure::Store(StoreError::Truncated { .. }) => "truncated",
            Failure::Store(StoreError::Inconsistent { .. }) => "inconsistent",
            Failure::Store(StoreError::Setting { .. }) => "setting_refused",
            Failure::Store(_) => "store_failed",
            Failure::Write(_, code) => code,
            Failure::File { .. } => "file_unreadable",
            Failure::Usage { code, .. } => code,
        }
    }

    /// Whether the decision was no, as opposed to something having gone wrong.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Failure::Refused(_)
                | Failure::RefusedAt { .. }
                | Failure::Evidence(_)
                | Failure::Unreadable(_)
                | Failure::Content(_)
        )
    }
}

fn evidence_code(error: &EvidenceError) -> &'static str {
    match error {
        EvidenceError::Empty => "file_empty",
        EvidenceError::TooLarge { .. } => "file_too_large",
        EvidenceError::DigestMismatch { .. } => "digest_mismatch",
        EvidenceError::TypeMismatch { .. } => "type_mismatch",
        EvidenceError::NameTooLong(_) => "name_too_long",
        EvidenceError::NameMissing => "name_missing",
        EvidenceError::Incomplete(_) => "body_incomplete",
        EvidenceError::StorageFull => "storage_full",
        EvidenceError::Store(_) => "store_failed",
    }
}

impl From<WriteError<Failure>> for Failure {
    fn from(error: WriteError<Failure>) -> Failure {
        let code = match error {
            WriteError::Refused(failure) => return failure,
            WriteError::StorageFull => "storage_full",
            WriteError::Overloaded => "overloaded",
            WriteError::Failed(_) => "store_failed",
            WriteError::Unknown(_) => "outcome_unknown",
            WriteError::Panicked => "internal",
            WriteError::Stopped(_) => "store_stopped",
        };
        Failure::Write(error.to_string(), code)
    }
}

impl From<Vec<ContentError>> for Failure {
    fn from(errors: Vec<ContentError>) -> Failure {
        Failure::Content(errors)
    }
}
