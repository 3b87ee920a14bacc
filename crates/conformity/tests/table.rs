//! The page `docs/guide/rules-and-scenarios.md`: which file decides a requirement, with how many blocks, shown by how many scenarios.
//! After a change of a rule or a scenario: `AIMS_WRITE=1 cargo test -p aims-conformity --test table`.

mod support;

use std::{collections::BTreeMap, path::Path};

use aims_framework::standard::{Block, Need};
use support::{cases, content, files};

const HEAD: &str = "# Rules and scenarios\n\nWritten by a test from the rules and the scenarios. A requirement is decided by the blocks of one rule; each rule is shown at work in\nscenarios where it conforms and in others where it does not.\n\n| requirement | rule | blocks | conforms | does not |\n| --- | --- | ---: | ---: | ---: |\n";

fn blocks(needs: &[Need]) -> usize {
    let of = |n: &Need| count(&n.block) + n.when.as_ref().map_or(0, count) + blocks(&n.then);
    needs.iter().map(of).sum()
}

fn count(block: &Block) -> usize {
    match block {
        Block::AnyOf(all) | Block::AllOf(all) => all.iter().map(count).sum(),
        Block::Records(_) | Block::This(_) | Block::Predicate(_) => 1,
    }
}

fn page() -> String {
    let mut shown: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for case in files().iter().flat_map(|(path, text)| cases(&path.display().to_string(), text)) {
        let conforms = case.expected.lines().next() == Some("conforms");
        let counts = shown.entry(case.item).or_default();
        if conforms { counts.0 += 1 } else { counts.1 += 1 }
    }
    let mut text = HEAD.to_owned();
    for framework in content().1.by_id.values() {
        for item in framework.items() {
            let (conforms, not) = shown.get(item.id()).copied().unwrap_or_default();
            let Some(rule) = framework.rules.get(item.id()) else {
                text += &format!("| {} | no rule yet | 0 | {conforms} | {not} |\n", item.id());
                continue;
            };
            let file = rule.place.split(':').next().unwrap_or_default();
            text += &format!("| {} | {file} | {} | {conforms} | {not} |\n", item.id(), blocks(&rule.needs));
        }
    }
    text
}

#[test]
fn the_page_is_as_the_rules_and_scenarios_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/rules-and-scenarios.md");
    let page = page();
    if std::env::var_os("AIMS_WRITE").is_some() {
        std::fs::write(&path, &page).expect("written");
    }
    let stands = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(stands == page, "write it anew: AIMS_WRITE=1 cargo test -p aims-conformity --test table");
}
