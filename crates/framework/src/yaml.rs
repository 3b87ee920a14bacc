//! YAML that keeps its positions, under strict limits.
//!
//! What stands in a file is kept as written: a scalar is its text and whether it was quoted, and whoever reads it decides what it means.
//! So `NO` is a country where a country is asked for, and `1.10` stays a version. Anchors, aliases, tags, keys that are not words and
//! keys that appear twice are refused: none of them is needed to state a fact, and each is a way to make a file mean something else than
//! it seems to say.

mod parse;
mod read;

use std::fmt;

pub use parse::{parse, parse_documents};
pub use read::{Mapping, Reading, did_you_mean};

/// What a file may be at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of text.
    pub bytes: usize,
    /// Sequences and mappings inside each other.
    pub depth: usize,
}

impl Limits {
    /// Files under `content/` and an organization's own kinds.
    pub const CONTENT: Self = Self { bytes: 256 * 1024, depth: 32 };
    /// Records as files, read by `aims apply`.
    pub const RECORD_FILE: Self = Self { bytes: 16 * 1024 * 1024, depth: 64 };
}

/// A value and where it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What stands there.
    pub value: Value,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
}

/// The three things a YAML value can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text, still without a meaning.
    Scalar(Scalar),
    /// A list.
    Seq(Vec<Node>),
    /// A mapping in the order written, without repeated keys.
    Map(Vec<(Key, Node)>),
}

/// Text as written, after unfolding and unescaping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// The text.
    pub text: String,
    /// Whether it was in quotes or a block (`|`, `>`): then it is text, whatever it looks like.
    pub quoted: bool,
}

/// A key of a mapping and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The word.
    pub text: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
}

impl Node {
    /// The text of a scalar, quoted or not.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// Whether nothing is written here: an empty value, `~` or `null`, not in quotes.
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar(s) if !s.quoted && matches!(s.text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The elements of a list.
    pub fn seq(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Seq(nodes) => Some(nodes),
            _ => None,
        }
    }

    /// The entries of a mapping.
    pub fn map(&self) -> Option<&[(Key, Node)]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value under `key`, where this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.map()?.iter().find(|(k, _)| k.text == key).map(|(_, node)| node)
    }

    /// What this is, in the words of an error message.
    pub fn what(&self) -> String {
        match &self.value {
            _ if self.is_null() => "nothing".to_owned(),
            Value::Scalar(s) if s.text.chars().count() > 40 => {
                format!("`{}...`", s.text.chars().take(40).collect::<String>())
            }
            Value::Scalar(s) => format!("`{}`", s.text),
            Value::Seq(_) => "a list".to_owned(),
            Value::Map(_) => "a mapping".to_owned(),
        }
    }

    /// An error at this place.
    pub fn error(&self, file: &str, message: impl Into<String>) -> ContentError {
        ContentError { file: file.to_owned(), line: self.line, column: self.column, message: message.into() }
    }
}

impl Key {
    /// An error at this place.
    pub fn error(&self, file: &str, message: impl Into<String>) -> ContentError {
        ContentError { file: file.to_owned(), line: self.line, column: self.column, message: message.into() }
    }
}

/// What is wrong in a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContentError {
    /// The file's name as the caller gave it.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// Lower case, no full stop; the wrong word in backticks, the nearest right word after it.
    pub message: String,
}

impl fmt::Display for ContentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}

impl std::error::Error for ContentError {}

#[cfg(test)]
mod tests;
