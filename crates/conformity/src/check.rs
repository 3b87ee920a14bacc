//! From rules to verdicts.

use aims_framework::standard::{About, Frameworks, Item, Rule};
use aims_register::{Entry, Register};
use jiff::Timestamp;

use crate::{
    Population, Reason, State, Subject, Verdict,
    blocks::Engine,
    evidence::Evidence,
    part::{Failing, NeedNumber, Part, all_fail},
    scan::Scans,
};

/// What is said at `at` about every requirement and control of all frameworks, in their order.
pub fn check(frameworks: &Frameworks, register: &Register, at: Timestamp) -> Vec<Verdict> {
    let conformity = Conformity { frameworks, register };
    let all = frameworks.by_id.values().flat_map(|f| f.items().map(move |i| format!("{}/{}", f.id, i.id())));
    all.filter_map(|id| conformity.verdict(&id, at)).collect()
}

/// Frameworks held against records.
#[derive(Clone, Copy, Debug)]
pub struct Conformity<'a> {
    /// The frameworks in force.
    pub frameworks: &'a Frameworks,
    /// The records.
    pub register: &'a Register,
}

impl<'a> Conformity<'a> {
    /// What is said about one requirement or control; nothing where there is none of this id.
    pub fn verdict(&self, id: &str, at: Timestamp) -> Option<Verdict> {
        let scans = Scans::default();
        let engine = Engine {
            frameworks: self.frameworks,
            register: self.register,
            at,
            about: None,
            told: true,
            cites: true,
            scans: &scans,
            lives: &[],
            terms: None,
        };
        engine.verdict(id)
    }
}

impl<'a> Engine<'a> {
    /// What is said about one requirement or control, in words.
    pub(crate) fn verdict(&self, id: &str) -> Option<Verdict> {
        let (framework, item) = self.frameworks.item(id)?;
        if let Some(verdict) = excluded(self, id, item) {
            return Some(verdict);
        }
        let Some(rule) = framework.rules.get(item.id()) else { return Some(no_rule_yet(id)) };
        let mut verdict = self.decided(rule);
        verdict.until = self.until(rule);
        Some(verdict)
    }

    /// The verdict of a rule with that of each subject; `until` is given for these alone.
    fn decided(&self, rule: &Rule) -> Verdict {
        let (mut verdict, witnesses) = match &rule.about {
            About::Organization => {
                let part = self.part(rule, None);
                let witnesses = part.witnesses.clone();
                (told(rule, part), witnesses)
            }
            About::Every { .. } => self.every(rule),
        };
        settle(&mut verdict);
        verdict.evidence = Evidence::of(witnesses).digest(&rule.requirement, self.register);
        self.judged(rule, &mut verdict);
        verdict
    }

    /// What is said about one record that a rule asks about, in words; `everywhere` are the needs that fail for all.
    pub(crate) fn verdict_about(&self, rule: &Rule, record: Entry<'a>, everywhere: &[NeedNumber]) -> Verdict {
        let mut part = self.part(rule, Some(record));
        let look = self.look_of(rule, &part);
        part.failing.iter_mut().filter(|f| everywhere.contains(&f.need)).for_each(Failing::escalate);
        let mut verdict = told(rule, part);
        verdict.until = self.turns(rule, Some(record), look, false);
        verdict
    }

    fn every(&self, rule: &Rule) -> (Verdict, Vec<Entry<'a>>) {
        let mut verdict = blank(&rule.requirement, Subject::Organization, State::Conforms);
        let mut parts = self.parts(rule);
        if parts.is_empty() {
            let outcome = self.nobody(rule);
            verdict.populations.extend(outcome.populations);
            verdict.reasons.extend(outcome.reason);
            verdict.witnesses.extend(outcome.witnesses.iter().copied().map(Into::into));
            return (verdict, outcome.witnesses);
        }
        // how each looks by itself: that a need fails for all is said of the whole
        let looks: Vec<_> = parts.iter().map(|part| self.look_of(rule, part)).collect();
        all_fail_of_parts(rule, &mut parts);
        let witnesses = parts.iter().flat_map(|p| p.witnesses.iter().copied()).collect();
        for (part, look) in parts.into_iter().zip(looks) {
            let subject = part.subject;
            let mut part = told(rule, part);
            part.until = self.turns(rule, subject, look, false);
            verdict.parts.push(part);
        }
        gather(&mut verdict, self.plural(kind_of(rule)));
        (verdict, witnesses)
    }

