//! Who sent a request, and whether they may send it at all.

use std::{net::IpAddr, sync::Arc};

use aims_app::{
    access::{Principal, Scope, Subset},
    accounts::{Caller, Seated, TokenSeat},
    live::Live,
};
use http::{HeaderMap, Method, StatusCode, header, request::Parts};

use crate::{
    answer::Refused,
    call::Call,
    form::Pairs,
    route::{Asks, Class, Route},
    server::Server,
    words::Tongue,
};

/// Whoever sent a request.
#[derive(Clone, Debug, Default)]
pub enum Visitor {
    /// Nobody who is signed in.
    #[default]
    Nobody,
    /// Someone with a session.
    Person {
        /// Who, and since when.
        seated: Box<Seated>,
        /// What their cookie holds.
        token: String,
    },
    /// A program with a token.
    Program(Box<TokenSeat>),
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
    /// What they are to the rules of access.
    pub principal: Principal,
}

impl Visitor {
    /// The person with a session, where it is one.
    pub fn seated(&self) -> Option<&Seated> {
        match self {
            Visitor::Person { seated, .. } => Some(seated),
            Visitor::Nobody | Visitor::Program(_) => None,
        }
    }

    /// The account behind the request.
    pub fn account(&self) -> Option<&str> {
        match self {
            Visitor::Nobody => None,
            Visitor::Person { seated, .. } => Some(&seated.account.id),
            Visitor::Program(seat) => Some(&seat.account.id),
        }
    }

    /// The e-mail address they sign in with.
    pub fn name(&self) -> &str {
        self.seated().map_or("", |seated| seated.account.name.as_str())
    }

    /// How they authenticated, as entries note it.
    pub fn amr(&self) -> Vec<String> {
        match self {
            Visitor::Nobody => Vec::new(),
            Visitor::Person { seated, .. } => seated.session.amr.clone(),
            Visitor::Program(_) => vec!["token".into()],
        }
    }

    /// Their language: what they chose, or what their browser asks for.
    pub fn tongue(&self, accept: &str) -> &'static Tongue {
        let chosen = self.seated().and_then(|s| Tongue::named(&s.account.preferences.language));
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

/// The address and browser of whoever asks, as the server itself sees them.
pub fn caller(address: IpAddr, headers: &HeaderMap) -> Caller {
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    Caller { address, agent }
}

/// Who sent it. A token goes before a cookie; pages take no token.
///
/// # Errors
/// A token that is not right; where the accounts cannot be read.
pub fn visitor(server: &Server, route: &Route, headers: &HeaderMap, address: IpAddr) -> Result<Visitor, Refused> {
    if route.class == Class::Static {
        return Ok(Visitor::Nobody);
    }
    let bearer =
        headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("Bearer "));
    if let Some(token) = bearer.filter(|_| route.class == Class::Api) {
        let seat = server.entrance.token_seat(&caller(address, headers), token.trim())?;
        return Ok(Visitor::Program(Box::new(seat)));
    }
    let Some(token) = session_token(server, headers) else { return Ok(Visitor::Nobody) };
    match server.entrance.seated(token) {
        Ok(seated) => Ok(Visitor::Person { seated: Box::new(seated), token: token.to_owned() }),
        Err(aims_app::accounts::Refused::SignInNeeded) => Ok(Visitor::Nobody),
        Err(other) => Err(other.into()),
    }
}

fn session_token<'h>(server: &Server, headers: &'h HeaderMap) -> Option<&'h str> {
    let name = cookie_name(server);
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(n, _)| *n == name).map(|(_, value)| value)
}

/// Refuses what another site's page may have sent (TRUST 6.3). A program with a token is no page.
///
/// # Errors
/// `cross_site`, `form_token_missing`.
pub fn guard(server: &Server, route: &Route, parts: &Parts, visitor: &Visitor, body: &[u8]) -> Result<(), Refused> {
    let safe = parts.method == Method::GET || parts.method == Method::HEAD;
    if safe || route.class == Class::Static || matches!(visitor, Visitor::Program(_)) {
        return Ok(());
    }
    if !same_origin(server, &parts.headers) {
        let says = "This was sent from another site's page. Send it from a page of this server.";
        return Err(Refused::new(StatusCode::FORBIDDEN, "cross_site", says));
    }
    let Visitor::Person { token, .. } = visitor else { return Ok(()) };
    let sent = match route.class {
        Class::Api => parts.headers.get("x-aims-csrf").and_then(|v| v.to_str().ok()).map(str::to_owned),
        _ => Pairs::read(body).get("form_token").map(str::to_owned),
    };
    if sent.is_some_and(|sent| server.entrance.csrf_is_right(token, &sent)) {
        return Ok(());
    }
    let says = "This form is from an earlier session. Open the page again and send it from there.";
    Err(Refused::new(StatusCode::FORBIDDEN, "form_token_missing", says))
}

