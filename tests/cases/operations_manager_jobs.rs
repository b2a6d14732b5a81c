//! Starting, describing and controlling jobs.

use serde_json::{Value, json};

use super::{Case, Seen, Shows, fails, ok};

const FAILED: &str = "70b500000000000000000000";
const WAITING: &str = "70b500000000000000000001";
const PAUSED: &str = "70b500000000000000000002";
const QUEUED: &str = "70b500000000000000000003";
const COMPLETE: &str = "70b500000000000000000004";
const CAMPUS: &str = "64f0a1b2c3d4e5f601234567";
const JOBS: &str = "/operations-manager/jobs";

pub fn rows() -> Vec<Case> {
    [describes(), starts(), waits(), controls(), goes_on()].into_iter().flatten().collect()
}

fn job(seen: &Seen<'_>, id: &str) -> Value {
    seen.row("jobs", "_id", id)
}

fn describes() -> Vec<Case> {
    vec![
        ok(
            "describe_job",
            Shows::Main,
            "E10: the failed task by name, with its own time, what is done and what remains",
            json!({"object_id": FAILED}),
            |seen| {
                let value = seen.value;
                assert_eq!(value["object_id"], FAILED);
                assert_eq!(value["_id"], FAILED, "the old name of the id is kept");
                let why = "activateImage failed: Device 'ams-core-rtr-000' did not answer within 30 \
                           seconds (ETIMEDOUT)";
                assert_eq!(value["why"], why);
                let failed = &value["failed_tasks"][0];
                assert_eq!((&failed["task"], &failed["task_name"]), (&json!("c3d4"), &json!("activateImage")));
                assert_eq!(failed["at"], "2025-09-04T16:50:55Z", "not the job's start, 16:49:55");
                let given = json!({"device": "ams-core-rtr-000"});
                assert_eq!(value["task"]["incoming"], given, "what it was given comes unasked");
                assert_eq!(value["variables"]["device"], "ams-core-rtr-000");
                assert_eq!(value["done"], json!(["precheck", "stageImage"]));
                assert_eq!(value["remaining"], json!(["activateImage", "postcheck"]));
                assert_eq!(value["progress"], 0.5);
                assert_eq!(value["metrics"]["start_time"], "2025-09-04T16:49:55Z");
                assert_eq!(value["metrics"]["user"], "admin");
                assert_eq!(value["metrics"]["user_id"], "5e1f000000000000000000ad");
            },
        ),
        ok(
            "describe_job",
            Shows::Main,
            "E10: the progress of a paused job is that of its tasks",
            json!({"object_id": PAUSED}),
            |seen| {
                assert_eq!((&seen.value["status"], &seen.value["progress"]), (&json!("paused"), &json!(0.5)));
                assert_eq!(seen.value["metrics"]["progress"], 0.5);
                assert_eq!(seen.value["remaining"], json!(["setConfig", "verify"]));
                seen.says(&["resume_jobs"]);
            },
        ),
        ok(
            "describe_job",
            Shows::Main,
            "E2: it says that it waits for a person, since when",
            json!({"object_id": WAITING}),
            |seen| {
                let waiting = &seen.value["waiting_tasks"][0];
                assert_eq!(waiting["task_id"], format!("{WAITING}.b2c3"));
                assert_eq!(waiting["task_name"], "ViewData");
                assert_eq!(waiting["since"], "2025-09-04T15:50:10Z");
                seen.says(&["waits for a person"]);
            },
        ),
        ok(
            "describe_job",
            Shows::Main,
            "one task's incoming and error data, by its name",
            json!({"object_id": FAILED, "task": "activateImage"}),
            |seen| {
                let task = &seen.value["task"];
                assert_eq!(task["incoming"], json!({"device": "ams-core-rtr-000"}));
                assert_eq!(task["error"]["code"], "ETIMEDOUT");
                let left = ["tasks", "variables"].map(|name| seen.value.get(name));
                assert_eq!(left, [None, None], "what is left out does not look empty");
            },
        ),
        ok(
            "describe_job",
            Shows::Main,
            "one task's outgoing data, by its id",
            json!({"object_id": FAILED, "task": "b2c3"}),
            |seen| {
                let out = &seen.value["task"]["outgoing"];
                assert_eq!(out["result"], "stageImage: ams-core-rtr-000 done");
            },
        ),
        ok(
            "describe_job",
            Shows::OddRecord,
            "a task that has not run, and started jobs of its own",
            json!({"object_id": "70b500000000000000000008", "task": "setConfig"}),
            |seen| {
                seen.says(&["has not run yet"]);
                assert_eq!(seen.value["task"]["child_jobs"], json!(["70b500000000000000000007"]));
            },
        ),
        ok(
            "describe_job",
            Shows::OddRecord,
            "the last of several runs is shown, and one that cannot be read hides nothing",
            json!({"object_id": "j", "task": "loop"}),
            |seen| {
                assert_eq!(seen.value["task"]["outgoing"], json!({"n": 3}));
                seen.says(&["ran 3 times", "could not be read"]);
                assert_eq!(seen.value["why"], "disk full (and 1 more)");
            },
        )
        .with_faults(json!([
            {"match": {"path": "/operations-manager/jobs/j"}, "replace": {"data": {"_id": "j",
                "status": "error", "error": ["disk full", {"message": null, "x": 1}], "tasks": {"k": {"name": "loop", "status": "complete",
                "iterations": ["a", "b", "c"]}}}}},
            {"match": {"path": "/operations-manager/tasks/a"}, "status": 403},
            {"match": {"path": "/operations-manager/tasks/c"}, "replace": {"data": {"_id": "c",
                "variables": {"outgoing": {"n": 3}}}}}
        ])),
        ok(
            "describe_job",
            Shows::OddRecord,
            "an error that is text, tasks that are none, an id that is a number",
            json!({"object_id": "7"}),
            |seen| {
                assert_eq!(seen.value["why"], "Workflow timed out");
                assert_eq!((&seen.value["object_id"], &seen.value["done"]), (&json!("7"), &json!([])));
            },
        )
        .with_faults(json!([{"match": {"path": "/operations-manager/jobs/7"}, "replace": {"id": 7,
            "status": "error", "error": "Workflow timed out", "tasks": null, "metrics": null}}])),
        fails(
            "describe_job",
            Shows::NotFound,
            "T17: the friendly text, without the platform's address",
            json!({"object_id": "nope"}),
            &["no job has the id 'nope'; get_jobs lists them"],
        )
        .and(|seen| assert!(!seen.text.contains("127.0.0.1"), "{}", seen.text)),
        fails(
            "describe_job",
            Shows::NotFound,
            "a platform without the route has said nothing of the job",
            json!({"object_id": FAILED}),
            &["does not have this route"],
        )
        .lacking("/operations-manager/jobs/"),
        fails(
            "describe_job",
            Shows::NotFound,
            "the nearest task is offered",
            json!({"object_id": FAILED, "task": "activateImag"}),
            &["has no task 'activateImag'; did you mean 'activateImage'?"],
        ),
    ]
}

