//! Checking that bytes are canonical JSON, in one pass and without building anything.

use unicode_normalization::is_nfc;

use super::{CanonicalError, CanonicalErrorKind as Kind, DEPTH_MAX, INTEGER_MAX, is_key};

const WHITE_SPACE: Kind = Kind::NotCanonical("white space outside strings is not canonical");
const ESCAPE: Kind = Kind::NotCanonical("the escape is not the one RFC 8785 asks for");

/// Accepts exactly the bytes that [`to_vec`](super::to_vec) can write.
pub fn check(bytes: &[u8]) -> Result<(), CanonicalError> {
    let text =
        str::from_utf8(bytes).map_err(|error| CanonicalError { kind: Kind::NotUtf8, offset: error.valid_up_to() })?;
    let mut scanner = Scanner { text, at: 0, depth: 0 };
    let checked = scanner.value().and_then(|()| scanner.end());
    checked.map_err(|kind| CanonicalError { kind, offset: scanner.at })
}

/// Walks over the text; `at` always stands at a character boundary, and at the fault when one is found.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Scanner<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8, name: &'static str) -> Result<(), Kind> {
        if self.eat(byte) { Ok(()) } else { Err(self.unexpected(name)) }
    }

    fn unexpected(&self, expected: &'static str) -> Kind {
        match self.peek() {
            Some(b' ' | b'\t' | b'\n' | b'\r') => WHITE_SPACE,
            _ => Kind::Syntax(expected),
        }
    }

    /// Takes bytes while they are `wanted`.
    fn run(&mut self, wanted: impl Fn(u8) -> bool) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.bytes().position(|byte| !wanted(byte)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// Takes the bytes of a string that stand for themselves.
    fn plain(&mut self) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let plain = rest.get(..plain_length(rest.as_bytes())).unwrap_or_default();
        self.at += plain.len();
        plain
    }

    fn value(&mut self) -> Result<(), Kind> {
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => self.string(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.literal("true"),
            Some(b'f') => self.literal("false"),
            Some(b'n') => self.literal("null"),
            _ => Err(self.unexpected("a value")),
        }
    }

    fn end(&self) -> Result<(), Kind> {
        match self.peek() {
            None => Ok(()),
            Some(b' ' | b'\t' | b'\n' | b'\r') => Err(WHITE_SPACE),
            Some(_) => Err(Kind::Trailing),
        }
    }

    fn literal(&mut self, word: &'static str) -> Result<(), Kind> {
        let found = self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word));
        self.at += if found { word.len() } else { 0 };
        if found { Ok(()) } else { Err(Kind::Syntax("a value")) }
    }

    fn nested(&mut self, scan: impl FnOnce(&mut Self) -> Result<(), Kind>) -> Result<(), Kind> {
        if self.depth == DEPTH_MAX {
            return Err(Kind::TooDeep);
        }
        self.depth += 1;
        self.at += 1;
        scan(self)?;
        self.depth -= 1;
        Ok(())
    }

    fn array(&mut self) -> Result<(), Kind> {
        if self.eat(b']') {
            return Ok(());
        }
        loop {
            self.value()?;
            if !self.eat(b',') {
                return self.expect(b']', "`,` or `]`");
            }
        }
    }

    fn object(&mut self) -> Result<(), Kind> {
        if self.eat(b'}') {
            return Ok(());
        }
        let mut previous = "";
        loop {
            previous = self.key(previous)?;
            self.expect(b':', "`:`")?;
            self.value()?;
            if !self.eat(b',') {
                return self.expect(b'}', "`,` or `}`");
            }
        }
    }

    /// Takes a key, which must come after the `previous` one; the empty text comes before all keys.
    fn key(&mut self, previous: &str) -> Result<&'a str, Kind> {
        let start = self.at;
        self.expect(b'"', "a key")?;
        let key = self.run(|byte| byte != b'"');
        self.expect(b'"', "the end of the key")?;
        let fault = match key {
            _ if !is_key(key) => Kind::Key(key.to_owned()),
            _ if key == previous => Kind::DuplicateKey(key.to_owned()),
            _ if key < previous => Kind::NotCanonical("the keys of the object are not sorted"),
            _ => return Ok(key),
        };
        self.at = start;
        Err(fault)
    }

    fn number(&mut self) -> Result<(), Kind> {
        let start = self.at;
        let number = self.run(|byte| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9'));
        let checked = check_number(number);
        if checked.is_err() {
            self.at = start;
        }
        checked
    }

    fn string(&mut self) -> Result<(), Kind> {
        self.at += 1;
        loop {
            let start = self.at;
            let plain = self.plain();
            // What is escaped composes with nothing, so the pieces between escapes can be judged alone.
            if !plain.is_ascii() && !is_nfc(plain) {
                self.at = start;
                return Err(Kind::NotNormalized);
            }
            match self.peek() {
                Some(b'"') => break self.at += 1,
                Some(b'\\') => self.escape()?,
                Some(0) => return Err(Kind::Nul),
                Some(_) => return Err(Kind::NotCanonical("a control character in a string must be escaped")),
                None => return Err(Kind::Syntax("the end of the string")),
            }
        }
        Ok(())
    }

    fn escape(&mut self) -> Result<(), Kind> {
        let rest = self.text.as_bytes().get(self.at + 1..).unwrap_or_default();
        self.at += match rest {
            [b'"' | b'\\' | b'b' | b't' | b'n' | b'f' | b'r', ..] => 2,
            [b'u', digits @ ..] => check_unicode_escape(digits)?,
            [] => return Err(Kind::Syntax("the end of the string")),
            _ => return Err(ESCAPE),
        };
        Ok(())
    }
}

