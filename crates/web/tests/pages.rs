//! Pages as people use them, without a network: acts on a record, registers, and acts on several records.

mod shared;

use aims_app::Wish;
use axum::body::Body;
use http::{Request, StatusCode};
use jiff::SignedDuration;
use serde_json::json;
use shared::{Back, PASSWORD, Person, World};

fn world() -> (World, Person) {
    let world = World::new();
    let admin = world.admin();
    world.person("north", "manager", Some("aims-manager"));
    let manager = world.let_in(&admin, "north", "manager", None);
    (world, manager)
}

fn get(world: &World, who: &Person, path: &str) -> Back {
    let request = Request::get(path).header("cookie", format!("__Host-aims={}", who.cookie));
    world.send(request.body(Body::empty()).unwrap())
}

fn post(world: &World, who: &Person, path: &str, fields: &[(&str, &str)]) -> Back {
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields.iter().chain(&[("form_token", who.csrf.as_str())]))
        .finish();
    let request = Request::post(path)
        .header("cookie", format!("__Host-aims={}", who.cookie))
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded");
    world.send(request.body(Body::from(form)).unwrap())
}

/// What a browser sends with a file; `end` closes it as it should.
fn upload(world: &World, who: &Person, path: &str, fields: &[(&str, &str)], file: (&str, &[u8]), end: bool) -> Back {
    let mut body = Vec::new();
    let token = [("form_token", who.csrf.as_str())];
    for (name, value) in token.iter().chain(fields) {
        let part = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let name = file.0.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
    let head = format!("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file.1);
    if end {
        body.extend_from_slice(b"\r\n--edge--\r\n");
    }
    let request = Request::post(path)
        .header("cookie", format!("__Host-aims={}", who.cookie))
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=edge");
    world.send(request.body(Body::from(body)).unwrap())
}

fn to(back: &Back) -> String {
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.text());
    back.headers.get("location").unwrap().to_str().unwrap().to_owned()
}

fn issue(world: &World, key: &str, title: &str) -> String {
    let fields = json!({ "title": title, "statement": "Storms grow.", "side": "external", "topic": "climate-change" });
    world.record("north", "manager", "context-issue", key, fields).number
}

fn system(world: &World, key: &str, name: &str) -> String {
    let fields = json!({ "name": name, "owner": "manager", "in_scope": true, "origin": "developed" });
    world.record("north", "manager", "ai-system", key, fields).number
}

#[test]
fn a_file_is_attached_with_a_form_and_comes_back_to_keep() {
    let (world, manager) = world();
    let at = format!("/o/north/context-issue/{}", issue(&world, "storms", "Storms"));
    let page = get(&world, &manager, &format!("{at}/attach"));
    assert!(page.text().contains("enctype=\"multipart/form-data\""));
    let sent = upload(&world, &manager, &format!("{at}/attach"), &[("_seen", "1")], ("minutes.txt", b"we met\n"), true);
    assert!(to(&sent).starts_with(&format!("{at}?done=")));
    let page = get(&world, &manager, &at).text();
    let link = page.split("/files/").nth(1).unwrap().get(..64).unwrap().to_owned();
    let file = get(&world, &manager, &format!("{at}/files/{link}"));
    assert_eq!((file.status, file.text().as_str()), (StatusCode::OK, "we met\n"));
    let header = |name: &str| file.headers.get(name).unwrap().to_str().unwrap().to_owned();
    assert_eq!(header("content-disposition"), "attachment; filename*=UTF-8''minutes.txt");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(get(&world, &manager, &format!("{at}/files/{}", "0".repeat(64))).status, StatusCode::NOT_FOUND);
}

/// B-23 to B-27.
#[test]
fn a_file_that_is_no_evidence_is_refused_and_what_was_typed_stays() {
    let (world, manager) = world();
    let at = format!("/o/north/context-issue/{}/attach", issue(&world, "storms", "Storms"));
    let size = world.size("north");
    let typed = [("_seen", "1"), ("_why", "minutes of the meeting")];
    let wrong = [("_seen", "1"), ("sha256", "0000000000000000000000000000000000000000000000000000000000000000")];
    let long = "x".repeat(300);
    let exe: &[u8] = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff";
    type Case<'c> = (&'c [(&'c str, &'c str)], (&'c str, &'c [u8]), u16, &'c str);
    let cases: [Case<'_>; 5] = [
        (&typed, ("empty.txt", b""), 422, "empty"),
        (&typed, ("report.pdf", exe), 415, "report.pdf"),
        (&wrong, ("minutes.txt", b"we met\n"), 422, "0000000000"),
        (&typed, (&long, b"we met\n"), 422, "255"),
        (&typed, ("", b""), 422, "Choose the file"),
    ];
    for (fields, file, status, says) in cases {
        let back = upload(&world, &manager, &at, fields, file, true);
        assert_eq!(back.status.as_u16(), status, "{}: {}", file.0, back.text());
        assert!(back.text().contains(says), "{says}: {}", back.text());
        if fields == typed {
            assert!(back.text().contains("minutes of the meeting"));
        }
    }
    let cut = upload(&world, &manager, &at, &typed, ("minutes.txt", b"we m"), false);
    assert_eq!(cut.status.as_u16(), 400);
    let large = vec![b'a'; (100 << 20) + 1];
    let large = upload(&world, &manager, &at, &typed, ("large.txt", &large), true);
    assert_eq!(large.status.as_u16(), 413);
    assert!(large.text().contains("100 MiB"), "{}", large.text());
    assert_eq!(world.size("north"), size, "nothing was recorded");
}

/// B-26.
#[test]
fn a_name_that_plays_tricks_is_only_text() {
    let (world, manager) = world();
    let at = format!("/o/north/context-issue/{}", issue(&world, "storms", "Storms"));
    for name in ["\"><img onerror>.png.txt", "a\r\nb.txt", "CON", "\u{202e}txt.exe", "../../etc/passwd"] {
        let content = format!("content of {name:?}");
        let back = upload(&world, &manager, &format!("{at}/attach"), &[], (name, content.as_bytes()), true);
        to(&back);
    }
    let page = get(&world, &manager, &at).text();
    assert!(!page.contains("<img onerror"), "{page}");
    for link in page.split("/files/").skip(1) {
        let file = get(&world, &manager, &format!("{at}/files/{}", link.get(..64).unwrap()));
        let kept = file.headers.get("content-disposition").unwrap().to_str().unwrap();
        assert!(kept.starts_with("attachment; filename*=UTF-8''") && !kept.contains(['"', '\r', '<', '/']), "{kept}");
    }
}

#[test]
fn a_form_with_a_file_from_another_page_is_refused() {
    let (world, manager) = world();
    let at = format!("/o/north/context-issue/{}/attach", issue(&world, "storms", "Storms"));
    let stranger = Person { csrf: "no token".into(), ..manager };
    let back = upload(&world, &stranger, &at, &[("_seen", "1")], ("minutes.txt", b"we met\n"), true);
    assert_eq!(back.status, StatusCode::FORBIDDEN);
}

#[test]
fn a_record_is_linked_to_another_found_by_search_and_parted_again() {
    let (world, manager) = world();
    let party = json!({ "name": "Users", "category": "users" });
    let party = world.record("north", "manager", "interested-party", "users", party).number;
    let (triage, other) = (system(&world, "triage", "Claims triage"), system(&world, "other", "Letter sorting"));
    let at = format!("/o/north/interested-party/{party}");
    let found = get(&world, &manager, &format!("{at}/link?field=systems&q=triage")).text();
    assert!(found.contains(&triage) && !found.contains(&other), "{found}");
    to(&post(&world, &manager, &format!("{at}/link"), &[("field", "systems"), ("to", &triage), ("_seen", "1")]));
    assert!(get(&world, &manager, &at).text().contains("Claims triage"));
    let stale = post(&world, &manager, &format!("{at}/link"), &[("field", "systems"), ("to", &other), ("_seen", "1")]);
    assert_eq!(stale.status, StatusCode::CONFLICT);
    to(&post(&world, &manager, &format!("{at}/link"), &[("field", "systems"), ("away", &triage), ("_seen", "2")]));
    assert!(!get(&world, &manager, &at).text().contains("Claims triage"));
}

/// B-19.
#[test]
fn two_systems_whose_names_look_the_same_are_refused() {
    let (world, manager) = world();
    let number = system(&world, "triage", "Claims Triage");
    for name in ["claims triage", "Claims Triage ", "Cl\u{430}ims Triage", "Claims%20Triage"] {
        let fields = [("name", name), ("_idem", "0123456789abcdef0123456789abcdef")];
        let back = post(&world, &manager, "/o/north/ai-system/new", &fields);
        assert_eq!(back.status, StatusCode::CONFLICT, "{name}: {}", back.text());
        assert!(back.text().contains(&number), "it shows the other");
    }
    let fields = [("name", "Claims triage, home"), ("_idem", "0123456789abcdef0123456789abcdef")];
    let first = to(&post(&world, &manager, "/o/north/ai-system/new", &fields));
    assert_eq!(to(&post(&world, &manager, "/o/north/ai-system/new", &fields)), first, "sent twice, recorded once");
}

#[test]
fn a_register_shows_what_its_address_asks_for_and_exports_the_same() {
    let (world, manager) = world();
    issue(&world, "storms", "Storms");
    issue(&world, "trap", "=HYPERLINK(\"https://example.org\")");
    let fields = json!({ "title": "Staff", "statement": "Few.", "side": "internal", "topic": "people" });
    world.record("north", "manager", "context-issue", "staff", fields);
    let at = "/o/north/context-issue";
    let page = get(&world, &manager, &format!("{at}?f.side=external&col=topic&sort=-name")).text();
    assert!(page.contains("Storms") && !page.contains(">Staff<"), "{page}");
    let csv = get(&world, &manager, &format!("{at}/export.csv?f.side=external&col=topic&sort=-name")).text();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 3, "{csv}");
    assert!(lines[1].contains("Storms") && lines[2].contains("\"'=HYPERLINK(\"\"https"), "B-35: {csv}");
    let all = get(&world, &manager, &format!("{at}/export.csv")).text();
    assert_eq!(all.lines().count(), 4);
    let book = get(&world, &manager, &format!("{at}/export.xlsx"));
    assert!(book.body.starts_with(b"PK"));
    // B-08.
    for (query, code) in [
        ("limit=1000000", "1–200"),
        ("limit=-1", "1–200"),
        ("page=0", "begin at 1"),
        ("page=99", "last page"),
        ("sort=nothing", "Sort by"),
        ("f.nothing=1", "filters nothing"),
        ("col=nothing", "Choose columns"),
    ] {
        let back = get(&world, &manager, &format!("{at}?{query}"));
        assert_eq!(back.status, StatusCode::BAD_REQUEST, "{query}");
        assert!(back.text().contains(code), "{query}: {}", back.text());
    }
}

