//! Tests on days: within an interval, in time after another day, before and after a bound, and in a role at a moment.

use aims_framework::standard::{Bound, Interval, Reference};
use aims_register::{Assignment, Entry, ParameterState, Value};
use jiff::{Span, Timestamp};

use crate::{
    Backdated,
    blocks::Engine,
    fault::{Faults, Remedy},
    fields::{instants, other_of},
    filters::Looked,
    time::{day_of, end_of, lapses},
    truth::{Answer, Truth},
};

/// Something has to be defined first.
const GAP: Answer = Answer { truth: Truth::Gap, until: None };

impl<'a> Engine<'a> {
    /// Whether some value is a day not in the future and not further back than the interval.
    pub(crate) fn within(
        &self,
        interval: &Interval,
        values: &[Value<'a>],
        looked: Looked<'a>,
        faults: &mut Faults<'a>,
    ) -> Answer {
        let past = Answer::any(instants(values).map(|d| self.from(d)));
        match self.long(interval, looked) {
            Some(span) => Answer::any(instants(values).map(|d| self.fresh(d, span))),
            None if past.holds() => self.undefined(interval, looked, faults),
            None => past,
        }
    }

    fn fresh(&self, done: Timestamp, interval: Span) -> Answer {
        Answer::all([self.from(done), self.before(lapses(day_of(done), interval))])
    }

    /// How long the interval is; nothing where that is not defined.
    fn long(&self, interval: &Interval, looked: Looked<'a>) -> Option<Span> {
        match interval {
            Interval::Fixed(span) => Some(*span),
            Interval::Field(field) => self.referred(field, looked).first()?.text()?.parse().ok(),
            Interval::Parameter { parameter, high_tier, .. } => {
                let high = high_tier.as_ref().zip(looked.subject).is_some_and(|(filter, subject)| {
                    let at = Looked { record: subject, row: None, subject: None };
                    self.filter(filter, at, &mut Faults::ignored()).holds()
                });
                match self.register.parameter(parameter) {
                    ParameterState::Set(set) => set.duration(high),
                    _ => None,
                }
            }
        }
    }

    /// Says what has to be defined.
    fn undefined(&self, interval: &Interval, looked: Looked<'a>, faults: &mut Faults<'a>) -> Answer {
        match interval {
            Interval::Parameter { parameter, default, .. } => {
                self.unset(parameter, "interval", &default.to_string(), looked.record, faults);
            }
            Interval::Field(field) => {
                let remedy = Remedy::Amend(field.path.field().to_owned());
                faults.note(looked.record, remedy, || format!("interval {} is not filled in", other_of(field)));
            }
            Interval::Fixed(_) => {}
        }
        GAP
    }

    /// Says that the organization has not set a parameter, or more than once.
    pub(crate) fn unset(&self, parameter: &str, what: &str, default: &str, record: Entry<'a>, faults: &mut Faults<'a>) {
        if let ParameterState::Contradicted(several) = self.register.parameter(parameter) {
            let numbers: Vec<_> = several.iter().map(|p| p.number()).collect();
            let oldest = several.first().copied().unwrap_or(record);
            return faults.note(oldest, Remedy::End, || {
                format!("{what} `{parameter}` has several values in force: {}", numbers.join(", "))
            });
        }
        let remedy = Remedy::Define { parameter: parameter.to_owned(), default: default.to_owned() };
        faults.note(record, remedy, || format!("{what} `{parameter}` not defined; practice proposes {default}"));
    }

    /// Whether the day is set and no more than the interval after `from`, or that time has not passed yet.
    pub(crate) fn in_time(
        &self,
        from: &Reference,
        interval: &Interval,
        values: &[Value<'a>],
        looked: Looked<'a>,
        faults: &mut Faults<'a>,
    ) -> Answer {
        let begun = self.referred(from, looked);
        let Some(begun) = instants(&begun).min() else { return Answer::YES };
        let Some(span) = self.long(interval, looked) else { return self.undefined(interval, looked, faults) };
        let due = lapses(day_of(begun), span);
        if instants(values).next().is_none() {
            return self.before(due);
        }
        Answer::fixed(self.known_before(due, values, looked, faults))
    }

    /// By its own date, and known by then too: what was recorded only afterwards is noted as backdated and does not count. `end` is the
    /// first moment that is too late; `None`: none is.
    fn known_before(
        &self,
        end: Option<Timestamp>,
        values: &[Value<'a>],
        looked: Looked<'a>,
        faults: &mut Faults<'a>,
    ) -> bool {
        let Some(end) = end else { return true };
        if !instants(values).any(|v| v < end) {
            return false;
        }
        let recorded = looked.record.recorded();
        if recorded >= end {
            let last = day_of(end).yesterday().unwrap_or(day_of(end));
            let bound = crate::time::beginning(last).unwrap_or(end);
            if faults.keep {
                faults.backdated.push(Backdated { record: looked.record.into(), recorded, bound });
            }
            let say = || format!("recorded on {}, after {last}, although dated before: backdated", day_of(recorded));
            faults.note(looked.record, Remedy::Renew, say);
        }
        recorded < end
    }

    pub(crate) fn not_after(
        &self,
        bound: &Bound,
        values: &[Value<'a>],
        looked: Looked<'a>,
        faults: &mut Faults<'a>,
    ) -> Answer {
        match self.bound(bound, values, looked, faults) {
            Ok(Some(day)) => Answer::fixed(self.known_before(end_of(day_of(day)), values, looked, faults)),
            Ok(None) => Answer::fixed(instants(values).next().is_some()),
            Err(answer) => answer,
        }
    }

    pub(crate) fn not_before(
        &self,
        bound: &Bound,
        values: &[Value<'a>],
        looked: Looked<'a>,
        faults: &mut Faults<'a>,
    ) -> Answer {
        match self.bound(bound, values, looked, faults) {
            Ok(bound) => {
                let fine = |v: Timestamp| bound.is_none_or(|b| day_of(v) >= day_of(b));
                Answer::fixed(instants(values).any(fine))
            }
            Err(answer) => answer,
        }
    }

    /// The bound's day; `None` where there is no bound; an answer where there is no day to compare or the bound is not defined.
    fn bound(
        &self,
        bound: &Bound,
        values: &[Value<'a>],
        looked: Looked<'a>,
        faults: &mut Faults<'a>,
    ) -> Result<Option<Timestamp>, Answer> {
        if instants(values).next().is_none() {
            return Err(Answer::NO);
        }
        let days = self.referred(&bound.reference, looked);
        let Some(day) = instants(&days).next() else { return Ok(None) };
        let Some(plus) = &bound.plus else { return Ok(Some(day)) };
        let Some(span) = self.long(plus, looked) else { return Err(self.undefined(plus, looked, faults)) };
        let shifted = day_of(day).checked_add(span).ok();
        Ok(shifted.and_then(crate::time::beginning))
    }

    /// Whether each person named held one of the roles at the moment; `None`: holds it now.
    pub(crate) fn held(
        &self,
        roles: &[String],
        at: Option<&Reference>,
        values: &[Value<'a>],
        looked: Looked<'a>,
        faults: &mut Faults<'a>,
    ) -> Answer {
        let persons: Vec<Entry<'a>> = values.iter().filter_map(|v| v.record()).collect();
        let of = |person: &Entry<'a>| {
            let person = *person;
            roles.iter().flat_map(move |role| assigned(self, person, role)).collect::<Vec<_>>()
        };
        if persons.is_empty() {
            return Answer::NO;
        }
        let Some(at) = at else {
            let now = |a: &Assignment<'_>| Answer::all([self.from(a.from), self.before(a.until)]);
            let each = |p: &Entry<'a>| Answer::any(of(p).iter().map(now).collect::<Vec<_>>());
            return Answer::all(persons.iter().map(each).collect::<Vec<_>>());
        };
        let moments = self.referred(at, looked);
        let Some(moment) = instants(&moments).next() else { return Answer::NO };
        let found: Vec<_> = persons.iter().map(|p| of(p).into_iter().find(|a| a.holds(moment))).collect();
        for assignment in found.iter().flatten().filter(|a| a.record.recorded() > moment) {
            let recorded = assignment.record.recorded();
            faults.backdated.push(Backdated { record: assignment.record.into(), recorded, bound: moment });
        }
        Answer::fixed(found.iter().all(Option::is_some))
    }
}

fn assigned<'a>(engine: &Engine<'a>, person: Entry<'a>, role: &str) -> Vec<Assignment<'a>> {
    engine.register.assignments(person, role).collect()
}

/// An interval, for what is said.
pub(crate) fn interval_of(interval: &Interval) -> String {
    match interval {
        Interval::Parameter { parameter, .. } => format!("the interval `{parameter}`"),
        Interval::Field(field) => format!("the interval {}", other_of(field)),
        Interval::Fixed(span) => span.to_string(),
    }
}

/// A bound, for what is said.
pub(crate) fn bound_of(bound: &Bound) -> String {
    match &bound.plus {
        Some(plus) => format!("{} and {}", other_of(&bound.reference), interval_of(plus)),
        None => other_of(&bound.reference),
    }
}
