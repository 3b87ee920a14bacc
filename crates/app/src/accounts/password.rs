//! Passwords: which are taken, and how they are hashed.

use std::sync::{Condvar, Mutex, PoisonError};

use aims_store::{Chance, accounts::Password};
use argon2::{
    Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version, password_hash::phc::PasswordHash,
};
use unicode_normalization::UnicodeNormalization as _;

use super::Refused;

/// Characters of a password that stands alone.
const ALONE: usize = 15;
/// Characters of one that stands beside one-time codes.
const BESIDE_CODES: usize = 8;
const LONGEST: usize = 256;
/// Hashes at a time: each takes 19 MiB.
const PLACES: u32 = 2;
/// Hashes that may wait for a place.
const WAITING: u32 = 32;
const MEMORY_KIB: u32 = 19 * 1024;

/// Words of which common passwords are made: ours, from what people are known to choose.
const COMMON: &str = include_str!("common-words.txt");

/// Hashes passwords, a few at a time, so that memory stays bounded however many sign in.
pub(super) struct Hashing {
    queue: Mutex<Queue>,
    freed: Condvar,
    /// Compared with where there is no account, so that it takes as long.
    nobody: String,
}

#[derive(Default)]
struct Queue {
    hashing: u32,
    waiting: u32,
}

/// A place, given back when dropped.
struct Place<'a>(&'a Hashing);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner).hashing -= 1;
        self.0.freed.notify_one();
    }
}

impl Hashing {
    pub fn new(chance: &dyn Chance) -> Result<Hashing, Refused> {
        let mut drawn = [0; 32];
        chance.fill(&mut drawn);
        let nobody = hash(&drawn, chance)?;
        Ok(Hashing { queue: Mutex::default(), freed: Condvar::new(), nobody })
    }

    fn place(&self) -> Result<Place<'_>, Refused> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.waiting >= WAITING {
            return Err(Refused::Busy);
        }
        queue.waiting += 1;
        let taken = |queue: &mut Queue| queue.hashing >= PLACES;
        let mut queue = self.freed.wait_while(queue, taken).unwrap_or_else(PoisonError::into_inner);
        queue.waiting -= 1;
        queue.hashing += 1;
        Ok(Place(self))
    }

    /// Hashes a password that was accepted by [`check`].
    pub fn hash(&self, password: &str, chance: &dyn Chance) -> Result<Password, Refused> {
        let _place = self.place()?;
        let password = normal(password);
        let alone = password.chars().count() >= ALONE;
        Ok(Password { phc: hash(password.as_bytes(), chance)?, alone })
    }

    /// Whether a password is the one that was hashed. `None` takes as long, and is never right.
    pub fn is_right(&self, password: &str, kept: Option<&Password>) -> Result<bool, Refused> {
        let _place = self.place()?;
        let phc = kept.map_or(self.nobody.as_str(), |kept| kept.phc.as_str());
        // What is beyond the limit was never kept; it is not hashed, only cut.
        let password: String = normal(password).chars().take(LONGEST + 1).collect();
        let right = PasswordHash::new(phc)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
        Ok(right && kept.is_some())
    }
}

fn hash(password: &[u8], chance: &dyn Chance) -> Result<String, Refused> {
    let mut salt = [0; 16];
    chance.fill(&mut salt);
    let params = Params::new(MEMORY_KIB, 2, 1, None).map_err(|_| Refused::Busy)?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    // The only way to fail is to be out of memory.
    Ok(argon.hash_password_with_salt(password, &salt).map_err(|_| Refused::Busy)?.to_string())
}

/// The same password, however a keyboard composes it.
fn normal(password: &str) -> String {
    password.nfkc().collect()
}

/// Refuses passwords that are too short, too long, or tried first. There is no rule on what they are made of.
pub(super) fn check(password: &str, codes: bool, about: &[&str]) -> Result<(), Refused> {
    let password = normal(password);
    let length = password.chars().count();
    if length > LONGEST {
        return Err(Refused::PasswordLong);
    }
    if length < if codes { BESIDE_CODES } else { ALONE } {
        return Err(Refused::PasswordShort);
    }
    if is_common(&password, about) { Err(Refused::PasswordCommon) } else { Ok(()) }
}

/// Whether nothing is left of it once common words, the account's own words, runs and repetitions are taken out.
fn is_common(password: &str, about: &[&str]) -> bool {
    let mut rest: String = password.to_lowercase().chars().map(plain_letter).collect();
    // Longest first: `password` before `pass`.
    let own = about.iter().flat_map(|words| words.split(|c: char| !c.is_alphanumeric()));
    let mut words: Vec<String> = COMMON.lines().map(str::to_owned).chain(own.map(str::to_lowercase)).collect();
    words.retain(|word| word.chars().count() >= 3 && !word.starts_with('#'));
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in &words {
        // A gap is left, so that what stands around does not join to a word.
        rest = rest.replace(&word.chars().map(plain_letter).collect::<String>(), " ");
    }
    unpredictable(&rest) < 6
}

/// Digits and marks that stand for letters.
fn plain_letter(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// Characters that do not follow from the one before: no repetition, no run, no row of keys.
fn unpredictable(text: &str) -> usize {
    const ROWS: &str =
        "qwertzuiopasdfghjklyxcvbnm qwertyuiopasdfghjklzxcvbnm abcdefghijklmnopqrstuvwxyz oi2eas6t89oi2eas6t89";
    let chars: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let follows = |a: char, b: char| {
        let (ab, ba): (String, String) = ([a, b].iter().collect(), [b, a].iter().collect());
        a == b || ROWS.contains(&ab) || ROWS.contains(&ba)
    };
    let mut seen = std::collections::BTreeSet::new();
    let fresh = chars.windows(2).filter(|pair| matches!(pair, [a, b] if !follows(*a, *b) && seen.insert((*a, *b))));
    fresh.count() + usize::from(!chars.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_first_is_refused() {
        for password in [
            "passwordpassword",
            "P@ssw0rdP@ssw0rd!",
            "123456789012345",
            "qwertyuiopasdfgh",
            "aaaaaaaaaaaaaaaaaaaa",
            "abababababababab",
            "iloveyouiloveyou1",
            "letmeinletmein2026",
            "ada.lovelace@example.org",
            "welcome-summer-2026",
        ] {
            let refused = check(password, false, &["ada.lovelace@example.org"]);
            assert!(matches!(refused, Err(Refused::PasswordCommon)), "{password}: {refused:?}");
        }
    }

    #[test]
    fn what_nobody_guesses_is_taken() {
        for password in ["correct horse battery staple", "Fjord-Quark-Tulpe-9", "кошка гуляет сама", "x9!kQ2#vLp0&zR7m"]
        {
            assert!(check(password, false, &["ada@example.org"]).is_ok(), "{password}");
        }
        assert!(matches!(check("Fjord-Quark-T", false, &[]), Err(Refused::PasswordShort)));
        assert!(check("Fjord-Quark-T", true, &[]).is_ok());
        assert!(matches!(check("Fjord-Q", true, &[]), Err(Refused::PasswordShort)));
        assert!(matches!(check(&"xyzw".repeat(65), false, &[]), Err(Refused::PasswordLong)));
    }
}
