//! A daybook: what an organization did, day by day (`docs/formats/daybook.md`). Played through the real path, with a clock that is set to
//! each day; samples, demonstrations and scenario tests are daybooks.

mod judge;
mod play;
mod source;
mod variant;

use std::{
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use aims_framework::yaml::{Node, Reading};
use aims_store::Chance;
use jiff::Timestamp;

use crate::{Aims, Failure, Founder, Start, clock::SetClock};
use play::Player;

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
    /// How many steps are done with it.
    pub done: usize,
    /// How many steps the story has.
    pub of: usize,
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
        Player::new(self, &aims, clock, tell).play()?;
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
}
