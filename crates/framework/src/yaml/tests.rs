use super::*;

fn errors(text: &str) -> String {
    let found = parse("a.yaml", text, Limits::CONTENT).unwrap_err();
    found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn scalars_are_kept_as_written() {
    let node = parse("a.yaml", "country: NO\nversion: 1.10\nquoted: \"true\"\nempty:\n", Limits::CONTENT).unwrap();
    assert_eq!(node.get("country").unwrap().text(), Some("NO"));
    assert_eq!(node.get("version").unwrap().text(), Some("1.10"));
    assert_eq!(node.get("quoted").unwrap().value, Value::Scalar(Scalar { text: "true".to_owned(), quoted: true }));
    assert!(node.get("empty").unwrap().is_null());
}

#[test]
fn positions_count_from_one() {
    let node = parse("a.yaml", "# a comment\na:\n  - x\n  - { b: c }\n", Limits::CONTENT).unwrap();
    let list = node.get("a").unwrap().seq().unwrap();
    let c = list[1].get("b").unwrap();
    assert_eq!((list[0].line, list[0].column, c.line, c.column), (3, 5, 4, 10));
}

#[test]
fn what_can_mislead_is_refused() {
    assert_eq!(errors("a: &x 1\nb: *x\n"), "a.yaml:1:4: anchors (`&name`) are not read; write the value out");
    assert_eq!(errors("a: *x\n"), "a.yaml:1:4: aliases (`*name`) are not read; write the value out");
    assert_eq!(errors("a: !!int 1\n"), "a.yaml:1:4: tags (`!name`) are not read; write the plain value");
    assert_eq!(errors("a: 1\n---\nb: 2\n"), "a.yaml:2:1: a second document starts here; this file takes one");
    assert_eq!(errors("? [a, b]\n: 1\n"), "a.yaml:1:3: a key has to be one word, not a list or mapping");
    assert_eq!(errors("# nothing\n"), "a.yaml:1:1: the file is empty");
    assert_eq!(
        errors("a: 1\nb: 2\na: 3\nb: 4\n"),
        "a.yaml:3:1: `a` stands here a second time; the first is in line 1\n\
         a.yaml:4:1: `b` stands here a second time; the first is in line 2"
    );
}

#[test]
fn a_billion_laughs_are_refused_at_the_first() {
    let mut text = "a: &a [lol, lol]\n".to_owned();
    for n in 1..30 {
        text.push_str(&format!("b{n}: &b{n} [*a, *a, *a]\n"));
    }
    assert_eq!(errors(&text), "a.yaml:1:4: anchors (`&name`) are not read; write the value out");
}

#[test]
fn depth_and_size_have_limits() {
    let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    assert!(parse("a.yaml", &deep(32), Limits::CONTENT).is_ok());
    assert_eq!(errors(&deep(33)), "a.yaml:1:33: nested more than 32 deep");
    let large = Limits { bytes: 4, depth: 2 };
    let found = parse("a.yaml", "abcde", large).unwrap_err();
    assert_eq!(found[0].to_string(), "a.yaml:1:1: the file is 5 bytes long; at most 4 are read");
}

#[test]
fn a_hundred_thousand_levels_are_an_error_and_no_crash() {
    let limits = Limits { bytes: 1 << 30, depth: 64 };
    let n = 100_000;
    let forms = [
        "[".repeat(n),
        "{".repeat(n),
        "- ".repeat(n),
        "? ".repeat(n),
        "{a: ".repeat(n),
        "[\n".repeat(n),
        "[[\n".repeat(n),
    ];
    for text in forms {
        let found = parse("a.yaml", &text, limits).unwrap_err();
        assert!(found[0].line > 0, "{found:?}");
    }
}

#[test]
fn many_documents_are_read_where_they_are_meant() {
    let found = parse_documents("a.yaml", "---\na: 1\n---\n---\nb: 2\n", Limits::RECORD_FILE).unwrap();
    assert_eq!(found.len(), 2);
    assert!(parse_documents("a.yaml", "", Limits::RECORD_FILE).unwrap().is_empty());
}

#[test]
fn readers_note_everything_and_name_the_nearest_word() {
    let node =
        parse("a.yaml", "tilte: x\nopen: yes\ncount: 0\nwords: [a, a, [b]]\nsort: pursn\n", Limits::CONTENT).unwrap();
    let mut reading = Reading::new("a.yaml");
    let map = reading.mapping(&node, "a thing", &["title", "open", "count", "words", "sort"]).unwrap();
    map.need_text(&mut reading, "title");
    map.yes(&mut reading, "open");
    reading.count(map.get("count").unwrap(), "count");
    reading.texts(map.get("words").unwrap(), "words");
    reading.word(map.get("sort").unwrap(), "sort", &["person", "link"]);
    let found: Vec<String> = reading.errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "a.yaml:1:1: a thing has no key `tilte`; did you mean `title`?",
            "a.yaml:1:1: a thing lacks `title`",
            "a.yaml:2:7: `open` has to be true or false, not `yes`",
            "a.yaml:3:8: `count` has to be a whole number of 1 or more, not `0`",
            "a.yaml:4:12: `words` names `a` twice",
            "a.yaml:4:15: `words` has to be text, not a list",
            "a.yaml:5:7: `sort` cannot be `pursn`; did you mean `person`?",
        ]
    );
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_text_is_a_tree_or_an_error_with_a_place(text in "([\\[\\]{}:,&*!|>'\"#?%@`~a-c0-9 \t\r\n-]|\\PC){0,60}") {
        for documents in [parse("a.yaml", &text, Limits::CONTENT).map(|n| vec![n]), parse_documents("a.yaml", &text, Limits::CONTENT)] {
            match documents {
                Ok(nodes) => assert!(nodes.iter().all(|n| n.line > 0 && n.column > 0)),
                Err(errors) => assert!(errors.iter().all(|e| e.line > 0 && e.column > 0), "{errors:?}"),
            }
        }
    }
}
