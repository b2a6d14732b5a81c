//! Integrations and their models.

use serde_json::{Value, json};

use super::{Case, Shows, fails, ok};

fn document(title: &str, version: &str) -> Value {
    json!({"openapi": "3.0.0", "info": {"title": title, "version": version}, "paths": {}})
}

pub fn rows() -> Vec<Case> {
    vec![
        ok("get_integrations", Shows::Main, "names and models", json!({}), |seen| {
            assert_eq!(seen.items().len(), 33);
            let item = seen.item("name", "IPAM 01");
            assert_eq!(item["model"], "@itential/IPAM:2.0");
            assert_eq!(item["properties"]["type"], "Integration");
        }),
        ok("get_integrations", Shows::OddRecord, "no name and no model", json!({}), |seen| {
            assert_eq!(seen.items()[0]["model"], Value::Null);
            assert_eq!(seen.items()[0]["name"], "Meraki 00");
        }),
        ok("get_integrations", Shows::Paging, "every page is read", json!({}), |seen| {
            assert_eq!(seen.items().len(), 33);
            assert!(seen.platform.count("GET", "/integrations") >= 4);
        })
        .with_page_cap(10),
        ok(
            "get_integrations",
            Shows::Main,
            "a part of the model's name, in any case",
            json!({"model": "ipam"}),
            |seen| {
                assert!(seen.items().iter().all(|i| i["model"] == "@itential/IPAM:2.0"));
                assert!(!seen.items().is_empty());
            },
        ),
        ok(
            "get_integrations",
            Shows::Defect,
            "a platform that ignores the filter answers with everything",
            json!({"model": "b"}),
            |seen| assert_eq!(seen.items().len(), 1),
        )
        .with_faults(
            json!([{"match": {"path": "/integrations"}, "times": 9, "replace": {"results": [
            {"data": {"name": "1", "model": "a:1", "properties": {}}},
            {"data": {"name": "2", "model": "b:1", "properties": {}}}
        ], "total": 2}}]),
        ),
        ok("get_integrations", Shows::Defect, "credentials are masked", json!({}), |seen| {
            assert!(!seen.text.contains("xoxb-not-a-real-token"));
            seen.says(&["203.0.113.10", "[REDACTED]"]);
        }),
        ok(
            "get_integrations",
            Shows::Defect,
            "a total that is never reached ends nevertheless",
            json!({}),
            |seen| {
                assert_eq!(seen.items().len(), 1);
                // One page, and the eight that were promised.
                assert!(seen.platform.count("GET", "/integrations") <= 9);
            },
        )
        .with_faults(json!([
            {"match": {"path": "/integrations"}, "times": 9, "replace":
                {"results": [{"data": {"name": "1", "model": "m", "properties": {}}}], "total": 9}},
            {"match": {"path": "/integrations"}, "times": 1000, "replace":
                {"results": [], "total": 9}}
        ])),
        ok("get_integration_models", Shows::Main, "id, title and version", json!({}), |seen| {
            let item = seen.item("id", "Meraki Dashboard:1.0.0");
            assert_eq!(item["title"], "Meraki Dashboard");
            assert_eq!(item["version"], "1.0.0");
        }),
        ok("get_integration_models", Shows::Paging, "25 a page at most", json!({}), |seen| {
            assert_eq!(seen.items().len(), 112);
        }),
        ok("get_integration_models", Shows::Defect, "a title may hold colons", json!({}), |seen| {
            assert_eq!(seen.item("id", "A:B:2.0")["title"], "A:B");
        }),
        ok(
            "get_integration_models",
            Shows::OddRecord,
            "no version, no id: neither fails the list",
            json!({}),
            |seen| {
                assert_eq!(
                    seen.value,
                    &json!([
                        {"id": "T:3", "title": "T", "version": "3", "description": null},
                        {"id": null, "title": null, "version": null, "description": "d"},
                    ])
                );
            },
        )
        .with_faults(
            json!([{"match": {"path": "/integration-models"}, "times": 9, "replace":
            {"integrationModels": [{"versionId": "T:3", "properties": {}}, {"description": "d"}],
             "total": 2}}]),
        ),
        ok(
            "create_integration_model",
            Shows::Main,
            "validated, then created; a document given as text is understood",
            json!({"model": document("New API", "1.0").to_string()}),
            |seen| {
                assert_eq!(seen.value["status"], "CREATED");
                assert_eq!(seen.platform.count("PUT", "/integration-models/validation"), 1);
                let models = seen.world("integration_models");
                assert!(models.iter().any(|m| m["versionId"] == "New API:1.0"));
            },
        ),
        fails(
            "create_integration_model",
            Shows::Defect,
            "what exists on the last page is found, and nothing is written",
            json!({"model": document("Vendor API 111", "1.0.0")}),
            &["exists already", "Vendor API 111:1.0.0"],
        )
        .and(|seen| assert_eq!(seen.platform.count("POST", "/integration-models"), 0)),
        fails(
            "create_integration_model",
            Shows::Defect,
            "a validation that fails inside a 200",
            json!({"model": {"info": {"title": "T", "version": "1"}}}),
            &["invalid", "paths is missing"],
        )
        .and(|seen| assert_eq!(seen.platform.count("POST", "/integration-models"), 0)),
        fails(
            "create_integration_model",
            Shows::NotFound,
            "a document without a version is refused before any request",
            json!({"model": {"info": {"title": "T"}}}),
            &["info.version"],
        )
        .and(|seen| assert!(seen.platform.requests().is_empty())),
        ok(
            "create_integration_model",
            Shows::FaultAfterWrite,
            "an empty answer after the write",
            json!({"model": document("New API", "1.0")}),
            |seen| {
                assert_eq!(seen.value["status"], "CREATED");
                seen.says(&["New API:1.0"]);
            },
        )
        .with_faults(json!([{"match": {"method": "POST", "path": "/integration-models"},
            "after_write": true, "status": 204, "body": ""}])),
        ok(
            "create_integration_model",
            Shows::OddRecord,
            "a status nobody has heard of, and no message",
            json!({"model": document("New API", "1.0")}),
            |seen| assert_eq!(seen.value["status"], "ACCEPTED"),
        )
        .with_faults(json!([{"match": {"method": "POST", "path": "/integration-models"},
            "after_write": true, "replace": {"status": "Accepted"}}])),
    ]
}
