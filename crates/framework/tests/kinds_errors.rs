//! Every error of the loader with its exact words. Each case changes one place of `kinds_base`.

mod kinds_base;

use kinds_base::{base, changed, own, said};

/// What is replaced, by what, and what the loader says.
const CASES: &[(&str, &str, &str)] = &[
    // The head.
    (
        "kind: policy\n",
        "kind: Policy\n",
        "kinds/policy.yaml:1:7: `kind` has to be lower-case words joined by hyphens, not `Policy`",
    ),
    (
        "kind: policy\n",
        "kind: rule\n",
        "kinds/policy.yaml:1:7: `rule` has to stand in a file of its own name, `rule.yaml`",
    ),
    (
        "title: Policy\n",
        "tilte: Policy\n",
        "kinds/policy.yaml:1:1: a kind lacks `title`\nkinds/policy.yaml:2:1: a kind has no key `tilte`; did you mean `title`?",
    ),
    ("number: POL", "number: Pol", "kinds/policy.yaml:4:9: `number` has to be two to five capital letters, not `Pol`"),
    ("number: POL", "number: PER", "kinds/policy.yaml:4:9: `PER` already numbers the kind `person`"),
    (
        "number: POL",
        "number: POL\nnumber: POX",
        "kinds/policy.yaml:5:1: `number` stands here a second time; the first is in line 4",
    ),
    (
        "iso-42001:2023/5.2",
        "iso-42001:2023/A.2.20",
        "kinds/policy.yaml:6:11: there is no clause or control `iso-42001:2023/A.2.20`; did you mean `iso-42001:2023/A.2.2`?",
    ),
    (
        "iso-42001:2023/5.2",
        "policy clause",
        "kinds/policy.yaml:6:11: a clause is written like `iso-42001:2023/5.2`, not `policy clause`",
    ),
    // Retention.
    (
        "class: aims-record",
        "class: aims-recrod",
        "kinds/policy.yaml:7:21: `class` cannot be `aims-recrod`; did you mean `aims-record`?",
    ),
    (
        "floor: P6Y",
        "floor: P5Y",
        "kinds/policy.yaml:7:41: `floor` is under the least time of class `aims-record`, which is P6Y (two certification cycles of three years)",
    ),
    (
        "floor: P6Y",
        "floor: six years",
        "kinds/policy.yaml:7:41: `floor` has to be a duration such as P6Y or P30D, not `six years`",
    ),
    ("ceiling: P12Y", "ceiling: P3Y", "kinds/policy.yaml:7:55: `ceiling` is shorter than `floor`"),
    (
        "from: in-force",
        "from: in-forse",
        "kinds/policy.yaml:7:67: there is no state `in-forse`; did you mean `in-force`?",
    ),
    (
        ", ceiling: P3Y",
        "",
        "kinds/person.yaml:7:12: retention of class `personal` lacks `ceiling`: personal data is not kept without end",
    ),
    // Fields.
    (
        "  text: {",
        "  Text: {",
        "kinds/policy.yaml:10:3: a field's name is lower-case letters, digits and `_`, at most 40, not `Text`\nkinds/policy.yaml:36:26: there is no field `text`; did you mean `Text`?",
    ),
    (
        "type: markdown",
        "type: markdwon",
        "kinds/policy.yaml:10:17: `type` cannot be `markdwon`; did you mean `markdown`?",
    ),
    ("help: All of it., ", "", "kinds/policy.yaml:10:9: field `text` of type `markdown` lacks `help`"),
    (
        "help: All of it., ",
        "help: All of it., max: many, ",
        "kinds/policy.yaml:10:63: `max` has to be a whole number of 1 or more, not `many`",
    ),
    (
        "help: All of it., ",
        "help: All of it., units: [h], ",
        "kinds/policy.yaml:10:58: field `text` of type `markdown` has no key `units`",
    ),
    (
        "required: true, material: true",
        "material: true",
        "kinds/policy.yaml:9:10: the first field names the record: `title` has to be one required text",
    ),
    (
        "required: { in: [in-force] }",
        "required: { in: [inforce] }",
        "kinds/policy.yaml:10:75: there is no state `inforce`; did you mean `in-force`?",
    ),
    (
        "options: { ai: AI, security: Security }",
        "options: rolls",
        "kinds/policy.yaml:11:61: `options` cannot be `rolls`; did you mean `roles`?",
    ),
    (
        "options: { ai: AI, security: Security }",
        "options: { a b: C }",
        "kinds/policy.yaml:11:63: an option's id is letters, digits and hyphens, not `a b`",
    ),
    (
        "to: [policy], many",
        "to: [polcy], many",
        "kinds/policy.yaml:13:61: there is no kind `polcy`; did you mean `policy`?\nkinds/policy.yaml:37:40: the field `refs` of `policy` does not link to `policy`",
    ),
    (", inverse: referred to by", "", "kinds/policy.yaml:13:9: field `refs` of type `link` lacks `inverse`"),
    (
        "inverse: policies owned }",
        "inverse: owned, material: maybe }",
        "kinds/policy.yaml:12:87: `material` has to be true or false, not `maybe`",
    ),
    (
        "min: \"0\", max: \"99\"",
        "min: none",
        "kinds/policy.yaml:14:77: `min` has to be a decimal such as \"0.5\", not `none`",
    ),
    ("min: \"0\", max: \"99\"", "min: \"100\", max: \"99\"", "kinds/policy.yaml:14:89: `max` is under `min`"),
    (
        "type: text, label: What",
        "type: table, label: What",
        "kinds/policy.yaml:20:13: field `what` of type `table` lacks `columns`",
    ),
    (
        "help: What it is., required: true",
        "help: What it is., required: { in: [draft] }",
        "kinds/policy.yaml:20:69: a column is required in every row or in none: write true or false",
    ),
    (
        "help: What it is., required: true",
        "help: What it is., stamped: true",
        "kinds/policy.yaml:20:68: a column cannot be `stamped`",
    ),
    (
        "required: true, material: true",
        "required: true, personal: true",
        "kinds/policy.yaml:9:81: a personal value needs `subject`: the field that names the person it is about",
    ),
    (
        "required: true, material: true",
        "required: true, personal: true, subject: sort",
        "kinds/policy.yaml:9:96: `sort` does not name a person",
    ),
    (
        "required: true, material: true",
        "required: true, personal: true, subject: ownr",
        "kinds/policy.yaml:9:96: there is no field `ownr`; did you mean `owner`?",
    ),
    (
        "required: true, material: true",
        "required: true, subject: owner",
        "kinds/policy.yaml:9:80: `subject` goes with `personal: true`",
    ),
    (
        "inverse: policies owned }",
        "inverse: policies owned, personal: true, subject: owner }",
        "kinds/policy.yaml:12:96: only text and markdown can be `personal`",
    ),
    (
        "help: Set by the verb., stamped: true }\n  approved_at",
        "help: X., stamped: true, required: true }\n  approved_at",
        "kinds/policy.yaml:22:16: `approved_by` is set by a verb and cannot be required from the start",
    ),
    (
        "approved_by: actor, ",
        "",
        "kinds/policy.yaml:22:16: `approved_by` is `stamped`, but no verb sets it in `stamps`",
    ),
    (
        "  cost: {",
        "  also: { type: link, label: Also, help: X., to: any, inverse: referred to by }\n  cost: {",
        "kinds/policy.yaml:14:64: `refs` already reads `referred to by` from the other end",
    ),
    (
        "units: [kWh, h],",
        "units: [kWh, h], example: 12 kwh,",
        "kinds/policy.yaml:14:81: this example does not fit: `cost` is not measured in `kwh`, but in kWh, h; did you mean `kWh`?",
    ),
    // The life cycle.
    ("start: draft", "start: draff", "kinds/policy.yaml:25:10: there is no state `draff`; did you mean `draft`?"),
    ("lapses_to: draft", "lapses_to: daft", "kinds/policy.yaml:28:69: there is no state `daft`; did you mean `draft`?"),
    ("from: [draft]", "from: [dratf]", "kinds/policy.yaml:32:14: there is no state `dratf`; did you mean `draft`?"),
    ("to: in-force", "to: inforce", "kinds/policy.yaml:33:11: there is no state `inforce`; did you mean `in-force`?"),
    (
        "by: [top-management, field:owner]",
        "by: [top-managment, field:owner]",
        "kinds/policy.yaml:34:12: there is no role `top-managment`; did you mean `top-management`?",
    ),
    (
        "by: [top-management, field:owner]",
        "by: [field:ownr]",
        "kinds/policy.yaml:34:12: there is no field `ownr`; did you mean `owner`?",
    ),
    ("by: [top-management, field:owner]", "by: [field:sort]", "kinds/policy.yaml:34:12: `sort` does not name a person"),
    (
        "apart_from: [editors]",
        "apart_from: [editor]",
        "kinds/policy.yaml:39:79: `apart_from` takes `editors` or `field:NAME`, not `editor`; did you mean `editors`?",
    ),
    ("count: 1", "count: one", "kinds/policy.yaml:39:63: `count` has to be a whole number of 1 or more, not `one`"),
    (
        "set: [title, text]",
        "set: [titel, text]",
        "kinds/policy.yaml:36:19: there is no field `titel`; did you mean `title`?",
    ),
    (
        "set: [title, text], ",
        "",
        "kinds/policy.yaml:36:11: a need has exactly one of `set`, `some`, `none` and `linked`",
    ),
    (
        "write the text }",
        "Write the text. }",
        "kinds/policy.yaml:36:44: `otherwise` says what to do in lower case and without a full stop",
    ),
    (
        "none: { kind: policy,",
        "none: { kind: polizy,",
        "kinds/policy.yaml:37:27: there is no kind `polizy`; did you mean `policy`?",
    ),
    (
        "via: refs, in: [draft]",
        "via: ref, in: [draft]",
        "kinds/policy.yaml:37:40: `policy` has no field `ref`; did you mean `refs`?",
    ),
    (
        "via: refs, in: [draft]",
        "via: owner, in: [draft]",
        "kinds/policy.yaml:37:40: the field `owner` of `policy` does not link to `policy`",
    ),
    (
        "via: refs, in: [draft]",
        "via: refs, in: [draf]",
        "kinds/policy.yaml:37:51: `policy` has no state `draf`; did you mean `draft`?",
    ),
    (
        "linked: { field: refs",
        "linked: { field: refz",
        "kinds/policy.yaml:38:30: there is no field `refz`; did you mean `refs`?",
    ),
    ("linked: { field: refs", "linked: { field: sort", "kinds/policy.yaml:38:30: `sort` is not a link"),
    (
        "linked: { field: refs, in: [in-force]",
        "linked: { field: refs, in: [inforce]",
        "kinds/policy.yaml:38:41: no kind that `refs` links to has a state `inforce`; did you mean `in-force`?",
    ),
    (
        "approved_by: actor",
        "approved_by: acter",
        "kinds/policy.yaml:22:16: `approved_by` is `stamped`, but no verb sets it in `stamps`\nkinds/policy.yaml:40:30: `approved_by` cannot be `acter`; did you mean `actor`?",
    ),
    (
        "approved_by: actor",
        "approved_by: now",
        "kinds/policy.yaml:40:30: this does not fit `approved_by`: `actor` goes into a person, `now` into an instant, `today` into a date",
    ),
    (
        "approved_by: actor",
        "approved_by: actor, owner: actor",
        "kinds/policy.yaml:40:44: `owner` can only be stamped when it says `stamped: true`",
    ),
    (
        "approved_by: actor",
        "approved_by: actor, aproved_at: now",
        "kinds/policy.yaml:40:49: there is no field `aproved_at`; did you mean `approved_at`?",
    ),
    (
        "  verbs:\n",
        "    lost: { label: Lost, about: Nobody gets here. }\n  verbs:\n",
        "kinds/policy.yaml:29:11: no verb leads to the state `lost`",
    ),
    // Words.
    (
        "staff: { title: Staff, ",
        "staff: { titel: Staff, ",
        "roles.yaml:25:8: role `staff` lacks `title`\nroles.yaml:25:10: role `staff` has no key `titel`; did you mean `title`?",
    ),
    (
        "incident: { floor: P6Y, ",
        "incident: { floor: long, ",
        "retention.yaml:5:20: `floor` has to be a duration such as P6Y or P30D, not `long`",
    ),
];

