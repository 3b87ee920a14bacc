//! What life cycles refuse, on the pages where people meet it (TRUST B-11 to B-14, B-20 to B-22): the status, the sentence, and that nothing is
//! recorded.

mod shared;

use aims_app::Wish;
use axum::body::Body;
use http::{Request, StatusCode};
use jiff::SignedDuration;
use serde_json::json;
use shared::{Back, Person, World};

struct Stage {
    world: World,
    /// Top management.
    top: Person,
    manager: Person,
}

fn stage() -> Stage {
    let world = World::new();
    let top = world.admin();
    world.person("north", "manager", Some("aims-manager"));
    world.person("north", "lead", Some("incident-lead"));
    let manager = world.let_in(&top, "north", "manager", None);
    Stage { world, top, manager }
}

impl Stage {
    fn get(&self, who: &Person, path: &str) -> Back {
        let request = Request::get(path).header("cookie", format!("__Host-aims={}", who.cookie));
        self.world.send(request.body(Body::empty()).unwrap())
    }

    /// Opens the page of a verb and sends its form, with these answers otherwise.
    fn say(&self, who: &Person, path: &str, other: &[(&str, &str)]) -> Back {
        let page = self.get(who, path).text();
        let hidden = |name: &str| {
            let from = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_default();
            from.split('"').next().unwrap_or_default().to_owned()
        };
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("form_token", &who.csrf);
        for name in ["_seen", "_digest", "_idem"].iter().filter(|name| other.iter().all(|(o, _)| o != *name)) {
            form.append_pair(name, &hidden(name));
        }
        form.extend_pairs(other);
        let request = Request::post(path)
            .header("cookie", format!("__Host-aims={}", who.cookie))
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded");
        self.world.send(request.body(Body::from(form.finish())).unwrap())
    }

    fn policy(&self, by: &str) -> String {
        let fields = json!({ "title": "AI policy", "kind": "ai", "owner": by, "review_due": "2027-01-01" });
        self.world.record("north", by, "policy", "policy", fields).number
    }

    fn system(&self) -> String {
        let fields = json!({
            "name": "Claims triage", "owner": "manager", "in_scope": true, "origin": "developed",
            "intended_purpose": "Sorts claims.", "domain": "Insurance", "tier": "low",
        });
        let number = self.world.record("north", "manager", "ai-system", "triage", fields).number;
        self.go(&number, "accept");
        number
    }

    fn go(&self, record: &str, verb: &str) {
        self.world.act("north", "manager", Wish::Move { record: record.into(), seen: None, verb: verb.into() });
    }

    fn refuses(&self, back: &Back, size: u64, status: u16, says: &str) {
        assert_eq!(back.status.as_u16(), status, "{}", back.text());
        assert!(back.text().contains(says), "{says}: {}", back.text());
        assert_eq!(self.world.size("north"), size, "nothing was recorded");
    }
}

/// B-11.
#[test]
fn nobody_approves_what_they_wrote() {
    let stage = stage();
    let at = format!("/o/north/policy/{}", stage.policy("p0"));
    let page = stage.get(&stage.top, &at).text();
    assert!(page.contains("Another approver must sign it."), "it stands where one would look for it");
    let size = stage.world.size("north");
    let digest = "0".repeat(64);
    let sent = [("_seen", "1"), ("_digest", digest.as_str())];
    let back = stage.say(&stage.top, &format!("{at}/approve"), &sent);
    stage.refuses(&back, size, 403, "You wrote version 1");
    assert!(back.text().contains("Another approver must sign it."));
}

/// B-12.
#[test]
fn content_that_changed_meanwhile_is_not_approved() {
    let stage = stage();
    let number = stage.policy("manager");
    let at = format!("/o/north/policy/{number}/approve");
    let size = stage.world.size("north");
    let digest = "0".repeat(64);
    let back = stage.say(&stage.top, &at, &[("_digest", &digest), ("_why", "as agreed")]);
    stage.refuses(&back, size, 409, "changed since you read it");
    assert!(back.text().contains("as agreed"), "nothing that was typed is lost");
    // The version too is that of the page: what happened since is told.
    let set = json!({ "text": "We act with care." }).as_object().cloned().unwrap();
    stage.world.act("north", "manager", Wish::Amend { record: number, seen: None, set, unset: Vec::new() });
    let size = stage.world.size("north");
    let back = stage.say(&stage.top, &at, &[("_seen", "1")]);
    stage.refuses(&back, size, 409, "you saw version 1");
    assert!(back.text().contains("Done since you opened this page"), "{}", back.text());
}

/// B-13.
#[test]
fn a_signature_asks_for_a_fresh_authentication_and_keeps_what_was_typed() {
    let stage = stage();
    let at = format!("/o/north/policy/{}/approve", stage.policy("manager"));
    stage.world.pass(SignedDuration::from_mins(11));
    let size = stage.world.size("north");
    let back = stage.say(&stage.top, &at, &[("_why", "as agreed")]);
    stage.refuses(&back, size, 401, "name=\"_password\"");
    assert!(back.text().contains("as agreed"));
    let signed = stage.say(&stage.top, &at, &[("_password", shared::PASSWORD)]);
    assert_eq!(signed.status, StatusCode::SEE_OTHER, "{}", signed.text());
    assert!(stage.world.size("north") > size);
}

