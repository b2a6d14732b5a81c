//! Text of others where a person looks: nothing in it steers the terminal or forges a line.

use std::borrow::Cow;

/// `text` with every character that would steer a terminal written out, but for those `kept`.
pub fn escaped<'a>(text: &'a str, kept: &[char]) -> Cow<'a, str> {
    let steers = |c: char| steers(c) && !kept.contains(&c);
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if steers(character) {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

/// Controls of both sets, marks that turn the direction of writing, and breaks of lines that only some
/// programs know.
fn steers(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(character, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_is_written_out() {
        assert_eq!(escaped("größer\n\tx", &['\n', '\t']), "größer\n\tx");
        assert_eq!(
            escaped("a\nb\u{1b}[2J\u{7}\u{9b}\u{7f}", &[]),
            r"a\nb\u{1b}[2J\u{7}\u{9b}\u{7f}"
        );
        assert_eq!(escaped("x\u{202e}y\u{2028}", &['\n']), r"x\u{202e}y\u{2028}");
    }
}
