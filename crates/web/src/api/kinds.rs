//! The kinds in force, each described as JSON Schema.

use aims_app::access::{Action, Seat};
use aims_framework::kinds::json_schema;
use aims_record::Kind;
use aims_register::Register;

use super::{
    answers::{KindLine, OneKind, StateLine, VerbLine},
    doc::{AS_OF, Doc, Given, of},
    page::only,
};
use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    route::{Asks, Route},
};

static ALL: Doc = Doc::new("The kinds of records", Given::Json(of::<Vec<KindLine>>)).query(&[AS_OF]);
static ONE: Doc =
    Doc::new("One kind: life cycle and JSON Schema", Given::Json(of::<OneKind>)).query(&[AS_OF]).also(&[404]);

pub static ROUTES: &[Route] = &[
    Route::read("/api/v1/o/{org}/kinds", "api-kinds", Asks::Member, all, &ALL),
    Route::read("/api/v1/o/{org}/kinds/{kind}", "api-kind", Asks::Member, one, &ONE),
];

fn all(call: &Call<'_>) -> Answered {
    only(call, &ALL, &[])?;
    let sight = call.sight()?;
    let seat = call.seat(&sight)?;
    let kinds = sight.register().kinds();
    let known = kinds.by_id.values().filter(|kind| knows(&seat, kind));
    Answer::json(&known.map(|kind| line(sight.register(), &seat, kind)).collect::<Vec<_>>())
}

fn one(call: &Call<'_>) -> Answered {
    only(call, &ONE, &[])?;
    let sight = call.sight()?;
    let seat = call.seat(&sight)?;
    let kind = sight.register().kinds().get(call.param("kind")).filter(|kind| knows(&seat, kind));
    let kind = kind.ok_or_else(Refused::absent)?;
    let states = kind.lifecycle.states.iter();
    let verbs = kind.lifecycle.verbs.iter();
    Answer::json(&OneKind {
        line: line(sight.register(), &seat, kind),
        states: states
            .map(|s| StateLine { id: s.id.clone(), label: s.label.clone(), about: s.about.clone() })
            .collect(),
        verbs: verbs
            .map(|v| VerbLine {
                id: v.id.clone(),
                label: v.label.clone(),
                from: v.from.clone(),
                to: v.to.clone(),
                signs: v.sign.is_some(),
            })
            .collect(),
        schema: json_schema(kind).as_object().cloned().unwrap_or_default(),
    })
}

fn knows(seat: &Seat, kind: &Kind) -> bool {
    seat.may(Action::Read, &kind.id) || seat.may(Action::Record, &kind.id)
}

fn line(register: &Register, seat: &Seat, kind: &Kind) -> KindLine {
    let records = match seat.reads_all(&kind.id) {
        true => register.how_many(&kind.id),
        false => register.of_kind(&kind.id).filter(|e| seat.reads(*e)).count(),
    };
    KindLine {
        id: kind.id.clone(),
        title: kind.title.clone(),
        plural: kind.plural.clone(),
        number: kind.number.clone(),
        about: kind.about.clone(),
        clauses: kind.clauses.clone(),
        records,
        own: kind.own,
        may_record: seat.may(Action::Record, &kind.id),
    }
}
