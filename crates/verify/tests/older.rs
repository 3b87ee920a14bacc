//! What only an older checkpoint or a receipt shows, and that without one the answer says so.
mod maker;

use aims_verify::{BroughtReceipt, Key, Report, Request, Verdict, verify};
use maker::{Model, files};
use std::path::PathBuf;

/// Verifies the model's bundle with files that the reader kept.
fn check(model: &Model, checkpoints: &[Vec<u8>], receipts: &[Vec<u8>]) -> Report {
    let folder = tempfile::tempdir().unwrap();
    files::write(&model.files(), &folder.path().join("bundle"));
    let keep = |kind: &str, kept: &[Vec<u8>]| -> Vec<PathBuf> {
        let name = |n: usize| folder.path().join(format!("{kind}-{n}"));
        kept.iter().enumerate().map(|(n, bytes)| std::fs::write(name(n), bytes).map(|()| name(n)).unwrap()).collect()
    };
    let receipts = keep("receipt", receipts).into_iter().map(|proof| BroughtReceipt { proof, entry: None });
    verify(&Request {
        bundle: folder.path().join("bundle"),
        keys: vec![Key::parse(&model.vkey()).unwrap()],
        checkpoints: keep("checkpoint", checkpoints),
        receipts: receipts.collect(),
        ..Request::default()
    })
}

#[test]
fn every_older_checkpoint_and_receipt_agrees() {
    let model = Model::random(31, 300, false);
    let sizes = [1, 2, 100, 255, 256, 257, 299, 300];
    let checkpoints: Vec<_> = sizes.iter().map(|size| model.checkpoint(*size)).collect();
    let receipts: Vec<_> =
        [(0, 1), (0, 300), (255, 256), (256, 257), (299, 300), (17, 100)].map(|(i, s)| model.receipt(i, s)).to_vec();
    let report = check(&model, &checkpoints, &receipts);
    assert_eq!(report.verdict, Verdict::Sound, "{}", report.to_text());
    assert_eq!((report.counts.older_checkpoints, report.counts.receipts), (8, 6));
    assert!(report.notes.is_empty());
}

#[test]
fn l03_a_shortened_log_passes_alone_and_fails_against_an_older_checkpoint() {
    let (long, short) = (Model::random(32, 80, true), Model::random(32, 70, true));
    assert_eq!(long.entries[..70], short.entries[..]);
    let alone = check(&short, &[], &[]);
    assert_eq!(alone.verdict, Verdict::Sound);
    assert!(alone.notes[0].contains("shortened and signed again would not be noticed"));
    let report = check(&short, &[long.checkpoint(80)], &[]);
    assert_eq!(report.verdict, Verdict::Altered);
    assert!(report.problems[0].what.contains("the log was shortened: it had 80 entries, the bundle has 70"));
    let report = check(&short, &[], &[long.receipt(75, 78)]);
    assert!(report.problems[0].what.contains("the log was shortened"));
}

#[test]
fn a_rewritten_log_fails_against_an_older_checkpoint_and_a_receipt() {
    let (before, mut after) = (Model::random(33, 80, true), Model::random(34, 80, true));
    after.key = before.key.clone();
    assert_eq!(check(&after, &[], &[]).verdict, Verdict::Sound);
    for report in [check(&after, &[before.checkpoint(40)], &[]), check(&after, &[], &[before.receipt(3, 40)])] {
        assert_eq!(report.verdict, Verdict::Altered);
        assert!(report.problems[0].what.contains("the log was rewritten: its first 40 entries"));
    }
}

#[test]
fn checkpoints_of_others_say_nothing() {
    let (model, stranger) = (Model::random(35, 20, true), Model::random(36, 20, true));
    let report = check(&model, &[stranger.checkpoint(10)], &[]);
    assert_eq!(report.verdict, Verdict::CannotTell);
    assert!(report.problems[0].what.contains("anyone could have written it"));
    let mut foreign = model.clone();
    foreign.origin = "aims.example/other".into();
    let report = check(&model, &[foreign.checkpoint(10)], &[]);
    assert_eq!(report.verdict, Verdict::CannotTell);
    assert!(report.problems[0].what.contains("is of another log"));
}

#[test]
fn receipts_are_held_against_the_entry() {
    let model = Model::random(37, 20, true);
    let receipt = String::from_utf8(model.receipt(5, 20)).unwrap();
    let report = check(&model, &[], &[receipt.replace("index 5", "index 6").into_bytes()]);
    assert!(report.problems[0].what.contains("its path does not lead from entry 6"), "{}", report.to_text());
    let report = check(&model, &[], &[receipt.replace("index 5", "index 18446744073709551615").into_bytes()]);
    assert_eq!(report.verdict, Verdict::Altered);
    let report = check(&model, &[], &[receipt.replace("@v1", "@v2").into_bytes()]);
    assert_eq!(report.verdict, Verdict::CannotTell);
}
