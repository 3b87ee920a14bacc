//! A new server: nobody takes it without the set-up address; with it somebody makes the first account, founds an organization and begins.

use std::sync::Arc;

use aims_app::{chance::SystemChance, clock::SetClock};
use aims_store::Clock as _;
use aims_web::{Config, Server};
use axum::body::Body;
use http::{Request, StatusCode};
use jiff::SignedDuration;
use tempfile::TempDir;
use tower::ServiceExt as _;

mod shared;
use shared::{Back, HOST, ORIGIN, PASSWORD, block_on};

/// A server without accounts and organizations.
struct Fresh {
    server: Arc<Server>,
    clock: Arc<SetClock>,
    dir: TempDir,
}

impl Fresh {
    fn new() -> Fresh {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(SetClock::new("2026-06-01T09:00:00Z".parse().unwrap()));
        let server = Arc::new(open(&dir, &clock));
        Fresh { server, clock, dir }
    }

    /// The path of a set-up address.
    fn set_up(&self) -> String {
        let address = self.server.set_up_address().unwrap().unwrap();
        address.strip_prefix(ORIGIN).unwrap().to_owned()
    }

    fn send(&self, method: &str, path: &str, cookie: &str, form: &[(&str, &str)]) -> Back {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request =
            Request::builder().method(method).uri(path).header("sec-fetch-site", "same-origin").header("host", HOST);
        let request = request.header("cookie", cookie).header("content-type", "application/x-www-form-urlencoded");
        let router = Arc::clone(&self.server).router();
        block_on(async move {
            use http_body_util::BodyExt as _;
            let (parts, body) = router.oneshot(request.body(Body::from(body)).unwrap()).await.unwrap().into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            Back { status: parts.status, headers: parts.headers, body }
        })
    }

    fn get(&self, path: &str, cookie: &str) -> Back {
        self.send("GET", path, cookie, &[])
    }

    /// The first account: its cookie, and what its forms carry.
    fn first(&self) -> (String, String) {
        let form =
            [("display", "Ada Moreau"), ("name", "ada@example.org"), ("password", PASSWORD), ("way", "password")];
        let back = self.send("POST", &self.set_up(), "", &form);
        assert_eq!((back.status, to(&back)), (StatusCode::SEE_OTHER, "/"), "{}", back.text());
        let cookie = back.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let token = self.server.entrance.seated(cookie.split_once('=').unwrap().1).unwrap().csrf;
        (cookie, token)
    }
}

fn open(dir: &TempDir, clock: &Arc<SetClock>) -> Server {
    let config = Config {
        data: dir.path().to_owned(),
        organizations: Vec::new(),
        listen: ([127, 0, 0, 1], 0).into(),
        public_url: ORIGIN.into(),
    };
    Server::open_with(config, clock.clone(), Arc::new(SystemChance)).unwrap()
}

fn to(back: &Back) -> &str {
    back.headers.get("location").map_or("", |to| to.to_str().unwrap())
}

#[test]
fn a_new_server_says_how_it_is_set_up_and_leads_nobody_in_a_circle() {
    let new = Fresh::new();
    let back = new.get("/", "");
    assert_eq!(back.status, StatusCode::OK);
    assert!(back.text().contains("set-up address"));
    assert_eq!(to(&new.get("/sign-in", "")), "/");
}

#[test]
fn without_the_secret_nobody_takes_a_server() {
    let new = Fresh::new();
    let form = [("display", "Eve"), ("name", "eve@example.org"), ("password", PASSWORD)];
    let guess = "/first-run/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(new.send("POST", guess, "", &form).status, StatusCode::GONE, "before any address was drawn");
    let first = new.set_up();
    assert_eq!(new.send("POST", guess, "", &form).status, StatusCode::GONE);
    let second = new.set_up();
    assert_eq!(new.get(&first, "").status, StatusCode::GONE, "a later address takes its place");
    new.clock.set(new.clock.now() + SignedDuration::from_mins(61));
    assert_eq!(new.send("POST", &second, "", &form).status, StatusCode::GONE, "it ends within the hour");
    assert!(new.server.entrance.is_new().unwrap());
}

#[test]
fn the_address_works_once() {
    let new = Fresh::new();
    let address = new.set_up();
    let form = |name| [("display", "Ada"), ("name", name), ("password", PASSWORD)];
    assert_eq!(new.send("POST", &address, "", &form("ada@example.org")).status, StatusCode::SEE_OTHER);
    assert_eq!(new.send("POST", &address, "", &form("eve@example.org")).status, StatusCode::GONE);
    assert_eq!(new.get(&address, "").status, StatusCode::GONE);
    assert!(new.server.set_up_address().unwrap().is_none());
}

