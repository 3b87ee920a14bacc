//! Tokens for programs: `aims_pat_`, 256 bits, and a checksum that tells a cut one from an unknown one without asking the database.

use aims_store::accounts::{Account, Membership, Token};
use jiff::{SignedDuration, Timestamp};

use super::{Entrance, Rate, Refused, Seated, Secret, limits::address_key, note::Event, secret::digest};

const PREFIX: &str = "aims_pat_";
/// How far ahead a token may end.
const LONGEST: SignedDuration = SignedDuration::from_hours(365 * 24);
/// A use is written down at most so often.
const USED_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// The organization's id.
    pub org: String,
    /// What it may do, as words of the access policy.
    pub scope: Vec<String>,
    /// When it ends.
    pub ends: Timestamp,
}

/// A program that came with a token. It may do what is in `token.scope` *and* what its maker may do at this moment: the second is asked
/// of the ledger at each use, for the person of `membership`.
#[derive(Clone, Debug)]
pub struct TokenSeat {
    /// The token.
    pub token: Token,
    /// Who made it.
    pub account: Account,
    /// Who they are in the token's organization.
    pub membership: Membership,
}

impl Entrance {
    /// Makes a token; it is shown once. `may` is what its maker may do now.
    ///
    /// # Errors
    /// [`Refused::TokenScope`] where it asks for more than `may`, [`Refused::TokenEnd`], [`Refused::StepUpRequired`].
    pub fn make_token(&self, seated: &Seated, new: &NewToken, may: &[String]) -> Result<(Secret, Token), Refused> {
        seated.must_be_elevated()?;
        let now = self.now();
        let name = new.name.trim();
        if !(1..=100).contains(&name.chars().count()) || name.contains(char::is_control) || new.scope.is_empty() {
            return Err(Refused::TokenMalformed);
        }
        if new.ends <= now || new.ends > now + LONGEST {
            return Err(Refused::TokenEnd);
        }
        if let Some(word) = new.scope.iter().find(|word| !may.contains(word)) {
            return Err(Refused::TokenScope(word.clone()));
        }
        let drawn = Secret::draw(&*self.chance);
        let body = drawn.reveal();
        let secret = Secret::new(format!("{PREFIX}{body}{:08x}", crc32(body.as_bytes())));
        let token = Token {
            hash: secret.digest(),
            id: self.chance.id(),
            account: seated.account.id.clone(),
            org: new.org.clone(),
            name: name.to_owned(),
            scope: new.scope.clone(),
            created: now,
            ends: new.ends,
            used: None,
            revoked: None,
        };
        self.store.add_token(&token)?;
        let event = Event::done("token-made", &token.account).in_org(&token.org);
        self.note(event.with("token", token.id.clone()).with("scope", token.scope.clone()))?;
        Ok((secret, token))
    }

    /// Who comes with a token.
    ///
    /// # Errors
    /// [`Refused::TokenUnknown`] for one that is cut, unknown or revoked, or whose maker is disabled or no member any more;
    /// [`Refused::TokenExpired`]; [`Refused::TooMany`].
    pub fn token_seat(&self, caller: &super::Caller, text: &str) -> Result<TokenSeat, Refused> {
        let failed = |refused: Refused| match self.take(Rate::FailedToken, &address_key(caller.address)) {
            Ok(()) => refused,
            Err(too_many) => too_many,
        };
        if !is_whole(text) {
            return Err(failed(Refused::TokenUnknown));
        }
        let found = self.store.token(&digest(text))?.filter(|token| token.revoked.is_none());
        let token = found.ok_or_else(|| failed(Refused::TokenUnknown))?;
        let now = self.now();
        if now >= token.ends {
            return Err(failed(Refused::TokenExpired));
        }
        self.take(Rate::Token, &token.id)?;
        let account = self.account(&token.account).map_err(|_| Refused::TokenUnknown)?;
        let membership = self.store.membership(&account.id, &token.org)?;
        let membership = membership.filter(|m| m.holds_at(now)).ok_or(Refused::TokenUnknown)?;
        if token.used.is_none_or(|used| now >= used + USED_EVERY) {
            self.store.touch_token(&token.hash, now)?;
        }
        if token.used.is_none() {
            let event = Event::done("token-first-used", &account.id).in_org(&token.org);
            self.note(event.with("token", token.id.clone()))?;
        }
        Ok(TokenSeat { token, account, membership })
    }

    /// Revokes a token of an account.
    ///
    /// # Errors
    /// [`Refused::NotFound`].
    pub fn revoke_token(&self, account: &str, id: &str) -> Result<(), Refused> {
        if !self.store.revoke_token(account, id, self.now())? {
            return Err(Refused::NotFound);
        }
        self.note(Event::done("token-revoked", account).with("token", id))
    }
}

/// Whether a token has all its characters.
fn is_whole(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(PREFIX).filter(|rest| rest.is_ascii() && rest.len() == 43 + 8) else {
        return false;
    };
    let (body, sum) = rest.split_at(43);
    format!("{:08x}", crc32(body.as_bytes())) == sum
}

/// CRC-32 (ISO-HDLC).
fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
    !bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| step(sum)))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_checksum_is_the_known_one() {
        assert_eq!(super::crc32(b"123456789"), 0xcbf4_3926);
    }
}
