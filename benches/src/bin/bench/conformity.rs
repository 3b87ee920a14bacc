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
use aims_record::{Kept, Kinds, Record, SeqRef};
use aims_register::Register;
use aims_store::StoreError;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::{Effort, Result, world};

/// A moment at which the sample is in the middle of its life.
const NOW: &str = "2026-11-20T09:00:00Z";
/// So many acts are taken in, one after another, a minute between them.
const ACTS: usize = 600;

/// What everything is decided from.
struct Given {
    kinds: Arc<Kinds>,
    frameworks: Frameworks,
    seed: Seed,
    at: Timestamp,
}

/// What one size took.
struct Figures {
    full: f64,
    median: f64,
}

pub fn run(effort: Effort) -> Result<Report> {
    let (sizes, rounds) = if effort.quick { ([100, 300, 1_000], 3) } else { ([100, 1_000, 10_000], 5) };
    let given = given()?;
    let about = format!("AI systems with {EACH} linked records each; processor time, median of {rounds} rounds");
    let mut report = Report::new("conformity", about);
    let mut all = Vec::new();
    for systems in sizes {
        all.push(one_size(&given, systems, rounds, &mut report)?);
    }
    if let [.., before, last] = all.as_slice() {
        let grown = 1.0 / sizes[1] as f64 * sizes[2] as f64;
        let (full, act) = (last.full / before.full / grown, last.median / before.median);
        report.add_promised("all decided: growth, of that of the organization", full, "x", Target::AtMost(1.2));
        report.add_promised("after one act: growth of the median", act, "x", Target::AtMost(2.0));
    }
    Ok(report)
}

fn one_size(given: &Given, systems: usize, rounds: usize, report: &mut Report) -> Result<Figures> {
    let records = given.seed.grow(systems);
    let json: usize = records.iter().map(|r| serde_json::to_vec(r).map_or(0, |b| b.len())).sum();
    let (mut took, mut last) = (Vec::new(), None);
    for _ in 0..rounds {
        let register = Register::of(given.kinds.clone(), records.iter().cloned().map(Kept::Live))?;
        let (assessment, one) = time(|| Assessment::of(&given.frameworks, register, given.at));
        took.push(one.cpu);
        last = Some(assessment);
    }
    let mut assessment = last.ok_or("at least one round")?;
    let full = median(&took);
    let of = |what: &str| format!("{systems} systems: {what}");
    let decided = format!("{systems} systems, {} records: all decided", records.len());
    report.add_promised(decided, full, "s", Target::AtMost(2.0));
    let memory = (assessment.register().bytes() + assessment.bytes()) as f64 / json as f64;
    report.add_promised(of("register and assessment, of JSON"), memory, "x", Target::AtMost(2.5));
    let acts = after_acts(&mut assessment, &records, given.at)?;
    let (middle, at99) = (median(&acts), acts.get(acts.len() * 99 / 100).copied().unwrap_or(f64::NAN));
    report.add(of("after one act, median"), middle * 1e3, "ms");
    report.add_promised(of("after one act, 99th percentile"), at99 * 1e3, "ms", Target::AtMost(10.0));
    Ok(Figures { full, median: middle })
}

/// What each of many acts on systems and what hangs on them took, in order.
fn after_acts(assessment: &mut Assessment<'_>, records: &[Record], at: Timestamp) -> Result<Vec<f64>> {
    let mut took = Vec::new();
    for (record, n) in records.iter().rev().step_by(7).zip(0..ACTS) {
        let at = at + SignedDuration::from_mins(i64::try_from(n)? + 1);
        let kept = Kept::Live(act(record.clone(), n, at)?);
        let (again, one) = time(|| assessment.apply(kept, at));
        again?;
        took.push(one.wall);
    }
    took.sort_by(f64::total_cmp);
    Ok(took)
}

/// A record as an act makes it: amended, recorded anew, or withdrawn.
fn act(mut record: Record, n: usize, at: Timestamp) -> Result<Record> {
    record.version += 1;
    record.last.ts = at.to_string();
    match n % 4 {
        1 => {
            let id = Uuid::parse_str(&record.id)?.as_u128();
            record.id = Uuid::from_u128(id ^ 1 << 90).to_string();
            record.number.push_str("-new");
            record.recorded.ts = at.to_string();
        }
        2 => record.withdrawn = Some(SeqRef { seq: 1 }),
        _ => {}
    }
    Ok(record)
}

fn given() -> Result<Given> {
    let dir = world::data()?.join("tessel");
    if dir.exists() {
        std::fs::remove_dir_all(&dir)?;
    }
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content/samples/tessel");
    let aims = Daybook::read(&sample)?.play(&dir, Arc::new(SystemChance), &mut |_| {})?;
    let kinds = Arc::new(aims.kinds().clone());
    let seed = Seed::of(kept(&aims)?, &kinds);
    eprintln!("systems have: {}", seed.kinds().into_iter().collect::<Vec<_>>().join(", "));
    Ok(Given { frameworks: aims.frameworks().clone(), kinds, seed, at: NOW.parse()? })
}

fn kept(aims: &Aims) -> Result<Vec<Kept>> {
    let mut kept = Vec::new();
    aims.store().snapshot()?.each_record(&mut |record| -> std::result::Result<(), StoreError> {
        kept.push(record);
        Ok(())
    })?;
    Ok(kept)
}
