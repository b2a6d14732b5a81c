//! Logging in, and who is logged in.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};

use serde_json::{Value, json};

use super::listing::{Filters, Listing, Paging, results_envelope};
use super::routing::{Answer, Call, Outcome, Refusal, Route, get, post};
use super::seed::{ADMIN_ID, SERVICE_ACCOUNT_ID};
use super::world::World;
use super::{CLIENT_ID, CLIENT_SECRET, PASSWORD, USER};
use crate::limits;

/// What needs no login.
pub const PUBLIC: &[Route] = &[post("/login", login), post("/oauth/token", oauth_token)];

/// Accounts and the caller's own.
pub const ROUTES: &[Route] = &[
    get("/whoami", whoami),
    get("/logout", logout),
    get("/authorization/accounts", |world, call| ACCOUNTS.answer(world, call)),
    get("/authorization/accounts/{}", |world, call| {
        let account = world.require("accounts", "Account", call.param(0))?;
        Ok(account.clone().into())
    }),
];

/// Serves 25 rows at most, so a client that asks for 100 must go by what it received.
const ACCOUNTS: Listing = Listing {
    collection: "accounts",
    filters: Filters::Pairs,
    fields: &["username", "provenance", "inactive"],
    bare: &[],
    paging: Paging::Skip,
    default_limit: 25,
    max_limit: 25,
    envelope: results_envelope,
};

/// Seconds an OAuth token is said to live.
const TOKEN_SECONDS: u32 = 3_600;

/// The open sessions and the credentials that open one.
#[derive(Default)]
pub struct Sessions {
    open: VecDeque<(String, &'static str)>,
    credentials: Credentials,
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
}

impl Sessions {
    /// The account behind `token`.
    pub fn account(&self, token: &str) -> Option<&str> {
        self.open.iter().find(|(open, _)| open == token).map(|(_, account)| *account)
    }

    /// Ends every session.
    pub fn expire_all(&mut self) -> usize {
        self.open.drain(..).count()
    }

    /// Changes what opens a session from now on.
    pub fn set_credentials(&mut self, credentials: Credentials) {
        self.credentials = credentials;
    }

    fn begin(&mut self, account: &'static str) -> String {
        // Every RandomState is seeded anew, which makes a token nobody can guess.
        let half = || RandomState::new().hash_one(0);
        let token = format!("{:016x}{:016x}", half(), half());
        if self.open.len() == limits::SANDBOX_SESSIONS {
            self.open.pop_front();
        }
        self.open.push_back((token.clone(), account));
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
        }
    }
}

/// The refusal of every route without a session.
pub fn not_logged_in() -> Refusal {
    Refusal::new(401, "No valid session: log in at POST /login or POST /oauth/token")
}

/// Takes both documented bodies: `{"user": {...}}` and the bare pair.
fn login(world: &mut World, call: &Call) -> Outcome {
    let user = call.body.get("user").unwrap_or(&call.body);
    let field = |name| user.get(name).and_then(Value::as_str);
    let wanted = &world.sessions.credentials;
    if field("username") != Some(&wanted.username) || field("password") != Some(&wanted.password) {
        return Err(Refusal::new(401, "Incorrect username or password"));
    }
    let token = world.sessions.begin(ADMIN_ID);
    let cookie = format!("token={token}; Path=/; HttpOnly");
    Ok(Answer::text(token).with_header("Set-Cookie", cookie))
}

fn oauth_token(world: &mut World, call: &Call) -> Outcome {
    let field = |name| call.body.get(name).and_then(Value::as_str);
    if field("grant_type") != Some("client_credentials") {
        return Err(Refusal::invalid("grant_type must be client_credentials"));
    }
    let wanted = &world.sessions.credentials;
    if field("client_id") != Some(&wanted.client_id)
        || field("client_secret") != Some(&wanted.client_secret)
    {
        return Err(Refusal::new(401, "Client authentication failed"));
    }
    let token = world.sessions.begin(SERVICE_ACCOUNT_ID);
    Ok(json!({"access_token": token, "token_type": "bearer", "expires_in": TOKEN_SECONDS}).into())
}

fn whoami(world: &mut World, call: &Call) -> Outcome {
    let account = world.find("accounts", &call.account);
    let name = account.and_then(|account| account.get("username")).cloned();
    // A service account is no row of the accounts list, as on a real platform.
    let name = name.unwrap_or_else(|| json!("sandbox service account"));
    Ok(json!({
        "_id": call.account, "username": name, "provenance": "Local AAA", "inactive": false,
    })
    .into())
}

fn logout(world: &mut World, call: &Call) -> Outcome {
    world.sessions.open.retain(|(_, account)| *account != call.account);
    Ok(json!({"message": "Logged out"}).into())
}
