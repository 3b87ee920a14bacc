//! One row for each thing that can be asked for.

use axum::routing::MethodFilter;

use crate::{answer::Answered, api::doc::Doc, call::Call};

/// What a row does with a request.
pub type Does = fn(&Call<'_>) -> Answered;

/// Who may send a request at all. What they may do to a record is decided by `aims_app::access` where the record is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// Anyone, signed in or not.
    Anyone,
    /// An account that is signed in.
    Account,
    /// An account with a membership in the organization that the path names; for all others it is absent.
    Member,
    /// The same, having signed in anew within the last ten minutes.
    Elevated,
}

/// Whether a request gets a page or JSON, and how it may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// HTML for people; cookies sign in; unsafe methods carry a form token.
    Page,
    /// JSON for programs; a token or a cookie signs in.
    Api,
    /// A file that never changes under its name.
    Static,
}

/// How long it may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Memory alone: runs where the request came in.
    Quick,
    /// Reads or writes files: runs on a thread of its own.
    Slow,
}

/// What a request wants done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "these are HTTP's own")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// As HTTP writes it.
    pub const fn word(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }

    /// As the router takes it.
    pub(crate) const fn filter(self) -> MethodFilter {
        match self {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
            Method::Put => MethodFilter::PUT,
            Method::Patch => MethodFilter::PATCH,
            Method::Delete => MethodFilter::DELETE,
        }
    }
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// `Get` changes nothing.
    pub method: Method,
    /// As axum writes it: `/o/{org}/{kind}/{record}`.
    pub path: &'static str,
    /// What it is called in the documentation and in the matrix, such as `record-show`.
    pub name: &'static str,
    /// Who may send it.
    pub asks: Asks,
    /// What comes back.
    pub class: Class,
    /// How long it may take.
    pub pace: Pace,
    /// What it does.
    pub does: Does,
    /// Bytes of a body at most.
    pub body_max: usize,
    /// What the API's document says of it; every row of the API has one.
    pub doc: Option<&'static Doc>,
}

/// Bytes of a form or a JSON body (TRUST 6.5). What is longer is not kept in memory.
pub const BODY_MAX: usize = 1024 * 1024;

impl Route {
    /// A page.
    pub const fn page(path: &'static str, name: &'static str, asks: Asks, does: Does) -> Route {
        Route {
            method: Method::Get,
            path,
            name,
            asks,
            class: Class::Page,
            pace: Pace::Quick,
            does,
            body_max: 0,
            doc: None,
        }
    }

    /// What a form on a page sends.
    pub const fn form(path: &'static str, name: &'static str, asks: Asks, does: Does) -> Route {
        let method = Method::Post;
        Route { method, path, name, asks, class: Class::Page, pace: Pace::Slow, does, body_max: BODY_MAX, doc: None }
    }

    /// A read of the API.
    pub const fn read(path: &'static str, name: &'static str, asks: Asks, does: Does, doc: &'static Doc) -> Route {
        let method = Method::Get;
        Route { method, path, name, asks, class: Class::Api, pace: Pace::Quick, does, body_max: 0, doc: Some(doc) }
    }

    /// A write of the API.
    pub const fn write(
        method: Method,
        path: &'static str,
        name: &'static str,
        asks: Asks,
        does: Does,
        doc: &'static Doc,
    ) -> Route {
        let class = Class::Api;
        Route { method, path, name, asks, class, pace: Pace::Slow, does, body_max: BODY_MAX, doc: Some(doc) }
    }

    /// The same, with a body of so many bytes that is handed on while it arrives ([`Call::upload`]).
    pub const fn taking(self, body_max: usize) -> Route {
        Route { body_max, ..self }
    }

    /// The same, on a thread of its own.
    pub const fn slow(self) -> Route {
        Route { pace: Pace::Slow, ..self }
    }
}
