//! What a provider says about itself, its keys, and the exchange of a code for a token.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, de::DeserializeOwned};
use ureq::Agent;

use super::{
    Provider, escaped, form,
    id_token::{Header, Jwk},
};
use crate::accounts::Refused;

/// What was learnt stands so long,
const LEARNT: SignedDuration = SignedDuration::from_mins(60);
/// and is asked for again at most so often when a key is not known.
const ASKED: SignedDuration = SignedDuration::from_secs(60);
/// The longest answer that is read.
const LONGEST: u64 = 1 << 20;

/// A provider, and what was learnt about it.
pub(in crate::accounts) struct Reached {
    pub provider: Provider,
    agent: Agent,
    learnt: Mutex<Learnt>,
}

#[derive(Default)]
struct Learnt {
    endpoints: Option<(Timestamp, Endpoints)>,
    keys: Option<(Timestamp, Vec<Jwk>)>,
}

/// Where a provider is reached.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Endpoints {
    issuer: String,
    #[serde(rename = "authorization_endpoint")]
    pub authorization: String,
    #[serde(rename = "token_endpoint")]
    token: String,
    #[serde(rename = "jwks_uri")]
    keys: String,
    #[serde(rename = "authorization_response_iss_parameter_supported", default)]
    pub says_issuer: bool,
    #[serde(rename = "token_endpoint_auth_methods_supported", default)]
    ways: Vec<String>,
}

#[derive(Deserialize)]
struct Keys {
    // One by one: a provider may have keys of kinds that we do not know.
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Exchanged {
    id_token: Option<String>,
}

impl Reached {
    pub fn new(provider: Provider) -> Result<Reached, Refused> {
        if !may_be_asked(&provider.issuer) {
            return Err(Refused::AddressRefused(provider.issuer));
        }
        let config = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(10)))
            .max_redirects(0)
            .http_status_as_error(false)
            // A proxy set in the environment of the process would see codes and secrets.
            .proxy(None)
            .build();
        Ok(Reached { provider, agent: config.into(), learnt: Mutex::default() })
    }

    /// Where the provider is reached, asked once an hour.
    pub fn endpoints(&self, now: Timestamp) -> Result<Endpoints, Refused> {
        let known = self.learnt.lock().unwrap_or_else(PoisonError::into_inner).endpoints.clone();
        if let Some((_, endpoints)) = known.filter(|(at, _)| now < *at + LEARNT) {
            return Ok(endpoints);
        }
        let issuer = &self.provider.issuer;
        let endpoints: Endpoints =
            self.get(&format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/')))?;
        if endpoints.issuer != *issuer {
            return Err(Refused::Sso("issuer"));
        }
        if ![&endpoints.authorization, &endpoints.token, &endpoints.keys].into_iter().all(|url| may_be_asked(url)) {
            return Err(Refused::Sso("endpoints"));
        }
        self.learnt.lock().unwrap_or_else(PoisonError::into_inner).endpoints = Some((now, endpoints.clone()));
        Ok(endpoints)
    }

    /// The key that a token names; asked for again where it is not known, since providers change keys.
    pub fn key(&self, endpoints: &Endpoints, header: &Header, now: Timestamp) -> Result<Jwk, Refused> {
        let known = self.learnt.lock().unwrap_or_else(PoisonError::into_inner).keys.clone();
        let found = known.as_ref().and_then(|(_, keys)| fitting(keys, header));
        match (found, known) {
            (Some(key), Some((at, _))) if now < at + LEARNT => return Ok(key),
            (None, Some((at, _))) if now < at + ASKED => return Err(Refused::Sso("key")),
            _ => {}
        }
        let answer: Keys = self.get(&endpoints.keys)?;
        let keys: Vec<Jwk> = answer.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect();
        let found = fitting(&keys, header);
        self.learnt.lock().unwrap_or_else(PoisonError::into_inner).keys = Some((now, keys));
        found.ok_or(Refused::Sso("key"))
    }

    /// Exchanges a code for an ID token.
    pub fn exchange(
        &self,
        endpoints: &Endpoints,
        code: &str,
        way_back: &str,
        verifier: &str,
    ) -> Result<String, Refused> {
        let Provider { client_id, client_secret, .. } = &self.provider;
        let mut pairs = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", way_back),
            ("client_id", client_id.as_str()),
            ("code_verifier", verifier),
        ];
        let basic = endpoints.ways.is_empty() || endpoints.ways.iter().any(|way| way == "client_secret_basic");
        let mut request = self.agent.post(&endpoints.token).header("accept", "application/json");
        match client_secret {
            Some(secret) if basic => {
                let both = format!("{}:{}", escaped(client_id), escaped(secret.reveal()));
                request = request.header("authorization", format!("Basic {}", BASE64_STANDARD.encode(both)));
            }
            Some(secret) => pairs.push(("client_secret", secret.reveal())),
            None => {}
        }
        let sent = request.header("content-type", "application/x-www-form-urlencoded").send(form(&pairs));
        let exchanged: Exchanged = read(sent.map_err(|_| Refused::SsoUnreachable)?, "code")?;
        exchanged.id_token.ok_or(Refused::Sso("token"))
    }

    fn get<T: DeserializeOwned>(&self, url: &str) -> Result<T, Refused> {
        read(self.agent.get(url).call().map_err(|_| Refused::SsoUnreachable)?, "answer")
    }
}

fn read<T: DeserializeOwned>(answer: ureq::http::Response<ureq::Body>, class: &'static str) -> Result<T, Refused> {
    let (parts, mut body) = answer.into_parts();
    if parts.status.is_server_error() {
        return Err(Refused::SsoUnreachable);
    }
    if !parts.status.is_success() {
        return Err(Refused::Sso(class));
    }
    let bytes = body.with_config().limit(LONGEST).read_to_vec().map_err(|_| Refused::SsoUnreachable)?;
    serde_json::from_slice(&bytes).map_err(|_| Refused::Sso(class))
}

/// The one key that fits: by its id, or the only one of its kind where the token names none.
fn fitting(keys: &[Jwk], header: &Header) -> Option<Jwk> {
    let mut fitting = keys.iter().filter(|key| key.fits(header));
    let first = fitting.next()?;
    (header.kid.is_some() || fitting.next().is_none()).then(|| first.clone())
}

/// Whether an address is https, or on this very machine.
fn may_be_asked(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return url.starts_with("https://") };
    let host = rest.split('/').next().unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}
