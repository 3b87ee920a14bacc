//! Pages, one file each, with a template of the same name.

pub mod account;
pub mod act;
pub mod concern;
pub mod confirm;
pub mod differences;
pub mod forecast;
pub mod history;
pub mod home;
pub mod jobs;
pub mod ledger;
pub mod link;
pub mod over_time;
pub mod readiness;
pub mod record;
pub mod refused;
pub mod register;
pub mod registers;
pub mod requirement;
pub mod requirements;
pub mod search;
pub mod sign_in;
pub mod sso;
pub mod start;
pub mod system;
pub mod waiting;
pub mod webhooks;
