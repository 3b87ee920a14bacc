//! The sample organization plays from its founding to its last day, and what it left is sound.

use std::{path::Path, sync::Arc};

use aims_app::{Aims, chance::SystemChance, daybook::Daybook};

fn sample() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/samples/small/daybook.yaml")
}

fn played(dir: &Path) -> Aims {
    let daybook = Daybook::read(&sample()).unwrap();
    daybook.play(dir, Arc::new(SystemChance), &mut |_| {}).unwrap_or_else(|failure| panic!("{failure}"))
}

#[test]
fn the_small_organization_plays_and_is_sound() {
    let dir = tempfile::tempdir().unwrap();
    let aims = played(&dir.path().join("org"));
    let findings = aims.verify(&mut |_, _| {}).unwrap();
    assert!(findings.findings.is_empty(), "{:?}", findings.findings);
    assert!(findings.entries > 60);
}
