//! Canonical strings: where they end, and what they stand for.

use crate::hexadecimal::hex;
use memchr::{memchr, memchr2};

const EACH: u64 = 0x0101_0101_0101_0101;

/// Marks the highest bit of each byte that is below `limit`. Only the lowest mark is sure: a borrow may set those above it.
#[inline]
fn below(bytes: u64, limit: u64) -> u64 {
    bytes.wrapping_sub(EACH * limit) & !bytes & (EACH * 0x80)
}

/// Where the first quotation mark stands; most strings are so short that calling a search costs more than this.
#[inline]
pub(crate) fn quotation_mark(text: &[u8]) -> Option<usize> {
    let (words, _) = text.as_chunks::<8>();
    for (n, word) in words.iter().take(3).enumerate() {
        let found = below(u64::from_le_bytes(*word) ^ (EACH * u64::from(b'"')), 1);
        if found != 0 {
            return Some(n * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    memchr(b'"', text)
}

/// The length of a string up to its closing quotation mark: those without escapes and beyond ASCII are told by eight bytes.
#[inline]
pub(crate) fn any_string(text: &[u8]) -> Option<usize> {
    for (n, word) in text.as_chunks::<8>().0.iter().enumerate() {
        let bytes = u64::from_le_bytes(*word);
        let quotes = below(bytes ^ (EACH * u64::from(b'"')), 1);
        let odd = below(bytes, 0x20) | below(bytes ^ (EACH * u64::from(b'\\')), 1) | (bytes & (EACH * 0x80));
        if quotes | odd != 0 {
            let is_end = quotes.trailing_zeros() < odd.trailing_zeros();
            return if is_end { Some(n * 8 + quotes.trailing_zeros() as usize / 8) } else { odd_string(text) };
        }
    }
    odd_string(text)
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
            let [0, low @ (1..=7 | 11 | 14..=31)] = hex(after.get(1..5)?)? else { return None };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_told_at_every_place() {
        for len in 0..40usize {
            for at in 0..len {
                for byte in 0..=255u8 {
                    let mut text = vec![b'x'; len];
                    text[at] = byte;
                    text.push(b'"');
                    text.extend_from_slice(b",\"\\\x01\xff and more");
                    let plain = (0x20..0x80).contains(&byte) && byte != b'"' && byte != b'\\';
                    let expected = match byte {
                        b'"' => Some(at),
                        _ if plain => Some(len),
                        // Some bytes behind a backslash make an escape of it; the rest is refused.
                        _ => odd_string(&text),
                    };
                    assert_eq!(any_string(&text), expected, "{byte} at {at} of {len}");
                    assert_eq!(
                        quotation_mark(&text),
                        Some(if byte == b'"' { at } else { len }),
                        "{byte} at {at} of {len}"
                    );
                    if !plain && byte != b'"' && byte != b'\\' {
                        assert_eq!(expected, None, "{byte} at {at} of {len}");
                    }
                }
            }
        }
        assert_eq!(any_string(b"no end"), None);
        assert_eq!(any_string(b"no end in these eight bytes"), None);
        assert_eq!(any_string("Prüfung von Hand\"".as_bytes()), Some("Prüfung von Hand".len()));
        assert_eq!(any_string(b"one \\n escape\" x"), Some("one \\n escape".len()));
    }
}
