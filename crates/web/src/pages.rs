//! Pages, one file each, with a template of the same name.

pub mod act;
pub mod home;
pub mod record;
pub mod refused;
pub mod register;
pub mod registers;
pub mod requirement;
pub mod requirements;
pub mod sign_in;
pub mod start;
