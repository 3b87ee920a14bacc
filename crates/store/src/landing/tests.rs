use std::sync::{
    atomic::{AtomicI64, AtomicU64},
    mpsc::{Receiver, Sender, channel},
};

use crate::{
    Organization,
    command::Spoiled,
    draft::Draft,
    full_disk::{Counter, founding},
    schema,
    settings::sync_for_fault_laboratory,
};

use super::*;

/// A command that is slow to take its answer.
struct Slow {
    go: Receiver<()>,
    answered: Sender<bool>,
}

impl Command for Slow {
    fn run(&mut self, _: &Draft<'_>) -> bool {
        true
    }

    fn spoil(&mut self, _: Spoiled) {}

    fn settle(self: Box<Self>, outcome: &Outcome) {
        self.go.recv().unwrap();
        self.answered.send(matches!(outcome, Outcome::Saved)).unwrap();
    }
}

/// A flight of one leaf, what lets its command take the answer, and whether it was saved.
fn flight(from: u64) -> (Flight, Sender<()>, Receiver<bool>) {
    let ((go, going), (answered, answer)) = (channel(), channel());
    let to = Tail { size: from + 1, last_ms: 0 };
    let load = Load { rows: Vec::new(), leaves: vec![Hash::sha256(b"leaf")], from, to, begun: false };
    (Flight { load, ran: vec![Box::new(Slow { go: going, answered })] }, go, answer)
}

#[test]
fn whoever_waits_is_not_forgotten_while_those_before_still_take_their_answers() {
    let dir = tempfile::tempdir().unwrap();
    let given = Arc::new(Counter(AtomicI64::new(1_790_000_000_000), AtomicU64::new(1)));
    let organization = Organization::found(&dir.path().join("organization"), founding(), given.clone(), given).unwrap();
    let conn = schema::open_writer(&dir.path().join("other.db"), sync_for_fault_laboratory()).unwrap();
    schema::create(&conn).unwrap();
    let lander = Lander::start(Arc::clone(&organization.context), Arc::default(), Arc::default()).unwrap();
    let (first, first_goes, first_answer) = flight(0);
    let conn = lander.send(conn, first).recv().unwrap().conn;
    // The connection is back, and the thread is still answering.
    let (second, second_goes, second_answer) = flight(1);
    let (third, third_goes, third_answer) = flight(2);
    let back = lander.send(conn, second);
    assert!(lander.follow(third).is_ok());
    for (go, answer) in [(first_goes, first_answer), (second_goes, second_answer), (third_goes, third_answer)] {
        go.send(()).unwrap();
        assert!(answer.recv().expect("an answer"));
    }
    let landed = back.recv().unwrap();
    assert!(landed.fell.is_none());
    assert_eq!(crate::log::head(&landed.conn).unwrap().0, 3);
    assert_eq!(lander.landed().map(|tail| tail.size), Some(3));
    assert!(lander.follow(flight(3).0).is_err(), "none is in the air any more");
}
