//! Who gets what from which route (A-01 to A-03, A-07): every route of the registry, asked by everyone who could stand before it. What is
//! expected stands in two plain tables beside this file, written from what each principal is to see and not from `content/access.yaml`;
//! of a route that stands in neither, its row alone says what is expected.

mod shared;

use std::collections::{BTreeMap, BTreeSet};

use aims_app::{
    Wish,
    accounts::{Caller, SignIn},
};
use aims_web::{
    openapi,
    route::{Asks, Class, Method, Route},
    routes,
};
use axum::body::Body;
use http::Request;
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::{Back, PASSWORD, Person, Who, World};

const PRINCIPALS: &str = include_str!("matrix/principals.csv");
const POWERS: &str = include_str!("matrix/powers.csv");

/// A table with its first column as the key.
fn table(text: &'static str) -> BTreeMap<&'static str, BTreeMap<&'static str, &'static str>> {
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let row = |cells: Vec<&'static str>| {
        assert_eq!(cells.len(), names.len(), "{cells:?}");
        (cells[0], names.iter().copied().zip(cells.iter().copied()).skip(1).collect())
    };
    lines.map(row).collect()
}

/// A route's address with something in every place.
fn at(route: &Route, org: &str, party: &str) -> String {
    let fill = |part: &str| {
        let name = part.trim_start_matches("{*").trim_start_matches('{').trim_end_matches('}');
        match name {
            _ if !part.starts_with('{') => part.to_owned(),
            "org" => org.to_owned(),
            "kind" => "interested-party".to_owned(),
            "record" => party.to_owned(),
            "framework" => "iso-42001:2023".to_owned(),
            "item" => "8.4-a".to_owned(),
            "seq" => "0".to_owned(),
            "n" => "1".to_owned(),
            "sha256" => "0".repeat(64),
            "tile" => "0/000.p/1".to_owned(),
            _ => "unknown".to_owned(),
        }
    };
    route.path.split('/').map(fill).collect::<Vec<_>>().join("/")
}

/// Sends a route's request as a page's form or a program does; acts are empty, or name a version that there is not.
fn ask(world: &World, who: &Who<'_>, route: &Route, path: &str) -> Back {
    let page_form = route.class == Class::Page && route.method == Method::Post;
    if !page_form {
        let body = (route.method != Method::Get).then(|| json!({}));
        let headers = [("if-match", "\"999\"")];
        return world.send(shared::request(who, route.method.word(), path, body.as_ref(), &headers));
    }
    let mut request = Request::builder().method("POST").uri(path).header("sec-fetch-site", "same-origin");
    request = request.header("content-type", "application/x-www-form-urlencoded");
    let body = match who {
        Who::Session(person) => {
            request = request.header("cookie", format!("__Host-aims={}", person.cookie));
            format!("form_token={}", person.csrf)
        }
        _ => String::new(),
    };
    world.send(request.body(Body::from(body)).unwrap())
}

/// An answer without what is another's in every answer.
fn plain(back: &Back, org: &str) -> String {
    let id = back.headers["x-request-id"].to_str().unwrap().to_owned();
    let policy = back.headers.get("content-security-policy").map_or("", |v| v.to_str().unwrap());
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap_or("no nonce");
    let mut headers: Vec<String> = Vec::new();
    for (name, value) in &back.headers {
        headers.push(format!("{name}: {}", value.to_str().unwrap()));
    }
    let all = format!("{} {} {}", back.status, headers.join("\n"), back.text());
    let all = all.replace(&id, "ID").replace(nonce, "NONCE").replace(&format!("/o/{org}"), "/o/ORG");
    all.replace(&format!("%2Fo%2F{org}"), "%2Fo%2FORG")
}

fn is_sign_in(back: &Back, route: &Route) -> bool {
    match route.class {
        Class::Api => back.status == 401,
        _ => back.status == 303 && back.headers["location"].to_str().unwrap().starts_with("/sign-in"),
    }
}

fn names_org(route: &Route) -> bool {
    route.path.contains("{org}")
}

