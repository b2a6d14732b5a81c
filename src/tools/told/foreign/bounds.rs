//! How much there may be: of a number, of elements, of characters.

use serde_json::{Number, Value};

use super::parts::Parts;
use super::problems::{Place, Problems};

/// Tells of a list or text that has too few or too many of what it consists `of`.
pub fn size(
    parts: &Parts,
    size: usize,
    [least, most]: [&str; 2],
    of: &str,
    at: &Place,
    problems: &mut Problems,
) {
    let bound = |word| parts.all(word).find_map(Value::as_u64).map(|bound| bound as usize);
    if let Some(least) = bound(least).filter(|least| size < *least) {
        problems.add(at, format_args!("must have at least {least} {of}, not {size}"));
    }
    if let Some(most) = bound(most).filter(|most| size > *most) {
        problems.add(at, format_args!("must have at most {most} {of}, not {size}"));
    }
}

/// Tells of a number that is too small or too large.
pub fn range(parts: &Parts, number: &Number, at: &Place, problems: &mut Problems) {
    let Some(value) = number.as_f64() else { return };
    // In draft 4, `exclusiveMinimum: true` says that the minimum itself is too little.
    let excluded = |word: &str| parts.all(word).any(|excluded| *excluded == true);
    for (word, exclusive, sign, says, strictly) in [
        ("minimum", "exclusiveMinimum", 1.0, "at least", "more than"),
        ("maximum", "exclusiveMaximum", -1.0, "at most", "less than"),
    ] {
        for (word, strict) in [(word, excluded(exclusive)), (exclusive, true)] {
            let bound = parts.all(word).find(|bound| bound.is_number());
            let broken = |bound: f64| {
                let above = (value - bound) * sign;
                above < 0.0 || (strict && above == 0.0)
            };
            if let Some(bound) = bound.filter(|bound| bound.as_f64().is_some_and(broken)) {
                let says = if strict { strictly } else { says };
                problems.add(at, format_args!("must be {says} {bound}, not {number}"));
            }
        }
    }
}