#[test]
fn a_view_is_kept_for_the_one_who_named_it() {
    let (world, manager) = world();
    issue(&world, "storms", "Storms");
    let at = "/o/north/context-issue";
    let keep = [("name", "From outside"), ("query", "?f.side=external&col=topic")];
    assert_eq!(to(&post(&world, &manager, &format!("{at}/views"), &keep)), format!("{at}?f.side=external&col=topic"));
    assert!(get(&world, &manager, at).text().contains("From outside"));
    let odd = [("name", "Odd"), ("query", "f.nothing=1")];
    assert_eq!(post(&world, &manager, &format!("{at}/views"), &odd).status, StatusCode::BAD_REQUEST);
    to(&post(&world, &manager, &format!("{at}/views"), &[("_away", "From outside")]));
    assert!(!get(&world, &manager, at).text().contains("From outside"));
}

#[test]
fn several_records_are_acted_on_after_a_plan_together_or_not_at_all() {
    let (world, manager) = world();
    let (a, b) = (system(&world, "a", "Claims triage"), system(&world, "b", "Letter sorting"));
    let at = "/o/north/ai-system/plan";
    assert_eq!(post(&world, &manager, at, &[("act", "say:accept")]).status, StatusCode::UNPROCESSABLE_ENTITY);
    let chosen = [("act", "say:accept"), ("record", a.as_str()), ("record", b.as_str())];
    let size = world.size("north");
    let plan = post(&world, &manager, at, &chosen).text();
    assert!(plan.contains("2 of 2 can be done"), "{plan}");
    assert_eq!(world.size("north"), size, "a plan records nothing");
    // One has moved on meanwhile: all or nothing.
    world.act("north", "manager", Wish::Move { record: a.clone(), seen: None, verb: "accept".into() });
    let (seen_a, seen_b) = (format!("_seen.{a}"), format!("_seen.{b}"));
    let mut sent = chosen.to_vec();
    sent.extend([("_do", "all"), (seen_a.as_str(), "1"), (seen_b.as_str(), "1")]);
    let size = world.size("north");
    let refused = post(&world, &manager, at, &sent);
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text());
    assert!(refused.text().contains("1 of 2 can be done"));
    assert_eq!(world.size("north"), size);
    let mut sent = chosen.to_vec();
    sent.extend([("_do", "can"), ("_can", b.as_str()), (seen_b.as_str(), "1")]);
    assert!(to(&post(&world, &manager, at, &sent)).contains("n=1"));
    assert_eq!(world.size("north"), size + 1);
    let set = [("act", "set:origin"), ("record", a.as_str()), ("origin", "procured"), ("_valued", "1")];
    let plan = post(&world, &manager, at, &set).text();
    assert!(plan.contains("1 of 1 can be done"), "{plan}");
}

