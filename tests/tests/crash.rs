//! D-01 and D-04: the store is killed at system calls, and its system calls fail. Afterwards it opens without repair, with all that was
//! acknowledged and nothing that was not.
#![cfg(target_os = "linux")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use aims_tests::{
    alter,
    check::{Held, hold},
    count,
    driver::{Answers, Course},
    say, scratch, seed,
    trace::{Run, calls},
};

const KILLED: [&str; 11] =
    ["pwrite64", "write", "lseek", "fdatasync", "fsync", "rename", "openat", "mkdir", "ftruncate", "unlink", "close"];
const FAILED: [&str; 8] = ["pwrite64", "write", "fdatasync", "fsync", "rename", "openat", "ftruncate", "mkdir"];

fn run(place: &Path, seed: u64) -> Run {
    let dir = place.join("organization");
    fs::create_dir_all(&dir).expect("a folder");
    let course = Course { seed, threads: 3, commands: 14 };
    let driver = PathBuf::from(env!("CARGO_BIN_EXE_fault_driver"));
    Run { driver, dir, notes: place.join("notes"), course, sync: None }
}

/// Where a fault is put: into the founding run or a later one, at which call, the how manyth of a thread.
#[derive(Clone, Copy, Debug)]
struct Place {
    founded: bool,
    call: &'static str,
    when: usize,
}

/// An organization that was founded and used before, with the answers of that time.
struct Founded {
    files: alter::Files,
    notes: String,
}

impl Founded {
    fn new(seed: u64) -> Founded {
        let place = scratch();
        let run = run(place.path(), seed ^ 1);
        assert_eq!(aims_tests::driver::run(&run.dir, &run.notes, run.course), 0);
        Founded { files: alter::read(&run.dir), notes: fs::read_to_string(run.notes).expect("notes") }
    }

    /// Lays everything out for one run.
    fn lay_out(&self, place: &Path, seed: u64, founded: bool) -> Run {
        let run = run(place, seed);
        if founded {
            alter::put(&self.files, &run.dir);
            fs::write(&run.notes, &self.notes).expect("notes");
        }
        run
    }

    /// How often the busiest thread makes each call in a run without faults.
    fn census(&self, seed: u64, founded: bool) -> BTreeMap<String, usize> {
        let place = scratch();
        let recording = place.path().join("recording");
        self.lay_out(place.path(), seed, founded).record(&recording);
        calls(&fs::read_to_string(recording).expect("the recording"))
    }

    /// `wanted` places, spread evenly over the calls and over the run. A quarter of them lies in a run that founds: there the first
    /// thread to come to a place is the one that founds.
    fn places(&self, seed: u64, of: &[&'static str], wanted: usize) -> Vec<Place> {
        let spread = |founded: bool, wanted: usize| {
            let calls = self.census(seed, founded);
            let made = of.iter().filter_map(|call| Some((*call, *calls.get(*call)?))).collect::<Vec<_>>();
            let each = wanted.div_ceil(made.len().max(1));
            let places = made.into_iter().flat_map(move |(call, count)| {
                (0..each.min(count)).map(move |n| Place { founded, call, when: 1 + n * count / each.min(count) })
            });
            places.collect::<Vec<_>>()
        };
        [spread(false, wanted / 4), spread(true, wanted - wanted / 4)].concat()
    }
}

/// Does the work on all processors.
fn in_parallel<T: Sync>(work: &[T], each: impl Fn(usize, &T) + Sync) {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((place, item)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|n| Some((n, work.get(n)?)))
                {
                    each(place, item);
                }
            });
        }
    });
}

#[derive(Default)]
struct Sum {
    points: usize,
    unfounded: usize,
    acked: usize,
    slowest: Duration,
    unknown: usize,
    full: usize,
    broken: Vec<String>,
}

