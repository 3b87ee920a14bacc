//! Intervals, bounds and limits.

use std::slice;

use aims_record::{Field, Kind, Shape, is_decimal};

use super::{
    Rules,
    filter::Context,
    tests_of_fields::{DAY, DURATION, PERSON, amount},
};
use crate::{
    standard::{Bound, FieldTest, Interval, Limit},
    yaml::{Mapping, Node, did_you_mean},
};

impl Rules<'_, '_> {
    pub(super) fn needs_day(&mut self, node: &Node, field: &Field, key: &str) -> bool {
        self.needs_shape(node, field, key, DAY)
    }

    /// `within: { parameter, default, high_tier }` or `within: { field: F }`.
    pub(super) fn within(&mut self, node: &Node, context: Context<'_>, subject: Option<&Kind>) -> Option<Interval> {
        let map = self.reading.mapping(node, "`within`", &["parameter", "default", "high_tier", "field"])?;
        self.interval(&map, context, subject)
    }

    /// An interval from the keys of a mapping that may have others beside.
    fn interval(&mut self, map: &Mapping<'_>, context: Context<'_>, subject: Option<&Kind>) -> Option<Interval> {
        if let Some(node) = map.get("field") {
            if map.get("parameter").is_some() {
                self.reading.wrong(map.node, format!("{} has either `field` or `parameter`, not both", map.what));
                return None;
            }
            let (reference, field) = self.reference(node, "field", context, subject)?;
            self.needs_shape(node, &field, "field", DURATION).then_some(())?;
            return Some(Interval::Field(reference));
        }
        let at = map.need(self.reading, "parameter");
        let parameter = at.and_then(|n| self.parameter(n));
        let default = map.need(self.reading, "default").and_then(|n| self.duration(n, "default"));
        let high_tier = match (map.get("high_tier"), subject) {
            (Some(node), Some(kind)) => Some(self.filter(node, kind, None)),
            (Some(node), None) => {
                self.reading.wrong(node, "`high_tier` needs a subject");
                None
            }
            (None, _) => None,
        };
        Some(Interval::Parameter { parameter: parameter?, default: default?, high_tier })
    }

    /// `in_time: { from: F, parameter, default }` or with `field: F` in place of the parameter.
    pub(super) fn in_time(&mut self, node: &Node, context: Context<'_>, subject: Option<&Kind>) -> Option<FieldTest> {
        let keys = ["from", "parameter", "default", "high_tier", "field"];
        let map = self.reading.mapping(node, "`in_time`", &keys)?;
        let at = map.need(self.reading, "from")?;
        let (from, field) = self.reference(at, "from", context, subject)?;
        let interval = self.interval(&map, context, subject);
        self.needs_shape(at, &field, "from", DAY).then_some(())?;
        Some(FieldTest::InTime { from, interval: interval? })
    }

    fn parameter(&mut self, node: &Node) -> Option<String> {
        let word = self.reading.text(node, "parameter")?;
        let options: &[(String, String)] = match self.kinds.get("parameter").and_then(|k| k.field("parameter")) {
            Some(Field { shape: Shape::Choice { options }, .. }) => options,
            _ => &[],
        };
        if !options.iter().any(|(id, _)| id == word) {
            let hint = did_you_mean(word, options.iter().map(|(id, _)| id.as_str()));
            self.reading.wrong(node, format!("no parameter `{word}`{hint}"));
            return None;
        }
        Some(word.to_owned())
    }

    /// `not_after: F` or `not_after: { field: F, plus: P30D }`.
    pub(super) fn bound(
        &mut self,
        node: &Node,
        key: &str,
        field: &Field,
        context: Context<'_>,
        subject: Option<&Kind>,
    ) -> Option<Bound> {
        self.needs_shape(node, field, key, DAY).then_some(())?;
        let (at, plus) = match node.map() {
            None => (node, None),
            Some(_) => {
                let map = self.reading.mapping(node, &format!("`{key}`"), &["field", "plus"])?;
                let at = map.need(self.reading, "field")?;
                let plus = map.get("plus").map(|n| self.plus(n, context, subject));
                (at, plus)
            }
        };
        let (reference, other) = self.reference(at, key, context, subject)?;
        self.needs_shape(at, &other, key, DAY).then_some(())?;
        match plus {
            Some(None) => None,
            plus => Some(Bound { reference, plus: plus.flatten() }),
        }
    }

