//! Every value that the Python server took arrives with its source.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::page;
use crate::support::scratch::Scratch;
use crate::support::{facts, run};
use crate::told::{self, Told};

/// Words of the Python server that name what nobody serves: read here, and refused by `run`.
const REFUSED: [(&str, &str); 2] =
    [("server.auth_type", "oauth"), ("server.auth_algorithm", "ES512")];

/// Values that the Python server took in every place, and how `config show` has them.
fn samples(told: &Told) -> Vec<(&'static str, Value)> {
    let id = told.ids().remove(0);
    if !told.choices.is_empty() {
        let listed = id == "server.auth_type";
        let words = told.choices.iter().map(|word| -> &'static str { word.clone().leak() });
        let shown = |word| if listed { json!([word]) } else { json!(word) };
        return words.map(|word| (word, shown(word))).collect();
    }
    let as_it_is = |text: &'static str| (text, json!(text));
    let key = told.key.as_deref().expect("a setting has a key");
    match told.kind.as_str() {
        "int" => {
            let all = [("42", 42), ("+8", 8), (" 7 ", 7), ("1_000", 1000)];
            all.map(|(text, number)| (text, json!(number))).into()
        }
        "bool" | "bool flag" => {
            let on = ["true", "TRUE", "1", "yes", "on"].map(|word| (word, json!(true)));
            let off = ["false", "False", "0", "no", "off"].map(|word| (word, json!(false)));
            [on, off].concat()
        }
        "csv string" => {
            vec![("a,b", json!(["a", "b"])), (" a , ,b,", json!(["a", "b"])), ("a", json!(["a"]))]
        }
        "list (comma and/or blank separated)" => vec![("a,b c", json!(["a", "b", "c"]))],
        _ if key == "path" => vec![as_it_is("/elsewhere"), as_it_is("/a/b")],
        _ if key == "auth_issuer" => vec![("https://id.example", json!(["https://id.example"]))],
        _ if key.ends_with("_uri") || key.ends_with("_url") => {
            vec![as_it_is("https://id.example/x")]
        }
        _ if id == "platform.host" => {
            ["platform.example.com", "10.0.0.1", "fe80::1"].map(as_it_is).into()
        }
        _ if ["password", "client_secret", "auth_public_key", "auth_oauth_client_secret"]
            .contains(&key) =>
        {
            vec![("hunter2,hunter2", json!("********"))]
        }
        _ => vec![as_it_is("x"), as_it_is("with, commas and blanks")],
    }
}

/// The settings by name, as `config show` has them.
fn show(env: &[(String, String)], arguments: &[String]) -> HashMap<String, Value> {
    let mut all = vec!["config", "show", "--format", "json"];
    all.extend(arguments.iter().map(String::as_str));
    let (code, out, err) = run(env, &all);
    assert_eq!(code, 0, "{arguments:?} {env:?}: {err}");
    let shown: Value = serde_json::from_str(&out).expect("JSON");
    let rows = shown["settings"].as_array().expect("a list").iter();
    rows.map(|row| (row["setting"].as_str().expect("a name").to_owned(), row.clone())).collect()
}

#[test]
fn every_value_arrives_from_file_variable_and_option() {
    let settings = told::settings();
    let rounds = settings.iter().map(|told| samples(told).len()).max().expect("settings");
    let scratch = Scratch::new();
    for round in 0..rounds {
        let mut sections = HashMap::<&str, String>::new();
        let (mut env, mut options, mut expected) = (Vec::new(), Vec::new(), Vec::new());
        for told in &settings {
            let (section, key) = told.setting().expect("a setting");
            let all = samples(told);
            let (text, shown) = &all[round % all.len()];
            let line = format!("{key} = {text}\n");
            sections.entry(section).or_insert_with(|| format!("[{section}]\n")).push_str(&line);
            env.push((told.variable().to_owned(), (*text).to_owned()));
            options.extend(told.options.iter().map(|option| format!("{option}={text}")));
            expected.push((told.ids().remove(0), shown.clone(), !told.options.is_empty()));
        }
        let text: String = sections.into_values().collect();
        let file = scratch.write("mcp.conf", text);
        let file = ["--config".to_owned(), file];
        for (source, found) in [
            ("file", show(&[], &file)),
            ("environment", show(&env, &file)),
            ("command line", show(&[], &options)),
        ] {
            for (id, value, has_option) in &expected {
                if source == "command line" && !has_option {
                    continue;
                }
                let row = &found[id];
                assert_eq!((&row["value"], row["source"].as_str()), (value, Some(source)), "{id}");
            }
        }
    }
}

#[test]
fn what_nobody_says_is_what_it_was() {
    let found = show(&[], &[]);
    for told in told::settings() {
        let id = told.ids().remove(0);
        let value = match (&found[&id]["value"], told.kind.as_str()) {
            (Value::Null, _) => json!(""),
            (Value::Array(items), _) => {
                let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                json!(items.join(","))
            }
            (value, _) => value.clone(),
        };
        let before = match (&told.default, id.as_str()) {
            (Value::Null, _) => json!(""),
            (_, "platform.password") => json!("********"),
            (value, _) => value.clone(),
        };
        assert_eq!(value, before, "{id}");
    }
}

#[test]
fn words_that_nobody_serves_are_refused_and_have_their_row() {
    let differs = page::differs();
    for (id, word) in REFUSED {
        assert!(differs.contains(id), "{id}");
        let told = told::all().into_iter().find(|told| told.ids() == [id]).expect("a fact");
        assert!(told.choices.iter().any(|choice| choice == word), "{id} had no {word}");
        let option = format!("{}={word}", told.options[0]);
        let more = ["--auth-type=jwt", "--auth-jwks-uri=https://id.example/jwks"];
        let arguments = [&["config", "check", "--transport=http"], &more[..], &[&option]].concat();
        let (code, _, err) = run(&[], &arguments);
        assert_eq!(code, 1, "{option}: {err}");
        assert!(err.contains(word), "{err}");
    }
}

#[test]
fn every_command_takes_the_options_that_it_took() {
    let commands = facts::read("python-settings.json")["commands"].clone();
    for command in commands.as_array().expect("a list") {
        let command = command.as_str().expect("text");
        let (code, help, err) = run(&[], &[command, "--help"]);
        assert_eq!(code, 0, "{err}");
        for told in told::all() {
            let taken = told.commands.iter().any(|name| name == command || name == "all");
            for option in told.options.iter().filter(|_| taken) {
                let there = help.split([' ', ',', '\n']).any(|word| word == option);
                assert!(there, "{command} does not know {option}:\n{help}");
            }
        }
    }
}

/// The keys of `[tool:NAME]`, each with a value.
const TOOL: [(&str, &str); 5] = [
    ("type", "service"),
    ("name", "device-facts"),
    ("cluster", "dc-east"),
    ("description", "Facts, of a device"),
    ("tags", "facts,gateway"),
];

#[test]
fn tools_arrive_from_file_and_variables() {
    let known: Vec<String> = told::all()
        .into_iter()
        .filter(|told| told.section.as_deref() == Some("tool:<name>"))
        .filter_map(|told| told.key)
        .collect();
    for key in &known {
        let tried = TOOL.iter().any(|(name, _)| name == key);
        assert!(tried || ["automation", "tool_name"].contains(&key.as_str()), "{key}");
    }
    let scratch = Scratch::new();
    let lines = |keys: &[(&str, &str)]| -> String {
        keys.iter().map(|(key, value)| format!("{key} = {value}\n")).collect()
    };
    let endpoint = [("type", "endpoint"), ("name", "Inventory"), ("automation", "Collect")];
    let named = format!("[tool:one]\n{}tool_name = other\n", lines(&TOOL));
    let file = scratch.write("mcp.conf", format!("{named}[tool:two]\n{}", lines(&endpoint)));
    let variables = |tool: &str, keys: &[(&str, &str)]| -> Vec<(String, String)> {
        let name = |key: &str| format!("ITENTIAL_MCP_TOOL_{tool}_{}", key.to_uppercase());
        keys.iter().map(|(key, value)| (name(key), (*value).to_owned())).collect()
    };
    let both = [variables("one", &TOOL), variables("two", &endpoint)].concat();
    for (env, more, name) in [(vec![], vec!["--config", &file], "other"), (both, vec![], "one")] {
        let (code, out, err) =
            run(&env, &[&["config", "show", "--format", "json"], &more[..]].concat());
        assert_eq!(code, 0, "{err}");
        let shown: Value = serde_json::from_str(&out).expect("JSON");
        let tools = &shown["tools"];
        let one = json!({"tool_name": name, "name": "device-facts", "type": "service",
            "cluster": "dc-east", "description": "Facts, of a device", "tags": ["facts", "gateway"]});
        for (key, value) in one.as_object().expect("an object") {
            assert_eq!(&tools[0][key], value, "{key}");
        }
        assert_eq!(
            (&tools[1]["automation"], &tools[1]["type"]),
            (&json!("Collect"), &json!("endpoint"))
        );
    }
}
