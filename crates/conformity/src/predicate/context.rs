//! Named checks of clauses 4 and 5: context, leadership.

use std::collections::BTreeSet;

use aims_register::{Entry, ParameterState, Pointing, Value};
use jiff::{Span, Timestamp};

use super::{
    Predicate,
    shared::{Finding, held_role, in_force, interval, moment, rows},
};
use crate::{
    blocks::{Engine, Outcome},
    time::{day_of, end_of, lapses},
    truth::{Answer, Truth},
};

/// The checks of this area.
pub(super) const PREDICATES: &[Predicate] = &[
    Predicate {
        name: "role-determined-after-change-of-purpose",
        about: "After each change of the system's intended purpose that took effect, the organization's role towards it was determined \
                again: a determination in force is not older than the proposal of the change.",
        reads: &["change systems", "role-determination system"],
        run: role_determined_after_change_of_purpose,
    },
    Predicate {
        name: "scope-maps-each-role",
        about: "For each AI role that the scope in force names, it says how clauses 4 to 10, the controls and the objectives apply.",
        reads: &["aims-scope"],
        run: scope_maps_each_role,
    },
    Predicate {
        name: "each-unit-answers-for-ai",
        about: "Each unit of the scope in force has somebody who works here and is assigned accountability for AI in it.",
        reads: &["aims-scope", "role-assignment", "person"],
        run: each_unit_answers_for_ai,
    },
    Predicate {
        name: "importance-reaches-each-unit",
        about: "Each unit of the scope in force was reached by a message on why good AI management matters, sent by somebody who was top \
                management then, within the interval that the organization set (`awareness-interval`); several messages count together.",
        reads: &["aims-scope", "comm-event", "person", "role-assignment", "parameter"],
        run: importance_reaches_each_unit,
    },
    Predicate {
        name: "roles-shown-to-each-unit",
        about: "Each unit of the scope in force was reached by a communication on roles; several communications count together.",
        reads: &["aims-scope", "comm-event"],
        run: roles_shown_to_each_unit,
    },
    Predicate {
        name: "policy-reaches-people",
        about: "Of the people who work within the scope, the share that the organization set (`policy-reach-pct`) was reached by the AI \
                policy in force, by a communication or made aware of it, within the days it set (`joiner-days`) from its approval or \
                from joining; whose days still run is not counted.",
        reads: &["policy", "comm-event", "awareness-record", "person", "parameter"],
        run: policy_reaches_people,
    },
];

fn pointing<'a>(record: Entry<'a>, kind: &'static str, field: &'static str) -> impl Iterator<Item = Entry<'a>> {
    record.pointing(Pointing { kind: Some(kind), field: Some(field) })
}

fn texts<'a>(record: Entry<'a>, field: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    record.field(field).into_iter().flat_map(Value::each).filter_map(Value::text)
}

fn role_determined_after_change_of_purpose<'a>(_: &Engine<'a>, system: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let Some(system) = system else { return found.outcome() };
    let in_effect = |c: &Entry<'a>| matches!(c.state(), Some("done" | "closed")) && c.text("kind") == Some("purpose");
    for change in pointing(system, "change", "systems").filter(in_effect) {
        let proposed = moment(change, "proposed_at").map(day_of);
        let decided = |r: &Entry<'a>| moment(*r, "decided_at").map(day_of);
        let since = |r: &Entry<'a>| r.state() == Some("in-force") && decided(r) >= proposed;
        match pointing(system, "role-determination", "system").find(since) {
            Some(determination) => found.witness(determination),
            None => found.lapsed(change, "the role was not determined again after it".to_owned()),
        }
    }
    found.outcome()
}

const PARTS: [&str; 9] =
    ["clause-4", "clause-5", "clause-6", "clause-7", "clause-8", "clause-9", "clause-10", "controls", "objectives"];

