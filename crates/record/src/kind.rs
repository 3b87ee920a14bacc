//! How a kind of record is described (`docs/formats/kinds.md`). The loader in `framework` makes these from YAML; nothing else does.

use std::collections::BTreeMap;

use jiff::Span;

/// All kinds in force for one organization, by id, with the digest that entries carry as `policy.digest`.
#[derive(Clone, Debug, Default)]
pub struct Kinds {
    /// The kinds by id.
    pub by_id: BTreeMap<String, Kind>,
    /// Roles of `content/roles.yaml`: id to title.
    pub roles: BTreeMap<String, String>,
    /// SHA-256 in lower-case hex over the files the kinds were loaded from.
    pub digest: String,
}

impl Kinds {
    /// The kind of this id, if there is one.
    pub fn get(&self, id: &str) -> Option<&Kind> {
        self.by_id.get(id)
    }
}

/// One register's description.
#[derive(Clone, Debug)]
pub struct Kind {
    /// Lower-case words joined by hyphens, such as `ai-system`.
    pub id: String,
    /// The singular, as shown.
    pub title: String,
    /// The plural, as shown.
    pub plural: String,
    /// Prefix of readable numbers, such as `SYS`.
    pub number: String,
    /// What a record of this kind is.
    pub about: String,
    /// The clauses and controls that it serves, such as `iso-42001:2023/8.4`.
    pub clauses: Vec<String>,
    /// How long its records are kept.
    pub retention: Retention,
    /// The fields, in the order in which people fill them in.
    pub fields: Vec<Field>,
    /// The states and the verbs between them.
    pub lifecycle: Lifecycle,
    /// Whether an organization added it.
    pub own: bool,
    /// For an organization's own kind: the group of `content/access.yaml` under which it falls, where it names one.
    pub group: Option<String>,
}

impl Kind {
    /// The field of this name, if there is one.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.name == name)
    }

    /// The first field: by convention the one that names the record.
    pub fn naming_field(&self) -> Option<&Field> {
        self.fields.first()
    }
}

/// One field of a kind, or one column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// `[a-z][a-z0-9_]{0,39}`.
    pub name: String,
    /// As shown beside the value.
    pub label: String,
    /// What to write, in the words of someone who does this work.
    pub help: String,
    /// What the value is.
    pub shape: Shape,
    /// When it must be set.
    pub required: Required,
    /// Whether a change of it alters what was approved.
    pub material: bool,
    /// Whether the value is a list without repetition.
    pub many: bool,
    /// For values about a person: who that is.
    pub personal: Option<Subject>,
    /// Whether only a verb sets it.
    pub stamped: bool,
    /// A value someone would write, for templates.
    pub example: Option<String>,
    /// How the link reads from the other end; only on links and persons.
    pub inverse: Option<String>,
}

impl Field {
    /// Whether the value names other records.
    pub fn links(&self) -> bool {
        matches!(self.shape, Shape::Link { .. } | Shape::Person)
    }
}

/// The type of a field; `docs/formats/kinds.md` rule 3 gives each value's JSON.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// One line of at most `max` characters.
    Text {
        /// Characters.
        max: usize,
    },
    /// Markdown of at most `max` bytes.
    Markdown {
        /// Bytes.
        max: usize,
    },
    /// An amount with a unit.
    Number {
        /// The units that may be chosen.
        units: Vec<String>,
        /// Least amount, a decimal string.
        min: Option<String>,
        /// Greatest amount, a decimal string.
        max: Option<String>,
    },
    /// A decimal string.
    Decimal {
        /// Least value.
        min: Option<String>,
        /// Greatest value.
        max: Option<String>,
    },
    /// A day.
    Date {
        /// Whether later than today makes no sense.
        past: bool,
    },
    /// A moment in UTC.
    Instant {
        /// Whether later than now makes no sense.
        past: bool,
    },
    /// An ISO 8601 duration.
    Duration,
    /// One of these options: id and label.
    Choice {
        /// In the order shown.
        options: Vec<(String, String)>,
    },
    /// Yes or no.
    YesNo,
    /// A person record.
    Person,
    /// A record of one of these kinds; empty means any kind.
    Link {
        /// Kind ids.
        to: Vec<String>,
    },
    /// Rows of these columns.
    Table {
        /// Fields again, no table inside.
        columns: Vec<Field>,
    },
    /// A file in the evidence store.
    File,
    /// An amount in a currency (ISO 4217).
    Money,
}

