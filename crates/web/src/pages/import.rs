//! Bringing in rows of a spreadsheet: put in, shown as a plan, then recorded. What was put in stays on the server under its digest, for the
//! account that put it in, and for a day; the browser only names it.

use aims_app::{
    access::Action,
    imports::{Change, Does, ImportPlan, TableAsk},
    live::Standing,
};
use aims_exchange::table::takes_cells;
use aims_record::Kind;
use askama::Template;
use http::StatusCode;
use jiff::SignedDuration;
use serde_json::Value;

use crate::{
    answer::{Answer, Answered, Refused},
    call::{Call, must},
    form::Pairs,
    frame::Frame,
    reader::Reader,
    route::{Asks, Route},
};

pub const ROUTES: &[Route] = &[
    Route::page("/o/{org}/import", "import", Asks::Member, show),
    Route::form("/o/{org}/import", "import-put-in", Asks::Member, put_in),
    Route::page("/o/{org}/import/{sheet}", "import-plan", Asks::Member, plan_page).slow(),
    Route::form("/o/{org}/import/{sheet}", "import-record", Asks::Member, record),
];

/// How long what was put in is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// Records of a plan that are shown; the others are counted.
const SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "import.html")]
struct PutIn<'c> {
    frame: Frame<'c>,
    /// Kinds of which they may begin records: id and plural.
    kinds: Vec<(String, String)>,
    chosen: String,
    rows: String,
    problem: String,
}

fn show(call: &Call<'_>) -> Answered {
    call.acts_now()?;
    Answer::page(&put_in_page(call)?)
}

fn put_in_page<'c>(call: &'c Call<'c>) -> Result<PutIn<'c>, Refused> {
    let sight = call.sight()?;
    let seat = call.seat(&sight)?;
    let kinds: Vec<(String, String)> = sight
        .register()
        .kinds()
        .by_id
        .values()
        .filter(|kind| seat.may(Action::Record, &kind.id))
        .map(|kind| (kind.id.clone(), kind.plural.clone()))
        .collect();
    if kinds.is_empty() {
        let says = "You may begin no record here, so there is nothing to import into. Ask an AIMS manager.";
        return Err(Refused::new(StatusCode::FORBIDDEN, "not_your_role", says));
    }
    let form = call.form();
    let chosen = form.get("kind").or(call.query.get("kind")).unwrap_or_default().to_owned();
    let rows = form.get("rows").unwrap_or_default().to_owned();
    let frame = Frame::of(call, &sight, "registers", call.tongue.say("import"))?;
    Ok(PutIn { frame, kinds, chosen, rows, problem: String::new() })
}

fn put_in(call: &Call<'_>) -> Answered {
    call.acts_now()?;
    let mut page = put_in_page(call)?;
    let known = page.kinds.iter().any(|(id, _)| *id == page.chosen);
    let read = aims_exchange::table::grid(page.rows.as_bytes());
    page.problem = match read {
        _ if !known => call.tongue.say("import-choose-kind").into_owned(),
        Err(error) => error.to_string(),
        Ok(grid) => {
            let (account, org) = owner(call)?;
            let key = format!("import/{}", grid.sha256);
            let kept = call.server.entrance.store().keep_draft(&account, &org, &key, &page.rows, call.server.now());
            kept.map_err(|e| Refused::internal(e.to_string()))?;
            let more = crate::form::query([("kind", page.chosen.as_str())].into_iter());
            return Answer::see(call.at(&format!("/import/{}{more}", grid.sha256)));
        }
    };
    Answer::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Whose what was put in is: the account, and the organization's id.
fn owner(call: &Call<'_>) -> Result<(String, String), Refused> {
    let account = call.visitor.account().ok_or_else(Refused::sign_in)?;
    Ok((account.to_owned(), call.live()?.aims().store().about().org.clone()))
}

/// What was put in, held against its digest.
fn kept(call: &Call<'_>) -> Result<String, Refused> {
    let (account, org) = owner(call)?;
    let (sheet, store) = (call.param("sheet"), call.server.entrance.store());
    let key = format!("import/{sheet}");
    let kept = store.draft(&account, &org, &key).map_err(|e| Refused::internal(e.to_string()))?;
    let (text, saved) = kept.ok_or_else(Refused::absent)?;
    if call.server.now().duration_since(saved) > KEPT {
        store.drop_draft(&account, &org, &key).map_err(|e| Refused::internal(e.to_string()))?;
        return Err(Refused::absent());
    }
    Ok(text)
}

#[derive(Template)]
#[template(path = "import-plan.html")]
struct Plan<'c> {
    frame: Frame<'c>,
    kind: Kind,
    /// Heading, what it goes to, and values of the first rows.
    columns: Vec<ColumnLine>,
    fields: Vec<(String, String)>,
    lines: Vec<Line>,
    more: usize,
    counts: [usize; 3],
    plan: ImportPlan,
    valid_only: bool,
}

struct ColumnLine {
    heading: String,
    field: String,
    /// From the first five rows.
    preview: String,
}

struct Line {
    does: &'static str,
    name: String,
    changes: Vec<(String, String)>,
}

