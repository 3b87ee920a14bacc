//! Who works here, which roles they hold, and whether they can sign in; letting somebody in.

pub mod invite;

use std::collections::BTreeMap;

use aims_app::{access::Power, accounts::Invited};
use aims_register::Entry;
use aims_store::accounts::Membership;
use askama::Template;

use super::{failed, frame, must_settle};
use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::Frame,
    reader::{Link, Reader},
    route::{Asks, Route},
    show::moment,
};

pub const ROUTES: &[Route] = &[
    Route::page("/o/{org}/settings/people", "settings-people", Asks::Member, show).slow(),
    Route::page("/o/{org}/settings/people/invite", "settings-invite", Asks::Elevated, invite::show).slow(),
    Route::form("/o/{org}/settings/people/invite", "settings-invite-send", Asks::Elevated, invite::send),
];

/// Rows of a page.
const ROWS: usize = 50;

#[derive(Template)]
#[template(path = "settings-people.html")]
struct Page<'c> {
    frame: Frame<'c>,
    rows: Vec<Row>,
    search: String,
    matching: usize,
    from: usize,
    until: usize,
    before: String,
    after: String,
    invites: bool,
    open: Vec<Waiting>,
}

struct Row {
    link: Link,
    to: String,
    roles: String,
    access: String,
}

/// An invitation that nobody has accepted yet.
pub struct Waiting {
    pub id: String,
    pub name: String,
    pub display: String,
    pub ends: String,
    /// The person's page here.
    pub to: String,
}

/// How people of an organization sign in: accounts and invitations, by the id of the person's record.
pub struct Doors {
    pub members: BTreeMap<String, Vec<Membership>>,
    pub invited: Vec<Invited>,
}

impl Doors {
    /// Reads who has access, and who was invited.
    pub fn of(call: &Call<'_>) -> Result<Doors, Refused> {
        let org = call.live()?.aims().store().about().org.clone();
        let mut members: BTreeMap<String, Vec<Membership>> = BTreeMap::new();
        for member in call.server.entrance.store().members(&org).map_err(failed)? {
            members.entry(member.person.clone()).or_default().push(member);
        }
        Ok(Doors { members, invited: call.server.entrance.invited(&org)? })
    }

    /// In a few words, for a list.
    fn access(&self, call: &Call<'_>, person: &str) -> String {
        let now = call.server.now();
        let of_person = self.members.get(person).into_iter().flatten();
        let held: Vec<&Membership> = of_person.filter(|m| m.holds_at(now)).collect();
        if let Some(until) = held.iter().find_map(|m| m.until) {
            return call.tongue.with("people-until", "moment", moment(call.tongue, until));
        }
        let key = match held.is_empty() {
            false => "people-signs-in",
            true if self.invited.iter().any(|i| i.invitation.person == person) => "people-invited",
            true => "people-no-access",
        };
        call.tongue.say(key).into_owned()
    }
}

/// Roles that a person holds now, in words.
pub fn roles(reader: &Reader<'_>, person: Entry<'_>) -> String {
    let standing = reader.standing;
    let titles = &standing.register().kinds().roles;
    let held = standing.register().held(person, standing.at()).filter(|a| reader.reads(a.record));
    let mut words: Vec<&str> =
        held.filter_map(|a| a.role()).map(|role| titles.get(role).map_or(role, String::as_str)).collect();
    words.sort_unstable();
    words.dedup();
    words.join(", ")
}

/// The invitations of a list, as pages show them.
pub fn waiting<'i>(call: &Call<'_>, reader: &Reader<'_>, open: impl Iterator<Item = &'i Invited>) -> Vec<Waiting> {
    let waiting = |invited: &Invited| Waiting {
        id: invited.id.clone(),
        name: invited.invitation.name.clone(),
        display: invited.invitation.display.clone(),
        ends: moment(call.tongue, invited.ends),
        to: reader.standing.register().get(&invited.invitation.person).map_or(String::new(), |person| at(call, person)),
    };
    open.map(waiting).collect()
}

/// The page of a person among the settings.
pub fn at(call: &Call<'_>, person: Entry<'_>) -> String {
    call.at(&format!("/settings/people/{}", person.number()))
}

fn show(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    must_settle(&reader.seat)?;
    let search = call.query.get("q").map(str::to_lowercase).unwrap_or_default();
    let page = call.query.get("page").and_then(|p| p.parse().ok()).filter(|p| (1..=100_000).contains(p)).unwrap_or(1);
    let wanted = |e: &Entry<'_>| {
        search.is_empty() || sight.name_of(*e).to_lowercase().contains(&search) || e.number().to_lowercase() == search
    };
    let found: Vec<Entry<'_>> = reader.list("person").filter(|e| !e.ended() && !e.erased()).filter(wanted).collect();
    let doors = Doors::of(call)?;
    let from = (page - 1) * ROWS;
    let row = |person: &Entry<'_>| Row {
        to: at(call, *person),
        roles: roles(&reader, *person),
        access: doors.access(call, &person.id()),
        link: reader.link(*person),
    };
    let rows: Vec<Row> = found.iter().skip(from).take(ROWS).map(row).collect();
    let to = |page: usize| format!("{}{}", call.path, call.query.with(&[("page", Some(&page.to_string()))]));
    let until = from + rows.len();
    Answer::page(&Page {
        search,
        matching: found.len(),
        from: if rows.is_empty() { 0 } else { from + 1 },
        until,
        before: if page > 1 { to(page - 1) } else { String::new() },
        after: if until < found.len() { to(page + 1) } else { String::new() },
        invites: reader.seat.has(Power::Grant) && !call.query.has("as_of"),
        open: waiting(call, &reader, doors.invited.iter()),
        rows,
        frame: frame(call, &reader, "settings-people")?,
    })
}
