//! Compliance plans and reports.

use serde_json::{Value, json};

use super::{Case, Shows, fails, ok};

const SEARCH: &str = "/configuration_manager/search/compliance_plans";
const RUN: &str = "/configuration_manager/compliance_plans/run";
const RUNS: &str = "/configuration_manager/search/compliance_plan_instances";

/// Compliance plans and reports.
pub fn rows() -> Vec<Case> {
    [plans(), runs(), unsteady_runs(), reports()].into_iter().flatten().collect()
}

fn plans() -> Vec<Case> {
    vec![
        ok("get_compliance_plans", Shows::Paging, "105 plans in pages of 100", json!({}), |seen| {
            let plans = seen.value["plans"].as_array().expect("a list");
            assert_eq!(plans.len(), 105);
            assert_eq!(seen.sent("POST", SEARCH).last().expect("a page")["options"]["start"], 100);
        }),
        ok("get_compliance_plans", Shows::Main, "what a plan shows", json!({}), |seen| {
            let first = &seen.value["plans"][0];
            assert_eq!(first["name"], "Campus Baseline");
            assert_eq!(first["description"], "Plan Campus Baseline");
            assert_eq!(first["throttle"], 5);
        }),
        ok(
            "get_compliance_plans",
            Shows::OddRecord,
            "null or missing description and throttle",
            json!({}),
            |seen| {
                let plans = &seen.value["plans"];
                assert_eq!(plans[2]["description"], Value::Null);
                assert_eq!(plans[4]["throttle"], 8, "a number in text");
                assert_eq!(plans[5]["throttle"], Value::Null);
            },
        ),
        ok(
            "get_compliance_plans",
            Shows::Main,
            "E13: what each checks, and how its last run ended",
            json!({}),
            |seen| {
                let plans = seen.value["plans"].as_array().expect("a list");
                let named = |name: &str| plans.iter().find(|p| p["name"] == name).expect("a plan");
                let scope = json!({
                    "golden_configurations": [
                        "9a1d00000000000000000000 initial 59ec00000000000000000000-initial-root",
                        "9a1d00000000000000000000 initial base/edge",
                    ],
                    "devices": ["ams-core-rtr-000", "branch/7 router"],
                    "device_groups": ["d96f00000000000000000000"],
                });
                assert_eq!(named("PCI / branch")["scope"], scope);
                let last = &named("Campus Baseline")["last_run"];
                assert_eq!(last["status"], "complete");
                assert_eq!(last["started"], "2025-09-04T16:49:55.716Z");
                assert_eq!(named("PCI / branch")["last_run"], Value::Null);
            },
        ),
        ok(
            "get_compliance_plans",
            Shows::Defect,
            "runs that cannot be read do not cost the plans",
            json!({}),
            |seen| {
                assert_eq!(seen.value["plans"].as_array().map(Vec::len), Some(105));
                seen.says(&["The last runs could not be read"]);
            },
        )
        .with_faults(json!([{"match": {"path": RUNS}, "times": 9, "status": 403}])),
        ok(
            "describe_compliance_plan",
            Shows::Main,
            "E13: the result of the last run without another one",
            json!({"name": "Campus Baseline"}),
            |seen| {
                assert_eq!(seen.value["last_run"]["status"], "complete");
                assert_eq!(seen.value["totals"]["passes"], 7);
                assert_eq!(
                    (&seen.value["score"], &seen.value["grade"]),
                    (&json!(77.8), &json!("fail"))
                );
                let report = &seen.value["reports"][0];
                assert_eq!(report["id"], "c93e00000000000000000000");
                assert!(seen.sent("POST", RUN).is_empty());
            },
        ),
        ok(
            "describe_compliance_plan",
            Shows::OddRecord,
            "a report without totals, and one that cannot be read, count nothing",
            json!({"name": "Campus Baseline"}),
            |seen| {
                assert_eq!(seen.value["score"], Value::Null);
                assert_eq!(seen.value["reports"].as_array().map(Vec::len), Some(2));
                assert_eq!(seen.value["reports"][1]["totals"], Value::Null);
                seen.says(&["The totals of 1 reports could not be read"]);
            },
        )
        .with_faults(json!([{"match": {"path":
            "/configuration_manager/compliance_reports/details/c93e00000000000000000000"},
            "times": 9, "status": 403}])),
        ok(
            "describe_compliance_plan",
            Shows::Main,
            "one that never ran says so",
            json!({"name": "PCI / branch"}),
            |seen| {
                assert_eq!(seen.value["last_run"], Value::Null);
                seen.says(&["It has not run yet"]);
            },
        ),
        fails(
            "describe_compliance_plan",
            Shows::NotFound,
            "the nearest name",
            json!({"name": "Campus Basline"}),
            &["did you mean 'Campus Baseline'"],
        ),
        ok(
            "get_compliance_plans",
            Shows::Defect,
            "a total that is never reached ends",
            json!({}),
            |seen| {
                assert_eq!(seen.value["plans"].as_array().map(Vec::len), Some(1));
                assert!(seen.sent("POST", SEARCH).len() < 20);
            },
        )
        .with_faults(json!([{"match": {"path": SEARCH}, "times": 500,
            "replace": {"plans": [{"id": "p", "name": "p"}], "totalCount": 9}}])),
    ]
}

