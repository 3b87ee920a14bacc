//! Named checks of clauses 8 and 10: operation, improvement.

use super::Predicate;

/// The checks of this area.
pub(super) const PREDICATES: &[Predicate] = &[];
