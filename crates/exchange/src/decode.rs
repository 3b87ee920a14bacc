//! Bytes to text: UTF-8, with or without a byte order mark, or UTF-16 as some SPDX tools write it.

use crate::{Note, Unreadable};

/// The text of a file and what was unusual about its bytes.
pub(crate) struct Decoded {
    pub text: String,
    pub notes: Vec<Note>,
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded, Unreadable> {
    match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => {
            utf8(rest, vec![Note::new("byte_order_mark", "the file begins with a byte order mark, which was left out")])
        }
        [0, first, ..] if *first != 0 => utf16(bytes, u16::from_be_bytes),
        [first, 0, ..] if *first != 0 => utf16(bytes, u16::from_le_bytes),
        _ => utf8(bytes, Vec::new()),
    }
}

fn utf8(bytes: &[u8], notes: Vec<Note>) -> Result<Decoded, Unreadable> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Decoded { text: text.to_owned(), notes }),
        Err(error) => {
            let read = bytes.get(..error.valid_up_to()).map(String::from_utf8_lossy).unwrap_or_default();
            let message = "the text is neither UTF-8 nor UTF-16; save the file as UTF-8";
            Err(Unreadable::new("json_invalid", message).at(place(&read, read.len())))
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Decoded, Unreadable> {
    let units = bytes.chunks(2).map(|pair| match pair {
        [a, b] => unit([*a, *b]),
        _ => 0xDC00,
    });
    let text: Result<String, _> = char::decode_utf16(units).collect();
    match text {
        Ok(text) => Ok(Decoded { text, notes: vec![Note::new("utf_16", "the file is UTF-16 and was read as such")] }),
        Err(_) => {
            Err(Unreadable::new("json_invalid", "the text begins as UTF-16 but is damaged; save the file as UTF-8"))
        }
    }
}

/// `line 3, column 7` for the byte `at`.
pub(crate) fn place(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}, column {column}")
}
