//! Imports: an uploaded file as a plan, then recorded.

use aims_app::imports::{Change, Does, ImportPlan, Planned};

use super::{
    acts::{did, idempotency},
    answers::{Did, ImportBody, KeptValue, Plan, PlanColumn, PlanNote, PlanProblem, PlannedChange, PlannedRecord},
    body::Members,
    doc::{Body, Doc, Given, IDEMPOTENCY, of},
    evidence::uploaded_file,
    page::only,
};
use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    intake::{self, Asked},
    route::{Asks, Method, Route},
};

/// What importing answers besides: conflicts, what cannot be read, storage.
const ALSO: &[u16] = &[400, 404, 409, 413, 415, 422, 503, 507];

static PLAN: Doc = Doc::new("What importing an uploaded file would do", Given::Json(of::<Plan>))
    .about("Nothing is recorded. Upload the file as evidence first.")
    .takes(Body::Json(of::<ImportBody>))
    .also(ALSO);
static RECORD: Doc = Doc::new("Import an uploaded file", Given::Json(of::<Vec<Did>>))
    .about("All of it or nothing. What stands already changes nothing, so that a second import of the same file does nothing.")
    .takes(Body::Json(of::<ImportBody>))
    .headers(&[IDEMPOTENCY])
    .also(ALSO);

pub static ROUTES: &[Route] = &[
    Route::write(Method::Post, "/api/v1/o/{org}/imports/plan", "api-import-plan", Asks::Member, plan, &PLAN),
    Route::write(Method::Post, "/api/v1/o/{org}/imports", "api-import", Asks::Member, record, &RECORD),
];

const MEMBERS: &[&str] = &["file", "format", "kind", "columns", "valid_only", "plan"];

/// What is asked, and the digest of the plan that was seen.
fn asked(call: &Call<'_>) -> Result<(Asked, Option<String>), Refused> {
    let mut members = Members::of(call, MEMBERS)?;
    let sha256 = members.need("file");
    let (format, kind, seen) = (members.text("format"), members.text("kind"), members.text("plan"));
    let matches = members.texts_by_name("columns");
    let valid_only = members.flag("valid_only").unwrap_or(false);
    members.end()?;
    let file = uploaded_file(call, &sha256)?;
    Ok((Asked { file, format, kind, matches, valid_only }, seen))
}

fn plan(call: &Call<'_>) -> Answered {
    only(call, &PLAN, &[])?;
    call.acts_now()?;
    let (asked, _) = asked(call)?;
    let bytes = intake::content(call, &asked.file)?;
    let sight = call.sight()?;
    Answer::json(&told(intake::plan(call, &sight, &asked, &bytes)?))
}

fn record(call: &Call<'_>) -> Answered {
    only(call, &RECORD, &[])?;
    call.acts_now()?;
    let (asked, seen) = asked(call)?;
    let done = intake::record(call, &asked, seen.as_deref(), idempotency(call)?)?;
    Answer::json(&done.into_iter().map(did).collect::<Vec<_>>())
}

fn told(plan: ImportPlan) -> Plan {
    let (digest, is_empty) = (plan.digest(), plan.is_empty());
    let note = |n: aims_app::imports::Remark| PlanNote { code: n.code, message: n.message, place: n.place };
    Plan {
        plan: digest,
        is_empty,
        format: plan.format,
        version: plan.version,
        file: plan.file,
        sha256: plan.sha256,
        held_back: plan.held_back,
        records: plan.records.into_iter().map(planned).collect(),
        kept: plan.kept.into_iter().map(|k| KeptValue { record: k.record, path: k.path, value: k.value }).collect(),
        notes: plan.notes.into_iter().map(note).collect(),
        columns: plan.columns.into_iter().map(|c| PlanColumn { heading: c.heading, field: c.field }).collect(),
        problems: plan
            .problems
            .into_iter()
            .map(|p| PlanProblem { code: p.code.to_owned(), row: p.row, column: p.column, message: p.message })
            .collect(),
    }
}

fn planned(record: Planned) -> PlannedRecord {
    let does = match record.does {
        Does::Record => "record",
        Does::Amend => "amend",
        Does::Withdraw => "withdraw",
        Does::Nothing => "nothing",
    };
    let change = |c: Change| PlannedChange { field: c.field, from: c.from, to: c.to };
    PlannedRecord {
        does: does.to_owned(),
        kind: record.kind,
        key: record.key,
        number: record.number,
        changes: record.changes.into_iter().map(change).collect(),
    }
}
