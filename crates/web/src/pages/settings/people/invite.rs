//! Inviting somebody: their person record, the role that is proposed for them, and the link by which they come in.

use aims_app::{
    Step, Wish,
    access::Power,
    accounts::{Invitation, Seated},
};
use aims_record::Fields;
use askama::Template;
use http::StatusCode;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::json;

use super::super::{frame, must_settle};
use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    form::Pairs,
    frame::Frame,
    pages::act::carry_out,
    reader::{Link, Reader},
};

#[derive(Template)]
#[template(path = "settings-invite.html")]
struct Page<'c> {
    frame: Frame<'c>,
    form: Pairs,
    /// Who is invited, where they are on record already.
    person: Option<Link>,
    employments: Vec<Choice>,
    roles: Vec<Choice>,
    groups: Vec<Choice>,
    problems: Vec<String>,
}

struct Choice {
    id: String,
    label: String,
    chosen: bool,
}

impl Page<'_> {
    fn typed(&self, name: &str) -> &str {
        self.form.get(name).unwrap_or_default()
    }
}

/// What is shown once: the link, for a server without mail or a person who reads none.
#[derive(Template)]
#[template(path = "settings-invited.html")]
pub struct Sent<'c> {
    pub frame: Frame<'c>,
    pub name: String,
    pub link: String,
    /// The person's page among the settings.
    pub to: String,
}

/// Goes on only where they give access and roles.
///
/// # Errors
/// `not_your_role`.
pub fn must_grant<'c>(call: &'c Call<'_>, reader: &Reader<'_>) -> Result<&'c Seated, Refused> {
    must_settle(&reader.seat)?;
    if !reader.seat.has(Power::Grant) {
        let says = "Access is given by top management and the AIMS manager. Ask one of them.";
        return Err(Refused::new(StatusCode::FORBIDDEN, "not_your_role", says));
    }
    call.visitor.seated().ok_or_else(Refused::sign_in)
}

fn page<'c>(call: &'c Call<'c>, form: Pairs, problems: Vec<String>) -> Result<Page<'c>, Refused> {
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    must_grant(call, &reader)?;
    let person = match form.get("person") {
        Some(number) => Some(reader.cited(number).ok_or_else(Refused::absent)?),
        None => None,
    };
    let kinds = sight.register().kinds();
    let employment = kinds.get("person").and_then(|kind| kind.field("employment")).map(|field| &field.shape);
    let options = match employment {
        Some(aims_record::Shape::Choice { options }) => options.clone(),
        _ => Vec::new(),
    };
    let choice = |name: &str, id: &String, label: &String| Choice {
        id: id.clone(),
        label: label.clone(),
        chosen: form.all(name).any(|chosen| chosen == id),
    };
    let policy = call.live()?.aims().access().policy();
    Ok(Page {
        employments: options.iter().map(|(id, label)| choice("employment", id, label)).collect(),
        roles: kinds.roles.iter().filter(|(id, _)| *id != "staff").map(|(id, t)| choice("role", id, t)).collect(),
        groups: policy.groups.iter().map(|group| choice("group", &group.id, &group.title)).collect(),
        frame: frame(call, &reader, "invite-title")?,
        person,
        problems,
        form,
    })
}

pub fn show(call: &Call<'_>) -> Answered {
    call.acts_now()?;
    let mut form = Pairs::default();
    call.query.iter().for_each(|(name, value)| form.push(name, value));
    Answer::page(&page(call, form, Vec::new())?)
}

/// What was typed.
struct Asked {
    invitation: Invitation,
    /// The acts that come first: a person who is not on record yet, and the role that is proposed.
    steps: Vec<Step>,
}

pub fn send(call: &Call<'_>) -> Answered {
    let form = call.form();
    match invite(call, &form) {
        Ok((name, secret, person)) => {
            let sight = call.sight()?;
            let reader = Reader::of(call, &sight)?;
            let to = sight.register().get(&person).map_or(String::new(), |person| super::at(call, person));
            let link = format!("{}/invitation/{secret}", call.server.entrance.address().origin());
            Answer::page(&Sent { frame: frame(call, &reader, "invited-title")?, name, link, to })
        }
        Err(refused) if refused.status.is_client_error() && refused.code != "not_your_role" => {
            let mut problems: Vec<String> = refused.problems.iter().map(|p| p.message.clone()).collect();
            if problems.is_empty() {
                problems.push(refused.says);
            }
            Answer::page_with(refused.status, &page(call, form, problems)?)
        }
        Err(refused) => Err(refused),
    }
}

/// Records what has to be there, and invites: answers the address, the secret of the link, and the person's id.
fn invite(call: &Call<'_>, form: &Pairs) -> Result<(String, String, String), Refused> {
    let Asked { invitation, steps } = {
        let sight = call.sight()?;
        let reader = Reader::of(call, &sight)?;
        must_grant(call, &reader)?;
        asked(call, &reader, form)?
    };
    // Before anything is recorded, so that nobody is put on record for a link that cannot go out.
    let entrance = &call.server.entrance;
    let invitation = entrance.invitable(&invitation)?;
    if !steps.is_empty() {
        carry_out(call, steps, None)?;
    }
    let by = call.visitor.seated().ok_or_else(Refused::sign_in)?;
    let secret = entrance.invite(by, &invitation)?;
    Ok((invitation.name, secret.reveal().to_owned(), invitation.person))
}

fn asked(call: &Call<'_>, reader: &Reader<'_>, form: &Pairs) -> Result<Asked, Refused> {
    let typed = |name: &str| form.get(name).map(str::trim).unwrap_or_default().to_owned();
    let mut steps = Vec::new();
    let is_auditor = form.has("auditor");
    let (person, display) = match form.get("person") {
        Some(number) => {
            let entry = reader.numbered(number).filter(|e| e.kind() == "person").ok_or_else(Refused::absent)?;
            (entry.id(), reader.standing.name_of(entry).to_owned())
        }
        None => {
            let id = call.live()?.aims().new_id();
            let employment = if is_auditor { "external".to_owned() } else { typed("employment") };
            let fields = json!({ "name": typed("display"), "email": typed("name"), "employment": employment });
            steps.push(record(Some(id.clone()), "person", fields));
            (id, typed("display"))
        }
    };
    if let Some(role) = form.get("role") {
        let title = reader.standing.register().kinds().roles.get(role).map_or(role, String::as_str);
        steps.push(record(None, "role-assignment", json!({ "title": title, "role": role, "person": person })));
    }
    let until = form.get("until").map(end_of).transpose()?;
    let scope = is_auditor.then(|| form.all("group").map(str::to_owned).collect());
    let (language, org) = (call.tongue.id.to_owned(), call.live()?.aims().store().about().org.clone());
    let invitation = Invitation { name: typed("name"), display, language, org, person, until, scope };
    Ok(Asked { invitation, steps })
}

fn record(id: Option<String>, kind: &str, fields: serde_json::Value) -> Step {
    let fields: Fields = fields.as_object().cloned().unwrap_or_default();
    Step::of(Wish::Record { id, kind: kind.to_owned(), key: None, fields })
}

/// The end of a day.
fn end_of(text: &str) -> Result<Timestamp, Refused> {
    let next = text.trim().parse::<Date>().and_then(|day| day.tomorrow());
    let moment = next.and_then(|day| TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)));
    moment.map_err(|_| {
        let says = "Write the day on which the access ends as year, month and day, such as 2026-09-30.";
        Refused::new(StatusCode::UNPROCESSABLE_ENTITY, "date_invalid", says)
    })
}
