//! What a file says, whatever syntax it says it in. Numbers stay as written, so that nothing is rounded on the way.

/// A value of a JSON document or of a card.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Tree>),
    /// In the order written.
    Map(Vec<(String, Tree)>),
}

impl Tree {
    /// The value under `key`, where this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Tree> {
        match self {
            Tree::Map(entries) => entries.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// A scalar as text; nothing for `null` and for blank text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Tree::Text(text) | Tree::Number(text) => Some(text.as_str()).filter(|t| !t.trim().is_empty()),
            Tree::Bool(true) => Some("true"),
            Tree::Bool(false) => Some("false"),
            _ => None,
        }
    }

    /// A leaf in words, or nothing where there are values inside.
    pub fn leaf(&self) -> Option<&str> {
        match self {
            Tree::Null => Some("null"),
            Tree::Text(text) if text.trim().is_empty() => Some("\"\""),
            Tree::List(items) if items.is_empty() => Some("[]"),
            Tree::Map(entries) if entries.is_empty() => Some("{}"),
            other => other.text(),
        }
    }
}

/// A value and where it stands in the document, as a JSON pointer.
#[derive(Clone, Debug)]
pub(crate) struct Spot<'a> {
    pub at: String,
    pub tree: &'a Tree,
}

impl<'a> Spot<'a> {
    /// The whole document.
    pub fn root(tree: &'a Tree) -> Spot<'a> {
        Spot { at: String::new(), tree }
    }

    fn below(&self, step: &str, tree: &'a Tree) -> Spot<'a> {
        Spot { at: format!("{}/{}", self.at, step.replace('~', "~0").replace('/', "~1")), tree }
    }

    /// The value under `key`, unless it is `null`.
    pub fn get(&self, key: &str) -> Option<Spot<'a>> {
        let tree = self.tree.get(key).filter(|t| **t != Tree::Null)?;
        Some(self.below(key, tree))
    }

    /// The value at the end of these keys.
    pub fn path(&self, keys: &[&str]) -> Option<Spot<'a>> {
        keys.iter().try_fold(self.clone(), |spot, key| spot.get(key))
    }

    /// The elements of a list; a single value is a list of one.
    pub fn items(&self) -> Vec<Spot<'a>> {
        match self.tree {
            Tree::List(items) => items.iter().enumerate().map(|(n, t)| self.below(&n.to_string(), t)).collect(),
            Tree::Null => Vec::new(),
            _ => vec![self.clone()],
        }
    }

    /// The elements of the list under `key`.
    pub fn all(&self, key: &str) -> Vec<Spot<'a>> {
        self.get(key).map(|s| s.items()).unwrap_or_default()
    }

    /// The entries of a map.
    pub fn entries(&self) -> Vec<(&'a str, Spot<'a>)> {
        match self.tree {
            Tree::Map(entries) => entries.iter().map(|(k, t)| (k.as_str(), self.below(k, t))).collect(),
            _ => Vec::new(),
        }
    }

    /// A scalar as text.
    pub fn text(&self) -> Option<&'a str> {
        self.tree.text()
    }

    /// The text under `key`.
    pub fn text_of(&self, key: &str) -> Option<&'a str> {
        self.tree.get(key).and_then(Tree::text)
    }

    /// Every leaf at or below here with its place, in the order of the document.
    pub fn leaves(&self) -> Vec<Spot<'a>> {
        let mut found = Vec::new();
        self.gather(&mut found);
        found
    }

    fn gather(&self, found: &mut Vec<Spot<'a>>) {
        match self.tree {
            Tree::List(items) if !items.is_empty() => self.items().iter().for_each(|s| s.gather(found)),
            Tree::Map(entries) if !entries.is_empty() => self.entries().iter().for_each(|(_, s)| s.gather(found)),
            _ => found.push(self.clone()),
        }
    }
}
