//! The state of the platform.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::platform::Path;
use crate::sync::at_once;
use crate::tools::asked::{Source, record};
use crate::tools::context::Context;
use crate::tools::row::{Area, Run, Tool};
use crate::tools::shown::{Field, FieldKind, Outcome, Output, Shape, ToolError};
use crate::tools::told::{Arguments, Kind, Parameter, Presence};

/// This area.
pub static AREA: Area = Area { tag: "health", about: "get_health for the state of the platform" };

/// `GET /health/{applications,adapters}`
const COMPONENTS: Source = Source::new("/health/{}", "results", "total");

const READ: Tool = Tool::reads(&AREA);

/// The tools of this area.
pub static TOOLS: &[Tool] = &[Tool {
    name: "get_health",
    title: "Get Health",
    description: "Is the platform well? A verdict, what is not well, and how many applications and \
                  adapters are in which state. Names and states of all: get_adapters and \
                  get_applications.",
    parameters: &[Parameter::optional(
        "detail",
        Kind::Boolean,
        "true adds every part with memory (bytes) and uptime (seconds); long",
    )
    .or(Presence::Boolean(false))],
    output: Output::Object(&HEALTH),
    run: Run::Code(get_health),
    ..READ
}];

/// First what the reader wants to know, then the five parts: whole with `detail`, otherwise as
/// [`BRIEF`] shows them.
static HEALTH: Shape = Shape::open(&[
    Field::new("verdict", FieldKind::Text).doc("healthy, degraded or unknown"),
    Field::new("problems", FieldKind::Texts).doc("What is not well, the worst first"),
    Field::new("counts", FieldKind::Object(&COUNTS)),
    Field::new("status", FieldKind::Object(&STATUS)),
    Field::new("system", FieldKind::Object(&SYSTEM)),
    Field::new("server", FieldKind::Object(&SERVER)),
    Field::new("applications", FieldKind::Objects(&COMPONENT)),
    Field::new("adapters", FieldKind::Objects(&COMPONENT)),
]);

/// How many are in which state.
static COUNTS: Shape = Shape::closed(&[
    Field::new("applications", FieldKind::Map),
    Field::new("adapters", FieldKind::Map),
]);

/// The fields of each part that are shown without `detail`; of applications and adapters, only those
/// that are not well.
const BRIEF: [(&str, &[&str]); 5] = [
    ("status", &["host", "serverId", "serverName", "services", "apps", "adapters"]),
    ("system", &["uptime", "freemem", "totalmem", "loadavg"]),
    ("server", &["version", "release", "uptime"]),
    ("applications", COMPONENT_BRIEF),
    ("adapters", COMPONENT_BRIEF),
];
const COMPONENT_BRIEF: &[&str] = &["id", "package_id", "version", "state", "connection"];

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

/// `GET /health/{status,system,server,applications,adapters}`, at the same time. One part that
/// fails does not hide the others.
fn get_health(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let answers = at_once(&BRIEF, |_, (part, _)| read(context, part)).into_iter();
    let answers: Vec<_> = answers
        .map(|answer| answer.unwrap_or_else(|_| Err(ToolError::platform("internal"))))
        .collect();
    if let [Err(first), rest @ ..] = &answers[..]
        && rest.iter().all(Result::is_err)
    {
        return Err(first.clone());
    }
    let mut report = Map::new();
    let mut missing = Vec::new();
    for ((part, _), answer) in BRIEF.into_iter().zip(answers) {
        match answer {
            Ok(value) => drop(report.insert(part.into(), value)),
            Err(error) => missing.push(format!("{part} is missing ({error})")),
        }
    }
    let Judged { problems, counts } = Judged::of(&report);
    let verdict = match (problems.is_empty(), missing.is_empty()) {
        (false, _) => "degraded",
        (true, false) => "unknown",
        (true, true) => "healthy",
    };
    let detail = arguments.flag("detail");
    report.insert("verdict".into(), json!(verdict));
    report.insert("problems".into(), json!(problems));
    report.insert("counts".into(), Value::Object(counts));
    let mut shown = HEALTH.project(&Value::Object(report));
    if !detail {
        shorten(&mut shown);
    }
    let more = "Only what is not well is shown; detail=true shows everything.";
    let missing = (!missing.is_empty()).then(|| format!("{}.", missing.join("; ")));
    Ok(Outcome::from(shown).noted(missing).noted((!detail).then(|| more.to_owned())))
}

fn read(context: &Context<'_>, part: &str) -> Result<Value, ToolError> {
    match part {
        "applications" | "adapters" => Ok(COMPONENTS.below(&[part])?.items(context)?.into()),
        _ => Ok(context.api.get(&Path::new("/health/{}", &[part])?, &[])?),
    }
}

/// What is not well, and how many components are in which state.
struct Judged {
    problems: Vec<String>,
    counts: Map<String, Value>,
}

impl Judged {
    fn of(report: &Map<String, Value>) -> Self {
        let mut problems: Vec<(usize, String)> = Vec::new();
        let services = report.get("status").and_then(|status| status.get("services"));
        for service in services.and_then(Value::as_array).into_iter().flatten() {
            let state = record::text(service, &["status", "state"]).unwrap_or("unknown");
            if !state.eq_ignore_ascii_case("running") {
                let name = record::text(service, &["service", "name"]).unwrap_or("(no name)");
                problems.push((0, format!("service {name} is {state}")));
            }
        }
        let mut counts = Map::new();
        for (part, one, said) in
            [("applications", "application", "apps"), ("adapters", "adapter", "adapters")]
        {
            let Some(components) = report.get(part).and_then(Value::as_array) else { continue };
            let before = problems.len();
            let mut states: BTreeMap<&str, usize> = BTreeMap::new();
            for component in components {
                *states.entry(state(component)).or_default() += 1;
                if let Some((rank, what)) = unwell(component) {
                    let name = record::text(component, &["id", "name"]).unwrap_or("(no name)");
                    problems.push((rank, format!("{one} {name} {what}")));
                }
            }
            counts.insert(part.into(), json!(states));
            // The platform's own word counts where its list does not bear it out.
            let word = report.get("status").and_then(|status| record::text(status, &[said]));
            if let Some(word) = word.filter(|word| !word.eq_ignore_ascii_case("running"))
                && problems.len() == before
            {
                problems.push((1, format!("the platform calls its {part} {word}")));
            }
        }
        problems.sort();
        Self { problems: problems.into_iter().map(|(_, problem)| problem).collect(), counts }
    }
}

fn state(component: &Value) -> &str {
    record::text(component, &["state"]).unwrap_or("unknown")
}

/// Why a component is not well, and how bad that is.
fn unwell(component: &Value) -> Option<(usize, String)> {
    let state = state(component);
    if state == "RUNNING" {
        let connection = record::text(component, &["connection.state", "connection"])?;
        let online = connection.eq_ignore_ascii_case("online");
        return (!online).then(|| (2, format!("is RUNNING but its connection is {connection}")));
    }
    let rank = match state {
        "DEAD" => 1,
        "STOPPED" => 4,
        _ => 3,
    };
    Some((rank, format!("is {state}")))
}

/// Leaves out what is not shown without `detail`.
fn shorten(report: &mut Value) {
    for (part, fields) in BRIEF {
        let objects = match report.get_mut(part) {
            Some(Value::Array(components)) => {
                components.retain(|component| unwell(component).is_some());
                components.iter_mut().collect()
            }
            Some(one) => vec![one],
            None => vec![],
        };
        for object in objects.into_iter().filter_map(Value::as_object_mut) {
            object.retain(|name, _| fields.contains(&name.as_str()));
        }
    }
}
