//! What must not come through: from one organization to another, from a role that ended to who held it, from a
//! concern to whoever raised it.

mod shared;

use std::{fs, path::Path};

use aims_app::Wish;
use aims_record::Shape;
use aims_web::{
    route::{Asks, Method, Route},
    routes,
};
use axum::body::Body;
use http::Request;
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::{Back, HOST, Person, Who, World};

const FORM: &str = "application/x-www-form-urlencoded";
const NORTH: &str = "/api/v1/o/north";

fn world() -> (World, Person) {
    let world = World::new();
    let admin = world.admin();
    (world, admin)
}

fn party(world: &World, slug: &str, key: &str) -> aims_app::Done {
    world.record(slug, "p0", "interested-party", key, json!({ "name": format!("Party {key}"), "category": "users" }))
}

/// An answer without what differs between any two answers.
fn plain(back: &Back) -> String {
    let id = back.headers["x-request-id"].to_str().unwrap();
    let policy = back.headers.get("content-security-policy").map_or("", |v| v.to_str().unwrap());
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap_or("no nonce");
    let text = format!("{} {}", back.status, back.text()).replace(id, "ID").replace(nonce, "NONCE");
    // A form names its act anew each time it is opened.
    let mut parts = text.split("name=\"_idem\" value=\"");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, rest| all + rest.split_once('"').map_or(rest, |(_, rest)| rest))
}

fn reads(route: &&Route) -> bool {
    route.method == Method::Get && route.asks == Asks::Member && route.path.contains("{org}")
}

/// Everything that can be read of `north`, by its address.
fn snapshot(world: &World, who: &Who<'_>, party: &str) -> Vec<(String, String)> {
    let fill = |part: &str| match part.trim_start_matches("{*").trim_matches(['{', '}']) {
        _ if !part.starts_with('{') => part.to_owned(),
        "org" => "north".to_owned(),
        "kind" => "interested-party".to_owned(),
        "record" => party.to_owned(),
        "framework" => "iso-42001:2023".to_owned(),
        "item" => "8.4".to_owned(),
        "seq" => "0".to_owned(),
        "n" => "1".to_owned(),
        "tile" => "0/000.p/1".to_owned(),
        _ => "unknown".to_owned(),
    };
    let path = |route: &Route| {
        let path = route.path.split('/').map(fill).collect::<Vec<_>>().join("/");
        let query = match route.name {
            "api-search" | "search" | "search-json" => "?q=party",
            "api-differences" => "?from=%230",
            _ => "",
        };
        path + query
    };
    let paths = routes().iter().filter(reads).map(path);
    // A feed of changes does not end by itself.
    let paths = paths.filter(|path| !path.contains("/changes"));
    paths.map(|path| (path.clone(), plain(&world.ask(who, "GET", &path, None)))).collect()
}

/// Where two texts part.
fn difference(a: &str, b: &str) -> String {
    let at = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let part = |text: &str| {
        String::from_utf8_lossy(text.as_bytes().get(at.saturating_sub(80)..).unwrap_or_default())
            .chars()
            .take(300)
            .collect::<String>()
    };
    format!("\n{}\n---\n{}", part(a), part(b))
}

