//! A daybook: what an organization did, day by day (`docs/formats/daybook.md`). Played through the real path, with a clock that is set to
//! each day; samples, demonstrations and scenario tests are daybooks.

mod judge;
mod source;
mod variant;

use std::{
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use aims_exchange::Format;
use aims_framework::yaml::{Mapping, Node, Reading, Value as Yaml};
use aims_record::Fields;
use aims_store::Chance;
use jiff::Timestamp;

use crate::{Aims, Failure, Founder, Start, Step, Wish, clock::SetClock, words::fields_from_node};

pub use variant::{Defect, Expected, Variant};

/// A daybook that was read, and the folder in which the files it names lie.
pub struct Daybook {
    name: String,
    root: Node,
    days: Vec<Day>,
    folder: PathBuf,
}

/// One day of a daybook, and the file in which it stands.
struct Day {
    file: String,
    at: Timestamp,
    node: Node,
}

/// What is told while a daybook is played.
#[derive(Clone, Debug)]
pub struct Told {
    /// The moment.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What, such as `move policy-ai approve`.
    pub what: String,
    /// How many acts it was.
    pub acts: usize,
}

impl Daybook {
    /// Reads a daybook: a file, or a folder of files whose days are merged in the order of time.
    ///
    /// # Errors
    /// Where a file is no YAML, or a day has no moment; what else it says is checked while it is played.
    pub fn read(path: &Path) -> Result<Daybook, Failure> {
        source::read(path)
    }

    /// The same story with a variant's changes in it.
    ///
    /// # Errors
    /// Where a change fits no step.
    pub fn with(mut self, variant: &Variant) -> Result<Daybook, Failure> {
        variant.change(&mut self.days)?;
        self.days.sort_by_key(|day| day.at);
        Ok(self)
    }

    /// Founds the organization in `dir` and plays every day. Stops at the first step that is refused.
    ///
    /// # Errors
    /// With the line of the daybook.
    pub fn play(&self, dir: &Path, chance: Arc<dyn Chance>, tell: &mut dyn FnMut(&Told)) -> Result<Aims, Failure> {
        let mut reading = Reading::new(&self.name);
        let start = self.start(&mut reading);
        let (Some(start), Some(first)) = (start, self.days.first()) else {
            reading.wrong(
                &self.root,
                "a daybook has `organization`, `founder` and `days`, the first with its moment `at`",
            );
            return Err(Failure::Content(reading.errors));
        };
        let clock = Arc::new(SetClock::new(first.at));
        let aims = Aims::found(dir, start, clock.clone(), chance)?;
        for day in &self.days {
            self.day(&aims, &clock, day, tell)?;
        }
        Ok(aims)
    }

    /// A file beside the daybook; a daybook reaches no other.
    fn file(&self, name: &str) -> Result<PathBuf, Failure> {
        let inside = Path::new(name).components().all(|c| matches!(c, Component::Normal(_)));
        if name.is_empty() || !inside {
            return Err(Failure::usage(
                "file_outside",
                format!("`{name}` is no file beside the daybook {}", self.name),
            ));
        }
        Ok(self.folder.join(name))
    }

    fn start(&self, reading: &mut Reading<'_>) -> Option<Start> {
        let of = |node: Option<&Node>, key: &str| node.and_then(|n| n.get(key)).and_then(Node::text).map(str::to_owned);
        let (organization, founder) = (self.root.get("organization"), self.root.get("founder"));
        let Some(name) = of(organization, "name") else {
            reading.wrong(&self.root, "say the organization's `name`");
            return None;
        };
        let key = of(founder, "key").unwrap_or_else(|| "founder".into());
        let founder =
            Founder { name: of(founder, "name").unwrap_or_else(|| key.clone()), email: of(founder, "email"), key };
        Some(Start { name, host: of(organization, "origin"), founder })
    }

    fn day(&self, aims: &Aims, clock: &SetClock, day: &Day, tell: &mut dyn FnMut(&Told)) -> Result<(), Failure> {
        let at = day.at;
        clock.set(at);
        let by = day.node.get("by").and_then(Node::text).unwrap_or("founder").to_owned();
        let actor = aims.actor(Some(&by))?;
        let shown = judge::shown(aims, day)?;
        for step in day.node.get("do").and_then(Node::seq).unwrap_or_default() {
            let place = |failure: Failure| match failure {
                Failure::Refused(refusal) => {
                    Failure::RefusedAt { at: format!("{}:{}", day.file, step.line), refusal: Box::new(refusal) }
                }
                other => other,
            };
            let (what, acts) = self.step(aims, &actor, (&day.file, &shown), step).map_err(place)?;
            tell(&Told { at, by: by.clone(), what, acts });
        }
        Ok(())
    }

    /// One step: a mapping with one key, the verb.
    fn step(
        &self,
        aims: &Aims,
        actor: &aims_record::Actor,
        (file, shown): (&str, &judge::Shown),
        node: &Node,
    ) -> Result<(String, usize), Failure> {
        let mut reading = Reading::new(file);
        let verb = match &node.value {
            Yaml::Map(entries) => entries.first().filter(|_| entries.len() == 1),
            _ => None,
        };
        let Some((verb, body)) = verb else {
            reading.wrong(
                node,
                "a step is one verb with what it takes, such as `- move: { record: policy-ai, verb: approve }`",
            );
            return Err(Failure::Content(reading.errors));
        };
        let Some(body) = reading.any_mapping(body, &format!("`{}`", verb.text)) else {
            return Err(Failure::Content(reading.errors));
        };
        let word = |key: &str| body.get(key).and_then(Node::text).unwrap_or_default().to_owned();
        let told = format!(
            "{} {} {}",
            verb.text,
            [word("kind"), word("record"), word("format")].concat(),
            word("key") + &word("verb") + &word("file")
        );
        if verb.text == "import" {
            let format = Format::of_word(&word("format"))
                .ok_or_else(|| Failure::usage("format_unknown", format!("there is no format `{}`", word("format"))))?;
            let path = self.file(&word("file"))?;
            let plan = aims.plan_import(format, &path)?;
            return Ok((told, aims.import(actor, &path, plan)?.len()));
        }
        if verb.text == "judge" {
            let acts = judge::play(aims, actor, shown, &mut reading, &body)?;
            return Ok((told + &word("requirement"), acts));
        }
        let wish = self.wish(aims, &mut reading, &verb.text, &body);
        let wish = match wish? {
            Some(wish) if reading.errors.is_empty() => wish,
            Some(_) => return Err(Failure::Content(reading.errors)),
            None => {
                let known =
                    ["record", "amend", "link", "unlink", "attach", "sign", "move", "withdraw", "import", "judge"];
                let hint = aims_framework::yaml::did_you_mean(&verb.text, known);
                reading.wrong_key(verb, format!("a day has no verb `{}`{hint}", verb.text));
                return Err(Failure::Content(reading.errors));
            }
        };
        let why = body.get("why").and_then(Node::text).map(str::to_owned);
        let done = aims.act_together(actor, vec![Step { at: String::new(), wish, why }], None)?;
        Ok((told, done.len()))
    }

    fn wish(
        &self,
        aims: &Aims,
        reading: &mut Reading<'_>,
        verb: &str,
        body: &Mapping<'_>,
    ) -> Result<Option<Wish>, Failure> {
        let text = |key: &str| body.get(key).and_then(Node::text).map(str::to_owned);
        let record = || text("record").unwrap_or_default();
        let seen = None;
        Ok(Some(match verb {
            "record" => {
                let kind = text("kind").unwrap_or_default();
                let fields = match body.get("fields") {
                    Some(node) => fields_from_node(reading, aims.known_kind(&kind)?, node),
                    None => Fields::new(),
                };
                Wish::Record { id: None, kind, key: text("key"), fields }
            }
            "amend" => {
                let kind = aims.kind_of(&record())?;
                let set = body.get("set").map(|node| fields_from_node(reading, kind, node)).unwrap_or_default();
                let unset = body.get("unset").and_then(Node::seq).unwrap_or_default();
                Wish::Amend {
                    record: record(),
                    seen,
                    set,
                    unset: unset.iter().filter_map(Node::text).map(str::to_owned).collect(),
                }
            }
            "link" => Wish::Link {
                record: record(),
                seen,
                field: text("field").unwrap_or_default(),
                to: text("to").unwrap_or_default(),
            },
            "unlink" => Wish::Unlink {
                record: record(),
                seen,
                field: text("field").unwrap_or_default(),
                to: text("to").unwrap_or_default(),
            },
            "attach" => {
                let file = aims.take_file(&self.file(&text("file").unwrap_or_default())?, None, None)?;
                Wish::Attach { record: record(), seen, field: text("field"), file }
            }
            "sign" => Wish::Sign { record: record(), seen, meaning: text("meaning"), digest: None },
            "move" => Wish::Move { record: record(), seen, verb: text("verb").unwrap_or_default() },
            "withdraw" => Wish::Withdraw { record: record(), seen },
            _ => return Ok(None),
        }))
    }
}
