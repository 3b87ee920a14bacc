//! Sessions: S-02, S-06, B-46.

use jiff::SignedDuration;

use crate::shared::{PASSWORD, caller, code, door};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

#[test]
fn a_session_ends_after_half_an_hour_without_use() {
    let (door, arrival) = door();
    let token = arrival.token.reveal();
    door.pass(MINUTE * 29);
    assert!(door.entrance.seated(token).is_ok());
    door.pass(MINUTE * 29);
    assert!(door.entrance.seated(token).is_ok(), "it was used in between");
    door.pass(MINUTE * 30);
    assert_eq!(code(door.entrance.seated(token)), "sign_in_required");
    assert!(door.noted().contains(&"session-ended done timeout".to_owned()));
    assert!(door.entrance.store().sessions(&arrival.account.id).unwrap().is_empty());
}

#[test]
fn a_session_ends_after_twelve_hours_however_busy() {
    let (door, arrival) = door();
    for _ in 0..35 {
        door.pass(MINUTE * 20);
        assert!(door.entrance.seated(arrival.token.reveal()).is_ok());
    }
    door.pass(MINUTE * 20);
    assert_eq!(code(door.entrance.seated(arrival.token.reveal())), "sign_in_required");
}

#[test]
fn an_authentication_is_fresh_for_ten_minutes_and_renewing_it_changes_the_token() {
    let (door, arrival) = door();
    assert!(door.seated(&arrival).elevated);
    door.pass(MINUTE * 10);
    let seated = door.seated(&arrival);
    assert_eq!(code(seated.must_be_elevated()), "step_up_required");
    assert_eq!(code(door.entrance.step_up(&seated, "not the password", None)), "sign_in_refused");
    let again = door.entrance.step_up(&seated, PASSWORD, None).unwrap();
    assert!(door.seated(&again).elevated);
    assert_eq!(code(door.entrance.seated(arrival.token.reveal())), "sign_in_required");
    assert_eq!(again.ends, arrival.ends, "elevation does not lengthen a session");
    assert_ne!(again.csrf, arrival.csrf);
    // Whoever kept what the old page knew cannot elevate it a second time.
    assert_eq!(code(door.entrance.step_up(&seated, PASSWORD, None)), "sign_in_required");
}

#[test]
fn a_token_that_we_did_not_draw_is_nobody() {
    let (door, arrival) = door();
    let second = door.sign_in();
    assert_ne!(second.token.reveal(), arrival.token.reveal());
    for made_up in ["", "fixed-by-an-attacker", &"A".repeat(43)] {
        assert_eq!(code(door.entrance.seated(made_up)), "sign_in_required");
    }
}

#[test]
fn ten_sessions_and_the_oldest_goes() {
    let (door, first) = door();
    for _ in 0..10 {
        door.pass(SignedDuration::from_secs(1));
        door.sign_in();
    }
    assert_eq!(door.entrance.sessions(&first.account.id).unwrap().len(), 10);
    assert_eq!(code(door.entrance.seated(first.token.reveal())), "sign_in_required");
}

#[test]
fn sessions_are_listed_and_ended_and_nobody_ends_those_of_others() {
    let (door, first) = door();
    let second = door.sign_in();
    let id = door.seated(&first).session.id;
    assert_eq!(code(door.entrance.end_session("somebody else", &id)), "not_found");
    door.entrance.end_session(&first.account.id, &id).unwrap();
    assert_eq!(code(door.entrance.seated(first.token.reveal())), "sign_in_required");
    door.entrance.sign_out(second.token.reveal()).unwrap();
    assert_eq!(code(door.entrance.seated(second.token.reveal())), "sign_in_required");
    door.entrance.sign_out(second.token.reveal()).unwrap();
}

#[test]
fn a_new_password_ends_all_other_sessions() {
    let (door, first) = door();
    let second = door.sign_in();
    let renewed = door.entrance.set_password(&door.seated(&second), "another one, with seven nouns").unwrap();
    for old in [&first, &second] {
        assert_eq!(code(door.entrance.seated(old.token.reveal())), "sign_in_required");
    }
    assert!(door.seated(&renewed).elevated);
    assert_eq!(code(door.entrance.sign_in(&caller(), "ada@example.org", PASSWORD)), "sign_in_refused");
}

#[test]
fn forms_of_one_session_do_not_serve_another() {
    let (door, first) = door();
    let second = door.sign_in();
    let token = first.token.reveal();
    assert!(door.entrance.csrf_is_right(token, &door.seated(&first).csrf));
    assert!(!door.entrance.csrf_is_right(token, &second.csrf));
    assert!(!door.entrance.csrf_is_right(token, ""));
}
