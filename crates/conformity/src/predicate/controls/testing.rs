//! Tests of AI systems (A.6.2.4) and of data (A.7.4).

use std::collections::{BTreeMap, BTreeSet};

use aims_register::{Entry, Pointing, Value};

use super::super::shared::{Finding, moment, rows};
use crate::blocks::{Engine, Outcome};

fn naming<'a>(record: Entry<'a>, kind: &'static str, field: &'static str) -> impl Iterator<Item = Entry<'a>> {
    record.pointing(Pointing { kind: Some(kind), field: Some(field) })
}

fn linked<'a>(record: Entry<'a>, field: &str) -> impl Iterator<Item = Entry<'a>> + use<'a> {
    record.field(field).into_iter().flat_map(Value::each).filter_map(Value::record).filter(|r| r.stands())
}

fn is_named(record: Entry<'_>, field: &str, option: &str) -> bool {
    record.field(field).into_iter().flat_map(Value::each).filter_map(Value::text).any(|t| t == option)
}

/// The results for builds that were released or run; all, where no result names such a build.
fn of_what_runs(system: Entry<'_>) -> Vec<Entry<'_>> {
    let released = naming(system, "release-decision", "system").filter(|r| r.state() == Some("approved"));
    let builds: BTreeSet<&str> = released.filter_map(|r| r.text("build")).chain(system.text("build")).collect();
    let (of, others): (Vec<_>, Vec<_>) = naming(system, "vv-result", "system")
        .partition(|r| r.text("build").is_some_and(|build| builds.contains(build)));
    if of.is_empty() { others } else { of }
}

fn test_of(result: Entry<'_>) -> (Option<&str>, Option<&str>, Option<&str>) {
    (result.text("build"), result.text("criterion"), result.text("group"))
}

/// Failed and neither waived nor, later, passed by the same build.
fn accepted_silently<'a>(results: &[Entry<'a>]) -> Vec<Entry<'a>> {
    let failed =
        |r: &Entry<'_>| matches!(r.text("verdict"), Some("fail" | "inconclusive")) && r.field("waived_by").is_none();
    let again = |r: &Entry<'_>, other: &Entry<'_>| {
        test_of(*r) == test_of(*other)
            && other.text("verdict") == Some("pass")
            && (moment(*other, "date"), other.recorded()) > (moment(*r, "date"), r.recorded())
    };
    results.iter().copied().filter(|r| failed(r) && !results.iter().any(|other| again(r, other))).collect()
}

pub(super) fn for_each_criterion<'a>(_: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let Some(system) = subject else { return found.outcome() };
    let results = of_what_runs(system);
    for result in accepted_silently(&results) {
        let verdict = result.text("verdict").unwrap_or_default();
        found.lapsed(result, format!("the verdict is `{verdict}`, and nobody waived it"));
    }
    let mut answered: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (result, plan) in results.iter().flat_map(|r| linked(*r, "plan_version").map(move |p| (r, p))) {
        found.witness(*result);
        let criterion = result.text("criterion").unwrap_or_default().trim().to_lowercase();
        answered.entry(plan.id()).or_default().insert(criterion);
    }
    for plan in naming(system, "vv-plan", "system") {
        let Some(answered) = answered.get(&plan.id()) else { continue };
        let ids = rows(plan, "criteria").filter_map(|row| row.column("id").and_then(Value::text));
        for id in ids.filter(|id| !answered.contains(&id.trim().to_lowercase())) {
            found.lacks(plan, format!("no result answers the criterion `{id}`"));
        }
    }
    found.outcome()
}

/// The datasets that the system was trained on.
fn trained_on(system: Entry<'_>) -> Vec<Entry<'_>> {
    let all = naming(system, "dataset", "system").chain(linked(system, "datasets"));
    all.filter(|d| is_named(*d, "use", "training")).collect()
}

pub(super) fn apart_from_building<'a>(_: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let Some(system) = subject else { return found.outcome() };
    let designs = naming(system, "design-record", "system").filter(|d| d.state() == Some("in-force"));
    let designers: BTreeSet<String> = designs.flat_map(|d| linked(d, "designers")).map(|p| p.id()).collect();
    let tests: Vec<_> =
        naming(system, "vv-result", "system").filter(|r| matches!(r.state(), Some("confirmed" | "waived"))).collect();
    let training = trained_on(system);
    let digests: BTreeSet<&str> = training.iter().filter_map(|d| d.text("content_hash")).collect();
    for test in &tests {
        let sole = designers.len() == 1 && linked(*test, "tester").any(|p| designers.contains(&p.id()));
        if sole {
            found.lapsed(*test, "was tested by the only developer".to_owned());
        }
        if test.text("test_data_hash").is_some_and(|digest| digests.contains(digest)) {
            found.lapsed(*test, "the digest of the test data is that of training data".to_owned());
        }
    }
    let plans = naming(system, "vv-plan", "system").filter(|p| p.state() == Some("in-force"));
    let used = plans.flat_map(|p| linked(p, "test_data")).chain(tests.iter().flat_map(|t| linked(*t, "dataset")));
    let used: BTreeMap<String, Entry<'a>> = used.map(|d| (d.number().to_owned(), d)).collect();
    for data in used.into_values() {
        found.witness(data);
        if is_named(data, "use", "training") {
            found.lacks_field(data, "use", "was used for training and for tests".to_owned());
        } else if data.text("content_hash").is_some_and(|digest| digests.contains(digest)) {
            found.lacks(data, "has the same contents as data for training".to_owned());
        }
    }
    found.outcome()
}

pub(super) fn no_known_bad<'a>(_: &Engine<'a>, subject: Option<Entry<'a>>) -> Outcome<'a> {
    let mut found = Finding::default();
    let Some(dataset) = subject else { return found.outcome() };
    let mut newest: BTreeMap<(Option<&str>, Option<String>), Entry<'a>> = BTreeMap::new();
    let mut results: Vec<_> = naming(dataset, "data-quality-result", "dataset").collect();
    results.sort_by_key(|r| (moment(*r, "date"), r.recorded()));
    for result in results {
        let requirement = linked(result, "requirement").next().map(|r| r.id());
        newest.insert((result.text("dimension"), requirement), result);
    }
    for result in newest.into_values() {
        found.witness(result);
        if result.text("verdict") == Some("fail") && result.field("accepted_by").is_none() {
            found.lapsed(result, "the criterion was not met, and nobody accepted that".to_owned());
        }
    }
    found.outcome()
}
