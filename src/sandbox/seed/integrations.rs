//! Integrations and integration models.

use serde_json::{Value, json};

use super::{cycle, lack, sometimes_null};
use crate::sandbox::Options;

const MODELS: &[&str] =
    &["@itential/Meraki Dashboard:1.12.0", "@itential/IPAM:2.0", "@itential/Chat:A:2.0"];

/// 33 integrations; some have neither name nor model, and properties hold credentials.
pub fn integrations(_: &Options) -> Vec<Value> {
    let rows = (0..33).map(|n| {
        let name = format!("{} {n:02}", cycle(&["Meraki", "IPAM", "Chat", "CMDB / prod"], n));
        json!({
            "name": name,
            "model": cycle(MODELS, n),
            "type": "Adapter",
            "properties": {
                "id": name,
                "type": "Integration",
                "properties": {
                    "authentication": {"Token": {"value": "xoxb-not-a-real-token"}},
                    "server": {"protocol": "https", "host": "203.0.113.10", "base_path": "/api/v1"},
                    "tls": {"enabled": true, "rejectUnauthorized": false},
                },
            },
            "virtual": true,
        })
    });
    let mut rows: Vec<Value> = rows.collect();
    for place in (0..rows.len()).step_by(11) {
        lack(&mut rows, place, &["name", "model"]);
    }
    rows
}

/// 112 models: titles with colons, versions that are missing, descriptions that are null.
pub fn integration_models(_: &Options) -> Vec<Value> {
    let rows = (0..112).map(|n| {
        let title = match n {
            0 => "Meraki Dashboard".to_owned(),
            1 => "A:B".to_owned(),
            2 => "Café API".to_owned(),
            _ => format!("Vendor API {n:03}"),
        };
        let version = cycle(&["1.0.0", "2.0", "2025-03-01"], n);
        json!({
            "model": format!("@itential/{title}:{version}"),
            "versionId": format!("{title}:{version}"),
            "description": sometimes_null(n, 4, 3, format!("{title} as OpenAPI")),
            "properties": if n % 7 == 4 { json!({}) } else { json!({"version": version}) },
        })
    });
    rows.collect()
}
