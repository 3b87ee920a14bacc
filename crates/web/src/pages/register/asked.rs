//! What the address of a register asks for: which records, in which order, with which columns.

use aims_record::{Field, Kind, Shape};
use aims_register::{Entry, Value};
use jiff::civil::Date;

use super::cells;
use crate::{answer::Refused, call::Call, reader::Reader};

/// Rows on one page, unless the address says otherwise, and at most (TRUST 6.5).
const ROWS: usize = 50;
const ROWS_MAX: usize = 200;
/// Characters of a search or of a filter at most (TRUST 6.5).
const SEARCH_MAX: usize = 200;
/// Names that an address of a register has besides filters.
const NAMES: [&str; 9] = ["q", "state", "sort", "page", "limit", "col", "as_of", "done", "n"];
/// What a filter says for "not recorded".
pub const OPEN: &str = "-";

/// What the address asks for.
pub struct Asked<'k> {
    /// Only this state.
    pub state: Option<String>,
    /// Only where number or name holds this, as typed.
    pub search: String,
    /// A field, or `number`, `name`, `state`; with a hyphen before it: descending.
    pub sort: Option<String>,
    /// From 1.
    pub page: usize,
    /// Rows on a page.
    pub limit: usize,
    /// The fields that have a column.
    pub columns: Vec<&'k Field>,
    filters: Vec<(&'k Field, Test)>,
}

/// What a field has to hold.
enum Test {
    /// Nothing.
    Open,
    /// One of these words.
    Is(Vec<String>),
    /// A record of this number, or with this in its name; lower case.
    Names(String),
    /// A day not before and not after these.
    Days(Option<Date>, Option<Date>),
}

impl<'k> Asked<'k> {
    /// Reads the address.
    ///
    /// # Errors
    /// `sort_unknown`, `query_invalid`, `page_out_of_range`, `limit_out_of_range`, `filter_unknown`, `column_unknown`, `date_invalid`.
    pub fn read(call: &Call<'_>, kind: &'k Kind) -> Result<Asked<'k>, Refused> {
        let search = call.query.get("q").unwrap_or_default().trim().to_owned();
        if search.chars().count() > SEARCH_MAX {
            return Err(Refused::unclear("query_invalid", "Search for at most 200 characters."));
        }
        let page = call.query.get("page").map_or(Some(1), |p| p.parse().ok()).filter(|p| (1..=100_000).contains(p));
        let page = page.ok_or_else(|| Refused::unclear("page_out_of_range", "Pages begin at 1."))?;
        let limit = call.query.get("limit").map_or(Some(ROWS), |l| l.parse().ok());
        let limit = limit.filter(|l| (1..=ROWS_MAX).contains(l));
        let says = "A page has 1–200 rows.";
        Ok(Asked {
            state: call.query.get("state").map(str::to_owned),
            search,
            sort: sort(call, kind)?,
            page,
            limit: limit.ok_or_else(|| Refused::unclear("limit_out_of_range", says))?,
            columns: columns(call, kind)?,
            filters: filters(call, kind)?,
        })
    }

    /// The records that are asked for, as far as they may be read, in order.
    pub fn found<'r>(&self, reader: &Reader<'r>, kind: &Kind) -> Vec<Entry<'r>> {
        let search = self.search.to_lowercase();
        let wants = |e: &Entry<'r>| {
            self.state.as_deref().is_none_or(|state| e.state() == Some(state))
                && (search.is_empty() || names(reader, *e, &search))
                && self.filters.iter().all(|(field, test)| test.holds(reader, e.field(&field.name)))
        };
        let mut found: Vec<Entry<'r>> = reader.list(&kind.id).filter(wants).collect();
        self.order(reader, &mut found);
        found
    }

    fn order(&self, reader: &Reader<'_>, found: &mut [Entry<'_>]) {
        let Some(sort) = &self.sort else { return };
        match sort.trim_start_matches('-') {
            "number" => {}
            "name" => found.sort_by_cached_key(|e| reader.standing.name_of(*e).to_lowercase()),
            "state" => found.sort_by_cached_key(|e| cells::key(reader, *e, "_state")),
            field => found.sort_by_cached_key(|e| cells::key(reader, *e, field)),
        }
        if sort.starts_with('-') {
            found.reverse();
        }
    }

    /// Whether some field is filtered.
    pub fn is_filtered(&self) -> bool {
        !self.filters.is_empty()
    }
}

fn names(reader: &Reader<'_>, entry: Entry<'_>, text: &str) -> bool {
    entry.number().to_lowercase().contains(text) || reader.standing.name_of(entry).to_lowercase().contains(text)
}

