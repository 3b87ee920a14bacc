//! What mails say. The outbox holds which letter, in which language, and what is to be filled in.

use aims_app::jobs::Letter;
use askama::Template;
use serde_json::Value;

use crate::words::Tongue;

/// A letter as HTML: paragraphs and lists of links, no picture and nothing to load.
#[derive(Template)]
#[template(path = "letter.html")]
struct Page {
    language: &'static str,
    subject: String,
    lead: String,
    lists: Vec<List>,
    link: String,
    link_word: String,
    foot: String,
}

struct List {
    title: String,
    lines: Vec<Line>,
    /// How many more there are, in words.
    more: Option<String>,
}

struct Line {
    title: String,
    link: String,
    due: Option<String>,
}

/// Writes the letter that the outbox asks for; nothing where there is no such.
pub fn letter(asked: &Value) -> Option<Letter> {
    let plain = one_line(asked);
    let asked = &plain;
    let text = |name: &str| asked.get(name).and_then(Value::as_str).unwrap_or_default();
    let t = Tongue::named(text("language")).unwrap_or_else(Tongue::english);
    let said = |key: &str| t.with(key, "organization", text("organization"));
    let mut page = Page {
        language: t.id,
        subject: String::new(),
        lead: String::new(),
        lists: Vec::new(),
        link: text("link").to_owned(),
        link_word: String::new(),
        foot: t.say("letter-foot").into_owned(),
    };
    match text("mail") {
        "invitation" => {
            page.subject = said("letter-invitation");
            page.lead = said("letter-invitation-lead");
            page.link_word = said("letter-invitation-link");
        }
        "reset" => {
            page.subject = said("letter-reset");
            page.lead = said("letter-reset-lead");
            page.link_word = said("letter-reset-link");
        }
        "unsound" => {
            page.subject = said("letter-unsound");
            page.lead = t.tell(
                "letter-unsound-lead",
                &[("organization", text("organization").into()), ("found", text("found").into())],
            );
            page.link_word = said("letter-unsound-link");
        }
        "digest" => {
            page.subject = said("letter-digest");
            page.lead = said("letter-digest-lead");
            page.lists = vec![
                list(t, asked, ("waits", "waiting"), "letter-digest-waits"),
                list(t, asked, ("lapses", "lapsing"), "letter-digest-lapses"),
            ];
            page.lists.retain(|list| !list.lines.is_empty());
            page.link_word = said("letter-digest-link");
            page.foot = t.say("letter-digest-foot").into_owned();
        }
        _ => return None,
    }
    let html = page.render().ok()?;
    Some(Letter { text: page.plain(), html, subject: page.subject })
}

fn list(t: &Tongue, asked: &Value, (lines, all): (&str, &str), title: &str) -> List {
    let found = asked.get(lines).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let line = |one: &Value| {
        let text = |name: &str| one.get(name).and_then(Value::as_str).map(str::to_owned);
        let due = text("due").map(|day| t.with("letter-due", "day", day));
        Line { title: text("title").unwrap_or_default(), link: text("link").unwrap_or_default(), due }
    };
    let count = asked.get(all).and_then(Value::as_u64).unwrap_or_default();
    let left = count.saturating_sub(found.len() as u64);
    let more = (left > 0).then(|| t.with("letter-more", "count", left.to_string()));
    List { title: t.say(title).into_owned(), lines: found.iter().map(line).collect(), more }
}

impl Page {
    /// The same without marks.
    fn plain(&self) -> String {
        let mut text = format!("{}\n", self.lead);
        for list in &self.lists {
            text += &format!("\n{}\n", list.title);
            for Line { title, link, due } in &list.lines {
                let due = due.as_ref().map_or(String::new(), |due| format!(" ({due})"));
                text += &format!("- {title}{due}\n  {link}\n");
            }
            text.extend(list.more.iter().map(|more| format!("{more}\n")));
        }
        text + &format!("\n{}:\n{}\n\n{}\n", self.link_word, self.link, self.foot)
    }
}

/// The same without anything that would begin a line of its own: names come from people.
fn one_line(asked: &Value) -> Value {
    match asked {
        Value::String(text) => text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().into(),
        Value::Array(all) => all.iter().map(one_line).collect(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, member)| (name.clone(), one_line(member))).collect())
        }
        other => other.clone(),
    }
}
