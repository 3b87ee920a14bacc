//! What can be said: how a kind of record is described, what a record is, what an act does to it, and whether an act is accepted.
//!
//! Everything here is pure: the moment, the identity and the people's roles are arguments. One path leads through the crate:
//! a [`Proposal`] is held by [`decide`] against the [`Kinds`] and the records as they stand ([`Standing`]); it is either refused with a
//! [`Refusal`] that says what to do instead, or becomes an [`Act`], and [`Kept::apply`] is all that an act does.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod act;
mod decide;
mod history;
mod kind;
mod nearest;
mod record;
mod refusal;
mod validate;

pub use act::{Act, ActBody, ApplyError, Erasure, Lapse, LinkBody};
pub use decide::{Accepted, Actor, ActorKind, Ask, Proposal, Seal, Standing, decide};
pub use history::{Names, sentence};
pub use kind::*;
pub use nearest::nearest;
pub use record::{File, Kept, Lapsed, Record, SeqRef, Signature, Stamp, Tombstone, content_digest, seal_of};
pub use refusal::{Problem, Refusal};
pub use validate::{check_fields, check_value, compare_decimals, is_decimal};

/// Field values by name, as JSON in the canonical profile of `docs/formats/ledger.md` (no floats; decimals are strings).
pub type Fields = serde_json::Map<String, serde_json::Value>;