fn runs() -> Vec<Case> {
    vec![
        ok(
            "run_compliance_plan",
            Shows::Defect,
            "the run is the one the platform says it started",
            json!({"name": "Campus Baseline"}),
            |seen| {
                let instance = &seen.value["instance"];
                assert_eq!(instance["jobStatus"], "running");
                assert_eq!(instance["description"], "Plan Campus Baseline", "the plan's");
                assert_eq!(instance["id"], seen.world("compliance_instances")[0]["id"]);
                assert_eq!(seen.value["reports"], json!([]));
                assert_eq!(seen.sent("POST", RUN).len(), 1);
            },
        ),
        ok(
            "run_compliance_plan",
            Shows::Main,
            "waited for, with the ids of its reports",
            json!({"name": "PCI / branch", "wait": 15}),
            |seen| {
                assert_eq!(seen.value["instance"]["jobStatus"], "complete");
                assert!(seen.value["instance"]["finished"].is_string());
                let report = &seen.value["reports"][0];
                assert!(report["id"].is_string());
                assert_eq!(report["deviceName"], "ams-core-rtr-000");
                // E13: the totals are in the answer, with a score.
                let totals = json!({"errors": 3, "warnings": 0, "infos": 0, "passes": 24});
                assert_eq!(seen.value["totals"], totals);
                assert_eq!(
                    (&seen.value["score"], &seen.value["grade"]),
                    (&json!(80.0), &json!("review"))
                );
                assert_eq!(report["score"], 100.0);
                assert_eq!(seen.value["reports"][1]["totals"]["errors"], 1);
                assert_eq!(seen.sent("POST", RUN).len(), 1);
            },
        ),
        ok(
            "run_compliance_plan",
            Shows::Main,
            "a wait that is too short says so",
            json!({"name": "Campus Baseline", "wait": 1}),
            |seen| {
                assert_eq!(seen.value["instance"]["jobStatus"], "running");
                assert!(seen.text.contains("still running after 1 s"), "{}", seen.text);
            },
        ),
        fails(
            "run_compliance_plan",
            Shows::NotFound,
            "the nearest name is offered",
            json!({"name": "Campus Basline"}),
            &["Not found", "did you mean 'Campus Baseline'"],
        ),
        fails(
            "run_compliance_plan",
            Shows::Defect,
            "twins are not run at random",
            json!({"name": "Twin Plan"}),
            &["2 compliance plans are called 'Twin Plan'", "c9a100000000000000000002"],
        ),
        ok(
            "run_compliance_plan",
            Shows::Defect,
            "an id tells twins apart",
            json!({"name": "c9a100000000000000000003"}),
            |seen| assert_eq!(seen.sent("POST", RUN)[0]["planId"], "c9a100000000000000000003"),
        ),
        fails(
            "run_compliance_plan",
            Shows::Defect,
            "a plan that starts nothing is said to have started nothing",
            json!({"name": "Nothing To Check"}),
            &["Not possible now", "no new run", "no devices"],
        ),
    ]
}

