//! How a story is played: many steps in one transaction, since a commit for each of thousands would take minutes.

use std::{collections::HashMap, sync::Arc};

use aims_exchange::Format;
use aims_framework::yaml::{Key, Mapping, Node, Reading, Value as Yaml, did_you_mean};
use aims_record::{Fields, Kind};

use crate::{Aims, Failure, Step, Wish, acts::Turn, clock::SetClock, imports::Intake, words::fields_from_node};

use super::{Day, Daybook, Told, judge};

/// Steps in one transaction.
const TOGETHER: usize = 256;
/// What a step may be.
const VERBS: [&str; 10] =
    ["record", "amend", "link", "unlink", "attach", "sign", "move", "withdraw", "import", "judge"];

/// A story that is being played.
pub(super) struct Player<'a> {
    book: &'a Daybook,
    aims: &'a Aims,
    clock: Arc<SetClock>,
    /// Kind of each key that the story records.
    kinds: HashMap<&'a str, &'a str>,
    tell: &'a mut dyn FnMut(&Told),
    done: usize,
    of: usize,
}

/// One step, and the day on which it is done.
#[derive(Clone, Copy)]
struct One<'a> {
    day: &'a Day,
    node: &'a Node,
}

impl<'a> One<'a> {
    /// The verb and what it takes, where the step is a mapping with one key.
    fn parts(self) -> Option<&'a (Key, Node)> {
        match &self.node.value {
            Yaml::Map(entries) => entries.first().filter(|_| entries.len() == 1),
            _ => None,
        }
    }

    fn verb(self) -> &'a str {
        self.parts().map_or("", |(verb, _)| verb.text.as_str())
    }

    fn word(self, key: &str) -> &'a str {
        self.parts().and_then(|(_, body)| body.get(key)).and_then(Node::text).unwrap_or_default()
    }

    fn by(self) -> &'a str {
        self.day.node.get("by").and_then(Node::text).unwrap_or("founder")
    }

    fn place(self) -> String {
        format!("{}:{}", self.day.file, self.node.line)
    }

    /// What is told of it, such as `move policy-ai approve`.
    fn told(self) -> String {
        let (about, then) = (["kind", "record", "format", "requirement"], ["key", "verb", "file", ""]);
        let all = |words: [&str; 4]| words.map(|word| self.word(word)).concat();
        format!("{} {} {}", self.verb(), all(about), all(then))
    }
}

