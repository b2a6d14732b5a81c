//! Long texts made short where they are repeated.

use std::borrow::Cow;

/// A text of at most about `most` bytes: what is longer keeps its beginning and its end, where the
/// advice of an error stands, and says how much was left out.
pub fn brief(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let (head, rest) = split(text, most / 2);
    let (left, tail) = split(rest, rest.len() - most / 2);
    Cow::Owned(format!("{head}... [{} bytes left out] ...{tail}", left.len()))
}

/// The text before and after this byte, or after the character that begins before it.
pub fn split(text: &str, at: usize) -> (&str, &str) {
    let at = (at..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    text.split_at(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_stay() {
        assert_eq!(brief("short", 5), "short");
        let long = "ä".repeat(50) + "b";
        for most in 0..101 {
            let short = brief(&long, most);
            assert!(short.contains("left out"), "{most}: {short}");
            assert!(most < 2 || short.ends_with('b'), "{most}: {short}");
        }
    }
}
