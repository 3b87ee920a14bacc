//! The command line of the AI management system.
fn main() {}
