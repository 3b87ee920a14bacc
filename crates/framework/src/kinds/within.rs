//! A kind held against itself: every state, field and stamp it names is its own and fits.

use std::collections::BTreeSet;

use aims_record::{Apart, Condition, Field, Holder, Kind, Required, Shape, Stamped, Subject, Verb};

use super::{draft::Draft, values::does_not_fit};
use crate::yaml::{ContentError, did_you_mean};

/// Checks one kind and notes what is wrong.
pub(super) fn check(draft: &Draft, errors: &mut Vec<ContentError>) {
    if draft.is_unreadable() {
        return;
    }
    let mut look = Look { draft, kind: &draft.kind, errors };
    look.naming_field();
    look.fields();
    look.states();
    look.verbs();
    look.reachable();
}

struct Look<'a> {
    draft: &'a Draft,
    kind: &'a Kind,
    errors: &'a mut Vec<ContentError>,
}

impl Look<'_> {
    fn wrong(&mut self, path: &[&str], message: impl Into<String>) {
        self.errors.push(self.draft.error(path, message));
    }

    fn naming_field(&mut self) {
        let Some(first) = self.kind.naming_field() else { return };
        let names = matches!(first.shape, Shape::Text { .. }) && first.required == Required::Always;
        // A field that could not be read is missing here; then nothing can be said about which one is the first.
        if self.draft.field_names().first() == Some(&first.name.as_str()) && (!names || first.many) {
            let message = format!("the first field names the record: `{}` has to be one required text", first.name);
            self.wrong(&["fields", &first.name], message);
        }
    }

    fn fields(&mut self) {
        for field in &self.kind.fields {
            let path = ["fields", field.name.as_str()];
            if let Required::In(states) = &field.required {
                for state in states {
                    self.state(state, &[path[0], path[1], "required", "in", state]);
                }
            }
            if field.stamped && field.required == Required::Always {
                self.wrong(&path, format!("`{}` is set by a verb and cannot be required from the start", field.name));
            }
            let stamps = |v: &Verb| v.stamps.iter().any(|(name, _)| *name == field.name);
            if field.stamped && !self.kind.lifecycle.verbs.iter().any(stamps) {
                self.wrong(&path, format!("`{}` is `stamped`, but no verb sets it in `stamps`", field.name));
            }
            self.one(field, &path);
            if let Shape::Table { columns } = &field.shape {
                for column in columns {
                    self.one(column, &[path[0], path[1], "columns", &column.name]);
                }
            }
        }
    }

    /// What holds for a field and for a column alike.
    fn one(&mut self, field: &Field, path: &[&str]) {
        if let Some(Subject::Field(name)) = &field.personal {
            self.person_field(name, &[path, &["subject"]].concat());
        }
        if let Some(why) = field.example.as_deref().and_then(|example| does_not_fit(field, example)) {
            self.wrong(&[path, &["example"]].concat(), format!("this example does not fit: {why}"));
        }
    }

    fn states(&mut self) {
        let life = &self.kind.lifecycle;
        if !life.start.is_empty() {
            self.state(&life.start, &["lifecycle", "start"]);
        }
        for state in &life.states {
            if let Some(to) = &state.lapses_to {
                self.state(to, &["lifecycle", "states", &state.id, "lapses_to"]);
            }
        }
        if let Some(from) = &self.kind.retention.from {
            self.state(from, &["retention", "from"]);
        }
    }

    fn verbs(&mut self) {
        for verb in &self.kind.lifecycle.verbs {
            let base = ["lifecycle", "verbs", verb.id.as_str()];
            for from in &verb.from {
                self.state(from, &[base[0], base[1], base[2], "from", from]);
            }
            if !verb.to.is_empty() {
                self.state(&verb.to, &[base[0], base[1], base[2], "to"]);
            }
            self.holders(&verb.by, &[base[0], base[1], base[2], "by"]);
            if let Some(sign) = &verb.sign {
                let at = [base[0], base[1], base[2], "sign"];
                self.holders(&sign.by, &[at[0], at[1], at[2], at[3], "by"]);
                for apart in &sign.apart_from {
                    if let Apart::Field(name) = apart {
                        let word = format!("field:{name}");
                        self.person_field(name, &[at[0], at[1], at[2], at[3], "apart_from", &word]);
                    }
                }
            }
            self.needs(verb);
            self.stamps(verb);
        }
    }

    fn holders(&mut self, holders: &[Holder], path: &[&str]) {
        for holder in holders {
            if let Holder::Field(name) = holder {
                let word = format!("field:{name}");
                self.person_field(name, &[path, &[word.as_str()]].concat());
            }
        }
    }

    fn needs(&mut self, verb: &Verb) {
        for (n, need) in verb.needs.iter().enumerate() {
            let n = n.to_string();
            let at = ["lifecycle", "verbs", verb.id.as_str(), "needs", n.as_str()];
            match &need.what {
                Condition::Set(fields) => {
                    for field in fields {
                        self.field(field, &[&at[..], &["set", field]].concat());
                    }
                }
                Condition::Linked { field, .. } => {
                    let path = [&at[..], &["linked", "field"]].concat();
                    let links = self.field(field, &path).is_none_or(Field::links);
                    if !links {
                        self.wrong(&path, format!("`{field}` is not a link"));
                    }
                }
                Condition::Some { .. } | Condition::None { .. } => {}
            }
        }
    }

    fn stamps(&mut self, verb: &Verb) {
        for (name, stamped) in &verb.stamps {
            let path = ["lifecycle", "verbs", verb.id.as_str(), "stamps", name];
            let Some(field) = self.field(name, &path) else { continue };
            let fits = matches!(
                (stamped, &field.shape),
                (Stamped::Actor, Shape::Person)
                    | (Stamped::Now, Shape::Instant { .. })
                    | (Stamped::Today, Shape::Date { .. })
            );
            if !field.stamped {
                self.wrong(&path, format!("`{name}` can only be stamped when it says `stamped: true`"));
            } else if !fits {
                let message = "`actor` goes into a person, `now` into an instant, `today` into a date";
                self.wrong(&path, format!("this does not fit `{name}`: {message}"));
            }
        }
    }

    /// Every state is the start or can be come to; otherwise a record could never stand there.
    fn reachable(&mut self) {
        let life = &self.kind.lifecycle;
        let mut seen = BTreeSet::from([life.start.as_str()]);
        loop {
            let before = seen.len();
            let verbs = life.verbs.iter().filter(|v| v.from.iter().any(|f| seen.contains(f.as_str())));
            let mut next: Vec<&str> = verbs.map(|v| v.to.as_str()).collect();
            let lapsing = life.states.iter().filter(|s| seen.contains(s.id.as_str()));
            next.extend(lapsing.filter_map(|s| s.lapses_to.as_deref()));
            seen.extend(next);
            if seen.len() == before {
                break;
            }
        }
        // Where a state is misspelt or a verb could not be read, that is the error, not what follows from it.
        let known = |v: &Verb| v.from.iter().chain([&v.to]).all(|id| life.state(id).is_some());
        let whole = life.verbs.len() == self.draft.verb_count() && life.verbs.iter().all(known);
        if life.state(&life.start).is_none() || !whole {
            return;
        }
        let lost: Vec<String> =
            life.states.iter().filter(|s| !seen.contains(s.id.as_str())).map(|s| s.id.clone()).collect();
        for id in lost {
            self.wrong(&["lifecycle", "states", &id], format!("no verb leads to the state `{id}`"));
        }
    }

    fn state(&mut self, id: &str, path: &[&str]) {
        let known = self.draft.state_ids();
        if !known.contains(&id) {
            self.wrong(path, format!("there is no state `{id}`{}", did_you_mean(id, known)));
        }
    }

    fn field(&mut self, name: &str, path: &[&str]) -> Option<&Field> {
        let known = self.draft.field_names();
        if !known.contains(&name) {
            self.wrong(path, format!("there is no field `{name}`{}", did_you_mean(name, known)));
        }
        self.kind.field(name)
    }

    fn person_field(&mut self, name: &str, path: &[&str]) {
        let people = |field: &Field| match &field.shape {
            Shape::Person => true,
            Shape::Link { to } => to.iter().all(|kind| kind == "person") && !to.is_empty(),
            _ => false,
        };
        if !self.field(name, path).is_none_or(people) {
            self.wrong(path, format!("`{name}` does not name a person"));
        }
    }
}
