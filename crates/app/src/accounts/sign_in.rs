//! Signing in with a password, and the first account.

use aims_store::accounts::{NewAccount, Preferences};

use super::{
    Arrival, Caller, Entrance, Rate, Refused, Seated, Secret, ceremony::Waits, limits::address_key, note::Event,
    password,
};

/// How far a sign-in came.
#[derive(Clone, Debug)]
pub enum SignIn {
    /// In.
    Arrived(Box<Arrival>),
    /// The password was right; the account asks for a one-time code too. The secret names this attempt.
    CodeNeeded(Secret),
}

/// The first account of a server.
#[derive(Clone, Debug)]
pub struct Founded {
    /// The e-mail address they sign in with.
    pub name: String,
    /// What to call them.
    pub display: String,
    /// Language code.
    pub language: String,
    /// Their password.
    pub password: Secret,
}

impl Entrance {
    /// Whether nobody has an account yet, so that the first run is shown.
    ///
    /// # Errors
    /// [`Refused::Store`].
    pub fn is_new(&self) -> Result<bool, Refused> {
        Ok(self.store.is_empty()?)
    }

    /// Makes the first account, which administers the instance, and signs it in: for the process that serves, which knows who it is for.
    ///
    /// # Errors
    /// [`Refused::NotFirst`] where there is one; what is wrong with name or password.
    pub fn found(&self, first: &Founded, caller: &Caller) -> Result<Arrival, Refused> {
        let Founded { name, display, language, password } = first;
        self.begin(&self.new_account(name, display, language, true)?, Some(password.reveal()), caller)
    }

    /// The first account; without a password it is signed in once, to register a passkey.
    pub(super) fn begin(&self, new: &NewAccount, password: Option<&str>, caller: &Caller) -> Result<Arrival, Refused> {
        if !self.is_new()? {
            return Err(Refused::NotFirst);
        }
        let check = |word| password::check(word, false, &[&new.name, &new.display]);
        password.map_or(Ok(()), check)?;
        let hashed = password.map(|word| self.hashing.hash(word, &*self.chance)).transpose()?;
        let id = self.store.begin(new, hashed.as_ref())?.ok_or(Refused::NotFirst)?;
        self.note(Event::done("account-made", &id).with("admin", true))?;
        let amr = if password.is_some() { "pwd" } else { "link" };
        self.arrive(self.account(&id)?, caller, &[amr])
    }

    /// Signs in with a password. Whether there is such an account, shows neither in the answer nor in the work.
    ///
    /// # Errors
    /// [`Refused::SignIn`], [`Refused::TooMany`], [`Refused::Busy`].
    pub fn sign_in(&self, caller: &Caller, name: &str, password: &str) -> Result<SignIn, Refused> {
        let (name, from) = (fold(name), address_key(caller.address));
        self.take(Rate::SignInFrom, &from)?;
        self.take(Rate::SignInTo, &name)?;
        let account = self.store.account_named(&name)?;
        let id = account.as_ref().map(|account| account.id.clone());
        let kept = self.store.password(id.as_deref().unwrap_or_default())?;
        let right = self.hashing.is_right(password, kept.as_ref())?;
        let Some(account) = account.filter(|account| right && account.disabled.is_none()) else {
            self.note(Event::denied("signed-in", id.as_deref(), "password"))?;
            return Err(Refused::SignIn);
        };
        self.limits.give_back(Rate::SignInFrom, &from);
        self.limits.give_back(Rate::SignInTo, &name);
        if self.store.has_totp(&account.id)? {
            let attempt = Secret::draw(&*self.chance);
            self.halfway.keep(&attempt, Waits::Code { account: account.id }, self.now());
            return Ok(SignIn::CodeNeeded(attempt));
        }
        let arrival = self.arrive(account, caller, &["pwd"])?;
        Ok(SignIn::Arrived(Box::new(arrival)))
    }

    /// Finishes a sign-in with a one-time code of the authenticator app.
    ///
    /// # Errors
    /// [`Refused::Code`], [`Refused::CeremonyEnded`], [`Refused::TooMany`].
    pub fn finish_with_code(&self, caller: &Caller, attempt: &Secret, code: &str) -> Result<Arrival, Refused> {
        self.finish(caller, attempt, &["pwd", "otp"], |account| self.use_code(account, code))
    }

    /// Finishes a sign-in with a recovery code.
    ///
    /// # Errors
    /// As [`finish_with_code`](Self::finish_with_code).
    pub fn finish_with_recovery_code(&self, caller: &Caller, attempt: &Secret, code: &str) -> Result<Arrival, Refused> {
        self.finish(caller, attempt, &["pwd", "recovery"], |account| self.use_recovery_code(account, code))
    }

