//! One call of a tool: checked, confirmed, run, written down, rendered.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::answer::answer;
use super::host::{ToolHost, question};
use super::runner::{Share, ToolRunner};
use crate::config::Confirm;
use crate::observe::{Entry, metrics, spans};
use crate::protocol::{Call, Reply, RpcError};
use crate::tools::shown::{ErrorKind, Outcome, ToolError};
use crate::tools::told::Arguments;
use crate::tools::{Callable, Context};
use crate::trace::Trace;
use crate::{limits, observe};

/// What a tool does with arguments that have been checked.
pub type Act<'a> = dyn Fn(&Context<'_>, &Arguments) -> Result<Outcome, ToolError> + 'a;

/// Serves `tools/call`.
pub fn run(
    tool: &dyn Callable,
    act: &Act<'_>,
    runner: &ToolRunner,
    call: &Call,
    given: &Map<String, Value>,
) -> Result<Reply, RpcError> {
    Ok(reply(tool, runner, acted(tool, act, runner, call, given, runner.share)))
}

/// What a client gets of how a call went.
pub fn reply(tool: &dyn Callable, runner: &ToolRunner, went: Result<Outcome, ToolError>) -> Reply {
    match went {
        Ok(outcome) => answer(tool, runner.format, &outcome, runner.share.bytes).into(),
        Err(ToolError { kind: ErrorKind::NeedsInput(state), message, .. }) => {
            question(state, &message)
        }
        Err(error) => failure(&told(&error)).into(),
    }
}

/// The result of a call that failed.
pub fn failure(text: &str) -> Value {
    json!({"content": [{"type": "text", "text": text}], "isError": true})
}

/// Runs the tool and writes down that it ran. Lists are cut to `share`.
///
/// # Errors
/// Those of the tool, and [`ErrorKind::NeedsInput`] when a person must agree first.
pub fn outcome(
    tool: &dyn Callable,
    runner: &ToolRunner,
    call: &Call,
    given: &Map<String, Value>,
    share: Share,
) -> Result<Outcome, ToolError> {
    acted(tool, &|context, arguments| tool.call(context, arguments), runner, call, given, share)
}

/// The same, with what the tool does.
///
/// # Errors
/// As above.
pub fn acted(
    tool: &dyn Callable,
    act: &Act<'_>,
    runner: &ToolRunner,
    call: &Call,
    given: &Map<String, Value>,
    share: Share,
) -> Result<Outcome, ToolError> {
    let started = Instant::now();
    let parent = runner.trace(call);
    // A place of its own is for those who see it.
    let collected = parent.as_ref().filter(|_| spans::are_collected());
    let own = collected.and_then(Trace::child);
    let trace = own.clone().or_else(|| parent.clone());
    let went = Trace::within(trace.clone(), || {
        traced(tool, act, runner, (call, parent.as_ref(), trace), given, share)
    });
    if let Some(own) = &own {
        record(own, parent.as_ref(), (tool, call), &went, started.elapsed());
    }
    went
}

/// Hands on the span of a call, by the conventions of OpenTelemetry for MCP.
fn record(
    trace: &Trace,
    parent: Option<&Trace>,
    (tool, call): (&dyn Callable, &Call),
    went: &Result<Outcome, ToolError>,
    time: Duration,
) {
    let error = went.as_ref().err().map(ToString::to_string);
    let outcome = metrics::Outcome::LABEL.values.get(counted_as(went).at()).copied();
    spans::offer(&spans::Span {
        trace,
        // A trace that begins here has nothing above.
        parent: parent.filter(|_| call.trace().is_some()),
        name: &format!("tools/call {}", tool.name()),
        kind: spans::SpanKind::Server,
        time,
        error: error.as_deref(),
        attributes: &[
            ("mcp.method.name", "tools/call"),
            ("gen_ai.operation.name", "execute_tool"),
            ("gen_ai.tool.name", tool.name()),
            ("user.name", call.caller.identity.as_deref().unwrap_or_default()),
            ("user.roles", call.caller.role.as_deref().unwrap_or_default()),
            ("error.type", outcome.filter(|_| error.is_some()).unwrap_or_default()),
        ],
    });
}

