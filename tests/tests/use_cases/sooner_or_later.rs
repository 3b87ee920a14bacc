//! Time: what was seen then is what is shown of then; two people at once; a request that comes twice.

use aims_app::{AsOf, Step, Wish, checks::Question};
use aims_record::Fields;

use crate::stage::Stage;

fn amend(seen: Option<u64>, statement: &str) -> Wish {
    let set = Fields::from_iter([("statement".to_owned(), statement.into())]);
    Wish::Amend { record: "storms".into(), seen, set, unset: vec![] }
}

fn stage() -> Stage {
    let stage = Stage::set("2026-01-12T09:00:00Z");
    stage.record(
        "context-issue",
        "storms",
        &[("title", "Storms"), ("statement", "one"), ("side", "external"), ("topic", "climate-change")],
    );
    stage
}

#[test]
fn what_was_seen_then_is_what_is_shown_of_then() {
    let stage = stage();
    let mut seen = Vec::new();
    for (day, text) in [(13, "two"), (14, "three"), (15, "four")] {
        stage.at(&format!("2026-01-{day}T09:00:00Z"));
        let done = stage.aims.act(&stage.anna(), amend(None, text), None).unwrap();
        seen.push((day, done[0].seq, stage.aims.show("storms", None).unwrap().record));
    }
    for (day, seq, record) in seen {
        let by_entry = stage.aims.show("storms", Some(AsOf::Entry(seq))).unwrap();
        let by_day = stage.aims.show("storms", Some(AsOf::parse(&format!("2026-01-{day}")).unwrap())).unwrap();
        assert_eq!((by_entry.record, by_day.record), (record.clone(), record));
    }
    assert!(stage.aims.show("storms", Some(AsOf::parse("2026-01-11").unwrap())).is_err(), "there was no record then");
}

#[test]
fn a_stale_version_is_refused_with_who_when_and_the_difference() {
    let stage = stage();
    stage.aims.act(&stage.anna(), amend(Some(1), "from one window"), None).unwrap();
    let refused = stage.aims.act(&stage.anna(), amend(Some(1), "from another"), None).unwrap_err();
    assert_eq!(refused.code(), "version_conflict");
    let said = refused.to_string();
    assert!(said.contains("from one window") && said.contains("from another") && said.contains("version 2"), "{said}");
}

#[test]
fn a_request_that_comes_twice_is_done_once() {
    let stage = stage();
    let ask =
        |text: &str| stage.aims.act_together(&stage.anna(), vec![Step::of(amend(None, text))], Some("key-1".into()));
    let first = ask("two").unwrap();
    let size = stage.aims.check(&Question::default()).unwrap().as_of;
    let again = ask("two").unwrap();
    assert_eq!((first[0].seq, stage.aims.check(&Question::default()).unwrap().as_of), (again[0].seq, size));
    assert_eq!(ask("three").unwrap_err().code(), "idempotency_mismatch");
}

#[test]
fn many_steps_are_done_together_or_not_at_all() {
    let stage = stage();
    let size = stage.aims.check(&Question::default()).unwrap().as_of;
    let steps = vec![
        Step::of(amend(None, "two")),
        Step::of(Wish::Move { record: "storms".into(), seen: None, verb: "fly".into() }),
    ];
    assert_eq!(stage.aims.act_together(&stage.anna(), steps, None).unwrap_err().code(), "verb_not_here");
    assert_eq!(stage.aims.check(&Question::default()).unwrap().as_of, size);
    assert_eq!(stage.aims.show("storms", None).unwrap().record["fields"]["statement"], "one");
}

#[test]
fn someone_elses_id_and_nonsense_get_the_same_answer() {
    let stage = stage();
    let answers: Vec<String> =
        ["SYS-9999", "../../etc/passwd", "1 OR 1=1", "%2e%2e%2f", "00000000-0000-7000-8000-000000000000"]
            .into_iter()
            .map(|word| {
                let refused = stage.aims.show(word, None).unwrap_err();
                assert_eq!(refused.code(), "not_found");
                refused.to_string().replace(word, "WORD")
            })
            .collect();
    assert!(answers.iter().all(|a| *a == answers[0]), "{answers:?}");
}
