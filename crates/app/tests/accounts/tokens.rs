//! Tokens for programs: B-44.

use aims_app::accounts::{Arrival, NewToken, Secret};
use aims_store::accounts::{Membership, Token};
use jiff::SignedDuration;

use crate::shared::{Door, ORG, caller, code, door};

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn member() -> (Door, Arrival) {
    let (door, arrival) = door();
    let membership = Membership {
        account: arrival.account.id.clone(),
        org: ORG.into(),
        person: "01940c9e-0f4d-7cc3-9d54-2d8cf1a0b001".into(),
        since: door.now(),
        until: None,
        scope: None,
    };
    door.entrance.store().join(&membership).unwrap();
    (door, arrival)
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn make(
    door: &Door,
    arrival: &Arrival,
    scope: &[&str],
    days: i32,
) -> Result<(Secret, Token), aims_app::accounts::Refused> {
    let new = NewToken { name: "CI gate".into(), org: ORG.into(), scope: words(scope), ends: door.now() + DAY * days };
    door.entrance.make_token(&door.seated(arrival), &new, &words(&["read", "act"]))
}

#[test]
fn a_token_names_its_maker_and_what_it_may_do() {
    let (door, arrival) = member();
    let (secret, token) = make(&door, &arrival, &["read"], 365).unwrap();
    assert!(secret.reveal().starts_with("aims_pat_") && secret.reveal().len() == 60);
    let seat = door.entrance.token_seat(&caller(), secret.reveal()).unwrap();
    assert_eq!((seat.token.scope, seat.token.id, seat.membership.org.as_str()), (words(&["read"]), token.id, ORG));
    let first_uses = || door.noted().iter().filter(|note| note.starts_with("token-first-used")).count();
    door.pass(SignedDuration::from_secs(1));
    door.entrance.token_seat(&caller(), secret.reveal()).unwrap();
    assert_eq!(first_uses(), 1);
}

#[test]
fn beyond_its_maker_or_too_long_or_empty_is_refused() {
    let (door, arrival) = member();
    assert_eq!(code(make(&door, &arrival, &["read", "grant"], 30)), "token_scope");
    assert_eq!(code(make(&door, &arrival, &["read"], 366)), "token_end");
    assert_eq!(code(make(&door, &arrival, &["read"], 0)), "token_end");
    assert_eq!(code(make(&door, &arrival, &[], 30)), "token_malformed");
    door.pass(SignedDuration::from_mins(10));
    assert_eq!(code(make(&door, &arrival, &["read"], 30)), "step_up_required");
}

#[test]
fn cut_unknown_expired_and_revoked_ones_are_refused() {
    let (door, arrival) = member();
    let (secret, token) = make(&door, &arrival, &["read"], 30).unwrap();
    let text = secret.reveal();
    let seat = |text: &str| code(door.entrance.token_seat(&caller(), text));
    for broken in [&text[..59], &text[9..], "", &text.replace("aims_pat_", "aims_pat_A"), &text.to_uppercase()] {
        assert_eq!(seat(broken), "token_unknown", "{broken}");
    }
    door.entrance.revoke_token(&arrival.account.id, &token.id).unwrap();
    assert_eq!(seat(text), "token_unknown");
    assert_eq!(code(door.entrance.revoke_token(&arrival.account.id, &token.id)), "not_found");
    let (second, _) = make(&door, &arrival, &["read"], 30).unwrap();
    door.pass(DAY * 30);
    assert_eq!(seat(second.reveal()), "token_expired");
}

#[test]
fn a_token_is_worth_nothing_once_its_maker_has_left() {
    let (door, arrival) = member();
    let (secret, _) = make(&door, &arrival, &["read"], 30).unwrap();
    door.entrance.store().leave(&arrival.account.id, ORG).unwrap();
    assert_eq!(code(door.entrance.token_seat(&caller(), secret.reveal())), "token_unknown");
}

#[test]
fn trying_tokens_is_slowed_down() {
    let (door, _) = member();
    let tries = (0..21).map(|_| code(door.entrance.token_seat(&caller(), "aims_pat_guess"))).collect::<Vec<_>>();
    assert!(tries[..20].iter().all(|code| *code == "token_unknown"));
    assert_eq!(tries[20], "too_many_requests");
}

/// whoever knew the old password may have made tokens with it.
#[test]
fn another_password_revokes_what_programs_hold() {
    let (door, arrival) = member();
    let (secret, _) = make(&door, &arrival, &["read"], 30).unwrap();
    door.entrance.token_seat(&caller(), secret.reveal()).unwrap();
    door.entrance.set_password(&door.seated(&arrival), "another one, with seven nouns").unwrap();
    assert_eq!(code(door.entrance.token_seat(&caller(), secret.reveal())), "token_unknown");
}
