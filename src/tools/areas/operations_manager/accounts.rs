//! Names of accounts, where the platform tells ids.

use std::collections::HashMap;

use crate::sync::Lock;
use crate::tools::asked::{Source, record};
use crate::tools::context::Context;

/// `GET /authorization/accounts`
const ACCOUNTS: Source = Source::new("/authorization/accounts", "results", "total");

/// The names of these accounts by id, as far as they can be had; no further pages are read than hold
/// them.
pub fn names<'a>(
    context: &Context<'_>,
    ids: impl IntoIterator<Item = &'a str>,
) -> HashMap<String, String> {
    let mut missing: Vec<String> = ids.into_iter().map(str::to_owned).collect();
    missing.sort_unstable();
    missing.dedup();
    if missing.is_empty() {
        return HashMap::new();
    }
    let wanted = missing.len();
    let mut found = Lock::new(HashMap::<String, String>::new());
    // Accounts that cannot be read leave the ids without names: what is told of them is no less true.
    let _ = ACCOUNTS.listing().find(context, |account| {
        let mut found = found.lock();
        if let (Some(id), Some(name)) = (record::id(account), record::text(account, &["username"]))
            && missing.iter().any(|missing| **missing == *id)
        {
            found.insert(id.into_owned(), name.to_owned());
        }
        found.len() == wanted
    });
    std::mem::take(found.get_mut())
}