fn starts() -> Vec<Case> {
    vec![
        ok(
            "start_job",
            Shows::Main,
            "by the workflow's name; lists and numbers given as text, why it runs",
            json!({"workflow": "Provision VLAN", "description": "for a test",
                   "variables": {"device": "r1", "devices": "[\"a\"]", "vlan_id": "7"}}),
            |seen| {
                assert_eq!(seen.value["status"], "running");
                let sent = &seen.sent("POST", "/operations-manager/jobs/start")[0];
                let variables = json!({"device": "r1", "devices": ["a"], "vlan_id": 7});
                assert_eq!(sent["options"]["variables"], variables);
                let id = seen.value["object_id"].as_str().expect("an id");
                assert_eq!(job(seen, id)["description"], "for a test");
            },
        ),
        ok(
            "start_job",
            Shows::Main,
            "a workflow of a project",
            json!({"workflow": "VLAN: Add/Remove", "project": "Campus Refresh"}),
            |seen| {
                assert_eq!(seen.value["name"], format!("@{CAMPUS}: VLAN: Add/Remove"));
            },
        ),
        fails(
            "start_job",
            Shows::NotFound,
            "the nearest workflow is offered, after the platform's reason",
            json!({"workflow": "Provision VLN"}),
            &["Workflow 'Provision VLN' not found; no workflow", "did you mean 'Provision VLAN'?"],
        ),
        fails(
            "start_job",
            Shows::NotFound,
            "one that lives in a project is found there",
            json!({"workflow": "Port Turn Up"}),
            &["project '64f0a1b2c3d4e5f601234567' has one"],
        ),
        fails(
            "start_job",
            Shows::FaultAfterWrite,
            "a gateway that gave up says nothing of the job",
            json!({"workflow": "Provision VLAN"}),
            &["may have happened", "get_jobs"],
        )
        .with_faults(json!([{"match": {"path": "/operations-manager/jobs/start"},
                            "after_write": true, "status": 504}])),
        fails(
            "start_workflow",
            Shows::NotFound,
            "T16: the platform's reason first, and what was asked for is not offered",
            json!({"route_name": "backup-device", "data": {"device": "r1"}}),
            &["Workflow not found for automation abc; the trigger", "is there and enabled"],
        )
        .with_faults(json!([{"match": {"path": "/operations-manager/triggers/endpoint/*"},
            "status": 404, "body": {"message": "Workflow not found for automation abc"}}]))
        .and(|seen| assert!(!seen.text.contains("did you mean"), "{}", seen.text)),
    ]
}

