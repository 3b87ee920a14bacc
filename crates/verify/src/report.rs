//! What was checked and what contradicts: the same facts as sentences and as JSON.

use serde::Serialize;

/// How a check ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Verdict {
    /// Everything asked for was checked and nothing contradicts.
    #[serde(rename = "sound")]
    Sound,
    /// Something needed to decide is missing or not understood.
    #[serde(rename = "cannot tell")]
    CannotTell,
    /// Something contradicts.
    #[serde(rename = "altered")]
    Altered,
}

impl Verdict {
    /// The exit code that programs rely on.
    pub fn exit(self) -> u8 {
        match self {
            Verdict::Sound => 0,
            Verdict::Altered => 1,
            Verdict::CannotTell => 2,
        }
    }
}

/// One thing that contradicts or cannot be decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// [`Verdict::Altered`] or [`Verdict::CannotTell`].
    pub verdict: Verdict,
    /// File, entry or record.
    pub place: String,
    /// A sentence without its place.
    pub what: String,
}

pub(crate) type Checked<T> = Result<T, Problem>;

pub(crate) fn altered(place: impl Into<String>, what: impl Into<String>) -> Problem {
    Problem { verdict: Verdict::Altered, place: place.into(), what: what.into() }
}

pub(crate) fn cannot_tell(place: impl Into<String>, what: impl Into<String>) -> Problem {
    Problem { verdict: Verdict::CannotTell, place: place.into(), what: what.into() }
}

/// How much was checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Entries whose hash, form and order were checked.
    pub entries: u64,
    /// Hash tiles compared byte by byte.
    pub tiles: u64,
    /// Records whose state was recomputed from their acts.
    pub records: u64,
    /// Payloads that match their commitment.
    pub payloads: u64,
    /// Payloads gone, each by authority of a later act.
    pub gone: u64,
    /// Personal payloads that the maker of the bundle left out.
    pub withheld: u64,
    /// Evidence files that match their digest and every commitment.
    pub evidence: u64,
    /// Older checkpoints that the log continues.
    pub older_checkpoints: u64,
    /// Receipts whose entry is in the log.
    pub receipts: u64,
}

/// The answer.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The answer in a word.
    pub verdict: Verdict,
    /// The exit code that goes with it.
    pub exit: u8,
    /// Whose log it is.
    pub origin: String,
    /// The organization's id.
    pub org: String,
    /// Entries the checkpoint covers.
    pub size: u64,
    /// The checkpoint's root, Base64.
    pub root: String,
    /// Names and ids of the keys that signed it and were known.
    pub signed_by: Vec<String>,
    /// How much was checked.
    pub counts: Counts,
    /// What contradicts first, then what cannot be decided.
    pub problems: Vec<Problem>,
    /// What the answer does not cover.
    pub notes: Vec<String>,
}

impl Default for Report {
    fn default() -> Self {
        Self {
            verdict: Verdict::Sound,
            exit: 0,
            origin: String::new(),
            org: String::new(),
            size: 0,
            root: String::new(),
            signed_by: Vec::new(),
            counts: Counts::default(),
            problems: Vec::new(),
            notes: Vec::new(),
        }
    }
}

impl Report {
    /// Draws the conclusion; altered beats cannot tell.
    pub(crate) fn conclude(mut self) -> Self {
        self.problems.sort_by_key(|p| std::cmp::Reverse(p.verdict));
        self.verdict = self.problems.first().map_or(Verdict::Sound, |p| p.verdict);
        self.exit = self.verdict.exit();
        self
    }

    /// Plain sentences.
    pub fn to_text(&self) -> String {
        let mut lines = vec![match self.verdict {
            Verdict::Sound => "Sound: nothing contradicts.".to_owned(),
            Verdict::Altered => "ALTERED: something contradicts.".to_owned(),
            Verdict::CannotTell => "Cannot tell: something needed to decide is missing or not understood.".to_owned(),
        }];
        if !self.origin.is_empty() {
            lines.push(format!(
                "Log {} of organization {}: {} entries, root {}.",
                self.origin, self.org, self.size, self.root
            ));
        }
        lines.extend(self.problems.iter().map(|p| format!("{}: {}.", p.place, p.what)));
        lines.push(self.counts.to_text());
        lines.extend(self.signed_by.iter().map(|key| format!("The checkpoint is signed by {key}.")));
        lines.extend(self.notes.iter().map(|note| format!("Note: {note}.")));
        lines.join("\n") + "\n"
    }

    /// The same as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

impl Counts {
    fn to_text(&self) -> String {
        let Counts { entries, tiles, records, payloads, gone, withheld, evidence, older_checkpoints, receipts } = self;
        format!(
            "Checked: {entries} entries and {tiles} tiles against the root; {payloads} payloads against their commitments \
             ({gone} gone by authority of a later act, {withheld} withheld); {records} records against their acts; \
             {evidence} evidence files; {older_checkpoints} older checkpoints; {receipts} receipts."
        )
    }
}
