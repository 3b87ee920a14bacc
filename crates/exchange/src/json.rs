//! JSON from outside, read strictly but without loss: no key twice, no depth without end, numbers as they are written.
//!
//! One thing that is not JSON is let through with a note, since real descriptions of data hold it: the bare words `NaN`, `Infinity` and
//! `-Infinity`. They become text.

use std::collections::HashSet;

use crate::{Note, Unreadable, decode::place, tree::Tree};

/// Objects and arrays around a value.
const DEPTH_MAX: usize = 64;
/// Values of a document.
const NODES_MAX: usize = 1_000_000;

pub(crate) fn parse(text: &str, notes: &mut Vec<Note>) -> Result<Tree, Unreadable> {
    let mut reader = Reader { text, at: 0, depth: 0, nodes: 0, notes };
    reader.blank();
    let tree = reader.value()?;
    reader.blank();
    match reader.peek() {
        None => Ok(tree),
        Some(_) => Err(reader.wrong("something follows after the end of the document")),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    nodes: usize,
    notes: &'a mut Vec<Note>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn error(&self, code: &'static str, message: impl Into<String>) -> Unreadable {
        Unreadable::new(code, message).at(place(self.text, self.at))
    }

    fn wrong(&self, what: &str) -> Unreadable {
        self.error("json_invalid", format!("this is not JSON: {what}"))
    }

    fn value(&mut self) -> Result<Tree, Unreadable> {
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            return Err(self.error("too_large", format!("the document holds more than {NODES_MAX} values")));
        }
        match self.peek() {
            Some(b'{') => self.nested(Self::map),
            Some(b'[') => self.nested(Self::list),
            Some(b'"') => self.string().map(Tree::Text),
            Some(_) => self.word(),
            None => Err(self.wrong("it ends too early")),
        }
    }

    fn nested(&mut self, inside: fn(&mut Self) -> Result<Tree, Unreadable>) -> Result<Tree, Unreadable> {
        if self.depth >= DEPTH_MAX {
            return Err(
                self.error("json_too_deep", format!("objects and arrays are nested more than {DEPTH_MAX} deep"))
            );
        }
        self.depth += 1;
        self.at += 1;
        let tree = inside(self);
        self.depth -= 1;
        tree
    }

    fn list(&mut self) -> Result<Tree, Unreadable> {
        let mut items = Vec::new();
        loop {
            self.blank();
            if items.is_empty() && self.took(b']') {
                return Ok(Tree::List(items));
            }
            items.push(self.value()?);
            self.blank();
            if self.took(b']') {
                return Ok(Tree::List(items));
            }
            self.expect(b',', "a comma or `]` is missing")?;
        }
    }

    fn map(&mut self) -> Result<Tree, Unreadable> {
        let mut entries: Vec<(String, Tree)> = Vec::new();
        let mut seen = HashSet::new();
        loop {
            self.blank();
            if entries.is_empty() && self.took(b'}') {
                return Ok(Tree::Map(entries));
            }
            let start = self.at;
            let key = self.string()?;
            if !seen.insert(key.clone()) {
                self.at = start;
                return Err(self.error("json_duplicate_key", format!("the field `{key}` appears twice")));
            }
            self.blank();
            self.expect(b':', "a colon is missing")?;
            self.blank();
            entries.push((key, self.value()?));
            self.blank();
            if self.took(b'}') {
                return Ok(Tree::Map(entries));
            }
            self.expect(b',', "a comma or `}` is missing")?;
        }
    }

    fn took(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8, otherwise: &str) -> Result<(), Unreadable> {
        if self.took(byte) { Ok(()) } else { Err(self.wrong(otherwise)) }
    }

    fn word(&mut self) -> Result<Tree, Unreadable> {
        let end = self.rest().find([',', ']', '}', ' ', '\n', '\r', '\t']).unwrap_or(self.rest().len());
        let word = self.rest().get(..end).unwrap_or_default().to_owned();
        let tree = match word.as_str() {
            "null" => Tree::Null,
            "true" => Tree::Bool(true),
            "false" => Tree::Bool(false),
            "NaN" | "Infinity" | "-Infinity" => {
                let message = format!("`{word}` is not a number in JSON; it was taken as text");
                self.notes.push(Note::new("not_a_number", message).at(place(self.text, self.at)));
                Tree::Text(word.clone())
            }
            number if is_number(number) => Tree::Number(word.clone()),
            _ => return Err(self.wrong("a value is expected here")),
        };
        self.at += word.len();
        Ok(tree)
    }

    fn string(&mut self) -> Result<String, Unreadable> {
        self.expect(b'"', "a quotation mark is missing")?;
        let mut text = String::new();
        loop {
            let end = self
                .rest()
                .find(|c: char| c == '"' || c == '\\' || c < ' ')
                .ok_or_else(|| self.wrong("a text has no end"))?;
            text.push_str(self.rest().get(..end).unwrap_or_default());
            self.at += end;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                _ => return Err(self.wrong("a text holds a control character")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Unreadable> {
        self.at += 1;
        let found = match self.peek() {
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{C}',
            Some(b @ (b'"' | b'\\' | b'/')) => char::from(b),
            Some(b'u') => return self.unicode(),
            _ => return Err(self.wrong("an escape is unknown")),
        };
        self.at += 1;
        Ok(found)
    }

    fn unicode(&mut self) -> Result<char, Unreadable> {
        let high = self.four()?;
        let found = match high {
            0 => None,
            0xD800..=0xDBFF if self.rest().starts_with("\\u") => {
                self.at += 1;
                let low = self.four()?;
                (0xDC00..=0xDFFF).contains(&low).then(|| 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
            }
            other => Some(other),
        };
        found.and_then(char::from_u32).ok_or_else(|| self.wrong("an escape names no character"))
    }

    /// The four digits after the `u` under the cursor.
    fn four(&mut self) -> Result<u32, Unreadable> {
        let digits = self.text.get(self.at + 1..self.at + 5).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let code =
            digits.and_then(|d| u32::from_str_radix(d, 16).ok()).ok_or_else(|| self.wrong("an escape is cut short"))?;
        self.at += 5;
        Ok(code)
    }
}

/// Whether this is a number by the grammar of JSON.
fn is_number(word: &str) -> bool {
    let all = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = word.split_once(['e', 'E']).map_or((word, None), |(m, e)| (m, Some(e)));
    let digits = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    all(whole)
        && (whole.len() == 1 || !whole.starts_with('0'))
        && fraction.is_none_or(all)
        && exponent.is_none_or(|e| all(e.strip_prefix(['+', '-']).unwrap_or(e)))
}
