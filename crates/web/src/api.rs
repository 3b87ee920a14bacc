//! The JSON API under `/api/v1`.

mod acts;
pub(crate) mod answers;
mod body;
pub mod doc;
mod evidence;
mod feed;
mod imports;
mod kinds;
mod ledger;
mod me;
mod openapi;
mod page;
mod record;
mod records;
mod search;
mod shelf;
mod veil;
mod verdicts;
pub(crate) mod webhooks;

use bytes::Bytes;
use http::StatusCode;
use serde_json::json;

use crate::{
    answer::{Answer, Refused},
    route::Route,
};

pub use feed::Feeds;
pub use openapi::openapi;
pub use shelf::Shelf;

/// The rows, file by file.
pub static ROUTES: &[&[Route]] = &[
    openapi::ROUTES,
    me::ROUTES,
    kinds::ROUTES,
    records::ROUTES,
    record::ROUTES,
    acts::ROUTES,
    evidence::ROUTES,
    imports::ROUTES,
    verdicts::ROUTES,
    ledger::ROUTES,
    feed::ROUTES,
    search::ROUTES,
    webhooks::ROUTES,
];

/// A refusal as a problem document (RFC 9457).
pub fn problem(refused: &Refused, request: &str) -> Answer {
    let title = refused.status.canonical_reason().unwrap_or_default();
    let mut body = json!({
        "type": "about:blank", "title": title, "status": refused.status.as_u16(), "code": refused.code,
        "detail": refused.says, "errors": refused.problems, "request_id": request,
    });
    if let (Some(conflict), Some(members)) = (&refused.conflict, body.as_object_mut()) {
        members.insert("conflict".into(), (**conflict).clone());
    }
    let status = if refused.status.is_success() { StatusCode::INTERNAL_SERVER_ERROR } else { refused.status };
    Answer::Json { status, body: Bytes::from(body.to_string()), version: None }
}
