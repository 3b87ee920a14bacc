//! Tests on the values of a field.

use std::{borrow::Cow, collections::BTreeMap};

use aims_framework::standard::{FieldTest, Holder, Limit, Named, Path, Reference};
use aims_register::{Entry, Slot, Value};
use jiff::Timestamp;
use smallvec::SmallVec;

use crate::{
    blocks::Engine,
    fault::{Faults, Remedy},
    filters::Looked,
    time::{day_of, end_of},
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
            FieldTest::NotIn(options) => {
                let none = texts().all(|t| options.iter().all(|o| o != t));
                Answer::fixed(texts().next().is_some() && none)
            }
            FieldTest::Includes(_) | FieldTest::Equals(_) | FieldTest::Differs(_) => {
                Answer::fixed(self.compared(test, values, looked))
            }
            FieldTest::Names(named) => {
                let wanted = match named {
                    Named::Subject => looked.subject,
                    Named::About => self.about,
                };
                Answer::fixed(wanted.is_some_and(|w| w.stands() && records().any(|r| r == w)))
            }
            FieldTest::CountAtLeast(n) => Answer::fixed(values.iter().filter(|v| v.is_set()).count() >= *n),
            FieldTest::AtLeast(limit) => self.limited(limit, false, values, looked, faults),
            FieldTest::AtMost(limit) => self.limited(limit, true, values, looked, faults),
            FieldTest::InTime { from, interval } => self.in_time(from, interval, values, looked, faults),
            FieldTest::LengthAtLeast(n) => {
                let long = |t: &str| t.trim().chars().count() >= *n;
                Answer::fixed(texts().next().is_some() && texts().all(long))
            }
            FieldTest::Within(interval) => self.within(interval, values, looked, faults),
            FieldTest::Past => Answer::any(instants(values).map(|d| self.from(d))),
            FieldTest::NotPast => Answer::any(instants(values).map(|d| self.before(end_of(day_of(d))))),
            FieldTest::NotAfter(bound) => self.not_after(bound, values, looked, faults),
            FieldTest::NotBefore(bound) => self.not_before(bound, values, looked, faults),
            FieldTest::Held { roles, at } => self.held(roles, at.as_ref(), values, looked, faults),
            FieldTest::ApartFrom(other) => {
                let others = self.referred(other, looked);
                let others: SmallVec<[Entry<'_>; 2]> = others.into_iter().filter_map(Value::record).collect();
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

    /// The values that a reference means.
    pub(crate) fn referred(&self, reference: &Reference, looked: Looked<'a>) -> Values<'a> {
        let looked = match reference.holder {
            Holder::Row => Some(looked),
            Holder::Record => Some(Looked { row: None, ..looked }),
            Holder::Subject => looked.subject.map(|record| Looked { record, row: None, subject: None }),
            Holder::About => self.about.map(|record| Looked { record, row: None, subject: None }),
        };
        looked.map(|l| values(l, &reference.path)).unwrap_or_default()
    }

    fn compared(&self, test: &FieldTest, given: &[Value<'a>], looked: Looked<'a>) -> bool {
        let (FieldTest::Includes(other) | FieldTest::Equals(other) | FieldTest::Differs(other)) = test else {
            return false;
        };
        let there = self.referred(other, looked);
        let (here, there) = (same(given), same(&there));
        if here.is_empty() || there.is_empty() {
            return false;
        }
        let includes = |all: &[Same<'_>], some: &[Same<'_>]| some.iter().all(|one| all.contains(one));
        match test {
            FieldTest::Includes(_) => includes(&here, &there),
            FieldTest::Equals(_) => includes(&here, &there) && includes(&there, &here),
            _ => !there.iter().any(|one| here.contains(one)),
        }
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

/// What two values have in common where they are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Same<'a> {
    Record(Slot),
    Moment(Timestamp),
    Text(Cow<'a, str>),
    Flag(bool),
    Count(u64),
}

/// What is compared of each value; nothing of what is blank or no longer stands.
fn same<'a>(values: &[Value<'a>]) -> SmallVec<[Same<'a>; 2]> {
    values.iter().filter(|value| value.is_set()).filter_map(|value| same_of(*value)).collect()
}

fn same_of(value: Value<'_>) -> Option<Same<'_>> {
    if let Some(record) = value.record() {
        return Some(Same::Record(record.slot()));
    }
    if let Some(moment) = value.instant() {
        return Some(Same::Moment(moment));
    }
    match (value.text(), value.flag(), value.column("amount").and_then(Value::text)) {
        (Some(text), _, _) => Some(Same::Text(text.into())),
        (_, Some(flag), _) => Some(Same::Flag(flag)),
        (_, _, Some(amount)) => {
            Some(Same::Text(format!("{amount} {}", crate::amounts::unit(value).unwrap_or_default()).into()))
        }
        _ => value.count().map(Same::Count),
    }
}

/// Values, mostly one or two.
pub(crate) type Values<'a> = SmallVec<[Value<'a>; 2]>;

/// The values at the end of a path.
pub(crate) fn values<'a>(looked: Looked<'a>, path: &Path) -> Values<'a> {
    values_by(looked, path.steps.iter().map(String::as_str))
}

/// The same by the names of the steps.
pub(crate) fn values_by<'a, 'p>(looked: Looked<'a>, mut steps: impl Iterator<Item = &'p str>) -> Values<'a> {
    let first = steps.next().and_then(|step| looked.field(step));
    let mut found = each_of(first);
    for step in steps {
        let next = |v: Value<'a>| match v.record() {
            Some(record) => record.field(step).filter(|_| record.stands()),
            None => v.column(step),
        };
        found = match found.as_slice() {
            [] => return found,
            [one] => each_of(next(*one)),
            _ => found.into_iter().filter_map(next).flat_map(Value::each).collect(),
        };
    }
    found
}

