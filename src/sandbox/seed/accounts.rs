//! Accounts: more than one page, the administrator on the last.

use serde_json::{Value, json};

use super::{cycle, id};
use crate::sandbox::Options;

/// The account behind `POST /login`.
pub const ADMIN_ID: &str = "5e1f000000000000000000ad";

/// The account behind `POST /oauth/token`; no list of accounts names it.
pub const SERVICE_ACCOUNT_ID: &str = "5e1f000000000000000000cc";

const FIRST: &[&str] = &["amara", "björn", "chloé", "dmitri", "eun-ji", "farid", "grace", "haruto"];

/// 130 accounts.
pub fn accounts(_: &Options) -> Vec<Value> {
    let mut rows: Vec<Value> = (0..129)
        .map(|n| {
            let name = cycle(FIRST, n);
            json!({
                "_id": id("5e1f", n),
                "username": format!("{name}.{n:03}"),
                "firstname": if n % 5 == 0 { Value::Null } else { json!(name) },
                "provenance": if n % 3 == 0 { "LDAP" } else { "Local AAA" },
                "inactive": n % 17 == 0,
                "assignedRoles": [],
                "memberOf": [{"aaaManaged": n % 3 == 0, "groupId": id("6a6a", n % 4)}],
            })
        })
        .collect();
    rows.push(json!({
        "_id": ADMIN_ID, "username": "admin", "firstname": "admin", "provenance": "Local AAA",
        "inactive": false, "assignedRoles": [{"roleId": "r1", "name": "admin"}], "memberOf": [],
        "gitTokens": {},
    }));
    rows
}
