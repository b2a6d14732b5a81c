//! `call`: runs one tool and prints its result.

use std::fs::File;
use std::io::{self, Read};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, PrettyFormatter};
use serde_json::{Map, Value, json};

use super::backend::Backend;
use super::text::{complain, fail, print};
use super::waiting::Waiting;
use crate::config::{Config, PlatformCredentials};
use crate::nearest::nearest;
use crate::product::{self, Live};
use crate::protocol::message;
use crate::protocol::message::Incoming;
use crate::protocol::{Answer, Caller, Engine, Session, Sink};
use crate::tools::Callable;
use crate::transport::Workers;
use crate::transport::serve::{Recipient, serve};
use crate::{limits, observe, protocol};

/// What one call was given on the command line.
pub struct CallOptions<'a> {
    /// The tool.
    pub tool: &'a str,
    /// The JSON object of its arguments; absent and empty mean none.
    pub params: Option<&'a str>,
    /// Arguments whose values are in files, as `NAME=PATH`.
    pub files: Vec<&'a str>,
    /// The file for the result instead of standard output.
    pub output: Option<&'a str>,
}

/// Calls a tool and prints or writes down its result.
pub fn call(config: &Config, options: &CallOptions<'_>) -> ExitCode {
    observe::init(config.server.log_level);
    let waiting = Waiting::begin();
    let result = result(config, options, &waiting);
    waiting.end();
    let shown = result.and_then(|result| {
        let mut texts = texts(&result).into_iter();
        let text = match options.output {
            None => format!("\n{}\n", texts.next().unwrap_or_default()),
            Some(path) => {
                texts.next();
                keep(&result, path).map(|()| String::new())?
            }
        };
        // What is said of a result goes beside it, so that what reads the output gets the result alone.
        texts.for_each(|note| complain(&note));
        Ok(text)
    });
    match shown {
        Ok(text) => print(&text),
        Err(message) => fail(&observe::redact(&message)),
    }
}

/// The result of the call.
fn result(
    config: &Config,
    options: &CallOptions<'_>,
    waiting: &Arc<Waiting>,
) -> Result<Value, String> {
    let tool = options.tool;
    let mut arguments = match options.params.filter(|text| !text.trim().is_empty()) {
        None => Map::new(),
        Some(text) => match serde_json::from_str(text) {
            Ok(Value::Object(arguments)) => arguments,
            Ok(_) => {
                return Err("--params must be a JSON object, such as '{\"name\": \"x\"}'".into());
            }
            Err(error) => return Err(format!("--params is not valid JSON: {error}")),
        },
    };
    let backend = Backend::open(config)?;
    let mut full = config.clone();
    // A person, or a script, has no context that could overflow.
    full.server.full = true;
    // Roles are for callers of the server.
    full.roles.clear();
    full.server.platform_credentials = PlatformCredentials::Server;
    let live = Live::new(&full, &backend.means);
    let missing = match crate::tools::find(tool) {
        Some(_) => Vec::new(),
        None => live.look(Some(tool)),
    };
    let enabled = product::enabled(&config.server, &live.tools()).all();
    if let Some(missing) = missing.iter().find(|missing| missing.tool == tool) {
        return Err(format!("the tool '{tool}' cannot be called: {}", missing.why));
    }
    let Some(known) = enabled.iter().find(|known| known.name() == tool) else {
        let hint = if crate::tools::find(tool).is_some() {
            "it exists, but this configuration leaves it out".to_owned()
        } else {
            match nearest(tool, enabled.iter().map(|known| known.name())) {
                Some(close) => format!("did you mean '{close}'?"),
                None => "'itential-mcp tools' lists them".to_owned(),
            }
        };
        // It may well be in a file with a mistake.
        live.problems().iter().for_each(|problem| complain(&format!("WARNING: {problem}")));
        return Err(format!("invalid tool: {tool} ({hint})"));
    };
    for file in &options.files {
        let (name, value) = argument_in(file, known.as_ref())?;
        arguments.insert(name.to_owned(), value);
    }
    let engine = Arc::new(product::engine(&live));
    let result = ask(&engine, tool, arguments, waiting)?;
    match result.get("isError") {
        Some(Value::Bool(true)) => Err(texts(&result).join("\n")),
        _ => Ok(result),
    }
}

