//! The JSON API: reads, acts, conflicts, repetition, and JSON that is none (B-01 to B-10).

mod shared;

use serde_json::{Value, json};
use shared::{Person, Who, World};

const AT: &str = "/api/v1/o/north";

fn world() -> (World, Person) {
    let world = World::new();
    let admin = world.admin();
    (world, admin)
}

fn party(name: &str) -> Value {
    json!({ "kind": "interested-party", "fields": { "name": name, "category": "users" } })
}

fn begin(world: &World, admin: &Person, name: &str) -> Value {
    let back = world.ask(&Who::Session(admin), "POST", &format!("{AT}/records"), Some(&party(name)));
    assert_eq!(back.status, 201, "{}", back.text());
    assert_eq!(back.headers["etag"], "\"1\"");
    back.json()[0].clone()
}

#[test]
fn a_record_is_begun_read_changed_and_told() {
    let (world, admin) = world();
    let me = Who::Session(&admin);
    let done = begin(&world, &admin, "Applicants");
    let number = done["number"].as_str().unwrap();
    let at = format!("{AT}/records/{number}");
    let read = world.ask(&me, "GET", &at, None);
    assert_eq!((read.status.as_u16(), read.headers["etag"].to_str().unwrap()), (200, "\"1\""));
    assert_eq!(read.json()["record"]["fields"]["name"], "Applicants");
    let before = read.json()["as_of"].as_u64().unwrap();
    let set = json!({ "set": { "name": "People who apply" }, "why": "Clearer." });
    let changed = world.ask_with(&me, "PATCH", &at, &set, &[("if-match", "\"1\"")]);
    assert_eq!(
        (changed.status.as_u16(), changed.headers["etag"].to_str().unwrap()),
        (200, "\"2\""),
        "{}",
        changed.text()
    );
    let read = world.ask(&me, "GET", &at, None);
    assert_eq!(read.json()["record"]["fields"]["name"], "People who apply");
    assert_eq!(read.json()["as_of"], before + 1);
    let then = world.ask(&me, "GET", &format!("{at}?as_of=%23{before}"), None);
    assert_eq!(then.json()["record"]["fields"]["name"], "Applicants");
    assert_eq!(then.json()["as_of"], before);
    let history = world.ask(&me, "GET", &format!("{at}/history?limit=1"), None).json();
    assert_eq!((history["all"].as_u64(), history["items"][0]["act"].as_str()), (Some(2), Some("amended")));
    let next = history["next"].as_str().unwrap();
    let rest = world.ask(&me, "GET", &format!("{at}/history?limit=1&cursor={next}"), None).json();
    assert_eq!((rest["items"][0]["act"].as_str(), &rest["next"]), (Some("recorded"), &Value::Null));
    let versions = world.ask(&me, "GET", &format!("{at}/versions"), None).json();
    assert_eq!(
        (versions["items"][0]["version"].as_u64(), versions["items"][1]["version"].as_u64()),
        (Some(2), Some(1))
    );
}

#[test]
fn what_is_kept_of_an_answer_is_never_older_than_the_record() {
    let (world, admin) = world();
    let me = Who::Session(&admin);
    let system = json!({ "name": "Triage", "owner": "p0", "in_scope": true, "origin": "developed" });
    let system = world.record("north", "p0", "ai-system", "triage", system).number;
    let body = json!({ "kind": "interested-party", "key": "users", "fields": { "name": "Users", "category": "users", "systems": ["triage"] } });
    assert_eq!(world.ask(&me, "POST", &format!("{AT}/records"), Some(&body)).status, 201);
    let read = || world.ask(&me, "GET", &format!("{AT}/records/users"), None).text();
    assert!(read().contains("Triage") && read().contains("Triage"));
    let set = json!({ "set": { "name": "Triage of claims" } });
    let changed = world.ask_with(&me, "PATCH", &format!("{AT}/records/{system}"), &set, &[("if-match", "\"1\"")]);
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert!(read().contains("Triage of claims"), "the name of a linked record is that of now");
}

