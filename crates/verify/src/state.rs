//! The state of one record, folded from its acts without decoding a value: names and values stay slices of the payloads
//! wherever an act sets them whole (`docs/formats/acts.md`, rules 12-17).

use crate::{
    body::{Body, Member, Refused, inner, is_uuid, text},
    entry::Act,
    hash::sha256_of,
    lists::{elements, join, lapse_members, strings},
    log::{Log, Row},
    moment::moment_text,
    scan::{Uuid, unescape, uuid_text},
};
use std::borrow::Cow;

/// Who acted when, and the version that came of it.
#[derive(Clone, Copy)]
struct Stamp {
    seq: u32,
    pid: u32,
    ts: u64,
    ver: u32,
}

impl Stamp {
    fn of(seq: u32, row: &Row) -> Self {
        Stamp { seq, pid: row.pid, ts: row.ts, ver: row.ver }
    }
}

/// A signature as it stands in the state.
struct Signature<'a> {
    stamp: Stamp,
    digest: &'a [u8],
    meaning: &'a [u8],
    role: &'a [u8],
    /// `lapse.changed` and the entry that made it lapse.
    lapsed: Option<(&'a [u8], u32)>,
}

/// A record while its acts are applied.
#[derive(Default)]
pub(crate) struct State<'a> {
    editors: Vec<u32>,
    /// Sorted by name.
    fields: Vec<(&'a [u8], Cow<'a, [u8]>)>,
    files: Vec<&'a [u8]>,
    key: Option<&'a [u8]>,
    kind: &'a [u8],
    number: &'a [u8],
    state: &'a [u8],
    signatures: Vec<Signature<'a>>,
    first: Option<Stamp>,
    last: Option<Stamp>,
    withdrawn: Option<u32>,
    erased: Option<u32>,
    disposed: Option<(&'a [u8], &'a [u8], u32)>,
}

fn lacks(what: &str) -> Refused {
    Refused::Altered(what.to_owned())
}

