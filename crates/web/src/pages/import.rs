//! Bringing in what is there already: a file or pasted rows, shown as a plan, then recorded. What was brought in stays on the server for a
//! day, for the account that brought it in; the browser only names its digest.

mod recorded;

use aims_app::{
    access::Action,
    imports::{Change, ColumnTo, Does, ImportPlan, Planned},
};
use aims_exchange::{ARTEFACT_BYTES_MAX, Format, table::takes_cells};
use aims_record::Kind;
use askama::Template;
use http::StatusCode;
use serde_json::Value;

use super::act::{idem, idem_again};
use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    evidence::{keep, mine, take_in},
    form::{Pairs, Pick, query},
    frame::Frame,
    intake::{self, Asked, SHEET},
    reader::Reader,
    route::{Asks, Route},
};

pub const ROUTES: &[Route] = &[
    Route::page("/o/{org}/import", "import", Asks::Member, show),
    Route::form("/o/{org}/import", "import-put-in", Asks::Member, put_in).taking(ARTEFACT_BYTES_MAX),
    Route::page("/o/{org}/import/{sha256}", "import-plan", Asks::Member, plan_page).slow(),
    Route::form("/o/{org}/import/{sha256}", "import-record", Asks::Member, record),
    Route::page("/o/{org}/import/{sha256}/recorded", "import-recorded", Asks::Member, recorded::show),
];

/// Records of a plan that are shown; the others are counted.
const SHOWN: usize = 50;
/// What pasted rows are called.
const PASTED: &str = "pasted-rows.txt";

#[derive(Template)]
#[template(path = "import.html")]
struct PutIn<'c> {
    frame: Frame<'c>,
    /// Kinds of which they may begin records.
    kinds: Vec<Pick>,
    rows: String,
    /// What was wrong with what was sent, and which control it is about.
    problem: String,
    at: &'static str,
}

impl PutIn<'_> {
    /// What was wrong with this control.
    fn about(&self, control: &str) -> &str {
        if self.at == control { &self.problem } else { "" }
    }
}

fn show(call: &Call<'_>) -> Answered {
    call.acts_now()?;
    Answer::page(&put_in_page(call, &call.query, None)?)
}

fn put_in_page<'c>(
    call: &'c Call<'c>,
    sent: &Pairs,
    problem: Option<(&'static str, String)>,
) -> Result<PutIn<'c>, Refused> {
    let sight = call.sight()?;
    let kinds = kinds(&Reader::of(call, &sight)?, sent.get("kind"));
    if kinds.is_empty() {
        let says = "You may begin no record here, so there is nothing to import into. Ask an AIMS manager.";
        return Err(Refused::new(StatusCode::FORBIDDEN, "not_your_role", says));
    }
    let frame = Frame::of(call, &sight, "registers", call.tongue.say("import"))?;
    let (at, problem) = problem.unwrap_or_default();
    Ok(PutIn { frame, kinds, rows: sent.get("rows").unwrap_or_default().to_owned(), problem, at })
}

/// Kinds of which they may begin records, by their plurals.
fn kinds(reader: &Reader<'_>, chosen: Option<&str>) -> Vec<Pick> {
    let all = reader.standing.register().kinds().by_id.values();
    let mut kinds: Vec<Pick> = all
        .filter(|kind| reader.seat.may(Action::Record, &kind.id))
        .map(|kind| Pick { value: kind.id.clone(), label: kind.plural.clone(), is_chosen: chosen == Some(&kind.id) })
        .collect();
    kinds.sort_by(|a, b| a.label.cmp(&b.label));
    kinds
}

fn put_in(call: &Call<'_>) -> Answered {
    call.acts_now()?;
    let form = call.form();
    // Who may import nothing learns so before anything is kept.
    drop(put_in_page(call, &form, None)?);
    let rows = form.get("rows").unwrap_or_default();
    let taken = match call.upload() {
        Some(mut upload) if !upload.name.is_empty() => ("file", take_in(call, upload.name.clone(), None, &mut upload)),
        Some(_) => ("file", Err(Refused::unclear("file_missing", call.tongue.say("import-choose-file")))),
        None => ("rows", take_in(call, PASTED.to_owned(), None, &mut rows.as_bytes())),
    };
    match taken {
        (_, Ok(file)) => {
            keep(call, &file)?;
            let kind = form.get("kind").map(|kind| ("kind", kind));
            let format = (file.name == PASTED).then_some(("format", SHEET));
            Answer::see(call.at(&format!("/import/{}{}", file.sha256, query(format.into_iter().chain(kind)))))
        }
        (_, Err(refused)) if refused.status == StatusCode::TOO_MANY_REQUESTS => Err(refused),
        (at, Err(refused)) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Answer::page_with(status, &put_in_page(call, &form, Some((at, refused.says)))?)
        }
    }
}

/// What a query or form asks about the file that the address names.
fn asked(call: &Call<'_>, pairs: &Pairs) -> Result<Asked, Refused> {
    Ok(Asked {
        file: mine(call, call.param("sha256"))?.ok_or_else(Refused::absent)?,
        format: pairs.get("format").map(str::to_owned),
        kind: pairs.get("kind").map(str::to_owned),
        matches: pairs.all("heading").map(str::to_owned).zip(pairs.all("field").map(str::to_owned)).collect(),
        valid_only: pairs.has("valid_only"),
    })
}

