//! `call`: runs one tool and prints its result.

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use serde_json::{Map, Value, json};

use super::ascii::pretty;
use super::backend::Backend;
use super::call_arguments::{argument_in, params};
use super::shown::shown;
use super::text::{colored, complain, fail, print, print_painted, screen};
use super::waiting::Waiting;
use super::whole;
use crate::config::{Config, PlatformCredentials, ResponseFormat};
use crate::nearest::nearest;
use crate::product::{self, Live};
use crate::protocol::message;
use crate::protocol::message::Incoming;
use crate::protocol::{Answer, Caller, Engine, Session, Sink};
use crate::transport::Workers;
use crate::transport::serve::{Recipient, serve};
use crate::{observe, protocol};

/// What one call was given on the command line.
pub struct CallOptions<'a> {
    /// The tool.
    pub tool: &'a str,
    /// The JSON object of its arguments, `@` and the file it stands in, or `-` for standard input;
    /// absent and empty mean none.
    pub params: Option<&'a str>,
    /// Arguments whose values are in files, as `NAME=PATH`.
    pub files: Vec<&'a str>,
    /// The file for the result instead of standard output.
    pub output: Option<&'a str>,
    /// How the result is written.
    pub format: Format,
}

/// How the result of a call is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// As the configuration has it.
    Configured,
    /// For a person: a list as a table, a record as a summary.
    Table,
    /// As JSON.
    Json,
    /// As TOON.
    Toon,
}

/// The words for them on the command line. The first means a table where a person reads it.
pub const FORMATS: [&str; 4] = ["auto", "table", "json", "toon"];

impl Format {
    /// What these options ask for: `--format`, and whether the command line says how a server would
    /// write the result.
    pub fn of(word: Option<&str>, configured_here: bool) -> Self {
        match word {
            Some("table") => Self::Table,
            Some("json") => Self::Json,
            Some("toon") => Self::Toon,
            _ if io::stdout().is_terminal() && !configured_here => Self::Table,
            _ => Self::Configured,
        }
    }
}

/// Calls a tool and prints or writes down its result.
pub fn call(config: &Config, options: &CallOptions<'_>) -> ExitCode {
    observe::init(config.server.log_level);
    let waiting = Waiting::begin();
    let result = result(config, options, &waiting);
    waiting.end();
    let told = result.and_then(|mut result| {
        let mut texts = texts(&result);
        let notes = texts.split_off(texts.len().min(1));
        let mut hint = None;
        let told = match (options.output, options.format) {
            (Some(path), _) => {
                keep(&mut result, path)?;
                ExitCode::SUCCESS
            }
            (None, Format::Table) => {
                let document = document(&mut result);
                // It is said below.
                if let Some(fields) = document.as_object_mut() {
                    fields
                        .retain(|name, value| name != "note" || !notes.iter().any(|n| value == n));
                }
                let text;
                (text, hint) = shown(document, &notes, screen(), colored());
                print_painted(&text)
            }
            (None, _) => print(&format!("\n{}\n", texts.concat())),
        };
        // What is said of a result goes beside it, so that what reads the output gets the result alone.
        hint.iter().chain(&notes).for_each(|note| complain(note));
        Ok(told)
    });
    told.unwrap_or_else(|message| fail(&observe::redact(&message)))
}

/// The result of the call.
fn result(
    config: &Config,
    options: &CallOptions<'_>,
    waiting: &Arc<Waiting>,
) -> Result<Value, String> {
    let tool = options.tool;
    let mut arguments = options.params.map_or(Ok(Map::new()), params)?;
    let backend = Backend::open(config)?;
    let mut full = config.clone();
    // A person, or a script, has no context that could overflow.
    full.server.full = true;
    // Roles are for callers of the server.
    full.roles.clear();
    match options.format {
        // Text that is no JSON is shown as it is.
        Format::Json | Format::Table => full.server.response_format = ResponseFormat::Json,
        Format::Toon => full.server.response_format = ResponseFormat::Toon,
        Format::Configured => {}
    }
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

/// Writes the result itself to a file: text as it is, anything else as JSON.
fn keep(result: &mut Value, path: &str) -> Result<(), String> {
    let text = match document(result) {
        Value::String(text) => text.clone(),
        document => format!("{document:#}\n"),
    };
    whole::save(path.as_ref(), text.as_bytes())
        .map_err(|error| format!("cannot write {path}: {error}"))
}

/// What the tool gave, without what MCP puts around it.
fn document(result: &mut Value) -> &mut Value {
    let wrapped = result.pointer("/_meta/fastmcp/wrap_result") == Some(&Value::Bool(true));
    let structured = &mut result["structuredContent"];
    if wrapped && structured.get("result").is_some() {
        &mut structured["result"]
    } else {
        structured
    }
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