fn unsteady_runs() -> Vec<Case> {
    vec![
        fails(
            "run_compliance_plan",
            Shows::Defect,
            "an older run of the plan is not passed off as the new one",
            json!({"name": "Campus Baseline"}),
            &["no new run"],
        )
        .with_faults(json!([{"match": {"path": RUN}, "replace": {"message": "ok"}}])),
        ok(
            "run_compliance_plan",
            Shows::OddRecord,
            "without the id in the answer, the run that was not there before",
            json!({"name": "Campus Baseline"}),
            |seen| {
                assert_eq!(
                    seen.value["instance"]["id"],
                    seen.world("compliance_instances")[0]["id"]
                );
                assert_eq!(seen.value["instance"]["jobStatus"], "running");
            },
        )
        .with_faults(json!([{"match": {"path": RUN}, "after_write": true,
            "replace": {"message": "ok"}}])),
        ok(
            "run_compliance_plan",
            Shows::Defect,
            "a platform that ignores the filter does not pass off another run",
            json!({"name": "Campus Baseline"}),
            |seen| {
                assert_eq!(seen.value["instance"]["id"], "mine");
                assert_eq!(seen.value["instance"]["jobStatus"], "queued", "unknown states pass");
            },
        )
        .with_faults(json!([
            {"match": {"path": RUN}, "replace": {"instanceId": "mine"}},
            {"match": {"path": RUNS}, "times": 9, "replace": {"plans": [
                {"id": "other", "jobStatus": "complete"}, {"_id": "mine", "jobStatus": "queued"}]}}
        ])),
        ok(
            "run_compliance_plan",
            Shows::FaultAfterWrite,
            "what cannot be read afterwards is null",
            json!({"name": "Campus Baseline", "wait": 5}),
            |seen| {
                assert_eq!(
                    seen.value["instance"]["id"],
                    seen.world("compliance_instances")[0]["id"]
                );
                assert_eq!(seen.value["instance"]["name"], "Campus Baseline");
                assert_eq!(seen.value["instance"]["jobStatus"], Value::Null);
                assert!(seen.text.contains("could not be read"), "{}", seen.text);
            },
        )
        .with_faults(json!([{"match": {"path": RUNS}, "skip": 1, "times": 9, "status": 500}])),
        ok(
            "run_compliance_plan",
            Shows::FaultAfterWrite,
            "reports that cannot be listed do not hide how the run ended",
            json!({"name": "Campus Baseline", "wait": 15}),
            |seen| {
                assert_eq!(seen.value["instance"]["jobStatus"], "complete");
                assert!(seen.text.contains("ids of the reports"), "{}", seen.text);
            },
        )
        .with_faults(
            json!([{"match": {"path": "/configuration_manager/compliance_reports/batch/*"},
            "times": 9, "status": 500}]),
        ),
    ]
}

fn reports() -> Vec<Case> {
    vec![
        ok(
            "describe_compliance_report",
            Shows::Main,
            "the platform's report as it is",
            json!({"report_id": "c93e00000000000000000000"}),
            |seen| {
                assert_eq!(seen.value["result"]["totals"]["errors"], 1);
                assert_eq!(seen.value["score"], 77.8, "E13");
                assert_eq!(seen.value["result"]["issues"][0]["severity"], "error");
            },
        ),
        ok(
            "describe_compliance_report",
            Shows::OddRecord,
            "a report that holds little",
            json!({"report_id": "c93e00000000000000000001"}),
            |seen| assert_eq!(seen.value["result"]["totals"], Value::Null),
        ),
        ok(
            "describe_compliance_report",
            Shows::OddRecord,
            "a list instead of an object",
            json!({"report_id": "x"}),
            |seen| assert_eq!(seen.value["result"]["value"][0]["id"], "x"),
        )
        .with_faults(json!([{"match": {"path": "/configuration_manager/compliance_reports/*"},
            "times": 3, "replace": [{"id": "x"}]}])),
        fails(
            "describe_compliance_report",
            Shows::NotFound,
            "which id is wanted",
            json!({"report_id": "c91400000000000000000000"}),
            &["Not found", "c91400000000000000000000", "run_compliance_plan"],
        ),
        fails(
            "describe_compliance_report",
            Shows::Defect,
            "an id cannot climb out of its path",
            json!({"report_id": "../../devices"}),
            &["dot segment"],
        ),
    ]
}
