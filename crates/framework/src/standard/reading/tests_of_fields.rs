//! What a rule can ask of a field, depending on what the field holds.

use std::slice;

use aims_record::{Field, Kind, Shape};

use super::{Rules, filter::Context};
use crate::{
    standard::{Bound, FieldTest, Within},
    yaml::{Mapping, Node, did_you_mean},
};

const KEYS: [&str; 15] = [
    "set",
    "in",
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

impl<'a> Rules<'a, '_> {
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
            "includes" => FieldTest::Includes(self.subject_field(node, key, subject)?),
            "length_at_least" => {
                self.needs_shape(node, field, key, TEXT).then_some(())?;
                FieldTest::LengthAtLeast(self.reading.count(node, key)?)
            }
            "within" => {
                self.needs_shape(node, field, key, DAY).then_some(())?;
                FieldTest::Within(self.within(node, subject)?)
            }
            "past" => {
                self.needs_shape(node, field, key, DAY).then_some(())?;
                if self.reading.yes_no(node, key)? { FieldTest::Past } else { FieldTest::NotPast }
            }
            "not_after" => FieldTest::NotAfter(self.bound(node, key, field, context, subject)?),
            "not_before" => FieldTest::NotBefore(self.bound(node, key, field, context, subject)?),
            "held" => self.held(node, field, context)?,
            "apart_from" => {
                self.needs_shape(node, field, key, PERSON).then_some(())?;
                let other = self.reading.text(node, key)?;
                let (_, other) = self.path(node, context, other)?;
                self.needs_shape(node, &other, key, PERSON).then_some(())?;
                FieldTest::ApartFrom(other.name)
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
            Shape::Person => "person",
            Shape::Link { to } if to.len() == 1 => to.first()?,
            Shape::Link { .. } => {
                let say = format!("`{key}` cannot look into `{}`: it names records of more than one kind", field.name);
                self.reading.wrong(node, say);
                return None;
            }
            _ => {
                self.reading.wrong(
                    node,
                    format!("`{key}` cannot look into `{}`: it is neither a table nor a link", field.name),
                );
                return None;
            }
        };
        let kind = self.kinds.get(target)?;
        let filter = self.filter(node, kind, subject);
        Some(if key == "each" { FieldTest::EachLinked(filter) } else { FieldTest::SomeLinked(filter) })
    }

    fn within(&mut self, node: &Node, subject: Option<&Kind>) -> Option<Within> {
        let map = self.reading.mapping(node, "`within`", &["parameter", "default", "high_tier"])?;
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
        Some(Within { parameter: parameter?, default: default?, high_tier })
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

    fn bound(
        &mut self,
        node: &Node,
        key: &str,
        field: &Field,
        context: Context<'_>,
        subject: Option<&Kind>,
    ) -> Option<Bound> {
        self.needs_shape(node, field, key, DAY).then_some(())?;
        let word = self.reading.text(node, key)?;
        if let Some(name) = word.strip_prefix("subject.") {
            let Some(kind) = subject else {
                self.reading.wrong(node, format!("`{word}` needs a subject"));
                return None;
            };
            let other = self.field(node, kind, name)?;
            self.needs_shape(node, other, key, DAY).then_some(())?;
            return Some(Bound { subject: true, field: name.to_owned() });
        }
        let (_, other) = self.path(node, context, word)?;
        self.needs_shape(node, &other, key, DAY).then_some(())?;
        Some(Bound { subject: false, field: word.to_owned() })
    }

    fn held(&mut self, node: &Node, field: &Field, context: Context<'_>) -> Option<FieldTest> {
        self.needs_shape(node, field, "held", PERSON).then_some(())?;
        let map: Mapping<'_> = self.reading.mapping(node, "`held`", &["role", "at"])?;
        let known: Vec<&str> = self.kinds.roles.keys().map(String::as_str).collect();
        let role = map.need(self.reading, "role")?;
        let mut roles = Vec::new();
        for one in role.seq().unwrap_or(slice::from_ref(role)) {
            roles.extend(self.reading.word(one, "role", &known).map(str::to_owned));
        }
        let at = map.need(self.reading, "at")?;
        let word = self.reading.text(at, "at")?;
        let (_, moment) = self.path(at, context, word)?;
        self.needs_shape(at, &moment, "at", DAY).then_some(())?;
        Some(FieldTest::Held { roles, at: word.to_owned() })
    }

    fn subject_field(&mut self, node: &Node, key: &str, subject: Option<&Kind>) -> Option<String> {
        let word = self.reading.text(node, key)?;
        let (Some(kind), Some(name)) = (subject, word.strip_prefix("subject.")) else {
            self.reading.wrong(node, format!("`{key}` takes a field of the subject, such as `subject.owner`"));
            return None;
        };
        if name != "state" {
            self.field(node, kind, name)?;
        }
        Some(name.to_owned())
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

    fn needs_shape(&mut self, node: &Node, field: &Field, key: &str, right: Fit) -> bool {
        let fits = (right.0)(&field.shape);
        if !fits {
            self.reading.wrong(node, format!("`{key}` needs {}, and `{}` is none", right.1, field.name));
        }
        fits
    }
}

type Fit = (fn(&Shape) -> bool, &'static str);

const DAY: Fit = (|s| matches!(s, Shape::Date { .. } | Shape::Instant { .. }), "a date or an instant");
const PERSON: Fit = (|s| matches!(s, Shape::Person), "a person");
const TEXT: Fit = (|s| matches!(s, Shape::Text { .. } | Shape::Markdown { .. }), "text");
const YES_NO: Fit = (|s| matches!(s, Shape::YesNo), "a yes or no");
