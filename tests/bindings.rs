//! Tools that stand for automations and services: `[tool:NAME]` and `[tools]`, as clients and operators
//! see them.
#![cfg(unix)]

mod support;

#[path = "bindings/automations.rs"]
mod automations;
#[path = "bindings/callers.rs"]
mod callers;
#[path = "bindings/calls.rs"]
mod calls;
#[path = "bindings/changes.rs"]
mod changes;
#[path = "bindings/missing.rs"]
mod missing;
#[path = "bindings/page.rs"]
mod page;

use serde_json::{Value, json};
use support::scratch::Scratch;
use support::{Platform, StdioServer};

/// A binding to an endpoint, as a file has it.
const BACKUP: &str =
    "[tool:backup_router]\ntype = endpoint\nname = Backup via API\nautomation = Backup Device\n";

/// A binding to a service.
const FACTS: &str = "[tool:facts]\ntype = service\nname = device-facts\ncluster = dc-west\n";

/// The program with this configuration, and the platform behind it.
struct Bound {
    platform: Platform,
    scratch: Scratch,
    file: String,
    server: StdioServer,
}

impl Bound {
    fn start(config: &str) -> Self {
        let platform = Platform::start();
        let scratch = Scratch::new();
        let file = scratch.write("mcp.conf", config);
        let mut server =
            StdioServer::start(&platform.env(), &["--config", &file, "--log-level", "info"]);
        server.initialize("2025-11-25");
        Self { platform, scratch, file, server }
    }

    /// The entries of `tools/list`, all pages of it.
    fn tools(&mut self) -> Vec<Value> {
        listed(&mut self.server)
    }

    /// The entry of one tool.
    fn tool(&mut self, name: &str) -> Option<Value> {
        self.tools().into_iter().find(|tool| tool["name"] == name)
    }

    /// A change of the platform, made by another server.
    fn elsewhere(&self, tool: &str, arguments: Value) -> Value {
        let mut other = StdioServer::start(&self.platform.env(), &[]);
        other.initialize("2025-11-25");
        let answer = other.call(tool, arguments);
        assert_eq!(answer["isError"], false, "{answer}");
        answer["structuredContent"].clone()
    }

    /// What the server logged, when it has ended.
    fn log(self) -> String {
        self.server.finish().2
    }
}

fn listed(server: &mut StdioServer) -> Vec<Value> {
    let mut tools = Vec::new();
    let mut params = json!({});
    loop {
        let answer = server.request("tools/list", params);
        tools.extend(answer["result"]["tools"].as_array().expect("a list").iter().cloned());
        match &answer["result"]["nextCursor"] {
            Value::String(cursor) => params = json!({"cursor": cursor}),
            _ => return tools,
        }
    }
}

fn names(tools: &[Value]) -> Vec<&str> {
    tools.iter().filter_map(|tool| tool["name"].as_str()).collect()
}

/// The text of a result.
fn text(answer: &Value) -> &str {
    answer["content"][0]["text"].as_str().unwrap_or_default()
}
