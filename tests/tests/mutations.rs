//! P3 and O-05: whatever is altered is noticed, in the live organization by opening or by its self-check, in a bundle by the independent
//! verifier. `AIMS_MUTATIONS` alterations, from a seed.

use std::{
    fs,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use aims_tests::{
    alter::{self, Files, TABLES},
    chance::Dice,
    check::{exported, judged, sound},
    count,
    play::{found, made, open, play},
    say, scratch, seed,
};

/// Two organizations: the one that is altered, and one that pieces come from.
struct Fixture {
    live: Files,
    other_live: Files,
    bundle: Files,
    other_bundle: Files,
    vkey: String,
    other_place: tempfile::TempDir,
}

impl Fixture {
    fn new(seed: u64) -> Fixture {
        let (live, bundle, vkey) = Fixture::organization(seed, 130);
        let (other_live, other_bundle, _) = Fixture::organization(seed + 1, 90);
        let other_place = scratch();
        alter::put(&other_live, other_place.path());
        Fixture { live, other_live, bundle, other_bundle, vkey, other_place }
    }

    fn organization(seed: u64, acts: usize) -> (Files, Files, String) {
        let place = scratch();
        let dir = place.path().join("organization");
        made(&dir, seed, acts);
        let out = place.path().join("bundle");
        let organization = open(&dir, seed, 1).expect("it opens");
        let report = exported(&organization, &out).expect("a bundle");
        assert_eq!(report.exit, 0, "{}", report.to_text());
        let vkey = organization.verifier_key().to_string();
        organization.close().expect("it closes");
        (alter::read(&dir), alter::read(&out), vkey)
    }
}

#[derive(Default)]
struct Tally {
    noticed: usize,
    nothing_changed: usize,
    missed: Vec<String>,
}

/// `Some(true)`: noticed. `Some(false)`: missed. `None`: nothing that can be seen was changed.
type Answer = (Option<bool>, String);

fn go_through(cases: usize, seed: u64, each: impl Fn(&mut Dice) -> Answer + Sync) -> Tally {
    let (next, tally) = (AtomicUsize::new(0), Mutex::new(Tally::default()));
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let case = next.fetch_add(1, Ordering::Relaxed);
                    if tally.lock().expect("no panic").noticed >= cases || case > 40 * cases {
                        break;
                    }
                    let own = seed ^ (case as u64) << 24;
                    let (noticed, what) = each(&mut Dice::new(own));
                    let mut tally = tally.lock().expect("no panic");
                    match noticed {
                        Some(true) => tally.noticed += 1,
                        None => tally.nothing_changed += 1,
                        Some(false) => tally.missed.push(format!("{what} (dice {own})")),
                    }
                    if tally.missed.len() > 40 {
                        break;
                    }
                }
            });
        }
    });
    let tally = tally.into_inner().expect("no panic");
    assert!(
        tally.missed.is_empty(),
        "{} alterations were not noticed:\n{}",
        tally.missed.len(),
        tally.missed.join("\n")
    );
    assert!(tally.noticed >= cases, "only {} of {cases} alterations changed anything", tally.noticed);
    tally
}

/// Opening refuses, or the self-check finds something.
fn noticed_live(dir: &Path) -> bool {
    match open(dir, 3, 2) {
        Err(_) => true,
        Ok(organization) => sound(&organization).is_err(),
    }
}

#[test]
fn alterations_by_sql_are_noticed_by_the_self_check() {
    let (seed, cases) = (seed(), count("AIMS_MUTATIONS", 240) * 35 / 100);
    let fixture = Fixture::new(seed);
    let tally = go_through(cases, seed, |dice| {
        let place = scratch();
        alter::put(&fixture.live, place.path());
        let table = TABLES[dice.below(TABLES.len())];
        let database = place.path().join("organization.db");
        let other = fixture.other_place.path().join("organization.db");
        match alter::table(&database, &other, table, dice).expect("SQL") {
            None => (None, String::new()),
            Some(what) => (Some(noticed_live(place.path())), what),
        }
    });
    say("P3 alterations by SQL (L-01, L-02)", &format!("{} of {0} noticed by opening or self-check", tally.noticed));
}

