//! Blocks about what stands out among records: the latest of them, and what they cover together.

use aims_framework::standard::{Path, Place, Records};
use aims_register::Entry;
use jiff::Timestamp;

use crate::{
    Population,
    blocks::{Candidate, Counted, Engine, Outcome, first, missing_one},
    fault::{Fault, Faults},
    fields::values,
    filters::Looked,
    truth::{Answer, Truth, earlier},
};

/// A record that may name an option in a place that counts as well.
pub(crate) struct Elsewhere<'a, 'r> {
    record: Entry<'a>,
    field: &'r Path,
    fine: Answer,
}

impl<'a> Engine<'a> {
    /// The one with the greatest day, ties broken by which was recorded last, and whether it is as it must be.
    pub(crate) fn latest(
        &self,
        records: &Records,
        by: &Path,
        candidates: Vec<Candidate<'a>>,
        subject: Option<Entry<'a>>,
    ) -> Outcome<'a> {
        let until = first(&candidates);
        let day = |c: &Candidate<'a>| {
            let looked = Looked { record: c.record, row: None, subject: None };
            values(looked, by).into_iter().filter_map(|v| v.instant()).max()
        };
        let (mut chosen, others): (Vec<_>, Vec<_>) = candidates
            .into_iter()
            .map(|c| (day(&c), c))
            .partition(|(day, c)| day.is_some() && c.chosen.truth >= Truth::Gap);
        chosen.sort_by_key(|(day, c)| std::cmp::Reverse((*day, c.record.recorded(), c.record.uuid())));
        // one of which it is not known whether it belongs could be the latest: then nothing is known for sure
        let unsure = chosen.first().is_some_and(|(_, c)| !c.chosen.holds());
        let Some((_, mut latest)) = chosen.into_iter().next() else {
            let mut outcome = Outcome::plain(Answer { until, ..Answer::NO });
            self.fall_short(records, others.into_iter().map(|(_, c)| c).collect(), &mut outcome);
            return outcome;
        };
        if !self.told {
            let looked = Looked { record: latest.record, row: None, subject };
            let must = self.filter(&records.must, looked, &mut Faults::ignored());
            latest.fine = Answer::all([latest.chosen, must]);
        }
        let until = earlier(until, latest.fine.until);
        let truth = if unsure { Truth::Gap } else { latest.fine.truth };
        let missing =
            if truth == Truth::Yes { Vec::new() } else { latest.faults.found.iter().map(Fault::named).collect() };
        Outcome {
            witnesses: vec![latest.record],
            missing,
            faults: latest.faults.found,
            backdated: latest.faults.backdated,
            ..Outcome::plain(Answer { truth, until })
        }
    }

    /// Records in further places that may name an option.
    pub(crate) fn elsewhere<'r>(&self, places: &'r [Place], subject: Option<Entry<'a>>) -> Vec<Elsewhere<'a, 'r>> {
        let mut found = Vec::new();
        for place in places {
            for record in self.reached(&place.kind, &place.linked, subject) {
                let looked = Looked { record, row: None, subject };
                let fine = self.filter(&place.filter, looked, &mut Faults::ignored());
                found.push(Elsewhere { record, field: &place.field, fine });
            }
        }
        found
    }

    pub(crate) fn covering(
        &self,
        records: &Records,
        field: &Path,
        options: &[String],
        candidates: Vec<Candidate<'a>>,
        elsewhere: Vec<Elsewhere<'a, '_>>,
    ) -> Outcome<'a> {
        let (mut have, mut open) = (0, Vec::new());
        let mut answers = Vec::new();
        for option in options {
            let here = candidates.iter().filter(|c| names(c.record, field, option)).map(|c| c.fine);
            let there = elsewhere.iter().filter(|e| names(e.record, e.field, option)).map(|e| e.fine);
            let answer = Answer::any(here.chain(there).collect::<Vec<_>>());
            match answer.holds() {
                true => have += 1,
                false => open.push(option.clone()),
            }
            answers.push(answer);
        }
        let until = elsewhere.iter().fold(first(&candidates), |at: Option<Timestamp>, e| earlier(at, e.fine.until));
        let mut outcome = Outcome::plain(Answer { until, ..Answer::all(answers) });
        let here = candidates.iter().filter(|c| c.fine.holds()).map(|c| c.record);
        let asked = |e: &&Elsewhere<'a, '_>| e.fine.holds() && options.iter().any(|o| names(e.record, e.field, o));
        outcome.witnesses = here.chain(elsewhere.iter().filter(asked).map(|e| e.record)).collect();
        outcome.counted = Counted::of(have, options.len(), open.iter().map(missing_one).fold(0, |a, b| a ^ b));
        if self.told {
            let says = open.iter().map(|o| format!("no {} for `{o}`", self.title(&records.kind)));
            outcome.missing.extend(says);
            let what = format!("values of `{}`", field.written());
            outcome.populations.push(Population { what, have, of: options.len(), missing: open });
        }
        outcome
    }
}

fn names(record: Entry<'_>, field: &Path, option: &str) -> bool {
    values(Looked { record, row: None, subject: None }, field).iter().any(|v| v.text() == Some(option))
}
