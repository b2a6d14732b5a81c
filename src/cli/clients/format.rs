//! What one client is told of the server, whatever its notation.

use serde_json::{Map, Value, json};

use super::entry::{Entry, Hidden, Running, Started, Text};
use super::table::{Client, Notation, Remote, Secrets, System};

/// What a client is told.
#[derive(Debug, Default)]
pub struct Shape {
    /// The server, as it stands in the table of servers.
    pub server: Map<String, Value>,
    /// Questions to the user that it refers to.
    pub inputs: Vec<Value>,
    /// What is left to the user.
    pub left: Vec<String>,
}

/// What `client`, on `system`, is told about the server that it calls `name`.
pub fn shape(client: &Client, entry: &Entry, name: &str, system: System) -> Shape {
    let mut shape = Shape::default();
    if client.notation == Notation::Yaml {
        shape.server.insert("name".into(), name.into());
    }
    match (entry, client.remote) {
        (Entry::Started(started), _) => shape.start(client, started),
        (Entry::Running(running), Remote::Url(key)) => shape.reach(client, running, key),
        (Entry::Running(running), Remote::Bridge) => shape.bridge(client, running, system),
    }
    if let Ok(Value::Object(more)) = serde_json::from_str(client.more) {
        shape.server.extend(more);
    }
    shape
}

impl Shape {
    fn put(&mut self, key: &str, value: impl Into<Value>) {
        self.server.insert(key.into(), value.into());
    }

    fn typed(&mut self, word: &str) {
        if !word.is_empty() {
            self.put("type", word);
        }
    }

    fn start(&mut self, client: &Client, started: &Started) {
        self.typed(client.types[0]);
        self.put(client.command, started.command.as_str());
        self.put("args", started.arguments.clone());
        let mut variables = Map::new();
        let mut forwarded = Vec::new();
        for (name, text) in &started.variables {
            match (text, client.secrets) {
                (Text::Plain(text), _) => drop(variables.insert(name.clone(), text.clone().into())),
                (Text::Secret(hidden), Secrets::Forwarded(..)) => {
                    self.forwarded(client, hidden);
                    forwarded.push(name.clone());
                }
                (Text::Secret(hidden), _) => {
                    let place = self.place(client, hidden);
                    variables.insert(name.clone(), place.into());
                }
            }
        }
        self.put(client.env, variables);
        if let (Secrets::Forwarded(key, _), false) = (client.secrets, forwarded.is_empty()) {
            self.put(key, forwarded);
        }
    }

    /// Streamable HTTP, which the server speaks with transport sse as well.
    fn reach(&mut self, client: &Client, running: &Running, key: &str) {
        self.typed(client.types[1]);
        self.put(key, running.url.as_str());
        let Some(token) = &running.token else { return };
        if let Secrets::Forwarded(list, own) = client.secrets {
            self.forwarded(client, token);
            match own {
                "" => self.put(list, vec![token.variable.clone()]),
                own => return self.put(own, token.variable.as_str()),
            }
        }
        let value = format!("Bearer {}", self.place(client, token));
        self.put("headers", json!({"Authorization": value}));
    }

    /// The same by way of mcp-remote, a program that speaks stdio on this side.
    fn bridge(&mut self, client: &Client, running: &Running, system: System) {
        let mut arguments = vec!["-y", "mcp-remote", &running.url, "--transport", "http-only"];
        if running.url.starts_with("http://") && !is_local(&running.url) {
            arguments.push("--allow-http");
        }
        let mut variables = Map::new();
        if let Some(token) = &running.token {
            // Some clients break arguments at blanks, so the one in the header stands in a variable.
            arguments.extend(["--header", "Authorization:${AUTHORIZATION}"]);
            let value = format!("Bearer {}", self.place(client, token));
            variables.insert("AUTHORIZATION".into(), value.into());
        }
        if let Some(file) = &running.ca_file {
            variables.insert("NODE_EXTRA_CA_CERTS".into(), file.clone().into());
        }
        let mut command = "npx";
        if system == System::Windows {
            // There npx is a script, which only a shell can start.
            arguments.splice(..0, ["/c", command]);
            command = "cmd";
            if running.url.contains(['&', '^', '%', '|', '<', '>', '(', ')', '"', '!']) {
                self.left.push(
                    "the address holds characters that cmd.exe takes for its own; give one without \
                     them with --url"
                        .into(),
                );
            }
        }
        self.put(client.command, command);
        self.put("args", arguments);
        self.put(client.env, variables);
    }

    fn forwarded(&mut self, client: &Client, hidden: &Hidden) {
        let Hidden { title, variable } = hidden;
        self.left.push(format!(
            "{} takes '{title}' from the variable {variable} of its own environment",
            client.title
        ));
    }

    /// What stands for a secret.
    fn place(&mut self, client: &Client, hidden: &Hidden) -> String {
        let Hidden { title, variable } = hidden;
        match client.secrets {
            Secrets::Variable(before, after) => {
                self.forwarded(client, hidden);
                format!("{before}{variable}{after}")
            }
            Secrets::Forwarded(..) => format!("${{{variable}}}"),
            Secrets::Input => {
                let id = variable.to_lowercase().replace('_', "-");
                self.inputs.push(json!({
                    "type": "promptString",
                    "id": id,
                    "description": title,
                    "password": true,
                }));
                format!("${{input:{id}}}")
            }
            Secrets::Placeholder => {
                let file = match variable.strip_prefix("ITENTIAL_") {
                    Some(_) => format!("; or name a file that holds it with {variable}_FILE"),
                    None => String::new(),
                };
                self.left.push(format!("put the secret in the place of '<{title}>'{file}"));
                format!("<{title}>")
            }
        }
    }
}

fn is_local(url: &str) -> bool {
    let host = url.split('/').nth(2).unwrap_or_default();
    ["localhost", "127.0.0.1", "[::1]"]
        .iter()
        .any(|local| host.strip_prefix(local).is_some_and(|r| r.is_empty() || r.starts_with(':')))
}