/// B-09.
#[test]
fn a_stale_version_is_a_conflict_that_shows_the_difference() {
    let (world, admin) = world();
    let me = Who::Session(&admin);
    let done = begin(&world, &admin, "Users");
    let at = format!("{AT}/records/{}", done["number"].as_str().unwrap());
    let set = |name: &str| json!({ "set": { "name": name } });
    let without = world.ask(&me, "PATCH", &at, Some(&set("A")));
    assert_eq!((without.status.as_u16(), without.code().as_str()), (428, "version_needed"));
    assert_eq!(world.ask_with(&me, "PATCH", &at, &set("A"), &[("if-match", "\"1\"")]).status, 200);
    let stale = world.ask_with(&me, "PATCH", &at, &set("B"), &[("if-match", "\"1\"")]);
    assert_eq!((stale.status.as_u16(), stale.code().as_str()), (409, "version_conflict"));
    let conflict = &stale.json()["conflict"];
    assert_eq!((conflict["seen"].as_u64(), conflict["now"].as_u64()), (Some(1), Some(2)));
    assert_eq!(conflict["difference"], json!([{ "field": "name", "wanted": "B", "stands": "A" }]));
    let odd = world.ask_with(&me, "PATCH", &at, &set("B"), &[("if-match", "one")]);
    assert_eq!((odd.status.as_u16(), odd.code().as_str()), (400, "version_malformed"));
}

/// B-10.
#[test]
fn a_request_that_comes_again_is_done_once() {
    let (world, admin) = world();
    let me = Who::Session(&admin);
    let key = [("idempotency-key", "one-request")];
    let post = |name: &str| world.ask_with(&me, "POST", &format!("{AT}/records"), &party(name), &key);
    let first = post("Users");
    let size = world.size("north");
    let again = post("Users");
    assert_eq!((first.status, first.json()), (again.status, again.json()));
    let other = post("Others");
    assert_eq!((other.status.as_u16(), other.code().as_str()), (409, "idempotency_mismatch"));
    assert_eq!(world.size("north"), size);
}

