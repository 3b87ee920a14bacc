//! P3, the other half: honest ledgers raise no alarm, whatever honest thing was done to them. `AIMS_HONEST` ledgers, from a seed.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use aims_tests::{
    chance::Dice,
    check::{exported, judged, sound},
    count,
    play::{Player, found, open, play},
    say, scratch, seed,
};

/// One ledger: acts of all kinds, opened again and again, rebuilt, exported; every check must be silent at every step.
fn one(seed: u64) -> Result<usize, String> {
    let place = scratch();
    let dir = place.path().join("organization");
    let mut dice = Dice::new(seed ^ 0x0068_6f6e_6573_7421);
    let mut player = Player::new(seed, 3);
    let mut organization = found(&dir, seed).map_err(|error| error.to_string())?;
    let (mut acts, mut kept) = (1, Vec::new());
    for day in 0..1 + dice.below(3) {
        let more = 5 + dice.below(25);
        play(&organization, &mut player, more);
        acts += more;
        if dice.one_in(2) {
            organization.rebuild().map_err(|error| error.to_string())?;
        }
        sound(&organization)?;
        let older = place.path().join(format!("checkpoint-{day}"));
        let note = organization.checkpoint_now().map_err(|error| error.to_string())?;
        std::fs::write(&older, note.to_string()).map_err(|error| error.to_string())?;
        kept.push(older);
        organization.close().map_err(|error| error.to_string())?;
        organization = open(&dir, seed + 1, 24 * (day as i64 + 1)).map_err(|error| error.to_string())?;
    }
    let out = place.path().join("bundle");
    let report = exported(&organization, &out)?;
    if report.exit != 0 {
        return Err(report.to_text());
    }
    let kept: Vec<_> = kept.iter().map(|path| path.as_path()).collect();
    let report = judged(&out, &organization.verifier_key().to_string(), &kept);
    if report.exit == 0 { Ok(acts) } else { Err(report.to_text()) }
}

#[test]
fn honest_ledgers_raise_no_alarm() {
    let (seed, ledgers) = (seed(), count("AIMS_HONEST", 20));
    let (next, acts, alarms) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let ledger = next.fetch_add(1, Ordering::Relaxed);
                    if ledger >= ledgers {
                        break;
                    }
                    let own = seed.wrapping_add(ledger as u64 * 7919);
                    match one(own) {
                        Ok(count) => _ = acts.fetch_add(count, Ordering::Relaxed),
                        Err(alarm) => alarms.lock().expect("no panic").push(format!("ledger of seed {own}: {alarm}")),
                    }
                }
            });
        }
    });
    let alarms = alarms.into_inner().expect("no panic");
    assert!(alarms.is_empty(), "{} alarms:\n{}", alarms.len(), alarms.join("\n"));
    say("P3 honest ledgers", &format!("{ledgers} ledgers with {} acts, 0 alarms", acts.into_inner()));
}
