//! From YAML to rules, held against the kinds. Everything wrong in a file is noted before giving up.

mod facts;
mod filter;
mod limits;
mod records;
mod references;
mod terms;
mod tests_of_fields;

use aims_record::{Field, Kind, Kinds, Shape};
use jiff::Span;

use super::{About, Block, Filter, Grade, IfEmpty, Judgement, MajorWhen, Need, Next, Otherwise, Rule};
use crate::yaml::{Mapping, Node, Reading, did_you_mean};

pub(super) use terms::Terms;

/// Reads rules of one file.
pub(super) struct Rules<'a, 'f> {
    pub(super) reading: &'a mut Reading<'f>,
    pub(super) kinds: &'a Kinds,
    /// Named predicates that code provides, by id.
    pub(super) predicates: &'a [&'a str],
    /// Framework whose items the rules decide, and their ids.
    pub(super) framework: &'a str,
    pub(super) items: &'a [&'a str],
    /// The named filters that may be used.
    pub(super) terms: Terms,
    /// The kind of the rule's `every`, while a rule is read.
    pub(super) about: Option<&'a Kind>,
}

const QUANTIFIERS: [&str; 7] = ["some", "none", "each", "exactly_one", "count", "latest", "covering"];
const COMBINED: [&str; 4] = ["this", "any_of", "all_of", "predicate"];
const WITH_RECORDS: [&str; 9] = ["linked", "named_in", "where", "must", "at_least", "by", "field", "options", "or"];

