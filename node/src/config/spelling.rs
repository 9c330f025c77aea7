//! What was probably meant by a word that means nothing.

/// Returns the word of `known` that is nearest to `word`, if it is near enough to be a slip.
pub(super) fn nearest(word: &str, known: &[&'static str]) -> Option<&'static str> {
    let distances = known.iter().map(|known| (distance(word, known), *known));
    let (distance, nearest) = distances.min()?;
    (distance <= 1 + word.len() / 5).then_some(nearest)
}

/// Counts the letters to add, to remove, to change or to swap with their neighbour.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<_>, Vec<_>) = (from.chars().collect(), to.chars().collect());
    let mut rows = vec![(0..=to.len()).collect::<Vec<_>>()];
    for row in 1..=from.len() {
        let mut line = vec![row];
        for column in 1..=to.len() {
            let changed = usize::from(from[row - 1] != to[column - 1]);
            let mut least = (rows[row - 1][column] + 1).min(line[column - 1] + 1);
            least = least.min(rows[row - 1][column - 1] + changed);
            let swapped = row > 1
                && column > 1
                && from[row - 1] == to[column - 2]
                && from[row - 2] == to[column - 1];
            if swapped {
                least = least.min(rows[row - 2][column - 2] + 1);
            }
            line.push(least);
        }
        rows.push(line);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_understood_and_nonsense_is_not() {
        let known = ["data_dir", "listen", "backup.to"];
        for (word, meant) in [
            ("data_dri", Some("data_dir")),
            ("lisen", Some("listen")),
            ("backup.too", Some("backup.to")),
            ("datadir", Some("data_dir")),
            ("database", None),
            ("x", None),
        ] {
            assert_eq!(nearest(word, &known), meant, "{word}");
        }
        assert_eq!(nearest("x", &[]), None);
    }
}
