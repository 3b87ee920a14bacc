//! Passkeys: registering one, signing in with one, confirming with one who sits here, and signing an act with one.

use aims_store::accounts::{Digest, Passkey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    Arrival, Assertion, Begun, Caller, Entrance, Rate, Refused, Seated, Secret,
    ceremony::Waits,
    limits::address_key,
    note::Event,
    secret::base64url,
    webauthn::{self, ALGORITHMS, Answer, Expected},
};
use crate::ActToSign;

/// Passkeys of one account.
const MOST: usize = 20;
const TIMEOUT_MS: u32 = 300_000;

/// An answer to a registration, with the name that its holder gives the passkey.
#[derive(Clone, Debug)]
pub struct NewPasskey<'a> {
    /// What the holder calls it.
    pub name: &'a str,
    /// The browser's answer: `PublicKeyCredential.toJSON()`.
    pub answer: &'a str,
}

impl Entrance {
    /// Begins to register a passkey.
    ///
    /// # Errors
    /// [`Refused::StepUpRequired`].
    pub fn begin_passkey(&self, seated: &Seated) -> Result<Begun, Refused> {
        seated.must_be_elevated()?;
        let account = &seated.account;
        let known = self.store.passkeys(&account.id)?;
        let challenge = self.draw_challenge();
        let options = json!({
            "rp": { "id": self.address.host(), "name": "aims" },
            "user": { "id": base64url(account.id.as_bytes()), "name": account.name, "displayName": account.display },
            "challenge": base64url(&challenge),
            "pubKeyCredParams": ALGORITHMS.map(|alg| json!({ "type": "public-key", "alg": alg })),
            "timeout": TIMEOUT_MS,
            "excludeCredentials": descriptors(&known),
            "authenticatorSelection": { "residentKey": "required", "requireResidentKey": true, "userVerification": "required" },
            "attestation": "none",
        });
        Ok(self.begun(Waits::Registration { account: account.id.clone(), challenge }, options))
    }

    /// Registers a passkey. All other sessions end.
    ///
    /// # Errors
    /// [`Refused::Passkey`] says in a few words what was not accepted; [`Refused::PasskeyKnown`].
    pub fn add_passkey(&self, seated: &Seated, ceremony: &Secret, new: &NewPasskey<'_>) -> Result<Passkey, Refused> {
        let now = self.now();
        let account = &seated.account.id;
        let Waits::Registration { account: begun_by, challenge } = self.halfway.take(ceremony.reveal(), now)? else {
            return Err(Refused::CeremonyEnded);
        };
        if begun_by != *account {
            return Err(Refused::CeremonyEnded);
        }
        let made = webauthn::registered(new.answer, &self.expected(&challenge)).map_err(Refused::Passkey)?;
        if self.store.passkeys(account)?.len() >= MOST {
            return Err(Refused::Passkey("twenty are enough"));
        }
        let passkey = Passkey {
            id: made.id,
            account: account.clone(),
            name: named(new.name),
            algorithm: made.algorithm,
            key: made.key,
            counter: made.counter,
            transports: made.transports,
            created: now,
            used: None,
        };
        if !self.store.add_passkey(&passkey)? {
            return Err(Refused::PasskeyKnown);
        }
        self.note(Event::done("passkey-added", account).with("key", hex::encode(Sha256::digest(&passkey.key))))?;
        self.end_sessions(account, Some(seated))?;
        Ok(passkey)
    }

    /// Begins a sign-in with a passkey: no name is asked for, so nothing is told about accounts.
    ///
    /// # Errors
    /// [`Refused::TooMany`].
    pub fn begin_passkey_sign_in(&self, caller: &Caller) -> Result<Begun, Refused> {
        self.take(Rate::Begin, &address_key(caller.address))?;
        let challenge = self.draw_challenge();
        let options = self.request(&challenge, &[]);
        Ok(self.begun(Waits::SignIn { challenge }, options))
    }

    /// Signs in with a passkey.
    ///
    /// # Errors
    /// [`Refused::Passkey`], [`Refused::CeremonyEnded`], [`Refused::TooMany`].
    pub fn sign_in_with_passkey(&self, caller: &Caller, ceremony: &Secret, answer: &str) -> Result<Arrival, Refused> {
        let from = address_key(caller.address);
        self.take(Rate::SignInFrom, &from)?;
        let Waits::SignIn { challenge } = self.halfway.take(ceremony.reveal(), self.now())? else {
            return Err(Refused::CeremonyEnded);
        };
        let proven = self.prove(answer, &challenge, None);
        let (passkey, _) = proven.inspect_err(|refused| {
            // The refusal is what is answered, even where it could not be noted.
            let _ = self.note(Event::denied("signed-in", None, refused.code()));
        })?;
        let account = self.account(&passkey.account)?;
        self.limits.give_back(Rate::SignInFrom, &from);
        self.arrive(account, caller, &["hwk", "user"])
    }

    /// Begins to confirm with a passkey who sits here.
    ///
    /// # Errors
    /// [`Refused::NotFound`] where the account has none.
    pub fn begin_step_up(&self, seated: &Seated) -> Result<Begun, Refused> {
        let challenge = self.draw_challenge();
        let options = self.request_of(seated, &challenge)?;
        Ok(self.begun(Waits::StepUp { account: seated.account.id.clone(), challenge }, options))
    }

    /// Confirms with a passkey who sits here; the session gets a new, elevated token.
    ///
    /// # Errors
    /// [`Refused::Passkey`], [`Refused::CeremonyEnded`].
    pub fn step_up_with_passkey(&self, seated: &Seated, ceremony: &Secret, answer: &str) -> Result<Arrival, Refused> {
        let Waits::StepUp { account, challenge } = self.halfway.take(ceremony.reveal(), self.now())? else {
            return Err(Refused::CeremonyEnded);
        };
        if account != seated.account.id {
            return Err(Refused::CeremonyEnded);
        }
        self.prove(answer, &challenge, Some(&account))?;
        self.elevate(seated, &["hwk", "user"])
    }

