//! The OpenAPI document, made from the rows, and a page to read it.

use std::sync::LazyLock;

use askama::Template;
use bytes::Bytes;
use http::StatusCode;
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::{
    answers::ProblemDocument,
    doc::{Body, Doc, Given, Param, Takes, of},
    page::only,
};
use crate::{
    answer::{Answer, Answered},
    call::Call,
    frame::Frame,
    route::{Asks, Class, Route},
    routes::routes,
};

static DOCUMENT: Doc = Doc::new("This document", Given::File("application/json"));

pub static ROUTES: &[Route] = &[
    Route::read("/api/v1/openapi.json", "api-openapi", Asks::Anyone, document, &DOCUMENT),
    Route::page("/api/", "api-page", Asks::Anyone, page),
];

/// The document as it is served.
static BYTES: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(openapi().to_string()));

fn document(call: &Call<'_>) -> Answered {
    only(call, &DOCUMENT, &[])?;
    Ok(Answer::Json { status: StatusCode::OK, body: BYTES.clone(), version: None })
}

/// The rows of the API.
fn rows() -> impl Iterator<Item = (&'static Route, &'static Doc)> {
    routes().iter().filter(|r| r.class == Class::Api).filter_map(|r| Some((r, r.doc?)))
}

/// The whole document.
pub fn openapi() -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator();
    let problem = of::<ProblemDocument>(&mut generator);
    let mut paths: Map<String, Value> = Map::new();
    for (route, doc) in rows() {
        let operation = operation(&mut generator, route, doc);
        let path = paths.entry(path(route)).or_insert_with(|| json!({}));
        if let Some(methods) = path.as_object_mut() {
            methods.insert(route.method.word().to_lowercase(), operation);
        }
    }
    let content = json!({ "application/problem+json": { "schema": problem } });
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "aims", "version": env!("CARGO_PKG_VERSION"),
            "summary": "AI management system for ISO/IEC 42001",
            "description": "Everything that a page can do. Errors are problem documents (RFC 9457) with a stable `code`. Every read takes `as_of`.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "responses": { "Problem": { "description": "Not done; `code` and `detail` say why and what to do.", "content": content } },
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "description": "A token made under `tokens`." },
                "session": { "type": "apiKey", "in": "cookie", "name": "__Host-aims", "description": "A session of the pages; changes also carry `X-AIMS-CSRF`." },
            },
        },
    })
}

/// A path as OpenAPI writes it.
fn path(route: &Route) -> String {
    route.path.replace("{*", "{")
}

fn operation(generator: &mut SchemaGenerator, route: &Route, doc: &Doc) -> Value {
    let mut operation = json!({
        "operationId": route.name, "summary": doc.summary, "tags": [tag(route)],
        "parameters": parameters(route, doc), "responses": responses(generator, route, doc),
        "security": security(route),
    });
    let members = operation.as_object_mut().into_iter();
    members.for_each(|members| {
        if !doc.about.is_empty() {
            members.insert("description".into(), doc.about.into());
        }
        match doc.body {
            Body::None => {}
            Body::Json(shape) => {
                let content = json!({ "application/json": { "schema": shape(generator) } });
                members.insert("requestBody".into(), json!({ "required": true, "content": content }));
            }
            Body::File => {
                let content = json!({ "application/octet-stream": {} });
                members.insert("requestBody".into(), json!({ "required": true, "content": content }));
            }
        }
    });
    operation
}

/// The noun under which a row is told.
fn tag(route: &Route) -> &'static str {
    let rest = route.path.split_once("{org}/").map_or("account", |(_, rest)| rest);
    let rest = rest.split('/').next().unwrap_or(rest);
    if route.path.contains("/ledger/") { "ledger" } else { rest }
}

fn security(route: &Route) -> Value {
    match route.asks {
        Asks::Anyone => json!([]),
        Asks::Account | Asks::Member => json!([{ "token": [] }, { "session": [] }]),
        Asks::Elevated => json!([{ "session": [] }]),
    }
}

fn parameters(route: &Route, doc: &Doc) -> Vec<Value> {
    let named = route.path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let in_path = named.map(|name| {
        let name = name.trim_start_matches('*');
        json!({ "name": name, "in": "path", "required": true, "description": about(name), "schema": { "type": "string", "minLength": 1 } })
    });
    let in_query = doc.query.iter().map(|p| parameter(p, "query"));
    let in_headers = doc.headers.iter().map(|p| parameter(p, "header"));
    in_path.chain(in_query).chain(in_headers).collect()
}

