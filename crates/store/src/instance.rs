//! The instance's own log: that an organization was founded, its keys, its newest checkpoints, exports.

use std::sync::Arc;

use aims_record::{Actor, ActorKind};
use serde_json::{Value, json};

use crate::{
    books::Books,
    draft::{Deed, Envelope},
    entry::{Outcome, Software, parse_entry},
    error::{AppendError, StoreError, WriteError},
    reading::{About, Context, Reading},
    schema,
    settings::Sync,
    signer::{Signer, Which},
};

/// The instance's log, open for writing.
pub(crate) struct Instance {
    pub books: Books,
    policy_digest: String,
    sw: Software,
}

/// Something that happened at the server's door, for the log.
#[derive(Clone, Debug)]
pub struct DoorNote {
    /// What, such as `signed-in`.
    pub act: String,
    /// How it ended.
    pub outcome: Outcome,
    /// A code.
    pub reason: Option<String>,
    /// The record of the person whose account it was.
    pub person: String,
    /// What is said, an object.
    pub body: Value,
}

/// The name of the instance's log, from that of an organization's: `HOST/instance` beside `HOST/org/ID`.
pub(crate) fn origin_of(origin: &str) -> String {
    format!("{}/instance", origin.rsplit_once("/org/").map_or(origin, |(host, _)| host))
}

fn context(organization: &Context, signer: &Signer) -> Arc<Context> {
    let about = &organization.about;
    Arc::new(Context {
        folder: organization.folder.clone(),
        about: About { org: about.org.clone(), origin: origin_of(&about.origin), name: "instance".into() },
        vault: Arc::clone(&organization.vault),
        verifier: signer.verifier(),
        clock: Arc::clone(&organization.clock),
        chance: Arc::clone(&organization.chance),
    })
}

impl Instance {
    /// Begins the log with the founding of its organization.
    pub fn found(
        organization: &Context,
        policy_digest: String,
        sw: Software,
        sync: Sync,
    ) -> Result<Instance, StoreError> {
        let folder = &organization.folder;
        let origin = origin_of(&organization.about.origin);
        let signer = Signer::found(folder, Which::Instance, &origin, &*organization.chance)?;
        let conn = schema::open_writer(&folder.instance_database(), sync)?;
        schema::create(&conn)?;
        let context = context(organization, &signer);
        context.about.keep(&conn)?;
        let books = Books::open(Reading::new(conn, context), signer)?;
        let mut instance = Instance { books, policy_digest, sw };
        let about = &organization.about;
        let body = json!({ "name": "instance", "org": about.org, "origin": origin });
        instance.append("founded", body)?;
        let body = json!({ "name": about.name, "org": about.org, "origin": about.origin });
        instance.append("organization-founded", body)?;
        instance.append("key-added", json!({ "vkey": organization.verifier.to_string() }))?;
        instance.sign()?;
        Ok(instance)
    }

    /// Opens the log; shorter or other than what was signed, it is refused like an organization's.
    pub fn open(organization: &Context, sync: Sync) -> Result<Instance, StoreError> {
        let folder = &organization.folder;
        let signer = Signer::open(folder, Which::Instance)?;
        let conn = schema::open_writer(&folder.instance_database(), sync)?;
        schema::check_version(&conn, &folder.instance_database())?;
        let context = context(organization, &signer);
        let books = Books::open(Reading::new(conn, context), signer)?;
        let size = books.reading.head()?.0;
        books.signer.signed().hold_against(books.reading.conn()?, size)?;
        let last = size.checked_sub(1).ok_or(StoreError::NoEntry(0))?;
        let entry = parse_entry(last, &books.reading.entry(last)?.ok_or(StoreError::NoEntry(last))?)?;
        Ok(Instance { books, policy_digest: entry.policy.digest, sw: entry.sw })
    }

    /// Opens the log's database for reading.
    pub fn read(organization: &Context) -> Result<Reading, StoreError> {
        let folder = &organization.folder;
        let signer = Signer::open(folder, Which::Instance)?;
        let conn = schema::open_reader(&folder.instance_database())?;
        Ok(Reading::new(conn, context(organization, &signer)))
    }

    /// Notes the organization's newest checkpoint, unless the last entry says so already.
    pub fn note_checkpoint(&mut self, organization: &Books) -> Result<(), StoreError> {
        let signed = organization.signer.signed();
        let origin = &organization.reading.context.about.origin;
        let body = json!({ "origin": origin, "root": signed.root().to_base64(), "size": signed.size() });
        if self.last_checkpoint()?.as_ref() == Some(&body) {
            return Ok(());
        }
        self.append("checkpoint-signed", body)
    }

    /// Notes that a bundle went out.
    pub fn note_export(&mut self, size: u64, withheld: bool) -> Result<(), StoreError> {
        let withheld: &[&str] = if withheld { &["personal"] } else { &[] };
        self.append("exported", json!({ "size": size, "withheld": withheld }))
    }

    /// Notes what happened at the door, and signs.
    pub fn note_door(&mut self, notes: Vec<DoorNote>) -> Result<(), StoreError> {
        for DoorNote { act, outcome, reason, person, body } in notes {
            let actor = Actor { amr: Vec::new(), kind: ActorKind::Person, on_behalf: Vec::new(), pid: person };
            self.put(actor, Deed::Plain { act, outcome, reason, refs: Vec::new(), body: Some(body) })?;
        }
        self.sign()
    }

    /// Signs the log as it stands.
    pub fn sign(&mut self) -> Result<(), StoreError> {
        self.books.sign().map(|_| ())
    }

    fn last_checkpoint(&self) -> Result<Option<Value>, StoreError> {
        let Some(last) = self.books.reading.size()?.checked_sub(1) else { return Ok(None) };
        match self.books.reading.body(last)? {
            Some(crate::reading::Body::Bytes(bytes)) => Ok(serde_json::from_slice(&bytes).ok()),
            _ => Ok(None),
        }
    }

    fn append(&mut self, act: &str, body: Value) -> Result<(), StoreError> {
        let pid = self.books.reading.context.about.org.clone();
        let actor = Actor { amr: Vec::new(), kind: ActorKind::System, on_behalf: Vec::new(), pid };
        let deed = Deed::Plain {
            act: act.to_owned(),
            outcome: Outcome::Done,
            reason: None,
            refs: Vec::new(),
            body: Some(body),
        };
        self.put(actor, deed)
    }

    fn put(&mut self, actor: Actor, deed: Deed) -> Result<(), StoreError> {
        let envelope = Envelope {
            actor,
            deed,
            idem: None,
            policy_digest: self.policy_digest.clone(),
            sw: self.sw.clone(),
            req: None,
            evidence: Vec::new(),
            sig: None,
        };
        self.books.write(move |draft| draft.append(envelope).map(|_| ())).map_err(into_store_error)
    }
}

/// An entry of our own cannot be refused; what fails is the storage.
pub(crate) fn into_store_error(error: WriteError<AppendError>) -> StoreError {
    match error {
        WriteError::StorageFull => StoreError::StorageFull,
        WriteError::Refused(AppendError::Store(error)) => error,
        other => StoreError::Stopped(other.to_string()),
    }
}
