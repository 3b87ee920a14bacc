use std::io::{Cursor, Write as _};

use aims_framework::Content;
use aims_record::Kind;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;

fn kind(id: &str) -> Kind {
    Content::embedded().kinds().unwrap().get(id).unwrap().clone()
}

fn code(bytes: &[u8]) -> &'static str {
    grid(bytes).unwrap_err().code
}

fn codes(notes: &[Note]) -> Vec<&'static str> {
    notes.iter().map(|n| n.code).collect()
}

/// A workbook with one sheet of these rows of XML, and further entries.
fn workbook(rows: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let sheet = format!(r#"<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>"#);
    let book = format!(
        r#"<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="Register" sheetId="1" r:id="rId1"/></sheets></workbook>"#
    );
    let rel = |kind: &str, to: &str| {
        format!(
            r#"<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{office}/{kind}" Target="{to}"/></Relationships>"#
        )
    };
    let (root, links) = (rel("officeDocument", "xl/workbook.xml"), rel("worksheet", "worksheets/sheet1.xml"));
    let parts: [(&str, &[u8]); 4] = [
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", links.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ];
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts.iter().chain(more) {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn text_cell(at: &str, text: &str) -> String {
    format!(r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

#[test]
fn delimiter_and_encoding_are_found_out() {
    let semicolons = grid("Name;Zweck\nLetter desk;\"a; b\"\n".as_bytes()).unwrap();
    assert_eq!(semicolons.rows[1].cells, ["Letter desk", "a; b"]);
    assert_eq!(codes(&semicolons.notes), ["delimiter"]);
    let latin = grid(b"Name,Land\nM\xFCller,Z\xFCrich\n").unwrap();
    assert_eq!(latin.rows[1].cells, ["Müller", "Zürich"]);
    assert_eq!(codes(&latin.notes), ["latin_1"]);
    let wide: Vec<u8> = "\u{FEFF}Name\tLand\nÉva\tHU\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(grid(&wide).unwrap().rows[1].cells, ["Éva", "HU"]);
}

#[test]
fn b32_quotes_cells_and_rows_have_limits_with_their_row() {
    let unclosed = grid(b"Name,Use\nA,\"never closed\nB,c\n").unwrap_err();
    assert_eq!((unclosed.code, unclosed.place.as_str()), ("quote_unclosed", "row 2"));
    let long = format!("Name,Use\nA,{}\n", "x".repeat(1 << 20));
    assert_eq!(code(long.as_bytes()), "cell_too_long");
    assert_eq!(code("a,b\n".repeat(ROWS_MAX + 2).as_bytes()), "too_large");
    assert_eq!(code(",".repeat(COLUMNS_MAX + 1).as_bytes()), "too_large");
    assert_eq!(code(b"\n\n ,\n"), "table_empty");
}

#[test]
fn rows_count_lines_even_behind_breaks_in_quotes() {
    let read = grid(b"Name,Use\nA,\"one\ntwo\"\nB,c\n").unwrap();
    assert_eq!(read.rows.iter().map(|r| r.number).collect::<Vec<_>>(), [1, 2, 4]);
    assert_eq!(read.rows[1].cells[1], "one\ntwo");
}

#[test]
fn columns_go_to_fields_by_name_word_and_likeness() {
    let supplier = kind("supplier");
    let read = grid(b"Bezeichnung,Websiet,Land,Rating\nAcme,https://a.example,DE,7\n").unwrap();
    let matched = match_columns(&read, &supplier, &[]).unwrap();
    let words: Vec<&str> = matched.columns.iter().map(|c| c.target.word()).collect();
    assert_eq!(words, ["name", "-", "country", "-"]);
    let chosen = [("websiet".to_owned(), "website".to_owned())];
    assert_eq!(match_columns(&read, &supplier, &chosen).unwrap().columns[1].target.word(), "website");
    let wrong = [("rating".to_owned(), "webseit".to_owned())];
    assert_eq!(match_columns(&read, &supplier, &wrong).unwrap_err().code, "field_unknown");
    let absent = [("nowhere".to_owned(), "website".to_owned())];
    assert_eq!(match_columns(&read, &supplier, &absent).unwrap_err().code, "column_missing");
}

#[test]
fn headings_may_stand_below_a_title() {
    let read = grid(b"Our suppliers 2026,,\n,,\nName,Country,Website\nAcme,DE,https://a.example\n").unwrap();
    let matched = match_columns(&read, &kind("supplier"), &[]).unwrap();
    assert_eq!((matched.head, codes(&matched.notes)), (2, vec!["rows_above_heading"]));
}

#[test]
fn b32_rows_that_are_wrong_are_named_and_double_ones_too() {
    let supplier = kind("supplier");
    let read = grid(b"Name,Country\nAcme,DE\n,FR\nAcme,AT\n").unwrap();
    let rows = drafts(&read, &supplier, &match_columns(&read, &supplier, &[]).unwrap());
    assert_eq!(rows.drafts.len(), 1);
    assert_eq!(rows.drafts[0].key, "supplier-acme");
    let said: Vec<_> = rows.problems.iter().map(|p| (p.code, p.row)).collect();
    assert_eq!(said, [("value_missing", 3), ("row_twice", 4)]);
}

#[test]
fn cells_are_read_as_people_write_them() {
    let party = kind("interested-party");
    let read = |name: &str, text: &str| cell::read(party.field(name).unwrap(), text);
    assert_eq!(read("affected", "Ja").unwrap(), true);
    assert_eq!(read("category", "owners and board").unwrap(), "owners-board");
    assert_eq!(read("owner", "PER-0001").unwrap(), "PER-0001");
    assert_eq!(read("systems", "SYS-0002, SYS-0001").unwrap(), serde_json::json!(["SYS-0002", "SYS-0001"]));
    assert_eq!(read("name", "null").unwrap(), "null");
    assert!(read("category", "nonsense").is_err() && read("affected", "perhaps").is_err());
    let date = kind("dataset").field("last_updated").unwrap().clone();
    for text in ["2026-01-31", "31.1.2026", "2026-01-31T00:00:00Z"] {
        assert_eq!(cell::read(&date, text).unwrap(), "2026-01-31");
    }
    assert!(cell::read(&date, "1/2/2026").is_err());
}

#[test]
fn b35_what_was_exported_inert_reads_as_it_was() {
    for text in ["=HYPERLINK(\"x\")", "+1", "-1", "@sum", "'=1"] {
        assert_eq!(cell::opened(&format!("'{text}")), text);
    }
    for plain in ["'tis", "''quoted"] {
        assert_eq!(cell::opened(plain), plain);
    }
}

#[test]
fn b31_formulas_are_text_and_a_last_row_costs_one_row() {
    let rows = format!(
        r#"<row r="1">{}{}</row><row r="1048576">{}<c r="B1048576"><f>HYPERLINK("x")</f><v>7</v></c></row>"#,
        text_cell("A1", "Name"),
        text_cell("B1", "Website"),
        text_cell("A1048576", "Acme"),
    );
    let read = grid(&workbook(&rows, &[("xl/externalLinks/externalLink1.xml", b"<x/>")])).unwrap();
    assert_eq!(read.rows.len(), 2);
    assert_eq!((read.rows[1].number, read.rows[1].cells[1].as_str()), (1_048_576, "=HYPERLINK(\"x\")"));
    assert_eq!(codes(&read.notes), ["external_link", "formula_as_text"]);
}

#[test]
fn b30_unsafe_archives_are_refused_with_entry_and_rule() {
    let bomb = vec![0_u8; 8 << 20];
    for (name, content) in [
        ("../evil.xml", &b"<x/>"[..]),
        ("xl/bomb.bin", &bomb),
        ("xl/inner.zip", b"PK"),
        ("xl/a.xml", b"<!DOCTYPE x SYSTEM 'file:///etc/passwd'><x/>"),
        ("XL/Workbook.xml", b"<x/>"),
    ] {
        let refused = grid(&workbook("", &[(name, content)])).unwrap_err();
        assert_eq!((refused.code, refused.place.as_str()), ("archive_unsafe", name));
    }
    assert_eq!(code(b"PK\x03\x04 not really"), "archive_unsafe");
    assert_eq!(code(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), "archive_unsafe");
    let many: Vec<String> = (0..1_001).map(|n| format!("xl/{n}")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|n| (n.as_str(), &b"x"[..])).collect();
    assert_eq!(code(&workbook("", &many)), "archive_unsafe");
}
