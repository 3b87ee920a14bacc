//! What a record lacks, and what would mend it.

use aims_register::Entry;

use crate::next::NextAct;

/// What would mend a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// Move the record to one of these states.
    Move(Vec<String>),
    /// Fill in this field.
    Amend(String),
    /// Set this parameter; practice proposes the value.
    Define { parameter: String, default: String },
    /// Look at it: what helps depends on it.
    Look,
    /// Bring its life to an end.
    End,
    /// Another record has to exist or name this one.
    Elsewhere(NextAct),
    /// It cannot be mended: record another one.
    Renew,
    /// It is simply another one than the one asked for.
    Another,
}

/// Something a record lacks.
#[derive(Clone, Debug)]
pub(crate) struct Fault<'a> {
    /// Which record.
    pub(crate) record: Entry<'a>,
    /// Lower case, without the record's number.
    pub(crate) says: String,
    /// What would mend it.
    pub(crate) remedy: Remedy,
    /// Whether the test that failed chooses among records or rows rather than asking something of them.
    pub(crate) selects: bool,
}

impl Fault<'_> {
    /// Whether only another record helps.
    pub(crate) fn asks_for_another(&self) -> bool {
        matches!(self.remedy, Remedy::Renew | Remedy::Another)
    }

    /// With the record's number in front.
    pub(crate) fn named(&self) -> String {
        format!("{}: {}", self.record.number(), self.says)
    }
}

/// Where faults go: kept, or thrown away where only the answer is wanted.
pub(crate) struct Faults<'a> {
    pub(crate) keep: bool,
    pub(crate) found: Vec<Fault<'a>>,
    pub(crate) backdated: Vec<crate::Backdated>,
}

impl<'a> Faults<'a> {
    pub(crate) fn kept() -> Self {
        Self { keep: true, found: Vec::new(), backdated: Vec::new() }
    }

    pub(crate) fn ignored() -> Self {
        Self { keep: false, found: Vec::new(), backdated: Vec::new() }
    }

    /// Faults of what is looked at beside this, kept where these are.
    pub(crate) fn beside(&self) -> Self {
        Self { keep: self.keep, ..Self::ignored() }
    }

    /// Takes over what was found beside.
    pub(crate) fn take(&mut self, mut beside: Self) {
        self.found.append(&mut beside.found);
        self.backdated.append(&mut beside.backdated);
    }

    /// Takes over only which parameters are not defined. Whether there were any.
    pub(crate) fn undefined(&mut self, beside: Self) -> bool {
        let before = self.found.len();
        self.found.extend(beside.found.into_iter().filter(|f| matches!(f.remedy, Remedy::Define { .. })));
        self.found.len() > before
    }

    pub(crate) fn note(&mut self, record: Entry<'a>, remedy: Remedy, says: impl FnOnce() -> String) {
        if self.keep {
            self.found.push(Fault { record, says: says(), remedy, selects: false });
        }
    }
}