fn scope_maps_each_role<'a>(engine: &Engine<'a>, _: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    for scope in in_force(engine, "aims-scope") {
        found.witness(scope);
        let text = |row: Value<'a>, column: &str| row.column(column).and_then(Value::text);
        let mapped: BTreeSet<_> = rows(scope, "clause_map").map(|row| (text(row, "role"), text(row, "item"))).collect();
        for role in texts(scope, "roles") {
            let open: Vec<_> = PARTS.into_iter().filter(|part| !mapped.contains(&(Some(role), Some(part)))).collect();
            if !open.is_empty() {
                let says = format!("does not say for the role `{role}` how {} apply", open.join(", "));
                found.lacks_field(scope, "clause_map", says);
            }
        }
    }
    found.outcome()
}

fn each_unit_answers_for_ai<'a>(engine: &Engine<'a>, _: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let accountable: Vec<_> = engine
        .register
        .of_kind("role-assignment")
        .filter(|a| a.state() == Some("active") && texts(*a, "areas").any(|area| area == "ai-accountability"))
        .filter(|a| a.linked("person").any(|p| p.stands() && p.state() == Some("active")))
        .collect();
    for scope in in_force(engine, "aims-scope") {
        found.witness(scope);
        for unit in texts(scope, "units") {
            let here: Vec<_> = accountable.iter().filter(|a| a.text("unit") == Some(unit)).copied().collect();
            let on_duty = Answer::any(here.iter().map(|a| on_duty(engine, *a)).collect::<Vec<_>>());
            here.into_iter().for_each(|a| found.witness(a));
            if !found.rests_on(on_duty) {
                found.lacks(scope, format!("nobody answers for AI in the unit {unit}"));
            }
        }
    }
    found.outcome()
}

fn importance_reaches_each_unit<'a>(engine: &Engine<'a>, _: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let Some(fresh) = interval(engine, "awareness-interval", false) else { return found.outcome() };
    let by_top_management = |e: &Entry<'a>, at: Timestamp| {
        e.linked("sent_by").any(|person| held_role(engine, person, "top-management", at))
    };
    let mut events = Vec::new();
    for event in engine.register.of_kind("comm-event").filter(|e| e.text("topic") == Some("aims-importance")) {
        let Some(sent) = moment(event, "sent_at").filter(|at| by_top_management(&event, *at)) else { continue };
        let current = Answer::all([engine.from(sent), engine.before(lapses(day_of(sent), fresh))]);
        if found.rests_on(current) {
            events.push(event);
        }
    }
    each_unit_reached(engine, &mut found, &events);
    found.outcome()
}

fn roles_shown_to_each_unit<'a>(engine: &Engine<'a>, _: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let events = engine.register.of_kind("comm-event").filter(|e| e.text("topic") == Some("roles"));
    each_unit_reached(engine, &mut found, &events.collect::<Vec<_>>());
    found.outcome()
}

/// Each unit of the scope in force stands among those that one of these communications reached.
fn each_unit_reached<'a>(engine: &Engine<'a>, found: &mut Finding<'a>, events: &[Entry<'a>]) {
    let scopes: Vec<_> = in_force(engine, "aims-scope").collect();
    if scopes.is_empty() {
        found.nothing("no Scope in force that names its units");
    }
    for scope in scopes {
        found.witness(scope);
        for unit in texts(scope, "units") {
            match events.iter().find(|e| texts(**e, "reached_units").any(|u| u == unit)) {
                Some(event) => found.witness(*event),
                None => found.lacks(scope, format!("no communication reached the unit {unit}")),
            }
        }
    }
}

/// Whether today lies between the first and the last day of the assignment.
fn on_duty(engine: &Engine<'_>, assignment: Entry<'_>) -> Answer {
    let begun = match moment(assignment, "from") {
        Some(from) if from > engine.at => Answer { truth: Truth::No, until: Some(from) },
        from => Answer::fixed(from.is_some()),
    };
    let end = moment(assignment, "to").and_then(|to| end_of(day_of(to)));
    Answer::all([begun, engine.before(end)])
}

