//! Bundles that are sound, of every size at which the tree changes its form.
mod maker;

use aims_verify::{Key, Report, Request, Verdict, verify};
use maker::{Model, files};

fn check(model: &Model) -> Report {
    let folder = tempfile::tempdir().unwrap();
    files::write(&model.files(), folder.path());
    verify(&Request {
        bundle: folder.path().into(),
        keys: vec![Key::parse(&model.vkey()).unwrap()],
        ..Request::default()
    })
}

#[test]
fn sound_bundles_are_sound() {
    for (seed, entries) in
        [(1, 1), (2, 2), (3, 50), (4, 255), (5, 256), (6, 257), (7, 300), (8, 512), (9, 700), (10, 40)]
    {
        let model = Model::random(seed, entries, false);
        let report = check(&model);
        assert_eq!(report.verdict, Verdict::Sound, "seed {seed}: {}", report.to_text());
        assert_eq!(report.counts.entries, entries as u64);
        assert_eq!(report.counts.records, model.records.len() as u64);
        assert_eq!(report.counts.payloads, model.payloads.len() as u64);
        assert_eq!(report.counts.evidence, model.evidence.len() as u64);
    }
}

#[test]
fn blocks_are_cut_between_records() {
    let report = check(&Model::random(11, 6000, true));
    assert_eq!(report.verdict, Verdict::Sound, "{}", report.to_text());
}
