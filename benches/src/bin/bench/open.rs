//! Opening a large organization and showing a record, in a process that has just begun.

use std::process::Command;

use aims_app::Aims;
use aims_benches::{
    report::{Report, Target},
    rounds::{median, peak_memory, time},
};
use aims_store::Access;
use serde::{Deserialize, Serialize};

use crate::{
    Effort, Result,
    world::{WATCHED, World},
};

/// The word by which a benchmark tells itself to open once and say what it took.
pub const ONCE: &str = "open-once";

/// One opening.
#[derive(Serialize, Deserialize)]
struct Opening {
    content: f64,
    open: f64,
    show: f64,
    show_again: f64,
    peak: f64,
}

pub fn run(effort: Effort) -> Result<Report> {
    let (sizes, rounds) = if effort.quick { ([1_000, 20_000], 3) } else { ([1_000, 200_000], 9) };
    let about =
        format!("open for writing and show one record, in a new process each time, files cached; {rounds} rounds");
    let mut report = Report::new("open", about);
    let worlds = [World::of(sizes[0])?, World::of(sizes[1])?];
    let mut openings: [Vec<Opening>; 2] = Default::default();
    for _ in 0..rounds {
        for (world, openings) in worlds.iter().zip(&mut openings) {
            openings.push(in_new_process(world)?);
        }
    }
    for (world, openings) in worlds.iter().zip(&openings) {
        let figure = |of: fn(&Opening) -> f64| median(&openings.iter().map(of).collect::<Vec<_>>());
        let name = |what: &str| format!("{} records: {what}", world.records);
        let total = figure(|o| o.open + o.show);
        report.add_promised(name("open and first show"), total, "s", Target::AtMost(2.0));
        report.add(name("of that, reading kinds and framework"), figure(|o| o.content) * 1e3, "ms");
        report.add(name("of that, the first show"), figure(|o| o.show) * 1e3, "ms");
        report.add(name("a further show"), figure(|o| o.show_again) * 1e3, "ms");
        report.add(name("peak memory"), figure(|o| o.peak), "MiB");
    }
    Ok(report)
}

fn in_new_process(world: &World) -> Result<Opening> {
    let output = Command::new(std::env::current_exe()?).arg(ONCE).arg(&world.dir).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Opens the organization of the argument once and prints what it took.
pub fn once(arguments: &[String]) -> Result<()> {
    let dir = arguments.first().ok_or("name the folder")?;
    // What opening spends whatever the size: the kinds are read here once more, for themselves.
    let (kinds, content) = time(|| aims_framework::Content::embedded().kinds());
    kinds.map_err(|errors| format!("{errors:?}"))?;
    let (aims, open) = time(|| Aims::open(dir.as_ref(), Access::Write));
    let aims = aims?;
    let (shown, show) = time(|| aims.show(WATCHED, None));
    shown?;
    let (shown, show_again) = time(|| aims.show(WATCHED, None));
    shown?;
    let peak = peak_memory("self").unwrap_or(f64::NAN);
    let opening =
        Opening { content: content.wall, open: open.wall, show: show.wall, show_again: show_again.wall, peak };
    println!("{}", serde_json::to_string(&opening)?);
    Ok(())
}
