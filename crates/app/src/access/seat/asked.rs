//! What is told to somebody who may not.

use aims_record::Fields;
use aims_register::{Entry, Register};
use serde_json::Value;

use super::{Layer, Seat};
use crate::{
    Wish,
    access::{Action, Decision, Denial, Power, plan::Plan},
};
use aims_framework::access::{ACTIONS, Cell, POWERS, Reach, Row};

impl Seat {
    /// May the principal do this to the record?
    pub fn decide(&self, action: Action, entry: Entry<'_>) -> Decision {
        match (self.reads(entry), self.may_on(action, entry)) {
            (false, _) => Decision::Absent,
            (true, true) => Decision::Allowed,
            (true, false) => Decision::Denied(self.denial(action, entry.kind(), Some(entry.number()))),
        }
    }

    /// May the principal begin a record of this kind with these fields, links being ids or numbers? Without fields: may they begin any? A kind of which one may read
    /// nothing and record nothing is absent.
    pub fn decide_begin(&self, register: &Register, kind: &str, fields: Option<&Fields>) -> Decision {
        let Some(plan) = self.access.plan(kind) else { return Decision::Absent };
        if !self.may(Action::Record, kind) {
            let knows = self.may(Action::Read, kind);
            return if knows { Decision::Denied(self.denial(Action::Record, kind, None)) } else { Decision::Absent };
        }
        if fields.is_none_or(|fields| self.layers.iter().all(|layer| self.begins(layer, register, plan, fields))) {
            return Decision::Allowed;
        }
        Decision::Denied(self.denial(Action::Record, kind, None))
    }

    /// The field that has to name the principal, where they may begin records of this kind only as their own.
    pub fn begins_as_own(&self, register: &Register, kind: &str) -> Option<(&str, String)> {
        if self.decide_begin(register, kind, Some(&Fields::new())) == Decision::Allowed {
            return None;
        }
        let person = self.person(register)?.number().to_owned();
        let named = |field: &&String| {
            let fields = Fields::from_iter([((*field).clone(), person.clone().into())]);
            self.decide_begin(register, kind, Some(&fields)) == Decision::Allowed
        };
        let field = self.access.plan(kind)?.own.iter().find(named)?;
        Some((field, person))
    }

    /// May the principal use this power?
    pub fn decide_power(&self, power: Power) -> Decision {
        if self.has(power) {
            return Decision::Allowed;
        }
        let word = POWERS.iter().find(|(_, p)| *p == power).map_or("", |(word, _)| word);
        let who = self.titles(|row| row.powers.contains(&power).then_some(""));
        Decision::Denied(self.say(format!("`{word}`"), who))
    }

    /// May the principal do what is wished? Names are looked up by id and number, not by key; what is not found is absent.
    pub fn decide_wish(&self, register: &Register, wish: &Wish) -> Decision {
        let on = |word: &str| found(register, word);
        let change = |record: &str, fields: Vec<&str>| {
            on(record).map_or(Decision::Absent, |entry| self.decide(self.change(entry, fields.into_iter()), entry))
        };
        match wish {
            Wish::Record { kind, fields, .. } => self.decide_begin(register, kind, Some(fields)),
            Wish::Amend { record, set, unset, .. } => {
                change(record, set.keys().chain(unset).map(String::as_str).collect())
            }
            Wish::Link { record, field, .. } | Wish::Unlink { record, field, .. } => change(record, vec![field]),
            Wish::Attach { record, field, .. } => change(record, field.iter().map(String::as_str).collect()),
            Wish::Sign { record, .. } => self.decide_at(Action::Sign, on(record)),
            Wish::Move { record, .. } => self.decide_at(Action::Move, on(record)),
            Wish::Withdraw { record, .. } => self.decide_at(Action::Withdraw, on(record)),
            Wish::Dispose { record, .. } => self.decide_at(Action::Dispose, on(record)),
            Wish::Erase { record, .. } => self.decide_at(Action::Erase, on(record)),
        }
    }

    fn decide_at(&self, action: Action, entry: Option<Entry<'_>>) -> Decision {
        entry.map_or(Decision::Absent, |entry| self.decide(action, entry))
    }

