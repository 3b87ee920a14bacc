//! D-02 and D-05: the power is cut at every moment of a recorded run. With a store that is told to sync less the same suite must find
//! losses, or it could not find any.
#![cfg(target_os = "linux")]

use std::{fs, path::PathBuf};

use aims_tests::{
    count,
    driver::Course,
    power::{Outcome, cut},
    say, scratch, seed,
    trace::{Asked, Run},
};

struct Recorded {
    asked: Vec<Asked>,
    run: Run,
    _place: tempfile::TempDir,
}

fn record(seed: u64, sync: Option<&'static str>) -> Recorded {
    let place = scratch();
    let dir = place.path().join("organization");
    fs::create_dir_all(&dir).expect("a folder");
    let course = Course { seed, threads: 2, commands: 20 };
    let driver = PathBuf::from(env!("CARGO_BIN_EXE_fault_driver"));
    let run = Run { driver, dir, notes: place.path().join("notes"), course, sync };
    let asked = run.record(&place.path().join("recording"));
    Recorded { asked, run, _place: place }
}

fn cut_everywhere(recorded: &Recorded, seed: u64, wanted: usize) -> Outcome {
    cut(&recorded.asked, &recorded.run.dir, &recorded.run.notes, wanted, seed)
}

fn first_of(outcome: &Outcome) -> String {
    let lines = outcome.broken.iter().take(8).map(|(which, how)| format!("{which}: {how}"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_power_cut_at_any_moment_loses_nothing_acknowledged() {
    let (seed, wanted) = (seed(), count("AIMS_IMAGES", 200));
    let recorded = record(seed, None);
    let outcome = cut_everywhere(&recorded, seed, wanted);
    assert!(outcome.images >= wanted, "only {} images", outcome.images);
    assert!(outcome.broken.is_empty(), "{} of {}:\n{}", outcome.broken.len(), outcome.images, first_of(&outcome));
    say(
        "P1 power cut (D-02)",
        &format!(
            "{} images of the disk at {} moments, 0 lost, 0 unsound; {} before founding was answered; slowest start {:?}",
            outcome.images, outcome.points, outcome.unfounded, outcome.slowest
        ),
    );
}

/// The model itself must be able to find losses: here the recording forgets what was synced.
#[test]
fn without_its_syncs_the_same_recording_loses_acknowledged_acts() {
    let seed = seed();
    let mut recorded = record(seed, None);
    recorded.asked.retain(|asked| !matches!(asked, Asked::Sync { .. }));
    let outcome = cut_everywhere(&recorded, seed, count("AIMS_IMAGES", 200) / 4);
    assert!(!outcome.broken.is_empty(), "no loss was found in {} images without any sync", outcome.images);
    say(
        "P1 control: recording without syncs (D-05)",
        &format!("{} of {} images broke a promise, as they must", outcome.broken.len(), outcome.images),
    );
}

#[cfg(feature = "fault-laboratory")]
mod control {
    use super::*;

    #[test]
    fn with_weaker_syncs_the_same_suite_finds_losses() {
        let (seed, wanted) = (seed(), count("AIMS_IMAGES", 200) / 2);
        for sync in ["normal", "off"] {
            let recorded = record(seed, Some(sync));
            let outcome = cut_everywhere(&recorded, seed, wanted);
            assert!(!outcome.broken.is_empty(), "`{sync}`: no loss was found in {} images", outcome.images);
            assert!(
                sync == "off" || outcome.lost() > 0,
                "`{sync}`: nothing acknowledged was lost: {}",
                first_of(&outcome)
            );
            say(
                &format!("P1 control: synchronous={sync} (D-05)"),
                &format!(
                    "{} of {} images broke a promise, {} by losing acknowledged acts, as they must",
                    outcome.broken.len(),
                    outcome.images,
                    outcome.lost()
                ),
            );
        }
    }
}
