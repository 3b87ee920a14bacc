//! Readiness for certification: what a check says, what the records say, and what only this program can find out.

use std::collections::BTreeMap;

use aims_conformity::{Met, NextAct, Observed, Readiness, ToldFact, check, escalations, readiness};
use aims_framework::standard::Outside;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Aims, AsOf, Failure};

/// The facts, and what was looked at.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ready {
    /// The moment for which it was decided.
    pub at: Timestamp,
    /// The last entry that was known then.
    pub as_of: Option<u64>,
    /// How many records there were.
    pub records: usize,
    /// One for each fact, in order.
    pub facts: Vec<ToldFact>,
}

impl Aims {
    /// What has to be there before a certification body comes: fact by fact. The ledger is verified as it is now, whatever the moment.
    ///
    /// # Errors
    /// Where the records cannot be read, or verifying itself fails.
    pub fn readiness(&self, as_of: Option<AsOf>, progress: &mut dyn FnMut(u64, u64)) -> Result<Ready, Failure> {
        let (register, at, seq) = self.register(as_of)?;
        let verdicts = check(&self.frameworks, &register, at);
        let escalations = escalations(&self.frameworks, &register, &verdicts, at);
        let outside =
            BTreeMap::from([(Outside::LedgerVerified, self.ledger(progress)?), (Outside::BodyAccredited, body())]);
        let asked = Readiness {
            frameworks: &self.frameworks,
            register: &register,
            verdicts: &verdicts,
            escalations: &escalations,
            outside: &outside,
            at,
        };
        Ok(Ready { at, as_of: seq, records: register.len(), facts: readiness(asked) })
    }

    fn ledger(&self, progress: &mut dyn FnMut(u64, u64)) -> Result<Observed, Failure> {
        let found = self.verify(progress)?;
        let Some(first) = found.findings.first() else {
            let say = format!("{} entries, {} records and {} files verify", found.entries, found.records, found.files);
            return Ok(Observed { met: Met::Met, say, next: None });
        };
        let say = format!("{} findings, the first: {}: {}", found.findings.len(), first.place, first.sentence);
        let next = NextAct { command: "aims verify".to_owned(), page: "/ledger".to_owned() };
        Ok(Observed { met: Met::NotMet, say, next: Some(next) })
    }
}

/// No record can hold it: whether a body is accredited today is in the register of its accreditation body.
fn body() -> Observed {
    let say = "no record can show it; look up the body and this standard in the register of its accreditation body";
    Observed { met: Met::CannotTell, say: say.to_owned(), next: None }
}
