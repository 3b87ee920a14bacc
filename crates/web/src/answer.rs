//! What a row answers, and what it answers when it cannot.

use bytes::Bytes;
use http::StatusCode;
use serde::Serialize;

use aims_app::Failure;
use aims_record::{Problem, Refusal};

/// What a row comes to.
pub type Answered = Result<Answer, Refused>;

/// What goes back.
#[derive(Debug)]
pub enum Answer {
    /// A page.
    Page {
        /// 200, or what the page is about.
        status: StatusCode,
        /// The whole page.
        html: String,
    },
    /// A page, with a cookie for the browser: what is shown once after credentials changed.
    Fresh {
        /// The whole page.
        html: String,
        /// The cookie to set.
        cookie: String,
    },
    /// JSON.
    Json {
        /// 200, 201.
        status: StatusCode,
        /// The document.
        body: Bytes,
        /// Version of the record, for `If-Match`.
        version: Option<u64>,
    },
    /// Look there: after a form was sent.
    See {
        /// Path and query on this server.
        to: String,
        /// A cookie to set.
        cookie: Option<String>,
    },
    /// Bytes that come as they are asked for, such as a feed of changes or a large file.
    Stream {
        /// Media type.
        kind: String,
        /// Name under which it is kept; nothing where it is no file.
        name: Option<String>,
        /// Content.
        body: axum::body::Body,
    },
    /// A file to keep, never shown as a page of ours.
    File {
        /// Media type.
        kind: &'static str,
        /// Name it is kept under.
        name: String,
        /// Content.
        body: Bytes,
    },
    /// An immutable file under a name that holds its digest.
    Static {
        /// Media type.
        kind: &'static str,
        /// Content, compressed where that helps.
        body: Bytes,
        /// Whether it is compressed.
        gzip: bool,
    },
}

impl Answer {
    /// An ordinary page.
    pub fn page(page: &impl askama::Template) -> Answered {
        Answer::page_with(StatusCode::OK, page)
    }

    /// A page that says what went wrong, or that something has begun.
    pub fn page_with(status: StatusCode, page: &impl askama::Template) -> Answered {
        match page.render() {
            Ok(html) => Ok(Answer::Page { status, html }),
            Err(error) => Err(Refused::internal(error.to_string())),
        }
    }

    /// A page, with a cookie for the browser.
    pub fn fresh(page: &impl askama::Template, cookie: String) -> Answered {
        match page.render() {
            Ok(html) => Ok(Answer::Fresh { html, cookie }),
            Err(error) => Err(Refused::internal(error.to_string())),
        }
    }

    /// JSON.
    pub fn json(body: &impl Serialize) -> Answered {
        Answer::json_with(StatusCode::OK, body, None)
    }

    /// JSON with a status and a version.
    pub fn json_with(status: StatusCode, body: &impl Serialize, version: Option<u64>) -> Answered {
        match serde_json::to_vec(body) {
            Ok(body) => Ok(Answer::Json { status, body: body.into(), version }),
            Err(error) => Err(Refused::internal(error.to_string())),
        }
    }

    /// Look there.
    pub fn see(to: impl Into<String>) -> Answered {
        Ok(Answer::See { to: to.into(), cookie: None })
    }
}

/// Why a request was not done: the same on a page and in the API (RFC 9457).
#[derive(Debug)]
pub struct Refused {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable code.
    pub code: &'static str,
    /// What to do, a sentence.
    pub says: String,
    /// Field by field.
    pub problems: Vec<Problem>,
    /// Seconds after which to try again.
    pub retry_after: Option<u64>,
    /// For a conflict of versions: who changed it when, and field by field what was wanted and what stands.
    pub conflict: Option<Box<serde_json::Value>>,
    /// For the log alone.
    pub inside: Option<String>,
}

impl Refused {
    /// With a status, a code and a sentence.
    pub fn new(status: StatusCode, code: &'static str, says: impl Into<String>) -> Refused {
        Refused {
            status,
            code,
            says: says.into(),
            problems: Vec::new(),
            retry_after: None,
            conflict: None,
            inside: None,
        }
    }

