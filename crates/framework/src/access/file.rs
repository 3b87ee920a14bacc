//! From `access.yaml` to a policy.

use std::collections::BTreeMap;

use aims_record::{Kinds, Shape};

use super::{
    APART, Case, Classified, Group, Policy, Row,
    right::{ACTIONS, Action, Cell, POWERS, REACHES, Reach},
};
use crate::yaml::{Mapping, Node, Reading, did_you_mean};

const KEYS: [&str; 7] = ["groups", "own", "named", "published", "case", "classified", "principals"];

/// Words that stand for several actions.
const TOGETHER: [(&str, &[Action]); 2] = [
    ("write", &[Action::Record, Action::Amend, Action::Move, Action::Withdraw]),
    ("approve", &[Action::Move, Action::Sign]),
];

/// Reads what can be read; what is wrong is noted.
pub(super) fn read(reading: &mut Reading<'_>, root: &Node, kinds: &Kinds) -> Policy {
    let mut look = Look { reading, kinds, policy: Policy::default() };
    let Some(map) = look.reading.mapping(root, "the policy of access", &KEYS) else { return look.policy };
    look.groups(&map);
    look.own(&map);
    look.policy.named = look.fields(&map, "named");
    look.published(&map);
    look.case(&map);
    look.classified(&map);
    look.principals(&map);
    look.policy
}

struct Look<'r, 'f, 'k> {
    reading: &'r mut Reading<'f>,
    kinds: &'k Kinds,
    policy: Policy,
}

