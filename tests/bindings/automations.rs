//! Every automation that is published for agents, as a tool without a section: `[tools] automations`.

use serde_json::json;

use super::support::{eventually, signal};
use super::{Bound, names};

#[test]
fn a_pattern_of_names_makes_tools_in_the_order_of_their_names() {
    let mut bound = Bound::start(
        "[server]\ninclude_tags = bindings\n[tools]\nautomations = backup *, Change *\n",
    );
    let tools = bound.tools();
    assert_eq!(names(&tools), ["backup_device", "change_approval"]);
    assert_eq!(tools[0]["title"], "Backup Device");
    assert_eq!(tools[0]["inputSchema"]["required"], json!(["device"]));
    assert_eq!(tools[0]["annotations"]["destructiveHint"], true);
    let answer = bound.server.call("backup_device", json!({"device": "r1"}));
    assert_eq!(answer["structuredContent"]["variables"]["device"], "r1", "{answer}");
}

#[test]
fn a_tag_counts_on_the_automation_its_trigger_or_its_workflow() {
    let chosen = |choice: &str| {
        let config =
            format!("[server]\ninclude_tags = bindings\n[tools]\nautomations = {choice}\n");
        Bound::start(&config).tools()
    };
    let tools = chosen("tag:mcp");
    let listed = names(&tools);
    for name in ["backup_device", "provision_vlan", "turn_up_port", "collect_inventory"] {
        assert!(listed.contains(&name), "{name}: {listed:?}");
    }
    assert!(!listed.contains(&"nightly_audit_030"), "its trigger is disabled: {listed:?}");
    assert!(!listed.contains(&"firmware_upgrade"), "it has no tag: {listed:?}");
    // What the platform tags can be told apart here.
    let config = "[server]\ninclude_tags = campus\n[tools]\nautomations = tag:mcp\n";
    let tools = Bound::start(config).tools();
    assert!(names(&tools).contains(&"turn_up_port") && !names(&tools).contains(&"backup_device"));
    let tools = chosen("project:Campus Refresh");
    assert_eq!(names(&tools), ["turn_up_port", "turn_up_port_audit_115"]);
    assert!(chosen("tag:nothing has this").is_empty());
}

#[test]
fn automations_of_one_name_and_triggers_of_one_automation_are_tools_of_their_own() {
    let mut bound = Bound::start(
        "[server]\ninclude_tags = bindings\n[tools]\nautomations = Rotate Credentials\n",
    );
    let tools = bound.tools();
    let listed = names(&tools);
    assert_eq!(
        listed,
        ["rotate_credentials", "rotate_credentials_audit_121", "rotate_credentials_rotate_edge"]
    );
}

#[test]
fn what_has_a_section_is_no_second_tool() {
    let config = format!(
        "[server]\ninclude_tags = bindings\n[tools]\nautomations = Backup Device\n{}",
        super::BACKUP
    );
    let tools = Bound::start(&config).tools();
    assert!(names(&tools).contains(&"backup_router"), "{:?}", names(&tools));
    let described = |text: &str| {
        tools.iter().any(|tool| tool["description"].as_str().is_some_and(|all| all.contains(text)))
    };
    assert!(!described("'Backup via API'"), "{tools:?}");
}

#[test]
fn more_than_are_allowed_are_left_out_by_name_and_it_is_said() {
    let mut bound = Bound::start(
        "[server]\ninclude_tags = bindings\n[tools]\nautomations = *\nmax_automations = 5\n",
    );
    let tools = bound.tools();
    let listed = names(&tools);
    assert_eq!(listed.len(), 5);
    assert!(listed.is_sorted(), "{listed:?}");
    let log = bound.log();
    assert!(log.contains("tools.max_automations allows 5"), "{log}");
}

#[test]
fn a_name_that_is_taken_is_told_apart_by_the_route() {
    let mut bound = Bound::start("[tools]\nautomations = Get Jobs, Collect Inventory\n");
    // A built-in tool is called so; and two automations may have one name.
    for (automation, route) in
        [("Get Jobs", "jobs-of-mine"), ("Collect Inventory", "second-inventory")]
    {
        bound.elsewhere(
            "expose_agent",
            json!({"agent_id": "a9e000000000000000000000", "automation_name": automation.replace("Collect", "collect"),
                   "route_name": route}),
        );
    }
    signal("HUP", bound.server.pid());
    eventually("the new tools", || bound.tool("get_jobs_jobs_of_mine").is_some());
    assert!(bound.tool("collect_inventory").is_some());
    assert!(bound.tool("collect_inventory_second_inventory").is_some());
    let of_old = bound.tool("collect_inventory").expect("listed")["title"].clone();
    assert_eq!(of_old, "Collect Inventory", "the oldest keeps its name");
    let answer = bound.server.call("get_jobs", json!({"limit": 1}));
    assert_eq!(answer["isError"], false, "the built-in tool stays: {answer}");
}

#[test]
fn what_is_published_or_withdrawn_on_the_platform_comes_and_goes() {
    let mut bound = Bound::start("[tools]\nautomations = Agent *\nrefresh = 1\n");
    let published = |bound: &mut Bound| {
        let tools = bound.tools();
        names(&tools).iter().filter(|name| name.starts_with("agent_")).count()
    };
    assert_eq!(published(&mut bound), 0);
    bound.elsewhere(
        "expose_agent",
            json!({"agent_id": "a9e000000000000000000000", "automation_name": "Agent Backup", "endpoint_name": "For agents", "route_name": "agent-backup"}),
    );
    eventually("the tool", || published(&mut bound) == 1);
    bound.elsewhere("update_trigger", json!({"name": "For agents", "enabled": false}));
    eventually("its end", || published(&mut bound) == 0);
}
