//! What an auditor takes away: a bundle (`docs/formats/bundle.md`), written from one snapshot of exactly a checkpoint's size.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use aims_ledger::{
    canonical,
    note::Note,
    tree::{TILE_WIDTH, bundles_at, encode_bundle, tiles_at},
};
use rusqlite::Row;
use serde_json::{Value, json};

use crate::{
    chain,
    desk::Desk,
    entry::parse_entry,
    error::StoreError,
    evidence,
    folder::{at, sync_dir},
    log::{PAYLOAD_BITS, kept_note, moment, payload_row, seq_of_row},
    organization::{Organization, Snapshot},
    reading::Reading,
};

type Result<T> = std::result::Result<T, StoreError>;

const README: &str = include_str!("bundle/README.txt");

impl Organization {
    /// Writes a bundle to `out`, which must not exist yet. `progress` gets entries done and entries in all.
    ///
    /// # Errors
    /// Where the folder cannot be written, or a file or a body is damaged; `out` is not made then.
    pub fn export_bundle(
        &self,
        out: &Path,
        withhold_personal: bool,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Note> {
        if out.exists() {
            let reason = "it is there already; name a folder that is not".to_owned();
            return Err(StoreError::Folder { path: out.to_owned(), reason });
        }
        let snapshot = self.signed_snapshot()?;
        let (size, note) = kept_note(snapshot.conn()?)?.ok_or(StoreError::NotSigned(0))?;
        if size != snapshot.head()?.0 {
            return Err(StoreError::NotSigned(size));
        }
        let mut name = out.file_name().unwrap_or_default().to_owned();
        name.push(".partial");
        let temp = out.with_file_name(name);
        let _ = fs::remove_dir_all(&temp);
        let made_at = moment(self.context.clock.now().as_millisecond());
        let maker = Maker { reading: &snapshot, dir: &temp, size, withhold_personal };
        let made = maker.make(&note, &made_at, progress).and_then(|()| fs::rename(&temp, out).map_err(at(out)));
        if made.is_err() {
            let _ = fs::remove_dir_all(&temp);
        }
        made?;
        out.canonicalize().ok().and_then(|path| path.parent().map(sync_dir)).unwrap_or(Ok(()))?;
        if self.is_writer() {
            self.ask_desk(move |desk| desk.instance.note_export(size, withhold_personal))?;
        }
        Ok(note)
    }

    /// A snapshot of a ledger that is signed to its end. Taken at the desk, so that nothing is written in between.
    fn signed_snapshot(&self) -> Result<Snapshot> {
        if !self.is_writer() {
            return self.snapshot();
        }
        let readers = self.readers();
        self.ask_desk(move |desk: &mut Desk| {
            desk.sign()?;
            Snapshot::take(&desk.books.reading.context, readers)
        })
    }
}

struct Maker<'a> {
    reading: &'a Reading,
    dir: &'a Path,
    size: u64,
    withhold_personal: bool,
}

/// A payload's row, with the record that its entry is about.
struct Stored {
    record: String,
    id: i64,
    c: String,
    salt: Option<Vec<u8>>,
    body: Option<Vec<u8>>,
    wrapped: Option<Vec<u8>>,
    subject: Option<String>,
    file: Option<String>,
}

