//! That a person has read a policy: an awareness record of their own, recorded and confirmed in one transaction (7.3).

use aims_app::{Step, Wish, access::Action};
use aims_record::Fields;
use aims_register::Entry;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::{
    answer::{Answer, Answered, Refused},
    call::{Call, must},
    reader::Reader,
};

/// The kind that says what somebody knows.
const AWARENESS: &str = "awareness-record";

/// Whether whoever asks may say that they have read this.
pub fn may_confirm(reader: &Reader<'_>, entry: Entry<'_>) -> bool {
    entry.kind() == "policy"
        && reader.standing.register().kinds().get(AWARENESS).is_some()
        && [Action::Record, Action::Move].into_iter().all(|action| reader.seat.may(action, AWARENESS))
}

/// Takes the confirmation, and leads back to what waits.
pub fn send(call: &Call<'_>) -> Answered {
    call.acts_now()?;
    let form = call.form();
    let steps = {
        let sight = call.sight()?;
        let reader = Reader::of(call, &sight)?;
        let named = form.get("policy").and_then(|number| reader.numbered(number));
        let policy = named.filter(|e| may_confirm(&reader, *e)).ok_or_else(Refused::absent)?;
        let person = reader.seat.person(sight.register()).ok_or_else(Refused::absent)?;
        let fields = aware(call, (person, policy), TimeZone::UTC.to_datetime(sight.at()).date());
        let key = format!("read-{}", call.server.draw());
        let record = Wish::Record { id: None, kind: AWARENESS.to_owned(), key: Some(key.clone()), fields };
        must(reader.seat.decide_wish(sight.register(), &record))?;
        vec![Step::of(record), Step::of(Wish::Move { record: key, seen: None, verb: "confirm".to_owned() })]
    };
    call.live()?.act(&call.actor()?, steps, super::super::act::idem(call, &form))?;
    Answer::see(call.at("/waiting"))
}

fn aware(call: &Call<'_>, (person, policy): (Entry<'_>, Entry<'_>), today: jiff::civil::Date) -> Fields {
    let fields = json!({
        "title": call.tongue.with("read-occasion", "policy", policy.number()),
        "person": person.number(),
        "topics": ["policy"],
        "policy_version": policy.number(),
        "date": today.to_string(),
        "method": "reading",
    });
    fields.as_object().cloned().unwrap_or_default()
}