    fn plus(&mut self, node: &Node, context: Context<'_>, subject: Option<&Kind>) -> Option<Interval> {
        if node.map().is_none() {
            return self.duration(node, "plus").map(Interval::Fixed);
        }
        let map = self.reading.mapping(node, "`plus`", &["parameter", "default", "high_tier", "field"])?;
        self.interval(&map, context, subject)
    }

    /// `held: { role, at: F }` or `at: now`.
    pub(super) fn held(
        &mut self,
        node: &Node,
        field: &Field,
        context: Context<'_>,
        subject: Option<&Kind>,
    ) -> Option<FieldTest> {
        self.needs_shape(node, field, "held", PERSON).then_some(())?;
        let map: Mapping<'_> = self.reading.mapping(node, "`held`", &["role", "at"])?;
        let known: Vec<&str> = self.kinds.roles.keys().map(String::as_str).collect();
        let role = map.need(self.reading, "role")?;
        let mut roles = Vec::new();
        for one in role.seq().unwrap_or(slice::from_ref(role)) {
            roles.extend(self.reading.word(one, "role", &known).map(str::to_owned));
        }
        let node = map.need(self.reading, "at")?;
        if node.text() == Some("now") {
            return Some(FieldTest::Held { roles, at: None });
        }
        let (at, moment) = self.reference(node, "at", context, subject)?;
        self.needs_shape(node, &moment, "at", DAY).then_some(())?;
        Some(FieldTest::Held { roles, at: Some(at) })
    }

    /// `at_least: X`, `at_most: X`: a number, a duration, a reference, or a parameter with its default.
    pub(super) fn limit(
        &mut self,
        node: &Node,
        key: &str,
        field: &Field,
        context: Context<'_>,
        subject: Option<&Kind>,
    ) -> Option<Limit> {
        let shape = amount(&field.shape);
        let Some(durations) = shape else {
            let say = format!("`{key}` needs a number, an amount of money or a duration, and `{}` is none", field.name);
            self.reading.wrong(node, say);
            return None;
        };
        if node.map().is_some() {
            let map = self.reading.mapping(node, &format!("`{key}`"), &["parameter", "default"])?;
            let parameter = map.need(self.reading, "parameter").and_then(|n| self.parameter(n));
            let at = map.need(self.reading, "default")?;
            let default = self.fixed(at, durations, key)?;
            let default = match default {
                Limit::Duration(span) => span.to_string(),
                Limit::Number(number) => number,
                _ => return None,
            };
            return Some(Limit::Parameter { parameter: parameter?, default });
        }
        let word = self.reading.text(node, key)?;
        if word.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == 'P') {
            return self.fixed(node, durations, key);
        }
        let (reference, other) = self.reference(node, key, context, subject)?;
        if amount(&other.shape) != shape {
            let what = if durations { "a duration" } else { "a number" };
            self.reading.wrong(node, format!("`{key}` needs {what}, and `{}` is none", other.name));
            return None;
        }
        Some(Limit::Field(reference))
    }

    fn fixed(&mut self, node: &Node, durations: bool, key: &str) -> Option<Limit> {
        if durations {
            return self.duration(node, key).map(Limit::Duration);
        }
        let text = self.reading.text(node, key)?;
        if !is_decimal(text) {
            self.reading.wrong(node, format!("`{key}` has to be a number such as 12 or 0.5, not `{text}`"));
            return None;
        }
        Some(Limit::Number(text.to_owned()))
    }
}