/// B-01 to B-05.
#[test]
fn json_is_read_strictly() {
    let (world, admin) = world();
    let size = world.size("north");
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let cases: [(&[u8], u16, &str); 12] = [
        (br#"{"kind":"a","kind":"b"}"#, 400, "json_duplicate_key"),
        (deep.as_bytes(), 400, "json_too_deep"),
        (br#"{"kind":"a""#, 400, "json_invalid"),
        (b"\xef\xbb\xbf{}", 400, "json_invalid"),
        (b"\xff\xfe{\0}\0", 400, "json_invalid"),
        (br#"{"kind":"\ud800"}"#, 400, "json_invalid"),
        (br#"{"kind":"\u0000"}"#, 400, "json_invalid"),
        (br#"{"kind":"person","fields":{},"created_at":"2020-01-01"}"#, 422, "unknown_field"),
        (br#"{"kind":"person","fields":{"n":9007199254740993}}"#, 422, "number_out_of_range"),
        (br#"{"kind":"person","fields":{"n":1e400}}"#, 422, "number_out_of_range"),
        (br#"{"kind":"person","fields":{"n":NaN}}"#, 422, "number_out_of_range"),
        (br#"[]"#, 422, "object_expected"),
    ];
    for (body, status, code) in cases {
        let mut request =
            shared::request(&Who::Session(&admin), "POST", &format!("{AT}/records"), Some(&json!({})), &[]);
        *request.body_mut() = axum::body::Body::from(body.to_vec());
        let back = world.send(request);
        assert_eq!((back.status.as_u16(), back.code().as_str()), (status, code), "{}", String::from_utf8_lossy(body));
    }
    let unknown = json!({ "kind": "interested-party", "fields": { "name": "A", "category": "users" }, "seq": 4 });
    let back = world.ask(&Who::Session(&admin), "POST", &format!("{AT}/records"), Some(&unknown)).json();
    assert_eq!((&back["errors"][0]["pointer"], &back["errors"][0]["allowed"][0]), (&json!("/seq"), &json!("kind")));
    let field = json!({ "kind": "interested-party", "fields": { "name": "A", "category": "nobody" } });
    let back = world.ask(&Who::Session(&admin), "POST", &format!("{AT}/records"), Some(&field)).json();
    assert_eq!(back["errors"][0]["pointer"], "/fields/category");
    assert_eq!(world.size("north"), size, "nothing was recorded");
}

/// A-04: what only the system says cannot be said by anyone.
#[test]
fn nobody_writes_what_only_acts_write() {
    let (world, admin) = world();
    let me = Who::Session(&admin);
    let done = begin(&world, &admin, "Users");
    let at = format!("{AT}/records/{}", done["number"].as_str().unwrap());
    let size = world.size("north");
    for name in ["org", "seq", "created_at", "approved_by", "role", "version", "state", "id", "number", "reviewed_by"] {
        let top = json!({ "kind": "interested-party", "fields": { "name": "A", "category": "users" }, name: "x" });
        let back = world.ask(&me, "POST", &format!("{AT}/records"), Some(&top));
        assert_eq!((back.status.as_u16(), back.code().as_str()), (422, "unknown_field"), "{name}");
        let set = json!({ "set": { name: "x" } });
        let back = world.ask_with(&me, "PATCH", &at, &set, &[("if-match", "\"1\"")]);
        // A field that only a verb stamps names a person: `x` is none.
        let expected = if name == "reviewed_by" { 404 } else { 422 };
        assert_eq!(back.status, expected, "{name}: {}", back.text());
    }
    assert_eq!(world.size("north"), size);
}

/// B-08.
#[test]
fn lists_keep_their_bounds() {
    let (world, admin) = world();
    let me = Who::Session(&admin);
    for name in ["Cyclists", "Applicants", "Brokers"] {
        begin(&world, &admin, name);
    }
    let at = format!("{AT}/records?kind=interested-party");
    let code = |more: &str| {
        let back = world.ask(&me, "GET", &format!("{at}&{more}"), None);
        (back.status.as_u16(), back.json()["code"].as_str().unwrap_or_default().to_owned())
    };
    for limit in ["limit=1000000", "limit=-1", "limit=0", "limit=ten", "limit="] {
        assert_eq!(code(limit), (400, "limit_out_of_range".into()), "{limit}");
    }
    assert_eq!(code("sort=colour"), (400, "sort_unknown".into()));
    assert_eq!(code("offset=3"), (400, "parameter_unknown".into()));
    assert_eq!(code("cursor=zz"), (400, "cursor_unknown".into()));
    assert_eq!(code("limit=1&limit=2"), (400, "parameter_repeated".into()));
    let mut names = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = world.ask(&me, "GET", &format!("{at}&sort=name&limit=1{cursor}"), None).json();
        assert_eq!(page["all"], 3);
        names.push(page["items"][0]["name"].as_str().unwrap().to_owned());
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(names, ["Applicants", "Brokers", "Cyclists"]);
    let back = world.ask(&me, "GET", &format!("{at}&sort=-name{cursor}"), None);
    assert_eq!(back.code(), "cursor_unknown", "a cursor belongs to one list");
    let found = world.ask(&me, "GET", &format!("{at}&q=BROK&category=users"), None).json();
    assert_eq!((found["all"].as_u64(), &found["items"][0]["name"]), (Some(1), &json!("Brokers")));
}

/// B-07: every odd name answers as an unknown one does.
#[test]
fn odd_names_are_absent() {
    let (world, admin) = world();
    let me = Who::Session(&admin);
    let other =
        world.record("south", "p0", "interested-party", "theirs", json!({ "name": "Theirs", "category": "users" }));
    let answer = |name: &str| {
        let back = world.ask(&me, "GET", &format!("{AT}/records/{name}"), None);
        let mut body = back.json();
        body["request_id"] = Value::Null;
        (back.status.as_u16(), body.to_string())
    };
    let random = answer("01940c9e-0f4d-7cc3-9d54-2d8cf1a0b002");
    assert_eq!(random.0, 404);
    for name in [other.id.as_str(), "theirs", "%2e%2e%2f", "1%20OR%201=1", "7", "PTY-9999", "a%00b"] {
        assert_eq!(answer(name), random, "{name}");
    }
}

#[test]
fn several_acts_go_together_or_not_at_all() {
    let (world, admin) = world();
    let me = Who::Session(&admin);
    let (size, at) = (world.size("north"), format!("{AT}/acts"));
    let system = json!({ "act": "record", "kind": "ai-system", "key": "triage",
        "fields": { "name": "Triage", "owner": "p0", "in_scope": true, "origin": "developed" } });
    let party = |category: &str| {
        json!({ "act": "record", "kind": "interested-party",
        "fields": { "name": "Users", "category": category, "systems": ["triage"] } })
    };
    let back = world.ask(&me, "POST", &at, Some(&json!({ "acts": [system, party("nobody")] })));
    assert_eq!(
        (back.status.as_u16(), back.json()["errors"][0]["pointer"].as_str()),
        (422, Some("/acts/1/fields/category"))
    );
    assert_eq!(world.size("north"), size);
    let back = world.ask(&me, "POST", &at, Some(&json!({ "acts": [system, party("users")] })));
    assert_eq!((back.status.as_u16(), world.size("north")), (200, size + 2), "{}", back.text());
    for body in [json!({ "acts": [] }), json!({ "acts": [{ "act": "fly" }] }), json!({})] {
        assert_eq!(world.ask(&me, "POST", &at, Some(&body)).status, 422, "{body}");
    }
}

#[test]
fn a_file_is_uploaded_attached_and_read_back_by_who_may() {
    let (world, admin) = world();
    let me = Who::Session(&admin);
    let done = begin(&world, &admin, "Users");
    let at = format!("{AT}/records/{}", done["number"].as_str().unwrap());
    let mut request = shared::request(&me, "POST", &format!("{AT}/evidence?name=note.txt"), None, &[]);
    *request.body_mut() = axum::body::Body::from("what was seen");
    let file = world.send(request);
    assert_eq!(file.status, 201, "{}", file.text());
    let sha256 = file.json()["sha256"].as_str().unwrap().to_owned();
    let attached = world.ask(&me, "POST", &format!("{at}/attach"), Some(&json!({ "sha256": sha256 })));
    assert_eq!(attached.status, 200, "{}", attached.text());
    let back = world.ask(&me, "GET", &format!("{at}/files/{sha256}"), None);
    assert_eq!((back.status.as_u16(), back.text().as_str()), (200, "what was seen"));
    assert!(back.headers["content-disposition"].to_str().unwrap().starts_with("attachment;"));
    // A digest alone opens nobody's file: who did not upload it cannot attach it.
    world.person("north", "eve", Some("aims-manager"));
    let eve = world.let_in(&admin, "north", "eve", None);
    let back = world.ask(&Who::Session(&eve), "POST", &format!("{at}/attach"), Some(&json!({ "sha256": sha256 })));
    assert_eq!((back.status.as_u16(), back.code().as_str()), (422, "not_uploaded"));
}

#[test]
fn verdicts_and_the_ledger_are_told() {
    let (world, admin) = world();
    let me = Who::Session(&admin);
    let get = |path: &str| {
        let back = world.ask(&me, "GET", &format!("{AT}/{path}"), None);
        assert_eq!(back.status, 200, "{path}: {}", back.text());
        back
    };
    let verdicts = get("verdicts?framework=iso-42001:2023").json();
    assert!(verdicts.as_array().unwrap().len() > 200);
    let first = verdicts[0]["requirement"].as_str().unwrap().to_owned();
    assert_eq!(get(&format!("verdicts/{first}")).json()["requirement"], first);
    assert_eq!(get(&format!("verdicts/{first}/explain")).json()[0]["requirement"], first);
    assert!(get("check?clause=4").json()["verdicts"].as_array().is_some_and(|v| !v.is_empty()));
    for path in [
        "forecast",
        "readiness",
        "differences?from=%230",
        "frameworks",
        "frameworks/iso-42001:2023",
        "kinds",
        "waiting",
    ] {
        get(path);
    }
    assert_eq!(get("kinds/ai-system").json()["schema"]["title"], "AI system");
    let acts = get("ledger/acts?limit=2").json();
    assert_eq!(acts["items"].as_array().unwrap().len(), 2);
    assert!(get("ledger/checkpoint").json()["checkpoint"].as_str().unwrap().contains("north") || acts["all"].is_u64());
    assert_eq!(get("ledger/receipts/0").json()["seq"], 0);
    let size = world.size("north");
    let tile = world.ask(&me, "GET", &format!("/o/north/ledger/tile/0/000.p/{size}"), None);
    assert_eq!((tile.status.as_u16(), tile.body.len() as u64), (200, size * 32));
    let beyond = world.ask(&me, "GET", &format!("/o/north/ledger/tile/0/000.p/{}", size + 1), None);
    assert_eq!(beyond.status, 404);
    assert_eq!(get("search?q=founder").json()["items"][0]["kind"], "person");
}

#[test]
fn a_token_is_made_used_within_its_bounds_and_revoked() {
    let (world, admin) = world();
    let me = Who::Session(&admin);
    let body = json!({ "name": "reader", "scope": ["read"], "ends": "2026-07-01T00:00:00Z" });
    let made = world.ask(&me, "POST", &format!("{AT}/tokens"), Some(&body));
    assert_eq!(made.status, 201, "{}", made.text());
    let (token, id) =
        (made.json()["token"].as_str().unwrap().to_owned(), made.json()["id"].as_str().unwrap().to_owned());
    let program = Who::Token(&token);
    assert_eq!(world.ask(&program, "GET", &format!("{AT}/records?kind=person"), None).status, 200);
    let denied = world.ask(&program, "POST", &format!("{AT}/records"), Some(&party("Users")));
    assert_eq!((denied.status.as_u16(), denied.code().as_str()), (403, "not_your_role"));
    assert_eq!(world.ask(&program, "GET", "/api/v1/o/south/records", None).status, 404, "it is for one organization");
    assert_eq!(world.ask(&me, "DELETE", &format!("{AT}/tokens/{id}"), Some(&json!({}))).status, 200);
    let gone = world.ask(&program, "GET", &format!("{AT}/records"), None);
    assert_eq!(
        (gone.status.as_u16(), gone.headers["content-type"].to_str().unwrap()),
        (401, "application/problem+json")
    );
}
