//! Sections of a card's body and the fields they go into.

use super::{Card, written};
use crate::{
    markdown::parents,
    sheet::{At, Sheet},
    tree::Spot,
};

/// Heading in lower case, field, and whether headings inside it go there too.
pub(super) type Row = (&'static str, &'static str, bool);
/// Name of a fact in lower case and field.
pub(super) type Fact = (&'static str, &'static str);

/// A heading without what makes it look different from card to card.
fn plain(heading: &str) -> String {
    let lower = heading.to_lowercase();
    let lower = lower.replace("[optional]", "").replace('*', "");
    lower.trim().trim_end_matches([':', '.']).trim().to_owned()
}

/// Puts every section that the table knows into its field.
pub(super) fn fill(sheet: &mut Sheet, card: &Card<'_>, at: At, table: &[Row]) {
    let parents = parents(card.sections);
    let known = |n: usize| {
        let heading = plain(&card.sections.get(n)?.heading);
        table.iter().find(|(h, _, _)| *h == heading)
    };
    for (n, section) in card.sections.iter().enumerate() {
        let around =
            || std::iter::successors(parents.get(n).copied().flatten(), |p| parents.get(*p).copied().flatten());
        let row = known(n).or_else(|| around().find_map(known).filter(|(_, _, inside)| *inside));
        let Some(((_, field, _), text)) = row.zip(text_of(card, &section.name)) else { continue };
        let first = !sheet.is_set(at, field);
        if *field == "architecture" {
            sheet.text(at, field, &text);
        } else {
            let label = if first && known(n).is_some() { "" } else { section.heading.as_str() };
            sheet.prose(at, field, label, &[text]);
        }
    }
}

/// What stands before the first heading, and under the title: the summary.
pub(super) fn summary(sheet: &mut Sheet, card: &Card<'_>, at: At) {
    let title = card.sections.iter().find(|s| s.level == 1).map(|s| s.name.as_str());
    for name in ["(beginning)"].into_iter().chain(title) {
        if let Some(text) = text_of(card, name) {
            sheet.prose(at, "description", "", &[text]);
        }
    }
}

fn text_of<'a>(card: &Card<'a>, name: &str) -> Option<Spot<'a>> {
    card.body.get(name)?.get("text").as_ref().and_then(written)
}

/// Puts every fact that the table knows into its field, in the order of the table.
pub(super) fn facts<'a>(card: &Card<'a>, table: &'static [Fact]) -> Vec<(&'static str, Spot<'a>)> {
    let all: Vec<(String, Spot<'a>)> = card
        .body
        .entries()
        .into_iter()
        .flat_map(|(_, section)| section.entries())
        .filter(|(name, _)| !matches!(*name, "text" | "heading") && !name.starts_with("comment"))
        .map(|(name, spot)| (plain(name), spot))
        .collect();
    let of = |wanted: &str| all.iter().find(|(name, _)| name == wanted).and_then(|(_, s)| written(s));
    table.iter().filter_map(|(name, field)| Some((*field, of(name)?))).collect()
}

/// A list in the front matter under any of these names.
pub(super) fn listed<'a>(card: &Card<'a>, names: &[&str]) -> Vec<Spot<'a>> {
    names.iter().flat_map(|n| card.head.all(n)).filter_map(|s| written(&s)).collect()
}
