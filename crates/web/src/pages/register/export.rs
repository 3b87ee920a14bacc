//! A register as a spreadsheet: exactly what is shown, all pages of it, and nothing that may not be read.

use aims_exchange::table::Table;

use super::{Asked, cells, kind_of, labels, state_label};
use crate::{
    answer::{Answer, Answered, Refused},
    call::Call,
    reader::Reader,
};

/// As CSV.
pub fn csv(call: &Call<'_>) -> Answered {
    let (name, table) = table(call)?;
    Ok(Answer::File { kind: "text/csv; charset=utf-8", name: format!("{name}.csv"), body: table.csv().into() })
}

/// As XLSX.
pub fn xlsx(call: &Call<'_>) -> Answered {
    let (name, table) = table(call)?;
    let book = table.xlsx(call.server.now().as_second()).map_err(|e| Refused::internal(e.to_string()))?;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(Answer::File { kind, name: format!("{name}.xlsx"), body: book.into() })
}

fn table(call: &Call<'_>) -> Result<(String, Table), Refused> {
    let sight = call.sight()?;
    let reader = Reader::of(call, &sight)?;
    let kind = kind_of(call, &reader)?;
    let asked = Asked::read(call, kind)?;
    let row = |entry: aims_register::Entry<'_>| {
        let state = state_label(kind, entry.state().unwrap_or_default()).to_owned();
        let first = [entry.number().to_owned(), state, sight.name_of(entry).to_owned()];
        let fields = asked.columns.iter().map(|field| cells::plain(call, &reader, entry, field));
        first.into_iter().chain(fields).collect()
    };
    let table = Table {
        title: kind.plural.clone(),
        heads: labels(call, kind, &asked).into_iter().map(|(_, label)| label).collect(),
        rows: asked.found(&reader, kind).into_iter().map(row).collect(),
    };
    let last = sight.last_entry().unwrap_or_default();
    Ok((format!("{}-{}-{last}", call.param("org"), kind.id), table))
}
