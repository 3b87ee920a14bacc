//! What an authenticator answers, read and checked (W3C Web Authentication Level 2, sections 7.1 and 7.2). Pure: no clock, no store.
//!
//! Attestation is neither asked for nor looked at: which make of authenticator somebody uses is not our concern.

use aims_store::PasskeySignature;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use ciborium::Value;
use ring::signature::{ECDSA_P256_SHA256_ASN1, ED25519, UnparsedPublicKey};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::secret::{base64url, from_base64url};

/// COSE algorithms that are offered: ES256 and EdDSA. `aims-verify` checks the same two.
pub(super) const ALGORITHMS: [i64; 2] = [ES256, EDDSA];
const ES256: i64 = -7;
const EDDSA: i64 = -8;

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const ATTESTED: u8 = 0x40;
/// The longest answer that is read, in bytes.
const LONGEST: usize = 64 * 1024;

/// An assertion, with all that is needed to verify it without us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// The credential's id, base64url.
    pub credential: String,
    /// The public key, COSE_Key.
    pub key: Vec<u8>,
    /// What the authenticator says.
    pub authenticator_data: Vec<u8>,
    /// What the browser says, JSON.
    pub client_data: Vec<u8>,
    /// Over both.
    pub signature: Vec<u8>,
}

impl Assertion {
    /// As an entry of the ledger keeps it: the key without its COSE dress, bytes in base64.
    ///
    /// # Errors
    /// Where the key is of another algorithm.
    pub(crate) fn to_signature(&self) -> Result<PasskeySignature, &'static str> {
        let key: Value = ciborium::from_reader(self.key.as_slice()).map_err(|_| "no key")?;
        let (algorithm, key) = public_key(&key)?;
        let text = |bytes: &[u8]| BASE64_STANDARD.encode(bytes);
        Ok(PasskeySignature {
            alg: if algorithm == ES256 { "es256" } else { "eddsa" }.to_owned(),
            authenticator_data: text(&self.authenticator_data),
            client_data: text(&self.client_data),
            key: text(&key),
            signature: text(&self.signature),
        })
    }
}

/// Where an answer must come from, and to what.
pub(super) struct Expected<'a> {
    pub origin: &'a str,
    pub host: &'a str,
    pub challenge: &'a [u8; 32],
}

/// A credential that an authenticator has made.
pub(super) struct Made {
    pub id: String,
    pub algorithm: i64,
    pub key: Vec<u8>,
    pub counter: u32,
    pub transports: Vec<String>,
}

/// A signed answer of a browser, before the key that it needs is known.
pub(super) struct Answer {
    pub credential: String,
    pub user: Option<Vec<u8>>,
    authenticator_data: Vec<u8>,
    client_data: Vec<u8>,
    signature: Vec<u8>,
}

impl Answer {
    pub fn with_key(self, key: Vec<u8>) -> Assertion {
        let Answer { credential, user: _, authenticator_data, client_data, signature } = self;
        Assertion { credential, key, authenticator_data, client_data, signature }
    }
}

