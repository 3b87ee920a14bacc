//! Yes, no with the reason, or nothing to speak of.

use serde::Serialize;

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Allowed,
    /// The principal may not even know of it: the answer is the same as for what is not there (404).
    Absent,
    /// It may be read, but not this (403).
    Denied(Denial),
}

impl Decision {
    /// Whether the answer is yes.
    pub fn is_allowed(&self) -> bool {
        *self == Decision::Allowed
    }
}

/// Why not, and who could.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Denial {
    /// Stable code: `not_your_role`, or `not_signed_in`.
    pub code: &'static str,
    /// One sentence for the person who asked.
    pub says: String,
    /// Titles of the roles that may, in the order of their names.
    pub who: Vec<String>,
}
