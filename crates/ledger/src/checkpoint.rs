//! Signed tree heads: C2SP tlog-checkpoint.

use std::fmt;

use crate::hash::Hash;
use crate::note::{Note, NoteError, SigningKey, VerifierKey};

/// What a log states about itself at one moment: at this size, this is my root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
    extensions: Vec<String>,
}

/// Why a checkpoint is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note it is written in is refused.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// An origin that cannot be a line of a note.
    #[error("`{0}` is no origin: it must be one line of text without control characters")]
    Origin(String),
    /// The text is not origin, size, root and extension lines.
    #[error("the text is not an origin, a size and a root, a line each")]
    Shape,
    /// A size that is not a decimal number without leading zeros.
    #[error("`{0}` is no tree size")]
    Size(String),
    /// A root that is not the base64 of 32 bytes.
    #[error("`{0}` is no root hash")]
    Root(String),
    /// Another log's checkpoint.
    #[error("the checkpoint is of the log `{found}`, not of `{expected}`")]
    OtherOrigin {
        /// The log that was asked for.
        expected: String,
        /// The log that signed.
        found: String,
    },
    /// Extension lines where none are wanted.
    #[error("the checkpoint has extension lines, which nobody can audit")]
    Extensions,
}

impl Checkpoint {
    /// States size and root of the log called `origin` (SHOULD look like `example.com/log`).
    pub fn new(origin: &str, size: u64, root: Hash) -> Result<Self, CheckpointError> {
        let sound = !origin.is_empty() && !origin.bytes().any(|byte| byte < b' ');
        let origin = if sound { Ok(origin.to_owned()) } else { Err(CheckpointError::Origin(origin.to_owned())) }?;
        Ok(Self { origin, size, root, extensions: Vec::new() })
    }

    /// Reads the text of a note whose signature has been verified; extension lines are kept.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.strip_suffix('\n').ok_or(CheckpointError::Shape)?.split('\n');
        let mut line = || lines.next().ok_or(CheckpointError::Shape);
        let (origin, size, root) = (line()?, line()?, line()?);
        let size = parse_decimal(size).ok_or_else(|| CheckpointError::Size(size.to_owned()))?;
        let root = Hash::from_base64(root).map_err(|_| CheckpointError::Root(root.to_owned()))?;
        let extensions = lines.map(str::to_owned).collect::<Vec<_>>();
        if extensions.iter().any(String::is_empty) {
            return Err(CheckpointError::Shape);
        }
        Ok(Self { extensions, ..Self::new(origin, size, root)? })
    }

    /// Opens a signed checkpoint of the log `expected_origin`.
    ///
    /// Only keys of `keys` that are named like the origin count: another log's key cannot vouch for this one,
    /// nor can a witness alone.
    pub fn open(note: &[u8], keys: &[VerifierKey], expected_origin: &str) -> Result<Self, CheckpointError> {
        let note = Note::parse(note)?;
        let log_keys = keys.iter().filter(|key| key.name() == expected_origin).cloned().collect::<Vec<_>>();
        note.verify(&log_keys)?;
        let checkpoint = Self::parse(note.text())?;
        if checkpoint.origin == expected_origin {
            return Ok(checkpoint);
        }
        Err(CheckpointError::OtherOrigin { expected: expected_origin.to_owned(), found: checkpoint.origin })
    }

    /// Passes the checkpoint on only when it has no extension lines; our own logs write none.
    pub fn without_extensions(self) -> Result<Self, CheckpointError> {
        if self.extensions.is_empty() { Ok(self) } else { Err(CheckpointError::Extensions) }
    }

    /// Writes the signed note; several keys while one is being replaced by another.
    pub fn sign(&self, keys: &[&SigningKey]) -> Result<Note, CheckpointError> {
        let mut note = Note::new(self.to_string())?;
        keys.iter().for_each(|key| note.sign(key));
        Ok(note)
    }

    /// The log's name.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Merkle tree hash over those leaves.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// Lines after the root, opaque to us.
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}\n{}\n{}", self.origin, self.size, self.root.to_base64())?;
        self.extensions.iter().try_for_each(|line| writeln!(out, "{line}"))
    }
}

/// Reads a decimal number in its one spelling: no sign, no leading zeros.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}
