//! What `call` is told on the command line, in files and on standard input.

use std::fs::File;
use std::io::{self, Read};

use serde_json::{Map, Value};

use crate::limits;
use crate::tools::Callable;

/// The JSON object that `--params` gives: itself, `@` and the path of its file, or `-` for standard
/// input.
pub fn params(given: &str) -> Result<Map<String, Value>, String> {
    let path = match given.trim() {
        "-" => Some("-"),
        given => given.strip_prefix('@'),
    };
    let (text, place) = match path {
        None => (given.to_owned(), "--params".to_owned()),
        Some("") => return Err("--params @ must be followed by the path of a file".into()),
        Some("-") => {
            (read("-").map_err(|why| format!("standard input {why}"))?, "standard input".into())
        }
        Some(path) => {
            (read(path).map_err(|why| format!("--params {given}: {path} {why}"))?, path.to_owned())
        }
    };
    if text.trim().is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_str(&text) {
        Ok(Value::Object(arguments)) => Ok(arguments),
        Ok(_) => Err(format!("{place} must be a JSON object, such as '{{\"name\": \"x\"}}'")),
        Err(error) => Err(format!(
            "{place} is not valid JSON: {error}; a JSON object is expected, such as '{{\"name\": \"x\"}}'"
        )),
    }
}

/// The argument that stands in a file: text for a parameter that takes text, otherwise JSON where it
/// is JSON.
pub fn argument_in<'a>(file: &'a str, tool: &dyn Callable) -> Result<(&'a str, Value), String> {
    let (name, path) = file
        .split_once('=')
        .filter(|(name, path)| !name.is_empty() && !path.is_empty())
        .ok_or_else(|| {
            format!("--file must be NAME=PATH, such as project=export.json, not '{file}'")
        })?;
    let text = read(path).map_err(|why| format!("--file {name}: {path} {why}"))?;
    let schema = tool.input_schema(false);
    let takes_text = schema["properties"][name]["type"] == "string";
    Ok((
        name,
        match serde_json::from_str(&text) {
            Ok(value) if !takes_text => value,
            _ => Value::String(text),
        },
    ))
}

/// The text of a file; `-` is standard input.
fn read(path: &str) -> Result<String, String> {
    let mut bytes = Vec::new();
    let most = limits::CALL_FILE_BYTES;
    let read = match path {
        "-" => io::stdin().lock().take(most + 1).read_to_end(&mut bytes),
        _ => File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes)),
    };
    read.map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > most {
        return Err(format!("holds more than {most} bytes"));
    }
    String::from_utf8(bytes).map_err(|_| "is no text in UTF-8".to_owned())
}
