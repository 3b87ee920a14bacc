//! Kinds: the list, and everything that is made from one description.

use aims_app::{Failure, content, read_folder};
use aims_framework::kinds::{json_schema, load, reference_page, yaml_template};
use aims_record::{Kind, Kinds, Refusal, nearest};
use serde_json::{Value, json};

use crate::{args::KindsOf, fault::Fault, render::table, session::Session};

pub fn kinds(session: &Session, args: &KindsOf) -> Result<(), Fault> {
    let kinds = in_force(session)?;
    let Some(id) = &args.kind else {
        let all: Vec<Value> = kinds.by_id.values().map(in_short).collect();
        return session.out.answer(&all, |_| list(&kinds));
    };
    let kind = kinds.get(id).ok_or_else(|| {
        let nearest = nearest(id, kinds.by_id.keys().map(String::as_str)).map(str::to_owned);
        Failure::Refused(Refusal::UnknownKind { kind: id.clone(), nearest })
    })?;
    // A schema is JSON whatever the format; so is the answer to a program that asks for a kind.
    if args.schema || (session.out.json() && !args.template && !args.page) {
        let schema = serde_json::to_string_pretty(&json_schema(kind)).unwrap_or_default();
        return session.out.data(&(schema + "\n"));
    }
    session.out.data(&if args.template { yaml_template(kind) } else { reference_page(kind, &kinds) })
}

/// The product's kinds, and those of the organization where one is near.
fn in_force(session: &Session) -> Result<Kinds, Fault> {
    let own = match (session.dir(), session.dir_named()) {
        (Ok(dir), _) if dir.join("kinds").is_dir() => read_folder(&dir.join("kinds"), "yaml")?,
        (Err(fault), Some(_)) => return Err(fault),
        _ => Vec::new(),
    };
    Ok(load(&content()?.files, &own).map_err(Failure::Content)?)
}

fn in_short(kind: &Kind) -> Value {
    json!({ "id": kind.id, "number": kind.number, "title": kind.title, "about": kind.about, "clauses": kind.clauses, "own": kind.own })
}

fn list(kinds: &Kinds) -> String {
    let mut rows = vec![["Kind", "Number", "Title", "What it is"].map(str::to_owned).to_vec()];
    let first_sentence = |about: &str| about.split_inclusive(". ").next().unwrap_or_default().trim().to_owned();
    rows.extend(
        kinds
            .by_id
            .values()
            .map(|kind| vec![kind.id.clone(), kind.number.clone(), kind.title.clone(), first_sentence(&kind.about)]),
    );
    table(&rows)
}
