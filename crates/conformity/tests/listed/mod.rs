//! The page of breaks that no scenario notices: a reason as heading, below it one line for each.

use std::collections::BTreeMap;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guide/mutation-survivors.md");

/// Under which breaks stand that nobody has given a reason for. Last among the headings.
const OPEN: &str = "a scenario is missing";

/// Each break on the page, with the reason above it.
pub fn known() -> BTreeMap<String, String> {
    let page = std::fs::read_to_string(PAGE).expect("the page");
    let (mut known, mut reason) = (BTreeMap::new(), String::new());
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            reason = heading.to_owned();
        } else if let Some(found) = line.strip_prefix("- ") {
            known.insert(found.to_owned(), reason.clone());
        }
    }
    known
}

/// Prints what is not on the page though nobody noticed it, and, where all rules were broken, writes the page anew if that is asked.
pub fn hold(left: &[String], all: bool) {
    let known = known();
    let new: Vec<_> = left.iter().filter(|line| !known.contains_key(*line)).collect();
    new.iter().for_each(|line| println!("not on the page: {line}"));
    if !all {
        return;
    }
    let noticed: Vec<_> = known.keys().filter(|line| !left.contains(line)).collect();
    noticed.iter().for_each(|line| println!("on the page, but noticed: {line}"));
    if std::env::var_os("UPDATE_SURVIVORS").is_some() {
        write(left, &known);
    }
}

fn write(left: &[String], known: &BTreeMap<String, String>) {
    let mut by_reason: BTreeMap<(bool, &str), Vec<&str>> = BTreeMap::new();
    for line in left {
        let reason = known.get(line).map_or(OPEN, String::as_str);
        by_reason.entry((reason == OPEN, reason)).or_default().push(line);
    }
    let page = std::fs::read_to_string(PAGE).expect("the page");
    let mut page = page.split("\n## ").next().expect("its head").trim_end().to_owned();
    for ((_, reason), lines) in by_reason {
        page.push_str(&format!("\n\n## {reason}\n\n- {}", lines.join("\n- ")));
    }
    std::fs::write(PAGE, page + "\n").expect("the page is written");
}
