//! Home: what an auditor would find today, what lapses next, what happened last.

use std::collections::BTreeMap;

use aims_conformity::{Held, Standing as Said, State};
use aims_framework::standard::{Framework, Item};
use askama::Template;
use jiff::SignedDuration;

use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::Frame,
    pages::{
        ledger::{self, Told},
        setting_up::{self, Step},
        waiting::{self, Waits},
    },
    reader::{Link, Reader},
    route::{Asks, Route},
    show::{Status, day},
};

pub const ROUTES: &[Route] = &[Route::page("/o/{org}/", "home", Asks::Member, show)];

/// Findings, lapses and acts that are told here; each list says where all of them are.
const TOLD: usize = 8;

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'c> {
    frame: Frame<'c>,
    /// How many items of each state.
    sums: Vec<(Status, usize)>,
    phases: Vec<Phase>,
    clauses: Vec<Row>,
    findings: Vec<Finding>,
    more: usize,
    lapses: Vec<Lapse>,
    waiting: Vec<Waits>,
    /// For whom verdicts are not told: what is in force and may be read.
    to_read: Vec<Link>,
    acts: Vec<Told>,
    /// What of setting up is still open.
    steps: Vec<Step>,
    /// How many acts there were since they last looked; nothing on the first time.
    since: Option<u64>,
}

/// Plan, do, check or act, with the clauses in it.
struct Phase {
    name: String,
    met: usize,
    of: usize,
    clauses: Vec<(String, State)>,
}

/// How many of each state, in one clause or area.
struct Row {
    id: String,
    title: String,
    counts: Vec<usize>,
}

struct Finding {
    requirement: String,
    short: String,
    title: String,
    state: State,
    have: usize,
    of: usize,
    say: String,
    next: Option<String>,
}

struct Lapse {
    requirement: String,
    short: String,
    title: String,
    day: String,
    subject: Option<Link>,
}

fn show(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let frameworks = call.live()?.frameworks();
    let said: Vec<Said<'_>> = if reader.is_told() { sight.assessment().standings().collect() } else { Vec::new() };
    let mut findings: Vec<&Said<'_>> = said.iter().filter(|s| Status(s.state).is_finding()).collect();
    findings.sort_by_key(|s| std::cmp::Reverse(s.state));
    let more = findings.len().saturating_sub(TOLD);
    let framework = frameworks.by_id.values().next().filter(|_| reader.is_told());
    let (acts, since) = acts(call, &reader)?;
    Answer::page(&Home {
        frame: Frame::of(call, &sight, "home", call.tongue.say("nav-home"))?,
        sums: Status::all()
            .map(|s| (s, said.iter().filter(|x| x.state == s.0).count()))
            .filter(|(_, n)| *n > 0)
            .collect(),
        phases: framework.map(|f| phases(call, f, &said)).unwrap_or_default(),
        clauses: framework.map(|f| rows(f, &said)).unwrap_or_default(),
        findings: findings.iter().take(TOLD).map(|s| finding(call, &reader, s)).collect::<Result<_, _>>()?,
        more,
        lapses: lapses(call, &reader)?,
        waiting: waiting::of(call, &reader, TOLD)?,
        to_read: if reader.is_told() { Vec::new() } else { to_read(&reader) },
        acts,
        steps: setting_up::steps(call, &reader)?.into_iter().filter(|step| !step.done).collect(),
        since,
    })
}

/// A finding with its first reason: of the requirement as a whole, or of its gravest record.
fn finding(call: &Call<'_>, reader: &Reader<'_>, said: &Said<'_>) -> Result<Finding, Refused> {
    let assessment = reader.standing.assessment();
    let gravest = assessment.tally(said.requirement).last().map(|(state, _)| *state);
    let subject = gravest.and_then(|state| assessment.subjects(said.requirement, Some(state)).next());
    let verdict = reader.standing.verdict(said.requirement, subject);
    let verdict = verdict.as_ref().as_ref();
    let told = |text: &str| reader.tells(text);
    let reason = verdict.and_then(|v| v.reasons.first()).filter(|r| told(&r.say));
    let next = verdict.and_then(|v| v.next()).filter(|n| told(&n.page) && !call.query.has("as_of"));
    Ok(Finding {
        requirement: said.requirement.to_owned(),
        short: short(said.requirement).to_owned(),
        title: title_of(call, said.requirement)?,
        state: said.state,
        have: said.have,
        of: said.of,
        say: reason.map_or(String::new(), |r| r.say.clone()),
        next: next.map(|n| call.at(&n.page)),
    })
}

fn title_of(call: &Call<'_>, requirement: &str) -> Result<String, Refused> {
    Ok(call.live()?.frameworks().item(requirement).map_or(String::new(), |(_, item)| item.title().to_owned()))
}

