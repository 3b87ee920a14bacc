//! States and verbs.

use aims_record::{Apart, Condition, Holder, Lifecycle, Need, Signing, Stamped, State, Verb};

use super::{file::is_id, words::Words};
use crate::yaml::{Key, Mapping, Node, Reading, did_you_mean};

/// Reads a life cycle as far as it can be read; references to states and fields are checked later.
pub(super) fn read(reading: &mut Reading<'_>, node: &Node, words: &Words) -> Lifecycle {
    let mut life = Lifecycle { start: String::new(), states: Vec::new(), verbs: Vec::new() };
    let Some(map) = reading.mapping(node, "`lifecycle`", &["start", "states", "verbs"]) else { return life };
    life.start = map.need_text(reading, "start").unwrap_or_default().to_owned();
    if let Some(states) = map.need(reading, "states").and_then(|n| reading.any_mapping(n, "`states`")) {
        life.states = states.entries.iter().filter_map(|(key, node)| state(reading, key, node)).collect();
    }
    if let Some(verbs) = map.get("verbs").and_then(|n| reading.any_mapping(n, "`verbs`")) {
        life.verbs = verbs.entries.iter().filter_map(|(key, node)| verb(reading, key, node, words)).collect();
    }
    life
}

fn check_id(reading: &mut Reading<'_>, key: &Key, what: &str) {
    if !is_id(&key.text) {
        reading.wrong_key(key, format!("a {what} is lower-case words joined by hyphens, not `{}`", key.text));
    }
}

fn state(reading: &mut Reading<'_>, key: &Key, node: &Node) -> Option<State> {
    check_id(reading, key, "state");
    let what = format!("state `{}`", key.text);
    let map = reading.mapping(node, &what, &["label", "about", "lapses_to", "ends"])?;
    Some(State {
        id: key.text.clone(),
        label: map.need_text(reading, "label").unwrap_or_default().to_owned(),
        about: map.need_text(reading, "about").unwrap_or_default().to_owned(),
        lapses_to: map.text(reading, "lapses_to").map(str::to_owned),
        ends: map.yes(reading, "ends"),
    })
}

const VERB: [&str; 8] = ["label", "from", "to", "by", "needs", "sign", "stamps", "about"];

fn verb(reading: &mut Reading<'_>, key: &Key, node: &Node, words: &Words) -> Option<Verb> {
    check_id(reading, key, "verb");
    let map = reading.mapping(node, &format!("verb `{}`", key.text), &VERB)?;
    let from = map.need(reading, "from").map(|n| texts(reading, n, "from")).unwrap_or_default();
    Some(Verb {
        id: key.text.clone(),
        label: map.need_text(reading, "label").unwrap_or_default().to_owned(),
        about: map.text(reading, "about").map(str::to_owned),
        from,
        to: map.need_text(reading, "to").unwrap_or_default().to_owned(),
        by: map.need(reading, "by").map(|n| holders(reading, n, words)).unwrap_or_default(),
        needs: map.get("needs").map(|n| needs(reading, n)).unwrap_or_default(),
        sign: map.get("sign").and_then(|n| signing(reading, n, words)),
        stamps: map.get("stamps").map(|n| stamps(reading, n)).unwrap_or_default(),
    })
}

fn texts(reading: &mut Reading<'_>, node: &Node, what: &str) -> Vec<String> {
    reading.texts(node, what).into_iter().map(|(text, _)| text.to_owned()).collect()
}

fn holders(reading: &mut Reading<'_>, node: &Node, words: &Words) -> Vec<Holder> {
    let mut found = Vec::new();
    for (text, at) in reading.texts(node, "by") {
        if let Some(field) = text.strip_prefix("field:") {
            found.push(Holder::Field(field.to_owned()));
            continue;
        }
        if !words.roles.is_empty() && !words.roles.iter().any(|(id, _)| id == text) {
            let hint = did_you_mean(text, words.roles.iter().map(|(id, _)| id.as_str()));
            reading.wrong(at, format!("there is no role `{text}`{hint}"));
        }
        found.push(Holder::Role(text.to_owned()));
    }
    found
}

