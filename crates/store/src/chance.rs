//! What the store is given because it may not take it itself: the moment, and chance.

use jiff::Timestamp;

/// Tells the moment.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Draws randomness.
pub trait Chance: Send + Sync {
    /// Fills with secret random bytes: salts, keys and nonces.
    fn fill(&self, bytes: &mut [u8]);
    /// A new UUIDv7, lower case with hyphens.
    fn id(&self) -> String;
}
