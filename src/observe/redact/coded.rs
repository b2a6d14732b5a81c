//! Punctuation in the codes in which JSON and forms travel within other text.

/// A character of punctuation: which, and where it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sign {
    pub byte: u8,
    pub end: usize,
    /// Whether it was written in a code.
    pub coded: bool,
}

/// Entities of HTML and XML that stand for punctuation.
const ENTITIES: &[(&[u8], u8)] = &[
    (b"&quot;", b'"'),
    (b"&#34;", b'"'),
    (b"&#x22;", b'"'),
    (b"&apos;", b'\''),
    (b"&#39;", b'\''),
    (b"&#x27;", b'\''),
    (b"&lt;", b'<'),
    (b"&gt;", b'>'),
];

/// How often a text may have been percent-coded.
const CODED_TWICE: usize = 3;

/// The sign at `at`: itself, percent-coded (also more than once), `\u00XX`, or an entity.
pub(super) fn sign(bytes: &[u8], at: usize) -> Option<Sign> {
    let rest = bytes.get(at..)?;
    let sign = |byte: u8, length: usize| {
        byte.is_ascii().then_some(Sign { byte, end: at + length, coded: length > 1 })
    };
    match *rest.first()? {
        b'%' => {
            let mut digits = 1;
            for _ in 0..CODED_TWICE {
                match rest.get(digits..digits + 2) {
                    Some(b"25") => digits += 2,
                    _ => break,
                }
            }
            let byte = hex(rest.get(digits..digits + 2)?)?;
            sign(byte, digits + 2)
        }
        b'\\' if rest.get(1..4) == Some(b"u00") => sign(hex(rest.get(4..6)?)?, 6),
        b'&' => {
            let (entity, byte) = ENTITIES.iter().find(|(entity, _)| rest.starts_with(entity))?;
            sign(*byte, entity.len())
        }
        byte => sign(byte, 1),
    }
}

fn hex(digits: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*digits.get(at)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        for (text, byte, end) in [
            ("\"", b'"', 1),
            ("%22", b'"', 3),
            ("%2522", b'"', 5),
            ("\\u0022", b'"', 6),
            ("&quot;", b'"', 6),
            ("%3d", b'=', 3),
        ] {
            assert_eq!(
                sign(text.as_bytes(), 0),
                Some(Sign { byte, end, coded: end > 1 }),
                "{text}"
            );
        }
        for text in ["", "%", "%2", "%zz", "\\u00", "&amp;", "%ff"] {
            let found = sign(text.as_bytes(), 0);
            assert!(found.is_none_or(|sign| !sign.coded), "{text}: {found:?}");
        }
    }
}
