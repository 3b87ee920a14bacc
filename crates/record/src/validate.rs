//! Whether values fit their fields. One description, one place: forms, files, imports and the API all come through here.

use jiff::{SignedDuration, Timestamp, civil::Date};
use serde_json::Value;
use unicode_normalization::is_nfc;

use crate::{
    Fields,
    kind::{Field, Kind, Shape},
    nearest,
    record::seal_of,
    refusal::Problem,
};

/// Rows of a table, or elements of a list.
const LIST_MAX: usize = 2_000;
/// The first year a date may name: nothing an AI management system records is older.
const YEAR_MIN: i16 = 1900;
/// Clocks of two machines may differ by so much before a moment counts as lying in the future.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Checks all values of a record against its kind at the moment `now`; the answer names every problem, not the first only.
pub fn check_fields(kind: &Kind, fields: &Fields, now: Timestamp) -> Vec<Problem> {
    let known = || kind.fields.iter().filter(|f| !f.stamped).map(|f| f.name.as_str());
    let mut problems = Vec::new();
    for (name, value) in fields {
        match kind.field(name) {
            None => problems.push(unknown_field(name, &kind.title, known())),
            Some(field) if field.stamped => problems.push(Problem::new(
                "stamped_field",
                format!("/{name}"),
                format!("`{name}` is set by a verb of the life cycle; nobody types it"),
            )),
            Some(field) => check_value(field, value, &format!("/{name}"), now, &mut problems),
        }
    }
    problems
}

fn unknown_field<'a>(name: &str, kind: &str, known: impl Iterator<Item = &'a str> + Clone) -> Problem {
    let hint = nearest(name, known.clone()).map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
    Problem::new("unknown_field", format!("/{name}"), format!("{kind} has no field `{name}`{hint}")).with_allowed(known)
}

/// Checks one value, list or not, and pushes what is wrong with it.
pub fn check_value(field: &Field, value: &Value, at: &str, now: Timestamp, problems: &mut Vec<Problem>) {
    if !field.many || matches!(field.shape, Shape::Table { .. }) {
        return check_one(field, value, at, now, problems);
    }
    let Some(list) = value.as_array().filter(|l| !l.is_empty() && l.len() <= LIST_MAX) else {
        let message = format!("give `{}` as a list of 1 to {LIST_MAX} values", field.label);
        return problems.push(Problem::new("list_expected", at, message));
    };
    for (n, element) in list.iter().enumerate() {
        check_one(field, element, &format!("{at}/{n}"), now, problems);
        if list.iter().take(n).any(|earlier| earlier == element) {
            problems.push(Problem::new(
                "repeated",
                format!("{at}/{n}"),
                format!("`{}` names {element} twice", field.label),
            ));
        }
    }
}

fn check_one(field: &Field, value: &Value, at: &str, now: Timestamp, problems: &mut Vec<Problem>) {
    if field.personal.is_some() && seal_of(value).is_some() {
        return;
    }
    let found = match &field.shape {
        Shape::Table { columns } => return check_table(field, columns, value, at, now, problems),
        Shape::Text { max } => check_text(field, value, *max),
        Shape::Markdown { max } => check_markdown(field, value, *max),
        Shape::Number { units, min, max } => check_number(field, value, units, min.as_deref(), max.as_deref()),
        Shape::Decimal { min, max } => check_decimal(field, value, min.as_deref(), max.as_deref()),
        Shape::Date { past } => check_date(field, value, *past, now),
        Shape::Instant { past } => check_instant(field, value, *past, now),
        Shape::Duration => check_duration(field, value),
        Shape::Choice { options } => check_choice(field, value, options),
        Shape::YesNo => value
            .as_bool()
            .map(drop)
            .ok_or_else(|| Problem::new("yes_no_expected", "", format!("answer `{}` with true or false", field.label))),
        Shape::Person | Shape::Link { .. } => check_id(field, value),
        Shape::File => check_file(field, value),
        Shape::Money => check_money(field, value),
    };
    if let Err(mut problem) = found {
        problem.pointer = at.to_owned();
        problems.push(problem);
    }
}