fn waits() -> Vec<Case> {
    let inventory = || json!({"route_name": "inventory", "wait": 20});
    let mut rows = vec![
        ok(
            "start_job",
            Shows::Main,
            "E9: the answer of a wait has what the job put out, and times of one form",
            json!({"workflow": "Collect Inventory", "variables": {"device": "r1"}, "wait": 20}),
            |seen| {
                assert_eq!(seen.value["status"], "complete");
                assert_eq!(seen.value["variables"]["outcome"], "Collect Inventory finished on r1");
                assert_eq!(seen.value["done"], json!(["query"]));
                let ended = seen.value["metrics"]["end_time"].as_str();
                assert!(ended.is_some_and(|at| at.ends_with('Z')), "{ended:?}");
            },
        ),
        ok(
            "start_workflow",
            Shows::Main,
            "E9: and the failed task, in the same shape",
            json!({"route_name": "firmware-upgrade", "data": {"device": "r1"}, "wait": 30}),
            |seen| {
                assert_eq!(seen.value["status"], "error");
                assert_eq!(seen.value["failed_tasks"][0]["task_name"], "activateImage");
                seen.says(&["Device 'r1' did not answer"]);
            },
        ),
        ok(
            "trigger_automation",
            Shows::Main,
            "T20: an agent is waited for, with what it said",
            json!({"route_name": "assistant", "data": {"prompt": "hi"}, "wait": 20}),
            |seen| {
                assert_eq!(seen.value["status"], "COMPLETE");
                let output = seen.value["output"].as_str();
                assert!(output.is_some_and(|said| said.starts_with("All sites answer")));
            },
        ),
        ok(
            "start_workflow",
            Shows::FaultAfterWrite,
            "T20: a job known only by `id` is waited for",
            inventory(),
            |seen| {
                assert_eq!(
                    (&seen.value["object_id"], &seen.value["status"]),
                    (&json!(COMPLETE), &json!("complete"))
                );
            },
        )
        .with_faults(json!([{"match": {"path": "/operations-manager/triggers/endpoint/inventory"},
            "after_write": true, "replace": {"data": {"id": COMPLETE, "status": "running"}}}])),
        fails(
            "start_workflow",
            Shows::FaultAfterWrite,
            "without any id there is nothing to wait for, and nobody knows",
            inventory(),
            &["may have happened", "get_jobs"],
        )
        .with_faults(json!([{"match": {"path": "/operations-manager/triggers/endpoint/inventory"},
            "after_write": true, "replace": {"data": {"status": "running"}}}])),
        ok(
            "start_job",
            Shows::FaultAfterWrite,
            "a job that waits for a person is told as that when the time is over",
            json!({"workflow": "Change Approval", "wait": 3}),
            |seen| seen.says(&["running and waits for a person at ViewData", "poll describe_job"]),
        ),
        ok(
            "start_job",
            Shows::FaultAfterWrite,
            "a state that may not be read ends the wait and not the answer",
            json!({"workflow": "Collect Inventory", "wait": 20}),
            |seen| {
                seen.says(&["its state could not be read", "Poll describe_job"]);
                assert!(seen.value["object_id"].is_string());
            },
        )
        .with_faults(json!([{"match": {"method": "GET", "path": "/operations-manager/jobs/*"},
            "times": 99, "status": 403}])),
    ];
    for (tool, route, arguments) in [
        ("restart_adapter", "/health/adapters", json!({"name": "NetBox", "timeout": 20})),
        (
            "stop_application",
            "/health/applications",
            json!({"name": "OperationsManager", "timeout": 20}),
        ),
    ] {
        rows.push(
            ok(tool, Shows::FaultAfterWrite, "T20: nor that of a component", arguments, |seen| {
                let state = &seen.value["state"];
                assert!(state == "RUNNING" || state == "STOPPED", "{state}");
            })
            .with_faults(json!([{"match": {"method": "GET", "path": route}, "skip": 1, "times": 1,
                "status": 500}])),
        );
    }
    rows.push(
        ok(
            "run_compliance_plan",
            Shows::FaultAfterWrite,
            "T20: nor that of a run of a plan",
            json!({"name": "Campus Baseline", "wait": 20}),
            |seen| {
                assert_eq!(seen.value["instance"]["jobStatus"], "complete");
            },
        )
        .with_faults(
            json!([{"match": {"path": "/configuration_manager/search/compliance_plan_instances"},
            "skip": 3, "times": 1, "status": 500}]),
        ),
    );
    for tool in ["start_workflow", "trigger_automation"] {
        rows.push(
            ok(
                tool,
                Shows::FaultAfterWrite,
                "T20: one 500 in passing does not end the wait",
                inventory(),
                |seen| assert_eq!(seen.value["status"], "complete"),
            )
            .with_faults(json!([{"match": {"method": "GET", "path": "/operations-manager/jobs/*"},
                "times": 1, "status": 500}])),
        );
    }
    rows
}