/// B-14.
#[test]
fn days_that_cannot_be_are_refused_at_their_field() {
    let stage = stage();
    let system = stage.system();
    let size = stage.world.size("north");
    for day in ["2030-01-01T00:00", "2026-02-31T00:00", "0000-01-01T00:00", "yesterday"] {
        let fields = [
            ("title", "Wrong letters"),
            ("system", &system),
            ("detected_at", day),
            ("description", "Letters went out."),
            ("severity", "low"),
        ];
        let back = stage.say(&stage.manager, "/o/north/incident/new", &fields);
        stage.refuses(&back, size, 422, "#f-detected_at");
        assert!(back.text().contains("Letters went out."), "nothing that was typed is lost");
    }
}

/// B-20.
#[test]
fn a_system_with_an_open_incident_is_not_retired() {
    let stage = stage();
    let system = stage.system();
    let incident = json!({
        "title": "Wrong letters", "system": ["triage"], "detected_at": "2026-05-31T08:00:00Z",
        "description": "Letters went out.", "severity": "low",
    });
    let incident = stage.world.record("north", "lead", "incident", "letters", incident).number;
    let at = format!("/o/north/ai-system/{system}/retire");
    assert!(stage.get(&stage.manager, &at).text().contains(&incident), "the page names what is in the way");
    let size = stage.world.size("north");
    let back = stage.say(&stage.manager, &at, &[("_seen", "2"), ("_digest", "0")]);
    assert!(matches!(back.status.as_u16(), 403 | 409), "{}", back.text());
    let live = stage.world.server.organization("north").unwrap();
    let wish = Wish::Move { record: system, seen: None, verb: "retire".into() };
    let failure = live.act(&live.aims().actor(Some("manager")).unwrap(), vec![aims_app::Step::of(wish)], None);
    let failure = failure.unwrap_err();
    assert_eq!(failure.code(), "open_dependencies");
    assert!(failure.to_string().contains(&incident), "{failure}");
    assert_eq!(stage.world.size("north"), size);
}

/// B-21.
#[test]
fn no_step_of_a_life_is_skipped() {
    let stage = stage();
    let system = stage.system();
    let at = format!("/o/north/ai-system/{system}/deploy");
    let live = stage.world.server.organization("north").unwrap();
    let deploy = || {
        let wish = Wish::Move { record: system.clone(), seen: None, verb: "deploy".into() };
        live.act(&live.aims().actor(Some("manager")).unwrap(), vec![aims_app::Step::of(wish)], None).unwrap_err()
    };
    let failure = deploy();
    assert_eq!(failure.code(), "verb_not_here", "the steps that can be taken are named");
    assert!(failure.to_string().contains("begin-verification"), "{failure}");
    stage.go(&system, "begin-verification");
    let set = json!({
        "deployment_context": "Germany.", "jurisdictions": ["DE"], "autonomy_level": "level-1", "oversight_mode": "in-command",
    });
    let set = set.as_object().cloned().unwrap();
    stage.world.act("north", "manager", Wish::Amend { record: system.clone(), seen: None, set, unset: Vec::new() });
    let failure = deploy();
    assert_eq!(failure.code(), "step_missing");
    assert!(failure.to_string().contains("release decision"), "{failure}");
    let page = stage.get(&stage.manager, &at).text();
    assert!(page.contains("Have a release decision for this system approved"), "{page}");
    let facts = stage.get(&stage.manager, &format!("/o/north/ai-system/{system}?tab=facts")).text();
    assert!(facts.contains("First: have an impact assessment of this system approved."), "{facts}");
}

/// B-22.
#[test]
fn an_impact_assessment_with_open_sections_is_not_approved() {
    let stage = stage();
    stage.system();
    let kinds = stage.world.server.organization("north").unwrap();
    let kind = kinds.aims().kinds().get("impact-assessment").unwrap().clone();
    let name = kind.naming_field().unwrap().name.clone();
    let mut fields = serde_json::Map::new();
    fields.insert(name, "Assessment of claims triage".into());
    fields.insert("system".into(), "triage".into());
    fields.insert("trigger".into(), "initial".into());
    let wish = Wish::Record { id: None, kind: kind.id, key: Some("assessed".into()), fields };
    let number = stage.world.act("north", "manager", wish).number;
    let wish = Wish::Move { record: number.clone(), seen: None, verb: "approve".into() };
    let live = stage.world.server.organization("north").unwrap();
    let failure = live.act(&live.aims().actor(Some("p0")).unwrap(), vec![aims_app::Step::of(wish)], None);
    let failure = failure.unwrap_err();
    assert!(matches!(failure.code(), "step_missing" | "required"), "{failure}");
    let page = stage.get(&stage.top, &format!("/o/north/impact-assessment/{number}/approve")).text();
    assert!(page.contains("What must be true first"), "{page}");
}
