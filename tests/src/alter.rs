//! Alterations of an organization's folder or of a bundle: what somebody with the disk could do, from a seed.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, params_from_iter, types::Value};

use crate::chance::Dice;

/// Files by their path below a folder.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Tables that people see, or that the ledger stands on. Left out: the idempotency keys, which nobody sees.
pub const TABLES: [&str; 10] =
    ["entries", "tiles", "head", "checkpoint", "payloads", "records", "links", "new_links", "endings", "meta"];

/// Reads a folder.
pub fn read(dir: &Path) -> Files {
    let mut files = Files::new();
    let mut open = vec![PathBuf::new()];
    while let Some(below) = open.pop() {
        for entry in fs::read_dir(dir.join(&below)).expect("a folder") {
            let path = below.join(entry.expect("an entry").file_name());
            if dir.join(&path).is_dir() {
                open.push(path);
            } else {
                files.insert(path.display().to_string(), fs::read(dir.join(&path)).expect("a file"));
            }
        }
    }
    files
}

/// Writes files below a folder; only their owner may read them.
pub fn put(files: &Files, dir: &Path) {
    for (name, bytes) in files {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().expect("a folder above")).expect("a folder");
        fs::write(&path, bytes).expect("a file");
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("a mode");
    }
    // An empty folder is in no map of files, but the store's temporary place is expected.
    if files.contains_key("organization.db") {
        fs::create_dir_all(dir.join("evidence/incoming")).expect("a folder");
    }
}

/// Alters bytes in one of seven ways; the words say which.
pub fn bytes(original: &[u8], other: &[u8], dice: &mut Dice) -> (Vec<u8>, &'static str) {
    let mut altered = original.to_vec();
    let at = dice.below(altered.len().max(1));
    let what = match dice.below(7) {
        0 if !altered.is_empty() => {
            altered[at] ^= 1 << dice.below(8);
            "a bit flipped"
        }
        1 if !altered.is_empty() => {
            altered[at] = altered[at].wrapping_add(1 + u8::try_from(dice.below(255)).unwrap_or(0));
            "a byte changed"
        }
        2 if !altered.is_empty() => {
            altered.remove(at);
            "a byte deleted"
        }
        3 => {
            altered.insert(at, b'0' + u8::try_from(dice.below(10)).unwrap_or(0));
            "a byte inserted"
        }
        4 => {
            altered.truncate(at);
            "the end cut"
        }
        5 => {
            let end = (at + 1 + dice.below(64)).min(altered.len());
            let piece = altered[at.min(end)..end].to_vec();
            altered.splice(at..at, piece);
            "a piece duplicated"
        }
        _ => {
            altered = other.to_vec();
            "exchanged for another's"
        }
    };
    (altered, what)
}

/// Everything in the tables, to tell whether an alteration changed anything that can be seen.
pub fn dump(database: &Path) -> rusqlite::Result<BTreeMap<&'static str, Vec<Vec<Value>>>> {
    let conn = Connection::open(database)?;
    let seen = |table| match table {
        // Links are seen the same whether they are sorted in or wait for it.
        "links" => rows(&conn, "(SELECT * FROM links UNION ALL SELECT * FROM new_links)"),
        "new_links" => Ok(Vec::new()),
        _ => rows(&conn, table),
    };
    TABLES.into_iter().map(|table| Ok((table, seen(table)?))).collect()
}

fn rows(conn: &Connection, table: &str) -> rusqlite::Result<Vec<Vec<Value>>> {
    // Ordered by every column, so that equal content is equal.
    let columns = conn.prepare(&format!("SELECT * FROM {table}"))?.column_count();
    let order = (1..=columns).map(|column| column.to_string()).collect::<Vec<_>>().join(", ");
    let mut select = conn.prepare(&format!("SELECT * FROM {table} ORDER BY {order}"))?;
    let rows = select.query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?;
    rows.collect()
}

