//! Compliance plans: golden configurations and the devices they are checked on.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::{Value, json};

use super::AREA;
use crate::limits;
use crate::platform::Path;
use crate::tools::asked::{
    Directory, Filter, List, Listing, Paging, Pause, Source, Wait, Write, change, record,
};
use crate::tools::context::Context;
use crate::tools::row::{Hints, Run, Tasking, Tool};
use crate::tools::shown::{Field, FieldKind, Outcome, Output, Shape, ToolError, lookup};
use crate::tools::told::{Arguments, Kind, Parameter, Presence};

const READ: Tool = Tool::reads(&AREA);
const CREATE: Tool = Tool::creates(&AREA);

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_compliance_plans",
        title: "Get Compliance Plans",
        description: "List compliance plans (golden configurations and the devices they check). \
                      Next: run_compliance_plan.",
        output: Output::Object(&PLANS),
        run: Run::List(&LIST),
        ..READ
    },
    Tool {
        name: "run_compliance_plan",
        title: "Run Compliance Plan",
        description: "Run a compliance plan; it reads devices and changes none. With wait the \
                      answer is how the run ended and the ids of its reports for \
                      describe_compliance_report.",
        hints: Hints { open_world: true, ..Hints::CREATE },
        parameters: &[
            Parameter::required(
                "name",
                Kind::Name,
                "Exact plan name or id from get_compliance_plans",
            ),
            Parameter::optional(
                "wait",
                Kind::Integer { min: 0, max: 3600 },
                "Seconds to wait for its end, e.g. 120; 0 returns at once",
            )
            .or(Presence::Integer(0)),
        ],
        output: Output::Object(&RUN),
        tasking: Tasking::Waits("wait"),
        run: Run::Code(run),
        ..CREATE
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

/// `POST /configuration_manager/search/compliance_plans`
const COMPLIANCE_PLANS: Source =
    Source::new("/configuration_manager/search/compliance_plans", "plans", "totalCount")
        .paged(Paging::Search("options"), 100);
static LIST: List =
    List::below(|_, _| Ok(plans("")), &PLAN).filtered(&[Filter::name_contains()]).under("plans");
static DIRECTORY: Directory = Directory {
    one: "compliance plan",
    many: "compliance plans",
    query: &[],
    by_id: true,
    lister: "get_compliance_plans",
};

/// `POST /configuration_manager/compliance_plans/run`. Once that has succeeded the plan runs, and
/// nothing that follows may fail the call.
fn run(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let plan = find(context, arguments.text("name"))?;
    let plan_id = &DIRECTORY.id(&plan)?;
    let thing = change(context, DIRECTORY.one, plan_id)?;
    let mut run = Started { context, plan: &plan, plan_id, id: None, notes: vec![] };
    // Some versions do not say which run they start: then it is the one that was not there before.
    let before = run.read()?;
    let before = before.as_ref().and_then(record::id);
    let before = before.as_deref();
    let path = Path::literal("/configuration_manager/compliance_plans/run");
    let body = json!({"planId": plan_id});
    let appeared = |_: &Context<'_>| run.appeared(before);
    let write = Write::post(&path, Some(&body)).shown_by(DIRECTORY.lister).read_back(&appeared);
    let done = thing.send(&write)?;
    run.notes.extend(done.note);
    run.id = ["instanceId", "data.instanceId", "instance.id", "id", "_id"]
        .iter()
        .find_map(|place| record::scalar(lookup(&done.answer, place)?));
    let mut instance = match run.id {
        Some(_) => run.look(),
        None => match run.appeared(before) {
            Ok(Some(instance)) => {
                run.id = record::id(&instance).map(Cow::into_owned);
                Some(instance)
            }
            Ok(None) => {
                return Err(ToolError::state(format!(
                    "the platform accepted plan '{}' but shows no new run of it after {} s; usually \
                     the plan has no devices or nothing to check",
                    arguments.text("name"),
                    limits::RUN_APPEARS.as_secs()
                )));
            }
            Err(error) => {
                run.unreadable(&error);
                None
            }
        },
    };
    drop(thing);
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
    Ok(outcome.noted(run.notes))
}

/// A run of a plan that has been started.
struct Started<'a> {
    context: &'a Context<'a>,
    plan: &'a Value,
    plan_id: &'a str,
    /// Id of the run, when the platform has said it.
    id: Option<String>,
    notes: Vec<String>,
}

