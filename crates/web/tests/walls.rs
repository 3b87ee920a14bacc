//! What stands between the server and whoever sends to it (S-01 to S-05, S-12, S-20, B-44, B-46, B-56): cookies, forms of other sites,
//! headers, names of servers, methods, sizes, how often.

mod shared;

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::mpsc,
    thread,
    time::Duration,
};

use aims_web::{
    route::{Class, Route},
    routes, serve,
};
use axum::body::Body;
use http::{HeaderMap, Request};
use serde_json::json;
use shared::{Back, HOST, ORIGIN, PASSWORD, Person, Who, World};

const FORM: &str = "application/x-www-form-urlencoded";

fn world() -> (World, Person) {
    let world = World::new();
    let admin = world.admin();
    (world, admin)
}

/// A form as a page of ours sends it.
fn form(world: &World, path: &str, cookie: Option<&str>, body: &str) -> Back {
    let mut request = Request::builder().method("POST").uri(path).header("content-type", FORM);
    request = request.header("sec-fetch-site", "same-origin");
    if let Some(cookie) = cookie {
        request = request.header("cookie", format!("__Host-aims={cookie}"));
    }
    world.send(request.body(Body::from(body.to_owned())).unwrap())
}

fn sign_in(world: &World, cookie: Option<&str>, name: &str, password: &str) -> Back {
    form(world, "/sign-in", cookie, &format!("name={name}&password={}", password.replace(' ', "+")))
}

fn set_cookie(back: &Back) -> String {
    back.headers["set-cookie"].to_str().unwrap().to_owned()
}

fn token_in(set: &str) -> String {
    set.split(';').next().unwrap().strip_prefix("__Host-aims=").unwrap().to_owned()
}

fn is_in(world: &World, cookie: &str) -> bool {
    let request = Request::get("/api/v1/me").header("cookie", format!("__Host-aims={cookie}"));
    world.send(request.body(Body::empty()).unwrap()).status == 200
}

