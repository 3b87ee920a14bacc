//! B-42 and B-43: who is invited, and which roles are given and taken, with code and sentence.

use aims_app::{Failure, Step, Wish};
use http::{Request, StatusCode};
use serde_json::json;

mod shared;
use shared::{Back, Person, World};

const INVITE: &str = "/o/north/settings/people/invite";

fn send(world: &World, who: &Person, path: &str, form: &[(&str, &str)]) -> Back {
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("form_token", &who.csrf)
        .extend_pairs(form)
        .finish();
    let request = Request::post(path).header("sec-fetch-site", "same-origin");
    let request = request.header("cookie", format!("__Host-aims={}", who.cookie));
    world.send(request.header("content-type", "application/x-www-form-urlencoded").body(body.into()).unwrap())
}

fn get(world: &World, who: &Person, path: &str) -> Back {
    world.send(Request::get(path).header("cookie", format!("__Host-aims={}", who.cookie)).body("".into()).unwrap())
}

fn persons(world: &World) -> usize {
    let live = world.server.organization("north").unwrap();
    let sight = live.sight(None).unwrap();
    sight.register().how_many("person")
}

#[test]
fn somebody_new_is_recorded_proposed_for_a_role_and_invited() {
    let world = World::new();
    let admin = world.admin();
    let form = [("display", "Bo Lind"), ("name", "bo@example.org"), ("employment", "employee"), ("role", "risk-owner")];
    let back = send(&world, &admin, INVITE, &form);
    assert_eq!(back.status, StatusCode::OK, "{}", back.text());
    let link = back.text();
    let link = link.split("https://aims.example.org").nth(1).unwrap().split(['<', '"']).next().unwrap();
    assert!(get(&world, &admin, "/o/north/settings/people").text().contains("Bo Lind"));
    let accepted = world.server.entrance.invitation(link.rsplit('/').next().unwrap()).unwrap();
    assert_eq!(accepted.name, "bo@example.org");
    let live = world.server.organization("north").unwrap();
    let sight = live.sight(None).unwrap();
    let roles: Vec<_> = sight.register().of_kind("role-assignment").map(|a| (a.text("role"), a.state())).collect();
    assert!(roles.contains(&(Some("risk-owner"), Some("proposed"))), "{roles:?}");
}

/// B-42.
#[test]
fn who_cannot_be_invited_is_not_recorded_either() {
    let world = World::new();
    let admin = world.admin();
    let before = persons(&world);
    let cases = [
        ("Admin", "admin@example.org", StatusCode::CONFLICT, "is a member of the organization already"),
        ("Bo", "bö@example.org", StatusCode::UNPROCESSABLE_ENTITY, "ASCII letters"),
        ("Bo", "bo@example.org\r\nBcc: eve@example.org", StatusCode::UNPROCESSABLE_ENTITY, "ASCII letters"),
        ("Bo\r\nBcc: eve@example.org", "bo@example.org", StatusCode::UNPROCESSABLE_ENTITY, "on one line"),
    ];
    for (display, name, status, says) in cases {
        let form = [("display", display), ("name", name), ("employment", "employee")];
        let back = send(&world, &admin, INVITE, &form);
        assert_eq!(back.status, status, "{name:?}");
        assert!(back.text().contains(says), "{name:?}: {}", back.text());
    }
    assert_eq!(persons(&world), before);
    assert!(world.server.entrance.invited(&world.org("north")).unwrap().is_empty());
}

/// B-43: an external auditor without an end, or beyond 90 days.
#[test]
fn an_external_auditor_has_an_end() {
    let world = World::new();
    let admin = world.admin();
    let invite = |until: &str| {
        let form = [
            ("display", "Cy Auditor"),
            ("name", "cy@cert.example"),
            ("auditor", "1"),
            ("until", until),
            ("group", "inventory"),
        ];
        send(&world, &admin, INVITE, &form)
    };
    for until in ["", "2026-05-01", "2026-12-01"] {
        let back = invite(until);
        assert_eq!(back.status, StatusCode::UNPROCESSABLE_ENTITY, "{until}");
        assert!(back.text().contains("at most 90 days ahead"), "{until}: {}", back.text());
    }
    assert_eq!(invite("2026-07-31").status, StatusCode::OK);
    let open = world.server.entrance.invited(&world.org("north")).unwrap();
    assert_eq!(open[0].invitation.scope.as_deref(), Some(["inventory".to_owned()].as_slice()));
}

/// What an act is refused with, in the codes of the API.
fn refused(world: &World, who: &str, wish: Wish) -> (String, String) {
    let live = world.server.organization("north").unwrap();
    let actor = live.aims().actor(Some(who)).unwrap();
    let step = Step { at: String::new(), wish, why: Some("a reason".into()) };
    let failure: Failure = live.act(&actor, vec![step], None).expect_err("has to be refused");
    (failure.code().to_owned(), failure.to_string())
}

