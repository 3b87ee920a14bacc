//! Named checks of clauses 6.1.4 to 7: impact, objectives, changes, support.

use super::Predicate;

/// The checks of this area.
pub(super) const PREDICATES: &[Predicate] = &[];