fn controls() -> Vec<Case> {
    let ids = |ids: &[&str]| json!({"object_ids": ids});
    let cancel = "/operations-manager/jobs/cancel";
    vec![
        ok("cancel_jobs", Shows::Main, "each job's status is told", ids(&[PAUSED, WAITING]), |seen| {
            assert_eq!(seen.value["message"], "2 of 2 jobs are canceled.");
            let jobs = seen.value["jobs"].as_array().expect("a list");
            assert!(jobs.iter().all(|job| job["status"] == "canceled"), "{jobs:?}");
            assert_eq!(job(seen, WAITING)["status"], "canceled");
        }),
        ok("cancel_jobs", Shows::Main, "one id stands for a list", json!({"object_ids": PAUSED}), |seen| {
            assert_eq!(seen.value["jobs"][0]["name"], "Provision VLAN");
        }),
        fails(
            "cancel_jobs",
            Shows::FaultAfterWrite,
            "those that a success names as refused are told by id, with why",
            ids(&[PAUSED, COMPLETE, "nope"]),
            &[
                "1 of 3 jobs are canceled: 70b500000000000000000002",
                "Not canceled: 70b500000000000000000004 (it is complete), nope (no job has this id)",
            ],
        )
        .and(|seen| assert_eq!(job(seen, PAUSED)["status"], "canceled")),
        fails(
            "cancel_jobs",
            Shows::NotFound,
            "nothing but unknown ids",
            ids(&["nope"]),
            &["Not found: 0 of 1 jobs are canceled. Not canceled: nope (no job has this id)"],
        ),
        ok(
            "cancel_jobs",
            Shows::FaultAfterWrite,
            "a request refused as a whole is repeated for each job",
            ids(&[PAUSED, WAITING]),
            |seen| {
                assert_eq!(seen.value["message"], "2 of 2 jobs are canceled.");
                assert_eq!(seen.sent("POST", "/operations-manager/jobs/cancel").len(), 3);
            },
        )
        .with_faults(json!([{"match": {"path": cancel}, "status": 400}])),
        ok(
            "cancel_jobs",
            Shows::FaultAfterWrite,
            "an answer that was lost is read back",
            ids(&[PAUSED]),
            |seen| seen.says(&["Read back, it has been done"]),
        )
        .with_faults(json!([{"match": {"path": cancel}, "after_write": true, "status": 504}])),
        fails(
            "cancel_jobs",
            Shows::FaultAfterWrite,
            "the platform takes 100 at a time; one that it refuses is named among many",
            json!({"object_ids": (0..130).map(|n| format!("70b5000000000000000000{n:02x}")).collect::<Vec<_>>()}),
            &["of 130 jobs are canceled: ", "70b500000000000000000004 (it is complete)"],
        )
        .and(|seen| {
            let sent = seen.sent("POST", "/operations-manager/jobs/cancel");
            let sizes: Vec<usize> =
                sent.iter().map(|body| body["jobIds"].as_array().map_or(0, Vec::len)).collect();
            assert_eq!(sizes, [100, 30]);
        }),
        fails("cancel_jobs", Shows::Defect, "no id at all", ids(&[]), &["must name 1 to 500 jobs"]),
        fails(
            "cancel_jobs",
            Shows::NotFound,
            "a platform without the route",
            ids(&[PAUSED]),
            &["does not have this route"],
        )
        .lacking("/operations-manager/jobs/cancel"),
        ok("pause_jobs", Shows::Main, "a running one", ids(&[WAITING]), |seen| {
            assert_eq!(seen.value["jobs"][0]["status"], "paused");
        }),
        fails(
            "pause_jobs",
            Shows::FaultAfterWrite,
            "one that has ended, beside one that runs",
            ids(&[WAITING, COMPLETE]),
            &["1 of 2 jobs are paused", "70b500000000000000000004 (it is complete)"],
        ),
        ok("resume_jobs", Shows::Main, "a paused one", ids(&[PAUSED]), |seen| {
            assert_eq!(seen.value["jobs"][0]["status"], "running");
        }),
        fails(
            "resume_jobs",
            Shows::FaultAfterWrite,
            "one that is not paused, beside one that is",
            ids(&[PAUSED, QUEUED]),
            &["1 of 2 jobs are resumed", "70b500000000000000000003 (it is queued)"],
        ),
    ]
}

