//! From nodes to what a format asks for. Every reader notes what is wrong and goes on, so that one look shows all errors of a file.

use aims_record::nearest;

use super::{ContentError, Key, Node, Value};

/// One file being read, with the errors found so far.
#[derive(Debug)]
pub struct Reading<'a> {
    /// The file's name as errors give it.
    pub file: &'a str,
    /// What was wrong, in the order found.
    pub errors: Vec<ContentError>,
}

/// The end of an error that names the nearest right word: `` ; did you mean `x`? ``, or nothing where none is near.
pub fn did_you_mean<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    nearest(word, known).map(|n| format!("; did you mean `{n}`?")).unwrap_or_default()
}

impl<'a> Reading<'a> {
    /// Begins to read `file`.
    pub fn new(file: &'a str) -> Self {
        Self { file, errors: Vec::new() }
    }

    /// Notes an error at a value.
    pub fn wrong(&mut self, at: &Node, message: impl Into<String>) {
        self.errors.push(at.error(self.file, message));
    }

    /// Notes an error at a key.
    pub fn wrong_key(&mut self, at: &Key, message: impl Into<String>) {
        self.errors.push(at.error(self.file, message));
    }

    /// A mapping of which only the keys `known` may appear; any other is an error with the nearest right word.
    pub fn mapping<'n>(&mut self, node: &'n Node, what: &str, known: &[&str]) -> Option<Mapping<'n>> {
        let mapping = self.any_mapping(node, what)?;
        for (key, _) in mapping.entries {
            if !known.contains(&key.text.as_str()) {
                let hint = did_you_mean(&key.text, known.iter().copied());
                self.wrong_key(key, format!("{what} has no key `{}`{hint}", key.text));
            }
        }
        Some(mapping)
    }

    /// A mapping with keys of the writer's choice.
    pub fn any_mapping<'n>(&mut self, node: &'n Node, what: &str) -> Option<Mapping<'n>> {
        match &node.value {
            Value::Map(entries) => Some(Mapping { node, what: what.to_owned(), entries }),
            _ => {
                self.wrong(node, format!("{what} has to be a mapping, not {}", node.what()));
                None
            }
        }
    }

    /// Text that is not empty, without the space around it.
    pub fn text<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        match node.text().map(str::trim) {
            Some(text) if !text.is_empty() && !node.is_null() => Some(text),
            _ => {
                self.wrong(node, format!("`{what}` has to be text, not {}", node.what()));
                None
            }
        }
    }

    /// `true` or `false`, not in quotes.
    pub fn yes_no(&mut self, node: &Node, what: &str) -> Option<bool> {
        match &node.value {
            Value::Scalar(s) if !s.quoted && s.text == "true" => Some(true),
            Value::Scalar(s) if !s.quoted && s.text == "false" => Some(false),
            _ => {
                self.wrong(node, format!("`{what}` has to be true or false, not {}", node.what()));
                None
            }
        }
    }

    /// A whole number of 1 or more, not in quotes.
    pub fn count(&mut self, node: &Node, what: &str) -> Option<usize> {
        let found = match &node.value {
            Value::Scalar(s) if !s.quoted && s.text.bytes().all(|b| b.is_ascii_digit()) => s.text.parse().ok(),
            _ => None,
        };
        let found = found.filter(|n| *n > 0);
        if found.is_none() {
            self.wrong(node, format!("`{what}` has to be a whole number of 1 or more, not {}", node.what()));
        }
        found
    }

    /// One of the words `known`; any other is an error with the nearest right word.
    pub fn word<'n>(&mut self, node: &'n Node, what: &str, known: &[&str]) -> Option<&'n str> {
        let text = self.text(node, what)?;
        if known.contains(&text) {
            return Some(text);
        }
        let hint = did_you_mean(text, known.iter().copied());
        self.wrong(node, format!("`{what}` cannot be `{text}`{hint}"));
        None
    }

    /// The elements of a list that is not empty.
    pub fn list<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        match &node.value {
            Value::Seq(nodes) if !nodes.is_empty() => nodes,
            _ => {
                self.wrong(node, format!("`{what}` has to be a list of at least one, not {}", node.what()));
                &[]
            }
        }
    }

    /// A list of texts, each once, with their places.
    pub fn texts<'n>(&mut self, node: &'n Node, what: &str) -> Vec<(&'n str, &'n Node)> {
        let mut found: Vec<(&str, &Node)> = Vec::new();
        for element in self.list(node, what) {
            let Some(text) = self.text(element, what) else { continue };
            if found.iter().any(|(earlier, _)| *earlier == text) {
                self.wrong(element, format!("`{what}` names `{text}` twice"));
                continue;
            }
            found.push((text, element));
        }
        found
    }
}

/// A mapping being read.
#[derive(Clone, Debug)]
pub struct Mapping<'n> {
    /// Where it stands.
    pub node: &'n Node,
    /// What it is, for errors.
    pub what: String,
    /// Its entries in the order written.
    pub entries: &'n [(Key, Node)],
}

impl<'n> Mapping<'n> {
    /// The value under `key`; nothing where the key is absent or its value empty.
    pub fn get(&self, key: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(k, _)| k.text == key).map(|(_, node)| node).filter(|node| !node.is_null())
    }

    /// The value under `key`; its absence is an error.
    pub fn need(&self, reading: &mut Reading<'_>, key: &str) -> Option<&'n Node> {
        let found = self.get(key);
        if found.is_none() {
            reading.wrong(self.node, format!("{} lacks `{key}`", self.what));
        }
        found
    }

    /// The text under `key`; its absence is an error.
    pub fn need_text(&self, reading: &mut Reading<'_>, key: &str) -> Option<&'n str> {
        let node = self.need(reading, key)?;
        reading.text(node, key)
    }

    /// The text under `key`, where there is one.
    pub fn text(&self, reading: &mut Reading<'_>, key: &str) -> Option<&'n str> {
        let node = self.get(key)?;
        reading.text(node, key)
    }

    /// Whether `key` is there and true.
    pub fn yes(&self, reading: &mut Reading<'_>, key: &str) -> bool {
        self.get(key).and_then(|node| reading.yes_no(node, key)).unwrap_or(false)
    }
}
