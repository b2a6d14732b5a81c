//! Logging in, and accounts.

use serde_json::{Value, json};

use crate::limits;
use crate::sandbox::answer::{Answer, Answered, Refusal};
use crate::sandbox::incoming::Incoming;
use crate::sandbox::listing::{Filters, Listing, Paging, results_envelope};
use crate::sandbox::routing::{Area, Route, get, post};
use crate::sandbox::sessions::{ADMIN_ID, SERVICE_ACCOUNT_ID};
use crate::sandbox::world::{Collection, World};

/// What needs no login.
pub const PUBLIC: &[Route] = &[post("/login", login), post("/oauth/token", oauth_token)];

/// This part of the platform.
pub const AREA: Area = Area {
    routes: ROUTES,
    collections: &[
        Collection { name: "accounts", key: "_id" },
        Collection { name: "groups", key: "_id" },
    ],
};

/// Accounts, groups and the caller's own.
const ROUTES: &[Route] = &[
    get("/whoami", whoami),
    get("/authorization/accounts", |world, call| ACCOUNTS.answer(world, call)),
    get("/authorization/groups", |world, call| GROUPS.answer(world, call)),
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

const GROUPS: Listing = Listing {
    collection: "groups",
    fields: &["name", "provenance", "inactive"],
    max_limit: 100,
    ..ACCOUNTS
};

/// Takes both documented bodies: `{"user": {...}}` and the bare pair.
fn login(world: &mut World, call: &Incoming) -> Answered {
    let user = call.body.get("user").unwrap_or(&call.body);
    let field = |name| user.get(name).and_then(Value::as_str);
    let (name, password) = (field("username"), field("password"));
    let wanted = &world.sessions.credentials;
    let is = |user: &str, its: &str| name == Some(user) && password == Some(its);
    let known = is(&wanted.username, &wanted.password)
        || wanted.others.iter().any(|(user, password)| is(user, password));
    let Some(name) = name.filter(|_| known) else {
        return Err(Refusal::new(401, "Incorrect username or password"));
    };
    let token = world.sessions.begin(ADMIN_ID, name);
    let cookie = format!("token={token}; Path=/; HttpOnly");
    Ok(Answer::text(token).with_header("Set-Cookie", cookie))
}

fn oauth_token(world: &mut World, call: &Incoming) -> Answered {
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
    let id = wanted.client_id.clone();
    let token = world.sessions.begin(SERVICE_ACCOUNT_ID, &id);
    Ok(json!({"access_token": token, "token_type": "bearer", "expires_in": limits::SANDBOX_TOKEN_SECONDS}).into())
}

fn whoami(world: &mut World, call: &Incoming) -> Answered {
    let account = world.find("accounts", &call.account);
    let name = account.and_then(|account| account.get("username")).cloned();
    // A service account is no row of the accounts list, as on a real platform.
    let name = name.unwrap_or_else(|| json!("sandbox service account"));
    Ok(json!({
        "_id": call.account, "username": name, "provenance": "Local AAA", "inactive": false,
    })
    .into())
}
