//! Rules over registers give verdicts with reasons, next acts and the moment of lapse.
//!
//! [`check`] is a function of the frameworks, the records and a moment, and of nothing else. Every answer inside it has three values
//! (no, gap, yes) and carries the moment at which it may change by itself; both are put together by the same few rules (`truth`), so
//! that missing evidence can never improve a verdict and `until` is found without trying every day. `docs/formats/rules.md` says what
//! each block means.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod amounts;
mod assessment;
mod blocks;
mod check;
mod covering;
mod days;
mod difference;
mod escalation;
mod evidence;
mod exclusion;
mod explain;
mod fault;
mod fields;
mod filters;
mod footprint;
mod forecast;
mod judgement;
mod next;
mod part;
mod predicate;
mod readiness;
mod scan;
mod time;
mod truth;
mod until;
mod verdict;
mod whole;

pub use assessment::{Again, Assessment, Held, Standing};
pub use check::{Conformity, check};
pub use difference::{Because, Difference, Direction, Said, difference};
pub use escalation::{Escalated, Escalation, escalations};
pub use explain::{Explanation, Proof, explain};
pub use forecast::{Lapse, forecast};
pub use next::NextAct;
pub use predicate::{Predicate, predicate_names, predicates};
pub use readiness::{Met, Observed, Readiness, ToldFact, Why, readiness};
pub use verdict::{Backdated, Cited, Population, Reason, Severity, State, Subject, Verdict};
