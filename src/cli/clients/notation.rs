//! The notations of clients' files.

use serde_json::{Map, Value, json};

use super::format::Shape;
use super::table::{Client, Notation};

/// A file of `client` with nothing but this server in it.
pub fn file(client: &Client, name: &str, shape: &Shape) -> String {
    match client.notation {
        Notation::Toml => toml(client.servers, name, &shape.server),
        Notation::Yaml => format!("{}:\n{}", client.servers, yaml(name, &shape.server, "  ")),
        Notation::Json => {
            let mut file = json!({client.servers: {name: shape.server}});
            if !shape.inputs.is_empty() {
                file["inputs"] = Value::Array(shape.inputs.clone());
            }
            format!("{file:#}\n")
        }
    }
}

/// A table of TOML with values of text, lists of text and tables of text.
pub fn toml(servers: &str, name: &str, server: &Map<String, Value>) -> String {
    let mut out = format!("[{servers}.{}]\n", key(name));
    for (name, value) in server {
        let value = match value {
            Value::Array(items) => list(items),
            Value::Object(table) => {
                let items = table.iter().map(|(name, value)| key(name) + " = " + &basic(value));
                format!("{{ {} }}", items.collect::<Vec<_>>().join(", "))
            }
            value => basic(value),
        };
        out.push_str(&(key(name) + " = " + &value + "\n"));
    }
    out
}

/// An entry of a block mapping of YAML, indented by `indent`, with values as there.
pub fn yaml(name: &str, server: &Map<String, Value>, indent: &str) -> String {
    // A name may be one of the words that mean something else, such as `on`.
    let mut out = format!("{indent}{}:\n", basic(&name.into()));
    for (name, value) in server {
        let value = match value {
            Value::Array(items) => list(items),
            Value::Object(table) if table.is_empty() => "{}".into(),
            Value::Object(table) => {
                let line = |(name, value): (&String, &Value)| {
                    format!(
                        "\n{indent}{indent}{indent}{}: {}",
                        basic(&name.as_str().into()),
                        basic(value)
                    )
                };
                table.iter().map(line).collect()
            }
            value => basic(value),
        };
        let between = if value.starts_with('\n') { "" } else { " " };
        out.push_str(&format!("{indent}{indent}{name}:{between}{value}\n"));
    }
    out
}

fn list(items: &[Value]) -> String {
    let items: Vec<_> = items.iter().map(basic).collect();
    format!("[{}]", items.join(", "))
}

/// A key of TOML, bare where that is allowed.
pub fn key(name: &str) -> String {
    let bare = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if !name.is_empty() && name.bytes().all(bare) { name.into() } else { basic(&name.into()) }
}

/// A text of TOML and YAML in double quotes: JSON's, which does not escape DEL.
pub fn basic(text: &Value) -> String {
    text.to_string().replace('\u{7f}', "\\u007f")
}