/// The plan that the names of a query or form ask for.
fn plan(call: &Call<'_>, standing: &Standing, asked: &Pairs, text: &str) -> Result<(Kind, ImportPlan), Refused> {
    let seat = call.seat(standing)?;
    let kind = asked.get("kind").and_then(|id| standing.register().kinds().get(id)).ok_or_else(Refused::absent)?;
    if !seat.may(Action::Record, &kind.id) {
        return Err(Refused::absent());
    }
    let matches = asked.all("heading").map(str::to_owned).zip(asked.all("field").map(str::to_owned)).collect();
    let register = standing.register();
    let reads = |id: &str| register.get(id).is_some_and(|entry| seat.reads(entry));
    let ask = TableAsk { kind: kind.id.clone(), matches, valid_only: asked.has("valid_only"), reads: &reads };
    let plan = call.live()?.aims().plan_table_of("pasted rows", text.as_bytes(), &ask)?;
    Ok((kind.clone(), plan))
}

fn plan_page(call: &Call<'_>) -> Answered {
    call.acts_now()?;
    let text = kept(call)?;
    let sight = call.sight()?;
    let (kind, plan) = plan(call, &sight, &call.query, &text)?;
    let reader = Reader::of(call, &sight)?;
    let frame = Frame::of(call, &sight, "registers", call.tongue.with("import-plan", "kinds", kind.plural.as_str()))?
        .from(&[(&*call.tongue.say("import"), "/import")]);
    let of = |does: Does| plan.records.iter().filter(|r| r.does == does).count();
    let takes = kind.fields.iter().filter(|f| takes_cells(f)).map(|f| (f.name.clone(), f.label.clone()));
    Answer::page(&Plan {
        columns: columns(&plan, &text)?,
        fields: takes.collect(),
        lines: plan.records.iter().take(SHOWN).map(|r| line(&reader, &kind, r)).collect(),
        more: plan.records.len().saturating_sub(SHOWN),
        counts: [of(Does::Record), of(Does::Amend), of(Does::Nothing)],
        valid_only: call.query.has("valid_only"),
        kind,
        plan,
        frame,
    })
}

/// The columns with what stands in them in the first five rows below the headings.
fn columns(plan: &ImportPlan, text: &str) -> Result<Vec<ColumnLine>, Refused> {
    let grid = aims_exchange::table::grid(text.as_bytes()).map_err(aims_app::Failure::from)?;
    let is_head = |cells: &[String]| cells.iter().zip(&plan.columns).all(|(cell, c)| cell.trim() == c.heading);
    let head = grid.rows.iter().position(|row| is_head(&row.cells)).unwrap_or_default();
    let below: Vec<_> = grid.rows.iter().skip(head + 1).take(5).collect();
    let column = |(n, c): (usize, &aims_app::imports::ColumnTo)| {
        let cells = below.iter().filter_map(|row| row.cells.get(n)).filter(|cell| !cell.trim().is_empty());
        let short = cells.map(|cell| cell.chars().take(60).collect::<String>());
        ColumnLine {
            heading: c.heading.clone(),
            field: c.field.clone(),
            preview: short.collect::<Vec<_>>().join(" · "),
        }
    };
    Ok(plan.columns.iter().enumerate().map(column).collect())
}

fn line(reader: &Reader<'_>, kind: &Kind, planned: &aims_app::imports::Planned) -> Line {
    let does = match planned.does {
        Does::Record => "import-new",
        Does::Amend => "import-amend",
        Does::Nothing | Does::Withdraw => "import-same",
    };
    let shown = |change: &Change| {
        let label = kind.field(&change.field).map_or(change.field.clone(), |f| f.label.clone());
        (label, said(reader, change.to.as_ref()))
    };
    let changes = planned.changes.iter().filter(|c| !["source_artefact", "unmapped"].contains(&c.field.as_str()));
    let name = planned.number.clone().unwrap_or_else(|| planned.key.clone());
    Line { does, name, changes: changes.map(shown).collect() }
}

/// A value in words; what it names by number.
fn said(reader: &Reader<'_>, value: Option<&Value>) -> String {
    let one = |text: &str| {
        let named = reader.standing.register().get(text).filter(|entry| reader.seat.reads(*entry));
        named.map_or(text.to_owned(), |entry| entry.number().to_owned())
    };
    match value {
        None => String::new(),
        Some(Value::String(text)) => one(text),
        Some(Value::Array(list)) => {
            list.iter().map(|v| v.as_str().map_or_else(|| v.to_string(), one)).collect::<Vec<_>>().join(", ")
        }
        Some(Value::Object(parts)) => parts.values().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        Some(other) => other.to_string(),
    }
}

fn record(call: &Call<'_>) -> Answered {
    call.acts_now()?;
    let (text, form) = (kept(call)?, call.form());
    let (kind, steps) = {
        let sight = call.sight()?;
        let seat = call.seat(&sight)?;
        let (kind, plan) = plan(call, &sight, &form, &text)?;
        let steps = plan.into_steps()?;
        for step in &steps {
            must(seat.decide_wish(sight.register(), &step.wish))?;
        }
        (kind, steps)
    };
    call.live()?.act(&call.actor()?, steps, None)?;
    Answer::see(call.at(&format!("/{}?sort=-number", kind.id)))
}
