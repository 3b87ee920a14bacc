//! Passkeys, with an authenticator made of software: S-15.

use aims_app::accounts::{Arrival, Begun, NewPasskey, Secret};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as B64};
use ciborium::Value;
use jiff::SignedDuration;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::shared::{ADA, Door, HOST, ORIGIN, PASSWORD, caller, code, door};

pub enum Key {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// What an authenticator and its browser do, with every part open to tampering.
pub struct Authenticator {
    key: Key,
    id: Vec<u8>,
    user: String,
    counter: u32,
    flags: u8,
    host: String,
    origin: String,
}

impl Authenticator {
    pub fn p256() -> Authenticator {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).unwrap();
        Authenticator::with(Key::P256(key))
    }

    pub fn ed25519() -> Authenticator {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Authenticator::with(Key::Ed25519(Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap()))
    }

    fn with(key: Key) -> Authenticator {
        let id = Sha256::digest(match &key {
            Key::P256(pair) => pair.public_key().as_ref().to_vec(),
            Key::Ed25519(pair) => pair.public_key().as_ref().to_vec(),
        });
        let (host, origin) = (HOST.to_owned(), ORIGIN.to_owned());
        Authenticator { key, id: id.to_vec(), user: String::new(), counter: 0, flags: 0x05, host, origin }
    }

    fn cose(&self) -> Vec<u8> {
        let int = |n: i64| Value::Integer(n.into());
        let map = match &self.key {
            Key::P256(pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = (point[1..33].to_vec(), point[33..].to_vec());
                vec![(1, int(2)), (3, int(-7)), (-1, int(1)), (-2, Value::Bytes(x)), (-3, Value::Bytes(y))]
            }
            Key::Ed25519(pair) => {
                let x = Value::Bytes(pair.public_key().as_ref().to_vec());
                vec![(1, int(1)), (3, int(-8)), (-1, int(6)), (-2, x)]
            }
        };
        let map = map.into_iter().map(|(label, value)| (int(label), value)).collect();
        let mut bytes = Vec::new();
        ciborium::into_writer(&Value::Map(map), &mut bytes).unwrap();
        bytes
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        [Sha256::digest(&self.host).as_slice(), &[flags], &self.counter.to_be_bytes()].concat()
    }

    fn client_data(&self, kind: &str, challenge: &str) -> Vec<u8> {
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false }).to_string().into()
    }

    fn register(&mut self, begun: &Begun) -> String {
        self.user = begun.options["user"]["id"].as_str().unwrap().to_owned();
        let mut data = self.data(self.flags | 0x40);
        data.extend([[0; 16].as_slice(), &u16::try_from(self.id.len()).unwrap().to_be_bytes(), &self.id].concat());
        data.extend(self.cose());
        let object = Value::Map(vec![
            (Value::Text("fmt".into()), Value::Text("none".into())),
            (Value::Text("attStmt".into()), Value::Map(Vec::new())),
            (Value::Text("authData".into()), Value::Bytes(data)),
        ]);
        let mut bytes = Vec::new();
        ciborium::into_writer(&object, &mut bytes).unwrap();
        let challenge = begun.options["challenge"].as_str().unwrap();
        json!({ "id": B64.encode(&self.id), "rawId": B64.encode(&self.id), "type": "public-key", "response": {
            "clientDataJSON": B64.encode(self.client_data("webauthn.create", challenge)),
            "attestationObject": B64.encode(bytes), "transports": ["internal", "hybrid"] } })
        .to_string()
    }

    fn sign(&self, data: &[u8], client: &[u8]) -> Vec<u8> {
        let message = [data, Sha256::digest(client).as_slice()].concat();
        match &self.key {
            Key::P256(pair) => pair.sign(&SystemRandom::new(), &message).unwrap().as_ref().to_vec(),
            Key::Ed25519(pair) => pair.sign(&message).as_ref().to_vec(),
        }
    }

    pub fn answer(&self, begun: &Begun) -> String {
        let (data, client) =
            (self.data(self.flags), self.client_data("webauthn.get", begun.options["challenge"].as_str().unwrap()));
        json!({ "id": B64.encode(&self.id), "rawId": B64.encode(&self.id), "type": "public-key", "response": {
            "clientDataJSON": B64.encode(&client), "authenticatorData": B64.encode(&data),
            "signature": B64.encode(self.sign(&data, &client)), "userHandle": self.user } })
        .to_string()
    }
}

/// Ada with a passkey.
pub fn registered(mut authenticator: Authenticator) -> (Door, Authenticator, Arrival) {
    let (door, arrival) = door();
    let seated = door.seated(&arrival);
    let begun = door.entrance.begin_passkey(&seated).unwrap();
    let answer = authenticator.register(&begun);
    let new = NewPasskey { name: "Laptop", answer: &answer };
    let passkey = door.entrance.add_passkey(&seated, &begun.ceremony, &new).unwrap();
    assert_eq!((passkey.name.as_str(), passkey.transports), ("Laptop", vec!["internal".to_owned(), "hybrid".into()]));
    (door, authenticator, arrival)
}

fn sign_in(door: &Door, authenticator: &Authenticator) -> &'static str {
    let begun = door.entrance.begin_passkey_sign_in(&caller()).unwrap();
    let came = door.entrance.sign_in_with_passkey(&caller(), &begun.ceremony, &authenticator.answer(&begun));
    assert!(came.as_ref().map_or(true, |arrival| arrival.account.name == ADA));
    code(came)
}

