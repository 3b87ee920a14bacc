//! Controls that the statement of applicability in force leaves out.

use std::collections::{BTreeMap, BTreeSet};

use aims_framework::standard::Control;
use aims_register::{Entry, Pointing, Value};

use crate::{Reason, State, blocks::Engine};

/// That a control is left out, by which record, and what contradicts it.
pub(crate) struct Exclusion<'a> {
    pub(crate) soa: Entry<'a>,
    pub(crate) alarms: Vec<Reason>,
}

impl<'a> Engine<'a> {
    /// The one statement of applicability in force and its row for this control, where it leaves it out with a justification.
    pub(crate) fn left_out(&self, control: &Control) -> Option<(Entry<'a>, Value<'a>)> {
        let mut in_force = self.register.of_kind("soa").filter(|s| s.state() == Some("in-force"));
        let (soa, None) = (in_force.next()?, in_force.next()) else { return None };
        let rows = soa.field("entries").into_iter().flat_map(Value::each);
        let about: Vec<_> =
            rows.filter(|row| named(*row).is_some_and(|c| c.text("annex_ref") == Some(control.id.as_str()))).collect();
        let [row] = about.as_slice() else { return None };
        let out = row.column("applicable").and_then(Value::flag) == Some(false);
        let justified = row.column("justification").is_some_and(Value::is_set);
        (out && justified).then_some((soa, *row))
    }

    /// That this control is left out, with everything that contradicts it.
    pub(crate) fn excluded(&self, control: &Control) -> Option<Exclusion<'a>> {
        let (soa, row) = self.left_out(control)?;
        let mut alarms = named(row).map(named_alarms).unwrap_or_default();
        alarms.extend(self.role_alarms(control));
        Some(Exclusion { soa, alarms })
    }

    /// Roles that the organization holds and that the control is for.
    fn role_alarms(&self, control: &Control) -> Vec<Reason> {
        let mut held: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (role, record) in self.held_roles().filter(|(role, _)| control.roles.iter().any(|r| r == role)) {
            held.entry(role).or_default().insert(record.number());
        }
        held.into_iter().map(|(role, by)| alarm(format!("the role `{role}` is held: {}", some_of(&by)))).collect()
    }

    /// The roles recorded for the organization, and those determined for AI systems in scope.
    fn held_roles(&self) -> impl Iterator<Item = (&'a str, Entry<'a>)> {
        let organization = self.register.of_kind("organization").filter(|o| o.state() == Some("active"));
        let determined = self.register.of_kind("role-determination");
        let determined = determined.filter(|d| d.state() == Some("in-force") && about_what_is_in_scope(*d));
        let recorded = organization.map(|o| (o, "ai_roles")).chain(determined.map(|d| (d, "role")));
        recorded.flat_map(|(record, field)| {
            let roles = record.field(field).into_iter().flat_map(Value::each).filter_map(Value::text);
            roles.map(move |role| (role, record))
        })
    }
}

fn named(row: Value<'_>) -> Option<Entry<'_>> {
    row.column("control")?.record()
}

fn about_what_is_in_scope(determination: Entry<'_>) -> bool {
    let system = determination.field("system").and_then(Value::record);
    system.is_some_and(|s| s.field("in_scope").and_then(Value::flag) == Some(true) && !s.ended())
}

/// The first of them, and how many more.
fn some_of(numbers: &BTreeSet<&str>) -> String {
    let first: Vec<_> = numbers.iter().take(SHOWN).copied().collect();
    match numbers.len().saturating_sub(SHOWN) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// How many records an alarm names.
const SHOWN: usize = 3;

/// Open risks and obligations that name the control.
fn named_alarms(control: Entry<'_>) -> Vec<Reason> {
    let naming = ["risk", "obligation"]
        .into_iter()
        .flat_map(|kind| control.pointing(Pointing { kind: Some(kind), field: None }).filter(|r| !r.ended()));
    let numbers: BTreeSet<_> = naming.map(|r| r.number()).collect();
    numbers.into_iter().map(|number| alarm(format!("{number} names the control {}", control.number()))).collect()
}

fn alarm(what: String) -> Reason {
    Reason {
        state: State::Excluded,
        say: format!("alarm: excluded, although {what}"),
        missing: Vec::new(),
        next: None,
        need: "exclusion".to_owned(),
    }
}
