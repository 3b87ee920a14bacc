//! May this principal do this? Decided here and nowhere else, for pages, the API and exports alike (`docs/formats/access.md`).
//!
//! [`Access`] is the policy made ready for the kinds in force. [`Access::seat`] makes it ready for one principal at one moment: a [`Seat`] answers about any record
//! without writing a word, so that a list of thousands is filtered while it is read. What the seat denies is told in a sentence only when it is asked for
//! ([`Seat::decide`]). Separation of duties stays where it was: in the life cycles, which `record::decide` holds every act against.

mod decision;
mod plan;
mod principal;
mod seat;

use std::{collections::HashMap, sync::Arc};

use aims_framework::access::Policy;
use aims_record::Kinds;

pub use aims_framework::access::{Action, Power};
pub use decision::{Decision, Denial};
pub use principal::{Principal, Scope, Subset};
pub use seat::Seat;

use plan::Plan;

/// The policy in force, made ready for the kinds in force.
#[derive(Debug)]
pub struct Access {
    policy: Policy,
    kinds: Arc<Kinds>,
    /// By kind.
    plans: HashMap<String, Plan>,
}

impl Access {
    /// Makes a policy ready.
    pub fn new(policy: Policy, kinds: Arc<Kinds>) -> Access {
        let plans = kinds.by_id.values().map(|kind| (kind.id.clone(), Plan::of(&policy, kind))).collect();
        Access { policy, kinds, plans }
    }

    /// The policy as it is written.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    fn plan(&self, kind: &str) -> Option<&Plan> {
        self.plans.get(kind)
    }
}
