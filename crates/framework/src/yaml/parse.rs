//! From text to nodes. The parser sends events; a stack of our own holds what is still open, so that depth is a number and not a call.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span};

use super::{ContentError, Key, Limits, Node, Scalar, Value};

/// Reads one document.
///
/// # Errors
/// Too long, too deep, not YAML, empty, a second document, an anchor, alias or tag, a repeated key. All repeated keys are reported;
/// after any other error nothing more can be read.
pub fn parse(file: &str, text: &str, limits: Limits) -> Result<Node, Vec<ContentError>> {
    let mut documents = Builder::new(file, limits, true).read(text)?;
    documents.truncate(1);
    documents.pop().ok_or_else(|| {
        vec![ContentError { file: file.to_owned(), line: 1, column: 1, message: "the file is empty".to_owned() }]
    })
}

/// Reads any number of documents separated by `---`; empty ones are left out.
///
/// # Errors
/// As [`parse`], but neither many documents nor none are an error.
pub fn parse_documents(file: &str, text: &str, limits: Limits) -> Result<Vec<Node>, Vec<ContentError>> {
    Builder::new(file, limits, false).read(text)
}

/// A sequence or mapping whose end has not come yet.
enum Open {
    Seq { at: Marker, nodes: Vec<Node> },
    Map { at: Marker, entries: Vec<(Key, Node)>, lines: HashMap<String, usize>, key: Option<Key> },
}

struct Builder<'a> {
    file: &'a str,
    limits: Limits,
    single: bool,
    open: Vec<Open>,
    documents: Vec<Node>,
    errors: Vec<ContentError>,
}

impl<'a> Builder<'a> {
    fn new(file: &'a str, limits: Limits, single: bool) -> Self {
        Self { file, limits, single, open: Vec::new(), documents: Vec::new(), errors: Vec::new() }
    }

    fn read(mut self, text: &str) -> Result<Vec<Node>, Vec<ContentError>> {
        if text.len() > self.limits.bytes {
            let message = format!("the file is {} bytes long; at most {} are read", text.len(), self.limits.bytes);
            return Err(vec![self.error(&Marker::new(0, 1, 0), message)]);
        }
        let mut parser = Parser::new_from_str(text);
        while let Some(event) = parser.next_event() {
            let step = match event {
                Ok((event, span)) => self.take(event, span),
                Err(scan) => Err(self.not_yaml(&scan)),
            };
            if let Err(error) = step {
                self.errors.push(error);
                break;
            }
        }
        if self.errors.is_empty() { Ok(self.documents) } else { Err(self.errors) }
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), ContentError> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) if self.single && !self.documents.is_empty() => {
                Err(self.error(&span.start, "a second document starts here; this file takes one"))
            }
            Event::DocumentStart(_) => Ok(()),
            Event::Alias(_) => Err(self.error(&span.start, NO_ALIAS)),
            Event::Scalar(text, style, anchor, tag) => {
                self.plain(&span, anchor, tag.is_some())?;
                self.scalar(text.into_owned(), style, span.start)
            }
            Event::SequenceStart(anchor, tag) => {
                self.plain(&span, anchor, tag.is_some())?;
                self.begin(Open::Seq { at: span.start, nodes: Vec::new() }, &span.start)
            }
            Event::MappingStart(anchor, tag) => {
                self.plain(&span, anchor, tag.is_some())?;
                let (entries, lines) = (Vec::new(), HashMap::new());
                self.begin(Open::Map { at: span.start, entries, lines, key: None }, &span.start)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
        }
    }

    /// Refuses what can make a small file large or change what a value is.
    fn plain(&self, span: &Span, anchor: usize, tagged: bool) -> Result<(), ContentError> {
        if anchor > 0 {
            return Err(self.error(&span.start, "anchors (`&name`) are not read; write the value out"));
        }
        if tagged {
            return Err(self.error(&span.start, "tags (`!name`) are not read; write the plain value"));
        }
        Ok(())
    }

    fn begin(&mut self, open: Open, at: &Marker) -> Result<(), ContentError> {
        if matches!(self.open.last(), Some(Open::Map { key: None, .. })) {
            return Err(self.error(at, "a key has to be one word, not a list or mapping"));
        }
        if self.open.len() >= self.limits.depth {
            return Err(self.error(at, format!("nested more than {} deep", self.limits.depth)));
        }
        self.open.push(open);
        Ok(())
    }

    fn end(&mut self) -> Result<(), ContentError> {
        let node = match self.open.pop() {
            Some(Open::Seq { at, nodes }) => node(at, Value::Seq(nodes)),
            Some(Open::Map { at, entries, .. }) => node(at, Value::Map(entries)),
            None => return Ok(()),
        };
        self.place(node);
        Ok(())
    }

    fn scalar(&mut self, text: String, style: ScalarStyle, at: Marker) -> Result<(), ContentError> {
        if let Some(Open::Map { lines, key: key @ None, .. }) = self.open.last_mut() {
            let (line, column) = (at.line(), at.col() + 1);
            if let Some(first) = lines.insert(text.clone(), line) {
                let message = format!("`{text}` stands here a second time; the first is in line {first}");
                self.errors.push(ContentError { file: self.file.to_owned(), line, column, message });
            }
            *key = Some(Key { text, line, column });
            return Ok(());
        }
        let quoted = style != ScalarStyle::Plain;
        self.place(node(at, Value::Scalar(Scalar { text, quoted })));
        Ok(())
    }

    /// Puts a finished node where it belongs: into what is open around it, or among the documents.
    fn place(&mut self, node: Node) {
        match self.open.last_mut() {
            Some(Open::Seq { nodes, .. }) => nodes.push(node),
            Some(Open::Map { entries, key, .. }) => {
                if let Some(key) = key.take() {
                    entries.push((key, node));
                }
            }
            None if node.is_null() => {}
            None => self.documents.push(node),
        }
    }

    fn not_yaml(&self, scan: &ScanError) -> ContentError {
        if scan.info().contains("unknown anchor") {
            return self.error(scan.marker(), NO_ALIAS);
        }
        self.error(scan.marker(), format!("this is not YAML: {}", scan.info()))
    }

    fn error(&self, at: &Marker, message: impl Into<String>) -> ContentError {
        ContentError {
            file: self.file.to_owned(),
            line: at.line().max(1),
            column: at.col() + 1,
            message: message.into(),
        }
    }
}

const NO_ALIAS: &str = "aliases (`*name`) are not read; write the value out";

fn node(at: Marker, value: Value) -> Node {
    Node { value, line: at.line().max(1), column: at.col() + 1 }
}