/// A-02, A-03: whoever is no member gets of an organization what they get of one that there is not; its ledger stays as it is.
#[test]
fn outsiders_get_nothing_from_any_route() {
    let world = World::new();
    let admin = world.admin();
    let party = party(&world, "north");
    world.person("south", "them", Some("aims-manager"));
    let them = world.let_in(&admin, "south", "them", None);
    let theirs = world.token(&them, "south", &["read", "record", "amend", "move", "verdicts", "verify", "export"]);
    world.person("north", "gone", None);
    let gone = world.let_in(&admin, "north", "gone", None);
    world.server.entrance.store().leave(&gone.account, &world.org("north")).unwrap();
    world.person("north", "aud", None);
    let auditor = world.let_in(&admin, "north", "aud", Some(vec!["inventory".into()]));
    world.server.entrance.store().leave(&admin.account, &world.org("north")).unwrap();
    // Leaving ended their sessions; their accounts still let them in.
    let (gone, admin) = (again(&world, "gone@north.example.org"), again(&world, "admin@example.org"));
    let size = world.size("north");
    let strangers = [
        ("nobody", Who::Nobody),
        ("member of the other", Who::Session(&them)),
        ("token of the other", Who::Token(&theirs)),
        ("left", Who::Session(&gone)),
        ("instance admin", Who::Session(&admin)),
    ];
    let mut cells = 0;
    // Who signs out is nobody from then on.
    for route in routes().iter().filter(|r| r.name != "sign-out") {
        for (name, who) in &strangers {
            cells += 1;
            stranger(&world, route, name, who, &party);
        }
    }
    // An external auditor's time ends by itself.
    let path = |route: &Route| at(route, "north", &party);
    world.pass(SignedDuration::from_hours(24 * 31));
    let inside = routes().iter().filter(|r| names_org(r));
    for route in inside {
        let back = ask(&world, &Who::Session(&auditor), route, &path(route));
        assert!(is_sign_in(&back, route) || back.status == 404, "{}: {}", route.name, back.status);
    }
    assert_eq!(world.size("north"), size, "nothing was written");
    assert!(cells > 400, "{cells}");
}

/// Signs in anew with a password.
fn again(world: &World, name: &str) -> Person {
    let caller = Caller { address: [192, 0, 2, 2].into(), agent: "test".into() };
    match world.server.entrance.sign_in(&caller, name, PASSWORD).unwrap() {
        SignIn::Arrived(arrival) => Person {
            account: arrival.account.id.clone(),
            cookie: arrival.token.reveal().to_owned(),
            csrf: arrival.csrf.clone(),
            id: String::new(),
        },
        SignIn::CodeNeeded(_) => panic!("{name} has no codes"),
    }
}

fn stranger(world: &World, route: &Route, name: &str, who: &Who<'_>, party: &str) {
    let back = ask(world, who, route, &at(route, "north", party));
    let what = format!("{name} at {} {}: {} {}", route.method.word(), route.path, back.status, back.text());
    assert!(!back.status.is_server_error(), "{what}");
    let is_page_for_program = route.class != Class::Api && matches!(who, Who::Token(_));
    let nobody = matches!(who, Who::Nobody) || is_page_for_program;
    match (route.asks, names_org(route)) {
        (Asks::Anyone, false) => {}
        (Asks::Anyone, true) => panic!("{}: an organization's address asks for members", route.path),
        (_, _) if nobody => {
            // What a program sends to a page is another site's request; what it reads is nobody's.
            assert!(is_sign_in(&back, route) || (is_page_for_program && back.status == 403), "{what}");
        }
        (Asks::Account | Asks::Elevated, false) => assert!(!is_sign_in(&back, route), "{what}"),
        (_, true) => assert_eq!(back.status, 404, "{what}"),
        (Asks::Member, false) => panic!("{}: a member of what?", route.path),
    }
    if names_org(route) {
        let other = ask(world, who, route, &at(route, "nowhere", party));
        assert_eq!(plain(&back, "north"), plain(&other, "nowhere"), "{what}");
    }
}

fn party(world: &World, slug: &str) -> String {
    world.record(slug, "p0", "interested-party", "party", json!({ "name": "Applicants", "category": "users" })).number
}

/// Someone of the table, with what they carry.
enum Principal {
    Session(Person),
    Token(String),
}

impl Principal {
    fn who(&self) -> Who<'_> {
        match self {
            Principal::Session(person) => Who::Session(person),
            Principal::Token(token) => Who::Token(token),
        }
    }
}

fn system(world: &World, key: &str, owner: &str) -> String {
    let fields = json!({ "name": format!("System {key}"), "owner": owner, "in_scope": true, "origin": "developed" });
    world.record("north", "p0", "ai-system", key, fields).id
}

/// Who the name stands for; their own AI system is there.
fn principal(world: &World, admin: &Person, name: &str, all: &BTreeMap<String, Principal>) -> Principal {
    let manager = |all: &BTreeMap<String, Principal>| match &all["aims-manager"] {
        Principal::Session(person) => person.clone(),
        Principal::Token(_) => unreachable!(),
    };
    match name {
        "token-reads" => Principal::Token(world.token(&manager(all), "north", &["read"])),
        "token-acts" => {
            Principal::Token(world.token(&manager(all), "north", &["read", "record", "amend", "move", "withdraw"]))
        }
        "external-auditor" => {
            world.person("north", name, None);
            let own = system(world, &format!("own-{name}"), "p0");
            Principal::Session(world.let_in(admin, "north", name, Some(vec!["inventory".into(), own])))
        }
        _ => {
            world.person("north", name, (name != "staff").then_some(name));
            system(world, &format!("own-{name}"), name);
            Principal::Session(world.let_in(admin, "north", name, None))
        }
    }
}