/// B-43: a role for oneself, and the last AIMS manager.
#[test]
fn nobody_gives_themselves_a_role_and_somebody_always_manages() {
    let world = World::new();
    let fields = json!({
        "title": "Own", "role": "risk-owner", "person": "p0", "from": "2026-06-01", "responsibility": "r", "authority": "a",
    });
    let own = world.record("north", "p0", "role-assignment", "own", fields).number;
    let (code, says) = refused(&world, "p0", Wish::Move { record: own, seen: None, verb: "assign".into() });
    assert_eq!(code, "sod_self_grant");
    assert!(!says.is_empty());
    let last = {
        let live = world.server.organization("north").unwrap();
        let sight = live.sight(None).unwrap();
        let last = sight.register().of_kind("role-assignment").find(|a| a.text("role") == Some("aims-manager"));
        last.unwrap().number().to_owned()
    };
    let (code, says) = refused(&world, "p0", Wish::Move { record: last, seen: None, verb: "end".into() });
    assert_eq!(code, "last_manager");
    assert!(!says.is_empty());
}

#[test]
fn access_is_ended_by_another_and_never_by_oneself() {
    let world = World::new();
    let admin = world.admin();
    world.person("north", "bo", Some("risk-owner"));
    let bo = world.let_in(&admin, "north", "bo", None);
    let number = |person: &Person| {
        let live = world.server.organization("north").unwrap();
        let sight = live.sight(None).unwrap();
        sight.register().get(&person.id).unwrap().number().to_owned()
    };
    let own = format!("/o/north/settings/people/{}/end", number(&admin));
    assert_eq!(send(&world, &admin, &own, &[("account", &admin.account)]).status, StatusCode::CONFLICT);
    let theirs = format!("/o/north/settings/people/{}/end", number(&bo));
    assert_eq!(send(&world, &bo, &theirs, &[("account", &bo.account)]).status, StatusCode::FORBIDDEN, "not their role");
    assert_eq!(
        send(&world, &admin, &theirs, &[("account", &admin.account)]).status,
        StatusCode::NOT_FOUND,
        "another's account"
    );
    assert_eq!(get(&world, &bo, "/o/north/").status, StatusCode::OK);
    assert_eq!(send(&world, &admin, &theirs, &[("account", &bo.account)]).status, StatusCode::SEE_OTHER);
    assert_eq!(get(&world, &bo, "/o/north/").status, StatusCode::SEE_OTHER, "signed out at once");
}

#[test]
fn an_invitation_is_sent_again_and_withdrawn() {
    let world = World::new();
    let admin = world.admin();
    let form = [("display", "Bo Lind"), ("name", "bo@example.org"), ("employment", "employee")];
    send(&world, &admin, INVITE, &form);
    let open = || world.server.entrance.invited(&world.org("north")).unwrap();
    let first = open()[0].clone();
    let live = world.server.organization("north").unwrap();
    let number = live.sight(None).unwrap().register().get(&first.invitation.person).unwrap().number().to_owned();
    let path = |verb: &str| format!("/o/north/settings/people/{number}/{verb}");
    let back = send(&world, &admin, &path("again"), &[("invitation", &first.id)]);
    assert_eq!(back.status, StatusCode::OK, "{}", back.text());
    let second = open();
    assert_eq!(second.len(), 1);
    assert_ne!(second[0].id, first.id, "the earlier link works no more");
    assert_eq!(send(&world, &admin, &path("withdraw"), &[("invitation", &first.id)]).status, StatusCode::GONE);
    assert_eq!(send(&world, &admin, &path("withdraw"), &[("invitation", &second[0].id)]).status, StatusCode::SEE_OTHER);
    assert!(open().is_empty());
}

#[test]
fn settings_are_for_those_who_settle() {
    let world = World::new();
    let admin = world.admin();
    world.person("north", "bo", Some("developer"));
    let bo = world.let_in(&admin, "north", "bo", None);
    for page in ["settings", "settings/parameters", "settings/people", "settings/kinds", "settings/server"] {
        assert_eq!(get(&world, &bo, &format!("/o/north/{page}")).status, StatusCode::FORBIDDEN, "{page}");
    }
    assert_eq!(get(&world, &bo, "/o/north/setting-up").status, StatusCode::NOT_FOUND);
    assert!(!get(&world, &bo, "/o/north/").text().contains("/o/north/settings"));
    assert_eq!(get(&world, &bo, "/organizations/new").status, StatusCode::FORBIDDEN);
}
