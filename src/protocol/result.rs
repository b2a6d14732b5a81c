//! What every result of 2026-07-28 carries.

use std::time::Duration;

use serde_json::{Value, json};

use super::revision;

/// Adds what 2026-07-28 wants on every result.
pub fn stamp(result: &mut Value, server: &Value) {
    if let Some(object) = result.as_object_mut() {
        object.entry("resultType").or_insert_with(|| json!("complete"));
        if let Some(meta) = object.entry("_meta").or_insert_with(|| json!({})).as_object_mut() {
            meta.insert(revision::META_SERVER.into(), server.clone());
        }
    }
}

/// Adds what 2026-07-28 wants on every result that a client may keep. The lists of this server
/// depend on its configuration only, but who may see them is the operator's business: private.
pub fn stamp_cacheable(result: &mut Value, server: &Value, keep: Duration) {
    stamp(result, server);
    if let Some(object) = result.as_object_mut() {
        object.insert("ttlMs".into(), json!(keep.as_millis() as u64));
        object.insert("cacheScope".into(), json!("private"));
    }
}
