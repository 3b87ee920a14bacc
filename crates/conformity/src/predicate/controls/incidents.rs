//! What is told of incidents (A.8.4).

use aims_register::{Entry, Pointing, Value};
use jiff::{Span, civil::Date};

use super::super::shared::{Finding, moment, rows};
use crate::{
    blocks::{Engine, Outcome},
    time::{day_of, lapses},
};

/// The first moment at which the longest time that a plan in force allows has passed; at once where none allows any.
fn too_late(system: Entry<'_>, aware: Date) -> Option<jiff::Timestamp> {
    let plans = system.pointing(Pointing { kind: Some("incident-comm-plan"), field: Some("system") });
    let allowed = plans.filter(|p| p.state() == Some("in-force")).flat_map(|p| rows(p, "deadlines"));
    let spans = allowed.filter_map(|row| row.column("within")?.text()?.parse::<Span>().ok());
    spans.filter_map(|span| lapses(aware, span)).max()
}

pub(super) fn serious_told<'a>(engine: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let Some(system) = subject else { return found.outcome() };
    let incidents = system.pointing(Pointing { kind: Some("incident"), field: Some("system") });
    for incident in incidents.filter(|i| i.text("severity") == Some("serious") && i.state() != Some("rejected")) {
        found.witness(incident);
        let told = ["reported_to", "not_reported_reason"];
        if told.iter().any(|field| incident.field(field).is_some_and(Value::is_set)) {
            continue;
        }
        let aware = moment(incident, "aware_at").or_else(|| moment(incident, "detected_at"));
        let late = aware.and_then(|at| too_late(system, day_of(at)));
        if late.is_none() || !found.rests_on(engine.before(late)) {
            found.lacks_field(incident, "reported_to", "nobody was told, and no reason is given".to_owned());
        }
    }
    found.outcome()
}
