//! `payloads` cut into blocks that hold whole records, and the lines of `state` that belong to each block.

use crate::{
    folder::Folder,
    report::{Checked, altered, cannot_tell},
    scan::{Cursor, Hash, Uuid},
};
use memchr::memchr;
use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
};

/// A block's usual size in bytes; it grows to hold the last record whole.
const BLOCK: usize = 1 << 18;
/// Beyond this one record's payloads are not read.
const BLOCK_MAX: usize = 1 << 30;
/// The longest line: a body of 1 MiB.
const LINE_MAX: usize = 1 << 20;
/// The longest line of `state`.
const STATE_LINE_MAX: usize = 64 << 20;

/// The line before a payload.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Header {
    pub(crate) c: Hash,
    pub(crate) file: Option<Hash>,
    pub(crate) n: u64,
    /// `None` for an entry without a record.
    pub(crate) obj: Option<Uuid>,
    /// `None` where the payload was withheld.
    pub(crate) salt: Option<Hash>,
    pub(crate) seq: u64,
}

impl Header {
    pub(crate) fn parse(line: &[u8]) -> Option<Header> {
        let mut c = Cursor::new(line);
        c.lit(b"{\"c\":")?;
        let commitment = c.hash()?;
        let file = if c.try_lit(b",\"file\":") { Some(c.hash()?) } else { None };
        c.lit(b",\"n\":")?;
        let n = c.uint()?;
        c.lit(b",\"obj\":")?;
        let obj = if c.try_lit(b"\"\"") { None } else { Some(c.uuid()?) };
        let salt = if c.try_lit(b",\"salt\":") { Some(c.hash()?) } else { None };
        c.lit(b",\"seq\":")?;
        let seq = c.uint()?;
        let withheld = c.try_lit(b",\"withheld\":true");
        c.lit(b"}")?;
        c.end()?;
        (withheld != salt.is_some()).then_some(Header { c: commitment, file, n, obj, salt, seq })
    }

    /// Payloads of one group must stay in one block: those of a record, or of an entry without one.
    pub(crate) fn group(&self) -> Group {
        self.obj.map_or(Group::Loose(self.seq), Group::Record)
    }
}

/// What a block must not be cut within.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    Loose(u64),
    Record(Uuid),
}

/// Whole groups of payloads.
pub(crate) struct Block {
    pub(crate) bytes: Vec<u8>,
    /// Number of the first line, from 1.
    pub(crate) line: u64,
    /// The last group in it; `None` when the file ends here.
    pub(crate) last: Option<Group>,
}

/// Reads `payloads` block by block.
pub(crate) struct Blocks {
    file: File,
    carry: Vec<u8>,
    line: u64,
    ended: bool,
}

fn broken(line: u64, what: &str) -> crate::report::Problem {
    altered(format!("payloads, line {line}"), what)
}

impl Blocks {
    pub(crate) fn open(folder: &Folder) -> Checked<Blocks> {
        Ok(Blocks { file: folder.open("payloads")?.0, carry: Vec::new(), line: 1, ended: false })
    }

    /// The next block; `None` after the one whose `last` is `None`.
    pub(crate) fn next(&mut self) -> Checked<Option<Block>> {
        if self.ended {
            return Ok(None);
        }
        let mut bytes = std::mem::take(&mut self.carry);
        let mut target = BLOCK;
        loop {
            self.fill(&mut bytes, target)?;
            self.ended = bytes.len() < target;
            let headers = self.header_starts(&bytes)?;
            if self.ended {
                return Ok(Some(self.block(bytes, None, headers.len())));
            }
            if let Some((at, headers_before, last)) = self.cut(&bytes, &headers)? {
                self.carry = bytes.split_off(at);
                return Ok(Some(self.block(bytes, Some(last), headers_before)));
            }
            target *= 2;
            if target > BLOCK_MAX {
                return Err(cannot_tell(
                    "payloads",
                    "the payloads of one record take more than 1 GiB; they were not read",
                ));
            }
        }
    }

