//! Text from outside is data: it is brought into one form, and whatever could make it read otherwise than it is becomes visible.

use std::borrow::Cow;

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

/// Text in normal form C with line feeds, invisible characters written out as `\u{202E}`; and whether there were any.
pub(crate) fn clean(text: &str) -> (String, bool) {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut hidden = false;
    let mut visible = String::with_capacity(lines.len());
    for c in lines.nfc() {
        if invisible(c) {
            hidden = true;
            visible.push_str(&format!("\\u{{{:04X}}}", c as u32));
        } else {
            visible.push(c);
        }
    }
    (visible, hidden)
}

/// The characters that `aims_record::check_fields` refuses.
fn invisible(c: char) -> bool {
    let control = c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    control
        || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}')
}

/// Text on one line, white space drawn together.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// At most `max` characters, ending in an ellipsis where something is cut off.
pub(crate) fn cut_chars(text: &str, max: usize) -> Cow<'_, str> {
    if text.chars().count() <= max {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().take(max.saturating_sub(1)).chain(['…']).collect())
}

/// At most `max` bytes, ending in an ellipsis where something is cut off.
pub(crate) fn cut_bytes(text: &str, max: usize) -> Cow<'_, str> {
    if text.len() <= max {
        return Cow::Borrowed(text);
    }
    let mut end = max.saturating_sub('…'.len_utf8());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default()))
}

/// A file's name without folders and without what says its format.
pub(crate) fn stem(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    if stem.is_empty() { "unnamed" } else { stem }
}

/// SHA-256 in lower-case hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A short value as it is; a long one as its digest and length, since the file itself holds it.
pub(crate) fn in_short(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    format!("sha256:{} ({} bytes, in the file)", sha256(text.as_bytes()), text.len())
}

/// A decimal as `aims_record` takes it, not negative.
pub(crate) fn is_decimal(text: &str) -> bool {
    let all = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(w, f)| (w, Some(f)));
    text.len() <= 30 && all(whole) && (whole.len() == 1 || !whole.starts_with('0')) && fraction.is_none_or(all)
}
