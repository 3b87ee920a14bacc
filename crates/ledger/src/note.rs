//! Signed notes: C2SP signed-note with Ed25519 keys (signature type 0x01).

mod key;

use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine as _};

pub use key::{KeyError, KeyId, SigningKey, VerifierKey};

/// The largest note that is read, in bytes: room for 16 post-quantum signatures and more.
pub const NOTE_BYTES_MAX: usize = 262_144;

/// The most signature lines a note may have; C2SP asks for at least 16.
pub const SIGNATURES_MAX: usize = 64;

const SIGNATURE_START: &str = "\u{2014} ";

/// A text and its signatures, not yet verified: the text says nothing until [`verify`](Note::verify) has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    name: String,
    key_id: KeyId,
    bytes: Vec<u8>,
}

/// Why a note is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Larger than [`NOTE_BYTES_MAX`].
    #[error("the note has {0} bytes; at most {NOTE_BYTES_MAX} are read")]
    TooLarge(usize),
    /// More than [`SIGNATURES_MAX`] lines.
    #[error("the note has {0} signatures; at most {SIGNATURES_MAX} are read")]
    TooManySignatures(usize),
    /// Not UTF-8.
    #[error("the note is not UTF-8")]
    NotUtf8,
    /// A character below U+0020 other than the line feed.
    #[error("the note holds a control character")]
    ControlCharacter,
    /// The text does not end in a line feed, or no empty line parts it from the signatures.
    #[error("the note is not a text, an empty line and signature lines")]
    Shape,
    /// A line after the text that is no signature line.
    #[error("`{0}` is not a signature line")]
    SignatureLine(String),
    /// A key we know is named, and its signature is wrong.
    #[error("the signature of the known key `{0}` does not match the text")]
    BadSignature(String),
    /// None of the keys we know has signed.
    #[error("the note is signed by no known key")]
    NoKnownSignature,
}

impl Signature {
    /// Name of the key that is said to have signed.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Id of that key; name and id together identify it.
    pub fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// The signature itself, without the key id.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn parse(line: &str) -> Option<Self> {
        let (name, base64) = line.strip_prefix(SIGNATURE_START)?.split_once(' ')?;
        let decoded = BASE64_STANDARD.decode(base64).ok()?;
        let (key_id, bytes) = decoded.split_first_chunk()?;
        let complete = key::is_name(name) && !bytes.is_empty();
        complete.then(|| Self { name: name.to_owned(), key_id: KeyId::new(*key_id), bytes: bytes.to_vec() })
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoded = BASE64_STANDARD.encode([self.key_id.as_bytes().as_slice(), &self.bytes].concat());
        write!(out, "{SIGNATURE_START}{} {encoded}", self.name)
    }
}

impl Note {
    /// Begins a note without signatures. The text must end in a line feed and hold no other control character.
    pub fn new(text: String) -> Result<Self, NoteError> {
        check_characters(&text)?;
        if text.ends_with('\n') { Ok(Self { text, signatures: Vec::new() }) } else { Err(NoteError::Shape) }
    }

    /// Reads a note as [`Display`](fmt::Display) writes it. It must have at least one signature line.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteError::TooLarge(bytes.len()));
        }
        let note = str::from_utf8(bytes).map_err(|_| NoteError::NotUtf8)?;
        check_characters(note)?;
        // The last empty line parts text and signatures; the text keeps its own final line feed.
        let text_end = note.rfind("\n\n").ok_or(NoteError::Shape)? + 1;
        let (text, lines) = note.split_at_checked(text_end).ok_or(NoteError::Shape)?;
        let lines = lines.strip_prefix('\n').and_then(|lines| lines.strip_suffix('\n')).ok_or(NoteError::Shape)?;
        let count = lines.split('\n').count();
        if count > SIGNATURES_MAX {
            return Err(NoteError::TooManySignatures(count));
        }
        let refuse = |line: &str| NoteError::SignatureLine(line.to_owned());
        let signatures = lines.split('\n').map(|line| Signature::parse(line).ok_or_else(|| refuse(line)));
        Ok(Self { text: text.to_owned(), signatures: signatures.collect::<Result<_, _>>()? })
    }

    /// What is signed, final line feed included. Trust it only after [`verify`](Self::verify).
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All signature lines in order, known or not, checked or not.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Adds the signature of `key`.
    pub fn sign(&mut self, key: &SigningKey) {
        let (name, key_id) = (key.name().to_owned(), key.key_id());
        self.signatures.push(Signature { name, key_id, bytes: key.sign(self.text.as_bytes()).to_vec() });
    }

    /// Answers which of `keys` have signed, in the order of the lines; at least one.
    ///
    /// Lines of other keys are ignored, also when they share a name or an id (but not both) with one of ours.
    /// A line of one of ours that does not verify condemns the whole note.
    pub fn verify<'k>(&self, keys: &'k [VerifierKey]) -> Result<Vec<&'k VerifierKey>, NoteError> {
        let mut signers = Vec::new();
        for signature in &self.signatures {
            let mut known = keys.iter().filter(|key| key.is_named_by(signature)).peekable();
            if known.peek().is_none() {
                continue;
            }
            let signer = known.find(|key| key.verifies(self.text.as_bytes(), &signature.bytes));
            let signer = signer.ok_or_else(|| NoteError::BadSignature(signature.name.clone()))?;
            if !signers.contains(&signer) {
                signers.push(signer);
            }
        }
        if signers.is_empty() { Err(NoteError::NoKnownSignature) } else { Ok(signers) }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(out, "{signature}"))
    }
}

fn check_characters(text: &str) -> Result<(), NoteError> {
    let forbidden = |byte| byte < b' ' && byte != b'\n';
    if text.bytes().any(forbidden) { Err(NoteError::ControlCharacter) } else { Ok(()) }
}
