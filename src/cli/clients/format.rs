//! One client's file.

use serde_json::{Map, Value, json};

use super::entry::{Entry, Hidden, Running, Started, Text};
use super::table::{Client, Remote, Secrets};

/// The file of `client`, in JSON or TOML, with the server under `name`.
pub fn file(client: &Client, entry: &Entry, name: &str) -> String {
    let mut inputs = Vec::new();
    let server = match (entry, client.remote) {
        (Entry::Started(started), _) => start(client, started, &mut inputs),
        (Entry::Running(running), Remote::Url(key)) => reach(client, running, key, &mut inputs),
        (Entry::Running(running), Remote::Bridge) => bridge(client, running, &mut inputs),
    };
    if client.secrets == Secrets::Forwarded {
        return toml(client.servers, name, &server);
    }
    let mut file = json!({client.servers: {name: server}});
    if !inputs.is_empty() {
        file["inputs"] = Value::Array(inputs);
    }
    format!("{file:#}\n")
}

fn start(client: &Client, started: &Started, inputs: &mut Vec<Value>) -> Map<String, Value> {
    let mut server = Map::new();
    if client.typed {
        server.insert("type".into(), "stdio".into());
    }
    server.insert("command".into(), started.command.clone().into());
    server.insert("args".into(), started.arguments.clone().into());
    let mut variables = Map::new();
    let mut forwarded = Vec::new();
    for (name, text) in &started.variables {
        match text {
            Text::Plain(text) => drop(variables.insert(name.clone(), text.clone().into())),
            Text::Secret(_) if client.secrets == Secrets::Forwarded => forwarded.push(name.clone()),
            Text::Secret(hidden) => {
                let place = place(client, hidden, inputs);
                variables.insert(name.clone(), place.into());
            }
        }
    }
    server.insert("env".into(), variables.into());
    if !forwarded.is_empty() {
        server.insert("env_vars".into(), forwarded.into());
    }
    server
}

/// Streamable HTTP, which the server speaks with transport sse as well.
fn reach(
    client: &Client,
    running: &Running,
    key: &str,
    inputs: &mut Vec<Value>,
) -> Map<String, Value> {
    let mut server = Map::new();
    if client.typed {
        server.insert("type".into(), "http".into());
    }
    server.insert(key.into(), running.url.clone().into());
    match &running.token {
        None => {}
        Some(token) if client.secrets == Secrets::Forwarded => {
            server.insert("bearer_token_env_var".into(), token.variable.clone().into());
        }
        Some(token) => {
            let value = format!("Bearer {}", place(client, token, inputs));
            server.insert("headers".into(), json!({"Authorization": value}));
        }
    }
    server
}

/// The same by way of mcp-remote, a program that speaks stdio on this side.
fn bridge(client: &Client, running: &Running, inputs: &mut Vec<Value>) -> Map<String, Value> {
    let mut arguments = vec!["-y", "mcp-remote", &running.url, "--transport", "http-only"];
    if running.url.starts_with("http://") && !is_local(&running.url) {
        arguments.push("--allow-http");
    }
    let mut variables = Map::new();
    if let Some(token) = &running.token {
        // Some clients break arguments at blanks, so the one in the header stands in a variable.
        arguments.extend(["--header", "Authorization:${AUTHORIZATION}"]);
        let value = format!("Bearer {}", place(client, token, inputs));
        variables.insert("AUTHORIZATION".into(), value.into());
    }
    if let Some(file) = &running.ca_file {
        variables.insert("NODE_EXTRA_CA_CERTS".into(), file.clone().into());
    }
    let server = json!({"command": "npx", "args": arguments, "env": variables});
    server.as_object().cloned().unwrap_or_default()
}

fn is_local(url: &str) -> bool {
    let host = url.split('/').nth(2).unwrap_or_default();
    ["localhost", "127.0.0.1", "[::1]"]
        .iter()
        .any(|local| host.strip_prefix(local).is_some_and(|r| r.is_empty() || r.starts_with(':')))
}

/// What stands for a secret.
fn place(client: &Client, hidden: &Hidden, inputs: &mut Vec<Value>) -> String {
    match client.secrets {
        Secrets::Variable(before, after) => format!("{before}{}{after}", hidden.variable),
        Secrets::Input => {
            let id = hidden.variable.to_lowercase().replace('_', "-");
            inputs.push(json!({
                "type": "promptString",
                "id": id,
                "description": hidden.title,
                "password": true,
            }));
            format!("${{input:{id}}}")
        }
        Secrets::Placeholder | Secrets::Forwarded => format!("<{}>", hidden.title),
    }
}

/// A table of TOML with values of text, lists of text and tables of text.
fn toml(servers: &str, name: &str, server: &Map<String, Value>) -> String {
    let mut out = format!("[{servers}.{}]\n", key(name));
    for (name, value) in server {
        let value = match value {
            Value::Array(items) => {
                let items: Vec<_> = items.iter().map(basic).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Object(table) => {
                let items =
                    table.iter().map(|(name, value)| format!("{} = {}", key(name), basic(value)));
                format!("{{ {} }}", items.collect::<Vec<_>>().join(", "))
            }
            value => basic(value),
        };
        out.push_str(&format!("{} = {value}\n", key(name)));
    }
    out
}

/// A key, bare where that is allowed.
fn key(name: &str) -> String {
    let bare = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if !name.is_empty() && name.bytes().all(bare) { name.into() } else { basic(&name.into()) }
}

/// A basic string of TOML: JSON's, which does not escape DEL.
fn basic(text: &Value) -> String {
    text.to_string().replace('\u{7f}', "\\u007f")
}
