//! Whoever asks: who they are, where they belong, which tokens act for them.

use aims_app::{
    access::{Action, Principal, Seat},
    accounts::NewToken,
    live::Live,
};
use aims_framework::access::{ACTIONS, POWERS};
use aims_store::accounts::{Membership, Token};
use http::StatusCode;
use jiff::Timestamp;

use super::{
    answers::{Me, NewTokenLine, Organization, TokenBody, TokenLine},
    body::Members,
    doc::{Body, Doc, Given, of},
    page::only,
};
use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    route::{Asks, Method, Route},
    seat::Visitor,
};

static ME: Doc = Doc::new("Who asks", Given::Json(of::<Me>));
static ORGANIZATIONS: Doc = Doc::new("Organizations of whoever asks", Given::Json(of::<Vec<Organization>>));
static TOKENS: Doc = Doc::new("Your tokens for this organization", Given::Json(of::<Vec<TokenLine>>));
static MAKE: Doc = Doc::new("Make a token", Given::Made(of::<NewTokenLine>))
    .about("It can do what it is made for and what you can do when it is used. It is shown once. It takes a session that has just authenticated.")
    .takes(Body::Json(of::<TokenBody>))
    .also(&[413, 415, 422]);
static REVOKE: Doc = Doc::new("Revoke a token", Given::Json(of::<Vec<TokenLine>>)).also(&[404]);

const TOKENS_AT: &str = "/api/v1/o/{org}/tokens";

pub static ROUTES: &[Route] = &[
    Route::read("/api/v1/me", "api-me", Asks::Account, me, &ME).slow(),
    Route::read("/api/v1/organizations", "api-organizations", Asks::Account, organizations, &ORGANIZATIONS).slow(),
    Route::read(TOKENS_AT, "api-tokens", Asks::Member, tokens, &TOKENS).slow(),
    Route::write(Method::Post, TOKENS_AT, "api-token-make", Asks::Elevated, make, &MAKE),
    Route::write(Method::Delete, "/api/v1/o/{org}/tokens/{token}", "api-token-revoke", Asks::Elevated, revoke, &REVOKE),
];

fn me(call: &Call<'_>) -> Answered {
    only(call, &ME, &[])?;
    let (account, by, scope, csrf) = match &call.visitor {
        Visitor::Nobody => return Err(Refused::sign_in()),
        Visitor::Person { seated, .. } => (&seated.account, "session", Vec::new(), Some(seated.csrf.clone())),
        Visitor::Program(seat) => (&seat.account, "token", seat.token.scope.clone(), None),
    };
    Answer::json(&Me {
        account: account.id.clone(),
        name: account.name.clone(),
        display: account.display.clone(),
        by: by.to_owned(),
        scope,
        csrf,
        organizations: mine(call)?,
    })
}

fn organizations(call: &Call<'_>) -> Answered {
    only(call, &ORGANIZATIONS, &[])?;
    Answer::json(&mine(call)?)
}

/// Where the account is a member now; a token is for one organization.
fn mine(call: &Call<'_>) -> Result<Vec<Organization>, Refused> {
    let account = call.visitor.account().ok_or_else(Refused::sign_in)?;
    let all = call.server.entrance.store().memberships(account).map_err(|e| Refused::internal(e.to_string()))?;
    let served = call.server.organizations();
    let held = all.into_iter().filter(|m| m.holds_at(call.server.now()));
    let within = held.filter(|m| match &call.visitor {
        Visitor::Program(seat) => seat.token.org == m.org,
        Visitor::Nobody | Visitor::Person { .. } => true,
    });
    let found = within.filter_map(|m| {
        let (slug, live) = served.iter().find(|(_, live)| live.aims().store().about().org == m.org)?;
        Some(organization(slug, live, &m))
    });
    found.collect()
}

fn organization(slug: &str, live: &Live, membership: &Membership) -> Result<Organization, Refused> {
    let about = live.aims().store().about();
    let sight = live.sight(None)?;
    let principal = Principal::Person(membership.person.clone());
    let roles = match membership.scope {
        Some(_) => vec!["external-auditor".to_owned()],
        None => live.aims().access().seat(sight.register(), &principal, sight.at()).roles().to_vec(),
    };
    Ok(Organization {
        slug: slug.to_owned(),
        id: about.org.clone(),
        name: about.name.clone(),
        person: membership.person.clone(),
        roles,
        until: membership.until.map(|at| at.to_string()),
    })
}

fn tokens(call: &Call<'_>) -> Answered {
    only(call, &TOKENS, &[])?;
    Answer::json(&lines(call)?)
}

fn lines(call: &Call<'_>) -> Result<Vec<TokenLine>, Refused> {
    let account = call.visitor.account().ok_or_else(Refused::sign_in)?;
    let org = &call.live()?.aims().store().about().org;
    let all = call.server.entrance.store().tokens(account).map_err(|e| Refused::internal(e.to_string()))?;
    Ok(all.into_iter().filter(|t| t.org == *org).map(line).collect())
}

fn line(token: Token) -> TokenLine {
    let moment = |at: Timestamp| at.to_string();
    TokenLine {
        id: token.id,
        name: token.name,
        scope: token.scope,
        created: moment(token.created),
        ends: moment(token.ends),
        used: token.used.map(moment),
        revoked: token.revoked.map(moment),
    }
}

fn make(call: &Call<'_>) -> Answered {
    only(call, &MAKE, &[])?;
    let seated = call.visitor.seated().ok_or_else(Refused::sign_in)?;
    let mut members = Members::of(call, &["name", "scope", "ends"])?;
    let (name, scope, ends) = (members.need("name"), members.texts("scope"), members.need("ends"));
    members.end()?;
    let says = "Say when it ends as a moment, such as 2027-01-31T00:00:00Z.";
    let ends =
        ends.parse().map_err(|_| Refused::new(StatusCode::UNPROCESSABLE_ENTITY, "moment_not_understood", says))?;
    let may = may(call)?;
    let org = call.live()?.aims().store().about().org.clone();
    let (secret, token) = call.server.entrance.make_token(seated, &NewToken { name, org, scope, ends }, &may)?;
    let body = NewTokenLine { token: secret.reveal().to_owned(), line: line(token) };
    Answer::json_with(StatusCode::CREATED, &body, None)
}

/// Words of the policy for what whoever asks may do now.
fn may(call: &Call<'_>) -> Result<Vec<String>, Refused> {
    let sight = call.sight()?;
    let seat = call.seat(&sight)?;
    let kinds = sight.register().kinds();
    let some = |seat: &Seat, action: Action| kinds.by_id.keys().any(|kind| seat.may(action, kind));
    let actions = ACTIONS.iter().filter(|(_, action)| some(&seat, *action)).map(|(word, _)| *word);
    let powers = POWERS.iter().filter(|(_, power)| seat.has(*power)).map(|(word, _)| *word);
    let policy = call.live()?.aims().access().policy();
    let groups = policy.groups.iter().filter(|g| {
        kinds
            .by_id
            .keys()
            .any(|kind| policy.group(kind).is_some_and(|of| of.id == g.id) && seat.may(Action::Read, kind))
    });
    Ok(actions.chain(powers).map(str::to_owned).chain(groups.map(|g| g.id.clone())).collect())
}

fn revoke(call: &Call<'_>) -> Answered {
    only(call, &REVOKE, &[])?;
    let account = call.visitor.account().ok_or_else(Refused::sign_in)?;
    call.server.entrance.revoke_token(account, call.param("token"))?;
    Answer::json(&lines(call)?)
}
