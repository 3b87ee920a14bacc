//! What can be allowed: actions on records, how far each reaches, and powers over the whole.

/// What someone does to a record, or with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Action {
    /// See it, its history, its files.
    Read,
    /// Begin one.
    Record,
    /// Change its fields, links and files.
    Amend,
    /// Change of its fields, links and files only what is not material.
    Respond,
    /// Say a verb of its life cycle; who may say which stands there.
    Move,
    /// Sign it; who may sign what stands in its life cycle.
    Sign,
    /// Say that it was a mistake.
    Withdraw,
    /// Let its content go by retention.
    Dispose,
    /// Let go what is known about a person.
    Erase,
}

/// All actions with their words, in the order of [`Action`].
pub const ACTIONS: [(&str, Action); 9] = [
    ("read", Action::Read),
    ("record", Action::Record),
    ("amend", Action::Amend),
    ("respond", Action::Respond),
    ("move", Action::Move),
    ("sign", Action::Sign),
    ("withdraw", Action::Withdraw),
    ("dispose", Action::Dispose),
    ("erase", Action::Erase),
];

/// What someone may do with the organization as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Power {
    /// Take a bundle away.
    Export,
    /// Ask the ledger to verify itself, and see entries as entries.
    Verify,
    /// Invite people, bind accounts to them and end that; roles are records.
    Grant,
    /// Change settings of the organization, or of the instance.
    Settings,
    /// Read what is classified.
    Classified,
    /// Be told what is found under requirements and controls, as far as it cites what may be read.
    Verdicts,
}

/// All powers with their words.
pub const POWERS: [(&str, Power); 6] = [
    ("export", Power::Export),
    ("verify", Power::Verify),
    ("grant", Power::Grant),
    ("settings", Power::Settings),
    ("classified", Power::Classified),
    ("verdicts", Power::Verdicts),
];

/// Over which records of a group an action is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Reach {
    /// All.
    All = 1,
    /// The person's own.
    Own = 2,
    /// The person's own, and those that name them.
    Named = 4,
    /// Those in a state in which everyone may read.
    Published = 8,
    /// Those within the scope of an external auditor.
    Scope = 16,
    /// Those of a case in which the person has a part.
    Case = 32,
}

/// The words of reaches; no word is all.
pub const REACHES: [(&str, Reach); 5] = [
    ("own", Reach::Own),
    ("named", Reach::Named),
    ("published", Reach::Published),
    ("scope", Reach::Scope),
    ("case", Reach::Case),
];

/// Some reaches, of which one has to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reaches(u8);

impl Reaches {
    /// None at all.
    pub const NONE: Reaches = Reaches(0);

    /// Whether none is there.
    pub fn is_none(self) -> bool {
        self.0 == 0
    }

    /// Whether this one is there.
    pub fn has(self, reach: Reach) -> bool {
        self.0 & reach as u8 != 0
    }

    /// With this one too.
    #[must_use]
    pub fn with(self, reach: Reach) -> Reaches {
        Reaches(self.0 | reach as u8)
    }
}

/// What a principal has over one group: for each action, over which records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell([Reaches; ACTIONS.len()]);

impl Cell {
    /// Over which records the action is allowed. Whoever may amend may respond.
    pub fn reaches(&self, action: Action) -> Reaches {
        let at = |action: Action| self.0.get(action as usize).copied().unwrap_or_default();
        match action {
            Action::Respond => Reaches(at(Action::Respond).0 | at(Action::Amend).0),
            other => at(other),
        }
    }

    /// Allows an action over these records too.
    pub fn allow(&mut self, action: Action, reach: Reach) {
        if let Some(reaches) = self.0.get_mut(action as usize) {
            *reaches = reaches.with(reach);
        }
    }

    /// Whether nothing is allowed.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|r| r.is_none())
    }
}
