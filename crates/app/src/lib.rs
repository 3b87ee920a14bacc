//! Use cases: who may, load, decide, append, answer.
//!
//! An [`Aims`] is one organization that is open. Everything that changes it goes through [`Aims::act`] or [`Aims::act_together`], which decide on
//! the store's writer thread, so that what was decided on is what stands. Only here the clock is read ([`clock`]) and chance drawn ([`chance`]).

pub mod access;
pub mod accounts;
pub mod bundle;
pub mod chance;
pub mod checks;
pub mod clock;
pub mod concerns;
pub mod daybook;
pub mod files;
pub mod grants;
pub mod imports;
pub mod jobs;
pub mod live;
pub mod own_kinds;
pub mod practice;
pub mod readiness;
pub mod waiting;

mod acts;
mod content;
mod failure;
mod organization;
mod resolve;
mod retention;
mod standing;
mod views;
mod words;

pub use acts::{ActToSign, Done, Step, Wish};
pub use content::{CONTENT_FOLDER, built_in, content};
pub use failure::Failure;
pub use organization::{Aims, Founder, Start};
pub use retention::Due;
pub use views::{AsOf, HistoryLine, Inverse, LedgerLine, Listed, Query, Shown};
pub use words::{field_from_text, read_folder};
