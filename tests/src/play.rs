//! Plays: seeded acts of every kind on an organization, the way a command does them.

use std::{path::Path, sync::Arc};

use aims_record::{Accepted, Act, ActBody, Actor, ActorKind, Erasure, Fields, Kept, LinkBody, content_digest};
use aims_store::{
    AppendError, Deed, Draft, Envelope, Evidence, Founding, Offer, Organization, Outcome, Software, Written,
};
use serde_json::json;

use crate::chance::{Dice, SeededChance, TickingClock, id};

/// The organization's id in every play.
pub const ORG: &str = "01940c9e-0000-7cc3-9d54-2d8cf1a0b000";
/// Its log.
pub const ORIGIN: &str = "aims.example/org/01940c9e-0000-7cc3-9d54-2d8cf1a0b000";
const ME: &str = "01940c9e-0f4d-7cc3-9d54-2d8cf1a0b001";

/// Who plays.
pub fn actor() -> Actor {
    Actor { amr: vec!["local".into()], kind: ActorKind::Person, on_behalf: vec![], pid: ME.into() }
}

/// What an organization begins with.
pub fn founding() -> Founding {
    Founding {
        name: "Example".into(),
        origin: ORIGIN.into(),
        org: ORG.into(),
        actor: actor(),
        policy_digest: "9a".repeat(32),
        sw: software(),
    }
}

fn software() -> Software {
    Software { build_sha256: "c0".repeat(32), version: "0.1.0".into() }
}

/// Founds an organization.
pub fn found(dir: &Path, seed: u64) -> Result<Organization, aims_store::StoreError> {
    Organization::found(dir, founding(), TickingClock::new(0), SeededChance::new(seed))
}

/// Opens it for writing, an hour later each time that `hours` says.
pub fn open(dir: &Path, seed: u64, hours: i64) -> Result<Organization, aims_store::StoreError> {
    Organization::open(dir, aims_store::OpenOptions::write(), TickingClock::new(hours), SeededChance::new(seed))
}

/// One thing that is done.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names are those of the acts")]
pub enum Doing {
    Record { id: String, words: String },
    Amend { id: String, words: String },
    Link { id: String, to: String, away: bool },
    Attach { id: String, evidence: Box<Evidence> },
    Move { id: String },
    Sign { id: String },
    Withdraw { id: String },
    Dispose { id: String },
    Person { id: String, name: String },
    Erase { id: String },
    Denied { id: String },
}

/// What a player has begun and not ended.
#[derive(Debug)]
pub struct Player {
    /// Where its choices come from.
    pub dice: Dice,
    live: Vec<String>,
    people: Vec<String>,
    made: u64,
    stamp: u64,
}

impl Player {
    /// A player whose records no other player has.
    pub fn new(seed: u64, number: u64) -> Player {
        let dice = Dice::new(seed ^ number.wrapping_mul(0xd6e8_feb8_6659_fd93));
        Player { dice, live: Vec::new(), people: Vec::new(), made: 0, stamp: seed << 8 ^ number }
    }

    fn new_id(&mut self) -> String {
        self.made += 1;
        id(u128::from(self.stamp) << 64 | u128::from(self.made) << 20 | 0x77)
    }

    /// What comes next. Each thing is meant to be done before the next is asked for.
    pub fn next(&mut self, organization: &Organization) -> Doing {
        let target = self.dice.pick(&self.live).cloned();
        match (self.dice.below(20), target) {
            (4..=6, Some(id)) => Doing::Amend { id, words: self.words() },
            (7..=8, Some(id)) => {
                Doing::Link { to: self.dice.pick(&self.live).cloned().unwrap_or_default(), id, away: false }
            }
            (9, Some(id)) => {
                Doing::Link { to: self.dice.pick(&self.live).cloned().unwrap_or_default(), id, away: true }
            }
            (10..=11, Some(id)) => self.attach(organization, id),
            (12, Some(id)) => Doing::Move { id },
            (13, Some(id)) => Doing::Sign { id },
            (14, Some(id)) => self.end(|id| Doing::Withdraw { id }, id),
            (15, Some(id)) => self.end(|id| Doing::Dispose { id }, id),
            (16..=17, _) => self.person(),
            (18, Some(id)) => self.erase().unwrap_or(Doing::Amend { id, words: "nobody to erase".into() }),
            (19, Some(id)) => Doing::Denied { id },
            _ => {
                let id = self.new_id();
                self.live.push(id.clone());
                Doing::Record { id, words: self.words() }
            }
        }
    }

