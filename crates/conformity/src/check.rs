//! From rules to verdicts.

use aims_framework::standard::{About, Filter, Frameworks, Grade, IfEmpty, Item, MajorWhen, Need, Rule};
use aims_register::{Entry, Register};
use jiff::Timestamp;

use crate::{
    Population, Reason, Severity, State, Subject, Verdict,
    blocks::{Engine, Outcome},
    fault::Faults,
    filters::Looked,
    judgement::evidence,
    truth::{Answer, Truth, earlier},
    until::until,
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
        let (framework, item) = self.frameworks.item(id)?;
        let engine = |at| Engine { frameworks: self.frameworks, register: self.register, at, about: None };
        if let Some(verdict) = excluded(engine(at), id, item) {
            return Some(verdict);
        }
        let Some(rule) = framework.rules.get(item.id()) else { return Some(no_rule_yet(id)) };
        let (mut verdict, may) = engine(at).rule(rule, true);
        verdict.until = until(&verdict, may, |then| engine(then).rule(rule, false));
        Some(verdict)
    }
}

fn excluded(engine: Engine<'_>, id: &str, item: Item<'_>) -> Option<Verdict> {
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

impl<'a> Engine<'a> {
    /// The verdict at this moment, and the first moment at which it may change. `deep`: with the `until` of each part.
    pub(crate) fn rule(&self, rule: &Rule, deep: bool) -> (Verdict, Option<Timestamp>) {
        let (mut verdict, may) = match &rule.about {
            About::Organization => {
                let (mut verdict, may) = self.subject(rule, None);
                all_fail_of_organization(rule, &mut verdict);
                (verdict, may)
            }
            About::Every { kind, filter, if_empty } => self.every(rule, kind, filter, if_empty, deep),
        };
        settle(&mut verdict);
        verdict.evidence = evidence(&rule.requirement, &verdict.witnesses);
        let judged = self.judged(rule, &mut verdict);
        (verdict, earlier(may, judged))
    }

    fn every(
        &self,
        rule: &Rule,
        kind: &str,
        filter: &Filter,
        if_empty: &IfEmpty,
        deep: bool,
    ) -> (Verdict, Option<Timestamp>) {
        let mut verdict = blank(&rule.requirement, Subject::Organization, State::Conforms);
        let mut may = None;
        for record in self.register.of_kind(kind) {
            let engine = Engine { about: Some(record), ..*self };
            let chosen = engine.filter(filter, Looked { record, row: None, subject: None }, &mut Faults::ignored());
            may = earlier(may, chosen.until);
            if chosen.truth == Truth::No {
                continue;
            }
            let (mut part, part_may) = self.subject(rule, Some(record));
            settle(&mut part);
            may = earlier(may, part_may);
            if deep {
                part.until = until(&part, part_may, |at| {
                    let (mut then, next) = Engine { at, ..*self }.subject(rule, Some(record));
                    settle(&mut then);
                    (then, next)
                });
            }
            verdict.parts.push(part);
        }
        if verdict.parts.is_empty() {
            let unless = self.if_nobody(kind, if_empty, &mut verdict);
            return (verdict, earlier(may, unless));
        }
        all_fail_of_parts(rule, &mut verdict.parts);
        gather(&mut verdict, self.plural(kind));
        (verdict, may)
    }

    fn if_nobody(&self, kind: &str, if_empty: &IfEmpty, verdict: &mut Verdict) -> Option<Timestamp> {
        verdict.populations.push(Population { what: self.plural(kind), have: 0, of: 0, missing: Vec::new() });
        let unless = if_empty.unless.as_ref().map(|block| self.block(block, None));
        let until = unless.as_ref().and_then(|o| o.answer.until);
        match unless {
            Some(outcome) if outcome.answer.holds() => {
                verdict.witnesses.extend(outcome.witnesses.into_iter().map(Into::into));
            }
            _ => {
                let otherwise = &if_empty.otherwise;
                let next = match &otherwise.next {
                    Some(aims_framework::standard::Next::Record(kind)) => kind,
                    _ => kind,
                };
                verdict.reasons.push(Reason {
                    state: state_of(otherwise.grade),
                    say: otherwise.say.clone(),
                    missing: vec![format!("no {} of this sort recorded", self.title(kind))],
                    next: Some(crate::NextAct::record(next, &[])),
                    need: "population".to_owned(),
                });
            }
        }
        until
    }

    /// The needs of a rule for one subject.
    fn subject(&self, rule: &Rule, subject: Option<Entry<'a>>) -> (Verdict, Option<Timestamp>) {
        let engine = Engine { about: subject, ..*self };
        let about = subject.map_or(Subject::Organization, |s| Subject::Record(s.into()));
        let mut verdict = blank(&rule.requirement, about, State::Conforms);
        verdict.witnesses.extend(subject.map(Into::into));
        let may = engine.needs(&rule.needs, "", subject, &mut verdict);
        (verdict, may)
    }

    fn needs(
        &self,
        needs: &[Need],
        above: &str,
        subject: Option<Entry<'a>>,
        verdict: &mut Verdict,
    ) -> Option<Timestamp> {
        let mut may = None;
        for (need, number) in needs.iter().zip(1..) {
            let id = if above.is_empty() { number.to_string() } else { format!("{above}.{number}") };
            let when = need.when.as_ref().map(|block| self.block(block, subject));
            let asked = when.as_ref().map_or(Answer::YES, |o| o.answer);
            may = earlier(may, asked.until);
            let outcome = match (asked.truth, when) {
                (Truth::No, _) => continue,
                (Truth::Gap, Some(unsure)) => unsure,
                (_, when) => {
                    verdict.witnesses.extend(when.into_iter().flat_map(|o| o.witnesses).map(Into::into));
                    self.block(&need.block, subject)
                }
            };
            may = earlier(may, outcome.answer.until);
            if outcome.answer.holds() {
                may = earlier(may, self.needs(&need.then, &id, subject, verdict));
            } else {
                verdict.reasons.push(self.reason(need, id, &outcome, subject));
            }
            verdict.witnesses.extend(outcome.witnesses.into_iter().map(Into::into));
            verdict.populations.extend(outcome.populations);
            verdict.backdated.extend(outcome.backdated);
        }
        may
    }

    fn reason(&self, need: &Need, id: String, outcome: &Outcome<'a>, subject: Option<Entry<'a>>) -> Reason {
        let say = match outcome.answer.truth {
            Truth::Gap => gap(&outcome.missing),
            _ => need.otherwise.say.clone(),
        };
        Reason {
            state: self.state_of_need(need, outcome.answer.truth, subject),
            say,
            missing: outcome.missing.iter().map(|m| about(subject, m.clone())).collect(),
            next: self.next(need, outcome, subject),
            need: id,
        }
    }

    fn state_of_need(&self, need: &Need, truth: Truth, subject: Option<Entry<'a>>) -> State {
        if truth == Truth::Gap {
            return State::NotEvidenced;
        }
        if let (Some(MajorWhen::Subject(filter)), Some(record)) = (&need.otherwise.major_when, subject) {
            let looked = Looked { record, row: None, subject: None };
            if self.filter(filter, looked, &mut Faults::ignored()).holds() {
                return State::Nonconformity(Severity::Major);
            }
        }
        state_of(need.otherwise.grade)
    }
}

/// That nothing is recorded says for which subject.
fn about(subject: Option<Entry<'_>>, missing: String) -> String {
    match subject {
        Some(subject) if missing.starts_with("no ") => format!("{}: {missing}", subject.number()),
        _ => missing,
    }
}

/// A gap says what has to be defined.
fn gap(missing: &[String]) -> String {
    let says = |s: &&str| s.starts_with("interval") || s.starts_with("limit");
    let undefined = missing.iter().find_map(|m| m.split_once(": ").map(|(_, says)| says).filter(says));
    undefined.unwrap_or("something this rests on is not defined").to_owned()
}

fn state_of(grade: Grade) -> State {
    match grade {
        Grade::Major => State::Nonconformity(Severity::Major),
        Grade::Minor => State::Nonconformity(Severity::Minor),
        Grade::OwnRule => State::OwnRuleNotMet,
        Grade::NotEvidenced => State::NotEvidenced,
    }
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

fn need_of<'r>(needs: &'r [Need], id: &str) -> Option<&'r Need> {
    let (first, rest) = id.split_once('.').map_or((id, None), |(f, r)| (f, Some(r)));
    let need = needs.get(first.parse::<usize>().ok()?.checked_sub(1)?)?;
    match rest {
        Some(rest) => need_of(&need.then, rest),
        None => Some(need),
    }
}