/// How many bytes come before the first that ends a string or must be escaped. Eight are looked at together.
fn plain_length(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    for (word, at) in words.iter().zip((0..).step_by(8)) {
        let found = special(u64::from_le_bytes(*word));
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
    }
    let plain = |byte: &u8| !matches!(byte, b'"' | b'\\' | 0..=0x1f);
    bytes.len() - rest.len() + rest.iter().take_while(|byte| plain(byte)).count()
}

/// The top bit of the first byte that is a control character, a quotation mark or a backslash; bits above it mean nothing.
fn special(word: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let below = |word: u64, limit: u64| word.wrapping_sub(EACH * limit) & !word;
    let same = |byte: u8| below(word ^ (EACH * u64::from(byte)), 1);
    (below(word, 0x20) | same(b'"') | same(b'\\')) & (EACH << 7)
}

/// Answers the length of a `\u` escape that must be one: a control character without a shorter escape.
fn check_unicode_escape(digits: &[u8]) -> Result<usize, Kind> {
    match digits {
        [b'0', b'0', b'0', b'0', ..] => Err(Kind::Nul),
        [b'0', b'0', b'0', b'8' | b'9' | b'a' | b'c' | b'd', ..] => Err(ESCAPE),
        [b'0', b'0', b'0' | b'1', b'0'..=b'9' | b'a'..=b'f', ..] => Ok(6),
        [b'd' | b'D', b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F', ..] => Err(Kind::LoneSurrogate),
        _ => Err(ESCAPE),
    }
}

fn check_number(text: &str) -> Result<(), Kind> {
    if text.contains(['.', 'e', 'E']) {
        return Err(Kind::NotInteger(text.to_owned()));
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    match digits.as_bytes() {
        [] => Err(Kind::Syntax("a digit")),
        [b'0'] if digits != text => Err(Kind::NotCanonical("minus zero is not canonical")),
        [b'0', _, ..] => Err(Kind::NotCanonical("leading zeros are not canonical")),
        bytes if !bytes.iter().all(u8::is_ascii_digit) => Err(Kind::Syntax("a number")),
        _ if digits.parse().is_ok_and(|integer: i64| integer <= INTEGER_MAX) => Ok(()),
        _ => Err(Kind::NumberOutOfRange(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::plain_length;

    #[test]
    fn eight_bytes_at_once_find_what_one_after_the_other_does() {
        let one_by_one =
            |bytes: &[u8]| bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)).unwrap_or(bytes.len());
        for length in 0..20 {
            for at in 0..=length {
                for special in 0..=u8::MAX {
                    for after in [b'a', b'!', b'#', b'[', b']', 0x80, 0xff, 0] {
                        let mut bytes = vec![b' '; at];
                        bytes.push(special);
                        bytes.resize(length + 1, after);
                        assert_eq!(plain_length(&bytes), one_by_one(&bytes), "{bytes:?}");
                    }
                }
            }
        }
    }
}
