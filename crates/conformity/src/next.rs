//! The next act: what would mend the gravest reason, as a command and as a page.

use aims_framework::standard::{Block, FieldTest, Filter, Linked, Need, Next, Records, Test};
use aims_register::Entry;
use serde::{Deserialize, Serialize};

use crate::{
    blocks::{Engine, Outcome},
    fault::{Fault, Faults, Remedy},
    filters::Looked,
};

/// An act that would help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextAct {
    /// As typed on the command line, such as `aims record impact-assessment --field system=SYS-0004`.
    pub command: String,
    /// The page on which it is done.
    pub page: String,
}

impl NextAct {
    /// Record one of `kind` with these fields filled in.
    pub(crate) fn record(kind: &str, fields: &[(String, String)]) -> Self {
        let mut command = format!("aims record {kind}");
        let mut page = format!("/{kind}/new");
        for (between, (field, value)) in std::iter::once('?').chain(std::iter::repeat('&')).zip(fields) {
            command.push_str(&format!(" --field {field}={value}"));
            page.push_str(&format!("{between}{field}={value}"));
        }
        Self { command, page }
    }

    fn amend(record: Entry<'_>, fields: &[String]) -> Self {
        let fields: String = fields.iter().map(|f| format!(" --field {f}=...")).collect();
        let command = format!("aims amend {}{fields}", record.number());
        Self { command, page: format!("/{}/{}/amend", record.kind(), record.number()) }
    }

    fn link(record: Entry<'_>, field: &str, to: Entry<'_>) -> Self {
        let command = format!("aims link {} {field} {}", record.number(), to.number());
        Self { command, page: format!("/{}/{}/amend", record.kind(), record.number()) }
    }

    fn look(record: Entry<'_>) -> Self {
        let command = format!("aims show {}", record.number());
        Self { command, page: format!("/{}/{}", record.kind(), record.number()) }
    }

    fn move_on(record: Entry<'_>, verb: &str) -> Self {
        let command = format!("aims move {} {verb}", record.number());
        Self { command, page: format!("/{}/{}/{verb}", record.kind(), record.number()) }
    }
}

/// Records among which the only one that fits is looked for. Where there are more, a person knows better which is meant.
const LOOKED_AT: usize = 200;

impl<'a> Engine<'a> {
    /// What would mend a need that does not hold.
    pub(crate) fn next(&self, need: &Need, outcome: &Outcome<'a>, subject: Option<Entry<'a>>) -> Option<NextAct> {
        let define = outcome.faults.iter().find_map(|f| match &f.remedy {
            Remedy::Define { parameter, default } => Some((parameter, default)),
            _ => None,
        });
        let renewing = outcome.faults.iter().any(Fault::asks_for_another);
        if let (Some((parameter, default)), false) = (define, renewing) {
            let fields = [("parameter".to_owned(), parameter.clone()), ("value_duration".to_owned(), default.clone())];
            return Some(NextAct::record("parameter", &fields));
        }
        match &need.otherwise.next {
            Some(next) => written(next, &need.block, subject),
            None => self.following(&need.block, outcome, subject),
        }
    }

    pub(crate) fn following(
        &self,
        block: &Block,
        outcome: &Outcome<'a>,
        subject: Option<Entry<'a>>,
    ) -> Option<NextAct> {
        let mended = self.mended(&outcome.faults);
        let fresh = match block {
            Block::Records(records) => Some(
                self.linking(records, subject)
                    .unwrap_or_else(|| NextAct::record(&records.kind, &begun(records, subject))),
            ),
            Block::AllOf(blocks) | Block::AnyOf(blocks) => {
                return mended.or_else(|| self.following(blocks.first()?, outcome, subject));
            }
            Block::This(_) | Block::Predicate(_) => None,
        };
        mended.or(fresh)
    }

