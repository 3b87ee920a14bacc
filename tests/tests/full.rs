//! O-01: a disk that is really full, where the test may mount one.
#![cfg(target_os = "linux")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use aims_store::{EvidenceError, Offer, Organization, WriteError, Written};
use aims_tests::{
    chance::id,
    check::sound,
    play::{Doing, found, open},
    say, scratch,
};

/// A small file system in memory, unmounted when dropped.
struct Mounted {
    place: tempfile::TempDir,
}

impl Mounted {
    fn new(size: &str) -> Option<Mounted> {
        let root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout == b"0\n");
        let place = tempfile::tempdir().expect("a temporary folder");
        let options = format!("size={size}");
        let mount = || Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(place.path()).status();
        if root && mount().is_ok_and(|status| status.success()) {
            return Some(Mounted { place });
        }
        println!("skipped: mounting a small disk needs root");
        None
    }

    fn path(&self) -> &Path {
        self.place.path()
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

fn record(organization: &Organization, number: u64) -> Result<Written, WriteError<aims_store::AppendError>> {
    let doing = Doing::Record { id: id(u128::from(number) << 32 | 7), words: "x".repeat(2000) };
    organization.write(move |draft| doing.carry_out(draft))
}

/// Writes until the disk is full; answers what was acknowledged.
fn fill(organization: &Organization) -> Vec<Written> {
    let mut acked = Vec::new();
    for number in 0..100_000 {
        match record(organization, number) {
            Ok(written) => acked.push(written),
            Err(WriteError::StorageFull) => return acked,
            Err(other) => panic!("the answer of a full disk is `storage_full`, not: {other}"),
        }
    }
    panic!("the disk never filled up")
}

fn ballast(disk: &Path) -> PathBuf {
    let path = disk.join("ballast");
    fs::write(&path, vec![7; 200 << 10]).expect("room for ballast");
    path
}

#[test]
fn on_a_full_disk_nothing_acknowledged_is_lost_reading_works_and_space_heals() {
    let Some(disk) = Mounted::new("2m") else { return };
    let dir = disk.path().join("organization");
    let ballast = ballast(disk.path());
    let organization = found(&dir, 5).expect("an organization is founded");
    let acked = fill(&organization);
    assert!(acked.len() > 20, "only {} acts before the disk was full", acked.len());
    holds_exactly(&organization, &acked);
    let mut file = vec![b'x'; 300 << 10];
    file.push(b'\n');
    let offer = Offer { name: "big.txt".into(), ..Offer::default() };
    let evidence = organization.put_evidence(&offer, &mut file.as_slice());
    assert!(matches!(evidence, Err(EvidenceError::StorageFull)), "{evidence:?}");
    for number in 200_000..200_005 {
        assert!(matches!(record(&organization, number), Err(WriteError::StorageFull)), "still full");
    }
    fs::remove_file(ballast).expect("space returns");
    let healed = record(&organization, 300_000).expect("writing goes on by itself when space returns");
    assert_eq!(healed.seq, acked.len() as u64 + 1);
    sound(&organization).expect("sound");
    organization.close().expect("it closes");
    let again = open(&dir, 6, 1).expect("it opens");
    sound(&again).expect("sound after opening again");
    say(
        "O-01 full disk",
        &format!("2 MiB tmpfs: {} acknowledged = {0} stored, then `storage_full`; healed by itself", acked.len()),
    );
}

fn holds_exactly(organization: &Organization, acked: &[Written]) {
    let now = organization.snapshot().expect("reading works on a full disk");
    assert_eq!(now.size().expect("a size"), acked.len() as u64 + 1, "acknowledged is stored, and nothing else");
    for written in acked {
        let entry = now.entry(written.seq).expect("reading works").expect("the entry is there");
        assert_eq!(aims_ledger::leaf_hash(&entry), written.leaf_hash);
    }
}

#[test]
fn a_disk_that_is_full_when_opening_can_still_be_read() {
    let Some(disk) = Mounted::new("2m") else { return };
    let dir = disk.path().join("organization");
    let acked = {
        let organization = found(&dir, 8).expect("an organization is founded");
        fill(&organization)
        // Dropped without room for a last checkpoint.
    };
    let options = aims_store::OpenOptions::read();
    let (clock, chance) = (aims_tests::chance::TickingClock::new(1), aims_tests::chance::SeededChance::new(1));
    let organization = Organization::open(&dir, options, clock, chance).expect("it opens for reading");
    holds_exactly(&organization, &acked);
    let copy = scratch();
    let status = Command::new("cp").arg("-a").arg(&dir).arg(copy.path()).status().expect("cp");
    assert!(status.success());
    let moved = open(&copy.path().join("organization"), 9, 1).expect("a copy on a larger disk opens");
    sound(&moved).expect("sound on the larger disk");
}
