//! Content that is spoilt at one place is refused with the place, or can be used: it never brings anything down.
//!
//! `AIMS_SEED` repeats a run, and `AIMS_SPOILT=20000` tries so many ways instead of a few hundred. All that there are: `AIMS_SPOILT=all`.

mod spoilt;
mod support;

use std::{
    sync::OnceLock,
    sync::atomic::{AtomicUsize, Ordering},
};

use aims_conformity::{Conformity, predicate_names};
use aims_framework::{
    Content, access, kinds,
    standard::{Frameworks, load, sentence},
    yaml::ContentError,
};
use spoilt::Tree;
use support::{Case, cases, content, day, files, register};

/// So many ways are tried of each group of files, where nothing else is asked.
const TRIED: usize = 60;

const FOLDER: &str = "frameworks/iso-42001/";

fn built_in() -> &'static Content {
    static BUILT_IN: OnceLock<Content> = OnceLock::new();
    BUILT_IN.get_or_init(Content::embedded)
}

/// A number that looks drawn, from a seed and a count.
fn drawn(seed: u64, n: u64) -> u64 {
    let mut z = seed.wrapping_add((n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

/// A file spoilt in one way.
struct Spoilt {
    name: String,
    text: String,
    how: String,
}

/// Spoils files of which `which` says the name, and lets `load` load each; `load` panics where what comes of it is not in order.
fn each_spoilt(which: impl Fn(&str) -> bool, load: impl Fn(&Spoilt) -> Result<(), Vec<ContentError>> + Sync) {
    let seed = std::env::var("AIMS_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(42_001);
    println!("seed {seed}");
    let trees: Vec<(&str, Tree)> = built_in()
        .files
        .iter()
        .filter(|(name, _)| which(name))
        .map(|(name, text)| (name.as_str(), Tree::of(name, text)))
        .collect();
    let all: usize = trees.iter().map(|(_, tree)| tree.ways()).sum();
    let asked = std::env::var("AIMS_SPOILT").unwrap_or_default();
    let tried = if asked == "all" { all } else { asked.parse().unwrap_or(TRIED) };
    let next = AtomicUsize::new(0);
    let refused = AtomicUsize::new(0);
    let work = || {
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            if n >= tried {
                return;
            }
            let drawn_way = usize::try_from(drawn(seed, n as u64) % all as u64).expect("a way");
            let spoilt = spoil(&trees, if tried == all { n } else { drawn_way }, drawn(seed ^ 1, n as u64));
            if let Err(errors) = load(&spoilt) {
                refused.fetch_add(1, Ordering::Relaxed);
                in_place(&spoilt, &errors);
            }
        }
    };
    std::thread::scope(|scope| {
        (0..2).for_each(|_| drop(scope.spawn(work)));
    });
    let refused = refused.into_inner();
    println!("{refused} of {tried} were refused, of {all} ways to spoil {} files", trees.len());
    assert!(refused * 2 > tried, "hardly anything is refused");
}

fn spoil(trees: &[(&str, Tree)], mut way: usize, chance: u64) -> Spoilt {
    let within = |(_, tree): &&(&str, Tree)| {
        let here = way < tree.ways();
        if !here {
            way -= tree.ways();
        }
        here
    };
    let (name, tree) = trees.iter().find(within).expect("the way stands in a file");
    let mut scalars = Vec::new();
    tree.scalars(&mut scalars);
    let other = usize::try_from(chance % scalars.len().max(1) as u64).expect("a scalar");
    let mut spoilt = tree.clone();
    let how = spoilt.spoil(way, scalars.get(other).copied().unwrap_or(tree));
    Spoilt { name: (*name).to_owned(), text: spoilt.written(), how: format!("{name}: {how}") }
}

/// Every error has a place in a file that is there, and says something once.
fn in_place(spoilt: &Spoilt, errors: &[ContentError]) {
    assert!(!errors.is_empty(), "{}: refused without a word", spoilt.how);
    for error in errors {
        let file = |name: &str| name == error.file || name.strip_prefix(FOLDER) == Some(error.file.as_str());
        let known = file(&spoilt.name) || built_in().files.iter().any(|(name, _)| file(name));
        let own = file(&spoilt.name);
        let lines = if own { spoilt.text.lines().count().max(1) } else { usize::MAX };
        assert!(known && (1..=lines).contains(&error.line) && error.column >= 1, "{}: {error}", spoilt.how);
        assert!(!error.message.is_empty() && error.message.len() < 1_000, "{}: {error}", spoilt.how);
    }
    let mut said: Vec<_> = errors.iter().collect();
    said.sort();
    said.dedup();
    assert_eq!(said.len(), errors.len(), "{}: said twice: {errors:?}", spoilt.how);
}

fn with(spoilt: &Spoilt) -> Vec<(String, String)> {
    let mut files = built_in().files.clone();
    for (_, text) in files.iter_mut().filter(|(name, _)| *name == spoilt.name) {
        text.clone_from(&spoilt.text);
    }
    files
}

#[test]
fn kinds_roles_and_retention() {
    let words = ["roles.yaml", "retention.yaml", "clauses.yaml"];
    each_spoilt(
        |name| name.starts_with("kinds/") && name.ends_with(".yaml") || words.contains(&name),
        |spoilt| {
            let found = kinds::load(&with(spoilt), &[])?;
            let id = spoilt.name.strip_prefix("kinds/").and_then(|name| name.strip_suffix(".yaml"));
            if let Some(kind) = id.and_then(|id| found.get(id)) {
                assert!(kinds::json_schema(kind).is_object(), "{}", spoilt.how);
                assert!(!kinds::yaml_template(kind).is_empty(), "{}", spoilt.how);
                assert!(!kinds::reference_page(kind, &found).is_empty(), "{}", spoilt.how);
            }
            Ok(())
        },
    );
}

#[test]
fn who_may_do_what() {
    let known = &content().0;
    each_spoilt(|name| name == access::FILE, |spoilt| access::load(&with(spoilt), known).map(|_| ()));
}

#[test]
fn requirements_controls_terms_and_rules() {
    let scenarios: Vec<Case> =
        files().iter().flat_map(|(path, text)| cases(&path.display().to_string(), text)).collect();
    each_spoilt(
        |name| name.starts_with(FOLDER) && name.ends_with(".yaml"),
        |spoilt| {
            let framework = load(&files_for(spoilt), &content().0, &predicate_names())?;
            for rule in framework.rules.values() {
                assert!(!sentence(rule, &content().0).is_empty(), "{}", spoilt.how);
            }
            let items: Vec<String> =
                framework.rules.keys().filter(|item| spoilt.text.contains(*item)).cloned().collect();
            let frameworks: Frameworks = [framework].into_iter().collect();
            for case in scenarios.iter().filter(|case| items.contains(&case.item)).take(2) {
                let register = register(&case.lines);
                let of = Conformity { frameworks: &frameworks, register: &register };
                assert!(of.verdict(&format!("iso-42001:2023/{}", case.item), day(&case.date)).is_some());
            }
            Ok(())
        },
    );
}

/// The spoilt file and those that it rests on: one file of rules is held against the requirements without the other rules.
fn files_for(spoilt: &Spoilt) -> Vec<(&str, &str)> {
    let of_rules = |name: &str| name.starts_with("rules/");
    let own = spoilt.name.strip_prefix(FOLDER).expect("a file of the framework");
    let others = built_in().under(FOLDER).filter_map(|(name, text)| Some((name.strip_prefix(FOLDER)?, text)));
    let needed =
        others.filter(|(name, _)| *name != own && name.ends_with(".yaml") && !(of_rules(name) && of_rules(own)));
    needed.chain([(own, spoilt.text.as_str())]).collect()
}

/// Files that are no file of content, whatever they are a file of.
fn unreadable() -> Vec<(&'static str, String)> {
    let deep = |open: &str| open.repeat(100_000);
    vec![
        ("empty", String::new()),
        ("a comment", "# nothing\n".to_owned()),
        ("one word", "nothing\n".to_owned()),
        ("a NUL", "\0".to_owned()),
        ("a tab", "a:\n\t- b\n".to_owned()),
        ("a list left open", "[a, b".to_owned()),
        ("a quote left open", "a: \"b\n".to_owned()),
        ("an anchor", "a: &a 1\nb: *a\n".to_owned()),
        ("an alias to nothing", "a: *b\n".to_owned()),
        ("a tag", "a: !!str 1\n".to_owned()),
        ("two documents", "a: 1\n---\na: 1\n".to_owned()),
        ("lists without end", deep("[")),
        ("mappings without end", deep("{a: ")),
        ("a block without end", deep("- ")),
        ("too long", "x".repeat(300_000)),
    ]
}

#[test]
fn what_cannot_be_read_at_all_is_one_error_of_its_file() {
    let names = ["roles.yaml", "kinds/soa.yaml", access::FILE].map(str::to_owned).into_iter();
    let of_framework =
        ["source.yaml", "requirements/4-context.yaml", "controls.yaml", "terms.yaml", "rules/4-context.yaml"];
    for name in names.chain(of_framework.map(|name| format!("{FOLDER}{name}"))) {
        for (how, text) in unreadable() {
            let spoilt = Spoilt { name: name.clone(), text, how: format!("{name}: {how}") };
            let found = match name.strip_prefix(FOLDER) {
                Some(_) => load(&files_for(&spoilt), &content().0, &predicate_names()).map(|_| ()),
                None if name == access::FILE => access::load(&with(&spoilt), &content().0).map(|_| ()),
                None => kinds::load(&with(&spoilt), &[]).map(|_| ()),
            };
            let errors = found.expect_err(&spoilt.how);
            assert_eq!(errors.len(), 1, "{}: {errors:?}", spoilt.how);
            assert!(spoilt.name.ends_with(&errors[0].file), "{}: {}", spoilt.how, errors[0]);
        }
    }
}

#[test]
fn what_is_not_spoilt_loads_when_written_in_another_way() {
    let written = |(name, text): &(String, String)| match name.ends_with(".yaml") && !name.starts_with("samples/") {
        true => (name.clone(), Tree::of(name, text).written()),
        false => (name.clone(), text.clone()),
    };
    let again = Content { files: built_in().files.iter().map(written).collect(), own: Vec::new() };
    let kinds = again.kinds().expect("the kinds load");
    assert_eq!(format!("{:?}", kinds.by_id), format!("{:?}", content().0.by_id));
    aims_framework::standard::load_all(&again, &kinds, &predicate_names()).expect("the frameworks load");
}
