//! Blocks: whether what a need asks for is there, and if not, how the nearest records fall short.

use std::hash::{Hash, Hasher};

use aims_framework::standard::{Block, FieldTest, Filter, Frameworks, Linked, Quantifier, Records, Test};
use aims_register::{Entry, Pointing, Register};
use jiff::Timestamp;

use crate::{
    Backdated, Population,
    assessment::live::Live,
    fault::{Fault, Faults, Remedy},
    filters::{Looked, Terms},
    part::hasher,
    predicate,
    scan::Scans,
    truth::{Answer, Truth, earlier},
};

/// What is asked, of which records, at which moment.
#[derive(Clone, Copy)]
pub(crate) struct Engine<'a> {
    pub(crate) frameworks: &'a Frameworks,
    pub(crate) register: &'a Register,
    pub(crate) at: Timestamp,
    /// The record of the rule's `every` that is being decided.
    pub(crate) about: Option<Entry<'a>>,
    /// Whether what is missing is put into words. Without, only the answer, its moment and what it rests on are asked.
    pub(crate) told: bool,
    /// Whether what it rests on is asked, too, where that may be a whole population. Only judgements hang on it.
    pub(crate) cites: bool,
    /// What is the same for every subject and was found already.
    pub(crate) scans: &'a Scans,
    /// What is the same for every subject and is brought up to date after each act.
    pub(crate) lives: &'a [Live<'a>],
    /// What terms say of records, kept while everything is decided at once.
    pub(crate) terms: Option<&'a Terms>,
}

/// What became of a block.
pub(crate) struct Outcome<'a> {
    pub(crate) answer: Answer,
    pub(crate) witnesses: Vec<Entry<'a>>,
    /// What is missing, each naming its record.
    pub(crate) missing: Vec<String>,
    /// Faults of the nearest record or of each that falls short.
    pub(crate) faults: Vec<Fault<'a>>,
    /// In words only.
    pub(crate) populations: Vec<Population>,
    /// In words only.
    pub(crate) backdated: Vec<Backdated>,
    pub(crate) counted: Counted,
}

/// Digest of the populations that were asked about: how many, of how many, and which are missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Counted {
    digest: u64,
    /// Whether there was a population of which nobody passed.
    pub(crate) nobody: bool,
}

impl Counted {
    /// Of one population. `missing` is a digest that does not depend on the order.
    pub(crate) fn of(have: usize, of: usize, missing: u64) -> Self {
        let mut hash = hasher();
        (have, of, missing).hash(&mut hash);
        Self { digest: hash.finish(), nobody: of > 0 && have == 0 }
    }

    pub(crate) fn add(&mut self, other: Self) {
        if other != Self::default() {
            self.digest = self.digest.rotate_left(7) ^ other.digest;
            self.nobody |= other.nobody;
        }
    }
}

/// A missing record or option in the digest of those missing.
pub(crate) fn missing_one(name: impl Hash) -> u64 {
    let mut hash = hasher();
    name.hash(&mut hash);
    hash.finish()
}

impl Outcome<'_> {
    pub(crate) fn plain(answer: Answer) -> Self {
        Self {
            answer,
            witnesses: Vec::new(),
            missing: Vec::new(),
            faults: Vec::new(),
            populations: Vec::new(),
            backdated: Vec::new(),
            counted: Counted::default(),
        }
    }
}

impl<'a> Outcome<'a> {
    /// A record is there that should not be. Where that cannot be told for want of a parameter, the parameter is named.
    fn is_there(&mut self, records: &Records, candidate: Candidate<'a>) {
        let record = candidate.record;
        let mut open = Faults::kept();
        if self.answer.truth == Truth::Gap && open.undefined(candidate.faults) {
            self.missing.extend(open.found.iter().map(Fault::named));
            self.faults.append(&mut open.found);
            return;
        }
        let unfilled = records.filter.tests.iter().find_map(|test| match test {
            Test::Field(path, FieldTest::Set(false)) => Some(Remedy::Amend(path.field().to_owned())),
            _ => None,
        });
        self.missing.push(format!("{} is there", record.number()));
        open.note(record, unfilled.unwrap_or(Remedy::Look), || "is there".to_owned());
        self.faults.append(&mut open.found);
    }
}

