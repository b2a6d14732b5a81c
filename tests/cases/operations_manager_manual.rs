//! What waits for a person: manual tasks and work items.

use serde_json::{Value, json};

use super::{Case, Shows, fails, ok};

const JOB: &str = "70b500000000000000000001";
const TASK: &str = "70b500000000000000000001.b2c3";
const ITEM: &str = "3c1e00000000000000000000";
const WORK_CENTER: &str = "/work-center-service";
const TASKS: &str = "/operations-manager/tasks";

pub fn rows() -> Vec<Case> {
    [lists(), describes(), acts()].into_iter().flatten().collect()
}

fn lists() -> Vec<Case> {
    let many: Vec<Value> = (0..230)
        .map(|n| json!({"id": format!("w{n}"), "name": "Ask", "status": if n < 220 { "completed" } else { "pending" },
                        "createdAt": "2025-09-01T00:00:00Z"}))
        .collect();
    vec![
        ok(
            "get_manual_tasks",
            Shows::Main,
            "E2: since when, task, job and owner of all that waits, the longest first",
            json!({}),
            |seen| {
                let task = seen.item("task_id", TASK);
                assert_eq!(
                    (&task["kind"], &task["name"]),
                    (&json!("manual task"), &json!("ViewData"))
                );
                assert_eq!(
                    (&task["workflow"], &task["object_id"]),
                    (&json!("Change Approval"), &json!(JOB))
                );
                assert_eq!(
                    (&task["since"], &task["owner"]),
                    (&json!("2025-09-04T15:50:10Z"), &Value::Null)
                );
                let item = seen.item("task_id", ITEM);
                assert_eq!(
                    (&item["kind"], &item["workflow"]),
                    (&json!("work item"), &json!("Net Agent"))
                );
                assert_eq!(item["session_id"], "5e5500000000000000000000");
                assert_eq!(seen.items().len(), 3, "the work item that is done is not there");
                let since: Vec<&Value> = seen.items().iter().map(|item| &item["since"]).collect();
                assert!(since.is_sorted_by_key(|at| at.as_str()), "{since:?}");
            },
        ),
        ok(
            "get_manual_tasks",
            Shows::OddRecord,
            "one without a name, the same on a platform without Work Center",
            json!({}),
            |seen| {
                assert_eq!(seen.items().len(), 1);
                assert_eq!(seen.items()[0]["task_id"], "7");
                assert_eq!(seen.items()[0]["since"], Value::Null);
                assert_eq!(seen.items()[0]["owner"], "admin", "an account by its name");
            },
        )
        .with_faults(json!([{"match": {"path": TASKS}, "replace": {"data": [
            {"_id": 7, "job": null, "metrics": {"owner": "5e1f000000000000000000ad"}},
            {"_id": "8", "type": "automatic", "status": "running"},
            {"_id": "9", "type": "manual", "status": "complete"}
        ]}}]))
        .lacking(WORK_CENTER),
        ok(
            "get_manual_tasks",
            Shows::OddRecord,
            "work items that may not be read hide no task",
            json!({"object_id": JOB}),
            |seen| {
                assert_eq!(seen.items().len(), 1);
                seen.says(&["Work items could not be read", "403"]);
            },
        )
        .with_faults(json!([{"match": {"path": "/work-center-service/*"}, "status": 403}])),
        ok(
            "get_manual_tasks",
            Shows::Paging,
            "work items and tasks in short pages",
            json!({}),
            |seen| {
                assert_eq!(seen.items().len(), 11);
            },
        )
        .with_world("work_items", Value::Array(many))
        .with_page_cap(7),
        ok(
            "get_manual_tasks",
            Shows::Main,
            "only those of a workflow",
            json!({"workflow_contains": "approval"}),
            |seen| assert_eq!(seen.items().len(), 1),
        ),
    ]
}

fn describes() -> Vec<Case> {
    vec![
        ok(
            "describe_manual_task",
            Shows::Main,
            "what a person is shown",
            json!({"task_id": TASK}),
            |seen| {
                assert_eq!(seen.value["incoming"]["header"], "Approve?");
                assert_eq!(seen.value["view"], "/workflow_engine/task/ViewData");
                assert_eq!(seen.value["object_id"], JOB);
            },
        ),
        ok(
            "describe_manual_task",
            Shows::Main,
            "a work item, with what it collects",
            json!({"task_id": ITEM}),
            |seen| {
                assert_eq!(seen.value["incoming"]["actionColumnKey"], "acknowledged");
                assert_eq!(seen.value["description"], "Two switches run an old image");
            },
        ),
        ok(
            "describe_manual_task",
            Shows::OddRecord,
            "a page that cannot be read; an id that only the list knows",
            json!({"task_id": "7"}),
            |seen| {
                seen.says(&["What a person is shown could not be read"]);
                assert_eq!(seen.value["task_id"], "7");
                assert_eq!(seen.value["object_id"], "j");
            },
        )
        .with_faults(json!([{"match": {"path": TASKS}, "replace": {"data": [
            {"_id": 7, "job": {"_id": "j", "task": 3}, "type": "manual", "variables": null}
        ]}}])),
        ok(
            "describe_manual_task",
            Shows::OddRecord,
            "a form beside the variables is passed on",
            json!({"task_id": TASK}),
            |seen| assert_eq!(seen.value["form"], json!({"schema": {"type": "object"}})),
        )
        .with_faults(json!([{"match": {"path": format!("/operations-manager/jobs/{JOB}/tasks/b2c3/manual-controller")},
            "replace": {"data": {"schema": {"type": "object"}, "variables": {"incoming": {}}}}}])),
        fails(
            "describe_manual_task",
            Shows::NotFound,
            "in neither place",
            json!({"task_id": "nope"}),
            &["no manual task or work item has the id 'nope'; get_manual_tasks lists"],
        ),
        fails(
            "describe_manual_task",
            Shows::NotFound,
            "where there is no Work Center",
            json!({"task_id": ITEM}),
            &["no manual task or work item has the id"],
        )
        .lacking(WORK_CENTER),
    ]
}

