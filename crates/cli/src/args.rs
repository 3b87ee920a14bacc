//! The words of the command line. Verbs are stable: scripts rely on them.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{examples, out::Format, verbs::sample};

/// An AI management system for ISO/IEC 42001: records, acts that cannot be altered unseen, and verdicts derived from them.
#[derive(Debug, Parser)]
#[command(name = "aims", version, after_help = examples::ROOT, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub verb: Verb,
}

/// Flags that every verb takes.
#[derive(Args, Debug)]
pub struct Global {
    /// The organization's folder; without it the nearest folder above that holds one
    #[arg(long, global = true, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// A running server instead of a folder: https, or http on this machine
    #[arg(long, global = true, value_name = "URL", env = "AIMS_SERVER")]
    pub server: Option<String>,
    /// The organization on the server; without it the only one that the token opens
    #[arg(long, global = true, value_name = "NAME", requires = "server")]
    pub org: Option<String>,
    /// File that holds the token for the server; without it the variable AIMS_TOKEN
    #[arg(long, global = true, value_name = "FILE", requires = "server")]
    pub token_file: Option<PathBuf>,
    /// Who acts: number, key or id of a person; without it whoever founded the organization
    #[arg(long = "as", global = true, value_name = "PERSON", env = "AIMS_ACTOR")]
    pub person: Option<String>,
    /// For people or for programs
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT", id = "output_format")]
    pub format: Format,
    /// No talk on stderr: only data and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Found an organization in a new folder
    #[command(after_help = examples::INIT)]
    Init(Init),
    /// Show a management system before its certification audit, with a sample organization
    #[command(after_help = examples::DEMO)]
    Demo(Demo),
    /// Serve the web application and the API
    #[command(after_help = examples::SERVE)]
    Serve(Serve),
    /// List the kinds of record, or describe one
    #[command(after_help = examples::KINDS)]
    Kinds(KindsOf),
    /// Record something new
    #[command(after_help = examples::RECORD)]
    Record(Record),
    /// Change fields of a record
    #[command(after_help = examples::AMEND)]
    Amend(Amend),
    /// Say a verb of a record's life, such as approve
    #[command(after_help = examples::MOVE)]
    Move(Move),
    /// Sign the exact content of a record
    #[command(after_help = examples::SIGN)]
    Sign(Sign),
    /// Link a record to another
    #[command(after_help = examples::LINK)]
    Link(Link),
    /// Take a link away
    #[command(after_help = examples::UNLINK)]
    Unlink(Link),
    /// Attach a file to a record as evidence
    #[command(after_help = examples::ATTACH)]
    Attach(Attach),
    /// Withdraw a record that should not have been made
    #[command(after_help = examples::WITHDRAW)]
    Withdraw(Withdraw),
    /// Dispose of a record whose retention has ended, or list those that may go
    #[command(after_help = examples::DISPOSE)]
    Dispose(Dispose),
    /// Erase what is known about a person
    #[command(after_help = examples::ERASE)]
    Erase(Erase),
    /// Show a record, now or as of a moment
    #[command(after_help = examples::SHOW)]
    Show(Show),
    /// Tell what happened to a record
    #[command(after_help = examples::HISTORY)]
    History(History),
    /// List a register
    #[command(after_help = examples::LIST)]
    List(List),
    /// Show what record files would change
    #[command(after_help = examples::PLAN)]
    Plan(Plan),
    /// Make the records say what record files say
    #[command(after_help = examples::APPLY)]
    Apply(Apply),
    /// Record what another tool's file says
    #[command(after_help = examples::IMPORT)]
    Import(Import),
    /// Write a bundle for an auditor
    #[command(after_help = examples::EXPORT)]
    Export(Export),
    /// Check ledger, records, evidence and keys
    #[command(after_help = examples::VERIFY)]
    Verify(Verify),
    /// Prove that an act is in the ledger
    #[command(after_help = examples::RECEIPT)]
    Receipt(Receipt),
    /// Sign the ledger as it stands, to keep the signature elsewhere
    #[command(after_help = examples::CHECKPOINT)]
    Checkpoint,
    /// Hold the records against the frameworks
    #[command(after_help = examples::CHECK)]
    Check(Check),
    /// Say how a requirement is decided, and what it rests on
    #[command(after_help = examples::EXPLAIN)]
    Explain(Explain),
    /// Say what changed between two moments, and why
    #[command(after_help = examples::DIFF)]
    Diff(Diff),
    /// Say what lapses if nobody does anything
    #[command(after_help = examples::FORECAST)]
    Forecast(Forecast),
    /// Say what is there before a certification audit, fact by fact
    #[command(after_help = examples::READINESS)]
    Readiness(Readiness),
    /// List the frameworks, and where their content comes from
    #[command(after_help = examples::FRAMEWORKS)]
    Frameworks,
    /// Write completions for a shell
    #[command(after_help = examples::COMPLETIONS)]
    Completions(Completions),
}

