//! One call of a tool: checked, confirmed, run, written down, rendered.

use std::time::Instant;

use serde_json::{Map, Value, json};

use super::host::{ToolHost, question};
use super::long;
use super::runner::ToolRunner;
use crate::config::{Confirm, ResponseFormat};
use crate::observe::{Entry, metrics};
use crate::protocol::{Call, Reply, RpcError};
use crate::tools::shown::{ErrorKind, Outcome, Output, ToolError};
use crate::tools::told::Arguments;
use crate::tools::{Context, Tool};
use crate::{limits, observe, output};

/// Serves `tools/call`.
pub fn run(
    tool: &'static Tool,
    runner: &ToolRunner,
    call: &Call,
    given: &Map<String, Value>,
) -> Result<Reply, RpcError> {
    match outcome(tool, runner, call, given) {
        Ok(outcome) => {
            let outcome = long::follow(tool, runner, call, outcome);
            Ok(render(tool, runner.format, &outcome).into())
        }
        Err(ToolError { kind: ErrorKind::NeedsInput(state), message }) => {
            Ok(question(state, &message))
        }
        Err(error) => Ok(json!({
            "content": [{"type": "text", "text": told(&error)}],
            "isError": true
        })
        .into()),
    }
}

/// Runs the tool and writes down that it ran.
///
/// # Errors
/// Those of the tool, and [`ErrorKind::NeedsInput`] when a person must agree first.
pub fn outcome(
    tool: &'static Tool,
    runner: &ToolRunner,
    call: &Call,
    given: &Map<String, Value>,
) -> Result<Outcome, ToolError> {
    let started = Instant::now();
    let host = ToolHost::new(call, runner.fallback);
    let caller = call.caller.identity.as_deref().unwrap_or("local");
    let entry = Entry { caller, tool: tool.name, arguments: given, trace: call.trace() };
    let mut recorded = None;
    let outcome = Arguments::check(tool.parameters, given).and_then(|arguments| {
        if runner.confirm == Confirm::Destructive && tool.hints.destructive {
            let shown = observe::RedactedFields::new(given, limits::QUESTION_TEXT_BYTES);
            let shown = serde_json::to_string(&shown).unwrap_or_default();
            crate::tools::Host::confirm(&host, &format!("Run {} with {shown}?", tool.name))?;
        }
        if let Some(audit) = &runner.audit {
            recorded = Some(audit.begin(&entry).map_err(unrecorded)?);
        }
        tool.call(&Context { api: runner.client.api(&call.cancel), host: &host }, &arguments)
    });
    let trace = call.trace().map(|trace| format!(" trace={trace}")).unwrap_or_default();
    let time = started.elapsed();
    let millis = time.as_millis();
    if let Err(ToolError { kind: ErrorKind::NeedsInput(_), .. }) = &outcome {
        log::info!("{} for {caller}: asks for agreement{trace}", tool.name);
        return outcome;
    }
    // What was refused before it began has a line of its own, too.
    let recorded = match (&runner.audit, recorded) {
        (Some(audit), None) => audit.begin(&entry).ok(),
        (_, recorded) => recorded,
    };
    if let (Some(audit), Some(recorded)) = (&runner.audit, recorded) {
        let failure = outcome.as_ref().err().map(ToString::to_string);
        audit.end(recorded, &entry, failure.as_deref().unwrap_or("ok"), time);
    }
    match &outcome {
        Ok(_) => {
            metrics::CALLS.count(tool.name, metrics::Outcome::Ok, time);
            log::info!("{} for {caller}: ok in {millis} ms{trace}", tool.name);
        }
        Err(error) => {
            metrics::CALLS.count(tool.name, metrics::Outcome::Failed, time);
            log::info!("{} for {caller}: failed in {millis} ms{trace}: {error}", tool.name);
        }
    }
    outcome
}

/// An error as a model sees it.
fn told(error: &ToolError) -> String {
    observe::redact(&observe::brief(&error.to_string(), limits::ERROR_TEXT_BYTES)).into_owned()
}

fn unrecorded(error: std::io::Error) -> ToolError {
    log::debug!("refused, for it cannot be recorded: {error}");
    ToolError::platform(
        "nothing was done: this call cannot be written to the audit file, which is required here; \
         tell the operator of this server",
    )
}

fn render(tool: &Tool, format: ResponseFormat, outcome: &Outcome) -> Value {
    let wrapped = tool.output().wrapped();
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
            (&outcome.note, &mut value, tool.output())
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
    let said = [Some(&text), outcome.note.as_ref()];
    let secret = said.into_iter().flatten().any(|text| observe::hide(text) != text.as_str());
    let mut content = vec![json!({"type": "text", "text": text})];
    // Older clients read only text: what stands beside the result must reach them too.
    if let Some(note) = &outcome.note {
        content.push(json!({"type": "text", "text": note}));
    }
    let mut result = json!({"content": content, "structuredContent": structured, "isError": false});
    if wrapped {
        result["_meta"] = json!({"fastmcp": {"wrap_result": true}});
    }
    if secret {
        observe::hide_json(&mut result);
    }
    result
}