#[derive(Template)]
#[template(path = "import-plan.html")]
struct PlanPage<'c> {
    frame: Frame<'c>,
    formats: Vec<Pick>,
    kinds: Vec<Pick>,
    /// Whether nothing says what it is.
    is_unclear: bool,
    is_sheet: bool,
    asked: Asked,
    /// Why there is no plan yet.
    problem: String,
    shown: Option<Shown>,
    idem: String,
}

/// A plan as it is shown.
struct Shown {
    columns: Vec<ColumnLine>,
    fields: Vec<(String, String)>,
    lines: Vec<Line>,
    more: usize,
    counts: [usize; 3],
    digest: String,
    plan: ImportPlan,
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
    kind: String,
    changes: Vec<(String, String)>,
}

fn plan_page(call: &Call<'_>) -> Answered {
    call.acts_now()?;
    page(call, &call.query, None)
}

/// The plan, or why there is none; `sent` is why nothing was recorded.
fn page(call: &Call<'_>, pairs: &Pairs, sent: Option<Refused>) -> Answered {
    let asked = asked(call, pairs)?;
    let bytes = intake::content(call, &asked.file)?;
    let format = asked.format(&bytes).unwrap_or_default();
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let (shown, problem) = match intake::plan(call, &sight, &asked, &bytes) {
        Ok(plan) => (Some(shown(&reader, plan, &asked, &bytes)?), String::new()),
        Err(refused) if refused.status == StatusCode::NOT_FOUND => return Err(refused),
        Err(refused) => (None, refused.says),
    };
    let frame =
        Frame::of(call, &sight, "registers", call.tongue.with("import-plan", "file", asked.file.name.as_str()))?
            .from(&[(&*call.tongue.say("import"), "/import")]);
    let status = sent.as_ref().map_or(StatusCode::OK, |refused| refused.status);
    let page = PlanPage {
        formats: formats(call, &format),
        kinds: kinds(&reader, asked.kind.as_deref()),
        is_unclear: format.is_empty(),
        is_sheet: format == SHEET,
        asked,
        problem: sent.as_ref().map_or(problem, |refused| refused.says.clone()),
        shown,
        idem: idem_again(call, pairs, sent.as_ref()),
        frame,
    };
    Answer::page_with(status, &page)
}

fn formats(call: &Call<'_>, chosen: &str) -> Vec<Pick> {
    let words = Format::ALL.iter().map(|f| f.word()).chain([SHEET]);
    let pick = |word: &str| Pick {
        value: word.to_owned(),
        label: call.tongue.say(format!("import-as-{word}").as_str()).into_owned(),
        is_chosen: word == chosen,
    };
    words.map(pick).collect()
}

fn shown(reader: &Reader<'_>, plan: ImportPlan, asked: &Asked, bytes: &[u8]) -> Result<Shown, Refused> {
    let kinds = reader.standing.register().kinds();
    let kind = asked.kind.as_deref().and_then(|id| kinds.get(id)).filter(|_| !plan.columns.is_empty());
    let of = |does: Does| plan.records.iter().filter(|r| r.does == does).count();
    let takes = kind.map(|k| k.fields.iter().filter(|f| takes_cells(f)).map(|f| (f.name.clone(), f.label.clone())));
    Ok(Shown {
        columns: columns(&plan, bytes)?,
        fields: takes.into_iter().flatten().collect(),
        lines: plan.records.iter().take(SHOWN).filter_map(|r| Some(line(reader, kinds.get(&r.kind)?, r))).collect(),
        more: plan.records.len().saturating_sub(SHOWN),
        counts: [of(Does::Record), of(Does::Amend), of(Does::Nothing)],
        digest: plan.digest(),
        plan,
    })
}

/// The columns with what stands in them in the first five rows below the headings.
fn columns(plan: &ImportPlan, bytes: &[u8]) -> Result<Vec<ColumnLine>, Refused> {
    if plan.columns.is_empty() {
        return Ok(Vec::new());
    }
    let grid = aims_exchange::table::grid(bytes).map_err(aims_app::Failure::from)?;
    let is_head = |cells: &[String]| cells.iter().zip(&plan.columns).all(|(cell, c)| cell.trim() == c.heading);
    let head = grid.rows.iter().position(|row| is_head(&row.cells)).unwrap_or_default();
    let below: Vec<_> = grid.rows.iter().skip(head + 1).take(5).collect();
    let column = |(n, c): (usize, &ColumnTo)| {
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

fn line(reader: &Reader<'_>, kind: &Kind, planned: &Planned) -> Line {
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
    Line { does, name, kind: kind.title.clone(), changes: changes.map(shown).collect() }
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
    let form = call.form();
    let asked = asked(call, &form)?;
    match intake::record(call, &asked, form.get("plan"), idem(call, &form)) {
        Ok(done) => Answer::see(recorded::at(call, &asked.file.sha256, &done)),
        Err(refused) if super::act::stays(&refused) => page(call, &form, Some(refused)),
        Err(refused) => Err(refused),
    }
}
