//! A record as it stood, in organizations of three sizes.

use aims_app::{Aims, AsOf};
use aims_benches::{
    report::{Report, Target},
    rounds::{median, time},
};
use aims_store::Access;

use crate::{
    Effort, Result,
    world::{WATCHED, WATCHED_ACTS, World},
};

pub fn run(effort: Effort) -> Result<Report> {
    let (sizes, rounds) = if effort.quick { ([1_000, 10_000, 20_000], 100) } else { ([1_000, 10_000, 200_000], 400) };
    let about = format!("one record of {WATCHED_ACTS} acts as it stood after half of them; {rounds} rounds in turn");
    let mut report = Report::new("as-of", about);
    let worlds = sizes.map(World::of).into_iter().collect::<Result<Vec<_>>>()?;
    let opened = worlds.iter().map(Looked::open).collect::<Result<Vec<_>>>()?;
    let mut by_entry: Vec<Vec<f64>> = vec![Vec::new(); opened.len()];
    let mut by_moment = by_entry.clone();
    for _ in 0..rounds {
        for ((looked, by_entry), by_moment) in opened.iter().zip(&mut by_entry).zip(&mut by_moment) {
            by_entry.push(looked.show(looked.entry)? * 1e6);
            by_moment.push(looked.show(looked.moment)? * 1e6);
        }
    }
    for (how, times) in [("by entry", &by_entry), ("by moment", &by_moment)] {
        for (world, times) in worlds.iter().zip(times) {
            report.add(format!("{how}, {} records: median", world.records), median(times), "us");
        }
        let (Some(first), Some(last)) = (times.first(), times.last()) else { continue };
        let growth = median(last) / median(first);
        report.add_promised(format!("{how}: largest / smallest"), growth, "x", Target::AtMost(1.5));
    }
    Ok(report)
}

/// An organization, and where in it we look.
struct Looked {
    aims: Aims,
    entry: AsOf,
    moment: AsOf,
}

impl Looked {
    fn open(world: &World) -> Result<Looked> {
        let aims = world.open(Access::Read)?;
        let history = aims.history(WATCHED)?;
        let middle = history.get(history.len() / 2).ok_or("the record has no acts")?;
        let (entry, moment) = (AsOf::Entry(middle.seq), AsOf::Moment(middle.ts.parse()?));
        Ok(Looked { aims, entry, moment })
    }

    /// Seconds that one look takes.
    fn show(&self, as_of: AsOf) -> Result<f64> {
        let (shown, took) = time(|| self.aims.show(WATCHED, Some(as_of)));
        shown?;
        Ok(took.wall)
    }
}
