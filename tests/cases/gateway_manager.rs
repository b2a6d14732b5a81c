//! Gateways, services and configurations.

use serde_json::{Value, json};

use super::{Case, Shows, fails, ok};

const RUN: &str = "/gateway_manager/v1/services/run";
const GATEWAYS: &str = "/gateway_manager/v1/gateways";
const EXPORT: &str = "/gateway_manager/v1/gateways/lab/configuration/export";
const IMPORT: &str = "/gateway_manager/v1/gateways/lab/configuration/import";

pub fn rows() -> Vec<Case> {
    [lists(), run(), configuration()].into_iter().flatten().collect()
}

fn lists() -> Vec<Case> {
    vec![
        ok("get_services", Shows::Main, "name, cluster and decorator", json!({}), |seen| {
            assert_eq!(seen.items().len(), 12);
            let facts = seen.item("name", "device-facts");
            assert_eq!(facts["cluster"], "dc-east");
            assert_eq!(facts["decorator"]["required"], json!(["device"]));
        }),
        ok("get_services", Shows::Main, "of one cluster", json!({"cluster": "dc-west"}), |seen| {
            assert_eq!(seen.items().len(), 1);
        }),
        ok(
            "get_services",
            Shows::OddRecord,
            "a service without metadata fails no list",
            json!({}),
            |seen| {
                assert_eq!(
                    seen.items()[0],
                    json!({"name": "s", "cluster": null, "type": null, "description": null,
                           "decorator": null, "active": null})
                );
                assert_eq!(seen.items()[1]["name"], Value::Null);
            },
        )
        .with_faults(json!([{"match": {"path": "/gateway_manager/v1/services"}, "replace":
            {"result": [{"service_metadata": {"name": "s"}}, {"_id": "x"}]}}])),
        ok(
            "get_gateways",
            Shows::Defect,
            "the documented list has no states; the connections have",
            json!({}),
            |seen| {
                assert_eq!(seen.items().len(), 3);
                let east = seen.item("cluster", "dc-east");
                assert_eq!(east["status"], "connected");
                assert_eq!(east["enabled"], true);
                seen.says(&["1 more are not connected"]);
            },
        ),
        ok(
            "get_gateways",
            Shows::Main,
            "also those that are not connected",
            json!({"connected_only": false}),
            |seen| assert_eq!(seen.item("cluster", "branch 7")["status"], "disconnected"),
        ),
        ok(
            "get_gateways",
            Shows::OddRecord,
            "states in the list itself, nulls, another case",
            json!({}),
            |seen| {
                assert_eq!(
                    seen.value,
                    &json!([
                        {"name": "g1", "cluster": "c1", "description": null, "status": "CONNECTED",
                         "enabled": null},
                        {"name": null, "cluster": "c2", "description": null, "status": "connected",
                         "enabled": true},
                    ])
                );
                assert_eq!(seen.platform.count("GET", "/gateway_manager/v1/connections"), 0);
            },
        )
        .with_faults(json!([{"match": {"path": GATEWAYS}, "replace": [
            {"gateway_name": "g1", "cluster_id": "c1", "description": null,
             "connection_status": "CONNECTED", "status": "enabled"},
            {"name": null, "cluster": "c2", "status": "connected", "enabled": true},
            {"name": "g3", "cluster": "c3", "status": "down"}
        ]}])),
        ok(
            "get_gateways",
            Shows::Defect,
            "states that cannot be read hide no gateway",
            json!({}),
            |seen| {
                assert_eq!(seen.items().len(), 4);
                assert_eq!(seen.items()[0]["status"], Value::Null);
                seen.says(&["could not be read"]);
            },
        )
        .with_faults(
            json!([{"match": {"path": "/gateway_manager/v1/connections"}, "status": 403}]),
        ),
    ]
}

