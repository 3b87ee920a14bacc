//! Organizations to measure on, built through the same acts as any other.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
    time::Instant,
};

use aims_app::{Aims, Founder, Start, Step, Wish, chance::SystemChance, clock::SystemClock};
use aims_record::{Actor, Fields};
use aims_store::{Access, Chance};
use serde_json::json;

use crate::Result;

/// Records that one command begins while an organization is built.
const TOGETHER: u64 = 512;
/// Acts on the record that is looked at as it stood.
pub const WATCHED_ACTS: u64 = 20;
/// Key of that record.
pub const WATCHED: &str = "watched";

/// An organization that is kept from run to run.
pub struct World {
    /// Its folder.
    pub dir: PathBuf,
    /// How many records it has, more or less the few it was founded with.
    pub records: u64,
}

impl World {
    /// The organization of this many records; built where it is not there yet or cannot be opened any more.
    pub fn of(records: u64) -> Result<World> {
        let dir = data()?.join(format!("organization-{records}"));
        let world = World { dir, records };
        let done = world.dir.with_extension("done");
        if !done.exists() || world.open(Access::Read).is_err() {
            if world.dir.exists() {
                fs::remove_dir_all(&world.dir)?;
            }
            let start = Instant::now();
            let acts = build(&world.dir, records)?;
            let seconds = start.elapsed().as_secs_f64();
            eprintln!("built an organization of {records} records: {acts} acts in {seconds:.1} s");
            fs::write(&done, format!("{acts}\n"))?;
        }
        Ok(world)
    }

    /// Opens it.
    pub fn open(&self, access: Access) -> Result<Aims> {
        Ok(Aims::open(&self.dir, access)?)
    }
}

/// Where all that is measured on is kept.
pub fn data() -> Result<PathBuf> {
    let program = std::env::current_exe()?;
    let target = program.parent().and_then(Path::parent).ok_or("the program lies outside a build folder")?;
    let dir = target.join("bench-data");
    fs::create_dir_all(&dir)?;
    Ok(dir)
}

/// Founds an organization with whoever acts in it.
pub fn found(dir: &Path) -> Result<(Aims, Actor)> {
    let founder = Founder { key: "founder".into(), name: "Ada Example".into(), email: None };
    let start = Start { name: "Measured".into(), host: None, founder };
    let aims = Aims::found(dir, start, Arc::new(SystemClock), Arc::new(SystemChance))?;
    let actor = aims.actor(None)?;
    Ok((aims, actor))
}

fn build(dir: &Path, records: u64) -> Result<u64> {
    let (aims, actor) = found(dir)?;
    let mut author = Author::default();
    let mut steps = vec![author.watched()];
    let (mut acts, mut amended) = (0, 1);
    for n in 1..records {
        steps.push(author.record());
        // One act after the other, spread over the whole ledger.
        if n * WATCHED_ACTS / records >= amended {
            steps.push(author.amend(WATCHED, "description"));
            amended += 1;
        }
        if n.is_multiple_of(4) {
            let (id, field) = (author.newest.clone(), author.newest_text);
            steps.push(author.amend(&id, field));
        }
        if n.is_multiple_of(TOGETHER) || n + 1 == records {
            acts += aims.act_together(&actor, std::mem::take(&mut steps), None)?.len() as u64;
        }
    }
    aims.close()?;
    Ok(acts)
}

/// Writes records such as people write them: systems, their risks, parts and incidents, with texts of a few sentences.
#[derive(Default)]
pub struct Author {
    written: u64,
    system: String,
    assessment: String,
    /// Id of the record begun last.
    pub newest: String,
    /// A field of that record that holds a text.
    newest_text: &'static str,
}

impl Author {
    /// The next record: of every twenty, one system and one assessment that the others hang on.
    pub fn record(&mut self) -> Step {
        let id = SystemChance.id();
        let n = self.written;
        self.written += 1;
        let (kind, fields) = match n % 20 {
            0 => {
                self.system = id.clone();
                ("ai-system", self.system(n))
            }
            1 => {
                self.assessment = id.clone();
                (
                    "risk-assessment",
                    json!({ "title": format!("Assessment {n}"), "trigger": "planned", "systems": [self.system] }),
                )
            }
            2..=12 => ("risk", self.risk(n)),
            13..=17 => ("component", self.component(n)),
            _ => ("incident", self.incident(n)),
        };
        self.newest = id.clone();
        self.newest_text = match kind {
            "risk" => "event",
            "risk-assessment" => "title",
            _ => "description",
        };
        Step::of(Wish::Record { id: Some(id), kind: kind.into(), key: None, fields: object(fields) })
    }

