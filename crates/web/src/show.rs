//! How values look on a page: days, states, records, Markdown.

mod markdown;
mod state;
mod time;
mod value;

pub use markdown::markdown;
pub use state::Status;
pub use time::{day, moment};
pub use value::{Values, escape};
