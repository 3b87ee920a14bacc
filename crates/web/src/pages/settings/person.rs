//! One person: the roles they hold, held and are proposed for, and how they sign in.

use aims_app::{
    access::{Action, Power},
    accounts::Refused as Shut,
};
use aims_register::{Entry, Pointing, Value};
use aims_store::accounts::Membership;
use askama::Template;

use super::{
    administers, failed, frame,
    people::{
        self, Doors, Waiting,
        invite::{Sent, must_grant},
    },
};
use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::Frame,
    reader::{Link, Reader},
    route::{Asks, Route},
    show::{day, moment},
};

pub const ROUTES: &[Route] = &[
    Route::page("/o/{org}/settings/people/{person}", "settings-person", Asks::Member, show).slow(),
    Route::form("/o/{org}/settings/people/{person}/end", "settings-access-end", Asks::Elevated, end),
    Route::form("/o/{org}/settings/people/{person}/withdraw", "settings-invite-withdraw", Asks::Elevated, withdraw),
    Route::form("/o/{org}/settings/people/{person}/again", "settings-invite-again", Asks::Elevated, again),
    Route::form("/o/{org}/settings/people/{person}/shut", "settings-account-shut", Asks::Elevated, shut),
];

#[derive(Template)]
#[template(path = "settings-person.html")]
struct Page<'c> {
    frame: Frame<'c>,
    person: Link,
    number: String,
    here: String,
    roles: Vec<Assigned>,
    accounts: Vec<Access>,
    open: Vec<Waiting>,
    grants: bool,
    proposes: bool,
    admin: bool,
}

/// A role of theirs, from its record.
struct Assigned {
    link: Link,
    role: String,
    from: String,
    to: String,
    by: String,
    is_proposed: bool,
    is_over: bool,
}

/// An account by which they come in.
struct Access {
    account: String,
    name: String,
    since: String,
    until: String,
    scope: Option<String>,
    is_shut: bool,
    is_mine: bool,
}

fn show(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    super::must_settle(&reader.seat)?;
    let person = named(call, &reader)?;
    let doors = Doors::of(call)?;
    let id = person.id();
    let now = call.query.get("as_of").is_none();
    let name = sight.name_of(person).to_owned();
    let mut frame = frame(call, &reader, "settings-people")?;
    frame.crumbs.push((call.tongue.say("settings-people").into_owned(), call.at("/settings/people")));
    frame.title = if name.is_empty() { person.number().to_owned() } else { name };
    let members = doors.members.get(&id).into_iter().flatten();
    Answer::page(&Page {
        accounts: members.map(|m| access(call, m)).collect::<Result<_, _>>()?,
        open: people::waiting(call, &reader, doors.invited.iter().filter(|i| i.invitation.person == id)),
        roles: assigned(call, &reader, person),
        person: reader.link(person),
        number: person.number().to_owned(),
        here: people::at(call, person),
        grants: now && reader.seat.has(Power::Grant),
        proposes: now && reader.seat.may(Action::Record, "role-assignment"),
        admin: now && administers(call),
        frame,
    })
}

fn named<'r>(call: &Call<'_>, reader: &Reader<'r>) -> Result<Entry<'r>, Refused> {
    reader.numbered(call.param("person")).filter(|entry| entry.kind() == "person").ok_or_else(Refused::absent)
}

fn assigned(call: &Call<'_>, reader: &Reader<'_>, person: Entry<'_>) -> Vec<Assigned> {
    let which = Pointing { kind: Some("role-assignment"), field: Some("person") };
    let titles = &reader.standing.register().kinds().roles;
    let written = |entry: Entry<'_>, field: &str| {
        let date = entry.field(field).and_then(Value::written).and_then(|text| text.parse().ok());
        date.map_or(String::new(), |date| day(call.tongue, date))
    };
    let one = |entry: Entry<'_>| {
        let role = entry.text("role").unwrap_or_default();
        let by = entry.field("assigned_by").and_then(Value::record).filter(|by| reader.reads(*by));
        Assigned {
            link: reader.link(entry),
            role: titles.get(role).map_or(role, String::as_str).to_owned(),
            from: written(entry, "from"),
            to: written(entry, "to"),
            by: by.map_or(String::new(), |by| reader.standing.name_of(by).to_owned()),
            is_proposed: entry.state() == Some("proposed"),
            is_over: entry.ended(),
        }
    };
    let mut all: Vec<Assigned> = person.pointing(which).filter(|entry| reader.reads(*entry)).map(one).collect();
    all.sort_by_key(|role| role.is_over);
    all
}

