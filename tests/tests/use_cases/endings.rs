//! Erasure, retention and legal hold: content goes, the ledger still verifies.

use aims_app::{Failure, Wish};

use crate::stage::{Stage, found_under};

fn erase(stage: &Stage, approvers: [&str; 2]) -> Result<(), Failure> {
    let wish = Wish::Erase {
        record: "cleo".into(),
        approvers: approvers.map(Into::into).to_vec(),
        basis: "she asked for it".into(),
        rule: "GDPR Article 17(1)(b)".into(),
    };
    stage.aims.act(&stage.anna(), wish, None).map(drop)
}

fn cast() -> Stage {
    let stage = Stage::set("2026-01-12T09:00:00Z");
    stage.person("emil", "Emil Brandt", "data-protection-officer");
    stage.person("lea", "Lea Counsel", "legal-counsel");
    stage.record(
        "person",
        "cleo",
        &[("name", "Cleo Canary-Hartmann"), ("email", "cleo@canary.example"), ("employment", "employee")],
    );
    stage
}

#[test]
fn what_is_erased_is_found_nowhere_and_everything_still_verifies() {
    let stage = cast();
    assert_eq!(stage.aims.show("cleo", None).unwrap().record["fields"]["name"], "Cleo Canary-Hartmann");
    assert_eq!(erase(&stage, ["anna", "anna"]).unwrap_err().code(), "two_persons_needed");
    erase(&stage, ["anna", "emil"]).unwrap();
    for canary in ["Cleo Canary-Hartmann", "cleo@canary.example"] {
        assert_eq!(found_under(&stage.org(), canary), None);
    }
    let shown = stage.aims.show("cleo", None).unwrap();
    assert!(shown.record["fields"]["name"]["erased"].is_number(), "{}", shown.record);
    assert!(stage.aims.history("cleo").unwrap().iter().any(|line| line.act == "erased"));
    stage.assert_sound();
    stage.assert_bundle_sound("after");
}

#[test]
fn a_legal_hold_beats_erasure_and_disposal() {
    let stage = cast();
    stage.record(
        "legal-hold",
        "hold",
        &[("title", "Suit of 2026"), ("matter", "A claim against us"), ("records", "cleo")],
    );
    stage.say("lea", "hold", "place").unwrap_or_else(|f| panic!("{f}"));
    let refused = erase(&stage, ["anna", "emil"]).unwrap_err();
    assert_eq!((refused.code(), refused.to_string().contains("HLD-0001")), ("legal_hold", true));
    let dispose = Wish::Dispose { record: "cleo".into(), basis: "retention ended".into() };
    assert_eq!(stage.aims.act(&stage.anna(), dispose, None).unwrap_err().code(), "legal_hold");
}

#[test]
fn a_record_goes_when_its_retention_ends_and_not_before() {
    let stage = Stage::set("2026-01-12T09:00:00Z");
    stage.record(
        "context-issue",
        "storms",
        &[("title", "Storms"), ("statement", "Canary storms grow"), ("side", "external"), ("topic", "climate-change")],
    );
    let dispose = || Wish::Dispose { record: "storms".into(), basis: "retention ended".into() };
    assert_eq!(stage.aims.act(&stage.anna(), dispose(), None).unwrap_err().code(), "below_legal_minimum");
    let withdraw = Wish::Withdraw { record: "storms".into(), seen: None };
    stage.aims.act(&stage.anna(), withdraw, Some("recorded twice".into())).unwrap();
    stage.at("2040-01-01T00:00:00Z");
    assert!(stage.aims.due_for_disposal().unwrap().iter().any(|due| due.number == "ISS-0001"));
    stage.aims.act(&stage.anna(), dispose(), None).unwrap_or_else(|f| panic!("{f}"));
    let shown = stage.aims.show("ISS-0001", None).unwrap();
    assert!(shown.record["disposed"]["seq"].is_number());
    stage.assert_sound();
    stage.assert_bundle_sound("after");
}