/// S-01.
#[test]
fn the_cookie_is_bound_to_this_server_and_out_of_reach_of_scripts() {
    let (world, _) = world();
    let set = set_cookie(&sign_in(&world, None, "admin@example.org", PASSWORD));
    let mut parts: Vec<&str> = set.split("; ").skip(1).collect();
    parts.sort_unstable();
    assert_eq!(parts, ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"], "no domain, no age: {set}");
    assert!(token_in(&set).len() >= 43, "256 bits: {set}");
}

/// S-02, B-46.
#[test]
fn a_cookie_that_somebody_planted_lets_nobody_in_and_each_step_brings_another() {
    let (world, _) = world();
    let planted = "A".repeat(43);
    let first = token_in(&set_cookie(&sign_in(&world, Some(&planted), "admin@example.org", PASSWORD)));
    assert_ne!(first, planted);
    assert!(!is_in(&world, &planted) && is_in(&world, &first));
    let again = token_in(&set_cookie(&sign_in(&world, None, "admin@example.org", PASSWORD)));
    assert_ne!(again, first);
    let seated = world.server.entrance.seated(&again).unwrap();
    let body = format!("form_token={}&password={}", seated.csrf, PASSWORD.replace(' ', "+"));
    let back = form(&world, "/confirm", Some(&again), &body);
    assert_eq!(back.status, 303, "{}", back.text());
    let confirmed = token_in(&set_cookie(&back));
    assert!(!is_in(&world, &again) && is_in(&world, &confirmed), "the cookie from before is of no use");
    let csrf = world.server.entrance.seated(&confirmed).unwrap().csrf;
    let out = form(&world, "/sign-out", Some(&confirmed), &format!("form_token={csrf}"));
    assert!(set_cookie(&out).contains("Max-Age=0"));
    assert!(out.headers["clear-site-data"].to_str().unwrap().contains("\"storage\""));
    assert!(!is_in(&world, &confirmed));
}

/// S-03: an act is done for one combination alone of where it comes from, which token it carries, and how it is written.
#[test]
fn only_a_page_of_ours_acts_for_whoever_is_signed_in() {
    let (world, admin) = world();
    let body = json!({ "kind": "interested-party", "fields": { "name": "Users", "category": "users" } }).to_string();
    let from: [(Option<&str>, Option<&str>, bool); 9] = [
        (Some("same-origin"), None, true),
        (Some("same-origin"), Some(ORIGIN), true),
        (None, Some(ORIGIN), true),
        (Some("same-site"), None, false),
        (Some("cross-site"), Some(ORIGIN), false),
        (Some("none"), None, false),
        (None, Some("https://evil.example"), false),
        (None, Some("null"), false),
        (None, None, false),
    ];
    let tokens = [(Some(admin.csrf.as_str()), true), (Some("0000"), false), (Some(""), false), (None, false)];
    let kinds = [(Some("application/json"), true), (Some(FORM), false), (Some("text/plain"), false), (None, false)];
    for (site, origin, right_place) in from {
        for (token, right_token) in tokens {
            for (kind, right_kind) in kinds {
                let size = world.size("north");
                let headers =
                    [("sec-fetch-site", site), ("origin", origin), ("x-aims-csrf", token), ("content-type", kind)];
                let cookie = format!("__Host-aims={}", admin.cookie);
                let mut request = Request::post("/api/v1/o/north/records").header("cookie", cookie);
                for (name, value) in headers {
                    request = value.into_iter().fold(request, |request, value| request.header(name, value));
                }
                let back = world.send(request.body(Body::from(body.clone())).unwrap());
                let what = format!("{site:?} {origin:?} {token:?} {kind:?}: {}", back.text());
                let expected = match (right_place && right_token, right_kind) {
                    (true, true) => 201,
                    (true, false) => 415,
                    (false, _) => 403,
                };
                assert_eq!(back.status, expected, "{what}");
                assert_eq!(world.size("north") > size, expected == 201, "{what}");
            }
        }
    }
}

/// S-03: every form of a page asks for its token, and none is answered from another site.
#[test]
fn every_form_asks_for_its_token() {
    let (world, admin) = world();
    let size = world.size("north");
    let forms: Vec<&Route> = routes().iter().filter(|r| r.class == Class::Page && r.method.word() == "POST").collect();
    assert!(forms.len() > 10);
    for route in forms {
        let path: Vec<&str> =
            route.path.split('/').map(|p| if p == "{org}" { "north" } else { p.trim_matches(['{', '}']) }).collect();
        let path = path.join("/");
        let without = form(&world, &path, Some(&admin.cookie), "a=b");
        assert_eq!(without.status, 403, "{path}: {}", without.text());
        let mut request = Request::post(&path).header("content-type", FORM).header("sec-fetch-site", "cross-site");
        request = request.header("cookie", format!("__Host-aims={}", admin.cookie));
        let body = format!("form_token={}", admin.csrf);
        let foreign = world.send(request.body(Body::from(body)).unwrap());
        assert_eq!(foreign.status, 403, "{path}: {}", foreign.text());
        let mut request = Request::post(&path).header("content-type", FORM);
        request = request.header("sec-fetch-site", "cross-site");
        let nobody = world.send(request.body(Body::from("name=a&password=b")).unwrap());
        assert_eq!(nobody.status, 403, "{path}: {}", nobody.text());
    }
    assert_eq!(world.size("north"), size);
}

fn said<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    let all: Vec<&str> = headers.get_all(name).iter().map(|v| v.to_str().unwrap()).collect();
    assert!(all.len() < 2, "{name} stands twice: {all:?}");
    all.first().copied().unwrap_or_default()
}

