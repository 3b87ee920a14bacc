//! A second evaluator, as plain as can be: straight from `authz.csv`, which was written by hand, over records as they are kept. It shares with the first one which kind is
//! in which group and what a case, an own record and a published one are called, and nothing of how any of that is decided.

use std::collections::BTreeMap;

use aims_app::access::{Action, Principal, Scope, Subset};
use aims_record::Record;
use serde_json::Value;

use super::world::{Held, World};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Allowed,
    Absent,
    Denied,
}

pub struct Table {
    /// By principal and group.
    cells: BTreeMap<(String, String), String>,
    by_id: BTreeMap<String, Record>,
    concerns: Vec<Record>,
}

const OWN: &str = "owner responsible lead person chair assessor by author auditor auditors auditee monitored_by tester testers designers user checker operators performers \
                   investigated_by raised_by deputy";
const NAMED: &str = "attendees reached reported_to persons sent_by acknowledged_by";
const THROUGH: &str = "ai-system risk dataset model supplier customer aims-process";
const PUBLISHED: &str = "organization:active policy:in-force aims-scope:in-force document:in-force method:in-force aims-process:active \
                         ai-system:operation-monitoring use-process:in-force user-information:in-force objective:in-force comm-rule:in-force report-channel:active \
                         incident-comm-plan:in-force person:active role-assignment:active responsibility-matrix:in-force training:planned";
/// Who reads what is classified.
const OPENS: &str = "top-management governing-body aims-manager data-protection-officer lead-auditor internal-auditor legal-counsel external-auditor";

fn in_list(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|w| w == word)
}

