//! Why somebody is not let in.

/// Why somebody is not let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No token was shown.
    Missing,
    /// A token that is none, or not good here or now: why, for whoever has to get a better one.
    Invalid(String),
    /// A good token that was not made for this: every scope that is needed.
    Scopes(Vec<String>),
    /// Somebody who is known, and has no role here.
    Role {
        /// Why, and who can change that.
        why: String,
        /// The scopes that would give one.
        scopes: Vec<String>,
    },
    /// Nobody can tell yet: what the token is checked with cannot be had.
    Unavailable(String),
}
