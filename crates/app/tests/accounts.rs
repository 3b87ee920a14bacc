//! The door of a server: who comes in, how long they stay, and what is refused. The clock is set by the tests.

#[path = "accounts/acts.rs"]
mod acts;
#[path = "accounts/invitations.rs"]
mod invitations;
#[path = "accounts/openid.rs"]
mod openid;
#[path = "accounts/passkeys.rs"]
mod passkeys;
#[path = "accounts/second_factor.rs"]
mod second_factor;
#[path = "accounts/sessions.rs"]
mod sessions;
#[path = "accounts/shared.rs"]
mod shared;
#[path = "accounts/sign_in.rs"]
mod sign_in;
#[path = "accounts/tokens.rs"]
mod tokens;
