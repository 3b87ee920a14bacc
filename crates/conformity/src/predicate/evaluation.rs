//! Named checks of clause 9: monitoring, internal audit, management review.

use super::Predicate;

/// The checks of this area.
pub(super) const PREDICATES: &[Predicate] = &[];