impl Started<'_> {
    /// The run as it is now; none, and perhaps a note, when it cannot be had.
    fn look(&mut self) -> Option<Value> {
        match self.read() {
            Ok(instance) => instance,
            Err(error) => {
                self.unreadable(&error);
                None
            }
        }
    }

    fn unreadable(&mut self, error: &ToolError) {
        self.notes.push(format!("The plan was started, but its state could not be read: {error}"));
    }

    /// The run that was not there before, looked for until it shows: some versions take seconds.
    fn appeared(&self, before: Option<&str>) -> Result<Option<Value>, ToolError> {
        let mut wait = Wait::new(self.context, Some(limits::RUN_APPEARS), limits::START_PAUSES);
        loop {
            let newest = self.read()?;
            if newest.as_ref().and_then(record::id).is_some_and(|id| Some(&*id) != before) {
                return Ok(newest);
            }
            match wait.pause("the compliance plan is starting") {
                Pause::Passed => {}
                Pause::OutOfTime => return Ok(None),
                Pause::Cancelled => {
                    return Err(ToolError::cancelled("the plan was started; the wait was ended"));
                }
            }
        }
    }

    /// The run as it is now, or the newest of the plan while its id is not known.
    fn read(&self) -> Result<Option<Value>, ToolError> {
        let mut search = json!({
            "limit": 25, "start": 0, "planId": self.plan_id, "sort": {"started": -1},
        });
        if let Some(id) = &self.id {
            search["instanceId"] = json!(id);
        }
        let path = Path::literal("/configuration_manager/search/compliance_plan_instances");
        let reply = self.context.api.search(&path, &json!({"searchParams": search}))?;
        let found = instances(&reply).find(|instance| match &self.id {
            Some(id) => record::id(instance).as_deref() == Some(id),
            None => of_plan(instance, self.plan_id),
        });
        Ok(found.cloned())
    }

    /// Polls until the run has ended or the time is over.
    fn wait(&mut self, patience: Duration, instance: &mut Option<Value>) {
        let mut wait = Wait::new(self.context, Some(patience), limits::JOB_PAUSES);
        while !instance.as_ref().is_some_and(has_ended) {
            let status = instance.as_ref().and_then(status).unwrap_or("starting").to_owned();
            let id = self.id.as_deref().unwrap_or_default();
            match wait.pause(&format!("run {id} of the compliance plan is {status}")) {
                Pause::Passed => {}
                Pause::OutOfTime => {
                    return self.notes.push(format!(
                        "The run is still {status} after {} s and goes on; do not start it again.",
                        patience.as_secs()
                    ));
                }
                Pause::Cancelled => {
                    return self.notes.push("The wait was ended; the run goes on.".into());
                }
            }
            let known = self.notes.len();
            if let Some(now) = self.look() {
                *instance = Some(now);
            } else if self.notes.len() > known {
                return;
            }
        }
    }

    /// `GET /configuration_manager/compliance_reports/batch/{batchId}`: which reports there are.
    fn reports(&mut self, instance: &Value) -> Vec<Value> {
        let Some(batch) = instance.get("batchId").and_then(record::scalar) else { return vec![] };
        let reply = Path::new("/configuration_manager/compliance_reports/batch/{}", &[&batch])
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
    let mut found = DIRECTORY.named(context, &plans(name), name)?;
    match found.len() {
        0 => DIRECTORY.find(context, &plans(""), name),
        1 => Ok(found.remove(0)),
        _ => Err(DIRECTORY.ambiguous(name, &found)),
    }
}

fn plans(name: &str) -> Listing<'static> {
    COMPLIANCE_PLANS.listing().searched(json!({"name": name, "options": {}}))
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
