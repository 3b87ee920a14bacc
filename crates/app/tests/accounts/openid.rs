//! Signing in with another provider: B-45, S-08, against an issuer that answers on loopback.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

use aims_app::accounts::{Arrival, Leaving, Provider, Returned, Secret};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as B64};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::shared::{ADA, Door, caller, code, door};

type Tamper = fn(&mut Value, &mut Value);

/// What the issuer answers next.
struct Script {
    key: EcdsaKeyPair,
    nonce: String,
    challenge: String,
    now: i64,
    tamper: Tamper,
    /// Signs with this instead, or not at all.
    by: By,
}

#[derive(Clone, Copy)]
enum By {
    Itself,
    Nobody,
    PublicKeyAsSecret,
    Stranger,
}

struct Issuer {
    url: String,
    script: Arc<Mutex<Script>>,
}

fn key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap()
}

impl Issuer {
    fn start() -> Issuer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (nonce, challenge) = (String::new(), String::new());
        let script = Script { key: key(), nonce, challenge, now: 0, tamper: |_, _| {}, by: By::Itself };
        let script = Arc::new(Mutex::new(script));
        let issuer = Issuer { url: url.clone(), script: Arc::clone(&script) };
        std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| serve(stream, &url, &script)));
        issuer
    }
}

fn serve(stream: TcpStream, url: &str, script: &Mutex<Script>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let script = script.lock().unwrap();
    let path = first.split(' ').nth(1).unwrap_or_default();
    let (status, answer) = match path {
        "/.well-known/openid-configuration" => (200, configuration(url)),
        "/keys" => (200, json!({ "keys": [{ "kty": "oct", "k": "AAAA" }, jwk(&script.key)] })),
        "/token" if has_verifier(&String::from_utf8(body).unwrap(), &script.challenge) => {
            (200, json!({ "access_token": "x", "token_type": "Bearer", "id_token": token(url, &script) }))
        }
        _ => (400, json!({ "error": "invalid_grant" })),
    };
    let answer = answer.to_string();
    let head = format!(
        "HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        answer.len()
    );
    (&stream).write_all((head + &answer).as_bytes()).unwrap();
}

fn configuration(url: &str) -> Value {
    json!({ "issuer": url, "authorization_endpoint": format!("{url}/authorize"), "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"), "token_endpoint_auth_methods_supported": ["client_secret_basic"] })
}

/// PKCE, as a provider checks it.
fn has_verifier(form: &str, challenge: &str) -> bool {
    let verifier = form.split('&').find_map(|pair| pair.strip_prefix("code_verifier="));
    verifier.is_some_and(|verifier| B64.encode(Sha256::digest(verifier)) == challenge) && form.contains("code=the-code")
}

fn jwk(key: &EcdsaKeyPair) -> Value {
    let point = key.public_key().as_ref();
    json!({ "kty": "EC", "crv": "P-256", "kid": "k1", "use": "sig", "alg": "ES256", "x": B64.encode(&point[1..33]), "y": B64.encode(&point[33..]) })
}

fn token(url: &str, script: &Script) -> String {
    let mut header = json!({ "alg": "ES256", "kid": "k1" });
    let now = script.now;
    let mut claims = json!({ "iss": url, "sub": "1234", "aud": "aims", "exp": now + 300, "iat": now, "nonce": script.nonce,
        "email": ADA, "email_verified": true, "preferred_username": ADA });
    (script.tamper)(&mut header, &mut claims);
    let signed = format!("{}.{}", B64.encode(header.to_string()), B64.encode(claims.to_string()));
    let stranger = key();
    let sign = |key: &EcdsaKeyPair| key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap().as_ref().to_vec();
    let signature = match script.by {
        By::Itself => sign(&script.key),
        By::Stranger => sign(&stranger),
        By::Nobody => Vec::new(),
        By::PublicKeyAsSecret => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, script.key.public_key().as_ref());
            hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
        }
    };
    format!("{signed}.{}", B64.encode(signature))
}