/// Alters a table by SQL: a value, or whole rows deleted, doubled, exchanged within, or exchanged with another organization's.
/// `None` where nothing came of it.
pub fn table(database: &Path, other: &Path, table: &str, dice: &mut Dice) -> rusqlite::Result<Option<String>> {
    let conn = Connection::open(database)?;
    let before = rows(&conn, table)?;
    let mut after = before.clone();
    if after.is_empty() {
        return Ok(None);
    }
    let (one, two) = (dice.below(after.len()), dice.below(after.len()));
    let what = match dice.below(8) {
        0 => {
            after.remove(one);
            "a row deleted"
        }
        1 => {
            double(&mut after, one);
            "a row doubled"
        }
        2 => {
            let column = 1 + dice.below(after[one].len() - 1);
            let value = after[one][column].clone();
            after[one][column] = std::mem::replace(&mut after[two][column], value);
            "values of two rows exchanged"
        }
        3 => {
            let theirs = rows(&Connection::open(other)?, table)?;
            let column = 1 + dice.below(after[one].len() - 1);
            if let Some(theirs) = dice.pick(&theirs) {
                after[one][column] = theirs[column].clone();
            }
            "a value of another organization"
        }
        4 => {
            after.truncate(one);
            "the last rows deleted"
        }
        _ => {
            let column = dice.below(after[one].len());
            after[one][column] = value(&after[one][column], dice);
            "a value changed"
        }
    };
    if !replace(&conn, table, &after)? || rows(&conn, table)? == before {
        return Ok(None);
    }
    let seen = before.iter().zip(&after).flat_map(|(before, after)| before.iter().zip(after).enumerate());
    let column = seen.filter(|(_, (before, after))| before != after).map(|(column, _)| column).next().unwrap_or(0);
    Ok(Some(format!("{table}: {what} (row {one}, column {column})")))
}

/// The same row again under the next free key.
fn double(rows: &mut Vec<Vec<Value>>, row: usize) {
    let mut copy = rows[row].clone();
    match copy.first_mut() {
        Some(Value::Integer(key)) => *key += 1_000,
        Some(Value::Text(key)) => key.push('0'),
        _ => {}
    }
    rows.push(copy);
}

fn value(value: &Value, dice: &mut Dice) -> Value {
    match value {
        Value::Null => Value::Text("x".into()),
        Value::Integer(number) => Value::Integer(number ^ 1 << dice.below(5)),
        Value::Real(number) => Value::Real(number + 1.0),
        Value::Text(text) => {
            let altered = bytes(text.as_bytes(), b"", dice).0;
            Value::Text(String::from_utf8_lossy(&altered).into_owned())
        }
        Value::Blob(blob) => Value::Blob(bytes(blob, b"", dice).0),
    }
}

/// False where the table itself refuses the rows.
fn replace(conn: &Connection, table: &str, rows: &[Vec<Value>]) -> rusqlite::Result<bool> {
    conn.execute_batch(&format!("BEGIN; DELETE FROM {table};"))?;
    for row in rows {
        let marks = vec!["?"; row.len()].join(", ");
        let inserted = conn.execute(&format!("INSERT OR REPLACE INTO {table} VALUES ({marks})"), params_from_iter(row));
        if inserted.is_err() {
            conn.execute_batch("ROLLBACK")?;
            return Ok(false);
        }
    }
    conn.execute_batch("COMMIT")?;
    Ok(true)
}

/// Whether two files of a bundle say the same as far as anything protects: words for people, the keys that a reader brought better
/// ones for, when the bundle was made, and signatures of keys that nobody knows are protected by nothing.
pub fn unprotected(name: &str, altered: Option<&[u8]>, original: &[u8]) -> bool {
    let label = |bytes: &[u8]| {
        let mut label = serde_json::from_slice::<serde_json::Value>(bytes).ok()?;
        label.as_object_mut()?.remove("made_at");
        Some(label)
    };
    let lines = |bytes: &[u8]| String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect::<Vec<_>>();
    match (name, altered) {
        ("README.txt" | "keys", _) => true,
        ("bundle.json", Some(bytes)) => label(bytes).is_some_and(|bytes| Some(bytes) == label(original)),
        ("checkpoint", Some(bytes)) => lines(original).iter().all(|line| lines(bytes).contains(line)),
        _ => false,
    }
}
