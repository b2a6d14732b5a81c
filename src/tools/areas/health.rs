//! The state of the platform.

use std::thread;

use serde_json::{Map, Value};

use crate::platform::Path;
use crate::tools::asked::Source;
use crate::tools::context::Context;
use crate::tools::row::{Area, Run, Tool};
use crate::tools::shown::{Field, FieldKind, Outcome, Output, Shape, ToolError};

/// This area.
pub static AREA: Area = Area { tag: "health", about: "get_health for the state of the platform" };

/// `GET /health/{applications,adapters}`
const COMPONENTS: Source = Source::new("/health/{}", "results", "total");

const READ: Tool = Tool::reads(&AREA);

/// The tools of this area.
pub static TOOLS: &[Tool] = &[Tool {
    name: "get_health",
    title: "Get Health",
    description: "Health report of the platform: its services, the host's CPU and memory, and \
                  every application and adapter with state, uptime (seconds) and memory (bytes). \
                  Times are epoch milliseconds. Names and states alone: get_adapters and \
                  get_applications.",
    output: Output::Object(&HEALTH),
    run: Run::Code(|context, _| get_health(context)),
    ..READ
}];

static HEALTH: Shape = Shape::open(&[
    Field::new("status", FieldKind::Object(&STATUS)),
    Field::new("system", FieldKind::Object(&SYSTEM)),
    Field::new("server", FieldKind::Object(&SERVER)),
    Field::new("applications", FieldKind::Objects(&COMPONENT)),
    Field::new("adapters", FieldKind::Objects(&COMPONENT)),
]);

static STATUS: Shape = Shape::open(&[
    Field::new("host", FieldKind::Text),
    Field::new("serverId", FieldKind::Text),
    Field::new("serverName", FieldKind::Text),
    Field::new("services", FieldKind::List),
    Field::new("timestamp", FieldKind::Number),
    Field::new("apps", FieldKind::Text),
    Field::new("adapters", FieldKind::Text),
]);

static SYSTEM: Shape = Shape::open(&[
    Field::new("arch", FieldKind::Text),
    Field::new("release", FieldKind::Text),
    Field::new("uptime", FieldKind::Number),
    Field::new("freemem", FieldKind::Number),
    Field::new("totalmem", FieldKind::Number),
    Field::new("loadavg", FieldKind::List),
    Field::new("cpus", FieldKind::List),
]);

static SERVER: Shape = Shape::open(&[
    Field::new("version", FieldKind::Text),
    Field::new("release", FieldKind::Text),
    Field::new("arch", FieldKind::Text),
    Field::new("platform", FieldKind::Text),
    Field::new("versions", FieldKind::Map),
    Field::new("memoryUsage", FieldKind::Map),
    Field::new("cpuUsage", FieldKind::Any),
    Field::new("uptime", FieldKind::Number),
    Field::new("pid", FieldKind::Any),
    Field::new("dependencies", FieldKind::Map),
]);

static COMPONENT: Shape = Shape::open(&[
    Field::new("id", FieldKind::Text),
    Field::new("package_id", FieldKind::Text),
    Field::new("version", FieldKind::Text),
    Field::new("type", FieldKind::Text),
    Field::new("description", FieldKind::Text),
    Field::new("routePrefix", FieldKind::Text),
    Field::new("state", FieldKind::Text),
    Field::new("connection", FieldKind::Any),
    Field::new("uptime", FieldKind::Number),
    Field::new("memoryUsage", FieldKind::Any),
    Field::new("cpuUsage", FieldKind::Any),
    Field::new("pid", FieldKind::Any),
    Field::new("logger", FieldKind::Any),
    Field::new("timestamp", FieldKind::Number),
    Field::new("prevUptime", FieldKind::Number),
]);

const PARTS: [&str; 5] = ["status", "system", "server", "applications", "adapters"];

/// `GET /health/{status,system,server,applications,adapters}`, at the same time. One part that
/// fails does not hide the others.
fn get_health(context: &Context<'_>) -> Result<Outcome, ToolError> {
    let answers = thread::scope(|scope| {
        PARTS
            .map(|part| scope.spawn(move || read(context, part)))
            .map(|reader| reader.join().unwrap_or_else(|_| Err(ToolError::platform("internal"))))
    });
    if let [Err(first), rest @ ..] = &answers
        && rest.iter().all(Result::is_err)
    {
        return Err(first.clone());
    }
    let mut report = Map::new();
    let mut missing = Vec::new();
    for (part, answer) in PARTS.into_iter().zip(answers) {
        match answer {
            Ok(value) => drop(report.insert(part.into(), value)),
            Err(error) => missing.push(format!("{part} is missing ({error})")),
        }
    }
    let outcome = Outcome::from(HEALTH.project(&Value::Object(report)));
    Ok(if missing.is_empty() { outcome } else { outcome.with_note(missing.join("; ")) })
}

fn read(context: &Context<'_>, part: &str) -> Result<Value, ToolError> {
    match part {
        "applications" | "adapters" => Ok(COMPONENTS.below(&[part])?.items(context)?.into()),
        _ => Ok(context.api.get(&Path::new("/health/{}", &[part])?, &[])?),
    }
}
