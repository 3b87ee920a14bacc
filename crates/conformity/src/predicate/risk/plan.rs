//! What the treatment plan says, in which order, and who bears what remains.

use std::collections::BTreeSet;

use aims_register::{Entry, Pointing, Value};
use jiff::Timestamp;

use super::{
    super::shared::{Finding, held_role, in_force, moment, named, numbers, rows},
    criteria::{place, text},
};
use crate::{
    blocks::{Engine, Outcome},
    time::day_of,
};

pub(super) fn soa_matches_treatment_plan<'a>(engine: &Engine<'a>, _: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let plans: Vec<_> = in_force(engine, "treatment-plan").collect();
    let (Some(soa), false) = (in_force(engine, "soa").next(), plans.is_empty()) else {
        found.nothing("no statement of applicability and treatment plan in force to compare");
        return found.outcome();
    };
    found.witness(soa);
    plans.iter().for_each(|p| found.witness(*p));
    let applicable = rows(soa, "entries").filter(|row| row.column("applicable").and_then(Value::flag) == Some(true));
    let applicable: BTreeSet<_> = applicable.flat_map(|row| numbers(row, "control")).collect();
    let planned = plans.iter().flat_map(|p| rows(*p, "entries")).flat_map(|row| numbers(row, "controls"));
    let obliged = engine.register.of_kind("control").filter(|c| is_obliged(*c)).map(|c| c.number());
    let needed: BTreeSet<_> = planned.chain(obliged).collect();
    for control in needed.difference(&applicable) {
        found.lacks_field(soa, "entries", format!("{control} is needed but not applicable in it"));
    }
    for control in applicable.difference(&needed) {
        let says = format!("{control} is applicable, but no treatment plan in force and no obligation uses it");
        found.lacks_field(soa, "entries", says);
    }
    found.outcome()
}

/// Whether an open obligation asks for the control, said on either side.
fn is_obliged(control: Entry<'_>) -> bool {
    let theirs = control.pointing(Pointing { kind: Some("obligation"), field: Some("treated_by") });
    let ours = control.linked("obligation_links").filter(|_| !control.ended());
    theirs.chain(ours).any(|o| !o.ended())
}

/// What is still to be done about a risk.
struct Open<'a> {
    risk: Entry<'a>,
    level: &'a str,
    place: usize,
    due: Timestamp,
}

pub(super) fn treatment_follows_level<'a>(engine: &Engine<'a>, _: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let Some(criteria) = in_force(engine, "risk-criteria").next() else { return found.outcome() };
    found.witness(criteria);
    let mut open = Vec::new();
    for plan in in_force(engine, "treatment-plan") {
        found.witness(plan);
        open.extend(rows(plan, "entries").flat_map(|row| still_open(row, criteria)));
    }
    open.sort_by_key(|o| std::cmp::Reverse((o.place, o.due)));
    // of all that is higher, what is due last; of the same level, what is due last comes first
    let (mut latest, mut first_of_level): (Option<&Open<'_>>, Option<&Open<'_>>) = (None, None);
    for one in &open {
        if first_of_level.is_some_and(|f| f.place != one.place) {
            latest = latest.into_iter().chain(first_of_level).max_by_key(|o| o.due);
            first_of_level = None;
        }
        first_of_level = first_of_level.or(Some(one));
        let reason = one.risk.field("priority_reason").is_some_and(Value::is_set);
        if let Some(higher) = latest.filter(|higher| higher.due > one.due && !reason) {
            found.lacks_field(one.risk, "priority_reason", before(one, higher));
        }
    }
    found.outcome()
}

fn before(one: &Open<'_>, higher: &Open<'_>) -> String {
    let (due, later) = (day_of(one.due), day_of(higher.due));
    let number = higher.risk.number();
    format!(
        "`{}` is treated by {due}, before {number} with `{}`, due {later}, without a reason",
        one.level, higher.level
    )
}

fn still_open<'a>(row: Value<'a>, criteria: Entry<'a>) -> Vec<Open<'a>> {
    let due = row.column("due").and_then(Value::instant);
    let (Some(due), false) = (due, text(row, "state") == Some("done")) else { return Vec::new() };
    let open = |risk: Entry<'a>| {
        let level = risk.text("inherent_level")?;
        Some(Open { risk, level, place: place(criteria, "level", level)?, due })
    };
    named(row, "risk").filter_map(open).collect()
}

pub(super) fn residual_accepted<'a>(engine: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let Some(risk) = subject else { return found.outcome() };
    let level = risk.text("residual_level");
    let acceptances = risk.pointing(Pointing { kind: Some("residual-acceptance"), field: Some("risk") });
    let acceptances: Vec<_> =
        acceptances.filter(|a| a.state() == Some("in-force") && a.text("level") == level).collect();
    let permitted: Vec<_> =
        in_force(engine, "risk-criteria").flat_map(|c| permitted(c, level.unwrap_or_default())).collect();
    match acceptances.iter().find(|a| by_one_of(engine, **a, &permitted)) {
        Some(accepted) => found.witness(*accepted),
        None if acceptances.is_empty() => found.nothing("no Acceptance of residual risk at this level"),
        None if permitted.is_empty() => {
            found.lacks(risk, "no risk criteria in force say who may accept its residual level".to_owned());
        }
        None => {
            for acceptance in acceptances {
                found.lapsed(acceptance, format!("not accepted by one of these roles: {}", permitted.join(", ")));
            }
        }
    }
    found.outcome()
}

/// Roles that may accept what remains at this level; where none is named for that, those that approve the decision.
fn permitted<'a>(criteria: Entry<'a>, level: &str) -> Vec<&'a str> {
    let rule = rows(criteria, "treatment_rules").find(|row| text(*row, "level") == Some(level));
    let roles = |column: &str| -> Vec<&'a str> {
        rule.and_then(|r| r.column(column)).into_iter().flat_map(Value::each).filter_map(Value::text).collect()
    };
    let acceptors = roles("acceptor");
    if acceptors.is_empty() { roles("approver") } else { acceptors }
}

fn by_one_of(engine: &Engine<'_>, acceptance: Entry<'_>, roles: &[&str]) -> bool {
    let Some(at) = moment(acceptance, "accepted_at") else { return false };
    acceptance.linked("accepted_by").any(|person| roles.iter().any(|role| held_role(engine, person, role, at)))
}
