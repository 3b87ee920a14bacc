//! A rule as data: whom it is about, what must exist, within which interval, by whom.

use std::sync::Arc;

use jiff::Span;

/// What decides one requirement or control.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Full id, such as `iso-42001:2023/8.4-a`.
    pub requirement: String,
    /// Where it stands, as `file:line:column`.
    pub place: String,
    /// Whom it is about.
    pub about: About,
    /// What must hold, in the order in which it is shown.
    pub needs: Vec<Need>,
    /// What a person has to judge when all of it holds.
    pub judgement: Option<Judgement>,
}

/// Whom a rule is about.
#[derive(Clone, Debug)]
pub enum About {
    /// The organization as one.
    Organization,
    /// Every record of a kind, each with its own verdict.
    Every {
        /// Kind id.
        kind: String,
        /// Which of them.
        filter: Filter,
        /// What it means that there is none.
        if_empty: Box<IfEmpty>,
    },
}

/// What an empty population means. It never passes by itself.
#[derive(Clone, Debug)]
pub struct IfEmpty {
    /// What is said then.
    pub otherwise: Otherwise,
    /// What makes it right that there is none, such as a recorded decision.
    pub unless: Option<Block>,
}

/// One thing that must hold.
#[derive(Clone, Debug)]
pub struct Need {
    /// What.
    pub block: Block,
    /// Looked at only where this holds.
    pub when: Option<Block>,
    /// What is said where it does not.
    pub otherwise: Otherwise,
    /// Looked at only where it does.
    pub then: Vec<Need>,
}

/// What is said where a need does not hold.
#[derive(Clone, Debug)]
pub struct Otherwise {
    /// How grave it is.
    pub grade: Grade,
    /// What makes it major although `grade` is less.
    pub major_when: Option<MajorWhen>,
    /// Lower case, no full stop.
    pub say: String,
    /// What to do; where absent, it follows from the need.
    pub next: Option<Next>,
}

/// How grave it is that a need does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Only our rule is not met; the published text asks for less.
    OwnRule,
    /// Nothing is recorded, and the text asks for no document.
    NotEvidenced,
    /// A minor nonconformity.
    Minor,
    /// A major nonconformity.
    Major,
}

/// What makes a failure major.
#[derive(Clone, Debug)]
pub enum MajorWhen {
    /// It fails for every subject of the rule.
    AllFail,
    /// It fails for a subject like this.
    Subject(Filter),
}

/// An act that would help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Record one of this kind.
    Record(String),
    /// Amend these fields of the subject.
    Amend(Vec<String>),
    /// Move the subject on by this verb.
    Move(String),
}

/// What a person has to judge.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// Role that may judge.
    pub by: String,
    /// How long a judgement holds at most.
    pub every: Span,
    /// What is asked.
    pub question: String,
}

/// Something that holds or does not.
#[derive(Clone, Debug)]
pub enum Block {
    /// Something about records of a kind.
    Records(Records),
    /// Something about the subject itself.
    This(Filter),
    /// At least one of these.
    AnyOf(Vec<Block>),
    /// All of these.
    AllOf(Vec<Block>),
    /// Something no block can say, decided by code with this name.
    Predicate(String),
}

/// Something about records of a kind.
#[derive(Clone, Debug)]
pub struct Records {
    /// How many of them.
    pub quantifier: Quantifier,
    /// Kind id.
    pub kind: String,
    /// How they hang together with the subject.
    pub linked: Linked,
    /// Which of them.
    pub filter: Filter,
    /// What those must be like.
    pub must: Filter,
}

/// How many records.
#[derive(Clone, Debug)]
pub enum Quantifier {
    /// One or more.
    Some,
    /// Not a single one.
    None,
    /// All of them, and at least one.
    Each,
    /// One and no other.
    ExactlyOne,
    /// This many or more.
    AtLeast(usize),
    /// The one with the greatest day in this field.
    Latest(Path),
    /// Together they have each of these options in the field.
    Covering {
        /// Choice field, or `table.column`.
        field: Path,
        /// Option ids.
        options: Vec<String>,
        /// Where else an option may be named.
        or: Vec<Place>,
    },
}

/// Records that may name an option instead.
#[derive(Clone, Debug)]
pub struct Place {
    /// Kind id.
    pub kind: String,
    /// Choice field, or `table.column`.
    pub field: Path,
    /// How they hang together with the subject.
    pub linked: Linked,
    /// Which of them.
    pub filter: Filter,
}

/// A named filter: a population described once.
#[derive(Clone, Debug)]
pub struct Term {
    /// As rules name it.
    pub id: String,
    /// Kind id.
    pub kind: String,
    /// What the sentence says: `in scope of the management system`.
    pub say: String,
    /// Who belongs to it.
    pub filter: Filter,
}

/// How records hang together with the subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Linked {
    /// They need not.
    Anywhere,
    /// This field of theirs names the subject.
    Their(String),
    /// This field of the subject names them.
    Ours(String),
}

/// Tests that all have to hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In the order written.
    pub tests: Vec<Test>,
}