fn goes_on() -> Vec<Case> {
    let retry = "/operations-manager/jobs/70b500000000000000000000/tasks/c3d4/retry";
    vec![
        ok(
            "retry_task",
            Shows::Main,
            "by the task's name, with a variable changed",
            json!({"object_id": FAILED, "task": "activateImage", "variables": {"device": "r2"}}),
            |seen| {
                assert_eq!(seen.value["status"], "running");
                assert_eq!(job(seen, FAILED)["variables"]["device"], "r2");
            },
        ),
        ok(
            "retry_task",
            Shows::FaultAfterWrite,
            "an answer that was lost is read back",
            json!({"object_id": FAILED, "task": "c3d4"}),
            |seen| seen.says(&["Read back, it has been done"]),
        )
        .with_faults(json!([{"match": {"path": retry}, "after_write": true, "status": 502}])),
        fails(
            "retry_task",
            Shows::NotFound,
            "a task that did not fail: the platform's words, and how things are",
            json!({"object_id": FAILED, "task": "precheck"}),
            &[
                "task 'a1b2' is complete, not error",
                "The job is error, its task precheck is complete",
            ],
        ),
        fails(
            "retry_task",
            Shows::NotFound,
            "a task that is not there",
            json!({"object_id": FAILED, "task": "zzz"}),
            &["has no task 'zzz'; it has: precheck (a1b2), stageImage (b2c3)"],
        )
        .and(|seen| assert!(seen.platform.requests().iter().all(|r| r["method"] == "GET"))),
        ok(
            "continue_job",
            Shows::Main,
            "from a task that was done: it and what follows run again",
            json!({"object_id": FAILED, "from_task": "stageImage"}),
            |seen| {
                assert_eq!(seen.value["status"], "running");
                let tasks = &job(seen, FAILED)["tasks"];
                assert_eq!(tasks["a1b2"]["status"], "complete");
                assert_eq!(tasks["c3d4"]["status"], "incomplete");
            },
        ),
        ok(
            "continue_job",
            Shows::FaultAfterWrite,
            "how it is now may not be read",
            json!({"object_id": FAILED, "from_task": "c3d4"}),
            |seen| seen.says(&["could not be read"]),
        )
        .with_faults(json!([{"match": {"method": "GET", "path": format!("{JOBS}/{FAILED}")},
            "skip": 1, "times": 9, "status": 403}])),
        ok(
            "revert_job",
            Shows::Main,
            "back to an earlier task",
            json!({"object_id": FAILED, "from_task": "activateImage", "to_task": "precheck"}),
            |seen| {
                let path = "/operations-manager/jobs/70b500000000000000000000/revert";
                assert_eq!(
                    seen.sent("POST", path),
                    [json!({"fromTask": "c3d4", "toTask": "a1b2"})]
                );
                assert_eq!(job(seen, FAILED)["tasks"]["a1b2"]["status"], "incomplete");
            },
        ),
        fails(
            "revert_job",
            Shows::FaultAfterWrite,
            "nobody knows, and reading it back fails",
            json!({"object_id": FAILED, "from_task": "c3d4"}),
            &["may have happened", "describe_job"],
        )
        .with_faults(json!([
            {"match": {"method": "POST", "path": format!("{JOBS}/{FAILED}/revert")}, "close": true},
            {"match": {"method": "GET", "path": format!("{JOBS}/{FAILED}")}, "skip": 1, "times": 9,
             "status": 403}
        ])),
    ]
}
