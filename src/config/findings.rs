//! What loading a configuration found.

use super::suggest::nearest;
use crate::limits;

/// Errors make the configuration unusable; warnings are for the log and `config check`.
#[derive(Default)]
pub(super) struct Findings {
    /// What makes it unusable, a line each.
    pub errors: Vec<String>,
    /// What looks wrong, a line each.
    pub warnings: Vec<String>,
    /// Names that were looked for because of an unknown one.
    searches: usize,
}

impl Findings {
    /// The known name meant by `unknown`, if one is near. Nobody reads a hundred lines of advice, so
    /// that after some no more is sought.
    pub fn meant<'a>(
        &mut self,
        unknown: &str,
        known: impl Iterator<Item = &'a str> + Clone,
    ) -> Option<&'a str> {
        self.searches += 1;
        let worth_it = self.searches <= limits::ADVICE && unknown.len() <= limits::NEAREST_BYTES;
        if worth_it { nearest(unknown, known) } else { None }
    }
}
