//! Looking words up in sorted lists.

use super::reading::Token;
use super::words;

/// Tells whether a list has this word, or a stem of it.
pub(super) fn has(list: &[&str], word: &str) -> bool {
    let after = list.partition_point(|entry| stem(entry) <= word);
    let nearest = after.checked_sub(1).and_then(|rank| list.get(rank));
    nearest.is_some_and(|entry| is_written(entry, word))
}

/// Returns how many tokens the longest phrase of a list takes, where one begins here.
pub(super) fn leading(list: &[&str], after: &[Token]) -> Option<usize> {
    let letter = after.first().filter(|first| first.is_word())?.text.as_bytes().first()?;
    let initial = |phrase: &&str| phrase.as_bytes().first().copied().unwrap_or_default();
    let from = list.partition_point(|phrase| initial(phrase) < *letter);
    let near = list.iter().skip(from).take_while(|phrase| initial(phrase) == *letter);
    near.filter_map(|phrase| said(phrase, after)).max()
}

/// Tells whether a word ends as those of a list.
pub(super) fn ends(list: &[&str], word: &str) -> bool {
    list.iter().any(|ending| word.len() > ending.len() && word.ends_with(ending))
}

/// Returns how many characters the IBAN of a country has.
pub(super) fn iban_length(country: &str) -> Option<usize> {
    let rank = words::IBANS.binary_search_by_key(&country, |(listed, _)| listed).ok()?;
    words::IBANS.get(rank).map(|(_, length)| *length)
}

/// Returns how many tokens a phrase takes, if they say it. A hyphen may stand between two words.
fn said(phrase: &str, after: &[Token]) -> Option<usize> {
    let mut read = 0_usize;
    for (rank, word) in phrase.split(' ').enumerate() {
        let hyphen = rank > 0 && after.get(read).is_some_and(|token| token.is_mark("-"));
        read = read.saturating_add(usize::from(hyphen));
        after.get(read).filter(|token| is_written(word, &token.text))?;
        read = read.saturating_add(1);
    }
    Some(read)
}

fn is_written(entry: &str, word: &str) -> bool {
    match entry.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => word == entry,
    }
}

fn stem(entry: &str) -> &str {
    entry.strip_suffix('*').unwrap_or(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_say_nothing_twice() {
        for list in words::ALL {
            for pair in list.windows(2) {
                assert!(stem(pair[0]) < stem(pair[1]), "{pair:?}");
                assert!(!is_written(pair[0], pair[1].trim_end_matches('*')), "{pair:?}");
            }
            for entry in *list {
                let plain = |c: char| c.is_ascii_lowercase() || "* °€".contains(c);
                assert!(entry.chars().all(plain), "{entry:?}");
            }
        }
        assert!(words::IBANS.is_sorted());
    }

    #[test]
    fn a_stem_is_the_beginning_of_a_word() {
        let list = &["cancer*", "foi", "loi*", "mal de dos"];
        assert!(
            has(list, "cancereux") && has(list, "foi") && has(list, "loi") && has(list, "lois")
        );
        assert!(!has(list, "foie") && !has(list, "can") && !has(list, "mal") && !has(list, "zoo"));
    }
}
