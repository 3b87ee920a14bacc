//! JSON from outside, read without mercy and without surprises.
//!
//! Unlike ordinary readers this one never picks one of two equal keys, never rounds an integer, never repairs text,
//! and stops at limits. What it accepts need not be canonical: white space, any key, and fractions are fine.

mod reader;

use serde_json::Value;

/// How much is read before refusing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole text.
    pub bytes: usize,
    /// Objects and arrays around a value.
    pub depth: usize,
    /// Members of one object.
    pub keys: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 1_048_576, depth: 64, keys: 1000 }
    }
}

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}, at {line}:{column}")]
pub struct JsonError {
    /// What is wrong.
    pub kind: JsonErrorKind,
    /// Line, from 1.
    pub line: usize,
    /// Character in that line, from 1.
    pub column: usize,
}

/// What can be wrong with JSON from outside.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonErrorKind {
    /// The same key twice in one object.
    #[error("the field `{0}` appears twice")]
    DuplicateKey(String),
    /// Deeper than [`Limits::depth`].
    #[error("objects and arrays are nested more than {0} deep")]
    TooDeep(usize),
    /// More members than [`Limits::keys`].
    #[error("an object has more than {0} fields")]
    TooManyKeys(usize),
    /// Larger than [`Limits::bytes`].
    #[error("the text has more than {0} bytes")]
    TooLarge(usize),
    /// Not JSON in UTF-8, or text that no JSON should carry (U+0000, lone surrogates).
    #[error("{0}")]
    Invalid(&'static str),
    /// An integer beyond 2^53 - 1, a number beyond a double, or NaN and the like.
    #[error("the number `{0}` is out of range")]
    NumberOutOfRange(String),
}

impl JsonError {
    /// A code that never changes, for answers and programs.
    pub fn code(&self) -> &'static str {
        match self.kind {
            JsonErrorKind::DuplicateKey(_) => "json_duplicate_key",
            JsonErrorKind::TooDeep(_) => "json_too_deep",
            JsonErrorKind::TooManyKeys(_) => "json_too_many_keys",
            JsonErrorKind::TooLarge(_) => "json_too_large",
            JsonErrorKind::Invalid(_) => "json_invalid",
            JsonErrorKind::NumberOutOfRange(_) => "number_out_of_range",
        }
    }

    /// The error as a sentence for people, such as "The field `role` appears twice."
    pub fn sentence(&self) -> String {
        let text = self.kind.to_string();
        let mut characters = text.chars();
        let first = characters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(characters).chain(['.']).collect()
    }
}

/// Reads one JSON value from UTF-8 text.
///
/// Integers stay integers and must not exceed 2^53 - 1 in magnitude; numbers with a fraction or an exponent become
/// doubles and must be finite.
pub fn parse(input: &[u8], limits: Limits) -> Result<Value, JsonError> {
    reader::read(input, limits)
}