#[test]
fn a_passkey_signs_in_without_a_name() {
    for authenticator in [Authenticator::p256(), Authenticator::ed25519()] {
        let (door, authenticator, _) = registered(authenticator);
        let begun = door.entrance.begin_passkey_sign_in(&caller()).unwrap();
        assert_eq!(begun.options["allowCredentials"], json!([]));
        assert_eq!(sign_in(&door, &authenticator), "no refusal");
    }
}

type Tampering = fn(&mut Authenticator);

#[test]
fn what_is_not_this_passkey_for_this_server_is_refused() {
    let tamper: [(&str, Tampering); 7] = [
        ("origin", |a| a.origin = "https://aims.example.org.evil.example".into()),
        ("host", |a| a.host = "evil.example".into()),
        ("nobody verified", |a| a.flags = 0x01),
        ("nobody present", |a| a.flags = 0x04),
        ("backed up without being able to", |a| a.flags = 0x15),
        ("another user", |a| a.user = B64.encode("somebody")),
        ("another key", |a| a.key = Authenticator::p256().key),
    ];
    for (what, tamper) in tamper {
        let (door, mut authenticator, _) = registered(Authenticator::p256());
        tamper(&mut authenticator);
        assert_eq!(sign_in(&door, &authenticator), "passkey_refused", "{what}");
    }
}

#[test]
fn an_answer_serves_once_and_only_its_own_challenge() {
    let (door, authenticator, _) = registered(Authenticator::p256());
    let begun = door.entrance.begin_passkey_sign_in(&caller()).unwrap();
    let other = door.entrance.begin_passkey_sign_in(&caller()).unwrap();
    let answer = authenticator.answer(&begun);
    let finish = |ceremony: &Secret| code(door.entrance.sign_in_with_passkey(&caller(), ceremony, &answer));
    assert_eq!(finish(&other.ceremony), "passkey_refused");
    assert_eq!(finish(&begun.ceremony), "no refusal");
    assert_eq!(finish(&begun.ceremony), "ceremony_ended");
    let late = door.entrance.begin_passkey_sign_in(&caller()).unwrap();
    door.pass(SignedDuration::from_mins(5));
    let answer = authenticator.answer(&late);
    assert_eq!(code(door.entrance.sign_in_with_passkey(&caller(), &late.ceremony, &answer)), "ceremony_ended");
}

#[test]
fn a_counter_that_goes_back_is_refused_and_noted() {
    let (door, mut authenticator, _) = registered(Authenticator::p256());
    for (counter, expected) in [(7, "no refusal"), (8, "no refusal"), (8, "passkey_refused"), (3, "passkey_refused")] {
        authenticator.counter = counter;
        assert_eq!(sign_in(&door, &authenticator), expected, "{counter}");
    }
    assert!(door.noted().contains(&"passkey-used denied counter".to_owned()));
}

#[test]
fn a_passkey_is_registered_once_and_only_in_a_fresh_session() {
    let (door, mut authenticator, arrival) = registered(Authenticator::p256());
    let seated = door.seated(&arrival);
    let begun = door.entrance.begin_passkey(&seated).unwrap();
    assert_eq!(begun.options["excludeCredentials"][0]["id"], json!(B64.encode(&authenticator.id)));
    let answer = authenticator.register(&begun);
    let again = door.entrance.add_passkey(&seated, &begun.ceremony, &NewPasskey { name: "x", answer: &answer });
    assert_eq!(code(again), "passkey_known");
    let begun = door.entrance.begin_passkey(&seated).unwrap();
    let mut other = Authenticator::p256();
    other.origin = "https://evil.example".into();
    let answer = other.register(&begun);
    let foreign = door.entrance.add_passkey(&seated, &begun.ceremony, &NewPasskey { name: "x", answer: &answer });
    assert_eq!(code(foreign), "passkey_refused");
    door.pass(SignedDuration::from_mins(10));
    assert_eq!(code(door.entrance.begin_passkey(&door.seated(&arrival))), "step_up_required");
}

#[test]
fn nonsense_is_refused_without_harm() {
    let (door, authenticator, _) = registered(Authenticator::p256());
    let good = authenticator.answer(&door.entrance.begin_passkey_sign_in(&caller()).unwrap());
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    for answer in ["", "{}", "null", &good[..good.len() / 2], &deep, &good.replace("public-key", "password")] {
        let begun = door.entrance.begin_passkey_sign_in(&caller()).unwrap();
        door.pass(SignedDuration::from_secs(30));
        let came = door.entrance.sign_in_with_passkey(&caller(), &begun.ceremony, answer);
        assert_eq!(code(came), "passkey_refused");
    }
}

#[test]
fn a_passkey_confirms_who_sits_here() {
    let (door, authenticator, arrival) = registered(Authenticator::p256());
    door.pass(SignedDuration::from_mins(11));
    let seated = door.seated(&arrival);
    let begun = door.entrance.begin_step_up(&seated).unwrap();
    let renewed = door.entrance.step_up_with_passkey(&seated, &begun.ceremony, &authenticator.answer(&begun)).unwrap();
    assert!(door.seated(&renewed).elevated);
    assert_eq!(door.seated(&renewed).session.amr, ["hwk", "user"]);
}

#[test]
fn the_last_way_in_stays() {
    let (door, authenticator, arrival) = registered(Authenticator::p256());
    let id = B64.encode(&authenticator.id);
    assert_eq!(code(door.entrance.remove_passkey(&door.seated(&arrival), "another")), "not_found");
    door.entrance.remove_passkey(&door.seated(&arrival), &id).unwrap();
    assert_eq!(sign_in(&door, &authenticator), "passkey_refused");
    assert!(door.entrance.sign_in(&caller(), ADA, PASSWORD).is_ok());
}