impl Sum {
    fn add(&mut self, name: &str, answers: &Answers, held: Result<Held, String>) {
        self.points += 1;
        self.unknown += answers.others.iter().filter(|(code, ..)| code == "unknown").count();
        self.full += answers.others.iter().filter(|(code, ..)| code == "storage_full").count();
        match held {
            Ok(held) => {
                self.acked += held.acked;
                self.slowest = self.slowest.max(held.start);
            }
            Err(_) if !answers.ready => self.unfounded += 1,
            Err(how) => self.broken.push(format!("{name}: {how}")),
        }
    }

    fn must_hold(&self) {
        assert!(self.broken.is_empty(), "{} of {}:\n{}", self.broken.len(), self.points, self.broken.join("\n"));
    }
}

#[test]
fn killed_at_any_system_call_it_opens_with_all_that_was_acknowledged() {
    let (seed, wanted) = (seed(), count("AIMS_KILLS", 22));
    let founded = Founded::new(seed);
    let places = founded.places(seed, &KILLED, wanted);
    let sum = Mutex::new(Sum::default());
    in_parallel(&places, |n, at| {
        let place = scratch();
        let run = founded.lay_out(place.path(), seed, at.founded);
        if !run.inject(at.call, "signal=SIGKILL", at.when) {
            return;
        }
        let answers = Answers::read(&fs::read_to_string(&run.notes).unwrap_or_default());
        let held = hold(&run.dir, &answers, n % 5 == 0);
        sum.lock().expect("no panic").add(&format!("killed at {at:?}"), &answers, held);
    });
    let sum = sum.into_inner().expect("no panic");
    sum.must_hold();
    assert!(sum.points * 10 >= places.len() * 7, "only {} of {} kills struck", sum.points, places.len());
    say(
        "P1 killed (D-01)",
        &format!(
            "{} kill points, {} acknowledged acts looked for, 0 lost, 0 half written; {} before founding was answered; slowest start {:?}",
            sum.points, sum.acked, sum.unfounded, sum.slowest
        ),
    );
}

#[test]
fn a_call_that_fails_loses_nothing_acknowledged_and_saves_nothing_refused() {
    let (seed, wanted) = (seed(), count("AIMS_ERRORS", 16));
    let founded = Founded::new(seed);
    let at = founded.places(seed, &FAILED, wanted / 2);
    let places: Vec<_> =
        ["EIO", "ENOSPC"].into_iter().flat_map(|error| at.iter().map(move |at| (error, *at))).collect();
    let sum = Mutex::new(Sum::default());
    in_parallel(&places, |_, (error, at)| {
        let place = scratch();
        let run = founded.lay_out(place.path(), seed, at.founded);
        run.inject(at.call, &format!("error={error}"), at.when);
        let answers = Answers::read(&fs::read_to_string(&run.notes).unwrap_or_default());
        let name = format!("{error} at {at:?}");
        let held = hold(&run.dir, &answers, false).and_then(|held| behaved(&answers, error).map(|()| held));
        sum.lock().expect("no panic").add(&name, &answers, held);
    });
    let sum = sum.into_inner().expect("no panic");
    sum.must_hold();
    say(
        "O-01/O-04 failing calls (D-04)",
        &format!(
            "{} places of EIO and ENOSPC, {} acknowledged acts looked for, 0 lost; {} answers `unknown`, {} `storage_full`; {} before founding was answered",
            sum.points, sum.acked, sum.unknown, sum.full, sum.unfounded
        ),
    );
}

/// After a fault of the storage a thread is never told again that something was saved; after a full disk it may be.
fn behaved(answers: &Answers, error: &str) -> Result<(), String> {
    if answers.ready && answers.reads == Some(false) && error == "ENOSPC" {
        return Err("reading stopped because the disk was full".into());
    }
    let mut stopped: BTreeMap<&str, &str> = BTreeMap::new();
    for (thread, code) in &answers.course {
        let before = stopped.get(thread.as_str());
        if let (Some(before), "acked") = (before, code.as_str()) {
            return Err(format!("saved after the answer was {before}"));
        }
        if matches!(code.as_str(), "unknown" | "stopped") {
            stopped.insert(thread, code);
        }
    }
    Ok(())
}
