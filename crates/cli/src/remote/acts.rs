//! Acts on a server. Each request has a name of its own, so that one that is sent again is done once.

use std::{fs, path::Path};

use aims_app::{Done, chance::SystemChance};
use aims_record::Kind;
use aims_store::Chance;
use serde_json::{Map, Value, json};
use ureq::http::Method;

use super::{Server, part};
use crate::{
    args::{Amend, Attach, Import, Link, Move, Reasons, Record, Sign, Withdraw},
    fault::Fault,
    render,
    session::Session,
    verbs::{go_on, typed},
};

/// The headers of an act: its name, and the version that was seen.
fn headers(idem: Option<String>, version: Option<u64>) -> Vec<(&'static str, String)> {
    let name = idem.unwrap_or_else(|| name_of_its_own(&SystemChance));
    let seen = version.map(|version| ("if-match", format!("\"{version}\"")));
    [("idempotency-key", name)].into_iter().chain(seen).collect()
}

fn name_of_its_own(chance: &impl Chance) -> String {
    let mut bytes = [0; 16];
    chance.fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn told(session: &Session, done: &Vec<Done>) -> Result<(), Fault> {
    session.out.answer(done, |done| render::acts::done(done))
}

/// The kind that is built in; one of the organization's own is known to the server alone.
fn known<'k>(kinds: &'k aims_record::Kinds, kind: &str, named: bool) -> Result<Option<&'k Kind>, Fault> {
    match kinds.get(kind) {
        Some(kind) => Ok(Some(kind)),
        None if named => {
            let fault = Fault::usage(
                "kind_unknown_here",
                format!("`{kind}` is not built in, so `--field` cannot read its values"),
            );
            Err(fault.hint("give its fields with `--json`"))
        }
        None => Ok(None),
    }
}

pub fn record(session: &Session, server: &Server, args: Record) -> Result<(), Fault> {
    if args.file.is_some() {
        let fault = Fault::usage("not_on_a_server", "record files are read beside a folder");
        return Err(fault.hint("give the fields with `--field` or `--json`"));
    }
    let kinds = session.built_in()?.0;
    let name = args.kind.unwrap_or_default();
    let kind = known(&kinds, &name, !args.values.field.is_empty())?;
    let fields = typed(kind, &args.values)?;
    let body = json!({ "kind": name, "key": args.key, "fields": fields, "why": args.reasons.why });
    let done: Vec<Done> = server.send(Method::POST, "/records", &body, &headers(args.reasons.idem, None))?;
    told(session, &done)
}

/// One record's part of the API.
fn at(record: &str, then: &str) -> String {
    format!("/records/{}{then}", part(record))
}

pub fn amend(session: &Session, server: &Server, args: Amend) -> Result<(), Fault> {
    let now: Value = server.get(&at(&args.record, ""), &[])?;
    let kinds = session.built_in()?.0;
    let kind = known(&kinds, now["kind"].as_str().unwrap_or_default(), !args.values.field.is_empty())?;
    let set = typed(kind, &args.values)?;
    if set.is_empty() && args.unset.is_empty() {
        return Err(Fault::usage("nothing_named", "name what changes with --field, --json or --unset"));
    }
    let version = args.version.or_else(|| now["record"]["version"].as_u64());
    let body = json!({ "set": set, "unset": args.unset, "why": args.reasons.why });
    let done: Vec<Done> =
        server.send(Method::PATCH, &at(&args.record, ""), &body, &headers(args.reasons.idem, version))?;
    told(session, &done)
}

/// What is said of one record.
fn say(
    session: &Session,
    server: &Server,
    (record, word): (&str, &str),
    version: Option<u64>,
    (mut body, reasons): (Map<String, Value>, Reasons),
) -> Result<(), Fault> {
    body.insert("why".into(), reasons.why.into());
    let path = at(record, &format!("/{word}"));
    let done: Vec<Done> = server.send(Method::POST, &path, &body.into(), &headers(reasons.idem, version))?;
    told(session, &done)
}

fn body<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

