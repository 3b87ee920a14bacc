//! Headers of every answer (TRUST 6.1).

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::route::Class;

const PERMISSIONS: &str =
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), publickey-credentials-get=(self)";

/// Sets what every answer of a class carries. `nonce` is the one that the page's scripts carry; `secure`: the server is reached by https.
pub fn set(headers: &mut HeaderMap, class: Class, nonce: &str, secure: bool) {
    let mut say = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    say(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    say(header::REFERRER_POLICY, "no-referrer");
    say(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    say(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if secure {
        say(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
    match class {
        Class::Page => {
            say(header::CONTENT_SECURITY_POLICY, &policy(nonce));
            say(HeaderName::from_static("permissions-policy"), PERMISSIONS);
            say(header::CACHE_CONTROL, "no-store");
            say(header::X_FRAME_OPTIONS, "DENY");
        }
        Class::Api => {
            say(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
            say(header::CACHE_CONTROL, "no-store");
        }
        Class::Static => {
            say(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
            say(header::CACHE_CONTROL, "public, max-age=31536000, immutable");
        }
    }
}

fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    )
}