fn has_all_headers(back: &Back, class: Class, what: &str) {
    let said = |name: &str| said(&back.headers, name);
    assert_eq!(said("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(said("referrer-policy"), "no-referrer", "{what}");
    assert_eq!(said("cross-origin-opener-policy"), "same-origin", "{what}");
    assert_eq!(said("cross-origin-resource-policy"), "same-origin", "{what}");
    assert_eq!(said("strict-transport-security"), "max-age=63072000; includeSubDomains", "{what}");
    assert!(!said("x-request-id").is_empty(), "{what}");
    let policy = said("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{what}: {policy}");
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{what}: {policy}");
    for name in ["server", "x-powered-by", "access-control-allow-origin"] {
        assert!(!back.headers.contains_key(name), "{what} says {name}");
    }
    match class {
        Class::Static => assert!(back.status != 200 || said("cache-control").contains("immutable"), "{what}"),
        Class::Page => {
            for part in
                ["script-src 'nonce-", "form-action 'self'", "base-uri 'none'", "require-trusted-types-for 'script'"]
            {
                assert!(policy.contains(part), "{what}: {policy}");
            }
            assert_eq!(said("cache-control"), "no-store", "{what}");
            assert!(said("permissions-policy").contains("camera=()"), "{what}");
        }
        Class::Api => assert_eq!(said("cache-control"), "no-store", "{what}"),
    }
}

/// S-04: headers on every route, whatever it answers, and where there is no route.
#[test]
fn every_answer_carries_every_header() {
    let (world, admin) = world();
    for who in [Who::Nobody, Who::Session(&admin)] {
        for route in routes() {
            let path: Vec<&str> = route
                .path
                .split('/')
                .map(|p| if p == "{org}" { "north" } else { p.trim_matches(['{', '}', '*']) })
                .collect();
            let body = (route.method.word() != "GET").then(|| json!({}));
            let back = world.ask(&who, route.method.word(), &path.join("/"), body.as_ref());
            has_all_headers(&back, route.class, &format!("{} {}: {}", route.method.word(), route.path, back.status));
        }
    }
    for (method, path, class, status) in [
        ("GET", "/nothing/at/all/of/this/name/here", Class::Page, 404),
        ("GET", "/api/v1/nothing", Class::Api, 404),
        ("PUT", "/sign-in", Class::Page, 405),
        ("DELETE", "/api/v1/me", Class::Api, 405),
        ("GET", "/static/none.css", Class::Static, 404),
    ] {
        let back = world.ask(&Who::Session(&admin), method, path, None);
        assert_eq!(back.status, status, "{path}");
        has_all_headers(&back, class, path);
        if class == Class::Api {
            assert_eq!(back.headers["content-type"], "application/problem+json");
            assert_eq!(back.json()["request_id"], back.headers["x-request-id"].to_str().unwrap());
        }
    }
    let nonce = |back: &Back| said(&back.headers, "content-security-policy").to_owned();
    let get = || world.ask(&Who::Nobody, "GET", "/sign-in", None);
    assert_ne!(nonce(&get()), nonce(&get()), "each answer has its own nonce");
}

/// S-12, B-56: a request for another server's name is not ours, whatever else it says.
#[test]
fn another_servers_name_is_turned_away() {
    let (world, admin) = world();
    let ask = |hosts: &[&str], uri: &str| {
        let request = hosts.iter().fold(Request::get(uri), |r, host| r.header("host", *host));
        let request = request.header("cookie", format!("__Host-aims={}", admin.cookie));
        world.send(request.body(Body::empty()).unwrap())
    };
    for hosts in [&[HOST][..], &["aims.example.org:443"], &["AIMS.example.org"]] {
        assert_eq!(ask(hosts, "/api/v1/me").status, 200, "{hosts:?}");
    }
    for hosts in [
        &["evil.example"][..],
        &["aims.example.org.evil.example"],
        &["aims.example.org:8443"],
        &["127.0.0.1"],
        &[""],
        &[HOST, "evil.example"],
        &["evil.example", HOST],
        &["aims.example.org@evil.example"],
    ] {
        for path in ["/api/v1/me", "/sign-in", "/static/none.css"] {
            let back = ask(hosts, path);
            assert_eq!(back.status, 421, "{hosts:?} {path}");
            assert!(back.text().contains("https://aims.example.org"), "{}", back.text());
        }
    }
    assert_eq!(ask(&[HOST], "https://evil.example/api/v1/me").status, 421);
    // What a proxy would say is not believed where none is trusted: links stay ours.
    let request = Request::get("/sign-in")
        .header("host", HOST)
        .header("x-forwarded-host", "evil.example")
        .header("x-forwarded-proto", "http")
        .header("forwarded", "host=evil.example");
    let back = world.send(request.body(Body::empty()).unwrap());
    assert!(back.status == 200 && !back.text().contains("evil.example"));
}

/// B-56.
#[test]
fn other_methods_are_named_what_is_taken() {
    let (world, admin) = world();
    for method in ["TRACE", "OPTIONS", "PUT", "PROPFIND", "CONNECT"] {
        let back = world.ask(&Who::Session(&admin), method, "/api/v1/o/north/records", None);
        assert_eq!((back.status.as_u16(), back.headers["allow"].to_str().unwrap()), (405, "GET,HEAD,POST"), "{method}");
    }
    let head = world.ask(&Who::Session(&admin), "HEAD", "/o/north/", None);
    assert!(head.status == 200 && head.body.is_empty());
}

/// Sizes of TRUST 6.5.
#[test]
fn what_is_too_long_is_not_taken() {
    let (world, admin) = world();
    let size = world.size("north");
    let long =
        json!({ "kind": "interested-party", "fields": { "name": "A".repeat(1024 * 1024), "category": "users" } });
    let back = world.ask(&Who::Session(&admin), "POST", "/api/v1/o/north/records", Some(&long));
    assert_eq!((back.status.as_u16(), back.code().as_str()), (413, "body_too_large"));
    let body = format!("form_token={}&name={}", admin.csrf, "A".repeat(1024 * 1024));
    let back = form(&world, "/o/north/interested-party/new", Some(&admin.cookie), &body);
    assert_eq!(back.status, 413);
    assert_eq!(world.size("north"), size);
}

/// B-36.
#[test]
fn searches_keep_their_bounds() {
    let (world, admin) = world();
    let me = Who::Session(&admin);
    let long = "a".repeat(10_000);
    for (q, status) in [
        ("'", 200),
        ("%22", 200),
        ("*", 200),
        ("NEAR/99", 200),
        ("(a%2B)%2B%24", 200),
        ("%F0%9F%98%80", 200),
        ("%25_%27+OR+1=1--", 200),
        ("a%00b", 400),
        (long.as_str(), 400),
    ] {
        for path in ["/api/v1/o/north/search?q=", "/o/north/search?q=", "/o/north/search.json?q="] {
            let back = world.ask(&me, "GET", &format!("{path}{q}"), None);
            assert_eq!(back.status, status, "{path}{q:.20}: {}", back.text());
        }
    }
    let back = world.ask(&me, "GET", &format!("/api/v1/o/north/search?q={long}"), None);
    assert_eq!(back.code(), "query_invalid");
}

/// S-20: too often is 429 with when to come again, for an address and for an account; what a proxy would say changes nothing.
#[test]
fn too_often_is_told_when_to_come_again() {
    let (world, admin) = world();
    let answers: Vec<Back> =
        (0..12).map(|n| sign_in(&world, None, &format!("nobody{n}@example.org"), "wrong")).collect();
    assert_eq!(answers[0].status, 401);
    let last = answers.last().unwrap();
    assert_eq!(last.status, 429, "{}", last.text());
    assert!(said(&last.headers, "retry-after").parse::<u64>().unwrap() >= 1);
    let spoofed = Request::post("/sign-in").header("content-type", FORM).header("sec-fetch-site", "same-origin");
    let spoofed = spoofed.header("x-forwarded-for", "203.0.113.9").header("forwarded", "for=203.0.113.9");
    let back = world.send(spoofed.body(Body::from("name=a@example.org&password=b")).unwrap());
    assert_eq!(back.status, 429);
    let searches: Vec<Back> =
        (0..61).map(|_| world.ask(&Who::Session(&admin), "GET", "/o/north/search?q=a", None)).collect();
    assert_eq!((searches[59].status.as_u16(), searches[60].status.as_u16()), (200, 429));
    assert!(searches[60].headers.contains_key("retry-after"));
    let none = "aims_pat_none";
    let tokens: Vec<Back> = (0..21).map(|_| world.ask(&Who::Token(none), "GET", "/api/v1/me", None)).collect();
    assert_eq!((tokens[0].status.as_u16(), tokens[20].status.as_u16()), (401, 429));
    assert!(tokens[20].headers.contains_key("retry-after"));
}

/// B-44.
#[test]
fn a_token_in_an_address_is_refused() {
    let (world, admin) = world();
    let token = world.token(&admin, "north", &["read"]);
    for path in ["/api/v1/o/north/records", "/sign-in", "/o/north/search"] {
        let back = world.ask(&Who::Nobody, "GET", &format!("{path}?access_token={token}"), None);
        assert_eq!(back.status, 400, "{path}");
        assert!(back.text().contains("token_in_url") && !back.text().contains(&token), "{path}: {}", back.text());
    }
    let cut = world.ask(&Who::Token(&token[..token.len() - 1]), "GET", "/api/v1/me", None);
    assert_eq!((cut.status.as_u16(), cut.code().as_str()), (401, "token_unknown"));
}

/// A server that listens, and ends with the test's process.
fn listening() -> SocketAddr {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let (world, _) = world();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let served = serve(std::sync::Arc::clone(&world.server), move |address| tell.send(address).unwrap());
        runtime.block_on(served).unwrap();
    });
    told.recv().unwrap()
}

