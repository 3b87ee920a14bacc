//! Accounts for some people of the sample, so that it can be looked at through their eyes.

use std::net::Ipv4Addr;

use aims_app::{
    accounts::{Acceptance, Caller, Founded, Invitation, Seated, Secret},
    live::Live,
};
use aims_register::Entry;
use aims_web::Server;

use crate::{
    fault::Fault,
    render::{DIM, paint},
};

/// The roles through whose eyes it can be looked at, the first of which administers the server.
const ROLES: [(&str, &str); 5] = [
    ("aims-manager", "AIMS manager"),
    ("system-owner", "system owner"),
    ("lead-auditor", "lead auditor"),
    ("top-management", "top management"),
    ("overseer", "member of staff"),
];

/// One of them.
struct Person {
    id: String,
    name: String,
    role: &'static str,
}

/// Makes the accounts, unless there are some, and says how to sign in.
///
/// # Errors
/// Where an account cannot be made.
pub fn let_in(server: &Server) -> Result<String, Fault> {
    let failed = |refused: aims_app::accounts::Refused| Fault::usage("accounts_not_made", refused.to_string());
    if !server.entrance.is_new().map_err(failed)? {
        return Ok("  Sign in with the accounts that were made before.\n".to_owned());
    }
    let Some((_, live)) = server.organizations().into_iter().next() else { return Ok(String::new()) };
    let org = live.aims().store().about().org.clone();
    let people = people(&live)?;
    let password = server.draw();
    let caller = Caller { address: Ipv4Addr::LOCALHOST.into(), agent: "aims demo".into() };
    let mut admin: Option<Seated> = None;
    for person in &people {
        let name = address_of(&person.name);
        let arrival = match &admin {
            None => {
                let password = Secret::new(password.clone());
                let first = Founded { name, display: person.name.clone(), language: "en".into(), password };
                server.entrance.found(&first, &caller).map_err(failed)?
            }
            Some(admin) => {
                let invitation = invitation(person, name, &org);
                let secret = server.entrance.invite(admin, &invitation).map_err(failed)?;
                let how = Acceptance::New { password: Some(&password) };
                server.entrance.accept(&caller, secret.reveal(), how).map_err(failed)?
            }
        };
        if admin.is_none() {
            server.join(&arrival.account.id, &org, &person.id).map_err(|e| Fault::usage("accounts_not_made", e))?;
            admin = Some(server.entrance.seated(arrival.token.reveal()).map_err(failed)?);
        }
        server.entrance.sign_out(arrival.token.reveal()).map_err(failed)?;
    }
    Ok(told(&people, &password))
}

fn told(people: &[Person], password: &str) -> String {
    let line =
        |p: &Person| format!("  {:34} {}\n", address_of(&p.name), paint(DIM, &format!("{}, {}", p.name, p.role)));
    let lines: String = people.iter().map(line).collect();
    format!("{lines}  password of all of them: {password}\n")
}

fn invitation(person: &Person, name: String, org: &str) -> Invitation {
    Invitation {
        name,
        display: person.name.clone(),
        language: "en".into(),
        org: org.to_owned(),
        person: person.id.clone(),
        until: None,
        scope: None,
    }
}

/// The first person who holds each role now; nobody twice.
fn people(live: &Live) -> Result<Vec<Person>, Fault> {
    let sight = live.sight(None)?;
    let mut people: Vec<Person> = Vec::new();
    for (role, title) in ROLES {
        let holds = |person: &Entry<'_>| sight.register().assignments(*person, role).any(|a| a.holds(sight.at()));
        let found = sight
            .register()
            .of_kind("person")
            .filter(|p| p.state() == Some("active") && people.iter().all(|known| known.id != p.id()))
            .find(holds);
        people.extend(found.map(|p| Person { id: p.id(), name: sight.name_of(p).to_owned(), role: title }));
    }
    Ok(people)
}

/// `Mara Silva` signs in as `mara.silva@tessel.example`.
fn address_of(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '.' };
    let words: String = name.chars().map(plain).collect();
    let words: Vec<&str> = words.split('.').filter(|w| !w.is_empty()).collect();
    format!("{}@tessel.example", words.join("."))
}
