//! Each way to alter a bundle is found, and the sentence names the place. Where an attacker could sign again, the
//! bundle is made anew around the alteration, so that the check in question is the only one that can find it.
mod maker;

use aims_verify::{Key, Report, Request, Verdict, verify};
use maker::{
    Model,
    files::{Files, leaf, root, write},
    passkeys, seals,
};

/// A bundle with every kind of content; entry 0 to 119.
fn model() -> Model {
    Model::random(21, 120, false)
}

fn report(files: &Files, key: &str) -> Report {
    let folder = tempfile::tempdir().unwrap();
    write(files, folder.path());
    verify(&Request { bundle: folder.path().into(), keys: vec![Key::parse(key).unwrap()], ..Request::default() })
}

#[track_caller]
fn found(files: &Files, key: &str, verdict: Verdict, place: &str, what: &str) {
    let report = report(files, key);
    let first = report.problems.first().unwrap_or_else(|| panic!("accepted; expected `{place}: {what}`"));
    assert_eq!(report.verdict, verdict, "{first:?}");
    assert!(first.place.contains(place) && first.what.contains(what), "expected `{place}: {what}`, got {first:?}");
}

/// Alters the files of a signed bundle.
#[track_caller]
fn files_altered(alter: impl FnOnce(&mut Files), place: &str, what: &str) {
    let model = model();
    let mut files = model.files();
    alter(&mut files);
    found(&files, &model.vkey(), Verdict::Altered, place, what);
}

/// Alters the log and signs it again.
#[track_caller]
fn signed_again(alter: impl FnOnce(&mut Model), place: &str, what: &str) {
    let mut model = model();
    alter(&mut model);
    found(&model.files(), &model.vkey(), Verdict::Altered, place, what);
}

fn file<'f>(files: &'f mut Files, start: &str) -> &'f mut Vec<u8> {
    files.iter_mut().find(|(name, _)| name.starts_with(start)).unwrap().1
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect()
}

fn replace(bytes: &mut Vec<u8>, old: &str, new: &str) {
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.contains(old), "{old} is not in {text}");
    *bytes = text.replacen(old, new, 1).into_bytes();
}

/// The first entry on a record beside the one that begins it.
fn later_act(model: &Model) -> usize {
    model
        .entries
        .iter()
        .position(|e| {
            String::from_utf8_lossy(e).contains("\"prev\":") && !String::from_utf8_lossy(e).contains("\"prev\":null")
        })
        .unwrap()
}

#[test]
fn flipped_bits_in_the_log() {
    files_altered(|f| file(f, "tile/entries")[60] ^= 1, "entry 0", "");
    files_altered(|f| file(f, "tile/0/")[33] ^= 1, "entry 1", "its hash is not the one that tile/0/000.p/120 has");
    files_altered(|f| replace(file(f, "checkpoint"), "\n120\n", "\n121\n"), "checkpoint", "signature");
    files_altered(|f| file(f, "checkpoint")[0] ^= 1, "checkpoint", "");
}

#[test]
fn flipped_bits_in_content() {
    files_altered(|f| replace(file(f, "payloads"), "\"n\":0", "\"n\":1"), "entry", "is missing from payloads");
    files_altered(
        |f| replace(file(f, "payloads"), "Example", "Exbmple"),
        "entry 0, payload 0 (payloads, line 1)",
        "do not match",
    );
    files_altered(|f| replace(file(f, "payloads"), "\"c\":\"", "\"c\":\"x"), "payloads, line 1", "is not a header");
    files_altered(
        |f| replace(file(f, "state"), "ai-system", "ai-sistem"),
        "state, line 1",
        "is not what the acts on record",
    );
    files_altered(|f| file(f, "evidence/")[0] ^= 1, "evidence/", "its SHA-256 is not its name");
    files_altered(|f| file(f, "SHA256SUMS")[0] ^= 1, "SHA256SUMS, line 1", "");
}

#[test]
fn whole_lines_of_payloads() {
    let alter = |change: fn(&mut Vec<Vec<u8>>)| {
        move |f: &mut Files| {
            let payloads = file(f, "payloads");
            let mut all = lines(payloads);
            change(&mut all);
            *payloads = all.concat();
        }
    };
    files_altered(alter(|l| drop(l.drain(8..10))), "payload", "is missing from payloads");
    files_altered(alter(|l| drop(l.splice(10..10, l[8..10].to_vec()))), "payload", "");
    files_altered(alter(|l| (8..10).for_each(|n| l.swap(n, n + 2))), "payload", "is missing from payloads");
    files_altered(alter(|l| l.truncate(l.len() - 1)), "payloads, line", "the file ends here");
    files_altered(alter(|l| l.extend_from_within(..2)), "payloads, line", "stands where none is expected");
}

#[test]
fn whole_lines_of_state() {
    files_altered(|f| *file(f, "state") = lines(file(f, "state"))[1..].concat(), "state, line 1", "");
    files_altered(
        |f| {
            let s = file(f, "state");
            let mut l = lines(s);
            l.pop();
            *s = l.concat();
        },
        "state, line",
        "is missing",
    );
    files_altered(
        |f| {
            let s = file(f, "state");
            let mut l = lines(s);
            l.swap(0, 1);
            *s = l.concat();
        },
        "state, line 1",
        "",
    );
    files_altered(
        |f| {
            let s = file(f, "state");
            let l = lines(s);
            s.extend(l[0].clone());
        },
        "state, line",
        "stands for no record",
    );
}

