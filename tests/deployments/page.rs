//! The commands of docs/migration.md, as they stand there but for addresses, on a machine that is a
//! folder. What is the surroundings' own (systemctl, kubectl, docker) is played.

use serde_json::Value;

use super::{PROGRAM, role_file, unit, with_role};
use crate::support::certificates::{Authority, Pair};
use crate::support::document::{block, blocks};
use crate::support::machine::Machine;
use crate::support::scratch::Scratch;
use crate::support::served::Served;
use crate::support::{Platform, program};

const PAGE: &str = "migration.md";

/// A machine of the role, ready for the commands.
fn equipped() -> Machine {
    let machine = with_role(Machine::equipped());
    machine.script("/download/itential-mcp", &format!("exec {PROGRAM} \"$@\""));
    machine.script("/opt/itential-mcp/venv/bin/itential-mcp", "exec python3 -m itential_mcp");
    machine
}

/// Runs a block of the page: what it says.
fn run(machine: &Machine, block: &str, port: u16, env: &[(String, String)]) -> String {
    let block = machine.placed(block).replace(":8000", &format!(":{port}"));
    let ended = machine.shell(&block, env);
    assert!(ended.well, "{block}\n{}", ended.said);
    assert!(!ended.stderr.contains("ERROR"), "{block}\n{}", ended.stderr);
    ended.stdout
}

/// Starts what the unit starts, and writes the port that it got into the configuration.
fn start(machine: &Machine, conf: impl Fn(u16) -> String) -> Served {
    machine.write("/etc/itential-mcp/mcp.conf", &conf(0));
    let (unit, mut command) = (unit(machine), program());
    command.args(&unit.command[1..]).envs(unit.env);
    let server = Served::spawn(command).unwrap_or_else(|(_, log)| panic!("{log}"));
    machine.write("/etc/itential-mcp/mcp.conf", &conf(server.port));
    server
}

/// What each block is known by.
const OWN: &str = "tools new";
const CHECKED: &str = "config show --config";
const ROLE: &str = "ln -sfn";
const CHART: &str = "kubectl";
const COMPOSE: &str = "docker compose up";
const FROM_OUTSIDE: &str = "curl -f ";
const DESKTOP: &str = "client-config";
const TLS: &str = "tls check";

#[test]
fn every_block_is_one_of_those_below() {
    for block in blocks(PAGE, "sh") {
        let known = [OWN, CHECKED, ROLE, CHART, COMPOSE, FROM_OUTSIDE, DESKTOP, TLS];
        let found = known.iter().filter(|part| block.contains(**part)).count();
        assert_eq!(found, 1, "no test runs\n{block}");
    }
}