    fn block(&mut self, bytes: Vec<u8>, last: Option<Group>, headers: usize) -> Block {
        let line = self.line;
        self.line += headers as u64 * 2;
        Block { bytes, line, last }
    }

    fn fill(&mut self, bytes: &mut Vec<u8>, target: usize) -> Checked<()> {
        let missing = target.saturating_sub(bytes.len());
        bytes.reserve_exact(missing);
        let read = (&self.file).take(missing as u64).read_to_end(bytes);
        read.map(|_| ()).map_err(|e| cannot_tell("payloads", format!("cannot be read: {e}")))
    }

    /// Where header lines begin that are whole, each with its payload line; at the end of the file all must be.
    fn header_starts(&self, bytes: &[u8]) -> Checked<Vec<usize>> {
        let mut starts = Vec::with_capacity(bytes.len() / 400);
        let mut at = 0;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let line = self.line + starts.len() as u64 * 2;
            let header = memchr(b'\n', rest);
            let payload = header.and_then(|h| memchr(b'\n', rest.get(h + 1..)?));
            if header.unwrap_or(rest.len()) > 512 {
                return Err(broken(line, "is too long for a header"));
            }
            let Some((header, payload)) = header.zip(payload) else {
                let body = rest.len() - header.map_or(0, |h| h + 1);
                if body > LINE_MAX {
                    return Err(broken(line + 1, "is longer than a payload can be"));
                }
                if self.ended && !rest.is_empty() {
                    return Err(broken(line, "the file ends here before the payload does"));
                }
                return Ok(starts);
            };
            if payload > LINE_MAX {
                return Err(broken(line + 1, "is longer than a payload can be"));
            }
            starts.push(at);
            at += header + payload + 2;
        }
    }

    /// The last place where a new group begins: offset, headers before it, and the group before it.
    fn cut(&self, bytes: &[u8], starts: &[usize]) -> Checked<Option<(usize, usize, Group)>> {
        let group_at = |n: usize| {
            let rest = starts.get(n).and_then(|at| bytes.get(*at..)).unwrap_or_default();
            let line = memchr(b'\n', rest).and_then(|end| rest.get(..end)).unwrap_or_default();
            let header =
                Header::parse(line).ok_or_else(|| broken(self.line + n as u64 * 2, "is not a header as described"))?;
            Ok(header.group())
        };
        let Some(mut n) = starts.len().checked_sub(1) else { return Ok(None) };
        let last = group_at(n)?;
        while n > 0 {
            let before = group_at(n - 1)?;
            if before != last {
                return Ok(starts.get(n).map(|at| (*at, n, before)));
            }
            n -= 1;
        }
        Ok(None)
    }
}

/// Reads `state` line by line.
pub(crate) struct StateLines {
    file: BufReader<File>,
}

impl StateLines {
    pub(crate) fn open(folder: &Folder) -> Checked<StateLines> {
        Ok(StateLines { file: BufReader::with_capacity(1 << 20, folder.open("state")?.0) })
    }

    /// The next `count` lines with their line feeds; fewer where the file ends.
    pub(crate) fn take(&mut self, count: usize) -> Checked<Vec<u8>> {
        let mut bytes = Vec::with_capacity(count.min(4096) * 512);
        for _ in 0..count {
            let before = bytes.len();
            let read = (&mut self.file).take(STATE_LINE_MAX as u64).read_until(b'\n', &mut bytes);
            read.map_err(|e| cannot_tell("state", format!("cannot be read: {e}")))?;
            if bytes.len() == before {
                break;
            }
            if bytes.last() != Some(&b'\n') {
                return Err(altered("state", "its last line does not end, or one is longer than 64 MiB"));
            }
        }
        Ok(bytes)
    }

    pub(crate) fn at_end(&mut self) -> Checked<bool> {
        let rest = self.file.fill_buf().map_err(|e| cannot_tell("state", format!("cannot be read: {e}")))?;
        Ok(rest.is_empty())
    }
}