fn acts() -> Vec<Case> {
    let claim = format!("{TASKS}/{TASK}/claim");
    let finish = format!("/operations-manager/jobs/{JOB}/tasks/b2c3/finish");
    // The job of the seed, whose task has an owner.
    let mut claimed: Value =
        serde_json::from_str(include_str!("../../src/sandbox/seed/jobs.json")).expect("the seed");
    claimed[1]["tasks"]["b2c3"]["metrics"]["owner"] = json!("5e1f000000000000000000ad");
    let decide = |state: &str| json!({"task_id": TASK, "finish_state": state, "variables": {"approved": state == "success"}});
    vec![
        ok("claim_task", Shows::Main, "its owner is told by name", json!({"task_id": TASK}), |seen| {
            assert_eq!((&seen.value["owner"], &seen.value["status"]), (&json!("admin"), &json!("running")));
            seen.says(&["The manual task is claimed"]);
        }),
        ok("claim_task", Shows::Main, "a work item", json!({"task_id": ITEM}), |seen| {
            assert_eq!(seen.row("work_items", "id", ITEM)["owner"], "5e1f000000000000000000ad");
        }),
        ok(
            "claim_task",
            Shows::FaultAfterWrite,
            "an answer that was lost is read back",
            json!({"task_id": TASK}),
            |seen| seen.says(&["Read back, it has been done"]),
        )
        .with_faults(json!([{"match": {"path": claim}, "after_write": true, "status": 504}])),
        ok("release_task", Shows::Main, "it has no owner then", json!({"task_id": TASK}), |seen| {
            assert_eq!(seen.value["owner"], Value::Null);
        })
        .with_world("jobs", claimed.clone()),
        fails(
            "release_task",
            Shows::FaultAfterWrite,
            "nobody knows when reading back fails, too",
            json!({"task_id": TASK}),
            &["may have happened", "describe_manual_task"],
        )
        .with_world("jobs", claimed.clone())
        .with_faults(json!([
            {"match": {"method": "POST", "path": format!("{TASKS}/{TASK}/release")}, "close": true},
            {"match": {"method": "GET", "path": format!("{TASKS}/{TASK}")}, "skip": 1, "times": 9, "status": 403}
        ])),
        ok("finish_task", Shows::Main, "the job goes on", decide("success"), |seen| {
            assert_eq!((&seen.value["status"], &seen.value["job_status"]), (&json!("complete"), &json!("running")));
            assert_eq!(seen.row("jobs", "_id", JOB)["variables"]["approved"], true);
        })
        .with_world("jobs", claimed.clone()),
        ok("finish_task", Shows::Main, "rejected", decide("failure"), |seen| {
            assert_eq!(seen.value["job_status"], "canceled");
            seen.says(&["finished with failure"]);
        })
        .with_world("jobs", claimed.clone()),
        ok(
            "finish_task",
            Shows::Main,
            "a work item in Work Center's own word",
            json!({"task_id": ITEM, "finish_state": "success",
                "variables": {"acknowledged": "Acknowledged"}}),
            |seen| {
                let item = seen.row("work_items", "id", ITEM);
                assert_eq!((&item["status"], &item["finishState"]), (&json!("completed"), &json!("completed")));
                assert_eq!(item["variables"]["outgoing"]["acknowledged"], "Acknowledged");
            },
        ),
        fails(
            "finish_task",
            Shows::NotFound,
            "one that nobody has claimed: the platform's words, and what to do",
            decide("success"),
            &["claim the task before finishing it", "nobody has claimed it (claim_task)"],
        ),
        ok(
            "finish_task",
            Shows::FaultAfterWrite,
            "an answer that was lost is read back",
            decide("success"),
            |seen| seen.says(&["Read back, it has been done"]),
        )
        .with_world("jobs", claimed)
        .with_faults(json!([{"match": {"path": finish}, "after_write": true, "status": 502}])),
    ]
}