#[test]
fn what_was_typed_stays_where_something_is_wrong() {
    let new = Fresh::new();
    let back =
        new.send("POST", &new.set_up(), "", &[("display", "Ada"), ("name", "ada@example.org"), ("password", "short")]);
    assert_eq!(back.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(back.text().contains("at least 15 characters") && back.text().contains("ada@example.org"));
}

/// Whoever begins with a passkey and never registers it leaves a server that can be set up again.
#[test]
fn an_account_without_a_way_in_does_not_lock_the_server() {
    let new = Fresh::new();
    let passkey = [("display", "Ada"), ("name", "ada@example.org"), ("way", "passkey")];
    let back = new.send("POST", &new.set_up(), "", &passkey);
    assert_eq!(to(&back), "/account/passkeys/new?first=1");
    let (cookie, _) = new.first();
    assert_eq!(to(&new.get("/", &cookie)), "/organizations/new");
}

#[test]
fn somebody_founds_an_organization_and_sees_what_comes_first() {
    let new = Fresh::new();
    let (cookie, token) = new.first();
    assert_eq!(to(&new.get("/", &cookie)), "/organizations/new");
    assert_eq!(new.get("/organizations/new", &cookie).status, StatusCode::OK);
    let found = |slug: &str| {
        let form = [("form_token", token.as_str()), ("name", "Tessel Group"), ("slug", slug), ("person", "Ada Moreau")];
        new.send("POST", "/organizations/new", &cookie, &form)
    };
    let refused = found("Tessel Group");
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("lower-case letters") && refused.text().contains("Ada Moreau"));
    assert_eq!(found("../outside").status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(to(&found("")), "/o/tessel-group/setting-up", "made from the name");
    assert!(found("tessel-group").text().contains("Choose another name"));
    assert_eq!(to(&new.get("/", &cookie)), "/o/tessel-group/");
    assert!(new.dir.path().join("organizations/tessel-group").is_dir());

    for page in
        ["", "setting-up", "settings", "settings/parameters", "settings/people", "settings/kinds", "settings/server"]
    {
        let back = new.get(&format!("/o/tessel-group/{page}"), &cookie);
        assert_eq!(back.status, StatusCode::OK, "{page}: {}", back.text());
    }
    assert!(new.get("/o/tessel-group/", &cookie).text().contains("Say which AI roles"));
    let form = [("form_token", token.as_str()), ("role", "user"), ("role", "customer")];
    let back = new.send("POST", "/o/tessel-group/setting-up/roles", &cookie, &form);
    assert_eq!(to(&back), "/o/tessel-group/setting-up", "{}", back.text());
    assert!(
        !new.get("/o/tessel-group/", &cookie).text().contains("Say which AI roles"),
        "the records show that it was done"
    );
}

#[test]
fn practice_is_recorded_as_drafts_and_never_set() {
    let new = Fresh::new();
    let (cookie, token) = new.first();
    let form = [("form_token", token.as_str()), ("name", "North"), ("person", "Ada Moreau")];
    new.send("POST", "/organizations/new", &cookie, &form);
    let form = [("form_token", token.as_str()), ("parameter", "risk-interval"), ("parameter", "review-interval")];
    let path = "/o/north/settings/parameters";
    let back = new.send("POST", path, &cookie, &form);
    assert_eq!(to(&back), format!("{path}?proposed=2"), "{}", back.text());
    let live = new.server.organization("north").unwrap();
    let sight = live.sight(None).unwrap();
    let states: Vec<_> = sight.register().of_kind("parameter").map(|p| p.state().unwrap().to_owned()).collect();
    assert_eq!(states, ["draft", "draft"]);
    drop(sight);
    let again = new.send("POST", path, &cookie, &form);
    assert_eq!(again.status, StatusCode::BAD_REQUEST, "a second time there is nothing left to propose");
}

#[test]
fn organizations_of_the_server_are_served_again_after_a_start() {
    let new = Fresh::new();
    let (cookie, token) = new.first();
    for name in ["North", "South"] {
        let form = [("form_token", token.as_str()), ("name", name), ("person", "Ada Moreau")];
        new.send("POST", "/organizations/new", &cookie, &form);
    }
    let back = new.get("/organizations", &cookie);
    assert!(back.text().contains("/o/north/") && back.text().contains("/o/south/"));
    let Fresh { server, clock, dir } = new;
    drop(Arc::into_inner(server).expect("nobody else holds it"));
    let server = open(&dir, &clock);
    assert_eq!(server.organizations().into_iter().map(|(name, _)| name).collect::<Vec<_>>(), ["north", "south"]);
    assert!(server.set_up_address().unwrap().is_none());
}
