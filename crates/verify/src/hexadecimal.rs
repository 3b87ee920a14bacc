//! Digests and UUIDs: bytes that are written in lower-case hex.

/// A UUID's sixteen bytes.
pub(crate) type Uuid = [u8; 16];
/// A SHA-256 digest.
pub(crate) type Hash = [u8; 32];

/// Lower-case hex of exactly `N` bytes. Both passes are free of branches, so the compiler works on many digits at once.
#[inline]
pub(crate) fn hex<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let (pairs, odd) = text.as_chunks::<2>();
    let pairs: &[[u8; 2]; N] = pairs.try_into().ok()?;
    let is_digit = |b: u8| (b.wrapping_sub(b'0') < 10) | (b.wrapping_sub(b'a') < 6);
    let good = pairs.as_flattened().iter().fold(true, |good, b| good & is_digit(*b));
    let mut out = [0; N];
    for (out, pair) in out.iter_mut().zip(pairs) {
        // Letters have bit 6 set, and their low half is nine less than their value.
        let digits = u16::from_le_bytes(*pair);
        let values = (digits & 0x0f0f) + ((digits >> 6) & 0x0101) * 9;
        *out = (values << 4 | values >> 8) as u8;
    }
    (good && odd.is_empty()).then_some(out)
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
    let (b'-', last) = last.split_first()? else { return None };
    let middle = [*a, *b, *c, *d, *e, *f, *g, *h, *i, *j, *k, *l];
    let mut digits = [0; 32];
    let (to_first, to_rest) = digits.split_at_mut(8);
    let (to_middle, to_last) = to_rest.split_at_mut(12);
    to_first.copy_from_slice(first);
    to_middle.copy_from_slice(&middle);
    to_last.copy_from_slice(last);
    hex(&digits)
}

/// A UUID as it is written.
pub(crate) fn uuid_text(id: &Uuid) -> [u8; 36] {
    let digit = |half: u8| half + if half < 10 { b'0' } else { b'a' - 10 };
    let mut digits = [0; 32];
    for (pair, byte) in digits.as_chunks_mut().0.iter_mut().zip(id) {
        *pair = [digit(byte >> 4), digit(byte & 15)];
    }
    let mut text = [b'-'; 36];
    for (to, from) in [(0..8, 0..8), (9..13, 8..12), (14..18, 12..16), (19..23, 16..20), (24..36, 20..32)] {
        // The places and lengths match by the table above.
        if let (Some(group), Some(digits)) = (text.get_mut(to), digits.get(from)) {
            group.copy_from_slice(digits);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_read_and_written() {
        let text = b"01940c9e-0f4d-7cc3-9d54-2d8cf1a0b001";
        assert_eq!(uuid(text).map(|id| uuid_text(&id)), Some(*text));
        assert_eq!(uuid(b"01940C9e-0f4d-7cc3-9d54-2d8cf1a0b001"), None);
        for bad in 0..=255u8 {
            let (mut text, digit) = (*b"00000000", matches!(bad, b'0'..=b'9' | b'a'..=b'f'));
            text[3] = bad;
            assert_eq!(hex::<4>(&text).is_some(), digit, "{bad}");
        }
        let all = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0, 0xff];
        assert_eq!(hex(b"0123456789abcdef00ff"), Some(all));
        assert_eq!(hex::<10>(b"0123456789abcdef00f"), None);
        assert_eq!(hex::<1>(b"000"), None);
        assert_eq!(uuid(b"01940c9e00f4d-7cc3-9d54-2d8cf1a0b001"), None);
    }
}