/// What changes by itself within a year, the next first; what is a finding already is told above.
fn lapses(call: &Call<'_>, reader: &Reader<'_>) -> Result<Vec<Lapse>, Refused> {
    if !reader.is_told() {
        return Ok(Vec::new());
    }
    let register = reader.standing.register();
    let end = reader.standing.at().checked_add(SignedDuration::from_hours(24 * 365)).unwrap_or(jiff::Timestamp::MAX);
    let lapse = |held: Held<'_>| {
        let entry = held.slot.and_then(|slot| register.at(slot));
        Ok(Lapse {
            requirement: held.requirement.to_owned(),
            short: short(held.requirement).to_owned(),
            title: title_of(call, held.requirement)?,
            day: held
                .until
                .map_or(String::new(), |at| day(call.tongue, jiff::tz::TimeZone::UTC.to_datetime(at).date())),
            subject: entry.map(|e| reader.link(e)),
        })
    };
    let all = reader.standing.assessment().lapsing_next(end, |state| !Status(state).is_finding());
    let readable = |held: &Held<'_>| held.slot.and_then(|slot| register.at(slot)).is_none_or(|e| reader.reads(e));
    all.into_iter().filter(readable).take(TOLD).map(lapse).collect()
}

/// What everyone who works here is to know: policies, documents and methods in force that they may read.
fn to_read(reader: &Reader<'_>) -> Vec<Link> {
    let kinds = ["policy", "aims-scope", "document", "method", "report-channel", "training"];
    let all = kinds.iter().flat_map(|kind| reader.list(kind)).filter(|entry| !entry.ended());
    all.take(4 * TOLD).map(|entry| reader.link(entry)).collect()
}

/// What happened since they last looked, and the last few acts; that they looked is noted.
fn acts(call: &Call<'_>, reader: &Reader<'_>) -> Result<(Vec<Told>, Option<u64>), Refused> {
    let last = reader.standing.last_entry();
    let acts = ledger::told(call, reader, last.map(|seq| seq + 1), TOLD as u64)?;
    let (Some(account), Some(last), None) = (call.visitor.account(), last, call.query.get("as_of")) else {
        return Ok((acts, None));
    };
    let org = call.live()?.aims().store().about().org.clone();
    let store = call.server.entrance.store();
    let failed = |e: aims_store::StoreError| Refused::internal(e.to_string());
    let seen = store.seen(account, &org).map_err(failed)?;
    if seen != Some(last) {
        store.mark_seen(account, &org, last).map_err(failed)?;
    }
    Ok((acts, seen.map(|seen| last.saturating_sub(seen))))
}

/// The part of an id that people say.
pub fn short(requirement: &str) -> &str {
    requirement.rsplit('/').next().unwrap_or(requirement)
}

/// The gravest state of each clause, by phase.
fn phases(call: &Call<'_>, framework: &Framework, said: &[Said<'_>]) -> Vec<Phase> {
    let mut gravest: BTreeMap<&str, State> = BTreeMap::new();
    for item in framework.items() {
        let Item::Requirement(r) = item else { continue };
        let state = state_of(said, &framework.id, &r.id);
        let known = gravest.entry(&r.clause).or_insert(State::Conforms);
        *known = state.max(*known);
    }
    let clauses = |word: &str| -> Vec<(String, State)> {
        framework
            .clauses
            .iter()
            .filter(|c| c.pdca.eq_ignore_ascii_case(word))
            .filter_map(|c| gravest.get(c.id.as_str()).map(|state| (c.id.clone(), *state)))
            .collect()
    };
    let phase = |word: &str| {
        let (name, clauses) = (call.tongue.say(&format!("pdca-{word}")).into_owned(), clauses(word));
        Phase {
            name,
            met: clauses.iter().filter(|(_, state)| *state <= State::Excluded).count(),
            of: clauses.len(),
            clauses,
        }
    };
    ["plan", "do", "check", "act"].map(phase).into()
}

fn state_of(said: &[Said<'_>], framework: &str, item: &str) -> State {
    let id = format!("{framework}/{item}");
    said.iter().find(|s| s.requirement == id).map_or(State::NoRuleYet, |s| s.state)
}

/// One row for each main clause, and for each area of the annex.
fn rows(framework: &Framework, said: &[Said<'_>]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (item, said) in framework.items().zip(said) {
        let id = main_clause(item.id());
        if rows.last().is_none_or(|row| row.id != id) {
            rows.push(Row {
                title: format!("clause-{}", id.replace('.', "-")),
                id,
                counts: vec![0; Status::all().count()],
            });
        }
        let place = Status::all().position(|s| s.0 == said.state);
        if let Some(count) = rows.last_mut().zip(place).and_then(|(row, place)| row.counts.get_mut(place)) {
            *count += 1;
        }
    }
    rows
}

/// `8` of `8.4-a`, `A.6` of `A.6.2.4`.
pub fn main_clause(item: &str) -> String {
    let mut parts = item.split('.');
    match (parts.next(), parts.next()) {
        (Some("A"), Some(area)) => format!("A.{area}"),
        (Some(clause), _) => clause.to_owned(),
        (None, _) => String::new(),
    }
}
