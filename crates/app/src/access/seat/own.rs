//! How a person stands to a record.

use aims_framework::access::Case;
use aims_register::{Entry, Pointing};

use super::{Grant, Seat};
use crate::access::{Power, plan::Plan};

impl Seat {
    /// Whether the record is the person's own: it names them, or belongs to what is their own, or to a system to which the role is limited.
    pub(super) fn owns(&self, grant: &Grant, plan: &Plan, entry: Entry<'_>) -> bool {
        let Some(person) = self.person else { return false };
        names(entry, &plan.own, person)
            || self.owns_through(plan, entry, person)
            || (!grant.systems.is_empty() && belongs(&grant.systems, plan, entry))
    }

    /// One link away: what belongs to an AI system of mine is mine.
    fn owns_through(&self, plan: &Plan, entry: Entry<'_>, person: u128) -> bool {
        let own = |linked: Entry<'_>| self.access.plan(linked.kind()).is_some_and(|p| names(linked, &p.own, person));
        plan.through.iter().any(|field| {
            entry.linked(field).any(|e| self.access.policy.through.iter().any(|kind| kind == e.kind()) && own(e))
        })
    }

    /// Whether the record names the person.
    pub(super) fn named(&self, plan: &Plan, entry: Entry<'_>) -> bool {
        let itself = self.person == Some(entry.uuid());
        itself || self.person.is_some_and(|person| names(entry, &plan.named, person))
    }

    /// Whether the person has no part in this case, whatever their role (S10).
    pub(super) fn excluded(&self, plan: &Plan, entry: Entry<'_>) -> bool {
        plan.case && self.person.is_some_and(|person| names(entry, &self.case().excludes, person))
    }

    /// Whether the record is closed to the principal.
    pub(super) fn closed(&self, plan: &Plan, entry: Entry<'_>) -> bool {
        let Some(classified) = &plan.classified else { return false };
        let closed = entry.text(&classified.field).is_some_and(|word| classified.closed.iter().any(|c| c == word));
        closed && !self.has(Power::Classified) && !self.may_open(&classified.roles, plan, entry)
    }

    fn may_open(&self, roles: &str, plan: &Plan, entry: Entry<'_>) -> bool {
        let needs = entry.field(roles).into_iter().flat_map(aims_register::Value::each);
        let mut needs = needs.filter_map(aims_register::Value::text);
        needs.any(|role| self.holds(role)) || self.person.is_some_and(|person| names(entry, &plan.own, person))
    }

    /// Whether the person has a part in the case, or in one that the record belongs to.
    pub(super) fn has_part(&self, grant: &Grant, plan: &Plan, entry: Entry<'_>) -> bool {
        if plan.case {
            return self.has_part_in(grant, entry);
        }
        let which = Pointing { kind: Some(&self.case().kind), field: None };
        entry.pointing(which).any(|case| self.has_part_in(grant, case))
    }

    fn has_part_in(&self, grant: &Grant, case: Entry<'_>) -> bool {
        let Some(person) = self.person else { return false };
        let Case { handled_by, excludes, .. } = self.case();
        let handles = || names(case, handled_by, person) || self.keepers.contains(&person);
        let in_stead = || grant.in_stead && self.keepers.iter().all(|keeper| names(case, excludes, *keeper));
        !names(case, excludes, person) && (handles() || in_stead())
    }

    fn case(&self) -> &Case {
        &self.access.policy.case
    }
}

/// Whether one of the fields names the person.
fn names(entry: Entry<'_>, fields: &[String], person: u128) -> bool {
    let named = |field: &String| {
        let values = entry.field(field).into_iter().flat_map(aims_register::Value::each);
        values.filter_map(aims_register::Value::record).any(|e| e.uuid() == person)
    };
    fields.iter().any(named)
}

/// Whether the record is one of these systems or names one.
fn belongs(systems: &[u128], plan: &Plan, entry: Entry<'_>) -> bool {
    let linked = || plan.systems.iter().flat_map(|field| entry.linked(field)).any(|e| systems.contains(&e.uuid()));
    systems.contains(&entry.uuid()) || linked()
}

/// Whether nothing about the record lies outside these systems: it belongs to one, or to none at all. No systems: no limit.
pub(super) fn within(systems: &[u128], plan: &Plan, entry: Entry<'_>) -> bool {
    let none = || {
        let named = |field: &String| entry.linked(field).any(|e| e.kind() == "ai-system");
        entry.kind() != "ai-system" && !plan.systems.iter().any(named)
    };
    systems.is_empty() || belongs(systems, plan, entry) || none()
}
