//! Every way to spoil a file of content at one place: a value of another type, a key left out, misspelt or given twice, an element left
//! out or given twice, one reference in place of another.

use aims_framework::yaml::{Limits, Node, Value, parse};

/// A file as a tree that can be written in other ways than YAML's readers allow, such as with a key twice.
#[derive(Clone, Debug)]
pub enum Tree {
    Scalar(String),
    Seq(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

/// What is done at one place.
type Change = (&'static str, fn(&Tree, &Tree) -> Tree);

/// What is done to a value, given a scalar that stands elsewhere in the same file.
const CHANGES: [Change; 9] = [
    ("nothing", |_, _| scalar("null")),
    ("yes", |_, _| scalar("true")),
    ("a number", |_, _| scalar("0")),
    ("a word nobody knows", |_, _| scalar("zzz-unknown")),
    ("what stands elsewhere", |_, other| other.clone()),
    ("a list of it", |old, _| Tree::Seq(vec![old.clone()])),
    ("a mapping of it", |old, _| Tree::Map(vec![("zzz".to_owned(), old.clone())])),
    ("misspelt, empty, or one less", less),
    ("the last twice", twice),
];

/// How many ways there are to spoil each key of a mapping.
const KEYS: usize = 3;

fn scalar(text: &str) -> Tree {
    Tree::Scalar(text.to_owned())
}

fn less(old: &Tree, _: &Tree) -> Tree {
    match old {
        Tree::Scalar(text) => Tree::Scalar(misspelt(text)),
        Tree::Seq(list) => Tree::Seq(list.iter().skip(1).cloned().collect()),
        Tree::Map(entries) => Tree::Map(entries.iter().skip(1).cloned().collect()),
    }
}

fn twice(old: &Tree, _: &Tree) -> Tree {
    match old {
        Tree::Scalar(text) => Tree::Scalar(format!("{text}{text}")),
        Tree::Seq(list) => Tree::Seq(list.iter().chain(list.last()).cloned().collect()),
        Tree::Map(entries) => Tree::Map(entries.iter().chain(entries.last()).cloned().collect()),
    }
}

/// A word without its second letter.
fn misspelt(word: &str) -> String {
    word.char_indices().filter(|(n, _)| *n != word.chars().next().map_or(0, char::len_utf8)).map(|(_, c)| c).collect()
}

impl Tree {
    /// Reads a file that is in order.
    pub fn of(name: &str, text: &str) -> Tree {
        tree(&parse(name, text, Limits::CONTENT).expect("a file of the content"))
    }

    /// In how many ways it can be spoilt.
    pub fn ways(&self) -> usize {
        CHANGES.len()
            + match self {
                Tree::Scalar(_) => 0,
                Tree::Seq(list) => list.iter().map(Tree::ways).sum(),
                Tree::Map(entries) => entries.iter().map(|(_, value)| KEYS + value.ways()).sum(),
            }
    }

    /// Spoils it in the way of this number, and says how.
    pub fn spoil(&mut self, mut way: usize, other: &Tree) -> String {
        if let Some((what, change)) = CHANGES.get(way) {
            *self = change(self, other);
            return (*what).to_owned();
        }
        way -= CHANGES.len();
        match self {
            Tree::Scalar(_) => unreachable!("a scalar has no more ways"),
            Tree::Seq(list) => {
                let n = place(&mut way, list.iter().map(Tree::ways));
                format!("{}: {}", n + 1, list[n].spoil(way, other))
            }
            Tree::Map(entries) => {
                let n = place(&mut way, entries.iter().map(|(_, value)| KEYS + value.ways()));
                let key = entries[n].0.clone();
                let what = match way {
                    0 => {
                        entries.remove(n);
                        "left out".to_owned()
                    }
                    1 => {
                        entries[n].0 = misspelt(&key);
                        "key misspelt".to_owned()
                    }
                    2 => {
                        entries.push(entries[n].clone());
                        "key given twice".to_owned()
                    }
                    _ => entries[n].1.spoil(way - KEYS, other),
                };
                format!("{key}: {what}")
            }
        }
    }

    /// All scalars, in the order written.
    pub fn scalars<'t>(&'t self, found: &mut Vec<&'t Tree>) {
        match self {
            Tree::Scalar(_) => found.push(self),
            Tree::Seq(list) => list.iter().for_each(|one| one.scalars(found)),
            Tree::Map(entries) => entries.iter().for_each(|(_, value)| value.scalars(found)),
        }
    }

    /// As YAML in flow form, a line for each entry.
    pub fn written(&self) -> String {
        match self {
            Tree::Scalar(text) => word(text),
            Tree::Seq(list) => format!("[{}]", list.iter().map(Tree::written).collect::<Vec<_>>().join(",\n")),
            Tree::Map(entries) => {
                let entry = |(key, value): &(String, Tree)| format!("{}: {}", word(key), value.written());
                format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(",\n"))
            }
        }
    }
}

/// The part in which the way stands, which becomes the way within it.
fn place(way: &mut usize, sizes: impl Iterator<Item = usize>) -> usize {
    for (size, n) in sizes.zip(0..) {
        if *way < size {
            return n;
        }
        *way -= size;
    }
    unreachable!("the way is one of those counted")
}

fn tree(node: &Node) -> Tree {
    match &node.value {
        Value::Scalar(scalar) => Tree::Scalar(scalar.text.clone()),
        Value::Seq(list) => Tree::Seq(list.iter().map(tree).collect()),
        Value::Map(entries) => Tree::Map(entries.iter().map(|(key, node)| (key.text.clone(), tree(node))).collect()),
    }
}

/// Plain where that is safe, else in quotes.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    let starts = text.chars().next().is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    if starts && text.chars().all(plain) { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}
