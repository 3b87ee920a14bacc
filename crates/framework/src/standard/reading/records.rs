//! Blocks about records of a kind: how many, how they hang together with the subject, what they are like.

use aims_record::{Kind, Shape};

use super::{Rules, links_to};
use crate::{
    standard::{Linked, Path, Place, Quantifier, Records},
    yaml::{Mapping, Node},
};

impl Rules<'_, '_> {
    pub(super) fn records(
        &mut self,
        map: &Mapping<'_>,
        word: &str,
        node: &Node,
        subject: Option<&Kind>,
    ) -> Option<Records> {
        let kind = self.kind(node, word)?;
        self.only_with(map, word);
        let quantifier = self.quantifier(map, word, kind, subject);
        let linked = self.linked(map, kind, subject);
        let filter = map.get("where").map(|n| self.filter(n, kind, subject)).unwrap_or_default();
        let must = map.get("must").map(|n| self.filter(n, kind, subject)).unwrap_or_default();
        if let (Some(n), "each", true) = (map.get("each"), word, must.tests.is_empty()) {
            self.reading.wrong(n, "`each` needs `must`: what each of them has to be like");
        }
        Some(Records { quantifier: quantifier?, kind: kind.id.clone(), linked: linked?, filter, must })
    }

    /// Keys that only some blocks have are refused in others, where they would do nothing.
    fn only_with(&mut self, map: &Mapping<'_>, word: &str) {
        let belongs = [
            ("at_least", "count"),
            ("by", "latest"),
            ("field", "covering"),
            ("options", "covering"),
            ("or", "covering"),
        ];
        for (key, _) in map.entries {
            if let Some((_, block)) = belongs.iter().find(|(k, b)| *k == key.text && *b != word) {
                self.reading.wrong_key(key, format!("`{}` belongs to `{block}`, not to `{word}`", key.text));
            }
        }
    }

    fn quantifier(&mut self, map: &Mapping<'_>, word: &str, kind: &Kind, subject: Option<&Kind>) -> Option<Quantifier> {
        Some(match word {
            "some" => Quantifier::Some,
            "none" => Quantifier::None,
            "each" => Quantifier::Each,
            "exactly_one" => Quantifier::ExactlyOne,
            "count" => {
                let least = map.need(self.reading, "at_least")?;
                Quantifier::AtLeast(self.reading.count(least, "at_least")?)
            }
            "latest" => {
                let at = map.need(self.reading, "by")?;
                let name = self.reading.text(at, "by")?;
                let (path, field) = self.path(at, Path::context(kind), name)?;
                self.needs_day(at, &field, "by").then_some(())?;
                Quantifier::Latest(path)
            }
            _ => self.covering(map, kind, subject)?,
        })
    }

    fn covering(&mut self, map: &Mapping<'_>, kind: &Kind, subject: Option<&Kind>) -> Option<Quantifier> {
        let at = map.need(self.reading, "field")?;
        let name = self.reading.text(at, "field")?;
        let (path, field) = self.path(at, Path::context(kind), name)?;
        let written = map.need(self.reading, "options")?;
        let options = match (&field.shape, written.text()) {
            (Shape::Choice { options }, Some("all")) => options.iter().map(|(id, _)| id.clone()).collect(),
            _ => self.options(written, &field, "options"),
        };
        let mut or = Vec::new();
        if let Some(list) = map.get("or") {
            for one in self.reading.list(list, "or") {
                or.push(self.place(one, &options, subject)?);
            }
        }
        Some(Quantifier::Covering { field: path, options, or })
    }

    /// Another place where an option may be named: at least one option must be one there, too.
    fn place(&mut self, node: &Node, options: &[String], subject: Option<&Kind>) -> Option<Place> {
        let map = self.reading.mapping(node, "a further place", &["kind", "field", "where", "linked", "named_in"])?;
        let kind = map.need(self.reading, "kind").and_then(|n| self.kind(n, "kind"))?;
        let at = map.need(self.reading, "field")?;
        let name = self.reading.text(at, "field")?;
        let (path, field) = self.path(at, Path::context(kind), name)?;
        let Shape::Choice { options: theirs } = &field.shape else {
            self.reading.wrong(at, format!("`{name}` is not a choice, so it cannot name an option"));
            return None;
        };
        if !options.iter().any(|o| theirs.iter().any(|(id, _)| id == o)) {
            self.reading.wrong(at, format!("`{name}` of the kind `{}` has none of the options asked for", kind.id));
            return None;
        }
        let linked = self.linked(&map, kind, subject)?;
        let filter = map.get("where").map(|n| self.filter(n, kind, subject)).unwrap_or_default();
        Some(Place { kind: kind.id.clone(), field: path, linked, filter })
    }

    fn linked(&mut self, map: &Mapping<'_>, kind: &Kind, subject: Option<&Kind>) -> Option<Linked> {
        let (node, theirs) = match (map.get("linked"), map.get("named_in")) {
            (None, None) => return Some(Linked::Anywhere),
            (Some(node), _) => (node, true),
            (_, Some(node)) => (node, false),
        };
        let Some(subject) = subject else {
            self.reading.wrong(node, "nothing to be linked with: the rule is about the organization");
            return None;
        };
        let name = self.reading.text(node, "linked")?;
        let (holder, target) = if theirs { (kind, subject) } else { (subject, kind) };
        let (path, field) = self.path(node, Path::context(holder), name)?;
        if !links_to(&field, &target.id) {
            let say = format!("`{name}` of the kind `{}` does not name records of the kind `{}`", holder.id, target.id);
            self.reading.wrong(node, say);
            return None;
        }
        Some(if theirs { Linked::Their(path.written()) } else { Linked::Ours(path.written()) })
    }
}