fn is_all_fail(rule: &Rule, id: &str) -> bool {
    need_of(&rule.needs, id).is_some_and(|n| matches!(n.otherwise.major_when, Some(MajorWhen::AllFail)))
}

/// What fails for every subject is missing as a whole.
fn all_fail_of_parts(rule: &Rule, parts: &mut [Verdict]) {
    let of = parts.len();
    let mut ids: Vec<String> = parts.iter().flat_map(|p| &p.reasons).map(|r| r.need.clone()).collect();
    ids.sort();
    ids.dedup();
    for id in ids.iter().filter(|id| is_all_fail(rule, id)) {
        let failing = |r: &Reason| r.need == *id && matches!(r.state, State::Nonconformity(_));
        if parts.iter().filter(|p| p.reasons.iter().any(failing)).count() < of {
            continue;
        }
        for part in parts.iter_mut() {
            for reason in part.reasons.iter_mut().filter(|r| failing(r)) {
                reason.state = State::Nonconformity(Severity::Major);
            }
            settle(part);
        }
    }
}

fn all_fail_of_organization(rule: &Rule, verdict: &mut Verdict) {
    let nobody = verdict.populations.iter().any(|p| p.of > 0 && p.have == 0);
    for reason in verdict.reasons.iter_mut().filter(|r| nobody && is_all_fail(rule, &r.need)) {
        if !matches!(reason.state, State::Nonconformity(_)) {
            continue;
        }
        reason.state = State::Nonconformity(Severity::Major);
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
