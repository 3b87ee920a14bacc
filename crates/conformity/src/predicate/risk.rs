//! Named checks of clauses 6.1.1 to 6.1.3: risks and their treatment.

mod criteria;
mod plan;
mod ratings;
mod systems;

use super::Predicate;

/// The checks of this area.
pub(super) const PREDICATES: &[Predicate] = &[
    Predicate {
        name: "criteria-matrix-is-total",
        about: "In the risk criteria in force every pair of a likelihood step and a consequence step stands in the acceptance thresholds \
                exactly once, with a level that the level scale has and with what follows from it.",
        reads: &["risk-criteria"],
        run: criteria::matrix_is_total,
    },
    Predicate {
        name: "ratings-use-the-scales",
        about: "Likelihoods, consequences and levels of a risk are steps of the scales of the criteria by which it was assessed or of those \
                in force.",
        reads: &["risk-criteria", "risk-assessment<risk assessment"],
        run: ratings::use_the_scales,
    },
    Predicate {
        name: "risk-level-recomputes",
        about: "The inherent level of a risk is the one that the criteria give for its likelihood and its gravest consequence. A risk \
                without likelihood or consequence to compute from is passed over; its gap shows elsewhere.",
        reads: &["risk-criteria", "risk-assessment<risk assessment"],
        run: ratings::level_recomputes,
    },
    Predicate {
        name: "second-ratings-agree",
        about: "Where a second assessor, who is none of the first, rated risks of the assessment again, likelihood and consequence are at \
                most one step from the first rating.",
        reads: &[
            "risk<risk-assessment re_ratings.risk",
            "risk-assessment<risk assessment<risk-assessment re_ratings.risk",
            "risk-criteria",
        ],
        run: ratings::second_ratings_agree,
    },
    Predicate {
        name: "treatment-follows-level",
        about: "In the treatment plans in force nothing of a lower risk level that is not done yet is due earlier than something of a \
                higher level, unless the risk gives a reason for its place in the order.",
        reads: &["treatment-plan", "risk", "risk-criteria"],
        run: plan::treatment_follows_level,
    },
    Predicate {
        name: "residual-accepted-by-permitted-role",
        about: "What remains of a risk was accepted, at its residual level, by a person who held a role that the risk criteria in force \
                permit for that level when accepting.",
        reads: &[
            "residual-acceptance risk",
            "risk-criteria",
            "person<residual-acceptance accepted_by risk",
            "role-assignment person<residual-acceptance accepted_by risk",
        ],
        run: plan::residual_accepted,
    },
    Predicate {
        name: "risk-speaks-of-its-system",
        about: "Source, event, title or consequences of a risk of the system that was not rejected share a telling word with the system's \
                domain, context of use or intended purpose; words that fit every AI system do not count. A system that says nothing \
                telling of itself is left to the judgement.",
        reads: &["risk system"],
        run: systems::risk_speaks_of_its_system,
    },
    Predicate {
        name: "purpose-change-is-reassessed",
        about: "The newest approved risk assessment of the system is not older than the last change of its intended purpose, counted \
                from the day on which the change was proposed.",
        reads: &["change systems", "risk-assessment systems"],
        run: systems::purpose_change_is_reassessed,
    },
    Predicate {
        name: "soa-matches-treatment-plan",
        about: "The controls that the statement of applicability in force calls applicable are those that the risk treatment plans in \
                force use together with those that an open obligation asks for; neither has one that the other lacks.",
        reads: &["soa", "treatment-plan", "control", "obligation"],
        run: plan::soa_matches_treatment_plan,
    },
];
