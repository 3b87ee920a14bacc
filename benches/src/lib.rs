//! Side by side with what a user would pick instead.
//!
//! The machine a benchmark runs on is shared and noisy, so no time stands alone: contenders take turns in one run
//! ([`rounds`]), and what is reported is the ratio of their medians ([`report`]).

pub mod grown;
pub mod report;
pub mod rounds;
