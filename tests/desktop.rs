//! What desktop clients and the MCP registry are told of the program is so. `packaging/tests/mcpb` tries
//! the bundle itself.

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use itential_mcp::config::settings;
use serde_json::{Value, json};
use support::StdioServer;

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn path(file: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging").join(file)
}

fn read(file: &str) -> Value {
    let path = path(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn object(value: &Value) -> &serde_json::Map<String, Value> {
    value.as_object().unwrap_or_else(|| panic!("no object: {value}"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

fn is_variable(name: &str) -> bool {
    settings().any(|setting| setting.env == name)
}

/// Every tool that is offered with nothing set, by the first sentence of its description.
fn offered() -> Value {
    let mut server = StdioServer::start(&[], &["--sandbox"]);
    server.initialize("2025-11-25");
    let tools = server.request("tools/list", json!({}))["result"]["tools"].clone();
    let told = list(&tools).iter().map(|tool| {
        let said = text(&tool["description"]);
        let first = said.split_inclusive(['.', '?']).next().unwrap_or(said);
        json!({"name": tool["name"], "description": first})
    });
    told.collect()
}

#[test]
fn the_bundle_names_every_tool() {
    let (mut manifest, offered) = (read("mcpb/manifest.json"), offered());
    assert!(list(&offered).len() > 70);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        manifest["tools"] = offered;
        let text = serde_json::to_string_pretty(&manifest).expect("JSON");
        std::fs::write(path("mcpb/manifest.json"), text + "\n").expect("the manifest is ours");
        return;
    }
    assert_eq!(manifest["tools"], offered, "run docs/regenerate");
}

#[test]
fn what_a_bundle_asks_of_its_user_becomes_settings() {
    let manifest = read("mcpb/manifest.json");
    assert_eq!(manifest["version"], VERSION);
    let asked = object(&manifest["user_config"]);
    let mut used = BTreeSet::new();
    for (name, value) in object(&manifest["server"]["mcp_config"]["env"]) {
        assert!(is_variable(name), "{name} is no variable");
        let of = text(value).strip_prefix("${user_config.").and_then(|rest| rest.strip_suffix('}'));
        let of = of.unwrap_or_else(|| panic!("{name}: {value}"));
        let one = asked.get(of).unwrap_or_else(|| panic!("{name} is never asked for"));
        assert!(used.insert(of));
        // Clients leave the reference itself in the variable of what has neither.
        assert!(one["required"] == true || one.get("default").is_some(), "{of} may stay without");
        let secret = name.ends_with("_PASSWORD") || name.ends_with("_SECRET");
        assert_eq!(one["sensitive"] == true, secret, "{of}");
    }
    assert_eq!(used.len(), asked.len(), "something is asked for and not used");
}

/// As the bundle starts it where its user has filled in nothing but what is required.
#[test]
fn what_stays_empty_is_as_if_it_were_not_set() {
    let platform = support::Platform::start();
    let manifest = read("mcpb/manifest.json");
    let mut env = Vec::new();
    for (name, value) in object(&manifest["server"]["mcp_config"]["env"]) {
        let of = text(value).trim_start_matches("${user_config.").trim_end_matches('}');
        let given = match &manifest["user_config"][of]["default"] {
            Value::String(text) => text.clone(),
            Value::Null => "127.0.0.1".into(),
            other => other.to_string(),
        };
        env.push((name.clone(), given));
    }
    let set = |env: &mut Vec<(String, String)>, name: &str, value: &str| {
        env.retain(|(other, _)| other != name);
        env.push((name.to_owned(), value.to_owned()));
    };
    set(&mut env, "ITENTIAL_MCP_PLATFORM_PORT", &platform.port.to_string());
    set(&mut env, "ITENTIAL_MCP_PLATFORM_DISABLE_TLS", "true");
    let call = |env: &[(String, String)]| {
        let mut server = StdioServer::start(env, &[]);
        server.initialize("2025-11-25");
        server.call("get_health", json!({}))
    };
    let refused = call(&env);
    assert_eq!(refused["isError"], true, "{refused}");
    assert!(refused.to_string().contains("check platform user and password"), "{refused}");
    set(&mut env, "ITENTIAL_MCP_PLATFORM_USER", "admin");
    set(&mut env, "ITENTIAL_MCP_PLATFORM_PASSWORD", "admin");
    let answered = call(&env);
    assert_ne!(answered["isError"], true, "{answered}");
}

#[test]
fn the_registry_takes_what_it_is_told() {
    let mut schema: Value =
        serde_json::from_str(include_str!("facts/registry/2025-12-11.json")).expect("JSON");
    schema["$ref"] = "#/definitions/ServerDetail".into();
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let server = read("server.json");
    let wrong: Vec<String> =
        schema.iter_errors(&server).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    for (place, value) in [
        ("/description", json!("x".repeat(101))),
        ("/name", json!("itential-mcp")),
        ("/packages/0/transport", json!({"type": "carrier pigeon"})),
        ("/packages/0/version", json!("latest")),
        ("/packages/1/environmentVariables/0", json!({"description": "without a name"})),
    ] {
        let mut bad = server.clone();
        *bad.pointer_mut(place).unwrap_or_else(|| panic!("no {place}")) = value;
        assert!(!schema.is_valid(&bad), "{place}");
    }
}

#[test]
fn every_package_of_the_registry_is_of_this_version() {
    let server = read("server.json");
    assert_eq!(server["version"], VERSION);
    // What the registry looks for on the image.
    let text_of = |file| std::fs::read_to_string(path(file)).expect("it is there");
    let label = format!("io.modelcontextprotocol.server.name={}", server["name"]);
    assert!(text_of("Containerfile").contains(&label), "{label}");
    let image = text_of("image.sh");
    for package in list(&server["packages"]) {
        let place = text(&package["identifier"]);
        match text(&package["registryType"]) {
            // The hash comes with the bundle; the address must hold "mcp".
            "mcpb" => {
                let file = format!("/v{VERSION}/itential-mcp-{VERSION}.mcpb");
                assert!(
                    place.starts_with("https://github.com/") && place.ends_with(&file),
                    "{place}"
                );
                assert!(package.get("fileSha256").is_none(), "it would be that of another bundle");
            }
            // The version is its tag alone.
            "oci" => {
                assert!(place.starts_with("ghcr.io/") && place.ends_with(&format!(":{VERSION}")));
                assert!(package.get("version").is_none());
                let name = place.trim_end_matches(VERSION);
                assert!(image.contains(&format!("{name}$(version)")), "image.sh makes another");
            }
            other => panic!("{other}"),
        }
        for variable in package["environmentVariables"].as_array().into_iter().flatten() {
            assert!(is_variable(text(&variable["name"])), "{variable}");
        }
    }
}