#[test]
fn alterations_of_the_files_are_noticed_by_the_self_check() {
    let (seed, cases) = (seed(), count("AIMS_MUTATIONS", 240) * 30 / 100);
    let fixture = Fixture::new(seed);
    let original = {
        let place = scratch();
        alter::put(&fixture.live, place.path());
        alter::dump(&place.path().join("organization.db")).expect("a sound database")
    };
    let tally = go_through(cases, seed ^ 1, |dice| {
        let evidence: Vec<&String> = fixture.live.keys().filter(|name| name.starts_with("evidence/")).collect();
        let name = match dice.below(4) {
            0 => dice.pick(&evidence).map_or("organization.db", |name| name.as_str()),
            _ => "organization.db",
        };
        let place = scratch();
        alter::put(&fixture.live, place.path());
        let other = fixture.other_live.get("organization.db").expect("a database");
        let (bytes, what) = alter::bytes(&fixture.live[name], other, dice);
        if bytes == fixture.live[name] {
            return (None, String::new());
        }
        let path = place.path().join(name);
        fs::write(&path, bytes).expect("a file");
        let seen = name != "organization.db" || alter::dump(&path).map_or(true, |dump| dump != original);
        let what = format!("{name}: {what}");
        let noticed = noticed_live(place.path());
        ((seen || noticed).then_some(noticed), what)
    });
    say(
        "O-05 alterations of raw bytes",
        &format!(
            "{} of {0} that changed visible data noticed; {} changed nothing that can be seen",
            tally.noticed, tally.nothing_changed
        ),
    );
}

#[test]
fn alterations_of_a_bundle_are_noticed_by_the_verifier() {
    let (seed, cases) = (seed(), count("AIMS_MUTATIONS", 240) * 40 / 100);
    let fixture = Fixture::new(seed);
    let names: Vec<&String> = fixture.bundle.keys().collect();
    let tally = go_through(cases, seed ^ 2, |dice| {
        let name = names[dice.below(names.len())].as_str();
        let original = &fixture.bundle[name];
        let (altered, what) = spoil(&fixture, name, dice);
        if altered.as_ref() == Some(original) || alter::unprotected(name, altered.as_deref(), original) {
            return (None, String::new());
        }
        let mut bundle = fixture.bundle.clone();
        match altered {
            Some(bytes) => bundle.insert(name.to_owned(), bytes),
            None => bundle.remove(name),
        };
        let place = scratch();
        alter::put(&bundle, place.path());
        (Some(judged(place.path(), &fixture.vkey, &[]).exit != 0), format!("{name}: {what}"))
    });
    say("P3 alterations of a bundle (L-01, L-02)", &format!("{} of {0} noticed by aims-verify", tally.noticed));
}

fn spoil(fixture: &Fixture, name: &str, dice: &mut Dice) -> (Option<Vec<u8>>, &'static str) {
    let original = &fixture.bundle[name];
    let mut lines: Vec<&[u8]> = original.split_inclusive(|byte| *byte == b'\n').collect();
    let (one, two) = (dice.below(lines.len()), dice.below(lines.len()));
    match dice.below(6) {
        0 => (None, "deleted"),
        1 if !lines.is_empty() => {
            lines.swap(one, two);
            (Some(lines.concat()), "two lines exchanged")
        }
        2 if !lines.is_empty() => {
            lines.insert(two, lines[one]);
            (Some(lines.concat()), "a line doubled")
        }
        _ => {
            let theirs = fixture.other_bundle.get(name).or_else(|| fixture.other_bundle.get("state"));
            let (bytes, what) = alter::bytes(original, theirs.expect("a state"), dice);
            (Some(bytes), what)
        }
    }
}