/// Sends bytes as they are, and reads until the server closes or is silent.
fn raw(to: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    // A server that has heard enough may close before all is sent.
    let _ = stream.write_all(bytes);
    let mut all = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(count) = stream.read(&mut piece) {
        if count == 0 {
            break;
        }
        all.extend_from_slice(&piece[..count]);
    }
    String::from_utf8_lossy(&all).into_owned()
}

fn statuses(answers: &str) -> Vec<&str> {
    let lines = answers.lines().filter(|line| line.starts_with("HTTP/1."));
    lines.map(|line| line.split(' ').nth(1).unwrap()).collect()
}

/// B-56, over a real connection.
#[test]
fn odd_requests_on_the_wire_are_turned_away() {
    let to = listening();
    let get = |more: &str| {
        raw(to, format!("GET /sign-in HTTP/1.1\r\nhost: {HOST}\r\n{more}connection: close\r\n\r\n").as_bytes())
    };
    assert_eq!(statuses(&get("")), ["200"]);
    assert_eq!(statuses(&get(&format!("x-long: {}\r\n", "a".repeat(1 << 20)))), ["431"]);
    let many: String = (0..200).map(|n| format!("x-{n}: a\r\n")).collect();
    assert_eq!(statuses(&get(&many)), ["431"]);
    let line = format!("GET /{} HTTP/1.1\r\nhost: {HOST}\r\n\r\n", "a".repeat(1 << 20));
    assert!(["414", "431"].contains(&statuses(&raw(to, line.as_bytes()))[0]));
    assert_eq!(statuses(&raw(to, b"GET /sign-in HTTP/1.0\r\n\r\n")), ["421"], "no name of a server at all");
    assert_eq!(
        statuses(&raw(to, format!("TRACE / HTTP/1.1\r\nhost: {HOST}\r\nconnection: close\r\n\r\n").as_bytes())),
        ["405"]
    );
    assert_eq!(statuses(&get("bad header line\r\n")), ["400"]);
    // A second request hidden in the body of the first is never answered.
    for (length, coding) in [
        ("content-length: 6\r\n", "transfer-encoding: chunked\r\n"),
        ("transfer-encoding: chunked\r\n", "content-length: 6\r\n"),
        ("content-length: 6\r\ncontent-length: 60\r\n", ""),
        ("transfer-encoding: identity, chunk\r\n", ""),
    ] {
        let hidden = format!("GET /api/v1/openapi.json HTTP/1.1\r\nhost: {HOST}\r\n\r\n");
        let request = format!(
            "POST /sign-in HTTP/1.1\r\nhost: {HOST}\r\nsec-fetch-site: same-origin\r\n{length}{coding}\r\n0\r\n\r\n{hidden}"
        );
        let answers = raw(to, request.as_bytes());
        assert!(!answers.contains("\"openapi\""), "{answers:.2000}");
        assert_eq!(statuses(&answers).len(), 1, "{answers:.2000}");
    }
    // A body that lies about its length is nobody's request.
    let short = format!(
        "POST /sign-in HTTP/1.1\r\nhost: {HOST}\r\nsec-fetch-site: same-origin\r\ncontent-length: 100\r\n\r\nname=a"
    );
    let mut stream = TcpStream::connect(to).unwrap();
    stream.write_all(short.as_bytes()).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let _ = stream.read_to_string(&mut answer);
    assert!(answer.is_empty() || statuses(&answer) == ["400"], "{answer}");
    assert_eq!(statuses(&get("")), ["200"], "and it still serves");
}