    /// Where one record of the kind could name the subject among others, that it should.
    fn linking(&self, records: &Records, subject: Option<Entry<'a>>) -> Option<NextAct> {
        let (Linked::Their(field), Some(subject)) = (&records.linked, subject) else { return None };
        let many = self.register.kinds().get(&records.kind)?.field(field)?.many;
        if !many || self.register.how_many(&records.kind) > LOOKED_AT {
            return None;
        }
        let fits = |record: &Entry<'a>| {
            let looked = Looked { record: *record, row: None, subject: Some(subject) };
            self.filter(&records.filter, looked, &mut Faults::ignored()).holds()
        };
        let mut fitting = self.register.of_kind(&records.kind).filter(fits);
        let (Some(one), None) = (fitting.next(), fitting.next()) else { return None };
        let here = one.field(field).is_some_and(|v| v.each().any(|v| v.record() == Some(subject)));
        (!here).then(|| NextAct::link(one, field, subject))
    }

    /// Amending comes before moving on; nothing mends what has to be recorded again.
    fn mended(&self, faults: &[Fault<'a>]) -> Option<NextAct> {
        if faults.is_empty() || faults.iter().any(Fault::asks_for_another) {
            return None;
        }
        let first = faults.first()?.record;
        let mut fields: Vec<String> = Vec::new();
        for fault in faults.iter().filter(|f| f.record == first) {
            match &fault.remedy {
                Remedy::Amend(field) if !fields.contains(field) => fields.push(field.clone()),
                _ => {}
            }
        }
        if !fields.is_empty() {
            return Some(NextAct::amend(first, &fields));
        }
        faults.iter().find_map(|fault| match &fault.remedy {
            Remedy::Move(states) => self.verb_towards(fault.record, states).map(|v| NextAct::move_on(fault.record, v)),
            Remedy::End => self.verb_to_end(fault.record).map(|v| NextAct::move_on(fault.record, v)),
            Remedy::Elsewhere(next) => Some(next.clone()),
            Remedy::Look => Some(NextAct::look(fault.record)),
            _ => None,
        })
    }

    fn verb_towards(&self, record: Entry<'a>, states: &[String]) -> Option<&'a str> {
        let kind = self.register.kinds().get(record.kind())?;
        kind.lifecycle.verbs_from(record.state()?).find(|v| states.contains(&v.to)).map(|v| v.id.as_str())
    }

    fn verb_to_end(&self, record: Entry<'a>) -> Option<&'a str> {
        let life = &self.register.kinds().get(record.kind())?.lifecycle;
        let ends = |state: &str| life.state(state).is_some_and(|s| s.ends);
        life.verbs_from(record.state()?).find(|v| ends(&v.to)).map(|v| v.id.as_str())
    }
}

fn written(next: &Next, block: &Block, subject: Option<Entry<'_>>) -> Option<NextAct> {
    match next {
        Next::Record(kind) => {
            let fields = match block {
                Block::Records(records) if records.kind == *kind => begun(records, subject),
                _ => Vec::new(),
            };
            Some(NextAct::record(kind, &fields))
        }
        Next::Amend(fields) => subject.map(|s| NextAct::amend(s, fields)),
        Next::Move(verb) => subject.map(|s| NextAct::move_on(s, verb)),
    }
}

/// Fields that a new record needs in order to be the one asked for: the link, and what the filters fix.
fn begun(records: &Records, subject: Option<Entry<'_>>) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    if let (Linked::Their(field), Some(subject)) = (&records.linked, subject)
        && !field.contains('.')
    {
        fields.push((field.clone(), subject.number().to_owned()));
    }
    fixed(&records.filter, &mut fields);
    fields
}

fn fixed(filter: &Filter, fields: &mut Vec<(String, String)>) {
    for test in &filter.tests {
        if let Test::Term(term) = test {
            fixed(&term.filter, fields);
        }
        let Test::Field(path, test) = test else { continue };
        let value = match (path.steps.as_slice(), test) {
            ([_], FieldTest::In(options)) => options.first().cloned(),
            ([_], FieldTest::Flag(flag)) => Some(flag.to_string()),
            _ => None,
        };
        fields.extend(value.map(|v| (path.field().to_owned(), v)));
    }
}