impl<'a> Player<'a> {
    pub(super) fn new(
        book: &'a Daybook,
        aims: &'a Aims,
        clock: Arc<SetClock>,
        tell: &'a mut dyn FnMut(&Told),
    ) -> Player<'a> {
        let steps = || steps(book);
        let recorded = steps().filter(|one| one.verb() == "record");
        let kinds = recorded.map(|one| (one.word("key"), one.word("kind"))).collect();
        Player { book, aims, clock, kinds, tell, done: 0, of: steps().count() }
    }

    /// Everything, up to the first step that is refused.
    pub(super) fn play(mut self) -> Result<(), Failure> {
        let mut waiting: Vec<One<'_>> = Vec::new();
        for day in &self.book.days {
            // What is judged is what stands when the day begins.
            let judged = on(day).any(|one| one.verb() == "judge");
            if judged {
                self.several(&std::mem::take(&mut waiting))?;
                self.clock.set(day.at);
            }
            let shown = if judged { judge::shown(self.aims, day)? } else { judge::Shown::new() };
            for one in on(day) {
                // An import is planned against what is there, so all before it has to be.
                let alone = matches!(one.verb(), "import" | "judge");
                if alone || waiting.len() == TOGETHER {
                    self.several(&std::mem::take(&mut waiting))?;
                }
                match one.verb() {
                    "import" => self.alone(one, |player| player.import(one))?,
                    "judge" => self.alone(one, |player| player.judge(one, &shown))?,
                    _ => waiting.push(one),
                }
            }
        }
        self.several(&waiting)
    }

    /// Plays steps together. Where that fails, by halves: so what comes before the step that is refused stands, and its line is named.
    fn several(&mut self, all: &[One<'_>]) -> Result<(), Failure> {
        let turns: Result<Vec<Turn>, Failure> = all.iter().map(|one| self.turn(*one)).collect();
        match turns.and_then(|turns| self.aims.play(&self.clock, turns)) {
            Ok(acts) => all.iter().zip(acts).for_each(|(one, acts)| self.told(*one, acts)),
            Err(failure) if all.len() < 2 => return Err(failure),
            Err(_) => {
                let (first, second) = all.split_at(all.len() / 2);
                self.several(first)?;
                self.several(second)?;
            }
        }
        Ok(())
    }

    fn told(&mut self, one: One<'_>, acts: usize) {
        self.done += 1;
        let (done, of) = (self.done, self.of);
        (self.tell)(&Told { at: one.day.at, by: one.by().to_owned(), what: one.told(), acts, done, of });
    }

    /// A step that is played by itself.
    fn alone(&mut self, one: One<'a>, play: impl FnOnce(&Self) -> Result<usize, Failure>) -> Result<(), Failure> {
        self.clock.set(one.day.at);
        let acts = play(self).map_err(|failure| match failure {
            Failure::Refused(refusal) => Failure::RefusedAt { at: one.place(), refusal: Box::new(refusal) },
            other => other,
        })?;
        self.told(one, acts);
        Ok(())
    }

    fn import(&self, one: One<'_>) -> Result<usize, Failure> {
        let word = one.word("format");
        let format = Format::of_word(word)
            .ok_or_else(|| Failure::usage("format_unknown", format!("there is no format `{word}`")))?;
        let path = self.book.file(one.word("file"))?;
        let actor = self.aims.actor(Some(one.by()))?;
        let plan = self.aims.plan_file(&path, &Intake::Artefact(format))?;
        Ok(self.aims.import(&actor, &path, plan)?.len())
    }

    fn judge(&self, one: One<'_>, shown: &judge::Shown) -> Result<usize, Failure> {
        let mut reading = Reading::new(&one.day.file);
        let body = one.parts().and_then(|(_, body)| reading.any_mapping(body, "`judge`"));
        let Some(body) = body else { return Err(Failure::Content(reading.errors)) };
        let actor = self.aims.actor(Some(one.by()))?;
        judge::play(self.aims, &actor, shown, &mut reading, &body)
    }

    /// What a step wishes.
    fn turn(&self, one: One<'_>) -> Result<Turn, Failure> {
        let mut reading = Reading::new(&one.day.file);
        let Some((verb, body)) = one.parts() else {
            reading.wrong(
                one.node,
                "a step is one verb with what it takes, such as `- move: { record: policy-ai, verb: approve }`",
            );
            return Err(Failure::Content(reading.errors));
        };
        let Some(body) = reading.any_mapping(body, &format!("`{}`", verb.text)) else {
            return Err(Failure::Content(reading.errors));
        };
        let wish = self.wish(&mut reading, &verb.text, &body)?;
        if wish.is_none() {
            let hint = did_you_mean(&verb.text, VERBS);
            reading.wrong_key(verb, format!("a day has no verb `{}`{hint}", verb.text));
        }
        let Some(wish) = wish.filter(|_| reading.errors.is_empty()) else {
            return Err(Failure::Content(reading.errors));
        };
        let why = body.get("why").and_then(Node::text).map(str::to_owned);
        Ok(Turn { at: one.day.at, by: one.by().to_owned(), step: Step { at: one.place(), wish, why } })
    }

    /// The kind of a record that the story has recorded or is about to, or that came in otherwise.
    fn kind_of(&self, record: &str) -> Result<&'a Kind, Failure> {
        match self.kinds.get(record) {
            Some(kind) => self.aims.known_kind(kind),
            None => self.aims.kind_of(record),
        }
    }

    fn wish(&self, reading: &mut Reading<'_>, verb: &str, body: &Mapping<'_>) -> Result<Option<Wish>, Failure> {
        let text = |key: &str| body.get(key).and_then(Node::text).map(str::to_owned);
        let word = |key: &str| text(key).unwrap_or_default();
        let (record, seen) = (word("record"), None);
        Ok(Some(match verb {
            "record" => {
                let kind = word("kind");
                let fields = match body.get("fields") {
                    Some(node) => fields_from_node(reading, self.aims.known_kind(&kind)?, node),
                    None => Fields::new(),
                };
                Wish::Record { id: None, kind, key: text("key"), fields }
            }
            "amend" => {
                let kind = self.kind_of(&record)?;
                let set = body.get("set").map(|node| fields_from_node(reading, kind, node)).unwrap_or_default();
                let unset = body.get("unset").and_then(Node::seq).unwrap_or_default();
                let unset = unset.iter().filter_map(Node::text).map(str::to_owned).collect();
                Wish::Amend { record, seen, set, unset }
            }
            "link" => Wish::Link { record, seen, field: word("field"), to: word("to") },
            "unlink" => Wish::Unlink { record, seen, field: word("field"), to: word("to") },
            "attach" => {
                let file = self.aims.take_file(&self.book.file(&word("file"))?, None, None)?;
                Wish::Attach { record, seen, field: text("field"), file }
            }
            "sign" => Wish::Sign { record, seen, meaning: text("meaning"), digest: None },
            "move" => Wish::Move { record, seen, verb: word("verb") },
            "withdraw" => Wish::Withdraw { record, seen },
            _ => return Ok(None),
        }))
    }
}

/// The steps of a day, in their order.
fn on(day: &Day) -> impl Iterator<Item = One<'_>> {
    day.node.get("do").and_then(Node::seq).unwrap_or_default().iter().map(move |node| One { day, node })
}

/// All steps, in the order of time.
fn steps(book: &Daybook) -> impl Iterator<Item = One<'_>> {
    book.days.iter().flat_map(on)
}
