//! Why a command did not do what was asked: a code, sentences, and hints.

use std::{io::ErrorKind, path::Path};

use aims_app::Failure;
use aims_ledger::strict::JsonError;
use aims_record::{Problem, Refusal};
use aims_store::StoreError;
use serde_json::{Value, json};

/// Refused, altered, or findings at `--fail-on`.
pub const REFUSED: u8 = 1;
/// The words make no sense, or nothing can be told.
pub const USAGE: u8 = 2;
/// The store failed.
pub const STORE: u8 = 3;

/// A failure as the command line tells it.
#[derive(Debug)]
pub struct Fault {
    /// Stable code.
    pub code: String,
    /// A sentence, or lines.
    pub message: String,
    /// Field by field, where it is about fields.
    pub problems: Vec<Problem>,
    /// What to try.
    pub hints: Vec<String>,
    /// Exit code.
    pub exit: u8,
}

impl Fault {
    /// Words that make no sense.
    pub fn usage(code: &str, message: impl Into<String>) -> Fault {
        Fault { code: code.to_owned(), message: message.into(), problems: Vec::new(), hints: Vec::new(), exit: USAGE }
    }

    /// Adds what to try.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Fault {
        self.hints.push(hint.into());
        self
    }

    /// With another exit code.
    #[must_use]
    pub fn exiting(mut self, exit: u8) -> Fault {
        self.exit = exit;
        self
    }

    /// A file that cannot be read or written.
    pub fn file(path: &Path, error: &std::io::Error) -> Fault {
        Fault::usage("file_unreadable", format!("`{}`: {error}", path.display()))
    }

    /// As programs read it.
    pub fn to_json(&self) -> Value {
        json!({ "error": { "code": self.code, "message": self.message, "problems": self.problems, "hints": self.hints } })
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Fault {
        let (code, message) = (failure.code().to_owned(), failure.to_string());
        // Some sentences begin with their code; it is said once.
        let message = message.strip_prefix(&format!("{code}: ")).map(str::to_owned).unwrap_or(message);
        Fault { code, message, problems: problems(&failure), hints: hints(&failure), exit: exit(&failure) }
    }
}

impl From<JsonError> for Fault {
    fn from(error: JsonError) -> Fault {
        let sentence = error.sentence();
        let message = format!("{} (line {}, column {})", sentence.trim_end_matches('.'), error.line, error.column);
        Fault::usage(error.code(), message)
    }
}

fn exit(failure: &Failure) -> u8 {
    match failure {
        // What was signed and what stands contradict each other: that is no accident of the storage.
        Failure::Store(StoreError::Truncated { .. } | StoreError::Inconsistent { .. } | StoreError::Damaged { .. }) => {
            REFUSED
        }
        Failure::Store(StoreError::Folder { .. }) => USAGE,
        Failure::Append(aims_store::AppendError::IdempotencyMismatch { .. }) => REFUSED,
        Failure::Usage { code: "not_found" | "erased" | "folder_exists", .. } => REFUSED,
        Failure::Usage { code: "internal", .. } => STORE,
        Failure::Usage { .. } | Failure::File { .. } => USAGE,
        other if other.is_refusal() => REFUSED,
        _ => STORE,
    }
}

fn refusal(failure: &Failure) -> Option<&Refusal> {
    match failure {
        Failure::Refused(refusal) => Some(refusal),
        Failure::RefusedAt { refusal, .. } => Some(refusal),
        _ => None,
    }
}

fn problems(failure: &Failure) -> Vec<Problem> {
    match refusal(failure) {
        Some(Refusal::FieldsRefused { problems }) => problems.clone(),
        _ => Vec::new(),
    }
}

fn hints(failure: &Failure) -> Vec<String> {
    let one = |hint: String| vec![hint];
    match refusal(failure) {
        Some(Refusal::FieldsRefused { .. }) => {
            one("`aims kinds KIND --template` shows every field and what it takes".into())
        }
        Some(Refusal::UnknownKind { .. }) => one("`aims kinds` lists them".into()),
        Some(Refusal::NotFound { .. }) => one("`aims list --text WORD` finds records by what they say".into()),
        Some(Refusal::VersionConflict { record, now, .. }) => {
            one(format!("`aims history {record}` shows who changed what; then say `--version {now}`"))
        }
        Some(Refusal::SodSelfApproval { record, .. }) => {
            one(format!("`aims sign {record} --as PERSON` by someone else"))
        }
        Some(Refusal::SignaturesMissing { record, .. }) => {
            one(format!("`aims sign {record} --as PERSON`, then say it again"))
        }
        Some(Refusal::RoleNeeded { .. }) => {
            one("`aims list role-assignment` shows who holds which; act as one of them with `--as PERSON`".into())
        }
        Some(Refusal::ApprovedContentChanged { record, .. }) => one(format!("`aims show {record}` shows what stands")),
        _ => other_hints(failure),
    }
}

fn other_hints(failure: &Failure) -> Vec<String> {
    let hint = match failure {
        Failure::Store(StoreError::Folder { .. }) => {
            "`aims init DIR` founds an organization; `--dir DIR` names an existing one"
        }
        Failure::Store(StoreError::Truncated { .. } | StoreError::Inconsistent { .. } | StoreError::Damaged { .. }) => {
            "leave the folder as it is, and compare it with a backup and with checkpoints kept elsewhere"
        }
        Failure::Store(StoreError::Database(_)) => {
            "`aims verify` says what is damaged; then restore the folder from a backup"
        }
        Failure::Store(StoreError::File { path, error })
            if error.kind() == ErrorKind::NotFound
                && path
                    .parent()
                    .and_then(Path::file_name)
                    .is_some_and(|folder| folder == "signer" || folder == "wrap") =>
        {
            "keys are in no bundle and cannot be made again: bring the folder back from the backup of the keys"
        }
        Failure::Usage { code: "actor_unknown", .. } => "`aims list person` lists them",
        Failure::Usage { code: "requirement_unknown", .. } => "`aims check` lists them by id",
        _ => return Vec::new(),
    };
    vec![hint.to_owned()]
}
