//! Invitations and links to set another password: B-42, and that each works once and not for long.

use aims_app::accounts::{Acceptance, Invitation};
use jiff::SignedDuration;
use serde_json::Value;

use crate::shared::{ADA, Door, ORG, PASSWORD, caller, code, door};

const BOB: &str = "bob@example.org";
const DAY: SignedDuration = SignedDuration::from_hours(24);

fn bob() -> Invitation {
    Invitation {
        name: "Bob@Example.org".into(),
        display: "Bob".into(),
        language: "de".into(),
        org: ORG.into(),
        person: "01940c9e-0f4d-7cc3-9d54-2d8cf1a0b002".into(),
        until: None,
        scope: None,
    }
}

/// The secret of the newest mail's link.
fn mailed(door: &Door, mail: &str) -> String {
    let jobs = door.entrance.store().due(&["mail", "webhook"], door.now(), 100).unwrap();
    let body: Value = serde_json::from_str(&jobs.last().unwrap().body).unwrap();
    assert_eq!(body["mail"], mail);
    let link = body["link"].as_str().unwrap();
    link.strip_prefix(&format!("https://aims.example.org/{mail}/")).unwrap().to_owned()
}

#[test]
fn an_invitation_makes_a_member_once() {
    let (door, arrival) = door();
    let secret = door.entrance.invite(&door.seated(&arrival), &bob()).unwrap();
    assert_eq!(mailed(&door, "invitation"), secret.reveal());
    let accept =
        |password| door.entrance.accept(&caller(), secret.reveal(), Acceptance::New { password: Some(password) });
    assert_eq!(code(accept("short")), "password_short");
    let joined = accept("vier Worte, die nie zusammen stehen").unwrap();
    assert_eq!((joined.account.name.as_str(), joined.account.admin), (BOB, false));
    assert_eq!(joined.account.preferences.language, "de");
    let membership = door.entrance.store().membership(&joined.account.id, ORG).unwrap().unwrap();
    assert_eq!(membership.person, bob().person);
    assert_eq!(code(accept("vier Worte, die nie zusammen stehen")), "link_ended");
    assert_eq!(code(door.entrance.invite(&door.seated(&arrival), &bob())), "already_member");
}

#[test]
fn an_invitation_ends_after_a_week() {
    let (door, arrival) = door();
    let secret = door.entrance.invite(&door.seated(&arrival), &bob()).unwrap();
    door.pass(DAY * 7);
    let late = door.entrance.accept(&caller(), secret.reveal(), Acceptance::New { password: None });
    assert_eq!(code(late), "link_ended");
    assert!(door.entrance.store().account_named(BOB).unwrap().is_none());
}

#[test]
fn who_has_an_account_joins_with_it_and_with_no_other() {
    let (door, arrival) = door();
    let ada = Invitation { name: ADA.into(), ..bob() };
    let secret = door.entrance.invite(&door.seated(&arrival), &ada).unwrap();
    let as_new = door.entrance.accept(&caller(), secret.reveal(), Acceptance::New { password: Some(PASSWORD) });
    assert_eq!(code(as_new), "sign_in_first");
    let seated = door.seated(&arrival);
    let renewed = door.entrance.accept(&caller(), secret.reveal(), Acceptance::As(&seated)).unwrap();
    assert!(door.entrance.store().membership(&renewed.account.id, ORG).unwrap().is_some());
    let for_bob = door.entrance.invite(&door.seated(&renewed), &bob()).unwrap();
    let as_ada = door.entrance.accept(&caller(), for_bob.reveal(), Acceptance::As(&door.seated(&renewed)));
    assert_eq!(code(as_ada), "other_account");
}

#[test]
fn what_cannot_be_mailed_is_refused() {
    let (door, arrival) = door();
    let invite = |invitation: &Invitation| code(door.entrance.invite(&door.seated(&arrival), invitation));
    assert_eq!(invite(&Invitation { name: "b\u{f6}b@example.org".into(), ..bob() }), "name_malformed");
    assert_eq!(invite(&Invitation { name: "bob@example.org\nBcc:x@y".into(), ..bob() }), "name_malformed");
    assert_eq!(invite(&Invitation { display: "Bob\r\nBcc: x@y".into(), ..bob() }), "display_malformed");
}

