//! Which job is due when, and the thread that does what is due.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use aims_store::Clock;
use jiff::{SignedDuration, Timestamp};

use super::Board;

/// How a job went: for an organization by its name in addresses, or for the server as one.
pub type Outcome = (Option<String>, Result<String, String>);

/// Looks at least so often whether something is due: the machine's clock may have been set.
const LOOKS: Duration = Duration::from_secs(1);

/// Something that is done again and again.
pub struct Job {
    /// Its name, as the board and the API say it.
    pub name: &'static str,
    /// How long after its beginning it is due again.
    pub every: SignedDuration,
    /// What is done.
    pub does: Box<dyn FnMut(Timestamp) -> Vec<Outcome> + Send>,
}

/// Jobs, and when each is due.
pub struct Schedule {
    jobs: Vec<(Timestamp, Job)>,
    board: Arc<Board>,
}

impl Schedule {
    /// All are due at once; a job that must not run again so soon remembers that itself.
    pub fn new(jobs: Vec<Job>, board: Arc<Board>) -> Schedule {
        Schedule { jobs: jobs.into_iter().map(|job| (Timestamp::MIN, job)).collect(), board }
    }

    /// Does what is due, and notes how it went. A job that panics has failed, like any other.
    pub fn run_due(&mut self, now: Timestamp) {
        for (due, job) in self.jobs.iter_mut().filter(|(due, _)| *due <= now) {
            *due = now.checked_add(job.every).unwrap_or(Timestamp::MAX);
            let done = catch_unwind(AssertUnwindSafe(|| (job.does)(now)));
            let outcomes = done.unwrap_or_else(|_| vec![(None, Err("it panicked".into()))]);
            outcomes.into_iter().for_each(|(org, outcome)| self.board.note(job.name, org, now, outcome));
        }
    }

    /// When the next is due.
    pub fn next(&self) -> Option<Timestamp> {
        self.jobs.iter().map(|(due, _)| *due).min()
    }
}

/// A thread that does what is due until it is stopped.
pub struct Clerk {
    stop: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Clerk {
    /// Begins.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(name: &str, mut schedule: Schedule, clock: Arc<dyn Clock>) -> std::io::Result<Clerk> {
        let stop: Arc<(Mutex<bool>, Condvar)> = Arc::default();
        let told = Arc::clone(&stop);
        let work = move || {
            let (stopped, bell) = &*told;
            loop {
                schedule.run_due(clock.now());
                let wait = schedule.next().map_or(LOOKS, |next| until(next, clock.now()));
                let stopped = stopped.lock().unwrap_or_else(PoisonError::into_inner);
                let waited = bell.wait_timeout_while(stopped, wait, |stopped| !*stopped);
                if *waited.unwrap_or_else(PoisonError::into_inner).0 {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work)?;
        Ok(Clerk { stop, thread: Some(thread) })
    }

    /// Ends after the job at hand.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let (stopped, bell) = &*self.stop;
        *stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        bell.notify_all();
        if let Some(thread) = self.thread.take() {
            // What panicked there was noted there.
            let _ = thread.join();
        }
    }
}

impl Drop for Clerk {
    fn drop(&mut self) {
        self.end();
    }
}

/// How long to wait, at most [`LOOKS`].
fn until(next: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(next.duration_since(now)).unwrap_or_default().min(LOOKS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SetClock;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn job(name: &'static str, every: i64, does: impl FnMut(Timestamp) -> Vec<Outcome> + Send + 'static) -> Job {
        Job { name, every: SignedDuration::from_secs(every), does: Box::new(does) }
    }

    #[test]
    fn what_is_due_is_done_and_what_fails_is_told_with_since_when() {
        let board = Arc::new(Board::default());
        let mut left = 2;
        let fails = job("fails", 60, move |_| {
            left -= 1;
            vec![(Some("north".into()), if left >= 0 { Err("no".into()) } else { Ok("yes".into()) })]
        });
        let panics = job("panics", 3600, |_| panic!("on purpose"));
        let mut schedule = Schedule::new(vec![fails, panics], Arc::clone(&board));
        schedule.run_due(at("2026-06-01T09:00:00Z"));
        schedule.run_due(at("2026-06-01T09:00:59Z"));
        assert_eq!(schedule.next(), Some(at("2026-06-01T09:01:00Z")));
        schedule.run_due(at("2026-06-01T09:01:00Z"));
        let runs = board.of("north");
        assert_eq!(runs.len(), 2);
        let (name, run) = &runs[0];
        assert_eq!(
            (*name, run.at, run.failing_since),
            ("fails", at("2026-06-01T09:01:00Z"), Some(at("2026-06-01T09:00:00Z")))
        );
        assert_eq!((runs[1].1.at, &runs[1].1.outcome), (at("2026-06-01T09:00:00Z"), &Err("it panicked".to_owned())));
        assert_eq!(board.of("south").len(), 1, "what is of another organization is not told");
        schedule.run_due(at("2026-06-01T09:02:00Z"));
        assert_eq!(board.of("north")[0].1.failing_since, None);
    }

    #[test]
    fn a_clerk_ends_when_it_is_told_to() {
        let (tell, told) = std::sync::mpsc::channel();
        let work = job("work", 3600, move |_| {
            tell.send(()).unwrap();
            Vec::new()
        });
        let clock = Arc::new(SetClock::new(at("2026-06-01T09:00:00Z")));
        let clerk = Clerk::start("clerk", Schedule::new(vec![work], Arc::default()), clock).unwrap();
        told.recv().unwrap();
        clerk.stop();
        assert!(told.recv().is_err(), "the job went with the thread, and ran once");
    }
}