    /// Begins to sign an act with a passkey: the authenticator signs its challenge.
    ///
    /// # Errors
    /// [`Refused::NotFound`] where the account has no passkey.
    pub fn begin_act(&self, seated: &Seated, act: ActToSign) -> Result<Begun, Refused> {
        let options = self.request_of(seated, &act.challenge)?;
        Ok(self.begun(Waits::Act { account: seated.account.id.clone(), act: Box::new(act) }, options))
    }

    /// Takes the signature of an act, and the act that it is for; the session gets a new, elevated token.
    ///
    /// # Errors
    /// [`Refused::Passkey`], [`Refused::CeremonyEnded`].
    pub fn sign_act(
        &self,
        seated: &Seated,
        ceremony: &Secret,
        answer: &str,
    ) -> Result<(Assertion, ActToSign, Arrival), Refused> {
        let Waits::Act { account, act } = self.halfway.take(ceremony.reveal(), self.now())? else {
            return Err(Refused::CeremonyEnded);
        };
        if account != seated.account.id {
            return Err(Refused::CeremonyEnded);
        }
        let (_, assertion) = self.prove(answer, &act.challenge, Some(&account))?;
        Ok((assertion, *act, self.elevate(seated, &["hwk", "user"])?))
    }

    /// Gives a passkey another name.
    ///
    /// # Errors
    /// [`Refused::NotFound`].
    pub fn rename_passkey(&self, seated: &Seated, id: &str, name: &str) -> Result<(), Refused> {
        let renamed = self.store.rename_passkey(&seated.account.id, id, &named(name))?;
        if renamed { Ok(()) } else { Err(Refused::NotFound) }
    }

    /// Takes a passkey away. All other sessions end.
    ///
    /// # Errors
    /// [`Refused::LastWayIn`] where nothing else would let them in; [`Refused::StepUpRequired`]; [`Refused::NotFound`].
    pub fn remove_passkey(&self, seated: &Seated, id: &str) -> Result<(), Refused> {
        seated.must_be_elevated()?;
        let account = &seated.account.id;
        let passkeys = self.store.passkeys(account)?;
        if !passkeys.iter().any(|passkey| passkey.id == id) {
            return Err(Refused::NotFound);
        }
        let others = self.store.password(account)?.is_some() || !self.store.identities(account)?.is_empty();
        if passkeys.len() == 1 && !others {
            return Err(Refused::LastWayIn);
        }
        self.store.remove_passkey(account, id)?;
        self.note(Event::done("passkey-removed", account))?;
        self.end_sessions(account, Some(seated))?;
        Ok(())
    }

    /// Whose passkey has answered a challenge; `of` is the only account that may.
    fn prove(&self, answer: &str, challenge: &Digest, of: Option<&str>) -> Result<(Passkey, Assertion), Refused> {
        let answer: Answer = webauthn::answered(answer).map_err(Refused::Passkey)?;
        let passkey = self.store.passkey(&answer.credential)?.ok_or(Refused::Passkey("unknown passkey"))?;
        let named = answer.user.as_deref().is_none_or(|user| user == passkey.account.as_bytes());
        if !named || of.is_some_and(|account| account != passkey.account) {
            return Err(Refused::Passkey("another account"));
        }
        let assertion = answer.with_key(passkey.key.clone());
        let Expected { origin, host, .. } = self.expected(challenge);
        let counter = webauthn::verify_assertion(&assertion, challenge, origin, host).map_err(Refused::Passkey)?;
        if !self.store.use_passkey(&passkey.id, counter, self.now())? {
            self.note(Event::denied("passkey-used", Some(&passkey.account), "counter"))?;
            return Err(Refused::Passkey("a counter that went back"));
        }
        Ok((passkey, assertion))
    }

    fn request_of(&self, seated: &Seated, challenge: &Digest) -> Result<Value, Refused> {
        let passkeys = self.store.passkeys(&seated.account.id)?;
        if passkeys.is_empty() { Err(Refused::NotFound) } else { Ok(self.request(challenge, &passkeys)) }
    }

    fn request(&self, challenge: &Digest, allowed: &[Passkey]) -> Value {
        json!({
            "challenge": base64url(challenge),
            "rpId": self.address.host(),
            "timeout": TIMEOUT_MS,
            "userVerification": "required",
            "allowCredentials": descriptors(allowed),
        })
    }

    fn begun(&self, waits: Waits, options: Value) -> Begun {
        let ceremony = Secret::draw(&*self.chance);
        self.halfway.keep(&ceremony, waits, self.now());
        Begun { ceremony, options }
    }

    fn expected<'a>(&'a self, challenge: &'a Digest) -> Expected<'a> {
        Expected { origin: self.address.origin(), host: self.address.host(), challenge }
    }

    fn draw_challenge(&self) -> Digest {
        let mut challenge = [0; 32];
        self.chance.fill(&mut challenge);
        challenge
    }
}

fn descriptors(passkeys: &[Passkey]) -> Vec<Value> {
    let describe = |p: &Passkey| json!({ "type": "public-key", "id": p.id, "transports": p.transports });
    passkeys.iter().map(describe).collect()
}

/// A passkey's name as kept.
fn named(name: &str) -> String {
    let name: String = name.trim().chars().filter(|c| !c.is_control()).take(60).collect();
    if name.is_empty() { "Passkey".to_owned() } else { name }
}
