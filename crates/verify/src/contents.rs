//! Payloads against the entries' commitments, and records against `state`: two sorted files read side by side.

use crate::{
    blocks::{Block, Blocks, Group, StateLines},
    folder::Folder,
    log::Log,
    replay::{Found, Job},
    report::{Checked, Problem, altered},
    scan::Uuid,
};
use rayon::prelude::*;
use std::ops::Range;

/// Jobs that run together; with the next ones being read, about 32 MiB.
const BATCH: usize = 32;

/// What every job needs to know.
pub(crate) struct Context<'a> {
    pub(crate) log: &'a Log,
    pub(crate) origin: &'a str,
    pub(crate) org: &'a str,
    /// Whether `bundle.json` says that personal payloads were left out.
    pub(crate) withheld: bool,
}

/// A block with what belongs to it in the tables and in `state`.
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

struct Shares<'a> {
    log: &'a Log,
    blocks: Blocks,
    lines: StateLines,
    loose: usize,
    acts: usize,
    line: u64,
}

impl Shares<'_> {
    fn batch(&mut self) -> Checked<Vec<Share>> {
        let mut batch = Vec::with_capacity(BATCH);
        while batch.len() < BATCH
            && let Some(block) = self.blocks.next()?
        {
            batch.push(self.share(block)?);
        }
        Ok(batch)
    }

    fn share(&mut self, block: Block) -> Checked<Share> {
        let all = self.log.by_record.len();
        let (loose, acts) = match block.last {
            None => (self.log.loose.len(), all),
            Some(Group::Loose(seq)) => (self.log.loose.partition_point(|s| u64::from(*s) <= seq), self.acts),
            Some(Group::Record(id)) => {
                (self.log.loose.len(), self.log.by_record.partition_point(|(other, _)| *other <= id))
            }
        };
        // A group out of order must not make a range run backwards; the job then misses what it expects.
        let (loose, acts) = (self.loose..loose.max(self.loose), self.acts..acts.max(self.acts));
        let records = record_count(self.log.by_record.get(acts.clone()).unwrap_or_default());
        let share = Share { state: self.lines.take(records)?, state_line: self.line, block, loose, acts };
        self.line += records as u64;
        self.loose = share.loose.end;
        self.acts = share.acts.end;
        Ok(share)
    }
}

fn record_count(acts: &[(Uuid, u32)]) -> usize {
    acts.chunk_by(|a, b| a.0 == b.0).count()
}

/// Checks all payloads and records. Problems that only keep us from telling are gathered in `unknown`.
pub(crate) fn check(folder: &Folder, context: &Context<'_>, unknown: &mut Vec<Problem>) -> Checked<Found> {
    let log = context.log;
    let mut shares =
        Shares { log, blocks: Blocks::open(folder)?, lines: StateLines::open(folder)?, loose: 0, acts: 0, line: 1 };
    let mut found = Found::default();
    let mut ready = shares.batch()?;
    while !ready.is_empty() {
        let (done, next) = rayon::join(
            || ready.into_par_iter().map(|share| Job::run(context, &share)).collect::<Vec<_>>(),
            || shares.batch(),
        );
        for job in done {
            found.add(job?);
        }
        ready = next?;
    }
    if !shares.lines.at_end()? {
        return Err(altered(format!("state, line {}", shares.line), "stands for no record that an entry names"));
    }
    unknown.append(&mut found.unknown);
    Ok(found)
}
