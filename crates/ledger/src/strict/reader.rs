//! A recursive reader; its recursion is bounded by [`Limits::depth`].

use serde_json::{Map, Number, Value};

use super::{JsonError, JsonErrorKind as Kind, Limits};

/// The largest integer that every reader of JSON keeps exactly.
const INTEGER_MAX: f64 = 9_007_199_254_740_991.0;

/// How much of somebody's text is repeated in a message.
const SHOWN_CHARACTERS: usize = 60;

const ENDS_EARLY: Kind = Kind::Invalid("the text ends too early");

pub(super) fn read(input: &[u8], limits: Limits) -> Result<Value, JsonError> {
    let start = |kind| JsonError { kind, line: 1, column: 1 };
    if input.len() > limits.bytes {
        return Err(start(Kind::TooLarge(limits.bytes)));
    }
    check_encoding(input).map_err(start)?;
    let text = str::from_utf8(input).map_err(|error| {
        let valid = input.get(..error.valid_up_to()).unwrap_or_default();
        located(&String::from_utf8_lossy(valid), Kind::Invalid("the text is not UTF-8"))
    })?;
    let mut reader = Reader { text, at: 0, depth: 0, limits };
    let value = reader.document();
    value.map_err(|kind| located(text.get(..reader.at).unwrap_or(text), kind))
}

fn check_encoding(input: &[u8]) -> Result<(), Kind> {
    match input {
        [0xef, 0xbb, 0xbf, ..] => Err(Kind::Invalid("the text begins with a byte order mark, send UTF-8 without one")),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..] => {
            Err(Kind::Invalid("the text looks like UTF-16, send UTF-8"))
        }
        _ => Ok(()),
    }
}

/// Places a fault directly behind the text `before` it.
fn located(before: &str, kind: Kind) -> JsonError {
    let line_start = before.rfind('\n').map_or(0, |feed| feed + 1);
    let line = 1 + before.bytes().filter(|byte| *byte == b'\n').count();
    let column = 1 + before.get(line_start..).unwrap_or_default().chars().count();
    JsonError { kind, line, column }
}

fn shown(text: &str) -> String {
    text.chars().take(SHOWN_CHARACTERS).collect()
}

/// Walks over the text; `at` stands at a character boundary, and at the fault when one is found.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    limits: Limits,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<Value, Kind> {
        let value = self.value()?;
        self.skip_space();
        if self.peek().is_none() { Ok(value) } else { Err(Kind::Invalid("something follows the value")) }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn run(&mut self, wanted: impl Fn(u8) -> bool) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.bytes().position(|byte| !wanted(byte)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        self.run(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    }

    /// Takes `byte` after optional white space.
    fn eat(&mut self, byte: u8) -> bool {
        self.skip_space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8, fault: &'static str) -> Result<(), Kind> {
        if self.eat(byte) { Ok(()) } else { Err(self.fault(fault)) }
    }

    fn fault(&self, fault: &'static str) -> Kind {
        if self.peek().is_none() { ENDS_EARLY } else { Kind::Invalid(fault) }
    }

    fn value(&mut self) -> Result<Value, Kind> {
        self.skip_space();
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(byte) if byte.is_ascii_alphabetic() => self.word(),
            _ => Err(self.fault("a value is expected")),
        }
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Result<Value, Kind>) -> Result<Value, Kind> {
        if self.depth == self.limits.depth {
            return Err(Kind::TooDeep(self.limits.depth));
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn array(&mut self) -> Result<Value, Kind> {
        let mut items = Vec::new();
        if self.eat(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value()?);
            if !self.eat(b',') {
                self.expect(b']', "`,` or `]` is expected")?;
                return Ok(Value::Array(items));
            }
        }
    }

    fn object(&mut self) -> Result<Value, Kind> {
        let mut members = Map::new();
        if self.eat(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            let key = self.key(&members)?;
            self.expect(b':', "`:` is expected")?;
            let value = self.value()?;
            members.insert(key, value);
            if !self.eat(b',') {
                self.expect(b'}', "`,` or `}` is expected")?;
                return Ok(Value::Object(members));
            }
        }
    }

    /// Takes a key that is not yet among `members`. Escapes are undone first: `r\u006fle` is `role` again.
    fn key(&mut self, members: &Map<String, Value>) -> Result<String, Kind> {
        self.skip_space();
        let start = self.at;
        if self.peek() != Some(b'"') {
            return Err(self.fault("a field name in double quotes is expected"));
        }
        let key = self.string()?;
        let fault = match () {
            () if members.contains_key(&key) => Kind::DuplicateKey(shown(&key)),
            () if members.len() == self.limits.keys => Kind::TooManyKeys(self.limits.keys),
            () => return Ok(key),
        };
        self.at = start;
        Err(fault)
    }

    fn word(&mut self) -> Result<Value, Kind> {
        let start = self.at;
        let fault = match self.run(|byte| byte.is_ascii_alphanumeric()) {
            "true" => return Ok(Value::Bool(true)),
            "false" => return Ok(Value::Bool(false)),
            "null" => return Ok(Value::Null),
            word @ ("NaN" | "Infinity") => Kind::NumberOutOfRange(word.to_owned()),
            word if self.peek().is_none() && ["true", "false", "null"].iter().any(|full| full.starts_with(word)) => {
                ENDS_EARLY
            }
            _ => Kind::Invalid("a value is expected"),
        };
        self.at = start;
        Err(fault)
    }

    fn number(&mut self) -> Result<Value, Kind> {
        let start = self.at;
        let token = self.run(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.'));
        let number = parse_number(token);
        if number.is_err() {
            self.at = start;
        }
        number.map(Value::Number)
    }

    fn string(&mut self) -> Result<String, Kind> {
        self.at += 1;
        let mut text = String::new();
        loop {
            text.push_str(self.run(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f)));
            match self.peek() {
                Some(b'"') => break self.at += 1,
                Some(b'\\') => text.push(self.escape()?),
                Some(0) => return Err(Kind::Invalid("the character U+0000 is not allowed")),
                Some(_) => return Err(Kind::Invalid("a control character in a string must be escaped")),
                None => return Err(ENDS_EARLY),
            }
        }
        Ok(text)
    }

    fn escape(&mut self) -> Result<char, Kind> {
        let rest = self.text.get(self.at + 1..).unwrap_or_default();
        let (character, length) = match rest.bytes().next() {
            Some(b'u') => unicode_escape(rest)?,
            Some(b'b') => ('\u{8}', 1),
            Some(b't') => ('\t', 1),
            Some(b'n') => ('\n', 1),
            Some(b'f') => ('\u{c}', 1),
            Some(b'r') => ('\r', 1),
            Some(byte @ (b'"' | b'\\' | b'/')) => (char::from(byte), 1),
            Some(_) => return Err(Kind::Invalid("the escape is unknown")),
            None => return Err(ENDS_EARLY),
        };
        self.at += 1 + length;
        Ok(character)
    }
}

