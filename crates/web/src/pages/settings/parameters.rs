//! All intervals and thresholds that the organization may set for itself: what is in force, who approved it, what practice proposes and what rests on it.

use aims_app::{Step, Wish, access::Action, practice::Proposal};
use aims_record::Fields;
use aims_register::{Entry, ParameterState, Value};
use askama::Template;

use super::{frame, must_settle};
use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::Frame,
    pages::{act::carry_out, home::short},
    reader::{Link, Reader},
    route::{Asks, Route},
    show::day,
    words::Tongue,
};

pub const ROUTES: &[Route] = &[
    Route::page("/o/{org}/settings/parameters", "settings-parameters", Asks::Member, show).slow(),
    Route::form("/o/{org}/settings/parameters", "settings-parameters-propose", Asks::Member, propose),
];

const KIND: &str = "parameter";

#[derive(Template)]
#[template(path = "settings-parameters.html")]
struct Page<'c> {
    frame: Frame<'c>,
    rows: Vec<Row>,
    set: usize,
    /// Parameters for which nothing is recorded yet, where the seat may record.
    open: usize,
    /// How many were just proposed.
    proposed: usize,
}

struct Row {
    parameter: String,
    label: String,
    /// What practice proposes, in words.
    practice: String,
    /// Records in force: one, or several that contradict each other.
    in_force: Vec<Set>,
    drafts: Vec<Link>,
    /// Requirements whose rules ask for it: what people call them, address.
    rests: Vec<(String, String)>,
    /// Whether it can be proposed here.
    open: bool,
}

struct Set {
    link: Link,
    value: String,
    by: String,
    at: String,
}

fn show(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    must_settle(&reader.seat)?;
    let records = reader.seat.may(Action::Record, KIND) && !call.query.has("as_of");
    let proposals = call.live()?.aims().practice()?;
    let rows: Vec<Row> = proposals.iter().map(|p| row(call, &reader, p, records)).collect();
    Answer::page(&Page {
        set: rows.iter().filter(|r| !r.in_force.is_empty()).count(),
        open: rows.iter().filter(|r| r.open).count(),
        proposed: call.query.get("proposed").and_then(|n| n.parse().ok()).unwrap_or_default(),
        rows,
        frame: frame(call, &reader, "settings-parameters")?,
    })
}

fn row(call: &Call<'_>, reader: &Reader<'_>, proposal: &Proposal, records: bool) -> Row {
    let in_force = match reader.standing.register().parameter(&proposal.parameter) {
        ParameterState::NotSet => Vec::new(),
        ParameterState::Set(parameter) => vec![parameter.record],
        ParameterState::Contradicted(several) => several,
    };
    let in_force: Vec<Set> = in_force.into_iter().filter(|e| reader.reads(*e)).map(|e| set(call, reader, e)).collect();
    let is_draft = |e: &Entry<'_>| e.text("parameter") == Some(&proposal.parameter) && e.state() == Some("draft");
    let drafts: Vec<Link> = reader.list(KIND).filter(is_draft).map(|e| reader.link(e)).collect();
    let rests = proposal.asked_by.iter().map(|id| (short(id).to_owned(), requirement(call, id)));
    Row {
        open: records && in_force.is_empty() && drafts.is_empty(),
        parameter: proposal.parameter.clone(),
        label: proposal.label.clone(),
        practice: proposed(call.tongue, &proposal.value),
        rests: if reader.is_told() { rests.collect() } else { Vec::new() },
        in_force,
        drafts,
    }
}

fn requirement(call: &Call<'_>, id: &str) -> String {
    call.at(&format!("/requirements/{id}"))
}

fn set(call: &Call<'_>, reader: &Reader<'_>, entry: Entry<'_>) -> Set {
    let by = entry.field("approved_by").and_then(Value::record).filter(|person| reader.reads(*person));
    let at = entry.field("approved_at").and_then(Value::instant);
    Set {
        link: reader.link(entry),
        value: value(call.tongue, entry),
        by: by.map_or(String::new(), |person| reader.standing.name_of(person).to_owned()),
        at: at.map_or(String::new(), |at| day(call.tongue, jiff::tz::TimeZone::UTC.to_datetime(at).date())),
    }
}

/// The value of a record, in words.
fn value(tongue: &Tongue, entry: Entry<'_>) -> String {
    let text = |name: &str| entry.text(name).map(str::to_owned);
    let amount = entry.field("value_number").map(crate::pages::register::amount);
    in_words(tongue, &text, amount)
}

/// The value of a proposal, in words.
fn proposed(tongue: &Tongue, fields: &Fields) -> String {
    let text = |name: &str| fields.get(name).and_then(|v| v.as_str()).map(str::to_owned);
    let part = |name: &str| fields.get("value_number").and_then(|v| v.get(name)).and_then(|v| v.as_str());
    let amount = part("amount").map(|amount| format!("{amount} {}", part("unit").unwrap_or_default()));
    in_words(tongue, &text, amount)
}

fn in_words(tongue: &Tongue, text: &dyn Fn(&str) -> Option<String>, amount: Option<String>) -> String {
    let span = |name: &str| text(name).map(|iso| duration(tongue, &iso));
    let window = match (span("earliest"), span("latest")) {
        (Some(from), Some(to)) => Some(tongue.tell("duration-window", &[("from", from.into()), ("to", to.into())])),
        (_, to) => to,
    };
    let whole = span("value_duration").or(amount).or_else(|| text("value_text")).or(window).unwrap_or_default();
    match span("high_tier_duration") {
        Some(high) => tongue.tell("duration-high-tier", &[("all", whole.into()), ("high", high.into())]),
        None => whole,
    }
}

/// `P12M` as `12 months`; what has several parts stays as written.
fn duration(tongue: &Tongue, iso: &str) -> String {
    let parts = iso.strip_prefix('P').and_then(|rest| rest.split_at_checked(rest.len().saturating_sub(1)));
    let Some((Ok(count), unit)) = parts.map(|(count, unit)| (count.parse::<u64>(), unit)) else {
        return iso.to_owned();
    };
    let key = match unit {
        "Y" => "duration-years",
        "M" => "duration-months",
        "W" => "duration-weeks",
        "D" => "duration-days",
        _ => return iso.to_owned(),
    };
    tongue.with(key, "n", count)
}

/// Records drafts of what practice proposes, for the parameters that were chosen. Each counts once another person has approved it.
fn propose(call: &Call<'_>) -> Answered {
    let form = call.form();
    let chosen: Vec<&str> = form.all("parameter").collect();
    let steps: Vec<Step> = {
        let sight = call.sight()?;
        let reader = Reader::of(call, &sight)?;
        must_settle(&reader.seat)?;
        let taken: Vec<&str> = reader.list(KIND).filter(|e| !e.ended()).filter_map(|e| e.text("parameter")).collect();
        let proposals = call.live()?.aims().practice()?;
        let wanted = |p: &&Proposal| chosen.contains(&p.parameter.as_str()) && !taken.contains(&p.parameter.as_str());
        let wishes: Vec<Wish> = proposals.iter().filter(wanted).map(Proposal::wish).collect();
        wishes.into_iter().map(Step::of).collect()
    };
    if steps.is_empty() {
        return Err(Refused::unclear(
            "parameter_missing",
            "Choose at least one parameter for which nothing is recorded yet.",
        ));
    }
    let done = carry_out(call, steps, None)?;
    Answer::see(call.at(&format!("/settings/parameters?proposed={}", done.len())))
}