impl<'a> State<'a> {
    /// Applies one act. `kind` is the entry's `obj.type`, `id` the record's; `changes` are the members of `fields` or `set`.
    pub(crate) fn apply(
        &mut self,
        (seq, row): (u32, &Row),
        (kind, id): (&'a [u8], &Uuid),
        body: &Body<'a>,
        changes: &[Member<'a>],
    ) -> Result<(), Refused> {
        self.last = Some(Stamp::of(seq, row));
        match row.act {
            Act::Recorded => self.begin((seq, row), kind, body, changes)?,
            Act::Amended => {
                self.unset(body.unset);
                self.set(changes);
            }
            Act::Linked => self.link(body)?,
            Act::Unlinked => self.unlink(body)?,
            Act::Attached => self.attach(body)?,
            Act::Moved => self.move_on(seq, body, changes)?,
            Act::Signed => self.sign(seq, row, id, body)?,
            Act::Withdrawn => self.withdrawn = Some(seq),
            Act::Erased => self.erased = Some(seq),
            Act::Disposed => {
                self.kind = kind;
                self.number = body.number.unwrap_or_default();
                self.disposed = Some((body.basis.unwrap_or_default(), body.rule.unwrap_or_default(), seq));
            }
            Act::Founded | Act::Other => {}
        }
        if matches!(row.act, Act::Amended | Act::Linked | Act::Unlinked | Act::Attached) {
            self.after_change(seq, row, body)?;
        }
        Ok(())
    }

    fn begin(
        &mut self,
        (seq, row): (u32, &Row),
        kind: &'a [u8],
        body: &Body<'a>,
        changes: &[Member<'a>],
    ) -> Result<(), Refused> {
        if body.kind.and_then(inner) != Some(kind) {
            return Err(lacks("has another `kind` than its entry"));
        }
        self.first = Some(Stamp::of(seq, row));
        self.editors.push(row.pid);
        self.key = body.key;
        self.kind = kind;
        self.number = body.number.unwrap_or_default();
        self.state = body.state.unwrap_or_default();
        // The first fields come sorted, as members of a canonical object do.
        self.fields.extend(changes.iter().map(|(name, value)| (*name, Cow::Borrowed(*value))));
        Ok(())
    }

    fn set(&mut self, changes: &[Member<'a>]) {
        for (name, value) in changes {
            self.put(name, Cow::Borrowed(value));
        }
    }

    fn put(&mut self, name: &'a [u8], value: Cow<'a, [u8]>) {
        match self.fields.binary_search_by(|(known, _)| (*known).cmp(name)) {
            Ok(at) => {
                if let Some(field) = self.fields.get_mut(at) {
                    field.1 = value;
                }
            }
            Err(at) => self.fields.insert(at, (name, value)),
        }
    }

    fn get(&self, name: &[u8]) -> Option<&[u8]> {
        let at = self.fields.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
        self.fields.get(at).map(|(_, value)| value.as_ref())
    }

    fn remove(&mut self, name: &[u8]) {
        if let Ok(at) = self.fields.binary_search_by(|(known, _)| (*known).cmp(name)) {
            self.fields.remove(at);
        }
    }

    fn unset(&mut self, names: Option<&[u8]>) {
        for name in elements(names) {
            self.remove(inner(name).unwrap_or_default());
        }
    }

    fn link(&mut self, body: &Body<'a>) -> Result<(), Refused> {
        let (field, to) = field_and_to(body)?;
        if body.many != Some(b"true") {
            self.put(field, Cow::Borrowed(to));
            return Ok(());
        }
        let mut list = strings(self.get(field));
        list.push(to);
        list.sort_by_cached_key(|value| unescape(value));
        list.dedup();
        let list = join(&list);
        self.put(field, Cow::Owned(list));
        Ok(())
    }

    fn unlink(&mut self, body: &Body<'a>) -> Result<(), Refused> {
        let (field, to) = field_and_to(body)?;
        let mut list = strings(self.get(field));
        list.retain(|value| body.many == Some(b"true") && *value != to);
        if list.is_empty() {
            self.remove(field);
        } else {
            let list = join(&list);
            self.put(field, Cow::Owned(list));
        }
        Ok(())
    }

    fn attach(&mut self, body: &Body<'a>) -> Result<(), Refused> {
        let file = body.file.unwrap_or_default();
        let Some(field) = body.field else {
            self.files.push(file);
            return Ok(());
        };
        let field = field_name(field)?;
        if body.many != Some(b"true") {
            self.put(field, Cow::Borrowed(file));
            return Ok(());
        }
        let mut list = elements(self.get(field).filter(|value| value.first() == Some(&b'[')));
        list.push(file);
        let list = join(&list);
        self.put(field, Cow::Owned(list));
        Ok(())
    }

    fn move_on(&mut self, seq: u32, body: &Body<'a>, changes: &[Member<'a>]) -> Result<(), Refused> {
        if body.from != Some(self.state) {
            return Err(Refused::Altered(format!(
                "moves from a state that the record is not in: it is in {}",
                text(self.state)
            )));
        }
        self.state = body.to.unwrap_or_default();
        self.set(changes);
        if body.settled == Some(b"true") {
            self.editors.clear();
        }
        self.lapse(seq, body)
    }

    fn sign(&mut self, seq: u32, row: &Row, id: &Uuid, body: &Body<'a>) -> Result<(), Refused> {
        let digest = body.digest.unwrap_or_default();
        let mut signed = Vec::with_capacity(1024);
        self.write_fields_and_files(&mut signed, b"{");
        signed.extend_from_slice(b",\"id\":\"");
        signed.extend_from_slice(&uuid_text(id));
        signed.extend_from_slice(b"\",\"kind\":\"");
        signed.extend_from_slice(self.kind);
        signed.extend_from_slice(b"\"}");
        if inner(digest) != Some(hex::encode(sha256_of(&[], &signed)).as_bytes()) {
            return Err(lacks("signs another content than the record had"));
        }
        let (meaning, role) = (body.meaning.unwrap_or_default(), body.role.unwrap_or_default());
        self.signatures.push(Signature { stamp: Stamp::of(seq, row), digest, meaning, role, lapsed: None });
        Ok(())
    }

    /// What amending, linking and attaching have in common.
    fn after_change(&mut self, seq: u32, row: &Row, body: &Body<'a>) -> Result<(), Refused> {
        let material = !matches!(body.material, Some(b"[]" | b"false"));
        if material && !self.editors.contains(&row.pid) {
            self.editors.push(row.pid);
        }
        self.lapse(seq, body)?;
        if let Some(state) = body.state {
            self.state = state;
        }
        Ok(())
    }

    fn lapse(&mut self, seq: u32, body: &Body<'a>) -> Result<(), Refused> {
        let Some(lapse) = body.lapse else { return Ok(()) };
        let (changed, seqs) =
            lapse_members(lapse).ok_or_else(|| lacks("has a `lapse` of another form than described"))?;
        for signature in self.signatures.iter_mut().filter(|s| seqs.contains(&u64::from(s.stamp.seq))) {
            signature.lapsed = Some((changed, seq));
        }
        Ok(())
    }

    fn write_fields_and_files(&self, out: &mut Vec<u8>, before: &[u8]) {
        out.extend_from_slice(before);
        out.extend_from_slice(b"\"fields\":{");
        for (n, (name, value)) in self.fields.iter().enumerate() {
            out.extend_from_slice(if n == 0 { b"\"" } else { b",\"" });
            out.extend_from_slice(name);
            out.extend_from_slice(b"\":");
            out.extend_from_slice(value);
        }
        out.extend_from_slice(b"},\"files\":[");
        for (n, file) in self.files.iter().enumerate() {
            if n > 0 {
                out.push(b',');
            }
            out.extend_from_slice(file);
        }
        out.push(b']');
    }

    /// Writes the record's line, without the line feed.
    pub(crate) fn write(&self, log: &Log, id: &Uuid, out: &mut Vec<u8>) {
        out.clear();
        if let Some((basis, rule, seq)) = self.disposed {
            parts(out, &[b"{\"disposed\":{\"basis\":", basis, b",\"rule\":", rule, b",\"seq\":"]);
            number(out, seq);
            parts(out, &[b"},\"id\":\"", &uuid_text(id), b"\",\"kind\":\"", self.kind, b"\",\"number\":", self.number]);
        } else {
            self.write_live(log, id, out);
        }
        out.extend_from_slice(b",\"version\":");
        number(out, self.last.map_or(0, |last| last.ver));
        if let Some(seq) = self.withdrawn.filter(|_| self.disposed.is_none()) {
            out.extend_from_slice(b",\"withdrawn\":{\"seq\":");
            number(out, seq);
            out.push(b'}');
        }
        out.push(b'}');
    }

    fn write_live(&self, log: &Log, id: &Uuid, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"editors\":[");
        for (n, pid) in self.editors.iter().enumerate() {
            parts(out, &[if n == 0 { b"\"" } else { b",\"" }, pid_text(log, *pid), b"\""]);
        }
        out.push(b']');
        if let Some(seq) = self.erased {
            out.extend_from_slice(b",\"erased\":{\"seq\":");
            number(out, seq);
            out.push(b'}');
        }
        self.write_fields_and_files(out, b",");
        parts(out, &[b",\"id\":\"", &uuid_text(id), b"\""]);
        if let Some(key) = self.key {
            parts(out, &[b",\"key\":", key]);
        }
        parts(out, &[b",\"kind\":\"", self.kind, b"\",\"last\":{"]);
        stamp(out, log, self.last.as_ref());
        parts(out, &[b",\"number\":", self.number, b",\"recorded\":{"]);
        stamp(out, log, self.first.as_ref());
        out.extend_from_slice(b",\"signatures\":[");
        for (n, signature) in self.signatures.iter().enumerate() {
            if n > 0 {
                out.push(b',');
            }
            signature.write(log, out);
        }
        parts(out, &[b"],\"state\":", self.state]);
    }
}

impl Signature<'_> {
    fn write(&self, log: &Log, out: &mut Vec<u8>) {
        parts(out, &[b"{\"by\":\"", pid_text(log, self.stamp.pid), b"\",\"digest\":", self.digest]);
        if let Some((changed, seq)) = self.lapsed {
            parts(out, &[b",\"lapsed\":{\"changed\":", changed, b",\"seq\":"]);
            number(out, seq);
            out.push(b'}');
        }
        parts(out, &[b",\"meaning\":", self.meaning, b",\"role\":", self.role, b",\"seq\":"]);
        number(out, self.stamp.seq);
        parts(out, &[b",\"ts\":\"", &moment_text(self.stamp.ts), b"\"}"]);
    }
}

fn stamp(out: &mut Vec<u8>, log: &Log, at: Option<&Stamp>) {
    let Some(at) = at else { return };
    parts(out, &[b"\"by\":\"", pid_text(log, at.pid), b"\",\"seq\":"]);
    number(out, at.seq);
    parts(out, &[b",\"ts\":\"", &moment_text(at.ts), b"\"}"]);
}

fn pid_text(log: &Log, pid: u32) -> &[u8] {
    log.pids.get(pid as usize).map_or(b"", |text| text.as_slice())
}

fn parts(out: &mut Vec<u8>, parts: &[&[u8]]) {
    parts.iter().for_each(|part| out.extend_from_slice(part));
}

fn number(out: &mut Vec<u8>, mut value: u32) {
    let from = out.len();
    loop {
        out.push(b'0' + (value % 10) as u8);
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.get_mut(from..).unwrap_or_default().reverse();
}

fn field_name(quoted: &[u8]) -> Result<&[u8], Refused> {
    let name = inner(quoted).unwrap_or_default();
    let allowed = |b: &u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_');
    let is_key = (1..=40).contains(&name.len()) && name.iter().all(allowed);
    if is_key { Ok(name) } else { Err(lacks("names a `field` that no object can have")) }
}

fn field_and_to<'a>(body: &Body<'a>) -> Result<(&'a [u8], &'a [u8]), Refused> {
    let to = body.to.filter(|to| is_uuid(to)).ok_or_else(|| lacks("links to something that is no record's id"))?;
    Ok((field_name(body.field.unwrap_or_default())?, to))
}
