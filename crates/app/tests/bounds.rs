//! What an organization has bounded for itself is held against acts before they are done (B-15 to B-18), in the sample of three years.

use std::{path::Path, sync::Arc};

use aims_app::{Failure, Step, Wish, chance::SystemChance, daybook::Daybook, live::Live};
use aims_record::{Fields, Refusal};
use serde_json::{Value, json};

struct Sample {
    live: Live,
    _dir: tempfile::TempDir,
}

impl Sample {
    fn play() -> Sample {
        let dir = tempfile::tempdir().unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/samples/tessel");
        let book = Daybook::read(&folder).unwrap();
        let aims = book.play(&dir.path().join("org"), Arc::new(SystemChance), &mut |_| {}).unwrap();
        Sample { live: Live::of(aims).unwrap(), _dir: dir }
    }

    fn does(&self, who: &str, wish: Wish) -> Result<String, Failure> {
        let actor = self.live.aims().actor(Some(who)).unwrap();
        let before = self.live.aims().store().snapshot().unwrap().size().unwrap();
        let done = self.live.act(&actor, vec![Step::of(wish)], None);
        if done.is_err() {
            assert_eq!(self.live.aims().store().snapshot().unwrap().size().unwrap(), before, "nothing was recorded");
        }
        Ok(done?.remove(0).number)
    }

    /// Refused with this code at this place of the fields.
    fn refused_at(&self, who: &str, wish: Wish, code: &str, pointer: &str) {
        match self.does(who, wish) {
            Err(Failure::Refused(refusal)) => match refusal {
                Refusal::FieldsRefused { problems } => {
                    assert!(problems.iter().any(|p| p.code == code && p.pointer == pointer), "{problems:?}");
                }
                other => panic!("{other:?}"),
            },
            other => panic!("{code} at {pointer}: {other:?}"),
        }
    }
}

fn set(record: &str, fields: Value) -> Wish {
    Wish::Amend { record: record.into(), seen: None, set: fields_of(fields), unset: Vec::new() }
}

fn begin(kind: &str, key: &str, fields: Value) -> Wish {
    Wish::Record { id: None, kind: kind.into(), key: Some(key.into()), fields: fields_of(fields) }
}

fn fields_of(fields: Value) -> Fields {
    fields.as_object().cloned().unwrap()
}

#[test]
fn b15_to_b18_what_lies_beyond_the_organizations_own_bounds_is_refused() {
    let sample = Sample::play();
    let manager = "mareike";
    let first = |kind: &str, state: Option<&str>| {
        let sight = sample.live.sight(None).unwrap();
        let mut all = sight.register().of_kind(kind).filter(|r| state.is_none() || r.state() == state);
        all.next().unwrap().number().to_owned()
    };
    let risk = first("risk", Some("open"));
    // B-15: a step that the scale in force does not have.
    sample.refused_at(manager, set(&risk, json!({"likelihood": "6"})), "not_on_scale", "/likelihood");
    let consequences = json!({"consequences": [{"subject": "individuals", "level": "-1", "description": "Harm."}]});
    sample.refused_at(manager, set(&risk, consequences), "not_on_scale", "/consequences/0/level");
    // B-17: too long, and an owner who has left.
    let long = json!({"title": "For ever", "risk": risk, "level": "high", "expires_at": "2031-01-01"});
    sample.refused_at(manager, begin("residual-acceptance", "long", long), "review_too_late", "/expires_at");
    let left =
        json!({"name": "Piet Former", "employment": "employee", "joined_at": "2024-01-01", "left_at": "2025-01-01"});
    let gone = sample.does(manager, begin("person", "piet-former", left)).unwrap();
    sample.does(manager, Wish::Move { record: gone.clone(), seen: None, verb: "leave".into() }).unwrap();
    sample.refused_at(manager, set(&risk, json!({"owner": gone})), "owner_inactive", "/owner");
    // B-18: a control that is left out without a word.
    let (soa, control) = (first("soa", None), first("control", None));
    let entries = json!({"entries": [{"control": control, "applicable": false, "justification": " ", "state": "not-applicable"}]});
    sample.refused_at(manager, set(&soa, entries), "justification_required", "/entries/0/justification");
    // B-16: what remains is high, and the criteria ask top management for that.
    let acceptance = json!({"title": "Borne for now", "risk": risk, "level": "extreme", "rationale": "Little is left to do.", "expires_at": "2026-12-31"});
    let number = sample.does(manager, begin("residual-acceptance", "high", acceptance)).unwrap();
    let accept = Wish::Move { record: number.clone(), seen: None, verb: "accept".into() };
    match sample.does(manager, accept) {
        Err(Failure::Refused(refusal)) => {
            assert_eq!(refusal.code(), "above_appetite", "{refusal}");
            assert!(refusal.to_string().contains("governing-body"), "{refusal}");
        }
        other => panic!("{other:?}"),
    }
}
