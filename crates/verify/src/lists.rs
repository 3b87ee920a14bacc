//! Lists in fields and bodies: taken apart into slices, and put together again.

use crate::scan::Cursor;

/// The elements of an array, as written; none where it is no array.
pub(crate) fn elements(list: Option<&[u8]>) -> Vec<&[u8]> {
    let mut found = Vec::new();
    if let Some(list) = list {
        let _ = Cursor::new(list).elements(0, |element| found.push(element));
    }
    found
}

/// The strings of a field that holds one string or a list.
pub(crate) fn strings(field: Option<&[u8]>) -> Vec<&[u8]> {
    match field {
        Some(one) if one.first() == Some(&b'"') => vec![one],
        list => elements(list).into_iter().filter(|e| e.first() == Some(&b'"')).collect(),
    }
}

/// A list of these elements.
pub(crate) fn join(list: &[&[u8]]) -> Vec<u8> {
    let mut out = vec![b'['];
    out.extend_from_slice(&list.join(&b','));
    out.push(b']');
    out
}

/// `changed` of a `lapse`, and the numbers of the signatures; `None` where it has another form.
pub(crate) fn lapse_members(lapse: &[u8]) -> Option<(&[u8], Vec<u64>)> {
    let mut cursor = Cursor::new(lapse);
    cursor.lit(b"{\"changed\":")?;
    let changed = cursor.value(2)?;
    cursor.lit(b",\"signatures\":")?;
    let listed = cursor.value(2)?;
    cursor.lit(b"}")?;
    let listed_all = elements(Some(listed));
    let seqs: Option<Vec<u64>> = listed_all.iter().map(|seq| Cursor::new(seq).uint()).collect();
    let texts = changed.first() == Some(&b'[') && elements(Some(changed)).iter().all(|e| e.first() == Some(&b'"'));
    seqs.filter(|_| texts && listed.first() == Some(&b'[')).map(|seqs| (changed, seqs))
}
