//! What people look at: a record, its history, a register. Personal values are opened here and nowhere below.

use std::collections::BTreeMap;

use aims_record::{Act, Fields, Kept, Names, Refusal, seal_of, sentence};
use aims_store::{Body, Filter, Gone, Personal, Reading, Then};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    Aims, Failure,
    resolve::{Known, resolve_word},
};

/// A moment to look at: of the clock, or of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsOf {
    /// The last entry at or before it.
    Moment(Timestamp),
    /// After this entry.
    Entry(u64),
}

impl AsOf {
    /// Reads `2026-11-23` (its end), `2026-11-23T10:00:00Z`, or an entry's number.
    ///
    /// # Errors
    /// With what would be understood.
    pub fn parse(text: &str) -> Result<AsOf, Failure> {
        let digits = text.strip_prefix('#').unwrap_or(text);
        if let Ok(seq) = digits.parse::<u64>() {
            return Ok(AsOf::Entry(seq));
        }
        let day = text.parse::<jiff::civil::Date>().ok().filter(|_| text.len() == 10);
        let moment = match day {
            Some(_) => format!("{text}T23:59:59.999Z").parse().ok(),
            None => text.parse().ok(),
        };
        moment.map(AsOf::Moment).ok_or_else(|| {
            Failure::usage(
                "date_invalid",
                format!(
                    "`{text}` is no moment; say a day (2026-11-23), a moment (2026-11-23T10:00:00Z) or an entry (#41)"
                ),
            )
        })
    }
}

/// A record as people look at it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Shown {
    /// Kind id.
    pub kind: String,
    /// The kind's title.
    pub title: String,
    /// Readable number.
    pub number: String,
    /// The state as in `docs/formats/acts.md`, personal values opened; a value that was erased stands as `{"erased": entry}`.
    pub record: Value,
    /// What ids in it stand for: number and name.
    pub names: BTreeMap<String, String>,
    /// Records that name this one.
    pub named_by: Vec<Inverse>,
    /// Verbs that can be said of it now.
    pub verbs: Vec<String>,
    /// The entry up to which this was looked at.
    pub as_of: u64,
}

/// Records that name another, under the inverse name of the link.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Inverse {
    /// As the link reads from here, such as `used by AI systems`.
    pub inverse: String,
    /// Number and name.
    pub records: Vec<String>,
}

/// One act in a sentence.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HistoryLine {
    /// The entry.
    pub seq: u64,
    /// The moment.
    pub ts: String,
    /// The word of the act.
    pub act: String,
    /// Past tense, one act.
    pub sentence: String,
}

/// One entry of the ledger in a sentence.
#[derive(Clone, Debug, Serialize)]
pub struct LedgerLine {
    /// The entry.
    pub seq: u64,
    /// The moment.
    pub ts: String,
    /// The word of the act.
    pub act: String,
    /// Past tense, one act.
    pub sentence: String,
    /// Number of the record that it is about; nothing where it is about the organization as one.
    pub record: Option<String>,
}

/// Which records of a register.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Kind id.
    pub kind: Option<String>,
    /// State.
    pub state: Option<String>,
    /// Text that the record holds.
    pub text: Option<String>,
    /// Withdrawn and disposed records too.
    pub ended: bool,
    /// At most so many, 1 to 200.
    pub limit: Option<u64>,
    /// After so many.
    pub offset: u64,
}

/// A line of a register.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    /// Readable number.
    pub number: String,
    /// Key, where it has one.
    pub key: Option<String>,
    /// Kind id.
    pub kind: String,
    /// Value of the naming field.
    pub name: String,
    /// State, `withdrawn` or `disposed`.
    pub state: String,
    /// Version.
    pub version: u64,
    /// The newest act's moment.
    pub changed: String,
}

/// The most records one page of a register holds.
const PAGE_MAX: u64 = 200;

impl Aims {
    /// A record, as it stands or as it stood.
    ///
    /// # Errors
    /// Where there is no such record, or there was none then.
    pub fn show(&self, word: &str, as_of: Option<AsOf>) -> Result<Shown, Failure> {
        self.look(word, as_of, true)
    }

    /// The same without the records that name it, of which there can be very many.
    ///
    /// # Errors
    /// As [`Aims::show`].
    pub fn show_alone(&self, word: &str, as_of: Option<AsOf>) -> Result<Shown, Failure> {
        self.look(word, as_of, false)
    }

