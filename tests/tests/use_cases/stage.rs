//! A small organization with a clock that can be set: Anna founded it, Ben and Dora hold roles.

use std::{path::Path, sync::Arc};

use aims_app::{Aims, Done, Failure, Founder, Start, Wish, chance::SystemChance, clock::SetClock, field_from_text};
use aims_record::{Actor, Fields};
use tempfile::TempDir;

pub struct Stage {
    pub aims: Aims,
    pub clock: Arc<SetClock>,
    pub dir: TempDir,
}

impl Stage {
    pub fn set(now: &str) -> Stage {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(SetClock::new(now.parse().unwrap()));
        let founder =
            Founder { key: "anna".into(), name: "Anna Canary-Silva".into(), email: Some("anna@canary.example".into()) };
        let start = Start { name: "Stage".into(), host: None, founder };
        let aims = Aims::found(&dir.path().join("org"), start, clock.clone(), Arc::new(SystemChance)).unwrap();
        Stage { aims, clock, dir }
    }

    pub fn anna(&self) -> Actor {
        self.aims.actor(Some("anna")).unwrap()
    }

    pub fn at(&self, now: &str) {
        self.clock.set(now.parse().unwrap());
    }

    pub fn org(&self) -> std::path::PathBuf {
        self.dir.path().join("org")
    }

    /// Records as Anna, fields as typed.
    pub fn record(&self, kind: &str, key: &str, fields: &[(&str, &str)]) -> Done {
        self.try_record(kind, key, fields).unwrap_or_else(|f| panic!("{key}: {f}"))
    }

    pub fn try_record(&self, kind: &str, key: &str, fields: &[(&str, &str)]) -> Result<Done, Failure> {
        let described = self.aims.known_kind(kind)?;
        let mut values = Fields::new();
        for (name, text) in fields {
            values.insert((*name).into(), field_from_text(described, name, text)?);
        }
        let wish = Wish::Record { id: None, kind: kind.into(), key: Some(key.into()), fields: values };
        Ok(self.aims.act(&self.anna(), wish, None)?.remove(0))
    }

    pub fn say(&self, by: &str, record: &str, verb: &str) -> Result<Vec<Done>, Failure> {
        let actor = self.aims.actor(Some(by))?;
        self.aims.act(&actor, Wish::Move { record: record.into(), seen: None, verb: verb.into() }, None)
    }

    /// A person with a role, assigned by Anna.
    pub fn person(&self, key: &str, name: &str, role: &str) {
        self.record("person", key, &[("name", name), ("employment", "employee")]);
        let assignment = format!("asg-{key}");
        let fields = [
            ("title", role),
            ("role", role),
            ("person", key),
            ("responsibility", "all of it"),
            ("authority", "all of it"),
            ("from", "2026-01-01"),
        ];
        self.record("role-assignment", &assignment, &fields);
        self.say("anna", &assignment, "assign").unwrap_or_else(|f| panic!("{f}"));
    }

    pub fn assert_sound(&self) {
        let findings = self.aims.verify(&mut |_, _| {}).unwrap();
        assert!(findings.findings.is_empty(), "{:#?}", findings.findings);
    }

    /// Exports a bundle and holds it by the independent verifier.
    pub fn assert_bundle_sound(&self, name: &str) {
        let out = self.dir.path().join(name);
        let exported = self.aims.export_bundle(&self.anna(), &out, false, &mut |_, _| {}).unwrap();
        let keys = vec![aims_verify::Key::parse(&exported.key).unwrap()];
        let report = aims_verify::verify(&aims_verify::Request { bundle: out, keys, ..Default::default() });
        assert_eq!(report.exit, 0, "{}", report.to_text());
    }
}

/// Whether any file under `dir` holds these bytes.
pub fn found_under(dir: &Path, needle: &str) -> Option<std::path::PathBuf> {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if let Some(found) = found_under(&path, needle) {
                return Some(found);
            }
        } else if std::fs::read(&path).unwrap().windows(needle.len()).any(|w| w == needle.as_bytes()) {
            return Some(path);
        }
    }
    None
}
