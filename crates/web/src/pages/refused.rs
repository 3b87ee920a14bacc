//! What a page says when something cannot be done.

use askama::Template;

use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::Frame,
};

#[derive(Template)]
#[template(path = "refused.html")]
struct Page<'c> {
    frame: Frame<'c>,
    says: &'c str,
    code: &'static str,
    problems: Vec<&'c str>,
    /// Where to go from here.
    home: String,
}

/// The page for a refusal.
pub fn page<'c>(call: &'c Call<'c>, refused: &'c Refused) -> Answered {
    let home = if call.member.is_some() { call.at("/") } else { "/".to_owned() };
    let title = call.tongue.say(&format!("refused-{}", refused.status.as_u16()));
    let problems = refused.problems.iter().map(|p| p.message.as_str()).collect();
    let page = Page { frame: Frame::bare(call, title), says: &refused.says, code: refused.code, problems, home };
    Answer::page_with(refused.status, &page)
}
