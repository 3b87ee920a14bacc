//! Why an artefact could not be read.

use std::fmt;

/// What is wrong with a file, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Stable code, such as `unsupported_version`.
    pub code: &'static str,
    /// A sentence: lower case, no full stop.
    pub message: String,
    /// Where: `line 3, column 7`, or a JSON pointer; empty for the whole file.
    pub place: String,
}

impl Unreadable {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Unreadable {
        Unreadable { code, message: message.into(), place: String::new() }
    }

    pub(crate) fn at(mut self, place: impl Into<String>) -> Unreadable {
        self.place = place.into();
        self
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place.as_str() {
            "" => write!(f, "{}", self.message),
            place => write!(f, "{} ({place})", self.message),
        }
    }
}

impl std::error::Error for Unreadable {}
