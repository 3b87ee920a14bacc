//! What the server does by itself: signs checkpoints, checks itself, clears away what has ended, tells people what waits, sends mail and
//! calls webhooks.
//!
//! A [`Schedule`] knows which job is due when; a [`Clerk`] is the thread that does them. Nothing of a tick grows with an organization:
//! jobs remember how far they came (`server.db`, counters). A job that fails is told on the [`Board`] and comes again at its time; none
//! ends the server.

mod board;
pub mod digest;
mod mail;
mod outbox;
mod schedule;
pub mod target;
pub mod tidy;
pub mod watch;
pub mod webhook;

pub use board::{Board, Run};
pub use mail::{Letter, Mail, MailRefused, Post, Security};
pub use outbox::{Composer, Outbox};
pub use schedule::{Clerk, Job, Outcome, Schedule};
