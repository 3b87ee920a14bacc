//! One row for each thing that can be asked for.

use http::Method;

use crate::{answer::Answered, call::Call};

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

/// One row.
#[derive(Clone, Debug)]
pub struct Route {
    /// `GET` changes nothing.
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
}

/// Bytes of a form or a JSON body (TRUST 6.5).
pub const BODY_MAX: usize = 1024 * 1024;

impl Route {
    /// A page.
    pub const fn page(path: &'static str, name: &'static str, asks: Asks, does: Does) -> Route {
        Route { method: Method::GET, path, name, asks, class: Class::Page, pace: Pace::Quick, does, body_max: 0 }
    }

    /// What a form on a page sends.
    pub const fn form(path: &'static str, name: &'static str, asks: Asks, does: Does) -> Route {
        let method = Method::POST;
        Route { method, path, name, asks, class: Class::Page, pace: Pace::Slow, does, body_max: BODY_MAX }
    }

    /// A read of the API.
    pub const fn read(path: &'static str, name: &'static str, asks: Asks, does: Does) -> Route {
        Route { method: Method::GET, path, name, asks, class: Class::Api, pace: Pace::Quick, does, body_max: 0 }
    }

    /// A write of the API.
    pub const fn write(method: Method, path: &'static str, name: &'static str, asks: Asks, does: Does) -> Route {
        Route { method, path, name, asks, class: Class::Api, pace: Pace::Slow, does, body_max: BODY_MAX }
    }

    /// The same, on a thread of its own.
    pub const fn slow(self) -> Route {
        Route { pace: Pace::Slow, ..self }
    }
}