fn sort(call: &Call<'_>, kind: &Kind) -> Result<Option<String>, Refused> {
    let sort = call.query.get("sort").map(str::to_owned);
    let by = sort.as_deref().map(|s| s.trim_start_matches('-'));
    if by.is_some_and(|by| !["number", "name", "state"].contains(&by) && kind.field(by).is_none()) {
        return Err(Refused::unclear("sort_unknown", "Sort by one of the columns shown."));
    }
    Ok(sort)
}

/// The columns that are asked for, in the order of the kind; those that are worth one where none is.
fn columns<'k>(call: &Call<'_>, kind: &'k Kind) -> Result<Vec<&'k Field>, Refused> {
    let asked: Vec<&str> = call.query.all("col").filter(|name| !name.is_empty()).collect();
    if asked.is_empty() {
        return Ok(cells::worth_a_column(kind));
    }
    let open: Vec<&Field> = cells::can_be_columns(kind).collect();
    if asked.iter().any(|name| open.iter().all(|f| f.name != *name)) {
        return Err(Refused::unclear("column_unknown", "Choose columns among the fields of this register."));
    }
    Ok(open.into_iter().filter(|f| asked.contains(&f.name.as_str())).collect())
}

/// Filters stand in the address as `f.FIELD`, of days as `f.FIELD.from` and `f.FIELD.to`.
fn filters<'k>(call: &Call<'_>, kind: &'k Kind) -> Result<Vec<(&'k Field, Test)>, Refused> {
    let sent = |name: &str| call.query.iter().any(|(n, v)| n == name && !v.trim().is_empty());
    let known = |name: &str| {
        let field = name.strip_prefix("f.").map(|rest| rest.trim_end_matches(".from").trim_end_matches(".to"));
        NAMES.contains(&name) || field.and_then(|f| kind.field(f)).is_some_and(cells::can_filter)
    };
    if let Some((name, _)) = call.query.iter().find(|(name, _)| !known(name)) {
        let says = format!("`{name}` filters nothing here. Choose filters on the page of the register.");
        return Err(Refused::unclear("filter_unknown", says));
    }
    let mut filters = Vec::new();
    for field in kind.fields.iter().filter(|f| cells::can_filter(f)) {
        let name = format!("f.{}", field.name);
        let (from, to) = (format!("{name}.from"), format!("{name}.to"));
        if sent(&from) || sent(&to) {
            filters.push((field, Test::Days(day(call, &from)?, day(call, &to)?)));
        }
        if sent(&name) {
            filters.push((field, Test::of(field, call.query.all(&name).filter(|v| !v.trim().is_empty()).collect())?));
        }
    }
    Ok(filters)
}

fn day(call: &Call<'_>, name: &str) -> Result<Option<Date>, Refused> {
    let read = |text: &str| text.trim().parse::<Date>();
    let says = "Write days as 2026-03-01.";
    call.query.get(name).map(read).transpose().map_err(|_| Refused::unclear("date_invalid", says))
}

impl Test {
    fn of(field: &Field, values: Vec<&str>) -> Result<Test, Refused> {
        if values.iter().any(|v| v.chars().count() > SEARCH_MAX) {
            return Err(Refused::unclear("query_invalid", "Filter by at most 200 characters."));
        }
        Ok(match values.as_slice() {
            [OPEN] => Test::Open,
            [one] if field.links() => Test::Names(one.trim().to_lowercase()),
            many => Test::Is(many.iter().map(|v| (*v).to_owned()).collect()),
        })
    }

    fn holds(&self, reader: &Reader<'_>, value: Option<Value<'_>>) -> bool {
        let Some(value) = value else { return matches!(self, Test::Open) };
        match self {
            Test::Open => !value.is_set(),
            Test::Is(words) => value.each().any(|v| {
                let word = v.flag().map_or_else(|| v.text().unwrap_or_default(), |f| if f { "yes" } else { "no" });
                words.iter().any(|w| w == word)
            }),
            // What may not be read is not found by its name either.
            Test::Names(text) => {
                let mut records = value.each().filter_map(Value::record).filter(|e| reader.reads(*e));
                records.any(|e| names(reader, e, text))
            }
            Test::Days(from, to) => value.each().any(|v| {
                let day = v.written().and_then(|w| w.get(..10)?.parse::<Date>().ok());
                day.is_some_and(|day| from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to))
            }),
        }
    }
}

/// Whether a shape holds days.
pub fn is_dated(field: &Field) -> bool {
    matches!(field.shape, Shape::Date { .. } | Shape::Instant { .. })
}
