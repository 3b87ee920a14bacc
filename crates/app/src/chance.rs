//! The only place that draws randomness.
#![expect(clippy::disallowed_methods, reason = "chance has to be drawn somewhere: here, and nowhere else")]

use aims_store::Chance;
use uuid::Uuid;

/// The operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemChance;

impl Chance for SystemChance {
    fn fill(&self, bytes: &mut [u8]) {
        // Salts and keys that are not random would be worse than no answer.
        getrandom::fill(bytes).expect("the operating system gives randomness");
    }

    fn id(&self) -> String {
        Uuid::now_v7().to_string()
    }
}