impl Look<'_, '_, '_> {
    fn groups(&mut self, map: &Mapping<'_>) {
        let Some(node) = map.need(self.reading, "groups") else { return };
        let Some(groups) = self.reading.any_mapping(node, "`groups`") else { return };
        let mut default = None;
        for (n, (key, node)) in groups.entries.iter().enumerate() {
            let what = format!("group `{}`", key.text);
            let known = ["title", "about", "kinds", "default"];
            let group = self.reading.mapping(node, &what, &known);
            let text = |look: &mut Self, word| {
                group.as_ref().and_then(|g| g.need_text(look.reading, word)).unwrap_or_default().to_owned()
            };
            let (title, about) = (text(self, "title"), text(self, "about"));
            self.policy.groups.push(Group { id: key.text.clone(), title, about });
            let Some(group) = group else { continue };
            self.kinds_of(n, &group);
            if group.yes(self.reading, "default") && default.replace(n).is_some() {
                self.reading.wrong(node, "there is one group with `default` and no second");
            }
        }
        match default {
            Some(default) => self.own_kinds(default, node),
            None => self.reading.wrong(node, "one group has `default: true`: it takes in an organization's own kinds"),
        }
        let placed = |id: &String| self.policy.group_of.contains_key(id);
        for id in self.kinds.by_id.keys().filter(|id| !placed(id)) {
            self.reading
                .wrong(node, format!("the kind `{id}` is in no group; name it in the one whose readers may read it"));
        }
    }

    fn kinds_of(&mut self, n: usize, group: &Mapping<'_>) {
        let Some(node) = group.need(self.reading, "kinds") else { return };
        if node.seq().is_some_and(<[Node]>::is_empty) {
            return;
        }
        for (id, at) in self.reading.texts(node, "kinds") {
            if !self.kind(id, at) {
                continue;
            }
            if self.policy.group_of.insert(id.to_owned(), n).is_some() {
                self.reading.wrong(at, format!("the kind `{id}` is in a group already"));
            }
        }
    }

    fn kind(&mut self, id: &str, at: &Node) -> bool {
        let known = self.kinds.get(id).is_some();
        if !known {
            let hint = did_you_mean(id, self.kinds.by_id.keys().map(String::as_str));
            self.reading.wrong(at, format!("there is no kind `{id}`{hint}"));
        }
        known
    }

    /// An organization's own kinds are in the group they name, or in the one that takes in all others.
    fn own_kinds(&mut self, default: usize, at: &Node) {
        for kind in self.kinds.by_id.values().filter(|k| k.own) {
            let named = |group: &String| self.policy.groups.iter().position(|g| g.id == *group);
            let place = match kind.group.as_ref().map(|group| (group, named(group))) {
                None => default,
                Some((_, Some(place))) => place,
                Some((group, None)) => {
                    let hint = did_you_mean(group, self.policy.groups.iter().map(|g| g.id.as_str()));
                    let message = format!("the kind `{}` names the group `{group}`, which there is not{hint}", kind.id);
                    self.reading.wrong(at, message);
                    default
                }
            };
            self.policy.group_of.insert(kind.id.clone(), place);
        }
    }

    fn own(&mut self, map: &Mapping<'_>) {
        let Some(node) = map.need(self.reading, "own") else { return };
        let Some(own) = self.reading.mapping(node, "`own`", &["fields", "through"]) else { return };
        self.policy.own = self.fields(&own, "fields");
        let through = own.need(self.reading, "through").map(|n| self.reading.texts(n, "through"));
        for (id, at) in through.unwrap_or_default() {
            if self.kind(id, at) {
                self.policy.through.push(id.to_owned());
            }
        }
    }

    /// Names of person fields, each of which some kind has.
    fn fields(&mut self, map: &Mapping<'_>, key: &str) -> Vec<String> {
        let kinds = self.kinds;
        let persons = || kinds.by_id.values().flat_map(|k| &k.fields).filter(|f| f.shape == Shape::Person);
        let texts = map.need(self.reading, key).map(|n| self.reading.texts(n, key)).unwrap_or_default();
        for (name, at) in &texts {
            if !persons().any(|f| f.name == *name) {
                let hint = did_you_mean(name, persons().map(|f| f.name.as_str()));
                self.reading.wrong(at, format!("no kind has a person in a field `{name}`{hint}"));
            }
        }
        texts.into_iter().map(|(name, _)| name.to_owned()).collect()
    }

    fn published(&mut self, map: &Mapping<'_>) {
        let Some(node) = map.need(self.reading, "published") else { return };
        let Some(list) = self.reading.any_mapping(node, "`published`") else { return };
        for (key, node) in list.entries {
            let Some(kind) = self.kinds.get(&key.text) else {
                let hint = did_you_mean(&key.text, self.kinds.by_id.keys().map(String::as_str));
                self.reading.wrong_key(key, format!("there is no kind `{}`{hint}", key.text));
                continue;
            };
            let states: Vec<&str> = kind.lifecycle.states.iter().map(|s| s.id.as_str()).collect();
            let texts = self.reading.texts(node, "published");
            for (state, at) in texts.iter().filter(|(state, _)| !states.contains(state)) {
                let hint = did_you_mean(state, states.iter().copied());
                self.reading.wrong(at, format!("`{}` has no state `{state}`{hint}", key.text));
            }
            let texts = texts.into_iter().map(|(state, _)| state.to_owned()).collect();
            self.policy.published.insert(key.text.clone(), texts);
        }
    }

    fn case(&mut self, map: &Mapping<'_>) {
        let Some(node) = map.need(self.reading, "case") else { return };
        let known = ["kind", "handled_by", "excludes", "role", "in_stead"];
        let Some(case) = self.reading.mapping(node, "`case`", &known) else { return };
        let Some(at) = case.need(self.reading, "kind") else { return };
        let Some(id) = self.reading.text(at, "kind").filter(|id| self.kind(id, at)) else { return };
        let role = case.need(self.reading, "role").and_then(|n| self.role(n)).unwrap_or_default();
        let (handled_by, excludes) = (self.persons(&case, id, "handled_by"), self.persons(&case, id, "excludes"));
        let in_stead =
            case.need(self.reading, "in_stead").map(|n| self.reading.texts(n, "in_stead")).unwrap_or_default();
        let in_stead = in_stead.into_iter().filter_map(|(_, at)| self.role(at)).collect();
        self.policy.case = Case { kind: id.to_owned(), handled_by, excludes, role, in_stead };
    }

    /// Person fields of one kind.
    fn persons(&mut self, map: &Mapping<'_>, kind: &str, key: &str) -> Vec<String> {
        let fields = self.kinds.get(kind).map(|k| k.fields.as_slice()).unwrap_or_default();
        let known: Vec<&str> = fields.iter().filter(|f| f.shape == Shape::Person).map(|f| f.name.as_str()).collect();
        let texts = map.need(self.reading, key).map(|n| self.reading.texts(n, key)).unwrap_or_default();
        texts.into_iter().filter_map(|(_, at)| self.reading.word(at, key, &known)).map(str::to_owned).collect()
    }

    fn role(&mut self, node: &Node) -> Option<String> {
        let roles: Vec<&str> = self.kinds.roles.keys().map(String::as_str).collect();
        self.reading.word(node, "role", &roles).map(str::to_owned)
    }

    fn classified(&mut self, map: &Mapping<'_>) {
        let Some(list) = map.get("classified").and_then(|n| self.reading.any_mapping(n, "`classified`")) else {
            return;
        };
        for (key, node) in list.entries {
            let Some(kind) = self.kinds.get(&key.text) else {
                let hint = did_you_mean(&key.text, self.kinds.by_id.keys().map(String::as_str));
                self.reading.wrong_key(key, format!("there is no kind `{}`{hint}", key.text));
                continue;
            };
            let Some(map) = self.reading.mapping(node, "`classified`", &["field", "closed", "roles"]) else { continue };
            let choices = kind.fields.iter().filter_map(|f| match &f.shape {
                Shape::Choice { options } => Some((f.name.as_str(), options)),
                _ => None,
            });
            let choices: BTreeMap<&str, _> = choices.collect();
            let names: Vec<&str> = choices.keys().copied().collect();
            let mut word = |key| map.need(self.reading, key).and_then(|n| self.reading.word(n, key, &names));
            let (Some(field), Some(roles)) = (word("field"), word("roles")) else { continue };
            let options: Vec<&str> =
                choices.get(field).into_iter().copied().flatten().map(|(o, _)| o.as_str()).collect();
            let closed = map.need(self.reading, "closed").map(|n| self.reading.texts(n, "closed")).unwrap_or_default();
            let closed = closed.into_iter().filter_map(|(_, at)| self.reading.word(at, "closed", &options));
            let closed = closed.map(str::to_owned).collect();
            let classified = Classified { field: field.to_owned(), closed, roles: roles.to_owned() };
            self.policy.classified.insert(key.text.clone(), classified);
        }
    }

    fn principals(&mut self, map: &Mapping<'_>) {
        let Some(node) = map.need(self.reading, "principals") else { return };
        let Some(rows) = self.reading.any_mapping(node, "`principals`") else { return };
        let roles = self.kinds.roles.keys().map(String::as_str);
        let known: Vec<&str> = roles.chain(APART).collect();
        for (key, node) in rows.entries {
            if !known.contains(&key.text.as_str()) {
                let hint = did_you_mean(&key.text, known.iter().copied());
                self.reading.wrong_key(key, format!("there is no role `{}`{hint}", key.text));
            } else if let Some(row) = self.row(&key.text, node) {
                self.policy.rows.insert(key.text.clone(), row);
            }
        }
        for name in known.into_iter().filter(|name| !rows.entries.iter().any(|(key, _)| key.text == **name)) {
            self.reading
                .wrong(node, format!("`{name}` has no row; say what it may do, if only `about` why it may nothing"));
        }
    }

    fn row(&mut self, name: &str, node: &Node) -> Option<Row> {
        let map = self.reading.mapping(node, &format!("`{name}`"), &["about", "every", "may", "powers"])?;
        let about = map.need_text(self.reading, "about").unwrap_or_default().to_owned();
        let every = map.get("every").map(|n| self.cell(n)).unwrap_or_default();
        let mut cells = vec![every; self.policy.groups.len()];
        let may = map.get("may").and_then(|n| self.reading.any_mapping(n, "`may`"));
        for (key, node) in may.iter().flat_map(|m| m.entries) {
            let place = self.policy.groups.iter().position(|g| g.id == key.text);
            let Some(cell) = place.and_then(|place| cells.get_mut(place)) else {
                let hint = did_you_mean(&key.text, self.policy.groups.iter().map(|g| g.id.as_str()));
                self.reading.wrong_key(key, format!("there is no group `{}`{hint}", key.text));
                continue;
            };
            *cell = self.cell(node);
        }
        let words = POWERS.map(|(word, _)| word);
        let powers = map.get("powers").map(|n| self.reading.texts(n, "powers")).unwrap_or_default();
        let powers = powers.into_iter().filter_map(|(_, at)| self.reading.word(at, "powers", &words));
        let powers = powers.filter_map(|word| POWERS.iter().find(|(w, _)| *w == word)).map(|(_, p)| *p).collect();
        Some(Row { about, cells, powers })
    }

    /// A list of actions, each perhaps with how far it reaches: `[read, write own]`.
    fn cell(&mut self, node: &Node) -> Cell {
        let mut cell = Cell::default();
        if node.seq().is_some_and(<[Node]>::is_empty) {
            return cell;
        }
        for (text, at) in self.reading.texts(node, "may") {
            let (word, reach) = text.split_once(' ').map_or((text, None), |(word, reach)| (word, Some(reach.trim())));
            let (actions, reach) = (self.actions(word, at), self.reach(reach, at));
            for action in actions {
                if let Some(reach) = reach {
                    cell.allow(action, reach);
                }
            }
        }
        cell
    }

    fn actions(&mut self, word: &str, at: &Node) -> Vec<Action> {
        if let Some((_, action)) = ACTIONS.iter().find(|(w, _)| *w == word) {
            return vec![*action];
        }
        if let Some((_, actions)) = TOGETHER.iter().find(|(w, _)| *w == word) {
            return actions.to_vec();
        }
        let known = ACTIONS.iter().map(|(w, _)| *w).chain(TOGETHER.iter().map(|(w, _)| *w));
        self.reading.wrong(at, format!("there is no action `{word}`{}", did_you_mean(word, known)));
        Vec::new()
    }

    fn reach(&mut self, word: Option<&str>, at: &Node) -> Option<Reach> {
        let Some(word) = word else { return Some(Reach::All) };
        let found = REACHES.iter().find(|(w, _)| *w == word).map(|(_, reach)| *reach);
        if found.is_none() {
            let hint = did_you_mean(word, REACHES.map(|(w, _)| w));
            self.reading.wrong(at, format!("an action reaches no `{word}`{hint}"));
        }
        found
    }
}
