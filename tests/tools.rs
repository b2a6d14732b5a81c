//! The tools as a client meets them: announced, compared with the Python server's, and called.

mod support;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use support::{Platform, StdioServer, facts, schema};

/// What `tools/list` says.
fn listed(env: &[(String, String)]) -> Vec<Value> {
    let mut server = StdioServer::start(env, &[]);
    server.initialize("2025-11-25");
    let list = server.request("tools/list", json!({}));
    list["result"]["tools"].as_array().expect("a list of tools").clone()
}

#[test]
fn every_tool_is_announced_well() {
    let platform = Platform::start();
    let tools = listed(&platform.env());
    let mut names = BTreeSet::new();
    for tool in &tools {
        let name = tool["name"].as_str().expect("a name");
        assert!(names.insert(name.to_owned()), "{name} stands twice");
        assert!(name.len() <= 64 && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
        for key in ["title", "description"] {
            assert!(tool[key].as_str().is_some_and(|text| !text.is_empty()), "{name} {key}");
        }
        for (property, schema) in tool["inputSchema"]["properties"].as_object().expect("an object")
        {
            assert!(schema["description"].is_string(), "{name}.{property} is not described");
        }
        assert!(tool["outputSchema"]["type"] == "object", "{name}");
        let hints = &tool["annotations"];
        assert!(hints["readOnlyHint"].is_boolean() && hints["openWorldHint"].is_boolean());
        assert!(hints["readOnlyHint"] == true || hints["destructiveHint"].is_boolean(), "{name}");
    }
}

/// Parameters of updates whose default in the Python server resets what is stored. Here leaving them
/// out keeps it, so they must not announce a value that clients would fill in.
const KEPT_WHEN_LEFT_OUT: &[(&str, &str)] = &[
    ("update_command_template", "commands"),
    ("update_command_template", "os"),
    ("update_command_template", "pass_rule"),
    ("update_command_template", "ignore_warnings"),
];

#[test]
fn names_parameters_and_tags_are_those_of_the_python_server() {
    let platform = Platform::start();
    let tools = listed(&platform.env());
    let reference = facts::rows("python-tools.json");
    assert_eq!(reference.len(), 76);
    for theirs in &reference {
        let name = theirs["name"].as_str().expect("a name");
        let ours = tools.iter().find(|tool| tool["name"] == theirs["name"]);
        compare(name, ours.unwrap_or_else(|| panic!("{name} is missing")), theirs);
    }
}

fn compare(name: &str, ours: &Value, theirs: &Value) {
    let input = &ours["inputSchema"];
    let wanted = theirs["parameters"].as_object().expect("an object");
    for required in words(&input["required"]) {
        let before = wanted.get(required).is_some_and(|theirs| theirs["required"] == true);
        assert!(before, "{name} did not require {required} before");
    }
    for (property, theirs) in wanted {
        let mine = &input["properties"][property];
        assert!(mine.is_object(), "{name}.{property} is missing");
        if !KEPT_WHEN_LEFT_OUT.contains(&(name, property)) {
            // That a parameter is nothing when it is left out is not spelled.
            let before = theirs.get("default").filter(|default| !default.is_null());
            assert_eq!(mine.get("default"), before, "{name}.{property}");
        }
        if let Some(choices) = theirs.get("enum") {
            assert_eq!(words(&mine["enum"]), words(choices), "{name}.{property}");
        }
        // Text beside another type is that other thing as JSON; it is taken and not announced.
        let mut types = words(&theirs["types"]);
        types.remove("null");
        if types.len() > 1 {
            types.remove("string");
        }
        let announced = kinds(mine);
        assert!(types.is_subset(&announced), "{name}.{property}: {types:?}, {announced:?}");
        if let Some(items) = theirs["items"].as_str() {
            assert!(kinds(&mine["items"]).contains(items), "{name}.{property}: {items}");
        }
    }
    // What an operator chooses by; clients are not told.
    let tags = itential_mcp::tools::find(name).expect("it is listed").all_tags();
    for tag in words(&theirs["tags"]) {
        assert!(tags.contains(&tag), "{name} lacks the tag {tag}");
    }
    assert_eq!(ours["annotations"]["readOnlyHint"], theirs["read_only"], "{name}");
    let output = &ours["outputSchema"];
    let wraps = output["x-fastmcp-wrap-result"] == true;
    assert_eq!(theirs["wraps_result"], wraps, "{name}: wrapping");
    let result = if wraps { &output["properties"]["result"] } else { output };
    let object = result.get("items").unwrap_or(result);
    for field in words(&theirs["fields"]) {
        assert!(object["properties"].get(field).is_some(), "{name}: the result lacks {field}");
    }
}

/// The types that a schema allows, one by itself or several by `anyOf`.
fn kinds(schema: &Value) -> BTreeSet<&str> {
    let choices = schema["anyOf"].as_array().map_or(std::slice::from_ref(schema), Vec::as_slice);
    choices.iter().filter_map(|choice| choice["type"].as_str()).collect()
}

/// The words of a list, or the one word that stands for it.
fn words(value: &Value) -> BTreeSet<&str> {
    let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    list.iter().filter_map(Value::as_str).collect()
}

/// What a client may rely on. A change of it is seen in review, as a change of this file.
const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots/tools.json");

#[test]
fn what_is_announced_changes_only_on_purpose() {
    let platform = Platform::start();
    let mut tools = listed(&platform.env());
    tools.sort_by_key(|tool| tool["name"].as_str().map(str::to_owned));
    let kept = ["name", "description", "inputSchema", "outputSchema", "annotations"];
    let announced: Vec<Value> = tools
        .iter()
        .map(|tool| kept.iter().map(|key| ((*key).to_owned(), tool[*key].clone())).collect())
        .collect();
    let announced = format!("{:#}\n", Value::Array(announced));
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(SNAPSHOT, &announced).expect("tests/snapshots can be written");
        return;
    }
    let snapshot = std::fs::read_to_string(SNAPSHOT).unwrap_or_default();
    let before = snapshot.lines().chain(std::iter::repeat("(the end)"));
    let first = (1..).zip(announced.lines().zip(before)).find(|(_, (now, before))| now != before);
    assert!(
        announced == snapshot,
        "tools/list is not what tests/snapshots/tools.json holds; line, (now, before): {first:?}\n\
         If that is meant: docs/regenerate"
    );
}