/// The key of the record that a column stands for, to a principal.
fn object(column: &str, principal: &str) -> (&'static str, String) {
    match column {
        "party" => ("interested-party", "party".into()),
        "policy" => ("policy", "draft".into()),
        "own" if principal.starts_with("token-") => ("ai-system", "own-aims-manager".into()),
        "own" => ("ai-system", format!("own-{principal}")),
        "other" => ("ai-system", "others".into()),
        "concern" => ("concern", "concern".into()),
        "about" => ("concern", format!("about-{principal}")),
        "withdrawn" => ("interested-party", "taken-back".into()),
        other => panic!("{other}"),
    }
}

fn concern(world: &World, key: &str, about: &[&str]) {
    let fields = json!({ "title": "A concern", "statement": "What happened.", "received_at": "2026-05-30",
        "confidentiality": "open" });
    let mut fields = fields;
    if !about.is_empty() {
        fields["about_persons"] = json!(about);
    }
    world.record("north", "case", "concern", key, fields);
}

fn cast(world: &World, admin: &Person) -> BTreeMap<String, Principal> {
    let mut all = BTreeMap::new();
    for name in PRINCIPALS.lines().skip(1).filter_map(|line| line.split(',').next()) {
        let one = principal(world, admin, name, &all);
        all.insert(name.to_owned(), one);
    }
    world.person("north", "case", Some("concern-handler"));
    party(world, "north");
    world.record("north", "p0", "policy", "draft", json!({ "title": "AI policy", "kind": "ai" }));
    system(world, "others", "p0");
    concern(world, "concern", &[]);
    for name in all.keys().filter(|name| !name.starts_with("token-")) {
        concern(world, &format!("about-{name}"), &[name]);
    }
    concern(world, "about-token-reads", &["aims-manager"]);
    concern(world, "about-token-acts", &["aims-manager"]);
    let gone = json!({ "name": "Nobody any more", "category": "users" });
    let gone = world.record("north", "p0", "interested-party", "taken-back", gone).number;
    world.act("north", "p0", Wish::Withdraw { record: gone, seen: None });
    all
}

/// A-02, A-07: the tables hold, for records and for what is told of the organization as a whole.
#[test]
fn each_record_and_power_is_for_whom_the_tables_say() {
    let world = World::new();
    let admin = world.admin();
    let all = cast(&world, &admin);
    let wrong = [records(&world, &all), powers(&world, &all)].concat();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Each principal of the table before each record of the table, through every door to it.
fn records(world: &World, all: &BTreeMap<String, Principal>) -> Vec<String> {
    let size = world.size("north");
    let mut wrong = Vec::new();
    let mut cells = 0;
    for (name, row) in table(PRINCIPALS) {
        let who = all[name].who();
        for column in ["party", "policy", "own", "other", "concern", "about", "withdrawn"] {
            let (kind, key) = object(column, name);
            for (door, status) in doors(world, &who, kind, &key) {
                cells += 1;
                if let Some(expected) = expected(row[column], column, door)
                    && !expected.contains(&status)
                {
                    wrong.push(format!("{name} at {column} by {door}: {status}, not {expected:?}"));
                }
            }
        }
    }
    assert!(cells > 600, "{cells}");
    assert_eq!(world.size("north"), size, "nothing was written");
    wrong
}

/// Every door to one record, and what it answers. A version that there is not shows who may act without acting.
fn doors(world: &World, who: &Who<'_>, kind: &str, key: &str) -> Vec<(&'static str, u16)> {
    let number = world.server.organization("north").unwrap();
    let number = number.aims().store().snapshot().unwrap().by_key(key).unwrap().unwrap().number().to_owned();
    let (api, page) = (format!("/api/v1/o/north/records/{number}"), format!("/o/north/{kind}/{number}"));
    let get = |path: &str| world.ask(who, "GET", path, None).status.as_u16();
    let stale = [("if-match", "\"999\"")];
    let field = if kind == "policy" || kind == "concern" { "title" } else { "name" };
    let amend = world.ask_with(who, "PATCH", &api, &json!({ "set": { field: "Changed" } }), &stale);
    let listed = world.ask(who, "GET", &format!("/api/v1/o/north/records?kind={kind}&limit=200"), None);
    let found = listed.status == 200 && listed.text().contains(&format!("\"{number}\""));
    let mut all = vec![
        ("read", get(&api)),
        ("history", get(&format!("{api}/history"))),
        ("versions", get(&format!("{api}/versions"))),
        ("named-by", get(&format!("{api}/named-by"))),
        ("amend", amend.status.as_u16()),
        ("list", if found { 200 } else { 404 }),
    ];
    if matches!(who, Who::Session(_)) {
        all.extend([
            ("page", get(&page)),
            ("page-history", get(&format!("{page}/history"))),
            ("page-version", get(&format!("{page}/versions/1"))),
            ("page-amend", get(&format!("{page}/amend"))),
        ]);
    }
    all
}

/// What a cell of the table says of a door.
fn expected(cell: &str, column: &str, door: &str) -> Option<&'static [u16]> {
    match (cell, door) {
        ("-", _) => Some(&[404]),
        // What was withdrawn is in no list unless asked for, and is not changed by anyone.
        (_, "list") if column == "withdrawn" => None,
        ("w", "amend") => Some(&[409]),
        ("r", "amend") => Some(&[403]),
        // The form is there for whoever may change what is not material, such as a note on what is their own.
        ("r", "page-amend") => Some(&[200, 403]),
        _ => Some(&[200]),
    }
}

