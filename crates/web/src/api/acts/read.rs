//! What an act asks for, read from JSON and looked up.

use aims_app::{Failure, Wish, access::Seat, live::Standing};
use aims_record::{Fields, File, Problem, Refusal, Shape};
use aims_register::Entry;
use serde_json::Value;

use crate::{
    answer::Refused,
    api::body::{Members, refused},
    call::Call,
};

/// Acts at once at most.
const ACTS_MAX: usize = 100;

/// Which act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    Record,
    Amend,
    Link,
    Unlink,
    Sign,
    Move,
    Withdraw,
    Attach,
}

const WORDS: [(&str, Word); 8] = [
    ("record", Word::Record),
    ("amend", Word::Amend),
    ("link", Word::Link),
    ("unlink", Word::Unlink),
    ("sign", Word::Sign),
    ("move", Word::Move),
    ("withdraw", Word::Withdraw),
    ("attach", Word::Attach),
];

impl Word {
    /// Members that it takes.
    pub fn members(self) -> &'static [&'static str] {
        match self {
            Word::Record => &["kind", "key", "fields", "why"],
            Word::Amend => &["set", "unset", "why"],
            Word::Link | Word::Unlink => &["field", "to", "why"],
            Word::Sign => &["meaning", "digest", "why"],
            Word::Move => &["verb", "why"],
            Word::Withdraw => &["why"],
            Word::Attach => &["sha256", "field", "why"],
        }
    }
}

/// An act that is asked for.
pub struct Act {
    /// Where it stands among several.
    pub at: String,
    /// What.
    pub wish: Wish,
    /// Why.
    pub why: Option<String>,
    /// Digest of the uploaded file that it attaches.
    pub upload: Option<String>,
}

impl Act {
    /// Reads the members of an act; what is wrong with them stays with `members`.
    pub fn read(word: Word, members: &mut Members, record: String, seen: Option<u64>, at: String) -> Act {
        let why = members.text("why");
        let mut upload = None;
        let wish = match word {
            Word::Record => {
                let kind = members.need("kind");
                Wish::Record { id: None, kind, key: members.text("key"), fields: members.object("fields") }
            }
            Word::Amend => Wish::Amend { record, seen, set: members.object("set"), unset: members.texts("unset") },
            Word::Link => Wish::Link { record, seen, field: members.need("field"), to: members.need("to") },
            Word::Unlink => Wish::Unlink { record, seen, field: members.need("field"), to: members.need("to") },
            Word::Sign => Wish::Sign { record, seen, meaning: members.text("meaning"), digest: members.text("digest") },
            Word::Move => Wish::Move { record, seen, verb: members.need("verb") },
            Word::Withdraw => Wish::Withdraw { record, seen },
            Word::Attach => {
                upload = Some(members.need("sha256"));
                let file = File { len: 0, mime: String::new(), name: String::new(), sha256: String::new() };
                Wish::Attach { record, seen, field: members.text("field"), file }
            }
        };
        Act { at, wish, why, upload }
    }

    /// The key of the record that it begins.
    pub fn key(&self) -> Option<&str> {
        match &self.wish {
            Wish::Record { key, .. } => key.as_deref(),
            _ => None,
        }
    }

    /// JSON pointer of the object whose members are fields.
    pub fn place(&self) -> String {
        let member = match &self.wish {
            Wish::Record { .. } => "/fields",
            Wish::Amend { .. } => "/set",
            _ => "",
        };
        format!("{}{member}", self.at)
    }
}

/// Several acts of one body.
pub fn several(call: &Call<'_>) -> Result<Vec<Act>, Refused> {
    let mut members = Members::of(call, &["acts"])?;
    let list = members.list("acts");
    members.end()?;
    if !(1..=ACTS_MAX).contains(&list.len()) {
        let message = format!("Send 1 to {ACTS_MAX} acts.");
        return Err(refused(vec![Problem {
            code: "acts_out_of_range",
            pointer: "/acts".into(),
            message,
            allowed: Vec::new(),
        }]));
    }
    list.into_iter().enumerate().map(|(n, value)| among(n, value)).collect()
}

