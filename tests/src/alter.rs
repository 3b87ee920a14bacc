//! Alterations.
