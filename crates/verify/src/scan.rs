//! A single pass over canonical JSON (profile AIMS-C14N-1) that checks the form and hands out slices of the input.
//!
//! Nothing is allocated and nothing is decoded unless asked for: most values only have to be well formed.

pub(crate) use crate::hexadecimal::{Hash, Uuid, hex, uuid, uuid_text};
use memchr::{memchr, memchr2};

/// The most containers around a value.
const DEPTH_MAX: u8 = 8;
/// The largest magnitude of an integer, 2^53 - 1.
const INTEGER_MAX: u64 = (1 << 53) - 1;

/// A place in canonical JSON. Every method answers `None` where the bytes are not what it is asked for.
pub(crate) struct Cursor<'a> {
    rest: &'a [u8],
    whole: usize,
    /// No byte below 0x20, none above 0x7f and no backslash: then every string ends at the next quotation mark.
    plain: bool,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        // One branch-free pass lets almost every string be read without looking at its bytes again.
        let odd =
            bytes.iter().fold(0, |odd, b| odd | u8::from(*b < 0x20) | u8::from(*b > 0x7f) | u8::from(*b == b'\\'));
        Self { rest: bytes, whole: bytes.len(), plain: odd == 0 }
    }

    /// How many bytes were read.
    pub(crate) fn offset(&self) -> usize {
        self.whole - self.rest.len()
    }

    /// Nothing follows.
    pub(crate) fn end(&self) -> Option<()> {
        self.rest.is_empty().then_some(())
    }

    /// Exactly these bytes.
    #[inline(always)]
    pub(crate) fn lit(&mut self, bytes: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(bytes)?;
        Some(())
    }

    /// These bytes, if they come next.
    #[inline(always)]
    pub(crate) fn try_lit(&mut self, bytes: &[u8]) -> bool {
        self.lit(bytes).is_some()
    }

    #[inline(always)]
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(taken)
    }

    /// A string; answers what stands between the quotation marks, escapes and all.
    #[inline]
    pub(crate) fn string(&mut self) -> Option<&'a [u8]> {
        self.lit(b"\"")?;
        let end = if self.plain { memchr(b'"', self.rest)? } else { odd_string(self.rest)? };
        let text = self.take(end)?;
        self.lit(b"\"")?;
        Some(text)
    }

    /// An integer that is not negative, at most 2^53 - 1.
    #[inline]
    pub(crate) fn uint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        let mut len = 0usize;
        for b in self.rest.iter().take(17) {
            let digit = b.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            value = value * 10 + u64::from(digit);
            len += 1;
        }
        let digits = self.take(len)?;
        let spelled = len == 1 || (len > 1 && digits.first() != Some(&b'0'));
        (spelled && value <= INTEGER_MAX).then_some(value)
    }

    /// A quoted UUID: lower-case hex, 8-4-4-4-12.
    #[inline]
    pub(crate) fn uuid(&mut self) -> Option<Uuid> {
        self.lit(b"\"")?;
        let id = uuid(self.take(36)?)?;
        self.lit(b"\"")?;
        Some(id)
    }

    /// A quoted digest in lower-case hex.
    #[inline]
    pub(crate) fn hash(&mut self) -> Option<Hash> {
        self.lit(b"\"")?;
        let mut hash = [0; 32];
        hex(self.take(64)?, &mut hash)?;
        self.lit(b"\"")?;
        Some(hash)
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&mut self) -> Option<bool> {
        if self.try_lit(b"true") { Some(true) } else { self.lit(b"false").map(|()| false) }
    }

    /// Any value inside `depth` containers; answers its bytes.
    pub(crate) fn value(&mut self, depth: u8) -> Option<&'a [u8]> {
        let from = self.rest;
        match from.first()? {
            b'"' => self.string().map(|_| ()),
            b'{' => self.members(depth, &mut |_, _| ()),
            b'[' => self.elements(depth, &mut |_| ()),
            b't' => self.lit(b"true"),
            b'f' => self.lit(b"false"),
            b'n' => self.lit(b"null"),
            b'-' => self.lit(b"-").and_then(|()| self.uint()).filter(|n| *n != 0).map(|_| ()),
            _ => self.uint().map(|_| ()),
        }?;
        from.get(..from.len() - self.rest.len())
    }

    /// The members of an object inside `depth` containers, in order.
    pub(crate) fn members(&mut self, depth: u8, each: &mut dyn FnMut(&'a [u8], &'a [u8])) -> Option<()> {
        if depth >= DEPTH_MAX {
            return None;
        }
        self.lit(b"{")?;
        if self.try_lit(b"}") {
            return Some(());
        }
        let mut before: &[u8] = b"";
        loop {
            let key = self.key()?;
            if key <= before {
                return None;
            }
            before = key;
            each(key, self.value(depth + 1)?);
            if !self.try_lit(b",") {
                return self.lit(b"}");
            }
        }
    }

    /// The elements of an array inside `depth` containers, in order.
    pub(crate) fn elements(&mut self, depth: u8, each: &mut dyn FnMut(&'a [u8])) -> Option<()> {
        if depth >= DEPTH_MAX {
            return None;
        }
        self.lit(b"[")?;
        if self.try_lit(b"]") {
            return Some(());
        }
        loop {
            each(self.value(depth + 1)?);
            if !self.try_lit(b",") {
                return self.lit(b"]");
            }
        }
    }

    /// A list of UUIDs.
    pub(crate) fn uuids(&mut self) -> Option<()> {
        self.lit(b"[")?;
        if self.try_lit(b"]") {
            return Some(());
        }
        loop {
            self.uuid()?;
            if !self.try_lit(b",") {
                return self.lit(b"]");
            }
        }
    }

    #[inline]
    fn key(&mut self) -> Option<&'a [u8]> {
        self.lit(b"\"")?;
        let len = self.rest.iter().take(41).position(|b| !matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))?;
        let key = self.take(len)?;
        self.lit(b"\":")?;
        (len > 0).then_some(key)
    }
}

