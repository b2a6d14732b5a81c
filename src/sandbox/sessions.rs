//! Who is logged in.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};

use super::answer::Refusal;
use super::options::{CLIENT_ID, CLIENT_SECRET, PASSWORD, USER};
use crate::limits;

/// The account of [`USER`].
pub const ADMIN_ID: &str = "5e1f000000000000000000ad";
/// The account behind [`CLIENT_ID`].
pub const SERVICE_ACCOUNT_ID: &str = "5e1f000000000000000000cc";

/// The open sessions and the credentials that open one.
#[derive(Default)]
pub struct Sessions {
    /// The newest ones.
    pub open: VecDeque<Open>,
    /// What opens one.
    pub credentials: Credentials,
}

/// An open session.
pub struct Open {
    token: String,
    account: &'static str,
    /// The name by which its holder logged in.
    name: String,
}

/// What opens a session.
pub struct Credentials {
    /// User name for `POST /login`.
    pub username: String,
    /// Password for `POST /login`.
    pub password: String,
    /// Client id for `POST /oauth/token`.
    pub client_id: String,
    /// Client secret for `POST /oauth/token`.
    pub client_secret: String,
    /// Further user names and their passwords.
    pub others: Vec<(String, String)>,
}

impl Sessions {
    /// The account behind `token`.
    pub fn account(&self, token: &str) -> Option<&str> {
        self.find(token).map(|open| open.account)
    }

    /// The name by which the holder of `token` logged in.
    pub fn name(&self, token: &str) -> Option<&str> {
        self.find(token).map(|open| open.name.as_str())
    }

    fn find(&self, token: &str) -> Option<&Open> {
        self.open.iter().find(|open| open.token == token)
    }

    /// Ends every session.
    pub fn expire_all(&mut self) -> usize {
        self.open.drain(..).count()
    }

    /// Changes what opens a session from now on.
    pub fn set_credentials(&mut self, credentials: Credentials) {
        self.credentials = credentials;
    }

    /// Begins a session of `account` for whoever logged in by this name.
    pub fn begin(&mut self, account: &'static str, name: &str) -> String {
        // Every RandomState is seeded anew, which makes a token nobody can guess.
        let half = || RandomState::new().hash_one(0);
        let token = format!("{:016x}{:016x}", half(), half());
        if self.open.len() == limits::SANDBOX_SESSIONS {
            self.open.pop_front();
        }
        self.open.push_back(Open { token: token.clone(), account, name: name.to_owned() });
        token
    }
}

impl Default for Credentials {
    fn default() -> Self {
        Self {
            username: USER.to_owned(),
            password: PASSWORD.to_owned(),
            client_id: CLIENT_ID.to_owned(),
            client_secret: CLIENT_SECRET.to_owned(),
            others: Vec::new(),
        }
    }
}

/// The refusal of every route without a session.
pub fn not_logged_in() -> Refusal {
    Refusal::new(401, "No valid session: log in at POST /login or POST /oauth/token")
}
