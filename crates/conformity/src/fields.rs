//! Tests on the values of a field.

use std::collections::BTreeMap;

use aims_framework::standard::{Bound, FieldTest, Path, Within};
use aims_register::{Entry, ParameterState, Value};
use jiff::{Span, Timestamp};

use crate::{
    Backdated,
    blocks::Engine,
    fault::{Faults, Remedy},
    filters::Looked,
    time::{day_of, end_of, lapses},
    truth::{Answer, Truth},
};

impl<'a> Engine<'a> {
    /// Whether the values at the end of the path pass the test.
    pub(crate) fn field(&self, path: &Path, test: &FieldTest, looked: Looked<'a>, faults: &mut Faults<'a>) -> Answer {
        let values = values(looked, path);
        let before = faults.found.len();
        let answer = self.passes(test, &values, looked, path, faults);
        if !answer.holds() && faults.found.len() == before {
            faults.note(looked.record, remedy(test, path), || says(test, path, &values));
            let selects = matches!(test, FieldTest::In(_) | FieldTest::Flag(_));
            faults.found.last_mut().into_iter().for_each(|f| f.selects = selects);
        }
        answer
    }

    fn passes(
        &self,
        test: &FieldTest,
        values: &[Value<'a>],
        looked: Looked<'a>,
        path: &Path,
        faults: &mut Faults<'a>,
    ) -> Answer {
        let texts = || values.iter().filter_map(|v| v.text());
        let records = || values.iter().filter_map(|v| v.record()).filter(|e| e.stands());
        match test {
            FieldTest::Set(wanted) => Answer::fixed(values.iter().any(|v| v.is_set()) == *wanted),
            FieldTest::Flag(wanted) => Answer::fixed(values.iter().any(|v| v.flag() == Some(*wanted))),
            FieldTest::In(options) => Answer::fixed(texts().any(|t| options.iter().any(|o| o == t))),
            FieldTest::Covers(options) => Answer::fixed(options.iter().all(|o| texts().any(|t| o == t))),
            FieldTest::CoversControls(framework) => Answer::fixed(self.covers_controls(framework, values)),
            FieldTest::Includes(field) => {
                let Some(subject) = looked.subject else { return Answer::NO };
                let own: Vec<&str> = match field.as_str() {
                    "state" => subject.state().into_iter().collect(),
                    field => subject.field(field).into_iter().flat_map(Value::each).filter_map(Value::text).collect(),
                };
                Answer::fixed(!own.is_empty() && own.iter().all(|o| texts().any(|t| t == *o)))
            }
            FieldTest::LengthAtLeast(n) => {
                let long = |t: &str| t.trim().chars().count() >= *n;
                Answer::fixed(texts().next().is_some() && texts().all(long))
            }
            FieldTest::Within(within) => self.within(within, values, looked, faults),
            FieldTest::Past => Answer::any(instants(values).map(|d| self.from(d)).collect::<Vec<_>>()),
            FieldTest::NotPast => {
                Answer::any(instants(values).map(|d| self.before(end_of(day_of(d)))).collect::<Vec<_>>())
            }
            FieldTest::NotAfter(bound) => Answer::fixed(self.not_after(bound, values, looked, faults)),
            FieldTest::NotBefore(bound) => {
                let bound = bound_of(bound, looked);
                let fine = |v: Timestamp| bound.is_none_or(|b| day_of(v) >= day_of(b));
                Answer::fixed(instants(values).any(fine))
            }
            FieldTest::Held { roles, at } => Answer::fixed(self.held(roles, at, values, looked, faults)),
            FieldTest::ApartFrom(other) => {
                let others: Vec<Entry<'_>> =
                    looked.field(other).into_iter().flat_map(Value::each).filter_map(Value::record).collect();
                // nobody named on either side shows nothing about independence
                let named = records().next().is_some() && !others.is_empty();
                Answer::fixed(named && records().all(|r| !others.contains(&r)))
            }
            FieldTest::EachLinked(filter) => {
                let whole = Answer::fixed(!values.is_empty() && records().count() == values.len());
                let each: Vec<_> =
                    records().map(|r| self.filter(filter, Looked { record: r, row: None, ..looked }, faults)).collect();
                Answer::all(each.into_iter().chain([whole]))
            }
            FieldTest::SomeLinked(filter) => {
                let mut inner = Faults::ignored();
                Answer::any(
                    records()
                        .map(|r| self.filter(filter, Looked { record: r, row: None, ..looked }, &mut inner))
                        .collect::<Vec<_>>(),
                )
            }
            FieldTest::EachRow(filter) => self.each_row(filter, values, looked, path, faults),
            FieldTest::SomeRow(filter) => {
                let mut inner = Faults::ignored();
                let row = |row: &Value<'a>| Looked { row: Some(*row), ..looked };
                Answer::any(values.iter().map(|v| self.filter(filter, row(v), &mut inner)).collect::<Vec<_>>())
            }
        }
    }

    fn each_row(
        &self,
        filter: &aims_framework::standard::Filter,
        values: &[Value<'a>],
        looked: Looked<'a>,
        path: &Path,
        faults: &mut Faults<'a>,
    ) -> Answer {
        let mut answers = vec![Answer::fixed(!values.is_empty())];
        for (row, number) in values.iter().zip(1..) {
            let mut inner = Faults { keep: faults.keep, ..Faults::ignored() };
            let answer = self.filter(filter, Looked { row: Some(*row), ..looked }, &mut inner);
            for fault in inner.found {
                let says = format!("row {number} of `{}`: {}", path.label, fault.says);
                faults.note(looked.record, Remedy::Amend(path.field().to_owned()), || says);
            }
            answers.push(answer);
        }
        Answer::all(answers)
    }

    /// Whether some value is a day not in the future and not further back than the interval that the organization set.
    fn within(&self, within: &Within, values: &[Value<'a>], looked: Looked<'a>, faults: &mut Faults<'a>) -> Answer {
        let high = within.high_tier.as_ref().zip(looked.subject).is_some_and(|(filter, subject)| {
            let at = Looked { record: subject, row: None, subject: None };
            self.filter(filter, at, &mut Faults::ignored()).holds()
        });
        let set = self.register.parameter(&within.parameter);
        let interval = match &set {
            ParameterState::Set(parameter) => parameter.duration(high),
            _ => None,
        };
        match interval {
            Some(interval) => {
                let answers: Vec<_> = instants(values).map(|d| self.fresh(d, interval)).collect();
                Answer::any(answers)
            }
            None => {
                let past = Answer::any(instants(values).map(|d| self.from(d)).collect::<Vec<_>>());
                if !past.holds() {
                    return past;
                }
                undefined(within, &set, looked.record, faults);
                Answer { truth: Truth::Gap, until: None }
            }
        }
    }

    fn fresh(&self, done: Timestamp, interval: Span) -> Answer {
        Answer::all([self.from(done), self.before(lapses(day_of(done), interval))])
    }

    /// Yes from this moment on.
    pub(crate) fn from(&self, moment: Timestamp) -> Answer {
        if moment <= self.at { Answer::YES } else { Answer { truth: Truth::No, until: Some(moment) } }
    }

    /// Yes until this moment; `None`: for ever.
    pub(crate) fn before(&self, moment: Option<Timestamp>) -> Answer {
        match moment {
            Some(m) if m <= self.at => Answer::NO,
            until => Answer { truth: Truth::Yes, until },
        }
    }

    /// By its own date, and known by then too: what was recorded only afterwards is noted as backdated and does not count.
    fn not_after(&self, bound: &Bound, values: &[Value<'a>], looked: Looked<'a>, faults: &mut Faults<'a>) -> bool {
        let Some(bound) = bound_of(bound, looked) else { return instants(values).next().is_some() };
        let Some(end) = end_of(day_of(bound)) else { return true };
        if !instants(values).any(|v| v < end) {
            return false;
        }
        let recorded = looked.record.recorded();
        if recorded >= end {
            faults.backdated.push(Backdated { record: looked.record.into(), recorded, bound });
            let say = || {
                format!("recorded on {}, after {}, although dated before: backdated", day_of(recorded), day_of(bound))
            };
            faults.note(looked.record, Remedy::Renew, say);
        }
        recorded < end
    }

    fn held(
        &self,
        roles: &[String],
        at: &str,
        values: &[Value<'a>],
        looked: Looked<'a>,
        faults: &mut Faults<'a>,
    ) -> bool {
        let Some(moment) = looked.field(at).and_then(Value::instant) else { return false };
        let persons: Vec<Entry<'a>> = values.iter().filter_map(|v| v.record()).collect();
        let held = |person: &Entry<'a>| {
            roles.iter().flat_map(|role| self.register.assignments(*person, role)).find(|a| a.holds(moment))
        };
        let found: Vec<_> = persons.iter().map(held).collect();
        for assignment in found.iter().flatten().filter(|a| a.record.recorded() > moment) {
            let recorded = assignment.record.recorded();
            faults.backdated.push(Backdated { record: assignment.record.into(), recorded, bound: moment });
        }
        !found.is_empty() && found.iter().all(Option::is_some)
    }

    /// Whether each control of the framework is named exactly once; a framework without controls shows nothing.
    fn covers_controls(&self, framework: &str, values: &[Value<'a>]) -> bool {
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        for text in values.iter().filter_map(|v| v.text()) {
            *times.entry(text).or_default() += 1;
        }
        let controls = self.frameworks.by_id.get(framework).map_or(&[][..], |f| &f.controls);
        !controls.is_empty() && controls.iter().all(|c| times.get(c.id.as_str()) == Some(&1))
    }
}

fn undefined<'a>(within: &Within, set: &ParameterState<'a>, record: Entry<'a>, faults: &mut Faults<'a>) {
    let name = &within.parameter;
    if let ParameterState::Contradicted(several) = set {
        let numbers: Vec<_> = several.iter().map(|p| p.number()).collect();
        let oldest = several.first().copied().unwrap_or(record);
        return faults.note(oldest, Remedy::End, || {
            format!("interval `{name}` has several values in force: {}", numbers.join(", "))
        });
    }
    let remedy = Remedy::Define { parameter: name.clone(), default: within.default.to_string() };
    faults.note(record, remedy, || format!("interval `{name}` not defined; practice proposes {}", within.default));
}

/// The values at the end of a path.
pub(crate) fn values<'a>(looked: Looked<'a>, path: &Path) -> Vec<Value<'a>> {
    let mut steps = path.steps.iter();
    let first = steps.next().and_then(|step| looked.field(step));
    let mut found: Vec<Value<'a>> = first.into_iter().flat_map(Value::each).collect();
    for step in steps {
        let next = |v: Value<'a>| match v.record() {
            Some(record) => record.field(step),
            None => v.column(step),
        };
        found = found.into_iter().filter_map(next).flat_map(Value::each).collect();
    }
    found
}

fn instants<'v>(values: &'v [Value<'_>]) -> impl Iterator<Item = Timestamp> + 'v {
    values.iter().filter_map(|v| v.instant())
}

fn bound_of(bound: &Bound, looked: Looked<'_>) -> Option<Timestamp> {
    let value = if bound.subject { looked.subject?.field(&bound.field) } else { looked.field(&bound.field) };
    value?.instant()
}

fn remedy(test: &FieldTest, path: &Path) -> Remedy {
    match test {
        FieldTest::Set(_)
        | FieldTest::Covers(_)
        | FieldTest::CoversControls(_)
        | FieldTest::LengthAtLeast(_)
        | FieldTest::Flag(_)
        | FieldTest::EachRow(_)
        | FieldTest::SomeRow(_)
        | FieldTest::SomeLinked(_)
        | FieldTest::NotPast
        | FieldTest::Includes(_) => Remedy::Amend(path.field().to_owned()),
        FieldTest::In(_) => Remedy::Another,
        _ => Remedy::Renew,
    }
}

fn says(test: &FieldTest, path: &Path, values: &[Value<'_>]) -> String {
    let label = &path.label;
    let texts: Vec<_> = values.iter().filter_map(|v| v.text()).collect();
    let now = if texts.is_empty() { "nothing".to_owned() } else { format!("`{}`", texts.join("`, `")) };
    match test {
        FieldTest::Set(true) => format!("`{label}` is not filled in"),
        FieldTest::Set(false) => format!("`{label}` is filled in"),
        FieldTest::Flag(true) => format!("`{label}` is not yes"),
        FieldTest::Flag(false) => format!("`{label}` is not no"),
        FieldTest::In(options) => format!("`{label}` is {now}, not `{}`", options.join("` or `")),
        FieldTest::Covers(options) => {
            let open: Vec<_> = options.iter().filter(|o| !texts.contains(&o.as_str())).map(String::as_str).collect();
            format!("`{label}` does not name `{}`", open.join("`, `"))
        }
        FieldTest::CoversControls(_) => format!("`{label}` does not name every control exactly once"),
        FieldTest::Includes(field) => format!("`{label}` does not include the `{field}` it is asked for"),
        FieldTest::LengthAtLeast(n) => format!("`{label}` has fewer than {n} characters"),
        FieldTest::Within(w) => format!("`{label}` is {now}: not within the interval `{}`", w.parameter),
        FieldTest::Past => format!("`{label}` is {now}, which is still to come"),
        FieldTest::NotPast => format!("`{label}` is {now}, which has passed"),
        FieldTest::NotAfter(bound) => format!("`{label}` is {now}: not on or before `{}`", bound.field),
        FieldTest::NotBefore(bound) => format!("`{label}` is {now}: not on or after `{}`", bound.field),
        FieldTest::Held { roles, .. } => format!("`{label}` did not hold the role `{}` then", roles.join("` or `")),
        FieldTest::ApartFrom(other) => format!("`{label}` is the same person as `{other}`"),
        FieldTest::EachLinked(_) | FieldTest::SomeLinked(_) => format!("`{label}` names no such record"),
        FieldTest::EachRow(_) | FieldTest::SomeRow(_) => format!("`{label}` has no such row"),
    }
}
