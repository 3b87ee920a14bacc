//! What the API takes and answers, as it is described to others. A test holds real answers against these descriptions.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

/// A part of a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Page<T> {
    /// The last entry that was known when it was read.
    pub as_of: Option<u64>,
    /// How many match in all.
    pub all: usize,
    /// Sent as `cursor`, it goes on behind the last of these; nothing where this is the end.
    pub next: Option<String>,
    /// In order.
    pub items: Vec<T>,
}

/// A line of a register.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Line {
    /// Id.
    pub id: String,
    /// Readable number.
    pub number: String,
    /// Kind.
    pub kind: String,
    /// What people call it; empty where that was erased.
    pub name: String,
    /// State of its life cycle, `withdrawn` or `disposed`.
    pub state: String,
    /// How many acts were done to it.
    pub version: u64,
    /// The newest act's moment.
    pub changed: String,
}

/// One record.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OneRecord {
    /// The last entry that was known when it was read.
    pub as_of: Option<u64>,
    /// Kind.
    pub kind: String,
    /// The kind's title.
    pub title: String,
    /// Readable number.
    pub number: String,
    /// Its state as in `docs/formats/acts.md`: fields, files, signatures, version. What was erased stands as `{"erased": entry}`.
    pub record: Map<String, Value>,
    /// What ids in it stand for.
    pub names: BTreeMap<String, String>,
    /// Verbs that can be said of it now, by whoever may.
    pub verbs: Vec<String>,
}

/// Records that name another through one link.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NamedBy {
    /// As the link reads from here.
    pub inverse: String,
    /// Kind of those that name it.
    pub kind: String,
    /// The field that does.
    pub field: String,
    /// How many there are.
    pub all: usize,
    /// The first of them.
    pub records: Vec<Line>,
}

/// One act in a sentence.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Told {
    /// The entry.
    pub seq: u64,
    /// Its moment.
    pub ts: String,
    /// The word of the act.
    pub act: String,
    /// Past tense.
    pub sentence: String,
    /// Number of the record; nothing where it is about the organization as one.
    pub record: Option<String>,
}

/// What happened behind an entry, oldest first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Changes {
    /// The last entry that there is.
    pub as_of: Option<u64>,
    /// The last entry that was looked at; sent as `after`, it goes on behind it.
    pub after: Option<u64>,
    /// Acts that whoever asks may read.
    pub items: Vec<Told>,
}

/// A webhook, without its key.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookLine {
    /// Id.
    pub id: String,
    /// Where.
    pub url: String,
    /// What it hears of.
    pub events: Vec<String>,
    /// Whether it is called; it is switched off after five days of failure.
    pub enabled: bool,
    /// Since when it is there.
    pub created: String,
    /// Since when it fails; nothing where it does not.
    pub failing_since: Option<String>,
}

/// A webhook that was just made.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NewWebhook {
    /// The webhook.
    #[serde(flatten)]
    pub line: WebhookLine,
    /// The key that signs its calls, as Standard Webhooks writes it; shown once.
    pub secret: String,
}

/// A webhook to be made.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookBody {
    /// Where, `https://`.
    pub url: String,
    /// `act`, `act:KIND`, `verdict`, `checkpoint`.
    pub events: Vec<String>,
}

/// The last run of a job.
#[derive(Debug, Serialize, JsonSchema)]
pub struct JobLine {
    /// Its name.
    pub job: String,
    /// When it ran.
    pub at: String,
    /// What it did, or why it could not.
    pub says: String,
    /// Since when it fails; nothing where it does not.
    pub failing_since: Option<String>,
}

/// A version of a record: what one act made of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Version {
    /// Which.
    pub version: u64,
    /// The act that made it.
    #[serde(flatten)]
    pub told: Told,
}

/// An act that was done.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Did {
    /// The word of the act.
    pub act: String,
    /// Id of the record.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Its version now.
    pub version: u64,
    /// Its state now.
    pub state: String,
    /// The entry.
    pub seq: u64,
    /// The entry's leaf hash, for a receipt.
    pub leaf: String,
    /// The moment.
    pub ts: String,
}

/// Why something was not done (RFC 9457).
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProblemDocument {
    /// Always `about:blank`: the code says which problem it is.
    pub r#type: String,
    /// The status in words.
    pub title: String,
    /// The status.
    pub status: u16,
    /// Stable code.
    pub code: String,
    /// What to do.
    pub detail: String,
    /// Field by field.
    pub errors: Vec<FieldProblem>,
    /// Names the request in the server's log.
    pub request_id: String,
    /// For `version_conflict`: versions, who, when, and field by field what was wanted and what stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conflict: Option<Map<String, Value>>,
}

/// What is to be mended in one field.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FieldProblem {
    /// Stable code.
    pub code: String,
    /// JSON pointer into the body.
    pub pointer: String,
    /// What to do.
    pub message: String,
    /// What would be taken, where that is a short list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<String>,
}

