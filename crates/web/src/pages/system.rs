//! An AI system: the centre of the product. What it is for, where it stands in its life and on what evidence, what it is made of, what it can do to whom and who
//! watches over it, what is found about it alone, and what to do next.

mod picture;
mod series;
mod stages;

use aims_record::Kind;
use aims_register::{Entry, Pointing, Value};
use askama::Template;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    frame::Frame,
    pages::{
        home::short,
        record::{Head, Said, find, frame, head, said},
        register::cell,
    },
    reader::{Link, Reader},
    show::{day, markdown},
};

use picture::Picture;
use series::Series;
use stages::Stage;

/// Records of one list; the register has the others.
const TOLD: usize = 25;
/// Fields that stand at the head, in this order.
const FACTS: [&str; 12] = [
    "owner",
    "tier",
    "risk_class",
    "autonomy_level",
    "oversight_mode",
    "domain",
    "in_scope",
    "origin",
    "personal_data",
    "continuous_learning",
    "first_use_at",
    "build",
];
/// Kinds that document a system, with the link by which they name it.
const DOCUMENTS: [&str; 13] = [
    "requirement-spec",
    "design-record",
    "vv-plan",
    "vv-result",
    "tech-doc",
    "deployment-plan",
    "release-decision",
    "user-information",
    "use-process",
    "log-policy",
    "acquisition-record",
    "retirement-record",
    "document",
];

#[derive(Template)]
#[template(path = "system.html")]
struct System<'c> {
    frame: Frame<'c>,
    head: Head,
    purpose: String,
    facts: Vec<(String, String)>,
    roles: Vec<Row>,
    stages: Vec<Stage>,
    picture: Picture,
    risks: Vec<Row>,
    assessments: Vec<Assessed>,
    oversight: Vec<Row>,
    documents: Vec<Row>,
    events: Vec<Row>,
    series: Vec<Series>,
    findings: Vec<Said>,
    in_order: Vec<Said>,
    lapses: Vec<Lapse>,
    begin: Vec<(String, String)>,
    is_told: bool,
}

/// A record with a few of its fields.
struct Row {
    link: Link,
    cells: Vec<(String, String)>,
}

/// That something else will be said under a requirement.
struct Lapse {
    day: String,
    requirement: String,
    short: String,
    title: String,
}

/// An impact assessment with its age.
struct Assessed {
    link: Link,
    day: String,
    /// Whole days since.
    age: Option<i64>,
    result: String,
    due: String,
    is_over: bool,
}

/// The overview of an AI system.
///
/// # Errors
/// Absent, where it may not be read.
pub fn show(call: &Call<'_>) -> Answered {
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let (kind, entry) = find(call, &reader)?;
    let frame = frame(call, &reader, kind, entry)?;
    let look = Look { call, reader: &reader, entry };
    let (findings, in_order): (Vec<Said>, Vec<Said>) =
        said(&frame, &reader, entry)?.into_iter().partition(|s| s.is_finding || s.next.is_some());
    Answer::page(&System {
        head: head(&frame, &reader, kind, entry, "overview"),
        purpose: markdown(entry.text("intended_purpose").or(entry.text("description")).unwrap_or_default()),
        facts: look.facts(kind),
        roles: look.rows(&["role-determination"], &["role", "legal_roles", "decided_at"]),
        stages: stages::of(call, &reader, kind, entry),
        picture: Picture::of(&look),
        risks: look.rows(&["risk"], &["inherent_level", "decision", "residual_level", "owner"]),
        assessments: look.assessments(),
        oversight: look.rows(&["oversight-assignment"], &["person", "mode", "stop_power", "stop_tested_on"]),
        documents: look.rows(&DOCUMENTS, &[]),
        events: look.rows(
            &["incident", "change", "nonconformity", "concern"],
            &["severity", "significance", "detected_at", "owner"],
        ),
        series: series::of(&look),
        lapses: look.lapses()?,
        begin: look.begin(),
        is_told: reader.is_told(),
        findings,
        in_order,
        frame,
    })
}

/// One system as whoever asks may see it.
pub struct Look<'r> {
    call: &'r Call<'r>,
    reader: &'r Reader<'r>,
    entry: Entry<'r>,
}