fn traced(
    tool: &dyn Callable,
    act: &Act<'_>,
    runner: &ToolRunner,
    (call, named, trace): (&Call, Option<&Trace>, Option<Trace>),
    given: &Map<String, Value>,
    share: Share,
) -> Result<Outcome, ToolError> {
    let started = Instant::now();
    let host = ToolHost::new(call, runner.fallback);
    let caller = call.caller.identity.as_deref().unwrap_or("local");
    let role = call.caller.role.as_deref();
    let acting = runner.acting(&call.caller);
    let account = acting.as_ref().ok().and_then(|acting| acting.account.as_deref());
    let name = tool.name();
    let parent = named.map(Trace::parent);
    let entry =
        Entry { caller, role, account, tool: name, arguments: given, trace: parent.as_deref() };
    let mut recorded = None;
    // A call that comes back with an answer was counted when it asked.
    let counted = if call.carried().is_some() { Ok(()) } else { runner.count(&call.caller) };
    let checked = counted.and_then(|()| tool.check(given));
    let outcome = checked.and_then(|arguments| {
        let acting = acting.clone()?;
        if runner.confirm == Confirm::Destructive && tool.hints().destructive {
            let shown = observe::RedactedFields::new(given, limits::QUESTION_TEXT_BYTES);
            let shown = serde_json::to_string(&shown).unwrap_or_default();
            let shown = observe::brief(&shown, limits::QUESTION_BYTES);
            crate::tools::Host::confirm(&host, &format!("Run {name} with {shown}?"))?;
        }
        if let Some(audit) = &runner.means.audit {
            recorded = Some(audit.begin(&entry).map_err(unrecorded)?);
        }
        let api = acting.client.api(&call.cancel).traced(trace.as_ref());
        act(
            &Context { api, host: &host, max_items: share.items, max_bytes: share.bytes },
            &arguments,
        )
    });
    let trace = parent.as_deref().map(|trace| format!(" trace={trace}")).unwrap_or_default();
    let in_role = role.map(|role| format!(" ({role})")).unwrap_or_default();
    let caller = format!("{caller}{in_role}");
    let time = started.elapsed();
    let millis = time.as_millis();
    if let Err(ToolError { kind: ErrorKind::NeedsInput(_), .. }) = &outcome {
        log::info!("{name} for {caller}: asks for agreement{trace}");
        return outcome;
    }
    // What was refused before it began has a line of its own, too.
    let recorded = match (&runner.means.audit, recorded) {
        (Some(audit), None) => audit.begin(&entry).ok(),
        (_, recorded) => recorded,
    };
    if let (Some(audit), Some(recorded)) = (&runner.means.audit, recorded) {
        let failure = outcome.as_ref().err().map(ToString::to_string);
        audit.end(recorded, &entry, failure.as_deref().unwrap_or("ok"), time);
    }
    metrics::CALLS.count(name, role.unwrap_or_default(), counted_as(&outcome), time);
    match &outcome {
        Ok(_) => log::info!("{name} for {caller}: ok in {millis} ms{trace}"),
        Err(error) => log::info!("{name} for {caller}: failed in {millis} ms{trace}: {error}"),
    }
    outcome
}

/// Under which outcome a call is counted.
fn counted_as(outcome: &Result<Outcome, ToolError>) -> metrics::Outcome {
    let Err(error) = outcome else { return metrics::Outcome::Ok };
    match error.kind {
        ErrorKind::InvalidArguments => metrics::Outcome::Invalid,
        ErrorKind::NotFound => metrics::Outcome::NotFound,
        ErrorKind::InvalidState => metrics::Outcome::State,
        ErrorKind::Refused => metrics::Outcome::Refused,
        ErrorKind::Platform => metrics::Outcome::Platform,
        ErrorKind::Program => metrics::Outcome::Program,
        ErrorKind::Unknown => metrics::Outcome::Unknown,
        ErrorKind::NotConfirmed | ErrorKind::NeedsInput(_) => metrics::Outcome::Denied,
        ErrorKind::Busy => metrics::Outcome::Busy,
        ErrorKind::Cancelled => metrics::Outcome::Cancelled,
    }
}

/// An error as a model sees it.
pub fn told(error: &ToolError) -> String {
    // Masked before it is cut: half a secret is one that nobody recognizes.
    let safe = error.to_string();
    observe::brief(&observe::redact(&safe), limits::ERROR_TEXT_BYTES).into_owned()
}

fn unrecorded(error: std::io::Error) -> ToolError {
    log::debug!("refused, for it cannot be recorded: {error}");
    ToolError::platform(
        "nothing was done: this call cannot be written to the audit file, which is required here; \
         tell the operator of this server",
    )
}
