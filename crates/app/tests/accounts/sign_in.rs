//! The first account, passwords, and that a stranger learns nothing.

use aims_app::accounts::{Address, Entrance, Founded, Refused, Secret};
use aims_app::chance::SystemChance;
use jiff::SignedDuration;
use std::sync::Arc;

use crate::shared::{ADA, HOST, ORIGIN, PASSWORD, ada, caller, code, door, empty, from};

#[test]
fn only_the_first_account_makes_itself() {
    let (door, arrival) = door();
    assert!(arrival.account.admin);
    let second = Founded { name: "eve@example.org".into(), ..ada() };
    assert_eq!(code(door.entrance.found(&second, &caller())), "not_first");
    assert_eq!(door.entrance.store().accounts().unwrap().len(), 1);
}

#[test]
fn names_that_could_do_harm_are_refused() {
    let door = empty();
    let refusal = |name: &str, display: &str| {
        let first = Founded { name: name.into(), display: display.into(), ..ada() };
        code(door.entrance.found(&first, &caller()))
    };
    for name in ["ada", "ada@", "@example.org", "ada@example.org\r\nBcc: eve@example.org", "аda@example.org", "a b@c"]
    {
        assert_eq!(refusal(name, "Ada"), "name_malformed", "{name:?}");
    }
    for display in ["", "Ada\r\nBcc: x", "Ada\u{202e}gro", "A\u{200b}da", &"a".repeat(101)] {
        assert_eq!(refusal(ADA, display), "display_malformed", "{display:?}");
    }
    assert!(door.entrance.is_new().unwrap());
}

#[test]
fn a_stranger_and_a_wrong_password_get_the_same_answer_and_the_same_work() {
    let (door, _) = door();
    let before = door.noted().len();
    let known = door.entrance.sign_in(&caller(), ADA, "a wrong password, quite long").unwrap_err();
    let unknown = door.entrance.sign_in(&caller(), "eve@example.org", "a wrong password, quite long").unwrap_err();
    assert_eq!(
        (known.code(), known.to_string(), known.status()),
        (unknown.code(), unknown.to_string(), unknown.status())
    );
    assert_eq!(door.noted()[before..], ["signed-in denied password", "signed-in denied password"]);
    let (reset, nobody) =
        (door.entrance.ask_reset(&caller(), ADA), door.entrance.ask_reset(&caller(), "eve@example.org"));
    assert!(reset.is_ok() && nobody.is_ok());
}

#[test]
fn a_disabled_account_answers_like_a_stranger_and_its_session_ends() {
    let (door, arrival) = door();
    door.entrance.store().set_disabled(&arrival.account.id, Some(door.now())).unwrap();
    assert_eq!(code(door.entrance.sign_in(&caller(), ADA, PASSWORD)), "sign_in_refused");
    assert_eq!(code(door.entrance.seated(arrival.token.reveal())), "sign_in_required");
}

#[test]
fn guessing_is_slowed_down_by_address_and_by_account() {
    let (door, _) = door();
    let guess = |n: u8| door.entrance.sign_in(&from([192, 0, 2, n].into()), ADA, "guess");
    for _ in 0..5 {
        assert_eq!(code(guess(9)), "sign_in_refused");
    }
    let Err(Refused::TooMany { seconds }) = guess(9) else { panic!("the sixth of one address") };
    assert_eq!(seconds, 12);
    // From elsewhere the account's own rate counts: ten an hour in all.
    for n in 20..25 {
        assert_eq!(code(guess(n)), "sign_in_refused");
    }
    let refused = guess(30).unwrap_err();
    assert_eq!((refused.code(), refused.status(), refused.retry_after()), ("too_many_requests", 429, Some(360)));
    door.pass(SignedDuration::from_secs(360));
    assert_eq!(code(guess(31)), "sign_in_refused");
}

#[test]
fn success_counts_against_nobody() {
    let (door, _) = door();
    for _ in 0..12 {
        door.sign_in();
    }
}

#[test]
fn the_password_is_never_in_the_file() {
    let (door, arrival) = door();
    let mut raw = std::fs::read(door.dir.path().join("server.db")).unwrap();
    raw.extend(std::fs::read(door.dir.path().join("server.db-wal")).unwrap());
    for secret in [PASSWORD, arrival.token.reveal(), &arrival.csrf] {
        assert!(!raw.windows(secret.len()).any(|window| window == secret.as_bytes()));
    }
    assert_eq!(format!("{:?}", Secret::new(PASSWORD)), "Secret");
}

#[cfg(unix)]
#[test]
fn a_server_key_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let (door, _) = door();
    let key = door.dir.path().join("server.key");
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let open = || {
        let address = Address::new(ORIGIN).unwrap();
        Entrance::open(door.dir.path(), address, door.clock.clone(), Arc::new(SystemChance))
    };
    let refused = open().err().unwrap().to_string();
    assert!(refused.contains("others can read this key (mode 644)"), "{refused}");
    std::fs::remove_file(&key).unwrap();
    let refused = open().err().unwrap().to_string();
    assert!(refused.contains("it is missing"), "{refused}");
}

#[test]
fn an_address_is_https_or_this_machine() {
    for good in [ORIGIN, "https://aims.example.org:8443/", "http://localhost:8080", "http://127.0.0.1:1"] {
        assert!(Address::new(good).is_ok(), "{good}");
    }
    assert_eq!(Address::new("https://AIMS.example.org:8443/").unwrap().host(), HOST);
    for bad in ["aims.example.org", "http://aims.example.org", "https://", "https://a@b", "https://a/b", "https://a b"]
    {
        assert_eq!(code(Address::new(bad)), "address_refused", "{bad}");
    }
}
