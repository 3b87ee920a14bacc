//! Where a daybook stands: in one file, or in a folder of files whose days are merged by time.

use std::path::Path;

use aims_framework::yaml::{Limits, Node, Reading, parse};
use jiff::Timestamp;

use crate::{
    Failure,
    words::{read_folder, read_text},
};

use super::{Day, Daybook};

/// The file of a folder that says whose daybook it is.
const FIRST: &str = "daybook.yaml";
/// The file of a folder that is no part of the story, but what may be changed in it.
pub(super) const VARIANT: &str = "defects.yaml";

/// Reads a file, or a folder of files.
pub(super) fn read(path: &Path) -> Result<Daybook, Failure> {
    let (folder, files) = if path.is_dir() { (path, folder_files(path)?) } else { beside(path)? };
    let mut files = files.into_iter();
    let Some((name, text)) = files.next() else {
        return Err(Failure::usage("daybook_missing", format!("there is no `{FIRST}` in {}", path.display())));
    };
    let root = parse(&name, &text, Limits::RECORD_FILE)?;
    let mut days = days(&name, &root)?;
    for (name, text) in files {
        days.extend(self::days(&name, &parse(&name, &text, Limits::RECORD_FILE)?)?);
    }
    // Stable: what happens at the same moment keeps the order of the files and of what stands in them.
    days.sort_by_key(|day| day.at);
    Ok(Daybook { name, root, days, folder: folder.to_owned() })
}

/// A folder, and the name and text of each file in it.
type Folder<'a> = (&'a Path, Vec<(String, String)>);

fn beside(path: &Path) -> Result<Folder<'_>, Failure> {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    Ok((path.parent().unwrap_or(Path::new(".")), vec![(name, read_text(path)?)]))
}

/// The YAML files of the folder itself, the first one first, the others by name.
fn folder_files(folder: &Path) -> Result<Vec<(String, String)>, Failure> {
    let mut files = read_folder(folder, "yaml")?;
    files.retain(|(name, _)| !name.contains('/') && name != VARIANT);
    files.sort_by(|(a, _), (b, _)| (a != FIRST, a).cmp(&(b != FIRST, b)));
    if files.first().is_none_or(|(name, _)| name != FIRST) {
        files.clear();
    }
    Ok(files)
}

/// The days of one file, in its order.
pub(super) fn days(file: &str, root: &Node) -> Result<Vec<Day>, Failure> {
    let mut reading = Reading::new(file);
    let nodes = root.get("days").and_then(Node::seq).unwrap_or_default();
    let mut days: Vec<Day> = Vec::new();
    for node in nodes {
        let Some(at) = moment(&mut reading, node) else { continue };
        if days.last().is_some_and(|last| last.at > at) {
            reading.wrong(node, "this day comes before the one above it; put the days in the order of time");
        }
        days.push(Day { file: file.to_owned(), at, node: node.clone() });
    }
    if reading.errors.is_empty() { Ok(days) } else { Err(Failure::Content(reading.errors)) }
}

/// When a day is.
pub(super) fn moment(reading: &mut Reading<'_>, day: &Node) -> Option<Timestamp> {
    let at = day.get("at").and_then(Node::text).and_then(|t| t.parse().ok());
    if at.is_none() {
        reading.wrong(day, "a day has `at`, a moment in UTC such as 2026-01-12T09:00:00Z");
    }
    at
}