/// A kind in one line.
#[derive(Debug, Serialize, JsonSchema)]
pub struct KindLine {
    /// Id.
    pub id: String,
    /// Singular.
    pub title: String,
    /// Plural.
    pub plural: String,
    /// Prefix of its numbers.
    pub number: String,
    /// What a record of it is.
    pub about: String,
    /// What it serves.
    pub clauses: Vec<String>,
    /// How many records may be read.
    pub records: usize,
    /// Whether the organization added it.
    pub own: bool,
    /// Whether one may be begun.
    pub may_record: bool,
}

/// A kind: its life cycle, and the JSON Schema of a record as a file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OneKind {
    /// In one line.
    #[serde(flatten)]
    pub line: KindLine,
    /// States in order.
    pub states: Vec<StateLine>,
    /// Verbs between them.
    pub verbs: Vec<VerbLine>,
    /// JSON Schema (draft 2020-12).
    pub schema: Map<String, Value>,
}

/// A state of a life cycle.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StateLine {
    /// Id.
    pub id: String,
    /// As shown.
    pub label: String,
    /// What it means.
    pub about: String,
}

/// A verb of a life cycle.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VerbLine {
    /// Id.
    pub id: String,
    /// As shown.
    pub label: String,
    /// States in which it can be said.
    pub from: Vec<String>,
    /// State to which it leads.
    pub to: String,
    /// Whether it is a signature, which only a person gives who has just authenticated.
    pub signs: bool,
}

/// Who asks.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Me {
    /// Id of the account.
    pub account: String,
    /// What they sign in with.
    pub name: String,
    /// What they are called.
    pub display: String,
    /// `session` or `token`.
    pub by: String,
    /// What a token was made for.
    pub scope: Vec<String>,
    /// For requests that carry a cookie and change something: sent as `X-AIMS-CSRF`.
    pub csrf: Option<String>,
    /// Where they are a member.
    pub organizations: Vec<Organization>,
}

/// An organization of whoever asks.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Organization {
    /// As it stands in addresses.
    pub slug: String,
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Id of the record of whoever asks.
    pub person: String,
    /// Roles that they hold now.
    pub roles: Vec<String>,
    /// When the membership ends.
    pub until: Option<String>,
}

/// A token as it is told afterwards.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TokenLine {
    /// Names it.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scope: Vec<String>,
    /// Since when.
    pub created: String,
    /// When it ends.
    pub ends: String,
    /// When it was last used.
    pub used: Option<String>,
    /// Since when it is revoked.
    pub revoked: Option<String>,
}

/// A token that was made: it is shown this once.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NewTokenLine {
    /// The secret.
    pub token: String,
    /// What is told of it afterwards.
    #[serde(flatten)]
    pub line: TokenLine,
}

/// What one requirement or control comes to.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VerdictLine {
    /// Full id.
    pub requirement: String,
    /// Short neutral title.
    pub title: String,
    /// What is found: `conforms`, `nonconformity` ...
    pub verdict: String,
    /// `minor` or `major`, where it is a nonconformity.
    pub severity: Option<String>,
    /// For how many subjects it conforms; 0 of 0 where it is about the organization as one.
    pub have: usize,
    /// How many there are.
    pub of: usize,
    /// When it changes if nobody does anything.
    pub until: Option<String>,
}

/// A framework.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FrameworkLine {
    /// Id with edition.
    pub id: String,
    /// Title.
    pub title: String,
    /// Who publishes it.
    pub publisher: String,
    /// Edition.
    pub version: String,
    /// What sort of document it is.
    pub tier: String,
    /// When our content was last held against it.
    pub last_verified: String,
    /// Under which terms the content stands.
    pub licence: String,
    /// Whether the published wording may be shown.
    pub may_show: bool,
    /// How many requirements.
    pub requirements: usize,
    /// How many controls.
    pub controls: usize,
    /// How many are decided by a rule.
    pub rules: usize,
}

/// A requirement or control, in our own words.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RequirementLine {
    /// Full id.
    pub id: String,
    /// Short neutral title.
    pub title: String,
    /// Our own paraphrase.
    pub text: String,
    /// How it is decided, written from the rule; nothing where no rule decides it yet.
    pub decided: Option<String>,
}

/// The newest signed checkpoint.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Signed {
    /// The note, as in C2SP tlog-checkpoint.
    pub checkpoint: String,
    /// The key that verifies it.
    pub key: String,
}

/// Proof that an entry is in the ledger.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReceiptLine {
    /// The entry.
    pub seq: u64,
    /// Its exact bytes.
    pub entry: String,
    /// The proof, as in C2SP tlog-proof.
    pub proof: String,
    /// The key that verifies it.
    pub key: String,
}

/// A file in the evidence store.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FileLine {
    /// Its name, only ever shown.
    pub name: String,
    /// Media type, found from its content.
    pub mime: String,
    /// Bytes.
    pub len: u64,
    /// SHA-256.
    pub sha256: String,
}

/// Whatever a check says, as the command line says it with `--format json`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Said(pub Map<String, Value>);

/// What a new record begins with.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordBody {
    /// Kind.
    pub kind: String,
    /// A short name of your choice.
    pub key: Option<String>,
    /// Values as the kind describes them; links are numbers, ids or keys.
    pub fields: Map<String, Value>,
    /// Why, Markdown.
    pub why: Option<String>,
}

