//! Answers of three values with the moment at which they may change by themselves.

use jiff::Timestamp;

/// No, gap (something has to be defined first), yes. The order is the order of "and" (least) and "or" (greatest).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Truth {
    No,
    Gap,
    Yes,
}

/// An answer, and the first moment at which it may be another one. Before that moment it is certainly the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) truth: Truth,
    pub(crate) until: Option<Timestamp>,
}

impl Answer {
    pub(crate) const YES: Self = Self { truth: Truth::Yes, until: None };
    pub(crate) const NO: Self = Self { truth: Truth::No, until: None };

    /// An answer that never changes by itself.
    pub(crate) fn fixed(yes: bool) -> Self {
        if yes { Self::YES } else { Self::NO }
    }

    pub(crate) fn holds(self) -> bool {
        self.truth == Truth::Yes
    }

    /// Yes where all are. Decided by the least: it stays so for as long as any one of the least does.
    pub(crate) fn all(answers: impl IntoIterator<Item = Answer>) -> Self {
        combine(answers, Answer::YES, |new, old| new < old)
    }

    /// Yes where any is. Decided by the greatest.
    pub(crate) fn any(answers: impl IntoIterator<Item = Answer>) -> Self {
        combine(answers, Answer::NO, |new, old| new > old)
    }

    pub(crate) fn not(self) -> Self {
        let truth = match self.truth {
            Truth::Yes => Truth::No,
            Truth::Gap => Truth::Gap,
            Truth::No => Truth::Yes,
        };
        Self { truth, until: self.until }
    }
}

/// An answer that stands at the extreme stays there until every one at that extreme may have left it; any other may pass it earlier
/// only by changing itself, so the moment is the earlier of that and the first change of the others.
fn combine(answers: impl IntoIterator<Item = Answer>, neutral: Answer, beats: impl Fn(Truth, Truth) -> bool) -> Answer {
    let extreme = neutral.not().truth;
    let (mut best, mut at_extreme, mut first) = (neutral.truth, None::<Option<Timestamp>>, None);
    for answer in answers {
        if beats(answer.truth, best) {
            best = answer.truth;
        }
        first = earlier(first, answer.until);
        if answer.truth == extreme && answer.until.is_none() {
            // nothing that follows can change that, now or later
            return answer;
        }
        if answer.truth == extreme {
            at_extreme = Some(match at_extreme {
                None => answer.until,
                Some(latest) => later(latest, answer.until),
            });
        }
    }
    Answer { truth: best, until: at_extreme.unwrap_or(first) }
}

/// The earlier of two moments, where `None` is never.
pub(crate) fn earlier(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, None) | (None, one) => one,
    }
}

/// The later of two moments, where `None` is never.
fn later(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    Some(a?.max(b?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Option<Timestamp> {
        Timestamp::from_second(second).ok()
    }

    #[test]
    fn or_holds_as_long_as_the_last_that_holds() {
        let yes = |s| Answer { truth: Truth::Yes, until: at(s) };
        assert_eq!(Answer::any([yes(10), yes(20)]), yes(20));
        assert_eq!(Answer::all([yes(10), yes(20)]), yes(10));
        assert_eq!(Answer::any([]).truth, Truth::No);
    }

    #[test]
    fn and_fails_as_long_as_the_last_that_fails() {
        let no = |s| Answer { truth: Truth::No, until: at(s) };
        assert_eq!(Answer::all([no(10), no(20), Answer::YES]), no(20));
        assert_eq!(Answer::any([no(10), no(20)]), no(10));
    }

    #[test]
    fn a_gap_never_becomes_a_yes() {
        let gap = Answer { truth: Truth::Gap, until: None };
        assert_eq!(gap.not().truth, Truth::Gap);
        assert_eq!(Answer::all([gap, Answer::YES]).truth, Truth::Gap);
        assert_eq!(Answer::any([gap, Answer::NO]).truth, Truth::Gap);
        assert_eq!(Answer::all([gap, Answer::NO]).truth, Truth::No);
    }
}
