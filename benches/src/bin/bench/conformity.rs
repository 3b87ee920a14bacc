//! Deciding every requirement and control of a grown sample organization, from scratch and after one act.

use std::{path::Path, sync::Arc};

use aims_app::{Aims, chance::SystemChance, daybook::Daybook};
use aims_benches::{
    grown::{EACH, Seed},
    report::{Report, Target},
    rounds::{median, time},
};
use aims_conformity::Assessment;
use aims_framework::standard::Frameworks;
use aims_record::{Kept, Kinds, Record};
use aims_register::Register;
use aims_store::StoreError;
use jiff::Timestamp;

use crate::{Effort, Result, world};

/// A day on which the sample is in the middle of its life.
const DAY: &str = "2026-11-20T09:00:00Z";

pub fn run(effort: Effort) -> Result<Report> {
    let (sizes, rounds) = if effort.quick { ([100, 300, 1_000], 3) } else { ([100, 1_000, 10_000], 5) };
    let rounds = std::env::var("R").ok().and_then(|r| r.parse().ok()).unwrap_or(rounds);
    let (kinds, frameworks, seed) = seed()?;
    let mut report = Report::new("conformity", format!("AI systems with {EACH} linked records each; {rounds} rounds"));
    let at: Timestamp = DAY.parse()?;
    for systems in sizes {
        let records = seed.grow(systems);
        let json: usize = records.iter().map(|r| serde_json::to_vec(r).map_or(0, |b| b.len())).sum();
        let count = records.len();
        let mut took = Vec::new();
        let mut last = None;
        for _ in 0..rounds {
            let register = Register::of(kinds.clone(), records.iter().cloned().map(Kept::Live))?;
            let (assessment, one) = time(|| Assessment::of(&frameworks, register, at));
            took.push(one);
            last = Some(assessment);
        }
        let full = median(&took.iter().map(|t| t.wall).collect::<Vec<_>>());
        report.add(format!("{systems} systems, {count} records: all decided"), full, "s");
        let Some(mut assessment) = last else { continue };
        let register = assessment.register();
        report.add(format!("{systems} systems: register, of JSON"), register.bytes() as f64 / json as f64, "x");
        report.add(format!("{systems} systems: assessment, of JSON"), assessment.bytes() as f64 / json as f64, "x");
        let mut acts = Vec::new();
        for record in records.iter().rev().take(2000).step_by(7) {
            let mut record = record.clone();
            record.version += 1;
            let kind = record.kind.clone();
            let kept = Kept::Live(record);
            let (again, one) = time(|| assessment.apply(kept, at));
            let again = again?;
            if one.wall > 0.005 && std::env::var_os("SLOW").is_some() {
                let most = again.iter().max_by_key(|a| a.subjects.len());
                eprintln!(
                    "SLOW {:.1} ms {} items {} {:?}",
                    one.wall * 1e3,
                    kind,
                    again.len(),
                    most.map(|m| (m.requirement.as_str(), m.subjects.len()))
                );
            }
            acts.push((one.wall, again.len()));
        }
        acts.sort_by(|a, b| a.0.total_cmp(&b.0));
        let at99 = acts[acts.len() * 99 / 100].0;
        report.add(format!("{systems} systems: after one act, median"), acts[acts.len() / 2].0 * 1e3, "ms");
        report.add(format!("{systems} systems: after one act, 99th percentile"), at99 * 1e3, "ms");
        if std::env::var_os("AIMS_BENCH_ITEMS").is_some() {
            items(&frameworks, assessment.register(), at);
        }
    }
    let _ = Target::AtMost(2.0);
    Ok(report)
}

/// What each item takes, the slowest first.
fn items(frameworks: &Frameworks, register: &Register, at: Timestamp) {
    let conformity = aims_conformity::Conformity { frameworks, register };
    let mut took: Vec<(f64, String)> = frameworks
        .by_id
        .values()
        .flat_map(|f| f.items().map(move |i| format!("{}/{}", f.id, i.id())))
        .map(|id| (time(|| conformity.verdict(&id, at)).1.cpu, id))
        .collect();
    took.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (seconds, id) in took.iter().take(25) {
        eprintln!("{:>9.2} ms  {id}", seconds * 1e3);
    }
}

fn seed() -> Result<(Arc<Kinds>, Arc<Frameworks>, Seed)> {
    let dir = world::data()?.join("tessel");
    if dir.exists() {
        std::fs::remove_dir_all(&dir)?;
    }
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content/samples/tessel");
    let aims = Daybook::read(&sample)?.play(&dir, Arc::new(SystemChance), &mut |_| {})?;
    let kinds = Arc::new(aims.kinds().clone());
    let frameworks = Arc::new(aims.frameworks().clone());
    let seed = Seed::of(kept(&aims)?, &kinds);
    eprintln!("systems have: {}", seed.kinds().into_iter().collect::<Vec<_>>().join(", "));
    Ok((kinds, frameworks, seed))
}

fn kept(aims: &Aims) -> Result<Vec<Kept>> {
    let mut kept = Vec::new();
    aims.store().snapshot()?.each_record(&mut |record| -> std::result::Result<(), StoreError> {
        kept.push(record);
        Ok(())
    })?;
    Ok(kept)
}

#[expect(dead_code, reason = "acts follow")]
type Act = Record;
