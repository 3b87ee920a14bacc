//! What an organization has bounded for itself, held against an act before it is done: ratings on its own scales, who may accept which risk, how
//! long an acceptance holds, who owns, and why a control is left out (TRUST B-15 to B-18).

use aims_record::{Actor, Fields, Problem, Refusal};
use aims_register::{Entry, ParameterState, Register, Value};
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use serde_json::Value as Json;

use super::Standing;
use crate::Wish;

/// Fields of a risk that hold a step of a scale of the criteria in force.
const RATED: [(&str, &str); 5] = [
    ("likelihood", "likelihood"),
    ("inherent_level", "level"),
    ("residual_level", "level"),
    ("residual_likelihood", "likelihood"),
    ("residual_consequence", "consequence"),
];
/// The kind that says that what remains of a risk is borne.
const ACCEPTANCE: &str = "residual-acceptance";
/// How long an acceptance holds at most where the organization has not said so (`practice.yaml`).
const HOLDS_MONTHS: i64 = 12;

/// Refuses what lies beyond the organization's own bounds.
pub(super) fn refuse<'w>(
    standing: &Standing,
    actor: &Actor,
    wishes: impl Iterator<Item = &'w Wish>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let register = standing.register();
    for wish in wishes {
        match wish {
            Wish::Record { kind, fields, .. } => fits(register, kind, fields, now)?,
            Wish::Amend { record, set, .. } => {
                let kind = found(register, record).map(Entry::kind).unwrap_or_default();
                fits(register, kind, set, now)?;
            }
            Wish::Move { record, verb, .. } if verb == "accept" => may_accept(register, actor, record, now)?,
            _ => {}
        }
    }
    Ok(())
}

fn found<'r>(register: &'r Register, word: &str) -> Option<Entry<'r>> {
    register.get(word).or_else(|| register.numbered(word))
}

fn fits(register: &Register, kind: &str, fields: &Fields, now: Timestamp) -> Result<(), Refusal> {
    let mut problems = Vec::new();
    match kind {
        "risk" => rated(register, fields, &mut problems),
        ACCEPTANCE => holds_not_too_long(register, fields, now, &mut problems),
        "soa" => left_out_with_reason(fields, &mut problems),
        _ => {}
    }
    owned(register, fields, &mut problems);
    if problems.is_empty() { Ok(()) } else { Err(Refusal::FieldsRefused { problems }) }
}

fn problem(code: &'static str, pointer: String, message: String, allowed: Vec<String>) -> Problem {
    Problem { code, pointer, message, allowed }
}

/// The criteria in force, where there is exactly one set.
fn criteria(register: &Register) -> Option<Entry<'_>> {
    let mut in_force = register.of_kind("risk-criteria").filter(|c| c.state() == Some("in-force") && c.stands());
    in_force.next().filter(|_| in_force.next().is_none())
}

fn rows<'a>(entry: Entry<'a>, table: &str) -> impl Iterator<Item = Value<'a>> + use<'a> {
    entry.field(table).into_iter().flat_map(Value::each)
}

fn text<'a>(row: Value<'a>, column: &str) -> Option<&'a str> {
    row.column(column)?.text()
}

/// The steps of a scale, the lowest first.
fn steps(criteria: Entry<'_>, scale: &str) -> Vec<String> {
    let of = rows(criteria, "scales").filter(|row| text(*row, "scale") == Some(scale));
    of.filter_map(|row| text(row, "level").map(str::to_owned)).collect()
}