/// Calls every tool that only reads and needs no arguments, and checks the result against the
/// schema that was announced.
#[test]
fn results_satisfy_the_schemas_that_were_announced() {
    let platform = Platform::start();
    let tools = listed(&platform.env());
    let mut server = StdioServer::start(&platform.env(), &[]);
    server.initialize("2025-11-25");
    let mut called = 0;
    for tool in &tools {
        if tool["annotations"]["readOnlyHint"] != true
            || tool["inputSchema"].get("required").is_some()
        {
            continue;
        }
        let name = tool["name"].as_str().expect("a name");
        let result = server.call(name, json!({}));
        assert_eq!(result["isError"], false, "{name}: {result}");
        schema::satisfies(&tool["outputSchema"], &result["structuredContent"], name);
        called += 1;
    }
    assert!(called >= 25, "only {called} tools were called");
}

#[test]
fn results_come_as_toon_when_wanted() {
    let platform = Platform::start();
    let mut env = platform.env();
    env.push(("ITENTIAL_MCP_SERVER_RESPONSE_FORMAT".into(), "toon".into()));
    let mut server = StdioServer::start(&env, &[]);
    server.initialize("2025-11-25");
    let result = server.call("get_adapters", json!({}));
    let items = result["structuredContent"]["result"].as_array().expect("a list").len();
    let text = result["content"][0]["text"].as_str().expect("text");
    assert!(text.starts_with(&format!("result[{items}]{{name,package,")), "{text}");
}
