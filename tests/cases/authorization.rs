//! Groups of users.

use serde_json::{Value, json};

use super::{Case, Shows, fails, ok};

pub fn rows() -> Vec<Case> {
    let many = (0..130).map(|n| json!({"_id": format!("g{n}"), "name": format!("G {n}")}));
    let create = |group: &str| json!({"name": "New", "groups": ["NetOps", group]});
    vec![
        ok("get_user_groups", Shows::Main, "E12: which groups there are", json!({}), |seen| {
            let group = seen.item("name", "NetOps");
            assert_eq!(group["description"], "Network operations");
            assert_eq!(group["inactive"], false);
        }),
        ok(
            "get_user_groups",
            Shows::OddRecord,
            "null, missing, a flag as text",
            json!({}),
            |seen| {
                assert_eq!(seen.item("name", "Network Engineering")["inactive"], Value::Null);
                assert_eq!(seen.item("name", "Büro Zürich")["description"], Value::Null);
                assert_eq!(seen.item("name", "Büro Zürich")["inactive"], false);
            },
        ),
        ok("get_user_groups", Shows::Paging, "130 groups", json!({}), |seen| {
            assert_eq!(seen.items().len(), 130);
            assert!(seen.platform.count("GET", "/authorization/groups") >= 2);
        })
        .with_world("groups", many.collect()),
        fails(
            "create_inventory",
            Shows::NotFound,
            "E12: the answer to a wrong group says which exist",
            create("Netzwerk"),
            &["no user group is called 'Netzwerk'", "there are: NetOps, Network Engineering"],
        )
        .and(|seen| assert!(seen.sent("POST", "/inventory_manager/v1/inventories").is_empty())),
        ok(
            "create_inventory",
            Shows::Main,
            "a group by its id",
            create("6a6a00000000000000000001"),
            |seen| assert_eq!(seen.value["name"], "New"),
        ),
        ok(
            "create_inventory",
            Shows::Defect,
            "who may not read the groups may create an inventory all the same",
            create("Secret Group"),
            |seen| assert_eq!(seen.value["name"], "New"),
        )
        .with_faults(json!([{"match": {"path": "/authorization/groups"}, "times": 9,
            "status": 403}])),
    ]
}