/// The length of a string that holds escapes or characters beyond ASCII, up to its closing quotation mark.
fn odd_string(text: &[u8]) -> Option<usize> {
    let mut end = 0;
    let mut escaped = false;
    loop {
        let rest = text.get(end..)?;
        let at = memchr2(b'"', b'\\', rest)?;
        end += at;
        if rest.get(at) == Some(&b'"') {
            break;
        }
        escaped = true;
        end += escape(rest.get(at + 1..)?)?.1 + 1;
    }
    let text = text.get(..end)?;
    if text.iter().any(|b| *b < 0x20) {
        return None;
    }
    if !text.is_ascii() {
        let normal = if escaped {
            unicode_normalization::is_nfc(&unescape(text)?)
        } else {
            unicode_normalization::is_nfc(std::str::from_utf8(text).ok()?)
        };
        normal.then_some(())?;
    }
    Some(end)
}

/// What an escape stands for, and the bytes it takes after its backslash. Only the one canonical spelling counts.
fn escape(after: &[u8]) -> Option<(u8, usize)> {
    Some(match after.first()? {
        b'"' => (b'"', 1),
        b'\\' => (b'\\', 1),
        b'b' => (8, 1),
        b't' => (9, 1),
        b'n' => (10, 1),
        b'f' => (12, 1),
        b'r' => (13, 1),
        b'u' => {
            let mut code = [0; 2];
            hex(after.get(1..5)?, &mut code)?;
            let [0, low @ (1..=7 | 11 | 14..=31)] = code else { return None };
            (low, 5)
        }
        _ => return None,
    })
}

/// The text that stands between the quotation marks of a canonical string.
pub(crate) fn unescape(raw: &[u8]) -> Option<String> {
    let mut text = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr(b'\\', rest) {
        text.extend_from_slice(rest.get(..at)?);
        let (byte, len) = escape(rest.get(at + 1..)?)?;
        text.push(byte);
        rest = rest.get(at + 1 + len..)?;
    }
    text.extend_from_slice(rest);
    String::from_utf8(text).ok()
}

/// Why bytes are not one canonical JSON value: a sentence's end naming the byte; `None` where they are.
pub(crate) fn fault(bytes: &[u8]) -> Option<String> {
    let mut cursor = Cursor::new(bytes);
    if cursor.value(0).and_then(|_| cursor.end()).is_some() {
        return None;
    }
    let meaning = if serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok() {
        "it is JSON, but not in its one canonical spelling"
    } else {
        "it is not JSON"
    };
    Some(format!("{meaning}, at byte {}", cursor.offset()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(text: &str) -> bool {
        fault(text.as_bytes()).is_none()
    }

    #[test]
    fn canonical_values_pass() {
        for text in [
            r#"{"a":[1,-5,true,false,null,"x"],"b_1":{}}"#,
            r#""\u0001\b\t\n\f\r\"\\ä""#,
            "9007199254740991",
            "[[[[[[[[]]]]]]]]",
            "\"\\n\u{303}\"",
            "{}",
        ] {
            assert!(sound(text), "{text}");
        }
    }

    #[test]
    fn other_spellings_do_not() {
        for text in [
            r#"{"b":1,"a":2}"#,
            r#"{"a":1,"a":2}"#,
            r#"{"A":1}"#,
            r#"{"":1}"#,
            "{ }",
            "[1, 2]",
            "[1,]",
            "-0",
            "01",
            "1.0",
            "1e3",
            "9007199254740992",
            r#""\u0000""#,
            r#""\u0041""#,
            r#""\u000A""#,
            r#""\u000a""#,
            r#""\/""#,
            "\"a\u{301}\"",
            "[[[[[[[[[]]]]]]]]]",
            "\"\n\"",
            "",
            "{",
            "\"",
            "nul",
            "{}x",
            "\u{feff}{}",
            r#""\ud800""#,
            "[",
            "-",
            "\"\\",
        ] {
            assert!(!sound(text), "{text}");
        }
        assert!(fault(b"\"\xff\"").is_some());
    }
}
