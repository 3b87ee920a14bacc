//! Kinds held against each other: targets of links, neighbours in needs, number prefixes and inverse names.

use std::collections::BTreeMap;

use aims_record::{Condition, Field, Shape};

use super::draft::Draft;
use crate::yaml::{ContentError, did_you_mean};

/// Checks all kinds together and notes what is wrong.
pub(super) fn check(drafts: &BTreeMap<String, Draft>, errors: &mut Vec<ContentError>) {
    numbers(drafts, errors);
    let mut look = Look { drafts, errors };
    for draft in drafts.values() {
        look.links(draft);
        look.needs(draft);
        look.inverses(draft);
    }
}

fn numbers(drafts: &BTreeMap<String, Draft>, errors: &mut Vec<ContentError>) {
    let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
    for draft in drafts.values().filter(|d| !d.kind.number.is_empty()) {
        if let Some(other) = taken.insert(&draft.kind.number, &draft.kind.id) {
            errors
                .push(draft.error(&["number"], format!("`{}` already numbers the kind `{other}`", draft.kind.number)));
        }
    }
}

/// Kind, its link field, and states.
type Neighbour<'n> = (&'n str, &'n str, &'n [String]);

struct Look<'a> {
    drafts: &'a BTreeMap<String, Draft>,
    errors: &'a mut Vec<ContentError>,
}

impl<'a> Look<'a> {
    /// The kind of this id; unknown is an error, unreadable is nothing.
    fn kind(&mut self, from: &Draft, id: &str, path: &[&str]) -> Option<&'a Draft> {
        let Some(draft) = self.drafts.get(id) else {
            let hint = did_you_mean(id, self.drafts.keys().map(String::as_str));
            self.errors.push(from.error(path, format!("there is no kind `{id}`{hint}")));
            return None;
        };
        Some(draft).filter(|d| !d.is_unreadable())
    }

    fn links(&mut self, draft: &Draft) {
        for field in &draft.kind.fields {
            self.targets(draft, field, &["fields", &field.name, "to"]);
            if let Shape::Table { columns } = &field.shape {
                for column in columns {
                    self.targets(draft, column, &["fields", &field.name, "columns", &column.name, "to"]);
                }
            }
        }
    }

    fn targets(&mut self, draft: &Draft, field: &Field, path: &[&str]) {
        if let Shape::Link { to } = &field.shape {
            for id in to {
                self.kind(draft, id, &[path, &[id.as_str()]].concat());
            }
        }
    }

    fn needs(&mut self, draft: &Draft) {
        for verb in &draft.kind.lifecycle.verbs {
            for (n, need) in verb.needs.iter().enumerate() {
                let n = n.to_string();
                let at = ["lifecycle", "verbs", verb.id.as_str(), "needs", n.as_str()];
                match &need.what {
                    Condition::Some { kind, via, states } => self.neighbour(draft, &at, "some", (kind, via, states)),
                    Condition::None { kind, via, states } => self.neighbour(draft, &at, "none", (kind, via, states)),
                    Condition::Linked { field, states } => self.linked(draft, &at, field, states),
                    Condition::Set(_) => {}
                }
            }
        }
    }

    fn neighbour(&mut self, draft: &Draft, at: &[&str], word: &str, (kind, via, states): Neighbour<'_>) {
        let path = |last: &[&'static str]| -> Vec<&str> {
            at.iter().copied().chain([word]).chain(last.iter().copied()).collect()
        };
        let Some(other) = self.kind(draft, kind, &path(&["kind"])) else { return };
        let names = other.field_names();
        if !names.contains(&via) {
            let message = format!("`{kind}` has no field `{via}`{}", did_you_mean(via, names));
            self.errors.push(draft.error(&path(&["via"]), message));
        } else if other.kind.field(via).is_some_and(|f| !points_to(f, &draft.kind.id)) {
            let message = format!("the field `{via}` of `{kind}` does not link to `{}`", draft.kind.id);
            self.errors.push(draft.error(&path(&["via"]), message));
        }
        let known = other.state_ids();
        for state in states.iter().filter(|s| !known.contains(&s.as_str())) {
            let hint = did_you_mean(state, known.iter().copied());
            let place = [&path(&["in"])[..], &[state.as_str()]].concat();
            self.errors.push(draft.error(&place, format!("`{kind}` has no state `{state}`{hint}")));
        }
    }

    /// The states of `linked` have to exist in one of the kinds the link may name.
    fn linked(&mut self, draft: &Draft, at: &[&str], field: &str, states: &[String]) {
        let targets = match draft.kind.field(field).map(|f| &f.shape) {
            Some(Shape::Link { to }) if !to.is_empty() => to.clone(),
            Some(Shape::Person) => vec!["person".to_owned()],
            _ => return,
        };
        let others: Vec<&Draft> = targets.iter().filter_map(|id| self.drafts.get(id)).collect();
        if others.len() < targets.len() || others.iter().any(|d| d.is_unreadable()) {
            return;
        }
        let known: Vec<&str> = others.iter().flat_map(|d| d.state_ids()).collect();
        for state in states.iter().filter(|s| !known.contains(&s.as_str())) {
            let hint = did_you_mean(state, known.iter().copied());
            let message = format!("no kind that `{field}` links to has a state `{state}`{hint}");
            self.errors.push(draft.error(&[at, &["linked", "in", state]].concat(), message));
        }
    }

    /// Two links of one kind to the same kind have to read differently from there.
    fn inverses(&mut self, draft: &Draft) {
        let links: Vec<&Field> = draft.kind.fields.iter().filter(|f| f.inverse.is_some()).collect();
        for (n, field) in links.iter().enumerate() {
            let earlier = links.iter().take(n).find(|e| e.inverse == field.inverse && meet(e, field));
            if let (Some(earlier), Some(inverse)) = (earlier, &field.inverse) {
                let message = format!("`{}` already reads `{inverse}` from the other end", earlier.name);
                self.errors.push(draft.error(&["fields", &field.name, "inverse"], message));
            }
        }
    }
}

fn targets(field: &Field) -> Vec<&str> {
    match &field.shape {
        Shape::Link { to } => to.iter().map(String::as_str).collect(),
        _ => vec!["person"],
    }
}

fn meet(a: &Field, b: &Field) -> bool {
    let (a, b) = (targets(a), targets(b));
    a.is_empty() || b.is_empty() || a.iter().any(|kind| b.contains(kind))
}

fn points_to(field: &Field, kind: &str) -> bool {
    match &field.shape {
        Shape::Link { to } => to.is_empty() || to.iter().any(|id| id == kind),
        Shape::Person => kind == "person",
        _ => false,
    }
}
