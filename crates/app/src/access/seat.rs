//! What one principal may do at one moment.

mod asked;
mod made;
mod own;

use std::sync::Arc;

use aims_framework::access::{Cell, Reach};
use aims_register::{Entry, Register};

use super::{Access, Action, Power, plan::Plan};

/// What one principal may do at one moment, made by [`Access::seat`]. Made anew for every request: it knows nothing of what comes after.
#[derive(Clone, Debug)]
pub struct Seat {
    access: Arc<Access>,
    signed_in: bool,
    /// The person who asks, or who answers for what asks.
    person: Option<u128>,
    roles: Vec<String>,
    /// Every one of them has to allow what is asked: a token has its creator's and its own.
    layers: Vec<Layer>,
    /// Who keeps cases now.
    keepers: Vec<u128>,
}

/// Grants of which one has to allow what is asked.
#[derive(Clone, Debug, Default)]
struct Layer {
    grants: Vec<Grant>,
    powers: Vec<Power>,
}

/// What comes with one role, or with being what one is.
#[derive(Clone, Debug, Default)]
struct Grant {
    /// By group.
    cells: Vec<Cell>,
    /// AI systems to which the role is limited; empty: it is not.
    systems: Vec<u128>,
    /// For an external auditor: what was agreed.
    scope: Option<Within>,
    /// Whether it has a part in cases that their keepers may not see.
    in_stead: bool,
}

/// What was agreed with an external auditor.
#[derive(Clone, Debug, Default)]
struct Within {
    groups: Vec<usize>,
    systems: Vec<u128>,
}

impl Seat {
    /// Roles held at the moment for which the seat was made.
    pub fn roles(&self) -> &[String] {
        &self.roles
    }

    /// Whether this role is held.
    pub fn holds(&self, role: &str) -> bool {
        self.roles.iter().any(|r| r == role)
    }

    /// The person who asks, or who answers for what asks.
    pub fn person<'a>(&self, register: &'a Register) -> Option<Entry<'a>> {
        register.get(&uuid::Uuid::from_u128(self.person?).to_string())
    }

    /// Whether somebody is signed in.
    pub fn is_signed_in(&self) -> bool {
        self.signed_in
    }

    /// Whether the record may be read, with its history and files. What may not is told as absent.
    pub fn reads(&self, entry: Entry<'_>) -> bool {
        let Some(plan) = self.access.plan(entry.kind()) else { return false };
        self.allows(Action::Read, plan, entry) && !self.excluded(plan, entry) && !self.closed(plan, entry)
    }

    /// Whether every record of the kind may be read, so that nothing needs to be asked about each.
    pub fn reads_all(&self, kind: &str) -> bool {
        let Some(plan) = self.access.plan(kind) else { return false };
        let all = |layer: &Layer| layer.grants.iter().any(|g| g.reaches(Action::Read, plan).has(Reach::All));
        let open = plan.classified.is_none() || self.has(Power::Classified);
        !self.layers.is_empty() && !plan.case && open && self.layers.iter().all(all)
    }

    /// Whether the action is allowed on some record of the kind: whether to offer it at all.
    pub fn may(&self, action: Action, kind: &str) -> bool {
        let Some(plan) = self.access.plan(kind) else { return false };
        let some = |layer: &Layer| layer.grants.iter().any(|g| !g.reaches(action, plan).is_none());
        !self.layers.is_empty() && self.layers.iter().all(some)
    }

    /// Whether the action is allowed on this record. What may not be read can have nothing done to it.
    pub fn may_on(&self, action: Action, entry: Entry<'_>) -> bool {
        let Some(plan) = self.access.plan(entry.kind()) else { return false };
        self.reads(entry) && (action == Action::Read || self.allows(action, plan, entry))
    }

    /// Whether the principal has this power over the whole.
    pub fn has(&self, power: Power) -> bool {
        !self.layers.is_empty() && self.layers.iter().all(|layer| layer.powers.contains(&power))
    }

    fn allows(&self, action: Action, plan: &Plan, entry: Entry<'_>) -> bool {
        let one = |layer: &Layer| layer.grants.iter().any(|grant| self.grant_allows(grant, action, plan, entry));
        !self.layers.is_empty() && self.layers.iter().all(one)
    }

    fn grant_allows(&self, grant: &Grant, action: Action, plan: &Plan, entry: Entry<'_>) -> bool {
        let reaches = grant.reaches(action, plan);
        if reaches.is_none() {
            return false;
        }
        // A role that is limited to systems is limited in what it does, not in what it reads.
        let all = reaches.has(Reach::All) && (action == Action::Read || own::within(&grant.systems, plan, entry));
        all || (reaches.has(Reach::Own) && self.owns(grant, plan, entry))
            || (reaches.has(Reach::Named) && (self.owns(grant, plan, entry) || self.named(plan, entry)))
            || (reaches.has(Reach::Published) && is_published(plan, entry))
            || (reaches.has(Reach::Scope) && grant.scope.as_ref().is_some_and(|scope| scope.takes(plan, entry)))
            || (reaches.has(Reach::Case) && self.has_part(grant, plan, entry))
    }
}

impl Within {
    fn takes(&self, plan: &Plan, entry: Entry<'_>) -> bool {
        (self.groups.is_empty() || self.groups.contains(&plan.group)) && own::within(&self.systems, plan, entry)
    }
}

impl Grant {
    fn reaches(&self, action: Action, plan: &Plan) -> aims_framework::access::Reaches {
        self.cells.get(plan.group).map(|cell| cell.reaches(action)).unwrap_or_default()
    }
}

fn is_published(plan: &Plan, entry: Entry<'_>) -> bool {
    entry.stands() && entry.state().is_some_and(|state| plan.published.iter().any(|p| p == state))
}