#[test]
fn an_external_auditor_needs_an_end_within_ninety_days() {
    let (door, arrival) = door();
    let scope = Some(vec!["internal-audit".to_owned()]);
    for until in [None, Some(door.now() + DAY * 91), Some(door.now())] {
        let auditor = Invitation { until, scope: scope.clone(), ..bob() };
        assert_eq!(code(door.entrance.invite(&door.seated(&arrival), &auditor)), "end_date_required");
    }
    let auditor = Invitation { until: Some(door.now() + DAY * 90), scope, ..bob() };
    let secret = door.entrance.invite(&door.seated(&arrival), &auditor).unwrap();
    let joined = door.entrance.accept(&caller(), secret.reveal(), Acceptance::New { password: None }).unwrap();
    let membership = door.entrance.store().membership(&joined.account.id, ORG).unwrap().unwrap();
    assert!(membership.holds_at(door.now()) && !membership.holds_at(door.now() + DAY * 90));
}

#[test]
fn a_reset_works_once_for_a_quarter_of_an_hour_and_ends_sessions() {
    let (door, arrival) = door();
    door.entrance.ask_reset(&caller(), ADA).unwrap();
    let first = mailed(&door, "reset");
    door.pass(SignedDuration::from_mins(15));
    assert_eq!(code(door.entrance.reset(&first, "another one, with seven nouns")), "link_ended");
    door.entrance.ask_reset(&caller(), ADA).unwrap();
    let replaced = mailed(&door, "reset");
    door.entrance.ask_reset(&caller(), ADA).unwrap();
    let secret = mailed(&door, "reset");
    assert_eq!(code(door.entrance.reset(&replaced, "another one, with seven nouns")), "link_ended");
    assert_eq!(code(door.entrance.reset(&secret, "passwordpassword")), "password_common");
    door.entrance.reset(&secret, "another one, with seven nouns").unwrap();
    assert_eq!(code(door.entrance.reset(&secret, "another one, with eight nouns")), "link_ended");
    assert_eq!(code(door.entrance.seated(arrival.token.reveal())), "sign_in_required");
    assert!(door.entrance.sign_in(&caller(), ADA, "another one, with seven nouns").is_ok());
}

#[test]
fn resets_of_one_account_are_few() {
    let (door, _) = door();
    for _ in 0..3 {
        door.entrance.ask_reset(&caller(), ADA).unwrap();
    }
    assert_eq!(code(door.entrance.ask_reset(&caller(), ADA)), "too_many_requests");
    // An invitation's link is no reset's.
    assert_eq!(code(door.entrance.invitation(&mailed(&door, "reset"))), "link_ended");
}

#[test]
fn mail_is_no_way_past_a_passkey_but_an_administrator_can_help() {
    let (door, arrival) = door();
    let secret = door.entrance.invite(&door.seated(&arrival), &bob()).unwrap();
    let bob = door.entrance.accept(&caller(), secret.reveal(), Acceptance::New { password: None }).unwrap();
    let mails = || door.entrance.store().due(&["mail", "webhook"], door.now(), 100).unwrap().len();
    let before = mails();
    door.entrance.ask_reset(&caller(), BOB).unwrap();
    assert_eq!(mails(), before);
    assert_eq!(code(door.entrance.give_reset(&door.seated(&bob), &arrival.account.id)), "not_admin");
    let link = door.entrance.give_reset(&door.seated(&arrival), &bob.account.id).unwrap();
    door.entrance.reset(link.reveal(), "vier Worte, die nie zusammen stehen").unwrap();
    assert!(door.entrance.sign_in(&caller(), BOB, "vier Worte, die nie zusammen stehen").is_ok());
}