/// What a part of a path names.
fn about(name: &str) -> &'static str {
    match name {
        "org" => "The organization, as it stands in addresses.",
        "record" => "A record: number, id or key.",
        "kind" => "A kind.",
        "framework" => "A framework with its edition, such as `iso-42001:2023`.",
        "item" => "A requirement or control, such as `8.4-a`.",
        "seq" => "An entry's number.",
        "sha256" => "SHA-256 of the file.",
        "token" => "The token's id.",
        _ => "The rest of the path.",
    }
}

fn parameter(param: &Param, place: &str) -> Value {
    let schema = match param.takes {
        Takes::Text(max) => json!({ "type": "string", "minLength": 1, "maxLength": max }),
        Takes::Count(from, to) => json!({ "type": "integer", "minimum": from, "maximum": to }),
        Takes::Word(words) => json!({ "type": "string", "enum": words }),
    };
    json!({ "name": param.name, "in": place, "required": param.needed, "description": param.about, "schema": schema })
}

fn responses(generator: &mut SchemaGenerator, route: &Route, doc: &Doc) -> Value {
    let mut all = Map::new();
    let json = |schema: Value| json!({ "application/json": { "schema": schema } });
    let (status, content) = match doc.answer {
        Given::Json(shape) => (200, json(shape(generator).to_value())),
        Given::Made(shape) => (201, json(shape(generator).to_value())),
        Given::File(kind) => (200, json!({ kind: {} })),
        Given::Events => (200, json!({ "text/event-stream": {} })),
    };
    all.insert(status.to_string(), json!({ "description": "Done.", "content": content }));
    for status in statuses(route, doc) {
        all.insert(status.to_string(), json!({ "$ref": "#/components/responses/Problem" }));
    }
    Value::Object(all)
}

/// Every status besides that of the answer, in order.
pub fn statuses(route: &Route, doc: &Doc) -> Vec<u16> {
    let mut all: Vec<u16> = vec![400, 421, 429, 500, 503];
    if route.asks != Asks::Anyone {
        all.extend([401, 403]);
    }
    if route.path.contains('{') {
        all.push(404);
    }
    all.extend(doc.also);
    all.sort_unstable();
    all.dedup();
    all
}

#[derive(Template)]
#[template(path = "api.html")]
struct ApiPage<'c> {
    frame: Frame<'c>,
    groups: Vec<(&'static str, Vec<Row>)>,
}

struct Row {
    method: &'static str,
    path: String,
    name: &'static str,
    summary: &'static str,
    about: &'static str,
    names: Vec<(&'static str, &'static str, bool)>,
    takes: String,
    answers: String,
}

fn page(call: &Call<'_>) -> Answered {
    let mut groups: Vec<(&'static str, Vec<Row>)> = Vec::new();
    for (route, doc) in rows() {
        let tag = tag(route);
        match groups.iter_mut().find(|(known, _)| *known == tag) {
            Some((_, rows)) => rows.push(row(route, doc)),
            None => groups.push((tag, vec![row(route, doc)])),
        }
    }
    Answer::page(&ApiPage { frame: Frame::bare(call, call.tongue.say("api-title")), groups })
}

fn row(route: &Route, doc: &Doc) -> Row {
    let written = |shape: super::doc::Shape| {
        let mut generator = SchemaGenerator::default();
        let schema = shape(&mut generator);
        let mut whole = schema.to_value();
        if let (Some(members), defs) = (whole.as_object_mut(), generator.take_definitions(true))
            && !defs.is_empty()
        {
            members.insert("$defs".into(), Value::Object(defs));
        }
        serde_json::to_string_pretty(&whole).unwrap_or_default()
    };
    let takes = match doc.body {
        Body::None => String::new(),
        Body::Json(shape) => written(shape),
        Body::File => "application/octet-stream".into(),
    };
    let answers = match doc.answer {
        Given::Json(shape) | Given::Made(shape) => written(shape),
        Given::File(kind) => kind.into(),
        Given::Events => "text/event-stream".into(),
    };
    let named = doc.query.iter().chain(doc.headers);
    Row {
        method: route.method.word(),
        path: path(route),
        name: route.name,
        summary: doc.summary,
        about: doc.about,
        names: named.map(|p| (p.name, p.about, p.needed)).collect(),
        takes,
        answers,
    }
}
