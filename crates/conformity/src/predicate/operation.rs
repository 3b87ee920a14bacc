//! Named checks of clauses 8 and 10: operation, improvement.

use aims_register::{Entry, ParameterState, Pointing, Value};
use jiff::{Span, Timestamp};

use super::{
    Predicate,
    shared::{Finding, moment, named, rows},
};
use crate::{
    blocks::{Engine, Outcome},
    time::day_of,
};

/// The checks of this area.
pub(super) const PREDICATES: &[Predicate] = &[
    Predicate {
        name: "treatment-controls-checked",
        about: "Every control of an entry that is done in the risk treatment plan was checked on the day on which the entry was \
                done or later.",
        reads: &["control<treatment-plan entries.controls", "control-check control<treatment-plan entries.controls"],
        run: treatment_controls_checked,
    },
    Predicate {
        name: "treated-risks-rated-anew",
        about: "Every risk of an entry that is done in the risk treatment plan has a residual level that was rated on the day on \
                which the entry was done or later.",
        reads: &["risk<treatment-plan entries.risk"],
        run: treated_risks_rated_anew,
    },
    Predicate {
        name: "effect-judged-after-a-while",
        about: "The effect of the corrective action was judged no earlier after it was done than the beginning of the window \
                that the organization set for this; where it set none, any day will do.",
        reads: &["parameter"],
        run: effect_judged_after_a_while,
    },
];

fn treatment_controls_checked<'a>(engine: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let Some(plan) = subject else { return nothing(found) };
    found.witness(plan);
    for (row, number, done) in done(plan) {
        let Some(done) = done else {
            found.lacks_field(plan, "entries", format!("row {number} of `Entries`: done on no day"));
            continue;
        };
        for control in named(row, "controls") {
            let pointing = Pointing { kind: Some("control-check"), field: Some("control") };
            let mut since = |day: Timestamp| day_of(day) >= day_of(done) && found.rests_on(engine.from(day));
            let check = control.pointing(pointing).find(|c| moment(*c, "date").is_some_and(&mut since));
            match check {
                Some(check) => found.witness(check),
                None => found.lapsed(control, format!("not checked since its treatment was done on {}", day_of(done))),
            }
        }
    }
    found.outcome()
}

fn treated_risks_rated_anew<'a>(_: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let Some(plan) = subject else { return nothing(found) };
    found.witness(plan);
    for (row, number, done) in done(plan) {
        let Some(done) = done else {
            found.lacks_field(plan, "entries", format!("row {number} of `Entries`: done on no day"));
            continue;
        };
        for risk in named(row, "risk") {
            found.witness(risk);
            let rated = moment(risk, "residual_rated_at").is_some_and(|day| day_of(day) >= day_of(done));
            let field = if risk.text("residual_level").is_some() { "residual_rated_at" } else { "residual_level" };
            if field == "residual_level" || !rated {
                found.lacks_field(risk, field, format!("not rated since its treatment was done on {}", day_of(done)));
            }
        }
    }
    found.outcome()
}

fn effect_judged_after_a_while<'a>(engine: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let Some(action) = subject else { return nothing(found) };
    found.witness(action);
    let earliest = match engine.register.parameter("ca-verify-days") {
        ParameterState::Set(set) => set.record.text("earliest").and_then(|text| text.parse::<Span>().ok()),
        _ => None,
    };
    let (Some(earliest), Some(done), Some(judged)) =
        (earliest, moment(action, "done_at"), moment(action, "effectiveness_date"))
    else {
        return found.outcome();
    };
    if day_of(done).checked_add(earliest).is_ok_and(|day| day_of(judged) < day) {
        found.lapsed(action, format!("judged on {}, done only on {}", day_of(judged), day_of(done)));
    }
    found.outcome()
}

fn nothing(mut found: Finding<'_>) -> Outcome<'_> {
    found.nothing("no record to look at");
    found.outcome()
}

/// The rows of a plan that are done, with their numbers and days.
fn done<'a>(plan: Entry<'a>) -> impl Iterator<Item = (Value<'a>, usize, Option<Timestamp>)> {
    let numbered = rows(plan, "entries").zip(1..);
    let done = numbered.filter(|(row, _)| row.column("state").and_then(Value::text) == Some("done"));
    done.map(|(row, number)| (row, number, row.column("done_at").and_then(Value::instant)))
}
