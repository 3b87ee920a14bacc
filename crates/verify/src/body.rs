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

/// A body while its members are read.
struct Reading<'a, 'c> {
    body: Body<'a>,
    /// The members that may still come: they come in the order of the table.
    known: &'static [(&'static [u8], bool, Form)],
    changes: &'c mut Vec<Member<'a>>,
    missing: usize,
    problem: Option<Refused>,
}

impl<'a> Reading<'a, '_> {
    /// Reads the value of a member and keeps it; the cursor goes on even where it is not as the act's body should be.
    fn member(&mut self, name: &'a [u8], cursor: &mut Cursor<'a>) -> Option<()> {
        let at = self.known.iter().position(|(known, ..)| *known == name);
        let found = at.and_then(|at| self.known.split_at_checked(at)?.1.split_first());
        let Some(((_, must, form), later)) = found else {
            let value = cursor.value(1)?;
            if name != b"why" {
                self.problem = Some(Refused::Unknown(format!("has the member `{}`, which is not known", text(name))));
            } else if !has_form(Form::Text, value) {
                self.problem = Some(other_form(name));
            }
            return Some(());
        };
        self.known = later;
        self.missing -= usize::from(*must);
        if matches!(name, b"fields" | b"set") && cursor.is_object() {
            return cursor.members(1, |name, value| self.changes.push((name, value)));
        }
        let value = cursor.value(1)?;
        if has_form(*form, value) {
            self.body.set_member(name, value);
        } else {
            self.problem = Some(other_form(name));
        }
        Some(())
    }
}

fn other_form(name: &[u8]) -> Refused {
    Refused::Altered(format!("has a member `{}` of another form than described", text(name)))
}

impl<'a> Body<'a> {
    /// Reads the body of an act; the members of `fields` or `set` go to `changes`, which is emptied first.
    pub(crate) fn parse(act: Act, bytes: &'a [u8], changes: &mut Vec<Member<'a>>) -> Result<Body<'a>, Refused> {
        changes.clear();
        let known = members_of(act);
        let missing = known.iter().filter(|(_, must, _)| *must).count();
        let mut reading = Reading { body: Body::default(), known, changes, missing, problem: None };
        let mut cursor = Cursor::new(bytes);
        let read = cursor.members_by(0, |name, cursor| reading.member(name, cursor));
        if read.and_then(|()| cursor.end()).is_none() {
            let fault = crate::scan::fault(bytes).unwrap_or_else(|| "it is no object".into());
            return Err(Refused::Altered(format!("is not in canonical form: {fault}")));
        }
        if let Some(problem) = reading.problem {
            return Err(problem);
        }
        if reading.missing > 0 {
            return Err(Refused::Altered("lacks a member that this act's body has".into()));
        }
        Ok(reading.body)
    }

    fn set_member(&mut self, name: &[u8], value: &'a [u8]) {
        let slot = match name {
            b"basis" => &mut self.basis,
            b"digest" => &mut self.digest,
            b"field" => &mut self.field,
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
        Form::Texts if value == b"[]" => true,
        Form::Texts => {
            let mut all = value.first() == Some(&b'[');
            // A value of another kind has no elements at all.
            let read = Cursor::new(value).elements(0, |e| all &= e.first() == Some(&b'"'));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_stand_in_the_order_in_which_they_come() {
        use Act::*;
        for act in [Recorded, Amended, Linked, Unlinked, Attached, Moved, Signed, Withdrawn, Disposed, Erased, Founded]
        {
            assert!(members_of(act).is_sorted_by(|a, b| a.0 < b.0), "{act:?}");
        }
    }

    #[test]
    fn bodies_are_held_against_the_table() {
        let parse = |text: &'static str| {
            let mut changes = Vec::new();
            match Body::parse(Act::Amended, text.as_bytes(), &mut changes) {
                Ok(_) => format!("{} changes", changes.len()),
                Err(Refused::Altered(_)) => "altered".into(),
                Err(Refused::Unknown(_)) => "unknown".into(),
            }
        };
        assert_eq!(parse(r#"{"material":[],"set":{"a":1,"b":{}},"unset":["c"]}"#), "2 changes");
        assert_eq!(parse(r#"{"material":["a"],"set":{},"state":"x","unset":[],"why":"so"}"#), "0 changes");
        for altered in [
            r#"{"material":[],"set":{}}"#,
            r#"{"material":[1],"set":{},"unset":[]}"#,
            r#"{"material":[],"set":[],"unset":[]}"#,
            r#"{"material":[],"set":{"b":1,"a":2},"unset":[]}"#,
            r#"{"material":[],"set":{},"unset":[],"why":1}"#,
            r#"{"material":[],"set":{},"unset":[]}x"#,
            r#"{"set":{},"material":[],"unset":[]}"#,
            r#"{"material":[],"set":{"a":[[[[[[[1]]]]]]]},"unset":[]}"#,
            "[]",
        ] {
            assert_eq!(parse(altered), "altered", "{altered}");
        }
        assert_eq!(parse(r#"{"material":[],"set":{"a":[[[[[[1]]]]]]},"unset":[]}"#), "1 changes");
        assert_eq!(parse(r#"{"fields":{},"material":[],"set":{},"unset":[]}"#), "unknown");
    }
}
