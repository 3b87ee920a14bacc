//! What the fuzz target `content` begins from: one seed that loads whole, and one that is refused at the words that are misspelt in it.

use aims_framework::{Content, kinds, standard};

const POLICIES: &str = include_str!("../../../fuzz/seeds/content/policies");
const MISSPELT: &str = include_str!("../../../fuzz/seeds/content/misspelt");

/// What loading the files of a seed says, one line for each error.
fn said(seed: &str) -> String {
    let files = seed.split("%% ").skip(1).filter_map(|part| part.split_once('\n'));
    let (own, framework): (Vec<_>, Vec<_>) = files.partition(|(name, _)| name.starts_with("kinds/"));
    let own: Vec<_> = own.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    let words = ["roles.yaml", "retention.yaml", "clauses.yaml"];
    let words: Vec<_> =
        Content::embedded().files.into_iter().filter(|(name, _)| words.contains(&name.as_str())).collect();
    let found = kinds::load(&words, &own).and_then(|kinds| {
        let framework = standard::load(&framework, &kinds, &[])?;
        Ok(framework.rules.values().map(|rule| standard::sentence(rule, &kinds).len()).min())
    });
    match found {
        Ok(shortest) => format!("loads: {}", shortest > Some(0)),
        Err(errors) => errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    }
}

#[test]
fn a_seed_that_is_in_order_loads() {
    assert_eq!(said(POLICIES), "loads: true");
}

#[test]
fn a_seed_that_is_not_says_where() {
    assert_eq!(
        said(MISSPELT),
        "rules/1.yaml:4:32: no term `folowed`; did you mean `followed`?\n\
         rules/1.yaml:16:17: no kind `polcy`; did you mean `policy`?"
    );
}