/// One test on a record.
#[derive(Clone, Debug)]
pub enum Test {
    /// It stands in one of these states.
    State(Vec<String>),
    /// It stands in none of these states.
    NotState(Vec<String>),
    /// Something about a field or a column reached by a path such as `entries.control.annex_ref`.
    Field(Path, FieldTest),
    /// At least one of these filters holds.
    AnyOf(Vec<Filter>),
    /// The filter does not hold.
    Not(Filter),
    /// Where the first holds, the second must.
    When(Filter, Filter),
    /// It belongs to the population of this name.
    Term(Arc<Term>),
    /// The block holds with this record as its subject.
    Has(Box<Block>),
}

/// The way to values: a field, then columns of its rows or fields of the records it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// At least one name.
    pub steps: Vec<String>,
    /// The last field's label, as people see it.
    pub label: String,
}

impl Path {
    /// The field it begins with.
    pub fn field(&self) -> &str {
        self.steps.first().map_or("", String::as_str)
    }

    /// As written.
    pub fn written(&self) -> String {
        self.steps.join(".")
    }
}

/// One test on the values that a path leads to.
#[derive(Clone, Debug)]
pub enum FieldTest {
    /// There is a value (`true`) or none.
    Set(bool),
    /// Yes or no.
    Flag(bool),
    /// Some value is one of these options.
    In(Vec<String>),
    /// Each of these options is among the values.
    Covers(Vec<String>),
    /// Each control of this framework is named exactly once.
    CoversControls(String),
    /// There is a value and none is one of these options.
    NotIn(Vec<String>),
    /// Every value there is among the values, and there is one.
    Includes(Reference),
    /// The same values are there, and there is one.
    Equals(Reference),
    /// There are values on both sides, and none in common.
    Differs(Reference),
    /// The record is among those named.
    Names(Named),
    /// The text has at least so many characters.
    LengthAtLeast(usize),
    /// There are at least so many values or rows.
    CountAtLeast(usize),
    /// There is a value, and each is this much or more.
    AtLeast(Limit),
    /// There is a value, and each is this much or less.
    AtMost(Limit),
    /// The day is not further back than an interval, and not in the future.
    Within(Interval),
    /// The day is set and no more than an interval after another, or that time is still running.
    InTime {
        /// Where the time begins. Where it is empty, nothing is due.
        from: Reference,
        /// How long it is.
        interval: Interval,
    },
    /// The day is today or earlier.
    Past,
    /// The day is today or later.
    NotPast,
    /// The day is not after another.
    NotAfter(Bound),
    /// The day is not before another.
    NotBefore(Bound),
    /// Each person held a role at a moment.
    Held {
        /// Any of these roles.
        roles: Vec<String>,
        /// Which moment; `None`: now.
        at: Option<Reference>,
    },
    /// The persons are none of those in another field.
    ApartFrom(Reference),
    /// Every record named is like this, and there is at least one.
    EachLinked(Filter),
    /// Some record named is like this.
    SomeLinked(Filter),
    /// Every row is like this, and there is at least one.
    EachRow(Filter),
    /// Some row is like this.
    SomeRow(Filter),
}

/// How long something may take or stay.
#[derive(Clone, Debug)]
pub enum Interval {
    /// As long as the organization set for itself.
    Parameter {
        /// Parameter id.
        parameter: String,
        /// What practice proposes where the organization has set nothing. Never assumed.
        default: Span,
        /// Which subjects have the shorter interval of high tiers.
        high_tier: Option<Filter>,
    },
    /// As long as a duration field says.
    Field(Reference),
    /// As long as the rule says.
    Fixed(Span),
}

/// An amount or a duration to compare with.
#[derive(Clone, Debug)]
pub enum Limit {
    /// A decimal number.
    Number(String),
    /// A duration.
    Duration(Span),
    /// What a field says.
    Field(Reference),
    /// What the organization set for itself.
    Parameter {
        /// Parameter id.
        parameter: String,
        /// What practice proposes where the organization has set nothing. Never assumed.
        default: String,
    },
}

/// A day to compare with.
#[derive(Clone, Debug)]
pub struct Bound {
    /// Date or instant field. Where it is empty, there is no bound.
    pub reference: Reference,
    /// How much later the bound lies.
    pub plus: Option<Interval>,
}

/// Values elsewhere than at the end of the test's own path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Whose they are.
    pub holder: Holder,
    /// The way to them.
    pub path: Path,
}

impl Reference {
    /// As written in a rule.
    pub fn written(&self) -> String {
        let path = self.path.written();
        match self.holder {
            Holder::Row | Holder::Record => path,
            Holder::Subject => format!("subject.{path}"),
            Holder::About => format!("about.{path}"),
        }
    }
}

/// Whose values a reference means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// The row that is looked at.
    Row,
    /// The record that is looked at, or that has the row.
    Record,
    /// The record that the block was asked about.
    Subject,
    /// The record that the rule is about.
    About,
}

/// A record that others may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// The record that the block was asked about.
    Subject,
    /// The record that the rule is about.
    About,
}
