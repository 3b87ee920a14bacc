//! `docs/guide/bad-inputs.md` says which test shows each answer: those tests exist, and no input we answer for is missing.

use std::fs;

use aims_tests::root;

/// What the page must have a row for.
const ANSWERED: [&str; 44] = [
    "B-01", "B-02", "B-03", "B-04", "B-05", "B-06", "B-07", "B-08", "B-09", "B-10", "B-11", "B-12", "B-13", "B-14",
    "B-15", "B-16", "B-17", "B-18", "B-19", "B-20", "B-21", "B-22", "B-23", "B-24", "B-25", "B-26", "B-27", "B-28",
    "B-29", "B-30", "B-31", "B-32", "B-33", "B-34", "B-35", "B-36", "B-42", "B-43", "B-44", "B-45", "B-46", "B-52",
    "B-53", "B-56",
];

/// The rows below the head of the table: number and tests, each with its file.
fn rows(page: &str) -> Vec<(&str, Vec<(&str, &str)>)> {
    page.lines()
        .filter(|line| line.starts_with("| B-"))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            let tests = cells.last().unwrap().split(", ").map(|link| {
                let link = link.strip_prefix('[').and_then(|l| l.strip_suffix(')'));
                link.and_then(|l| l.split_once("](")).unwrap_or_else(|| panic!("{line}: a test is a link to its file"))
            });
            (cells[0], tests.collect())
        })
        .collect()
}

#[test]
fn every_answer_is_shown_by_a_test_that_exists() {
    let guide = root().join("docs/guide");
    let page = fs::read_to_string(guide.join("bad-inputs.md")).unwrap();
    let rows = rows(&page);
    for (number, tests) in &rows {
        for (name, file) in tests {
            let source = fs::read_to_string(guide.join(file)).unwrap_or_else(|e| panic!("{number}: {file}: {e}"));
            let begins = format!("fn {name}(");
            let at = source.find(&begins).unwrap_or_else(|| panic!("{number}: there is no `{name}` in {file}"));
            assert!(source[..at].trim_end().ends_with("#[test]"), "{number}: `{name}` in {file} is no test");
        }
    }
    assert_eq!(rows.iter().map(|(number, _)| *number).collect::<Vec<_>>(), ANSWERED);
}
