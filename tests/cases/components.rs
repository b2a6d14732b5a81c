//! Adapters and applications.

use serde_json::json;

use super::{Case, Shows, fails, ok};

/// Two of a kind: the tools of adapters and applications.
pub fn rows() -> Vec<Case> {
    let mut rows = Vec::new();
    for (list, start, stop, restart, path) in [
        ("get_adapters", "start_adapter", "stop_adapter", "restart_adapter", "/health/adapters"),
        (
            "get_applications",
            "start_application",
            "stop_application",
            "restart_application",
            "/health/applications",
        ),
    ] {
        rows.push(ok(list, Shows::Main, "names and states are listed", json!({}), |seen| {
            let items = seen.value.as_array().expect("a list");
            assert!(items.iter().any(|i| i["state"] == "RUNNING" && i["name"].is_string()));
        }));
        rows.push(
            ok(list, Shows::OddRecord, "one odd record fails no list", json!({}), |seen| {
                assert_eq!(
                    seen.value[0],
                    json!({"name": "a", "package": null, "version": "7",
                    "description": null, "state": "HIBERNATING"})
                );
                assert_eq!(seen.value[1]["name"], "b");
            })
            .with_faults(
                json!([{"match": {"path": path}, "times": 1, "replace": {"results": [
                {"id": "a", "package_id": null, "version": 7, "state": "HIBERNATING", "x": {}},
                {"id": "b"}
            ], "total": 2}}]),
            ),
        );
        rows.push(ok(list, Shows::Paging, "the platform caps a page at 25", json!({}), |seen| {
            let items = seen.value.as_array().expect("a list");
            let total = seen.platform.requests().len();
            assert!(!items.is_empty() && total >= 1);
        }));
        for tool in [start, stop, restart] {
            rows.push(fails(
                tool,
                Shows::NotFound,
                "an unknown name is named, with a hint",
                json!({"name": "no such thing at all"}),
                &["Not found", "no such thing at all"],
            ));
        }
    }
    rows
}
