//! From what people type or keep in folders to values.

use std::{fs, io::Read as _, path::Path};

use aims_framework::{
    kinds::{from_yaml, read_value},
    yaml::{Limits, Node, Reading, Value as Yaml, parse},
};
use aims_record::{Fields, Kind, Problem, Refusal, Shape, nearest};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use crate::Failure;

/// Files of one folder, and bytes of one file, that are read as words.
const FILES_MAX: usize = 20_000;
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The value of a field as typed on a command line: text as it is, lists separated by commas, everything else as in a record file.
///
/// # Errors
/// With what the field takes.
pub fn field_from_text(kind: &Kind, name: &str, text: &str) -> Result<Value, Failure> {
    let Some(field) = kind.field(name) else { return Err(unknown_field(kind, name).into()) };
    let text: String = text.nfc().collect();
    let plain = matches!(
        field.shape,
        Shape::Text { .. } | Shape::Markdown { .. } | Shape::Person | Shape::Link { .. } | Shape::Choice { .. }
    );
    if plain && !field.many {
        return Ok(Value::String(text));
    }
    if plain && !text.trim_start().starts_with('[') {
        return Ok(text.split(',').map(|part| Value::String(part.trim().to_owned())).collect());
    }
    let node = parse(name, &text, Limits::RECORD_FILE)?;
    from_yaml(name, field, &node).map_err(|error| Failure::Content(vec![error]))
}

pub(crate) fn unknown_field(kind: &Kind, name: &str) -> Refusal {
    let known: Vec<&str> = kind.fields.iter().filter(|f| !f.stamped).map(|f| f.name.as_str()).collect();
    let hint = nearest(name, known.iter().copied()).map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
    let problem = Problem {
        code: "unknown_field",
        pointer: format!("/{name}"),
        message: format!("{} has no field `{name}`{hint}", kind.title),
        allowed: known.into_iter().map(str::to_owned).collect(),
    };
    Refusal::FieldsRefused { problems: vec![problem] }
}

/// The fields of a mapping in a record file or a daybook. Errors are noted in `reading`; unknown fields get the nearest right word.
pub(crate) fn fields_from_node(reading: &mut Reading<'_>, kind: &Kind, node: &Node) -> Fields {
    let mut fields = Fields::new();
    let Yaml::Map(entries) = &node.value else {
        reading.wrong(node, format!("`fields` has to be a mapping, not {}", node.what()));
        return fields;
    };
    for (key, value) in entries {
        match kind.field(&key.text) {
            None => reading.wrong_key(key, unknown_field(kind, &key.text).to_string()),
            Some(field) => {
                if let Some(value) = read_value(reading, field, value) {
                    fields.insert(key.text.clone(), value);
                }
            }
        }
    }
    fields
}

/// Files of a folder with this ending, by their names within it, sorted; folders whose name begins with a dot are passed over.
///
/// # Errors
/// A file that cannot be read, is too large or is not UTF-8; a file of this ending that is a symbolic link, and one that ends in `.yml`: passed
/// over in silence, they would be taken for gone.
pub fn read_folder(folder: &Path, ending: &str) -> Result<Vec<(String, String)>, Failure> {
    let mut files = Vec::new();
    gather(folder, folder, ending, &mut files)?;
    files.sort();
    Ok(files)
}

fn gather(root: &Path, folder: &Path, ending: &str, files: &mut Vec<(String, String)>) -> Result<(), Failure> {
    let failed = |path: &Path, error| Failure::File { path: path.to_owned(), error };
    for entry in fs::read_dir(folder).map_err(|e| failed(folder, e))? {
        let entry = entry.map_err(|e| failed(folder, e))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(|e| failed(&path, e))?;
        let ends = path.extension().is_some_and(|e| e == ending);
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if kind.is_dir() && !hidden {
            gather(root, &path, ending, files)?;
        } else if !hidden && (path.extension().is_some_and(|e| e == "yml") || (kind.is_symlink() && ends)) {
            let message = format!("`{}` has to be a file of its own that ends in `.{ending}`", path.display());
            return Err(Failure::usage("file_not_read", message));
        } else if kind.is_file() && !hidden && ends {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.push((name, read_text(&path)?));
        }
        if files.len() > FILES_MAX {
            return Err(Failure::usage("too_many_files", format!("`{}` holds over {FILES_MAX} files", root.display())));
        }
    }
    Ok(())
}

/// A file's text.
///
/// # Errors
/// Where it cannot be read, is too large or is not UTF-8.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    let failed = |error| Failure::File { path: path.to_owned(), error };
    // Read and then measured: what is no file of its own, such as a device, does not say how long it is.
    let mut bytes = Vec::new();
    let mut limited = fs::File::open(path).map_err(failed)?.take(FILE_BYTES_MAX + 1);
    limited.read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        let message = format!("`{}` is longer than the {FILE_BYTES_MAX} bytes that are read", path.display());
        return Err(Failure::usage("file_too_large", message));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| failed(std::io::Error::new(std::io::ErrorKind::InvalidData, "it is not text in UTF-8")))?;
    Ok(text.nfc().collect())
}
