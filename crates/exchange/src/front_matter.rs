//! The YAML at the head of a card, read as it is found in the wild: whatever its meaning is, it is data. Aliases are refused, since a
//! few of them can stand for gigabytes; everything else that is odd is said in a note.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use crate::{Note, Unreadable, tree::Tree};

const DEPTH_MAX: usize = 64;
const NODES_MAX: usize = 100_000;

/// A card cut in two: the text of the front matter and the body.
pub(crate) fn split(text: &str) -> (Option<&str>, &str) {
    let Some(after) = text.strip_prefix("---").and_then(|t| t.trim_start_matches([' ', '\t', '\r']).strip_prefix('\n'))
    else {
        return (None, text);
    };
    let mut at = 0;
    for line in after.split_inclusive('\n') {
        if line.trim_end() == "---" {
            return (after.get(..at), after.get(at + line.len()..).unwrap_or_default());
        }
        at += line.len();
    }
    (None, text)
}

/// Why front matter could not be read.
pub(crate) enum Broken {
    /// Not YAML: the card is read without it.
    Syntax(String),
    /// Refused: the whole card is.
    Refused(Unreadable),
}

pub(crate) fn parse(text: &str, notes: &mut Vec<Note>) -> Result<Tree, Broken> {
    // The parser follows brackets by calling itself no deeper than they are nested; they are counted before it sees them.
    if deepest_flow(text) > DEPTH_MAX {
        return Err(refused("json_too_deep", format!("the front matter is nested more than {DEPTH_MAX} deep"), None));
    }
    let mut builder = Builder { open: Vec::new(), root: None, nodes: 0, notes };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|e| {
            let broken = e.info().to_owned();
            if broken.contains("anchor") {
                refused("alias", NO_ALIAS.to_owned(), None)
            } else {
                Broken::Syntax(format!("{broken}, line {}", e.marker().line() + 1))
            }
        })?;
        builder.take(event, &span)?;
    }
    Ok(builder.root.unwrap_or(Tree::Null))
}

const NO_ALIAS: &str = "the front matter uses YAML aliases (`*name`), which are refused; write the values out";

fn refused(code: &'static str, message: String, span: Option<&Span>) -> Broken {
    let place = span.map(|s| format!("line {}, column {}", s.start.line() + 1, s.start.col() + 1)).unwrap_or_default();
    Broken::Refused(Unreadable::new(code, message).at(place))
}

fn deepest_flow(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

enum Open {
    List(Vec<Tree>),
    Map { entries: Vec<(String, Tree)>, used: HashMap<String, usize>, key: Option<String> },
}

struct Builder<'a> {
    open: Vec<Open>,
    root: Option<Tree>,
    nodes: usize,
    notes: &'a mut Vec<Note>,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: &Span) -> Result<(), Broken> {
        self.nodes += 1;
        if self.nodes > NODES_MAX || self.open.len() > DEPTH_MAX {
            let message =
                format!("the front matter holds more than {NODES_MAX} values or nests more than {DEPTH_MAX} deep");
            return Err(refused("json_too_deep", message, Some(span)));
        }
        match event {
            Event::Alias(_) => return Err(refused("alias", NO_ALIAS.to_owned(), Some(span))),
            Event::Scalar(text, style, _, _) => self.place(scalar(&text, style)),
            Event::SequenceStart(..) => self.open.push(Open::List(Vec::new())),
            Event::MappingStart(..) => {
                self.open.push(Open::Map { entries: Vec::new(), used: HashMap::new(), key: None })
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::List(items)) => self.place(Tree::List(items)),
                Some(Open::Map { entries, .. }) => self.place(Tree::Map(entries)),
                None => {}
            },
            _ => {}
        }
        Ok(())
    }

    /// Puts a finished value where it belongs: as a key, under its key, into its list.
    fn place(&mut self, tree: Tree) {
        match self.open.last_mut() {
            Some(Open::List(items)) => items.push(tree),
            Some(Open::Map { entries, used, key }) => match key.take() {
                Some(name) => entries.push((free(used, name, self.notes), tree)),
                None => *key = Some(as_key(&tree)),
            },
            None if self.root.is_none() => self.root = Some(tree),
            None => {}
        }
    }
}

/// The key, or the key with a number where it was used before; the first one counts.
fn free(used: &mut HashMap<String, usize>, name: String, notes: &mut Vec<Note>) -> String {
    let count = used.entry(name.clone()).or_default();
    *count += 1;
    if *count == 1 {
        return name;
    }
    if *count == 2 {
        let message = format!("`{name}` stands in the front matter twice; the first counts, the other was kept aside");
        notes.push(Note::new("duplicate_key", message));
    }
    format!("{name} ({count})")
}

fn as_key(tree: &Tree) -> String {
    match tree {
        Tree::Map(entries) => format!("{{{}}}", entries.iter().map(|(k, _)| k.as_str()).collect::<Vec<_>>().join(", ")),
        other => other.leaf().unwrap_or("[…]").to_owned(),
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Tree {
    let plain = style == ScalarStyle::Plain;
    match text {
        "" | "~" | "null" | "Null" | "NULL" if plain => Tree::Null,
        _ => Tree::Text(text.to_owned()),
    }
}
