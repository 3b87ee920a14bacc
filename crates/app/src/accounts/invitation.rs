//! Invitations, and links to set another password. Both go out by mail, work once, and not for long.

use aims_store::accounts::{Membership, NewJob, Purpose, Ticket};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Arrival, Caller, Entrance, Rate, Refused, Seated, Secret,
    limits::address_key,
    note::Event,
    password,
    secret::digest,
    sign_in::{check_display, check_name, fold},
};

/// How long an invitation works.
const INVITATION: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long a link to set another password works.
const RESET: SignedDuration = SignedDuration::from_mins(15);
/// How long a link that ended is remembered.
pub(super) const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How far ahead an external auditor's access may end.
const AUDITOR: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Whom to invite, and as whom. Who may invite is decided before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// The e-mail address.
    pub name: String,
    /// What to call them.
    pub display: String,
    /// Language code of the mail and their account.
    pub language: String,
    /// The organization's id.
    pub org: String,
    /// The record of the person they are there.
    pub person: String,
    /// When their membership ends.
    pub until: Option<Timestamp>,
    /// What an external auditor may see; `None` for everybody else.
    pub scope: Option<Vec<String>>,
}

/// How somebody accepts an invitation.
#[derive(Clone, Copy, Debug)]
pub enum Acceptance<'a> {
    /// With a new account; without a password they are signed in once, to register a passkey.
    New {
        /// Their password.
        password: Option<&'a str>,
    },
    /// With the account they are signed in to, which has the invited address.
    As(&'a Seated),
}

impl Entrance {
    /// Invites somebody; the mail waits in the outbox. Answers the secret of the link, for a server without mail.
    ///
    /// # Errors
    /// What is wrong with address, name or end; [`Refused::AlreadyMember`].
    pub fn invite(&self, by: &Seated, invitation: &Invitation) -> Result<Secret, Refused> {
        let invitation = self.invitable(invitation)?;
        let now = self.now();
        let secret = Secret::draw(&*self.chance);
        let body = serde_json::to_string(&invitation).unwrap_or_default();
        self.store.add_ticket(&Ticket {
            hash: secret.digest(),
            purpose: Purpose::Invitation,
            account: None,
            body,
            created: now,
            ends: now + INVITATION,
            used: None,
        })?;
        let org = Some(invitation.org.clone());
        self.post("invitation", org, &invitation.name, &invitation.language, &secret)?;
        self.note(Event::done("invited", &by.account.id).in_org(&invitation.org).with("person", invitation.person))?;
        Ok(secret)
    }

    /// The invitation as it would go out, where it may: for whoever records something first. The person's record is not looked at.
    ///
    /// # Errors
    /// As [`Entrance::invite`].
    pub fn invitable(&self, invitation: &Invitation) -> Result<Invitation, Refused> {
        let invitation = Invitation { name: fold(&invitation.name), ..invitation.clone() };
        check_name(&invitation.name)?;
        check_display(&invitation.display)?;
        let now = self.now();
        let ends_soon = invitation.until.is_some_and(|until| now < until && until <= now + AUDITOR);
        if invitation.scope.is_some() && !ends_soon {
            return Err(Refused::EndDateRequired);
        }
        self.refuse_member(&invitation)?;
        Ok(invitation)
    }

    /// What an invitation says, to show before it is accepted.
    ///
    /// # Errors
    /// [`Refused::LinkEnded`].
    pub fn invitation(&self, secret: &str) -> Result<Invitation, Refused> {
        let ticket = self.store.ticket(&digest(secret), Purpose::Invitation)?;
        let open = ticket.filter(|ticket| ticket.used.is_none() && self.now() < ticket.ends);
        let invitation = open.and_then(|ticket| serde_json::from_str(&ticket.body).ok());
        invitation.ok_or(Refused::LinkEnded)
    }

    /// Accepts an invitation. A new account is signed in; one that is, gets a new token.
    ///
    /// # Errors
    /// [`Refused::LinkEnded`], [`Refused::SignInFirst`] where the address has an account, [`Refused::OtherAccount`], and what is wrong
    /// with the password.
    pub fn accept(&self, caller: &Caller, secret: &str, how: Acceptance<'_>) -> Result<Arrival, Refused> {
        let invitation = self.invitation(secret)?;
        match how {
            Acceptance::As(seated) if seated.account.name != invitation.name => Err(Refused::OtherAccount),
            Acceptance::As(seated) => {
                self.join(secret, &invitation, &seated.account.id, None)?;
                let amr: Vec<&str> = seated.session.amr.iter().map(String::as_str).collect();
                self.elevate(seated, &amr)
            }
            Acceptance::New { password } => {
                let new = self.new_account(&invitation.name, &invitation.display, &invitation.language, false)?;
                if self.store.account_named(&new.name)?.is_some() {
                    return Err(Refused::SignInFirst);
                }
                let checked =
                    password.map(|word| password::check(word, false, &[&new.name, &new.display]).map(|()| word));
                let hashed = checked.transpose()?.map(|word| self.hashing.hash(word, &*self.chance)).transpose()?;
                self.join(secret, &invitation, &new.id, Some((&new, hashed.as_ref())))?;
                self.arrive(self.account(&new.id)?, caller, &["link"])
            }
        }
    }

