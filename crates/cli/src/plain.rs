//! Text from records made harmless for a terminal.
//!
//! Records hold what anybody wrote, imported files hold what strangers wrote. A terminal obeys escape sequences, and invisible or
//! direction-changing characters can make a line read as something else than it says. So such characters are shown, not sent.

/// One line: control and invisible characters are written as `\u{...}`, line breaks as `\n`.
pub fn plain(text: &str) -> String {
    shown(text, false)
}

/// The same for text of several lines: line feeds and tabs stay.
pub fn plain_lines(text: &str) -> String {
    shown(text, true)
}

fn shown(text: &str, lines: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' if lines => out.push(c),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if hidden(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// Controls, and characters that show nothing or turn the direction of what follows.
fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::{plain, plain_lines};

    #[test]
    fn escape_sequences_are_shown() {
        assert_eq!(plain("a\u{1b}[31mred\u{7}"), "a\\u{1b}[31mred\\u{7}");
        assert_eq!(plain("a\u{9b}31m"), "a\\u{9b}31m");
    }

    #[test]
    fn what_hides_or_turns_is_shown() {
        assert_eq!(plain("invoice\u{202e}fdp.exe"), "invoice\\u{202e}fdp.exe");
        assert_eq!(plain("no\u{200b}thing\u{e0041}"), "no\\u{200b}thing\\u{e0041}");
    }

    #[test]
    fn lines_stay_only_where_lines_are_meant() {
        assert_eq!(plain("a\r\nb"), "a\\r\\nb");
        assert_eq!(plain_lines("a\r\nb\tc"), "a\\r\nb\tc");
    }

    #[test]
    fn letters_of_any_script_stay() {
        assert_eq!(plain("Grüße, Ελλάδα, 日本, ✓"), "Grüße, Ελλάδα, 日本, ✓");
    }
}
