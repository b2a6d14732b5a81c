//! The product's own offer: the tools table behind the engine.

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Map, Value, json};

use super::call::{Call, Severity};
use super::engine::Engine;
use super::error::RpcError;
use super::input::Reply;
use super::instructions;
use super::registry::{Offers, Registry, Tasking, ToolEntry};
use super::session::NoAnswer;
use crate::config::{Config, Confirm, ConfirmFallback, ResponseFormat, Server};
use crate::observe::{Audit, Entry, metrics};
use crate::platform::Client;
use crate::tools::{Arguments, Context, ErrorKind, Host, Outcome, Output, Tool, ToolError};
use crate::{limits, observe, output, tools};

/// The tools that this configuration enables, in listing order.
pub fn enabled(server: &Server) -> Vec<&'static Tool> {
    tools::all().filter(|tool| is_enabled(tool, server)).collect()
}

/// The product's engine.
pub fn engine(config: &Config, client: &Client, audit: Option<Arc<Audit>>) -> Engine {
    let tools = enabled(&config.server);
    let policy = Arc::new(Policy {
        format: config.server.response_format,
        confirm: config.server.confirm,
        fallback: config.server.confirm_fallback,
        audit,
    });
    let entries = tools
        .iter()
        .map(|tool| {
            let (client, policy, tool) = (client.clone(), Arc::clone(&policy), *tool);
            ToolEntry {
                definition: tool.definition(config.server.slim),
                run: Arc::new(move |call, arguments| run(tool, &client, &policy, call, arguments)),
                tasking: Tasking::Never,
            }
        })
        .collect();
    let info = json!({
        "name": "Itential Platform MCP",
        "title": "Itential Platform",
        "version": env!("CARGO_PKG_VERSION"),
    });
    let instructions = instructions::text(&tools, config.platform.sandbox);
    Engine::new(info, instructions, Registry::new(Offers { tools: entries, ..Offers::default() }))
}

struct Policy {
    format: ResponseFormat,
    confirm: Confirm,
    fallback: ConfirmFallback,
    audit: Option<Arc<Audit>>,
}

fn is_enabled(tool: &Tool, server: &Server) -> bool {
    let tags = tool.all_tags();
    let has = |wanted: &[String]| wanted.iter().any(|tag| tags.contains(&tag.as_str()));
    server.include_tags.as_deref().is_none_or(has)
        && !has(&server.exclude_tags)
        && (!server.read_only || tool.hints.read_only)
        && (!server.no_destructive || !tool.hints.destructive)
}

fn run(
    tool: &'static Tool,
    client: &Client,
    policy: &Policy,
    call: &Call,
    given: &Map<String, Value>,
) -> Result<Reply, RpcError> {
    let started = Instant::now();
    let host = ToolHost { call, fallback: policy.fallback };
    let outcome = Arguments::check(tool.parameters, given).and_then(|arguments| {
        if policy.confirm == Confirm::Destructive && tool.hints.destructive {
            host.confirm(&format!(
                "Run {} with {}?",
                tool.name,
                observe::redact_json(&Value::Object(given.clone()))
            ))?;
        }
        (tool.run)(&Context { api: client.api(&call.cancel), host: &host }, &arguments)
    });
    let caller = call.caller.identity.as_deref().unwrap_or("local");
    let time = started.elapsed();
    let millis = time.as_millis();
    if let Some(audit) = &policy.audit {
        let failure = outcome.as_ref().err().map(ToString::to_string);
        audit.record(&Entry {
            caller,
            tool: tool.name,
            arguments: &Value::Object(given.clone()),
            outcome: failure.as_deref().unwrap_or("ok"),
            time,
            trace: call.trace(),
        });
    }
    match outcome {
        Ok(outcome) => {
            metrics::CALLS.count(tool.name, metrics::Outcome::Ok, time);
            log::info!("{} for {caller}: ok in {millis} ms", tool.name);
            Ok(render(tool, policy.format, &outcome).into())
        }
        Err(error) => {
            metrics::CALLS.count(tool.name, metrics::Outcome::Failed, time);
            log::info!("{} for {caller}: failed in {millis} ms: {error}", tool.name);
            Ok(json!({
                "content": [{"type": "text", "text": observe::redact(&error.to_string())}],
                "isError": true
            })
            .into())
        }
    }
}

