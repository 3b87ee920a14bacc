//! Signing in with another provider: OpenID Connect, authorization code with PKCE.
//!
//! An identity is (issuer, sub) and nothing else: no e-mail address from elsewhere ever finds an account. The way out and the way back
//! are bound to each other, to the browser that left, and to what it left for.

mod discovery;
mod id_token;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use aims_store::accounts::{Digest, Identity};
use sha2::{Digest as _, Sha256};

use self::discovery::Reached;
use super::{
    Arrival, Caller, Entrance, Rate, Refused, Seated, Secret,
    ceremony::Waits,
    limits::address_key,
    note::Event,
    secret::{base64url, digest},
};

/// A provider that this server trusts to say who somebody is. Set up by whoever administers the instance.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Names it in addresses, such as `entra`.
    pub id: String,
    /// What the button says.
    pub name: String,
    /// Its issuer, exactly as its tokens write it: `https://…`, or `http://` on loopback.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Our secret there; none for a public client.
    pub client_secret: Option<Secret>,
}

/// The way to a provider: the browser is sent to `url`, and keeps `cookie` until it comes back.
#[derive(Clone, Debug)]
pub struct Leaving {
    /// Where to send the browser.
    pub url: String,
    /// What its cookie holds meanwhile (`SameSite=Lax`, five minutes).
    pub cookie: Secret,
}

/// What a browser brings back from a provider.
#[derive(Clone, Copy, Debug)]
pub struct Returned<'a> {
    /// `state` of the query.
    pub state: &'a str,
    /// `code` of the query.
    pub code: &'a str,
    /// `iss` of the query (RFC 9207).
    pub iss: Option<&'a str>,
    /// What its cookie holds.
    pub cookie: &'a str,
}

/// Somebody who is at a provider.
#[derive(Clone, Debug)]
pub(super) struct Away {
    provider: String,
    nonce: Secret,
    verifier: Secret,
    cookie: Digest,
    /// The account that is to be joined; none for a sign-in.
    joins: Option<String>,
    org: Option<String>,
}

/// The providers there are, with what was learnt about each.
#[derive(Default)]
pub(super) struct Providers(Mutex<BTreeMap<String, Arc<Reached>>>);

impl Providers {
    fn get(&self, id: &str) -> Result<Arc<Reached>, Refused> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned().ok_or(Refused::NotFound)
    }
}

