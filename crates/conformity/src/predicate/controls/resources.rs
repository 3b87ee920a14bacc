//! Resources of AI systems: for each stage, and looked at again after a change (A.4.2).

use aims_register::{Entry, Pointing, Value};
use jiff::civil::Date;

use super::super::shared::{Finding, moment};
use crate::{
    blocks::{Engine, Outcome},
    time::day_of,
};

const KINDS: [&str; 5] = ["component", "data", "tool", "compute", "human"];

fn naming<'a>(system: Entry<'a>, kind: &'static str, field: &'static str) -> impl Iterator<Item = Entry<'a>> {
    system.pointing(Pointing { kind: Some(kind), field: Some(field) })
}

fn resources(system: Entry<'_>) -> impl Iterator<Item = Entry<'_>> {
    naming(system, "resource-item", "system").filter(|r| r.state() == Some("active"))
}

/// Said not to be needed, and not why.
fn ruled_out_without_reason(resource: Entry<'_>) -> bool {
    let ruled_out = resource.field("not_applicable").and_then(Value::flag) == Some(true);
    ruled_out && !resource.field("not_applicable_reason").is_some_and(Value::is_set)
}

fn texts<'a>(record: Entry<'a>, field: &str) -> Vec<&'a str> {
    record.field(field).into_iter().flat_map(Value::each).filter_map(Value::text).collect()
}

/// The stages that the system has reached, from design on, or from verification on where it was built elsewhere.
fn reached(system: Entry<'_>) -> Vec<&'static str> {
    let own = matches!(system.text("origin"), Some("developed" | "adapted"));
    let far = match system.state() {
        Some("design-development") => 1,
        Some("verification-validation") => 2,
        Some("deployment") => 3,
        Some("operation-monitoring" | "re-evaluation") => 4,
        _ => 0,
    };
    let all = ["design-development", "verification-validation", "deployment", "operation-monitoring"];
    all.into_iter().take(far).skip(usize::from(!own)).collect()
}

pub(super) fn at_each_stage<'a>(_: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let Some(system) = subject else { return found.outcome() };
    let all: Vec<_> = resources(system).collect();
    all.iter().for_each(|r| found.witness(*r));
    for kind in KINDS {
        let counts = |r: &&Entry<'_>| r.text("kind") == Some(kind) && !ruled_out_without_reason(**r);
        let of: Vec<_> = all.iter().filter(counts).map(|r| texts(*r, "stage")).collect();
        let missing = |stage: &&str| !of.iter().any(|stages| stages.is_empty() || stages.contains(stage));
        for stage in reached(system).into_iter().filter(missing) {
            found.nothing(&format!("no Resource of the kind `{kind}` for the stage `{stage}`"));
        }
    }
    found.outcome()
}

/// The last day on which a change of the system took effect, and the change.
fn last_change<'a>(engine: &Engine<'a>, found: &mut Finding<'a>, system: Entry<'a>) -> Option<(Date, Entry<'a>)> {
    let made = |c: &Entry<'_>| c.text("target") == Some("system") && matches!(c.state(), Some("done" | "closed"));
    let day = |c: Entry<'a>| {
        let effective = moment(c, "effective_at")?;
        found.rests_on(engine.from(effective)).then(|| (day_of(effective), c))
    };
    naming(system, "change", "systems").filter(made).filter_map(day).max_by_key(|(day, c)| (*day, c.recorded()))
}

pub(super) fn reviewed_after_change<'a>(engine: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let Some(system) = subject else { return found.outcome() };
    let Some((day, change)) = last_change(engine, &mut found, system) else { return found.outcome() };
    found.witness(change);
    for resource in resources(system) {
        found.witness(resource);
        let looked = moment(resource, "reviewed_at").map_or(resource.changed(), |m| m.max(resource.changed()));
        if day_of(looked) < day {
            let says = format!("was last looked at before {} took effect on {day}", change.number());
            found.lacks_field(resource, "reviewed_at", says);
        }
    }
    found.outcome()
}
