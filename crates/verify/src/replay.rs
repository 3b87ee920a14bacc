//! One block of payloads: each against its commitment, each record's chain of acts, and the state they lead to.

use crate::{
    blocks::{Block, Header},
    body::{Body, Member, Refused, inner, text},
    contents::{Context, Share},
    entry::{Act, Class, Commitment},
    found::{Found, Use},
    hash::sha256_of,
    log::{Extra, NO_PREV, Row},
    report::{Checked, Problem, altered, cannot_tell},
    scan::{Cursor, Hash, Uuid, hex, unescape, uuid_text},
    state::State,
};
use memchr::memchr;

/// An entry while its payloads are read.
struct Subject<'r> {
    id: Option<&'r Uuid>,
    seq: u32,
    row: &'r Row,
    /// The entry that disposes of everything before it on this record.
    disposed: Option<u32>,
}

/// Acts whose rows are fetched together, or somewhat more so that records stay whole.
const TOGETHER: usize = 512;

/// How many of the acts, which are not empty, to take together.
fn whole_records(acts: &[(Uuid, u32)]) -> usize {
    let Some((id, _)) = acts.get(TOGETHER - 1) else { return acts.len() };
    TOGETHER + acts.iter().skip(TOGETHER).take_while(|(other, _)| other == id).count()
}

fn not_in_log(seq: u32) -> Problem {
    at_entry(seq, "is not in the log")
}

/// Reads one block.
pub(crate) struct Job<'a> {
    context: &'a Context<'a>,
    block: &'a Block,
    /// The next payload to read.
    next: usize,
    /// The next payload, read ahead: its header, its bytes, and its header's line.
    ahead: Option<(Header, &'a [u8], u64)>,
    state: &'a [u8],
    state_line: u64,
    changes: Vec<Member<'a>>,
    written: Vec<u8>,
    found: Found,
}

fn at_entry(seq: u32, what: impl Into<String>) -> Problem {
    altered(format!("entry {seq}"), what)
}

impl<'a> Job<'a> {
    pub(crate) fn run(context: &'a Context<'a>, share: &'a Share) -> Checked<Found> {
        let mut job = Job {
            context,
            block: &share.block,
            next: 0,
            ahead: None,
            state: &share.state,
            state_line: share.state_line,
            changes: Vec::new(),
            written: Vec::new(),
            found: Found::default(),
        };
        job.read_ahead()?;
        for seq in context.log.loose.get(share.loose.clone()).unwrap_or_default() {
            job.loose(*seq)?;
        }
        let acts = context.log.by_record.get(share.acts.clone()).unwrap_or_default();
        job.records(acts)?;
        if let Some((header, _, line)) = &job.ahead {
            let what =
                format!("the payload (entry {}, position {}) stands where none is expected", header.seq, header.n);
            return Err(altered(format!("payloads, line {line}"), what));
        }
        Ok(job.found)
    }

    fn loose(&mut self, seq: u32) -> Checked<()> {
        let subject =
            Subject { id: None, seq, row: self.context.log.row(seq).ok_or_else(|| not_in_log(seq))?, disposed: None };
        match self.body(&subject)? {
            Some(bytes) if subject.row.act == Act::Founded => self.founding(bytes)?,
            Some(bytes) => canonical(seq, 0, bytes)?,
            None => {}
        }
        // An entry that changes no record has no values, so nothing that a personal payload could stand for.
        self.extras(&subject, Some(&[]))
    }

    /// Rows lie in the order of the log, all over the memory: fetched many at a time, none waits for the one before it.
    fn records(&mut self, mut acts: &'a [(Uuid, u32)]) -> Checked<()> {
        let (mut places, mut rows): (Vec<&Row>, Vec<Row>) = (Vec::new(), Vec::new());
        while !acts.is_empty() {
            let (together, rest) = acts.split_at(whole_records(acts));
            acts = rest;
            places.clear();
            places.extend(together.iter().filter_map(|(_, seq)| self.context.log.row(*seq)));
            rows.clear();
            rows.extend(places.iter().copied());
            let mut rows = rows.as_slice();
            for acts in together.chunk_by(|a, b| a.0 == b.0) {
                let of_record = rows.split_off(..acts.len());
                let first = acts.first().map_or(0, |(_, seq)| *seq);
                self.record(acts, of_record.ok_or_else(|| not_in_log(first))?)?;
            }
        }
        Ok(())
    }

