//! What a row of the API says of itself; the OpenAPI document is made from it.

use schemars::{JsonSchema, Schema, SchemaGenerator};

/// How a type is described. Made by [`of`].
pub type Shape = fn(&mut SchemaGenerator) -> Schema;

/// The description of a type, by reference where it has a name.
pub fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// What a row says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Doc {
    /// One line, what it does.
    pub summary: &'static str,
    /// What else to know, Markdown; may be empty.
    pub about: &'static str,
    /// Names of the query, in the order in which they are told.
    pub query: &'static [Param],
    /// Headers that it reads.
    pub headers: &'static [Param],
    /// JSON that it takes.
    pub body: Body,
    /// What it answers when it did what was asked.
    pub answer: Given,
    /// Statuses besides that of the answer and those that every row can give.
    pub also: &'static [u16],
}

/// A name in the query or a header.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// As sent.
    pub name: &'static str,
    /// What it means.
    pub about: &'static str,
    /// A value that makes sense.
    pub takes: Takes,
    /// Whether nothing is done without it.
    pub needed: bool,
}

/// Which values a name takes.
#[derive(Clone, Copy, Debug)]
pub enum Takes {
    /// Text of at most so many characters.
    Text(u32),
    /// A whole number from and to.
    Count(u64, u64),
    /// One of these words.
    Word(&'static [&'static str]),
}

/// What a row takes as its body.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// Nothing.
    None,
    /// JSON.
    Json(Shape),
    /// The bytes of a file.
    File,
}

/// What a row answers.
#[derive(Clone, Copy, Debug)]
pub enum Given {
    /// 200 with JSON.
    Json(Shape),
    /// 201 with JSON.
    Made(Shape),
    /// 200 with a file of this media type.
    File(&'static str),
    /// 200 with server-sent events.
    Events,
}

impl Doc {
    /// With one line and an answer.
    pub const fn new(summary: &'static str, answer: Given) -> Doc {
        Doc { summary, about: "", query: &[], headers: &[], body: Body::None, answer, also: &[] }
    }

    /// With more to know.
    pub const fn about(self, about: &'static str) -> Doc {
        Doc { about, ..self }
    }

    /// With names in the query.
    pub const fn query(self, query: &'static [Param]) -> Doc {
        Doc { query, ..self }
    }

    /// With headers.
    pub const fn headers(self, headers: &'static [Param]) -> Doc {
        Doc { headers, ..self }
    }

    /// With a body.
    pub const fn takes(self, body: Body) -> Doc {
        Doc { body, ..self }
    }

    /// With further statuses.
    pub const fn also(self, also: &'static [u16]) -> Doc {
        Doc { also, ..self }
    }
}

const fn optional(name: &'static str, about: &'static str, takes: Takes) -> Param {
    Param { name, about, takes, needed: false }
}

/// The earlier moment.
pub const AS_OF: Param = optional(
    "as_of",
    "An earlier moment: a day (its end), a moment, or an entry such as `#41`. Without it: now.",
    Takes::Text(40),
);
/// How many of a list.
pub const LIMIT: Param = optional("limit", "How many at most.", Takes::Count(1, 200));
/// Where a list goes on.
pub const CURSOR: Param = optional("cursor", "`next` of the answer before, to go on behind it.", Takes::Text(400));
/// What is looked for.
pub const Q: Param = optional("q", "Text that number or name holds, upper and lower case alike.", Takes::Text(200));
/// The version that was seen.
pub const IF_MATCH: Param =
    optional("If-Match", "The version that was seen, as `ETag` gave it. A newer one is a conflict.", Takes::Text(24));
/// The version that was seen, where nothing is done without.
pub const IF_MATCH_NEEDED: Param = Param { needed: true, ..IF_MATCH };
/// The name of a request that may come again.
pub const IDEMPOTENCY: Param = optional(
    "Idempotency-Key",
    "A name of your choice for this request: sent again, it answers as the first time and does nothing.",
    Takes::Text(64),
);
/// Whether only a part is asked about.
pub const fn text(name: &'static str, about: &'static str) -> Param {
    optional(name, about, Takes::Text(200))
}
/// The same, and nothing is done without it.
pub const fn needed(name: &'static str, about: &'static str) -> Param {
    Param { needed: true, ..text(name, about) }
}
/// A number within bounds.
pub const fn count(name: &'static str, about: &'static str, from: u64, to: u64) -> Param {
    optional(name, about, Takes::Count(from, to))
}
/// One of some words.
pub const fn word(name: &'static str, about: &'static str, words: &'static [&'static str]) -> Param {
    optional(name, about, Takes::Word(words))
}
