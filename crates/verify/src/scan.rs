//! A single pass over canonical JSON (profile AIMS-C14N-1) that checks the form and hands out slices of the input.
//!
//! Nothing is allocated and nothing is decoded unless asked for: most values only have to be well formed.

use memchr::{memchr, memchr2};

/// The most containers around a value.
const DEPTH_MAX: u8 = 8;
/// The largest magnitude of an integer, 2^53 - 1.
const INTEGER_MAX: u64 = (1 << 53) - 1;
/// A UUID's sixteen bytes.
pub(crate) type Uuid = [u8; 16];
/// A SHA-256 digest.
pub(crate) type Hash = [u8; 32];

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

/// Lower-case hex of exactly `out`'s length, which is a multiple of two.
#[inline]
pub(crate) fn hex(text: &[u8], out: &mut [u8]) -> Option<()> {
    if text.len() != out.len() * 2 {
        return None;
    }
    let (words, rest) = text.as_chunks::<8>();
    let (quads, tail) = out.as_chunks_mut::<4>();
    let mut good = true;
    for (word, quad) in words.iter().zip(quads) {
        good &= hex_word(*word, quad);
    }
    if !rest.is_empty() {
        // A short tail is padded with zeros, which are digits.
        let (mut word, mut quad) = ([b'0'; 8], [0; 4]);
        word.get_mut(..rest.len())?.copy_from_slice(rest);
        good &= hex_word(word, &mut quad);
        tail.copy_from_slice(quad.get(..tail.len())?);
    }
    good.then_some(())
}

/// Eight digits at once: letters have bit 6 set, and their low half is nine less than their value.
#[inline]
fn hex_word(word: [u8; 8], out: &mut [u8; 4]) -> bool {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let digits = u64::from_le_bytes(word);
    let letters = (digits >> 6) & EACH;
    let halves_fit = digits & (EACH * 0xf0) == EACH * 0x30 + letters * 0x30;
    let values = (digits & (EACH * 0x0f)) + letters * 9;
    // A digit stays below 10 and a letter does not: adding 6 carries into bit 4 for letters only.
    let in_range = ((values + EACH * 6) >> 4) & EACH == letters && values & (EACH * 0x10) == 0;
    let pairs = (values << 4 | values >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff;
    *out = ((fours | fours >> 16) as u32).to_le_bytes();
    halves_fit && in_range
}

/// A UUID without quotation marks.
#[inline]
pub(crate) fn uuid(text: &[u8]) -> Option<Uuid> {
    let text: &[u8; 36] = text.try_into().ok()?;
    let (first, rest) = text.split_first_chunk::<8>()?;
    let (second, rest) = rest.split_first_chunk::<5>()?;
    let (third, rest) = rest.split_first_chunk::<5>()?;
    let (fourth, last) = rest.split_first_chunk::<5>()?;
    let ([b'-', a, b, c, d], [b'-', e, f, g, h], [b'-', i, j, k, l]) = (second, third, fourth) else { return None };
    let (hyphen, last) = last.split_first()?;
    let (last_four, last_eight) = last.split_first_chunk::<4>()?;
    let [m, n, o, p] = last_four;
    let middle = [[*a, *b, *c, *d, *e, *f, *g, *h], [*i, *j, *k, *l, *m, *n, *o, *p]];
    let mut id = [0; 16];
    let words = [*first, middle[0], middle[1], last_eight.try_into().ok()?];
    let (quads, _) = id.as_chunks_mut::<4>();
    let mut good = *hyphen == b'-';
    for (word, quad) in words.into_iter().zip(quads) {
        good &= hex_word(word, quad);
    }
    good.then_some(id)
}

/// A UUID as it is written.
pub(crate) fn uuid_text(id: &Uuid) -> [u8; 36] {
    let mut text = [b'-'; 36];
    let groups = [(0, 8, 0, 4), (9, 13, 4, 6), (14, 18, 6, 8), (19, 23, 8, 10), (24, 36, 10, 16)];
    for (from, to, first, last) in groups {
        if let (Some(out), Some(bytes)) = (text.get_mut(from..to), id.get(first..last)) {
            // The lengths match by the table above; nothing else can fail.
            let _ = hex::encode_to_slice(bytes, out);
        }
    }
    text
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

    #[test]
    fn uuids_are_read_and_written() {
        let text = b"01940c9e-0f4d-7cc3-9d54-2d8cf1a0b001";
        assert_eq!(uuid(text).map(|id| uuid_text(&id)), Some(*text));
        assert_eq!(uuid(b"01940C9e-0f4d-7cc3-9d54-2d8cf1a0b001"), None);
        for bad in 0..=255u8 {
            let (mut text, digit) = (*b"00000000", matches!(bad, b'0'..=b'9' | b'a'..=b'f'));
            text[3] = bad;
            assert_eq!(hex(&text, &mut [0; 4]).is_some(), digit, "{bad}");
        }
        let mut all = [0; 10];
        assert_eq!(hex(b"0123456789abcdef00ff", &mut all), Some(()));
        assert_eq!(all, [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0, 0xff]);
        assert_eq!(uuid(b"01940c9e00f4d-7cc3-9d54-2d8cf1a0b001"), None);
    }
}
