//! Running a service on a gateway.

use serde_json::{Value, json};

use super::gateways;
use crate::nearest::nearest;
use crate::platform::Path;
use crate::tools::asked::{Wants, Write, act, judge, record};
use crate::tools::context::Context;
use crate::tools::shown::{ErrorKind, Field, FieldKind, Outcome, Shape, ToolError};
use crate::tools::told::{Arguments, fitted};

/// What a service gave back. Open, because platform versions differ in what they add: a job id, a
/// state.
pub static RUN: Shape = Shape::open(&[
    Field::new("stdout", FieldKind::Any).doc("Parsed when it is a JSON object or list"),
    Field::new("stderr", FieldKind::Text),
    Field::new("return_code", FieldKind::Number).from(&["return_code", "returnCode"]),
    Field::new("start_time", FieldKind::Time).from(&["start_time", "startTime"]),
    Field::new("end_time", FieldKind::Time).from(&["end_time", "endTime"]),
    Field::new("elapsed_time", FieldKind::Number).from(&["elapsed_time", "elapsedTime"]),
]);

/// Where versions put the end of a run, or what now runs.
const RAN: &[&str] = &[
    "result.return_code",
    "result.returnCode",
    "result.stdout",
    "result.data.return_code",
    "result.data.stdout",
    "result.job_id",
    "result.jobId",
    "result._id",
    "result.state",
    "return_code",
    "returnCode",
    "stdout",
    "job_id",
    "jobId",
];

/// `POST /gateway_manager/v1/services/run`. Once that has succeeded the service has run, and nothing
/// that follows may fail the call.
pub fn run(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let (name, cluster) = (arguments.text("name"), arguments.text("cluster"));
    let input = match arguments.value("input_params") {
        Value::Object(given) if !given.is_empty() => {
            &fitted(decorator(context, name, cluster).as_ref(), given)
        }
        other => other,
    };
    run_service(context, name, cluster, input)
}

/// The same, with input that fits; none is sent when it is empty.
pub fn run_service(
    context: &Context<'_>,
    name: &str,
    cluster: &str,
    input: &Value,
) -> Result<Outcome, ToolError> {
    let mut body = json!({"serviceName": name, "clusterId": cluster});
    if !record::is_empty(input) {
        body["params"] = input.clone();
    }
    let path = Path::literal("/gateway_manager/v1/services/run");
    let write = Write::post(&path, Some(&body))
        .wants(Wants::Started(RAN))
        .shown_by("what the service does");
    let answer = act(context, "service", name)
        .send(&write)
        .map_err(|error| match error.kind {
            ErrorKind::NotFound | ErrorKind::Refused => explain(context, name, cluster, error),
            _ => error,
        })?
        .answer;
    // A service that ran may still be told to have failed beside its output.
    if let Some(why) =
        answer.get("error").and_then(|error| judge::failure(&json!({"error": error})))
    {
        let error = ToolError::refused(format!(
            "the gateway could not run '{name}' on cluster '{cluster}': {why}"
        ));
        return Err(explain(context, name, cluster, error));
    }
    let mut result = RUN.project(output(&answer));
    result["stdout"] = parsed(&result["stdout"]);
    let note = match &result["return_code"] {
        Value::Null => Some(
            "The service was started, but the platform gave no return code: its end is unknown."
                .to_owned(),
        ),
        Value::Number(code) if code.as_f64() != Some(0.0) => {
            Some(format!("The service failed with return code {code}; see stderr and stdout."))
        }
        _ => None,
    };
    let outcome = Outcome::from(result);
    Ok(outcome.noted(note))
}

/// The schema of a service's input; none when it has none, or it cannot be had: then the gateway is the
/// judge.
fn decorator(context: &Context<'_>, name: &str, cluster: &str) -> Option<Value> {
    let services = gateways::read_services(context, Some(cluster)).ok()?;
    let same = |service: &&Value| service["name"] == name && service["cluster"] == cluster;
    services.as_array()?.iter().find(same)?.get("decorator").cloned()
}

/// Where in the answer the output is: some platform versions put it one level deeper.
fn output(answer: &Value) -> &Value {
    let result = answer.get("result").filter(|result| result.is_object()).unwrap_or(answer);
    match result.get("data") {
        Some(data) if data.get("stdout").is_some() || data.get("return_code").is_some() => data,
        _ => result,
    }
}

/// What was printed, as JSON when it is a JSON object or list. A lone number or word stays as it was
/// printed, but for the quotes of a JSON string.
fn parsed(stdout: &Value) -> Value {
    let Some(text) = stdout.as_str() else { return stdout.clone() };
    match serde_json::from_str(text) {
        Ok(json @ (Value::Object(_) | Value::Array(_) | Value::String(_) | Value::Null)) => json,
        _ => stdout.clone(),
    }
}

/// Adds to a refusal what is wrong with the name or the cluster, if something is.
fn explain(context: &Context<'_>, name: &str, cluster: &str, error: ToolError) -> ToolError {
    let services = match gateways::read_services(context, None) {
        Ok(Value::Array(services)) if !services.is_empty() => services,
        _ => return error,
    };
    let named = |s: &&Value| s["name"] == name;
    if services.iter().filter(named).any(|s| s["cluster"] == cluster) {
        return error;
    }
    let clusters: Vec<&str> =
        services.iter().filter(named).filter_map(|s| s["cluster"].as_str()).collect();
    let hint = if clusters.is_empty() {
        match nearest(name, services.iter().filter_map(|s| s["name"].as_str())) {
            Some(close) => format!("did you mean '{close}'?"),
            None => "get_services lists them".to_owned(),
        }
    } else {
        format!("it is on {}", clusters.join(", "))
    };
    ToolError::not_found(format!(
        "no service is called '{name}' on cluster '{cluster}'; {hint} ({})",
        error.message
    ))
}
