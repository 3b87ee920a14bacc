//! What is kept and brought up to date after each act says what is found from scratch, at every point of a random history.

mod support;

use std::collections::BTreeMap;

use aims_conformity::{Assessment, Conformity, State, Verdict};
use aims_framework::standard::Rule;
use aims_record::{Kept, SeqRef};
use aims_register::Register;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use support::{cases, content, day, files, id, record};

/// What happens next in a history.
#[derive(Clone, Debug)]
enum Step {
    /// A record comes, or becomes what it is in another situation of the same file.
    Act(prop::sample::Index),
    /// A record is withdrawn.
    Withdraw(prop::sample::Index),
    /// Somebody judges what is due to be judged.
    Judge(prop::sample::Index, bool),
    /// Days pass.
    Wait(u16),
    /// Time passes up to the moment at which something is said to change.
    WaitUntil(prop::sample::Index),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => any::<prop::sample::Index>().prop_map(Step::Act),
        1 => any::<prop::sample::Index>().prop_map(Step::Withdraw),
        2 => (any::<prop::sample::Index>(), prop::bool::weighted(0.2)).prop_map(|(i, bad)| Step::Judge(i, bad)),
        1 => (0u16..200).prop_map(Step::Wait),
        2 => any::<prop::sample::Index>().prop_map(Step::WaitUntil),
    ]
}

/// A history in the making.
struct History {
    assessment: Assessment<'static>,
    at: Timestamp,
    versions: BTreeMap<String, u64>,
    lines: Vec<String>,
    /// What was done, for whoever reads a failure.
    told: Vec<String>,
}

impl History {
    /// Over all records of a file of scenarios, in every form that they have there.
    fn of(file: usize) -> Self {
        let files = files();
        let (path, text) = &files[file % files.len()];
        let mut lines: Vec<String> =
            cases(&path.display().to_string(), text).into_iter().flat_map(|c| c.lines).collect();
        lines.retain(|l| !l.contains("CURRENT"));
        lines.sort();
        lines.dedup();
        let at = day("2026-03-01");
        let empty = Register::of(content().0.clone(), []).expect("an empty register");
        Self {
            assessment: Assessment::of(&content().1, empty, at),
            at,
            versions: BTreeMap::new(),
            lines,
            told: Vec::new(),
        }
    }

    fn take(&mut self, kept: Kept) {
        let Kept::Live(mut record) = kept else { return };
        let version = self.versions.entry(record.id.clone()).or_default();
        *version += 1;
        record.version = *version;
        record.last.ts = self.at.to_string();
        self.assessment.apply(Kept::Live(record), self.at).expect("a record of a scenario");
    }

    fn run(&mut self, step: &Step) {
        match step {
            Step::Act(n) => {
                let line = n.get(&self.lines).clone();
                self.told.push(line.replace('\u{1f}', " but "));
                self.take(record(&line));
            }
            Step::Withdraw(n) => {
                if let Kept::Live(mut record) = record(n.get::<String>(&self.lines)) {
                    self.told.push(format!("withdraw {}", record.number));
                    record.withdrawn = Some(SeqRef { seq: 1 });
                    self.take(Kept::Live(record));
                }
            }
            Step::Judge(n, bad) => self.judge(*n, *bad),
            Step::Wait(days) => self.wait(self.at + SignedDuration::from_hours(24 * i64::from(*days))),
            Step::WaitUntil(n) => {
                let untils: Vec<_> = self.assessment.standings().filter_map(|s| s.until).collect();
                if !untils.is_empty() {
                    self.wait(*n.get(&untils));
                }
            }
        }
    }

    fn wait(&mut self, at: Timestamp) {
        self.at = at.max(self.at);
        self.told.push(format!("wait until {}", self.at));
        self.assessment.pass(self.at);
    }

    fn judge(&mut self, n: prop::sample::Index, bad: bool) {
        let due: Vec<String> = self
            .assessment
            .standings()
            .filter(|s| s.state == State::DeterminationDue)
            .map(|s| s.requirement.to_owned())
            .collect();
        if due.is_empty() {
            return;
        }
        let requirement = n.get(&due);
        self.told.push(format!("judge {requirement}"));
        let evidence = self.assessment.verdict(requirement).expect("an item").evidence;
        let asked = rule(requirement).judgement.as_ref().expect("a judgement is due");
        let number = format!("{}-{}", requirement.replace(['/', ':', '.'], ""), self.versions.len());
        let today = self.at.strftime("%Y-%m-%d");
        for (number, kind, fields) in [
            ("PER-7001".to_owned(), "person active", "{ name: Jo, employment: employee }".to_owned()),
            (
                format!("ROL-{}", asked.by),
                "role-assignment active",
                format!("{{ role: {}, person: PER-7001, from: 2020-01-01 }}", asked.by),
            ),
            (
                format!("JDG-{number}"),
                "judgement in-force",
                format!(
                    "{{ question: \"{requirement}\", role: {}, person: PER-7001, date: {today}, verdict: {}, evidence_hash: {evidence} }}",
                    asked.by,
                    if bad { "inadequate" } else { "adequate" }
                ),
            ),
        ] {
            if !self.versions.contains_key(&id(&number)) {
                self.take(record(&format!("{number} {kind} {today} {fields}")));
            }
        }
    }