/// What is told of the organization as a whole is told to whom the table gives the power.
fn powers(world: &World, all: &BTreeMap<String, Principal>) -> Vec<String> {
    let powers = table(POWERS);
    let party = "PTY-0001";
    let known: BTreeSet<&str> = routes().iter().map(|r| r.name).collect();
    assert!(powers.keys().all(|name| known.contains(name)), "the table names a route that there is not");
    let mut wrong = Vec::new();
    for (name, row) in table(PRINCIPALS) {
        let who = all[name].who();
        for route in routes().iter().filter(|r| names_org(r) && r.asks == Asks::Member) {
            if route.class != Class::Api && matches!(who, Who::Token(_)) {
                continue;
            }
            let status = ask(world, &who, route, &at(route, "north", party)).status.as_u16();
            let held = powers.get(route.name).map(|of| row[of["power"]] == "y");
            let right = match held {
                Some(true) => ![401, 403, 404].contains(&status) || route.method != Method::Get && status == 400,
                Some(false) => [403, 404].contains(&status),
                None => status != 401,
            };
            if !right || status >= 500 {
                wrong.push(format!("{name} at {} ({held:?}): {status}", route.name));
            }
        }
    }
    wrong
}

/// A-01: the registry, the router, the OpenAPI document and `docs/formats/routes.csv` hold the same rows. `UPDATE=1` writes the file anew.
#[test]
fn registry_router_document_and_file_are_one() {
    let mut lines: Vec<String> = routes()
        .iter()
        .map(|r| format!("{},{},{},{:?},{:?}\n", r.method.word(), r.path, r.name, r.asks, r.class).to_lowercase())
        .collect();
    lines.sort_by(|a, b| a.split(',').nth(1).cmp(&b.split(',').nth(1)).then(a.cmp(b)));
    let text = format!("method,path,name,asks,class\n{}", lines.concat());
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/formats/routes.csv");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(file, &text).unwrap();
    }
    let kept = std::fs::read_to_string(file).unwrap_or_default();
    assert_eq!(kept, text, "docs/formats/routes.csv: run this test with UPDATE=1 and read the difference");
    let document = openapi();
    let told: BTreeSet<String> = document["paths"].as_object().unwrap().values().flat_map(operations).collect();
    let rows: BTreeSet<String> =
        routes().iter().filter(|r| r.class == Class::Api && r.doc.is_some()).map(|r| r.name.to_owned()).collect();
    assert_eq!(told, rows);
    let api = routes().iter().filter(|r| r.class == Class::Api);
    assert!(api.clone().all(|r| r.doc.is_some()), "a row of the API says nothing of itself");
    let world = World::new();
    for route in routes() {
        let wrong = if route.method == Method::Put { "PATCH" } else { "PUT" };
        let back = world.ask(&Who::Nobody, wrong, &at(route, "north", "PTY-0001"), None);
        assert_eq!(back.status, 405, "{} is not mounted", route.path);
        let allowed = back.headers["allow"].to_str().unwrap().to_owned();
        assert!(allowed.split(',').any(|m| m == route.method.word()), "{}: {allowed}", route.path);
    }
}

fn operations(path: &Value) -> Vec<String> {
    path.as_object().unwrap().values().filter_map(|o| o["operationId"].as_str().map(str::to_owned)).collect()
}