    /// Asks for a link to set another password. The answer and the work are the same whether or not there is such an account. One without
    /// a password gets none: whoever reads somebody's mail must not get past their passkey.
    ///
    /// # Errors
    /// [`Refused::TooMany`].
    pub fn ask_reset(&self, caller: &Caller, name: &str) -> Result<(), Refused> {
        let name = fold(name);
        self.take(Rate::SignInFrom, &address_key(caller.address))?;
        self.take(Rate::Reset, &name)?;
        let account = self.store.account_named(&name)?.filter(|account| account.disabled.is_none());
        let has_password = self.store.password(account.as_ref().map_or("", |account| &account.id))?.is_some();
        let Some(account) = account.filter(|_| has_password) else {
            // As many commits as below.
            self.store.count_on("resets asked for nobody")?;
            self.store.count_on("resets asked for nobody")?;
            return self.note(Event::denied("reset-asked", None, "nobody"));
        };
        let secret = self.draw_reset(&account.id)?;
        self.post("reset", None, &account.name, &account.preferences.language, &secret)?;
        self.note(Event::done("reset-asked", &account.id))
    }

    /// Gives a link to set another password to somebody who has lost every way in. Whoever administers the instance hands it over in person.
    ///
    /// # Errors
    /// [`Refused::NotAdmin`], [`Refused::StepUpRequired`], [`Refused::NotFound`].
    pub fn give_reset(&self, by: &Seated, account: &str) -> Result<Secret, Refused> {
        by.must_be_elevated()?;
        if !by.account.admin {
            return Err(Refused::NotAdmin);
        }
        let account = self.account(account).map_err(|_| Refused::NotFound)?;
        self.note(Event::done("reset-given", &account.id).with("by", by.account.id.clone()))?;
        self.draw_reset(&account.id)
    }

    fn draw_reset(&self, account: &str) -> Result<Secret, Refused> {
        let (now, secret) = (self.now(), Secret::draw(&*self.chance));
        self.store.add_ticket(&Ticket {
            hash: secret.digest(),
            purpose: Purpose::Reset,
            account: Some(account.to_owned()),
            body: "{}".into(),
            created: now,
            ends: now + RESET,
            used: None,
        })?;
        Ok(secret)
    }

    /// Sets another password with a link. All sessions end; they sign in with it (and with a code where the account asks for one).
    ///
    /// # Errors
    /// [`Refused::LinkEnded`], and what is wrong with the password.
    pub fn reset(&self, secret: &str, password: &str) -> Result<(), Refused> {
        let hash = digest(secret);
        let ticket = self.store.ticket(&hash, Purpose::Reset)?;
        let open = ticket.filter(|ticket| ticket.used.is_none() && self.now() < ticket.ends);
        let id = open.and_then(|ticket| ticket.account).ok_or(Refused::LinkEnded)?;
        let account = self.account(&id).map_err(|_| Refused::LinkEnded)?;
        password::check(password, self.store.has_totp(&id)?, &[&account.name, &account.display])?;
        let hashed = self.hashing.hash(password, &*self.chance)?;
        if !self.store.reset(&hash, &id, &hashed, self.now())? {
            return Err(Refused::LinkEnded);
        }
        self.note(Event::done("password-set", &id).because("reset"))
    }

    fn refuse_member(&self, invitation: &Invitation) -> Result<(), Refused> {
        let Some(account) = self.store.account_named(&invitation.name)? else { return Ok(()) };
        let membership = self.store.membership(&account.id, &invitation.org)?;
        match membership.is_some_and(|membership| membership.until.is_none_or(|until| self.now() < until)) {
            true => Err(Refused::AlreadyMember),
            false => Ok(()),
        }
    }

    fn join(
        &self,
        secret: &str,
        invitation: &Invitation,
        account: &str,
        new: Option<(&aims_store::accounts::NewAccount, Option<&aims_store::accounts::Password>)>,
    ) -> Result<(), Refused> {
        let membership = Membership {
            account: account.to_owned(),
            org: invitation.org.clone(),
            person: invitation.person.clone(),
            since: self.now(),
            until: invitation.until,
            scope: invitation.scope.clone(),
        };
        if !self.store.accept(&digest(secret), new, &membership)? {
            return Err(Refused::LinkEnded);
        }
        self.note(Event::done("joined", account).in_org(&invitation.org).with("person", invitation.person.clone()))
    }

    /// Puts a mail with a link into the outbox: which mail, in which language, and the link.
    fn post(&self, mail: &str, org: Option<String>, to: &str, language: &str, secret: &Secret) -> Result<(), Refused> {
        let link = format!("{}/{mail}/{}", self.address.origin(), secret.reveal());
        let body = json!({ "mail": mail, "language": language, "link": link }).to_string();
        let job = NewJob { kind: "mail".into(), org, target: to.to_owned(), body, due: self.now() };
        Ok(self.store.send(&job)?)
    }
}
