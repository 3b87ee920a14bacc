//! Scenarios, properties and faults, across crates.
