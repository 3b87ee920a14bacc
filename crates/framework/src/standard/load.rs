//! One framework from the files of its folder.

use std::collections::BTreeMap;

use aims_record::Kinds;
use jiff::civil::Date;

use super::{
    Clause, Control, Framework, Frameworks, Judged, Requirement, Rule, Source, Topic,
    reading::{Rules, Terms},
};
use crate::{
    Content,
    yaml::{ContentError, Limits, Mapping, Node, Reading, parse},
};

const JUDGED: [&str; 6] = ["asks", "major_if", "minor_if", "decidability", "human_question", "stricter_than_text"];

const PDCA: [&str; 4] = ["plan", "do", "check", "act"];

/// Loads the framework whose files are `files`: names relative to its folder and texts, in any order. `predicates` are the names that
/// rules may use for what code decides.
///
/// # Errors
/// Everything that is wrong in any of the files, each with file, line and column. Rules are held against requirements, controls and terms
/// that are in order: what is wrong in those comes first, and alone.
pub fn load(files: &[(&str, &str)], kinds: &Kinds, predicates: &[&str]) -> Result<Framework, Vec<ContentError>> {
    let mut errors = Vec::new();
    let mut framework = None;
    read(files, |name| name == "source.yaml", &mut errors, |reading, node| framework = source(reading, node));
    let Some(mut framework) = framework else {
        if errors.is_empty() {
            let message = "a framework needs the file `source.yaml`".to_owned();
            errors.push(ContentError { file: "source.yaml".to_owned(), line: 1, column: 1, message });
        }
        return Err(errors);
    };
    read(
        files,
        |name| name.starts_with("requirements/"),
        &mut errors,
        |reading, node| clauses(reading, node, &mut framework),
    );
    read(files, |name| name == "controls.yaml", &mut errors, |reading, node| controls(reading, node, &mut framework));
    let mut terms = Terms::default();
    read(
        files,
        |name| name == "terms.yaml",
        &mut errors,
        |reading, node| {
            terms = reading_rules(reading, &framework, kinds, predicates, Terms::default(), |rules| {
                rules.read_terms(node);
            });
        },
    );
    framework.terms = terms.found();
    read(
        files,
        |name| name == "objectives.yaml",
        &mut errors,
        |reading, node| framework.control_objectives = topics(reading, node, "control objectives"),
    );
    read(files, |name| name == "annex-c.yaml", &mut errors, |reading, node| annex_c(reading, node, &mut framework));
    if !errors.is_empty() {
        // rules name requirements, controls and terms: what could not be read would be called unknown in each
        return Err(errors);
    }
    read(
        files,
        |name| name.starts_with("rules/"),
        &mut errors,
        |reading, node| {
            let mut found = Vec::new();
            let known = std::mem::take(&mut terms);
            terms = reading_rules(reading, &framework, kinds, predicates, known, |rules| {
                for one in rules.reading.list(node, "rules") {
                    found.extend(rules.rule(one).map(|rule| (rule, one)));
                }
            });
            found.into_iter().for_each(|(rule, one)| keep(reading, &mut framework, rule, one));
        },
    );
    let mut facts = Vec::new();
    read(
        files,
        |name| name == "readiness.yaml",
        &mut errors,
        |reading, node| {
            let known = std::mem::take(&mut terms);
            terms = reading_rules(reading, &framework, kinds, predicates, known, |rules| {
                facts = rules.facts(node, &framework)
            });
        },
    );
    framework.readiness = facts;
    // Files come by name, and `10-` stands before `4-` there.
    framework.clauses.sort_by_key(|c| numbers(&c.id));
    framework.requirements.sort_by_key(|r| numbers(&r.clause));
    if errors.is_empty() { Ok(framework) } else { Err(errors) }
}

/// The numbers of a clause such as `10.2`, by which clauses stand in order.
fn numbers(clause: &str) -> Vec<u32> {
    clause.split('.').map(|n| n.parse().unwrap_or(u32::MAX)).collect()
}

/// Loads every framework of the content, from the folders under `frameworks/`.
///
/// # Errors
/// As [`load`], for all of them together; files are named as the content names them.
pub fn load_all(content: &Content, kinds: &Kinds, predicates: &[&str]) -> Result<Frameworks, Vec<ContentError>> {
    let mut folders: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for (name, text) in content.under("frameworks/") {
        let Some((folder, file)) = name.strip_prefix("frameworks/").and_then(|n| n.split_once('/')) else { continue };
        folders.entry(folder).or_default().push((file, text));
    }
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for (folder, files) in folders {
        match load(&files, kinds, predicates) {
            Ok(framework) => found.push(framework),
            Err(wrong) => {
                let named = |e: ContentError| ContentError { file: format!("frameworks/{folder}/{}", e.file), ..e };
                errors.extend(wrong.into_iter().map(named));
            }
        }
    }
    if errors.is_empty() { Ok(found.into_iter().collect()) } else { Err(errors) }
}

