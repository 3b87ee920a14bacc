//! A register kept in a spreadsheet, put in, shown as a plan and recorded (B-32, B-34, B-35).

mod shared;

use axum::body::Body;
use http::Request;
use jiff::SignedDuration;
use shared::{Back, Person, Who, World};

fn post(world: &World, who: &Person, path: &str, pairs: &[(&str, &str)]) -> Back {
    let pairs = pairs.iter().copied().chain([("form_token", who.csrf.as_str())]);
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let request = Request::post(path)
        .header("cookie", format!("__Host-aims={}", who.cookie))
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded");
    world.send(request.body(Body::from(body)).unwrap())
}

fn get(world: &World, who: &Person, path: &str) -> Back {
    world.ask(&Who::Session(who), "GET", path, None)
}

/// Puts rows in and gives the address of their plan.
fn put_in(world: &World, who: &Person, kind: &str, rows: &str) -> String {
    let back = post(world, who, "/o/north/import", &[("kind", kind), ("rows", rows)]);
    assert_eq!(back.status, 303, "{}", back.text());
    back.headers["location"].to_str().unwrap().to_owned()
}

/// The plan's address without what it asks.
fn bare(plan: &str) -> &str {
    plan.split('?').next().unwrap()
}

#[test]
fn rows_are_planned_then_recorded_and_the_same_rows_change_nothing() {
    let world = World::new();
    let admin = world.admin();
    let before = world.size("north");
    let plan = put_in(&world, &admin, "interested-party", "Name;Category\n'=Applicants;users\nStaff;workers\n");
    let page = get(&world, &admin, &plan);
    assert!(page.status.is_success(), "{}", page.text());
    assert!(page.text().contains("2 to record, 0 to amend, 0 the same"), "{}", page.text());
    assert_eq!(world.size("north"), before, "a plan records nothing");
    let done = post(&world, &admin, bare(&plan), &[("kind", "interested-party")]);
    assert_eq!(done.status, 303, "{}", done.text());
    assert_eq!(world.size("north"), before + 2);
    let list = get(&world, &admin, "/o/north/interested-party");
    assert!(list.text().contains("=Applicants") && !list.text().contains("&#39;=Applicants"), "{}", list.text());
    let again = get(&world, &admin, &plan);
    assert!(again.text().contains("0 to record, 0 to amend, 2 the same"), "{}", again.text());
    let newer = put_in(&world, &admin, "interested-party", "Name,Category\n=Applicants,users\nStaff,customers\n");
    assert!(get(&world, &admin, &newer).text().contains("0 to record, 1 to amend, 1 the same"));
}

#[test]
fn b32_nothing_is_recorded_unless_all_rows_pass_or_it_was_chosen() {
    let world = World::new();
    let admin = world.admin();
    let plan = put_in(&world, &admin, "interested-party", "Name,Category\nApplicants,users\nNobody,nonsense\n");
    let page = get(&world, &admin, &plan).text();
    assert!(page.contains("Row 3, Category"), "{page}");
    let before = world.size("north");
    let refused = post(&world, &admin, bare(&plan), &[("kind", "interested-party")]);
    assert!(refused.status.is_client_error(), "{}", refused.status);
    assert_eq!(world.size("north"), before);
    let valid = post(&world, &admin, bare(&plan), &[("kind", "interested-party"), ("valid_only", "yes")]);
    assert_eq!(valid.status, 303, "{}", valid.text());
    assert_eq!(world.size("north"), before + 1);
}

#[test]
fn a_plan_is_for_whoever_put_it_in_and_for_a_day() {
    let world = World::new();
    let admin = world.admin();
    world.person("north", "staff", None);
    let staff = world.let_in(&admin, "north", "staff", None);
    let plan = put_in(&world, &admin, "interested-party", "Name,Category\nApplicants,users\n");
    assert_eq!(get(&world, &staff, &plan).status, 404);
    let closed = post(&world, &staff, "/o/north/import", &[("kind", "interested-party"), ("rows", "Name\nA\n")]);
    assert!(closed.status.is_client_error(), "staff begin no interested party");
    assert_eq!(post(&world, &admin, "/o/north/import", &[("kind", "no-kind"), ("rows", "Name\nA\n")]).status, 422);
    assert_eq!(get(&world, &admin, &plan).status, 200);
    let key = format!("import/{}", bare(&plan).rsplit('/').next().unwrap());
    let (org, yesterday) = (world.org("north"), world.now() - SignedDuration::from_hours(25));
    let store = world.server.entrance.store();
    store.keep_draft(&admin.account, &org, &key, "Name,Category\nApplicants,users\n", yesterday).unwrap();
    assert_eq!(get(&world, &admin, &plan).status, 404);
}
