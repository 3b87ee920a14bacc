//! The feed of changes: what comes, from where on, for whom, and until when.

mod shared;

use axum::body::Body;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use shared::{Person, Who, World, block_on, request};
use tower::ServiceExt as _;

const AT: &str = "/api/v1/o/north/changes";
const EVENTS: (&str, &str) = ("accept", "text/event-stream");

fn party(world: &World, name: &str) -> u64 {
    let fields = json!({ "name": name, "category": "users" });
    world.record("north", "p0", "interested-party", &name.to_lowercase(), fields).seq
}

async fn open(world: &World, mut request: Request<Body>) -> Response<Body> {
    request.headers_mut().entry("host").or_insert(http::HeaderValue::from_static(shared::HOST));
    std::sync::Arc::clone(&world.server).router().oneshot(request).await.unwrap()
}

/// What comes until a text is among it, or the feed ends.
async fn until(body: &mut Body, text: &str) -> String {
    let mut all = String::new();
    while !all.contains(text) {
        let Some(frame) = body.frame().await else { break };
        all += std::str::from_utf8(&frame.unwrap().into_data().unwrap()).unwrap();
    }
    all
}

fn feed(who: &Who<'_>, more: &[(&str, &str)]) -> Request<Body> {
    let headers: Vec<(&str, &str)> = [EVENTS].into_iter().chain(more.iter().copied()).collect();
    request(who, "GET", AT, None, &headers)
}

fn staff(world: &World, admin: &Person) -> Person {
    world.person("north", "staff", None);
    world.let_in(admin, "north", "staff", None)
}

#[test]
fn acts_come_as_events_and_go_on_where_the_reader_stopped() {
    let world = World::new();
    let admin = world.admin();
    let first = party(&world, "Applicants");
    block_on(async {
        let response = open(&world, feed(&Who::Session(&admin), &[])).await;
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut body = response.into_body();
        assert_eq!(until(&mut body, "retry").await, "retry: 5000\n\n");
        let second = party(&world, "Borrowers");
        let told = until(&mut body, "\n\n").await;
        assert!(told.starts_with(&format!("id: {second}\nevent: act\ndata: {{")), "{told}");
        assert!(!told.contains("Applicants"), "what was before is not told again");

        let resumed = feed(&Who::Session(&admin), &[("last-event-id", &(first - 1).to_string())]);
        let mut body = open(&world, resumed).await.into_body();
        let told = until(&mut body, &format!("id: {second}")).await;
        assert!(told.contains(&format!("id: {first}\n")) && !told.contains(&format!("id: {}\n", first - 1)), "{told}");
    });
}

#[test]
fn a_feed_ends_with_the_session_the_membership_and_the_server() {
    let world = World::new();
    let admin = world.admin();
    block_on(async {
        let mut mine = open(&world, feed(&Who::Session(&admin), &[])).await.into_body();
        until(&mut mine, "retry").await;
        let one = staff(&world, &admin);
        let mut body = open(&world, feed(&Who::Session(&one), &[])).await.into_body();
        until(&mut body, "retry").await;
        world.server.entrance.store().leave(&one.account, &world.org("north")).unwrap();
        let seq = party(&world, "Tenants");
        assert!(!until(&mut body, "Tenants").await.contains("Tenants"), "it ended before");
        assert!(until(&mut mine, &format!("id: {seq}")).await.contains("Tenants"));
        world.server.close_feeds();
        assert_eq!(until(&mut mine, "never").await, "");
        assert!(body.frame().await.is_none());
    });
}

#[test]
fn only_what_may_be_read_is_told() {
    let world = World::new();
    let admin = world.admin();
    let one = staff(&world, &admin);
    let seq = party(&world, "Applicants");
    let ask = |who: &Who<'_>, query: &str| world.ask(who, "GET", &format!("{AT}.json{query}"), None);
    let all = ask(&Who::Session(&admin), "").json();
    let seqs: Vec<u64> = all["items"].as_array().unwrap().iter().map(|i| i["seq"].as_u64().unwrap()).collect();
    assert!(seqs.is_sorted() && seqs.contains(&seq));
    assert_eq!((&all["after"], &all["as_of"]), (&json!(seq), &json!(seq)));
    let behind = ask(&Who::Session(&admin), &format!("?after={seq}")).json();
    assert_eq!((&behind["items"], &behind["after"]), (&json!([]), &json!(seq)));
    let staffs = ask(&Who::Session(&one), "").json();
    let known: Vec<&Value> = staffs["items"].as_array().unwrap().iter().collect();
    assert!(known.iter().all(|i| i["seq"] != seq && !i["record"].is_null()), "{staffs}");
    assert_eq!(staffs["after"], json!(seq), "what was not told was looked at");
    assert_eq!(ask(&Who::Nobody, "").status, 401);
    assert_eq!(ask(&Who::Session(&admin), "?after=x").code(), "entry_malformed");
    let south = world.ask(&Who::Session(&one), "GET", "/api/v1/o/south/changes.json", None);
    assert_eq!(south.status, 404);
}

#[test]
fn an_account_reads_four_feeds_at_once() {
    let world = World::new();
    let admin = world.admin();
    assert_eq!(world.ask(&Who::Session(&admin), "GET", AT, None).status, 406);
    block_on(async {
        let mut open_ones = Vec::new();
        for _ in 0..4 {
            open_ones.push(open(&world, feed(&Who::Session(&admin), &[])).await);
        }
        let fifth = open(&world, feed(&Who::Session(&admin), &[])).await;
        assert_eq!(fifth.status(), 429);
    });
}
