//! What waits for people in the sample organization of three years.

use std::{path::Path, sync::Arc};

use aims_app::{
    Aims,
    access::{Access, Principal},
    chance::SystemChance,
    checks::Question,
    daybook::Daybook,
    waiting::{Waiting, What, determinations, waiting},
};
use aims_record::{Kept, Kinds};
use aims_register::Register;
use jiff::Timestamp;

struct Sample {
    aims: Aims,
    access: Arc<Access>,
    register: Register,
    _dir: tempfile::TempDir,
}

const DAY: &str = "2026-11-20T09:00:00Z";

impl Sample {
    fn play() -> Sample {
        let dir = tempfile::tempdir().unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/samples/tessel");
        let book = Daybook::read(&folder).unwrap_or_else(|f| panic!("{f}"));
        let aims =
            book.play(&dir.path().join("org"), Arc::new(SystemChance), &mut |_| {}).unwrap_or_else(|f| panic!("{f}"));
        let mut kept: Vec<Kept> = Vec::new();
        let reading = aims.store().snapshot().unwrap();
        let mut keep = |record| {
            kept.push(record);
            Ok(())
        };
        reading.each_record(&mut keep).unwrap();
        drop(reading);
        let kinds: Arc<Kinds> = Arc::new(aims.kinds().clone());
        let register = Register::of(kinds, kept).unwrap();
        Sample { access: aims.access().clone(), aims, register, _dir: dir }
    }

    fn now() -> Timestamp {
        DAY.parse().unwrap()
    }

    fn seat(&self, key: &str) -> aims_app::access::Seat {
        let pid = self.aims.actor(Some(key)).unwrap().pid;
        self.access.seat(&self.register, &Principal::Person(pid), Sample::now())
    }

    fn waits(&self, key: &str) -> Vec<Waiting> {
        waiting(&self.register, &self.seat(key), Sample::now())
    }
}

/// Playing three years takes a while, so one organization answers all of it; what changes it comes last.
#[test]
fn what_waits_for_whom_in_the_sample() {
    let sample = Sample::play();
    nobody_is_told_of_what_they_may_not_read_or_of_others_work(&sample);
    determinations_wait_for_the_role_that_the_rule_names(&sample);
    the_sample_says_who_sees_what(&sample);
    what_waits_can_be_done(&sample);
}

/// What waits is what the decision would take: each approval is signed by the person it waits for, in a copy of the moment, without a refusal.
fn what_waits_can_be_done(sample: &Sample) {
    let people = sample.register.of_kind("person").filter(|p| p.state() == Some("active"));
    let pids: Vec<String> = people.map(|p| p.id()).collect();
    let (mut tried, mut refused) = (0, Vec::new());
    let mut kinds_of_waiting = std::collections::BTreeSet::new();
    for pid in pids {
        let actor = sample.aims.actor(Some(&pid)).unwrap();
        let seat = sample.access.seat(&sample.register, &Principal::Person(pid.clone()), Sample::now());
        for one in waiting(&sample.register, &seat, Sample::now()) {
            kinds_of_waiting.insert(one.what);
            let Some(record) = one.record.clone().filter(|_| one.what == What::Approval) else { continue };
            let kind = sample.aims.kind_of(&record).unwrap();
            let verb = kind.lifecycle.verb(one.verb.as_deref().unwrap()).unwrap();
            let meaning = verb.sign.as_ref().map(|s| s.meaning.clone());
            let wish = aims_app::Wish::Sign { record: record.clone(), seen: None, meaning, digest: None };
            tried += 1;
            if let Err(failure) = sample.aims.act(&actor, wish, None) {
                // Of several who may sign one did so in this loop already; that is no refusal of the one that waits.
                if failure.code() != "signed_already" {
                    refused.push(format!("{record} {}: {failure}", verb.id));
                }
            }
        }
    }
    eprintln!("{tried} signatures wait; {kinds_of_waiting:?}");
    assert!(refused.is_empty(), "{refused:#?}");
    assert!(tried > 0, "nothing waits for anybody's signature in the sample");
    assert!(
        kinds_of_waiting.contains(&What::Acknowledgement) || kinds_of_waiting.contains(&What::Action),
        "{kinds_of_waiting:?}"
    );
}

fn nobody_is_told_of_what_they_may_not_read_or_of_others_work(sample: &Sample) {
    for person in sample.register.of_kind("person").filter(|p| p.state() == Some("active")) {
        let seat = sample.access.seat(&sample.register, &Principal::Person(person.id()), Sample::now());
        for one in waiting(&sample.register, &seat, Sample::now()) {
            let entry = sample.register.numbered(one.record.as_deref().unwrap()).unwrap();
            assert!(seat.reads(entry), "{one:?}");
            if one.what == What::Approval {
                assert!(!entry.edited_by(person) || !apart_from_editors(sample, entry.kind(), &one), "{one:?}");
            }
            if one.what == What::Action {
                let owner = ["owner", "responsible"].iter().any(|f| entry.linked(f).any(|p| p == person));
                assert!(owner && !entry.ended(), "{one:?}");
            }
        }
    }
    let nobody = sample.access.seat(&sample.register, &Principal::Anyone, Sample::now());
    assert!(waiting(&sample.register, &nobody, Sample::now()).is_empty());
}

fn apart_from_editors(sample: &Sample, kind: &str, one: &Waiting) -> bool {
    let verb = sample.aims.kinds().get(kind).and_then(|k| k.lifecycle.verb(one.verb.as_deref()?));
    verb.and_then(|v| v.sign.as_ref()).is_some_and(|s| s.apart_from.contains(&aims_record::Apart::Editors))
}

fn determinations_wait_for_the_role_that_the_rule_names(sample: &Sample) {
    let verdicts = sample.aims.check(&Question::default()).unwrap().verdicts;
    let due = verdicts.iter().filter(|v| v.state == aims_conformity::State::DeterminationDue).count();
    let roles: Vec<String> = sample.aims.kinds().roles.keys().cloned().collect();
    let all = determinations(sample.aims.frameworks(), &verdicts, &roles);
    assert_eq!(all.len(), due, "with every role, all that are due wait");
    assert!(determinations(sample.aims.frameworks(), &verdicts, &[]).is_empty());
    let mine = sample.seat("jonas");
    assert!(mine.holds("aims-manager"));
    assert!(determinations(sample.aims.frameworks(), &verdicts, mine.roles()).len() <= all.len());
}

fn the_sample_says_who_sees_what(sample: &Sample) {
    let systems = sample.register.of_kind("ai-system").count();
    let sees = |key: &str, kind: &str| {
        let seat = sample.seat(key);
        sample.register.of_kind(kind).filter(|e| seat.reads(*e)).count()
    };
    assert_eq!(sees("jonas", "ai-system"), systems);
    let concerns = sample.register.of_kind("concern").count();
    assert!(concerns > 0 && sees("ruth", "concern") > 0 && sees("jonas", "concern") < concerns);
    assert_eq!(sees("greta", "role-assignment"), sample.register.of_kind("role-assignment").count());
    assert!(!sample.waits("mareike").iter().any(|w| w.record.as_deref().is_some_and(|r| r.starts_with("CNC"))));
}