    fn end(&mut self, doing: impl Fn(String) -> Doing, id: String) -> Doing {
        self.live.retain(|live| *live != id);
        doing(id)
    }

    fn person(&mut self) -> Doing {
        let id = self.new_id();
        self.people.push(id.clone());
        Doing::Person { id, name: format!("Zoë {}", self.words()) }
    }

    fn erase(&mut self) -> Option<Doing> {
        let id = self.people.pop()?;
        Some(Doing::Erase { id })
    }

    fn attach(&mut self, organization: &Organization, id: String) -> Doing {
        let content = format!("{} {}\n", self.words(), self.dice.roll()).repeat(1 + self.dice.below(40));
        let offer = Offer { name: "minutes.txt".into(), ..Offer::default() };
        match organization.put_evidence(&offer, &mut content.as_bytes()) {
            Ok(evidence) => Doing::Attach { id, evidence: Box::new(evidence) },
            Err(error) => Doing::Amend { id, words: format!("no evidence: {error}") },
        }
    }

    fn words(&mut self) -> String {
        const WORDS: [&str; 8] =
            ["claims", "urgency", "ranks", "Prüfung", "by hand", "\"quoted\"", "naïve\nline", "review"];
        let count = 1 + self.dice.below(12);
        (0..count).map(|_| WORDS[self.dice.below(WORDS.len())]).collect::<Vec<_>>().join(" ")
    }
}

impl Doing {
    /// The record it is about.
    pub fn id(&self) -> &str {
        match self {
            Doing::Record { id, .. }
            | Doing::Amend { id, .. }
            | Doing::Link { id, .. }
            | Doing::Attach { id, .. }
            | Doing::Move { id }
            | Doing::Sign { id }
            | Doing::Withdraw { id }
            | Doing::Dispose { id }
            | Doing::Person { id, .. }
            | Doing::Erase { id }
            | Doing::Denied { id } => id,
        }
    }

    /// SHA-256 of the file that it names.
    pub fn file(&self) -> Option<&str> {
        if let Doing::Attach { evidence, .. } = self { Some(&evidence.file.sha256) } else { None }
    }

    /// Does it.
    pub fn carry_out(self, draft: &Draft<'_>) -> Result<Written, AppendError> {
        let id = self.id().to_owned();
        let evidence = if let Doing::Attach { evidence, .. } = &self { vec![(**evidence).clone()] } else { Vec::new() };
        let deed = match self {
            Doing::Denied { id } => Deed::Plain {
                act: "moved".into(),
                outcome: Outcome::Denied,
                reason: Some("not_allowed".into()),
                refs: vec![id],
                body: None,
            },
            doing => doing.on_record(draft, id)?,
        };
        draft.append(envelope(deed, evidence))
    }

    fn on_record(self, draft: &Draft<'_>, id: String) -> Result<Deed, AppendError> {
        let before = draft.kept(&id)?;
        let kind = match (&before, &self) {
            (Some(before), _) => before.kind().to_owned(),
            (None, Doing::Person { .. }) => "person".into(),
            (None, _) => "risk".into(),
        };
        let version = before.as_ref().map_or(0, Kept::version) + 1;
        let prev = before.as_ref().and_then(Kept::live).map(|record| record.last.seq);
        let refs = if let Doing::Link { to, .. } = &self { vec![to.clone()] } else { Vec::new() };
        let body = self.body(draft, before.as_ref())?;
        let act = Act { body, why: None };
        Ok(Deed::On(Accepted { id, kind, version, prev, act, refs }))
    }