impl Entrance {
    /// Trusts a provider from now on.
    ///
    /// # Errors
    /// [`Refused::AddressRefused`] where its issuer is neither https nor on loopback.
    pub fn trust(&self, provider: Provider) -> Result<(), Refused> {
        let id = provider.id.clone();
        let reached = Arc::new(Reached::new(provider)?);
        self.providers.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, reached);
        Ok(())
    }

    /// The providers, as (id, name), for the buttons.
    pub fn providers(&self) -> Vec<(String, String)> {
        let all = self.providers.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.values().map(|reached| (reached.provider.id.clone(), reached.provider.name.clone())).collect()
    }

    /// Leaves for a provider: to sign in (for an organization, where one was asked for), or to join an identity to the account that sits here.
    ///
    /// # Errors
    /// [`Refused::NotFound`], [`Refused::SsoUnreachable`], [`Refused::TooMany`], [`Refused::StepUpRequired`] where it is to join.
    pub fn leave_for(
        &self,
        caller: &Caller,
        provider: &str,
        org: Option<&str>,
        joins: Option<&Seated>,
    ) -> Result<Leaving, Refused> {
        self.take(Rate::Begin, &address_key(caller.address))?;
        joins.map_or(Ok(()), Seated::must_be_elevated)?;
        let reached = self.providers.get(provider)?;
        let endpoints = reached.endpoints(self.now())?;
        let draw = || Secret::draw(&*self.chance);
        let (state, nonce, verifier, cookie) = (draw(), draw(), draw(), draw());
        let query = form(&[
            ("response_type", "code"),
            ("scope", "openid"),
            ("client_id", &reached.provider.client_id),
            ("redirect_uri", &self.way_back()),
            ("state", state.reveal()),
            ("nonce", nonce.reveal()),
            ("code_challenge", &base64url(&Sha256::digest(verifier.reveal().as_bytes()))),
            ("code_challenge_method", "S256"),
        ]);
        let joint = if endpoints.authorization.contains('?') { '&' } else { '?' };
        let url = format!("{}{joint}{query}", endpoints.authorization);
        let away = Away {
            provider: provider.to_owned(),
            nonce,
            verifier,
            cookie: cookie.digest(),
            joins: joins.map(|seated| seated.account.id.clone()),
            org: org.map(str::to_owned),
        };
        self.halfway.keep(&state, Waits::Provider(away), self.now());
        Ok(Leaving { url, cookie })
    }

    /// Comes back from a provider: signs in, or joins the identity to the account that left. Answers also the organization it left for.
    ///
    /// # Errors
    /// [`Refused::Sso`] with the class of what was wrong, [`Refused::SsoUnknown`], [`Refused::SsoJoined`], [`Refused::SsoUnreachable`].
    pub fn come_back(
        &self,
        caller: &Caller,
        returned: Returned<'_>,
        seated: Option<&Seated>,
    ) -> Result<(Arrival, Option<String>), Refused> {
        let from = address_key(caller.address);
        self.take(Rate::SignInFrom, &from)?;
        let away = match self.halfway.take(returned.state, self.now()) {
            Ok(Waits::Provider(away)) if away.cookie == digest(returned.cookie) => away,
            _ => return Err(self.rejected("state")),
        };
        let reached = self.providers.get(&away.provider)?;
        let sub = self.identify(&reached, &away, returned).map_err(|refused| match refused {
            Refused::Sso(class) => self.rejected(class),
            other => other,
        })?;
        self.limits.give_back(Rate::SignInFrom, &from);
        let issuer = reached.provider.issuer.as_str();
        let arrival = match (&away.joins, seated) {
            (Some(account), Some(seated)) if *account == seated.account.id => {
                self.join_identity(seated, issuer, &sub)?
            }
            (Some(_), _) => return Err(self.rejected("session")),
            (None, _) => {
                let identity = self.store.identity(issuer, &sub)?.ok_or_else(|| {
                    let _ = self.note(Event::denied("signed-in", None, "sso_unknown"));
                    Refused::SsoUnknown
                })?;
                self.arrive(self.account(&identity.account)?, caller, &["fed"])?
            }
        };
        Ok((arrival, away.org))
    }

    /// Parts an identity from the account that sits here.
    ///
    /// # Errors
    /// [`Refused::LastWayIn`], [`Refused::NotFound`], [`Refused::StepUpRequired`].
    pub fn part_identity(&self, seated: &Seated, issuer: &str, sub: &str) -> Result<(), Refused> {
        seated.must_be_elevated()?;
        let account = &seated.account.id;
        let others = self.store.password(account)?.is_some()
            || !self.store.passkeys(account)?.is_empty()
            || self.store.identities(account)?.len() > 1;
        if !others {
            return Err(Refused::LastWayIn);
        }
        if !self.store.remove_identity(account, issuer, sub)? {
            return Err(Refused::NotFound);
        }
        self.note(Event::done("identity-parted", account))?;
        self.end_sessions(account, Some(seated)).map(|_| ())
    }

    fn join_identity(&self, seated: &Seated, issuer: &str, sub: &str) -> Result<Arrival, Refused> {
        let identity = Identity {
            issuer: issuer.to_owned(),
            sub: sub.to_owned(),
            account: seated.account.id.clone(),
            created: self.now(),
        };
        if !self.store.add_identity(&identity)? {
            return Err(Refused::SsoJoined);
        }
        self.note(Event::done("identity-joined", &seated.account.id))?;
        let amr: Vec<&str> = seated.session.amr.iter().map(String::as_str).collect();
        self.elevate(seated, &amr)
    }

    /// Exchanges the code, and checks the token that comes for it. Answers the `sub`.
    fn identify(&self, reached: &Reached, away: &Away, returned: Returned<'_>) -> Result<String, Refused> {
        let endpoints = reached.endpoints(self.now())?;
        match returned.iss {
            Some(iss) if iss != reached.provider.issuer => return Err(Refused::Sso("issuer")),
            None if endpoints.says_issuer => return Err(Refused::Sso("issuer")),
            _ => {}
        }
        let token = reached.exchange(&endpoints, returned.code, &self.way_back(), away.verifier.reveal())?;
        let expected = id_token::Expected {
            issuer: &reached.provider.issuer,
            client_id: &reached.provider.client_id,
            nonce: away.nonce.reveal(),
            now: self.now().as_second(),
        };
        let key = |header: &id_token::Header| reached.key(&endpoints, header, self.now());
        id_token::check(&token, &expected, key)
    }

    fn rejected(&self, class: &'static str) -> Refused {
        let _ = self.note(Event::denied("signed-in", None, "sso_rejected").with("class", class));
        Refused::Sso(class)
    }

    /// Where providers send browsers back to.
    fn way_back(&self) -> String {
        format!("{}/sign-in/sso", self.address.origin())
    }
}

/// A query or form, escaped.
fn form(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    pairs.join("&")
}

fn escaped(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