#[test]
fn l18_salts_and_payloads_swapped() {
    let swap_salts = |m: &mut Model| {
        let (a, b) = (m.payloads[2].salt, m.payloads[3].salt);
        m.payloads[2].salt = b;
        m.payloads[3].salt = a;
    };
    signed_again(swap_salts, "payload", "do not match the entry's commitment");
    signed_again(
        |m| {
            let other = m.payloads[3].bytes.clone();
            m.payloads[2].bytes = other;
        },
        "payload",
        "",
    );
    signed_again(
        |m| {
            let c = m.payloads[3].c.clone();
            m.payloads[2].c = c;
        },
        "payload",
        "its commitment is not the one in the entry",
    );
}

#[test]
fn l08_sequence_numbers_and_chains() {
    signed_again(|m| replace(&mut m.entries[5], "\"seq\":5", "\"seq\":6"), "entry 5", "says that it is entry 6");
    signed_again(
        |m| {
            m.entries.remove(7);
        },
        "entry 7",
        "says that it is entry 8",
    );
    signed_again(|m| m.entries.swap(3, 4), "entry 3", "says that it is entry 4");
    signed_again(
        |m| {
            let e = m.entries[9].clone();
            m.entries.insert(9, e);
        },
        "entry 10",
        "says that it is entry 9",
    );
    let version = |m: &mut Model| {
        let at = later_act(m);
        replace(&mut m.entries[at], "\"ver\":", "\"ver\":1");
    };
    signed_again(version, "entry", "of its record, where version");
    let prev = |m: &mut Model| {
        let at = later_act(m);
        replace(&mut m.entries[at], "\"prev\":", "\"prev\":9");
    };
    signed_again(prev, "entry", "its `prev` is not the act before it");
    signed_again(
        |m| replace(&mut m.entries[8], "2026-01-01T00:00:08", "2026-01-01T00:00:05"),
        "entry 8",
        "is before that of the entry before it",
    );
    signed_again(|m| replace(&mut m.entries[8], "\"clamped\":false", "\"clamped\":true"), "entry 8", "held back");
}

#[test]
fn entries_of_another_organization() {
    let other = |m: &mut Model| {
        let mut foreign = Model::random(22, 120, false);
        foreign.org = "01940c9e-0000-7cc3-9d54-2d8cf1a0b0ff".into();
        let org = m.org.clone();
        replace(&mut m.entries[30], &org, &foreign.org);
    };
    signed_again(other, "entry 30", "another organization");
    signed_again(|m| m.origin = "aims.example/other".into(), "entry 0", "founds another organization or another log");
}

#[test]
fn l07_l27_other_bytes_with_the_same_meaning() {
    signed_again(|m| replace(&mut m.entries[4], ",\"org\"", ", \"org\""), "entry 4", "not in canonical form");
    signed_again(|m| replace(&mut m.entries[4], "{\"act\"", "{\"\\u0061ct\""), "entry 4", "not in canonical form");
    signed_again(|m| replace(&mut m.entries[4], "\"v\":1}", "\"v\":1,\"v\":1}"), "entry 4", "not in canonical form");
    let payload = |m: &mut Model| {
        let p = &mut m.payloads[0];
        p.bytes.insert(1, b' ');
        let old = p.c.clone();
        p.c = maker::commitment(&p.salt, &p.bytes);
        let (new, len) = (p.c.clone(), p.bytes.len());
        replace(&mut m.entries[0], &old, &new);
        replace(&mut m.entries[0], &format!("\"len\":{}", len - 1), &format!("\"len\":{len}"));
    };
    signed_again(payload, "entry 0", "canonical");
}

#[test]
fn unknown_versions_and_members_cannot_be_told() {
    for (old, new) in
        [("\"v\":1}", "\"v\":2}"), ("\"ts_state\"", "\"ts_near\":1,\"ts_state\""), ("\"amr\"", "\"alias\":1,\"amr\"")]
    {
        let mut model = model();
        replace(&mut model.entries[4], old, new);
        let mut files = model.files();
        found(&files, &model.vkey(), Verdict::CannotTell, "entry 4", "not known");
        // The same where the log's key never signed it is an alteration.
        files.insert("checkpoint".into(), self::model().files()["checkpoint"].clone());
        found(&files, &model.vkey(), Verdict::Altered, "checkpoint", "its root is not that of the entries");
    }
    let model = model();
    let mut files = model.files();
    replace(file(&mut files, "bundle.json"), "\"v\":1", "\"v\":2");
    found(&files, &model.vkey(), Verdict::CannotTell, "bundle.json", "not known");
}

#[test]
fn l09_an_inner_node_is_no_leaf() {
    let node = |m: &mut Model| {
        let inner = [&[1], leaf(&m.entries[6]).as_slice(), &leaf(&m.entries[7])].concat();
        m.entries[6] = inner;
        m.entries.remove(7);
    };
    signed_again(node, "entry 6", "not in canonical form");
}

