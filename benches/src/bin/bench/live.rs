//! The self-check of a live organization, as its ledger grows.

use aims_benches::{
    report::{Report, Target},
    rounds::{median, time},
};
use aims_store::Access;

use crate::{Effort, Result, world::World};

pub fn run(effort: Effort) -> Result<Report> {
    // An organization of so many records has about 1.25 times as many entries.
    let (sizes, rounds) = if effort.quick { ([800, 4_000, 8_000], 2) } else { ([8_000, 24_000, 80_000], 3) };
    let about = format!("the self-check of a live organization; {rounds} rounds in turn");
    let mut report = Report::new("verify live", about);
    let worlds = sizes.map(World::of).into_iter().collect::<Result<Vec<_>>>()?;
    let opened = worlds.iter().map(|world| world.open(Access::Read)).collect::<Result<Vec<_>>>()?;
    let mut walls: Vec<Vec<f64>> = vec![Vec::new(); opened.len()];
    for _ in 0..rounds {
        for (aims, walls) in opened.iter().zip(&mut walls) {
            let (findings, took) = time(|| aims.verify(&mut |_, _| ()));
            findings?;
            walls.push(took.wall);
        }
    }
    let mut each = Vec::new();
    for (aims, walls) in opened.iter().zip(&walls) {
        let entries = aims.store().snapshot()?.size()?;
        let wall = median(walls);
        report.add(format!("{entries} entries"), wall, "s");
        report.add(format!("{entries} entries: an entry"), wall * 1e6 / entries as f64, "us");
        each.push(wall / entries as f64);
    }
    if let (Some(first), Some(last)) = (each.first(), each.last()) {
        report.add_promised("an entry, largest / smallest", last / first, "x", Target::AtMost(1.25));
    }
    Ok(report)
}