fn check_table(field: &Field, columns: &[Field], value: &Value, at: &str, now: Timestamp, problems: &mut Vec<Problem>) {
    let Some(rows) = value.as_array().filter(|r| !r.is_empty() && r.len() <= LIST_MAX) else {
        let message = format!("give `{}` as a list of 1 to {LIST_MAX} rows", field.label);
        return problems.push(Problem::new("table_expected", at, message));
    };
    for (n, row) in rows.iter().enumerate() {
        let at = format!("{at}/{n}");
        let Some(cells) = row.as_object() else {
            problems.push(Problem::new(
                "row_expected",
                at,
                format!("row {} of `{}` has no columns", n + 1, field.label),
            ));
            continue;
        };
        for (name, cell) in cells {
            let place = format!("{at}/{name}");
            match columns.iter().find(|c| c.name == *name) {
                Some(column) => check_value(column, cell, &place, now, problems),
                None => {
                    let mut problem = unknown_field(name, &field.label, columns.iter().map(|c| c.name.as_str()));
                    problem.pointer = place;
                    problems.push(problem);
                }
            }
        }
        for column in columns.iter().filter(|c| c.required == crate::Required::Always && !cells.contains_key(&c.name)) {
            let message = format!("row {} of `{}` lacks `{}`", n + 1, field.label, column.label);
            problems.push(Problem::new("required", format!("{at}/{}", column.name), message));
        }
    }
}

type Checked = Result<(), Problem>;

fn text_of<'a>(field: &Field, value: &'a Value) -> Result<&'a str, Problem> {
    let text =
        value.as_str().ok_or_else(|| Problem::new("text_expected", "", format!("give `{}` as text", field.label)))?;
    // Most text is plain, and plain text is told at a glance.
    if text.bytes().all(|b| matches!(b, b' '..=b'~' | b'\n' | b'\r' | b'\t')) {
        return Ok(text);
    }
    if !is_nfc(text) {
        return Err(Problem::new("text_not_nfc", "", format!("`{}` is not in Unicode normal form C", field.label)));
    }
    match text.chars().find(|c| invisible(*c)) {
        None => Ok(text),
        Some(c) => {
            let message = format!("`{}` holds the invisible character U+{:04X}; take it out", field.label, c as u32);
            Err(Problem::new("invisible_characters", "", message))
        }
    }
}

/// Characters that make text read otherwise than it is: controls, bidirectional overrides, zero-width and tag characters.
fn invisible(c: char) -> bool {
    let control = c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    control
        || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}')
}

fn check_text(field: &Field, value: &Value, max: usize) -> Checked {
    let text = text_of(field, value)?;
    if text.trim().is_empty() {
        return Err(Problem::new(
            "text_empty",
            "",
            format!("write something in `{}`, or leave the field out", field.label),
        ));
    }
    if text.contains(['\n', '\r']) {
        return Err(Problem::new("one_line_expected", "", format!("give `{}` on one line", field.label)));
    }
    if text.len() > max && text.chars().count() > max {
        return Err(Problem::new("text_too_long", "", format!("`{}` takes at most {max} characters", field.label)));
    }
    Ok(())
}

fn check_markdown(field: &Field, value: &Value, max: usize) -> Checked {
    let text = text_of(field, value)?;
    if text.trim().is_empty() {
        return Err(Problem::new(
            "text_empty",
            "",
            format!("write something in `{}`, or leave the field out", field.label),
        ));
    }
    if text.len() > max {
        return Err(Problem::new("text_too_long", "", format!("`{}` takes at most {max} bytes", field.label)));
    }
    Ok(())
}

/// A decimal string: optional minus, digits without leading zeros, optional fraction; at most 30 characters.
pub fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let all = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    text.len() <= 30 && all(whole) && (whole.len() == 1 || !whole.starts_with('0')) && fraction.is_none_or(all)
}

