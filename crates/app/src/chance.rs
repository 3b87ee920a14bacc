//! The only place that draws randomness.
#![expect(clippy::disallowed_methods, reason = "chance has to be drawn somewhere: here, and nowhere else")]

use std::cell::RefCell;

use aims_store::Chance;
use uuid::Uuid;
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

impl Chance for SystemChance {
    fn fill(&self, bytes: &mut [u8]) {
        if bytes.len() > DRAWN / 4 {
            return draw(bytes);
        }
        SUPPLY.with_borrow_mut(|supply| supply.fill(bytes));
    }

    fn id(&self) -> String {
        Uuid::now_v7().to_string()
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
}