/// The argument that stands in a file: text for a parameter that takes text, otherwise JSON where it
/// is JSON.
fn argument_in<'a>(file: &'a str, tool: &dyn Callable) -> Result<(&'a str, Value), String> {
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

/// Writes the result itself to a file: text as it is, anything else as JSON.
fn keep(result: &Value, path: &str) -> Result<(), String> {
    let structured = result.get("structuredContent").unwrap_or(&Value::Null);
    let wrapped = result.pointer("/_meta/fastmcp/wrap_result") == Some(&Value::Bool(true));
    let document =
        if wrapped { structured.get("result").unwrap_or(structured) } else { structured };
    let text = match document {
        Value::String(text) => text.clone(),
        document => format!("{document:#}\n"),
    };
    std::fs::write(path, text).map_err(|error| format!("cannot write {path}: {error}"))
}

/// Every text of a result.
fn texts(result: &Value) -> Vec<String> {
    let content = result.get("content").and_then(Value::as_array).into_iter().flatten();
    content.filter_map(|item| item.get("text").and_then(Value::as_str)).map(pretty).collect()
}

/// One call through the same engine that serves clients.
fn ask(
    engine: &Arc<Engine>,
    tool: &str,
    arguments: Map<String, Value>,
    waiting: &Arc<Waiting>,
) -> Result<Value, String> {
    let session = Arc::new(Session::new());
    let caller = Arc::new(Caller::default());
    let sink: Arc<dyn Sink> = Arc::<Waiting>::clone(waiting);
    waiting.of(&session);
    let hello = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
        "protocolVersion": protocol::revision::LEGACY[0], "capabilities": {}}});
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": tool, "arguments": arguments, "_meta": {"progressToken": 1}}});
    let workers = Workers::new(1, 1);
    let (sender, receiver) = channel();
    let mut last = None;
    for text in [hello, call] {
        let Ok(Incoming::One(message)) = message::read(text.to_string().as_bytes()) else {
            return Err("the call could not be put into a message".into());
        };
        let of = (&session, &caller);
        serve(engine, &workers, of, message, &sink, &Arc::new(Asked(sender.clone())));
        last = receiver.recv().ok().flatten();
    }
    let answer = last.ok_or("the call was ended without a result")?;
    let answer: Value =
        serde_json::from_slice(&answer.body).map_err(|error| format!("bad answer: {error}"))?;
    match answer.get("error").and_then(|error| error.get("message")).and_then(Value::as_str) {
        Some(message) => Err(message.to_owned()),
        None => Ok(answer.get("result").cloned().unwrap_or(Value::Null)),
    }
}

/// The terminal, which waits for what becomes of each of its messages.
struct Asked(Sender<Option<Answer>>);

impl Recipient for Asked {
    type Waiting = ();

    fn answer(&self, answer: Answer) {
        // The terminal waits for as long as this lives.
        let _ = self.0.send(Some(answer));
    }

    fn unanswered(&self) {
        let _ = self.0.send(None);
    }

    fn waiting(self: &Arc<Self>) {}
}

/// JSON indented by four with everything but ASCII escaped; other text as it is.
fn pretty(text: &str) -> String {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return text.to_owned() };
    let mut bytes = Vec::new();
    let formatter = Ascii(PrettyFormatter::with_indent(b"    "));
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    match value.serialize(&mut serializer) {
        Ok(()) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => text.to_owned(),
    }
}

/// serde_json's pretty layout, with characters beyond ASCII as `\uXXXX`.
struct Ascii<'a>(PrettyFormatter<'a>);

impl Formatter for Ascii<'_> {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for c in fragment.chars() {
            if c.is_ascii() && c != '\u{7f}' {
                writer.write_all(&[c as u8])?;
            } else {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }

    fn write_char_escape<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        self.0.write_char_escape(writer, escape)
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_indented_and_ascii() {
        assert_eq!(
            pretty("{\"a\":[1,\"é\u{1f600}\"]}"),
            "{\n    \"a\": [\n        1,\n        \"\\u00e9\\ud83d\\ude00\"\n    ]\n}"
        );
        assert_eq!(pretty("plain text"), "plain text");
    }
}
