//! A server's door in a folder of its own, and what several tests do at it.

use std::{net::IpAddr, sync::Arc};

use aims_app::{
    accounts::{Address, Arrival, Caller, Entrance, Founded, Refused, Seated, Secret, SignIn},
    chance::SystemChance,
    clock::SetClock,
};
use aims_store::Clock as _;
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

pub const ADA: &str = "ada@example.org";
pub const PASSWORD: &str = "correct horse battery staple";
pub const ORG: &str = "01940c9e-0000-7cc3-9d54-2d8cf1a0b000";
pub const ORIGIN: &str = "https://aims.example.org";
pub const HOST: &str = "aims.example.org";

pub struct Door {
    pub entrance: Entrance,
    pub clock: Arc<SetClock>,
    pub dir: TempDir,
}

/// A door with nobody behind it.
pub fn empty() -> Door {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(SetClock::new("2026-11-30T08:00:00Z".parse().unwrap()));
    let address = Address::new(ORIGIN).unwrap();
    let entrance = Entrance::open(dir.path(), address, clock.clone(), Arc::new(SystemChance)).unwrap();
    Door { entrance, clock, dir }
}

/// A door with Ada's account, and the session that came of making it.
pub fn door() -> (Door, Arrival) {
    let door = empty();
    let arrival = door.entrance.found(&ada(), &caller()).unwrap();
    (door, arrival)
}

pub fn ada() -> Founded {
    Founded { name: ADA.into(), display: "Ada".into(), language: "en".into(), password: Secret::new(PASSWORD) }
}

pub fn caller() -> Caller {
    from([192, 0, 2, 1].into())
}

pub fn from(address: IpAddr) -> Caller {
    Caller { address, agent: "Firefox on Linux".into() }
}

impl Door {
    pub fn pass(&self, time: SignedDuration) {
        self.clock.set(self.clock.now() + time);
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn seated(&self, arrival: &Arrival) -> Seated {
        self.entrance.seated(arrival.token.reveal()).unwrap()
    }

    /// Signs Ada in with her password, without a second factor.
    pub fn sign_in(&self) -> Arrival {
        match self.entrance.sign_in(&caller(), ADA, PASSWORD).unwrap() {
            SignIn::Arrived(arrival) => *arrival,
            SignIn::CodeNeeded(_) => panic!("no code was set up"),
        }
    }

    /// What was noted, as `act outcome reason`.
    pub fn noted(&self) -> Vec<String> {
        let notes = self.entrance.store().notes_after(0, 1000).unwrap();
        notes.iter().map(|n| format!("{} {} {}", n.act, n.outcome, n.reason.as_deref().unwrap_or("-"))).collect()
    }
}

/// The code of a refusal.
pub fn code<T>(answer: Result<T, Refused>) -> &'static str {
    match answer {
        Ok(_) => "no refusal",
        Err(refused) => refused.code(),
    }
}
