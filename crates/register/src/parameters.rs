//! Intervals and thresholds that the organization set for itself, from `parameter` records.

use jiff::Span;

use crate::{Entry, Register, Value};

/// A value that the organization set.
#[derive(Clone, Copy, Debug)]
pub struct Parameter<'a> {
    /// The `parameter` record in force.
    pub record: Entry<'a>,
}

/// What the organization has said about a parameter.
#[derive(Clone, Debug)]
pub enum ParameterState<'a> {
    /// Nothing in force.
    NotSet,
    /// One value in force.
    Set(Parameter<'a>),
    /// Several in force at once: none of them counts.
    Contradicted(Vec<Entry<'a>>),
}

impl Register {
    /// The value in force of this parameter.
    pub fn parameter(&self, name: &str) -> ParameterState<'_> {
        let slots = self.words.find(name).and_then(|word| self.index.parameters.get(&word));
        let mut found: Vec<_> = slots.into_iter().flatten().filter_map(|slot| self.at(*slot)).collect();
        match (found.pop(), found.is_empty()) {
            (None, _) => ParameterState::NotSet,
            (Some(record), true) => ParameterState::Set(Parameter { record }),
            (Some(last), false) => {
                found.push(last);
                ParameterState::Contradicted(found)
            }
        }
    }
}

impl Parameter<'_> {
    /// The duration, the shorter one for what has a high tier where there is one. A whole number of days or months is
    /// one, too, and so is the end of a window.
    pub fn duration(&self, high_tier: bool) -> Option<Span> {
        let high = self.record.text("high_tier_duration").filter(|_| high_tier);
        match high.or_else(|| self.record.text("value_duration")) {
            Some(text) => text.parse().ok(),
            None => self.counted().or_else(|| self.record.text("latest")?.parse().ok()),
        }
    }

    fn counted(&self) -> Option<Span> {
        let value = self.record.field("value_number")?;
        let amount: i64 = value.column("amount").and_then(Value::text)?.parse().ok()?;
        match value.column("unit").and_then(Value::text)? {
            "days" => Span::new().try_days(amount).ok(),
            "months" => Span::new().try_months(amount).ok(),
            _ => None,
        }
    }

    /// The amount of a value set as a number, a decimal string.
    pub fn number(&self) -> Option<&str> {
        self.record.field("value_number").and_then(|v| v.column("amount")).and_then(Value::text)
    }
}
