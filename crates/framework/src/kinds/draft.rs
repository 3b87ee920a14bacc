//! A kind while it is being checked: what was read, and where each part stands.

use aims_record::{Kind, Lifecycle, Retention};
use jiff::Span;

use crate::yaml::{ContentError, Node, Value};

/// A kind that was read, perhaps in part, with the files it was read from.
#[derive(Debug)]
pub(super) struct Draft {
    /// What could be read.
    pub kind: Kind,
    /// The kind's own file first, then those that extend it; empty where the file is not even YAML.
    pub sources: Vec<(String, Node)>,
    /// The file that claims the id.
    pub file: String,
}

impl Draft {
    /// Stands for a kind whose file is not YAML, so that links to it are not called unknown.
    pub fn unreadable(file: &str) -> Self {
        Self { kind: empty_kind(stem(file)), sources: Vec::new(), file: file.to_owned() }
    }

    /// Whether nothing could be read.
    pub fn is_unreadable(&self) -> bool {
        self.sources.is_empty()
    }

    /// The names of all fields, those that could not be read included.
    pub fn field_names(&self) -> Vec<&str> {
        self.keys(&["fields"])
    }

    /// The ids of all states, those that could not be read included.
    pub fn state_ids(&self) -> Vec<&str> {
        self.keys(&["lifecycle", "states"])
    }

    /// How many verbs are written, those that could not be read included.
    pub fn verb_count(&self) -> usize {
        self.keys(&["lifecycle", "verbs"]).len()
    }

    fn keys(&self, path: &[&str]) -> Vec<&str> {
        let maps = self.sources.iter().filter_map(|(_, root)| exact(root, path)?.map());
        maps.flatten().map(|(key, _)| key.text.as_str()).collect()
    }

    /// An error at the end of `path`, or as near to it as the file goes.
    pub fn error(&self, path: &[&str], message: impl Into<String>) -> ContentError {
        let deep = path.get(..2).unwrap_or(path);
        let source = self.sources.iter().find(|(_, root)| exact(root, deep).is_some()).or(self.sources.first());
        match source {
            Some((file, root)) => nearest_place(root, path).error(file, message),
            None => ContentError { file: self.file.clone(), line: 1, column: 1, message: message.into() },
        }
    }
}

fn step<'n>(node: &'n Node, word: &str) -> Option<&'n Node> {
    match &node.value {
        Value::Map(entries) => entries.iter().find(|(key, _)| key.text == word).map(|(_, value)| value),
        Value::Seq(nodes) => nodes
            .iter()
            .find(|n| n.text().is_some_and(|t| t.trim() == word))
            .or_else(|| nodes.get(word.parse::<usize>().ok()?)),
        Value::Scalar(_) => None,
    }
}

fn exact<'n>(root: &'n Node, path: &[&str]) -> Option<&'n Node> {
    path.iter().try_fold(root, |node, word| step(node, word))
}

fn nearest_place<'n>(root: &'n Node, path: &[&str]) -> &'n Node {
    let mut node = root;
    for word in path {
        match step(node, word) {
            Some(next) => node = next,
            None => break,
        }
    }
    node
}

/// The kind a file of this name describes.
pub(super) fn stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.strip_suffix(".yaml").unwrap_or(name)
}

/// A kind of which nothing is known but its id.
pub(super) fn empty_kind(id: &str) -> Kind {
    Kind {
        id: id.to_owned(),
        title: String::new(),
        plural: String::new(),
        number: String::new(),
        about: String::new(),
        clauses: Vec::new(),
        retention: Retention { class: String::new(), floor: Span::new(), ceiling: None, from: None },
        fields: Vec::new(),
        lifecycle: Lifecycle { start: String::new(), states: Vec::new(), verbs: Vec::new() },
        own: false,
        group: None,
    }
}
