//! The JSON API under `/api/v1`.

use bytes::Bytes;
use http::StatusCode;
use serde_json::json;

use crate::{
    answer::{Answer, Refused},
    route::Route,
};

pub const ROUTES: &[Route] = &[];

/// A refusal as a problem document (RFC 9457).
pub fn problem(refused: &Refused, request: &str) -> Answer {
    let title = refused.status.canonical_reason().unwrap_or_default();
    let body = json!({
        "type": "about:blank", "title": title, "status": refused.status.as_u16(), "code": refused.code,
        "detail": refused.says, "errors": refused.problems, "request_id": request,
    });
    let status = if refused.status.is_success() { StatusCode::INTERNAL_SERVER_ERROR } else { refused.status };
    Answer::Json { status, body: Bytes::from(body.to_string()), version: None }
}