#[test]
fn what_the_configuration_means_is_told_before_the_swap() {
    let (platform, machine) = (Platform::start(), equipped());
    machine.write("/etc/itential-mcp/mcp.conf", &role_file(&platform, 8000, "sse"));
    let said = run(&machine, &block(PAGE, "sh", CHECKED), 8000, &[]);
    for part in ["The configuration is valid", "server.transport", "SUCCESS"] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn python_files_are_named_and_other_tools_take_their_place() {
    let (platform, machine) = (Platform::start(), equipped());
    machine.write("/etc/itential-mcp/mcp.conf", &role_file(&platform, 8000, "sse"));
    machine.write("/opt/itential-mcp/tools/old.py", "raise SystemExit('this was run')\n");
    let said = run(&machine, &block(PAGE, "sh", OWN), 8000, &[]);
    for part in ["old.py: a tool of the Python server", "1 tool configured", "\"status\": "] {
        assert!(said.contains(part), "no {part}: {said}");
    }
    assert!(!said.contains("this was run"), "{said}");
}

#[test]
fn the_role_gets_a_link_and_certifies() {
    let (platform, machine) = (Platform::start(), equipped());
    let server = start(&machine, |port| role_file(&platform, port, "sse"));
    let said = run(&machine, &block(PAGE, "sh", ROLE), server.port, &[]);
    for part in ["itential-mcp ", "TOOLS ", "The configuration is valid", "{\"status\":\"ready\"}"]
    {
        assert!(said.contains(part), "{said}");
    }
    let link = machine.path("/opt/itential-mcp/venv/bin/itential-mcp");
    assert!(std::fs::symlink_metadata(link).expect("it is there").is_symlink());
    assert!(unit(&machine).command[0].ends_with("/opt/itential-mcp/venv/bin/itential-mcp"));
}

/// A server that variables alone configure, and those variables.
fn contained(platform: &Platform) -> (Served, Vec<(String, String)>) {
    let mut env = platform.env();
    let set = |env: &mut Vec<(String, String)>, name: &str, value: &str| {
        env.push((format!("ITENTIAL_MCP_SERVER_{name}"), value.to_owned()));
    };
    set(&mut env, "TRANSPORT", "sse");
    set(&mut env, "HOST", "127.0.0.1");
    let server = Served::start(
        &[&env[..], &[("ITENTIAL_MCP_SERVER_PORT".into(), "0".into())]].concat(),
        &["run"],
    );
    set(&mut env, "PORT", &server.port.to_string());
    (server, env)
}

#[test]
fn the_chart_is_corrected_and_probed() {
    let (platform, machine) = (Platform::start(), equipped());
    let (server, env) = contained(&platform);
    let commands = block(PAGE, "sh", CHART);
    let (set, rest) = commands.split_once('\n').expect("the first line sets variables");
    let set = set.strip_prefix("kubectl set env deployment/itential-mcp ").expect("that one");
    let mut corrected = env;
    for change in set.split(' ') {
        match change.split_once('=') {
            Some((name, value)) => corrected.push((name.to_owned(), value.to_owned())),
            None => assert!(change.ends_with('-'), "{change} neither sets nor removes"),
        }
    }
    let said = run(&machine, rest, server.port, &corrected);
    assert!(said.contains("valid") && said.contains("0 warnings"), "{said}");
    assert!(said.contains("\nget_health ") && !said.contains("\nget_adapters "), "{said}");
    let probes = block(PAGE, "yaml", "livenessProbe");
    let paths = probes.lines().filter_map(|line| line.trim().strip_prefix("path: "));
    let paths: Vec<&str> = paths.collect();
    assert_eq!(paths.len(), 2);
    for path in paths {
        assert_eq!(super::get(server.port, path).status, 200, "{path}");
    }
    assert!(super::get(server.port, "/mcp").status >= 400, "what the page says of the old probe");
}

#[test]
fn containers_ask_themselves_how_they_are() {
    let (platform, machine) = (Platform::start(), equipped());
    let (server, env) = contained(&platform);
    run(&machine, &block(PAGE, "sh", COMPOSE), server.port, &env);
    let said = run(&machine, &block(PAGE, "sh", FROM_OUTSIDE), server.port, &env);
    assert!(said.contains("ok"), "{said}");
    let checks = blocks(PAGE, "yaml").into_iter().filter(|one| one.contains("healthcheck:"));
    let checks: Vec<String> = checks.collect();
    assert_eq!(checks.len(), 2);
    for check in checks {
        let (_, command) = check.split_once("test: ").expect("a command");
        let command: Vec<String> = serde_json::from_str(command.trim()).expect("a list");
        assert_eq!((command[0].as_str(), command[1].as_str()), ("CMD", "itential-mcp"));
        run(&machine, &command[1..].join(" "), server.port, &env);
        // The same, when nobody is at home.
        let mut gone = env.clone();
        gone.retain(|(name, _)| !name.ends_with("_SERVER_PORT"));
        gone.push(("ITENTIAL_MCP_SERVER_PORT".into(), "1".into()));
        let (code, _, _) = crate::support::run(&gone, &["probe"]);
        assert_eq!(code, 1);
    }
}

#[test]
fn the_entry_for_claude_desktop_is_printed() {
    let machine = equipped();
    let said = run(&machine, &block(PAGE, "sh", DESKTOP), 8000, &[]);
    let entry: Value = serde_json::from_str(&said).expect("JSON");
    let entry = &entry["mcpServers"]["itential"];
    assert_eq!(entry["args"][0], "run");
    assert_eq!(entry["env"]["ITENTIAL_MCP_PLATFORM_HOST"], "platform.example.com");
}

#[test]
fn tls_takes_the_place_of_nginx() {
    let (platform, machine) = (Platform::start(), equipped());
    let pair = Authority::new("migration").issue(&["localhost", "127.0.0.1"]);
    let scratch = Scratch::new();
    let pair = Pair::write(&scratch, "server", pair);
    machine.link(&pair.certificate, "/etc/itential-mcp/server.pem");
    machine.link(&pair.key, "/etc/itential-mcp/server.key");
    let recipe = block(PAGE, "ini", "certificate_file");
    for part in ["host = 0.0.0.0", "port = 8443"] {
        assert!(recipe.contains(part), "{recipe}");
    }
    let recipe = recipe.replace("0.0.0.0", "127.0.0.1");
    let server = start(&machine, |port| {
        let recipe = recipe.replace("8443", &port.to_string());
        format!(
            "{recipe}[platform]\nhost = 127.0.0.1\nport = {}\ndisable_tls = true\n",
            platform.port
        )
    });
    assert!(server.url.starts_with("https://"), "{}", server.url);
    let said = run(&machine, &block(PAGE, "sh", TLS), server.port, &[]);
    assert!(said.contains("https://"), "{said}");
}
