//! Tokens for programs: part of what one may do oneself, for one organization, until a day.

use aims_app::{access::Seat, accounts::NewToken};
use aims_framework::access::{ACTIONS, POWERS};
use aims_store::accounts::Token;
use askama::Template;
use http::StatusCode;
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{failed, seated};
use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::Frame,
    route::{Asks, Route},
    seat,
    show::moment,
};

pub const ROUTES: &[Route] = &[
    Route::page("/account/tokens", "tokens", Asks::Account, show),
    Route::page("/account/tokens/new", "token-new", Asks::Elevated, show_new),
    Route::form("/account/tokens/new", "token-make", Asks::Elevated, make),
    Route::form("/account/tokens/revoke", "token-revoke", Asks::Account, revoke),
];

#[derive(Template)]
#[template(path = "account-tokens.html")]
struct Page<'c> {
    frame: Frame<'c>,
    tokens: Vec<Line>,
    /// A token that has just been made, shown once.
    shown: Option<String>,
}

struct Line {
    id: String,
    name: String,
    organization: String,
    may: String,
    ends: String,
    used: Option<String>,
    open: bool,
}

fn page<'c>(call: &'c Call<'c>) -> Result<Page<'c>, Refused> {
    let tokens = call.server.entrance.store().tokens(&seated(call)?.account.id).map_err(failed)?;
    let now = call.server.now();
    let line = |t: Token| Line {
        organization: name_of(call, &t.org),
        may: said(call, &t.scope),
        ends: moment(call.tongue, t.ends),
        used: t.used.map(|at| moment(call.tongue, at)),
        open: t.revoked.is_none() && now < t.ends,
        id: t.id,
        name: t.name,
    };
    let frame = Frame::bare(call, call.tongue.say("account-tokens"));
    Ok(Page { frame, tokens: tokens.into_iter().map(line).collect(), shown: None })
}

fn name_of(call: &Call<'_>, org: &str) -> String {
    let all = call.server.organizations();
    let found = all.iter().find(|(_, live)| live.aims().store().about().org == org);
    found.map(|(_, live)| live.aims().store().about().name.clone()).unwrap_or_default()
}

/// What a token may do, in words; groups stand as the policy calls them.
fn said(call: &Call<'_>, scope: &[String]) -> String {
    let known = |word: &str| ACTIONS.iter().any(|(w, _)| *w == word) || POWERS.iter().any(|(w, _)| *w == word);
    let word = |word: &String| match known(word) {
        true => call.tongue.say(&format!("grant-{word}")).into_owned(),
        false => word.replace('-', " "),
    };
    scope.iter().map(word).collect::<Vec<_>>().join(", ")
}

fn show(call: &Call<'_>) -> Answered {
    Answer::page(&page(call)?)
}

#[derive(Template)]
#[template(path = "account-token.html")]
struct New<'c> {
    frame: Frame<'c>,
    organizations: Vec<Choice>,
    /// Actions and powers.
    words: Vec<Choice>,
    groups: Vec<Choice>,
    name: String,
    ends: String,
    problem: Option<String>,
}

struct Choice {
    id: String,
    label: String,
    chosen: bool,
}

/// What they may do in the organization now, as words of the policy.
struct May {
    org: String,
    words: Vec<&'static str>,
    groups: Vec<(String, String)>,
}

fn may(call: &Call<'_>, slug: &str) -> Result<Option<May>, Refused> {
    let Some(member) = seat::member(call.server, &call.visitor, slug)? else { return Ok(None) };
    let sight = member.live.sight(None)?;
    let access = member.live.aims().access();
    let seat: Seat = access.seat(sight.register(), &member.principal, sight.at());
    let kinds = &member.live.aims().kinds().by_id;
    let actions = ACTIONS.iter().filter(|(_, action)| kinds.keys().any(|kind| seat.may(*action, kind)));
    let powers = POWERS.iter().filter(|(_, power)| seat.has(*power));
    let policy = access.policy();
    let read = |place: usize| {
        let of = |kind: &&String| policy.group_of.get(*kind) == Some(&place);
        kinds.keys().filter(of).any(|kind| seat.may(aims_app::access::Action::Read, kind))
    };
    let groups = policy.groups.iter().enumerate().filter(|(place, _)| read(*place));
    Ok(Some(May {
        org: member.live.aims().store().about().org.clone(),
        words: actions.map(|(word, _)| *word).chain(powers.map(|(word, _)| *word)).collect(),
        groups: groups.map(|(_, group)| (group.id.clone(), group.title.clone())).collect(),
    }))
}