fn render(tool: &Tool, format: ResponseFormat, outcome: &Outcome) -> Value {
    let wrapped = tool.output.wrapped();
    let structured = if wrapped {
        let mut object = Map::new();
        object.insert("result".into(), outcome.value.clone());
        if let Some(total) = outcome.total {
            object.insert("total".into(), json!(total));
        }
        if let Some(note) = &outcome.note {
            object.insert("note".into(), json!(note));
        }
        Value::Object(object)
    } else {
        let mut value = outcome.value.clone();
        // What passes through as the platform gave it stays so.
        if let (Some(note), Value::Object(object), Output::Object(_)) =
            (&outcome.note, &mut value, tool.output)
        {
            object.insert("note".into(), json!(note));
        }
        value
    };
    let text = match (format, &outcome.value) {
        (ResponseFormat::Json, Value::String(text)) => text.clone(),
        (ResponseFormat::Json, value) => value.to_string(),
        (ResponseFormat::Toon, _) => output::toon(&structured),
    };
    let mut content = vec![json!({"type": "text", "text": text})];
    // Older clients read only text: what stands beside the result must reach them too.
    if let Some(note) = &outcome.note {
        content.push(json!({"type": "text", "text": note}));
    }
    let mut result = json!({"content": content, "structuredContent": structured, "isError": false});
    if wrapped {
        result["_meta"] = json!({"fastmcp": {"wrap_result": true}});
    }
    result
}

/// The client behind a running call, as tools see it.
struct ToolHost<'a> {
    call: &'a Call,
    fallback: ConfirmFallback,
}

impl Host for ToolHost<'_> {
    fn progress(&self, done: f64, total: Option<f64>, message: &str) {
        self.call.progress(done, total, message);
    }

    fn log(&self, level: log::Level, message: &str) {
        let severity = match level {
            log::Level::Error => Severity::Error,
            log::Level::Warn => Severity::Warning,
            log::Level::Info => Severity::Info,
            log::Level::Debug | log::Level::Trace => Severity::Debug,
        };
        self.call.log(severity, &observe::redact(message));
    }

    fn confirm(&self, question: &str) -> Result<(), ToolError> {
        let refused = |message: &str| {
            Err(ToolError { kind: ErrorKind::NotConfirmed, message: message.into() })
        };
        if !self.call.client_can("elicitation") {
            return match self.fallback {
                ConfirmFallback::Allow => Ok(()),
                ConfirmFallback::Deny => refused(
                    "this call needs a person's agreement and this client cannot ask for it; \
                     use a client with elicitation, or let the operator set confirm_fallback",
                ),
            };
        }
        let params = json!({
            "message": question,
            "requestedSchema": {
                "type": "object",
                "properties": {"value": {
                    "type": "boolean",
                    "title": "Agreed",
                    "description": "true to go on, false to refuse"
                }},
                "required": ["value"]
            }
        });
        match self.call.ask("elicitation/create", params, limits::CONFIRM_PATIENCE) {
            Ok(answer) => {
                let agreed = match answer.get("content").and_then(|c| c.get("value")) {
                    Some(Value::Bool(agreed)) => *agreed,
                    Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
                    _ => false,
                };
                if agreed && answer.get("action").and_then(Value::as_str) == Some("accept") {
                    Ok(())
                } else {
                    refused("the user did not agree; do not repeat the call unless asked to")
                }
            }
            Err(NoAnswer::Cancelled) => {
                Err(ToolError { kind: ErrorKind::Cancelled, message: "the call was ended".into() })
            }
            Err(NoAnswer::TimedOut) => refused("nobody answered in time"),
            Err(NoAnswer::Unreachable | NoAnswer::Refused(_)) => {
                refused("the client did not put the question to its user")
            }
        }
    }
}