/// What the policy in force has to reach, and by when.
struct Reach {
    approved: Timestamp,
    days: Span,
}

fn policy_reaches_people<'a>(engine: &Engine<'a>, policy: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let Some((policy, approved)) = policy.and_then(|p| Some((p, moment(p, "approved_at")?))) else {
        found.nothing("no day on which the AI policy was approved");
        return found.outcome();
    };
    let (days, share) = (interval(engine, "joiner-days", false), share(engine));
    if days.is_none() {
        found.undefined(policy, "joiner-days", "P30D");
    }
    if share.is_none() {
        found.undefined(policy, "policy-reach-pct", "95");
    }
    let (Some(days), Some(share)) = (days, share) else { return found.outcome() };
    reached(engine, &mut found, policy, &Reach { approved, days }, share);
    found.outcome()
}

/// The share of people to be reached, in percent.
fn share(engine: &Engine<'_>) -> Option<f64> {
    match engine.register.parameter("policy-reach-pct") {
        ParameterState::Set(set) => set.number()?.parse().ok(),
        _ => None,
    }
}

fn reached<'a>(engine: &Engine<'a>, found: &mut Finding<'a>, policy: Entry<'a>, reach: &Reach, share: f64) {
    let people = engine.register.of_kind("person").filter(|p| p.state() == Some("active"));
    let people: Vec<_> = people.filter(|p| p.field("in_scope").and_then(Value::flag) == Some(true)).collect();
    if people.is_empty() {
        return found.nothing("no person is marked as working within the scope");
    }
    let units = units_reached(policy, reach);
    let (mut due, mut missed) = (0_u32, Vec::new());
    for person in people {
        let joined = moment(person, "joined_at").map_or(reach.approved, |joined| joined.max(reach.approved));
        let deadline = lapses(day_of(joined), reach.days);
        let mut in_time = |at: Timestamp| deadline.is_none_or(|end| at < end) && found.rests_on(engine.from(at));
        let with_unit = units.iter().filter(|(unit, _)| person.text("unit") == Some(*unit)).map(|(_, at)| *at);
        if told_at(person, policy, reach).chain(with_unit).any(&mut in_time) {
            due += 1;
        } else if !found.rests_on(engine.before(deadline)) {
            due += 1;
            missed.push(person);
        }
    }
    let missing = u32::try_from(missed.len()).unwrap_or(u32::MAX);
    if f64::from(due.saturating_sub(missing)) * 100.0 < share * f64::from(due) {
        missed.into_iter().for_each(|p| found.lapsed(p, "was not reached in time".to_owned()));
    }
}

/// When a person was told of the policy as approved last, in a communication or by being made aware.
fn told_at<'a>(person: Entry<'a>, policy: Entry<'a>, reach: &Reach) -> impl Iterator<Item = Timestamp> + use<'a> {
    let about = move |record: &Entry<'a>, field: &str| record.linked(field).any(|r| r == policy);
    let events = pointing(person, "comm-event", "reached").chain(pointing(person, "comm-event", "acknowledged_by"));
    let events = events.filter(move |e| about(e, "subject")).filter_map(|e| moment(e, "sent_at"));
    let aware = pointing(person, "awareness-record", "person").filter(move |a| about(a, "policy_version"));
    let aware = aware.filter_map(|a| moment(a, "date"));
    let approved = day_of(reach.approved);
    events.chain(aware).filter(move |at| day_of(*at) >= approved)
}

/// Units that a communication of the policy as approved last reached in full, and when.
fn units_reached<'a>(policy: Entry<'a>, reach: &Reach) -> Vec<(&'a str, Timestamp)> {
    let sent = pointing(policy, "comm-event", "subject").filter_map(|e| Some((e, moment(e, "sent_at")?)));
    let current = sent.filter(|(_, at)| day_of(*at) >= day_of(reach.approved));
    current.flat_map(|(e, at)| texts(e, "reached_units").map(move |unit| (unit, at))).collect()
}
