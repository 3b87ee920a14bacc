//! What named checks are built from.

use aims_register::{Entry, ParameterState, Value};
use jiff::{Span, Timestamp};

use crate::{
    blocks::{Engine, Outcome},
    fault::{Fault, Remedy},
    truth::{Answer, Truth, earlier},
};

/// What a check found so far. Without anything lacking, it holds.
#[derive(Default)]
pub(super) struct Finding<'a> {
    witnesses: Vec<Entry<'a>>,
    missing: Vec<String>,
    faults: Vec<Fault<'a>>,
    backdated: Vec<crate::Backdated>,
    /// The first moment at which something that was looked at may be otherwise.
    until: Option<Timestamp>,
    failed: bool,
    gap: bool,
}

impl<'a> Finding<'a> {
    /// The check rests on this record.
    pub(super) fn witness(&mut self, record: Entry<'a>) {
        self.witnesses.push(record);
    }

    /// There is nothing to look at; `says` begins with "no ".
    pub(super) fn nothing(&mut self, says: &str) {
        self.failed = true;
        self.missing.push(says.to_owned());
    }

    /// The record falls short; `says` is lower case and follows its number. What helps depends on it.
    pub(super) fn lacks(&mut self, record: Entry<'a>, says: String) {
        self.falls_short(record, says, Remedy::Look);
    }

    /// The record falls short, and amending this field mends it.
    pub(super) fn lacks_field(&mut self, record: Entry<'a>, field: &str, says: String) {
        self.falls_short(record, says, Remedy::Amend(field.to_owned()));
    }

    /// The record cannot be mended: another one has to be recorded.
    pub(super) fn lapsed(&mut self, record: Entry<'a>, says: String) {
        self.falls_short(record, says, Remedy::Renew);
    }

    fn falls_short(&mut self, record: Entry<'a>, says: String, remedy: Remedy) {
        self.failed = true;
        self.missing.push(format!("{}: {says}", record.number()));
        self.faults.push(Fault { record, says, remedy, selects: false });
    }

    /// The organization has not set this parameter; `default` is what practice proposes, such as `P12M`.
    pub(super) fn undefined(&mut self, record: Entry<'a>, parameter: &str, default: &str) {
        self.gap = true;
        let says = format!("interval `{parameter}` not defined; practice proposes {default}");
        self.missing.push(format!("{}: {says}", record.number()));
        let remedy = Remedy::Define { parameter: parameter.to_owned(), default: default.to_owned() };
        self.faults.push(Fault { record, says, remedy, selects: false });
    }

    /// An answer of the engine that the check rests on, such as `engine.before(lapses(day, interval))`: its moment is kept. Returns
    /// whether it holds.
    pub(super) fn rests_on(&mut self, answer: Answer) -> bool {
        self.until = earlier(self.until, answer.until);
        answer.holds()
    }

    /// Recorded late but dated early: flagged.
    pub(super) fn backdated(&mut self, record: Entry<'a>, bound: Timestamp) {
        self.backdated.push(crate::Backdated { record: record.into(), recorded: record.recorded(), bound });
    }

    /// What the check says: no where something falls short, a gap where only a parameter is missing, yes otherwise.
    pub(super) fn outcome(self) -> Outcome<'a> {
        let truth = match (self.failed, self.gap) {
            (true, _) => Truth::No,
            (false, true) => Truth::Gap,
            _ => Truth::Yes,
        };
        Outcome {
            witnesses: self.witnesses,
            missing: self.missing,
            faults: self.faults,
            backdated: self.backdated,
            ..Outcome::plain(Answer { truth, until: self.until })
        }
    }
}

/// The rows of a table.
pub(super) fn rows<'a>(record: Entry<'a>, table: &str) -> impl Iterator<Item = Value<'a>> + use<'a> {
    record.field(table).into_iter().flat_map(Value::each)
}

/// The standing records that a column of a row names.
pub(super) fn named<'a>(row: Value<'a>, column: &str) -> impl Iterator<Item = Entry<'a>> + use<'a> {
    row.column(column).into_iter().flat_map(Value::each).filter_map(Value::record).filter(|r| r.stands())
}

/// The numbers of the records that a column of a row names.
pub(super) fn numbers<'a>(row: Value<'a>, column: &str) -> Vec<&'a str> {
    named(row, column).map(|r| r.number()).collect()
}

/// The records of a kind in the state `in-force`.
pub(super) fn in_force<'a, 'k>(engine: &Engine<'a>, kind: &'k str) -> impl Iterator<Item = Entry<'a>> + use<'a, 'k> {
    engine.register.of_kind(kind).filter(|r| r.state() == Some("in-force"))
}

/// Whether the person held the role at that moment, by assignments that were made.
pub(super) fn held_role(engine: &Engine<'_>, person: Entry<'_>, role: &str, at: Timestamp) -> bool {
    engine.register.at(person.slot()).is_some_and(|p| engine.register.assignments(p, role).any(|a| a.holds(at)))
}

/// The duration that the organization set for a parameter; nothing where it set none or several.
pub(super) fn interval(engine: &Engine<'_>, parameter: &str, high_tier: bool) -> Option<Span> {
    match engine.register.parameter(parameter) {
        ParameterState::Set(set) => set.duration(high_tier),
        _ => None,
    }
}

/// The moment at which the day or instant in a field begins.
pub(super) fn moment(record: Entry<'_>, field: &str) -> Option<Timestamp> {
    record.field(field).and_then(Value::instant)
}
