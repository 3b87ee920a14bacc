//! A scripted session whose whole output is the snapshot: every line of `script.txt` is a command, `script.out` is what they answer.
//! With `UPDATE=1` in the environment the answers are written anew, to be read in the diff.

mod common;

use common::{aims, organization, steady, words};
use std::{fs, path::Path};

#[test]
fn a_session_reads_as_it_should() {
    let folder = organization();
    let write = |name: &str, text: &str| {
        let path = folder.path().join("acme").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("records/north.yaml", "kind: supplier\nkey: north\nfields:\n  name: North Models\n  country: DE\n");
    write("policy.md", "We use AI where it helps.\n\nWe answer for it.\n");
    write("minutes.txt", "Discussed and agreed.\n");
    write(
        "card.md",
        "---\nlicense: apache-2.0\nlibrary_name: xgboost\nx_internal: kept\n---\n# Ranker\n\nRanks claims.\n",
    );
    let mut session = String::new();
    for line in include_str!("script.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let words = words(line.strip_prefix("aims ").unwrap());
        let answer = aims(&folder.path().join("acme"), &words.iter().map(String::as_str).collect::<Vec<_>>());
        let bar = |text: &str| {
            steady(text).lines().map(|l| format!("  | {l}").trim_end().to_owned() + "\n").collect::<String>()
        };
        session += &format!("$ {line}\n{}", steady(&answer.stdout));
        session += &bar(&answer.stderr);
        session += &if answer.exit == 0 { "\n".to_owned() } else { format!("exit {}\n\n", answer.exit) };
    }
    let snapshot = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/script.out");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&snapshot, &session).unwrap();
    }
    let expected = fs::read_to_string(&snapshot).unwrap();
    let differs = session.lines().zip(expected.lines()).position(|(is, was)| is != was);
    let near = differs.map(|n| session.lines().skip(n.saturating_sub(3)).take(8).collect::<Vec<_>>().join("\n"));
    assert!(session == expected, "line {differs:?} of script.out reads otherwise now:\n{}", near.unwrap_or_default());
}
