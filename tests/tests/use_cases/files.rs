//! Records as files: the plan is what happens, a second apply does nothing, a file that goes is a withdrawal.

use std::{
    fs,
    path::{Path, PathBuf},
};

use aims_app::{checks::Question, imports::Does};

use crate::stage::Stage;

const ISSUE: &str = "kind: context-issue\nkey: storms\nfields:\n  title: Storms\n  statement: Storms grow\n  side: external\n  topic: climate-change\n  owner: anna\n";
const PARTY: &str = "kind: interested-party\nkey: members\nfields:\n  name: Members\n  category: customers\n---\nkind: obligation\nkey: statute\nfields:\n  title: Our statute\n  party: members\n  type: voluntary\n  source_ref: Statute 4\n  text: Treat members alike\n";

fn folder(stage: &Stage, files: &[(&str, &str)]) -> PathBuf {
    let folder = stage.dir.path().join("records");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("context")).unwrap();
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
    folder
}

fn does(stage: &Stage, folder: &Path) -> Vec<(Does, String)> {
    let plan = stage.aims.plan_files(folder).unwrap_or_else(|f| panic!("{f}"));
    plan.records.iter().map(|r| (r.does, r.key.clone())).collect()
}

fn apply(stage: &Stage, folder: &Path) -> usize {
    let plan = stage.aims.plan_files(folder).unwrap_or_else(|f| panic!("{f}"));
    stage.aims.apply(&stage.anna(), plan).unwrap_or_else(|f| panic!("{f}")).len()
}

#[test]
fn a_folder_is_planned_applied_and_then_says_nothing_new() {
    let stage = Stage::set("2026-01-12T09:00:00Z");
    let files = folder(&stage, &[("context/issue.yaml", ISSUE), ("parties.yaml", PARTY)]);
    assert_eq!(does(&stage, &files).iter().filter(|(d, _)| *d == Does::Record).count(), 3);
    assert_eq!(apply(&stage, &files), 3);
    let size = stage.aims.check(&Question::default()).unwrap().as_of;
    assert!(stage.aims.plan_files(&files).unwrap().is_empty());
    assert_eq!(apply(&stage, &files), 0);
    assert_eq!(stage.aims.check(&Question::default()).unwrap().as_of, size, "a second apply writes no entry");
    stage.assert_sound();
}

#[test]
fn a_changed_file_is_an_amendment_and_a_file_that_goes_a_withdrawal() {
    let stage = Stage::set("2026-01-12T09:00:00Z");
    let files = folder(&stage, &[("context/issue.yaml", ISSUE), ("parties.yaml", PARTY)]);
    apply(&stage, &files);
    let files = folder(&stage, &[("context/issue.yaml", &ISSUE.replace("Storms grow", "Storms grow fast"))]);
    let planned = does(&stage, &files);
    assert!(planned.contains(&(Does::Amend, "storms".into())), "{planned:?}");
    assert!(
        planned.contains(&(Does::Withdraw, "members".into())) && planned.contains(&(Does::Withdraw, "statute".into()))
    );
    apply(&stage, &files);
    assert_eq!(stage.aims.show("storms", None).unwrap().record["fields"]["statement"], "Storms grow fast");
    assert!(stage.aims.show("members", None).unwrap().record["withdrawn"]["seq"].is_number());
    assert!(stage.aims.plan_files(&files).unwrap().is_empty());
}

#[test]
fn one_wrong_file_stops_all_and_every_error_has_its_place() {
    let stage = Stage::set("2026-01-12T09:00:00Z");
    let wrong = ISSUE.replace("side: external", "side: exterior").replace("topic:", "topik:");
    let files = folder(&stage, &[("context/issue.yaml", &wrong), ("parties.yaml", PARTY)]);
    let refused = stage.aims.plan_files(&files).unwrap_err().to_string();
    assert!(refused.contains("context/issue.yaml:6:") && refused.contains("external"), "{refused}");
    assert!(refused.contains("context/issue.yaml:7:") && refused.contains("did you mean `topic`?"), "{refused}");
    assert!(stage.aims.show("members", None).is_err(), "nothing was recorded");
}
