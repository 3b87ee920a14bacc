//! Sessions: begun, found again, elevated, ended.

use aims_store::accounts::{Account, Digest, Session};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use super::{
    Caller, Entrance, Refused, Secret,
    note::Event,
    secret::{base64url, digest},
};

/// A session ends after so long without use,
pub(super) const IDLE: SignedDuration = SignedDuration::from_mins(30);
/// and after so long in any case.
const ABSOLUTE: SignedDuration = SignedDuration::from_hours(12);
/// For so long an authentication counts as fresh.
const ELEVATED: SignedDuration = SignedDuration::from_mins(10);
/// Sessions of one account.
const MOST: u32 = 10;
/// A use is written down at most so often.
const SEEN_EVERY: SignedDuration = SignedDuration::from_secs(60);
/// Characters kept of a browser's name.
const AGENT: usize = 120;

/// Someone who has just come in, or whose session got a new token: the browser is given `token` as its cookie.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// What the cookie holds.
    pub token: Secret,
    /// What forms hold: see [`Entrance::csrf_is_right`].
    pub csrf: String,
    /// Who.
    pub account: Account,
    /// When the session ends at the latest.
    pub ends: Timestamp,
}

/// Someone who is signed in.
#[derive(Clone, Debug)]
pub struct Seated {
    /// Who.
    pub account: Account,
    /// The session.
    pub session: Session,
    /// What forms hold.
    pub csrf: String,
    /// Whether the last authentication is fresh enough for what asks for one (signing, credentials, tokens, people).
    pub elevated: bool,
}

impl Seated {
    /// Goes on only where the last authentication is fresh.
    ///
    /// # Errors
    /// [`Refused::StepUpRequired`].
    pub fn must_be_elevated(&self) -> Result<(), Refused> {
        if self.elevated { Ok(()) } else { Err(Refused::StepUpRequired) }
    }
}

/// The token that forms carry is made from the cookie's, so that it changes with it and stands in no database.
fn csrf_of(token: &str) -> String {
    base64url(&Sha256::new().chain_update(b"aims csrf\n").chain_update(token.as_bytes()).finalize())
}

impl Entrance {
    /// Who holds this cookie.
    ///
    /// # Errors
    /// [`Refused::SignInNeeded`] where the session is unknown or has ended.
    pub fn seated(&self, token: &str) -> Result<Seated, Refused> {
        let now = self.now();
        let session = self.store.session(&digest(token))?.ok_or(Refused::SignInNeeded)?;
        if now >= session.ends || now >= session.seen + IDLE {
            self.store.end_session(&session.account, &session.id)?;
            self.note(Event::done("session-ended", &session.account).because("timeout"))?;
            return Err(Refused::SignInNeeded);
        }
        let account = self.account(&session.account).map_err(|refused| match refused {
            Refused::SignIn => Refused::SignInNeeded,
            other => other,
        })?;
        if now - SEEN_EVERY >= session.seen {
            self.store.touch_session(&session.hash, now)?;
        }
        let elevated = session.elevated.is_some_and(|until| now < until);
        Ok(Seated { account, csrf: csrf_of(token), session, elevated })
    }

    /// Whether a form's token belongs to a cookie.
    pub fn csrf_is_right(&self, token: &str, given: &str) -> bool {
        // Digests are compared, so that the time tells nothing about either.
        digest(&csrf_of(token)) == digest(given)
    }

    /// Ends the session of a cookie.
    ///
    /// # Errors
    /// [`Refused::Store`].
    pub fn sign_out(&self, token: &str) -> Result<(), Refused> {
        if let Some(session) = self.store.session(&digest(token))? {
            self.store.end_session(&session.account, &session.id)?;
            self.note(Event::done("session-ended", &session.account).because("signed-out"))?;
        }
        Ok(())
    }

    /// The sessions of an account that have not ended, newest first.
    ///
    /// # Errors
    /// [`Refused::Store`].
    pub fn sessions(&self, account: &str) -> Result<Vec<Session>, Refused> {
        let now = self.now();
        let mut sessions = self.store.sessions(account)?;
        sessions.retain(|session| now < session.ends && now < session.seen + IDLE);
        Ok(sessions)
    }

    /// Ends one session by the id it has in the list.
    ///
    /// # Errors
    /// [`Refused::NotFound`].
    pub fn end_session(&self, account: &str, id: &str) -> Result<(), Refused> {
        if !self.store.end_session(account, id)? {
            return Err(Refused::NotFound);
        }
        self.note(Event::done("session-ended", account).because("ended-by-hand"))
    }

    /// Ends all sessions of an account but one, or all of them: after its password, codes or roles changed. Answers how many.
    ///
    /// # Errors
    /// [`Refused::Store`].
    pub fn end_sessions(&self, account: &str, but: Option<&Seated>) -> Result<usize, Refused> {
        let ended = self.store.end_sessions(account, but.map(|seated| &seated.session.hash))?;
        if ended > 0 {
            self.note(Event::done("session-ended", account).because("credentials-or-roles-changed"))?;
        }
        Ok(ended)
    }

    /// Begins a session after an authentication.
    pub(super) fn arrive(&self, account: Account, caller: &Caller, amr: &[&str]) -> Result<Arrival, Refused> {
        let token = Secret::draw(&*self.chance);
        let session = self.new_session(&account.id, token.digest(), caller, amr);
        self.store.begin_session(&session, MOST)?;
        self.note(Event::done("signed-in", &account.id).by(amr))?;
        Ok(Arrival { csrf: csrf_of(token.reveal()), token, account, ends: session.ends })
    }

    /// Puts a fresh, elevated token in the place of a session's old one. The absolute end stays.
    pub(super) fn elevate(&self, seated: &Seated, amr: &[&str]) -> Result<Arrival, Refused> {
        let token = Secret::draw(&*self.chance);
        let now = self.now();
        let session = Session {
            hash: token.digest(),
            seen: now,
            elevated: Some(now + ELEVATED),
            amr: amr.iter().map(|word| (*word).to_owned()).collect(),
            ..seated.session.clone()
        };
        if !self.store.rotate_session(&seated.session.hash, &session)? {
            return Err(Refused::SignInNeeded);
        }
        self.note(Event::done("elevated", &seated.account.id).by(amr))?;
        Ok(Arrival { csrf: csrf_of(token.reveal()), token, account: seated.account.clone(), ends: session.ends })
    }

    fn new_session(&self, account: &str, hash: Digest, caller: &Caller, amr: &[&str]) -> Session {
        let now = self.now();
        Session {
            hash,
            id: self.chance.id(),
            account: account.to_owned(),
            created: now,
            seen: now,
            // Signing in is an authentication too.
            elevated: Some(now + ELEVATED),
            ends: now + ABSOLUTE,
            agent: caller.agent.chars().filter(|c| !c.is_control()).take(AGENT).collect(),
            amr: amr.iter().map(|word| (*word).to_owned()).collect(),
        }
    }
}