/// Ada, and an issuer that the server trusts.
fn trusting() -> (Door, Arrival, Issuer) {
    let (door, arrival) = door();
    let issuer = Issuer::start();
    let provider = Provider {
        id: "test".into(),
        name: "Test".into(),
        issuer: issuer.url.clone(),
        client_id: "aims".into(),
        client_secret: Some(Secret::new("s3cret")),
    };
    door.entrance.trust(provider).unwrap();
    (door, arrival, issuer)
}

fn query<'u>(url: &'u str, name: &str) -> &'u str {
    let (_, query) = url.split_once('?').unwrap();
    query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).unwrap()
}

/// What the person does at the issuer: it learns nonce and challenge of the request.
fn visit(door: &Door, issuer: &Issuer, leaving: &Leaving) {
    assert!(leaving.url.starts_with(&format!("{}/authorize?", issuer.url)));
    let mut script = issuer.script.lock().unwrap();
    script.nonce = query(&leaving.url, "nonce").to_owned();
    script.challenge = query(&leaving.url, "code_challenge").to_owned();
    script.now = door.now().as_second();
}

fn returned<'a>(leaving: &'a Leaving) -> Returned<'a> {
    Returned { state: query(&leaving.url, "state"), code: "the-code", iss: None, cookie: leaving.cookie.reveal() }
}

fn join(door: &Door, issuer: &Issuer, arrival: &Arrival) -> Arrival {
    let seated = door.seated(arrival);
    let leaving = door.entrance.leave_for(&caller(), "test", None, Some(&seated)).unwrap();
    visit(door, issuer, &leaving);
    door.entrance.come_back(&caller(), returned(&leaving), Some(&seated)).unwrap().0
}

#[test]
fn an_identity_that_was_joined_signs_in() {
    let (door, arrival, issuer) = trusting();
    join(&door, &issuer, &arrival);
    let leaving = door.entrance.leave_for(&caller(), "test", Some("acme"), None).unwrap();
    visit(&door, &issuer, &leaving);
    let (came, org) = door.entrance.come_back(&caller(), returned(&leaving), None).unwrap();
    assert_eq!((came.account.name.as_str(), org.as_deref()), (ADA, Some("acme")));
    let replayed = door.entrance.come_back(&caller(), returned(&leaving), None);
    assert_eq!(code(replayed), "sso_rejected");
}

#[test]
fn an_email_address_from_elsewhere_finds_no_account() {
    let (door, _, issuer) = trusting();
    let leaving = door.entrance.leave_for(&caller(), "test", None, None).unwrap();
    visit(&door, &issuer, &leaving);
    assert_eq!(code(door.entrance.come_back(&caller(), returned(&leaving), None)), "sso_unknown");
}