/// The one record under a name, or the several.
fn texts(record: &Record, field: &str) -> Vec<String> {
    match record.fields.get(field) {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// One part of what somebody has: a row of the table, limited or not.
struct Part<'a> {
    row: &'a str,
    limit: &'a [String],
    scope: Option<&'a Scope>,
}

impl Table {
    pub fn read(world: &World) -> Table {
        let text = include_str!("authz.csv");
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        let groups: Vec<&str> = lines.next().unwrap().split(',').skip(1).collect();
        let mut cells = BTreeMap::new();
        for line in lines {
            let (principal, rest) = line.split_once(',').unwrap();
            for (group, cell) in groups.iter().zip(rest.split(',')) {
                cells.insert((principal.to_owned(), (*group).to_owned()), cell.to_owned());
            }
        }
        let by_id = world.records.iter().map(|r| (r.id.clone(), r.clone())).collect();
        let concerns = world.records.iter().filter(|r| r.kind == "concern").cloned().collect();
        Table { cells, by_id, concerns }
    }

    pub fn rows(&self) -> impl Iterator<Item = &(String, String)> {
        self.cells.keys()
    }

    pub fn outcome(&self, world: &World, principal: &Principal, record: &Record, action: Action) -> Outcome {
        let may = |action| self.may(world, principal, record, action);
        match (self.readable(world, principal, record), action == Action::Read || may(action)) {
            (false, _) => Outcome::Absent,
            (true, true) => Outcome::Allowed,
            (true, false) => Outcome::Denied,
        }
    }

    fn readable(&self, world: &World, principal: &Principal, record: &Record) -> bool {
        let person = person_of(principal);
        let excluded = record.kind == "concern" && person.is_some_and(|p| texts(record, "about_persons").contains(p));
        self.may(world, principal, record, Action::Read) && !excluded && self.open(world, principal, record)
    }

    /// Whether a document is open to the principal.
    fn open(&self, world: &World, principal: &Principal, record: &Record) -> bool {
        let closed = texts(record, "classification").iter().any(|c| c == "confidential" || c == "restricted");
        if record.kind != "document" || !closed {
            return true;
        }
        let held = person_of(principal).map(|p| world.people[p].roles.clone()).unwrap_or_default();
        let by_role = held.iter().any(|(role, _)| in_list(OPENS, role));
        let named = held.iter().any(|(role, _)| texts(record, "access").contains(role));
        let own = person_of(principal).is_some_and(|p| names(record, OWN, p));
        let power = match principal {
            Principal::ExternalAuditor(scope) => within_time(scope),
            Principal::Token { within, .. } => by_role && within.powers.contains(&aims_app::access::Power::Classified),
            // What agents have names no power.
            Principal::Agent { .. } => false,
            _ => by_role,
        };
        power || named || own
    }

    fn may(&self, world: &World, principal: &Principal, record: &Record, action: Action) -> bool {
        let group = &world.access.policy().group(&record.kind).unwrap().id;
        let any =
            |parts: &[Part<'_>]| parts.iter().any(|part| self.part(world, principal, part, record, group, action));
        let apart = |row| [Part { row, limit: &[], scope: None }];
        let granted = |within: &Subset| {
            within.actions.iter().any(|a| *a == action || (action == Action::Respond && *a == Action::Amend))
                && (within.groups.is_empty() || within.groups.contains(group))
        };
        match principal {
            Principal::Anyone => any(&apart("anyone")),
            Principal::InstanceAdmin => any(&apart("instance-admin")),
            Principal::ExternalAuditor(scope) => {
                within_time(scope) && any(&[Part { row: "external-auditor", limit: &[], scope: Some(scope) }])
            }
            Principal::Person(id) => any(&parts(world, id)),
            Principal::Token { creator, within } => granted(within) && any(&parts(world, creator)),
            Principal::Agent { sponsor, within } => {
                granted(within) && any(&apart("agent")) && any(&parts(world, sponsor))
            }
        }
    }

    fn part(
        &self,
        world: &World,
        asks: &Principal,
        part: &Part<'_>,
        record: &Record,
        group: &str,
        action: Action,
    ) -> bool {
        let cell = &self.cells[&(part.row.to_owned(), group.to_owned())];
        cell.split(' ').any(|code| {
            let (letter, reach) = code.split_at(1);
            letters(action).contains(letter) && self.reaches(world, asks, part, record, (group, action), reach)
        })
    }

    fn reaches(
        &self,
        world: &World,
        asks: &Principal,
        part: &Part<'_>,
        record: &Record,
        (group, action): (&str, Action),
        reach: &str,
    ) -> bool {
        let Some(person) = person_of(asks) else {
            return match reach {
                "" => true,
                "p" => published(record),
                "s" => part.scope.is_some_and(|scope| self.in_scope(scope, record, group)),
                _ => false,
            };
        };
        match reach {
            "" => action == Action::Read || part.limit.is_empty() || self.within(part.limit, record),
            "o" => self.own(part, record, person),
            "n" => {
                // A concern that a person acknowledged is no longer theirs to read once others look into it.
                let named = record.kind != "concern" && names(record, NAMED, person);
                self.own(part, record, person) || named || record.id == *person
            }
            "p" => published(record),
            "c" => self.has_part(world, part, record, person),
            _ => false,
        }
    }

    fn in_scope(&self, scope: &Scope, record: &Record, group: &str) -> bool {
        (scope.groups.is_empty() || scope.groups.iter().any(|g| g == group))
            && (scope.systems.is_empty() || self.within(&scope.systems, record))
    }

    fn own(&self, part: &Part<'_>, record: &Record, person: &str) -> bool {
        let linked = record.fields.keys().filter(|_| record.kind != "concern").flat_map(|field| texts(record, field));
        let through = linked
            .filter_map(|id| self.by_id.get(&id))
            .any(|other| other.kind != record.kind && in_list(THROUGH, &other.kind) && names(other, OWN, person));
        names(record, OWN, person) || through || (!part.limit.is_empty() && self.belongs(part.limit, record))
    }

    /// The AI systems that a record names.
    fn systems(&self, record: &Record) -> Vec<String> {
        let linked = record.fields.keys().flat_map(|field| texts(record, field));
        linked
            .filter(|id| record.kind != "ai-system" && self.by_id.get(id).is_some_and(|r| r.kind == "ai-system"))
            .collect()
    }

    fn belongs(&self, limit: &[String], record: &Record) -> bool {
        limit.contains(&record.id) || self.systems(record).iter().any(|s| limit.contains(s))
    }

    fn within(&self, limit: &[String], record: &Record) -> bool {
        self.belongs(limit, record) || (record.kind != "ai-system" && self.systems(record).is_empty())
    }

    fn has_part(&self, world: &World, part: &Part<'_>, record: &Record, person: &str) -> bool {
        if record.kind != "concern" {
            let mut of_it = self.concerns.iter().filter(|c| c.fields.keys().any(|f| texts(c, f).contains(&record.id)));
            return of_it.any(|concern| self.has_part(world, part, concern, person));
        }
        let about = texts(record, "about_persons");
        let keeps = |p: &super::world::Person| p.roles.iter().any(|(role, _)| role == "concern-handler");
        let keepers: Vec<&String> = world.people.iter().filter(|(_, p)| keeps(p)).map(|(id, _)| id).collect();
        let handles = texts(record, "investigated_by").iter().any(|p| p == person);
        let in_stead = in_list("top-management governing-body", part.row) && keepers.iter().all(|k| about.contains(k));
        let keeps = keepers.iter().any(|k| *k == person);
        !about.iter().any(|p| p == person) && (handles || keeps || in_stead)
    }
}

/// The letters of the table that stand for an action.
fn letters(action: Action) -> &'static str {
    match action {
        Action::Read => "R",
        Action::Record => "CW",
        Action::Amend => "UW",
        Action::Respond => "EUW",
        Action::Move => "MWA",
        Action::Sign => "SA",
        Action::Withdraw => "VW",
        Action::Dispose => "D",
        Action::Erase => "X",
    }
}

fn person_of(principal: &Principal) -> Option<&String> {
    match principal {
        Principal::Person(id) | Principal::Token { creator: id, .. } | Principal::Agent { sponsor: id, .. } => Some(id),
        _ => None,
    }
}

fn parts<'a>(world: &'a World, id: &str) -> Vec<Part<'a>> {
    let person = &world.people[id];
    let part = |(role, limit): &'a Held| Part { row: role, limit, scope: None };
    let staff = (person.works_here && !person.outside).then_some(Part { row: "staff", limit: &[], scope: None });
    staff.into_iter().chain(person.roles.iter().map(part)).collect()
}

fn within_time(scope: &Scope) -> bool {
    let now = super::world::NOW.parse().unwrap();
    scope.from <= now && now < scope.until
}

fn names(record: &Record, fields: &str, person: &str) -> bool {
    fields.split_whitespace().any(|field| texts(record, field).iter().any(|p| p == person))
}

fn published(record: &Record) -> bool {
    record.withdrawn.is_none() && in_list(PUBLISHED, &format!("{}:{}", record.kind, record.state))
}
