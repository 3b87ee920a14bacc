//! JSON Schema (draft 2020-12) of a record as a file, for editors and for checking before anything is sent.

use aims_record::{Field, Kind, Required, Shape};
use serde_json::{Map, Value, json};

const AMOUNT: &str = "-?(0|[1-9][0-9]*)([.][0-9]+)?";

/// The schema of one record file of this kind. It is as strict as a schema can be: bounds of numbers written with their unit, days in the
/// future and what a link names are left to the checks of the program.
pub fn json_schema(kind: &Kind) -> Value {
    let fields = kind.fields.iter().filter(|f| !f.stamped);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("urn:aims:kind:{}", kind.id),
        "title": kind.title,
        "description": kind.about,
        "type": "object",
        "properties": {
            "kind": { "const": kind.id },
            "key": {
                "type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,62}$",
                "description": "A short name of your choice; other files link to this record by it.",
            },
            "fields": object(fields),
        },
        "required": ["kind", "key", "fields"],
        "additionalProperties": false,
    })
}

fn object<'f>(fields: impl Iterator<Item = &'f Field>) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in fields {
        if field.required == Required::Always {
            required.push(Value::from(field.name.as_str()));
        }
        properties.insert(field.name.clone(), property(field));
    }
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn property(field: &Field) -> Value {
    let one = value(&field.shape);
    let mut schema = if field.many && !matches!(field.shape, Shape::Table { .. }) {
        json!({ "type": "array", "items": one, "minItems": 1, "uniqueItems": true })
    } else {
        one
    };
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("title".to_owned(), field.label.as_str().into());
        schema.insert("description".to_owned(), field.help.as_str().into());
        if let Some(example) = &field.example {
            let example = if field.many { json!([[example]]) } else { json!([example]) };
            schema.insert("examples".to_owned(), example);
        }
    }
    schema
}

fn value(shape: &Shape) -> Value {
    match shape {
        Shape::Text { max } => json!({ "type": "string", "minLength": 1, "maxLength": max, "pattern": "^[^\r\n]*$" }),
        Shape::Markdown { max } => json!({ "type": "string", "minLength": 1, "maxLength": max }),
        Shape::Number { units, .. } => {
            let choice: Vec<String> = units.iter().map(|u| escaped(u)).collect();
            let pattern = format!("^{AMOUNT} +({})$", choice.join("|"));
            either(&pattern, "amount", "unit", json!({ "enum": units }))
        }
        Shape::Decimal { .. } => json!({ "type": ["string", "number"], "pattern": format!("^{AMOUNT}$") }),
        Shape::Date { .. } => json!({ "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
        Shape::Instant { .. } => json!({ "type": "string", "format": "date-time", "pattern": "Z$" }),
        Shape::Duration => json!({ "type": "string", "pattern": "^P[0-9A-Z.]+$" }),
        Shape::Choice { options } => {
            let each = options.iter().map(|(id, label)| json!({ "const": id, "title": label }));
            json!({ "type": "string", "oneOf": each.collect::<Vec<_>>() })
        }
        Shape::YesNo => json!({ "type": "boolean" }),
        Shape::Person => link(&["person".to_owned()]),
        Shape::Link { to } => link(to),
        Shape::Table { columns } => json!({ "type": "array", "items": object(columns.iter()), "minItems": 1 }),
        Shape::File => json!({ "anyOf": [
            { "type": "string", "minLength": 1 },
            { "type": "object", "required": ["sha256", "len", "mime", "name"], "additionalProperties": false, "properties": {
                "sha256": { "type": "string", "pattern": "^[0-9a-f]{64}$" }, "len": { "type": "integer", "minimum": 0 },
                "mime": { "type": "string" }, "name": { "type": "string" },
            } },
        ] }),
        Shape::Money => {
            either(&format!("^{AMOUNT} +[A-Z]{{3}}$"), "amount", "currency", json!({ "pattern": "^[A-Z]{3}$" }))
        }
    }
}

/// One text holding both parts, or a mapping of them.
fn either(pattern: &str, a: &str, b: &str, of_b: Value) -> Value {
    let of_a = json!({ "type": ["string", "number"], "pattern": format!("^{AMOUNT}$") });
    json!({ "anyOf": [
        { "type": "string", "pattern": pattern },
        { "type": "object", "properties": { a: of_a, b: of_b }, "required": [a, b], "additionalProperties": false },
    ] })
}

fn link(to: &[String]) -> Value {
    json!({ "type": "string", "minLength": 1, "x-aims-links-to": if to.is_empty() { json!("any") } else { json!(to) } })
}

fn escaped(text: &str) -> String {
    text.chars().flat_map(|c| (!c.is_alphanumeric() && c != ' ').then_some('\\').into_iter().chain([c])).collect()
}
