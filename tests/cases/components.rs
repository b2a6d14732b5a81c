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
            assert!(items.len() > 25, "{} were listed", items.len());
        }));
        let collection = list.trim_start_matches("get_");
        let world = |state: &str| {
            json!([
                {"id": "other", "version": "1", "state": "RUNNING", "uptime": 5, "pid": 7},
                {"id": "it", "version": "1", "state": state, "uptime": 100, "pid": 8, "odd": [null]}
            ])
        };
        for (tool, before, after) in [
            (start, "STOPPED", "RUNNING"),
            (start, "RUNNING", "RUNNING"),
            (stop, "RUNNING", "STOPPED"),
            (stop, "STOPPED", "STOPPED"),
            (restart, "RUNNING", "RUNNING"),
        ] {
            rows.push(
                ok(
                    tool,
                    Shows::Main,
                    "waits for the state, and does nothing when it is there already",
                    json!({"name": "it", "timeout": 15}),
                    move |seen| {
                        assert_eq!(seen.value, &json!({"name": "it", "state": after}));
                        let puts = seen
                            .platform
                            .requests()
                            .iter()
                            .filter(|r| r["method"] == "PUT")
                            .count();
                        assert_eq!(puts, usize::from(tool == restart || before != after));
                    },
                )
                .with_world(collection, world(before)),
            );
        }
        for (tool, state) in [(start, "DEAD"), (stop, "DEAD"), (restart, "STOPPED")] {
            rows.push(
                fails(
                    tool,
                    Shows::OddRecord,
                    "a state that does not allow it is named",
                    json!({"name": "it"}),
                    &["Not possible now", "'it' is"],
                )
                .with_world(collection, world(state)),
            );
        }
        for (tool, state) in [(start, "STOPPED"), (stop, "RUNNING"), (restart, "RUNNING")] {
            rows.push(
                ok(
                    tool,
                    Shows::FaultAfterWrite,
                    "a state that cannot be read does not hide the change",
                    json!({"name": "it", "timeout": 2}),
                    |seen| {
                        assert_eq!(seen.value["state"], json!(null));
                        assert!(seen.text.contains("could not be read"), "{}", seen.text);
                    },
                )
                .with_world(collection, world(state))
                .with_faults(json!([
                    {"match": {"method": "GET", "path": path}, "skip": 1, "times": 99,
                     "status": 500}
                ])),
            );
        }
        rows.push(
            ok(
                start,
                Shows::Defect,
                "a component that starts already is waited for, not refused",
                json!({"name": "it", "timeout": 15}),
                |seen| assert_eq!(seen.value["state"], "RUNNING"),
            )
            .with_world(collection, world("RUNNING"))
            .with_faults(
                json!([{"match": {"method": "GET", "path": path}, "times": 1, "replace": {
                "results": [{"id": "it", "state": "STARTING"}], "total": 1}}]),
            ),
        );
        rows.push(
            ok(
                restart,
                Shows::Defect,
                "the old process, RUNNING for a moment yet, is not taken for the new one",
                json!({"name": "it", "timeout": 15}),
                move |seen| {
                    assert_eq!(seen.value["state"], "RUNNING");
                    // The old one has been up for 100, a new one for half a second.
                    assert_eq!(seen.row(collection, "id", "it")["uptime"], 0.5);
                },
            )
            .with_world(collection, world("RUNNING")),
        );
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