    fn record(&mut self, acts: &'a [(Uuid, u32)], rows: &[Row]) -> Checked<()> {
        let (Some((id, last)), Some(last_row)) = (acts.last(), rows.last()) else { return Ok(()) };
        let disposed = (last_row.act == Act::Disposed).then_some(*last);
        let mut state = Some(State::default());
        let mut before: Option<(u32, &Row)> = None;
        for ((_, seq), row) in acts.iter().zip(rows) {
            check_chain(before, *seq, row)?;
            before = Some((*seq, row));
            self.act(&Subject { id: Some(id), seq: *seq, row, disposed }, id, &mut state)?;
        }
        self.found.records += 1;
        self.compare(id, state)
    }

    /// One act on a record: its body, what it makes of the state, and its other payloads.
    fn act(&mut self, subject: &Subject<'_>, id: &'a Uuid, state: &mut Option<State<'a>>) -> Checked<()> {
        let Some(bytes) = self.body(subject)? else { return self.extras(subject, None) };
        let (seq, row) = (subject.seq, subject.row);
        if row.act == Act::Other {
            canonical(seq, 0, bytes)?;
            *state = None;
            self.found.unknown.push(cannot_tell(
                format!("entry {seq}"),
                "its `act` on a record is not known, so the record's state cannot be recomputed",
            ));
            return self.extras(subject, None);
        }
        let mut changes = std::mem::take(&mut self.changes);
        let applied = Body::parse(row.act, bytes, &mut changes).and_then(|body| {
            let kind = self.context.log.kinds.get(usize::from(row.kind)).map_or(&b""[..], |kind| kind.as_slice());
            // Of a record that was disposed of, only the last act makes a state; the others may be gone.
            let counts = subject.disposed.is_none_or(|at| at == seq);
            match state.as_mut().filter(|_| counts) {
                Some(state) => state.apply((seq, row), (kind, id), &body, &changes),
                None => Ok(()),
            }
        });
        match applied {
            Ok(()) => self.extras(subject, Some(&changes))?,
            Err(Refused::Altered(what)) => return Err(at_entry(seq, format!("its body {what}"))),
            Err(Refused::Unknown(what)) => {
                self.found.unknown.push(cannot_tell(format!("entry {seq}"), format!("its body {what}")));
                *state = None;
                self.extras(subject, None)?;
            }
        }
        self.changes = changes;
        Ok(())
    }

    /// The bytes of an entry's body, or `None` where it has none or they are gone by authority.
    fn body(&mut self, subject: &Subject<'_>) -> Checked<Option<&'a [u8]>> {
        let row = subject.row;
        if !row.has_body {
            return Ok(None);
        }
        let commitment = Commitment { c: row.c, class: Class::Record, len: u64::from(row.len) };
        self.payload(subject, 0, &commitment)
    }

    /// The other payloads of an entry. `changes` are the values of its body, `None` where they cannot be known.
    fn extras(&mut self, subject: &Subject<'_>, changes: Option<&[Member<'_>]>) -> Checked<()> {
        let row = subject.row;
        // Most entries have neither other payloads nor values that could be sealed.
        if row.more == 0 && !changes.unwrap_or_default().iter().any(|(_, value)| value.starts_with(SEAL)) {
            return Ok(());
        }
        let extras = if row.more == 0 { &[][..] } else { self.context.log.extras_of(subject.seq) };
        if let Some(changes) = changes {
            seals(subject.seq, row.act, extras, changes)?;
        }
        for extra in extras {
            let Some(bytes) = self.payload(subject, extra.n, &extra.commitment)? else { continue };
            if matches!(extra.commitment.class, Class::Personal(_)) {
                canonical(subject.seq, extra.n, bytes)?;
                sealed(subject.seq, &extra.commitment.c, bytes, changes)?;
            }
        }
        Ok(())
    }

