//! An ID token, checked: signature by an algorithm of a short list, issuer, audience, times, nonce (OpenID Connect Core 3.1.3.7).

use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;

use crate::accounts::{Refused, secret::from_base64url};

/// How far a provider's clock may be off, in seconds.
const LEEWAY: i64 = 60;
/// The longest token that is read.
const LONGEST: usize = 16 * 1024;

/// What a token must say.
pub(super) struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    /// Seconds since 1970.
    pub now: i64,
}

/// What a token says about its signature.
#[derive(Debug, Deserialize)]
pub(super) struct Header {
    alg: Algorithm,
    pub kid: Option<String>,
    /// Extensions that would have to be understood: there are none that we do.
    crit: Option<serde_json::Value>,
}

/// The algorithms there are. `none` and the symmetric ones are not, whatever a token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum Algorithm {
    #[serde(rename = "RS256")]
    Rs256,
    #[serde(rename = "ES256")]
    Es256,
    #[serde(rename = "EdDSA")]
    EdDsa,
}

/// A public key of a provider.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    nonce: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Algorithm {
    fn name(self) -> &'static str {
        match self {
            Algorithm::Rs256 => "RS256",
            Algorithm::Es256 => "ES256",
            Algorithm::EdDsa => "EdDSA",
        }
    }
}

impl Jwk {
    /// Whether this key is of the kind, use and name that a token's header says.
    pub fn fits(&self, header: &Header) -> bool {
        let kind = match header.alg {
            Algorithm::Rs256 => self.kty == "RSA",
            Algorithm::Es256 => self.kty == "EC" && self.crv.as_deref() == Some("P-256"),
            Algorithm::EdDsa => self.kty == "OKP" && self.crv.as_deref() == Some("Ed25519"),
        };
        kind && self.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
            && self.alg.as_deref().is_none_or(|alg| alg == header.alg.name())
            && (header.kid.is_none() || header.kid == self.kid)
    }

    fn verify(&self, alg: Algorithm, signed: &[u8], signature: &[u8]) -> Option<()> {
        let part = |text: &Option<String>| text.as_deref().and_then(from_base64url);
        match alg {
            Algorithm::Rs256 => {
                let key = RsaPublicKeyComponents { n: part(&self.n)?, e: part(&self.e)? };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature).ok()
            }
            Algorithm::Es256 => {
                let point = [vec![4], part(&self.x)?, part(&self.y)?].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature).ok()
            }
            Algorithm::EdDsa => UnparsedPublicKey::new(&ED25519, part(&self.x)?).verify(signed, signature).ok(),
        }
    }
}

/// Checks a token and answers its `sub`.
///
/// # Errors
/// [`Refused::Sso`] with the class of what is wrong.
pub(super) fn check(
    token: &str,
    expected: &Expected<'_>,
    key: impl FnOnce(&Header) -> Result<Jwk, Refused>,
) -> Result<String, Refused> {
    let wrong = |class| Err(Refused::Sso(class));
    let mut parts = token.split('.');
    let (Some(header), Some(claims), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return wrong("token");
    };
    if token.len() > LONGEST {
        return wrong("token");
    }
    let decoded = |part: &str| from_base64url(part).ok_or(Refused::Sso("token"));
    let said: Header = serde_json::from_slice(&decoded(header)?).map_err(|_| Refused::Sso("algorithm"))?;
    if said.crit.is_some() {
        return wrong("algorithm");
    }
    let signed = token.get(..header.len() + 1 + claims.len()).unwrap_or_default();
    let verified = key(&said)?.verify(said.alg, signed.as_bytes(), &decoded(signature)?);
    verified.ok_or(Refused::Sso("signature"))?;
    let claims: Claims = serde_json::from_slice(&decoded(claims)?).map_err(|_| Refused::Sso("claims"))?;
    check_claims(claims, expected)
}

fn check_claims(claims: Claims, expected: &Expected<'_>) -> Result<String, Refused> {
    let Expected { issuer, client_id, nonce, now } = *expected;
    let for_us = match &claims.aud {
        Audience::One(one) => one == client_id,
        // A token for others too could be replayed by them.
        Audience::Several(several) => matches!(several.as_slice(), [only] if only == client_id),
    };
    let class = if claims.iss != issuer {
        "issuer"
    } else if !for_us || claims.azp.is_some_and(|azp| azp != client_id) {
        "audience"
    } else if claims.exp.saturating_add(LEEWAY) <= now {
        "expired"
    } else if claims.iat > now + LEEWAY || claims.nbf.is_some_and(|nbf| nbf > now + LEEWAY) {
        "not yet"
    } else if claims.nonce.as_deref() != Some(nonce) {
        "nonce"
    } else if claims.sub.is_empty() || claims.sub.len() > 255 || !claims.sub.is_ascii() {
        "subject"
    } else {
        return Ok(claims.sub);
    };
    Err(Refused::Sso(class))
}
