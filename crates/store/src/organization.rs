//! A data folder that is open.

use std::{
    io,
    ops::Deref,
    path::Path,
    sync::{Arc, Mutex, PoisonError, mpsc::TrySendError, mpsc::sync_channel},
    time::{Duration, SystemTime},
};

use aims_ledger::note::{Note, VerifierKey};
use aims_record::{Actor, File};
use rusqlite::Connection;

use crate::{
    books::Books,
    chance::{Chance, Clock},
    command::{Pending, answer},
    desk::{Desk, Order, Waits, Writer},
    draft::{Deed, Draft, Envelope},
    entry::{Outcome, Software},
    erasures,
    error::{EvidenceError, StoreError, WriteError},
    evidence::{self, Evidence, Offer},
    folder::{Folder, Lock, at},
    instance::{DoorNote, Instance, into_store_error},
    projection,
    reading::{About, Context, Reading},
    schema,
    settings::{Access, OpenOptions, check_settings, sync_for_fault_laboratory},
    signer::{Signed, Signer, Which},
    vault::Vault,
};

/// What an organization begins with.
#[derive(Clone, Debug)]
pub struct Founding {
    /// Its name.
    pub name: String,
    /// The log's name, such as `aims.example.org/org/0194…`.
    pub origin: String,
    /// Its id.
    pub org: String,
    /// Who founds it.
    pub actor: Actor,
    /// SHA-256 (hex) of the kinds in force.
    pub policy_digest: String,
    /// The software.
    pub sw: Software,
}

/// An organization that is open. Shared between threads; dropping it signs a last checkpoint.
pub struct Organization {
    pub(crate) context: Arc<Context>,
    readers: Readers,
    writer: Option<Writer>,
    // Last: released when the writer has closed.
    _lock: Option<Lock>,
}

/// Everything as it stood when the snapshot was taken. It keeps the WAL from being emptied: do not keep it for long.
pub struct Snapshot {
    reading: Option<Reading>,
    readers: Readers,
}

/// Connections for reading that are not in use.
pub(crate) type Readers = Arc<Mutex<Vec<Connection>>>;

impl Snapshot {
    pub(crate) fn take(context: &Arc<Context>, readers: Readers) -> Result<Snapshot, StoreError> {
        let pooled = readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let conn = match pooled {
            Some(conn) => conn,
            None => schema::open_reader(&context.folder.database())?,
        };
        // The first read takes the snapshot.
        conn.execute_batch("BEGIN; SELECT size FROM head;")?;
        Ok(Snapshot { reading: Some(Reading::new(conn, Arc::clone(context))), readers })
    }
}

impl Deref for Snapshot {
    type Target = Reading;

    fn deref(&self) -> &Reading {
        match &self.reading {
            Some(reading) => reading,
            None => unreachable!("taken away only when dropped"),
        }
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        let Some(conn) = self.reading.take().and_then(|reading| reading.line.into_inner()) else { return };
        if conn.execute_batch("COMMIT").is_ok() {
            self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
        }
    }
}

impl Organization {
    /// Founds an organization in an empty or new folder: event 0, its keys, and its first checkpoint.
    ///
    /// # Errors
    /// Where there is an organization already, or the folder cannot be written.
    pub fn found(
        dir: &Path,
        founding: Founding,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
    ) -> Result<Organization, StoreError> {
        let folder = Folder::new(dir);
        folder.lay_out()?;
        let lock = folder.lock()?;
        let sync = sync_for_fault_laboratory();
        let vault = Arc::new(Vault::found(&folder.master_key(), &*chance)?);
        let signer = Signer::found(&folder, Which::Organization, &founding.origin, &*chance)?;
        let about = About { org: founding.org.clone(), origin: founding.origin.clone(), name: founding.name.clone() };
        let conn = schema::open_writer(&folder.database(), sync)?;
        schema::create(&conn)?;
        about.keep(&conn)?;
        let context = Arc::new(Context { folder, about, vault, verifier: signer.verifier(), clock, chance });
        let mut books = Books::open(Reading::new(conn, Arc::clone(&context)), signer)?;
        let (policy_digest, sw) = (founding.policy_digest.clone(), founding.sw.clone());
        books.write(move |draft| draft.append(first_envelope(founding)).map(|_| ())).map_err(into_store_error)?;
        books.sign()?;
        let instance = Instance::found(&context, policy_digest, sw, sync)?;
        crate::folder::sync_dir(dir)?;
        Organization::start(context, lock, books, instance)
    }

