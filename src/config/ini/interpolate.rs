//! `%(key)s` and `%%` in values.

use crate::limits;

/// Replaces every reference in `value`.
///
/// # Errors
/// What is wrong and how to write it.
pub(super) fn expand<'a>(
    value: &str,
    look_up: &impl Fn(&str) -> Option<&'a str>,
) -> Result<String, String> {
    let mut out = String::with_capacity(value.len());
    append(&mut out, value, look_up, 1)?;
    Ok(out)
}

fn append<'a>(
    out: &mut String,
    value: &str,
    look_up: &impl Fn(&str) -> Option<&'a str>,
    depth: usize,
) -> Result<(), String> {
    if depth > limits::REFERENCE_DEPTH {
        return Err(format!(
            "references %(key)s nest more than {} deep; does one refer to itself?",
            limits::REFERENCE_DEPTH
        ));
    }
    let mut rest = value;
    while let Some((plain, after)) = rest.split_once('%') {
        out.push_str(plain);
        if let Some(after) = after.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let Some(reference) = after.strip_prefix('(') else {
            return Err("a '%' in a value must be written '%%'".into());
        };
        let Some((key, after)) = reference.split_once(')') else {
            return Err("a reference beginning with '%(' must look like %(key)s; write '%%' for a plain '%'".into());
        };
        let Some(after) = after.strip_prefix('s').filter(|_| !key.is_empty()) else {
            return Err("a reference must look like %(key)s; write '%%' for a plain '%'".into());
        };
        let key = key.to_lowercase();
        let Some(found) = look_up(&key) else {
            return Err(format!(
                "%({key})s refers to a key that is neither in this section nor in [DEFAULT]"
            ));
        };
        if found.contains('%') {
            append(out, found, look_up, depth + 1)?;
        } else {
            out.push_str(found);
        }
        if out.len() > limits::REFERENCE_BYTES {
            return Err("references make the value longer than 1 MiB".into());
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(())
}
