//! Looking at what a server holds, told as what a folder holds.

use std::{collections::BTreeMap, fs, path::PathBuf};

use aims_app::{
    HistoryLine, Listed, Shown,
    checks::{Checked, Diffed, Forecast},
    readiness::Ready,
};
use aims_conformity::Explanation;
use serde_json::{Value, json};
use ureq::http::Method;

use super::{Server, part};
use crate::{
    args,
    fault::Fault,
    out::Format,
    plain::plain_lines,
    render::{readiness as facts, record, time, verdict},
    session::Session,
    verbs::checks,
};

/// Lines that are asked for at once.
const PAGE: u64 = 200;

pub fn kinds(session: &Session, server: &Server, args: &args::KindsOf) -> Result<(), Fault> {
    if args.template || args.page {
        return Err(Fault::usage("not_on_a_server", "templates and pages of kinds are made beside a folder"));
    }
    let Some(kind) = &args.kind else {
        let all: Vec<Value> = server.get("/kinds", &[])?;
        let line = |k: &Value| {
            let said = |name: &str| k[name].as_str().unwrap_or_default().to_owned();
            vec![said("id"), said("title"), said("number")]
        };
        return session.out.answer(&all, |all| crate::render::table(&all.iter().map(line).collect::<Vec<_>>()));
    };
    let one: Value = server.get(&format!("/kinds/{}", part(kind)), &[])?;
    let shown = if args.schema { one["schema"].clone() } else { one };
    session.out.answer(&shown, |shown| serde_json::to_string_pretty(shown).unwrap_or_default() + "\n")
}

pub fn show(session: &Session, server: &Server, args: &args::Show) -> Result<(), Fault> {
    let path = format!("/records/{}", part(&args.record));
    let mut one: Value = server.get(&path, &[("as_of", args.as_of.clone())])?;
    // As of an earlier moment a folder does not say what named a record, either.
    let naming: Vec<Value> = match args.as_of {
        Some(_) => Vec::new(),
        None => server.get(&format!("{path}/named-by"), &[])?,
    };
    let mut by_name: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for one in &naming {
        by_name.entry(one["inverse"].as_str().unwrap_or_default()).or_default().extend(named(one));
    }
    one["named_by"] =
        by_name.into_iter().map(|(inverse, records)| json!({ "inverse": inverse, "records": records })).collect();
    let shown: Shown = serde_json::from_value(one).map_err(|e| Fault::usage("server_strange", e.to_string()))?;
    let kinds = session.built_in()?.0;
    session.out.answer(&shown, |shown| record::shown(shown, &kinds))
}

/// Records that name another through one link, the first of them, as a folder tells them.
fn named(link: &Value) -> Vec<String> {
    let record = |r: &Value| {
        let (number, name) = (r["number"].as_str().unwrap_or_default(), r["name"].as_str().unwrap_or_default());
        format!("{number} {name}").trim().to_owned()
    };
    link["records"].as_array().into_iter().flatten().map(record).collect()
}

pub fn history(session: &Session, server: &Server, args: &args::History) -> Result<(), Fault> {
    let path = format!("/records/{}/history", part(&args.record));
    let (mut lines, mut cursor) = (Vec::new(), None);
    loop {
        let page: Value = server.get(&path, &[("limit", Some(PAGE.to_string())), ("cursor", cursor)])?;
        let more: Vec<HistoryLine> =
            serde_json::from_value(page["items"].clone()).map_err(|e| Fault::usage("server_strange", e.to_string()))?;
        lines.extend(more);
        cursor = page["next"].as_str().map(str::to_owned);
        if cursor.is_none() {
            break;
        }
    }
    // A server tells the newest first, a folder the oldest.
    lines.reverse();
    session.out.answer(&lines, |lines| record::history(lines))
}

pub fn list(session: &Session, server: &Server, args: args::List) -> Result<(), Fault> {
    if args.offset > 0 || args.ended {
        return Err(Fault::usage(
            "not_on_a_server",
            "`--offset` and `--ended` are for folders; narrow with --state or --text",
        ));
    }
    let one_kind = args.kind.is_some();
    let limit = args.limit.map(|limit| limit.to_string());
    let query = [("kind", args.kind), ("state", args.state), ("q", args.text), ("limit", limit)];
    let page: Value = server.get("/records", &query)?;
    let line = |l: &Value| {
        let said = |name: &str| l[name].as_str().unwrap_or_default().to_owned();
        Listed {
            number: said("number"),
            key: None,
            kind: said("kind"),
            name: said("name"),
            state: said("state"),
            version: l["version"].as_u64().unwrap_or_default(),
            changed: said("changed"),
        }
    };
    let lines: Vec<Listed> = page["items"].as_array().into_iter().flatten().map(line).collect();
    let all = page["all"].as_u64().unwrap_or_default();
    session.out.answer(&json!({ "records": lines, "all": all }), |_| record::list(&lines, one_kind))?;
    session.out.talk(record::listed_in_short(lines.len(), all, 0));
    Ok(())
}

