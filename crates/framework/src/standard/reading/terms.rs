//! Named filters of a framework, `terms.yaml`.

use std::{collections::BTreeMap, slice, sync::Arc};

use aims_record::Kind;

use super::Rules;
use crate::{
    standard::{Term, Test},
    yaml::{Node, did_you_mean},
};

/// So many terms may be inside each other.
const DEEPEST: usize = 8;

/// Terms while they are read and afterwards.
#[derive(Default)]
pub(in crate::standard) struct Terms {
    /// As written, by id.
    written: BTreeMap<String, Node>,
    /// As read; empty where something in it is wrong, which is said once, where it stands.
    read: BTreeMap<String, Option<Arc<Term>>>,
    /// Those that are being read, each inside the one before.
    open: Vec<String>,
}

impl Terms {
    /// What could be read.
    pub(in crate::standard) fn found(&self) -> BTreeMap<String, Arc<Term>> {
        self.read.iter().filter_map(|(id, term)| Some((id.clone(), term.clone()?))).collect()
    }
}

impl Rules<'_, '_> {
    /// All terms of a file.
    pub(in crate::standard) fn read_terms(&mut self, node: &Node) {
        let mut ids = Vec::new();
        for one in self.reading.list(node, "terms") {
            let keys = ["term", "kind", "say", "where"];
            let Some(map) = self.reading.mapping(one, "a term", &keys) else { continue };
            let Some(id) = map.need_text(self.reading, "term") else { continue };
            if self.terms.written.insert(id.to_owned(), one.clone()).is_some() {
                self.reading.wrong(one, format!("the term `{id}` is there twice"));
            }
            ids.push(id.to_owned());
        }
        for id in ids {
            self.term(&id);
        }
    }

    /// The term of this id, read now if it was not yet.
    fn term(&mut self, id: &str) -> Option<Arc<Term>> {
        if let Some(read) = self.terms.read.get(id) {
            return read.clone();
        }
        let node = self.terms.written.get(id)?.clone();
        self.terms.open.push(id.to_owned());
        let before = self.reading.errors.len();
        let term = self.read_term(&node, id);
        self.terms.open.pop();
        let sound = self.reading.errors.len() == before;
        let term = term.filter(|_| sound).map(Arc::new);
        self.terms.read.insert(id.to_owned(), term.clone());
        term
    }

    fn read_term(&mut self, node: &Node, id: &str) -> Option<Term> {
        let map = self.reading.any_mapping(node, "a term")?;
        let kind = map.need(self.reading, "kind").and_then(|n| self.kind(n, "kind"));
        let say = map.need_text(self.reading, "say").map(str::to_owned);
        let written = map.need(self.reading, "where")?;
        let kind = kind?;
        let filter = self.filter(written, kind, None);
        Some(Term { id: id.to_owned(), kind: kind.id.clone(), say: say?, filter })
    }

    /// `term: a` or `term: [a, b]` on a record of this kind.
    pub(super) fn terms_of(&mut self, node: &Node, kind: &Kind) -> Vec<Test> {
        let named = node.seq().unwrap_or(slice::from_ref(node));
        named.iter().filter_map(|one| self.term_of(one, kind)).map(Test::Term).collect()
    }

    fn term_of(&mut self, node: &Node, kind: &Kind) -> Option<Arc<Term>> {
        let id = self.reading.text(node, "term")?;
        if !self.terms.written.contains_key(id) && !self.terms.read.contains_key(id) {
            let hint = did_you_mean(id, self.terms.written.keys().map(String::as_str));
            self.reading.wrong(node, format!("no term `{id}`{hint}"));
            return None;
        }
        if let Some(from) = self.terms.open.iter().position(|open| open == id) {
            let around: Vec<_> = self.terms.open.iter().skip(from).cloned().collect();
            let say = format!("the term `{id}` leads back to itself: {} -> {id}", around.join(" -> "));
            self.reading.wrong(node, say);
            return None;
        }
        if self.terms.open.len() >= DEEPEST {
            self.reading.wrong(node, format!("more than {DEEPEST} terms inside each other"));
            return None;
        }
        let term = self.term(id)?;
        if term.kind != kind.id {
            let say = format!("the term `{id}` is about the kind `{}`, not about `{}`", term.kind, kind.id);
            self.reading.wrong(node, say);
            return None;
        }
        Some(term)
    }
}
