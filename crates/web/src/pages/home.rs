//! Home: what an auditor would find today, what lapses next, what happened last.

use std::collections::BTreeMap;

use aims_app::LedgerLine;
use aims_conformity::{Standing as Said, State};
use aims_framework::standard::{Framework, Item};
use askama::Template;

use crate::{
    answer::{Answer, Answered},
    call::Call,
    frame::Frame,
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
    acts: Vec<LedgerLine>,
}

/// Plan, do, check or act, with the clauses in it.
struct Phase {
    name: String,
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
}

struct Lapse {
    requirement: String,
    short: String,
    title: String,
    day: String,
}

fn show(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let frameworks = call.live()?.frameworks();
    let said: Vec<Said<'_>> = sight.assessment().standings().collect();
    let title_of = |id: &str| frameworks.item(id).map_or(String::new(), |(_, item)| item.title().to_owned());
    let mut findings: Vec<&Said<'_>> = said.iter().filter(|s| Status(s.state).is_finding()).collect();
    findings.sort_by_key(|s| std::cmp::Reverse(s.state));
    let more = findings.len().saturating_sub(TOLD);
    let finding = |s: &&Said<'_>| Finding {
        requirement: s.requirement.to_owned(),
        short: short(s.requirement).to_owned(),
        title: title_of(s.requirement),
        state: s.state,
        have: s.have,
        of: s.of,
    };
    let mut lapses: Vec<&Said<'_>> =
        said.iter().filter(|s| s.until.is_some() && !Status(s.state).is_finding()).collect();
    lapses.sort_by_key(|s| s.until);
    let lapse = |s: &&Said<'_>| Lapse {
        requirement: s.requirement.to_owned(),
        short: short(s.requirement).to_owned(),
        title: title_of(s.requirement),
        day: s.until.map_or(String::new(), |at| day(call.tongue, jiff::tz::TimeZone::UTC.to_datetime(at).date())),
    };
    let acts = call.live()?.aims().acts(sight.last_entry().map(|seq| seq + 1), TOLD as u64)?;
    Answer::page(&Home {
        frame: Frame::of(call, &sight, "home", call.tongue.say("nav-home"))?,
        sums: Status::all().map(|s| (s, said.iter().filter(|x| x.state == s.0).count())).filter(|(_, n)| *n > 0).collect(),
        phases: frameworks.by_id.values().next().map(|f| phases(call, f, &said)).unwrap_or_default(),
        clauses: frameworks.by_id.values().next().map(|f| rows(f, &said)).unwrap_or_default(),
        findings: findings.iter().take(TOLD).map(finding).collect(),
        more,
        lapses: lapses.iter().take(TOLD).map(lapse).collect(),
        acts,
    })
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
    let phase = |word: &str| Phase {
        name: call.tongue.say(&format!("pdca-{word}")).into_owned(),
        clauses: framework
            .clauses
            .iter()
            .filter(|c| c.pdca.eq_ignore_ascii_case(word))
            .filter_map(|c| gravest.get(c.id.as_str()).map(|state| (c.id.clone(), *state)))
            .collect(),
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
            rows.push(Row { title: format!("clause-{}", id.replace('.', "-")), id, counts: vec![0; Status::all().count()] });
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
