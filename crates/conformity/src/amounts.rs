//! Tests on amounts: numbers, money and durations.

use std::cmp::Ordering;

use aims_framework::standard::Limit;
use aims_record::compare_decimals;
use aims_register::{ParameterState, Value};
use jiff::{Span, civil::Date};

use crate::{
    blocks::Engine,
    fault::{Faults, Remedy},
    fields::other_of,
    filters::Looked,
    truth::{Answer, Truth},
};

/// From here durations are counted when two of them are compared: a month is longer than 30 days.
const ORIGIN: Date = Date::constant(2001, 1, 1);

/// What a value is compared with.
enum Measure {
    /// A number, and its unit where it has one.
    Amount(String, Option<String>),
    Duration(Span),
}

impl<'a> Engine<'a> {
    /// Whether there is a value and each is this much or more (`most`: or less).
    pub(crate) fn limited(
        &self,
        limit: &Limit,
        most: bool,
        values: &[Value<'a>],
        looked: Looked<'a>,
        faults: &mut Faults<'a>,
    ) -> Answer {
        if !values.iter().any(|v| v.is_set()) {
            return Answer::NO;
        }
        let Some(measure) = self.measure(limit, values, looked, faults) else {
            return Answer { truth: Truth::Gap, until: None };
        };
        let fine = |v: &Value<'_>| match compared(*v, &measure) {
            Some(Ordering::Equal) => true,
            Some(Ordering::Less) => most,
            Some(Ordering::Greater) => !most,
            None => false,
        };
        Answer::fixed(values.iter().all(fine))
    }

    fn measure(
        &self,
        limit: &Limit,
        values: &[Value<'a>],
        looked: Looked<'a>,
        faults: &mut Faults<'a>,
    ) -> Option<Measure> {
        match limit {
            Limit::Number(number) => Some(Measure::Amount(number.clone(), None)),
            Limit::Duration(span) => Some(Measure::Duration(*span)),
            Limit::Field(field) => {
                let found = self.referred(field, looked).first().and_then(|v| measured(*v));
                if found.is_none() {
                    let remedy = Remedy::Amend(field.path.field().to_owned());
                    faults.note(looked.record, remedy, || format!("limit {} is not filled in", other_of(field)));
                }
                found
            }
            Limit::Parameter { parameter, default } => {
                let durations = values.first().is_some_and(|v| span(*v).is_some());
                let found = match self.register.parameter(parameter) {
                    ParameterState::Set(set) if durations => set.duration(false).map(Measure::Duration),
                    ParameterState::Set(set) => set.number().map(|n| Measure::Amount(n.to_owned(), None)),
                    _ => None,
                };
                if found.is_none() {
                    self.unset(parameter, "limit", default, looked.record, faults);
                }
                found
            }
        }
    }
}

fn measured(value: Value<'_>) -> Option<Measure> {
    match span(value) {
        Some(span) => Some(Measure::Duration(span)),
        None => amount(value).map(|a| Measure::Amount(a, unit(value).map(str::to_owned))),
    }
}

/// Nothing where they cannot be compared, such as amounts in different units.
fn compared(value: Value<'_>, with: &Measure) -> Option<Ordering> {
    match with {
        Measure::Duration(limit) => span(value)?.compare((*limit, ORIGIN)).ok(),
        Measure::Amount(limit, of) => {
            let same = of.is_none() || of.as_deref() == unit(value);
            same.then(|| amount(value).map(|a| compare_decimals(&a, limit)))?
        }
    }
}

fn span(value: Value<'_>) -> Option<Span> {
    value.text().filter(|t| t.starts_with('P'))?.parse().ok()
}

fn amount(value: Value<'_>) -> Option<String> {
    let written = value.column("amount").and_then(Value::text).or_else(|| value.text()).map(str::to_owned);
    written.or_else(|| value.count().map(|c| c.to_string()))
}

/// The unit or the currency of an amount.
pub(crate) fn unit(value: Value<'_>) -> Option<&str> {
    value.column("unit").or_else(|| value.column("currency")).and_then(Value::text)
}