/// Every rating is a step of its scale.
fn rated(register: &Register, fields: &Fields, problems: &mut Vec<Problem>) {
    let Some(criteria) = criteria(register) else { return };
    let mut hold = |pointer: String, scale: &str, given: Option<&Json>| {
        let Some(given) = given.and_then(Json::as_str).filter(|given| !given.trim().is_empty()) else { return };
        let allowed = steps(criteria, scale);
        if !allowed.is_empty() && !allowed.iter().any(|step| step == given) {
            let message = format!("`{given}` is no step of the {scale} scale of {}", criteria.number());
            problems.push(problem("not_on_scale", pointer, message, allowed));
        }
    };
    for (field, scale) in RATED {
        hold(format!("/{field}"), scale, fields.get(field));
    }
    let consequences = fields.get("consequences").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    for (n, row) in consequences.iter().enumerate() {
        hold(format!("/consequences/{n}/level"), "consequence", row.get("level"));
    }
}

/// An acceptance ends within the organization's own interval.
fn holds_not_too_long(register: &Register, fields: &Fields, now: Timestamp, problems: &mut Vec<Problem>) {
    let until = fields.get("expires_at").and_then(Json::as_str).and_then(|day| day.parse::<Date>().ok());
    let Some(until) = until else { return };
    let set = match register.parameter("residual-expiry") {
        ParameterState::Set(parameter) => parameter.duration(false),
        _ => None,
    };
    let today = TimeZone::UTC.to_datetime(now).date();
    let Ok(last) = today.checked_add(set.unwrap_or(HOLDS_MONTHS.months())) else { return };
    if until > last {
        let message = format!("an acceptance holds until {last} at most; what is accepted is looked at again by then");
        problems.push(problem("review_too_late", "/expires_at".into(), message, Vec::new()));
    }
}

/// A control that does not apply is left out for a reason.
fn left_out_with_reason(fields: &Fields, problems: &mut Vec<Problem>) {
    let entries = fields.get("entries").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    for (n, row) in entries.iter().enumerate() {
        let blank = |column: &str| row.get(column).and_then(Json::as_str).is_none_or(|text| text.trim().is_empty());
        if row.get("applicable").and_then(Json::as_bool) != Some(false) {
            continue;
        }
        for column in ["justification", "exclusion_reason"].into_iter().filter(|column| blank(column)) {
            let message = "a control is left out for a reason: say which, and why in a sentence of facts".to_owned();
            problems.push(problem("justification_required", format!("/entries/{n}/{column}"), message, Vec::new()));
        }
    }
}

/// Whoever owns something works here.
fn owned(register: &Register, fields: &Fields, problems: &mut Vec<Problem>) {
    let owner = fields.get("owner").and_then(Json::as_str).and_then(|word| found(register, word));
    let Some(owner) = owner.filter(|owner| owner.kind() == "person") else { return };
    if owner.state() != Some("active") || owner.erased() {
        let message = format!("{} does not work here any more; name somebody who does", owner.number());
        problems.push(problem("owner_inactive", "/owner".into(), message, Vec::new()));
    }
}

/// What remains of a risk is accepted by a role that the criteria name for its level.
fn may_accept(register: &Register, actor: &Actor, record: &str, now: Timestamp) -> Result<(), Refusal> {
    let Some(acceptance) = found(register, record).filter(|e| e.kind() == ACCEPTANCE) else { return Ok(()) };
    let (Some(criteria), Some(level)) = (criteria(register), acceptance.text("level")) else { return Ok(()) };
    let rule = rows(criteria, "treatment_rules").find(|row| text(*row, "level") == Some(level));
    let roles = |column: &str| -> Vec<String> {
        let named = rule.and_then(|row| row.column(column)).into_iter().flat_map(Value::each);
        named.filter_map(Value::text).map(str::to_owned).collect()
    };
    let named = Some(roles("acceptor")).filter(|roles| !roles.is_empty()).unwrap_or_else(|| roles("approver"));
    let person = register.get(&actor.pid);
    let holds = |role: &String| person.is_some_and(|p| register.held(p, now).any(|a| a.role() == Some(role)));
    if named.is_empty() || named.iter().any(holds) {
        return Ok(());
    }
    Err(Refusal::AboveAppetite { record: acceptance.number().to_owned(), level: level.to_owned(), roles: named })
}
