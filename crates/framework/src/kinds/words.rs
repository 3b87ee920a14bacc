//! The words kinds are written with: roles, retention classes, clauses.

use std::collections::BTreeMap;

use jiff::Span;

use crate::yaml::{ContentError, Limits, Node, Reading, parse};

/// The files the words stand in, relative to `content/`.
pub(super) const FILES: [&str; 3] = ["roles.yaml", "retention.yaml", "clauses.yaml"];

/// What precedes a clause's number in its id.
pub(super) const STANDARD: &str = "iso-42001:2023/";

/// Roles, retention classes and clauses, each by id.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// Id and title, in the order of `content/roles.yaml`.
    pub roles: Vec<(String, String)>,
    /// Classes of `content/retention.yaml`.
    pub classes: BTreeMap<String, Class>,
    /// Full id (`iso-42001:2023/5.2`) and number with title, in the order of `content/clauses.yaml`: clauses, then controls.
    pub clauses: Vec<(String, String)>,
}

/// A class of retention.
#[derive(Clone, Debug)]
pub struct Class {
    /// No kind of this class is kept for less.
    pub floor: Span,
    /// The floor as written, such as `P6Y`.
    pub floor_text: String,
    /// Where the floor comes from.
    pub why: String,
}

impl Words {
    /// Reads the three files; one that is missing is an error in its first line.
    pub(super) fn read(files: &[(String, String)], errors: &mut Vec<ContentError>) -> Self {
        let mut words = Self::default();
        for name in FILES {
            let mut reading = Reading::new(name);
            let text = files.iter().find(|(n, _)| n == name).map_or("", |(_, text)| text);
            match parse(name, text, Limits::CONTENT) {
                Ok(root) => words.take(&mut reading, name, &root),
                Err(found) => errors.extend(found),
            }
            errors.append(&mut reading.errors);
        }
        words
    }

    fn take(&mut self, reading: &mut Reading<'_>, name: &str, root: &Node) {
        match name {
            "roles.yaml" => self.take_roles(reading, root),
            "retention.yaml" => self.take_classes(reading, root),
            _ => self.take_clauses(reading, root),
        }
    }

    fn take_roles(&mut self, reading: &mut Reading<'_>, root: &Node) {
        let Some(roles) = reading.any_mapping(root, "the list of roles") else { return };
        for (key, node) in roles.entries {
            let what = format!("role `{}`", key.text);
            let Some(role) = reading.mapping(node, &what, &["title", "about"]) else { continue };
            let title = role.need_text(reading, "title").unwrap_or_default();
            role.need_text(reading, "about");
            self.roles.push((key.text.clone(), title.to_owned()));
        }
    }

    fn take_classes(&mut self, reading: &mut Reading<'_>, root: &Node) {
        let Some(classes) = reading.any_mapping(root, "the list of retention classes") else { return };
        for (key, node) in classes.entries {
            let what = format!("class `{}`", key.text);
            let Some(class) = reading.mapping(node, &what, &["floor", "why"]) else { continue };
            let why = class.need_text(reading, "why").unwrap_or_default().to_owned();
            if let Some(at) = class.need(reading, "floor")
                && let Some(floor) = span(reading, at, "floor")
            {
                let floor_text = at.text().unwrap_or_default().to_owned();
                self.classes.insert(key.text.clone(), Class { floor, floor_text, why });
            }
        }
    }

    fn take_clauses(&mut self, reading: &mut Reading<'_>, root: &Node) {
        let Some(lists) = reading.mapping(root, "the list of clauses", &["clauses", "controls"]) else { return };
        for name in ["clauses", "controls"] {
            let Some(list) = lists.need(reading, name).and_then(|node| reading.any_mapping(node, name)) else {
                continue;
            };
            for (key, node) in list.entries {
                let title = reading.text(node, &key.text).unwrap_or_default();
                self.clauses.push((format!("{STANDARD}{}", key.text), format!("{} {title}", key.text)));
            }
        }
    }
}

/// An ISO 8601 duration that is not negative.
pub(super) fn span(reading: &mut Reading<'_>, at: &Node, what: &str) -> Option<Span> {
    let text = reading.text(at, what)?;
    let span = text.starts_with('P').then(|| text.parse::<Span>().ok()).flatten();
    if span.is_none() {
        reading.wrong(at, format!("`{what}` has to be a duration such as P6Y or P30D, not `{text}`"));
    }
    span
}
