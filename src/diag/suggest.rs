//! "Did you mean …?"

/// The candidate that the word was most probably meant to be.
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_lowercase().replace('_', "-");
    let length = folded.chars().count();
    let near = |candidate: &str| {
        let other = candidate.to_lowercase().replace('_', "-");
        let distance = strsim::damerau_levenshtein(&folded, &other);
        // One slip in three characters; and the beginning of a longer word, as `mem` for `memory`.
        let allowed = (length.max(other.chars().count()) / 3).max(1);
        let begun = length >= 3 && other.starts_with(&folded);
        (distance <= allowed && distance < length || begun).then_some((!begun && distance > 1, distance))
    };
    // A list that is longer than this is no list of names that somebody had in mind.
    candidates
        .into_iter()
        .take(2_000)
        .filter(|candidate| *candidate != word)
        .filter_map(|candidate| near(candidate).map(|rank| (rank, candidate)))
        .min()
        .map(|(_, candidate)| candidate)
}

/// "`a`, `b` and `c`", cut where it gets too long to read.
pub fn listing<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 24;
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        many if many.len() > MOST => {
            format!("{} and {} more", many[..MOST].join(", "), many.len() - MOST)
        }
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_not() {
        let keys = ["limits", "memory", "port", "ports", "health", "on"];
        assert_eq!(suggest("limts", keys), Some("limits"));
        assert_eq!(suggest("mem", keys), Some("memory"));
        assert_eq!(suggest("prot", keys), Some("port"));
        assert_eq!(suggest("healht", keys), Some("health"));
        assert_eq!(suggest("banana", keys), None);
        assert_eq!(suggest("x", keys), None);
        assert_eq!(suggest("redirectFrom", ["redirect_from"]), Some("redirect_from"));
    }

    #[test]
    fn listings_read_as_sentences() {
        assert_eq!(listing(["a"]), "`a`");
        assert_eq!(listing(["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