#[test]
fn a_token_that_says_anything_else_is_refused() {
    let cases: [(&str, By, Tamper); 22] = [
        ("none", By::Nobody, |header, _| header["alg"] = "none".into()),
        ("none with a signature", By::Itself, |header, _| header["alg"] = "None".into()),
        ("the public key as a secret", By::PublicKeyAsSecret, |header, _| header["alg"] = "HS256".into()),
        ("an HMAC under the right name", By::PublicKeyAsSecret, |_, _| {}),
        ("another algorithm of the list", By::Itself, |header, _| header["alg"] = "RS256".into()),
        ("a list of algorithms", By::Itself, |header, _| header["alg"] = json!(["ES256"])),
        ("no signature", By::Nobody, |_, _| {}),
        ("a stranger's signature", By::Stranger, |_, _| {}),
        ("an unknown key", By::Itself, |header, _| header["kid"] = "k2".into()),
        ("an extension that must be understood", By::Itself, |header, _| header["crit"] = json!(["exp"])),
        ("another issuer", By::Itself, |_, claims| claims["iss"] = "https://other.example".into()),
        ("an issuer with a slash more", By::Itself, |_, claims| {
            claims["iss"] = format!("{}/", claims["iss"].as_str().unwrap()).into()
        }),
        ("another audience", By::Itself, |_, claims| claims["aud"] = "other".into()),
        ("an audience beside us", By::Itself, |_, claims| claims["aud"] = json!(["aims", "other"])),
        ("no audience", By::Itself, |_, claims| claims["aud"] = json!([])),
        ("another authorized party", By::Itself, |_, claims| claims["azp"] = "other".into()),
        ("expired", By::Itself, |_, claims| claims["exp"] = (claims["exp"].as_i64().unwrap() - 400).into()),
        ("no end", By::Itself, |_, claims| claims["exp"] = Value::Null),
        ("from the future", By::Itself, |_, claims| claims["iat"] = (claims["iat"].as_i64().unwrap() + 200).into()),
        ("another nonce", By::Itself, |_, claims| claims["nonce"] = "earlier".into()),
        ("no nonce", By::Itself, |_, claims| claims["nonce"] = Value::Null),
        ("nobody", By::Itself, |_, claims| claims["sub"] = "".into()),
    ];
    let (door, arrival, issuer) = trusting();
    join(&door, &issuer, &arrival);
    for (what, by, tamper) in cases {
        door.pass(jiff::SignedDuration::from_mins(2));
        let leaving = door.entrance.leave_for(&caller(), "test", None, None).unwrap();
        visit(&door, &issuer, &leaving);
        {
            let mut script = issuer.script.lock().unwrap();
            (script.by, script.tamper) = (by, tamper);
        }
        assert_eq!(code(door.entrance.come_back(&caller(), returned(&leaving), None)), "sso_rejected", "{what}");
    }
    assert!(door.noted().iter().any(|note| note == "signed-in denied sso_rejected"));
}

type Changing = fn(Returned<'_>) -> Returned<'_>;

#[test]
fn the_way_back_belongs_to_the_browser_the_code_and_the_issuer() {
    let (door, arrival, issuer) = trusting();
    let renewed = join(&door, &issuer, &arrival);
    let attempts: [(&str, Changing); 4] = [
        ("another browser", |r| Returned { cookie: "another", ..r }),
        ("another state", |r| Returned { state: "another", ..r }),
        ("another code", |r| Returned { code: "stolen", ..r }),
        ("another issuer", |r| Returned { iss: Some("https://other.example"), ..r }),
    ];
    for (what, change) in attempts {
        door.pass(jiff::SignedDuration::from_secs(30));
        let leaving = door.entrance.leave_for(&caller(), "test", None, None).unwrap();
        visit(&door, &issuer, &leaving);
        let came = door.entrance.come_back(&caller(), change(returned(&leaving)), None);
        assert_eq!(code(came), "sso_rejected", "{what}");
    }
    // Whoever left to join an identity must still sit here.
    let seated = door.seated(&renewed);
    let leaving = door.entrance.leave_for(&caller(), "test", None, Some(&seated)).unwrap();
    visit(&door, &issuer, &leaving);
    assert_eq!(code(door.entrance.come_back(&caller(), returned(&leaving), None)), "sso_rejected");
}

#[test]
fn only_https_is_trusted_beyond_this_machine_and_silence_is_told() {
    let (door, _) = door();
    let provider = |issuer: &str| Provider {
        id: "x".into(),
        name: "X".into(),
        issuer: issuer.into(),
        client_id: "aims".into(),
        client_secret: None,
    };
    assert_eq!(code(door.entrance.trust(provider("http://idp.example.org"))), "address_refused");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    door.entrance.trust(provider(&format!("http://{closed}"))).unwrap();
    let refused = door.entrance.leave_for(&caller(), "x", None, None).unwrap_err();
    assert_eq!((refused.code(), refused.status()), ("sso_unreachable", 503));
    assert_eq!(code(door.entrance.leave_for(&caller(), "y", None, None)), "not_found");
}