    /// Opens an organization.
    ///
    /// # Errors
    /// Where another process writes to it, where others can read its keys, where a setting would weaken it, and where the
    /// ledger is shorter than, or not the same as, what was signed.
    pub fn open(
        dir: &Path,
        options: OpenOptions,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
    ) -> Result<Organization, StoreError> {
        let folder = Folder::new(dir);
        folder.must_exist()?;
        check_settings(&folder.settings())?;
        match options.access {
            Access::Read => Organization::open_to_read(folder, clock, chance),
            Access::Write => Organization::open_to_write(folder, clock, chance),
        }
    }

    fn open_to_read(
        folder: Folder,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
    ) -> Result<Organization, StoreError> {
        let verifier = Signer::open(&folder, Which::Organization)?.verifier();
        let vault = Arc::new(Vault::open(&folder.master_key())?);
        // First what was signed, then the database: the other way round, a writer could sign in between.
        let signed = Signed::read(&folder, Which::Organization, &verifier)?;
        let conn = schema::open_reader(&folder.database())?;
        schema::check_version(&conn, &folder.database())?;
        let about = About::read(&conn)?;
        signed.hold_against(&conn, crate::log::head(&conn)?.0)?;
        let context = Arc::new(Context { folder, about, vault, verifier, clock, chance });
        Ok(Organization { context, readers: Arc::new(Mutex::new(vec![conn])), writer: None, _lock: None })
    }

    fn open_to_write(
        folder: Folder,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
    ) -> Result<Organization, StoreError> {
        let lock = folder.lock()?;
        let sync = sync_for_fault_laboratory();
        let signer = Signer::open(&folder, Which::Organization)?;
        let vault = Arc::new(Vault::open(&folder.master_key())?);
        let conn = schema::open_writer(&folder.database(), sync)?;
        schema::check_version(&conn, &folder.database())?;
        // Before anything is looked at, and even where the copy is then refused: what was erased stays erased.
        let erased_again = erasures::reapply(&folder.erasures(), &conn)?;
        let about = About::read(&conn)?;
        let context = Arc::new(Context { folder, about, vault, verifier: signer.verifier(), clock, chance });
        let mut books = Books::open(Reading::new(conn, Arc::clone(&context)), signer)?;
        if erased_again {
            books.scrub_now();
        }
        let size = books.reading.head()?.0;
        books.signer.signed().hold_against(books.reading.conn()?, size)?;
        let instance = Instance::open(&context, sync)?;
        Organization::start(context, lock, books, instance)
    }

    fn start(context: Arc<Context>, lock: Lock, books: Books, instance: Instance) -> Result<Organization, StoreError> {
        let dir = context.folder.dir().to_owned();
        let writer = Writer::start(books, instance).map_err(at(&dir))?;
        Ok(Organization { context, readers: Readers::default(), writer: Some(writer), _lock: Some(lock) })
    }

    /// Which organization this is.
    pub fn about(&self) -> &About {
        &self.context.about
    }