#[derive(Args, Debug)]
pub struct Init {
    /// The new folder
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// The organization's name; without it the folder's
    #[arg(long)]
    pub name: Option<String>,
    /// Host under which the ledger is known, such as aims.example.org
    #[arg(long)]
    pub host: Option<String>,
    /// Name of the first person; without it $USER
    #[arg(long, value_name = "NAME")]
    pub founder: Option<String>,
    /// Key of the first person; without it `founder`. It stays when the person is erased
    #[arg(long, value_name = "KEY")]
    pub founder_key: Option<String>,
    /// Work address of the first person
    #[arg(long)]
    pub email: Option<String>,
    /// The sample organization, Tessel Group, with three years of acts: `flawed`, or its `clean` twin
    #[arg(long, value_name = "WHICH", num_args = 0..=1, default_missing_value = "flawed")]
    #[arg(conflicts_with_all = ["name", "host", "founder", "founder_key", "email"])]
    pub sample: Option<sample::Which>,
}

#[derive(Args, Debug)]
pub struct Demo {
    /// Which story of the sample organization
    #[arg(long, value_name = "WHICH", default_value = "flawed")]
    pub sample: sample::Which,
    /// Keep the folder afterwards; with --dir it is kept anyway
    #[arg(long)]
    pub keep: bool,
    /// Where the browser finds it
    #[arg(long, default_value_t = 8420)]
    pub port: u16,
    /// Only show it here: do not serve it
    #[arg(long)]
    pub once: bool,
}

#[derive(Args, Debug)]
pub struct Serve {
    /// A server's configuration file, with several organizations in its data folder; without it one organization's folder is served
    #[arg(long, value_name = "FILE", conflicts_with_all = ["port", "listen", "public_url"])]
    pub config: Option<PathBuf>,
    /// Where the browser finds it
    #[arg(long, default_value_t = 8420)]
    pub port: u16,
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub listen: std::net::IpAddr,
    /// Scheme, host and port by which people reach it; without it http, localhost and the port
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
}

#[derive(Args, Debug)]
pub struct KindsOf {
    /// Kind id
    pub kind: Option<String>,
    /// Its JSON Schema
    #[arg(long, requires = "kind", conflicts_with_all = ["template", "page"])]
    pub schema: bool,
    /// A record file to fill in
    #[arg(long, requires = "kind", conflicts_with = "page")]
    pub template: bool,
    /// Its reference page, in Markdown
    #[arg(long, requires = "kind")]
    pub page: bool,
}

/// Why, and under which key a repeated request is the same.
#[derive(Args, Debug)]
pub struct Reasons {
    /// Why, in Markdown; it stands in the history
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
    /// A key of yours: the same request with it is done once
    #[arg(long, value_name = "KEY")]
    pub idem: Option<String>,
}