/// What the table of TRUST 3.7 says can be noticed, and what it says cannot.
struct Two {
    _place: tempfile::TempDir,
    dir: std::path::PathBuf,
    yesterday: Files,
    older: std::path::PathBuf,
    newer: std::path::PathBuf,
    vkey: String,
}

/// An organization, its whole folder as of yesterday, and checkpoints that an auditor kept yesterday and today.
fn two_days(seed: u64) -> Two {
    let place = scratch();
    let dir = place.path().join("organization");
    let mut player = made(&dir, seed, 60);
    let yesterday = alter::read(&dir);
    let organization = open(&dir, seed + 1, 24).expect("it opens");
    let keep = |name: &str, note: String| {
        let path = place.path().join(name);
        fs::write(&path, note).expect("a file");
        path
    };
    let older = keep("older", organization.checkpoint_now().expect("signed").to_string());
    play(&organization, &mut player, 40);
    let newer = keep("newer", organization.checkpoint_now().expect("signed").to_string());
    let vkey = organization.verifier_key().to_string();
    organization.close().expect("it closes");
    Two { dir, yesterday, older, newer, vkey, _place: place }
}

/// Exit of the verifier on a bundle of this folder: alone, and with a checkpoint that an auditor kept.
fn verdicts(dir: &Path, vkey: &str, kept: &Path) -> (u8, u8) {
    let place = scratch();
    let out = place.path().join("bundle");
    let organization = open(dir, 11, 48).expect("the altered organization opens");
    exported(&organization, &out).expect("a bundle");
    (judged(&out, vkey, &[]).exit, judged(&out, vkey, &[kept]).exit)
}

#[test]
fn l_03_a_shortened_ledger_is_refused_by_the_signer_and_by_an_older_checkpoint_but_not_by_a_bundle_alone() {
    let two = two_days(31);
    let cut = scratch();
    let mut files = alter::read(&two.dir);
    // The database of a shorter, consistent ledger: tail, tiles and head all agree.
    files.insert("organization.db".into(), two.yesterday["organization.db"].clone());
    alter::put(&files, cut.path());
    let refused = open(cut.path(), 12, 30).err().expect("the live copy is refused").to_string();
    assert!(refused.contains("missing"), "{refused}");
    let alone = scratch();
    alter::put(&two.yesterday, alone.path());
    let (bundle, with_newer) = verdicts(alone.path(), &two.vkey, &two.newer);
    assert_eq!((bundle, with_newer), (0, 1), "alone it cannot be seen (0), with a newer checkpoint it is altered (1)");
    say("P3 L-03 truncation", "live yes, bundle alone no, with a kept checkpoint yes");
}

#[test]
fn l_04_yesterdays_backup_is_refused_by_the_signer_and_by_a_newer_checkpoint_but_not_by_a_bundle_alone() {
    let two = two_days(41);
    let restored = scratch();
    let mut files = two.yesterday.clone();
    // The signer's state is outside the backup: it is today's.
    for name in ["signer/state", "signer/instance-state"] {
        files.insert(name.into(), fs::read(two.dir.join(name)).expect("a state"));
    }
    alter::put(&files, restored.path());
    assert!(open(restored.path(), 12, 30).is_err(), "the live copy is refused");
    let alone = scratch();
    alter::put(&two.yesterday, alone.path());
    assert_eq!(verdicts(alone.path(), &two.vkey, &two.newer), (0, 1));
    say("P3 L-04 old backup", "live yes, bundle alone no, with a kept checkpoint yes");
}

/// The same organization id and log, another history: with `seed` the key is that of the original or another one.
fn rewritten(seed: u64) -> tempfile::TempDir {
    let place = scratch();
    let dir = place.path().join("organization");
    let organization = found(&dir, seed).expect("an organization is founded");
    let mut player = aims_tests::play::Player::new(777, 5);
    play(&organization, &mut player, 150);
    organization.close().expect("it closes");
    place
}

