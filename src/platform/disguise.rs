//! Answers that say in disguise that the session is over.
//!
//! A platform says it by 401. What stands in front of it, and its own pages for people, say it by a
//! redirect to a login, by a login page, or by nothing at all.

use super::exchange::{Reply, Wants};
use super::text;

/// What an answer says of the session that the request came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is in force, or the answer does not say.
    InForce,
    /// It is over, and nothing was carried out.
    Over,
    /// It may be over: the answer is none that this request can have, but this.
    InDoubt(&'static str),
}

impl Reply {
    /// What the answer to a request says of its session.
    pub fn standing(&self, wants: Wants) -> Standing {
        let body = self.body.trim_ascii_start();
        match (self.status, wants) {
            (401, _) => Standing::Over,
            (302 | 303 | 307, _) if text::leads_to_login(self.location()) => Standing::Over,
            (200, Wants::Json) if body.is_empty() => Standing::InDoubt("nothing"),
            (200, Wants::Json) if body.starts_with(b"<") => Standing::InDoubt("a page"),
            // A rendered text may be empty, and a page.
            (200, Wants::Text) if text::is_login_page(body) => Standing::InDoubt("a login page"),
            (200, Wants::Change) if text::is_page(body) => Standing::InDoubt("a page"),
            _ => Standing::InForce,
        }
    }
}
