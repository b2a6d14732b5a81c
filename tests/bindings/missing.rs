//! Automations and services that are not there, not yet, or not any more.

use std::net::TcpListener;

use serde_json::{Value, json};

use super::support::{Platform, StdioServer, eventually, run, signal};
use super::{BACKUP, Bound, FACTS, Scratch, listed, names, text};

/// A configuration in which everything is missing that can be.
const WRONG: &[(&str, &str, &str)] = &[
    (
        "no_automation",
        "type = endpoint\nname = x\nautomation = Backup Devise\n",
        "no automation is called 'Backup Devise'; did you mean 'Backup Device'?",
    ),
    (
        "no_trigger",
        "type = endpoint\nname = Backup by API\nautomation = Backup Device\n",
        "has no trigger called 'Backup by API'; did you mean 'Backup via API'?",
    ),
    (
        "scheduled",
        "type = endpoint\nname = Nightly\nautomation = Backup Device\n",
        "of the type 'schedule', which no call can start",
    ),
    (
        "disabled",
        "type = endpoint\nname = Assistant (old)\nautomation = Network Assistant\n",
        "is disabled; enable it on the platform",
    ),
    (
        "no_service",
        "type = service\nname = device-fact\ncluster = dc-west\n",
        "no service is called 'device-fact'; did you mean 'device-facts'?",
    ),
    (
        "no_cluster",
        "type = service\nname = device-facts\ncluster = WRONG\n",
        "is not on the cluster 'WRONG'; it is on dc-east, dc-west",
    ),
];

fn wrong() -> String {
    let section = |(name, keys, _): &(&str, &str, &str)| format!("[tool:{name}]\n{keys}");
    WRONG.iter().map(section).collect()
}

#[test]
fn what_is_missing_costs_its_own_tool_and_one_line() {
    let mut bound = Bound::start(&format!("{BACKUP}{}", wrong()));
    let tools = bound.tools();
    assert!(names(&tools).contains(&"backup_router") && tools.len() > 70);
    for (name, _, _) in WRONG {
        assert!(!names(&tools).contains(name), "{name} is listed");
        let answer = bound.server.call(name, json!({}));
        assert_eq!(answer, Value::Null, "it can be called");
    }
    let log = bound.log();
    for (name, _, why) in WRONG {
        let lines: Vec<&str> =
            log.lines().filter(|line| line.contains(&format!("'{name}'"))).collect();
        assert_eq!(lines.len(), 1, "{name}: {log}");
        assert!(lines[0].contains(why), "{why}: {}", lines[0]);
    }
}

#[test]
fn what_is_required_stops_the_server_and_every_line_says_why() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let config = format!("[tools]\nbindings_required = true\n{BACKUP}{}", wrong());
    let file = scratch.write("mcp.conf", config);
    let (code, out, said) = run(&platform.env(), &["--config", &file, "run"]);
    assert_eq!((code, out.as_str()), (1, ""));
    for (name, _, why) in WRONG {
        assert!(said.contains(&format!("tool '{name}'")) && said.contains(why), "{why}: {said}");
    }
    // Where everything is there it serves.
    let file = scratch.write("mcp.conf", format!("[tools]\nbindings_required = true\n{BACKUP}"));
    let mut server = StdioServer::start(&platform.env(), &["--config", &file]);
    server.initialize("2025-11-25");
    assert!(names(&listed(&mut server)).contains(&"backup_router"));
}

#[test]
fn what_comes_later_is_offered_then_and_clients_are_told() {
    let config = "[tools]\nrefresh = 1\n[tool:new_one]\ntype = endpoint\nname = New via API\n\
                  automation = New Automation\n";
    let mut bound = Bound::start(config);
    assert!(bound.tool("new_one").is_none());
    bound.elsewhere(
        "expose_agent",
            json!({"agent_id": "a9e000000000000000000000", "automation_name": "New Automation", "endpoint_name": "New via API", "route_name": "new-one"}),
    );
    eventually("the message that the list has changed", || {
        bound.server.receive()["method"] == "notifications/tools/list_changed"
    });
    assert!(bound.tool("new_one").is_some());
    let answer = bound.server.call("new_one", json!({"device": "r1"}));
    assert_eq!(answer["isError"], false, "{answer}");
    assert!(bound.log().contains("tool 'new_one' is offered now"));
}

#[test]
fn a_trigger_that_moved_is_found_by_the_call_and_one_that_is_gone_is_withdrawn() {
    let mut bound = Bound::start(BACKUP);
    assert!(bound.tool("backup_router").is_some());
    bound.elsewhere("update_trigger", json!({"name": "Backup via API", "route_name": "moved"}));
    let answer = bound.server.call("backup_router", json!({"device": "r1"}));
    assert_eq!(answer["isError"], false, "{answer}");
    assert_eq!(bound.platform.count("POST", "/operations-manager/triggers/endpoint/moved"), 1);

    bound.elsewhere("update_trigger", json!({"name": "Backup via API", "enabled": false}));
    let answer = bound.server.call("backup_router", json!({"device": "r1"}));
    assert_eq!(answer["isError"], true, "{answer}");
    assert!(text(&answer).contains("is disabled"), "{answer}");
    eventually("the withdrawal", || !names(&listed(&mut bound.server)).contains(&"backup_router"));
}

