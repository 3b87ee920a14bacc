//! The next act: what would mend the gravest reason, as a command and as a page.

use aims_framework::standard::{Block, FieldTest, Filter, Linked, Need, Next, Records, Test};
use aims_register::Entry;
use serde::Serialize;

use crate::{
    blocks::{Engine, Outcome},
    fault::{Fault, Remedy},
};

/// An act that would help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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

    fn move_on(record: Entry<'_>, verb: &str) -> Self {
        let command = format!("aims move {} {verb}", record.number());
        Self { command, page: format!("/{}/{}/{verb}", record.kind(), record.number()) }
    }
}

impl<'a> Engine<'a> {
    /// What would mend a need that does not hold.
    pub(crate) fn next(&self, need: &Need, outcome: &Outcome<'a>, subject: Option<Entry<'a>>) -> Option<NextAct> {
        let define = outcome.faults.iter().find_map(|f| match &f.remedy {
            Remedy::Define { parameter, default } => Some((parameter, default)),
            _ => None,
        });
        let renewing = outcome.faults.iter().any(|f| f.remedy == Remedy::Renew);
        if let (Some((parameter, default)), false) = (define, renewing) {
            let fields = [("parameter".to_owned(), parameter.clone()), ("value_duration".to_owned(), default.clone())];
            return Some(NextAct::record("parameter", &fields));
        }
        match &need.otherwise.next {
            Some(next) => written(next, subject),
            None => self.following(&need.block, outcome, subject),
        }
    }

    fn following(&self, block: &Block, outcome: &Outcome<'a>, subject: Option<Entry<'a>>) -> Option<NextAct> {
        let mended = self.mended(&outcome.faults);
        let fresh = match block {
            Block::Records(records) => Some(NextAct::record(&records.kind, &begun(records, subject))),
            Block::AllOf(blocks) | Block::AnyOf(blocks) => {
                return mended.or_else(|| self.following(blocks.first()?, outcome, subject));
            }
            Block::This(_) | Block::Predicate(_) => None,
        };
        mended.or(fresh)
    }

    /// Amending comes before moving on; nothing mends what has to be recorded again.
    fn mended(&self, faults: &[Fault<'a>]) -> Option<NextAct> {
        if faults.is_empty() || faults.iter().any(|f| f.remedy == Remedy::Renew) {
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
            _ => None,
        })
    }

    fn verb_towards(&self, record: Entry<'a>, states: &[String]) -> Option<&'a str> {
        let kind = self.register.kinds().get(record.kind())?;
        let verbs: Vec<_> = kind.lifecycle.verbs_from(record.state()?).collect();
        let direct = verbs.iter().find(|v| states.contains(&v.to));
        direct.map(|v| v.id.as_str())
    }
}

fn written(next: &Next, subject: Option<Entry<'_>>) -> Option<NextAct> {
    match next {
        Next::Record(kind) => Some(NextAct::record(kind, &[])),
        Next::Amend(fields) => subject.map(|s| NextAct::amend(s, fields)),
        Next::Move(verb) => subject.map(|s| NextAct::move_on(s, verb)),
    }
}

/// Fields that a new record needs in order to be the one asked for: the link, and what the filters fix.
fn begun(records: &Records, subject: Option<Entry<'_>>) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    if let (Linked::Their(field), Some(subject)) = (&records.linked, subject) {
        if !field.contains('.') {
            fields.push((field.clone(), subject.number().to_owned()));
        }
    }
    fixed(&records.filter, &mut fields);
    fields
}

fn fixed(filter: &Filter, fields: &mut Vec<(String, String)>) {
    for test in &filter.tests {
        let Test::Field(path, test) = test else { continue };
        let value = match (path.steps.as_slice(), test) {
            ([_], FieldTest::In(options)) => options.first().cloned(),
            ([_], FieldTest::Flag(flag)) => Some(flag.to_string()),
            _ => None,
        };
        fields.extend(value.map(|v| (path.field().to_owned(), v)));
    }
}
