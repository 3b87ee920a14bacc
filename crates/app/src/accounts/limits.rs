//! How often somebody may ask: token buckets, filled by the given clock.
//!
//! Addresses and names are kept only as salted digests, in memory: a dump of it names nobody.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

/// Buckets that are kept at most; beyond it the full ones go first, then all.
const BUCKETS: usize = 100_000;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rate {
    /// Sign-in from one address: 5 at once, 5 a minute.
    SignInFrom,
    /// Sign-in to one account: 10 an hour. A passkey is not counted, so nobody can be locked out.
    SignInTo,
    /// Ceremonies begun from one address (a page that offers passkeys begins one): 60 a minute.
    Begin,
    /// A link to set another password, for one account: 3 an hour.
    Reset,
    /// One-time codes of one account: 5 in 15 minutes.
    Code,
    /// Concerns from one address: 5 an hour.
    Concern,
    /// Requests of one token: 600 a minute.
    Token,
    /// Searches of one account: 60 a minute.
    Search,
    /// Exports of one account: 10 an hour.
    Export,
    /// Tokens that are none, from one address: 20 a minute.
    FailedToken,
}

impl Rate {
    /// How many at once, and in how many milliseconds as many come back.
    fn burst(self) -> (u32, u32) {
        const MINUTE: u32 = 60_000;
        match self {
            Rate::SignInFrom => (5, MINUTE),
            Rate::SignInTo => (10, 60 * MINUTE),
            Rate::Begin => (60, MINUTE),
            Rate::Reset => (3, 60 * MINUTE),
            Rate::Code => (5, 15 * MINUTE),
            Rate::Concern => (5, 60 * MINUTE),
            Rate::Token => (600, MINUTE),
            Rate::Search => (60, MINUTE),
            Rate::Export => (10, 60 * MINUTE),
            Rate::FailedToken => (20, MINUTE),
        }
    }
}

/// The buckets.
pub struct Limits {
    salt: [u8; 32],
    buckets: Mutex<HashMap<(Rate, [u8; 16]), Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    at: i64,
}

impl Bucket {
    /// Fills it up to now. A clock that was set back fills nothing.
    fn fill(&mut self, rate: Rate, now: i64) {
        let (most, span) = rate.burst();
        let passed = now.saturating_sub(self.at).max(0) as f64;
        self.left = (self.left + passed * f64::from(most) / f64::from(span)).min(f64::from(most));
        self.at = self.at.max(now);
    }

    fn is_full(&self, rate: Rate) -> bool {
        self.left >= f64::from(rate.burst().0)
    }
}

impl Limits {
    /// No one has asked yet.
    pub fn new(salt: [u8; 32]) -> Limits {
        Limits { salt, buckets: Mutex::default() }
    }

    /// Takes one.
    ///
    /// # Errors
    /// After how many seconds there is one again.
    pub fn take(&self, rate: Rate, key: &str, now: Timestamp) -> Result<(), u64> {
        let now = now.as_millisecond();
        let (most, span) = rate.burst();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut buckets, now);
        let bucket = buckets.entry(self.key(rate, key)).or_insert(Bucket { left: f64::from(most), at: now });
        bucket.fill(rate, now);
        if bucket.left >= 1.0 {
            bucket.left -= 1.0;
            return Ok(());
        }
        let wait = (1.0 - bucket.left) * f64::from(span) / f64::from(most) / 1000.0;
        Err(wait.ceil().max(1.0) as u64)
    }

    /// Gives one back: what succeeded does not count against anybody.
    pub fn give_back(&self, rate: Rate, key: &str) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(&self.key(rate, key)) {
            bucket.left = (bucket.left + 1.0).min(f64::from(rate.burst().0));
        }
    }

    fn key(&self, rate: Rate, key: &str) -> (Rate, [u8; 16]) {
        let digest = Sha256::new().chain_update(self.salt).chain_update(key.as_bytes()).finalize();
        let mut short = [0; 16];
        short.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        (rate, short)
    }
}

/// The key of an address: an IPv6 address counts by its /64, which is what one household has.
pub fn address_key(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(four) => four.to_string(),
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

fn make_room(buckets: &mut HashMap<(Rate, [u8; 16]), Bucket>, now: i64) {
    if buckets.len() < BUCKETS {
        return;
    }
    buckets.retain(|(rate, _), bucket| {
        bucket.fill(*rate, now);
        !bucket.is_full(*rate)
    });
    if buckets.len() >= BUCKETS {
        buckets.clear();
    }
}