/// What changes.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AmendBody {
    /// New values.
    #[serde(default)]
    pub set: Map<String, Value>,
    /// Fields to empty.
    #[serde(default)]
    pub unset: Vec<String>,
    /// Why, Markdown.
    pub why: Option<String>,
}

/// Another record.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkBody {
    /// The link field.
    pub field: String,
    /// The other record: number, id or key.
    pub to: String,
    /// Why, Markdown.
    pub why: Option<String>,
}

/// What is signed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignBody {
    /// What signing means; nothing where only one meaning can be signed.
    pub meaning: Option<String>,
    /// Digest of the content that was seen.
    pub digest: Option<String>,
    /// Why, Markdown.
    pub why: Option<String>,
}

/// Which verb is said.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveBody {
    /// A verb of the kind's life cycle.
    pub verb: String,
    /// Why, Markdown.
    pub why: Option<String>,
}

/// Only a reason.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WhyBody {
    /// Why, Markdown.
    pub why: Option<String>,
}

/// An uploaded file.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttachBody {
    /// SHA-256 of a file that you uploaded to this organization.
    pub sha256: String,
    /// A file field; nothing: the record as a whole.
    pub field: Option<String>,
    /// Why, Markdown.
    pub why: Option<String>,
}

/// Several acts, together or none.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActsBody {
    /// In order; a later one may link to a record that an earlier one begins, by its key.
    #[schemars(length(min = 1, max = 100))]
    pub acts: Vec<ActBody>,
}

/// One of several acts: `act` says which, the other members are those of the single act.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ActBody {
    /// `record`, `amend`, `link`, `unlink`, `sign`, `move`, `withdraw` or `attach`.
    pub act: String,
    /// The record: number, id or key; not for `record`.
    pub record: Option<String>,
    /// The version that was seen; needed for `amend`.
    pub version: Option<u64>,
    /// The other members.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// A token to be made.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenBody {
    /// What it is for.
    pub name: String,
    /// Words of the access policy: actions, powers, groups.
    pub scope: Vec<String>,
    /// When it ends, at most a year from now.
    pub ends: String,
}

/// A file to be imported.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportBody {
    /// SHA-256 of a file that was uploaded as evidence.
    #[schemars(length(min = 1, max = 64))]
    pub file: String,
    /// `model-card`, `dataset-card`, `cyclonedx`, `spdx`, `croissant`, or `sheet` for CSV and XLSX. Left out: as the file looks.
    pub format: Option<String>,
    /// The kind of a sheet's rows.
    pub kind: Option<String>,
    /// Where columns of a sheet go: heading to field, `number`, `key`, or `-` for nowhere. Left out: as proposed.
    pub columns: Option<BTreeMap<String, String>>,
    /// Whether rows of a sheet that pass are recorded although others do not.
    pub valid_only: Option<bool>,
    /// The digest of the plan that was seen; with it, nothing is recorded where it would be something else.
    pub plan: Option<String>,
}

/// What an import would do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Plan {
    /// Sent as `plan`, it is recorded only as it was seen.
    pub plan: String,
    /// The format.
    pub format: String,
    /// The version that the file declares.
    pub version: String,
    /// The file's name.
    pub file: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Whether it would change nothing.
    pub is_empty: bool,
    /// Whether nothing is recorded because rows are wrong.
    pub held_back: bool,
    /// Record by record.
    pub records: Vec<PlannedRecord>,
    /// Values that no field takes: kept with the record.
    pub kept: Vec<KeptValue>,
    /// What a person should know first.
    pub notes: Vec<PlanNote>,
    /// Where the columns of a sheet go.
    pub columns: Vec<PlanColumn>,
    /// What is wrong in rows of a sheet.
    pub problems: Vec<PlanProblem>,
}

/// A record of a plan.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlannedRecord {
    /// `record`, `amend` or `nothing`.
    pub does: String,
    /// Kind.
    pub kind: String,
    /// Key.
    pub key: String,
    /// Number, where it is there already.
    pub number: Option<String>,
    /// Field by field.
    pub changes: Vec<PlannedChange>,
}

/// A field of a plan.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlannedChange {
    /// The field.
    pub field: String,
    /// What stands.
    pub from: Option<Value>,
    /// What would stand.
    pub to: Option<Value>,
}

/// A value that no field takes.
#[derive(Debug, Serialize, JsonSchema)]
pub struct KeptValue {
    /// The record it belongs to.
    pub record: String,
    /// Where it stands in the file.
    pub path: String,
    /// The value.
    pub value: String,
}

/// A note on a file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlanNote {
    /// Stable code.
    pub code: String,
    /// A sentence.
    pub message: String,
    /// Where.
    pub place: String,
}

/// Where a column goes.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlanColumn {
    /// As the sheet names it.
    pub heading: String,
    /// A field, `number`, `key`, or `-`.
    pub field: String,
}

/// What is wrong in a row.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlanProblem {
    /// Stable code.
    pub code: String,
    /// As the spreadsheet numbers it.
    pub row: usize,
    /// The heading; empty for the whole row.
    pub column: String,
    /// What to do.
    pub message: String,
}