impl<'a> Rules<'a, '_> {
    /// One rule; `None` where something in it is wrong.
    pub(super) fn rule(&mut self, node: &Node) -> Option<Rule> {
        let keys = ["requirement", "every", "where", "if_empty", "needs", "judgement"];
        let map = self.reading.mapping(node, "a rule", &keys)?;
        let before = self.reading.errors.len();
        let requirement = self.requirement(&map);
        let subject = map.get("every").and_then(|n| self.kind(n, "every"));
        self.about = subject;
        let about = self.about(&map, subject);
        let needs = map.need(self.reading, "needs");
        let needs: Vec<_> = needs.map(|n| self.needs(n, subject)).unwrap_or_default();
        let judgement = map.get("judgement").map(|n| self.judgement(n));
        if self.reading.errors.len() > before {
            return None;
        }
        let place = format!("{}:{}:{}", self.reading.file, node.line, node.column);
        Some(Rule { requirement: requirement?, place, about: about?, needs, judgement: judgement.flatten() })
    }

    fn requirement(&mut self, map: &Mapping<'_>) -> Option<String> {
        let node = map.need(self.reading, "requirement")?;
        let full = self.reading.text(node, "requirement")?;
        match full.split_once('/') {
            Some((framework, item)) if framework == self.framework && self.items.contains(&item) => {
                Some(full.to_owned())
            }
            _ => {
                let known: Vec<String> = self.items.iter().map(|i| format!("{}/{i}", self.framework)).collect();
                let hint = did_you_mean(full, known.iter().map(String::as_str));
                self.reading.wrong(node, format!("no requirement or control `{full}`{hint}"));
                None
            }
        }
    }

    fn about(&mut self, map: &Mapping<'_>, subject: Option<&Kind>) -> Option<About> {
        if map.get("every").is_none() {
            for key in ["where", "if_empty"] {
                if let Some(node) = map.get(key) {
                    self.reading.wrong(node, format!("`{key}` needs `every`"));
                }
            }
            return Some(About::Organization);
        }
        let kind = subject?;
        let filter = map.get("where").map(|n| self.filter(n, kind, None)).unwrap_or_default();
        let if_empty = match map.get("if_empty") {
            Some(node) => self.if_empty(node)?,
            None => IfEmpty { otherwise: nobody(kind), unless: None },
        };
        Some(About::Every { kind: kind.id.clone(), filter, if_empty: Box::new(if_empty) })
    }

    fn if_empty(&mut self, node: &Node) -> Option<IfEmpty> {
        let map = self.reading.mapping(node, "`if_empty`", &["grade", "say", "next", "unless"])?;
        let otherwise = self.otherwise_of(&map, None)?;
        let unless = map.get("unless").and_then(|n| {
            let map = self.reading.any_mapping(n, "`unless`")?;
            self.block(&map, None, &[])
        });
        Some(IfEmpty { otherwise, unless })
    }

    fn needs(&mut self, node: &Node, subject: Option<&Kind>) -> Vec<Need> {
        let list = self.reading.list(node, "needs");
        list.iter().filter_map(|n| self.need(n, subject)).collect()
    }

    fn need(&mut self, node: &Node, subject: Option<&Kind>) -> Option<Need> {
        let map = self.reading.any_mapping(node, "a need")?;
        let block = self.block(&map, subject, &["otherwise", "then", "when"]);
        let when = match map.get("when") {
            Some(node) => {
                let map = self.reading.any_mapping(node, "`when`")?;
                Some(self.block(&map, subject, &[])?)
            }
            None => None,
        };
        let otherwise = map.need(self.reading, "otherwise").and_then(|n| {
            let keys = ["grade", "major_when", "say", "next"];
            let map = self.reading.mapping(n, "`otherwise`", &keys)?;
            self.otherwise_of(&map, subject)
        });
        let then = map.get("then").map(|n| self.needs(n, subject)).unwrap_or_default();
        Some(Need { block: block?, when, otherwise: otherwise?, then })
    }

    fn otherwise_of(&mut self, map: &Mapping<'_>, subject: Option<&Kind>) -> Option<Otherwise> {
        let grade = map.need(self.reading, "grade").and_then(|n| self.grade(n));
        let major_when = map.get("major_when").and_then(|n| self.major_when(n, subject));
        let say = map.need_text(self.reading, "say").map(str::to_owned);
        let next = map.get("next").and_then(|n| self.next(n, subject));
        Some(Otherwise { grade: grade?, major_when, say: say?, next })
    }

    fn grade(&mut self, node: &Node) -> Option<Grade> {
        match self.reading.word(node, "grade", &["major", "minor", "own-rule", "not-evidenced"])? {
            "major" => Some(Grade::Major),
            "minor" => Some(Grade::Minor),
            "own-rule" => Some(Grade::OwnRule),
            _ => Some(Grade::NotEvidenced),
        }
    }

    fn major_when(&mut self, node: &Node, subject: Option<&Kind>) -> Option<MajorWhen> {
        let map = self.reading.mapping(node, "`major_when`", &["all_fail", "subject"])?;
        if let Some(filter) = map.get("subject") {
            let Some(kind) = subject else {
                self.reading.wrong(filter, "`subject` needs `every`");
                return None;
            };
            return Some(MajorWhen::Subject(self.filter(filter, kind, None)));
        }
        map.yes(self.reading, "all_fail").then_some(MajorWhen::AllFail)
    }

    fn next(&mut self, node: &Node, subject: Option<&Kind>) -> Option<Next> {
        let map = self.reading.mapping(node, "`next`", &["record", "amend", "move"])?;
        if let Some(kind) = map.get("record") {
            return self.kind(kind, "record").map(|k| Next::Record(k.id.clone()));
        }
        let Some(kind) = subject else {
            self.reading.wrong(node, "`amend` and `move` need `every`");
            return None;
        };
        if let Some(fields) = map.get("amend") {
            let fields = self.reading.texts(fields, "amend");
            let known = fields.into_iter().filter_map(|(name, at)| self.field(at, kind, name));
            return Some(Next::Amend(known.map(|f| f.name.clone()).collect()));
        }
        let verb = map.need(self.reading, "move")?;
        let verbs: Vec<&str> = kind.lifecycle.verbs.iter().map(|v| v.id.as_str()).collect();
        self.reading.word(verb, "move", &verbs).map(|v| Next::Move(v.to_owned()))
    }

    fn judgement(&mut self, node: &Node) -> Option<Judgement> {
        let map = self.reading.mapping(node, "`judgement`", &["by", "every", "question"])?;
        let roles: Vec<&str> = self.kinds.roles.keys().map(String::as_str).collect();
        let by = map.need(self.reading, "by").and_then(|n| self.reading.word(n, "by", &roles));
        let every = map.need(self.reading, "every").and_then(|n| self.duration(n, "every"));
        let question = map.need_text(self.reading, "question");
        Some(Judgement { by: by?.to_owned(), every: every?, question: question?.to_owned() })
    }

    /// The block that a mapping describes, which may also have the keys `beside`.
    pub(super) fn block(&mut self, map: &Mapping<'_>, subject: Option<&Kind>, beside: &[&str]) -> Option<Block> {
        let known: Vec<&str> = [&QUANTIFIERS[..], &COMBINED, &WITH_RECORDS, beside].concat();
        self.reading.mapping(map.node, &map.what, &known)?;
        let named: Vec<_> = map
            .entries
            .iter()
            .filter(|(k, _)| QUANTIFIERS.contains(&&*k.text) || COMBINED.contains(&&*k.text))
            .collect();
        let [(key, node)] = named.as_slice() else {
            let all = [&QUANTIFIERS[..], &COMBINED].concat().join("`, `");
            self.reading.wrong(map.node, format!("{} has to have exactly one of `{all}`", map.what));
            return None;
        };
        match key.text.as_str() {
            "any_of" => Some(Block::AnyOf(self.blocks(node, subject))),
            "all_of" => Some(Block::AllOf(self.blocks(node, subject))),
            "predicate" => {
                let known = self.predicates.to_vec();
                self.reading.word(node, "predicate", &known).map(|p| Block::Predicate(p.to_owned()))
            }
            "this" => match subject {
                Some(kind) => Some(Block::This(self.filter(node, kind, Some(kind)))),
                None => {
                    self.reading.wrong(node, "`this` needs `every`");
                    None
                }
            },
            word => self.records(map, word, node, subject).map(Block::Records),
        }
    }

    fn blocks(&mut self, node: &Node, subject: Option<&Kind>) -> Vec<Block> {
        let list = self.reading.list(node, "blocks");
        let mut blocks = Vec::new();
        for one in list {
            let Some(map) = self.reading.any_mapping(one, "a block") else { continue };
            blocks.extend(self.block(&map, subject, &[]));
        }
        blocks
    }

    /// The kind that a word names.
    pub(super) fn kind(&mut self, node: &Node, what: &str) -> Option<&'a Kind> {
        let word = self.reading.text(node, what)?;
        let found = self.kinds.get(word);
        if found.is_none() {
            let hint = did_you_mean(word, self.kinds.by_id.keys().map(String::as_str));
            self.reading.wrong(node, format!("no kind `{word}`{hint}"));
        }
        found
    }

    /// A duration such as `P12M`.
    pub(super) fn duration(&mut self, node: &Node, what: &str) -> Option<Span> {
        let text = self.reading.text(node, what)?;
        let span = text.starts_with('P').then(|| text.parse::<Span>().ok()).flatten();
        if span.is_none() {
            self.reading.wrong(node, format!("`{what}` has to be a duration such as P12M, not `{text}`"));
        }
        span
    }
}

/// Whether the field names records of this kind.
pub(super) fn links_to(field: &Field, kind: &str) -> bool {
    match &field.shape {
        Shape::Link { to } => to.is_empty() || to.iter().any(|t| t == kind),
        Shape::Person => kind == "person",
        _ => false,
    }
}

fn nobody(kind: &Kind) -> Otherwise {
    let say = format!("there is no such {} to look at, so nothing shows that this is met", kind.title);
    Otherwise { grade: Grade::NotEvidenced, major_when: None, say, next: Some(Next::Record(kind.id.clone())) }
}
