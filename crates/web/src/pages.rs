//! Pages, one file each, with a template of the same name.

pub mod act;
pub mod account;
pub mod confirm;
pub mod home;
pub mod link;
pub mod record;
pub mod refused;
pub mod register;
pub mod registers;
pub mod requirement;
pub mod requirements;
pub mod sign_in;
pub mod sso;
pub mod start;
