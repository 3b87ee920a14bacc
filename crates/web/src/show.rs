//! How values look on a page: days, states, records, Markdown.

mod markdown;
mod state;
mod time;

pub use markdown::markdown;
pub use state::{Status, status};
pub use time::{day, moment};
