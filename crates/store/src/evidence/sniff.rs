//! What a file is, by its content and its extension. The content decides; an extension that contradicts it is refused.

/// What is neither known nor to be shown.
pub(super) const UNKNOWN: &str = "application/octet-stream";

/// Bytes at the beginning that are looked at.
const HEAD: usize = 4096;
/// Bytes kept between two pieces, so that no marker hides there.
const SEAM: usize = 16;

/// The verdict on a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sniffed {
    /// A media type that a browser may be told.
    Shown(&'static str),
    /// To be saved, never shown: active content, or two formats at once.
    Download,
    /// The name says one thing, the content another.
    Contradicts(&'static str),
}

/// Looks at a file as it passes by.
#[derive(Default)]
pub(super) struct Sniffer {
    head: Vec<u8>,
    seam: Vec<u8>,
    begun: bool,
    active: bool,
    zip_inside: bool,
    pdf_inside: bool,
}

const PROGRAM: &str = "application/x-executable";
const SCRIPT: &str = "text/x-script";

/// Beginnings of files, and what they are. Programs come first.
const MAGIC: [(&[u8], &str); 20] = [
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"#!", SCRIPT),
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
    (b"PAR1", "application/vnd.apache.parquet"),
    (b"ARROW1", "application/vnd.apache.arrow.file"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
];

/// Extensions, what the content must be, and the media type then given.
const EXTENSIONS: [(&str, &str, &str); 24] = [
    ("pdf", "application/pdf", "application/pdf"),
    ("png", "image/png", "image/png"),
    ("jpg", "image/jpeg", "image/jpeg"),
    ("jpeg", "image/jpeg", "image/jpeg"),
    ("gif", "image/gif", "image/gif"),
    ("webp", "image/webp", "image/webp"),
    ("tif", "image/tiff", "image/tiff"),
    ("tiff", "image/tiff", "image/tiff"),
    ("zip", "application/zip", "application/zip"),
    ("gz", "application/gzip", "application/gzip"),
    ("docx", "application/zip", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xlsx", "application/zip", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("pptx", "application/zip", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("odt", "application/zip", "application/vnd.oasis.opendocument.text"),
    ("ods", "application/zip", "application/vnd.oasis.opendocument.spreadsheet"),
    ("parquet", "application/vnd.apache.parquet", "application/vnd.apache.parquet"),
    ("txt", "text/plain", "text/plain"),
    ("md", "text/plain", "text/markdown"),
    ("csv", "text/plain", "text/csv"),
    ("json", "text/plain", "application/json"),
    ("yaml", "text/plain", "application/yaml"),
    ("yml", "text/plain", "application/yaml"),
    ("log", "text/plain", "text/plain"),
    ("eml", "text/plain", "message/rfc822"),
];

/// What makes a text run when a browser shows it.
const ACTIVE: [&[u8]; 8] =
    [b"<script", b"<html", b"<svg", b"<!doctype", b"<iframe", b"<body", b"<object", b"javascript:"];

impl Sniffer {
    pub fn take(&mut self, piece: &[u8]) {
        let wanted = HEAD.saturating_sub(self.head.len());
        self.head.extend(piece.iter().take(wanted));
        let mut window = std::mem::take(&mut self.seam);
        window.extend_from_slice(piece);
        self.look(&window);
        self.begun = true;
        self.seam = window.split_off(window.len().saturating_sub(SEAM));
    }

    fn look(&mut self, window: &[u8]) {
        for (position, byte) in window.iter().enumerate() {
            if !matches!(byte, b'<' | b'j' | b'J' | b'P' | b'%') {
                continue;
            }
            let rest = window.get(position..).unwrap_or_default();
            // At the very beginning a marker is the format itself, not a second one.
            let inside = self.begun || position > 0;
            self.zip_inside |= inside && rest.starts_with(b"PK\x03\x04");
            self.pdf_inside |= inside && rest.starts_with(b"%PDF-");
            let is_word = |word: &&[u8]| rest.get(..word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word));
            self.active |= ACTIVE.iter().any(is_word);
        }
    }

    pub fn finish(self, name: &str) -> Sniffed {
        let found = self.found();
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        let known = EXTENSIONS.iter().find(|(known, ..)| extension.as_deref() == Some(known));
        match known {
            // Text in another encoding, or with a stray control character, is no lie; it is kept and never shown.
            Some((_, "text/plain", _)) if found == UNKNOWN => Sniffed::Download,
            // An extension that we know must tell the truth.
            Some((_, content, _)) if *content != found => Sniffed::Contradicts(found),
            _ if self.is_dangerous(found) => Sniffed::Download,
            Some((_, _, mime)) => Sniffed::Shown(mime),
            None if found == "text/plain" => Sniffed::Shown(UNKNOWN),
            None => Sniffed::Shown(found),
        }
    }

    fn is_dangerous(&self, found: &str) -> bool {
        let two_at_once = match found {
            "application/pdf" => self.zip_inside || self.active,
            "application/zip" => self.pdf_inside,
            image if image.starts_with("image/") => self.active || self.pdf_inside || self.zip_inside,
            _ => false,
        };
        two_at_once || matches!(found, PROGRAM | SCRIPT) || (found == "text/plain" && self.active)
    }

    fn found(&self) -> &'static str {
        let head = self.head.as_slice();
        if let Some((_, mime)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
            return mime;
        }
        match head {
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => "video/mp4",
            _ if is_text(head) => "text/plain",
            _ => UNKNOWN,
        }
    }
}

/// UTF-8 without control characters but the usual ones; a character cut off at the end of the head is fine.
fn is_text(head: &[u8]) -> bool {
    let valid = match str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            head.get(..error.valid_up_to()).and_then(|valid| str::from_utf8(valid).ok()).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !valid.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}'))
}
