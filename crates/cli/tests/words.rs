//! Help, completions, colours, formats, pipes.

mod common;

use common::{aims, organization, run, words};
use std::{
    path::Path,
    process::{Command, Stdio},
};

fn verbs() -> Vec<String> {
    let help = aims(Path::new("."), &["--help"]).stdout;
    let commands = help.split("Commands:").nth(1).unwrap().split("Options:").next().unwrap();
    let named = commands.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    named.filter_map(|line| line.split_whitespace().next()).filter(|verb| *verb != "help").map(str::to_owned).collect()
}

#[test]
fn every_verb_has_help_with_examples_that_are_understood() {
    let folder = tempfile::tempdir().unwrap();
    let found = verbs();
    assert!(found.len() >= 25, "{found:?}");
    for verb in found {
        let help = aims(folder.path(), &[&verb, "--help"]);
        assert_eq!(help.exit, 0);
        let examples = help.stdout.split("Examples:").nth(1).unwrap_or_else(|| panic!("`aims {verb}` has no examples"));
        for example in examples.lines().filter_map(|line| line.trim().strip_prefix("aims ")) {
            // These two end only when they are told to.
            if verb == "demo" || verb == "serve" {
                continue;
            }
            let mut words = words(example);
            assert_eq!(words.first(), Some(&verb));
            words.extend(["--format".to_owned(), "json".to_owned()]);
            let answer = aims(folder.path(), &words.iter().map(String::as_str).collect::<Vec<_>>());
            assert!(!answer.stderr.contains("\"code\":\"usage\""), "aims {example}: {}", answer.stderr);
        }
    }
}

#[test]
fn the_guide_names_every_verb_and_exit_code() {
    let guide = include_str!("../../../docs/guide/command-line.md");
    for verb in verbs() {
        assert!(guide.contains(&format!("aims {verb}")), "docs/guide/command-line.md does not name `aims {verb}`");
    }
    for exit in 0..=3 {
        assert!(guide.contains(&format!("| {exit} |")), "docs/guide/command-line.md does not name exit code {exit}");
    }
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = aims(Path::new("."), &["completions", shell]);
        assert_eq!(script.exit, 0);
        assert!(script.stdout.contains("withdraw"), "{shell}");
    }
}

#[test]
fn colour_only_where_it_is_wanted() {
    let folder = organization();
    let acme = folder.path().join("acme");
    let with = |variables: &[(&str, &str)]| run(&acme, &["list"], variables, "").stdout;
    assert!(!with(&[]).contains('\u{1b}'));
    assert!(with(&[("CLICOLOR_FORCE", "1")]).contains('\u{1b}'));
    assert!(!with(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]).contains('\u{1b}'));
}

#[test]
fn json_is_json_and_talk_stays_away_from_it() {
    let folder = organization();
    let acme = folder.path().join("acme");
    for line in [
        "record supplier --key north --field name=North",
        "amend north --field country=DE",
        "list",
        "list person --limit 1",
        "show mara",
        "history mara",
        "kinds",
        "kinds risk",
        "check",
        "check --all",
        "explain 5.2-a",
        "frameworks",
        "readiness",
        "verify",
        "receipt north",
        "checkpoint",
        "dispose --due",
        "export bundle --out bundle",
        "withdraw north --why wrong",
    ] {
        let words = words(&format!("{line} --format json"));
        let answer = aims(&acme, &words.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(answer.exit, 0, "{line}: {}", answer.stderr);
        answer.json();
    }
}

#[test]
fn quiet_is_quiet() {
    let folder = organization();
    let acme = folder.path().join("acme");
    let loud = aims(&acme, &["list"]);
    let quiet = aims(&acme, &["list", "--quiet"]);
    assert_eq!(loud.stdout, quiet.stdout);
    assert_ne!(loud.stderr, "");
    assert_eq!(quiet.stderr, "");
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_aims"))
        .arg("kinds")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.stderr, b"");
}

#[test]
fn a_check_fails_only_where_it_was_asked_to() {
    let folder = organization();
    let acme = folder.path().join("acme");
    assert_eq!(aims(&acme, &["check"]).exit, 0);
    assert_eq!(aims(&acme, &["check", "--fail-on", "gap"]).exit, 1);
    let check = aims(&acme, &["check"]).stdout;
    assert!(!check.contains('%') && !check.contains("compliant"), "{check}");
}

#[test]
fn who_acts_comes_from_the_environment_too() {
    let folder = organization();
    let acme = folder.path().join("acme");
    assert_eq!(
        aims(
            &acme,
            &["record", "person", "--key", "jonas", "--field", "name=Jonas Berg", "--field", "employment=employee"]
        )
        .exit,
        0
    );
    let acted =
        run(&acme, &["record", "supplier", "--key", "north", "--field", "name=North"], &[("AIMS_ACTOR", "jonas")], "");
    assert_eq!(acted.exit, 0, "{}", acted.stderr);
    assert!(aims(&acme, &["history", "north"]).stdout.contains("Jonas Berg recorded"));
}

#[test]
fn a_template_filled_in_is_a_record() {
    let folder = organization();
    let acme = folder.path().join("acme");
    let template = aims(&acme, &["kinds", "supplier", "--template"]).stdout.replace("  name:\n", "  name: North\n");
    let recorded = run(&acme, &["record", "--file", "-", "--format", "json"], &[], &template);
    assert_eq!(recorded.exit, 0, "{}", recorded.stderr);
    assert_eq!(recorded.json()[0]["act"], "recorded");
}

#[test]
fn the_demo_shows_the_state_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let story = aims(folder.path(), &["demo", "--once"]);
    assert_eq!(story.exit, 0, "{}", story.stderr);
    let lines: Vec<&str> = story.stdout.lines().collect();
    assert!(lines.len() < 100, "{} lines", lines.len());
    for told in
        ["A.6   AI system life cycle", "■ nonconformity (major) 5.2-a", "next aims ", "What lapses in the next 90 days"]
    {
        assert!(story.stdout.contains(told), "{told}: {}", story.stdout);
    }
    assert!(lines.iter().all(|line| line.chars().count() <= 140), "{}", story.stdout);
    assert!(
        story.stdout.contains("✓ sound") && (story.stdout.contains("ALTERED") || story.stdout.contains("■ altered[")),
        "{}",
        story.stdout
    );
    assert!(lines.last().is_some_and(|line| line.contains("aims init")), "{}", story.stdout);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the demo leaves nothing behind");
}

#[test]
fn readiness_is_facts_and_no_number_over_them() {
    let folder = organization();
    let acme = folder.path().join("acme");
    let text = aims(&acme, &["readiness"]);
    assert_eq!(text.exit, 0, "{}", text.stderr);
    for fact in (1..=14).map(|n| format!("R{n}: ")) {
        assert!(text.stdout.contains(&fact), "{fact}: {}", text.stdout);
    }
    assert!(text.stdout.contains("✓ met R13") && text.stdout.contains("┄ cannot tell R14"), "{}", text.stdout);
    assert!(!text.stdout.contains('%'), "{}", text.stdout);
    let page = aims(&acme, &["readiness", "--format", "markdown"]);
    assert!(
        page.stdout.starts_with("# Ready for certification?") && page.stdout.contains("### R1 "),
        "{}",
        page.stdout
    );
    assert_eq!(aims(&acme, &["readiness", "--format", "sarif"]).exit, 2);
}
