//! Creating, changing and running triggers.

use serde_json::{Value, json};

use super::{Case, Shows, fails, ok};

const TRIGGERS: &str = "/operations-manager/triggers";
const NIGHTLY: &str = "781e0000000000000000000c";
const FORM: &str = "781e0000000000000000000d";

pub fn rows() -> Vec<Case> {
    [creates(), updates(), runs()].into_iter().flatten().collect()
}

fn creates() -> Vec<Case> {
    let schedule = |more: Value| {
        let mut arguments = json!({
            "automation": "Backup Device", "name": "Weekly", "type": "schedule",
            "first_run_at": "2031-01-05T01:00:00+01:00", "repeat_minutes": 10080,
        });
        arguments.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        arguments
    };
    vec![
        ok(
            "create_trigger",
            Shows::Main,
            "a schedule: times as people write them, milliseconds for the platform",
            schedule(json!({"input": {"device": "r1"}, "description": "each Sunday"})),
            |seen| {
                let sent = &seen.sent("POST", TRIGGERS)[0];
                assert_eq!(sent["firstRunAt"], 1_925_337_600_000_i64);
                assert_eq!(sent["repeatInterval"], 604_800_000);
                assert_eq!(sent["formData"], json!({"device": "r1"}));
                assert_eq!(sent["actionId"], "a07000000000000000000000");
                assert_eq!(seen.value["schedule"]["first_run"], "2031-01-05T00:00:00Z");
                assert_eq!(seen.value["schedule"]["next_run"], "2031-01-05T00:00:00Z");
                assert_eq!(seen.value["enabled"], true);
            },
        ),
        ok(
            "create_trigger",
            Shows::Main,
            "a first run that is past is said",
            schedule(json!({"first_run_at": "2025-01-01", "enabled": false})),
            |seen| {
                seen.says(&["first_run_at is past"]);
                assert_eq!(seen.value["enabled"], false);
            },
        ),
        ok(
            "create_trigger",
            Shows::Main,
            "an endpoint, with a route made of its name",
            json!({"automation": "a07000000000000000000001", "name": "Upgrade again", "type": "endpoint"}),
            |seen| {
                let trigger = seen.row("triggers", "routeName", "Upgrade_again");
                assert_eq!((&trigger["verb"], &trigger["schema"]["type"]), (&json!("POST"), &json!("object")));
                assert_eq!(seen.value["route_name"], "Upgrade_again");
            },
        ),
        ok(
            "create_trigger",
            Shows::Main,
            "a manual one, and the type in any case",
            json!({"automation": "Backup Device", "name": "By hand", "type": "Manual", "form_id": "f"}),
            |seen| {
                let trigger = seen.row("triggers", "name", "By hand");
                assert_eq!((&trigger["formId"], &trigger["legacyWrapper"]), (&json!("f"), &json!(false)));
            },
        ),
        ok(
            "create_trigger",
            Shows::Main,
            "an event",
            json!({"automation": "Backup Device", "name": "On change", "type": "eventSystem",
                   "source": "@itential/app-configuration_manager", "topic": "deviceChanged"}),
            |seen| assert_eq!(seen.row("triggers", "name", "On change")["topic"], "deviceChanged"),
        ),
        ok(
            "create_trigger",
            Shows::FaultAfterWrite,
            "an answer that was lost is read back",
            schedule(json!({})),
            |seen| {
                seen.says(&["Read back, it has been done"]);
                assert_eq!(seen.value["name"], "Weekly");
            },
        )
        .with_faults(json!([{"match": {"method": "POST", "path": TRIGGERS}, "after_write": true, "status": 504}])),
        fails(
            "create_trigger",
            Shows::Defect,
            "everything that is wrong at once, before anything is written",
            json!({"automation": "Backup Device", "name": "x", "type": "schedule", "topic": "t",
                   "first_run_at": "tomorrow"}),
            &[
                "'first_run_at' must be a time such as 2026-01-31T22:00:00Z, not \"tomorrow\"",
                "'topic' belongs to eventSystem, not to schedule", "nothing was changed",
            ],
        )
        .and(|seen| assert!(seen.platform.requests().is_empty())),
        fails(
            "create_trigger",
            Shows::Defect,
            "what its type cannot be without",
            json!({"automation": "Backup Device", "name": "x", "type": "eventSystem"}),
            &["'source' is required for eventSystem; 'topic' is required"],
        ),
        fails(
            "create_trigger",
            Shows::NotFound,
            "the nearest automation is offered",
            json!({"automation": "Backup Devce", "name": "x", "type": "manual"}),
            &["no automation is called 'Backup Devce'; did you mean 'Backup Device'?"],
        ),
        fails(
            "create_trigger",
            Shows::Defect,
            "one that is there already is not doubled",
            json!({"automation": "Backup Device", "name": "Nightly", "type": "schedule",
                   "first_run_at": "2031-01-01"}),
            &["already (781e0000000000000000000c); update_trigger"],
        ),
        fails(
            "create_trigger",
            Shows::Defect,
            "the platform's reason: the route is taken",
            json!({"automation": "Backup Device", "name": "y", "type": "endpoint",
                   "route_name": "inventory"}),
            &["already in use"],
        ),
    ]
}