    /// Holds everything that is said against the same asked from scratch.
    fn check(&self) -> Result<(), TestCaseError> {
        let register = self.assessment.register();
        let scratch = Conformity { frameworks: &content().1, register };
        for standing in self.assessment.standings() {
            let verdict = scratch.verdict(standing.requirement, self.at).expect("an item");
            prop_assert_eq!(standing.state, verdict.state, "{} at {}: {:#?}", standing.requirement, self.at, self.told);
            prop_assert_eq!(
                standing.until,
                verdict.until,
                "until of {} at {}: {:#?}",
                standing.requirement,
                self.at,
                self.told
            );
            prop_assert_eq!(standing.of, verdict.parts.len(), "subjects of {}", standing.requirement);
            self.check_subjects(&verdict)?;
        }
        Ok(())
    }

    /// Holds what is held about each subject against its part of the verdict.
    fn check_subjects(&self, verdict: &Verdict) -> Result<(), TestCaseError> {
        let (assessment, id) = (&self.assessment, verdict.requirement.as_str());
        let mut subjects: Vec<_> = assessment.subjects(id, None).collect();
        prop_assert_eq!(subjects.len(), verdict.parts.len(), "subjects of {}", id);
        subjects.sort_by_key(|slot| assessment.register().at(*slot).map(|r| (r.recorded(), r.uuid())));
        for (slot, part) in subjects.into_iter().zip(&verdict.parts) {
            let held = assessment.held_about(id, slot).expect("it is a subject");
            prop_assert_eq!((held.state, held.until), (part.state, part.until), "{} in {:#?}", id, self.told);
            let said = assessment.verdict_about(id, slot);
            prop_assert_eq!(said.as_ref(), Some(part), "{} in {:#?}", id, self.told);
            prop_assert!(assessment.about(slot).any(|h| h == held));
            prop_assert!(assessment.subjects(id, Some(part.state)).any(|s| s == slot));
            let end = held.until.unwrap_or(self.at);
            prop_assert_eq!(assessment.lapsing(end).contains(&held), held.until.is_some());
        }
        Ok(())
    }
}

fn rule(requirement: &str) -> &'static Rule {
    let (framework, item) = content().1.item(requirement).expect("an item");
    framework.rules.get(item.id()).expect("a rule")
}

/// A server keeps one for hours and asks it from many threads.
#[test]
fn it_is_shared_among_threads() {
    fn shared(_: &(impl Send + Sync)) {}
    shared(&History::of(0).assessment);
}

/// What comes now may count only later: the run of November says nothing in September, and yet it decides what is said in December.
#[test]
fn a_record_of_the_future_changes_until_although_it_changes_nothing_now() {
    let mut history = History::of(0);
    history.take(record("RUN-0002 process-run recorded 2026-09-02 { title: Release 11, process: PRC-0001, date: 2026-09-02, criteria_met: true }"));
    history.take(record("PRC-0001 aims-process active 2026-02-01 { title: Release of models, kind: operation, owner: PER-0001, operational: true, period: P3M, criteria: At least two tests by somebody else }"));
    history.wait(day("2026-09-02"));
    let of = |history: &History| {
        history.assessment.standings().find(|s| s.requirement == "iso-42001:2023/8.1-a").map(|s| s.until)
    };
    let until = |history: &History| of(history).expect("the requirement");
    assert_eq!(until(&history), "2026-12-03T00:00:00Z".parse().ok());
    history.take(record("RUN-0001 process-run recorded 2026-11-02 { title: Release 12, process: PRC-0001, date: 2026-11-02, criteria_met: true, evidence: [DOC-0001] }"));
    assert_eq!(until(&history), "2027-02-03T00:00:00Z".parse().ok());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, max_shrink_iters: 400, ..ProptestConfig::default() })]
    #[test]
    fn kept_up_to_date_it_says_what_is_found_from_scratch(
        file in 0usize..1000,
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut history = History::of(file);
        for (step, n) in steps.iter().zip(1..) {
            history.run(step);
            if n % 6 == 0 || matches!(step, Step::WaitUntil(_)) {
                history.check()?;
            }
        }
        history.check()?;
    }
}
