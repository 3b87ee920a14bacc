//! The body of an act: its members as slices of the payload (`docs/formats/acts.md`, rule 12).

use crate::{
    entry::Act,
    scan::{Cursor, uuid},
};

/// A member's name and the bytes of its value.
pub(crate) type Member<'a> = (&'a [u8], &'a [u8]);

/// Members of a body; those that the act does not have are absent. Values are canonical JSON as written.
#[derive(Clone, Copy, Default)]
pub(crate) struct Body<'a> {
    pub(crate) basis: Option<&'a [u8]>,
    pub(crate) digest: Option<&'a [u8]>,
    pub(crate) field: Option<&'a [u8]>,
    pub(crate) file: Option<&'a [u8]>,
    pub(crate) from: Option<&'a [u8]>,
    pub(crate) key: Option<&'a [u8]>,
    pub(crate) kind: Option<&'a [u8]>,
    pub(crate) lapse: Option<&'a [u8]>,
    pub(crate) many: Option<&'a [u8]>,
    pub(crate) material: Option<&'a [u8]>,
    pub(crate) meaning: Option<&'a [u8]>,
    pub(crate) number: Option<&'a [u8]>,
    pub(crate) role: Option<&'a [u8]>,
    pub(crate) rule: Option<&'a [u8]>,
    /// `fields` of a `recorded` act, `set` of another.
    pub(crate) set: Option<&'a [u8]>,
    pub(crate) settled: Option<&'a [u8]>,
    pub(crate) state: Option<&'a [u8]>,
    pub(crate) to: Option<&'a [u8]>,
    pub(crate) unset: Option<&'a [u8]>,
}

/// What keeps a body from being applied.
pub(crate) enum Refused {
    /// It is not as the format describes.
    Altered(String),
    /// It holds something that this program does not know.
    Unknown(String),
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Text,
    Flag,
    Texts,
    Object,
    Any,
}

/// The members that each act's body has: name, whether it must be there, what it looks like.
fn members_of(act: Act) -> &'static [(&'static [u8], bool, Form)] {
    use Form::{Any, Flag, Object, Text, Texts};
    match act {
        Act::Recorded => &[
            (b"fields", true, Object),
            (b"key", false, Text),
            (b"kind", true, Text),
            (b"number", true, Text),
            (b"state", true, Text),
        ],
        Act::Amended => &[
            (b"lapse", false, Object),
            (b"material", true, Texts),
            (b"set", true, Object),
            (b"state", false, Text),
            (b"unset", true, Texts),
        ],
        Act::Linked | Act::Unlinked => &[
            (b"field", true, Text),
            (b"lapse", false, Object),
            (b"many", true, Flag),
            (b"material", true, Flag),
            (b"state", false, Text),
            (b"to", true, Text),
        ],
        Act::Attached => &[
            (b"field", false, Text),
            (b"file", true, Any),
            (b"lapse", false, Object),
            (b"many", true, Flag),
            (b"material", true, Flag),
            (b"state", false, Text),
        ],
        Act::Moved => &[
            (b"from", true, Text),
            (b"lapse", false, Object),
            (b"set", true, Object),
            (b"settled", true, Flag),
            (b"to", true, Text),
            (b"verb", true, Text),
        ],
        Act::Signed => &[(b"digest", true, Text), (b"meaning", true, Text), (b"role", true, Text)],
        Act::Withdrawn => &[],
        Act::Disposed => &[(b"basis", true, Text), (b"number", true, Text), (b"rule", true, Text)],
        Act::Erased => {
            &[(b"approvers", true, Texts), (b"basis", true, Text), (b"count", true, Any), (b"rule", true, Text)]
        }
        Act::Founded => &[(b"name", true, Text), (b"org", true, Text), (b"origin", true, Text)],
        Act::Other => &[],
    }
}

impl<'a> Body<'a> {
    /// Reads the body of an act; the members of `fields` or `set` go to `changes`, which is emptied first.
    pub(crate) fn parse(act: Act, bytes: &'a [u8], changes: &mut Vec<Member<'a>>) -> Result<Body<'a>, Refused> {
        changes.clear();
        let mut body = Body::default();
        let mut problem = None;
        let mut required = 0;
        let known = members_of(act);
        let mut cursor = Cursor::new(bytes);
        let read = cursor.members(0, &mut |name, value| {
            let found = known.iter().find(|(known, ..)| *known == name);
            match found {
                Some((_, must, form)) if has_form(*form, value) => {
                    required += usize::from(*must);
                    body.set_member(name, value);
                }
                None if name == b"why" && has_form(Form::Text, value) => {}
                None if name != b"why" => {
                    problem = Some(Refused::Unknown(format!("has the member `{}`, which is not known", text(name))))
                }
                _ => {
                    problem =
                        Some(Refused::Altered(format!("has a member `{}` of another form than described", text(name))))
                }
            }
        });
        if read.and_then(|()| cursor.end()).is_none() {
            let fault = crate::scan::fault(bytes).unwrap_or_else(|| "it is no object".into());
            return Err(Refused::Altered(format!("is not in canonical form: {fault}")));
        }
        if let Some(problem) = problem {
            return Err(problem);
        }
        if required < known.iter().filter(|(_, must, _)| *must).count() {
            return Err(Refused::Altered("lacks a member that this act's body has".into()));
        }
        if let Some(set) = body.set {
            // These bytes were checked as part of the whole; this only takes them apart.
            let _ = Cursor::new(set).members(1, &mut |name, value| changes.push((name, value)));
        }
        Ok(body)
    }

    fn set_member(&mut self, name: &[u8], value: &'a [u8]) {
        let slot = match name {
            b"basis" => &mut self.basis,
            b"digest" => &mut self.digest,
            b"field" => &mut self.field,
            b"fields" | b"set" => &mut self.set,
            b"file" => &mut self.file,
            b"from" => &mut self.from,
            b"key" => &mut self.key,
            b"kind" => &mut self.kind,
            b"lapse" => &mut self.lapse,
            b"many" => &mut self.many,
            b"material" => &mut self.material,
            b"meaning" => &mut self.meaning,
            b"number" => &mut self.number,
            b"role" => &mut self.role,
            b"rule" => &mut self.rule,
            b"settled" => &mut self.settled,
            b"state" => &mut self.state,
            b"to" => &mut self.to,
            b"unset" => &mut self.unset,
            _ => return,
        };
        *slot = Some(value);
    }
}

fn has_form(form: Form, value: &[u8]) -> bool {
    match form {
        Form::Text => value.first() == Some(&b'"'),
        Form::Flag => value == b"true" || value == b"false",
        Form::Object => value.first() == Some(&b'{'),
        Form::Texts => {
            let mut all = value.first() == Some(&b'[');
            // A value of another kind has no elements at all.
            let read = Cursor::new(value).elements(0, &mut |e| all &= e.first() == Some(&b'"'));
            all && read.is_some()
        }
        Form::Any => true,
    }
}

/// What stands between the quotation marks of a string.
pub(crate) fn inner(quoted: &[u8]) -> Option<&[u8]> {
    quoted.strip_prefix(b"\"")?.strip_suffix(b"\"")
}

/// Bytes for a sentence: cut after 60, and never with control characters.
pub(crate) fn text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}

/// Whether a quoted string is a UUID.
pub(crate) fn is_uuid(quoted: &[u8]) -> bool {
    inner(quoted).and_then(uuid).is_some()
}
