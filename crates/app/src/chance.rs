//! The only place that draws randomness.
#![expect(clippy::disallowed_methods, reason = "chance has to be drawn somewhere: here, and nowhere else")]

use std::{
    cell::RefCell,
    sync::atomic::{AtomicU64, Ordering},
};

use aims_store::Chance;
use uuid::Builder;
use zeroize::Zeroizing;

/// The operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemChance;

/// So much is drawn at once.
const DRAWN: usize = 1024;

/// Randomness of one thread, for many acts at once: asking the system costs more than what is asked for. Each byte is given out
/// once and wiped.
struct Supply {
    bytes: Zeroizing<[u8; DRAWN]>,
    left: usize,
}

impl Supply {
    fn fill(&mut self, bytes: &mut [u8]) {
        if bytes.len() > self.left {
            draw(&mut *self.bytes);
            self.left = DRAWN;
        }
        let from = self.left - bytes.len();
        if let Some(given) = self.bytes.get_mut(from..self.left) {
            bytes.copy_from_slice(given);
            given.fill(0);
        }
        self.left = from;
    }
}

thread_local! {
    static SUPPLY: RefCell<Supply> = RefCell::new(Supply { bytes: Zeroizing::new([0; DRAWN]), left: 0 });
}

fn draw(bytes: &mut [u8]) {
    // Salts and keys that are not random would be worse than no answer.
    getrandom::fill(bytes).expect("the operating system gives randomness");
}

/// Bits of an id that count within a millisecond.
const COUNT: u32 = 12;

/// A millisecond and a count within it that are later than any given before, so that ids sort in the order in which they were drawn.
fn moment(step: u64) -> (u64, u16) {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let now = jiff::Timestamp::now().as_millisecond().max(0).unsigned_abs() << COUNT;
    let next = |last: u64| (now + step).max(last + 1);
    let last = LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(next(last)));
    let drawn = next(last.unwrap_or_else(|last| last));
    (drawn >> COUNT, (drawn & ((1 << COUNT) - 1)) as u16)
}

impl Chance for SystemChance {
    fn fill(&self, bytes: &mut [u8]) {
        if bytes.len() > DRAWN / 4 {
            return draw(bytes);
        }
        SUPPLY.with_borrow_mut(|supply| supply.fill(bytes));
    }

    fn id(&self) -> String {
        let mut random = [0; 10];
        self.fill(&mut random);
        let [high, low, ..] = random;
        let (millis, count) = moment(u64::from(u16::from_be_bytes([high, low]) >> 6));
        let [first, second] = count.to_be_bytes();
        (random[0], random[1]) = (first, second);
        Builder::from_unix_timestamp_millis(millis, &random).into_uuid().to_string()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn nothing_is_given_out_twice() {
        let mut seen = BTreeSet::new();
        for _ in 0..DRAWN {
            let mut salt = [0; 32];
            SystemChance.fill(&mut salt);
            assert!(salt != [0; 32] && seen.insert(salt.to_vec()));
        }
    }

    #[test]
    fn ids_are_drawn_in_order() {
        let drawn: Vec<String> = (0..10_000).map(|_| SystemChance.id()).collect();
        assert!(drawn.is_sorted_by(|one, next| one < next));
        let sound = |id: &String| uuid::Uuid::try_parse(id).is_ok_and(|id| id.get_version_num() == 7);
        assert!(drawn.iter().all(sound));
    }
}