#[test]
fn l10_tiles_of_another_width() {
    let rename = |f: &mut Files, to: &str| {
        let t = f.remove("tile/0/000.p/120").unwrap();
        f.insert(to.into(), t);
    };
    files_altered(|f| rename(f, "tile/0/000.p/119"), "tile/0/000.p/119", "has no such file");
    files_altered(|f| file(f, "tile/0/").truncate(119 * 32), "tile/0/000.p/120", "has 3808 bytes instead of 3840");
    files_altered(|f| drop(f.remove("tile/0/000.p/120")), "tile/0/000.p/120", "missing");
    files_altered(|f| drop(f.insert("tile/0/001.p/1".into(), vec![0; 32])), "tile/0/001.p/1", "has no such file");
    files_altered(|f| drop(f.insert("tile/1/000.p/1".into(), vec![0; 32])), "tile/1/000.p/1", "has no such file");
    files_altered(|f| file(f, "tile/entries").push(0), "tile/entries/000.p/120", "after its last entry");
    files_altered(
        |f| {
            file(f, "tile/entries").pop();
        },
        "tile/entries/000.p/120",
        "ends within entry 119",
    );
}

#[test]
fn sizes_that_the_log_does_not_have() {
    for size in [119, 121, 1_000_000, 4_000_000_000] {
        let model = model();
        let mut files = model.files();
        files.insert("checkpoint".into(), model.sign_checkpoint(size, root(&model.leaves())));
        replace(file(&mut files, "bundle.json"), "\"size\":120", &format!("\"size\":{size}"));
        found(&files, &model.vkey(), Verdict::Altered, "tile/", "no such file");
    }
}

#[test]
fn files_that_are_missing_or_strange() {
    for name in ["bundle.json", "checkpoint", "payloads", "state", "SHA256SUMS", "evidence/", "tile/entries/"] {
        files_altered(
            |f| {
                let full = f.keys().find(|k| k.starts_with(name)).unwrap().clone();
                f.remove(&full);
            },
            name,
            "missing",
        );
    }
    files_altered(
        |f| drop(f.insert("evidence/00/more".into(), vec![])),
        "evidence/00/more",
        "no payload in the bundle names",
    );
}

#[test]
fn l28_keys() {
    let (model, stranger) = (model(), Model::random(99, 1, true));
    found(&model.files(), &stranger.vkey(), Verdict::CannotTell, "checkpoint", "no signature is by a known key");
    let folder = tempfile::tempdir().unwrap();
    write(&model.files(), folder.path());
    let own = Request { bundle: folder.path().into(), ..Request::default() };
    let report = verify(&own);
    assert_eq!((report.exit, report.problems[0].place.as_str()), (2, "keys"));
    assert_eq!(verify(&Request { trust_bundle_keys: true, ..own }).exit, 0);
    // A name and an id like the log's, but another key: the signature has to match, not the label.
    let mut files = model.files();
    replace(file(&mut files, "checkpoint"), "— ", "— x");
    found(&files, &model.vkey(), Verdict::CannotTell, "checkpoint", "known key");
    // Altered beats cannot tell.
    file(&mut files, "state")[20] ^= 1;
    found(&files, &model.vkey(), Verdict::Altered, "state, line 1", "");
}

#[test]
fn withholding_has_to_be_said_and_is_for_personal_payloads_only() {
    let mut model = model();
    let at = model.payloads.iter().position(|p| p.n > 0 && p.file.is_none()).unwrap();
    model.payloads[at].withheld = true;
    found(&model.files(), &model.vkey(), Verdict::Altered, "payload 1", "withheld");
    model.withheld = true;
    let sound = report(&model.files(), &model.vkey());
    assert_eq!((sound.verdict, sound.counts.withheld), (Verdict::Sound, 1));
    model.payloads[0].withheld = true;
    found(&model.files(), &model.vkey(), Verdict::Altered, "entry 0", "withheld");
}

#[test]
fn a_passkey_signature_is_of_this_act_and_no_other() {
    for (what, model) in passkeys::wrong() {
        let entry = format!("entry {}", model.entries.len() - 1);
        found(&model.files(), &model.vkey(), Verdict::Altered, &entry, what);
    }
    for model in passkeys::sound() {
        let report = report(&model.files(), &model.vkey());
        assert_eq!(report.verdict, Verdict::Sound, "{}", report.to_text());
    }
    let unknown = passkeys::not_understood();
    found(&unknown.files(), &unknown.vkey(), Verdict::CannotTell, "entry 30", "`rs256`, which is not known");
}

#[test]
fn sealed_values_and_personal_payloads_name_each_other() {
    for (what, model) in seals::wrong() {
        let entry = format!("entry {}", model.entries.len() - 1);
        found(&model.files(), &model.vkey(), Verdict::Altered, &entry, what);
    }
    for model in seals::sound() {
        let report = report(&model.files(), &model.vkey());
        assert_eq!(report.verdict, Verdict::Sound, "{}", report.to_text());
    }
}
