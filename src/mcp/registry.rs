//! What a server offers, and its lists rendered once.

use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value, json};

use super::call::Call;
use super::error::RpcError;
use super::revision;

/// Runs one request of a tool.
pub type Run = Arc<dyn Fn(&Call, &Map<String, Value>) -> Result<Value, RpcError> + Send + Sync>;

/// A tool as the engine knows it.
#[derive(Clone)]
pub struct ToolEntry {
    /// The entry of `tools/list`.
    pub definition: Map<String, Value>,
    /// Serves `tools/call` with the given arguments and gives the result object.
    pub run: Run,
}

impl ToolEntry {
    /// The tool's name.
    pub fn name(&self) -> &str {
        self.definition.get("name").and_then(Value::as_str).unwrap_or_default()
    }
}

/// What a server offers. Never changes; a reload makes a new one.
pub struct Registry {
    tools: Vec<ToolEntry>,
    legacy_tools: OnceLock<Vec<u8>>,
    modern_tools: OnceLock<Vec<u8>>,
}

impl Registry {
    /// A server with these tools, listed in this order.
    pub fn new(tools: Vec<ToolEntry>) -> Self {
        Self { tools, legacy_tools: OnceLock::new(), modern_tools: OnceLock::new() }
    }

    /// The tools, in listing order.
    pub fn tools(&self) -> &[ToolEntry] {
        &self.tools
    }

    /// The tool called `name`.
    pub fn tool(&self, name: &str) -> Option<&ToolEntry> {
        self.tools.iter().find(|tool| tool.name() == name)
    }

    /// The result of `tools/list`, rendered once per era.
    pub fn tools_list(&self, modern: bool, server: &Value) -> &[u8] {
        let cell = if modern { &self.modern_tools } else { &self.legacy_tools };
        cell.get_or_init(|| {
            let tools: Vec<&Map<String, Value>> =
                self.tools.iter().map(|t| &t.definition).collect();
            let mut result = json!({"tools": tools});
            if modern {
                cacheable(&mut result, server);
            }
            result.to_string().into_bytes()
        })
    }
}

/// Adds what 2026-07-28 wants on every result.
pub fn complete(result: &mut Value, server: &Value) {
    if let Some(object) = result.as_object_mut() {
        object.entry("resultType").or_insert_with(|| json!("complete"));
        if let Some(meta) = object.entry("_meta").or_insert_with(|| json!({})).as_object_mut() {
            meta.insert(revision::META_SERVER.into(), server.clone());
        }
    }
}

/// Adds what 2026-07-28 wants on every result that a client may keep. The lists of this server
/// depend on its configuration only, but who may see them is the operator's business: private.
pub fn cacheable(result: &mut Value, server: &Value) {
    complete(result, server);
    if let Some(object) = result.as_object_mut() {
        object.insert("ttlMs".into(), json!(crate::limits::LIST_TTL.as_millis() as u64));
        object.insert("cacheScope".into(), json!("private"));
    }
}