fn read(
    files: &[(&str, &str)],
    which: impl Fn(&str) -> bool,
    errors: &mut Vec<ContentError>,
    mut take: impl FnMut(&mut Reading<'_>, &Node),
) {
    let mut files: Vec<_> = files.iter().filter(|(name, _)| which(name)).collect();
    files.sort();
    for (name, text) in files {
        let mut reading = Reading::new(name);
        match parse(name, text, Limits::CONTENT) {
            Ok(node) => take(&mut reading, &node),
            Err(wrong) => errors.extend(wrong),
        }
        errors.append(&mut reading.errors);
    }
}

fn source(reading: &mut Reading<'_>, node: &Node) -> Option<Framework> {
    let keys =
        ["id", "title", "publisher", "version", "tier", "last_verified", "industries", "licence", "may_show", "note"];
    let map = reading.mapping(node, "a source", &keys)?;
    let id = map.need_text(reading, "id");
    let title = map.need_text(reading, "title");
    let source = source_record(reading, &map);
    Some(Framework {
        id: id?.to_owned(),
        title: title?.to_owned(),
        source: source?,
        clauses: Vec::new(),
        requirements: Vec::new(),
        controls: Vec::new(),
        control_objectives: Vec::new(),
        objectives: Vec::new(),
        risk_sources: Vec::new(),
        rules: Default::default(),
        terms: Default::default(),
        readiness: Vec::new(),
    })
}

fn source_record(reading: &mut Reading<'_>, map: &Mapping<'_>) -> Option<Source> {
    let day = map.need(reading, "last_verified").and_then(|n| {
        let text = reading.text(n, "last_verified")?;
        let day = text.parse::<Date>().ok();
        if day.is_none() {
            reading.wrong(n, format!("`last_verified` has to be a date such as 2026-11-23, not `{text}`"));
        }
        day
    });
    let industries = map.need(reading, "industries").map(|n| words(reading, n, "industries"));
    let mut text = |key| map.need_text(reading, key).map(str::to_owned);
    let (publisher, version, tier, licence) = (text("publisher"), text("version"), text("tier"), text("licence"));
    Some(Source {
        publisher: publisher?,
        version: version?,
        tier: tier?,
        last_verified: day?,
        industries: industries?,
        licence: licence?,
        may_show: map.yes(reading, "may_show"),
        note: map.text(reading, "note").map(str::to_owned),
    })
}

fn clauses(reading: &mut Reading<'_>, node: &Node, framework: &mut Framework) {
    for one in reading.list(node, "clauses") {
        let Some(map) = reading.mapping(one, "a clause", &["clause", "title", "pdca", "requirements"]) else {
            continue;
        };
        let id = map.need_text(reading, "clause");
        let title = map.need_text(reading, "title");
        let pdca = map.need(reading, "pdca").and_then(|n| reading.word(n, "pdca", &PDCA));
        let (Some(id), Some(title), Some(pdca)) = (id, title, pdca) else { continue };
        let clause = Clause { id: id.to_owned(), title: title.to_owned(), pdca: pdca.to_owned() };
        if let Some(list) = map.need(reading, "requirements") {
            for node in reading.list(list, "requirements") {
                let found = requirement(reading, node, &clause);
                add(reading, node, framework, found);
            }
        }
        framework.clauses.push(clause);
    }
}

fn add(reading: &mut Reading<'_>, node: &Node, framework: &mut Framework, found: Option<Requirement>) {
    let Some(requirement) = found else { return };
    if framework.item(&requirement.id).is_some() {
        reading.wrong(node, format!("`{}` is there twice", requirement.id));
        return;
    }
    framework.requirements.push(requirement);
}

fn requirement(reading: &mut Reading<'_>, node: &Node, clause: &Clause) -> Option<Requirement> {
    let own = ["id", "title", "text", "actor", "verb", "annex_pointers", "documented_information"];
    let map = reading.mapping(node, "a requirement", &[&own[..], &JUDGED].concat())?;
    let id = map.need_text(reading, "id");
    let text = map.need_text(reading, "text");
    let actor = map.need(reading, "actor").and_then(|n| reading.word(n, "actor", &["organization", "top-management"]));
    let verb = map.get("verb").and_then(|n| reading.word(n, "verb", &["shall", "can"])).unwrap_or("shall");
    let documented = map.get("documented_information");
    let documented = documented.and_then(|n| reading.word(n, "documented_information", &["explicit", "implied"]));
    let pointers = map.get("annex_pointers").map(|n| words(reading, n, "annex_pointers")).unwrap_or_default();
    let judged = judged(reading, &map);
    Some(Requirement {
        id: id?.to_owned(),
        clause: clause.id.clone(),
        title: map.text(reading, "title").unwrap_or(&clause.title).to_owned(),
        text: text?.to_owned(),
        pdca: clause.pdca.clone(),
        actor: actor?.to_owned(),
        verb: verb.to_owned(),
        annex_pointers: pointers,
        documented_information: documented.map(str::to_owned),
        judged: judged?,
    })
}

fn controls(reading: &mut Reading<'_>, node: &Node, framework: &mut Framework) {
    for one in reading.list(node, "controls") {
        let Some(control) = control(reading, one) else { continue };
        if framework.item(&control.id).is_some() {
            reading.wrong(one, format!("`{}` is there twice", control.id));
            continue;
        }
        framework.controls.push(control);
    }
}

fn control(reading: &mut Reading<'_>, node: &Node) -> Option<Control> {
    let own =
        ["id", "title", "area", "objective", "guidance", "pdca", "stages", "roles", "text", "clauses", "evidence"];
    let map = reading.mapping(node, "a control", &[&own[..], &JUDGED].concat())?;
    let mut text = |key| map.need_text(reading, key).map(str::to_owned);
    let (id, title, area, text) = (text("id"), text("title"), text("area"), text("text"));
    let objective = map.text(reading, "objective").map(str::to_owned);
    let guidance = map.text(reading, "guidance").map(str::to_owned);
    let pdca = map.need(reading, "pdca").and_then(|n| reading.word(n, "pdca", &PDCA)).map(str::to_owned);
    let mut list = |key| map.get(key).map(|n| words(reading, n, key)).unwrap_or_default();
    let (stages, roles, clauses, evidence) = (list("stages"), list("roles"), list("clauses"), list("evidence"));
    let judged = judged(reading, &map)?;
    let (id, title, area, text, pdca) = (id?, title?, area?, text?, pdca?);
    Some(Control { id, title, area, objective, guidance, pdca, stages, roles, text, clauses, evidence, judged })
}

fn annex_c(reading: &mut Reading<'_>, node: &Node, framework: &mut Framework) {
    let Some(map) = reading.mapping(node, "an annex", &["objectives", "risk_sources"]) else { return };
    let mut list = |key| map.need(reading, key).map(|n| topics(reading, n, key)).unwrap_or_default();
    (framework.objectives, framework.risk_sources) = (list("objectives"), list("risk_sources"));
}

fn topics(reading: &mut Reading<'_>, node: &Node, what: &str) -> Vec<Topic> {
    let mut topics: Vec<Topic> = Vec::new();
    for one in reading.list(node, what) {
        let Some(map) = reading.mapping(one, "a topic", &["id", "title", "area", "text"]) else { continue };
        let mut text = |key| map.need_text(reading, key).map(str::to_owned);
        let (Some(id), Some(title), Some(text)) = (text("id"), text("title"), text("text")) else { continue };
        if topics.iter().any(|t| t.id == id) {
            reading.wrong(one, format!("`{id}` is there twice"));
            continue;
        }
        topics.push(Topic { id, title, text });
    }
    topics
}

fn judged(reading: &mut Reading<'_>, map: &Mapping<'_>) -> Option<Judged> {
    let node = map.need(reading, "decidability")?;
    let decidability = reading.word(node, "decidability", &["machine", "machine-then-human", "human"])?;
    let mut text = |key| map.text(reading, key).map(str::to_owned);
    Some(Judged {
        asks: text("asks"),
        major_if: text("major_if"),
        minor_if: text("minor_if"),
        decidability: decidability.to_owned(),
        human_question: text("human_question"),
        stricter_than_text: text("stricter_than_text"),
    })
}

/// Lets `read` read with what rules need to know, and gives the terms back.
fn reading_rules(
    reading: &mut Reading<'_>,
    framework: &Framework,
    kinds: &Kinds,
    predicates: &[&str],
    terms: Terms,
    read: impl FnOnce(&mut Rules<'_, '_>),
) -> Terms {
    let items: Vec<&str> = framework.items().map(|i| i.id()).collect();
    let mut rules = Rules { reading, kinds, predicates, framework: &framework.id, items: &items, terms, about: None };
    read(&mut rules);
    rules.terms
}

fn keep(reading: &mut Reading<'_>, framework: &mut Framework, rule: Rule, node: &Node) {
    let item = rule.requirement.rsplit('/').next().unwrap_or_default().to_owned();
    if let Some(first) = framework.rules.get(&item) {
        let say = format!("`{}` has a rule already, at {}", rule.requirement, first.place);
        return reading.wrong(node, say);
    }
    framework.rules.insert(item, rule);
}

fn words(reading: &mut Reading<'_>, node: &Node, what: &str) -> Vec<String> {
    reading.texts(node, what).into_iter().map(|(text, _)| text.to_owned()).collect()
}