#[test]
fn a_platform_that_is_down_at_start_costs_nothing_but_its_tools_until_it_is_up() {
    // A port on which nobody listens yet.
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound");
    let scratch = Scratch::new();
    let file = scratch.write("mcp.conf", format!("[tools]\nrefresh = 1\n{BACKUP}{FACTS}"));
    let env = |port: u16| {
        [
            ("ITENTIAL_MCP_PLATFORM_HOST", "127.0.0.1".to_owned()),
            ("ITENTIAL_MCP_PLATFORM_PORT", port.to_string()),
            ("ITENTIAL_MCP_PLATFORM_DISABLE_TLS", "true".to_owned()),
            ("ITENTIAL_MCP_PLATFORM_USER", "admin".to_owned()),
            ("ITENTIAL_MCP_PLATFORM_PASSWORD", "admin".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
    };
    let arguments = ["--config", &file, "--log-level", "info"];
    let mut server = StdioServer::start(&env(free.port()), &arguments);
    server.initialize("2025-11-25");
    let tools = listed(&mut server);
    assert!(tools.len() > 70 && !names(&tools).contains(&"facts"), "{:?}", names(&tools));
    let mut platform = super::support::program()
        .args(["sandbox", "--port", &free.port().to_string()])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("the program starts");
    eventually("both tools", || {
        let tools = listed(&mut server);
        names(&tools).contains(&"facts") && names(&tools).contains(&"backup_router")
    });
    platform.kill().expect("it was started here");
    platform.wait().expect("it was started here");
    // What was seen stays while nobody can be asked.
    signal("HUP", server.pid());
    eventually("the reload", || names(&listed(&mut server)).contains(&"facts"));
    let log = server.finish().2;
    let waits = log.lines().filter(|line| line.contains("these tools appear when")).count();
    assert_eq!(waits, 1, "one line for all of them: {log}");
}

#[test]
fn a_platform_that_does_not_answer_holds_up_no_start() {
    let platform = Platform::start();
    platform.hang("/operations-manager/automations");
    let scratch = Scratch::new();
    let file = scratch.write("mcp.conf", format!("{BACKUP}{FACTS}"));
    let mut server = StdioServer::start(&platform.patient_env(), &["--config", &file]);
    server.initialize("2025-11-25");
    let tools = listed(&mut server);
    assert!(tools.len() > 70 && !names(&tools).contains(&"backup_router"));
    let answer = server.call("get_gateways", json!({}));
    assert_eq!(answer["isError"], false, "{answer}");
    let log = server.finish().2;
    assert!(log.contains("the platform takes long"), "{log}");
}

#[test]
fn what_is_excluded_is_not_looked_up() {
    for exclude in ["exclude_tags = bindings", "exclude_tags = backup_router", "read_only = true"] {
        let mut bound = Bound::start(&format!("[server]\n{exclude}\n{BACKUP}"));
        assert!(bound.tool("backup_router").is_none());
        let asked = bound.platform.requests();
        assert!(asked.is_empty(), "{exclude}: {asked:?}");
    }
}

#[test]
fn of_several_that_fit_the_first_is_taken_and_it_is_said() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let config = "[tool:twin]\ntype = endpoint\nname = Twin via API\nautomation = Backup Device\n";
    let file = scratch.write("mcp.conf", config);
    let mut other = StdioServer::start(&platform.env(), &[]);
    other.initialize("2025-11-25");
    for (name, route) in [("Twin via API", "twin-1"), ("Other", "twin-2")] {
        let trigger = json!({"name": name, "type": "endpoint", "route_name": route,
                             "automation": "Backup Device"});
        let answer = other.call("create_trigger", trigger);
        assert_eq!(answer["isError"], false, "{answer}");
    }
    let answer = other.call("update_trigger", json!({"name": "Other", "new_name": "Twin via API"}));
    assert_eq!(answer["isError"], false, "{answer}");
    let mut server =
        StdioServer::start(&platform.env(), &["--config", &file, "--log-level", "info"]);
    server.initialize("2025-11-25");
    let answer = server.call("twin", json!({"device": "r1"}));
    assert_eq!(answer["isError"], false, "{answer}");
    assert_eq!(platform.count("POST", "/operations-manager/triggers/endpoint/twin-1"), 1);
    let log = server.finish().2;
    assert!(log.contains("2 triggers are called 'Twin via API'"), "{log}");
}
