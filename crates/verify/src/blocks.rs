//! `payloads` cut into blocks that hold whole records, and the lines of `state` that belong to each block.

use crate::{
    folder::Folder,
    report::{Checked, altered, cannot_tell},
    scan::{Cursor, Hash, Uuid},
};
use memchr::{memchr, memchr_iter};
use std::{fs::File, io::Read};

/// A block's usual size in bytes; it grows to hold the last record whole.
const BLOCK: usize = 1 << 18;
/// Beyond this one record's payloads are not read.
const BLOCK_MAX: usize = 1 << 30;
/// The longest line: a body of 1 MiB.
const LINE_MAX: usize = 1 << 20;
/// Bytes of `state` read at a time.
const STATE_READ: usize = 1 << 17;
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

/// Where a payload's two lines begin; a block has at most 1 GiB.
#[derive(Clone, Copy)]
pub(crate) struct Start {
    pub(crate) header: u32,
    pub(crate) payload: u32,
}

/// Whole groups of payloads. Its memory is used again for the next one.
#[derive(Default)]
pub(crate) struct Block {
    pub(crate) bytes: Vec<u8>,
    pub(crate) starts: Vec<Start>,
    /// Number of the first line, from 1.
    pub(crate) line: u64,
    /// The last group in it; `None` when the file ends here.
    pub(crate) last: Option<Group>,
}

impl Block {
    /// The lines of a payload, without their line feeds.
    pub(crate) fn lines(&self, n: usize) -> Option<(&[u8], &[u8])> {
        let start = self.starts.get(n)?;
        let end = self.starts.get(n + 1).map_or(self.bytes.len(), |next| next.header as usize);
        let header = self.bytes.get(start.header as usize..start.payload as usize)?.strip_suffix(b"\n")?;
        Some((header, self.bytes.get(start.payload as usize..end)?.strip_suffix(b"\n")?))
    }
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

    /// Reads the next block; `false` after the one whose `last` is `None`.
    pub(crate) fn next(&mut self, block: &mut Block) -> Checked<bool> {
        if self.ended {
            return Ok(false);
        }
        block.bytes.clear();
        block.bytes.append(&mut self.carry);
        block.line = self.line;
        let mut target = BLOCK;
        loop {
            self.fill(&mut block.bytes, target)?;
            self.ended = block.bytes.len() < target;
            self.find_starts(block)?;
            if self.ended {
                block.last = None;
                return Ok(true);
            }
            if let Some((n, at, last)) = cut(block)? {
                self.carry.extend_from_slice(block.bytes.get(at..).unwrap_or_default());
                block.bytes.truncate(at);
                block.starts.truncate(n);
                block.last = Some(last);
                self.line += n as u64 * 2;
                return Ok(true);
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

    fn fill(&mut self, bytes: &mut Vec<u8>, target: usize) -> Checked<()> {
        let missing = target.saturating_sub(bytes.len());
        bytes.reserve_exact(missing);
        let read = (&self.file).take(missing as u64).read_to_end(bytes);
        read.map(|_| ()).map_err(|e| cannot_tell("payloads", format!("cannot be read: {e}")))
    }

    /// Finds the header lines that are whole, each with its payload line; at the end of the file all must be.
    fn find_starts(&self, block: &mut Block) -> Checked<()> {
        block.starts.clear();
        let mut at = 0;
        loop {
            let rest = block.bytes.get(at..).unwrap_or_default();
            let line = self.line + block.starts.len() as u64 * 2;
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
                return Ok(());
            };
            if payload > LINE_MAX {
                return Err(broken(line + 1, "is longer than a payload can be"));
            }
            block.starts.push(Start { header: at as u32, payload: (at + header + 1) as u32 });
            at += header + payload + 2;
        }
    }
}

/// The last place where a new group begins: payloads before it, offset, and the group before it.
fn cut(block: &Block) -> Checked<Option<(usize, usize, Group)>> {
    let group_at = |n: usize| {
        // The last payload of the block has no other behind it to end it, so only its header is looked at.
        let start = block.starts.get(n).map(|s| s.header as usize..s.payload as usize - 1);
        let header = start.and_then(|header| Header::parse(block.bytes.get(header)?));
        let broken = || broken(block.line + n as u64 * 2, "is not a header as described");
        header.map(|header| header.group()).ok_or_else(broken)
    };
    let Some(mut n) = block.starts.len().checked_sub(1) else { return Ok(None) };
    let last = group_at(n)?;
    while n > 0 {
        let before = group_at(n - 1)?;
        if before != last {
            return Ok(block.starts.get(n).map(|start| (n, start.header as usize, before)));
        }
        n -= 1;
    }
    Ok(None)
}

/// Reads `state` line by line.
pub(crate) struct StateLines {
    file: File,
    carry: Vec<u8>,
}

impl StateLines {
    pub(crate) fn open(folder: &Folder) -> Checked<StateLines> {
        Ok(StateLines { file: folder.open("state")?.0, carry: Vec::new() })
    }

    /// Puts the next `count` lines with their line feeds into `lines`; fewer where the file ends.
    pub(crate) fn take(&mut self, count: usize, lines: &mut Vec<u8>) -> Checked<()> {
        lines.clear();
        lines.append(&mut self.carry);
        // Lines end before `at`; up to `seen` there is no other end, so nothing is searched twice.
        let (mut found, mut at, mut seen) = (0, 0, 0);
        loop {
            let ends = memchr_iter(b'\n', lines.get(seen..).unwrap_or_default()).take(count - found);
            let (more, last) = ends.fold((0, None), |(n, _), end| (n + 1, Some(end)));
            found += more;
            at = last.map_or(at, |end| seen + end + 1);
            seen = lines.len();
            if found == count || !self.read_more(lines, at)? {
                break;
            }
        }
        self.carry.extend_from_slice(lines.get(at..).unwrap_or_default());
        lines.truncate(at);
        Ok(())
    }

    /// Reads on behind the unfinished line at `from`; `false` where the file ends and no line stands open.
    fn read_more(&mut self, lines: &mut Vec<u8>, from: usize) -> Checked<bool> {
        let open = lines.len() - from;
        lines.reserve(STATE_READ);
        let read = (&self.file).take(STATE_READ as u64).read_to_end(lines);
        let read = read.map_err(|e| cannot_tell("state", format!("cannot be read: {e}")))?;
        if open > STATE_LINE_MAX || (read == 0 && open > 0) {
            return Err(altered("state", "its last line does not end, or one is longer than 64 MiB"));
        }
        Ok(read > 0)
    }

    pub(crate) fn at_end(&mut self) -> Checked<bool> {
        let mut next = Vec::new();
        Ok(self.carry.is_empty() && !self.read_more(&mut next, 0)?)
    }
}
