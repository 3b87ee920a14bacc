//! Chance and time that are the same for the same seed.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use aims_store::{Chance, Clock};
use jiff::Timestamp;

/// A stream of numbers (splitmix64).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Begins at a seed.
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    /// The next number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number below `n` (which is at least 1).
    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.roll() % n.max(1) as u64).unwrap_or(0)
    }

    /// True once in `n`.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }
}

fn mix(state: u64) -> u64 {
    let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The store's chance, from a seed. Never secret: for tests alone.
#[derive(Debug)]
pub struct SeededChance(AtomicU64);

impl SeededChance {
    /// Begins at a seed.
    pub fn new(seed: u64) -> Arc<SeededChance> {
        Arc::new(SeededChance(AtomicU64::new(seed)))
    }

    fn next(&self) -> u64 {
        mix(self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed))
    }
}

impl Chance for SeededChance {
    fn fill(&self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(8) {
            let number = self.next().to_le_bytes();
            piece.iter_mut().zip(number).for_each(|(byte, number)| *byte = number);
        }
    }

    fn id(&self) -> String {
        let number = u128::from(self.next()) << 64 | u128::from(self.next());
        id(number)
    }
}

/// A UUIDv7 in form, its digits from a number.
pub fn id(number: u128) -> String {
    let hex = format!("{number:032x}");
    format!("{}-{}-7{}-9{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

/// A clock that moves one millisecond each time it is read.
#[derive(Debug)]
pub struct TickingClock(AtomicI64);

impl TickingClock {
    /// Begins at a moment in 2026, `hours` later.
    pub fn new(hours: i64) -> Arc<TickingClock> {
        Arc::new(TickingClock(AtomicI64::new(1_795_000_000_000 + hours * 3_600_000)))
    }
}

impl Clock for TickingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.fetch_add(1, Ordering::Relaxed)).expect("a moment in this century")
    }
}