#[test]
fn every_error_says_where_what_and_the_nearest_word() {
    let mut differ = Vec::new();
    for (from, to, expected) in CASES {
        let said = said(&changed(from, to), &Vec::new());
        if said != *expected {
            differ.push(format!("{from:?} -> {to:?}\n  expected: {expected}\n  said:     {said}"));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn errors_of_all_files_are_given_at_once() {
    let mut files = changed("number: POL", "number: pol");
    for (name, text) in &mut files {
        if name == "kinds/person.yaml" {
            *text = text.replace("type: text", "type: txet");
        }
        if name == "roles.yaml" {
            text.push_str("extra: [1]\n");
        }
    }
    assert_eq!(
        said(&files, &Vec::new()),
        "kinds/person.yaml:9:17: `type` cannot be `txet`; did you mean `text`?\n\
         kinds/policy.yaml:4:9: `number` has to be two to five capital letters, not `pol`\n\
         roles.yaml:26:8: role `extra` has to be a mapping, not a list"
    );
}

#[test]
fn a_file_that_is_not_yaml_is_the_only_error() {
    let text = said(&changed("name: { type: text", "name: { type: [text"), &Vec::new());
    assert!(text.starts_with("kinds/person.yaml:") && text.lines().count() == 1, "{text}");
}

#[test]
fn words_that_are_missing_are_an_error_of_their_file() {
    let mut files = base();
    files.retain(|(name, _)| name != "roles.yaml");
    assert_eq!(said(&files, &Vec::new()), "roles.yaml:1:1: the file is empty");
}

#[test]
fn an_id_is_given_once() {
    let visitor = kinds_base::PERSON.replace("kind: person", "kind: visitor").replace("PER", "VIS");
    let visitor = visitor.replace(", personal: true", "");
    let twice = [own("a/visitor.yaml", &visitor), own("b/visitor.yaml", &visitor)].concat();
    assert_eq!(said(&base(), &twice), "b/visitor.yaml:1:7: kind `visitor` is already described in a/visitor.yaml");
}

#[test]
fn a_kind_that_cannot_be_read_is_not_called_unknown() {
    let files = changed("to: [policy], many: true", "to: [policy, visitor], many: true");
    let said = said(&files, &own("visitor.yaml", "kind: visitor\ntitle: [\n"));
    assert!(said.starts_with("visitor.yaml:") && said.lines().count() == 1, "{said}");
}
