//! Who sent a request, and whether they may send it at all.

use std::sync::Arc;

use aims_app::live::Live;
use aims_store::accounts::{Account, Session};
use http::{HeaderMap, Method, StatusCode, header, request::Parts};
use jiff::SignedDuration;
use sha2::{Digest, Sha256};

use crate::{
    answer::Refused,
    call::Call,
    form::Pairs,
    route::{Asks, Class, Route},
    server::Server,
    words::Tongue,
};

/// A session ends when it was not used for so long (TRUST 6.2).
const IDLE: SignedDuration = SignedDuration::from_mins(30);
/// Its use is noted at most this often.
const TOUCH: SignedDuration = SignedDuration::from_mins(1);

/// Whoever sent a request.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    /// Their account and session, where they are signed in.
    pub signed: Option<Signed>,
}

/// Someone who is signed in.
#[derive(Clone, Debug)]
pub struct Signed {
    /// How they sign in.
    pub account: Account,
    /// Since when, and how.
    pub session: Session,
    /// What forms on their pages carry.
    pub form_token: String,
}

/// Who someone is in an organization.
#[derive(Clone)]
pub struct Member {
    /// The organization.
    pub live: Arc<Live>,
    /// Its name in addresses.
    pub slug: String,
    /// Id of their person record.
    pub person: String,
    /// What they may see, where that is limited: external auditors.
    pub scope: Option<Vec<String>>,
}

impl Visitor {
    /// How they authenticated, as entries note it.
    pub fn amr(&self) -> Vec<String> {
        self.signed.as_ref().map(|s| s.session.amr.clone()).unwrap_or_default()
    }

    /// Their language: what they chose, or what their browser asks for.
    pub fn tongue(&self, accept: &str) -> &'static Tongue {
        let chosen = self.signed.as_ref().and_then(|s| Tongue::named(&s.account.preferences.language));
        chosen.unwrap_or_else(|| Tongue::wanted(accept))
    }
}

/// The cookie that holds a session's token.
pub fn cookie_name(server: &Server) -> &'static str {
    if server.is_secure() { "__Host-aims" } else { "aims" }
}

/// What a browser is told to keep; an empty token takes it away.
pub fn cookie(server: &Server, token: &str) -> String {
    let (name, secure) = (cookie_name(server), if server.is_secure() { "; Secure" } else { "" });
    let age = if token.is_empty() { "; Max-Age=0" } else { "" };
    format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax{secure}{age}")
}

/// Who sent it.
///
/// # Errors
/// Where the accounts cannot be read.
pub fn visitor(server: &Server, route: &Route, headers: &HeaderMap) -> Result<Visitor, Refused> {
    if route.class == Class::Static {
        return Ok(Visitor::default());
    }
    let Some(token) = session_token(server, headers) else { return Ok(Visitor::default()) };
    Ok(Visitor { signed: signed(server, token)? })
}

fn session_token<'h>(server: &Server, headers: &'h HeaderMap) -> Option<&'h str> {
    let name = cookie_name(server);
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(n, _)| *n == name).map(|(_, value)| value)
}

fn signed(server: &Server, token: &str) -> Result<Option<Signed>, Refused> {
    let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    let broken = |e: aims_store::StoreError| Refused::internal(e.to_string());
    let Some(session) = server.accounts.session(&hash).map_err(broken)? else { return Ok(None) };
    let now = server.now();
    if session.ends <= now || now.duration_since(session.seen) >= IDLE {
        return Ok(None);
    }
    if now.duration_since(session.seen) >= TOUCH {
        server.accounts.touch_session(&hash, now).map_err(broken)?;
    }
    let account = server.accounts.account(&session.account).map_err(broken)?.filter(|a| a.disabled.is_none());
    let form_token = hex::encode(Sha256::digest(format!("form {token}")));
    Ok(account.map(|account| Signed { account, session, form_token }))
}

/// Refuses what another site's page may have sent (TRUST 6.3).
///
/// # Errors
/// `cross_site`, `form_token_missing`.
pub fn guard(server: &Server, route: &Route, parts: &Parts, visitor: &Visitor, body: &[u8]) -> Result<(), Refused> {
    if parts.method == Method::GET || parts.method == Method::HEAD || route.class == Class::Static {
        return Ok(());
    }
    if !same_origin(server, &parts.headers) {
        let says = "This was sent from another site's page. Send it from a page of this server.";
        return Err(Refused::new(StatusCode::FORBIDDEN, "cross_site", says));
    }
    let Some(signed) = &visitor.signed else { return Ok(()) };
    let sent = match route.class {
        Class::Api => parts.headers.get("x-aims-csrf").and_then(|v| v.to_str().ok()).map(str::to_owned),
        _ => Pairs::read(body).get("form_token").map(str::to_owned),
    };
    if sent.as_deref() != Some(signed.form_token.as_str()) {
        let says = "This form is from an earlier session. Open the page again and send it from there.";
        return Err(Refused::new(StatusCode::FORBIDDEN, "form_token_missing", says));
    }
    Ok(())
}

fn same_origin(server: &Server, headers: &HeaderMap) -> bool {
    let said = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    match (said("sec-fetch-site"), said("origin")) {
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some(origin)) => origin == server.config.public_url,
        (None, None) => false,
    }
}

/// Who they are in the organization of this name: nothing where they are no member now, or there is none.
///
/// # Errors
/// Where the accounts cannot be read.
pub fn member(server: &Server, visitor: &Visitor, org: &str) -> Result<Option<Member>, Refused> {
    let Some(signed) = &visitor.signed else { return Ok(None) };
    let Some(live) = server.organization(org) else { return Ok(None) };
    let id = live.aims().store().about().org.clone();
    let found = server.accounts.membership(&signed.account.id, &id);
    let found = found.map_err(|e| Refused::internal(e.to_string()))?.filter(|m| m.holds_at(server.now()));
    Ok(found.map(|m| Member { live, slug: org.to_owned(), person: m.person, scope: m.scope }))
}

/// Lets a request through to its row, or says what is missing.
///
/// # Errors
/// `sign_in_required`, `step_up_required`, absent.
pub fn admit(call: &Call<'_>) -> Result<(), Refused> {
    if call.route.asks == Asks::Anyone {
        return Ok(());
    }
    let Some(signed) = &call.visitor.signed else { return Err(Refused::sign_in()) };
    let names_org = call.params.iter().any(|(name, _)| name == "org");
    if names_org && call.member.is_none() {
        return Err(Refused::absent());
    }
    let now = call.server.now();
    if call.route.asks == Asks::Elevated && signed.session.elevated.is_none_or(|until| until <= now) {
        let says = "Confirm that it is you before you do this.";
        return Err(Refused::new(StatusCode::UNAUTHORIZED, "step_up_required", says));
    }
    Ok(())
}