    fn finish(
        &self,
        caller: &Caller,
        attempt: &Secret,
        amr: &[&str],
        prove: impl FnOnce(&str) -> Result<(), Refused>,
    ) -> Result<Arrival, Refused> {
        let Waits::Code { account } = self.halfway.look(attempt.reveal(), self.now())? else {
            return Err(Refused::CeremonyEnded);
        };
        if let Err(refused) = prove(&account) {
            self.note(Event::denied("signed-in", Some(&account), refused.code()))?;
            return Err(refused);
        }
        // Of two that come with the same attempt one finds it gone.
        self.halfway.take(attempt.reveal(), self.now())?;
        self.arrive(self.account(&account)?, caller, amr)
    }

    /// Confirms with the password (and a code where the account has them) who sits here; the session gets a new, elevated token.
    ///
    /// # Errors
    /// [`Refused::SignIn`], [`Refused::Code`], [`Refused::TooMany`].
    pub fn step_up(&self, seated: &Seated, password: &str, code: Option<&str>) -> Result<Arrival, Refused> {
        let id = &seated.account.id;
        self.take(Rate::SignInTo, &seated.account.name)?;
        let kept = self.store.password(id)?;
        if !self.hashing.is_right(password, kept.as_ref())? {
            self.note(Event::denied("elevated", Some(id), "password"))?;
            return Err(Refused::SignIn);
        }
        self.limits.give_back(Rate::SignInTo, &seated.account.name);
        if !self.store.has_totp(id)? {
            return self.elevate(seated, &["pwd"]);
        }
        self.use_code(id, code.unwrap_or_default())?;
        self.elevate(seated, &["pwd", "otp"])
    }

    /// Sets another password. All other sessions end, tokens for programs are revoked, and this session gets a new cookie.
    ///
    /// # Errors
    /// [`Refused::StepUpRequired`], and what is wrong with the password.
    pub fn set_password(&self, seated: &Seated, password: &str) -> Result<Arrival, Refused> {
        seated.must_be_elevated()?;
        let account = &seated.account;
        password::check(password, self.store.has_totp(&account.id)?, &[&account.name, &account.display])?;
        let hashed = self.hashing.hash(password, &*self.chance)?;
        self.store.set_password(&account.id, &hashed, self.now())?;
        self.note(Event::done("password-set", &account.id))?;
        self.end_sessions(&account.id, Some(seated))?;
        let amr: Vec<&str> = seated.session.amr.iter().map(String::as_str).collect();
        self.elevate(seated, &amr)
    }

    /// Sets what to call somebody, and how pages look to them.
    ///
    /// # Errors
    /// [`Refused::DisplayMalformed`].
    pub fn set_profile(&self, account: &str, display: &str, preferences: &Preferences) -> Result<(), Refused> {
        check_display(display)?;
        Ok(self.store.set_preferences(account, display, preferences)?)
    }

    /// The account that a name and a display name describe, where both can be kept.
    pub(super) fn new_account(
        &self,
        name: &str,
        display: &str,
        language: &str,
        admin: bool,
    ) -> Result<NewAccount, Refused> {
        let name = fold(name);
        check_name(&name)?;
        let display = display.trim().to_owned();
        check_display(&display)?;
        let language = language.to_owned();
        Ok(NewAccount { id: self.chance.id(), name, display, language, admin, now: self.now() })
    }
}

/// A sign-in name as it is compared.
pub(super) fn fold(name: &str) -> String {
    name.trim().to_ascii_lowercase()
}

/// Refuses what is no plain e-mail address. Others exist, but look-alikes of known ones exist among them.
pub(super) fn check_name(name: &str) -> Result<(), Refused> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "@.!#$%&'*+-/=?^_`{|}~".contains(c);
    let parts: Vec<&str> = name.split('@').collect();
    let sound =
        |part: &&str| !part.is_empty() && !part.starts_with('.') && !part.ends_with('.') && !part.contains("..");
    if name.len() <= 254 && name.chars().all(allowed) && parts.len() == 2 && parts.iter().all(sound) {
        return Ok(());
    }
    Err(Refused::NameMalformed)
}

/// Refuses line breaks, what cannot be seen, and what turns the direction of writing.
pub(super) fn check_display(display: &str) -> Result<(), Refused> {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
    };
    let length = display.chars().count();
    if (1..=100).contains(&length) && !display.contains(hidden) { Ok(()) } else { Err(Refused::DisplayMalformed) }
}
