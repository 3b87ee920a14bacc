//! An organization that is open, and how one begins.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use aims_framework::standard::{self, Frameworks};
use aims_record::{Accepted, Act, ActBody, Actor, ActorKind, Fields, Kept, Kinds, Problem, Refusal, check_fields};
use aims_store::{
    Access as Opened, Chance, Clock, Deed, Draft, Entry, Envelope, Founding, OpenOptions, Organization, Reading,
    Software,
};
use jiff::Timestamp;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{
    Failure,
    access::Access,
    chance::SystemChance,
    clock::SystemClock,
    content::content,
    resolve::{Known, is_key, resolve_word},
    standing::works_here,
    words::read_folder,
};

/// Roles that whoever founds an organization holds until they are given to others: someone has to be able to assign roles.
const FOUNDING_ROLES: [(&str, &str); 2] = [
    ("top-management", "Directs and controls the management system until others are assigned."),
    ("aims-manager", "Builds the management system up and reports on it."),
];

/// Key of the organization's own record.
const ORGANIZATION: &str = "organization";

/// One organization, open for reading or writing.
pub struct Aims {
    pub(crate) store: Organization,
    pub(crate) kinds: Arc<Kinds>,
    pub(crate) frameworks: Arc<Frameworks>,
    access: Arc<Access>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) chance: Arc<dyn Chance>,
    dir: PathBuf,
    /// Why nothing is recorded any more.
    halted: OnceLock<String>,
}

/// How an organization begins.
#[derive(Clone, Debug)]
pub struct Start {
    /// Its name.
    pub name: String,
    /// The log's name without the id, such as `aims.example.org`; `None`: `localhost`.
    pub host: Option<String>,
    /// Who founds it.
    pub founder: Founder,
}

/// The first person of an organization.
#[derive(Clone, Debug)]
pub struct Founder {
    /// Key of the person record.
    pub key: String,
    /// Name; sealed.
    pub name: String,
    /// Work address; sealed.
    pub email: Option<String>,
}

impl Start {
    /// Nobody decides on the first acts, so their words are held against the kinds here.
    fn refuse_malformed(&self, kinds: &Kinds, now: Timestamp) -> Result<(), Failure> {
        let mut problems = Vec::new();
        let named = json!({ "name": self.name, "legal_name": self.name, "units": [self.name] });
        for (kind, fields) in
            [("person", self.founder.fields()), ("organization", named.as_object().cloned().unwrap_or_default())]
        {
            problems.extend(kinds.get(kind).into_iter().flat_map(|kind| check_fields(kind, &fields, now)));
        }
        if !is_key(&self.founder.key) || self.founder.key == ORGANIZATION {
            let message = format!(
                "the founder's key `{}` takes lower-case letters, digits and hyphens, at most 63, and is not `{ORGANIZATION}`",
                self.founder.key
            );
            problems.push(Problem { code: "key_malformed", pointer: "/key".into(), message, allowed: Vec::new() });
        }
        let host = self.host.as_deref().unwrap_or("localhost");
        if host.is_empty() || host.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+') {
            let message =
                format!("the host `{}` names the ledger: no spaces, `+` or control characters", host.escape_debug());
            problems.push(Problem { code: "host_malformed", pointer: "/host".into(), message, allowed: Vec::new() });
        }
        if problems.is_empty() { Ok(()) } else { Err(Refusal::FieldsRefused { problems }.into()) }
    }
}

impl Founder {
    fn fields(&self) -> Fields {
        let mut fields = Fields::from_iter([("name".to_owned(), self.name.clone().into())]);
        fields.extend(self.email.clone().map(|email| ("email".to_owned(), email.into())));
        fields
    }
}

impl Aims {
    /// Founds an organization in a new or empty folder: its first person, its own record, and the roles without which nobody could assign any.
    /// It is built beside the folder and moved in when it is whole, so that an interruption leaves no half of one.
    ///
    /// # Errors
    /// [`Failure::Store`] where the folder holds one already.
    pub fn found(dir: &Path, start: Start, clock: Arc<dyn Clock>, chance: Arc<dyn Chance>) -> Result<Aims, Failure> {
        let Loaded { kinds, frameworks, access } = load_content(dir)?;
        start.refuse_malformed(&kinds, clock.now())?;
        let org = chance.id();
        let founder = chance.id();
        let actor =
            Actor { amr: vec!["local".into()], kind: ActorKind::Person, on_behalf: Vec::new(), pid: founder.clone() };
        let founding = Founding {
            name: start.name.clone(),
            origin: format!("{}/org/{org}", start.host.as_deref().unwrap_or("localhost")),
            org,
            actor: actor.clone(),
            policy_digest: kinds.digest.clone(),
            sw: software(),
        };
        let building = building_site(dir, &founding.org)?;
        let built = || {
            let store = Organization::found(&building, founding, clock.clone(), chance.clone())?;
            let (clock, chance, dir) = (clock.clone(), chance.clone(), building.clone());
            let aims = Aims { store, kinds, frameworks, access, clock, chance, dir, halted: OnceLock::new() };
            aims.begin(&actor, founder, start)?;
            aims.close()
        };
        built().and_then(|()| move_in(&building, dir)).inspect_err(|_| {
            // The first failure is the one to tell; what cannot be cleared away is in nobody's way.
            let _ = fs::remove_dir_all(&building);
        })?;
        Aims::open_with(dir, Opened::Write, clock, chance)
    }

