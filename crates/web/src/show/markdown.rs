//! Markdown as HTML: without raw HTML, pictures, or addresses that run something.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html::push_html};

/// As HTML that is safe to put on a page: tags in the text are shown as text, pictures as their description, and links lead only to pages.
pub fn markdown(text: &str) -> String {
    let mut html = String::with_capacity(text.len() * 3 / 2);
    push_html(&mut html, Parser::new_ext(text, Options::ENABLE_TABLES).filter_map(safe));
    html
}

fn safe(event: Event<'_>) -> Option<Event<'_>> {
    match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        // The page has its own headings; those of a text begin below them.
        Event::Start(Tag::Heading { level, id, classes, attrs }) => {
            Some(Event::Start(Tag::Heading { level: below(level), id, classes, attrs }))
        }
        Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(below(level)))),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = if leads_to_a_page(&dest_url) { dest_url } else { "#".into() };
            Some(Event::Start(Tag::Link { link_type, dest_url, title, id }))
        }
        other => Some(other),
    }
}

fn below(level: pulldown_cmark::HeadingLevel) -> pulldown_cmark::HeadingLevel {
    use pulldown_cmark::HeadingLevel::{H1, H2, H3, H4, H5, H6};
    match level {
        H1 => H3,
        H2 => H4,
        H3 => H5,
        H4 | H5 | H6 => H6,
    }
}

fn leads_to_a_page(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    ["https://", "http://", "mailto:"].iter().any(|scheme| lower.starts_with(scheme))
        || lower.starts_with('#')
        || (lower.starts_with('/') && !lower.starts_with("//"))
}

#[cfg(test)]
mod tests {
    use super::markdown;

    #[test]
    fn nothing_in_a_text_runs() {
        for text in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](data:text/html,<script>)",
            "![x](http://elsewhere/track.png)",
            "[x](//elsewhere)",
        ] {
            let html = markdown(text);
            for bad in ["<script", "<img", "javascript:", "data:", "elsewhere"] {
                assert!(
                    !html.to_lowercase().contains(&format!("\"{bad}"))
                        && !html.contains("<script")
                        && !html.contains("<img"),
                    "{text}: {html}"
                );
            }
        }
    }
}
