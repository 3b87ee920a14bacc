//! Loading the register of all records, and deciding every requirement and control.

use std::sync::Arc;

use aims_app::Aims;
use aims_benches::{
    report::{Report, Target},
    rounds::{Took, median, peak_memory, time},
};
use aims_register::Register;
use aims_store::{Access, Clock, StoreError};

use crate::{Effort, Result, world::World};

pub fn run(effort: Effort) -> Result<Report> {
    let (sizes, rounds) = if effort.quick { ([1_000, 10_000, 20_000], 3) } else { ([1_000, 10_000, 200_000], 5) };
    let about = format!("the register of all records in memory, then all requirements and controls; {rounds} rounds");
    let mut report = Report::new("check", about);
    let worlds = sizes.map(World::of).into_iter().collect::<Result<Vec<_>>>()?;
    let opened = worlds.iter().map(|world| world.open(Access::Read)).collect::<Result<Vec<_>>>()?;
    let mut rounds_of: Vec<Vec<(Took, Took)>> = vec![Vec::new(); opened.len()];
    for _ in 0..rounds {
        for (aims, rounds) in opened.iter().zip(&mut rounds_of) {
            rounds.push(once(aims)?);
        }
    }
    let mut each = Vec::new();
    for (world, rounds) in worlds.iter().zip(&rounds_of) {
        let load = median(&rounds.iter().map(|(load, _)| load.wall).collect::<Vec<_>>());
        let check = median(&rounds.iter().map(|(_, check)| check.wall).collect::<Vec<_>>());
        let records = world.records as f64;
        report.add(format!("{records} records: loading"), load * 1e3, "ms");
        report.add(format!("{records} records: loading, a record"), load * 1e6 / records, "us");
        report.add(format!("{records} records: deciding"), check * 1e3, "ms");
        report.add(format!("{records} records: deciding, a record"), check * 1e6 / records, "us");
        each.push((load / records, check / records));
    }
    if let (Some(first), Some(last)) = (each.get(1), each.last()) {
        let note = "a record, largest / middle size";
        report.add_promised(format!("loading: {note}"), last.0 / first.0, "x", Target::AtMost(1.5));
        report.add_promised(format!("deciding: {note}"), last.1 / first.1, "x", Target::AtMost(1.5));
    }
    // All sizes were loaded in this process, one after the other; the largest makes the peak.
    report.add("peak memory", peak_memory("self").unwrap_or(f64::NAN), "MiB");
    Ok(report)
}

/// What loading and deciding took.
fn once(aims: &Aims) -> Result<(Took, Took)> {
    let (register, load) = time(|| load(aims));
    let register = register?;
    let now = aims_app::clock::SystemClock.now();
    let (verdicts, check) = time(|| aims_conformity::check(aims.frameworks(), &register, now));
    if verdicts.is_empty() {
        return Err("nothing was decided".into());
    }
    Ok((load, check))
}

fn load(aims: &Aims) -> Result<Register> {
    let reading = aims.store().snapshot()?;
    let mut kept = Vec::new();
    reading.each_record(&mut |record| -> std::result::Result<(), StoreError> {
        kept.push(record);
        Ok(())
    })?;
    Ok(Register::of(Arc::new(aims.kinds().clone()), kept)?)
}