/// whatever is done in one organization, everything that can be read of another stays as it was, byte by byte.
#[test]
fn nothing_done_in_one_organization_shows_in_another() {
    let (world, admin) = world();
    world.server.join(&admin.account, &world.org("south"), &world.person_id("south", "p0")).unwrap();
    let number = party(&world, "north", "first").number;
    let me = Who::Session(&admin);
    // The first visit is told what is new since the one before; from the second on nothing is.
    snapshot(&world, &me, &number);
    let before = snapshot(&world, &me, &number);
    assert!(before.len() > 40 && before.iter().filter(|(_, text)| text.starts_with("200")).count() > 35);
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut draw = move |most: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % most
    };
    let mut there: Vec<String> = Vec::new();
    for n in 0..200 {
        let any = there.get(draw(there.len().max(1) as u64) as usize).cloned();
        match (draw(4), any) {
            (0, Some(record)) => {
                let set = json!({ "name": format!("Party, for the {n}th time") }).as_object().cloned().unwrap();
                world.act("south", "p0", Wish::Amend { record, seen: None, set, unset: Vec::new() });
            }
            (1, Some(record)) if there.len() > 5 => {
                there.retain(|number| *number != record);
                world.act("south", "p0", Wish::Withdraw { record, seen: None });
            }
            (2, _) => there.push(party(&world, "south", &format!("party-{n}")).number),
            _ => {
                let body = json!({ "kind": "interested-party", "fields": { "name": format!("Party {n}"), "category": "users" } });
                let back = world.ask(&me, "POST", "/api/v1/o/south/records", Some(&body));
                there.push(back.json()[0]["number"].as_str().unwrap().to_owned());
            }
        }
    }
    assert!(world.size("south") > 200);
    for ((path, then), (_, now)) in before.iter().zip(snapshot(&world, &me, &number)) {
        assert!(*then == now, "{path}: {}", difference(then, &now));
    }
}

/// a name from another organization is no name here, in whichever field it is said.
#[test]
fn a_foreign_name_is_unknown_in_every_field() {
    let (world, admin) = world();
    let me = Who::Session(&admin);
    let foreign = party(&world, "south", "theirs").id;
    let foreign_person = world.person_id("south", "p0");
    let unknown = "01940c9e-0f4d-7cc3-9d54-2d8cf1a0b002";
    let live = world.server.organization("north").unwrap();
    let size = world.size("north");
    let mut fields = 0;
    for kind in live.aims().kinds().by_id.values() {
        for field in kind.fields.iter().filter(|f| matches!(f.shape, Shape::Person | Shape::Link { .. })) {
            fields += 1;
            let answer = |id: &str| {
                let value = if field.many { json!([id]) } else { json!(id) };
                let body = json!({ "kind": kind.id, "fields": { &field.name: value } });
                let back = world.ask(&me, "POST", &format!("{NORTH}/records"), Some(&body));
                let mut said = back.json();
                said["request_id"] = Value::Null;
                (back.status.as_u16(), said.to_string().replace(id, "ID"))
            };
            let there_is_none = answer(unknown);
            assert!([403, 404, 422].contains(&there_is_none.0), "{} {}: {there_is_none:?}", kind.id, field.name);
            assert_eq!(answer(&foreign), there_is_none, "{} {}", kind.id, field.name);
            assert_eq!(answer(&foreign_person), there_is_none, "{} {}", kind.id, field.name);
        }
    }
    assert!(fields > 150, "{fields}");
    let number = party(&world, "north", "ours").number;
    let at = format!("{NORTH}/records/{number}");
    let link = |to: &str| {
        let back = world.ask(&me, "POST", &format!("{at}/link"), Some(&json!({ "field": "systems", "to": to })));
        (back.status.as_u16(), back.code())
    };
    assert_eq!(link(&foreign), link(unknown));
    assert_eq!(world.size("north"), size + 1, "nothing but our own record was written");
}

fn status(world: &World, who: &Who<'_>, path: &str) -> u16 {
    world.ask(who, "GET", path, None).status.as_u16()
}

