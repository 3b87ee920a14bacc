//! Moments as entries write them, UTC with milliseconds.

/// The seventeen digits of `2026-11-23T21:14:36.123Z` as a number.
pub(crate) fn moment(text: &[u8]) -> Option<u64> {
    // What each byte is at least, and by how much it may be more.
    const LEAST: &[u8; 24] = b"0000-00-00T00:00:00.000Z";
    const MORE: &[u8; 24] = &[9, 9, 9, 9, 0, 9, 9, 0, 9, 9, 0, 9, 9, 0, 9, 9, 0, 9, 9, 0, 9, 9, 9, 0];
    let text: &[u8; 24] = text.try_into().ok()?;
    let mut digits = [0; 24];
    let mut fits = true;
    for (((digit, byte), least), more) in digits.iter_mut().zip(text).zip(LEAST).zip(MORE) {
        *digit = byte.wrapping_sub(*least);
        fits &= *digit <= *more;
    }
    let [y1, y2, y3, y4, _, m1, m2, _, d1, d2, _, h1, h2, _, n1, n2, _, s1, s2, _, t1, t2, t3, _] =
        digits.map(u64::from);
    let (year, month, day) = (y1 * 1000 + y2 * 100 + y3 * 10 + y4, m1 * 10 + m2, d1 * 10 + d2);
    let (hour, minute, second) = (h1 * 10 + h2, n1 * 10 + n2, s1 * 10 + s2);
    let real = second < 60 && minute < 60 && hour < 24 && (1..=days_of(year, month)).contains(&day);
    let day_digits = (year * 100 + month) * 100 + day;
    let time_digits = ((hour * 100 + minute) * 100 + second) * 1000 + t1 * 100 + t2 * 10 + t3;
    (fits && real).then_some(day_digits * 1_000_000_000 + time_digits)
}

/// The days of a month; none where there is no such month.
fn days_of(year: u64, month: u64) -> u64 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

/// The moment of [`Entry::ts`] as it is written.
pub(crate) fn moment_text(mut digits: u64) -> [u8; 24] {
    let mut text = *b"dddd-dd-ddTdd:dd:dd.dddZ";
    for byte in text.iter_mut().rev().filter(|b| **b == b'd') {
        *byte = b'0' + (digits % 10) as u8;
        digits /= 10;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_real_ones() {
        let text = b"2026-11-23T21:14:36.123Z";
        assert_eq!(moment(text).map(moment_text), Some(*text));
        assert!(moment(b"2024-02-29T00:00:00.000Z").is_some());
        for text in [
            "2026-02-29T00:00:00.000Z",
            "1900-02-29T00:00:00.000Z",
            "2026-00-01T00:00:00.000Z",
            "2026-01-01T00:00:60.000Z",
            "2026-01-01T00:00:00.000z",
            "2026-01-01T00:00:00,000Z",
            "2026-01-01T00:00:00./00Z",
            "2026-13-01T00:00:00.000Z",
            "2026-01-00T00:00:00.000Z",
            "2026-01-01T24:00:00.000Z",
            "2026-01-01T00:60:00.000Z",
            "2026-01-01t00:00:00.000Z",
            "2026-01-01T00:00:00.000",
            "2026-01-01T00:00:00.00:Z",
        ] {
            assert!(moment(text.as_bytes()).is_none(), "{text}");
        }
    }
}
