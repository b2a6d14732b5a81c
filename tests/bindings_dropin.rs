//! Tools of `[tool:NAME]` sections beside those of the Python server: the same sections, variables and
//! calls, before the same simulated platform. The facts are tests/facts/python-bindings.json, recorded by
//! tests/interop/bindings.py; what was broken there is named here.

mod support;

use serde_json::{Map, Value, json};
use support::scratch::Scratch;
use support::{Platform, StdioServer, eventually, facts, run};

/// Services whose output the Python server could not understand, and how it is told here: lists and
/// objects parsed, anything else as it was printed.
const BROKEN_THERE: [(&str, &str); 2] = [("number", "\"42\""), ("name_of_its_own", "[]")];

fn read() -> Value {
    facts::read("python-bindings.json")
}

fn list<'a>(facts: &'a Value, name: &str) -> &'a [Value] {
    let rows = facts[name].as_array().expect("a list");
    assert!(!rows.is_empty(), "{name} holds nothing");
    rows
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn names(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| text(row, "name")).collect()
}

/// A server with the sections and variables of the facts, and these settings besides.
struct Deployment {
    platform: Platform,
    file: String,
    env: Vec<(String, String)>,
    _scratch: Scratch,
}

impl Deployment {
    fn new(facts: &Value) -> Self {
        let (platform, scratch) = (Platform::start(), Scratch::new());
        let mut file = String::new();
        for (name, keys) in facts["sections"].as_object().expect("sections") {
            file.push_str(&format!("[tool:{name}]\n"));
            for (key, value) in keys.as_object().expect("keys") {
                file.push_str(&format!("{key} = {}\n", value.as_str().expect("text")));
            }
        }
        let mut env = platform.env();
        for (name, value) in facts["environment"].as_object().expect("variables") {
            env.push((name.clone(), value.as_str().expect("text").to_owned()));
        }
        Self { platform, file: scratch.write("mcp.conf", file), env, _scratch: scratch }
    }

    fn start(&self, more: &[&str]) -> StdioServer {
        let arguments = [&["--config", &self.file], more].concat();
        let mut server = StdioServer::start(&self.env, &arguments);
        server.initialize("2025-06-18");
        server
    }
}

fn tools(server: &mut StdioServer) -> Vec<Value> {
    let answer = server.request("tools/list", json!({}));
    answer["result"]["tools"].as_array().cloned().unwrap_or_else(|| panic!("{answer}"))
}

/// The tools once these are all there: they are looked up after the start.
fn tools_with(server: &mut StdioServer, wanted: &[&str]) -> Vec<Value> {
    let mut found = Vec::new();
    eventually(&format!("the tools {wanted:?}"), || {
        found = tools(server);
        let there = names(&found);
        wanted.iter().all(|name| there.contains(name))
    });
    found
}

#[test]
fn they_are_called_titled_and_hinted_as_they_were() {
    let facts = read();
    let deployment = Deployment::new(&facts);
    let mut server = deployment.start(&[]);
    let before = list(&facts, "tools");
    let now = tools_with(&mut server, &names(before));
    for old in before {
        let name = text(old, "name");
        let new = now.iter().find(|tool| tool["name"] == name).expect("it was waited for");
        assert_eq!(new["title"], old["title"], "{name}");
        for (hint, value) in old["annotations"].as_object().expect("annotations") {
            assert_eq!(&new["annotations"][hint], value, "{name}: {hint}");
        }
        assert_eq!(new["inputSchema"]["type"], "object", "{name}");
        assert_eq!(new["outputSchema"]["type"], old["output"]["type"], "{name}");
    }
}

#[test]
fn tags_choose_them_as_they_did() {
    let facts = read();
    let deployment = Deployment::new(&facts);
    let all = names(list(&facts, "tools"));
    for selection in list(&facts, "selections") {
        let mut options = Vec::new();
        for key in ["include", "exclude"] {
            if let Some(tags) = selection[key].as_str() {
                options.push(format!("--{key}-tags={tags}"));
            }
        }
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let wanted: Vec<&str> =
            list_or_none(selection, "tools").iter().filter_map(Value::as_str).collect();
        let mut server = deployment.start(&options);
        let found = tools_with(&mut server, &wanted);
        let made: Vec<&str> = names(&found).into_iter().filter(|name| all.contains(name)).collect();
        assert_eq!(sorted(&made), sorted(&wanted), "{options:?}");
        assert_eq!(found.len() > made.len(), selection["others"] == true, "{options:?}");
        // What is not offered cannot be called.
        for name in all.iter().filter(|name| !wanted.contains(name)) {
            let answer = server.request("tools/call", json!({"name": name, "arguments": {}}));
            let refused = answer.get("error").is_some() || answer["result"]["isError"] == true;
            assert!(refused, "{options:?}: {name}: {answer}");
        }
    }
    let runs = "/gateway_manager/v1/services/run";
    assert_eq!(deployment.platform.count("POST", runs), 0, "something ran that is not offered");
}

fn list_or_none<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().expect("a list")
}

fn sorted<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names
}

/// What the platform was asked to do.
fn writes(platform: &Platform) -> Vec<Value> {
    let asked = platform.requests().into_iter();
    let asked = asked.filter(|one| one["method"] == "POST" && one["path"] != "/login");
    asked.map(|one| json!({"path": one["path"], "body": empty_is_none(&one["body"])})).collect()
}

/// No body and an object without members say the same.
fn empty_is_none(body: &Value) -> Value {
    if body.as_object().is_some_and(Map::is_empty) { Value::Null } else { body.clone() }
}

