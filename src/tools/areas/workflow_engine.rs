//! Metrics of jobs and tasks.

use serde_json::Value;

use crate::platform::Path;
use crate::tools::asked::Listing;
use crate::tools::row::{Context, Hints, Tool};
use crate::tools::shown::{Field, FieldKind, Outcome, Output, Shape, ToolError, lookup};
use crate::tools::told::{Arguments, Kind, Parameter};

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_job_metrics",
        title: "Get Job Metrics",
        description: "How often and how long jobs ran, for every workflow. For one use \
                      get_job_metrics_for_workflow.",
        parameters: &[LIMIT],
        run: |context, arguments| metrics(context, arguments, JOBS, None),
        ..JOB_TOOL
    },
    Tool {
        name: "get_job_metrics_for_workflow",
        title: "Get Job Metrics For Workflow",
        description: "How often and how long jobs of one workflow ran. The name may be a part of \
                      the workflow's name, so several workflows can match.",
        parameters: &[
            Parameter::required("name", Kind::Text, "Workflow name, or a part of it"),
            LIMIT,
        ],
        run: |context, arguments| metrics(context, arguments, JOBS, Some(Filter::WORKFLOW_PART)),
        ..JOB_TOOL
    },
    Tool {
        name: "get_task_metrics",
        title: "Get Task Metrics",
        description: "How often and how long tasks ran, for every task of every workflow. Long on \
                      a busy platform: prefer the tools for one workflow, app or task.",
        parameters: &[LIMIT],
        run: |context, arguments| metrics(context, arguments, TASKS, None),
        ..TASK_TOOL
    },
    Tool {
        name: "get_task_metrics_for_workflow",
        title: "Get Task Metrics For Workflow",
        description: "How often and how long the tasks of one workflow ran.",
        parameters: &[Parameter::required("name", Kind::Text, "Exact workflow name"), LIMIT],
        run: |context, arguments| metrics(context, arguments, TASKS, Some(Filter::WORKFLOW)),
        ..TASK_TOOL
    },
    Tool {
        name: "get_task_metrics_for_app",
        title: "Get Task Metrics For App",
        description: "How often and how long the tasks of one application or adapter ran.",
        parameters: &[
            Parameter::required("name", Kind::Text, "Exact application name, e.g. WorkFlowEngine"),
            LIMIT,
        ],
        run: |context, arguments| metrics(context, arguments, TASKS, Some(Filter::APP)),
        ..TASK_TOOL
    },
    Tool {
        name: "get_task_metrics_for_task",
        title: "Get Task Metrics For Task",
        description: "How often and how long one task ran, over all workflows.",
        parameters: &[
            Parameter::required("name", Kind::Text, "Exact task name, e.g. query"),
            LIMIT,
        ],
        run: |context, arguments| metrics(context, arguments, TASKS, Some(Filter::TASK)),
        ..TASK_TOOL
    },
];

const LIMIT: Parameter =
    Parameter::optional("limit", Kind::Integer { min: 1, max: i64::MAX }, "At most this many");

const JOB_TOOL: Tool = Tool {
    name: "",
    title: "",
    description: "",
    tags: &["workflow_engine"],
    hints: Hints::READ,
    parameters: &[],
    output: Output::List(&JOB),
    run: |_, _| Err(ToolError::state("this row is only a base for others")),
};

const TASK_TOOL: Tool = Tool { output: Output::List(&TASK), ..JOB_TOOL };

static JOB: Shape = Shape::closed(&[
    Field::new("_id", FieldKind::Text),
    Field::new("workflow", FieldKind::Any),
    Field::new("metrics", FieldKind::List),
    Field::new("jobsComplete", FieldKind::Number),
    Field::new("totalRunTime", FieldKind::Number).doc("Milliseconds"),
]);

static TASK: Shape = Shape::closed(&[
    Field::new("_id", FieldKind::Text),
    Field::new("taskId", FieldKind::Text),
    Field::new("taskType", FieldKind::Text),
    Field::new("name", FieldKind::Text),
    Field::new("metrics", FieldKind::List),
    Field::new("app", FieldKind::Text),
    Field::new("workflow", FieldKind::Any),
]);

#[derive(Clone, Copy)]
struct Source {
    route: &'static str,
    shape: &'static Shape,
}

const JOBS: Source = Source { route: "/workflow_engine/jobs/metrics", shape: &JOB };
const TASKS: Source = Source { route: "/workflow_engine/tasks/metrics", shape: &TASK };

/// A filter the platform is asked for, and checked here again: the platform ignores filters it does
/// not know and answers with everything.
#[derive(Clone, Copy)]
struct Filter {
    field: &'static str,
    value: &'static str,
    field_key: &'static str,
    exact: bool,
}

impl Filter {
    const WORKFLOW_PART: Self = Self {
        field: "workflow.name",
        value: "contains",
        field_key: "containsField",
        exact: false,
    };
    const WORKFLOW: Self =
        Self { field: "workflow.name", value: "equals", field_key: "equalsField", exact: true };
    const APP: Self = Self { field: "app", ..Self::WORKFLOW };
    const TASK: Self = Self { field: "name", ..Self::WORKFLOW };

    fn holds(self, item: &Value, name: &str) -> bool {
        match lookup(item, self.field) {
            Some(Value::String(found)) if self.exact => found == name,
            Some(Value::String(found)) => found.to_lowercase().contains(&name.to_lowercase()),
            Some(Value::Null) => false,
            // An item in a shape we cannot compare stays: the platform chose it.
            _ => true,
        }
    }
}

/// `GET /workflow_engine/{jobs,tasks}/metrics`, every page.
fn metrics(
    context: &Context<'_>,
    arguments: &Arguments,
    source: Source,
    filter: Option<Filter>,
) -> Result<Outcome, ToolError> {
    let name = arguments.text("name");
    let mut listing = Listing::new(Path::literal(source.route), "results", "total");
    if let Some(filter) = filter {
        listing = listing.with(filter.field_key, filter.field).with(filter.value, name);
    }
    let limit = arguments.maybe_integer("limit").and_then(|limit| usize::try_from(limit).ok());
    let listed = match (limit, filter) {
        // With a filter the platform may not know, what is enough is known only afterwards.
        (Some(limit), None) => listing.at_most(limit).read(context)?,
        _ => listing.read(context)?,
    };
    let mut items = listed.items;
    let mut total = listed.total;
    if let Some(filter) = filter {
        items.retain(|item| filter.holds(item, name));
        total = Some(items.len() as u64);
    }
    items.truncate(limit.unwrap_or(usize::MAX));
    Ok(Outcome::part(source.shape.project_all(&items), total))
}
