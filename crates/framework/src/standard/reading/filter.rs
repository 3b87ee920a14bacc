//! Filters: tests on a record or on a row, and the paths they follow.

use std::{slice, sync::LazyLock};

use aims_record::{Field, Kind, Required, Shape};

use super::{Filter, Rules};
use crate::{
    standard::{Path, Test},
    yaml::{Key, Node, did_you_mean},
};

/// What every record has without a field for it.
static OF_EVERY_RECORD: LazyLock<[Field; 4]> = LazyLock::new(|| {
    let field = |name: &str, label: &str, shape: Shape| Field {
        name: name.to_owned(),
        label: label.to_owned(),
        help: String::new(),
        shape,
        required: Required::No,
        material: false,
        many: false,
        personal: None,
        stamped: true,
        example: None,
        inverse: None,
    };
    [
        field("_recorded", "Recorded", Shape::Instant { past: true }),
        field("_changed", "Last changed", Shape::Instant { past: true }),
        field("_version", "Version", Shape::Decimal { min: None, max: None }),
        field("_state", "State", Shape::Text { max: 60 }),
    ]
});

/// What a filter looks at: a record of a kind, or a row of a table.
#[derive(Clone, Copy)]
pub(in crate::standard) struct Context<'k> {
    /// The kind, or the kind that has the table.
    pub(super) kind: &'k Kind,
    /// Fields or columns.
    pub(super) fields: &'k [Field],
    /// The table's name, where it is a row.
    pub(super) table: Option<&'k str>,
}

impl Path {
    /// Where paths of a record of this kind begin.
    pub(in crate::standard) fn context(kind: &Kind) -> Context<'_> {
        Context { kind, fields: &kind.fields, table: None }
    }
}

impl Context<'_> {
    fn name(&self) -> String {
        match self.table {
            Some(table) => format!("the table `{table}` of the kind `{}`", self.kind.id),
            None => format!("the kind `{}`", self.kind.id),
        }
    }
}

