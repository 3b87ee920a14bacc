//! JSON from outside: read strictly (B-01 to B-05), member by member, and nothing beyond what is asked for.

use aims_ledger::strict::{Limits, parse};
use aims_record::Problem;
use http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value};

use crate::{answer::Refused, call::Call};

/// The members of an object that came in; each is taken once, and what nobody took is refused.
pub struct Members {
    all: Map<String, Value>,
    /// JSON pointer of the object.
    at: String,
    problems: Vec<Problem>,
}

impl Members {
    /// The body of a request, an object with these members at most.
    ///
    /// # Errors
    /// `json_expected`, those of the strict reader, `unknown_field`.
    pub fn of(call: &Call<'_>, allowed: &[&str]) -> Result<Members, Refused> {
        must_be_json(call.headers)?;
        if call.body.is_empty() {
            return Members::new(Value::Object(Map::new()), String::new(), allowed);
        }
        let value = parse(&call.body, Limits::default()).map_err(|error| {
            let code = error.code();
            let status = match code {
                "number_out_of_range" => StatusCode::UNPROCESSABLE_ENTITY,
                "json_too_large" => StatusCode::PAYLOAD_TOO_LARGE,
                _ => StatusCode::BAD_REQUEST,
            };
            Refused::new(status, code, format!("{} (line {}, column {})", error.sentence(), error.line, error.column))
        })?;
        Members::new(value, String::new(), allowed)
    }

    /// An object within a body, at this pointer.
    ///
    /// # Errors
    /// `object_expected`, `unknown_field`.
    pub fn new(value: Value, at: String, allowed: &[&str]) -> Result<Members, Refused> {
        let Value::Object(all) = value else {
            return Err(refused(vec![problem("object_expected", &at, "Send a JSON object here.")]));
        };
        let mut members = Members { all, at, problems: Vec::new() };
        members.only(allowed)?;
        Ok(members)
    }

    /// Refuses members beyond these.
    ///
    /// # Errors
    /// `unknown_field`.
    pub fn only(&mut self, allowed: &[&str]) -> Result<(), Refused> {
        let unknown = self.all.keys().filter(|name| !allowed.contains(&name.as_str()));
        let problems: Vec<Problem> = unknown
            .map(|name| Problem {
                code: "unknown_field",
                pointer: format!("{}/{}", self.at, escaped(name)),
                message: format!("There is no field `{name}` here. Leave it out."),
                allowed: allowed.iter().map(|&name| name.to_owned()).collect(),
            })
            .collect();
        if problems.is_empty() { Ok(()) } else { Err(refused(problems)) }
    }

    /// Text, where it was sent.
    pub fn text(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Value::String(text) => Some(text),
            _ => self.wrong("text_expected", name, "Send text here."),
        }
    }

    /// Text that must be there.
    pub fn need(&mut self, name: &str) -> String {
        let before = self.problems.len();
        let text = self.text(name);
        if text.is_none() && self.problems.len() == before {
            self.wrong::<()>("required", name, "Say this: nothing is done without it.");
        }
        text.unwrap_or_default()
    }

    /// A whole number, where it was sent.
    pub fn count(&mut self, name: &str) -> Option<u64> {
        let value = self.take(name)?;
        value.as_u64().or_else(|| self.wrong("count_expected", name, "Send a whole number, 0 or more."))
    }

    /// A whole number that must be there.
    pub fn need_count(&mut self, name: &str) -> Option<u64> {
        let before = self.problems.len();
        let count = self.count(name);
        if count.is_none() && self.problems.len() == before {
            return self.wrong("required", name, "Say this: nothing is done without it.");
        }
        count
    }

    /// Yes or no, where it was sent.
    pub fn flag(&mut self, name: &str) -> Option<bool> {
        let value = self.take(name)?;
        value.as_bool().or_else(|| self.wrong("flag_expected", name, "Send `true` or `false`."))
    }

    /// Texts by their names, in order; empty where none was sent.
    pub fn texts_by_name(&mut self, name: &str) -> Vec<(String, String)> {
        let one = |(key, value): (String, Value)| Some((key, value.as_str()?.to_owned()));
        let texts: Option<Vec<_>> = self.object(name).into_iter().map(one).collect();
        let says = "Send an object whose members are text.";
        texts.or_else(|| self.wrong("text_expected", name, says)).unwrap_or_default()
    }

    /// An object; empty where it was not sent.
    pub fn object(&mut self, name: &str) -> Map<String, Value> {
        match self.take(name) {
            None => Map::new(),
            Some(Value::Object(members)) => members,
            Some(_) => self.wrong("object_expected", name, "Send a JSON object here.").unwrap_or_default(),
        }
    }

    /// A list; empty where it was not sent.
    pub fn list(&mut self, name: &str) -> Vec<Value> {
        match self.take(name) {
            None => Vec::new(),
            Some(Value::Array(list)) => list,
            Some(_) => self.wrong("list_expected", name, "Send a list here.").unwrap_or_default(),
        }
    }

    /// A list of texts; empty where it was not sent.
    pub fn texts(&mut self, name: &str) -> Vec<String> {
        let texts = self.list(name).into_iter().map(|value| match value {
            Value::String(text) => Some(text),
            _ => None,
        });
        let texts: Option<Vec<String>> = texts.collect();
        texts.or_else(|| self.wrong("text_expected", name, "Send a list of texts here.")).unwrap_or_default()
    }

    /// Goes on only where nothing was wrong.
    ///
    /// # Errors
    /// All that was wrong.
    pub fn end(self) -> Result<(), Refused> {
        if self.problems.is_empty() { Ok(()) } else { Err(refused(self.problems)) }
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.all.remove(name).filter(|value| !value.is_null())
    }

    fn wrong<T>(&mut self, code: &'static str, name: &str, says: &str) -> Option<T> {
        self.problems.push(problem(code, &format!("{}/{}", self.at, escaped(name)), says));
        None
    }
}

/// A refusal with these problems.
pub fn refused(problems: Vec<Problem>) -> Refused {
    let (code, says) = problems.first().map_or(("fields_refused", String::new()), |p| (p.code, p.message.clone()));
    Refused { problems, ..Refused::new(StatusCode::UNPROCESSABLE_ENTITY, code, says) }
}

fn problem(code: &'static str, pointer: &str, says: &str) -> Problem {
    Problem { code, pointer: pointer.to_owned(), message: says.to_owned(), allowed: Vec::new() }
}

/// A name as a part of a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn must_be_json(headers: &HeaderMap) -> Result<(), Refused> {
    let mut kinds = headers.get_all(header::CONTENT_TYPE).iter();
    let kind = kinds.next().and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") && kinds.next().is_none() {
        return Ok(());
    }
    let says = "Send JSON with the header `Content-Type: application/json`, once.";
    Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "json_expected", says))
}
