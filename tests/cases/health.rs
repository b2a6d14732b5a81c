//! The health report.

use serde_json::{Value, json};

use super::{Case, Shows, fails, ok};

pub fn rows() -> Vec<Case> {
    vec![
        ok("get_health", Shows::Main, "all five parts", json!({}), |seen| {
            assert!(seen.value["status"]["serverId"].is_string());
            assert!(seen.value["system"]["totalmem"].is_number());
            assert!(seen.value["server"]["version"].is_string());
            assert_eq!(seen.value["applications"].as_array().map(Vec::len), Some(30));
            for part in ["status", "system", "server", "applications", "adapters"] {
                assert!(seen.platform.count("GET", &format!("/health/{part}")) >= 1, "{part}");
            }
        }),
        ok("get_health", Shows::Paging, "more than 25 adapters", json!({}), |seen| {
            assert_eq!(seen.value["adapters"].as_array().map(Vec::len), Some(34));
        })
        .with_page_cap(25),
        ok(
            "get_health",
            Shows::OddRecord,
            "a bare number, a null package, a process that is not there",
            json!({}),
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
