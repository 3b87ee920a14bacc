//! Names and values as a query or a form sends them.

use std::borrow::Cow;

/// Names and values in the order sent; a name may come more than once.
#[derive(Clone, Debug, Default)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Reads a query string or a form body.
    pub fn read(bytes: &[u8]) -> Pairs {
        Pairs(form_urlencoded::parse(bytes).map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// The first value of a name, unless it is blank.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).filter(|v| !v.trim().is_empty())
    }

    /// All values of a name.
    pub fn all<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Whether a name was sent, blank or not.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }

    /// All names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }

    /// As a query string with these names set otherwise; `None` takes a name away.
    pub fn with(&self, changes: &[(&str, Option<&str>)]) -> String {
        let kept = self.iter().filter(|(n, v)| !v.is_empty() && !changes.iter().any(|(c, _)| c == n));
        let set = changes.iter().filter_map(|(n, v)| v.map(|v| (*n, v)));
        query(kept.chain(set))
    }
}

/// A query string with its question mark; empty where there is nothing to say.
pub fn query<'q>(pairs: impl Iterator<Item = (&'q str, &'q str)>) -> String {
    let said = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    if said.is_empty() { said } else { format!("?{said}") }
}

/// One segment of a path.
pub fn segment(text: &str) -> Cow<'_, str> {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20").into()
}