fn updates() -> Vec<Case> {
    vec![
        ok(
            "update_trigger",
            Shows::Main,
            "off; what is not named stays",
            json!({"name": "Nightly", "enabled": false}),
            |seen| {
                assert_eq!(seen.value["enabled"], false);
                assert_eq!(seen.value["schedule"]["interval_ms"], 86_400_000);
                let path = format!("{TRIGGERS}/{NIGHTLY}");
                assert_eq!(seen.sent("PATCH", &path), [json!({"enabled": false})]);
            },
        ),
        ok(
            "update_trigger",
            Shows::Main,
            "by id: another name, twice a day",
            json!({"name": NIGHTLY, "new_name": "Twice a day", "repeat_minutes": 720}),
            |seen| {
                let row = seen.row("triggers", "_id", NIGHTLY);
                assert_eq!(
                    (&row["name"], &row["repeatInterval"]),
                    (&json!("Twice a day"), &json!(43_200_000))
                );
            },
        ),
        ok(
            "update_trigger",
            Shows::OddRecord,
            "an interval that is told in units, too, is changed in both",
            json!({"name": "Daily", "repeat_minutes": 120}),
            |seen| {
                assert_eq!(seen.value["schedule"]["repeat"], "every 2 hour");
                assert_eq!(seen.value["schedule"]["interval_ms"], 7_200_000);
            },
        )
        .with_world(
            "triggers",
            json!([{"_id": "t", "name": "Daily", "type": "schedule", "enabled": true,
            "repeatUnit": "day", "repeatFrequency": 1, "repeatInterval": 86_400_000}]),
        ),
        ok(
            "update_trigger",
            Shows::FaultAfterWrite,
            "how it is now cannot be read",
            json!({"name": "Nightly", "enabled": false}),
            |seen| {
                assert_eq!(seen.value["enabled"], false);
                seen.says(&["could not be read"]);
            },
        )
        .with_faults(json!([{"match": {"method": "GET", "path": TRIGGERS}, "skip": 1, "times": 9,
                            "status": 403}])),
        fails(
            "update_trigger",
            Shows::FaultAfterWrite,
            "nobody knows, and it was not done",
            json!({"name": "Nightly", "enabled": false}),
            &["Read back, it has not been done"],
        )
        .with_faults(
            json!([{"match": {"method": "PATCH", "path": "/operations-manager/triggers/*"},
                            "status": 504}]),
        ),
        fails(
            "update_trigger",
            Shows::Defect,
            "what belongs to another type",
            json!({"name": "Nightly", "route_name": "r"}),
            &["'route_name' belongs to endpoint, not to schedule"],
        ),
        fails(
            "update_trigger",
            Shows::Defect,
            "nothing at all",
            json!({"name": "Nightly"}),
            &["nothing to change was given"],
        ),
        fails(
            "update_trigger",
            Shows::NotFound,
            "the nearest is offered",
            json!({"name": "Nightl", "enabled": true}),
            &["did you mean 'Nightly'?"],
        ),
    ]
}

fn runs() -> Vec<Case> {
    let form = || json!({"name": "Backup form", "form_data": {"device": "r1"}});
    let path = format!("{TRIGGERS}/manual/{FORM}/run");
    vec![
        ok("run_trigger", Shows::Main, "a job with what the form asked for", form(), |seen| {
            assert_eq!(
                (&seen.value["name"], &seen.value["status"]),
                (&json!("Backup Device"), &json!("running"))
            );
            let id = seen.value["object_id"].as_str().expect("an id");
            assert_eq!(seen.row("jobs", "_id", id)["variables"]["device"], "r1");
        }),
        ok(
            "run_trigger",
            Shows::Main,
            "it is waited for",
            json!({"name": FORM, "form_data": {"device": "r1"}, "wait": 20}),
            |seen| {
                assert_eq!(seen.value["variables"]["outcome"], "Backup Device finished on r1");
            },
        ),
        fails(
            "run_trigger",
            Shows::FaultAfterWrite,
            "a gateway that gave up says nothing of the job",
            form(),
            &["may have happened", "get_jobs"],
        )
        .with_faults(json!([{"match": {"path": path}, "after_write": true, "status": 504}])),
        fails(
            "run_trigger",
            Shows::Defect,
            "an endpoint is started by its route",
            json!({"name": "Inventory"}),
            &["is of type endpoint", "trigger_automation starts it by its route_name 'inventory'"],
        ),
        fails(
            "run_trigger",
            Shows::Defect,
            "a schedule is not run by hand",
            json!({"name": "Nightly"}),
            &["is of type schedule", "start_job starts its workflow"],
        ),
    ]
}
