//! One-time codes count once; recovery codes too.

use aims_app::accounts::{Arrival, Secret, SignIn};
use jiff::SignedDuration;
use totp_rs::{Builder, Totp};

use crate::shared::{ADA, Door, PASSWORD, caller, code, door};

fn totp(seed: &Secret) -> Totp {
    let seed = totp_rs::Secret::try_from_base32(seed.reveal()).unwrap();
    Builder::new().with_secret(seed).build().unwrap()
}

fn current(door: &Door, totp: &Totp) -> String {
    totp.generate(door.now().as_second().try_into().unwrap()).to_string()
}

/// Ada with an authenticator app; her recovery codes, and her session.
fn set_up() -> (Door, Totp, Vec<Secret>, Arrival) {
    let (door, arrival) = door();
    let enrolment = door.entrance.offer_codes(&door.seated(&arrival)).unwrap();
    assert!(
        enrolment.uri.reveal().starts_with("otpauth://totp/aims%20aims%2Eexample%2Eorg:ada%40example%2Eorg?secret=")
    );
    let totp = totp(&enrolment.seed);
    assert_eq!(code(door.entrance.confirm_codes(&door.seated(&arrival), "000000")), "code_refused");
    let (recovery, arrival) = door.entrance.confirm_codes(&door.seated(&arrival), &current(&door, &totp)).unwrap();
    (door, totp, recovery, arrival)
}

fn attempt(door: &Door) -> Secret {
    match door.entrance.sign_in(&caller(), ADA, PASSWORD).unwrap() {
        SignIn::CodeNeeded(attempt) => attempt,
        SignIn::Arrived(_) => panic!("a code was set up"),
    }
}

#[test]
fn a_code_counts_once() {
    let (door, totp, ..) = set_up();
    let used = current(&door, &totp);
    let first = attempt(&door);
    assert_eq!(code(door.entrance.finish_with_code(&caller(), &first, &used)), "code_refused", "it confirmed the app");
    door.pass(SignedDuration::from_secs(30));
    let fresh = current(&door, &totp);
    assert!(door.entrance.finish_with_code(&caller(), &first, &format!(" {} {} ", &fresh[..3], &fresh[3..])).is_ok());
    assert_eq!(code(door.entrance.finish_with_code(&caller(), &first, &fresh)), "ceremony_ended");
    let second = attempt(&door);
    assert_eq!(code(door.entrance.finish_with_code(&caller(), &second, &fresh)), "code_refused");
    // Nor does one of a step before.
    assert_eq!(code(door.entrance.finish_with_code(&caller(), &second, &used)), "code_refused");
}

#[test]
fn codes_cannot_be_guessed_and_an_attempt_ends() {
    let (door, totp, ..) = set_up();
    door.pass(SignedDuration::from_mins(16));
    let attempt = attempt(&door);
    let mut refusals = (0..6).map(|_| code(door.entrance.finish_with_code(&caller(), &attempt, "000000")));
    assert!(refusals.by_ref().take(5).all(|refusal| refusal == "code_refused"));
    assert_eq!(refusals.next(), Some("too_many_requests"));
    door.pass(SignedDuration::from_mins(5));
    let fresh = current(&door, &totp);
    assert_eq!(code(door.entrance.finish_with_code(&caller(), &attempt, &fresh)), "ceremony_ended");
}

#[test]
fn each_of_ten_recovery_codes_works_once() {
    let (door, _, recovery, arrival) = set_up();
    assert_eq!(recovery.len(), 10);
    let code_of = |n: usize| recovery[n].reveal();
    assert!(door.entrance.finish_with_recovery_code(&caller(), &attempt(&door), code_of(3)).is_ok());
    let refused = door.entrance.finish_with_recovery_code(&caller(), &attempt(&door), code_of(3));
    assert_eq!(code(refused), "code_refused");
    assert_eq!(door.entrance.store().recovery_codes_left(&arrival.account.id).unwrap(), 9);
    let renewed = door.entrance.renew_recovery_codes(&door.seated(&arrival)).unwrap();
    let refused = door.entrance.finish_with_recovery_code(&caller(), &attempt(&door), code_of(4));
    assert_eq!(code(refused), "code_refused");
    assert!(door.entrance.finish_with_recovery_code(&caller(), &attempt(&door), renewed[0].reveal()).is_ok());
}

#[test]
fn a_short_password_stands_only_beside_codes() {
    let (plain, first) = door();
    assert_eq!(code(plain.entrance.set_password(&plain.seated(&first), "Fjord-Quark-T")), "password_short");
    let (door, _, _, arrival) = set_up();
    let arrival = door.entrance.set_password(&door.seated(&arrival), "Fjord-Quark-T").unwrap();
    assert_eq!(code(door.entrance.remove_codes(&door.seated(&arrival))), "password_needs_code");
    let arrival = door.entrance.set_password(&door.seated(&arrival), PASSWORD).unwrap();
    let arrival = door.entrance.remove_codes(&door.seated(&arrival)).unwrap();
    assert!(door.seated(&arrival).elevated);
    door.sign_in();
}

#[test]
fn setting_up_codes_ends_other_sessions_and_elevation_asks_for_one() {
    let (door, first) = door();
    let second = door.sign_in();
    let enrolment = door.entrance.offer_codes(&door.seated(&second)).unwrap();
    let totp = totp(&enrolment.seed);
    let (_, renewed) = door.entrance.confirm_codes(&door.seated(&second), &current(&door, &totp)).unwrap();
    assert_eq!(code(door.entrance.seated(first.token.reveal())), "sign_in_required");
    door.pass(SignedDuration::from_mins(11));
    let seated = door.seated(&renewed);
    assert_eq!(code(door.entrance.step_up(&seated, PASSWORD, None)), "code_refused");
    assert!(door.entrance.step_up(&seated, PASSWORD, Some(&current(&door, &totp))).is_ok());
}