/// When a field must be set.
#[derive(Clone, Debug, PartialEq)]
pub enum Required {
    /// It may stay open.
    No,
    /// From the first act on.
    Always,
    /// Before the record enters one of these states.
    In(Vec<String>),
}

/// Whom a personal value is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// The record itself, which is a person.
    Itself,
    /// The person that this field names.
    Field(String),
}

/// How long records are kept (TRUST: floors by law, ceilings by purpose).
#[derive(Clone, Debug)]
pub struct Retention {
    /// Class of `content/retention.yaml`.
    pub class: String,
    /// Least time.
    pub floor: Span,
    /// Longest time, where there is one.
    pub ceiling: Option<Span>,
    /// The state whose entry starts the period; `None`: the last act.
    pub from: Option<String>,
}

/// States and verbs.
#[derive(Clone, Debug)]
pub struct Lifecycle {
    /// The state of a new record.
    pub start: String,
    /// In the order shown.
    pub states: Vec<State>,
    /// In the order shown.
    pub verbs: Vec<Verb>,
}

impl Lifecycle {
    /// The state of this id.
    pub fn state(&self, id: &str) -> Option<&State> {
        self.states.iter().find(|s| s.id == id)
    }

    /// The verb of this id.
    pub fn verb(&self, id: &str) -> Option<&Verb> {
        self.verbs.iter().find(|v| v.id == id)
    }

    /// The verbs that can be said of a record in this state.
    pub fn verbs_from<'a>(&'a self, state: &'a str) -> impl Iterator<Item = &'a Verb> {
        self.verbs.iter().filter(move |v| v.from.iter().any(|f| f == state))
    }
}

/// Where a record can stand in its life.
#[derive(Clone, Debug)]
pub struct State {
    /// Lower-case words joined by hyphens.
    pub id: String,
    /// As shown.
    pub label: String,
    /// What it means that a record stands here.
    pub about: String,
    /// Where the record falls back to when its signatures lapse.
    pub lapses_to: Option<String>,
    /// Whether the record's life ends here.
    pub ends: bool,
}

/// What people do to move a record on.
#[derive(Clone, Debug)]
pub struct Verb {
    /// Lower-case words joined by hyphens, an imperative.
    pub id: String,
    /// As shown.
    pub label: String,
    /// What it means, where the label does not say it.
    pub about: Option<String>,
    /// States from which it can be said.
    pub from: Vec<String>,
    /// The state it leads to.
    pub to: String,
    /// Who may say it.
    pub by: Vec<Holder>,
    /// What must be true first.
    pub needs: Vec<Need>,
    /// Signatures it asks for.
    pub sign: Option<Signing>,
    /// Fields it sets.
    pub stamps: Vec<(String, Stamped)>,
}

/// Someone who may act: by role, or named in a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Holder {
    /// Holds this role now.
    Role(String),
    /// Is the person in this field.
    Field(String),
}

/// What must be true before a verb, with what to do instead.
#[derive(Clone, Debug)]
pub struct Need {
    /// The condition.
    pub what: Condition,
    /// Lower case, no full stop.
    pub otherwise: String,
}

/// A condition on the record and its neighbours.
#[derive(Clone, Debug)]
pub enum Condition {
    /// These fields are set.
    Set(Vec<String>),
    /// Some record of `kind` whose link `via` points here stands in one of `states` (empty: any).
    Some {
        /// Kind id.
        kind: String,
        /// Its link field.
        via: String,
        /// States.
        states: Vec<String>,
    },
    /// No such record does.
    None {
        /// Kind id.
        kind: String,
        /// Its link field.
        via: String,
        /// States.
        states: Vec<String>,
    },
    /// Every record that the link `field` names stands in one of `states`.
    Linked {
        /// Link field of this kind.
        field: String,
        /// States.
        states: Vec<String>,
    },
}

/// Signatures a verb asks for.
#[derive(Clone, Debug)]
pub struct Signing {
    /// What the signer says by signing, such as "approved as risk owner".
    pub meaning: String,
    /// Who may sign.
    pub by: Vec<Holder>,
    /// How many different persons.
    pub count: usize,
    /// Who may not: separation of duties.
    pub apart_from: Vec<Apart>,
}

/// Someone who may not sign.
#[derive(Clone, Debug, PartialEq)]
pub enum Apart {
    /// Whoever wrote the material content since it was last signed off.
    Editors,
    /// The person in this field.
    Field(String),
}

/// What a verb writes into a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamped {
    /// The actor's person id.
    Actor,
    /// The moment.
    Now,
    /// The day, in UTC.
    Today,
}