    /// Opens an organization with the machine's clock.
    ///
    /// # Errors
    /// [`Failure::Store`] where there is none, or it is not sound enough to be opened.
    pub fn open(dir: &Path, access: Opened) -> Result<Aims, Failure> {
        Aims::open_with(dir, access, Arc::new(SystemClock), Arc::new(SystemChance))
    }

    /// Opens an organization with a clock and chance of the caller's.
    ///
    /// # Errors
    /// As [`Aims::open`].
    pub fn open_with(
        dir: &Path,
        opened: Opened,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
    ) -> Result<Aims, Failure> {
        let Loaded { kinds, frameworks, access } = load_content(dir)?;
        let options = match opened {
            Opened::Read => OpenOptions::read(),
            Opened::Write => OpenOptions::write(),
        };
        let store = Organization::open(dir, options, clock.clone(), chance.clone())?;
        let (dir, halted) = (dir.to_owned(), OnceLock::new());
        Ok(Aims { store, kinds, frameworks, access, clock, chance, dir, halted })
    }

    /// An id for a record that is begun together with others that name it.
    pub fn new_id(&self) -> String {
        self.chance.id()
    }

    /// The data folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The kinds in force.
    pub fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    /// The frameworks in force.
    pub fn frameworks(&self) -> &Frameworks {
        &self.frameworks
    }

    /// Who may do what.
    pub fn access(&self) -> &Arc<Access> {
        &self.access
    }

    /// The store beneath.
    pub fn store(&self) -> &Organization {
        &self.store
    }

    /// Lets nothing more be recorded until the organization is opened anew: its ledger is not as it was signed, and what is built on it
    /// could not be believed. `says` names what was found first.
    pub fn halt(&self, says: impl Into<String>) {
        // What was found first stands; what is found later follows from it, or is found again.
        let _ = self.halted.set(says.into());
    }

    /// Why nothing is recorded any more; nothing where all is well.
    pub fn halted(&self) -> Option<&str> {
        self.halted.get().map(String::as_str)
    }

    /// Signs a last checkpoint and closes.
    ///
    /// # Errors
    /// Where the ledger could not be signed.
    pub fn close(self) -> Result<(), Failure> {
        Ok(self.store.close()?)
    }

    /// The actor that a word names: the person of this number, key or id; `None` is whoever founded the organization.
    ///
    /// # Errors
    /// Where there is no such person, or they have left.
    pub fn actor(&self, who: Option<&str>) -> Result<Actor, Failure> {
        let reading = self.store.snapshot()?;
        let pid = match who {
            Some(word) => resolve_word(&reading, &Known::default(), word)?,
            None => founder_of(&reading)?,
        };
        person_who_acts(&reading, pid, who.unwrap_or("founder"))
    }

    pub(crate) fn software(&self) -> Software {
        software()
    }

    /// The first acts: nobody could decide on them, since nobody holds a role yet.
    fn begin(&self, actor: &Actor, founder: String, start: Start) -> Result<(), Failure> {
        let today = jiff::tz::TimeZone::UTC.to_datetime(self.clock.now()).date().to_string();
        let mut roles: Vec<(String, Fields)> = Vec::new();
        for (role, responsibility) in FOUNDING_ROLES {
            let fields = json!({
                "title": format!("{} by founding", self.kinds.roles.get(role).map_or(role, String::as_str)),
                "role": role, "person": founder, "responsibility": responsibility,
                "authority": "All that the management system needs until roles are assigned.", "from": today,
            });
            roles.push((self.chance.id(), fields.as_object().cloned().unwrap_or_default()));
        }
        // One unit, the organization itself, until somebody divides it.
        let organization = json!({ "name": start.name, "legal_name": start.name, "units": [start.name] });
        let organization = (self.chance.id(), organization.as_object().cloned().unwrap_or_default());
        let (actor, digest, sw) = (actor.clone(), self.kinds.digest.clone(), software());
        Ok(self.store.write(move |draft| -> Result<(), Failure> {
            let person = start.founder.fields();
            let sealed = json!({ "sealed": draft.seal(&founder, person.clone())? });
            let mut fields: Fields = person.keys().map(|name| (name.clone(), sealed.clone())).collect();
            fields.insert("employment".into(), "employee".into());
            let append = |id, kind, key, number: &str, fields| {
                begin_record(draft, &actor, &digest, &sw, Beginning { id, kind, key, number, fields })
            };
            append(founder.clone(), "person", Some(start.founder.key), "PER-0001", fields)?;
            append(organization.0, "organization", Some(ORGANIZATION.into()), "ORG-0001", organization.1)?;
            for (n, (id, fields)) in roles.into_iter().enumerate() {
                append(id, "role-assignment", None, &format!("ASG-{:04}", n + 1), fields)?;
            }
            Ok(())
        })?)
    }
}

