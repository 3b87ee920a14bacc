//! How much a draft takes.

/// Elements of a list or rows of a table that a record takes.
pub(super) const LIST_MAX: usize = 2_000;
/// Characters of a line of text.
pub(super) const TEXT_MAX: usize = 500;
/// Bytes of a field of paragraphs.
pub(super) const MARKDOWN_MAX: usize = 65_536;
/// Bytes of lists, tables and paragraphs of one draft: an act holds 1 MiB, tables of the import included.
pub(super) const DRAFT_MAX: usize = 500_000;
/// Notes that a person might still read.
pub(super) const NOTES_MAX: usize = 1_000;
/// Characters of a value that is kept whole; the file holds the rest.
pub(super) const KEPT_MAX: usize = 4_000;
/// Text fields that take more or fewer characters than [`TEXT_MAX`]; a test holds them against the kinds.
pub(super) const TEXT_LIMITS: &[(&str, &str, usize)] = &[
    ("model", "source_url", 2_000),
    ("model", "digest", 128),
    ("dataset", "source_url", 2_000),
    ("dataset", "content_hash", 128),
    ("component", "source_url", 2_000),
    ("component", "purl", 1_000),
    ("component", "licence", 1_000),
    ("supplier", "website", 2_000),
];