/// The page, with what was chosen so far; the organization is the one asked for, or the first.
fn new<'c>(call: &'c Call<'c>, problem: Option<String>) -> Result<New<'c>, Refused> {
    let form = call.form();
    let mut organizations = Vec::new();
    for (slug, live) in call.server.organizations() {
        if seat::member(call.server, &call.visitor, &slug)?.is_some() {
            let label = live.aims().store().about().name.clone();
            organizations.push(Choice { id: slug, label, chosen: false });
        }
    }
    let asked = form.get("org").or_else(|| call.query.get("org")).unwrap_or_default().to_owned();
    let place = organizations.iter().position(|o| o.id == asked).unwrap_or_default();
    if let Some(one) = organizations.get_mut(place) {
        one.chosen = true;
    }
    let slug = organizations.get(place).map(|o| o.id.clone()).unwrap_or_default();
    let may = may(call, &slug)?;
    let chosen = |word: &str| form.all("may").any(|w| w == word);
    let words = may.iter().flat_map(|m| &m.words).map(|word| Choice {
        id: (*word).to_owned(),
        label: call.tongue.say(&format!("grant-{word}")).into_owned(),
        chosen: chosen(word) || (form.get("name").is_none() && *word == "read"),
    });
    let groups = may.iter().flat_map(|m| &m.groups);
    let groups = groups.map(|(id, title)| Choice { id: id.clone(), label: title.clone(), chosen: chosen(id) });
    let in_90_days = TimeZone::UTC.to_datetime(call.server.now() + jiff::SignedDuration::from_hours(90 * 24)).date();
    Ok(New {
        frame: Frame::bare(call, call.tongue.say("tokens-new")),
        words: words.collect(),
        groups: groups.collect(),
        name: form.get("name").unwrap_or_default().to_owned(),
        ends: form.get("ends").map_or_else(|| in_90_days.to_string(), str::to_owned),
        organizations,
        problem,
    })
}

fn show_new(call: &Call<'_>) -> Answered {
    Answer::page(&new(call, None)?)
}

fn make(call: &Call<'_>) -> Answered {
    let form = call.form();
    let may = may(call, form.get("org").unwrap_or_default())?.ok_or_else(Refused::absent)?;
    let scope: Vec<String> = form.all("may").map(str::to_owned).collect();
    let allowed: Vec<String> =
        may.words.iter().map(|w| (*w).to_owned()).chain(may.groups.into_iter().map(|(id, _)| id)).collect();
    let wanted = NewToken {
        name: form.get("name").unwrap_or_default().to_owned(),
        org: may.org,
        scope,
        ends: end_of(form.get("ends").unwrap_or_default()),
    };
    match call.server.entrance.make_token(seated(call)?, &wanted, &allowed).map_err(Refused::from) {
        Ok((secret, _)) => Answer::page(&Page { shown: Some(secret.reveal().to_owned()), ..page(call)? }),
        Err(refused) if refused.status == StatusCode::UNPROCESSABLE_ENTITY => {
            Answer::page_with(refused.status, &new(call, Some(refused.says))?)
        }
        Err(refused) => Err(refused),
    }
}

/// The end of a day; what is no day has ended already, and is refused as such.
fn end_of(text: &str) -> Timestamp {
    let date: Option<Date> = text.parse().ok();
    let next = date.and_then(|d| d.tomorrow().ok()).and_then(|d| TimeZone::UTC.to_timestamp(d.at(0, 0, 0, 0)).ok());
    next.unwrap_or(Timestamp::UNIX_EPOCH)
}

fn revoke(call: &Call<'_>) -> Answered {
    let form = call.form();
    call.server.entrance.revoke_token(&seated(call)?.account.id, form.get("token").unwrap_or_default())?;
    Answer::see("/account/tokens")
}