/// The actor that a person's id stands for; `word` is what they were called.
///
/// # Errors
/// Where there is no such person, or they have left.
pub(crate) fn person_who_acts(reading: &Reading, pid: String, word: &str) -> Result<Actor, Failure> {
    match reading.kept(&pid)? {
        Some(Kept::Live(r)) if works_here(&r) => {
            Ok(Actor { amr: vec!["local".into()], kind: ActorKind::Person, on_behalf: Vec::new(), pid })
        }
        _ => Err(Failure::usage(
            "actor_unknown",
            format!("`{word}` is no active person here; name one by key or number with --as"),
        )),
    }
}

/// Where an organization is built before it moves in: beside its folder, so that moving is one step.
fn building_site(dir: &Path, org: &str) -> Result<PathBuf, Failure> {
    let failed = |error| Failure::File { path: dir.to_owned(), error };
    if dir.exists() && fs::read_dir(dir).map_err(failed)?.next().is_some() {
        let message = format!("`{}` is not empty; name a new or empty folder", dir.display());
        return Err(Failure::usage("folder_not_empty", message));
    }
    let name =
        dir.file_name().ok_or_else(|| Failure::usage("folder_unnamed", "name the folder of the organization"))?;
    let parent = dir.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(failed)?;
    Ok(parent.join(format!(".{}.founding-{org}", name.to_string_lossy())))
}

fn move_in(building: &Path, dir: &Path) -> Result<(), Failure> {
    let failed = |error| Failure::File { path: dir.to_owned(), error };
    fs::rename(building, dir).map_err(failed)?;
    let parent = dir.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::File::open(parent).and_then(|folder| folder.sync_all()).map_err(failed)
}

struct Beginning<'a> {
    id: String,
    kind: &'a str,
    key: Option<String>,
    number: &'a str,
    fields: Fields,
}

fn begin_record(
    draft: &Draft<'_>,
    actor: &Actor,
    digest: &str,
    sw: &Software,
    new: Beginning<'_>,
) -> Result<(), Failure> {
    let body = ActBody::Recorded {
        key: new.key,
        fields: new.fields,
        kind: new.kind.to_owned(),
        number: new.number.to_owned(),
        state: "active".into(),
    };
    let accepted = Accepted {
        id: new.id,
        kind: new.kind.to_owned(),
        version: 1,
        prev: None,
        act: Act { body, why: Some("founding".into()) },
        refs: Vec::new(),
    };
    draft.append(Envelope {
        actor: actor.clone(),
        deed: Deed::On(accepted),
        idem: None,
        policy_digest: digest.to_owned(),
        sw: sw.clone(),
        req: None,
        evidence: Vec::new(),
        sig: None,
    })?;
    Ok(())
}

fn founder_of(reading: &Reading) -> Result<String, Failure> {
    let bytes = reading.entry(0)?.ok_or_else(|| Refusal::NotFound { record: "entry 0".into() })?;
    let entry: Entry =
        serde_json::from_slice(&bytes).map_err(|e| Failure::usage("internal", format!("entry 0: {e}")))?;
    Ok(entry.actor.pid)
}

/// What is in force.
struct Loaded {
    kinds: Arc<Kinds>,
    frameworks: Arc<Frameworks>,
    access: Arc<Access>,
}

/// The product's content with the organization's own kinds.
fn load_content(dir: &Path) -> Result<Loaded, Failure> {
    let own = dir.join("kinds");
    let own = if own.is_dir() { read_folder(&own, "yaml")? } else { Vec::new() };
    let content = content()?.with_folder(own);
    let kinds = Arc::new(content.kinds()?);
    let frameworks = standard::load_all(&content, &kinds, &aims_conformity::predicate_names())?;
    let policy = aims_framework::access::load(&content.files, &kinds)?;
    let access = Arc::new(Access::new(policy, kinds.clone()));
    Ok(Loaded { kinds, frameworks: Arc::new(frameworks), access })
}

/// This program: its version, and the digest of its file, taken once.
fn software() -> Software {
    static BUILD: OnceLock<String> = OnceLock::new();
    let digest = || {
        let program = std::env::current_exe().and_then(fs::read).unwrap_or_default();
        hex::encode(Sha256::digest(program))
    };
    Software { build_sha256: BUILD.get_or_init(digest).clone(), version: env!("CARGO_PKG_VERSION").to_owned() }
}
