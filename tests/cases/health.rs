//! The health report.

use serde_json::{Value, json};

use super::{Case, Shows, fails, ok};

pub fn rows() -> Vec<Case> {
    vec![
        ok(
            "get_health",
            Shows::Main,
            "E6: a verdict and what is not well first",
            json!({}),
            |seen| {
                assert_eq!(seen.value["verdict"], "degraded");
                let problems = seen.value["problems"].as_array().expect("a list");
                assert_eq!(problems[0], "adapter NSO-emea/dc1 is DEAD");
                assert_eq!(problems.last().expect("some"), "application FormBuilder is STOPPED");
                assert!(problems.contains(&json!("application ServiceCatalog is STARTING")));
                assert_eq!(seen.value["counts"]["adapters"]["RUNNING"], 29);
                assert_eq!(seen.value["counts"]["applications"]["STOPPED"], 1);
                let adapters = seen.value["adapters"].as_array().expect("a list");
                assert!(adapters.iter().all(|adapter| adapter["state"] != "RUNNING"));
                assert_eq!(adapters.len(), 5);
                assert_eq!(seen.value["server"]["version"], "15.8.10-2023.2.44");
                assert!(seen.text.len() < 4096, "{} bytes", seen.text.len());
                seen.says(&["detail=true shows everything"]);
            },
        ),
        ok("get_health", Shows::Main, "all is well", json!({}), |seen| {
            assert_eq!(seen.value["verdict"], "healthy");
            assert_eq!(seen.value["problems"], json!([]));
        })
        .with_world("adapters", json!([{"id": "a", "state": "RUNNING"}]))
        .with_world("applications", json!([{"id": "b", "state": "RUNNING"}])),
        ok(
            "get_health",
            Shows::OddRecord,
            "no state, no connection, a service that is down, a word of the platform's own",
            json!({}),
            |seen| {
                let expected = json!([
                    "service mongo is down",
                    "the platform calls its applications degraded",
                    "adapter b is RUNNING but its connection is OFFLINE",
                    "adapter a is unknown",
                    "adapter c is DELETED",
                ]);
                assert_eq!(seen.value["problems"], expected);
            },
        )
        .with_world(
            "adapters",
            json!([
                {"id": "a"}, {"id": "b", "state": "RUNNING", "connection": {"state": "OFFLINE"}},
                {"id": "c", "state": "DELETED"}, {"id": "d", "state": "RUNNING", "connection": null}
            ]),
        )
        .with_world("applications", json!([]))
        .with_faults(
            json!([{"match": {"path": "/health/status"}, "replace": {"apps": "degraded",
            "services": [{"service": "redis", "status": "running"},
                {"service": "mongo", "status": "down"}]}}]),
        ),
        ok(
            "get_health",
            Shows::Defect,
            "what could not be read is not called well",
            json!({}),
            |seen| {
                assert_eq!(seen.value["verdict"], "unknown");
                seen.says(&["adapters is missing"]);
            },
        )
        .with_world("applications", json!([{"id": "b", "state": "RUNNING"}]))
        .with_faults(json!([
            {"match": {"path": "/health/adapters"}, "times": 9, "status": 403},
            {"match": {"path": "/health/status"}, "replace": {}}
        ])),
        ok(
            "get_health",
            Shows::Main,
            "all five parts in detail",
            json!({"detail": true}),
            |seen| {
                assert!(seen.value["status"]["serverId"].is_string());
                assert!(seen.value["system"]["totalmem"].is_number());
                assert!(seen.value["server"]["version"].is_string());
                assert_eq!(seen.value["applications"].as_array().map(Vec::len), Some(30));
                for part in ["status", "system", "server", "applications", "adapters"] {
                    assert!(seen.platform.count("GET", &format!("/health/{part}")) >= 1, "{part}");
                }
            },
        ),
        ok("get_health", Shows::Paging, "more than 25 adapters", json!({"detail": true}), |seen| {
            assert_eq!(seen.value["adapters"].as_array().map(Vec::len), Some(34));
        })
        .with_page_cap(25),
        ok(
            "get_health",
            Shows::OddRecord,
            "a bare number, a null package, a process that is not there",
            json!({"detail": true}),
            |seen| {
                let adapters = seen.value["adapters"].as_array().expect("adapters");
                assert_eq!(adapters[1]["cpuUsage"], 1.25);
                assert_eq!(adapters[2]["package_id"], Value::Null);
                assert_eq!(adapters[4]["uptime"], 86_400.5);
                let applications = seen.value["applications"].as_array().expect("applications");
                let stopped = applications.iter().find(|a| a["state"] == "STOPPED").expect("one");
                assert_eq!(stopped["pid"], Value::Null);
                assert!(applications.iter().any(|a| a["state"] == "STARTING"));
            },
        ),
        ok("get_health", Shows::Defect, "one part that fails hides no other", json!({}), |seen| {
            assert_eq!(seen.value["system"], Value::Null);
            assert!(seen.value["status"]["serverId"].is_string());
            seen.says(&["system is missing", "403"]);
        })
        .with_faults(json!([{"match": {"path": "/health/system"}, "status": 403}])),
        fails("get_health", Shows::NotFound, "no part at all is an error", json!({}), &["403"])
            .with_faults(json!([{"match": {"path": "/health/*"}, "times": 99, "status": 403}])),
    ]
}
