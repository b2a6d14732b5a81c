//! `%(key)s` and `%%` in values.

use crate::limits;

/// What a whole file may still have its references followed and its `[DEFAULT]` inherited.
pub struct Budget {
    references: usize,
    bytes: usize,
}

impl Budget {
    /// That of a file.
    pub fn new() -> Self {
        Self { references: limits::REFERENCES, bytes: limits::REFERENCE_BYTES }
    }

    /// Pays for text that the file does not hold itself.
    ///
    /// # Errors
    /// There is too much of it.
    pub fn take_bytes(&mut self, bytes: usize) -> Result<(), String> {
        let left = self.bytes.checked_sub(bytes);
        self.bytes = left.ok_or(
            "references and keys inherited from [DEFAULT] make the file longer than 1 MiB",
        )?;
        Ok(())
    }

    /// Pays for one reference.
    fn take_reference(&mut self) -> Result<(), String> {
        let left = self.references.checked_sub(1);
        self.references = left.ok_or_else(|| {
            format!("following the references takes more than {} steps", limits::REFERENCES)
        })?;
        Ok(())
    }
}

/// Replaces every reference in `value`.
///
/// # Errors
/// What is wrong and how to write it.
pub(super) fn expand<'a>(
    value: &str,
    look_up: &impl Fn(&str) -> Option<&'a str>,
    budget: &mut Budget,
) -> Result<String, String> {
    let mut out = String::with_capacity(value.len());
    append(&mut out, value, look_up, budget, 1)?;
    Ok(out)
}

fn append<'a>(
    out: &mut String,
    value: &str,
    look_up: &impl Fn(&str) -> Option<&'a str>,
    budget: &mut Budget,
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
        budget.take_reference()?;
        if found.contains('%') {
            append(out, found, look_up, budget, depth + 1)?;
        } else {
            budget.take_bytes(found.len())?;
            out.push_str(found);
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(())
}