    /// There is nothing of this name, or nothing that may be known of: the answer is the same.
    pub fn absent() -> Refused {
        Refused::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "There is nothing here under this name. Check the address, or search.",
        )
    }

    /// Sign in first.
    pub fn sign_in() -> Refused {
        Refused::new(StatusCode::UNAUTHORIZED, "sign_in_required", "Sign in to see this.")
    }

    /// Our own fault; what happened is for the log.
    pub fn internal(inside: impl Into<String>) -> Refused {
        let says =
            "Something failed here. Nothing was saved. Try again; tell whoever runs the server the request's number.";
        Refused { inside: Some(inside.into()), ..Refused::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", says) }
    }

    /// The query or form holds a word that makes no sense.
    pub fn unclear(code: &'static str, says: impl Into<String>) -> Refused {
        Refused::new(StatusCode::BAD_REQUEST, code, says)
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Refused {
        let code = failure.code();
        let status = status_of(code, &failure);
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            return Refused { code, ..Refused::internal(failure.to_string()) };
        }
        let says = sentence(&failure.to_string());
        let mut refused = Refused::new(status, code, says);
        let refusal = match failure {
            Failure::Refused(refusal) => Some(refusal),
            Failure::RefusedAt { refusal, .. } => Some(*refusal),
            _ => None,
        };
        match refusal {
            Some(Refusal::FieldsRefused { problems }) => refused.problems = problems,
            Some(conflict @ Refusal::VersionConflict { .. }) => {
                refused.conflict = serde_json::to_value(conflict).ok().map(Box::new)
            }
            _ => {}
        }
        refused
    }
}

/// The status that a code stands for (TRUST section 7).
fn status_of(code: &str, failure: &Failure) -> StatusCode {
    match code {
        "not_found" | "unknown_kind" | "entry_unknown" | "requirement_unknown" => StatusCode::NOT_FOUND,
        "version_conflict"
        | "idempotency_mismatch"
        | "approved_content_changed"
        | "verb_not_here"
        | "open_dependencies"
        | "step_missing"
        | "name_too_similar"
        | "legal_hold"
        | "key_taken"
        | "withdrawn" => StatusCode::CONFLICT,
        "role_needed" | "sod_self_approval" | "sod_self_grant" | "above_appetite" => StatusCode::FORBIDDEN,
        "erased" => StatusCode::GONE,
        "file_too_large" => StatusCode::PAYLOAD_TOO_LARGE,
        "type_mismatch" => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        // A day in a field, not one in an address.
        "date_invalid" if failure.is_refusal() => StatusCode::UNPROCESSABLE_ENTITY,
        "body_incomplete" | "limit_out_of_range" | "date_invalid" | "moments_reversed" | "days_out_of_range" => {
            StatusCode::BAD_REQUEST
        }
        "storage_full" => StatusCode::INSUFFICIENT_STORAGE,
        "overloaded" | "store_stopped" | "in_use" | "ledger_unsound" => StatusCode::SERVICE_UNAVAILABLE,
        _ if failure.is_refusal() => StatusCode::UNPROCESSABLE_ENTITY,
        "store_failed" | "internal" | "outcome_unknown" | "not_recorded" | "file_unreadable" => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
        _ => StatusCode::BAD_REQUEST,
    }
}

/// Our messages are written to follow a code, lower case and without full stop; on a page they are sentences.
pub(crate) fn sentence(says: &str) -> String {
    let mut letters = says.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let stop = if says.ends_with(['.', '!', '?', '`']) { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}

impl From<aims_app::accounts::Refused> for Refused {
    fn from(refused: aims_app::accounts::Refused) -> Refused {
        let status = StatusCode::from_u16(refused.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            return Refused::internal(refused.to_string());
        }
        let code = if refused.code() == "sign_in_needed" { "sign_in_required" } else { refused.code() };
        Refused { retry_after: refused.retry_after(), ..Refused::new(status, code, refused.to_string()) }
    }
}