pub fn move_on(session: &Session, server: &Server, args: Move) -> Result<(), Fault> {
    say(session, server, (&args.record, "move"), args.version, (body([("verb", args.verb.into())]), args.reasons))
}

pub fn sign(session: &Session, server: &Server, args: Sign) -> Result<(), Fault> {
    let members = body([("meaning", args.meaning.into()), ("digest", args.digest.into())]);
    say(session, server, (&args.record, "sign"), args.version, (members, args.reasons))
}

pub fn link(session: &Session, server: &Server, args: Link, word: &str) -> Result<(), Fault> {
    let members = body([("field", args.field.into()), ("to", args.to.into())]);
    say(session, server, (&args.record, word), args.version, (members, args.reasons))
}

pub fn withdraw(session: &Session, server: &Server, args: Withdraw) -> Result<(), Fault> {
    let reasons = Reasons { why: Some(args.why), idem: None };
    say(session, server, (&args.record, "withdraw"), args.version, (Map::new(), reasons))
}

pub fn attach(session: &Session, server: &Server, args: Attach) -> Result<(), Fault> {
    let file = upload(server, &args.file, args.name, args.sha256)?;
    let members = body([("sha256", file["sha256"].clone()), ("field", args.as_field.into())]);
    say(session, server, (&args.record, "attach"), args.version, (members, args.reasons))
}

fn upload(server: &Server, path: &Path, name: Option<String>, sha256: Option<String>) -> Result<Value, Fault> {
    let own = || path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let content = fs::read(path).map_err(|e| Fault::file(path, &e))?;
    server.upload(&[("name", Some(name.unwrap_or_else(own))), ("sha256", sha256)], content)
}

/// The plan first, as in a folder; it is recorded only as it was shown.
pub fn import(session: &Session, server: &Server, args: &Import) -> Result<(), Fault> {
    let file = upload(server, &args.file, None, None)?;
    let pairs = args.matches.iter().filter_map(|pair| pair.rsplit_once('='));
    let columns: Map<String, Value> =
        pairs.map(|(heading, field)| (heading.trim().to_owned(), field.trim().into())).collect();
    let mut asked =
        json!({ "file": file["sha256"], "format": args.format, "kind": args.kind, "valid_only": args.valid_only });
    if !columns.is_empty() {
        asked["columns"] = columns.into();
    }
    let plan: Value = server.send(Method::POST, "/imports/plan", &asked, &[])?;
    if args.plan {
        return session.out.answer(&plan, in_short);
    }
    if !session.out.json() {
        session.out.data(&in_short(&plan))?;
    }
    if plan["held_back"] == true {
        let message = "some rows cannot be recorded as they are, so none was";
        return Err(Fault::usage("rows_refused", message).hint("mend the rows, or record the others with --valid-only"));
    }
    if plan["is_empty"] != true && !go_on(session.out, args.yes) {
        session.out.talk("nothing was recorded");
        return Ok(());
    }
    asked["plan"] = plan["plan"].clone();
    let done: Vec<Done> = server.send(Method::POST, "/imports", &asked, &headers(None, None))?;
    session.out.answer(&json!({ "plan": plan, "done": done }), |_| render::acts::done_in_short(&done))
}

/// What a plan would do, a line for each record, then what is wrong.
fn in_short(plan: &Value) -> String {
    let text = |value: &Value| crate::plain::plain(value.as_str().unwrap_or_default());
    let mut lines = String::new();
    for record in plan["records"].as_array().into_iter().flatten() {
        let name = if record["number"].is_null() { &record["key"] } else { &record["number"] };
        let changes = record["changes"].as_array().map_or(0, Vec::len);
        lines += &format!(
            "{} {} {} ({})\n",
            text(&record["does"]),
            text(&record["kind"]),
            text(name),
            render::count(changes, "field")
        );
    }
    for problem in plan["problems"].as_array().into_iter().flatten() {
        lines += &format!("row {}: {} {}\n", problem["row"], text(&problem["column"]), text(&problem["message"]));
    }
    for note in plan["notes"].as_array().into_iter().flatten() {
        lines += &format!("note: {}\n", text(&note["message"]));
    }
    lines
}