    fn look(&self, word: &str, as_of: Option<AsOf>, with_naming: bool) -> Result<Shown, Failure> {
        let reading = self.store.snapshot()?;
        let id = resolve_word(&reading, &Known::new(), word)?;
        let last = reading.size()?.saturating_sub(1);
        let seq = match as_of {
            None => last,
            Some(AsOf::Entry(seq)) if seq <= last => seq,
            Some(AsOf::Entry(seq)) => {
                return Err(Failure::usage(
                    "entry_unknown",
                    format!("the ledger ends at entry {last}; there is no entry {seq} yet"),
                ));
            }
            Some(AsOf::Moment(moment)) => reading.seq_at(moment)?.ok_or_else(|| not_then(word))?,
        };
        let kept = if as_of.is_none() { reading.kept(&id)? } else { then(&reading, &id, seq, word)? };
        let kept = kept.ok_or_else(|| not_then(word))?;
        let wanted = with_naming && as_of.is_none();
        let named_by = if wanted { self.named_by(&reading, &id)? } else { Vec::new() };
        self.shown(&reading, kept, named_by, seq)
    }

    fn shown(&self, reading: &Reading, kept: Kept, named_by: Vec<Inverse>, as_of: u64) -> Result<Shown, Failure> {
        let kind = self.kinds.get(kept.kind());
        let mut record = serde_json::to_value(&kept).unwrap_or_default();
        if let Some(fields) = record.get_mut("fields") {
            open_personal(reading, fields)?;
        }
        let mut ids = Vec::new();
        gather_ids(&record, &mut ids);
        let mut names = BTreeMap::new();
        // A person's own record is often changed by that person: then their name stands for their id too.
        for id in ids.into_iter().filter(|id| *id != kept.id() || kept.kind() == "person") {
            if let Some(name) = self.name_of(reading, &id)? {
                names.insert(id, name);
            }
        }
        // What was withdrawn or erased keeps its state, but takes no more acts.
        let acting = kept.live().filter(|r| r.withdrawn.is_none() && r.erased.is_none());
        let verbs = kind.zip(acting).map(|(k, r)| k.lifecycle.verbs_from(&r.state).map(|v| v.id.clone()).collect());
        let verbs = verbs.unwrap_or_default();
        Ok(Shown {
            kind: kept.kind().to_owned(),
            title: kind.map_or_else(|| kept.kind().to_owned(), |k| k.title.clone()),
            number: kept.number().to_owned(),
            record,
            names,
            named_by,
            verbs,
            as_of,
        })
    }

    fn named_by(&self, reading: &Reading, id: &str) -> Result<Vec<Inverse>, Failure> {
        let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (from, field) in reading.naming(id)? {
            let Some(Kept::Live(record)) = reading.kept(&from)? else { continue };
            let kind = self.kinds.get(&record.kind);
            let inverse = kind.and_then(|k| k.field(field.split('.').next()?)).and_then(|f| f.inverse.clone());
            let inverse = inverse.unwrap_or_else(|| format!("{} of", field.replace('_', " ")));
            by_name.entry(inverse).or_default().extend(self.name_of(reading, &from)?);
        }
        Ok(by_name.into_iter().map(|(inverse, records)| Inverse { inverse, records }).collect())
    }

    /// Number and name of a record.
    pub(crate) fn name_of(&self, reading: &Reading, id: &str) -> Result<Option<String>, Failure> {
        let Some(kept) = reading.kept(id)? else { return Ok(None) };
        let name = match kept.live() {
            Some(record) => self.naming_value(reading, &record.kind, &record.fields)?,
            None => "disposed of".into(),
        };
        Ok(Some(format!("{} {name}", kept.number()).trim_end().to_owned()))
    }

    pub(crate) fn naming_value(&self, reading: &Reading, kind: &str, fields: &Fields) -> Result<String, Failure> {
        let field = self.kinds.get(kind).and_then(|k| k.naming_field());
        let mut value = field.and_then(|f| fields.get(&f.name)).cloned().unwrap_or_default();
        open_value(reading, field.map_or("", |f| f.name.as_str()), &mut value)?;
        Ok(match value {
            Value::String(text) => text,
            Value::Object(left) if left.contains_key("missing") => MISSING.into(),
            Value::Object(_) => ERASED.into(),
            _ => String::new(),
        })
    }