#[test]
fn what_cannot_be_done_is_told_with_why() {
    let (world, manager) = world();
    let policy = json!({ "title": "AI policy", "kind": "ai" });
    let number = world.record("north", "manager", "policy", "policy", policy).number;
    let page = get(&world, &manager, &format!("/o/north/policy/{number}")).text();
    assert!(page.contains("What can be done") && page.contains("aria-label=\"Not now\""), "{page}");
}

#[test]
fn what_was_typed_waits_until_a_fresh_authentication() {
    let (world, manager) = world();
    world.pass(SignedDuration::from_mins(11));
    let typed = [("name", "Token of the pipeline"), ("days", "30")];
    let asked = to(&post(&world, &manager, "/account/tokens/new", &typed));
    assert_eq!(asked, "/confirm?next=%2Fconfirm%2Fsend");
    let confirmed = post(&world, &manager, "/confirm", &[("password", PASSWORD), ("next", "/confirm/send")]);
    assert_eq!(to(&confirmed), "/confirm/send");
    let cookie = confirmed.headers.get("set-cookie").unwrap().to_str().unwrap();
    let cookie = cookie.split(['=', ';']).nth(1).unwrap().to_owned();
    let page = get(&world, &Person { cookie, ..manager }, "/confirm/send").text();
    assert!(page.contains("action=\"/account/tokens/new\"") && page.contains("Token of the pipeline"), "{page}");
}
