//! The page of a form made from a kind.

use aims_record::{Field, Kind, Problem, Shape};
use askama::Template;
use http::StatusCode;

use super::{conflict::Conflict, draft::Draft, idem_again};
use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    form::{Control, Pairs, Picks, Sheet, anchor, said},
    frame::Frame,
    pages::record::place,
};
use aims_app::{access::Seat, live::Standing};

/// A form, as it was asked for or with what has to be mended.
#[derive(Template)]
#[template(path = "act-form.html")]
struct Page<'c> {
    frame: Frame<'c>,
    about: String,
    /// Anchor and sentence of each problem.
    errors: Vec<(String, String)>,
    /// What was refused about the whole.
    refused: String,
    controls: Vec<Control>,
    drafts: Vec<Draft>,
    conflict: Option<Conflict>,
    why: String,
    idem: String,
    seen: String,
    entry: String,
    draft_key: String,
    /// What the device keeps unsent text under.
    keep: String,
    /// Where cancelling leads.
    back: String,
    submit: String,
    /// Whether the draft was kept just now.
    is_kept: bool,
}

/// What a form is about.
pub struct Form<'f> {
    /// The kind.
    pub kind: &'f Kind,
    /// The record that is amended: its number and name.
    pub record: Option<(String, String)>,
    /// How many of its signatures a change of what is material lets lapse.
    pub lapses: usize,
    /// The version seen, and the ledger's last entry then.
    pub seen: Option<(u64, u64)>,
    /// What stands in it.
    pub typed: Pairs,
    /// What is wrong with fields.
    pub problems: Vec<Problem>,
    /// What was refused.
    pub refused: Option<Refused>,
    /// What somebody else was quicker with.
    pub conflict: Option<Conflict>,
    /// The table that gets a blank row more.
    pub more: Option<String>,
}

impl<'f> Form<'f> {
    /// An untouched form.
    pub fn new(kind: &'f Kind, typed: Pairs) -> Form<'f> {
        Form {
            kind,
            record: None,
            lapses: 0,
            seen: None,
            typed,
            problems: Vec::new(),
            refused: None,
            conflict: None,
            more: None,
        }
    }

    fn status(&self) -> StatusCode {
        match &self.refused {
            Some(refused) => refused.status,
            None if self.conflict.is_some() => StatusCode::CONFLICT,
            None if !self.problems.is_empty() => StatusCode::UNPROCESSABLE_ENTITY,
            None => StatusCode::OK,
        }
    }

    /// The page.
    pub fn show<'c>(
        mut self,
        call: &'c Call<'c>,
        standing: &Standing,
        seat: &Seat,
        fields: &dyn Fn(&Field) -> bool,
    ) -> Answered {
        let t = call.tongue;
        let status = self.status();
        let idem = idem_again(call, &self.typed, self.refused.as_ref());
        if let Some(refused) = &mut self.refused {
            self.problems.append(&mut refused.problems);
        }
        let kind = self.kind;
        let (title, base) = match &self.record {
            None => (t.with("record-a", "kind", kind.title.as_str()), format!("/{}", kind.id)),
            Some((number, name)) => {
                let name = if name.is_empty() { number } else { name };
                (t.with("amend-title", "name", name.as_str()), format!("/{}/{number}", kind.id))
            }
        };
        let has_fields = self.problems.iter().any(|p| !p.pointer.is_empty());
        let sheet = Sheet {
            t,
            kind,
            picks: Picks::new(standing, seat),
            typed: &self.typed,
            problems: &self.problems,
            lapses: self.lapses,
            attach: self.record.as_ref().map_or(String::new(), |_| call.at(&format!("{base}/attach"))),
            more: self.more.as_deref(),
        };
        let open = kind.fields.iter().filter(|f| !f.stamped && (f.shape == Shape::File || fields(f)));
        let controls = sheet.controls(open);
        let key = self.typed.get("_draft_key").or(call.query.get("draft")).unwrap_or_default().to_owned();
        let drafts = super::draft::drafts(call)?;
        let here = base_key(kind, self.record.as_ref().map(|(n, _)| n.as_str()));
        let frame = Frame::of(call, standing, place(kind), title)?
            .from(&[(&*t.say("nav-registers"), "/registers"), (&kind.plural, &format!("/{}", kind.id))]);
        Answer::page_with(
            status,
            &Page {
                about: if self.record.is_none() { kind.about.clone() } else { String::new() },
                errors: self.problems.iter().map(|p| (anchor(&p.pointer), said(p))).collect(),
                refused: match &self.refused {
                    Some(refused) if !has_fields => refused.says.clone(),
                    _ => String::new(),
                },
                controls,
                drafts: drafts.into_iter().filter(|d| d.key.starts_with(&here) && d.key != key).collect(),
                conflict: self.conflict,
                why: self.typed.get("_why").unwrap_or_default().to_owned(),
                idem,
                seen: self.seen.map_or(String::new(), |(seen, _)| seen.to_string()),
                entry: self.seen.map_or(String::new(), |(_, entry)| entry.to_string()),
                draft_key: key,
                keep: format!("{}/{here}", call.param("org")),
                back: call.at(&base),
                submit: t.say(if self.record.is_none() { "record-it" } else { "record-change" }).into_owned(),
                is_kept: call.query.has("kept") && status == StatusCode::OK,
                frame,
            },
        )
    }
}

/// What the drafts of a form are kept under.
pub fn base_key(kind: &Kind, record: Option<&str>) -> String {
    record.map_or_else(|| format!("new/{}/", kind.id), |number| format!("amend/{}/{number}/", kind.id))
}