    /// The history of a record in sentences, oldest first.
    ///
    /// # Errors
    /// Where there is no such record.
    pub fn history(&self, word: &str) -> Result<Vec<HistoryLine>, Failure> {
        let reading = self.store.snapshot()?;
        let id = resolve_word(&reading, &Known::new(), word)?;
        let kept = reading.kept(&id)?.ok_or_else(|| Refusal::NotFound { record: word.to_owned() })?;
        let kind = self.kinds.get(kept.kind());
        let names = Speaker { aims: self, reading: &reading };
        let line = |act: aims_store::StoredAct| {
            let by = &act.entry.actor.pid;
            let sentence = match &act.body {
                Body::Bytes(bytes) => {
                    let said =
                        Act::from_body(act.entry.seq, &act.entry.act, bytes).map_err(aims_store::StoreError::Apply)?;
                    sentence(&names, kind, kept.number(), by, &said)
                }
                Body::Gone(gone) => {
                    format!("{} {} {}; {}.", names.person(by), act.entry.act, kept.number(), gone_words(*gone))
                }
            };
            Ok(HistoryLine { seq: act.entry.seq, ts: act.entry.ts, act: act.entry.act, sentence })
        };
        reading.acts_of(&id, None)?.into_iter().map(line).collect()
    }

    /// What happened in the whole organization, newest first: at most `limit` entries before the entry `before` (`None`: from the end).
    /// What is said is about records and, in fewer words, about the organization as one.
    ///
    /// # Errors
    /// Where the ledger cannot be read.
    pub fn acts(&self, before: Option<u64>, limit: u64) -> Result<Vec<LedgerLine>, Failure> {
        let reading = self.store.snapshot()?;
        let size = reading.size()?;
        let end = before.unwrap_or(size).min(size);
        let mut entries = Vec::new();
        reading.each_entry(end.saturating_sub(limit)..end, &mut |seq, bytes| {
            entries.push((seq, serde_json::from_slice::<aims_store::Entry>(bytes).ok()));
            Ok(())
        })?;
        let line = |(seq, entry): (u64, Option<aims_store::Entry>)| self.ledger_line(&reading, seq, entry?).transpose();
        entries.into_iter().rev().filter_map(line).collect()
    }

    fn ledger_line(
        &self,
        reading: &Reading,
        seq: u64,
        entry: aims_store::Entry,
    ) -> Result<Option<LedgerLine>, Failure> {
        let names = Speaker { aims: self, reading };
        let by = names.person(&entry.actor.pid);
        let Some(obj) = entry.obj else {
            let sentence = format!("{by}: {}.", entry.act.replace('-', " "));
            return Ok(Some(LedgerLine { seq, ts: entry.ts, act: entry.act, sentence, record: None }));
        };
        let Some(kept) = reading.kept(&obj.id)? else { return Ok(None) };
        let sentence = match reading.body(seq)? {
            Some(Body::Bytes(bytes)) => {
                let said = Act::from_body(seq, &entry.act, &bytes).map_err(aims_store::StoreError::Apply)?;
                sentence(&names, self.kinds.get(kept.kind()), kept.number(), &entry.actor.pid, &said)
            }
            Some(Body::Gone(gone)) => format!("{by} {} {}; {}.", entry.act, kept.number(), gone_words(gone)),
            None => format!("{by} {} {}.", entry.act, kept.number()),
        };
        let record = Some(kept.number().to_owned());
        Ok(Some(LedgerLine { seq, ts: entry.ts, act: entry.act, sentence, record }))
    }

    /// Records of a register, by number, and how many there are in all.
    ///
    /// # Errors
    /// Where the kind is unknown or the limit lies outside 1 to 200.
    pub fn list(&self, query: &Query) -> Result<(Vec<Listed>, u64), Failure> {
        let limit = query.limit.unwrap_or(PAGE_MAX);
        if !(1..=PAGE_MAX).contains(&limit) {
            return Err(Failure::usage("limit_out_of_range", format!("the limit runs from 1 to {PAGE_MAX}")));
        }
        if let Some(kind) = &query.kind {
            self.known_kind(kind)?;
        }
        let reading = self.store.snapshot()?;
        let filter = Filter {
            kind: query.kind.clone(),
            state: query.state.clone(),
            text: query.text.clone(),
            ended: query.ended,
        };
        let all = reading.count(&filter)?;
        let line = |kept: Kept| {
            let live = kept.live();
            let name = live.map_or(Ok(String::new()), |r| self.naming_value(&reading, &r.kind, &r.fields))?;
            let state = match live {
                None => "disposed",
                Some(r) if r.withdrawn.is_some() => "withdrawn",
                Some(r) => r.state.as_str(),
            };
            Ok(Listed {
                number: kept.number().to_owned(),
                key: live.and_then(|r| r.key.clone()),
                kind: kept.kind().to_owned(),
                name,
                state: state.to_owned(),
                version: kept.version(),
                changed: live.map(|r| r.last.ts.clone()).unwrap_or_default(),
            })
        };
        let lines =
            reading.list(&filter, limit, query.offset)?.into_iter().map(line).collect::<Result<_, Failure>>()?;
        Ok((lines, all))
    }