#[derive(Deserialize)]
struct Credential<R> {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    response: R,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registration {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    attestation_object: String,
    #[serde(default)]
    transports: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Signed {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    authenticator_data: String,
    signature: String,
    #[serde(default)]
    user_handle: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

struct AuthenticatorData<'a> {
    flags: u8,
    counter: u32,
    rest: &'a [u8],
}

fn parse<R: for<'d> Deserialize<'d>>(answer: &str) -> Result<Credential<R>, &'static str> {
    if answer.len() > LONGEST {
        return Err("too long");
    }
    let credential: Credential<R> = serde_json::from_str(answer).map_err(|_| "not readable")?;
    if credential.kind == "public-key" { Ok(credential) } else { Err("another type of credential") }
}

/// Reads and checks the answer to a registration.
pub(super) fn registered(answer: &str, expected: &Expected<'_>) -> Result<Made, &'static str> {
    let Credential { id, response, .. } = parse::<Registration>(answer)?;
    let client_data = from_base64url(&response.client_data).ok_or("not readable")?;
    check_client_data(&client_data, "webauthn.create", expected)?;
    let object = from_base64url(&response.attestation_object).ok_or("not readable")?;
    let object: Value = ciborium::from_reader(object.as_slice()).map_err(|_| "not readable")?;
    let data = text_member(&object, "authData").and_then(Value::as_bytes).ok_or("no authenticator data")?;
    let data = read_authenticator_data(data, expected.host)?;
    if data.flags & ATTESTED == 0 {
        return Err("no credential in it");
    }
    let (_aaguid, rest) = data.rest.split_at_checked(16).ok_or("cut short")?;
    let (length, rest) = rest.split_first_chunk::<2>().ok_or("cut short")?;
    let length = usize::from(u16::from_be_bytes(*length));
    let (credential, rest) = rest.split_at_checked(length).filter(|_| length <= 1023).ok_or("cut short")?;
    if base64url(credential) != id {
        return Err("another credential");
    }
    let mut after = rest;
    let key: Value = ciborium::from_reader(&mut after).map_err(|_| "no key in it")?;
    let key_bytes = rest.strip_suffix(after).unwrap_or(rest).to_vec();
    let (algorithm, _) = public_key(&key)?;
    let mut transports = response.transports;
    transports.retain(|word| word.len() <= 20 && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'));
    transports.truncate(8);
    Ok(Made { id, algorithm, key: key_bytes, counter: data.counter, transports })
}

/// Reads the answer to a request, without trusting it yet.
pub(super) fn answered(answer: &str) -> Result<Answer, &'static str> {
    let Credential { id, response, .. } = parse::<Signed>(answer)?;
    let bytes = |text: &str| from_base64url(text).ok_or("not readable");
    Ok(Answer {
        credential: id,
        user: response.user_handle.filter(|handle| !handle.is_empty()).map(|handle| bytes(&handle)).transpose()?,
        authenticator_data: bytes(&response.authenticator_data)?,
        client_data: bytes(&response.client_data)?,
        signature: bytes(&response.signature)?,
    })
}

/// Checks an assertion: that it answers this challenge, for this origin and host, that somebody was present and verified, and the
/// signature. Answers the authenticator's counter.
///
/// # Errors
/// In two or three words, what is wrong.
pub fn verify_assertion(
    assertion: &Assertion,
    challenge: &[u8; 32],
    origin: &str,
    host: &str,
) -> Result<u32, &'static str> {
    check_client_data(&assertion.client_data, "webauthn.get", &Expected { origin, host, challenge })?;
    let data = read_authenticator_data(&assertion.authenticator_data, host)?;
    let key: Value = ciborium::from_reader(assertion.key.as_slice()).map_err(|_| "no key")?;
    let (algorithm, key) = public_key(&key)?;
    let mut signed = assertion.authenticator_data.clone();
    signed.extend(Sha256::digest(&assertion.client_data));
    let verified = if algorithm == ES256 {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key).verify(&signed, &assertion.signature)
    } else {
        UnparsedPublicKey::new(&ED25519, key).verify(&signed, &assertion.signature)
    };
    verified.map_err(|_| "wrong signature")?;
    Ok(data.counter)
}

fn check_client_data(bytes: &[u8], kind: &str, expected: &Expected<'_>) -> Result<(), &'static str> {
    let data: ClientData = serde_json::from_slice(bytes).map_err(|_| "not readable")?;
    if data.kind != kind {
        return Err("another ceremony");
    }
    if data.challenge != base64url(expected.challenge) {
        return Err("another challenge");
    }
    if data.origin != expected.origin || data.cross_origin {
        return Err("another origin");
    }
    Ok(())
}

fn read_authenticator_data<'d>(bytes: &'d [u8], host: &str) -> Result<AuthenticatorData<'d>, &'static str> {
    let (rp, rest) = bytes.split_first_chunk::<32>().ok_or("cut short")?;
    let (flags, rest) = rest.split_first().ok_or("cut short")?;
    let (counter, rest) = rest.split_first_chunk::<4>().ok_or("cut short")?;
    if rp.as_slice() != Sha256::digest(host.as_bytes()).as_slice() {
        return Err("another host");
    }
    if flags & PRESENT == 0 || flags & VERIFIED == 0 {
        return Err("nobody was verified");
    }
    if flags & BACKED_UP != 0 && flags & BACKUP_ELIGIBLE == 0 {
        return Err("flags that contradict each other");
    }
    Ok(AuthenticatorData { flags: *flags, counter: u32::from_be_bytes(*counter), rest })
}

/// Algorithm and raw public key of a COSE_Key: an uncompressed point, or the 32 bytes of Ed25519.
fn public_key(key: &Value) -> Result<(i64, Vec<u8>), &'static str> {
    let number = |label| int_member(key, label).and_then(Value::as_integer).and_then(|n| i64::try_from(n).ok());
    let bytes = |label| int_member(key, label).and_then(Value::as_bytes).filter(|bytes| bytes.len() == 32);
    match (number(1), number(3), number(-1), bytes(-2), bytes(-3)) {
        (Some(2), Some(ES256), Some(1), Some(x), Some(y)) => Ok((ES256, [&[4], x.as_slice(), y].concat())),
        (Some(1), Some(EDDSA), Some(6), Some(x), _) => Ok((EDDSA, x.clone())),
        _ => Err("a key of another algorithm"),
    }
}

fn text_member<'v>(map: &'v Value, name: &str) -> Option<&'v Value> {
    map.as_map()?.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value)
}

fn int_member(map: &Value, label: i64) -> Option<&Value> {
    map.as_map()?.iter().find(|(key, _)| key.as_integer() == Some(label.into())).map(|(_, value)| value)
}