/// what ends, ends at the next request, for sessions and tokens alike.
#[test]
fn what_ends_is_over_at_the_next_request() {
    let (world, admin) = world();
    for key in ["role", "off", "left", "word"] {
        world.person("north", key, Some("aims-manager"));
    }
    let register = format!("{NORTH}/records?kind=interested-party");
    party(&world, "north", "one");
    let people = ["role", "off", "left", "word"].map(|key| {
        let person = world.let_in(&admin, "north", key, None);
        let token = world.token(&person, "north", &["read", "record"]);
        (person, token)
    });
    let seen = |(person, token): &(Person, String)| {
        (status(&world, &Who::Session(person), &register), status(&world, &Who::Token(token), &register))
    };
    for person in &people {
        assert_eq!(seen(person), (200, 200));
    }
    let [role, off, left, word] = &people;
    // A role that ended: they are still staff, and read no register any more.
    let live = world.server.organization("north").unwrap();
    let number = live.aims().store().snapshot().unwrap().by_key("asg-role").unwrap().unwrap().number().to_owned();
    world.act("north", "p0", Wish::Move { record: number, seen: None, verb: "end".into() });
    let items = |who: &Who<'_>| {
        let back = world.ask(who, "GET", &register, None);
        if back.status == 200 { back.json()["all"].as_u64().unwrap() } else { 0 }
    };
    assert_eq!((items(&Who::Session(&role.0)), items(&Who::Token(&role.1))), (0, 0));
    let body = json!({ "kind": "interested-party", "fields": { "name": "A", "category": "users" } });
    for who in [Who::Session(&role.0), Who::Token(&role.1)] {
        let back = world.ask(&who, "POST", &format!("{NORTH}/records"), Some(&body));
        assert!([403, 404].contains(&back.status.as_u16()), "{}", back.text());
    }
    // An account that is disabled.
    world.server.entrance.store().set_disabled(&off.0.account, Some(world.now())).unwrap();
    assert_eq!(seen(off), (401, 401));
    // A membership that ended takes the sessions along.
    world.server.entrance.store().leave(&left.0.account, &world.org("north")).unwrap();
    assert_eq!(seen(left), (401, 401));
    // Another password: the sessions from before are over.
    let seated = world.seated(&word.0);
    let fresh = world.server.entrance.set_password(&seated, "another horse, another battery").unwrap();
    assert_eq!(seen(word).0, 401);
    assert!(world.server.entrance.seated(fresh.token.reveal()).is_ok());
    // A session that nobody used for half an hour, and a token whose day has come.
    world.pass(SignedDuration::from_mins(31));
    assert_eq!(status(&world, &Who::Session(&admin), &register), 401);
    world.pass(SignedDuration::from_hours(24));
    assert_eq!(world.ask(&Who::Token(&role.1), "GET", &register, None).code(), "token_expired");
}

/// Whether any file below holds these bytes.
fn held_in(dir: &Path, needle: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(held_in(&path, needle));
        } else if let Ok(bytes) = fs::read(&path)
            && bytes.windows(needle.len()).any(|part| part == needle.as_bytes())
        {
            found.push(path.display().to_string());
        }
    }
    found
}

/// A-11, S-18: a concern is taken from anyone, also from who is signed in, and nothing of who it was is kept anywhere.
#[test]
fn a_concern_leaves_no_trace_of_who_raised_it() {
    let (world, _) = world();
    world.person("north", "carla", None);
    let (address, agent) = ("198.51.100.77", "Reporters-own-browser/7.7");
    let peer: std::net::SocketAddr = format!("{address}:4711").parse().unwrap();
    let size = world.size("north");
    let body = "org=north&title=Bias&statement=The+system+refuses+older+applicants&about=&side=staff";
    let mut request = Request::post("/concern")
        .header("host", HOST)
        .header("content-type", FORM)
        .header("sec-fetch-site", "same-origin")
        .header("user-agent", agent)
        .header("referer", "https://intranet.example/carla")
        .header("x-forwarded-for", "203.0.113.55")
        .body(Body::from(body))
        .unwrap();
    request.extensions_mut().insert(axum::extract::ConnectInfo(peer));
    let back = world.send(request);
    assert_eq!(back.status, 200, "{}", back.text());
    assert!(!back.headers.contains_key("set-cookie"));
    assert!(world.size("north") > size);
    for needle in [address, agent, "Reporters-own", "intranet.example", "203.0.113.55"] {
        assert_eq!(held_in(world.dir(), needle), Vec::<String>::new(), "{needle}");
    }
    assert!(
        !held_in(world.dir(), "older applicants").is_empty(),
        "what was said is kept, so the search finds what is there"
    );
    // When it came in is told to the day.
    let live = world.server.organization("north").unwrap();
    let sight = live.sight(None).unwrap();
    let concern = sight.register().of_kind("concern").next().unwrap();
    assert!(concern.text("received_at").is_none_or(|day| day.len() == 10));
}