/// Whether `new` has everything that `old` says of names, types and values.
fn fits(old: &Value, new: &Value) -> Result<(), String> {
    match old {
        Value::String(kind) => {
            let found = match new {
                Value::Null => "null",
                Value::Bool(_) => "boolean",
                Value::Number(_) => "number",
                Value::String(_) => "string",
                Value::Array(_) => "array",
                Value::Object(_) => "object",
            };
            if found == kind { Ok(()) } else { Err(format!("{new} is no {kind}")) }
        }
        Value::Object(fields) => {
            if let Some(value) = fields.get("is") {
                return if value == new { Ok(()) } else { Err(format!("{new} is not {value}")) };
            }
            fields.iter().try_for_each(|(name, inner)| {
                let new = new.get(name).ok_or_else(|| format!("{name} is missing in {new}"))?;
                // Of a task it is kept what it is and when it ran.
                match name.as_str() {
                    "tasks" => same_tasks(inner, new),
                    _ => fits(inner, new),
                }
                .map_err(|problem| format!("{name}: {problem}"))
            })
        }
        _ if new.is_array() => Ok(()),
        _ => Err(format!("{new} is no list")),
    }
}

fn same_tasks(old: &Value, new: &Value) -> Result<(), String> {
    let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else {
        return Err("no object".into());
    };
    for (id, task) in old {
        let here = new.get(id).ok_or_else(|| format!("{id} is missing"))?;
        fits(&json!({"name": task["name"], "status": task["status"]}), here)?;
    }
    Ok(())
}

#[test]
fn calls_ask_the_platform_for_the_same_and_answer_the_same() {
    let facts = read();
    let deployment = Deployment::new(&facts);
    let mut server = deployment.start(&[]);
    tools_with(&mut server, &names(list(&facts, "tools")));
    for call in list(&facts, "calls") {
        let (name, what) = (text(call, "tool"), format!("{} {}", call["tool"], call["arguments"]));
        deployment.platform.control("DELETE", "/sandbox/requests", None);
        let params = json!({"name": name, "arguments": call["arguments"]});
        let answer = server.request("tools/call", params);
        let result = &answer["result"];
        let failed = answer.get("error").is_some() || result["isError"] == true;
        if let Some((_, told)) = BROKEN_THERE.iter().find(|(broken, _)| *broken == name) {
            assert_eq!((call["failed"] == true, failed), (true, false), "{what}: {answer}");
            let told: Value = serde_json::from_str(told).expect("JSON");
            assert_eq!(result["structuredContent"]["stdout"], told, "{what}");
            continue;
        }
        assert_eq!(failed, call["failed"] == true, "{what}: {answer}");
        if failed {
            let said = result["content"][0]["text"].as_str().expect("text");
            assert!(said.len() > 20, "{what}: {said}");
            continue;
        }
        let sent: Vec<Value> = list(call, "sent")
            .iter()
            .map(|one| json!({"path": one["path"], "body": empty_is_none(&one["body"])}))
            .collect();
        assert_eq!(writes(&deployment.platform), sent, "{what}");
        let structured = &result["structuredContent"];
        fits(&call["result"], structured).unwrap_or_else(|problem| panic!("{what}: {problem}"));
        let content = result["content"][0]["text"].as_str().expect("text");
        let content: Value = serde_json::from_str(content).expect("JSON");
        // What is remarked stands behind the text.
        let mut plain = structured.clone();
        plain.as_object_mut().expect("an object").remove("note");
        assert_eq!(content, plain, "{what}: text and structure say the same");
    }
}

#[test]
fn the_command_line_calls_them_too() {
    let facts = read();
    let deployment = Deployment::new(&facts);
    let params = r#"{"input_params": {"a": [1]}}"#;
    let call = ["--config", &deployment.file, "call", "echo_it", "--params", params];
    let (code, out, err) = run(&deployment.env, &call);
    assert_eq!(code, 0, "{err}");
    let result: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(result["stdout"], json!({"a": [1]}));
}

#[test]
fn what_went_wrong_there_goes_right_here() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let file = scratch.write(
        "mcp.conf",
        "[tool:missing]\ntype = endpoint\nname = Backup via API\nautomation = No Such Automation\n\
         [tool:elsewhere]\ntype = service\nname = echo\ncluster = dc-east\n\
         [tool:west]\ntype = service\nname = device-facts\ncluster = dc-west\n\
         description = Facts of a device in the west\ntags = facts, of the west\n",
    );
    let arguments = ["--config", &file, "--log-level", "warning"];
    // One that is missing, or on another cluster, keeps the others from nobody, and is told.
    let mut server = StdioServer::start(&platform.env(), &arguments);
    server.initialize("2025-06-18");
    let found = tools_with(&mut server, &["west", "get_health"]);
    assert!(!names(&found).iter().any(|name| ["missing", "elsewhere"].contains(name)));
    let west = found.iter().find(|tool| tool["name"] == "west").expect("it was waited for");
    assert!(text(west, "description").contains("Facts of a device in the west"), "{west}");
    // The service of the cluster that is named runs, not the first of its name.
    let result = server.call("west", json!({"input_params": {"device": "r1"}}));
    assert_eq!(result["structuredContent"]["stdout"]["hostname"], "west-rtr-01", "{result}");
    let (_, _, log) = server.finish();
    for part in ["No Such Automation", "elsewhere", "dc-east"] {
        assert!(log.contains(part), "no {part}: {log}");
    }
    // A blank after a comma belongs to no tag.
    let arguments = [&arguments[..], &["--include-tags", "of the west"]].concat();
    let mut server = StdioServer::start(&platform.env(), &arguments);
    server.initialize("2025-06-18");
    assert_eq!(names(&tools_with(&mut server, &["west"])), ["west"]);
}
