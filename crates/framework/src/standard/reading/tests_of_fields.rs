//! What a rule can ask of a field, depending on what the field holds.

use std::slice;

use aims_record::{Field, Kind, Shape};

use super::{Rules, filter::Context};
use crate::{
    standard::FieldTest,
    yaml::{Node, did_you_mean},
};

const KEYS: [&str; 23] = [
    "set",
    "in",
    "not_in",
    "equals",
    "differs",
    "names",
    "count_at_least",
    "at_least",
    "at_most",
    "in_time",
    "covers",
    "covers_controls",
    "includes",
    "length_at_least",
    "within",
    "past",
    "not_after",
    "not_before",
    "held",
    "apart_from",
    "each",
    "some",
    "is",
];

impl Rules<'_, '_> {
    /// The tests written for a field.
    pub(super) fn tests_of(
        &mut self,
        node: &Node,
        field: &Field,
        context: Context<'_>,
        subject: Option<&Kind>,
    ) -> Vec<FieldTest> {
        if node.map().is_none() {
            return self.short(node, field).into_iter().collect();
        }
        let Some(map) = self.reading.mapping(node, &format!("a test of `{}`", field.name), &KEYS) else {
            return Vec::new();
        };
        let mut tests = Vec::new();
        for (key, value) in map.entries {
            tests.extend(self.one(&key.text, value, field, context, subject));
        }
        tests
    }

    /// `field: set`, `field: true`, `field: option`, `field: [option, option]`.
    fn short(&mut self, node: &Node, field: &Field) -> Option<FieldTest> {
        match (node.text(), &field.shape) {
            (Some("set"), _) => Some(FieldTest::Set(true)),
            (Some("not-set"), _) => Some(FieldTest::Set(false)),
            (_, Shape::YesNo) => self.reading.yes_no(node, &field.name).map(FieldTest::Flag),
            _ => Some(FieldTest::In(self.options(node, field, &field.name))),
        }
    }

    fn one(
        &mut self,
        key: &str,
        node: &Node,
        field: &Field,
        context: Context<'_>,
        subject: Option<&Kind>,
    ) -> Option<FieldTest> {
        Some(match key {
            "set" => FieldTest::Set(self.reading.yes_no(node, key)?),
            "is" => {
                FieldTest::Flag(self.needs_shape(node, field, "is", YES_NO).then(|| self.reading.yes_no(node, key))??)
            }
            "in" => FieldTest::In(self.options(node, field, key)),
            "covers" => FieldTest::Covers(self.options(node, field, key)),
            "covers_controls" => {
                let named = self.reading.text(node, key)?;
                if named != self.framework {
                    let hint = did_you_mean(named, [self.framework]);
                    self.reading.wrong(node, format!("no framework `{named}`{hint}"));
                }
                FieldTest::CoversControls(named.to_owned())
            }
            "not_in" => FieldTest::NotIn(self.options(node, field, key)),
            "includes" | "equals" | "differs" => {
                let (reference, other) = self.reference(node, key, context, subject)?;
                self.comparable(node, key, field, &other).then_some(())?;
                match key {
                    "includes" => FieldTest::Includes(reference),
                    "equals" => FieldTest::Equals(reference),
                    _ => FieldTest::Differs(reference),
                }
            }
            "names" => FieldTest::Names(self.named(node, field, subject)?),
            "count_at_least" => FieldTest::CountAtLeast(self.reading.count(node, key)?),
            "at_least" => FieldTest::AtLeast(self.limit(node, key, field, context, subject)?),
            "at_most" => FieldTest::AtMost(self.limit(node, key, field, context, subject)?),
            "in_time" => {
                self.needs_shape(node, field, key, DAY).then_some(())?;
                self.in_time(node, context, subject)?
            }
            "length_at_least" => {
                self.needs_shape(node, field, key, TEXT).then_some(())?;
                FieldTest::LengthAtLeast(self.reading.count(node, key)?)
            }
            "within" => {
                self.needs_shape(node, field, key, DAY).then_some(())?;
                FieldTest::Within(self.within(node, context, subject)?)
            }
            "past" => {
                self.needs_shape(node, field, key, DAY).then_some(())?;
                if self.reading.yes_no(node, key)? { FieldTest::Past } else { FieldTest::NotPast }
            }
            "not_after" => FieldTest::NotAfter(self.bound(node, key, field, context, subject)?),
            "not_before" => FieldTest::NotBefore(self.bound(node, key, field, context, subject)?),
            "held" => self.held(node, field, context, subject)?,
            "apart_from" => {
                self.needs_shape(node, field, key, PERSON).then_some(())?;
                let (reference, other) = self.reference(node, key, context, subject)?;
                self.needs_shape(node, &other, key, PERSON).then_some(())?;
                FieldTest::ApartFrom(reference)
            }
            _ => self.inner(key, node, field, context, subject)?,
        })
    }

