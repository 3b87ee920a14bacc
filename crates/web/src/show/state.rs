//! What is found, as a tag: word, glyph and form.

use aims_conformity::{Severity, State};

use crate::words::Tongue;

/// A state as the stylesheet and people know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status(pub State);

/// All states, the gravest first.
pub const GRAVEST_FIRST: [State; 8] = [
    State::Nonconformity(Severity::Major),
    State::Nonconformity(Severity::Minor),
    State::NotEvidenced,
    State::OwnRuleNotMet,
    State::DeterminationDue,
    State::NoRuleYet,
    State::Excluded,
    State::Conforms,
];

/// The tag for a state.
pub fn status(state: State) -> Status {
    Status(state)
}

impl Status {
    /// All, the gravest first.
    pub fn all() -> impl Iterator<Item = Status> {
        GRAVEST_FIRST.into_iter().map(Status)
    }

    /// Class of the tag and name of its glyph; also the word in addresses.
    pub fn class(self) -> &'static str {
        match self.0 {
            State::Conforms => "conforms",
            State::Excluded => "excluded",
            State::NoRuleYet => "no-rule-yet",
            State::DeterminationDue => "determination-due",
            State::OwnRuleNotMet => "own-rule-not-met",
            State::NotEvidenced => "not-evidenced",
            State::Nonconformity(Severity::Minor) => "minor",
            State::Nonconformity(Severity::Major) => "major",
        }
    }

    /// The word.
    pub fn word(self, tongue: &Tongue) -> String {
        tongue.say(&format!("state-{}", self.class())).into_owned()
    }

    /// Whether an auditor would write it down.
    pub fn is_finding(self) -> bool {
        self.0 > State::DeterminationDue
    }
}
