//! Why an act is not accepted. A refusal changes nothing and says what to do instead.

use std::fmt;

use serde::Serialize;

/// One thing to mend in what was said, with the field it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Stable code, such as `unknown_field`.
    pub code: &'static str,
    /// JSON pointer into the fields, such as `/entries/2/control`; empty for the whole record.
    pub pointer: String,
    /// What to do, as a sentence.
    pub message: String,
    /// What would be taken, where that is a short list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<String>,
}

impl Problem {
    pub(crate) fn new(code: &'static str, pointer: impl Into<String>, message: impl Into<String>) -> Problem {
        Problem { code, pointer: pointer.into(), message: message.into(), allowed: Vec::new() }
    }

    pub(crate) fn with_allowed(mut self, allowed: impl IntoIterator<Item = impl Into<String>>) -> Problem {
        self.allowed = allowed.into_iter().map(Into::into).collect();
        self
    }
}

/// Why an act is refused. [`Refusal::code`] is stable and the same on screen, in the API and in exports.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    /// The values do not fit the kind.
    FieldsRefused {
        /// All of them, in the order of the fields.
        problems: Vec<Problem>,
    },
    /// There is no such kind.
    UnknownKind {
        /// As asked.
        kind: String,
        /// Nearest known.
        nearest: Option<String>,
    },
    /// There is no such record, or none that the actor may know of: the answer is the same.
    NotFound {
        /// As asked.
        record: String,
    },
    /// Someone acted on the record meanwhile.
    VersionConflict {
        /// Readable number.
        record: String,
        /// The version the actor had seen.
        seen: u64,
        /// The version it has.
        now: u64,
        /// Person id of the newest act.
        by: String,
        /// Its moment.
        at: String,
        /// Field, what the actor wants, what stands.
        difference: Vec<Difference>,
    },
    /// The verb cannot be said in this state.
    VerbNotHere {
        /// Readable number.
        record: String,
        /// As asked.
        verb: String,
        /// Where the record stands.
        state: String,
        /// Verbs that can be said.
        verbs: Vec<String>,
    },
    /// Something must be true first.
    NeedUnmet {
        /// Readable number.
        record: String,
        /// As asked.
        verb: String,
        /// Each unmet need: what to do.
        instead: Vec<String>,
        /// Records that stand in the way, by number.
        because: Vec<String>,
    },
    /// The actor holds none of the roles.
    RoleNeeded {
        /// What was asked: a verb, or `sign`.
        to: String,
        /// Roles that may, or fields whose person may.
        roles: Vec<String>,
    },
    /// Nobody approves their own work.
    SodSelfApproval {
        /// Readable number.
        record: String,
        /// Its version.
        version: u64,
        /// What separates: `editors`, `earlier editors`, or the field that names the actor.
        apart_from: String,
    },
    /// The verb asks for signatures that are not there.
    SignaturesMissing {
        /// Readable number.
        record: String,
        /// What the signers say.
        meaning: String,
        /// How many stand.
        have: usize,
        /// How many it asks for.
        need: usize,
        /// Who may sign.
        by: Vec<String>,
    },
    /// The content signed is not the content that stands.
    ApprovedContentChanged {
        /// Readable number.
        record: String,
        /// Digest the signer saw.
        signed: String,
        /// Digest that stands.
        stands: String,
    },
    /// The signer has signed this already.
    SignedAlready {
        /// Readable number.
        record: String,
        /// Entry of the signature.
        seq: u64,
    },
    /// Nothing in the kind's life cycle asks for this signature.
    NothingToSign {
        /// Readable number.
        record: String,
        /// Meanings that could be signed in some state.
        meanings: Vec<String>,
    },
    /// The act would change nothing.
    NothingChanges {
        /// Readable number.
        record: String,
    },
    /// The key names another record of the organization.
    KeyTaken {
        /// As asked.
        key: String,
        /// Its number.
        record: String,
    },
    /// Another record of the kind has a name that looks the same.
    NameTooSimilar {
        /// As asked.
        name: String,
        /// Number of the other; empty where it is begun by the same request.
        record: String,
        /// Its name.
        other: String,
    },
    /// The risk that remains is beyond what the roles of the actor may accept.
    AboveAppetite {
        /// Number of the acceptance.
        record: String,
        /// The level that would be accepted.
        level: String,
        /// Roles that may accept it.
        roles: Vec<String>,
    },
    /// The record was withdrawn or disposed of.
    Ended {
        /// Readable number.
        record: String,
        /// `withdrawn` or `disposed`.
        how: String,
        /// The entry.
        seq: u64,
    },
    /// A legal hold forbids it.
    LegalHold {
        /// Readable number.
        record: String,
        /// Numbers of the holds.
        holds: Vec<String>,
    },
    /// The record must be kept longer.
    BelowLegalMinimum {
        /// Readable number.
        record: String,
        /// The rule, such as `aims-record P6Y`.
        rule: String,
        /// The first day on which it may go.
        until: String,
    },
    /// Erasure is asked for something that is no person.
    NotAPerson {
        /// Readable number.
        record: String,
    },
    /// Nobody takes a part in giving themselves a role.
    SodSelfGrant {
        /// Readable number of the assignment.
        record: String,
        /// The role.
        role: String,
    },
    /// The last person who holds a role that somebody has to hold.
    LastManager {
        /// Readable number of the record that was acted on.
        record: String,
        /// The role.
        role: String,
    },
    /// Somebody from outside is given a role without an end, or for too long.
    EndDateRequired {
        /// Readable number of the assignment.
        record: String,
        /// Days at most.
        days: i64,
        /// The last day that is taken, where the first one is known.
        latest: Option<String>,
    },
    /// Erasure takes two persons in different roles.
    TwoPersonsNeeded {
        /// Roles of which both must be there.
        roles: Vec<String>,
    },
}

