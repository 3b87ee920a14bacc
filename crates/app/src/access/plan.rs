//! What the policy says about one kind, with its field names picked out beforehand.

use aims_framework::access::{Classified, Policy};
use aims_record::{Kind, Shape};

/// One kind, ready to be asked about.
#[derive(Debug)]
pub(super) struct Plan {
    /// Place of its group.
    pub group: usize,
    /// Person fields that make a record somebody's own.
    pub own: Vec<String>,
    /// Person fields that name somebody in it, `own` included.
    pub named: Vec<String>,
    /// Link fields through which a record becomes somebody's own.
    pub through: Vec<String>,
    /// Link fields to AI systems.
    pub systems: Vec<String>,
    /// States in which everyone who works here may read.
    pub published: Vec<String>,
    /// What closes a record.
    pub classified: Option<Classified>,
    /// Whether its records are cases.
    pub case: bool,
    /// Fields whose change alters what was approved.
    pub material: Vec<String>,
}

impl Plan {
    pub(super) fn of(policy: &Policy, kind: &Kind) -> Plan {
        let persons = || kind.fields.iter().filter(|f| f.shape == Shape::Person && !f.stamped).map(|f| f.name.clone());
        let links = |to: &dyn Fn(&String) -> bool| {
            let fields =
                kind.fields.iter().filter(|f| matches!(&f.shape, Shape::Link { to: kinds } if kinds.iter().any(to)));
            fields.map(|f| f.name.clone()).collect::<Vec<_>>()
        };
        let case = kind.id == policy.case.kind;
        Plan {
            group: policy.group_of.get(&kind.id).copied().unwrap_or(usize::MAX),
            own: persons().filter(|name| policy.own.contains(name)).collect(),
            named: persons().filter(|name| policy.own.contains(name) || policy.named.contains(name)).collect(),
            // A case is nobody's own for being about a system of theirs: that would open every concern about a system to its owner.
            through: if case { Vec::new() } else { links(&|to| policy.through.contains(to) && *to != kind.id) },
            systems: links(&|to| to == "ai-system" && kind.id != "ai-system"),
            published: policy.published.get(&kind.id).cloned().unwrap_or_default(),
            classified: policy.classified.get(&kind.id).cloned(),
            case,
            material: kind.fields.iter().filter(|f| f.material).map(|f| f.name.clone()).collect(),
        }
    }
}