#[test]
fn l_05_a_rewritten_ledger_without_the_key_is_noticed_everywhere() {
    let two = two_days(51);
    let forged = rewritten(5151);
    let dir = scratch();
    let mut files = alter::read(&two.dir);
    for name in ["organization.db", "instance.db"] {
        files.insert(name.into(), fs::read(forged.path().join("organization").join(name)).expect("a database"));
    }
    alter::put(&files, dir.path());
    assert!(noticed_live(dir.path()), "the live copy is refused");
    let (alone, with_older) = verdicts(&forged.path().join("organization"), &two.vkey, &two.older);
    assert!(alone != 0 && with_older != 0, "the key that the auditor brings did not sign it: {alone}, {with_older}");
    say("P3 L-05 rewritten without the key", "live yes, bundle alone yes, with a kept checkpoint yes");
}

#[test]
fn l_06_a_rewritten_ledger_with_key_and_signer_state_is_noticed_only_by_what_others_kept() {
    let two = two_days(61);
    // The laboratory's chance gives the same key for the same seed: this is the thief's copy.
    let forged = rewritten(61);
    let dir = forged.path().join("organization");
    assert!(!noticed_live(&dir), "L-06: the self-check cannot notice it");
    assert_eq!(verdicts(&dir, &two.vkey, &two.older), (0, 1));
    let receipt = {
        let original = open(&two.dir, 13, 50).expect("it opens");
        let now = original.snapshot().expect("a snapshot");
        (now.receipt(7).expect("a receipt").to_string(), now.entry(7).expect("readable").expect("entry 7"))
    };
    assert_eq!(verdict_with_receipt(&dir, &two.vkey, receipt), 1);
    say("P3 L-06 rewritten with key and state", "live no, bundle alone no, with a kept checkpoint or receipt yes");
}

fn verdict_with_receipt(dir: &Path, vkey: &str, (proof, entry): (String, Vec<u8>)) -> u8 {
    let place = scratch();
    let [out, proof_file, entry_file] = ["bundle", "receipt", "entry"].map(|name| place.path().join(name));
    fs::write(&proof_file, proof).expect("a file");
    fs::write(&entry_file, entry).expect("a file");
    exported(&open(dir, 14, 60).expect("it opens"), &out).expect("a bundle");
    let keys = vec![aims_verify::Key::parse(vkey).expect("a key")];
    let receipts = vec![aims_verify::BroughtReceipt { proof: proof_file, entry: Some(entry_file) }];
    aims_verify::verify(&aims_verify::Request { bundle: out, keys, receipts, ..Default::default() }).exit
}

#[test]
fn l_20_two_trees_are_noticed_when_their_readers_compare() {
    let two = two_days(71);
    let other = rewritten(71);
    let (alone, compared) = verdicts(&other.path().join("organization"), &two.vkey, &two.newer);
    let (first_alone, _) = verdicts(&two.dir, &two.vkey, &two.older);
    assert_eq!((first_alone, alone, compared), (0, 0, 1));
    say("P3 L-20 split view", "live no, bundle alone no, when two readers compare yes");
}

#[test]
fn l_24_what_is_false_when_it_is_written_stays_unnoticed() {
    let two = two_days(81);
    let organization = open(&two.dir, 15, 70).expect("it opens");
    let doing = aims_tests::play::Doing::Record { id: aims_tests::chance::id(9), words: "never happened".into() };
    organization.write(move |draft| doing.carry_out(draft)).expect("written");
    sound(&organization).expect("the self-check cannot know");
    drop(organization);
    assert_eq!(verdicts(&two.dir, &two.vkey, &two.older), (0, 0), "nobody can know");
    say("P3 L-24 fabrication while writing", "live no, bundle alone no, with a kept checkpoint no");
}