fn needs(reading: &mut Reading<'_>, node: &Node) -> Vec<Need> {
    let mut found = Vec::new();
    for element in reading.list(node, "needs") {
        let Some(map) = reading.mapping(element, "a need", &["set", "some", "none", "linked", "otherwise"]) else {
            continue;
        };
        let otherwise = map.need_text(reading, "otherwise").unwrap_or_default().to_owned();
        if let (true, Some(at)) = (otherwise.ends_with('.'), map.get("otherwise")) {
            reading.wrong(at, "`otherwise` says what to do in lower case and without a full stop");
        }
        if let Some(what) = condition(reading, &map) {
            found.push(Need { what, otherwise });
        }
    }
    found
}

fn condition(reading: &mut Reading<'_>, map: &Mapping<'_>) -> Option<Condition> {
    let given: Vec<(&str, &Node)> =
        ["set", "some", "none", "linked"].into_iter().filter_map(|key| Some((key, map.get(key)?))).collect();
    let [(key, node)] = given.as_slice() else {
        reading.wrong(map.node, "a need has exactly one of `set`, `some`, `none` and `linked`");
        return None;
    };
    match *key {
        "set" => Some(Condition::Set(texts(reading, node, "set"))),
        "linked" => {
            let map = reading.mapping(node, "`linked`", &["field", "in"])?;
            let field = map.need_text(reading, "field")?.to_owned();
            let states = map.need(reading, "in").map(|n| texts(reading, n, "in"))?;
            Some(Condition::Linked { field, states })
        }
        _ => {
            let map = reading.mapping(node, &format!("`{key}`"), &["kind", "via", "in"])?;
            let kind = map.need_text(reading, "kind")?.to_owned();
            let via = map.need_text(reading, "via")?.to_owned();
            let states = map.get("in").map(|n| texts(reading, n, "in")).unwrap_or_default();
            Some(match *key {
                "some" => Condition::Some { kind, via, states },
                _ => Condition::None { kind, via, states },
            })
        }
    }
}

fn signing(reading: &mut Reading<'_>, node: &Node, words: &Words) -> Option<Signing> {
    let map = reading.mapping(node, "`sign`", &["meaning", "by", "count", "apart_from"])?;
    let meaning = map.need_text(reading, "meaning")?.to_owned();
    let by = map.need(reading, "by").map(|n| holders(reading, n, words))?;
    let count = map.get("count").map_or(Some(1), |n| reading.count(n, "count"))?;
    let mut apart_from = Vec::new();
    let apart = map.get("apart_from").filter(|n| !n.seq().is_some_and(<[Node]>::is_empty));
    for (text, at) in apart.map(|n| reading.texts(n, "apart_from")).unwrap_or_default() {
        match text.strip_prefix("field:") {
            Some(field) => apart_from.push(Apart::Field(field.to_owned())),
            None if text == "editors" => apart_from.push(Apart::Editors),
            None => {
                let hint = did_you_mean(text, ["editors"]);
                reading.wrong(at, format!("`apart_from` takes `editors` or `field:NAME`, not `{text}`{hint}"));
            }
        }
    }
    Some(Signing { meaning, by, count, apart_from })
}

fn stamps(reading: &mut Reading<'_>, node: &Node) -> Vec<(String, Stamped)> {
    let Some(map) = reading.any_mapping(node, "`stamps`") else { return Vec::new() };
    let mut found = Vec::new();
    for (key, value) in map.entries {
        match reading.word(value, &key.text, &["actor", "now", "today"]) {
            Some("actor") => found.push((key.text.clone(), Stamped::Actor)),
            Some("now") => found.push((key.text.clone(), Stamped::Now)),
            Some(_) => found.push((key.text.clone(), Stamped::Today)),
            None => {}
        }
    }
    found
}
