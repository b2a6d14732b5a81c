//! Metrics of jobs and tasks.

use serde_json::{Value, json};

use super::{Case, Seen, Shows, ok};

const JOBS: &str = "/workflow_engine/jobs/metrics";

/// Every item names `value` at `pointer`, and there are so many.
fn all(seen: &Seen<'_>, count: usize, pointer: &str, value: &str) {
    assert_eq!(seen.items().len(), count);
    for item in seen.items() {
        assert_eq!(item.pointer(pointer), Some(&json!(value)), "{item}");
    }
}

pub fn rows() -> Vec<Case> {
    let mut rows = vec![
        ok(
            "get_job_metrics",
            Shows::Defect,
            "a number that is none costs itself only",
            json!({}),
            |seen| assert_eq!(seen.items()[0]["totalRunTime"], Value::Null),
        )
        .with_faults(json!([{"match": {"path": JOBS}, "times": 9,
            "body": "{\"results\": [{\"totalRunTime\": NaN}], \"total\": 1}"}])),
        ok("get_job_metrics", Shows::Main, "counts and times", json!({}), |seen| {
            let first = &seen.items()[0];
            assert_eq!(first["workflow"]["name"], "Backup Device");
            assert_eq!(first["jobsComplete"], 1);
            assert_eq!(first["totalRunTime"], 1_250);
            assert_eq!(first["metrics"].as_array().map(Vec::len), Some(2));
        }),
        ok("get_job_metrics", Shows::OddRecord, "null and text totals", json!({}), |seen| {
            assert_eq!(seen.items()[2]["totalRunTime"], Value::Null);
            assert_eq!(seen.items()[3]["totalRunTime"], 48_211.75);
            assert_eq!(seen.items()[3]["jobsComplete"], 17);
            assert_eq!(seen.items()[6]["workflow"], Value::Null);
        }),
        ok("get_job_metrics", Shows::Main, "a limit is said", json!({"limit": "3"}), |seen| {
            assert_eq!(seen.items().len(), 3);
            seen.says(&["3 of 130"]);
            assert_eq!(seen.platform.count("GET", JOBS), 1);
        }),
        ok(
            "get_job_metrics",
            Shows::Defect,
            "a total that is never reached ends nevertheless",
            json!({}),
            |seen| {
                assert_eq!(seen.items().len(), 2);
                assert!(seen.platform.count("GET", JOBS) <= 9);
            },
        )
        .with_faults(json!([
            {"match": {"path": JOBS}, "replace": {"results": [{"_id": "a"}, {"_id": "b"}],
                                                   "total": 900}},
            {"match": {"path": JOBS}, "times": 1000, "replace": {"results": [], "total": 900}}
        ])),
        ok(
            "get_job_metrics_for_workflow",
            Shows::Main,
            "a part of the name, in any case",
            json!({"name": "backup"}),
            |seen| assert_eq!(seen.items().len(), 2),
        ),
        ok("get_task_metrics", Shows::Main, "one task", json!({}), |seen| {
            let first = &seen.items()[0];
            assert_eq!(first["taskId"], "a1b2");
            assert_eq!(first["taskType"], "automatic");
            assert_eq!(first["app"], "WorkFlowEngine");
        }),
        ok("get_task_metrics", Shows::OddRecord, "no id, no type, no app", json!({}), |seen| {
            assert_eq!(seen.items()[8]["_id"], Value::Null);
            assert_eq!(seen.items()[3]["taskType"], Value::Null);
            assert_eq!(seen.items()[5]["workflow"], "Backup Device");
        }),
        ok(
            "get_task_metrics_for_workflow",
            Shows::Main,
            "the exact name only",
            json!({"name": "Backup Device"}),
            |seen| all(seen, 27, "/workflow/name", "Backup Device"),
        ),
        ok(
            "get_task_metrics_for_app",
            Shows::Main,
            "the platform ignores this filter and answers with everything",
            json!({"name": "MOP"}),
            |seen| {
                let of_others = ["WorkFlowEngine", "ConfigurationManager"];
                assert!(seen.items().iter().all(|i| !i["app"].is_null()));
                assert!(seen.items().iter().all(|i| !of_others.iter().any(|app| i["app"] == *app)));
                assert!(seen.items().iter().any(|i| i["app"] == "MOP"));
            },
        ),
        ok(
            "get_task_metrics_for_task",
            Shows::Defect,
            "the platform ignores this filter and answers with everything",
            json!({"name": "query"}),
            |seen| all(seen, 35, "/name", "query"),
        ),
        ok(
            "get_task_metrics_for_task",
            Shows::Main,
            "a limit counts what matches",
            json!({"name": "query", "limit": 4}),
            |seen| {
                all(seen, 4, "/name", "query");
                seen.says(&["4 of 35"]);
            },
        ),
    ];
    for (tool, count) in [("get_job_metrics", 130), ("get_task_metrics", 140)] {
        rows.push(
            ok(tool, Shows::Paging, "short pages", json!({}), move |seen| {
                assert_eq!(seen.items().len(), count);
            })
            .with_page_cap(30),
        );
    }
    for tool in [
        "get_job_metrics_for_workflow",
        "get_task_metrics_for_workflow",
        "get_task_metrics_for_task",
    ] {
        rows.push(ok(
            tool,
            Shows::NotFound,
            "what nobody ran has no metrics",
            json!({"name": "no such thing at all"}),
            |seen| assert!(seen.items().is_empty()),
        ));
    }
    rows
}
