//! A single pass over canonical JSON (profile AIMS-C14N-1) that checks the form and hands out slices of the input.
//!
//! Nothing is allocated and nothing is decoded unless asked for: most values only have to be well formed.

pub(crate) use crate::hexadecimal::{Hash, Uuid, hex, uuid, uuid_text};
pub(crate) use crate::strings::unescape;
use crate::strings::{any_string, quotation_mark};

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

    /// Exactly what `part` read last, if it comes next again: then it is compared and not read once more.
    /// What `read` reads must show its own end, so that it cannot go on where the earlier bytes ended.
    #[inline]
    pub(crate) fn again<T: Copy>(
        &mut self,
        part: &mut Repeated<'a, T>,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        if let Some((bytes, value)) = part.0
            && self.try_lit(bytes)
        {
            return Some(value);
        }
        let from = self.rest;
        let value = read(self)?;
        part.0 = from.get(..from.len() - self.rest.len()).map(|bytes| (bytes, value));
        Some(value)
    }

    /// A string; answers what stands between the quotation marks, escapes and all.
    #[inline]
    pub(crate) fn string(&mut self) -> Option<&'a [u8]> {
        self.lit(b"\"")?;
        let end = if self.plain { quotation_mark(self.rest)? } else { any_string(self.rest)? };
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
        let hash = hex(self.take(64)?)?;
        self.lit(b"\"")?;
        Some(hash)
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&mut self) -> Option<bool> {
        if self.try_lit(b"true") { Some(true) } else { self.lit(b"false").map(|()| false) }
    }

    /// Whether an object comes next.
    pub(crate) fn is_object(&self) -> bool {
        self.rest.first() == Some(&b'{')
    }

    /// Any value inside `depth` containers; answers its bytes.
    pub(crate) fn value(&mut self, depth: u8) -> Option<&'a [u8]> {
        let from = self.rest;
        match from.first()? {
            b'"' => self.string().map(|_| ()),
            b'{' => self.members_by(depth, |_, cursor| cursor.value(depth + 1).map(|_| ())),
            b'[' => self.elements(depth, |_| ()),
            b't' => self.lit(b"true"),
            b'f' => self.lit(b"false"),
            b'n' => self.lit(b"null"),
            b'-' => self.lit(b"-").and_then(|()| self.uint()).filter(|n| *n != 0).map(|_| ()),
            _ => self.uint().map(|_| ()),
        }?;
        from.get(..from.len() - self.rest.len())
    }

    /// The members of an object inside `depth` containers, in order.
    #[inline]
    pub(crate) fn members(&mut self, depth: u8, mut each: impl FnMut(&'a [u8], &'a [u8])) -> Option<()> {
        self.members_by(depth, |key, cursor| {
            each(key, cursor.value(depth + 1)?);
            Some(())
        })
    }

    /// The same, where the caller reads each value itself, inside `depth + 1` containers.
    #[inline]
    pub(crate) fn members_by(
        &mut self,
        depth: u8,
        mut read: impl FnMut(&'a [u8], &mut Self) -> Option<()>,
    ) -> Option<()> {
        if depth >= DEPTH_MAX {
            return None;
        }
        self.lit(b"{")?;
        if self.try_lit(b"}") {
            return Some(());
        }
        let mut before = Key::default();
        loop {
            let key = self.key()?;
            key.is_after(&before).then_some(())?;
            before = key;
            read(key.name, self)?;
            if !self.try_lit(b",") {
                return self.lit(b"}");
            }
        }
    }

    /// The elements of an array inside `depth` containers, in order.
    pub(crate) fn elements(&mut self, depth: u8, mut each: impl FnMut(&'a [u8])) -> Option<()> {
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
    fn key(&mut self) -> Option<Key<'a>> {
        self.lit(b"\"")?;
        let text = self.rest;
        let len = text.iter().take(41).position(|b| !IN_KEY.get(usize::from(*b)).is_some_and(|is| *is))?;
        let name = self.take(len)?;
        self.lit(b"\":")?;
        let word = text.first_chunk().map_or_else(|| padded(name), |word| u64::from_be_bytes(*word));
        let head = if len < 8 { word & !(u64::MAX >> (8 * len)) } else { word };
        (len > 0).then_some(Key { name, head })
    }
}

/// A part of a text that tends to come again to the byte: its bytes and what was read of them.
pub(crate) struct Repeated<'a, T>(Option<(&'a [u8], T)>);

impl<T> Default for Repeated<'_, T> {
    fn default() -> Self {
        Repeated(None)
    }
}

/// The bytes of a key.
#[allow(clippy::indexing_slicing, reason = "a table made by the compiler, which would refuse a place outside of it")]
static IN_KEY: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = matches!(byte as u8, b'a'..=b'z' | b'0'..=b'9' | b'_');
        byte += 1;
    }
    table
};

/// A key, and its first eight bytes as a number that sorts as they do: most keys differ there already.
#[derive(Clone, Copy, Default)]
struct Key<'a> {
    name: &'a [u8],
    head: u64,
}

impl Key<'_> {
    #[inline]
    fn is_after(&self, before: &Key<'_>) -> bool {
        self.head > before.head || (self.head == before.head && self.name > before.name)
    }
}

/// The first eight bytes of a short text, zeros behind them.
fn padded(text: &[u8]) -> u64 {
    (0..8).fold(0, |word, at| word << 8 | text.get(at).map_or(0, |b| u64::from(*b)))
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
            r#"{"a":1,"ab":2,"ab_":3}"#,
            r#"{"same_hea":1,"same_head":2,"same_head_a":3,"same_head_b":4}"#,
            r#"{"a_name_of_exactly_forty_bytes_is_allowed":1}"#,
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
            r#"{"ab":1,"a":2}"#,
            r#"{"same_head_b":1,"same_head_a":2}"#,
            r#"{"same_head_a":1,"same_head_a":2}"#,
            r#"{"same_head":1,"same_hea":2}"#,
            r#"{"a_name_of_more_than_forty_bytes_is_refused":1}"#,
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
