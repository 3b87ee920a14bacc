//! Who asks.

use aims_framework::access::{ACTIONS, Action, Cell, Policy, Power, Reach};
use jiff::Timestamp;

/// Who asks. Persons are named by the id of their record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Principal {
    /// Somebody who is not signed in, or has no place in this organization.
    Anyone,
    /// A person on record, with the roles they hold at the moment of the question.
    Person(String),
    /// An auditor from outside, within what was agreed.
    ExternalAuditor(Scope),
    /// Runs the machine.
    InstanceAdmin,
    /// A program with a token: what its creator has at the moment of the question, and no more than this.
    Token {
        /// Who made it.
        creator: String,
        /// What it was made for.
        within: Subset,
    },
    /// An AI agent: what its sponsor has, no more than agents may, and no more than it was granted.
    Agent {
        /// Who answers for it.
        sponsor: String,
        /// What it was granted.
        within: Subset,
    },
}

/// What was agreed with an external auditor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    /// First moment.
    pub from: Timestamp,
    /// First moment after it.
    pub until: Timestamp,
    /// Groups of the policy; empty: all that the policy lets external auditors read.
    pub groups: Vec<String>,
    /// Ids of AI systems; empty: all. What names no AI system is within any scope.
    pub systems: Vec<String>,
}

/// Part of what somebody has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Subset {
    /// Actions on records.
    pub actions: Vec<Action>,
    /// Groups of the policy; empty: all.
    pub groups: Vec<String>,
    /// Powers over the whole.
    pub powers: Vec<Power>,
}

impl Subset {
    /// For each group of the policy, what is left.
    pub(super) fn cells(&self, policy: &Policy) -> Vec<Cell> {
        let cell = |id: &String| {
            let mut cell = Cell::default();
            if self.groups.is_empty() || self.groups.contains(id) {
                let asked = ACTIONS.iter().filter(|(_, action)| self.actions.contains(action));
                asked.for_each(|(_, action)| cell.allow(*action, Reach::All));
            }
            cell
        };
        policy.groups.iter().map(|group| cell(&group.id)).collect()
    }
}