/// Compares two decimal strings exactly.
pub fn compare_decimals(a: &str, b: &str) -> std::cmp::Ordering {
    let parts = |s: &str| {
        let negative = s.starts_with('-');
        let (whole, fraction) = s
            .trim_start_matches('-')
            .split_once('.')
            .map(|(w, f)| (w.to_owned(), f.to_owned()))
            .unwrap_or_else(|| (s.trim_start_matches('-').to_owned(), String::new()));
        let key = (format!("{whole:0>30}"), format!("{fraction:0<30}"));
        let zero = key.0.bytes().chain(key.1.bytes()).all(|b| b == b'0');
        (negative && !zero, key)
    };
    match (parts(a), parts(b)) {
        ((false, x), (false, y)) => x.cmp(&y),
        ((true, x), (true, y)) => y.cmp(&x),
        ((true, _), (false, _)) => std::cmp::Ordering::Less,
        ((false, _), (true, _)) => std::cmp::Ordering::Greater,
    }
}

fn decimal_within(field: &Field, text: Option<&str>, min: Option<&str>, max: Option<&str>) -> Checked {
    let Some(text) = text.filter(|t| is_decimal(t)) else {
        return Err(Problem::new(
            "decimal_expected",
            "",
            format!("give `{}` as a decimal in quotes, such as \"0.75\"", field.label),
        ));
    };
    let low = min.is_some_and(|m| compare_decimals(text, m).is_lt());
    let high = max.is_some_and(|m| compare_decimals(text, m).is_gt());
    if low || high {
        let (min, max) = (min.unwrap_or("any"), max.unwrap_or("any"));
        return Err(Problem::new("number_out_of_range", "", format!("`{}` runs from {min} to {max}", field.label)));
    }
    Ok(())
}

fn check_decimal(field: &Field, value: &Value, min: Option<&str>, max: Option<&str>) -> Checked {
    decimal_within(field, value.as_str(), min, max)
}

fn pair<'a>(value: &'a Value, a: &str, b: &str) -> Option<(&'a str, &'a str)> {
    let object = value.as_object().filter(|o| o.len() == 2)?;
    Some((object.get(a)?.as_str()?, object.get(b)?.as_str()?))
}

fn check_number(field: &Field, value: &Value, units: &[String], min: Option<&str>, max: Option<&str>) -> Checked {
    let Some((amount, unit)) = pair(value, "amount", "unit") else {
        return Err(Problem::new("number_expected", "", format!("give `{}` with amount and unit", field.label))
            .with_allowed(units));
    };
    if !units.iter().any(|u| u == unit) {
        return Err(Problem::new("unit_unknown", "", format!("`{}` is not measured in `{unit}`", field.label))
            .with_allowed(units));
    }
    decimal_within(field, Some(amount), min, max)
}

fn check_money(field: &Field, value: &Value) -> Checked {
    let expected = || {
        Problem::new(
            "money_expected",
            "",
            format!("give `{}` with amount and currency, such as 12.50 and EUR", field.label),
        )
    };
    let (amount, currency) = pair(value, "amount", "currency").ok_or_else(expected)?;
    if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(expected());
    }
    decimal_within(field, Some(amount), None, None)
}

fn check_date(field: &Field, value: &Value, past: bool, now: Timestamp) -> Checked {
    let today = jiff::tz::TimeZone::UTC.to_datetime(now).date();
    let problem = |why: String| Problem::new("date_invalid", "", why);
    let text = value.as_str().filter(|t| t.len() == 10);
    let Some(date) = text.and_then(|t| t.parse::<Date>().ok()).filter(|d| d.year() >= YEAR_MIN) else {
        return Err(problem(format!(
            "give `{}` as a day that exists, such as {today}, from {YEAR_MIN} on",
            field.label
        )));
    };
    if past && date > today {
        return Err(problem(format!("`{}` lies in the future; it is at most {today}", field.label)));
    }
    Ok(())
}