impl Maker<'_> {
    fn make(&self, note: &Note, made_at: &str, progress: &mut dyn FnMut(u64, u64)) -> Result<()> {
        fs::create_dir_all(self.dir).map_err(at(self.dir))?;
        let about = self.reading.about();
        let withheld: &[&str] = if self.withhold_personal { &["personal"] } else { &[] };
        let bundle = json!({
            "made_at": made_at, "org": about.org, "origin": about.origin, "size": self.size, "v": 1, "withheld": withheld,
        });
        let readme = README.replace("ORIGIN", &about.origin).replace("SIZE", &self.size.to_string());
        self.write("README.txt", readme.as_bytes())?;
        self.write("bundle.json", &[canonical_line(&bundle)?, b"\n".to_vec()].concat())?;
        self.write("checkpoint", note.to_string().as_bytes())?;
        self.write("keys", format!("{}\n", self.reading.context.verifier).as_bytes())?;
        self.write_tiles()?;
        let mut payloads = self.create("payloads")?;
        self.write_entries(&mut payloads, progress)?;
        self.write_payloads_of_records(&mut payloads)?;
        finish(payloads, &self.dir.join("payloads"))?;
        self.write_state()?;
        self.write_evidence()?;
        sync_dir(self.dir)
    }

    fn write_tiles(&self) -> Result<()> {
        use aims_ledger::tree::TileSource as _;
        tiles_at(self.size).try_for_each(|tile| self.write(&tile.path(), &self.reading.tile(tile)?))
    }

    /// Entry bundles, and on the way the payloads of entries without a record, which come first.
    fn write_entries(&self, payloads: &mut BufWriter<File>, progress: &mut dyn FnMut(u64, u64)) -> Result<()> {
        for bundle in bundles_at(self.size) {
            let start = bundle.index() * u64::from(TILE_WIDTH);
            let mut entries = Vec::new();
            let mut plain = Vec::new();
            self.reading.each_entry(start..start + u64::from(bundle.width()), &mut |seq, bytes| {
                if parse_entry(seq, bytes)?.obj.is_none() {
                    plain.push(seq);
                }
                entries.push(bytes.to_vec());
                Ok(())
            })?;
            let bytes = encode_bundle(entries.iter().map(Vec::as_slice))
                .map_err(|e| StoreError::Damaged { place: bundle.path(), reason: e.to_string() })?;
            self.write(&bundle.path(), &bytes)?;
            for seq in plain {
                self.write_payloads_without_record(seq, payloads)?;
            }
            progress(start + u64::from(bundle.width()), self.size);
        }
        Ok(())
    }

    fn write_payloads_without_record(&self, seq: u64, payloads: &mut BufWriter<File>) -> Result<()> {
        let sql = "SELECT '', id, c, salt, body, wrapped, subject, file FROM payloads \
                   WHERE id >= ?1 AND id < ?2 ORDER BY id";
        let range = (payload_row(seq, 0), payload_row(seq + 1, 0));
        self.reading.each(sql, range, Stored::read, |stored| self.write_payload(&stored, payloads))
    }

    fn write_payloads_of_records(&self, payloads: &mut BufWriter<File>) -> Result<()> {
        let sql = "SELECT ?1, id, c, salt, body, wrapped, subject, file FROM payloads \
                   WHERE id >= ?2 << 10 AND id < (?2 + 1) << 10 ORDER BY id";
        self.reading.each_record(&mut |kept| {
            for seq in chain::events(self.reading.conn()?, kept.id(), Some(kept.last_seq()), self.size)? {
                let write = |stored| self.write_payload(&stored, payloads);
                self.reading.each(sql, (kept.id(), seq), Stored::read, write)?;
            }
            Ok(())
        })
    }

    fn write_payload(&self, stored: &Stored, payloads: &mut BufWriter<File>) -> Result<()> {
        let Some(salt) = &stored.salt else { return Ok(()) };
        let position = stored.id & ((1 << PAYLOAD_BITS) - 1);
        let mut header = json!({ "c": stored.c, "n": position, "obj": stored.record, "seq": seq_of_row(stored.id) });
        let plaintext = match (&stored.subject, &stored.file) {
            (Some(_), _) if self.withhold_personal => {
                put(&mut header, "withheld", Value::Bool(true));
                Vec::new()
            }
            (Some(subject), _) => {
                let (body, wrapped) = (stored.body.as_deref(), stored.wrapped.as_deref());
                self.reading.unseal(&stored.c, subject, body.unwrap_or_default(), wrapped.unwrap_or_default())?.to_vec()
            }
            (None, Some(file)) => {
                put(&mut header, "file", Value::String(file.clone()));
                Vec::new()
            }
            (None, None) => stored.body.clone().unwrap_or_default(),
        };
        if header.get("withheld").is_none() {
            put(&mut header, "salt", Value::String(hex::encode(salt)));
        }
        let lines = [&canonical_line(&header)?, b"\n".as_slice(), &plaintext, b"\n"].concat();
        payloads.write_all(&lines).map_err(at(self.dir))
    }

    fn write_state(&self) -> Result<()> {
        let mut state = self.create("state")?;
        let sql = "SELECT bytes FROM records ORDER BY id";
        self.reading.each(
            sql,
            [],
            |row| row.get::<_, Vec<u8>>(0),
            |bytes| state.write_all(&[bytes.as_slice(), b"\n"].concat()).map_err(at(self.dir)),
        )?;
        finish(state, &self.dir.join("state"))
    }

    fn write_evidence(&self) -> Result<()> {
        let sql = "SELECT DISTINCT file FROM payloads WHERE file IS NOT NULL AND salt IS NOT NULL ORDER BY file";
        let files: Vec<String> = self.reading.all(sql, [], |row| row.get(0))?;
        let mut sums = BTreeMap::new();
        for sha256 in files {
            let path = format!("evidence/{}/{sha256}", sha256.get(..2).unwrap_or_default());
            let mut stored = evidence::open(&self.reading.context.folder, &sha256)?;
            let copy = self.prepare(&path)?;
            let mut file = File::create_new(&copy).map_err(at(&copy))?;
            std::io::copy(&mut stored, &mut file).map_err(at(&copy))?;
            sums.insert(sha256, path);
        }
        let lines: String = sums.iter().map(|(sha256, path)| format!("{sha256}  {path}\n")).collect();
        self.write("SHA256SUMS", lines.as_bytes())
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<()> {
        let path = self.prepare(path)?;
        fs::write(&path, bytes).map_err(at(&path))
    }

    fn create(&self, path: &str) -> Result<BufWriter<File>> {
        let path = self.prepare(path)?;
        File::create_new(&path).map(BufWriter::new).map_err(at(&path))
    }

    fn prepare(&self, path: &str) -> Result<PathBuf> {
        let path = self.dir.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(at(parent))?;
        }
        Ok(path)
    }
}

impl Stored {
    fn read(row: &Row<'_>) -> rusqlite::Result<Stored> {
        Ok(Stored {
            record: row.get(0)?,
            id: row.get(1)?,
            c: row.get(2)?,
            salt: row.get(3)?,
            body: row.get(4)?,
            wrapped: row.get(5)?,
            subject: row.get(6)?,
            file: row.get(7)?,
        })
    }
}

fn put(header: &mut Value, name: &str, value: Value) {
    if let Some(members) = header.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

fn canonical_line(value: &Value) -> Result<Vec<u8>> {
    let damaged =
        |e: canonical::CanonicalError| StoreError::Damaged { place: "the bundle".into(), reason: e.to_string() };
    canonical::value_to_vec(value).map_err(damaged)
}

fn finish(mut file: BufWriter<File>, path: &Path) -> Result<()> {
    file.flush().and_then(|()| file.get_ref().sync_all()).map_err(at(path))
}
