//! Command templates (MOP): show commands with rules, run on devices.

use serde_json::{Value, json};

use crate::sandbox::answer::{Answered, Refusal};
use crate::sandbox::clock::now_ms;
use crate::sandbox::incoming::Incoming;
use crate::sandbox::routing::{Area, Route, get, post};
use crate::sandbox::world::{Collection, World, merge};

/// This part of the platform.
pub const AREA: Area =
    Area { routes: ROUTES, collections: &[Collection { name: "command_templates", key: "_id" }] };

/// Command templates.
const ROUTES: &[Route] = &[
    get("/mop/listTemplates", |world, _| Ok(json!(world.rows("command_templates")).into())),
    get("/mop/listATemplate/{}", |world, call| {
        Ok(json!(world.find("command_templates", call.param(0)).into_iter().collect::<Vec<_>>())
            .into())
    }),
    post("/mop/createTemplate", create),
    post("/mop/updateTemplate/{}", update),
    post("/mop/RunCommandTemplate", run_template),
    post("/mop/RunCommandDevices", run_command),
];

fn create(world: &mut World, call: &Incoming) -> Answered {
    let name = call.text("/mop/name")?;
    if world.find("command_templates", name).is_some() {
        return Err(Refusal::invalid(format!("template '{name}' already exists")));
    }
    let mut row = json!({"_id": name});
    merge(&mut row, call.value("/mop"));
    world.add("command_templates", row.clone());
    Ok(json!({
        "result": {"ok": 1, "n": 1}, "ops": [row], "insertedCount": 1, "insertedIds": {"0": name},
    })
    .into())
}

/// Replaces the whole document: what is not sent is lost.
fn update(world: &mut World, call: &Incoming) -> Answered {
    call.text("/mop/name")?;
    let id = call.param(0);
    let row = world.require_mut("command_templates", "Template", id)?;
    let mut document = call.value("/mop");
    merge(&mut document, json!({"_id": id}));
    *row = document;
    Ok(json!({
        "acknowledged": true, "modifiedCount": 1, "upsertedId": null, "upsertedCount": 0,
        "matchedCount": 1,
    })
    .into())
}

fn run_template(world: &mut World, call: &Incoming) -> Answered {
    let name = call.text("/template")?;
    let template = world.require("command_templates", "Template", name)?.clone();
    let variables = call.value("/variables");
    let all_pass = template.get("passRule") == Some(&json!(true));
    let mut results = Vec::new();
    for device in call.list("/devices")?.iter().filter_map(Value::as_str) {
        for command in template.get("commands").and_then(Value::as_array).into_iter().flatten() {
            results.push(run_on(world, device, command, &variables));
        }
    }
    let passes = results.iter().filter(|result| result.get("result") == Some(&json!(true))).count();
    let verdict = if all_pass { passes == results.len() } else { passes > 0 };
    Ok(json!({
        "result": verdict, "name": name, "all_pass_flag": all_pass, "commands_results": results,
        "start_time": now_ms(),
    })
    .into())
}

fn run_command(world: &mut World, call: &Incoming) -> Answered {
    let command = json!({"command": call.text("/command")?});
    let devices = call.list("/devices")?.iter().filter_map(Value::as_str);
    let results: Vec<Value> =
        devices.map(|device| run_on(world, device, &command, &Value::Null)).collect();
    Ok(json!(results).into())
}

/// One command on one device, and what its rules say of the output.
fn run_on(world: &World, device: &str, command: &Value, variables: &Value) -> Value {
    let raw = command.get("command").and_then(Value::as_str).unwrap_or_default();
    let evaluated = fill(raw, variables);
    // What lacks a variable does not run, and counts as passed.
    if evaluated.contains("<!") {
        return json!({
            "raw": raw, "evaluated": evaluated, "device": device, "response": null,
            "result": true, "all_pass_flag": true, "parameters": {}, "rules": [],
        });
    }
    let response = console(world, device, &evaluated);
    let all = command.get("passRule") != Some(&json!(false));
    let mut passes = Vec::new();
    let mut rules = Vec::new();
    for rule in command.get("rules").and_then(Value::as_array).into_iter().flatten() {
        let field = |name| rule.get(name).and_then(Value::as_str).unwrap_or_default();
        let passed = response.as_deref().is_some_and(|response| {
            verdict(field("eval"), &fill(field("rule"), variables), response)
        });
        passes.push(passed);
        let mut told = rule.clone();
        merge(&mut told, json!({"result": passed}));
        rules.push(told);
    }
    let passed = match (passes.is_empty(), all) {
        (true, _) => response.is_some(),
        (false, true) => passes.iter().all(|passed| *passed),
        (false, false) => passes.iter().any(|passed| *passed),
    };
    json!({
        "raw": raw, "evaluated": evaluated, "device": device, "response": response,
        "result": passed, "all_pass_flag": all, "parameters": {}, "rules": rules,
    })
}

/// What a device prints; nothing when it cannot be reached.
fn console(world: &World, device: &str, command: &str) -> Option<String> {
    let device = world.find("devices", device)?;
    let field = |field| device.get(field).and_then(Value::as_str);
    let (name, address) = (field("name")?, field("ipaddress")?);
    let os = field("ostype").unwrap_or("unknown");
    Some(match command.trim() {
        "show version" | "show ver" => {
            format!("{name} running {os} Version 16.12.4\nuptime is 1 week, 2 days\n")
        }
        "show running-config" | "show run" => format!("hostname {name}\n!\nend\n"),
        command if command.starts_with("show ip interface") => {
            format!("Interface Loopback0 {address} YES manual up up\n")
        }
        command if command.starts_with("show interface") => {
            "GigabitEthernet0/1 is up, line protocol is up\n  0 input errors, 0 CRC\n".to_owned()
        }
        command => format!("% Invalid input detected at '^' marker: {command}\n"),
    })
}

/// Whether a rule holds. A pattern is taken as literal parts joined by `.*`, as rules use them.
fn verdict(eval: &str, rule: &str, response: &str) -> bool {
    let matches = || {
        let mut rest = response;
        rule.trim_start_matches('^').trim_end_matches('$').split(".*").all(|part| {
            rest.split_once(part).is_some_and(|(_, after)| {
                rest = after;
                true
            })
        })
    };
    match eval {
        "contains" => response.contains(rule),
        "!contains" => !response.contains(rule),
        "contains1" => response.matches(rule).count() == 1,
        "RegEx" => matches(),
        "!RegEx" => !matches(),
        _ => true,
    }
}

/// `text` with every `<!name!>` replaced.
fn fill(text: &str, variables: &Value) -> String {
    let variables = variables.as_object().into_iter().flatten();
    variables.fold(text.to_owned(), |text, (name, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text.replace(&format!("<!{name}!>"), &value)
    })
}
