//! A seat is made: from roles held now, or from being what one is.

use std::sync::Arc;

use aims_framework::access::Cell;
use aims_register::{Entry, Register};
use jiff::Timestamp;

use super::{Grant, Layer, Seat, Within};
use crate::access::{Access, Principal, Scope, Subset};

/// What everyone who works here has.
const STAFF: &str = "staff";

impl Access {
    /// What a principal may do now. Costs what the person's assignments cost.
    pub fn seat(self: &Arc<Self>, register: &Register, principal: &Principal, now: Timestamp) -> Seat {
        let mut seat = Seat {
            access: self.clone(),
            signed_in: *principal != Principal::Anyone,
            person: None,
            roles: Vec::new(),
            layers: Vec::new(),
            keepers: self.keepers(register, now),
        };
        match principal {
            Principal::Anyone => seat.layers.push(self.apart("anyone")),
            Principal::InstanceAdmin => seat.layers.push(self.apart("instance-admin")),
            Principal::ExternalAuditor(scope) => seat.layers.push(self.external(scope, now)),
            Principal::Person(id) => seat.sit(register, id, now),
            Principal::Token { creator, within } => {
                seat.sit(register, creator, now);
                seat.layers.push(self.subset(within));
            }
            Principal::Agent { sponsor, within } => {
                seat.sit(register, sponsor, now);
                seat.layers.push(self.apart("agent"));
                seat.layers.push(self.subset(within));
            }
        }
        seat
    }

    fn cells(&self, row: &str) -> Vec<Cell> {
        self.policy.rows.get(row).map(|row| row.cells.clone()).unwrap_or_default()
    }

    fn apart(&self, row: &str) -> Layer {
        let powers = self.policy.rows.get(row).map(|row| row.powers.clone()).unwrap_or_default();
        Layer { grants: vec![Grant { cells: self.cells(row), ..Grant::default() }], powers }
    }

    /// Before and after the time that was agreed, an external auditor is nobody.
    fn external(&self, scope: &Scope, now: Timestamp) -> Layer {
        if now < scope.from || now >= scope.until {
            return Layer::default();
        }
        let place = |id: &String| self.policy.groups.iter().position(|g| g.id == *id).unwrap_or(usize::MAX);
        let within = Within {
            groups: scope.groups.iter().map(place).collect(),
            // A system that cannot be told is kept as one that no record names: to leave it out would widen the scope.
            systems: scope.systems.iter().map(|id| uuid(id).unwrap_or_default()).collect(),
        };
        let mut layer = self.apart("external-auditor");
        layer.grants.iter_mut().for_each(|grant| grant.scope = Some(within.clone()));
        layer
    }

    fn subset(&self, within: &Subset) -> Layer {
        let grants = vec![Grant { cells: within.cells(&self.policy), ..Grant::default() }];
        Layer { grants, powers: within.powers.clone() }
    }

    /// Who keeps cases now.
    fn keepers(&self, register: &Register, now: Timestamp) -> Vec<u128> {
        let holds = |person: &Entry<'_>| {
            register.held(*person, now).any(|held| held.role() == Some(self.policy.case.role.as_str()))
        };
        let assigned = register.of_kind("role-assignment");
        let of_role = assigned.filter(|a| a.text("role") == Some(self.policy.case.role.as_str()));
        let mut keepers: Vec<u128> = of_role.flat_map(|a| a.linked("person")).filter(holds).map(Entry::uuid).collect();
        keepers.sort_unstable();
        keepers.dedup();
        keepers
    }
}

impl Seat {
    /// A person takes the seat, with the roles they hold now. Who is not on record here, or has left, has nothing.
    fn sit(&mut self, register: &Register, id: &str, now: Timestamp) {
        let mut layer = Layer::default();
        let person = register
            .get(id)
            .filter(|p| p.kind() == "person" && p.state() == Some("active") && p.stands() && !p.erased());
        if let Some(person) = person {
            self.person = Some(person.uuid());
            // Someone from outside holds what they were given, and is no staff.
            if person.text("employment") != Some("external") {
                layer.grants.push(Grant { cells: self.access.cells(STAFF), ..Grant::default() });
            }
            for held in register.held(person, now) {
                let Some(role) = held.role() else { continue };
                let systems = held.record.linked("systems").map(Entry::uuid).collect();
                let in_stead = self.access.policy.case.in_stead.iter().any(|r| r == role);
                let cells = self.access.cells(role);
                layer.grants.push(Grant { cells, systems, in_stead, scope: None });
                layer.powers.extend(self.access.policy.rows.get(role).into_iter().flat_map(|row| &row.powers));
                if !self.roles.iter().any(|r| r == role) {
                    self.roles.push(role.to_owned());
                }
            }
        }
        self.layers.push(layer);
    }
}

fn uuid(id: &str) -> Option<u128> {
    uuid::Uuid::try_parse(id).ok().map(|id| id.as_u128())
}