fn run() -> Vec<Case> {
    let lab = |name: &str| json!({"name": name, "cluster": "lab"});
    vec![
        ok(
            "run_service",
            Shows::Main,
            "output that is a JSON object is parsed; input may be JSON text",
            json!({"name": "device-facts", "cluster": "dc-west",
                   "input_params": "{\"device\": \"west-rtr-01\"}"}),
            |seen| {
                assert_eq!(seen.value["stdout"]["hostname"], "west-rtr-01");
                assert_eq!(seen.value["return_code"], 0);
                assert_eq!(seen.value["elapsed_time"], 1.25);
                assert_eq!(
                    seen.sent("POST", RUN),
                    [json!({"serviceName": "device-facts", "clusterId": "dc-west",
                            "params": {"device": "west-rtr-01"}})]
                );
            },
        ),
        ok(
            "run_service",
            Shows::Main,
            "input goes out as the decorator wants it, where that can be",
            json!({"name": "device-facts", "cluster": "dc-west",
                   "input_params": {"device": 7, "depth": "2", "interfaces": "eth0, eth1",
                                    "site": null}}),
            |seen| {
                assert_eq!(
                    seen.sent("POST", RUN)[0]["params"],
                    json!({"device": "7", "depth": 2, "interfaces": ["eth0", "eth1"],
                           "site": null})
                );
            },
        ),
        ok(
            "run_service",
            Shows::OddRecord,
            "without services to look at, input goes out as it came",
            json!({"name": "device-facts", "cluster": "dc-east",
                   "input_params": {"device": "r1", "depth": 2}}),
            |seen| assert_eq!(seen.value["return_code"], 0),
        )
        .with_faults(json!([{"match": {"method": "GET", "path": "/gateway_manager/v1/services"},
                            "status": 403}])),
        ok(
            "run_service",
            Shows::Defect,
            "a script that prints a number",
            lab("print-number"),
            |seen| {
                assert_eq!(seen.value["stdout"], "42");
            },
        ),
        ok(
            "run_service",
            Shows::Defect,
            "a script that prints a list",
            lab("print-list"),
            |seen| {
                assert_eq!(seen.value["stdout"], json!([]));
            },
        ),
        ok(
            "run_service",
            Shows::OddRecord,
            "a script that prints null",
            lab("print-null"),
            |seen| {
                assert_eq!(seen.value["stdout"], Value::Null);
            },
        ),
        ok("run_service", Shows::OddRecord, "output parsed already", lab("print-object"), |seen| {
            assert_eq!(seen.value["stdout"]["already"], "parsed");
        }),
        ok("run_service", Shows::Main, "a service that fails says so", lab("exit-2"), |seen| {
            assert_eq!(seen.value["return_code"], 2);
            assert_eq!(seen.value["stderr"], "permission denied\n");
            seen.says(&["failed with return code 2"]);
        }),
        ok(
            "run_service",
            Shows::Defect,
            "the answer of older releases",
            lab("old-shape"),
            |seen| {
                assert_eq!(seen.value["job_id"], "j1");
                assert_eq!(seen.value["return_code"], Value::Null);
            },
        ),
        fails(
            "run_service",
            Shows::NotFound,
            "a name that is nearly right",
            lab("print-numbr"),
            &["Not found", "did you mean 'print-number'?"],
        ),
        fails(
            "run_service",
            Shows::NotFound,
            "the wrong cluster",
            lab("is-alive"),
            &["no service is called 'is-alive' on cluster 'lab'", "it is on dc-east"],
        ),
        fails(
            "run_service",
            Shows::Defect,
            "an error without data still tells its message",
            json!({"name": "echo", "cluster": "lab"}),
            &["out of memory"],
        )
        .with_faults(json!([{"match": {"path": RUN}, "replace":
            {"error": {"code": 1, "message": "out of memory"}}}])),
        fails(
            "run_service",
            Shows::FaultAfterWrite,
            "an answer that cannot be read is neither success nor failure of what ran",
            lab("echo"),
            &["Outcome unknown", "may have happened"],
        )
        .with_faults(json!([{"match": {"path": RUN}, "after_write": true, "body": "<html>",
                            "content_type": "text/html"}])),
        fails(
            "run_service",
            Shows::Defect,
            "input that is no JSON is refused before any request",
            json!({"name": "echo", "cluster": "lab", "input_params": "{oops"}),
            &["not valid JSON"],
        )
        .and(|seen| assert!(seen.platform.requests().is_empty())),
    ]
}

