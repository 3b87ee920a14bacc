//! Named checks of clauses 4 and 5: context, leadership.

use super::Predicate;

/// The checks of this area.
pub(super) const PREDICATES: &[Predicate] = &[];
