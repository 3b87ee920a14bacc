//! Digests and UUIDs: bytes that are written in lower-case hex.

/// A UUID's sixteen bytes.
pub(crate) type Uuid = [u8; 16];
/// A SHA-256 digest.
pub(crate) type Hash = [u8; 32];

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
            assert_eq!(hex(&text, &mut [0; 4]).is_some(), digit, "{bad}");
        }
        let mut all = [0; 10];
        assert_eq!(hex(b"0123456789abcdef00ff", &mut all), Some(()));
        assert_eq!(all, [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0, 0xff]);
        assert_eq!(uuid(b"01940c9e00f4d-7cc3-9d54-2d8cf1a0b001"), None);
    }
}
