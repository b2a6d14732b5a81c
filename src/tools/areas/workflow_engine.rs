//! Metrics of jobs and tasks.

use crate::tools::asked::{Filter, List, Source};
use crate::tools::row::{Area, Run, Tool};
use crate::tools::shown::{Field, FieldKind, Shape};
use crate::tools::told::{Kind, Parameter};

/// This area.
pub static AREA: Area = Area { tag: "workflow_engine", about: "metrics of jobs and tasks" };

const READ: Tool = Tool::reads(&AREA);

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_job_metrics",
        title: "Get Job Metrics",
        description: "How often and how long jobs ran, one row a workflow. For one workflow use \
                      get_job_metrics_for_workflow.",
        run: Run::List(&JOBS),
        ..READ
    },
    Tool {
        name: "get_job_metrics_for_workflow",
        title: "Get Job Metrics For Workflow",
        description: "How often and how long jobs of one workflow ran; every workflow whose name \
                      contains the text is shown.",
        run: Run::List(&JOBS_BY_WORKFLOW_PART),
        ..READ
    },
    Tool {
        name: "get_task_metrics",
        title: "Get Task Metrics",
        description: "How often and how long tasks ran, for every task of every workflow. For one \
                      workflow, application or task use the tools named so.",
        run: Run::List(&TASKS),
        ..READ
    },
    Tool {
        name: "get_task_metrics_for_workflow",
        title: "Get Task Metrics For Workflow",
        description: "How often and how long each task of one workflow ran: where its time goes.",
        run: Run::List(&TASKS_BY_WORKFLOW),
        ..READ
    },
    Tool {
        name: "get_task_metrics_for_app",
        title: "Get Task Metrics For App",
        description: "How often and how long the tasks of one application or adapter ran.",
        run: Run::List(&TASKS_BY_APP),
        ..READ
    },
    Tool {
        name: "get_task_metrics_for_task",
        title: "Get Task Metrics For Task",
        description: "How often and how long one task ran, over all workflows.",
        run: Run::List(&TASKS_BY_TASK),
        ..READ
    },
];

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

/// `GET /workflow_engine/jobs/metrics`
const JOBS_OF: List =
    List::of(Source::new("/workflow_engine/jobs/metrics", "results", "total"), &JOB);
/// `GET /workflow_engine/tasks/metrics`
const TASKS_OF: List =
    List::of(Source::new("/workflow_engine/tasks/metrics", "results", "total"), &TASK);

static JOBS: List = JOBS_OF;
static TASKS: List = TASKS_OF;
static JOBS_BY_WORKFLOW_PART: List = JOBS_OF.filtered(&[Filter::contains(
    Parameter::required("name", Kind::Text, "Workflow name or a part of it"),
    "workflow.name",
    &[("containsField", "workflow.name"), ("contains", "{}")],
)
.keeping_unknown()]);
static TASKS_BY_WORKFLOW: List = TASKS_OF.filtered(&[Filter::exact(
    Parameter::required("name", Kind::Name, "Exact workflow name from get_workflows"),
    "workflow.name",
    &[("equalsField", "workflow.name"), ("equals", "{}")],
)
.keeping_unknown()]);
static TASKS_BY_APP: List = TASKS_OF.filtered(&[Filter::exact(
    Parameter::required(
        "name",
        Kind::Name,
        "Exact application or adapter name, e.g. WorkFlowEngine",
    ),
    "app",
    &[("equalsField", "app"), ("equals", "{}")],
)
.keeping_unknown()]);
static TASKS_BY_TASK: List = TASKS_OF.filtered(&[Filter::exact(
    Parameter::required("name", Kind::Name, "Exact task name, e.g. query"),
    "name",
    &[("equalsField", "name"), ("equals", "{}")],
)
.keeping_unknown()]);
