use aims_framework::Content;
use aims_record::Shape;

use super::limits::{MARKDOWN_MAX, TEXT_LIMITS, TEXT_MAX};

#[test]
fn the_limits_are_those_of_the_kinds() {
    let kinds = Content::embedded().kinds().unwrap();
    for id in ["ai-system", "model", "dataset", "component", "supplier", "resource-item"] {
        let kind = kinds.get(id).unwrap();
        for field in kind.fields.iter().filter(|f| !["source_artefact", "unmapped"].contains(&f.name.as_str())) {
            let written = TEXT_LIMITS.iter().find(|(k, f, _)| *k == id && *f == field.name).map(|(_, _, max)| *max);
            match &field.shape {
                Shape::Text { max } => assert_eq!(written.unwrap_or(TEXT_MAX), *max, "{id}.{}", field.name),
                Shape::Markdown { max } => assert_eq!(MARKDOWN_MAX, *max, "{id}.{}", field.name),
                Shape::Table { columns } => {
                    let fits = |shape: &Shape| !matches!(shape, Shape::Text { max } if *max < TEXT_MAX);
                    assert!(columns.iter().all(|c| fits(&c.shape)), "{id}.{}", field.name);
                }
                _ => assert_eq!(written, None, "{id}.{} is no text", field.name),
            }
        }
    }
}