    fn body(self, draft: &Draft<'_>, before: Option<&Kept>) -> Result<ActBody, AppendError> {
        let number = || before.map(|kept| kept.number().to_owned()).unwrap_or_default();
        let state = || before.and_then(Kept::live).map(|record| record.state.clone()).unwrap_or_default();
        Ok(match self {
            Doing::Record { words, .. } => recorded(draft, "risk", "RSK", fields("title", json!(words)))?,
            Doing::Person { id, name } => {
                let c = draft.seal(&id, fields("name", json!(name)))?;
                recorded(draft, "person", "PER", fields("name", json!({ "sealed": c })))?
            }
            Doing::Amend { words, .. } => ActBody::Amended {
                lapse: None,
                material: vec!["title".into()],
                set: fields("title", json!(words)),
                state: None,
                unset: Vec::new(),
            },
            Doing::Link { to, away, .. } => {
                let link = LinkBody { field: "near".into(), lapse: None, many: true, material: false, state: None, to };
                if away { ActBody::Unlinked(link) } else { ActBody::Linked(link) }
            }
            Doing::Attach { evidence, .. } => ActBody::Attached {
                field: None,
                file: evidence.file,
                lapse: None,
                many: true,
                material: true,
                state: None,
            },
            Doing::Move { .. } => {
                let to = if state() == "draft" { "open" } else { "draft" }.to_owned();
                ActBody::Moved {
                    from: state(),
                    lapse: None,
                    set: Fields::new(),
                    settled: true,
                    to,
                    verb: "turn".into(),
                }
            }
            Doing::Sign { .. } => ActBody::Signed {
                digest: before.and_then(Kept::live).map(content_digest).unwrap_or_default(),
                meaning: "approved".into(),
                role: "owner".into(),
            },
            Doing::Withdraw { .. } | Doing::Denied { .. } => ActBody::Withdrawn {},
            Doing::Dispose { .. } => {
                ActBody::Disposed { basis: "old".into(), number: number(), rule: "aims-record P6Y".into() }
            }
            Doing::Erase { id } => ActBody::Erased(Erasure {
                approvers: vec![ME.into(), id.clone()],
                basis: "asked".into(),
                count: draft.personal_count(&id)?,
                rule: "GDPR Article 17(1)(b)".into(),
            }),
        })
    }
}

fn recorded(draft: &Draft<'_>, kind: &str, prefix: &str, fields: Fields) -> Result<ActBody, AppendError> {
    let number = format!("{prefix}-{:04}", draft.next_number(prefix)?);
    Ok(ActBody::Recorded { key: None, fields, kind: kind.into(), number, state: "draft".into() })
}

fn fields(name: &str, value: serde_json::Value) -> Fields {
    Fields::from_iter([(name.to_owned(), value)])
}

/// An envelope around a deed.
pub fn envelope(deed: Deed, evidence: Vec<Evidence>) -> Envelope {
    Envelope {
        actor: actor(),
        deed,
        idem: None,
        policy_digest: "9a".repeat(32),
        sw: software(),
        req: None,
        evidence,
        sig: None,
    }
}

/// Plays so many acts, signing now and then.
pub fn play(organization: &Organization, player: &mut Player, acts: usize) {
    for _ in 0..acts {
        let doing = player.next(organization);
        organization.write(move |draft| doing.carry_out(draft)).expect("an act of a play is accepted");
        if player.dice.one_in(25) {
            organization.checkpoint_now().expect("a checkpoint");
        }
    }
}

/// An organization with so many acts, closed.
pub fn made(dir: &Path, seed: u64, acts: usize) -> Player {
    let organization = found(dir, seed).expect("an organization is founded");
    let mut player = Player::new(seed, 0);
    play(&organization, &mut player, acts);
    organization.close().expect("it closes");
    player
}

/// The same for several threads.
pub type Shared = Arc<Organization>;
