//! Readiness for certification as facts: what has to be there before a certification body comes.

use super::{Clause, Framework, Judged, Requirement, Rule};

/// One thing that has to be there. It is met where all its tests pass.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Such as `R9`.
    pub id: String,
    /// Where it stands, as `file:line:column`.
    pub place: String,
    /// The stage of the certification audit before which it is needed: 1 or 2.
    pub stage: usize,
    /// What has to be so, in few words.
    pub title: String,
    /// What is looked at.
    pub tests: Vec<FactTest>,
}

/// One test of a fact.
#[derive(Clone, Debug)]
pub enum FactTest {
    /// None of these requirements and controls has such a finding; what shows nothing leaves it open.
    Requirements {
        /// Full ids.
        items: Vec<String>,
        /// What must not be found.
        free_of: Vec<Found>,
    },
    /// Nothing at all has such a finding.
    NoVerdict {
        /// What must not be found.
        found: Vec<Found>,
        /// Over which requirements and controls.
        among: Among,
    },
    /// What the records themselves have to say.
    Needs(Box<Rule>),
    /// Something that no record holds: it is found out by whoever asks.
    Outside(Outside),
}

/// A verdict that must not be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// A major nonconformity, or one that is proposed as major for its clause.
    Major,
    /// A minor nonconformity.
    Minor,
    /// An own rule that is not met.
    OwnRule,
    /// Nothing recorded.
    NotEvidenced,
    /// A judgement that is due.
    DeterminationDue,
}

/// Which requirements and controls are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Among {
    /// Every one.
    All,
    /// Those whose failure can be major.
    MajorTrigger,
}

/// A fact from outside the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outside {
    /// Ledger, records, evidence and keys verify.
    LedgerVerified,
    /// The certification body is accredited for this framework.
    BodyAccredited,
}

impl Outside {
    /// As written in `readiness.yaml`.
    pub fn word(self) -> &'static str {
        match self {
            Outside::LedgerVerified => "ledger-verified",
            Outside::BodyAccredited => "body-accredited",
        }
    }
}

impl Framework {
    /// The facts that ask records, as a framework of its own named `ID/readiness`: each a requirement with its rule. So they are decided
    /// exactly as requirements are.
    #[must_use]
    pub fn asked_of_records(&self) -> Framework {
        let rules = self.readiness.iter().flat_map(|fact| fact.tests.iter().map(move |test| (fact, test)));
        let rules = rules.filter_map(|(fact, test)| match test {
            FactTest::Needs(rule) => Some((fact.id.clone(), (**rule).clone())),
            _ => None,
        });
        Framework {
            id: format!("{}/readiness", self.id),
            title: self.title.clone(),
            source: self.source.clone(),
            clauses: vec![Clause {
                id: "readiness".to_owned(),
                title: "Readiness".to_owned(),
                pdca: "check".to_owned(),
            }],
            requirements: self.readiness.iter().map(requirement).collect(),
            controls: Vec::new(),
            control_objectives: Vec::new(),
            objectives: Vec::new(),
            risk_sources: Vec::new(),
            rules: rules.collect(),
            terms: self.terms.clone(),
            readiness: Vec::new(),
        }
    }
}

fn requirement(fact: &Fact) -> Requirement {
    Requirement {
        id: fact.id.clone(),
        clause: "readiness".to_owned(),
        title: fact.title.clone(),
        text: fact.title.clone(),
        pdca: "check".to_owned(),
        actor: "organization".to_owned(),
        verb: "shall".to_owned(),
        annex_pointers: Vec::new(),
        documented_information: None,
        judged: Judged {
            asks: None,
            major_if: None,
            minor_if: None,
            decidability: "machine".to_owned(),
            human_question: None,
            stricter_than_text: None,
        },
    }
}