    /// Takes the next payload if it is the one an entry commits to; answers its bytes if they are there to be read.
    fn payload(&mut self, subject: &Subject<'_>, n: u32, commitment: &Commitment) -> Checked<Option<&'a [u8]>> {
        let seq = subject.seq;
        let is_next = |h: &Header| h.obj.as_ref() == subject.id && h.seq == u64::from(seq) && h.n == u64::from(n);
        let Some((header, bytes, line)) = self.ahead.filter(|(header, ..)| is_next(header)) else {
            return self.absent(subject, n, commitment).map(|()| None);
        };
        self.read_ahead()?;
        let place = || format!("entry {seq}, payload {n} (payloads, line {line})");
        if header.c != commitment.c {
            return Err(altered(place(), "its commitment is not the one in the entry"));
        }
        let file = if let Class::Evidence(file) = commitment.class { Some(file) } else { None };
        if header.file != file {
            return Err(altered(place(), "its `file` is not the one in the entry"));
        }
        if !bytes.is_empty() && (file.is_some() || header.salt.is_none()) {
            return Err(altered(place(), "has bytes where there should be an empty line"));
        }
        let Some(salt) = header.salt else {
            if !matches!(commitment.class, Class::Personal(_)) || !self.context.withheld {
                return Err(altered(
                    place(),
                    "is withheld, although only personal payloads may be, and `bundle.json` has to say so",
                ));
            }
            self.found.withheld += 1;
            return Ok(None);
        };
        self.found.payloads += 1;
        if let Some(file) = file {
            self.found.evidence.push(Use { file, salt, c: commitment.c, len: commitment.len, seq });
            return Ok(None);
        }
        if bytes.len() as u64 != commitment.len {
            return Err(altered(place(), format!("has {} bytes, the entry says {}", bytes.len(), commitment.len)));
        }
        let mut prefix = [2; 33];
        prefix.split_at_mut(1).1.copy_from_slice(&salt);
        if sha256_of(&prefix, bytes) != commitment.c {
            return Err(altered(place(), "its bytes and salt do not match the entry's commitment"));
        }
        Ok(Some(bytes))
    }

    fn absent(&mut self, subject: &Subject<'_>, n: u32, commitment: &Commitment) -> Checked<()> {
        let seq = subject.seq;
        let disposed = subject.disposed.is_some_and(|at| seq < at);
        let erased = match &commitment.class {
            Class::Personal(person) => self.context.log.erased.get(person).is_some_and(|at| seq < *at),
            _ => false,
        };
        if disposed || erased {
            self.found.gone += 1;
            return Ok(());
        }
        let instead = match &self.ahead {
            Some((header, _, line)) => {
                format!("; line {line} of payloads holds entry {}, position {}, instead", header.seq, header.n)
            }
            None => String::new(),
        };
        let what = format!("is missing from payloads and no later act authorises that{instead}");
        Err(altered(format!("entry {seq}, payload {n}"), what))
    }

    fn read_ahead(&mut self) -> Checked<()> {
        self.ahead = None;
        let n = self.next;
        if n < self.block.starts.len() {
            let line = self.block.line + n as u64 * 2;
            let read = self.block.lines(n).and_then(|(header, bytes)| Some((Header::parse(header)?, bytes, line)));
            self.ahead =
                Some(read.ok_or_else(|| altered(format!("payloads, line {line}"), "is not a header as described"))?);
            self.next += 1;
        }
        Ok(())
    }

    /// Compares a record with its line of `state`; `None` where the acts could not all be understood.
    fn compare(&mut self, id: &Uuid, state: Option<State<'a>>) -> Checked<()> {
        let number = self.state_line;
        self.state_line += 1;
        let name = || String::from_utf8_lossy(&uuid_text(id)).into_owned();
        let Some((line, rest)) = cut_line(self.state) else {
            return Err(altered(format!("state, line {number}"), format!("the record {} is missing", name())));
        };
        self.state = rest;
        let Some(state) = state else { return Ok(()) };
        state.write(self.context.log, id, &mut self.written);
        if self.written == line {
            return Ok(());
        }
        let at = self.written.iter().zip(line).position(|(a, b)| a != b).unwrap_or(self.written.len().min(line.len()));
        let show = |bytes: &[u8]| text(bytes.get(at.saturating_sub(20)..).unwrap_or_default());
        let what = format!(
            "is not what the acts on record {} give, from byte {at} on: it has `{}`, the acts give `{}`",
            name(),
            show(line),
            show(&self.written)
        );
        Err(altered(format!("state, line {number}"), what))
    }

    /// The first payload names the organization and the log.
    fn founding(&mut self, bytes: &'a [u8]) -> Checked<()> {
        let (mut org, mut origin) = (None, None);
        let mut changes = Vec::new();
        match Body::parse(Act::Founded, bytes, &mut changes) {
            Ok(_) => {}
            Err(Refused::Altered(what)) => return Err(at_entry(0, format!("its payload {what}"))),
            Err(Refused::Unknown(what)) => {
                self.found.unknown.push(cannot_tell("entry 0", format!("its payload {what}")))
            }
        }
        let _ = Cursor::new(bytes).members(0, |name, value| match name {
            b"org" => org = inner(value).and_then(unescape),
            b"origin" => origin = inner(value).and_then(unescape),
            _ => {}
        });
        if org.as_deref() != Some(self.context.org) || origin.as_deref() != Some(self.context.origin) {
            return Err(at_entry(0, "founds another organization or another log than the checkpoint's"));
        }
        Ok(())
    }
}

fn cut_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr(b'\n', bytes)?;
    Some((bytes.get(..at)?, bytes.get(at + 1..)?))
}