    /// `each` and `some`: of the rows of a table, or of the records a link names.
    fn inner(
        &mut self,
        key: &str,
        node: &Node,
        field: &Field,
        context: Context<'_>,
        subject: Option<&Kind>,
    ) -> Option<FieldTest> {
        let target = match &field.shape {
            Shape::Table { columns } => {
                let rows = Context { kind: context.kind, fields: columns, table: Some(&field.name) };
                let filter = self.filter_in(node, rows, subject);
                return Some(if key == "each" { FieldTest::EachRow(filter) } else { FieldTest::SomeRow(filter) });
            }
            Shape::Person => vec!["person".to_owned()],
            Shape::Link { .. } => self.targets(field),
            _ => {
                self.reading.wrong(
                    node,
                    format!("`{key}` cannot look into `{}`: it is neither a table nor a link", field.name),
                );
                return None;
            }
        };
        let filter = self.filter_of_one(node, &target, subject)?;
        Some(if key == "each" { FieldTest::EachLinked(filter) } else { FieldTest::SomeLinked(filter) })
    }

    /// The kinds that a link may name.
    pub(super) fn targets(&self, field: &Field) -> Vec<String> {
        match &field.shape {
            Shape::Link { to } if to.iter().all(|k| self.kinds.get(k).is_some()) && !to.is_empty() => to.clone(),
            _ => self.kinds.by_id.keys().cloned().collect(),
        }
    }

    /// A filter on records of one of several kinds: it has to fit at least one of them. A record of another kind does not pass.
    fn filter_of_one(&mut self, node: &Node, kinds: &[String], subject: Option<&Kind>) -> Option<super::super::Filter> {
        let before = self.reading.errors.len();
        let mut first = None;
        for kind in kinds.iter().filter_map(|k| self.kinds.get(k)) {
            let filter = self.filter(node, kind, subject);
            if self.reading.errors.len() == before {
                return Some(filter);
            }
            let wrong = self.reading.errors.split_off(before);
            first.get_or_insert(wrong);
        }
        self.reading.errors.extend(first.unwrap_or_default());
        None
    }

    /// One or more options of a choice field.
    pub(super) fn options(&mut self, node: &Node, field: &Field, what: &str) -> Vec<String> {
        let Shape::Choice { options } = &field.shape else {
            self.reading
                .wrong(node, format!("`{}` is not a choice, so it cannot be compared with options", field.name));
            return Vec::new();
        };
        let mut found = Vec::new();
        for one in node.seq().unwrap_or(slice::from_ref(node)) {
            let Some(word) = self.reading.text(one, what) else { continue };
            if !options.iter().any(|(id, _)| id == word) {
                let hint = did_you_mean(word, options.iter().map(|(id, _)| id.as_str()));
                self.reading.wrong(one, format!("`{}` has no option `{word}`{hint}", field.name));
            }
            found.push(word.to_owned());
        }
        found
    }

    pub(super) fn needs_shape(&mut self, node: &Node, field: &Field, key: &str, right: Fit) -> bool {
        let fits = (right.0)(&field.shape);
        if !fits {
            self.reading.wrong(node, format!("`{key}` needs {}, and `{}` is none", right.1, field.name));
        }
        fits
    }
}

/// A test of a shape, and what passes it in words.
pub(super) type Fit = (fn(&Shape) -> bool, &'static str);

pub(super) const DAY: Fit = (|s| matches!(s, Shape::Date { .. } | Shape::Instant { .. }), "a date or an instant");
pub(super) const PERSON: Fit = (|s| matches!(s, Shape::Person), "a person");
pub(super) const DURATION: Fit = (|s| matches!(s, Shape::Duration), "a duration");
const TEXT: Fit = (|s| matches!(s, Shape::Text { .. } | Shape::Markdown { .. }), "text");
const YES_NO: Fit = (|s| matches!(s, Shape::YesNo), "a yes or no");

/// Whether values can be more or less: `true` for durations, `false` for numbers, nothing for others.
pub(super) fn amount(shape: &Shape) -> Option<bool> {
    match shape {
        Shape::Duration => Some(true),
        Shape::Number { .. } | Shape::Decimal { .. } | Shape::Money => Some(false),
        _ => None,
    }
}
