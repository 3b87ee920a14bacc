//! What the fault laboratory runs under injected faults: several threads that act on one organization and note each answer.
//!
//! An answer is noted in a file of its own by one appending write *after* it came: what stands there was acknowledged.

use std::{
    fs::{File, OpenOptions},
    io::Write as _,
    path::Path,
    sync::Arc,
};

use aims_ledger::{Hash, checkpoint::Checkpoint};
use aims_store::{Organization, StoreError, WriteError, Written};

use crate::play::{Doing, Player, found, open};

/// What a run is told.
#[derive(Clone, Copy, Debug)]
pub struct Course {
    /// Where choices come from.
    pub seed: u64,
    /// Threads.
    pub threads: u64,
    /// Commands of each thread.
    pub commands: usize,
}

/// Founds or opens, acts, closes. Answers the exit code.
pub fn run(dir: &Path, notes: &Path, course: Course) -> u8 {
    let notes = Notes(OpenOptions::new().create(true).append(true).open(notes).expect("a file for notes"));
    let known = dir.join("organization.db").exists();
    let organization = if known { open(dir, course.seed, 1) } else { found(dir, course.seed) };
    let organization = match organization {
        Ok(organization) => Arc::new(organization),
        Err(error) => {
            notes.note(&format!("unopened {error}"));
            return 3;
        }
    };
    notes.note("ready");
    std::thread::scope(|scope| {
        for number in 0..course.threads {
            let (organization, notes) = (&organization, &notes);
            scope.spawn(move || act(organization, notes, course, number));
        }
    });
    let reads = organization.snapshot().and_then(|now| now.entry(0)).is_ok_and(|entry| entry.is_some());
    notes.note(if reads { "reads" } else { "cannot-read" });
    let closed = Arc::into_inner(organization).map(Organization::close);
    notes.note(if matches!(closed, Some(Ok(()))) { "closed" } else { "unclosed" });
    0
}

struct Notes(File);

impl Notes {
    /// One write, so that a kill cannot leave half a line that looks like a whole one.
    fn note(&self, line: &str) {
        let line = format!("{}\n", line.replace('\n', " "));
        (&self.0).write_all(line.as_bytes()).expect("a note");
    }
}

fn act(organization: &Organization, notes: &Notes, course: Course, number: u64) {
    let mut player = Player::new(course.seed, number + 1);
    for turn in 0..course.commands {
        let count = if player.dice.one_in(4) { 3 } else { 1 };
        let group: Vec<Doing> = (0..count).map(|_| player.next(organization)).collect();
        let told: Vec<String> = group.iter().map(tell).collect();
        let wrote = organization.write(move |draft| {
            group.into_iter().map(|doing| doing.carry_out(draft)).collect::<Result<Vec<Written>, _>>()
        });
        match wrote {
            Ok(written) => written.iter().zip(&told).for_each(|(written, told)| {
                notes.note(&format!("acked {number} {} {} {told}", written.seq, written.leaf_hash));
            }),
            Err(error) => notes.note(&format!("{} {number} {} {error}", code(&error), told.join(","))),
        }
        if turn % 7 == 6 {
            sign(organization, notes, number);
        }
    }
}

/// Record, file and deed of an act, without spaces.
fn tell(doing: &Doing) -> String {
    let what = match doing {
        Doing::Erase { .. } => "erase",
        Doing::Dispose { .. } => "dispose",
        Doing::Record { .. } | Doing::Person { .. } => "begin",
        _ => "other",
    };
    format!("{}/{}/{what}", doing.id(), doing.file().unwrap_or("-"))
}

fn sign(organization: &Organization, notes: &Notes, number: u64) {
    match organization.checkpoint_now() {
        Ok(note) => {
            let size = Checkpoint::parse(note.text()).map_or(0, |checkpoint| checkpoint.size());
            notes.note(&format!("signed {size}"));
        }
        Err(error) => {
            let code = if matches!(error, StoreError::Stopped(_)) { "stopped" } else { "unsigned" };
            notes.note(&format!("{code} {number} - {error}"));
        }
    }
}

fn code<E>(error: &WriteError<E>) -> &'static str {
    match error {
        WriteError::Refused(_) => "refused",
        WriteError::StorageFull => "storage_full",
        WriteError::Overloaded => "overloaded",
        WriteError::Failed(_) => "failed",
        WriteError::Unknown(_) => "unknown",
        WriteError::Panicked => "panicked",
        WriteError::Stopped(_) => "stopped",
    }
}

/// One acknowledged act.
#[derive(Clone, Debug)]
pub struct Acked {
    /// Index in the ledger.
    pub seq: u64,
    /// Its leaf hash as answered.
    pub leaf: Hash,
    /// The record.
    pub record: String,
    /// SHA-256 of the file it named.
    pub file: Option<String>,
    /// `erase`, `dispose`, `begin` or `other`.
    pub deed: String,
    /// The thread that was answered.
    pub thread: String,
}

/// The notes of a run, read back.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// Founding or opening was answered.
    pub ready: bool,
    /// In the order noted.
    pub acked: Vec<Acked>,
    /// The largest size of a checkpoint that was handed out.
    pub signed: u64,
    /// Refusals: code, thread, records named.
    pub others: Vec<(String, String, Vec<String>)>,
    /// Whether reading worked at the end; `None`: the run did not come so far.
    pub reads: Option<bool>,
    /// Each line as it came, by thread: `acked` or the code.
    pub course: Vec<(String, String)>,
}

impl Answers {
    /// Reads whole lines; half a line at the end was not acknowledged.
    pub fn read(text: &str) -> Answers {
        let mut answers = Answers::default();
        for line in text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
            answers.take(line);
        }
        answers
    }

    /// Takes one line.
    pub fn take(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        match *words.as_slice() {
            ["ready"] => self.ready = true,
            ["reads"] => self.reads = Some(true),
            ["cannot-read"] => self.reads = Some(false),
            ["signed", size] => self.signed = self.signed.max(size.parse().unwrap_or(0)),
            ["acked", thread, seq, leaf, told] => {
                let mut told = told.split('/');
                let (record, file, deed) = (told.next(), told.next(), told.next());
                self.acked.push(Acked {
                    seq: seq.parse().expect("a number"),
                    leaf: Hash::from_hex(leaf).expect("a hash"),
                    record: record.unwrap_or_default().into(),
                    file: file.filter(|file| *file != "-").map(str::to_owned),
                    deed: deed.unwrap_or_default().into(),
                    thread: thread.into(),
                });
                self.course.push((thread.into(), "acked".into()));
            }
            [code, thread, told, ..] if !matches!(code, "unopened" | "closed" | "unclosed") => {
                let begun = told.split(',').filter(|told| told.ends_with("/begin"));
                let records = begun.filter_map(|told| told.split('/').next()).map(str::to_owned).collect();
                self.others.push((code.into(), thread.into(), records));
                self.course.push((thread.into(), code.into()));
            }
            _ => {}
        }
    }
}