/// A record that was looked at.
pub(crate) struct Candidate<'a> {
    pub(crate) record: Entry<'a>,
    /// Whether it is one of those the block is about.
    pub(crate) chosen: Answer,
    /// Whether it is as it must be, too.
    pub(crate) fine: Answer,
    pub(crate) faults: Faults<'a>,
}

impl<'a> Engine<'a> {
    /// Whether the block holds, asked about `subject`.
    pub(crate) fn block(&self, block: &Block, subject: Option<Entry<'a>>) -> Outcome<'a> {
        match block {
            Block::Records(records) => self.records(records, subject),
            Block::This(filter) => self.this(filter, subject),
            Block::AllOf(blocks) => self.several(blocks, subject, true),
            Block::AnyOf(blocks) => self.several(blocks, subject, false),
            Block::Predicate(name) => predicate::run(name, self, subject),
        }
    }

    fn this(&self, filter: &Filter, subject: Option<Entry<'a>>) -> Outcome<'a> {
        let Some(record) = subject else { return Outcome::plain(Answer::NO) };
        let mut faults = self.faults();
        let answer = self.filter(filter, Looked { record, row: None, subject }, &mut faults);
        let missing = if answer.holds() { Vec::new() } else { faults.found.iter().map(Fault::named).collect() };
        Outcome {
            witnesses: vec![record],
            missing,
            faults: faults.found,
            backdated: faults.backdated,
            ..Outcome::plain(answer)
        }
    }

    fn several(&self, blocks: &[Block], subject: Option<Entry<'a>>, all: bool) -> Outcome<'a> {
        let outcomes: Vec<_> = blocks.iter().map(|b| self.block(b, subject)).collect();
        let answers = outcomes.iter().map(|o| o.answer).collect::<Vec<_>>();
        let answer = if all { Answer::all(answers) } else { Answer::any(answers) };
        // what it rests on may change before the answer does
        let until = outcomes.iter().fold(None, |at, o| earlier(at, o.answer.until));
        let answer = Answer { until, ..answer };
        let mut together = Outcome::plain(answer);
        for outcome in outcomes.into_iter().filter(|o| all || !answer.holds() || o.answer.holds()) {
            together.witnesses.extend(outcome.witnesses);
            together.populations.extend(outcome.populations);
            together.backdated.extend(outcome.backdated);
            together.counted.add(outcome.counted);
            if !answer.holds() {
                together.missing.extend(outcome.missing);
                together.faults.extend(outcome.faults);
            }
        }
        together
    }

    fn records(&self, records: &Records, subject: Option<Entry<'a>>) -> Outcome<'a> {
        if let Some(known) = self.scanned(records) {
            return known;
        }
        if let Some(answer) = self.plainly(records, subject) {
            return Outcome::plain(answer);
        }
        let candidates =
            |reached: Vec<Entry<'a>>| reached.into_iter().map(|r| self.look(records, r, subject)).collect();
        let Some(near) = self.joined(records, subject) else {
            return self.quantified(
                records,
                candidates(self.reached(&records.kind, &records.linked, subject)),
                subject,
            );
        };
        let outcome = self.quantified(records, candidates(near), subject);
        if outcome.answer.holds() || !self.told {
            return outcome;
        }
        // which record comes nearest is asked of all
        self.quantified(records, candidates(self.reached(&records.kind, &records.linked, subject)), subject)
    }

    /// Whether there is one at all, where neither words nor what it rests on are asked: the first that is there for good decides.
    fn plainly(&self, records: &Records, subject: Option<Entry<'a>>) -> Option<Answer> {
        let none = match records.quantifier {
            _ if self.told || self.cites => return None,
            Quantifier::Some => false,
            Quantifier::None => true,
            _ => return None,
        };
        let near = self.joined(records, subject);
        let all = near.unwrap_or_else(|| self.reached(&records.kind, &records.linked, subject));
        let any = Answer::any(all.into_iter().map(|record| self.look(records, record, subject).fine));
        Some(if none { any.not() } else { any })
    }

    pub(crate) fn quantified(
        &self,
        records: &Records,
        candidates: Vec<Candidate<'a>>,
        subject: Option<Entry<'a>>,
    ) -> Outcome<'a> {
        match &records.quantifier {
            Quantifier::Some => self.some(records, candidates, 1),
            Quantifier::AtLeast(n) => self.some(records, candidates, *n),
            Quantifier::None => self.none(records, candidates),
            Quantifier::Each => self.each(records, candidates),
            Quantifier::ExactlyOne => self.exactly_one(records, candidates),
            Quantifier::Latest(by) => self.latest(records, by, candidates, subject),
            Quantifier::Covering { field, options, or } => {
                self.covering(records, field, options, candidates, self.elsewhere(or, subject))
            }
        }
    }

    pub(crate) fn reached(&self, kind: &str, linked: &Linked, subject: Option<Entry<'a>>) -> Vec<Entry<'a>> {
        match (linked, subject) {
            (Linked::Anywhere, _) => self.register.of_kind(kind).collect(),
            (Linked::Their(field), Some(subject)) => {
                let mut found: Vec<_> = subject.pointing(Pointing { kind: Some(kind), field: Some(field) }).collect();
                if self.told {
                    found.sort_by_key(|r| (r.recorded(), r.uuid()));
                }
                found
            }
            (Linked::Ours(path), Some(subject)) => {
                let looked = Looked { record: subject, row: None, subject: None };
                let values = crate::fields::values_by(looked, path.split('.'));
                values.into_iter().filter_map(|v| v.record()).filter(|r| r.stands() && r.kind() == kind).collect()
            }
            (_, None) => Vec::new(),
        }
    }

    pub(crate) fn look(&self, records: &Records, record: Entry<'a>, subject: Option<Entry<'a>>) -> Candidate<'a> {
        let looked = Looked { record, row: None, subject };
        let mut faults = self.faults();
        let chosen = self.filter(&records.filter, looked, &mut faults);
        if !self.told && (chosen == Answer::NO || matches!(records.quantifier, Quantifier::Latest(_))) {
            // of the latest alone is asked whether it is as it must be, once it is known which one that is
            return Candidate { record, chosen, fine: chosen, faults };
        }
        let must = self.filter(&records.must, looked, &mut faults);
        Candidate { record, chosen, fine: Answer::all([chosen, must]), faults }
    }

    fn some(&self, records: &Records, mut candidates: Vec<Candidate<'a>>, least: usize) -> Outcome<'a> {
        let fine = candidates.iter().filter(|c| c.fine.holds()).count();
        let possible = candidates.iter().filter(|c| c.fine.truth >= Truth::Gap).count();
        let truth = match (fine >= least, possible >= least) {
            (true, _) => Truth::Yes,
            (_, true) => Truth::Gap,
            _ => Truth::No,
        };
        // which record is the witness may change before the answer does, and a judgement hangs on it
        let answer = Answer { truth, until: first(&candidates) };
        let mut outcome = Outcome::plain(answer);
        if answer.holds() {
            candidates.retain(|c| c.fine.holds());
            candidates.sort_by_key(|c| std::cmp::Reverse((c.record.recorded(), c.record.uuid())));
            for candidate in candidates.into_iter().take(least) {
                outcome.witnesses.push(candidate.record);
                outcome.backdated.extend(candidate.faults.backdated);
            }
            return outcome;
        }
        self.fall_short(records, candidates, &mut outcome);
        outcome
    }

    /// The nearest record, and what it lacks; or that there is none at all.
    pub(crate) fn fall_short(&self, records: &Records, candidates: Vec<Candidate<'a>>, outcome: &mut Outcome<'a>) {
        if !self.told {
            return;
        }
        let weight = |c: &Candidate<'_>| {
            let renew = c.faults.found.iter().filter(|f| f.asks_for_another()).count();
            (c.fine.truth != outcome.answer.truth, renew, c.faults.found.len())
        };
        match candidates.into_iter().min_by_key(weight) {
            Some(other) if other.faults.found.iter().any(|f| f.remedy == Remedy::Another) => {
                outcome.missing.push(format!("no such {} recorded", self.title(&records.kind)));
                outcome.faults = other.faults.found;
            }
            Some(nearest) => {
                outcome.missing.extend(nearest.faults.found.iter().map(Fault::named));
                outcome.faults = nearest.faults.found;
                outcome.backdated = nearest.faults.backdated;
            }
            None => outcome.missing.push(format!("no {} recorded", self.title(&records.kind))),
        }
    }

    fn each(&self, records: &Records, candidates: Vec<Candidate<'a>>) -> Outcome<'a> {
        let until = first(&candidates);
        let chosen: Vec<_> = candidates.into_iter().filter(|c| c.chosen.truth >= Truth::Gap).collect();
        let mut answer = Answer::all(chosen.iter().map(|c| c.fine).collect::<Vec<_>>());
        if chosen.is_empty() {
            answer = Answer::NO;
        }
        answer.until = until;
        let mut outcome = Outcome::plain(answer);
        let (of, mut have, mut missing) = (chosen.len(), 0, 0);
        let mut names = Vec::new();
        for candidate in chosen {
            outcome.witnesses.push(candidate.record);
            outcome.backdated.extend(candidate.faults.backdated);
            if candidate.fine.holds() {
                have += 1;
                continue;
            }
            missing ^= missing_one(candidate.record.slot());
            if self.told {
                names.push(candidate.record.number().to_owned());
                outcome.missing.extend(candidate.faults.found.iter().map(Fault::named));
                outcome.faults.extend(candidate.faults.found);
            }
        }
        outcome.counted = Counted::of(have, of, missing);
        if self.told {
            if of == 0 {
                outcome.missing.push(format!("no {} recorded", self.title(&records.kind)));
            }
            outcome.populations.push(Population { what: self.plural(&records.kind), have, of, missing: names });
        }
        outcome
    }

    fn exactly_one(&self, records: &Records, candidates: Vec<Candidate<'a>>) -> Outcome<'a> {
        let until = first(&candidates);
        let (mut chosen, others): (Vec<_>, Vec<_>) = candidates.into_iter().partition(|c| c.chosen.holds());
        let single = if chosen.len() == 1 { chosen.pop() } else { None };
        if let Some(one) = single {
            let answer = Answer { until, ..one.fine };
            let missing = if answer.holds() { Vec::new() } else { one.faults.found.iter().map(Fault::named).collect() };
            return Outcome {
                witnesses: vec![one.record],
                missing,
                faults: one.faults.found,
                backdated: one.faults.backdated,
                ..Outcome::plain(answer)
            };
        }
        let mut outcome = Outcome::plain(Answer { until, ..Answer::NO });
        if chosen.is_empty() {
            self.fall_short(records, others, &mut outcome);
        } else if !self.told {
            outcome.witnesses = chosen.iter().map(|c| c.record).collect();
        } else {
            let numbers: Vec<_> = chosen.iter().map(|c| c.record.number()).collect();
            outcome.missing.push(format!("{} are in force at once", numbers.join(" and ")));
            let oldest = chosen.iter().map(|c| c.record).min_by_key(|r| (r.recorded(), r.uuid()));
            let mut faults = Faults::kept();
            oldest.into_iter().for_each(|r| faults.note(r, Remedy::End, || "is not the only one".to_owned()));
            outcome.faults = faults.found;
            outcome.witnesses = chosen.iter().map(|c| c.record).collect();
        }
        outcome
    }

    fn none(&self, records: &Records, candidates: Vec<Candidate<'a>>) -> Outcome<'a> {
        let answer = Answer::any(candidates.iter().map(|c| c.fine).collect::<Vec<_>>()).not();
        let mut outcome = Outcome::plain(Answer { until: first(&candidates), ..answer });
        if answer.holds() {
            return outcome;
        }
        let there: Vec<_> = candidates.into_iter().filter(|c| c.fine.truth >= Truth::Gap).collect();
        outcome.witnesses = there.iter().map(|c| c.record).collect();
        if self.told {
            there.into_iter().for_each(|c| outcome.is_there(records, c));
        }
        outcome
    }

    /// Where faults go while a record is looked at.
    fn faults(&self) -> Faults<'a> {
        if self.told { Faults::kept() } else { Faults::ignored() }
    }

    /// The kind's singular, as shown.
    pub(crate) fn title(&self, kind: &str) -> String {
        self.register.kinds().get(kind).map_or_else(|| kind.to_owned(), |k| k.title.clone())
    }

    /// The kind's plural, as shown.
    pub(crate) fn plural(&self, kind: &str) -> String {
        self.register.kinds().get(kind).map_or_else(|| kind.to_owned(), |k| k.plural.clone())
    }
}

/// The first moment at which any of them may change.
pub(crate) fn first(candidates: &[Candidate<'_>]) -> Option<Timestamp> {
    candidates.iter().fold(None, |at, c| earlier(at, earlier(c.chosen.until, c.fine.until)))
}
