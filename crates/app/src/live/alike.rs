//! Names that people would take for one another: differing only by case, spaces, percent signs, or letters that look the same (TRUST B-19).

use aims_record::{Fields, Refusal};
use aims_register::{Entry, Register};
use unicode_normalization::UnicodeNormalization as _;

use super::Standing;
use crate::{Step, Wish};

/// Kinds of which two records may not share a name: whoever stops one must stop the right one.
const KINDS: [&str; 1] = ["ai-system"];

/// Letters of other scripts beside the Latin ones that they look like.
const LOOKALIKES: [(char, char); 34] = [
    ('а', 'a'),
    ('в', 'b'),
    ('с', 'c'),
    ('ԁ', 'd'),
    ('е', 'e'),
    ('һ', 'h'),
    ('і', 'i'),
    ('ј', 'j'),
    ('к', 'k'),
    ('м', 'm'),
    ('н', 'h'),
    ('о', 'o'),
    ('р', 'p'),
    ('ԛ', 'q'),
    ('ѕ', 's'),
    ('т', 't'),
    ('у', 'y'),
    ('ѵ', 'v'),
    ('ԝ', 'w'),
    ('х', 'x'),
    ('α', 'a'),
    ('β', 'b'),
    ('ε', 'e'),
    ('η', 'n'),
    ('ι', 'i'),
    ('κ', 'k'),
    ('ν', 'v'),
    ('ο', 'o'),
    ('ρ', 'p'),
    ('τ', 't'),
    ('υ', 'u'),
    ('χ', 'x'),
    ('ı', 'i'),
    ('ⅼ', 'l'),
];

/// Refuses to begin or rename a record under a name that another of its kind has already, or that an earlier step gives.
pub(super) fn refuse(standing: &Standing, steps: &[Step]) -> Result<(), Refusal> {
    let register = standing.register();
    let mut given: Vec<(String, String)> = Vec::new();
    for step in steps {
        let Some((kind, fields, own)) = named(register, &step.wish) else { continue };
        let field = register.kinds().get(kind).and_then(|k| k.naming_field()).map(|f| f.name.clone());
        let Some(name) = field.and_then(|field| fields.get(&field)).and_then(|v| v.as_str()) else { continue };
        let look = look(name);
        let stands = |e: &Entry<'_>| !e.ended() && e.stands() && own.is_none_or(|own| own != *e);
        let other = register.of_kind(kind).filter(stands).find(|e| self::look(standing.name_of(*e)) == look);
        let number = other.map(|e| (e.number().to_owned(), standing.name_of(e).to_owned()));
        let earlier = given.iter().find(|(l, _)| *l == look).map(|(_, name)| (String::new(), name.clone()));
        if let Some((record, other)) = number.or(earlier) {
            return Err(Refusal::NameTooSimilar { name: name.to_owned(), record, other });
        }
        given.push((look, name.to_owned()));
    }
    Ok(())
}

/// Whether any of the wishes could give a name that is looked at.
pub(super) fn concerns(standing: &Standing, steps: &[Step]) -> bool {
    steps.iter().any(|step| named(standing.register(), &step.wish).is_some())
}

/// The kind, the fields that are written, and the record that is amended.
fn named<'w>(register: &'w Register, wish: &'w Wish) -> Option<(&'w str, &'w Fields, Option<Entry<'w>>)> {
    let (kind, fields, own) = match wish {
        Wish::Record { kind, fields, .. } => (kind.as_str(), fields, None),
        Wish::Amend { record, set, .. } => {
            let entry = register.get(record).or_else(|| register.numbered(record))?;
            (entry.kind(), set, Some(entry))
        }
        _ => return None,
    };
    KINDS.contains(&kind).then_some((kind, fields, own))
}

/// What a name looks like: compatible forms made one, small letters, nothing between them.
fn look(name: &str) -> String {
    let plain: String = decoded(name).nfkc().flat_map(char::to_lowercase).collect();
    let letter = |c: char| LOOKALIKES.iter().find(|(other, _)| *other == c).map_or(c, |(_, latin)| *latin);
    plain.chars().filter(|c| c.is_alphanumeric()).map(letter).collect()
}

/// With `%41` read as `A`; what is no such escape stays.
fn decoded(name: &str) -> String {
    let (mut bytes, mut rest) = (Vec::with_capacity(name.len()), name.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match digits.and_then(|two| u8::from_str_radix(two, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::look;

    #[test]
    fn names_that_look_the_same_are_the_same() {
        for other in [
            "claims triage",
            "Claims  Triage ",
            "Claims%20Triage",
            "Clаims Triаge",
            "Ｃlaims triage",
            "CLAIMS-TRIAGE",
            "Claims\u{200b} Triage",
        ] {
            assert_eq!(look(other), look("Claims Triage"), "{other}");
        }
        for other in ["Claims triage 2", "Claim triage", "Claims", "100 % triage"] {
            assert_ne!(look(other), look("Claims Triage"), "{other}");
        }
    }
}
