//! References: values elsewhere, of the same row or record, of the subject, or of the record that the rule is about.

use aims_record::{Field, Kind, Shape};

use super::{Rules, filter::Context};
use crate::{
    standard::{Holder, Named, Path, Reference},
    yaml::Node,
};

impl<'a> Rules<'a, '_> {
    /// The values that `F`, `subject.F` or `about.F` names, and the field at the end.
    pub(super) fn reference(
        &mut self,
        node: &Node,
        key: &str,
        context: Context<'_>,
        subject: Option<&Kind>,
    ) -> Option<(Reference, Field)> {
        let word = self.reading.text(node, key)?;
        for (before, holder, kind) in [("subject.", Holder::Subject, subject), ("about.", Holder::About, self.about)] {
            let Some(dotted) = word.strip_prefix(before) else { continue };
            let Some(kind) = kind else {
                self.reading.wrong(node, format!("`{word}` needs {}", whose(holder)));
                return None;
            };
            return self.reached(node, Path::context(kind), dotted, holder);
        }
        let first = word.split('.').next().unwrap_or(word);
        let of_row = context.fields.iter().any(|f| f.name == first);
        match (context.table.is_some(), of_row || context.kind.field(first).is_none() && !first.starts_with('_')) {
            (true, true) => self.reached(node, context, word, Holder::Row),
            _ => self.reached(node, Path::context(context.kind), word, Holder::Record),
        }
    }

    fn reached(
        &mut self,
        node: &Node,
        context: Context<'_>,
        dotted: &str,
        holder: Holder,
    ) -> Option<(Reference, Field)> {
        let dotted = if dotted == "state" && context.kind.field("state").is_none() { "_state" } else { dotted };
        let (path, field) = self.path(node, context, dotted)?;
        Some((Reference { holder, path }, field))
    }

    /// `subject` or `about`: a record that the field may name.
    pub(super) fn named(&mut self, node: &Node, field: &Field, subject: Option<&Kind>) -> Option<Named> {
        let (named, kind) = match self.reading.word(node, "names", &["subject", "about"])? {
            "subject" => (Named::Subject, subject),
            _ => (Named::About, self.about),
        };
        let Some(kind) = kind else {
            let holder = if named == Named::Subject { Holder::Subject } else { Holder::About };
            self.reading.wrong(node, format!("`names` needs {}", whose(holder)));
            return None;
        };
        if !super::links_to(field, &kind.id) {
            self.reading.wrong(node, format!("`{}` does not name records of the kind `{}`", field.name, kind.id));
            return None;
        }
        Some(named)
    }

    /// Whether values of both fields can be the same at all; where not, that is said.
    pub(super) fn comparable(&mut self, node: &Node, key: &str, one: &Field, other: &Field) -> bool {
        let fine = sort(&one.shape) == sort(&other.shape) && sort(&one.shape).is_some();
        if !fine {
            let say =
                format!("`{key}` cannot compare `{}` with `{}`: they hold different things", one.name, other.name);
            self.reading.wrong(node, say);
        }
        fine
    }
}

fn whose(holder: Holder) -> &'static str {
    match holder {
        Holder::Subject => "a subject",
        _ => "`every`",
    }
}

/// What can be compared with each other.
fn sort(shape: &Shape) -> Option<u8> {
    match shape {
        Shape::Text { .. } | Shape::Markdown { .. } | Shape::Choice { .. } => Some(0),
        Shape::Link { .. } | Shape::Person => Some(1),
        Shape::Date { .. } | Shape::Instant { .. } => Some(2),
        Shape::Decimal { .. } | Shape::Number { .. } | Shape::Money => Some(3),
        Shape::Duration => Some(4),
        Shape::YesNo => Some(5),
        Shape::File => Some(6),
        Shape::Table { .. } => None,
    }
}