fn among(n: usize, value: Value) -> Result<Act, Refused> {
    let at = format!("/acts/{n}");
    let said = value.get("act").and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some((_, word)) = WORDS.iter().find(|(w, _)| *w == said) else {
        let allowed = WORDS.iter().map(|(w, _)| (*w).to_owned()).collect();
        let message = "Say which act: one of the words allowed.".to_owned();
        return Err(refused(vec![Problem { code: "act_unknown", pointer: format!("{at}/act"), message, allowed }]));
    };
    let own: &[&str] = if *word == Word::Record { &["act"] } else { &["act", "record", "version"] };
    let allowed: Vec<&str> = own.iter().chain(word.members()).copied().collect();
    let mut members = Members::new(value, at.clone(), &allowed)?;
    let record = if *word == Word::Record { String::new() } else { members.need("record") };
    let seen = if *word == Word::Amend { members.need_count("version") } else { members.count("version") };
    let act = Act::read(*word, &mut members, record, seen, at);
    members.end()?;
    Ok(act)
}

/// The same wish with the record named by its id, where it is known.
pub fn with_id(mut wish: Wish, id: impl Fn(&str) -> Result<Option<String>, Refused>) -> Result<Wish, Refused> {
    let named = match &mut wish {
        Wish::Record { .. } => None,
        Wish::Amend { record, .. }
        | Wish::Link { record, .. }
        | Wish::Unlink { record, .. }
        | Wish::Attach { record, .. }
        | Wish::Sign { record, .. }
        | Wish::Move { record, .. }
        | Wish::Withdraw { record, .. }
        | Wish::Dispose { record, .. }
        | Wish::Erase { record, .. } => Some(record),
    };
    if let Some(record) = named {
        *record = id(record)?.ok_or_else(Refused::absent)?;
    }
    Ok(wish)
}

/// Refuses to link to what may not be read, as to what is not there. `begun` are keys of records that the same request begins.
pub fn refuse_closed_links<'s>(
    standing: &'s Standing,
    seat: &Seat,
    begun: &[String],
    wish: &Wish,
    entry: impl Fn(&str) -> Result<Option<Entry<'s>>, Refused>,
) -> Result<(), Refused> {
    for word in links(standing, wish) {
        if begun.iter().any(|key| key == word) {
            continue;
        }
        let open = entry(word)?.is_some_and(|e| e.kind() == "person" || seat.reads(e));
        if !open {
            return Err(Failure::Refused(Refusal::NotFound { record: word.to_owned() }).into());
        }
    }
    Ok(())
}

/// Names of other records in an act.
fn links<'w>(standing: &Standing, wish: &'w Wish) -> Vec<&'w str> {
    let kinds = standing.register().kinds();
    let of_fields = |kind: Option<&str>, fields: &'w Fields| {
        let Some(kind) = kind.and_then(|k| kinds.get(k)) else { return Vec::new() };
        let mut words = Vec::new();
        for (name, value) in fields {
            if let Some(field) = kind.field(name) {
                gather(field, value, &mut words);
            }
        }
        words
    };
    match wish {
        Wish::Record { kind, fields, .. } => of_fields(Some(kind), fields),
        Wish::Amend { record, set, .. } => of_fields(standing.register().get(record).map(Entry::kind), set),
        Wish::Link { to, .. } | Wish::Unlink { to, .. } => vec![to],
        _ => Vec::new(),
    }
}

fn gather<'w>(field: &aims_record::Field, value: &'w Value, words: &mut Vec<&'w str>) {
    match (&field.shape, value) {
        (Shape::Table { columns }, Value::Array(rows)) => {
            for cells in rows.iter().filter_map(Value::as_object) {
                columns.iter().filter_map(|c| Some((c, cells.get(&c.name)?))).for_each(|(c, v)| gather(c, v, words));
            }
        }
        (Shape::Link { .. } | Shape::Person, Value::Array(list)) => words.extend(list.iter().filter_map(Value::as_str)),
        (Shape::Link { .. } | Shape::Person, Value::String(word)) => words.push(word),
        _ => {}
    }
}

/// A refusal whose pointers lead into the body: `places` are where the fields of each act stand in it.
pub fn placed(failure: Failure, places: &[String]) -> Refused {
    let at = match &failure {
        Failure::RefusedAt { at, .. } => places.iter().find(|p| p.starts_with(at.as_str())).cloned(),
        _ => places.first().cloned(),
    };
    let mut refused = Refused::from(failure);
    for problem in &mut refused.problems {
        problem.pointer.insert_str(0, at.as_deref().unwrap_or_default());
    }
    refused
}
