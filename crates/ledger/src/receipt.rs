//! Receipts that verify offline: C2SP tlog-proof, kept in `.tlog-proof` files.

use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine as _};

use crate::checkpoint::{Checkpoint, CheckpointError, parse_decimal};
use crate::hash::{Hash, leaf_hash};
use crate::note::{NOTE_BYTES_MAX, Note, NoteError, VerifierKey};
use crate::proof::{ProofError, verify_inclusion};

/// The largest receipt that is read, in bytes: a note of the largest size, and as much again before it.
pub const RECEIPT_BYTES_MAX: usize = 2 * NOTE_BYTES_MAX;

/// The most hashes an inclusion proof can have: a tree has at most 2^64 - 1 leaves.
const HASHES_MAX: usize = 64;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// Proof that an entry is in a log, together with the checkpoint it was proved against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    index: u64,
    proof: Vec<Hash>,
    checkpoint: Note,
    extra: Option<Vec<u8>>,
}

/// Why a receipt is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Larger than [`RECEIPT_BYTES_MAX`].
    #[error("the receipt has {0} bytes; at most {RECEIPT_BYTES_MAX} are read")]
    TooLarge(usize),
    /// Not of the form that C2SP tlog-proof gives.
    #[error("line {line} of the receipt is not {expected}")]
    Line {
        /// Line, from 1.
        line: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// The checkpoint in it is no signed note.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The checkpoint in it is refused.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The entry is not at that place in that tree.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

impl Receipt {
    /// Joins the inclusion proof of the entry at `index` with the signed checkpoint of the same tree.
    pub fn new(index: u64, proof: Vec<Hash>, checkpoint: Note) -> Self {
        Self { index, proof, checkpoint, extra: None }
    }

    /// Reads a `.tlog-proof` file as [`Display`](fmt::Display) writes it.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReceiptError> {
        if bytes.len() > RECEIPT_BYTES_MAX {
            return Err(ReceiptError::TooLarge(bytes.len()));
        }
        let text = str::from_utf8(bytes).map_err(|_| NoteError::NotUtf8)?;
        let (head, note) = text.split_once("\n\n").ok_or(refusal(1, "followed by proof, empty line and checkpoint"))?;
        let mut lines = (1..).zip(head.split('\n')).peekable();
        lines.next_if(|(_, line)| *line == FIRST_LINE).ok_or(refusal(1, "`c2sp.org/tlog-proof@v1`"))?;
        let extra = lines.next_if(|(_, line)| line.starts_with("extra ")).map(|(_, line)| read_extra(line));
        let extra = extra.transpose()?;
        let index_line = if extra.is_some() { 3 } else { 2 };
        let index = lines.next().and_then(|(_, line)| parse_decimal(line.strip_prefix("index ")?));
        let index = index.ok_or(refusal(index_line, "`index` and a decimal number"))?;
        let proof = lines.map(|(number, line)| read_hash(number, line)).collect::<Result<Vec<_>, _>>()?;
        if proof.len() > HASHES_MAX {
            return Err(refusal(index_line + 1 + HASHES_MAX, "an empty line: no proof has more than 64 hashes"));
        }
        Ok(Self { index, proof, checkpoint: Note::parse(note.as_bytes())?, extra })
    }

    /// Checks, without asking anyone, that `entry` is in the log `expected_origin`, whose keys are among `keys`.
    ///
    /// Answers the checkpoint that was proved against. The extra data takes no part: nothing protects it.
    pub fn verify(
        &self,
        entry: &[u8],
        keys: &[VerifierKey],
        expected_origin: &str,
    ) -> Result<Checkpoint, ReceiptError> {
        let checkpoint = Checkpoint::open(self.checkpoint.to_string().as_bytes(), keys, expected_origin)?;
        verify_inclusion(&leaf_hash(entry), self.index, checkpoint.size(), &self.proof, &checkpoint.root())?;
        Ok(checkpoint)
    }

    /// Place of the entry in the log, from 0; unproved before [`verify`](Self::verify).
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The inclusion proof, from the leaf's sibling upwards.
    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }

    /// The signed checkpoint, not yet verified.
    pub fn checkpoint(&self) -> &Note {
        &self.checkpoint
    }

    /// Data that other programs put in. Nothing protects it: do not believe it.
    pub fn extra(&self) -> Option<&[u8]> {
        self.extra.as_deref()
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{FIRST_LINE}")?;
        if let Some(extra) = &self.extra {
            writeln!(out, "extra {}", BASE64_STANDARD.encode(extra))?;
        }
        writeln!(out, "index {}", self.index)?;
        self.proof.iter().try_for_each(|hash| writeln!(out, "{}", hash.to_base64()))?;
        write!(out, "\n{}", self.checkpoint)
    }
}

fn refusal(line: usize, expected: &'static str) -> ReceiptError {
    ReceiptError::Line { line, expected }
}

fn read_extra(line: &str) -> Result<Vec<u8>, ReceiptError> {
    let base64 = line.strip_prefix("extra ").unwrap_or_default();
    BASE64_STANDARD.decode(base64).map_err(|_| refusal(2, "`extra` and base64"))
}

fn read_hash(number: usize, line: &str) -> Result<Hash, ReceiptError> {
    Hash::from_base64(line).map_err(|_| refusal(number, "the base64 of a hash"))
}