/// One field on which the actor and the record disagree.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The field.
    pub field: String,
    /// What the actor wants; `None`: take it away.
    pub wanted: Option<serde_json::Value>,
    /// What stands.
    pub stands: Option<serde_json::Value>,
}

impl Refusal {
    /// The stable code, such as `version_conflict`.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::FieldsRefused { problems } => problems.first().map_or("fields_refused", |p| p.code),
            Refusal::UnknownKind { .. } => "unknown_kind",
            Refusal::NotFound { .. } => "not_found",
            Refusal::VersionConflict { .. } => "version_conflict",
            Refusal::VerbNotHere { .. } => "verb_not_here",
            Refusal::NeedUnmet { because, .. } if !because.is_empty() => "open_dependencies",
            Refusal::NeedUnmet { .. } => "step_missing",
            Refusal::RoleNeeded { .. } => "role_needed",
            Refusal::SodSelfApproval { .. } => "sod_self_approval",
            Refusal::SignaturesMissing { .. } => "signatures_missing",
            Refusal::ApprovedContentChanged { .. } => "approved_content_changed",
            Refusal::SignedAlready { .. } => "signed_already",
            Refusal::NothingToSign { .. } => "nothing_to_sign",
            Refusal::NothingChanges { .. } => "nothing_changes",
            Refusal::KeyTaken { .. } => "key_taken",
            Refusal::NameTooSimilar { .. } => "name_too_similar",
            Refusal::AboveAppetite { .. } => "above_appetite",
            Refusal::Ended { .. } => "ended",
            Refusal::LegalHold { .. } => "legal_hold",
            Refusal::BelowLegalMinimum { .. } => "below_legal_minimum",
            Refusal::NotAPerson { .. } => "not_a_person",
            Refusal::SodSelfGrant { .. } => "sod_self_grant",
            Refusal::LastManager { .. } => "last_manager",
            Refusal::EndDateRequired { .. } => "end_date_required",
            Refusal::TwoPersonsNeeded { .. } => "two_persons_needed",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::FieldsRefused { problems } => write_problems(f, problems),
            Refusal::UnknownKind { kind, nearest } => {
                write!(f, "there is no kind `{kind}`")?;
                nearest.as_ref().map_or(Ok(()), |n| write!(f, "; did you mean `{n}`?"))
            }
            Refusal::NotFound { record } => write!(f, "there is no record `{record}`"),
            Refusal::VersionConflict { record, seen, now, at, difference, .. } => {
                write!(
                    f,
                    "{record} is at version {now} since {at}; you saw version {seen}. Look at the difference and say it again"
                )?;
                difference.iter().try_for_each(|d| {
                    write!(
                        f,
                        "\n  {}: stands {}, wanted {}",
                        d.field,
                        shown(d.stands.as_ref()),
                        shown(d.wanted.as_ref())
                    )
                })
            }
            Refusal::VerbNotHere { record, verb, state, verbs } if verbs.is_empty() => {
                write!(
                    f,
                    "`{verb}` cannot be said of {record}: in the state `{state}` its life has ended or has no verbs"
                )
            }
            Refusal::VerbNotHere { record, verb, state, verbs } => {
                write!(
                    f,
                    "`{verb}` cannot be said of {record} in the state `{state}`; say one of: {}",
                    verbs.join(", ")
                )
            }
            Refusal::NeedUnmet { record, verb, instead, because } => {
                write!(f, "{record}: before `{verb}`, {}", instead.join("; "))?;
                if because.is_empty() { Ok(()) } else { write!(f, " ({})", because.join(", ")) }
            }
            Refusal::RoleNeeded { to, roles } => write!(
                f,
                "to {to} takes one of these roles: {}. Ask someone who holds one, or have the role assigned",
                roles.join(", ")
            ),
            Refusal::SodSelfApproval { record, version, apart_from } if apart_from == "editors" => {
                write!(f, "You wrote version {version} of {record}. Another approver must sign it.")
            }
            Refusal::SodSelfApproval { record, version, apart_from } if apart_from == "earlier editors" => {
                write!(f, "You wrote part of what version {version} of {record} says. Another approver must sign it.")
            }
            Refusal::SodSelfApproval { record, apart_from, .. } => {
                write!(f, "You are named in `{apart_from}` of {record}. Someone else must sign it.")
            }
            Refusal::SignaturesMissing { record, meaning, have, need, by } => {
                write!(
                    f,
                    "{record} has {have} of {need} signatures \"{meaning}\"; one of {} signs it first",
                    by.join(", ")
                )
            }
            Refusal::ApprovedContentChanged { record, signed, stands } => {
                write!(
                    f,
                    "the content of {record} changed since you read it: you signed {signed:.12}, it is now {stands:.12}. Read it again, then sign"
                )
            }
            Refusal::SignedAlready { record, seq } => write!(f, "you signed {record} already, in entry {seq}"),
            Refusal::NothingToSign { record, meanings } if meanings.is_empty() => {
                write!(f, "nothing about {record} is signed in its life cycle")
            }
            Refusal::NothingToSign { record, meanings } => {
                write!(f, "say what you sign of {record}: {}", meanings.join(", "))
            }
            Refusal::NothingChanges { record } => write!(f, "{record} says this already; nothing was recorded"),
            Refusal::KeyTaken { key, record } => write!(f, "the key `{key}` names {record}; choose another"),
            Refusal::AboveAppetite { record, level, roles } => {
                write!(
                    f,
                    "{record} accepts a residual risk of the level `{level}`; the criteria ask one of these roles: {}",
                    roles.join(", ")
                )
            }
            Refusal::NameTooSimilar { name, record, other } => {
                let other = format!("{record} `{other}`");
                write!(
                    f,
                    "`{name}` looks like {}; amend that record, or choose a name that tells them apart",
                    other.trim()
                )
            }
            Refusal::Ended { record, how, seq } => {
                write!(f, "{record} was {how} in entry {seq} and takes no more acts; record a new one")
            }
            Refusal::LegalHold { record, holds } => {
                write!(f, "{record} is under legal hold ({}); it stays until the hold is lifted", holds.join(", "))
            }
            Refusal::BelowLegalMinimum { record, rule, until } => write!(f, "{record} is kept until {until} by {rule}"),
            Refusal::NotAPerson { record } => {
                write!(f, "{record} is no person; erasure is of what is known about a person")
            }
            Refusal::SodSelfGrant { record, role } => write!(
                f,
                "{record} gives you the role `{role}`; somebody else of top management or the governing body has to sign and assign it"
            ),
            Refusal::LastManager { record, role } => write!(
                f,
                "after this act on {record} nobody would hold the role `{role}`; assign it to somebody else first"
            ),
            Refusal::EndDateRequired { record, days, latest } => {
                let latest = latest.as_ref().map(|day| format!(", {day}")).unwrap_or_default();
                write!(
                    f,
                    "an auditor from outside has a last day, at most {days} days after the first{latest}; set `to` of {record}"
                )
            }
            Refusal::TwoPersonsNeeded { roles } => {
                write!(f, "erasure takes two different persons, one for each of these roles: {}", roles.join(", "))
            }
        }
    }
}

fn shown(value: Option<&serde_json::Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), ToString::to_string)
}

fn write_problems(f: &mut fmt::Formatter<'_>, problems: &[Problem]) -> fmt::Result {
    for (n, problem) in problems.iter().enumerate() {
        if n > 0 {
            writeln!(f)?;
        }
        write!(f, "{}", problem.message)?;
        if !problem.allowed.is_empty() {
            write!(f, " (one of: {})", problem.allowed.join(", "))?;
        }
    }
    Ok(())
}

impl std::error::Error for Refusal {}