fn configuration() -> Vec<Case> {
    let import = |more: Value| {
        let mut arguments = json!({"cluster_id": "lab"});
        if let (Some(all), Value::Object(more)) = (arguments.as_object_mut(), more) {
            all.extend(more);
        }
        arguments
    };
    let service = json!({"services": [{"name": "fresh", "type": "python"}]});
    let git = json!({"git_url": "https://git.example/x.git", "git_file": "svc.yaml",
                     "git_private_key": "k", "force": true, "validate": true});
    let refused = |because, more, says| {
        fails("import_gateway_configuration", Shows::Defect, because, import(more), says)
            .and(|seen| assert!(seen.platform.requests().is_empty()))
    };
    let mut rows = vec![
        ok(
            "export_gateway_configuration",
            Shows::Main,
            "a document without secrets comes at once",
            json!({"cluster_id": "dc-west"}),
            |seen| assert_eq!(seen.value["services"][0]["name"], "device-facts"),
        ),
        fails(
            "export_gateway_configuration",
            Shows::Main,
            "secrets need a person, and this client cannot ask one",
            json!({"cluster_id": "dc-east"}),
            &["Not confirmed"],
        )
        .and(|seen| assert!(!seen.text.contains("not-a-real-secret"))),
        fails(
            "export_gateway_configuration",
            Shows::NotFound,
            "an unknown cluster is named",
            json!({"cluster_id": "nowhere"}),
            &["Not found", "nowhere"],
        ),
        fails(
            "export_gateway_configuration",
            Shows::Defect,
            "a cluster cannot climb out of its place in the path",
            json!({"cluster_id": "../../health"}),
            &["Invalid arguments"],
        )
        .and(|seen| assert!(seen.platform.requests().is_empty())),
        ok(
            "import_gateway_configuration",
            Shows::Main,
            "an object is imported",
            import(json!({"content": service})),
            |seen| {
                assert_eq!(seen.value["summary"]["added"], 1);
                assert_eq!(seen.value["added"][0]["name"], "fresh");
                let options = &seen.sent("POST", IMPORT)[0]["options"];
                assert_eq!(options["source"], "content");
                assert_eq!(options["force"], false);
                assert!(
                    seen.world("services").iter().any(|s| s["service_metadata"]["name"] == "fresh")
                );
            },
        ),
        ok(
            "import_gateway_configuration",
            Shows::Main,
            "text goes out as it is: it may be YAML",
            import(json!({"content": "{\"services\": []}"})),
            |seen| {
                let content = &seen.sent("POST", IMPORT)[0]["options"]["content"];
                assert_eq!(content, "{\"services\": []}");
            },
        ),
        ok(
            "import_gateway_configuration",
            Shows::Main,
            "a file in a git repository",
            import(git),
            |seen| {
                assert_eq!(
                    seen.sent("POST", IMPORT)[0],
                    json!({"options": {"source": "git", "force": true, "validate": true,
                        "check": false, "git": {"url": "https://git.example/x.git",
                        "file": "svc.yaml", "privateKey": "k"}}})
                );
            },
        ),
        ok(
            "import_gateway_configuration",
            Shows::Defect,
            "an answer under result is no empty success",
            import(json!({"content": service})),
            |seen| assert_eq!(seen.value["skipped"], json!(["a"])),
        )
        .with_faults(json!([{"match": {"path": IMPORT}, "replace":
            {"result": {"added": null, "skipped": ["a"]}}}])),
        fails(
            "import_gateway_configuration",
            Shows::FaultAfterWrite,
            "an empty answer after the write",
            import(json!({"content": service})),
            &["Outcome unknown", "may have happened", "export_gateway_configuration"],
        )
        .with_faults(json!([{"match": {"path": IMPORT}, "after_write": true, "status": 204,
                            "body": ""}])),
        ok(
            "import_gateway_configuration",
            Shows::FaultAfterWrite,
            "what was taken is shown although the rest was not",
            import(json!({"content": {}})),
            |seen| {
                assert_eq!(seen.value["added"], json!(["a"]));
                seen.says(&["Only a part", "b is broken"]);
            },
        )
        .with_faults(json!([{"match": {"path": IMPORT}, "replace":
            {"added": ["a"], "errors": ["b is broken"]}}])),
        fails(
            "import_gateway_configuration",
            Shows::Defect,
            "a failure inside a 200 is a failure",
            import(json!({"content": {}})),
            &["did not carry this out", "no services"],
        )
        .with_faults(json!([{"match": {"path": IMPORT}, "replace":
            {"status": "Failure", "message": "no services"}}])),
        fails(
            "import_gateway_configuration",
            Shows::NotFound,
            "an unknown cluster is named",
            json!({"cluster_id": "nowhere", "content": {}}),
            &["Not found", "nowhere"],
        ),
        refused(
            "validate and check together",
            json!({"content": {}, "validate": true, "check": true}),
            &["'validate' and 'check'"],
        ),
        refused("two sources", json!({"content": {}, "git_username": "u"}), &["not both"]),
        refused("no source", json!({}), &["'content'"]),
        refused("half a git source", json!({"git_url": "u"}), &["'git_file'"]),
        refused("git details alone", json!({"git_password": "p"}), &["'git_url'"]),
    ];
    for (because, document) in [
        ("users at the top", json!({"users": [{"name": "bob"}]})),
        ("secrets of a service", json!({"services": [{"secrets": [{"name": "x"}]}]})),
        ("a document under result", json!({"result": {"secrets": ["x"]}})),
        ("credentials of a repository", json!({"repositories": [{"password": "hunter2"}]})),
        ("a password in an address", json!({"url": "https://u:hunter2@git.example/x"})),
        ("a private key in a text", json!({"a": {"b": "-----BEGIN PRIVATE KEY-----\nhunter2"}})),
    ] {
        rows.push(
            fails(
                "export_gateway_configuration",
                Shows::Defect,
                because,
                json!({"cluster_id": "lab"}),
                &["Not confirmed"],
            )
            .and(|seen| assert!(!seen.text.contains("hunter2")))
            .with_faults(json!([{"match": {"path": EXPORT}, "replace": document}])),
        );
    }
    rows.push(
        ok(
            "export_gateway_configuration",
            Shows::OddRecord,
            "empty lists and placeholders are no secrets",
            json!({"cluster_id": "lab"}),
            |seen| assert_eq!(seen.value["extra"], 1),
        )
        .with_faults(json!([{"match": {"path": EXPORT}, "replace":
            {"secrets": [], "users": null, "services": [{"secrets": []}], "extra": 1}}])),
    );
    rows
}
