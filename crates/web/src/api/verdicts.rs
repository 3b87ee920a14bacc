//! What is said about requirements: verdicts, how they come about, what lapses, what changed, readiness.

use aims_app::{AsOf, access::Power, checks::Question};
use aims_conformity::State;
use aims_framework::standard::{Framework, Item, sentence};
use serde::Serialize;
use serde_json::Value;

use super::{
    answers::{FrameworkLine, RequirementLine, Said, VerdictLine},
    doc::{AS_OF, Doc, Given, count, needed, of, text},
    page::only,
    record::find,
    veil::Veil,
};
use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    route::{Asks, Route},
};

/// Days of a forecast where none are said.
const DAYS: u32 = 90;

static LIST: Doc = Doc::new("Verdicts in one line each", Given::Json(of::<Vec<VerdictLine>>))
    .query(&[text("framework", "Only this framework: its id."), AS_OF]);
static CHECK: Doc = Doc::new("Verdicts with reasons, populations and proof", Given::Json(of::<Said>))
    .about("As `aims check --format json` says them.")
    .query(&[
        text("framework", "Only this framework, with or without its edition."),
        text("clause", "Only this clause or area with all below it."),
        text("requirement", "Only this requirement or control."),
        text("system", "Only what is said about this record."),
        text("since", "Only what got worse since this moment."),
        text("on", "Decided for this day, by what was known at `as_of`."),
        AS_OF,
    ])
    .also(&[404]);
static ONE: Doc = Doc::new("One verdict", Given::Json(of::<Said>)).query(&[AS_OF]).also(&[404]);
static EXPLAIN: Doc = Doc::new("How a requirement is decided, with the proof", Given::Json(of::<Vec<Said>>))
    .query(&[text("subject", "Only the proof for this record."), AS_OF])
    .also(&[404]);
static FORECAST: Doc = Doc::new("What changes if nobody does anything", Given::Json(of::<Said>))
    .query(&[count("days", "How far ahead; 90 where it is not said.", 0, 3660), AS_OF]);
static READINESS: Doc =
    Doc::new("What has to be there before a certification body comes", Given::Json(of::<Said>)).query(&[AS_OF]);
static DIFFERENCES: Doc = Doc::new("What is said otherwise at two moments, and why", Given::Json(of::<Said>))
    .query(&[
        needed("from", "The earlier moment: a day, a moment, or an entry such as `#41`."),
        text("to", "The later moment; now where it is not said."),
        text("framework", "Only this framework."),
        text("clause", "Only this clause or area."),
        text("requirement", "Only this requirement or control."),
    ])
    .also(&[404]);
static FRAMEWORKS: Doc = Doc::new("The frameworks in force", Given::Json(of::<Vec<FrameworkLine>>));
static REQUIREMENTS: Doc =
    Doc::new("Requirements and controls of a framework", Given::Json(of::<Vec<RequirementLine>>)).also(&[404]);

pub static ROUTES: &[Route] = &[
    Route::read("/api/v1/o/{org}/verdicts", "api-verdicts", Asks::Member, list, &LIST),
    Route::read("/api/v1/o/{org}/verdicts/{framework}/{item}", "api-verdict", Asks::Member, one, &ONE).slow(),
    Route::read("/api/v1/o/{org}/verdicts/{framework}/{item}/explain", "api-explain", Asks::Member, explain, &EXPLAIN)
        .slow(),
    Route::read("/api/v1/o/{org}/check", "api-check", Asks::Member, check, &CHECK).slow(),
    Route::read("/api/v1/o/{org}/forecast", "api-forecast", Asks::Member, forecast, &FORECAST).slow(),
    Route::read("/api/v1/o/{org}/readiness", "api-readiness", Asks::Member, readiness, &READINESS).slow(),
    Route::read("/api/v1/o/{org}/differences", "api-differences", Asks::Member, differences, &DIFFERENCES).slow(),
    Route::read("/api/v1/o/{org}/frameworks", "api-frameworks", Asks::Member, frameworks, &FRAMEWORKS),
    Route::read(
        "/api/v1/o/{org}/frameworks/{framework}",
        "api-requirements",
        Asks::Member,
        requirements,
        &REQUIREMENTS,
    ),
];

/// What a verdict comes to, in words.
fn found(state: State) -> (String, Option<String>) {
    let said = serde_json::to_value(state).unwrap_or_default();
    let text = |name: &str| said.get(name).and_then(Value::as_str).map(str::to_owned);
    (text("verdict").unwrap_or_default(), text("severity"))
}

fn list(call: &Call<'_>) -> Answered {
    only(call, &LIST, &[])?;
    reads_verdicts(call)?;
    let sight = call.sight()?;
    let frameworks = call.live()?.frameworks();
    let among = call.query.get("framework");
    if among.is_some_and(|f| !frameworks.by_id.contains_key(f)) {
        return Err(Refused::absent());
    }
    let within = |id: &str| among.is_none_or(|f| id.strip_prefix(f).is_some_and(|rest| rest.starts_with('/')));
    let said = sight.assessment().standings().filter(|s| within(s.requirement));
    let line = said.map(|s| {
        let (verdict, severity) = found(s.state);
        VerdictLine {
            requirement: s.requirement.to_owned(),
            title: frameworks.item(s.requirement).map_or(String::new(), |(_, item)| item.title().to_owned()),
            verdict,
            severity,
            have: s.have,
            of: s.of,
            until: s.until.map(|at| at.to_string()),
        }
    });
    Answer::json(&line.collect::<Vec<_>>())
}

