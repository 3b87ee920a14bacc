//! Entries that a passkey signed, rightly and wrongly (`docs/formats/acts.md`, Passkey signatures).

use super::{Model, canonical};
use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use ed25519_dalek::Signer as _;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const HOST: &str = "aims.example";

/// What can be tampered with before the authenticator signs.
struct Asked {
    kind: &'static str,
    origin: String,
    host: &'static str,
    flags: u8,
    /// The entry as it was when it was signed.
    entry: Value,
}

enum Key {
    P256(p256::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
}

type Asking = fn(&mut Asked);
type Altering = fn(&mut Value);

fn nothing(_: &mut Asked) {}

const ASKED: [(&str, Asking); 9] = [
    ("signed another act", |a| a.kind = "webauthn.create"),
    ("answered another server", |a| a.origin = "https://evil.example".into()),
    ("answered another server", |a| a.host = "evil.example"),
    ("without verifying", |a| a.flags = 0x01),
    ("without verifying", |a| a.flags = 0x04),
    ("signed another act", |a| a.entry["act"] = "moved".into()),
    ("signed another act", |a| a.entry["obj"]["ver"] = 99.into()),
    ("signed another act", |a| a.entry["actor"]["pid"] = "01940c9e-0000-7cc3-9d54-2d8cf1a0b000".into()),
    ("signed another act", |a| a.entry["payload"][0]["c"] = "ab".repeat(32).into()),
];

const ALTERED: [(&str, Altering); 6] = [
    ("does not match", |e| flip(e, "signature", -1)),
    ("does not match", |e| flip(e, "authenticator_data", 36)),
    ("does not match", |e| e["sig"]["key"] = BASE64_STANDARD.encode([5; 65]).into()),
    ("not base64", |e| e["sig"]["key"] = "***".into()),
    ("signed another act", |e| e["sig"]["client_data"] = "".into()),
    ("does not match", |e| e["sig"]["alg"] = "eddsa".into()),
];

/// Changes one bit of a member.
fn flip(entry: &mut Value, member: &str, at: isize) {
    let mut bytes = BASE64_STANDARD.decode(entry["sig"][member].as_str().unwrap()).unwrap();
    let at = at.rem_euclid(bytes.len() as isize) as usize;
    bytes[at] ^= 1;
    entry["sig"][member] = BASE64_STANDARD.encode(bytes).into();
}

fn p256() -> Key {
    Key::P256(p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap())
}

fn ed25519() -> Key {
    Key::Ed25519(ed25519_dalek::SigningKey::from_bytes(&[9; 32]))
}

fn challenge(entry: &Value) -> [u8; 32] {
    let obj = &entry["obj"];
    let said = json!({ "act": entry["act"], "actor": entry["actor"]["pid"], "body": entry["payload"][0]["c"],
        "obj": { "id": obj["id"], "type": obj["type"], "ver": obj["ver"] }, "org": entry["org"] });
    Sha256::new().chain_update([3]).chain_update(canonical(&said)).finalize().into()
}

/// A log whose last entry acts on a record and is signed.
fn signed(key: &Key, asking: Asking, altering: Altering) -> Model {
    let mut model = Model::random(47, 30, false);
    model.record();
    let last = model.entries.pop().unwrap();
    let mut entry: Value = serde_json::from_slice(&last).unwrap();
    let origin = format!("https://{HOST}:8443");
    let mut asked = Asked { kind: "webauthn.get", origin, host: HOST, flags: 0x1d, entry: entry.clone() };
    asking(&mut asked);
    let client = json!({ "type": asked.kind, "challenge": BASE64_URL_SAFE_NO_PAD.encode(challenge(&asked.entry)),
        "origin": asked.origin, "crossOrigin": false });
    let client = client.to_string();
    let data = [Sha256::digest(asked.host).as_slice(), &[asked.flags], &7u32.to_be_bytes()].concat();
    let message = [data.as_slice(), &Sha256::digest(&client)].concat();
    let (alg, public, signature) = match key {
        Key::P256(key) => {
            let signature: p256::ecdsa::Signature = key.sign(&message);
            let public = key.verifying_key().to_sec1_point(false).as_bytes().to_vec();
            ("es256", public, signature.to_der().as_bytes().to_vec())
        }
        Key::Ed25519(key) => ("eddsa", key.verifying_key().to_bytes().to_vec(), key.sign(&message).to_bytes().to_vec()),
    };
    let text = |bytes: &[u8]| BASE64_STANDARD.encode(bytes);
    entry["sig"] = json!({ "alg": alg, "authenticator_data": text(&data), "client_data": text(client.as_bytes()),
        "key": text(&public), "signature": text(&signature) });
    altering(&mut entry);
    model.entries.push(canonical(&entry).into_bytes());
    model
}

/// Logs whose last entry is signed wrongly, each with what a verifier says of it.
pub fn wrong() -> Vec<(&'static str, Model)> {
    let asked = ASKED.into_iter().map(|(what, asking)| (what, signed(&p256(), asking, |_| {})));
    let altered = ALTERED.into_iter().map(|(what, altering)| (what, signed(&p256(), nothing, altering)));
    let other = [("does not match", signed(&ed25519(), nothing, |entry| flip(entry, "signature", 3)))];
    asked.chain(altered).chain(other).collect()
}

/// Logs whose last entry is signed as it should be.
pub fn sound() -> Vec<Model> {
    [p256(), ed25519()].iter().map(|key| signed(key, nothing, |_| {})).collect()
}

/// A signature of a kind that is not known.
pub fn not_understood() -> Model {
    signed(&p256(), nothing, |entry| entry["sig"]["alg"] = "rs256".into())
}
