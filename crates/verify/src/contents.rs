//! Payloads against the entries' commitments, and records against `state`: two sorted files read side by side.

use crate::{
    blocks::{Block, Blocks, Group, StateLines},
    folder::Folder,
    found::Found,
    log::Log,
    replay::Job,
    report::{Checked, Problem, altered},
    scan::Uuid,
};
use std::{
    ops::Range,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// What every job needs to know.
pub(crate) struct Context<'a> {
    pub(crate) log: &'a Log,
    pub(crate) origin: &'a str,
    pub(crate) org: &'a str,
    /// Whether `bundle.json` says that personal payloads were left out.
    pub(crate) withheld: bool,
}

/// A block with what belongs to it in the tables and in `state`.
#[derive(Default)]
pub(crate) struct Share {
    pub(crate) block: Block,
    /// Positions in [`Log::loose`].
    pub(crate) loose: Range<usize>,
    /// Positions in [`Log::by_record`].
    pub(crate) acts: Range<usize>,
    pub(crate) state: Vec<u8>,
    /// Number of the first line of `state`, from 1.
    pub(crate) state_line: u64,
}

/// Hands out the shares in their order.
struct Shares<'a> {
    log: &'a Log,
    blocks: Blocks,
    lines: StateLines,
    loose: usize,
    acts: usize,
    line: u64,
    /// How many were handed out.
    count: usize,
    /// Something is wrong, so that nothing behind it matters.
    stopped: bool,
}

impl Shares<'_> {
    /// Reads the next share into `share`, whose memory is used again; answers its number, or `None` at the end.
    fn next(&mut self, share: &mut Share) -> (usize, Checked<bool>) {
        let number = self.count;
        self.count += 1;
        let read = if self.stopped { Ok(false) } else { self.read(share) };
        self.stopped |= read.is_err();
        (number, read)
    }

    fn read(&mut self, share: &mut Share) -> Checked<bool> {
        if !self.blocks.next(&mut share.block)? {
            return Ok(false);
        }
        let all = self.log.by_record.len();
        let (loose, acts) = match share.block.last {
            None => (self.log.loose.len(), all),
            Some(Group::Loose(seq)) => (self.log.loose.partition_point(|s| u64::from(*s) <= seq), self.acts),
            Some(Group::Record(id)) => {
                (self.log.loose.len(), self.log.by_record.partition_point(|(other, _)| *other <= id))
            }
        };
        // A group out of order must not make a range run backwards; the job then misses what it expects.
        share.loose = self.loose..loose.max(self.loose);
        share.acts = self.acts..acts.max(self.acts);
        let records = record_count(self.log.by_record.get(share.acts.clone()).unwrap_or_default());
        self.lines.take(records, &mut share.state)?;
        share.state_line = self.line;
        self.line += records as u64;
        self.loose = share.loose.end;
        self.acts = share.acts.end;
        Ok(true)
    }
}

fn record_count(acts: &[(Uuid, u32)]) -> usize {
    acts.chunk_by(|a, b| a.0 == b.0).count()
}

/// Checks all payloads and records. Problems that only keep us from telling are gathered in `unknown`.
pub(crate) fn check(folder: &Folder, context: &Context<'_>, unknown: &mut Vec<Problem>) -> Checked<Found> {
    let shares = Mutex::new(Shares {
        log: context.log,
        blocks: Blocks::open(folder)?,
        lines: StateLines::open(folder)?,
        loose: 0,
        acts: 0,
        line: 1,
        count: 0,
        stopped: false,
    });
    let mut done: Vec<(usize, Checked<Found>)> =
        rayon::broadcast(|_| work(context, &shares)).into_iter().flatten().collect();
    // Whichever core was faster, the first problem in the files is the one to name.
    done.sort_unstable_by_key(|(number, _)| *number);
    let mut found = Found::default();
    for (_, job) in done {
        found.add(job?);
    }
    let mut shares = lock(&shares);
    if !shares.lines.at_end()? {
        return Err(altered(format!("state, line {}", shares.line), "stands for no record that an entry names"));
    }
    unknown.append(&mut found.unknown);
    Ok(found)
}

/// Takes share after share until none is left. Each core reads what it checks itself: it is still near when it is needed.
fn work(context: &Context<'_>, shares: &Mutex<Shares<'_>>) -> Vec<(usize, Checked<Found>)> {
    let mut done = Vec::new();
    let mut share = Share::default();
    loop {
        let (number, read) = lock(shares).next(&mut share);
        let result = match read {
            Ok(false) => return done,
            Ok(true) => Job::run(context, &share),
            Err(problem) => Err(problem),
        };
        if result.is_err() {
            lock(shares).stopped = true;
        }
        done.push((number, result));
    }
}

fn lock<'a, 's>(shares: &'a Mutex<Shares<'s>>) -> MutexGuard<'a, Shares<'s>> {
    // Nothing panics while it holds the lock.
    shares.lock().unwrap_or_else(PoisonError::into_inner)
}
