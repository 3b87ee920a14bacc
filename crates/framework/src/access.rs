//! Who may do what, as data: `content/access.yaml` (`docs/formats/access.md`).
//!
//! A [`Policy`] says what each principal has over each group of kinds. It decides nothing: `app` holds it against a person's roles and a record.

mod file;
mod right;

use std::collections::BTreeMap;

use aims_record::Kinds;

use crate::yaml::{ContentError, Limits, Reading, parse};

pub use right::{ACTIONS, Action, Cell, POWERS, Power, REACHES, Reach, Reaches};

/// The file, relative to `content/`.
pub const FILE: &str = "access.yaml";

/// Principals that are no roles of `content/roles.yaml`.
pub const APART: [&str; 4] = ["external-auditor", "anyone", "instance-admin", "agent"];

/// Who may do what in one organization.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// In the order of the file.
    pub groups: Vec<Group>,
    /// The group of each kind, own kinds included: its place in `groups`.
    pub group_of: BTreeMap<String, usize>,
    /// By role, or by a name of [`APART`].
    pub rows: BTreeMap<String, Row>,
    /// Person fields that make a record somebody's own.
    pub own: Vec<String>,
    /// Kinds through which it becomes so, one link away.
    pub through: Vec<String>,
    /// Person fields that name somebody in a record beyond `own`.
    pub named: Vec<String>,
    /// States in which everyone who works here may read, by kind.
    pub published: BTreeMap<String, Vec<String>>,
    /// Who has a part in a case, and who has not.
    pub case: Case,
    /// Fields that close a record, by kind.
    pub classified: BTreeMap<String, Classified>,
}

/// Kinds over which rights are given together.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Lower-case words joined by hyphens.
    pub id: String,
    /// As shown.
    pub title: String,
    /// What its kinds have in common.
    pub about: String,
}

/// What one principal has.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Why it has what it has.
    pub about: String,
    /// By group.
    pub cells: Vec<Cell>,
    /// Over the organization as a whole.
    pub powers: Vec<Power>,
}

/// How a kind of case is kept from whom it is about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Case {
    /// The kind.
    pub kind: String,
    /// Person fields: who has a part in it.
    pub handled_by: Vec<String>,
    /// Person fields: who has none, whatever their role (TRUST 4.2, S10).
    pub excludes: Vec<String>,
    /// The role that keeps cases.
    pub role: String,
    /// Roles that have a part where every holder of `role` is excluded.
    pub in_stead: Vec<String>,
}

/// A field that says how closed a record is.
#[derive(Clone, Debug, PartialEq)]
pub struct Classified {
    /// A choice.
    pub field: String,
    /// Its options that close the record.
    pub closed: Vec<String>,
    /// A choice of roles: who may read it all the same.
    pub roles: String,
}

impl Policy {
    /// The group of a kind.
    pub fn group(&self, kind: &str) -> Option<&Group> {
        self.groups.get(*self.group_of.get(kind)?)
    }

    /// What a principal has over the group of a kind.
    pub fn cell(&self, principal: &str, kind: &str) -> Option<&Cell> {
        self.rows.get(principal)?.cells.get(*self.group_of.get(kind)?)
    }
}

/// Loads the policy from the files of `content/` and places an organization's own kinds.
///
/// # Errors
/// All errors of the file, in the order of lines: unknown groups, kinds, roles, actions, fields and states, with the nearest right word; a kind in no group or in
/// two; a role without a row.
pub fn load(files: &[(String, String)], kinds: &Kinds) -> Result<Policy, Vec<ContentError>> {
    let text = files.iter().find(|(name, _)| name == FILE).map_or("", |(_, text)| text);
    let root = parse(FILE, text, Limits::CONTENT)?;
    let mut reading = Reading::new(FILE);
    let policy = file::read(&mut reading, &root, kinds);
    if reading.errors.is_empty() {
        return Ok(policy);
    }
    reading.errors.sort();
    reading.errors.dedup();
    Err(reading.errors)
}
