//! "Did you mean": the known name nearest to a mistaken one.

use crate::limits;

/// The candidate that `name` is most likely a misspelling of; never `name` itself.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Names are short; a hostile one is not worth comparing.
    if name.len() > limits::NEAREST_BYTES {
        return None;
    }
    let (given, name) = (name, name.to_lowercase());
    candidates
        .into_iter()
        .filter(|c| *c != given)
        .map(|c| (distance(&name, &c.to_lowercase()), c))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, c)| *distance <= 1 + c.chars().count() / 4)
        .map(|(_, c)| c)
}

/// The words to choose from, and which of them `given` most likely is a misspelling of: the end of a
/// sentence that refuses it.
pub fn one_of(given: &str, words: &[&str]) -> String {
    let meant = nearest(given, words.iter().copied());
    let meant = meant.map(|word| format!("; did you mean {word}?")).unwrap_or_default();
    format!("one of {}{meant}", words.join(", "))
}

/// How many typing errors apart two words are: a character too many, missing or wrong, or two
/// neighbours swapped (optimal string alignment).
pub fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let substituted = last[j] + usize::from(a[i] != b[j]);
            let mut best = substituted.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, n) in [
            ("", "", 0),
            ("a", "", 1),
            ("kitten", "sitting", 3),
            ("é", "e", 1),
            ("prot", "port", 1),
        ] {
            assert_eq!(distance(a, b), n, "{a} {b}");
            assert_eq!(distance(b, a), n, "{b} {a}");
        }
    }
}