pub fn check(session: &Session, server: &Server, args: &args::Check) -> Result<u8, Fault> {
    let which = &args.which;
    let checked: Checked = server.get(
        "/check",
        &[
            ("framework", which.framework.clone()),
            ("clause", which.clause.clone()),
            ("requirement", which.requirement.clone()),
            ("system", args.system.clone()),
            ("on", args.on.clone()),
            ("since", args.since.clone()),
            ("as_of", args.as_of.clone()),
        ],
    )?;
    checks::told(session, args, &session.built_in()?.1, &checked)
}

pub fn explain(session: &Session, server: &Server, args: &args::Explain) -> Result<(), Fault> {
    let asked = &args.requirement;
    let full = if asked.contains('/') { asked.clone() } else { format!("{}/{asked}", checks::FIRST) };
    let (framework, item) = full.split_once('/').unwrap_or_default();
    let path = format!("/verdicts/{}/{}/explain", part(framework), part(item));
    let all: Vec<Explanation> =
        server.get(&path, &[("subject", args.subject.clone()), ("as_of", args.as_of.clone())])?;
    session.out.answer(&all, |all| all.iter().map(verdict::explanation).collect::<Vec<_>>().join("\n"))
}

pub fn diff(session: &Session, server: &Server, args: &args::Diff) -> Result<(), Fault> {
    let which = &args.which;
    let query = [
        ("from", Some(args.from.clone())),
        ("to", args.to.clone()),
        ("framework", which.framework.clone()),
        ("clause", which.clause.clone()),
        ("requirement", which.requirement.clone()),
    ];
    let diffed: Diffed = server.get("/differences", &query)?;
    let frameworks = session.built_in()?.1;
    session.out.answer(&diffed, |diffed| time::diff(&frameworks, diffed))
}

pub fn forecast(session: &Session, server: &Server, args: &args::Forecast) -> Result<(), Fault> {
    let query = [("days", Some(args.days.to_string())), ("as_of", args.as_of.clone())];
    let forecast: Forecast = server.get("/forecast", &query)?;
    let frameworks = session.built_in()?.1;
    session.out.answer(&forecast, |forecast| time::forecast(&frameworks, forecast))
}

pub fn readiness(session: &Session, server: &Server, args: &args::Readiness) -> Result<(), Fault> {
    let ready: Ready = server.get("/readiness", &[("as_of", args.as_of.clone())])?;
    if session.out.format() == Format::Markdown {
        return session.out.data(&facts::markdown(&ready));
    }
    session.out.answer(&ready, facts::text)
}

pub fn receipt(session: &Session, server: &Server, args: &args::Receipt) -> Result<(), Fault> {
    let seq = match args.subject.parse::<u64>() {
        Ok(seq) => seq,
        Err(_) => {
            let one: Value = server.get(&format!("/records/{}", part(&args.subject)), &[])?;
            one["record"]["last"]["seq"].as_u64().unwrap_or_default()
        }
    };
    let receipt: Value = server.get(&format!("/ledger/receipts/{seq}"), &[])?;
    let text = |name: &str| receipt[name].as_str().unwrap_or_default();
    let Some(path) = &args.out else { return session.out.answer(&receipt, |_| text("proof").to_owned()) };
    let entry = path.with_extension("entry.json");
    fs::write(path, text("proof")).map_err(|e| Fault::file(path, &e))?;
    fs::write(&entry, text("entry")).map_err(|e| Fault::file(&entry, &e))?;
    let (path, entry) = (path.display().to_string(), entry.display().to_string());
    let answer = json!({ "seq": seq, "proof": path, "entry": entry, "key": receipt["key"] });
    session
        .out
        .answer(&answer, |_| plain_lines(&format!("{path}: receipt for entry {seq}\n{entry}: its exact bytes\n")))
}

/// The bundle as the server packs it; nothing of it is unpacked here.
pub fn export(session: &Session, server: &Server, args: &args::Export) -> Result<(), Fault> {
    let path = args.out.clone().unwrap_or_else(|| PathBuf::from("bundle.tar.gz"));
    let personal = if args.without_personal { "without" } else { "with" };
    let asked = [("personal", Some(personal.to_owned()))];
    let answer = server.ask(Method::POST, &(server.base()? + "/bundle"), &asked, None, &[])?;
    let mut file =
        fs::OpenOptions::new().write(true).create_new(true).open(&path).map_err(|e| Fault::file(&path, &e))?;
    let written =
        std::io::copy(&mut answer.into_body().into_reader(), &mut file).and_then(|n| file.sync_all().map(|()| n));
    let bytes = written.map_err(|e| {
        let _ = fs::remove_file(&path);
        Fault::file(&path, &e)
    })?;
    let name = path.display().to_string();
    session
        .out
        .answer(&json!({ "file": name, "bytes": bytes }), |_| plain_lines(&format!("{name}: {bytes} bytes\n")))?;
    session.out.hint("unpack it, then `aims-verify FOLDER --key KEY` with a key that came another way");
    Ok(())
}
