//! Why the door stays shut.

use aims_store::StoreError;
use thiserror::Error;

/// A refusal at the door. Where it could tell whether an account exists, it does not.
#[derive(Debug, Error)]
pub enum Refused {
    /// Name, password or account: which of them is not said.
    #[error("The name or the password is not right. Try again, or ask for a link to set another password.")]
    SignIn,
    /// A one-time or recovery code.
    #[error("This code is not right, or was used before. Wait for the next one and type it.")]
    Code,
    /// No session, or one that ended.
    #[error("Sign in to go on.")]
    SignInNeeded,
    /// The session is sound, but the authentication is too old for this.
    #[error("Confirm that it is you: this needs an authentication of the last ten minutes.")]
    StepUpRequired,
    /// Too often.
    #[error("Too many attempts. Try again in {seconds} seconds.")]
    TooMany {
        /// After how many seconds to ask again.
        seconds: u64,
    },
    /// All places for hashing are taken.
    #[error("Many people are signing in at this moment. Try again in a few seconds.")]
    Busy,
    /// There is an account already.
    #[error("This server has its first account. Ask whoever administers it for an invitation.")]
    NotFirst,
    /// The set-up address.
    #[error("This set-up address has ended. Start the server again and open the address that it prints.")]
    SetUpEnded,
    /// For whoever administers the instance alone.
    #[error("Only someone who administers this server can do that.")]
    NotAdmin,
    /// A password that is too short.
    #[error("Use at least 15 characters, or at least 8 after setting up an authenticator app.")]
    PasswordShort,
    /// A password beyond what is hashed.
    #[error("Use at most 256 characters.")]
    PasswordLong,
    /// A password that everybody tries first.
    #[error("This password is among those that are tried first. Choose several words that do not belong together.")]
    PasswordCommon,
    /// A short password cannot stand without a second factor.
    #[error("Set a password of 15 characters or more first; yours is too short to stand without codes.")]
    PasswordNeedsCode,
    /// A sign-in name.
    #[error("Write the e-mail address with ASCII letters, digits and one @, at most 254 characters.")]
    NameMalformed,
    /// A name for the screen.
    #[error("Write the name on one line, with 1 to 100 visible characters.")]
    DisplayMalformed,
    /// They are a member.
    #[error("This person is a member of the organization already.")]
    AlreadyMember,
    /// An account has this name: its holder signs in first.
    #[error("You have an account with this address. Sign in, then open the invitation again.")]
    SignInFirst,
    /// Another account than the invited one is signed in.
    #[error("This invitation is for another address. Sign out, then open it again.")]
    OtherAccount,
    /// One's own access or account.
    #[error("Nobody ends their own access. Ask another who may.")]
    OwnAccess,
    /// A link.
    #[error("This link was used or has ended. Ask for a new one.")]
    LinkEnded,
    /// An external auditor's end.
    #[error("Give the date on which the access ends, at most 90 days ahead.")]
    EndDateRequired,
    /// One-time codes are there.
    #[error("An authenticator app is set up already. Remove it before setting up another.")]
    CodesThere,
    /// No one-time codes.
    #[error("No authenticator app is set up.")]
    NoCodes,
    /// It would leave no way in.
    #[error("This is the only way to sign in to this account. Add another one first.")]
    LastWayIn,
    /// An answer of a passkey.
    #[error("The passkey's answer was not accepted ({0}). Start again.")]
    Passkey(&'static str),
    /// A passkey that is known.
    #[error("This passkey is registered already.")]
    PasskeyKnown,
    /// A ceremony that ended or never began.
    #[error("This took longer than five minutes, or was done already. Start again.")]
    CeremonyEnded,
    /// A token that is not one, or is revoked, or whose maker is gone.
    #[error("This token is not known here. Make a new one.")]
    TokenUnknown,
    /// A token whose time is over.
    #[error("This token has ended. Make a new one.")]
    TokenExpired,
    /// A token's scope beyond its maker.
    #[error("You cannot give a token what you may not do yourself: {0}.")]
    TokenScope(String),
    /// A token's end.
    #[error("Give the token an end, at most 365 days ahead.")]
    TokenEnd,
    /// A token's purpose.
    #[error("Say in 1 to 100 characters what the token is for, and choose at least one thing it may do.")]
    TokenMalformed,
    /// Another provider's answer. The class alone is told; the note has more.
    #[error("The other provider's answer was not accepted ({0}). Start again, or sign in another way.")]
    Sso(&'static str),
    /// The provider could not be reached.
    #[error("The other provider could not be reached. Try again, or sign in another way.")]
    SsoUnreachable,
    /// An identity that no account is joined to.
    #[error("No account here is joined to this identity. Sign in another way and join it under My account.")]
    SsoUnknown,
    /// An identity that another account is joined to.
    #[error("This identity is joined to an account already.")]
    SsoJoined,
    /// A public address that cannot be used.
    #[error("`{0}` cannot be the public address: write https://HOST, or http://localhost:PORT for this machine alone")]
    AddressRefused(String),
    /// Something that is not there, or is not this account's.
    #[error("There is nothing of this name in your account.")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Refused {
    /// The stable code, the same on screen, in the API and in notes.
    pub fn code(&self) -> &'static str {
        match self {
            Refused::SignIn => "sign_in_refused",
            Refused::Code => "code_refused",
            Refused::SignInNeeded => "sign_in_required",
            Refused::StepUpRequired => "step_up_required",
            Refused::TooMany { .. } => "too_many_requests",
            Refused::Busy => "busy",
            Refused::NotFirst => "not_first",
            Refused::SetUpEnded => "set_up_ended",
            Refused::NotAdmin => "not_admin",
            Refused::PasswordShort => "password_short",
            Refused::PasswordLong => "password_long",
            Refused::PasswordCommon => "password_common",
            Refused::PasswordNeedsCode => "password_needs_code",
            Refused::NameMalformed => "name_malformed",
            Refused::DisplayMalformed => "display_malformed",
            Refused::AlreadyMember => "already_member",
            Refused::SignInFirst => "sign_in_first",
            Refused::OtherAccount => "other_account",
            Refused::OwnAccess => "own_access",
            Refused::LinkEnded => "link_ended",
            Refused::EndDateRequired => "end_date_required",
            Refused::CodesThere => "codes_there",
            Refused::NoCodes => "no_codes",
            Refused::LastWayIn => "last_way_in",
            Refused::Passkey(_) => "passkey_refused",
            Refused::PasskeyKnown => "passkey_known",
            Refused::CeremonyEnded => "ceremony_ended",
            Refused::TokenUnknown => "token_unknown",
            Refused::TokenExpired => "token_expired",
            Refused::TokenScope(_) => "token_scope",
            Refused::TokenEnd => "token_end",
            Refused::TokenMalformed => "token_malformed",
            Refused::Sso(_) => "sso_rejected",
            Refused::SsoUnreachable => "sso_unreachable",
            Refused::SsoUnknown => "sso_unknown",
            Refused::SsoJoined => "sso_joined",
            Refused::AddressRefused(_) => "address_refused",
            Refused::NotFound => "not_found",
            Refused::Store(StoreError::StorageFull) => "storage_full",
            Refused::Store(_) => "store_failed",
        }
    }

    /// The HTTP status that says the same.
    pub fn status(&self) -> u16 {
        match self {
            Refused::SignIn
            | Refused::Code
            | Refused::SignInNeeded
            | Refused::StepUpRequired
            | Refused::Passkey(_)
            | Refused::TokenUnknown
            | Refused::TokenExpired
            | Refused::Sso(_)
            | Refused::SsoUnknown => 401,
            Refused::NotFirst | Refused::NotAdmin | Refused::OtherAccount | Refused::TokenScope(_) => 403,
            Refused::NotFound => 404,
            Refused::AlreadyMember
            | Refused::SignInFirst
            | Refused::CodesThere
            | Refused::NoCodes
            | Refused::LastWayIn
            | Refused::OwnAccess
            | Refused::PasskeyKnown
            | Refused::PasswordNeedsCode
            | Refused::SsoJoined => 409,
            Refused::LinkEnded | Refused::SetUpEnded | Refused::CeremonyEnded => 410,
            Refused::TooMany { .. } => 429,
            Refused::Busy | Refused::SsoUnreachable => 503,
            Refused::Store(StoreError::StorageFull) => 507,
            Refused::Store(_) | Refused::AddressRefused(_) => 500,
            _ => 422,
        }
    }

    /// After how many seconds it is worth asking again.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Refused::TooMany { seconds } => Some(*seconds),
            Refused::Busy | Refused::SsoUnreachable => Some(5),
            _ => None,
        }
    }
}
