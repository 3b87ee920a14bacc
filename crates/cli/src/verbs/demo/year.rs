//! The year in lines: one for each month, as it is played.

use std::collections::BTreeMap;

use aims_app::daybook::Told;
use jiff::{civil::Date, tz::TimeZone};

use crate::{fault::Fault, out::Out, plain::plain, render::count};

/// Moves that a month's line names.
const MOVES_NAMED: usize = 3;

/// What was told so far of the month that is being played.
pub struct Year {
    out: Out,
    month: Option<Month>,
    failed: Option<Fault>,
}

struct Month {
    days: Vec<Date>,
    acts: usize,
    verbs: BTreeMap<String, usize>,
    /// Verb and record.
    moves: Vec<(String, String)>,
}

impl Year {
    pub fn new(out: Out) -> Year {
        Year { out, month: None, failed: None }
    }

    /// Takes one step in; a line goes out whenever a month ends.
    pub fn tell(&mut self, told: &Told) {
        let day = TimeZone::UTC.to_datetime(told.at).date();
        let same = |month: &Month| {
            month.days.last().is_some_and(|last| (last.year(), last.month()) == (day.year(), day.month()))
        };
        if self.month.as_ref().is_some_and(|month| !same(month)) {
            self.close();
        }
        let new = Month { days: Vec::new(), acts: 0, verbs: BTreeMap::new(), moves: Vec::new() };
        let month = self.month.get_or_insert(new);
        if month.days.last() != Some(&day) {
            month.days.push(day);
        }
        month.acts += told.acts;
        let mut words = told.what.split_whitespace();
        let verb = words.next().unwrap_or_default();
        *month.verbs.entry(verb.to_owned()).or_default() += 1;
        if let ("move", Some(record), Some(said)) = (verb, words.next(), words.next()) {
            month.moves.push((said.to_owned(), record.to_owned()));
        }
    }

    /// The last month.
    ///
    /// # Errors
    /// Where a line could not be written.
    pub fn end(mut self) -> Result<(), Fault> {
        self.close();
        self.failed.map_or(Ok(()), Err)
    }

    fn close(&mut self) {
        let Some(month) = self.month.take() else { return };
        if let Err(fault) = self.out.data(&format!("  {}\n", month.line())) {
            self.failed.get_or_insert(fault);
        }
    }
}

impl Month {
    fn line(&self) -> String {
        let name = self.days.first().map(|day| day.strftime("%B").to_string()).unwrap_or_default();
        let did = self.verbs.iter().map(|(verb, n)| format!("{n} {}", past(verb))).collect::<Vec<_>>().join(", ");
        let over = format!("{} on {}", count(self.acts, "act"), count(self.days.len(), "day"));
        plain(&format!("{name:9}  {over:18}  {}", self.outcome().unwrap_or(did)))
    }

    /// The last moves of a month are its outcome; of several with the same verb one is named.
    fn outcome(&self) -> Option<String> {
        let mut named: Vec<(&str, String)> = Vec::new();
        for (verb, record) in self.moves.iter().rev() {
            if named.len() < MOVES_NAMED && !named.iter().any(|(known, _)| known == verb) {
                named.push((verb, format!("{verb} {record}")));
            }
        }
        let named: Vec<String> = named.into_iter().rev().map(|(_, said)| said).collect();
        (!named.is_empty()).then(|| format!("... {}", named.join(", ")))
    }
}

fn past(verb: &str) -> &str {
    match verb {
        "record" => "recorded",
        "amend" => "amended",
        "move" => "moved on",
        "sign" => "signed",
        "link" => "linked",
        "unlink" => "unlinked",
        "attach" => "attached",
        "import" => "imported",
        "withdraw" => "withdrawn",
        other => other,
    }
}