fn check_instant(field: &Field, value: &Value, past: bool, now: Timestamp) -> Checked {
    let problem = |why: String| Problem::new("date_invalid", "", why);
    let text = value.as_str().filter(|t| t.ends_with('Z') && t.len() <= 30);
    let year = |instant: &Timestamp| jiff::tz::TimeZone::UTC.to_datetime(*instant).year();
    let known = text.and_then(|t| t.parse::<Timestamp>().ok()).filter(|instant| year(instant) >= YEAR_MIN);
    let Some(instant) = known else {
        return Err(problem(format!("give `{}` as a moment in UTC, such as 2026-11-23T09:30:00Z", field.label)));
    };
    if past && instant > now.checked_add(SKEW).unwrap_or(now) {
        return Err(problem(format!("`{}` lies in the future; it is at most {now}", field.label)));
    }
    Ok(())
}

fn check_duration(field: &Field, value: &Value) -> Checked {
    let span =
        value.as_str().filter(|t| t.starts_with('P') && t.len() <= 30).and_then(|t| t.parse::<jiff::Span>().ok());
    match span {
        Some(span) if !span.is_negative() => Ok(()),
        _ => Err(Problem::new(
            "duration_expected",
            "",
            format!("give `{}` as a duration, such as P12M or P30D", field.label),
        )),
    }
}

fn check_choice(field: &Field, value: &Value, options: &[(String, String)]) -> Checked {
    let ids = || options.iter().map(|(id, _)| id.as_str());
    let given = value.as_str().unwrap_or_default();
    if ids().any(|id| id == given) {
        return Ok(());
    }
    let hint = nearest(given, ids()).map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
    Err(Problem::new("choice_unknown", "", format!("`{}` cannot be `{given}`{hint}", field.label)).with_allowed(ids()))
}

fn check_id(field: &Field, value: &Value) -> Checked {
    let uuid = value.as_str().filter(|t| t.len() == 36).and_then(|t| t.parse::<uuid::Uuid>().ok());
    uuid.map(drop).ok_or_else(|| {
        Problem::new("id_malformed", "", format!("`{}` takes a record's number, key or id", field.label))
    })
}

fn check_file(field: &Field, value: &Value) -> Checked {
    let file = serde_json::from_value::<crate::File>(value.clone()).ok();
    let digest =
        |f: &crate::File| f.sha256.len() == 64 && f.sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    match file.filter(digest) {
        Some(_) => Ok(()),
        None => Err(Problem::new("file_expected", "", format!("attach a file to `{}`", field.label))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cmp::Ordering;

    #[test]
    fn decimals_are_compared_by_value_not_by_text() {
        assert_eq!(compare_decimals("10", "9.5"), Ordering::Greater);
        assert_eq!(compare_decimals("-10", "-9.5"), Ordering::Less);
        assert_eq!(compare_decimals("0", "-0.0"), Ordering::Equal);
        assert_eq!(compare_decimals("1.50", "1.5"), Ordering::Equal);
        assert!(is_decimal("0.5") && is_decimal("-12") && !is_decimal("01") && !is_decimal("1.") && !is_decimal("1e5"));
    }

    #[test]
    fn a_date_that_does_not_exist_is_refused() {
        let field = crate::decide::tests::field("day", Shape::Date { past: true });
        let now: Timestamp = "2026-11-23T00:00:00Z".parse().unwrap();
        for bad in ["2026-02-31", "0000-01-01", "2026-11-24", "yesterday"] {
            assert_eq!(check_date(&field, &bad.into(), true, now).unwrap_err().code, "date_invalid", "{bad}");
        }
        assert!(check_date(&field, &"2026-11-23".into(), true, now).is_ok());
    }

    #[test]
    fn invisible_characters_are_named() {
        let field = crate::decide::tests::field("title", Shape::Text { max: 20 });
        let found = check_text(&field, &"a\u{202E}b".into(), 20).unwrap_err();
        assert_eq!((found.code, found.message.contains("U+202E")), ("invisible_characters", true));
    }
}