fn access(call: &Call<'_>, member: &Membership) -> Result<Access, Refused> {
    let account = call.server.entrance.store().account(&member.account).map_err(failed)?.ok_or(Shut::NotFound)?;
    let policy = call.live()?.aims().access().policy();
    let title = |word: &String| {
        policy.groups.iter().find(|group| group.id == *word).map_or(word.clone(), |group| group.title.clone())
    };
    let scope = member.scope.as_ref().map(|scope| scope.iter().map(title).collect::<Vec<_>>().join(", "));
    Ok(Access {
        since: moment(call.tongue, member.since),
        until: member.until.map_or(String::new(), |until| moment(call.tongue, until)),
        scope,
        is_shut: account.disabled.is_some(),
        is_mine: call.visitor.account() == Some(&account.id),
        account: account.id,
        name: account.name,
    })
}

/// What the acts of this page have in common: who acts, in which organization, on which person, and what the form names.
struct Act<'c> {
    by: &'c aims_app::accounts::Seated,
    org: String,
    person: String,
    back: String,
    what: String,
}

fn act<'c>(call: &'c Call<'_>, name: &str) -> Result<Act<'c>, Refused> {
    call.acts_now()?;
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let by = must_grant(call, &reader)?;
    let person = named(call, &reader)?;
    Ok(Act {
        by,
        org: call.live()?.aims().store().about().org.clone(),
        person: person.id(),
        back: people::at(call, person),
        what: call.form().get(name).unwrap_or_default().to_owned(),
    })
}

/// The account that a form names has to be one of this person here.
fn must_be_theirs(call: &Call<'_>, act: &Act<'_>) -> Result<(), Refused> {
    let theirs = call.server.entrance.store().accounts_of(&act.org, &act.person).map_err(failed)?;
    if theirs.contains(&act.what) { Ok(()) } else { Err(Shut::NotFound.into()) }
}

fn end(call: &Call<'_>) -> Answered {
    let act = act(call, "account")?;
    must_be_theirs(call, &act)?;
    call.server.entrance.end_access(act.by, &act.org, &act.what)?;
    Answer::see(act.back)
}

/// Shuts or opens an account on the whole server.
fn shut(call: &Call<'_>) -> Answered {
    let act = act(call, "account")?;
    must_be_theirs(call, &act)?;
    call.server.entrance.shut(act.by, &act.what, !call.form().has("open"))?;
    Answer::see(act.back)
}

/// The invitation that a form names has to be for this person.
fn must_be_for_them(call: &Call<'_>, act: &Act<'_>) -> Result<(), Refused> {
    let open = call.server.entrance.invited(&act.org)?;
    let theirs = open.iter().any(|i| i.id == act.what && i.invitation.person == act.person);
    if theirs { Ok(()) } else { Err(Shut::LinkEnded.into()) }
}

fn withdraw(call: &Call<'_>) -> Answered {
    let act = act(call, "invitation")?;
    must_be_for_them(call, &act)?;
    call.server.entrance.withdraw(act.by, &act.org, &act.what)?;
    Answer::see(act.back)
}

fn again(call: &Call<'_>) -> Answered {
    let act = act(call, "invitation")?;
    must_be_for_them(call, &act)?;
    let secret = call.server.entrance.invite_again(act.by, &act.org, &act.what)?;
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let link = format!("{}/invitation/{}", call.server.entrance.address().origin(), secret.reveal());
    let name = call.server.entrance.invitation(secret.reveal())?.name;
    Answer::page(&Sent { frame: frame(call, &reader, "invited-title")?, name, link, to: act.back })
}