fn canonical(seq: u32, n: u32, bytes: &[u8]) -> Checked<()> {
    match crate::scan::fault(bytes) {
        None => Ok(()),
        Some(fault) => Err(altered(format!("entry {seq}, payload {n}"), format!("is not in canonical form: {fault}"))),
    }
}

/// A personal payload names fields; in the act's body each of them stands sealed.
fn sealed(seq: u32, c: &Hash, bytes: &[u8], changes: Option<&[Member<'_>]>) -> Checked<()> {
    let fail = |what: String| altered(format!("entry {seq}"), format!("its personal payload {what}"));
    let mut cursor = Cursor::new(bytes);
    let mut names = Vec::new();
    let shape = cursor.lit(b"{\"fields\":").and_then(|()| cursor.members(1, |name, _| names.push(name)));
    if shape.and_then(|()| cursor.lit(b"}")).and_then(|()| cursor.end()).is_none() {
        return Err(fail("is not `{\"fields\":{…}}`".into()));
    }
    for name in names {
        let is_sealed = |(known, value): &Member<'_>| *known == name && seal(value).and_then(sealed_hash) == Some(*c);
        if changes.is_some_and(|changes| !changes.iter().any(is_sealed)) {
            return Err(fail(format!("has the field `{}`, which its act does not seal with it", text(name))));
        }
    }
    Ok(())
}

/// How a value begins that may be sealed.
const SEAL: &[u8] = b"{\"sealed\":";

/// What an object with the one member `sealed` holds there; `None` for every other value.
fn seal(value: &[u8]) -> Option<&[u8]> {
    let held = value.strip_prefix(SEAL)?.strip_suffix(b"}")?;
    let mut cursor = Cursor::new(held);
    cursor.value(0).and_then(|_| cursor.end())?;
    Some(held)
}

fn sealed_hash(held: &[u8]) -> Option<Hash> {
    inner(held).and_then(hex)
}

/// Sealed values and personal payloads of one entry name each other, whether or not the payloads are there.
fn seals(seq: u32, act: Act, extras: &[Extra], changes: &[Member<'_>]) -> Checked<()> {
    let mut unnamed: Vec<Hash> = Vec::new();
    unnamed.extend(extras.iter().filter(|e| matches!(e.commitment.class, Class::Personal(_))).map(|e| e.commitment.c));
    let personal = unnamed.clone();
    for (name, value) in changes {
        let Some(held) = seal(value) else { continue };
        let c = sealed_hash(held).filter(|c| personal.contains(c));
        let Some(c) = c.filter(|_| matches!(act, Act::Recorded | Act::Amended)) else {
            let what = "is sealed, but not with a personal payload of this entry";
            return Err(at_entry(seq, format!("its field `{}` {what}", text(name))));
        };
        unnamed.retain(|other| *other != c);
    }
    if unnamed.is_empty() { Ok(()) } else { Err(at_entry(seq, "has a personal payload that none of its values names")) }
}

/// The rules that tie an act to the one before it on the same record.
fn check_chain(before: Option<(u32, &Row)>, seq: u32, row: &Row) -> Checked<()> {
    let (prev, ver) = before.map_or((NO_PREV, 1), |(seq, row)| (seq, row.ver.saturating_add(1)));
    if row.ver != ver {
        return Err(at_entry(seq, format!("is version {} of its record, where version {ver} is due", row.ver)));
    }
    if row.prev != prev {
        return Err(at_entry(seq, "its `prev` is not the act before it on the same record"));
    }
    if row.act != Act::Other && (row.act == Act::Recorded) != before.is_none() {
        return Err(at_entry(seq, "a record begins with the act `recorded`, once"));
    }
    if before.is_some_and(|(_, before)| before.kind != row.kind) {
        return Err(at_entry(seq, "gives its record another `type` than before"));
    }
    if before.is_some_and(|(_, before)| before.act == Act::Disposed) {
        return Err(at_entry(seq, "acts on a record that was disposed of"));
    }
    Ok(())
}
