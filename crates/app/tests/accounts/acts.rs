//! A record signed with a passkey: the act in the ledger carries it, and the independent verifier accepts the bundle.

use std::sync::Arc;

use aims_app::{Aims, Failure, Founder, Start, Step, Wish, accounts::verify_assertion, chance::SystemChance};
use aims_record::Actor;
use aims_store::accounts::Membership;
use aims_verify::{Key, Request, Verdict, verify};
use serde_json::{Value, json};

use crate::{
    passkeys::{Authenticator, registered},
    shared::{Door, HOST, ORIGIN, code},
};

/// An organization whose founder is Ada, with a record that she may sign, written by somebody else.
fn organization(door: &Door) -> (Aims, Actor, String) {
    let founder = Founder { key: "ada".into(), name: "Ada".into(), email: None };
    let start = Start { name: "Example".into(), host: Some("aims.example.org".into()), founder };
    let aims = Aims::found(&door.dir.path().join("org"), start, door.clock.clone(), Arc::new(SystemChance)).unwrap();
    let ada = aims.actor(None).unwrap();
    let fields = |value: Value| value.as_object().unwrap().clone();
    let record = |by: &Actor, kind: &str, key: &str, values: Value| {
        let wish = Wish::Record { id: None, kind: kind.into(), key: Some(key.into()), fields: fields(values) };
        aims.act(by, wish, None).unwrap_or_else(|failure| panic!("{kind}: {failure}")).remove(0)
    };
    record(&ada, "person", "ben", json!({ "name": "Ben", "employment": "employee" }));
    let ben = aims.actor(Some("ben")).unwrap();
    let interval = json!({ "title": "Impact assessments every year", "parameter": "impact-interval", "value_duration": "P12M", "rationale": "Systems change yearly." });
    let number = record(&ben, "parameter", "interval", interval).number;
    (aims, ada, number)
}

#[test]
fn a_record_is_signed_with_a_passkey_and_the_bundle_is_sound() {
    signs_soundly(Authenticator::p256(), "es256");
    signs_soundly(Authenticator::ed25519(), "eddsa");
}

fn signs_soundly(authenticator: Authenticator, alg: &str) {
    let (door, authenticator, arrival) = registered(authenticator);
    let (aims, mut ada, record) = organization(&door);
    ada.amr = vec!["hwk".into(), "user".into()];
    let meaning = "approved as the organization's own interval or threshold".to_owned();
    let sign = Wish::Sign { record: record.clone(), seen: None, meaning: Some(meaning), digest: None };
    let prepare = || aims.prepare_signature(&ada, vec![Step::of(sign.clone())]);
    let seated = door.seated(&arrival);
    let to_sign = prepare().unwrap_or_else(|failure| panic!("{failure}"));
    let begun = door.entrance.begin_act(&seated, to_sign.clone()).unwrap();
    let (assertion, to_sign, arrival) =
        door.entrance.sign_act(&seated, &begun.ceremony, &authenticator.answer(&begun)).unwrap();
    assert_eq!(verify_assertion(&assertion, &to_sign.challenge, ORIGIN, HOST).map(drop), Ok(()));
    assert_eq!(verify_assertion(&assertion, &[7; 32], ORIGIN, HOST), Err("another challenge"));
    // The same assertion for a second preparation of the same act: another salt, so another challenge.
    let replayed = aims.sign_with_passkey(&ada, prepare().unwrap(), &assertion, None).unwrap_err();
    assert!(matches!(&replayed, Failure::Append(error) if error.to_string().contains("another act")), "{replayed}");
    let done = aims.sign_with_passkey(&ada, to_sign, &assertion, None).unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(done[0].act, "signed");
    let entry = aims.store().snapshot().unwrap().entry(done[0].seq).unwrap().unwrap();
    let entry: Value = serde_json::from_slice(&entry).unwrap();
    assert_eq!((&entry["sig"]["alg"], &entry["actor"]["amr"]), (&json!(alg), &json!(["hwk", "user"])));
    assert!(aims.verify(&mut |_, _| {}).unwrap().findings.is_empty());
    let out = door.dir.path().join("bundle");
    let exported = aims.export_bundle(&ada, &out, false, &mut |_, _| {}).unwrap();
    let keys = vec![Key::parse(&exported.key).unwrap()];
    let report = verify(&Request { bundle: out, keys, ..Request::default() });
    assert_eq!(report.verdict, Verdict::Sound, "{}", report.to_text());
    assert_eq!(code(door.entrance.seated(seated.session.id.as_str())), "sign_in_required");
    assert!(door.seated(&arrival).elevated);
}

#[test]
fn what_members_do_at_the_door_comes_into_the_log() {
    let (door, _, arrival) = registered(Authenticator::p256());
    let (aims, ada, _) = organization(&door);
    assert_eq!(door.entrance.forward_notes(&aims).unwrap(), 0, "nobody is a member yet");
    let membership = Membership {
        account: arrival.account.id.clone(),
        org: aims.store().about().org.clone(),
        person: ada.pid.clone(),
        since: door.now(),
        until: None,
        scope: None,
    };
    door.entrance.store().join(&membership).unwrap();
    door.sign_in();
    let _ = door.entrance.sign_in(&crate::shared::caller(), "eve@example.org", "no such person");
    assert_eq!(door.entrance.forward_notes(&aims).unwrap(), 1);
    assert_eq!(door.entrance.forward_notes(&aims).unwrap(), 0);
}