    /// What a change of these fields is: an answer where nothing material is touched.
    fn change<'f>(&self, entry: Entry<'_>, mut fields: impl Iterator<Item = &'f str>) -> Action {
        let plan = self.access.plan(entry.kind());
        let material = |field: &str| plan.is_none_or(|p| p.material.iter().any(|m| m == field));
        if fields.any(material) { Action::Amend } else { Action::Respond }
    }

    fn begins(&self, layer: &Layer, register: &Register, plan: &Plan, fields: &Fields) -> bool {
        let named = |names: &[String]| {
            let values = names.iter().filter_map(|name| fields.get(name)).flat_map(each);
            values.filter_map(|word| found(register, word)).collect::<Vec<_>>()
        };
        let linked = named(&plan.through);
        let me = named(&plan.own).iter().any(|e| self.person == Some(e.uuid()));
        layer.grants.iter().any(|grant| {
            let reaches = grant.reaches(Action::Record, plan);
            let systems = named(&plan.systems);
            let limited = grant.systems.is_empty()
                || systems.is_empty()
                || systems.iter().any(|s| grant.systems.contains(&s.uuid()));
            let mine = |e: &Entry<'_>| self.access.plan(e.kind()).is_some_and(|p| self.owns(grant, p, *e));
            (reaches.has(Reach::All) && limited) || (reaches.has(Reach::Own) && (me || linked.iter().any(mine)))
        })
    }

    fn denial(&self, action: Action, kind: &str, number: Option<&str>) -> Denial {
        let group = self.access.plan(kind).map_or(usize::MAX, |plan| plan.group);
        let who = self.titles(|row| row.cells.get(group).and_then(|cell| tail(cell, action)));
        let word = ACTIONS.iter().find(|(_, a)| *a == action).map_or("", |(word, _)| word);
        let title = self.access.kinds.get(kind).map_or(kind, |k| k.title.as_str());
        self.say(format!("`{word}` {}", number.unwrap_or(title)), who)
    }

    /// Titles of the roles that may, with how far.
    fn titles(&self, may: impl Fn(&Row) -> Option<&'static str>) -> Vec<String> {
        let roles = self.access.kinds.roles.iter();
        let rows = roles.filter_map(|(id, title)| Some((title, self.access.policy.rows.get(id)?)));
        rows.filter_map(|(title, row)| may(row).map(|tail| format!("{title}{tail}"))).collect()
    }

    fn say(&self, what: String, who: Vec<String>) -> Denial {
        let code = if self.signed_in { "not_your_role" } else { "not_signed_in" };
        let held = match (self.signed_in, self.roles.is_empty()) {
            (false, _) => "You are not signed in".to_owned(),
            (true, true) => "You hold no role here that may do this".to_owned(),
            (true, false) => {
                let titles = self.roles.iter().map(|r| self.access.kinds.roles.get(r).unwrap_or(r).as_str());
                format!("This is beyond what you hold here ({})", titles.collect::<Vec<_>>().join(", "))
            }
        };
        let can = match who.as_slice() {
            [] => "nobody may".to_owned(),
            who => format!("ask one of: {}", who.join(", ")),
        };
        Denial { code, says: format!("{held}. To {what}, {can}."), who }
    }
}

/// How far a role may: nothing where it may not.
fn tail(cell: &Cell, action: Action) -> Option<&'static str> {
    let reaches = cell.reaches(action);
    match () {
        () if reaches.is_none() => None,
        () if reaches.has(Reach::All) => Some(""),
        () if reaches.has(Reach::Case) => Some(" (of the case)"),
        () => Some(" (of their own)"),
    }
}

/// The texts of a value, which is one or a list.
fn each(value: &Value) -> impl Iterator<Item = &str> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    value.as_str().into_iter().chain(list.iter().filter_map(Value::as_str))
}

/// The record of this id or number.
fn found<'a>(register: &'a Register, word: &str) -> Option<Entry<'a>> {
    register.get(word).or_else(|| register.numbered(word))
}