impl<'a> Rules<'a, '_> {
    /// The filter that a mapping describes, for records of `kind`.
    pub(super) fn filter(&mut self, node: &Node, kind: &Kind, subject: Option<&Kind>) -> Filter {
        self.filter_in(node, Path::context(kind), subject)
    }

    /// The filter that a mapping describes.
    pub(super) fn filter_in(&mut self, node: &Node, context: Context<'_>, subject: Option<&Kind>) -> Filter {
        let mut filter = Filter::default();
        let Some(map) = self.reading.any_mapping(node, "a filter") else { return filter };
        for (key, value) in map.entries {
            self.test(&mut filter, key, value, context, subject);
        }
        filter
    }

    fn test(&mut self, filter: &mut Filter, key: &Key, value: &Node, context: Context<'_>, subject: Option<&Kind>) {
        match key.text.as_str() {
            "state" if context.table.is_none() => filter.tests.extend(self.state(value, context.kind)),
            "any_of" => {
                let list = self.reading.list(value, "any_of");
                let filters = list.iter().map(|n| self.filter_in(n, context, subject)).collect();
                filter.tests.push(Test::AnyOf(filters));
            }
            "not" => {
                let inner = self.filter_in(value, context, subject);
                filter.tests.push(Test::Not(inner));
            }
            "term" if context.table.is_none() => filter.tests.extend(self.terms_of(value, context.kind)),
            // A field may be called so too; a condition is a mapping with `if`, or a list of them.
            "when" if value.seq().is_some() || has_if(value) => self.when(filter, value, context, subject),
            "has" if context.table.is_none() => {
                let Some(map) = self.reading.any_mapping(value, "`has`") else { return };
                let block = self.block(&map, Some(context.kind), &[]);
                filter.tests.extend(block.map(|b| Test::Has(Box::new(b))));
            }
            _ => self.field_tests(filter, key, value, context, subject),
        }
    }

    /// `when: { if: FILTER, then: FILTER }`, or a list of these.
    fn when(&mut self, filter: &mut Filter, node: &Node, context: Context<'_>, subject: Option<&Kind>) {
        for one in node.seq().unwrap_or(slice::from_ref(node)) {
            let Some(map) = self.reading.mapping(one, "`when`", &["if", "then"]) else { continue };
            let (first, second) = (map.need(self.reading, "if"), map.need(self.reading, "then"));
            let (Some(first), Some(second)) = (first, second) else { continue };
            let first = self.filter_in(first, context, subject);
            let second = self.filter_in(second, context, subject);
            filter.tests.push(Test::When(first, second));
        }
    }

    fn field_tests(
        &mut self,
        filter: &mut Filter,
        key: &Key,
        value: &Node,
        context: Context<'_>,
        subject: Option<&Kind>,
    ) {
        let at = Node { value: value.value.clone(), line: key.line, column: key.column };
        let Some((path, field)) = self.path(&at, context, &key.text) else { return };
        for test in self.tests_of(value, &field, context, subject) {
            filter.tests.push(Test::Field(path.clone(), test));
        }
    }

    fn state(&mut self, node: &Node, kind: &Kind) -> Option<Test> {
        let states: Vec<&str> = kind.lifecycle.states.iter().map(|s| s.id.as_str()).collect();
        let (inner, negated) = match node.map() {
            Some(_) => {
                let map = self.reading.mapping(node, "`state`", &["in", "not_in"])?;
                let (inside, outside) = (map.get("in"), map.get("not_in"));
                (inside.or(outside)?, inside.is_none())
            }
            None => (node, false),
        };
        let named = inner.seq().unwrap_or(slice::from_ref(inner));
        let mut found = Vec::new();
        for one in named {
            let word = self.reading.text(one, "state")?;
            if !states.contains(&word) {
                let hint = did_you_mean(word, states.iter().copied());
                self.reading.wrong(one, format!("the kind `{}` has no state `{word}`{hint}", kind.id));
            }
            found.push(word.to_owned());
        }
        Some(if negated { Test::NotState(found) } else { Test::State(found) })
    }

    /// A field by name; unknown is an error.
    pub(super) fn field<'k>(&mut self, at: &Node, kind: &'k Kind, name: &str) -> Option<&'k Field> {
        self.field_in(at, Path::context(kind), name)
    }

    fn field_in<'k>(&mut self, at: &Node, context: Context<'k>, name: &str) -> Option<&'k Field> {
        let of_every_record = || OF_EVERY_RECORD.iter().find(|f| context.table.is_none() && f.name == name);
        let found = context.fields.iter().find(|f| f.name == name).or_else(of_every_record);
        if found.is_none() {
            let hint = did_you_mean(name, context.fields.iter().map(|f| f.name.as_str()));
            let what = if context.table.is_some() { "column" } else { "field" };
            self.reading.wrong(at, format!("{} has no {what} `{name}`{hint}", context.name()));
        }
        found
    }

    /// The path that dotted names describe, and the field at its end.
    pub(in crate::standard) fn path(&mut self, at: &Node, context: Context<'_>, dotted: &str) -> Option<(Path, Field)> {
        let mut steps = dotted.split('.');
        let mut field = self.field_in(at, context, steps.next()?)?.clone();
        let mut holder = context.kind.clone();
        for step in steps {
            let next = match &field.shape {
                Shape::Table { columns } => {
                    let inside = Context { kind: &holder, fields: columns, table: Some(&field.name) };
                    self.field_in(at, inside, step)?.clone()
                }
                Shape::Link { .. } => {
                    // Of several kinds, the first that has the field says what it is.
                    let kinds = self.kinds;
                    let targets = self.targets(&field);
                    let mut targets = targets.iter().filter_map(|k| kinds.get(k));
                    let first = targets.clone().next()?;
                    let target = targets.find(|k| k.field(step).is_some()).unwrap_or(first).clone();
                    let found = self.field_in(at, Path::context(&target), step)?.clone();
                    holder = target;
                    found
                }
                Shape::Person => {
                    let target = self.kinds.get("person")?.clone();
                    let found = self.field_in(at, Path::context(&target), step)?.clone();
                    holder = target;
                    found
                }
                _ => return self.lost(at, dotted, &field, step, "is neither a table nor a link"),
            };
            field = next;
        }
        let steps = dotted.split('.').map(str::to_owned).collect();
        Some((Path { steps, label: field.label.clone() }, field))
    }

    fn lost<T>(&mut self, at: &Node, dotted: &str, field: &Field, step: &str, why: &str) -> Option<T> {
        self.reading.wrong(at, format!("`{dotted}` cannot be followed to `{step}`: `{}` {why}", field.name));
        None
    }
}

fn has_if(node: &Node) -> bool {
    node.map().is_some_and(|m| m.iter().any(|(key, _)| key.text == "if"))
}