fn same_origin(server: &Server, headers: &HeaderMap) -> bool {
    let said = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    match (said("sec-fetch-site"), said("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origin == server.entrance.address().origin(),
        (None, None) => false,
    }
}

/// Who they are in the organization of this name: nothing where they are no member now, or there is none.
///
/// # Errors
/// Where the accounts cannot be read.
pub fn member(server: &Server, visitor: &Visitor, org: &str) -> Result<Option<Member>, Refused> {
    let Some(account) = visitor.account() else { return Ok(None) };
    let Some(live) = server.organization(org) else { return Ok(None) };
    let id = live.aims().store().about().org.clone();
    let found = server.entrance.store().membership(account, &id);
    let found = found.map_err(|e| Refused::internal(e.to_string()))?.filter(|m| m.holds_at(server.now()));
    let Some(membership) = found else { return Ok(None) };
    let person = membership.person.clone();
    let principal = match (visitor, membership.scope, membership.until) {
        (_, Some(scope), Some(until)) => {
            let (systems, groups) = scope.into_iter().partition(|word| word.parse::<uuid::Uuid>().is_ok());
            Principal::ExternalAuditor(Scope { from: membership.since, until, groups, systems })
        }
        (Visitor::Program(seat), None, _) if seat.token.org == id => {
            Principal::Token { creator: person.clone(), within: subset(&seat.token.scope) }
        }
        (Visitor::Program(_), ..) | (_, Some(_), None) => return Ok(None),
        (_, None, _) => Principal::Person(person.clone()),
    };
    Ok(Some(Member { live, slug: org.to_owned(), person, principal }))
}

/// Who they still are there, a while after they were let in: nothing where their session or token has ended since, or their place in the
/// organization. It counts as no use of either.
///
/// # Errors
/// Where the accounts cannot be read.
pub fn still(server: &Server, visitor: &Visitor, org: &str) -> Result<Option<Member>, Refused> {
    let holds = match visitor {
        Visitor::Nobody => false,
        Visitor::Person { seated, .. } => {
            let sessions = server.entrance.sessions(&seated.account.id)?;
            sessions.iter().any(|session| session.hash == seated.session.hash)
        }
        Visitor::Program(seat) => {
            let token = server.entrance.store().token(&seat.token.hash);
            let token = token.map_err(|e| Refused::internal(e.to_string()))?;
            token.is_some_and(|token| token.revoked.is_none() && server.now() < token.ends)
        }
    };
    if holds { member(server, visitor, org) } else { Ok(None) }
}

/// What a token was made for: its words are actions, powers and groups of the policy.
fn subset(words: &[String]) -> Subset {
    use aims_framework::access::{ACTIONS, POWERS};
    let mut subset = Subset::default();
    for word in words {
        if let Some((_, action)) = ACTIONS.iter().find(|(w, _)| w == word) {
            subset.actions.push(*action);
        } else if let Some((_, power)) = POWERS.iter().find(|(w, _)| w == word) {
            subset.powers.push(*power);
        } else {
            subset.groups.push(word.clone());
        }
    }
    subset
}

/// Lets a request through to its row, or says what is missing.
///
/// # Errors
/// `sign_in_required`, `step_up_required`, absent.
pub fn admit(call: &Call<'_>) -> Result<(), Refused> {
    if call.route.asks == Asks::Anyone {
        return Ok(());
    }
    if call.visitor.account().is_none() {
        return Err(Refused::sign_in());
    }
    let names_org = call.params.iter().any(|(name, _)| name == "org");
    if names_org && call.member.is_none() {
        return Err(Refused::absent());
    }
    if call.route.asks == Asks::Elevated {
        call.visitor.seated().ok_or_else(Refused::sign_in)?.must_be_elevated()?;
    }
    Ok(())
}
