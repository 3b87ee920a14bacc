//! "Did you mean".

/// The word nearest to `word` among `known`, where one is near enough that a slip explains the difference.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|k| (strsim::damerau_levenshtein(word, k), k))
        .filter(|(distance, k)| *distance <= (word.chars().count().max(k.chars().count()) / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, k)| k)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_a_slip_and_refuses_a_stranger() {
        assert_eq!(nearest("ai-sytem", ["ai-system", "risk"]), Some("ai-system"));
        assert_eq!(nearest("banana", ["ai-system", "risk"]), None);
    }
}
