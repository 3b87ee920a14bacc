//! One-time codes of an authenticator app (RFC 6238), and the recovery codes for the day it is lost.

use aims_store::accounts::Digest;
use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

use super::{
    Arrival, Entrance, Rate, Refused, Seated, Secret,
    note::Event,
    secret::{base64url, digest},
};

/// Bytes of a seed: what RFC 4226 recommends.
const SEED: usize = 20;
/// How many recovery codes there are.
const RECOVERY_CODES: usize = 10;

/// An authenticator app to be set up. Shown once.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// The seed, Base32, to type.
    pub seed: Secret,
    /// The `otpauth://` address, to show as a QR code.
    pub uri: Secret,
}

impl Entrance {
    /// Offers to set up an authenticator app.
    ///
    /// # Errors
    /// [`Refused::StepUpRequired`], [`Refused::CodesThere`].
    pub fn offer_codes(&self, seated: &Seated) -> Result<Enrolment, Refused> {
        seated.must_be_elevated()?;
        let mut seed = Zeroizing::new([0; SEED]);
        self.chance.fill(&mut *seed);
        if !self.store.offer_totp(&seated.account.id, &*seed)? {
            return Err(Refused::CodesThere);
        }
        Ok(self.enrolment(seated, &*seed))
    }

    /// The offer once more, where the first code was mistyped: the app holds its seed already.
    ///
    /// # Errors
    /// [`Refused::StepUpRequired`], [`Refused::CodesThere`], [`Refused::NoCodes`] where nothing was offered.
    pub fn offered_codes(&self, seated: &Seated) -> Result<Enrolment, Refused> {
        seated.must_be_elevated()?;
        match self.store.totp(&seated.account.id)? {
            None => Err(Refused::NoCodes),
            Some(seed) if seed.confirmed.is_some() => Err(Refused::CodesThere),
            Some(seed) => Ok(self.enrolment(seated, &seed.secret)),
        }
    }

    fn enrolment(&self, seated: &Seated, seed: &[u8]) -> Enrolment {
        let base32 = totp_rs::Secret::from(seed.to_vec()).to_base32();
        let (issuer, name) = (escaped(&format!("aims {}", self.address.host())), escaped(&seated.account.name));
        let uri =
            format!("otpauth://totp/{issuer}:{name}?secret={base32}&issuer={issuer}&algorithm=SHA1&digits=6&period=30");
        Enrolment { seed: Secret::new(base32), uri: Secret::new(uri) }
    }

    /// Takes the first code: from now on the account asks for them. Answers the recovery codes, shown once, and the session's new token;
    /// all other sessions end.
    ///
    /// # Errors
    /// [`Refused::Code`], [`Refused::NoCodes`], [`Refused::StepUpRequired`].
    pub fn confirm_codes(&self, seated: &Seated, code: &str) -> Result<(Vec<Secret>, Arrival), Refused> {
        seated.must_be_elevated()?;
        let id = &seated.account.id;
        match self.store.totp(id)? {
            None => return Err(Refused::NoCodes),
            Some(seed) if seed.confirmed.is_some() => return Err(Refused::CodesThere),
            Some(_) => self.use_code(id, code)?,
        }
        let (codes, digests) = self.draw_recovery_codes();
        self.store.confirm_totp(id, &digests, self.now())?;
        self.note(Event::done("codes-set-up", id))?;
        self.end_sessions(id, Some(seated))?;
        Ok((codes, self.elevate(seated, &["pwd", "otp"])?))
    }

    /// Takes one-time codes away. All other sessions end, and this one gets a new token.
    ///
    /// # Errors
    /// [`Refused::PasswordNeedsCode`] where the password is too short to stand alone.
    pub fn remove_codes(&self, seated: &Seated) -> Result<Arrival, Refused> {
        seated.must_be_elevated()?;
        let id = &seated.account.id;
        if !self.store.has_totp(id)? {
            return Err(Refused::NoCodes);
        }
        if self.store.password(id)?.is_some_and(|password| !password.alone) {
            return Err(Refused::PasswordNeedsCode);
        }
        self.store.remove_totp(id)?;
        self.note(Event::done("codes-removed", id))?;
        self.end_sessions(id, Some(seated))?;
        self.elevate(seated, &["pwd"])
    }

    /// Draws new recovery codes in the place of the old ones.
    ///
    /// # Errors
    /// [`Refused::NoCodes`], [`Refused::StepUpRequired`].
    pub fn renew_recovery_codes(&self, seated: &Seated) -> Result<Vec<Secret>, Refused> {
        seated.must_be_elevated()?;
        if !self.store.has_totp(&seated.account.id)? {
            return Err(Refused::NoCodes);
        }
        let (codes, digests) = self.draw_recovery_codes();
        self.store.set_recovery_codes(&seated.account.id, &digests)?;
        self.note(Event::done("recovery-codes-drawn", &seated.account.id))?;
        Ok(codes)
    }

    /// Uses a one-time code: each counts once.
    pub(super) fn use_code(&self, account: &str, code: &str) -> Result<(), Refused> {
        self.take(Rate::Code, account)?;
        let seed = self.store.totp(account)?.ok_or(Refused::Code)?;
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let seconds = u64::try_from(self.now().as_second()).unwrap_or_default();
        let step = totp(&seed.secret)?.check(&code, seconds).ok_or(Refused::Code)?;
        if !self.store.use_totp_step(account, step)? {
            return Err(Refused::Code);
        }
        self.limits.give_back(Rate::Code, account);
        Ok(())
    }

    pub(super) fn use_recovery_code(&self, account: &str, code: &str) -> Result<(), Refused> {
        self.take(Rate::Code, account)?;
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        if !self.store.use_recovery_code(account, &digest(&code), self.now())? {
            return Err(Refused::Code);
        }
        self.limits.give_back(Rate::Code, account);
        self.note(Event::done("recovery-code-used", account))
    }

    /// 128 bits each.
    fn draw_recovery_codes(&self) -> (Vec<Secret>, Vec<Digest>) {
        let draw = || {
            let mut bytes = Zeroizing::new([0; 16]);
            self.chance.fill(&mut *bytes);
            Secret::new(base64url(&*bytes))
        };
        let codes: Vec<Secret> = std::iter::repeat_with(draw).take(RECOVERY_CODES).collect();
        let digests = codes.iter().map(Secret::digest).collect();
        (codes, digests)
    }
}

fn totp(seed: &[u8]) -> Result<Totp, Refused> {
    Builder::new().with_secret(seed.to_vec()).build().map_err(|_| Refused::NoCodes)
}

/// Everything but plain letters and digits, as addresses write it.
fn escaped(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}