    /// A snapshot to read: nothing that is written afterwards shows in it.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        Snapshot::take(&self.context, Arc::clone(&self.readers))
    }

    pub(crate) fn readers(&self) -> Readers {
        Arc::clone(&self.readers)
    }

    pub(crate) fn is_writer(&self) -> bool {
        self.writer.is_some()
    }

    /// Runs a command on the writer thread; answers after its transaction is on disk. A command that answers `Err`
    /// writes nothing, and neither does one that panics. A command must not call this itself: it would wait for its own end.
    ///
    /// # Errors
    /// [`WriteError`] says whether it was saved; only [`WriteError::Unknown`] leaves that open.
    pub fn write<R, E, F>(&self, command: F) -> Result<R, WriteError<E>>
    where
        R: Send + 'static,
        E: Send + 'static,
        F: FnOnce(&Draft<'_>) -> Result<R, E> + Send + 'static,
    {
        let stopped = || WriteError::Stopped(StoreError::ReadOnly.to_string());
        let Writer { queue, waiting, .. } = self.writer.as_ref().ok_or_else(stopped)?;
        let _waits = Waits::begin(waiting);
        let (answer, answered) = answer();
        queue.try_send(Order::Command(Box::new(Pending::new(command, answer)))).map_err(|error| match error {
            TrySendError::Full(_) => WriteError::Overloaded,
            TrySendError::Disconnected(_) => WriteError::Stopped("the writer has ended; open again".into()),
        })?;
        // A writer that is gone without an answer may have gone in the middle of a commit.
        answered.recv().unwrap_or_else(|| Err(WriteError::Unknown("the writer ended".into())))
    }

    /// Takes a file into the evidence store; it is on disk when this answers.
    ///
    /// # Errors
    /// [`EvidenceError`]; nothing is stored then.
    pub fn put_evidence(&self, offer: &Offer, content: &mut dyn io::Read) -> Result<Evidence, EvidenceError> {
        if self.writer.is_none() {
            return Err(StoreError::ReadOnly.into());
        }
        let context = &self.context;
        evidence::put(&context.folder, offer, content, self.draw_salt(), &context.chance.id())
    }

    /// A file that is stored already, with a new commitment for another act.
    pub fn weigh_evidence(&self, file: &File) -> Result<Evidence, EvidenceError> {
        Ok(evidence::weigh(&self.context.folder, file, self.draw_salt())?)
    }

    /// Opens a stored file.
    pub fn open_evidence(&self, sha256: &str) -> Result<std::fs::File, StoreError> {
        evidence::open(&self.context.folder, sha256)
    }

    /// Deletes uploads that were broken off and files that no act names, both where older than `age`; answers how many.
    pub fn collect_orphans(&self, age: Duration) -> Result<u64, StoreError> {
        let now = SystemTime::UNIX_EPOCH
            + Duration::from_millis(self.context.clock.now().as_millisecond().max(0).unsigned_abs());
        let context = Arc::clone(&self.context);
        // On the writer's desk, so that no act names a file while it is being deleted.
        self.ask_desk(move |desk| evidence::collect_orphans(&context.folder, desk.books.reading.conn()?, now, age))
    }

    /// Signs the ledger as it stands now, where that is not signed yet.
    pub fn checkpoint_now(&self) -> Result<Note, StoreError> {
        self.ask_desk(Desk::sign)
    }

    /// Writes what happened at the server's door into the instance's log, between two batches.
    ///
    /// # Errors
    /// Where the log could not be written; then some of the notes may be in it.
    pub fn note_door(&self, notes: Vec<DoorNote>) -> Result<(), StoreError> {
        self.ask_desk(move |desk| desk.instance.note_door(notes))
    }

    /// The key that signs, to hand out.
    pub fn verifier_key(&self) -> VerifierKey {
        self.context.verifier.clone()
    }

    /// Drops the projection and builds it again from entries and payloads, in one transaction.
    pub fn rebuild(&self) -> Result<(), StoreError> {
        self.ask_desk(|desk| desk.books.exclusively(|reading| projection::rebuild(reading.conn()?)))
    }

    /// Signs a last checkpoint and closes; as dropping does, but says what went wrong.
    pub fn close(mut self) -> Result<(), StoreError> {
        self.writer.take().map_or(Ok(()), Writer::finish)
    }

    fn draw_salt(&self) -> [u8; 32] {
        let mut salt = [0; 32];
        self.context.chance.fill(&mut salt);
        salt
    }

    /// Has something done between two batches.
    pub(crate) fn ask_desk<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Desk) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        let queue = &self.writer.as_ref().ok_or(StoreError::ReadOnly)?.queue;
        let (answer, answered) = sync_channel(1);
        let task = Order::Task(Box::new(move |desk: &mut Desk| {
            let _ = answer.send(work(desk));
        }));
        let gone = || StoreError::Stopped("the writer has ended".into());
        queue.send(task).map_err(|_| gone())?;
        answered.recv().unwrap_or_else(|_| Err(gone()))
    }
}

impl Drop for Organization {
    fn drop(&mut self) {
        if let Some(writer) = self.writer.take() {
            let _ = writer.finish();
        }
    }
}

fn first_envelope(founding: Founding) -> Envelope {
    let body = serde_json::json!({ "name": founding.name, "org": founding.org, "origin": founding.origin });
    Envelope {
        actor: founding.actor,
        deed: Deed::Plain {
            act: "founded".into(),
            outcome: Outcome::Done,
            reason: None,
            refs: Vec::new(),
            body: Some(body),
        },
        idem: None,
        policy_digest: founding.policy_digest,
        sw: founding.sw,
        req: None,
        evidence: Vec::new(),
        sig: None,
    }
}
