//! Compliance plans: golden configurations and the devices they are checked on.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::nearest::nearest;
use crate::platform::Path;
use crate::tools::asked::Listing;
use crate::tools::row::{Context, Hints, Tool};
use crate::tools::shown::{Field, FieldKind, Outcome, Output, Shape, ToolError, lookup};
use crate::tools::told::{Arguments, Kind, Parameter, Presence};

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_compliance_plans",
        title: "Get Compliance Plans",
        description: "List the compliance plans, which check devices against golden \
                      configurations. Next: run_compliance_plan.",
        tags: &["configuration_manager"],
        hints: Hints::READ,
        parameters: &[],
        output: Output::Object(&PLANS),
        run: |context, _| list(context),
    },
    Tool {
        name: "run_compliance_plan",
        title: "Run Compliance Plan",
        description: "Start a compliance plan; it reads from devices and changes none. With \
                      'wait' the answer is how the run ended and the ids of its reports for \
                      describe_compliance_report.",
        tags: &["configuration_manager"],
        hints: Hints { open_world: true, ..Hints::CREATE },
        parameters: &[
            Parameter::required("name", Kind::Text, "Exact name or id"),
            Parameter::optional(
                "wait",
                Kind::Integer { min: 0, max: 3600 },
                "Seconds to wait for its end",
            )
            .or(Presence::Integer(0)),
        ],
        output: Output::Object(&RUN),
        run,
    },
];

const ID: Field = Field::new("id", FieldKind::Text).from(&["id", "_id"]);

static PLANS: Shape = Shape::closed(&[Field::new("plans", FieldKind::Objects(&PLAN))]);

static PLAN: Shape = Shape::closed(&[
    ID,
    Field::new("name", FieldKind::Text),
    Field::new("description", FieldKind::Text),
    Field::new("throttle", FieldKind::Number),
]);

static RUN: Shape = Shape::closed(&[
    Field::new("instance", FieldKind::Object(&INSTANCE)),
    Field::new("reports", FieldKind::Objects(&REPORT)),
]);

static INSTANCE: Shape = Shape::closed(&[
    ID,
    Field::new("name", FieldKind::Text),
    Field::new("description", FieldKind::Text),
    Field::new("jobStatus", FieldKind::Text).doc("running, complete, error or canceled"),
    Field::new("batchId", FieldKind::Text),
    Field::new("started", FieldKind::Time),
    Field::new("finished", FieldKind::Time),
]);

static REPORT: Shape = Shape::closed(&[
    ID,
    Field::new("deviceName", FieldKind::Text),
    Field::new("nodePath", FieldKind::Text),
]);

const POLL_FIRST: Duration = Duration::from_millis(500);
const POLL_MAX: Duration = Duration::from_secs(10);

/// `POST /configuration_manager/search/compliance_plans`, every page.
fn list(context: &Context<'_>) -> Result<Outcome, ToolError> {
    let listed = plans("").read(context)?;
    let mut outcome = Outcome::from(PLANS.project(&json!({"plans": listed.items})));
    if listed.truncated {
        outcome.note = Some(format!("Only the first {} plans are shown.", listed.items.len()));
    }
    Ok(outcome)
}

/// `POST /configuration_manager/compliance_plans/run`. Once that has succeeded the plan runs, and
/// nothing that follows may fail the call.
fn run(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let plan = find(context, arguments.text("name"))?;
    let plan_id = id_of(&plan).unwrap_or_default();
    let mut run = Run { context, plan: &plan, plan_id, id: None, notes: vec![] };
    // Some versions do not say which run they start: then it is the one that was not there before.
    let before = run.read();
    run.notes.clear();
    let path = Path::literal("/configuration_manager/compliance_plans/run");
    let reply = context.api.post(&path, Some(&json!({"planId": plan_id})))?;
    run.id = ["instanceId", "data.instanceId", "instance.id"]
        .iter()
        .find_map(|place| lookup(&reply, place).and_then(Value::as_str))
        .map(str::to_owned);
    let mut instance = run.read();
    if run.id.is_none() && run.notes.is_empty() {
        let newest = instance.as_ref().and_then(id_of);
        if newest.is_none() || newest == before.as_ref().and_then(id_of) {
            return Err(ToolError::state(format!(
                "the platform accepted plan '{}' but shows no new run of it; usually the plan has \
                 no devices or nothing to check",
                arguments.text("name")
            )));
        }
        run.id = newest.map(str::to_owned);
    }
    let wait = Duration::from_secs(arguments.integer("wait").unsigned_abs());
    if !wait.is_zero() && run.id.is_some() {
        run.wait(wait, &mut instance);
    }
    let reports = match &instance {
        Some(instance) if !wait.is_zero() && has_ended(instance) => run.reports(instance),
        _ => Vec::new(),
    };
    let shown = RUN.project(&json!({"instance": run.shown(instance), "reports": reports}));
    let outcome = Outcome::from(shown);
    Ok(if run.notes.is_empty() { outcome } else { outcome.with_note(run.notes.join(" ")) })
}

/// A run of a plan that has been started.
struct Run<'a> {
    context: &'a Context<'a>,
    plan: &'a Value,
    plan_id: &'a str,
    /// Id of the run, when the platform has said it.
    id: Option<String>,
    notes: Vec<String>,
}