    /// The kind of the record that a word names.
    ///
    /// # Errors
    /// Where there is no such record.
    pub fn kind_of(&self, word: &str) -> Result<&aims_record::Kind, Failure> {
        let reading = self.store.snapshot()?;
        let id = resolve_word(&reading, &Known::new(), word)?;
        let kept = reading.kept(&id)?.ok_or_else(|| Refusal::NotFound { record: word.to_owned() })?;
        self.known_kind(kept.kind())
    }

    /// The kind of this id.
    ///
    /// # Errors
    /// With the nearest right word.
    pub fn known_kind(&self, id: &str) -> Result<&aims_record::Kind, Failure> {
        self.kinds.get(id).ok_or_else(|| {
            let nearest = aims_record::nearest(id, self.kinds.by_id.keys().map(String::as_str)).map(str::to_owned);
            Refusal::UnknownKind { kind: id.to_owned(), nearest }.into()
        })
    }
}

/// What stands for a name that was erased, and for one that ought to be there.
const ERASED: &str = "(erased)";
const MISSING: &str = "(missing)";

fn not_then(word: &str) -> Failure {
    Failure::usage("not_found", format!("there was no record `{word}` then"))
}

fn then(reading: &Reading, id: &str, seq: u64, word: &str) -> Result<Option<Kept>, Failure> {
    match reading.kept_as_of(id, seq)? {
        None => Ok(None),
        Some(Then::Kept(kept)) => Ok(Some(kept)),
        Some(Then::Gone(gone)) => {
            Err(Failure::usage("erased", format!("what `{word}` said then {}", gone_words(gone))))
        }
    }
}

fn gone_words(gone: Gone) -> String {
    match gone {
        Gone::Erased { seq } => format!("was erased by entry {seq}"),
        Gone::Disposed { seq } => format!("was disposed of by entry {seq}"),
        Gone::Missing => "is missing although nothing allows it: run `aims verify`".into(),
    }
}

/// Opens sealed values in place.
fn open_personal(reading: &Reading, fields: &mut Value) -> Result<(), Failure> {
    let Some(fields) = fields.as_object_mut() else { return Ok(()) };
    for (name, value) in fields {
        open_value(reading, name, value)?;
    }
    Ok(())
}

fn open_value(reading: &Reading, name: &str, value: &mut Value) -> Result<(), Failure> {
    let Some(c) = seal_of(value).map(str::to_owned) else { return Ok(()) };
    *value = match reading.personal(&c)? {
        Some(Personal::Known(fields)) => fields.get(name).cloned().unwrap_or_default(),
        Some(Personal::Gone(Gone::Erased { seq } | Gone::Disposed { seq })) => json!({ "erased": seq }),
        Some(Personal::Gone(Gone::Missing)) | None => json!({ "missing": c }),
    };
    Ok(())
}

/// All strings that look like ids, wherever they stand.
fn gather_ids(value: &Value, ids: &mut Vec<String>) {
    match value {
        Value::String(text) if text.len() == 36 && text.parse::<uuid::Uuid>().is_ok() => ids.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|v| gather_ids(v, ids)),
        Value::Object(members) => members.values().for_each(|v| gather_ids(v, ids)),
        _ => {}
    }
}

/// Names for sentences; a name that cannot be read is its id, since history must not fail for it.
struct Speaker<'a> {
    aims: &'a Aims,
    reading: &'a Reading,
}

impl Names for Speaker<'_> {
    fn person(&self, id: &str) -> String {
        match self.reading.kept(id) {
            Ok(Some(Kept::Live(person))) => {
                let name = self.aims.naming_value(self.reading, &person.kind, &person.fields).unwrap_or_default();
                if [ERASED, MISSING, ""].contains(&name.as_str()) { person.number } else { name }
            }
            _ => id.to_owned(),
        }
    }

    fn record(&self, id: &str) -> String {
        self.aims.name_of(self.reading, id).ok().flatten().unwrap_or_else(|| id.to_owned())
    }
}
