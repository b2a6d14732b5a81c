//! Resources.

use std::sync::Arc;

use itential_mcp::protocol::{Read, ResourceEntry, TemplateEntry};
use serde_json::{Value, json};

use crate::content::{PNG, object};

pub fn resources() -> Vec<ResourceEntry> {
    [
        (
            "test://static-text",
            "text/plain",
            "text",
            "This is the content of the static text resource.",
        ),
        ("test://static-binary", "image/png", "blob", PNG),
        ("test://watched-resource", "text/plain", "text", "Watched."),
    ]
    .map(|(uri, mime, key, content)| ResourceEntry {
        definition: object(json!({
            "uri": uri,
            "name": uri.trim_start_matches("test://"),
            "description": "A fixture of the conformance suite",
            "mimeType": mime,
        })),
        read: Arc::new(move |_, uri, _| {
            let mut shown = json!({"uri": uri, "mimeType": mime});
            shown[key] = json!(content);
            Ok(json!({"contents": [shown]}).into())
        }),
    })
    .to_vec()
}

pub fn templates() -> Vec<TemplateEntry> {
    let read: Read = Arc::new(|_, uri, variables| {
        let id = variables.get("id").map_or("", String::as_str);
        let text: Value =
            json!({"id": id, "templateTest": true, "data": format!("Data for ID: {id}")});
        let shown = json!({"uri": uri, "mimeType": "application/json", "text": text.to_string()});
        Ok(json!({"contents": [shown]}).into())
    });
    let definition = json!({
        "uriTemplate": "test://template/{id}/data",
        "name": "template",
        "description": "A fixture of the conformance suite",
        "mimeType": "application/json",
    });
    vec![TemplateEntry { definition: object(definition), read, complete: None }]
}
