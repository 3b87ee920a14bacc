//! Named checks of the controls of Annex A.

use super::Predicate;

/// The checks of this area.
pub(super) const PREDICATES: &[Predicate] = &[];
