//! What a framework asks for: where it comes from, its requirements and controls, and the rules that decide them.
//!
//! A [`Framework`] is loaded by [`load()`] from one folder: `source.yaml`, `requirements/*.yaml`, `controls.yaml`, `terms.yaml`, `rules/*.yaml`,
//! `readiness.yaml`. The rule
//! language is specified in `docs/formats/rules.md`; a rule is held against the kinds when it is loaded, so that a rule that loads can
//! be run.

mod facts;
mod load;
mod reading;
mod rule;
mod words;

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::Date;

pub use facts::{Among, Fact, FactTest, Found, Outside};
pub use load::{load, load_all};
pub use rule::*;
pub use words::sentence;

/// All frameworks in force, by id.
#[derive(Clone, Debug, Default)]
pub struct Frameworks {
    /// Such as `iso-42001:2023`.
    pub by_id: BTreeMap<String, Framework>,
}

impl Frameworks {
    /// The requirement or control of this id, such as `iso-42001:2023/8.4-a`, with its framework.
    pub fn item(&self, id: &str) -> Option<(&Framework, Item<'_>)> {
        let (framework, item) = id.rsplit_once('/')?;
        let framework = self.by_id.get(framework)?;
        Some((framework, framework.item(item)?))
    }
}

impl FromIterator<Framework> for Frameworks {
    fn from_iter<I: IntoIterator<Item = Framework>>(all: I) -> Self {
        Self { by_id: all.into_iter().map(|f| (f.id.clone(), f)).collect() }
    }
}

/// A standard, a law or a guide, as far as it can be checked.
#[derive(Clone, Debug)]
pub struct Framework {
    /// Such as `iso-42001:2023`.
    pub id: String,
    /// As people call it.
    pub title: String,
    /// Where it comes from.
    pub source: Source,
    /// Leaf clauses, in order.
    pub clauses: Vec<Clause>,
    /// One duty each, in order.
    pub requirements: Vec<Requirement>,
    /// Controls of an annex, in order.
    pub controls: Vec<Control>,
    /// What groups of controls are there for (A.2.1 ... in ISO/IEC 42001).
    pub control_objectives: Vec<Topic>,
    /// Objectives that an organization may set itself (Annex C.2).
    pub objectives: Vec<Topic>,
    /// Sources of risk to look for (Annex C.3).
    pub risk_sources: Vec<Topic>,
    /// By requirement or control id within the framework.
    pub rules: BTreeMap<String, Rule>,
    /// Named filters that rules use, by name.
    pub terms: BTreeMap<String, Arc<Term>>,
    /// What has to be there before a certification body comes, in order.
    pub readiness: Vec<Fact>,
}

impl Framework {
    /// The requirement or control of this id within the framework.
    pub fn item(&self, id: &str) -> Option<Item<'_>> {
        let requirement = self.requirements.iter().find(|r| r.id == id).map(Item::Requirement);
        requirement.or_else(|| self.controls.iter().find(|c| c.id == id).map(Item::Control))
    }

    /// All requirements, then all controls.
    pub fn items(&self) -> impl Iterator<Item = Item<'_>> {
        self.requirements.iter().map(Item::Requirement).chain(self.controls.iter().map(Item::Control))
    }
}

/// Where a framework comes from, and whether its words may be shown.
#[derive(Clone, Debug)]
pub struct Source {
    /// Who publishes it.
    pub publisher: String,
    /// Edition.
    pub version: String,
    /// What sort of document it is.
    pub tier: String,
    /// When someone last held our content against it.
    pub last_verified: Date,
    /// Industries it is for.
    pub industries: Vec<String>,
    /// Under which terms the content here stands.
    pub licence: String,
    /// Whether the published wording may be shown. Where not, only identifiers and our own paraphrase are.
    pub may_show: bool,
    /// What else a reader has to know.
    pub note: Option<String>,
}

/// A leaf clause.
#[derive(Clone, Debug)]
pub struct Clause {
    /// Number.
    pub id: String,
    /// Short neutral title.
    pub title: String,
    /// Plan, do, check or act.
    pub pdca: String,
}

/// One duty of a clause.
#[derive(Clone, Debug)]
pub struct Requirement {
    /// Number within the framework, such as `8.4-a`.
    pub id: String,
    /// The clause's number.
    pub clause: String,
    /// Short neutral title.
    pub title: String,
    /// Our own paraphrase.
    pub text: String,
    /// Plan, do, check or act.
    pub pdca: String,
    /// Who owes it.
    pub actor: String,
    /// `shall`, or `can` where it is a permission.
    pub verb: String,
    /// Controls that the published text points to.
    pub annex_pointers: Vec<String>,
    /// Whether it asks for documented information: `explicit`, `implied`, or not.
    pub documented_information: Option<String>,
    /// How it is examined and judged.
    pub judged: Judged,
}

/// A control of an annex.
#[derive(Clone, Debug)]
pub struct Control {
    /// Number within the framework, such as `A.2.2`.
    pub id: String,
    /// Short neutral title.
    pub title: String,
    /// The area it belongs to.
    pub area: String,
    /// The control objective it serves.
    pub objective: Option<String>,
    /// Where the published text gives guidance on it.
    pub guidance: Option<String>,
    /// Plan, do, check or act.
    pub pdca: String,
    /// Stages of the life cycle in which it works.
    pub stages: Vec<String>,
    /// Roles towards AI systems for which it matters.
    pub roles: Vec<String>,
    /// Our own paraphrase.
    pub text: String,
    /// Clauses it serves.
    pub clauses: Vec<String>,
    /// What usually shows that it works.
    pub evidence: Vec<String>,
    /// How it is examined and judged.
    pub judged: Judged,
}

/// An objective or a source of risk: something to think of, not a duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Such as `C.2.5`.
    pub id: String,
    /// Short neutral title.
    pub title: String,
    /// Our own sentence.
    pub text: String,
}

/// How auditors examine a requirement or control.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What an auditor asks to see.
    pub asks: Option<String>,
    /// What makes a failure a major nonconformity; `None`: only a systemic failure.
    pub major_if: Option<String>,
    /// What makes it a minor one.
    pub minor_if: Option<String>,
    /// `machine`, `machine-then-human` or `human`.
    pub decidability: String,
    /// What a person has to judge.
    pub human_question: Option<String>,
    /// What our rule adds to the published text.
    pub stricter_than_text: Option<String>,
}

/// A requirement or a control.
#[derive(Clone, Copy, Debug)]
pub enum Item<'a> {
    /// One duty of a clause.
    Requirement(&'a Requirement),
    /// A control of an annex.
    Control(&'a Control),
}

impl<'a> Item<'a> {
    /// Number within the framework.
    pub fn id(self) -> &'a str {
        match self {
            Item::Requirement(r) => &r.id,
            Item::Control(c) => &c.id,
        }
    }

    /// Short neutral title.
    pub fn title(self) -> &'a str {
        match self {
            Item::Requirement(r) => &r.title,
            Item::Control(c) => &c.title,
        }
    }

    /// Our own paraphrase.
    pub fn text(self) -> &'a str {
        match self {
            Item::Requirement(r) => &r.text,
            Item::Control(c) => &c.text,
        }
    }

    /// How auditors examine it.
    pub fn judged(self) -> &'a Judged {
        match self {
            Item::Requirement(r) => &r.judged,
            Item::Control(c) => &c.judged,
        }
    }
}
