//! An organization's own kinds and extra fields, from its folder, in the same form as the product's.

use std::fs;

use aims_app::Aims;
use aims_store::Access;

use crate::stage::Stage;

const OWN: &str = r#"kind: greenhouse-log
title: Greenhouse log
plural: Greenhouse logs
number: GHL
about: What the climate computer of a greenhouse decided, and who looked at it.
clauses: [iso-42001:2023/A.9.4]
retention: { class: system-log, floor: P1Y }
fields:
  title: { type: text, label: Title, help: What was decided., required: true }
  system: { type: link, to: [ai-system], inverse: greenhouse logs, label: AI system, help: Which system decided. }
lifecycle:
  start: recorded
  states:
    recorded: { label: Recorded, about: Written down. }
  verbs: {}
"#;
const EXTRA: &str =
    "extends: ai-system\nfields:\n  own_greenhouse: { type: text, label: Greenhouse, help: Where it runs. }\n";

#[test]
fn own_kinds_and_fields_work_like_those_of_the_product() {
    let stage = Stage::set("2026-01-12T09:00:00Z");
    let org = stage.org();
    let before = stage.aims.kinds().digest.clone();
    fs::create_dir_all(org.join("kinds")).unwrap();
    fs::write(org.join("kinds/greenhouse-log.yaml"), OWN).unwrap();
    fs::write(org.join("kinds/ai-system-extra.yaml"), EXTRA).unwrap();
    let Stage { aims, clock, dir } = stage;
    aims.close().unwrap();
    let aims = Aims::open_with(&org, Access::Write, clock.clone(), std::sync::Arc::new(aims_app::chance::SystemChance))
        .unwrap();
    assert_ne!(aims.kinds().digest, before, "entries name the kinds they were decided by");
    let stage = Stage { aims, clock, dir };
    stage.record("ai-system", "climate", &[("name", "Climate computer"), ("own_greenhouse", "North")]);
    let done = stage.record("greenhouse-log", "log-1", &[("title", "Vents opened"), ("system", "climate")]);
    assert_eq!((done.number.as_str(), done.state.as_str()), ("GHL-0001", "recorded"));
    let shown = stage.aims.show("climate", None).unwrap();
    assert!(shown.named_by.iter().any(|i| i.inverse == "greenhouse logs"), "{:?}", shown.named_by);
    stage.assert_sound();
    stage.assert_bundle_sound("bundle");
}

#[test]
fn a_wrong_own_kind_stops_the_opening_and_names_its_place() {
    let stage = Stage::set("2026-01-12T09:00:00Z");
    let org = stage.org();
    fs::create_dir_all(org.join("kinds")).unwrap();
    fs::write(org.join("kinds/greenhouse-log.yaml"), OWN.replace("to: [ai-system]", "to: [ai-sytem]")).unwrap();
    stage.aims.close().unwrap();
    let refused = Aims::open(&org, Access::Read).err().unwrap().to_string();
    assert!(refused.contains("greenhouse-log.yaml:10:") && refused.contains("did you mean `ai-system`?"), "{refused}");
}
