//! The registry holds each route once, each name once, and the router takes them all.

use std::collections::BTreeSet;

use aims_web::routes;

#[test]
fn each_route_and_each_name_is_there_once() {
    let mut places = BTreeSet::new();
    let mut names = BTreeSet::new();
    for route in routes() {
        let plain: Vec<&str> =
            route.path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect();
        assert!(places.insert((route.method, plain.join("/"))), "{} {} stands twice", route.method.word(), route.path);
        assert!(names.insert(route.name), "{} names two routes", route.name);
    }
    assert!(places.len() > 50);
}