/// Verdicts are about the management system as a whole: to whoever does not hold the power they are absent (docs/formats/access.md, 18).
fn reads_verdicts(call: &Call<'_>) -> Result<(), Refused> {
    let sight = call.sight()?;
    if call.seat(&sight)?.has(Power::Verdicts) { Ok(()) } else { Err(Refused::absent()) }
}

fn one(call: &Call<'_>) -> Answered {
    only(call, &ONE, &[])?;
    reads_verdicts(call)?;
    let sight = call.sight()?;
    let id = requirement(call);
    let verdict = sight.assessment().verdict(&id).ok_or_else(Refused::absent)?;
    let seat = call.seat(&sight)?;
    Answer::json(&Veil::new(&sight, &seat).over(&verdict)?)
}

fn requirement(call: &Call<'_>) -> String {
    format!("{}/{}", call.param("framework"), call.param("item"))
}

/// An answer about many records, without what whoever asks may not read now.
fn veiled(call: &Call<'_>, answer: &impl Serialize) -> Answered {
    let sight = call.live()?.sight(None)?;
    let seat = call.seat(&sight)?;
    Answer::json(&Veil::new(&sight, &seat).over(answer)?)
}

fn explain(call: &Call<'_>) -> Answered {
    only(call, &EXPLAIN, &[])?;
    reads_verdicts(call)?;
    let subject = readable(call, "subject")?;
    let id = requirement(call);
    veiled(call, &call.live()?.aims().explain(&id, subject.as_deref(), call.as_of()?)?)
}

/// The record that a name of the query names, where it may be read.
fn readable(call: &Call<'_>, name: &str) -> Result<Option<String>, Refused> {
    let Some(word) = call.query.get(name) else { return Ok(None) };
    let sight = call.live()?.sight(None)?;
    let seat = call.seat(&sight)?;
    Ok(Some(find(call, &sight, &seat, word)?.id()))
}

fn check(call: &Call<'_>) -> Answered {
    only(call, &CHECK, &[])?;
    reads_verdicts(call)?;
    let moment = |name: &str| call.query.get(name).map(AsOf::parse).transpose();
    let on = match moment("on")? {
        None => None,
        Some(AsOf::Moment(moment)) => Some(moment),
        Some(AsOf::Entry(_)) => {
            return Err(Refused::unclear("moment_not_understood", "`on` takes a day such as 2026-11-23."));
        }
    };
    let question = Question {
        as_of: call.as_of()?,
        on,
        since: moment("since")?,
        system: readable(call, "system")?,
        ..which(call)
    };
    veiled(call, &call.live()?.aims().check(&question)?)
}

fn which(call: &Call<'_>) -> Question {
    let text = |name: &str| call.query.get(name).map(str::to_owned);
    Question {
        framework: text("framework"),
        clause: text("clause"),
        requirement: text("requirement"),
        ..Question::default()
    }
}

fn forecast(call: &Call<'_>) -> Answered {
    only(call, &FORECAST, &[])?;
    reads_verdicts(call)?;
    let days = call.query.get("days").map_or(Ok(DAYS), str::parse);
    let days = days.map_err(|_| Refused::unclear("days_out_of_range", "Say a number of days, 0 to 3660."))?;
    veiled(call, &call.live()?.aims().forecast(days, call.as_of()?)?)
}

fn readiness(call: &Call<'_>) -> Answered {
    only(call, &READINESS, &[])?;
    reads_verdicts(call)?;
    veiled(call, &call.live()?.aims().readiness(call.as_of()?, &mut |_, _| ())?)
}

fn differences(call: &Call<'_>) -> Answered {
    only(call, &DIFFERENCES, &[])?;
    reads_verdicts(call)?;
    let says = "Say from which moment: `?from=2026-11-01`.";
    let from = call.query.get("from").ok_or_else(|| Refused::unclear("from_needed", says))?;
    let to = call.query.get("to").map(AsOf::parse).transpose()?;
    veiled(call, &call.live()?.aims().diff(AsOf::parse(from)?, to, &which(call))?)
}

fn frameworks(call: &Call<'_>) -> Answered {
    only(call, &FRAMEWORKS, &[])?;
    Answer::json(&call.live()?.frameworks().by_id.values().map(framework).collect::<Vec<_>>())
}

fn framework(framework: &Framework) -> FrameworkLine {
    let source = &framework.source;
    FrameworkLine {
        id: framework.id.clone(),
        title: framework.title.clone(),
        publisher: source.publisher.clone(),
        version: source.version.clone(),
        tier: source.tier.clone(),
        last_verified: source.last_verified.to_string(),
        licence: source.licence.clone(),
        may_show: source.may_show,
        requirements: framework.requirements.len(),
        controls: framework.controls.len(),
        rules: framework.rules.len(),
    }
}

fn requirements(call: &Call<'_>) -> Answered {
    only(call, &REQUIREMENTS, &[])?;
    let framework = call.live()?.frameworks().by_id.get(call.param("framework")).ok_or_else(Refused::absent)?;
    let kinds = call.live()?.aims().kinds();
    let line = |item: Item<'_>| RequirementLine {
        id: format!("{}/{}", framework.id, item.id()),
        title: item.title().to_owned(),
        text: item.text().to_owned(),
        decided: framework.rules.get(item.id()).map(|rule| sentence(rule, kinds)),
    };
    Answer::json(&framework.items().map(line).collect::<Vec<_>>())
}
