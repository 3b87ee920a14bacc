//! A passkey's signature of an act (`docs/formats/acts.md`, Passkey signatures).

use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use p256::ecdsa::signature::Verifier as _;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::report::{Problem, altered, cannot_tell};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;

/// Checks the signature of an entry that has one, and whose form was checked.
pub(crate) fn check(seq: u64, entry: &[u8]) -> Result<(), Problem> {
    let place = || format!("entry {seq}");
    let entry: Value = serde_json::from_slice(entry).unwrap_or_default();
    let alg = entry.pointer("/sig/alg").and_then(Value::as_str).unwrap_or_default();
    if !matches!(alg, "es256" | "eddsa") {
        return Err(cannot_tell(place(), format!("is signed by a passkey with `{alg}`, which is not known")));
    }
    fault(&entry, alg).map_or(Ok(()), |what| Err(altered(place(), what)))
}

/// What is wrong with it.
fn fault(entry: &Value, alg: &str) -> Option<&'static str> {
    let bytes = |name| entry.get("sig")?.get(name)?.as_str().and_then(|text| BASE64_STANDARD.decode(text).ok());
    let all = (bytes("authenticator_data"), bytes("client_data"), bytes("key"), bytes("signature"));
    let (Some(data), Some(client), Some(key), Some(signature)) = all else {
        return Some("has a passkey's signature that is not base64");
    };
    let Some(challenge) = challenge(entry) else {
        return Some("has a passkey's signature, but no record and no body that it could be of");
    };
    let Some(host) = host_of_answer(&client, &challenge) else {
        return Some("its passkey signed another act than this");
    };
    let flags = data.get(32).copied().unwrap_or_default();
    if data.len() < 37 || data.get(..32) != Some(Sha256::digest(host).as_slice()) {
        return Some("its passkey answered another server than its browser names");
    }
    if flags & PRESENT == 0 || flags & VERIFIED == 0 {
        return Some("its passkey signed without verifying who was there");
    }
    let signed = [data, Sha256::digest(&client).to_vec()].concat();
    let sound = if alg == "es256" { es256(&key, &signed, &signature) } else { eddsa(&key, &signed, &signature) };
    if sound.is_some() { None } else { Some("the signature of its passkey does not match") }
}

/// What had to be signed: the act, on this version of this record, with this body, by this person, in this organization.
fn challenge(entry: &Value) -> Option<[u8; 32]> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(|text| Value::from(text).to_string());
    let obj = entry.get("obj")?;
    let body = entry.get("payload")?.get(0).filter(|payload| payload.get("class").is_some_and(|c| c == "record"))?;
    let said = format!(
        "{{\"act\":{},\"actor\":{},\"body\":{},\"obj\":{{\"id\":{},\"type\":{},\"ver\":{}}},\"org\":{}}}",
        text(entry.get("act"))?,
        text(entry.pointer("/actor/pid"))?,
        text(body.get("c"))?,
        text(obj.get("id"))?,
        text(obj.get("type"))?,
        obj.get("ver")?,
        text(entry.get("org"))?,
    );
    Some(Sha256::new().chain_update([3]).chain_update(said).finalize().into())
}

/// The host that the browser was at, where it answered this challenge.
fn host_of_answer(client: &[u8], challenge: &[u8; 32]) -> Option<String> {
    let client: Value = serde_json::from_slice(client).ok()?;
    let member = |name| client.get(name).and_then(Value::as_str);
    let answers = member("type") == Some("webauthn.get")
        && member("challenge") == Some(BASE64_URL_SAFE_NO_PAD.encode(challenge).as_str());
    let (_, place) = member("origin")?.split_once("://").filter(|_| answers)?;
    let host = place.split_once(':').map_or(place, |(host, _)| host);
    Some(host.to_owned())
}

fn es256(key: &[u8], signed: &[u8], signature: &[u8]) -> Option<()> {
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(key).ok()?;
    let signature = p256::ecdsa::Signature::from_der(signature).ok()?;
    key.verify(signed, &signature).ok()
}

fn eddsa(key: &[u8], signed: &[u8], signature: &[u8]) -> Option<()> {
    let key = ed25519_dalek::VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
    let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
    key.verify_strict(signed, &signature).ok()
}
