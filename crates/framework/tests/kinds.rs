//! The kinds of `content/`, and every error of the loader with its exact words.

#[test]
fn the_content_is_built_in() {
    let content = aims_framework::Content::embedded();
    assert!(content.file("roles.yaml").is_some());
    assert!(content.under("kinds/").count() > 20);
}