/// Reads `uXXXX`, or `uXXXX\uXXXX` for a character beyond U+FFFF; answers it and the length read.
fn unicode_escape(rest: &str) -> Result<(char, usize), Kind> {
    let unit = |start: usize| {
        let digits = rest.get(start..start + 4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        digits.and_then(|digits| u16::from_str_radix(digits, 16).ok())
    };
    let first = unit(1).ok_or(Kind::Invalid("four hexadecimal digits are expected after `\\u`"))?;
    let second = rest.get(5..7).filter(|start| *start == "\\u").and_then(|_| unit(7));
    let units = [first, second.unwrap_or_default()];
    match char::decode_utf16(units).next() {
        Some(Ok('\0')) => Err(Kind::Invalid("the character U+0000 is not allowed")),
        Some(Ok(character)) => Ok((character, if character.len_utf16() == 2 { 11 } else { 5 })),
        _ => Err(Kind::Invalid("the string holds a lone surrogate")),
    }
}

/// Reads a number; without an exponent its magnitude must be within the integers a double keeps exactly.
fn parse_number(token: &str) -> Result<Number, Kind> {
    if token == "-Infinity" {
        return Err(Kind::NumberOutOfRange(token.to_owned()));
    }
    if !is_number(token) {
        return Err(Kind::Invalid("the number is malformed"));
    }
    let out_of_range = || Kind::NumberOutOfRange(shown(token));
    let double = token.parse::<f64>().ok().filter(|double| double.is_finite()).ok_or_else(out_of_range)?;
    let has_exponent = token.contains(['e', 'E']);
    if !has_exponent && double.abs() > INTEGER_MAX {
        return Err(out_of_range());
    }
    if has_exponent || token.contains('.') {
        return Number::from_f64(double).ok_or_else(out_of_range);
    }
    token.parse::<i64>().map(Number::from).map_err(|_| out_of_range())
}

/// Whether a token has the form RFC 8259 section 6 gives to numbers.
fn is_number(token: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = token.strip_prefix('-').unwrap_or(token);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (integer, fraction) = match mantissa.split_once('.') {
        Some((integer, fraction)) => (integer, Some(fraction)),
        None => (mantissa, None),
    };
    digits(integer)
        && (integer == "0" || !integer.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}
