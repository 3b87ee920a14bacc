//! Writing canonical JSON.

use serde_json::{Map, Number, Value};
use unicode_normalization::is_nfc;

use super::{CanonicalError, CanonicalErrorKind as Kind, DEPTH_MAX, INTEGER_MAX, is_key};

/// Writes a JSON value canonically; what the profile does not allow is refused, never converted.
pub fn value_to_vec(value: &Value) -> Result<Vec<u8>, CanonicalError> {
    let mut writer = Writer { out: Vec::new(), depth: 0 };
    match writer.value(value) {
        Ok(()) => Ok(writer.out),
        Err(kind) => Err(CanonicalError { kind, offset: writer.out.len() }),
    }
}

struct Writer {
    out: Vec<u8>,
    depth: usize,
}

impl Writer {
    fn value(&mut self, value: &Value) -> Result<(), Kind> {
        match value {
            Value::Null => self.raw("null"),
            Value::Bool(true) => self.raw("true"),
            Value::Bool(false) => self.raw("false"),
            Value::Number(number) => self.number(number)?,
            Value::String(text) => self.string(text)?,
            Value::Array(items) => self.nested(|writer| writer.array(items))?,
            Value::Object(members) => self.nested(|writer| writer.object(members))?,
        }
        Ok(())
    }

    fn nested(&mut self, write: impl FnOnce(&mut Self) -> Result<(), Kind>) -> Result<(), Kind> {
        if self.depth == DEPTH_MAX {
            return Err(Kind::TooDeep);
        }
        self.depth += 1;
        write(self)?;
        self.depth -= 1;
        Ok(())
    }

    fn array(&mut self, items: &[Value]) -> Result<(), Kind> {
        self.raw("[");
        for (position, item) in items.iter().enumerate() {
            if position > 0 {
                self.raw(",");
            }
            self.value(item)?;
        }
        self.raw("]");
        Ok(())
    }

    fn object(&mut self, members: &Map<String, Value>) -> Result<(), Kind> {
        // Sorted here, because another crate may switch serde_json to keep the order of insertion.
        let mut members = members.iter().collect::<Vec<_>>();
        members.sort_unstable_by_key(|(key, _)| *key);
        self.raw("{");
        for (position, (key, value)) in members.into_iter().enumerate() {
            if position > 0 {
                self.raw(",");
            }
            if !is_key(key) {
                return Err(Kind::Key(key.clone()));
            }
            self.string(key)?;
            self.raw(":");
            self.value(value)?;
        }
        self.raw("}");
        Ok(())
    }

    fn number(&mut self, number: &Number) -> Result<(), Kind> {
        let text = number.to_string();
        if number.is_f64() {
            return Err(Kind::NotInteger(text));
        }
        let in_range = number.as_i64().is_some_and(|integer| integer.unsigned_abs() <= INTEGER_MAX.unsigned_abs());
        if !in_range {
            return Err(Kind::NumberOutOfRange(text));
        }
        self.raw(&text);
        Ok(())
    }

    fn string(&mut self, text: &str) -> Result<(), Kind> {
        if !text.is_ascii() && !is_nfc(text) {
            return Err(Kind::NotNormalized);
        }
        self.raw("\"");
        for character in text.chars() {
            match character {
                '\0' => return Err(Kind::Nul),
                '"' => self.raw("\\\""),
                '\\' => self.raw("\\\\"),
                '\u{8}' => self.raw("\\b"),
                '\t' => self.raw("\\t"),
                '\n' => self.raw("\\n"),
                '\u{c}' => self.raw("\\f"),
                '\r' => self.raw("\\r"),
                '\u{1}'..='\u{1f}' => self.raw(&format!("\\u{:04x}", u32::from(character))),
                _ => self.raw(character.encode_utf8(&mut [0; 4])),
            }
        }
        self.raw("\"");
        Ok(())
    }

    fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }
}
