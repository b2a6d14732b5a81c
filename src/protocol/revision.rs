//! The revisions of MCP and the two eras they form.
//!
//! Up to 2025-11-25 a connection begins with the `initialize` handshake and keeps state (legacy).
//! From 2026-07-28 on every request stands alone and says in `_meta` what it speaks (modern). Both
//! are served side by side; the body of each message decides.

use serde_json::{Map, Value};

/// Stateless revisions that are served, newest first.
pub const MODERN: [&str; 1] = ["2026-07-28"];

/// Revisions with a handshake that are served, newest first.
pub const LEGACY: [&str; 4] = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

/// What a client speaks that names no revision and has no session, as MCP says it must be taken.
pub const UNNAMED: &str = "2025-03-26";

/// The first revision whose errors that belong to no request have no id; before, it is null.
pub const STRAY_ERRORS_LACK_ID: &str = "2025-11-25";

/// `_meta` key: the revision a modern request speaks.
pub const META_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
/// `_meta` key: what a modern client can do.
pub const META_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
/// `_meta` key: who a modern client is.
pub const META_CLIENT: &str = "io.modelcontextprotocol/clientInfo";
/// `_meta` key: the log level a modern request wants.
pub const META_LOG_LEVEL: &str = "io.modelcontextprotocol/logLevel";
/// `_meta` key: who this server is, on modern results.
pub const META_SERVER: &str = "io.modelcontextprotocol/serverInfo";
/// `_meta` key: the subscription a modern notification belongs to.
pub const META_SUBSCRIPTION: &str = "io.modelcontextprotocol/subscriptionId";

/// The extension of 2026-07-28 for calls that go on after their answer.
pub const TASKS: &str = "io.modelcontextprotocol/tasks";

/// The revision to answer a handshake with: the one asked for when it is served, else the newest.
pub fn negotiate(requested: &str) -> &'static str {
    LEGACY.iter().find(|known| **known == requested).copied().unwrap_or(LEGACY[0])
}

/// Returns true if `version` is a stateless revision that is served.
pub fn is_modern(version: &str) -> bool {
    MODERN.contains(&version)
}

/// Whether `params` claim the modern era. Any claim counts, also of a version not served, so that
/// such a client hears which versions are.
pub fn claims_modern(params: &Map<String, Value>) -> bool {
    params.get("_meta").and_then(|meta| meta.get(META_VERSION)).is_some()
}
