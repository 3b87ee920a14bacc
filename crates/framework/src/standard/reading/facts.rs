//! `readiness.yaml`: facts, held against the items, kinds and terms of their framework.

use super::Rules;
use crate::{
    standard::{Among, Fact, FactTest, Found, Framework, Outside, Rule},
    yaml::{Mapping, Node, did_you_mean},
};

const KEYS: [&str; 11] =
    ["fact", "stage", "title", "requirements", "free_of", "no_verdict", "among", "every", "where", "if_empty", "needs"];
const FOUND: [(&str, Found); 5] = [
    ("major", Found::Major),
    ("minor", Found::Minor),
    ("own-rule", Found::OwnRule),
    ("not-evidenced", Found::NotEvidenced),
    ("determination-due", Found::DeterminationDue),
];
const OUTSIDE: [Outside; 2] = [Outside::LedgerVerified, Outside::BodyAccredited];

impl Rules<'_, '_> {
    /// All facts of the file.
    pub(in crate::standard) fn facts(&mut self, node: &Node, framework: &Framework) -> Vec<Fact> {
        let mut facts: Vec<Fact> = Vec::new();
        for one in self.reading.list(node, "facts") {
            let Some(fact) = self.fact(one, framework) else { continue };
            if let Some(first) = facts.iter().find(|f| f.id == fact.id) {
                let say = format!("the fact `{}` is there already, at {}", fact.id, first.place);
                self.reading.wrong(one, say);
                continue;
            }
            facts.push(fact);
        }
        facts
    }

    fn fact(&mut self, node: &Node, framework: &Framework) -> Option<Fact> {
        let map = self.reading.mapping(node, "a fact", &[&KEYS[..], &["outside"]].concat())?;
        let before = self.reading.errors.len();
        let id = map.need_text(self.reading, "fact");
        let title = map.need_text(self.reading, "title");
        let stage = map.need(self.reading, "stage").and_then(|n| self.stage(n));
        let mut tests = Vec::new();
        tests.extend(map.get("requirements").map(|n| self.requirements(n, &map, framework)));
        tests.extend(map.get("no_verdict").map(|n| self.no_verdict(n, &map)));
        tests.extend(map.get("needs").and_then(|n| self.records_say(n, &map, id.unwrap_or_default())));
        tests.extend(map.get("outside").and_then(|n| self.outside(n)).map(FactTest::Outside));
        self.only_beside(&map);
        if self.reading.errors.len() > before {
            return None;
        }
        if tests.is_empty() {
            let say = "a fact needs `requirements`, `no_verdict`, `needs` or `outside`";
            self.reading.wrong(node, say);
            return None;
        }
        let place = format!("{}:{}:{}", self.reading.file, node.line, node.column);
        Some(Fact { id: id?.to_owned(), place, stage: stage?, title: title?.to_owned(), tests })
    }

    /// Keys that say more about another one mean nothing without it.
    fn only_beside(&mut self, map: &Mapping<'_>) {
        for (key, of) in [
            ("free_of", "requirements"),
            ("among", "no_verdict"),
            ("every", "needs"),
            ("where", "needs"),
            ("if_empty", "needs"),
        ] {
            if let (Some(node), None) = (map.get(key), map.get(of)) {
                self.reading.wrong(node, format!("`{key}` needs `{of}`"));
            }
        }
    }

    fn stage(&mut self, node: &Node) -> Option<usize> {
        let stage = self.reading.count(node, "stage")?;
        if stage > 2 {
            self.reading.wrong(node, format!("`stage` has to be 1 or 2, not {stage}"));
            return None;
        }
        Some(stage)
    }

    fn requirements(&mut self, node: &Node, map: &Mapping<'_>, framework: &Framework) -> FactTest {
        let mut items = Vec::new();
        for (word, at) in self.reading.texts(node, "requirements") {
            let found: Vec<String> =
                framework.items().map(|i| i.id()).filter(|id| below(id, word)).map(str::to_owned).collect();
            if found.is_empty() {
                let clauses = framework.clauses.iter().map(|c| c.id.as_str());
                let hint = did_you_mean(word, framework.items().map(|i| i.id()).chain(clauses));
                self.reading.wrong(at, format!("no requirement, control or clause `{word}`{hint}"));
            }
            items.extend(found.into_iter().map(|id| format!("{}/{id}", framework.id)));
        }
        items.dedup();
        let free_of = map.get("free_of").map(|n| self.found(n, "free_of"));
        FactTest::Requirements { items, free_of: free_of.unwrap_or_else(|| vec![Found::Major, Found::Minor]) }
    }

    fn no_verdict(&mut self, node: &Node, map: &Mapping<'_>) -> FactTest {
        let found = self.found(node, "no_verdict");
        let among = map.get("among").and_then(|n| self.reading.word(n, "among", &["all", "major-trigger"]));
        let among = if among == Some("major-trigger") { Among::MajorTrigger } else { Among::All };
        FactTest::NoVerdict { found, among }
    }

    fn found(&mut self, node: &Node, what: &str) -> Vec<Found> {
        let known = FOUND.map(|(word, _)| word);
        let mut found = Vec::new();
        for (word, at) in self.reading.texts(node, what) {
            if self.reading.word(at, what, &known).is_some() {
                found.extend(FOUND.iter().filter(|(w, _)| *w == word).map(|(_, f)| *f));
            }
        }
        found
    }

    fn records_say(&mut self, node: &Node, map: &Mapping<'_>, id: &str) -> Option<FactTest> {
        let subject = map.get("every").and_then(|n| self.kind(n, "every"));
        self.about = subject;
        let about = self.about(map, subject);
        let needs = self.needs(node, subject);
        let place = format!("{}:{}:{}", self.reading.file, map.node.line, map.node.column);
        let requirement = format!("{}/readiness/{id}", self.framework);
        Some(FactTest::Needs(Box::new(Rule { requirement, place, about: about?, needs, judgement: None })))
    }

    fn outside(&mut self, node: &Node) -> Option<Outside> {
        let word = self.reading.word(node, "outside", &OUTSIDE.map(Outside::word))?;
        OUTSIDE.into_iter().find(|o| o.word() == word)
    }
}

/// Whether an item is the one named or belongs to the clause or area named: `8.4-a` to `8.4`, `A.6.2.4` to `A.6`.
fn below(id: &str, named: &str) -> bool {
    id.strip_prefix(named).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
}