/// Field values.
#[derive(Args, Debug)]
pub struct Values {
    /// A field; a value that begins with @ is read from that file, @@ stands for one @
    #[arg(long, value_name = "NAME=VALUE")]
    pub field: Vec<String>,
    /// Fields as one JSON object, - for stdin
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct Record {
    /// Kind id; with --file it stands there
    #[arg(required_unless_present = "file")]
    pub kind: Option<String>,
    /// A short name of your choice
    #[arg(long)]
    pub key: Option<String>,
    /// A record file (YAML), - for stdin
    #[arg(long, value_name = "RECORD.yaml", conflicts_with = "json")]
    pub file: Option<PathBuf>,
    #[command(flatten)]
    pub values: Values,
    #[command(flatten)]
    pub reasons: Reasons,
}

#[derive(Args, Debug)]
pub struct Amend {
    /// Number, key or id
    #[arg(value_name = "REC")]
    pub record: String,
    /// The version you saw; refused where it is stale
    #[arg(long, value_name = "N")]
    pub version: Option<u64>,
    #[command(flatten)]
    pub values: Values,
    /// A field to take away
    #[arg(long, value_name = "NAME")]
    pub unset: Vec<String>,
    #[command(flatten)]
    pub reasons: Reasons,
}

#[derive(Args, Debug)]
pub struct Move {
    /// Number, key or id
    #[arg(value_name = "REC")]
    pub record: String,
    /// Verb of its life; `aims show REC` lists those that can be said
    #[arg(value_name = "VERB", id = "life_verb")]
    pub verb: String,
    /// The version you saw; refused where it is stale
    #[arg(long, value_name = "N")]
    pub version: Option<u64>,
    #[command(flatten)]
    pub reasons: Reasons,
}

#[derive(Args, Debug)]
pub struct Sign {
    /// Number, key or id
    #[arg(value_name = "REC")]
    pub record: String,
    /// What signing means, where there is more than one
    #[arg(long, value_name = "M")]
    pub meaning: Option<String>,
    /// Digest of the content you read; refused where it has changed
    #[arg(long, value_name = "D")]
    pub digest: Option<String>,
    /// The version you saw; refused where it is stale
    #[arg(long, value_name = "N")]
    pub version: Option<u64>,
    #[command(flatten)]
    pub reasons: Reasons,
}

#[derive(Args, Debug)]
pub struct Link {
    /// Number, key or id
    #[arg(value_name = "REC")]
    pub record: String,
    /// The field that links
    #[arg(value_name = "FIELD", id = "link_field")]
    pub field: String,
    /// The other record
    #[arg(value_name = "TO")]
    pub to: String,
    /// The version you saw; refused where it is stale
    #[arg(long, value_name = "N")]
    pub version: Option<u64>,
    #[command(flatten)]
    pub reasons: Reasons,
}

#[derive(Args, Debug)]
pub struct Attach {
    /// Number, key or id
    #[arg(value_name = "REC")]
    pub record: String,
    /// The file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The field it belongs to; without it the record as a whole
    #[arg(long, value_name = "FIELD")]
    pub as_field: Option<String>,
    /// Another name than it has
    #[arg(long, value_name = "N")]
    pub name: Option<String>,
    /// SHA-256 it should have; refused where it differs
    #[arg(long, value_name = "D")]
    pub sha256: Option<String>,
    /// The version you saw; refused where it is stale
    #[arg(long, value_name = "N")]
    pub version: Option<u64>,
    #[command(flatten)]
    pub reasons: Reasons,
}

#[derive(Args, Debug)]
pub struct Withdraw {
    /// Number, key or id
    #[arg(value_name = "REC")]
    pub record: String,
    /// Why, in Markdown; it stands in the history
    #[arg(long, value_name = "TEXT")]
    pub why: String,
    /// The version you saw; refused where it is stale
    #[arg(long, value_name = "N")]
    pub version: Option<u64>,
}

#[derive(Args, Debug)]
pub struct Dispose {
    /// Number, key or id
    #[arg(value_name = "REC", required_unless_present = "due")]
    pub record: Option<String>,
    /// On what ground
    #[arg(long, value_name = "B", required_unless_present = "due")]
    pub basis: Option<String>,
    /// List the records whose retention has ended
    #[arg(long, conflicts_with_all = ["record", "basis"])]
    pub due: bool,
}

#[derive(Args, Debug)]
pub struct Erase {
    /// Whose data: number, key or id
    #[arg(value_name = "PERSON", id = "subject")]
    pub subject: String,
    /// Who approved it; two persons in different roles
    #[arg(long, value_name = "PERSON", required = true)]
    pub approver: Vec<String>,
    /// On what ground
    #[arg(long, value_name = "B")]
    pub basis: String,
    /// By which rule
    #[arg(long, value_name = "R")]
    pub rule: String,
}

#[derive(Args, Debug)]
pub struct Show {
    /// Number, key or id
    #[arg(value_name = "REC")]
    pub record: String,
    /// A day, a moment, or an entry such as 41
    #[arg(long, value_name = "T")]
    pub as_of: Option<String>,
}

#[derive(Args, Debug)]
pub struct History {
    /// Number, key or id
    #[arg(value_name = "REC")]
    pub record: String,
}

#[derive(Args, Debug)]
pub struct List {
    /// Kind id; without it all registers
    pub kind: Option<String>,
    /// Only in this state
    #[arg(long, value_name = "S")]
    pub state: Option<String>,
    /// Only those that hold this text
    #[arg(long, value_name = "T")]
    pub text: Option<String>,
    /// Withdrawn and disposed records too
    #[arg(long)]
    pub ended: bool,
    /// At most so many, 1 to 200
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub limit: Option<i64>,
    /// After so many
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: u64,
}

#[derive(Args, Debug)]
pub struct Plan {
    /// Folder of record files
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}

#[derive(Args, Debug)]
pub struct Apply {
    /// Folder of record files
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
}

#[derive(Args, Debug)]
pub struct Import {
    /// The file's format
    #[arg(value_name = "FORMAT", id = "artefact_format")]
    pub format: String,
    /// The file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// For a sheet: the kind of its rows
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// For a sheet: a column and the field it goes to (or `number`, `key`, `-` for nowhere)
    #[arg(long = "match", value_name = "COLUMN=FIELD")]
    pub matches: Vec<String>,
    /// For a sheet: record the rows that pass although others do not
    #[arg(long)]
    pub valid_only: bool,
    /// Only show what would be recorded
    #[arg(long, conflicts_with = "yes")]
    pub plan: bool,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
}

/// What can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// Ledger, records and evidence, to be verified without this program.
    Bundle,
}

