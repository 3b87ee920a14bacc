//! Canonical JSON, profile AIMS-C14N-1: RFC 8785 restricted so far that none of its traps remain.
//!
//! A value has exactly one encoding: no white space, keys `[a-z0-9_]{1,40}` in byte order and never twice, strings
//! in Unicode normalization form C without U+0000, integers of magnitude at most 2^53 - 1, at most 8 containers deep.
//! What is hashed is always the stored bytes, never a re-encoding; [`check`] says whether those bytes are canonical.

mod check;
mod write;

use serde_json::Value;

pub use check::check;
pub use write::to_vec;

/// How deep objects and arrays may be nested; a lone object is 1 deep.
pub const DEPTH_MAX: usize = 8;

/// The largest integer, 2^53 - 1: beyond it, readers that keep numbers as doubles would change the value.
pub const INTEGER_MAX: i64 = (1 << 53) - 1;

/// The longest key, in characters.
pub const KEY_MAX: usize = 40;

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}, at byte {offset}")]
pub struct CanonicalError {
    /// What is wrong.
    pub kind: CanonicalErrorKind,
    /// Byte where it was noticed, from 0; when writing, how much had been written outside the innermost open objects.
    pub offset: usize,
}

/// What can be wrong with bytes or values that should be canonical.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalErrorKind {
    /// The bytes are not UTF-8.
    #[error("the text is not UTF-8")]
    NotUtf8,
    /// The text is no JSON at all, or ends too early.
    #[error("{0} is expected")]
    Syntax(&'static str),
    /// Something follows the value.
    #[error("something follows the value")]
    Trailing,
    /// JSON, but not in its one canonical spelling.
    #[error("{0}")]
    NotCanonical(&'static str),
    /// The same key twice in one object.
    #[error("the key `{0}` appears twice")]
    DuplicateKey(String),
    /// A key that is not `[a-z0-9_]{1,40}`.
    #[error("the key `{0}` is not 1 to 40 of a-z, 0-9 and _")]
    Key(String),
    /// A number with fraction or exponent.
    #[error("`{0}` is not an integer; write it as a string")]
    NotInteger(String),
    /// An integer beyond 2^53 - 1.
    #[error("`{0}` is beyond 9007199254740991; write it as a string")]
    NumberOutOfRange(String),
    /// A string that is not in normalization form C.
    #[error("the string is not in Unicode normalization form C")]
    NotNormalized,
    /// U+0000 in a string.
    #[error("the string holds the character U+0000")]
    Nul,
    /// Half of a surrogate pair.
    #[error("the string holds a lone surrogate")]
    LoneSurrogate,
    /// More than [`DEPTH_MAX`] containers around a value.
    #[error("objects and arrays are nested more than {DEPTH_MAX} deep")]
    TooDeep,
    /// The type's own serialization failed.
    #[error("the value cannot be written as JSON: {0}")]
    Serialize(String),
}

impl CanonicalErrorKind {
    /// A code that never changes, for reports and programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotUtf8 => "not_utf8",
            Self::Syntax(_) => "json_invalid",
            Self::Trailing => "trailing_bytes",
            Self::NotCanonical(_) => "not_canonical",
            Self::DuplicateKey(_) => "duplicate_key",
            Self::Key(_) => "key_not_allowed",
            Self::NotInteger(_) => "number_not_integer",
            Self::NumberOutOfRange(_) => "number_out_of_range",
            Self::NotNormalized => "not_normalized",
            Self::Nul => "nul_character",
            Self::LoneSurrogate => "lone_surrogate",
            Self::TooDeep => "too_deep",
            Self::Serialize(_) => "not_serializable",
        }
    }
}

impl CanonicalError {
    /// The stable code of [`CanonicalErrorKind::code`].
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }
}

/// [`to_vec`] for a JSON value.
pub fn value_to_vec(value: &Value) -> Result<Vec<u8>, CanonicalError> {
    to_vec(value)
}

/// Reads bytes that must be canonical; whatever [`check`] refuses is refused.
pub fn parse(bytes: &[u8]) -> Result<Value, CanonicalError> {
    check(bytes)?;
    // Checked bytes have no duplicate keys, no big numbers and little depth: serde_json can lose nothing here.
    let refuse = |error: serde_json::Error| CanonicalErrorKind::Serialize(error.to_string());
    serde_json::from_slice(bytes).map_err(|error| CanonicalError { kind: refuse(error), offset: 0 })
}

fn is_key(key: &str) -> bool {
    let allowed = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    (1..=KEY_MAX).contains(&key.len()) && key.bytes().all(allowed)
}
