//! Compliance plans: golden configurations and the devices they are checked on.

pub mod results;
mod run;
mod stored;

use serde_json::{Value, json};

use self::results::{GRADE, REPORTS, SCORE, TOTALS};
use self::stored::{DIRECTORY, find, of_plan, plans};
use super::AREA;
use crate::platform::Listed;
use crate::tools::asked::{Filter, List, Made, record};
use crate::tools::context::Context;
use crate::tools::row::{Hints, Run, Tasking, Tool};
use crate::tools::shown::{Field, FieldKind, Outcome, Output, Shape, ToolError};
use crate::tools::told::{Arguments, Kind, Parameter, Presence};

const READ: Tool = Tool::reads(&AREA);
const CREATE: Tool = Tool::creates(&AREA);

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_compliance_plans",
        title: "Get Compliance Plans",
        description: "List compliance plans: which devices each checks against which golden \
                      configurations, and its last run. Next: describe_compliance_plan or \
                      run_compliance_plan.",
        output: Output::Object(&PLANS),
        run: Run::List(&LIST),
        ..READ
    },
    Tool {
        name: "describe_compliance_plan",
        title: "Describe Compliance Plan",
        description: "Show a compliance plan with its last run: score, totals and a report id for \
                      each device. It runs nothing.",
        parameters: &[Parameter::required(
            "name",
            Kind::Name,
            "Exact plan name or id from get_compliance_plans",
        )],
        output: Output::Object(&DETAIL),
        run: Run::Code(describe),
        ..READ
    },
    Tool {
        name: "run_compliance_plan",
        title: "Run Compliance Plan",
        description: "Run a compliance plan; it reads devices and changes none. With wait the \
                      answer holds score, totals and report ids for describe_compliance_report.",
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
                "Seconds to wait for its end; 0 returns at once",
            )
            .or(Presence::Integer(0)),
        ],
        output: Output::Object(&run::RUN),
        tasking: Tasking::Waits("wait"),
        run: Run::Code(run::run),
        ..CREATE
    },
];

const ID: Field = Field::new("id", FieldKind::Text).from(&["id", "_id"]);
const NAME: Field = Field::new("name", FieldKind::Text);
const DESCRIPTION: Field = Field::new("description", FieldKind::Text);
const THROTTLE: Field = Field::new("throttle", FieldKind::Number);
const SCOPE: Field = Field::new("scope", FieldKind::Object(&CHECKED));
const LAST_RUN: Field = Field::new("last_run", FieldKind::Object(&LAST)).doc("null: none is known");

static PLANS: Shape = Shape::closed(&[Field::new("plans", FieldKind::Objects(&PLAN))]);

static PLAN: Shape = Shape::closed(&[ID, NAME, DESCRIPTION, THROTTLE, SCOPE, LAST_RUN]);

static DETAIL: Shape = Shape::closed(&[
    ID,
    NAME,
    DESCRIPTION,
    THROTTLE,
    SCOPE,
    LAST_RUN,
    SCORE,
    GRADE,
    TOTALS,
    REPORTS,
]);

/// What a plan checks, whatever node it stands at.
static CHECKED: Shape = Shape::closed(&[
    Field::new("golden_configurations", FieldKind::Texts).doc("Tree id, version and node"),
    Field::new("devices", FieldKind::Texts),
    Field::new("device_groups", FieldKind::Texts).doc("Ids"),
]);

static LAST: Shape = Shape::closed(&[
    ID,
    Field::new("status", FieldKind::Text).from(&["jobStatus", "status"]),
    Field::new("started", FieldKind::Time),
    Field::new("finished", FieldKind::Time),
]);

static LIST: List =
    List::made(with_last_runs, &PLAN).filtered(&[Filter::name_contains()]).under("plans");

/// Every plan with its last run.
fn with_last_runs(context: &Context<'_>, _: &Arguments) -> Result<Made, ToolError> {
    let Listed { mut items, truncated, .. } = plans("").read(context)?;
    let runs = stored::runs(context, None);
    for plan in &mut items {
        plan["scope"] = scope(plan);
        let of_plan = |run: &&Value| record::id(plan).is_some_and(|id| run["planId"] == *id);
        let last = runs.iter().flat_map(|(runs, _)| runs).find(of_plan).cloned();
        plan["last_run"] = json!(last);
    }
    let mut made = Made::of(items, truncated);
    match runs {
        Ok((runs, total)) if total > runs.len() as u64 => made.notes.push(format!(
            "Only the newest {} of {total} runs were looked at for last_run.",
            runs.len()
        )),
        Ok(_) => {}
        Err(error) => made.notes.push(format!("The last runs could not be read: {error}")),
    }
    Ok(made)
}

/// What the nodes of a plan check.
fn scope(plan: &Value) -> Value {
    let nodes = plan.get("nodes").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let all = |key: &str| -> Vec<&Value> {
        let mut all: Vec<&Value> = Vec::new();
        for item in nodes.iter().filter_map(|node| node.get(key)?.as_array()).flatten() {
            if !all.contains(&item) {
                all.push(item);
            }
        }
        all
    };
    let golden: Vec<String> = nodes
        .iter()
        .map(|node| {
            let parts = ["treeId", "version", "nodePath", "nodeId"];
            let parts = parts.iter().filter_map(|part| record::scalar(node.get(part)?));
            parts.collect::<Vec<_>>().join(" ")
        })
        .collect();
    json!({
        "golden_configurations": golden, "devices": all("devices"),
        "device_groups": all("deviceGroups"),
    })
}

/// A plan, and what its last run came to.
fn describe(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let mut plan = find(context, arguments.text("name"))?;
    let id = DIRECTORY.id(&plan)?;
    let mut notes = Vec::new();
    let last = match stored::runs(context, Some(&id)) {
        Ok((runs, _)) => runs.into_iter().find(|run| of_plan(run, &id)),
        Err(error) => {
            notes.push(format!("Its last run could not be read: {error}"));
            None
        }
    };
    plan["scope"] = scope(&plan);
    if let Some(last) = last {
        let result = results::of_run(context, &last, &mut notes);
        for (field, value) in result.as_object().into_iter().flatten() {
            plan[field] = value.clone();
        }
        plan["last_run"] = last;
    } else if notes.is_empty() {
        notes.push("It has not run yet; run_compliance_plan runs it.".into());
    }
    Ok(Outcome::from(DETAIL.project(&plan)).noted(notes))
}