impl<'r> Look<'r> {
    /// Records of a kind that name the system, through whatever field, and may be read.
    fn naming(&self, kind: &str) -> Vec<Entry<'r>> {
        let mut found: Vec<Entry<'r>> = Vec::new();
        let pointing = self.entry.pointing(Pointing { kind: Some(kind), field: None });
        for entry in pointing.filter(|e| self.reader.reads(*e)) {
            if !found.iter().any(|known| known.slot() == entry.slot()) {
                found.push(entry);
            }
        }
        found
    }

    /// Records of these kinds that name it, those still open first, each with a few fields.
    fn rows(&self, kinds: &[&str], fields: &[&str]) -> Vec<Row> {
        let mut all: Vec<Entry<'r>> = kinds.iter().flat_map(|kind| self.naming(kind)).collect();
        all.sort_by_key(|e| (e.ended(), std::cmp::Reverse(e.changed())));
        all.into_iter().take(TOLD).map(|e| self.row(e, fields)).collect()
    }

    fn row(&self, entry: Entry<'r>, fields: &[&str]) -> Row {
        let kind = self.reader.standing.register().kinds().get(entry.kind());
        let known = fields.iter().filter_map(|name| kind?.field(name));
        let cells = known.map(|f| (f.label.clone(), self.words(entry, f)));
        Row { link: self.reader.link(entry), cells: cells.filter(|(_, value)| !value.is_empty()).collect() }
    }

    /// A field in words, lists joined.
    fn words(&self, entry: Entry<'_>, field: &aims_record::Field) -> String {
        if !field.many {
            return cell(self.call, self.reader, entry, field);
        }
        let options = match &field.shape {
            aims_record::Shape::Choice { options } => options.as_slice(),
            _ => &[],
        };
        let label = |id: &str| options.iter().find(|(o, _)| o == id).map_or(id, |(_, label)| label.as_str()).to_owned();
        let values = entry.field(&field.name).into_iter().flat_map(Value::each);
        values.filter_map(Value::text).map(label).collect::<Vec<_>>().join(", ")
    }

    fn facts(&self, kind: &Kind) -> Vec<(String, String)> {
        let known = FACTS.iter().filter_map(|name| kind.field(name));
        known.map(|f| (f.label.clone(), self.words(self.entry, f))).collect()
    }

    fn assessments(&self) -> Vec<Assessed> {
        let at = self.reader.standing.at();
        let mut all = self.naming("impact-assessment");
        all.sort_by_key(|e| std::cmp::Reverse(moment_in(*e, "date")));
        let words = |entry: Entry<'_>, name: &str| {
            let kind = self.reader.standing.register().kinds().get("impact-assessment");
            kind.and_then(|k| k.field(name)).map_or(String::new(), |f| self.words(entry, f))
        };
        let one = |entry: Entry<'r>| Assessed {
            link: self.reader.link(entry),
            day: words(entry, "date"),
            age: moment_in(entry, "date").map(|day| at.duration_since(day).as_hours() / 24),
            result: words(entry, "result"),
            due: words(entry, "next_due"),
            is_over: moment_in(entry, "next_due").is_some_and(|due| due < at) && !entry.ended(),
        };
        all.into_iter().take(TOLD).map(one).collect()
    }

    /// What changes by itself about this system within a year, the next first.
    fn lapses(&self) -> Result<Vec<Lapse>, Refused> {
        if !self.reader.is_told() {
            return Ok(Vec::new());
        }
        let frameworks = self.call.live()?.frameworks();
        let end = self.reader.standing.at().checked_add(SignedDuration::from_hours(24 * 365)).unwrap_or(Timestamp::MAX);
        let held = self.reader.standing.assessment().about(self.entry.slot());
        let mut held: Vec<_> =
            held.filter_map(|h| Some((h.until.filter(|until| *until <= end)?, h.requirement))).collect();
        held.sort();
        let lapse = |(until, requirement): (Timestamp, &str)| Lapse {
            day: day(self.call.tongue, TimeZone::UTC.to_datetime(until).date()),
            requirement: requirement.to_owned(),
            short: short(requirement).to_owned(),
            title: frameworks.item(requirement).map_or(String::new(), |(_, item)| item.title().to_owned()),
        };
        Ok(held.into_iter().take(TOLD).map(lapse).collect())
    }

    /// What can be begun for this system: label and address.
    fn begin(&self) -> Vec<(String, String)> {
        use aims_app::access::Action;
        let kinds = ["impact-assessment", "risk", "oversight-assignment", "change", "incident", "role-determination"];
        let now = !self.call.query.has("as_of") && !self.entry.ended();
        let may = |kind: &&&str| now && self.reader.seat.may(Action::Record, kind);
        let link = |id: &&str| {
            let kind = self.reader.standing.register().kinds().get(id)?;
            let field = kind.fields.iter().find(|f| names_systems(f))?;
            let to = format!("/{id}/new?{}={}", field.name, self.entry.number());
            Some((kind.title.clone(), self.call.at(&to)))
        };
        kinds.iter().filter(may).filter_map(link).collect()
    }
}

fn names_systems(field: &aims_record::Field) -> bool {
    matches!(&field.shape, aims_record::Shape::Link { to } if to.iter().any(|kind| kind == "ai-system"))
}

fn moment_in(entry: Entry<'_>, field: &str) -> Option<Timestamp> {
    entry.field(field).and_then(Value::instant)
}