    /// One for each record that the rule asks about.
    pub(crate) fn parts(&self, rule: &Rule) -> Vec<Part<'a>> {
        let asked = |record: &Entry<'a>| self.asked_about(rule, Some(*record)).0;
        self.register.of_kind(kind_of(rule)).filter(asked).map(|record| self.part(rule, Some(record))).collect()
    }
}

fn kind_of(rule: &Rule) -> &str {
    match &rule.about {
        About::Organization => "",
        About::Every { kind, .. } => kind,
    }
}

fn excluded(engine: &Engine<'_>, id: &str, item: Item<'_>) -> Option<Verdict> {
    let Item::Control(control) = item else { return None };
    let exclusion = engine.excluded(control)?;
    let mut verdict = blank(id, Subject::Organization, State::Excluded);
    verdict.witnesses.push(exclusion.soa.into());
    verdict.reasons = exclusion.alarms;
    Some(verdict)
}

fn no_rule_yet(id: &str) -> Verdict {
    let mut verdict = blank(id, Subject::Organization, State::NoRuleYet);
    verdict.reasons.push(Reason {
        state: State::NoRuleYet,
        say: "no rule yet: nothing here says whether it conforms".to_owned(),
        missing: Vec::new(),
        next: None,
        need: String::new(),
    });
    verdict
}

fn blank(requirement: &str, subject: Subject, state: State) -> Verdict {
    Verdict {
        requirement: requirement.to_owned(),
        subject,
        state,
        reasons: Vec::new(),
        populations: Vec::new(),
        witnesses: Vec::new(),
        until: None,
        backdated: Vec::new(),
        evidence: String::new(),
        parts: Vec::new(),
    }
}

/// A part as a verdict of its own.
fn told(rule: &Rule, part: Part<'_>) -> Verdict {
    let subject = part.subject.map_or(Subject::Organization, |s| Subject::Record(s.into()));
    let mut verdict = Verdict {
        reasons: part.failing.into_iter().filter_map(|f| f.reason).collect(),
        populations: part.populations,
        witnesses: part.witnesses.into_iter().map(Into::into).collect(),
        backdated: part.backdated,
        ..blank(&rule.requirement, subject, State::Conforms)
    };
    settle(&mut verdict);
    verdict
}

/// Puts a verdict in order: the gravest reason first and its state on top, everything cited once.
fn settle(verdict: &mut Verdict) {
    verdict.reasons.sort_by_key(|r| std::cmp::Reverse(r.state));
    let gravest = verdict.reasons.first().map_or(State::Conforms, |r| r.state);
    verdict.state = verdict.state.max(gravest);
    verdict.witnesses.sort();
    verdict.witnesses.dedup();
    verdict.backdated.sort();
    verdict.backdated.dedup();
}

/// What fails for every subject is missing as a whole.
fn all_fail_of_parts(rule: &Rule, parts: &mut [Part<'_>]) {
    for need in all_fail(rule) {
        let fails = |f: &Failing| f.need == need && f.is_nonconformity();
        if !parts.iter().all(|p| p.failing.iter().any(fails)) {
            continue;
        }
        parts.iter_mut().flat_map(|p| &mut p.failing).filter(|f| f.need == need).for_each(Failing::escalate);
    }
}

/// What is said about all parts together: so many of so many, and each reason once with everything missing.
fn gather(verdict: &mut Verdict, what: String) {
    let mut population = Population { what, have: 0, of: verdict.parts.len(), missing: Vec::new() };
    for part in &verdict.parts {
        match (&part.subject, part.state) {
            (_, State::Conforms) => population.have += 1,
            (Subject::Record(record), _) => population.missing.push(record.number.clone()),
            (Subject::Organization, _) => {}
        }
        verdict.witnesses.extend(part.witnesses.iter().cloned());
        verdict.backdated.extend(part.backdated.iter().cloned());
        for reason in &part.reasons {
            match verdict.reasons.iter_mut().find(|r| r.need == reason.need && r.say == reason.say) {
                Some(known) => {
                    known.missing.extend(reason.missing.iter().cloned());
                    if reason.state > known.state {
                        (known.state, known.next) = (reason.state, reason.next.clone());
                    }
                }
                None => verdict.reasons.push(reason.clone()),
            }
        }
    }
    verdict.populations.push(population);
}
