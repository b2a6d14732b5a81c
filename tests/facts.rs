//! What the tests compare with is whole: the published schemas, cut to their structure, still tell
//! right messages from wrong ones.

mod support;

use itential_mcp::protocol::revision::{LEGACY, MODERN};
use serde_json::json;
use support::schema;

#[test]
fn the_schema_of_every_revision_served_tells_right_from_wrong() {
    for revision in LEGACY.into_iter().chain(MODERN) {
        let tool = schema::published(revision, "Tool");
        let good =
            json!({"name": "t", "description": "It works", "inputSchema": {"type": "object"}});
        assert!(tool.is_valid(&good), "{revision}");
        for bad in [
            json!({"name": "t"}),
            json!({"name": 1, "inputSchema": {"type": "object"}}),
            json!({"name": "t", "inputSchema": {"type": "array"}}),
            // A property of this name is structure; the prose of this name is gone.
            json!({"name": "t", "description": 1, "inputSchema": {"type": "object"}}),
        ] {
            assert!(!tool.is_valid(&bad), "{revision} takes {bad}");
        }
        let request = schema::published(revision, "CallToolRequest");
        assert!(!request.is_valid(&json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})));
    }
}
