//! The moment at which a verdict changes if nobody does anything.

use jiff::Timestamp;

use crate::Verdict;

/// The first moment at which `at(moment)` says something else than `now`, beginning with the first at which it may.
/// `at` gives a verdict and the next moment at which it may change; before that moment it certainly does not.
pub(crate) fn until(
    now: &Verdict,
    mut may: Option<Timestamp>,
    mut at: impl FnMut(Timestamp) -> (Verdict, Option<Timestamp>),
) -> Option<Timestamp> {
    while let Some(moment) = may {
        let (then, next) = at(moment);
        if !now.says_the_same(&then) {
            return Some(moment);
        }
        may = next.filter(|n| *n > moment);
    }
    None
}