    /// A system and its assessment, which risks hang on.
    pub fn ground(&mut self) -> Vec<Step> {
        vec![self.record(), self.record()]
    }

    /// A risk.
    pub fn another_risk(&mut self) -> Step {
        self.written += 1;
        self.newest = SystemChance.id();
        let fields = object(self.risk(self.written));
        Step::of(Wish::Record { id: Some(self.newest.clone()), kind: "risk".into(), key: None, fields })
    }

    /// A change of one text of a record.
    pub fn amend(&mut self, record: &str, field: &str) -> Step {
        self.written += 1;
        let set = Fields::from_iter([(field.to_owned(), text(self.written, 40).into())]);
        let step = Step::of(Wish::Amend { record: record.into(), seen: None, set, unset: Vec::new() });
        Step { why: Some("Said more exactly after the review.".into()), ..step }
    }

    fn watched(&mut self) -> Step {
        let id = SystemChance.id();
        let fields = object(self.system(0));
        Step::of(Wish::Record { id: Some(id), kind: "ai-system".into(), key: Some(WATCHED.into()), fields })
    }

    fn system(&self, n: u64) -> serde_json::Value {
        json!({
            "name": format!("Claims triage {n}"), "description": text(n, 40), "intended_purpose": text(n + 1, 30),
            "domain": "insurance", "jurisdictions": ["EU", "CH"], "tier": "medium", "origin": "developed", "in_scope": true,
        })
    }

    fn risk(&self, n: u64) -> serde_json::Value {
        json!({
            "title": format!("Biased triage {n} delays payment to older claimants"), "assessment": self.assessment,
            "system": self.system, "scope": "system", "kind": "threat", "source": text(n, 20), "event": text(n + 1, 20),
            "likelihood": "possible", "likelihood_basis": text(n + 2, 20), "inherent_level": "high", "decision": "treat",
        })
    }

    fn component(&self, n: u64) -> serde_json::Value {
        json!({
            "name": format!("part-{n}"), "version": "2.5.1", "type": "library", "description": text(n, 12),
            "systems": [self.system], "purl": format!("pkg:pypi/part-{n}@2.5.1"), "licence": "BSD-3-Clause",
        })
    }

    fn incident(&self, n: u64) -> serde_json::Value {
        json!({
            "title": format!("Triage {n} answered late"), "system": [self.system], "detected_at": "2026-01-12T09:00:00Z",
            "description": text(n, 40), "severity": "low",
        })
    }
}

fn object(value: serde_json::Value) -> Fields {
    match value {
        serde_json::Value::Object(fields) => fields,
        _ => Fields::new(),
    }
}

/// The most words of a text.
const WORDS_MAX: usize = 40;

/// So many words, other ones for another seed. They are put together once: writing them must not count for much in what is measured.
fn text(seed: u64, words: usize) -> String {
    static SAID: LazyLock<Vec<Words>> = LazyLock::new(|| (0..128).map(Words::of).collect());
    let Words { said, ends } = &SAID[(seed % 128) as usize];
    format!("{seed}{}", &said[..ends[words]])
}

/// Words, and where each ends.
struct Words {
    said: String,
    ends: Vec<usize>,
}

impl Words {
    fn of(seed: u64) -> Words {
        const WORDS: [&str; 16] = [
            "incoming", "claims", "are", "ranked", "by", "urgency", "and", "a", "reviewer", "sees", "the", "reasons",
            "before", "anything", "is", "decided",
        ];
        // A step that is odd visits all sixteen words, in an order of its own.
        let step = seed / 16 * 2 + 1;
        let (mut said, mut ends) = (String::new(), vec![0]);
        for n in 0..WORDS_MAX as u64 {
            said.push(' ');
            said.push_str(WORDS[((seed + n * step) % 16) as usize]);
            ends.push(said.len());
        }
        Words { said, ends }
    }
}