fn each_of(value: Option<Value<'_>>) -> Values<'_> {
    match value {
        None => Values::new(),
        Some(one) if one.is_list() => one.each().collect(),
        Some(one) => smallvec::smallvec![one],
    }
}

pub(crate) fn instants<'v>(values: &'v [Value<'_>]) -> impl Iterator<Item = Timestamp> + 'v {
    values.iter().filter_map(|v| v.instant())
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
        | FieldTest::NotIn(_)
        | FieldTest::Names(_)
        | FieldTest::CountAtLeast(_)
        | FieldTest::AtLeast(_)
        | FieldTest::AtMost(_)
        | FieldTest::Equals(_)
        | FieldTest::Differs(_)
        | FieldTest::InTime { .. }
        | FieldTest::Includes(_) => Remedy::Amend(path.field().to_owned()),
        FieldTest::In(_) => Remedy::Another,
        _ => Remedy::Renew,
    }
}

fn says(test: &FieldTest, path: &Path, values: &[Value<'_>]) -> String {
    let label = &path.label;
    let texts: Vec<_> = values.iter().filter_map(|v| v.text()).collect();
    let shown: Vec<_> = values.iter().filter_map(|v| shown(*v)).collect();
    let now = if shown.is_empty() { "nothing".to_owned() } else { format!("`{}`", shown.join("`, `")) };
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
        FieldTest::NotIn(options) => format!("`{label}` is {now}, where `{}` is left out", options.join("`, `")),
        FieldTest::Includes(other) => format!("`{label}` does not include {}", other_of(other)),
        FieldTest::Equals(other) => format!("`{label}` is {now}, not the same as {}", other_of(other)),
        FieldTest::Differs(other) => format!("`{label}` is {now}, which is no other than {}", other_of(other)),
        FieldTest::Names(_) => format!("`{label}` does not name it"),
        FieldTest::CountAtLeast(n) => format!("`{label}` has fewer than {n}"),
        FieldTest::AtLeast(limit) => format!("`{label}` is {now}, less than {}", limit_of(limit)),
        FieldTest::AtMost(limit) => format!("`{label}` is {now}, more than {}", limit_of(limit)),
        FieldTest::InTime { from, .. } if shown.is_empty() => {
            format!("`{label}` is not filled in, and the time from {} is over", other_of(from))
        }
        FieldTest::InTime { from, .. } => format!("`{label}` is {now}: too late after {}", other_of(from)),
        FieldTest::LengthAtLeast(n) => format!("`{label}` has fewer than {n} characters"),
        FieldTest::Within(i) => format!("`{label}` is {now}: not within {}", crate::days::interval_of(i)),
        FieldTest::Past => format!("`{label}` is {now}, which is still to come"),
        FieldTest::NotPast => format!("`{label}` is {now}, which has passed"),
        FieldTest::NotAfter(bound) => format!("`{label}` is {now}: not on or before {}", crate::days::bound_of(bound)),
        FieldTest::NotBefore(bound) => format!("`{label}` is {now}: not on or after {}", crate::days::bound_of(bound)),
        FieldTest::Held { roles, at: Some(_) } => {
            format!("`{label}` did not hold the role `{}` then", roles.join("` or `"))
        }
        FieldTest::Held { roles, at: None } => format!("`{label}` does not hold the role `{}`", roles.join("` or `")),
        FieldTest::ApartFrom(other) => format!("`{label}` is the same person as {}", other_of(other)),
        FieldTest::EachLinked(_) | FieldTest::SomeLinked(_) => format!("`{label}` names no such record"),
        FieldTest::EachRow(_) | FieldTest::SomeRow(_) => format!("`{label}` has no such row"),
    }
}

/// A value as people see it.
fn shown(value: Value<'_>) -> Option<String> {
    if let Some(record) = value.record() {
        return Some(record.number().to_owned());
    }
    if let Some(amount) = value.column("amount").and_then(Value::text) {
        return Some([amount, crate::amounts::unit(value).unwrap_or_default()].join(" ").trim_end().to_owned());
    }
    let moment = || value.instant().map(|m| m.to_string());
    value.written().map(|w| w.into_owned()).or_else(|| value.count().map(|c| c.to_string())).or_else(moment)
}

pub(crate) fn other_of(reference: &Reference) -> String {
    format!("`{}`", reference.written())
}

fn limit_of(limit: &Limit) -> String {
    match limit {
        Limit::Number(number) => number.clone(),
        Limit::Duration(span) => span.to_string(),
        Limit::Field(field) => other_of(field),
        Limit::Parameter { parameter, .. } => format!("the organization's own value `{parameter}`"),
    }
}