impl Run<'_> {
    /// The run as it is now; none, and perhaps a note, when it cannot be had.
    fn read(&mut self) -> Option<Value> {
        let mut search = json!({
            "limit": 25, "start": 0, "planId": self.plan_id, "sort": {"started": -1},
        });
        if let Some(id) = &self.id {
            search["instanceId"] = json!(id);
        }
        let path = Path::literal("/configuration_manager/search/compliance_plan_instances");
        match self.context.api.search(&path, &json!({"searchParams": search})) {
            Ok(reply) => instances(&reply)
                .find(|instance| match &self.id {
                    Some(id) => id_of(instance) == Some(id),
                    None => of_plan(instance, self.plan_id),
                })
                .cloned(),
            Err(error) => {
                self.notes.push(format!(
                    "The plan was started, but its state could not be read: {error}"
                ));
                None
            }
        }
    }

    /// Polls until the run has ended or the time is over.
    fn wait(&mut self, wait: Duration, instance: &mut Option<Value>) {
        let begun = Instant::now();
        let mut pause = POLL_FIRST;
        while !instance.as_ref().is_some_and(has_ended) {
            let status = instance.as_ref().and_then(status).unwrap_or("starting").to_owned();
            let left = wait.saturating_sub(begun.elapsed());
            if left.is_zero() {
                self.notes.push(format!(
                    "The run is still {status} after {} s and goes on; do not start it again.",
                    wait.as_secs()
                ));
                return;
            }
            self.context.host.progress(
                begun.elapsed().as_secs_f64(),
                Some(wait.as_secs_f64()),
                &format!("the compliance plan is {status}"),
            );
            if !self.context.api.token().sleep(pause.min(left)) {
                self.notes.push("The wait was ended; the run goes on.".into());
                return;
            }
            pause = (pause * 2).min(POLL_MAX);
            let known = self.notes.len();
            if let Some(now) = self.read() {
                *instance = Some(now);
            } else if self.notes.len() > known {
                return;
            }
        }
    }

    /// `GET /configuration_manager/compliance_reports/batch/{batchId}`: which reports there are.
    fn reports(&mut self, instance: &Value) -> Vec<Value> {
        let Some(batch) = instance.get("batchId").and_then(Value::as_str) else { return vec![] };
        let reply = Path::new("/configuration_manager/compliance_reports/batch/{}", &[batch])
            .and_then(|path| self.context.api.get(&path, &[]));
        match reply {
            Ok(Value::Array(reports)) => reports,
            Ok(_) => vec![],
            Err(error) => {
                self.notes.push(format!("The ids of the reports could not be read: {error}"));
                vec![]
            }
        }
    }

    /// What is known of the run; the plan fills in what the platform leaves out.
    fn shown(&mut self, instance: Option<Value>) -> Value {
        if instance.is_none() && self.notes.is_empty() {
            self.notes.push("The plan was started; the platform does not show the run yet.".into());
        }
        let mut shown = instance.unwrap_or_else(|| json!({"id": self.id}));
        for field in ["name", "description"] {
            if shown.get(field).is_none_or(Value::is_null) {
                shown[field] = self.plan.get(field).cloned().unwrap_or_default();
            }
        }
        shown
    }
}

/// The plan with this name or id. The platform may take the name as a part of names or as a
/// pattern, so what it finds is compared here, and everything is read when it finds nothing.
fn find(context: &Context<'_>, name: &str) -> Result<Value, ToolError> {
    let called = |plan: &Value| plan.get("name").and_then(Value::as_str) == Some(name);
    let mut found = plans(name).read(context)?.items;
    found.retain(called);
    if found.is_empty() {
        let mut all = plans("").read(context)?.items;
        if let Some(place) = all.iter().position(|plan| id_of(plan) == Some(name)) {
            return Ok(all.swap_remove(place));
        }
        let names = all.iter().filter_map(|plan| plan.get("name").and_then(Value::as_str));
        let close = nearest(name, names).map(str::to_owned);
        all.retain(called);
        found = all;
        if found.is_empty() {
            let hint = match close {
                Some(close) => format!("did you mean '{close}'?"),
                None => "get_compliance_plans lists them".to_owned(),
            };
            return Err(ToolError::not_found(format!(
                "no compliance plan is called '{name}'; {hint}"
            )));
        }
    }
    if let [_, _, ..] = found.as_slice() {
        let ids: Vec<&str> = found.iter().filter_map(id_of).collect();
        return Err(ToolError::invalid(format!(
            "{} compliance plans are called '{name}'; give an id instead of the name: {}",
            found.len(),
            ids.join(", ")
        )));
    }
    let plan = found.swap_remove(0);
    match id_of(&plan) {
        Some(_) => Ok(plan),
        None => {
            Err(ToolError::platform(format!("the platform did not say the id of plan '{name}'")))
        }
    }
}

fn plans(name: &str) -> Listing {
    let path = Path::literal("/configuration_manager/search/compliance_plans");
    Listing::new(path, "plans", "totalCount")
        .searched(json!({"name": name, "options": {}}), "options")
}

/// Runs stand at the top of the answer or in groups, as versions differ.
fn instances(reply: &Value) -> impl Iterator<Item = &Value> {
    listed(reply, "plans").chain(listed(reply, "groups").flat_map(|group| listed(group, "plans")))
}

fn listed<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn of_plan(instance: &Value, plan_id: &str) -> bool {
    instance.get("planId").and_then(Value::as_str).is_none_or(|id| id == plan_id)
}

fn has_ended(instance: &Value) -> bool {
    let done = [
        "complete",
        "completed",
        "success",
        "error",
        "failed",
        "canceled",
        "cancelled",
        "incomplete",
    ];
    instance.get("finished").is_some_and(|at| !at.is_null())
        || status(instance).is_some_and(|status| done.contains(&status.to_lowercase().as_str()))
}

fn status(instance: &Value) -> Option<&str> {
    instance.get("jobStatus").or_else(|| instance.get("status")).and_then(Value::as_str)
}

fn id_of(item: &Value) -> Option<&str> {
    item.get("id").or_else(|| item.get("_id")).and_then(Value::as_str)
}
