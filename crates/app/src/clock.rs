//! The only place that reads the clock.
#![expect(clippy::disallowed_methods, reason = "the clock has to be read somewhere: here, and nowhere else")]

use std::sync::Mutex;

use aims_store::Clock;
use jiff::Timestamp;

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that stands still until it is set: for daybooks, which tell what happened on past days, and for tests.
#[derive(Debug)]
pub struct SetClock(Mutex<Timestamp>);

impl SetClock {
    /// A clock that shows `now`.
    pub fn new(now: Timestamp) -> SetClock {
        SetClock(Mutex::new(now))
    }

    /// Sets it.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = now;
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