#[derive(Args, Debug)]
pub struct Export {
    /// What
    pub what: What,
    /// The new folder; without it one named after the organization and the ledger's size
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    /// Leave out what is known about persons; their commitments stay
    #[arg(long)]
    pub without_personal: bool,
}

#[derive(Args, Debug)]
pub struct Verify {
    /// A bundle; without it the organization's folder
    pub bundle: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct Receipt {
    /// A record for its newest act, or an entry such as 41
    #[arg(value_name = "REC|#SEQ")]
    pub subject: String,
    /// Write the proof there, and the entry beside it
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// From which verdict on a check fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// A major nonconformity.
    Major,
    /// Any nonconformity.
    Minor,
    /// Also what is not evidenced.
    NotEvidenced,
    /// Also an own rule that is not met.
    OwnRule,
    /// Also a determination that is due: anything that is asked for and not shown.
    #[value(alias = "gap")]
    Determination,
}

#[derive(Args, Debug)]
pub struct Check {
    #[command(flatten)]
    pub which: Which,
    /// Decide for this day by what is known, instead of for the moment of --as-of
    #[arg(long, value_name = "DAY")]
    pub on: Option<String>,
    /// A day, a moment, or an entry such as 41: only what was recorded by then is known
    #[arg(long, value_name = "T")]
    pub as_of: Option<String>,
    /// Only what got worse, or is wrong for another reason, since then
    #[arg(long, value_name = "T")]
    pub since: Option<String>,
    /// Only what is said about this record
    #[arg(long, value_name = "REC")]
    pub system: Option<String>,
    /// Exit with 1 from this verdict on
    #[arg(long, value_enum, value_name = "VERDICT")]
    pub fail_on: Option<FailOn>,
    /// Also what conforms, is excluded or has no rule yet
    #[arg(long)]
    pub all: bool,
}

/// Which requirements and controls.
#[derive(Args, Debug)]
pub struct Which {
    /// Only this framework, such as iso-42001
    #[arg(long, value_name = "ID")]
    pub framework: Option<String>,
    /// Only this clause or area and all below it, such as 8, 8.4 or A.6
    #[arg(long, value_name = "CLAUSE")]
    pub clause: Option<String>,
    /// Only this requirement or control
    #[arg(long, value_name = "ID")]
    pub requirement: Option<String>,
}

#[derive(Args, Debug)]
pub struct Explain {
    /// Requirement or control, such as 8.4-a or A.6.2.4
    pub requirement: String,
    /// The record it is decided for; without it all of them
    pub subject: Option<String>,
    /// A day, a moment, or an entry such as 41
    #[arg(long, value_name = "T")]
    pub as_of: Option<String>,
}

#[derive(Args, Debug)]
pub struct Diff {
    /// The earlier moment: a day, a moment, or an entry such as 41
    #[arg(value_name = "FROM")]
    pub from: String,
    /// The later moment; without it now
    #[arg(value_name = "TO")]
    pub to: Option<String>,
    #[command(flatten)]
    pub which: Which,
}

#[derive(Args, Debug)]
pub struct Forecast {
    /// How many days ahead
    #[arg(long, value_name = "N", default_value_t = 90)]
    pub days: u32,
    /// A day, a moment, or an entry such as 41
    #[arg(long, value_name = "T")]
    pub as_of: Option<String>,
}

#[derive(Args, Debug)]
pub struct Readiness {
    /// A day, a moment, or an entry such as 41: only what was recorded by then is known
    #[arg(long, value_name = "T")]
    pub as_of: Option<String>,
}

#[derive(Args, Debug)]
pub struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
}
