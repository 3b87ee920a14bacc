//! The body of a card, cut into the values that stand in it: the text under each heading, the facts in its lists, its comments.

use std::collections::HashMap;

use crate::tree::Tree;

/// Headings that are told apart; what comes after belongs to the last of them.
const HEADINGS_MAX: usize = 5_000;

/// A heading and what stands under it.
pub(crate) struct Section {
    /// The heading itself.
    pub heading: String,
    /// 1 to 6; 0 for what stands before the first heading.
    pub level: usize,
    /// The name under which [`to_tree`] holds the section.
    pub name: String,
    text: Vec<String>,
    facts: Vec<(String, String)>,
    comments: Vec<String>,
}

/// All sections in order. Headings inside code are text.
pub(crate) fn sections(body: &str) -> Vec<Section> {
    let mut all = vec![section("", 0)];
    let mut fence: Option<&str> = None;
    let mut comment: Option<String> = None;
    for line in body.lines() {
        let line = line.trim_end();
        let mark = ["```", "~~~"].into_iter().find(|m| line.trim_start().starts_with(m));
        if comment.is_none() {
            match (fence, mark) {
                (None, Some(mark)) => fence = Some(mark),
                (Some(open), Some(mark)) if open == mark => fence = None,
                _ => {}
            }
        }
        let code = fence.is_some() || mark.is_some();
        if !code
            && comment.is_none()
            && all.len() < HEADINGS_MAX
            && let Some((level, heading)) = heading(line)
        {
            all.push(section(heading, level));
            continue;
        }
        if let Some(current) = all.last_mut() {
            if code { current.text.push(line.to_owned()) } else { current.line(line, &mut comment) }
        }
    }
    if let (Some(open), Some(last)) = (comment, all.last_mut()) {
        last.comments.push(open);
    }
    name_apart(&mut all);
    all
}

fn section(heading: &str, level: usize) -> Section {
    let heading = heading.to_owned();
    Section { name: heading.clone(), heading, level, text: Vec::new(), facts: Vec::new(), comments: Vec::new() }
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|b| *b == b'#').count();
    let rest = line.get(level..)?;
    let text = rest.trim().trim_end_matches('#').trim();
    ((1..=6).contains(&level) && rest.starts_with([' ', '\t']) && !text.is_empty()).then_some((level, text))
}

/// The same heading twice is told apart by a number.
fn name_apart(all: &mut [Section]) {
    let mut seen = HashMap::<String, usize>::new();
    for section in all {
        if section.name.is_empty() {
            section.name = "(beginning)".to_owned();
        }
        let count = seen.entry(section.name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            section.name = format!("{} ({count})", section.name);
        }
    }
}

impl Section {
    /// A line outside code: comments are taken out of it, and a fact such as `- **License:** MIT` stands by itself.
    fn line(&mut self, line: &str, comment: &mut Option<String>) {
        let mut text = String::new();
        let mut rest = line;
        loop {
            if let Some(open) = comment {
                let Some((inside, after)) = rest.split_once("-->") else {
                    open.push_str(rest);
                    open.push('\n');
                    return self.push(text);
                };
                open.push_str(inside);
                self.comments.extend(comment.take());
                rest = after;
            } else if let Some((before, after)) = rest.split_once("<!--") {
                text.push_str(before);
                *comment = Some(String::new());
                rest = after;
            } else {
                text.push_str(rest);
                return self.push(text);
            }
        }
    }

    fn push(&mut self, text: String) {
        match fact(&text) {
            Some((name, value)) => self.facts.push((name.to_owned(), value.to_owned())),
            None => self.text.push(text),
        }
    }

    /// The text under the heading, without facts and comments.
    fn text(&self) -> String {
        self.text.join("\n").trim().to_owned()
    }

    fn tree<'a>(&'a self, title: bool) -> Option<Tree> {
        let mut used = HashMap::<&str, usize>::new();
        let mut named = move |name: &'a str| {
            let count = used.entry(name).or_default();
            *count += 1;
            if *count == 1 { name.to_owned() } else { format!("{name} ({count})") }
        };
        let mut entries: Vec<(String, Tree)> = Vec::new();
        if title {
            entries.push((named("heading"), Tree::Text(self.heading.clone())));
        }
        if !self.text().is_empty() {
            entries.push((named("text"), Tree::Text(self.text())));
        }
        let comments = self.comments.iter().map(|c| ("comment", c.trim())).filter(|(_, c)| !c.is_empty());
        for (name, value) in comments.chain(self.facts.iter().map(|(n, v)| (n.as_str(), v.as_str()))) {
            entries.push((named(name), Tree::Text(value.to_owned())));
        }
        (!entries.is_empty()).then_some(Tree::Map(entries))
    }
}

/// `- **License:** MIT` or `**License**: MIT`.
fn fact(line: &str) -> Option<(&str, &str)> {
    let item = line.trim_start();
    let item = item.strip_prefix("- ").or(item.strip_prefix("* ")).unwrap_or(item);
    let (name, value) = item.trim_start().strip_prefix("**")?.split_once("**")?;
    let (name, value) = match (name.strip_suffix(':'), value.trim_start().strip_prefix(':')) {
        (Some(name), _) => (name, value),
        (None, Some(value)) => (name, value),
        _ => return None,
    };
    let short = !name.is_empty() && name.chars().count() <= 60 && !name.contains('*');
    (short && !value.trim().is_empty()).then_some((name.trim(), value.trim()))
}

/// The body as values: section, then text, facts and comments. The title is a value too, since it may name what the card is about.
pub(crate) fn to_tree(sections: &[Section]) -> Tree {
    let title = sections.iter().position(|s| s.level == 1);
    let one = |(n, section): (usize, &Section)| Some((section.name.clone(), section.tree(title == Some(n))?));
    Tree::Map(sections.iter().enumerate().filter_map(one).collect())
}

/// The nearest heading around each section, by its place in the list.
pub(crate) fn parents(sections: &[Section]) -> Vec<Option<usize>> {
    let mut open: Vec<usize> = Vec::new();
    let mut parents = Vec::with_capacity(sections.len());
    for (n, section) in sections.iter().enumerate() {
        while open.last().and_then(|o| sections.get(*o)).is_some_and(|o| o.level >= section.level) {
            open.pop();
        }
        parents.push(open.last().copied());
        open.push(n);
    }
    parents
}
