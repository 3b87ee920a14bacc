//! Keys that a newer version of the same artefact gives again.

use unicode_normalization::UnicodeNormalization;

use crate::text::sha256;

/// Characters of a key.
const KEY_MAX: usize = 63;
const PREFIXES: &[(&str, &str)] = &[("ai-system", "system"), ("resource-item", "resource")];

/// The key of a record of this kind for what the format calls `identity`: a name, a package URL, an IRI. Letters, digits and single
/// hyphens stay as they are; what had to be changed or cut is told apart by eight digits of the identity's digest. Case makes no difference.
pub(crate) fn key(kind: &str, identity: &str) -> String {
    let prefix = PREFIXES.iter().find(|(k, _)| *k == kind).map_or(kind, |(_, p)| p);
    let identity: String = identity.trim().to_lowercase().nfc().collect();
    let slug = slug(&identity);
    let whole = format!("{prefix}-{slug}");
    if slug == identity && whole.len() <= KEY_MAX {
        return whole;
    }
    let digest: String = sha256(identity.as_bytes()).chars().take(8).collect();
    let short: String = whole.chars().take(KEY_MAX - 9).collect();
    format!("{}-{digest}", short.trim_end_matches('-'))
}

/// A package URL without version, qualifiers and path inside the package.
pub(crate) fn without_version(purl: &str) -> &str {
    let bare = purl.split(['?', '#']).next().unwrap_or(purl);
    let name = bare.rfind('/').unwrap_or(0);
    let version = bare.rfind('@').filter(|v| *v > name + 1).unwrap_or(bare.len());
    bare.get(..version).unwrap_or(bare)
}

fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit()).filter(|w| !w.is_empty());
    words.collect::<Vec<_>>().join("-")
}

/// Whether a person may choose this as a key.
pub(crate) fn is_key(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=KEY_MAX).contains(&text.len()) && text.bytes().all(fits)
}
