//! Workflows, automations, agents, their triggers and jobs.

mod expose;
mod jobs;
mod offers;
mod start;

pub use jobs::has_ended as job_has_ended;

use crate::tools::row::{Area, Run, Tasking, Tool};
use crate::tools::shown::Output;
use crate::tools::told::{Kind, Parameter, Presence};

/// This area.
pub static AREA: Area = Area {
    tag: "operations_manager",
    about: "workflows and jobs: get_workflows, start_workflow, then describe_job",
};

const READ: Tool = Tool::reads(&AREA);
const CREATE: Tool = Tool::creates(&AREA);
const RUN: Tool = Tool::runs(&AREA);

const WAIT: Parameter = Parameter::optional(
    "wait",
    Kind::Integer { min: 0, max: 3600 },
    "Seconds to wait for the job to end",
)
.or(Presence::Integer(0));

const START_PARAMETERS: &[Parameter] = &[
    Parameter::required(
        "route_name",
        Kind::Name,
        "As get_workflows, get_automations or get_agents shows it",
    ),
    Parameter::optional(
        "data",
        Kind::ObjectOrText,
        "Input, as the trigger's input_schema describes it",
    ),
    WAIT,
];

const LIMIT: Parameter =
    Parameter::optional("limit", Kind::Integer { min: 1, max: i64::MAX }, "At most this many");

const EXPOSE_ENDPOINT: [Parameter; 4] = [
    Parameter::optional("route_name", Kind::Name, "Made of the name when left out"),
    Parameter::optional("endpoint_name", Kind::Name, "Name of the new trigger"),
    Parameter::optional("endpoint_description", Kind::Text, "Description of the new trigger"),
    Parameter::optional("endpoint_schema", Kind::Object, "JSON Schema of the endpoint's input"),
];

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_workflows",
        title: "Get Workflows",
        description: "List the workflows that can be started: each enabled endpoint trigger of \
                      a workflow, by its own name, with route_name and input_schema. Next: \
                      start_workflow.",
        output: Output::List(&offers::WORKFLOW),
        run: Run::Code(|context, _| offers::workflows(context)),
        ..READ
    },
    Tool {
        name: "get_agents",
        title: "Get Agents",
        description: "List the AI agents of the platform, with the route_name that starts each. \
                      Without a route_name an agent cannot be started until expose_agent gives it \
                      one. Next: trigger_automation.",
        output: Output::List(&offers::AGENT),
        run: Run::Code(|context, _| offers::agents(context)),
        ..READ
    },
    Tool {
        name: "get_automations",
        title: "Get Automations",
        description: "List automations of every kind (workflows, agents) that have an enabled \
                      endpoint trigger, with route_name and input_schema. Next: \
                      trigger_automation.",
        output: Output::List(&offers::AUTOMATION),
        run: Run::Code(|context, _| offers::automations(context)),
        ..READ
    },
    Tool {
        name: "get_triggers",
        title: "Get Triggers",
        description: "List what starts automations: endpoints, schedules, events and manual \
                      forms, disabled ones too.",
        parameters: &[Parameter::optional("type", Kind::Text, "Only of this type").one_of(&[
            "endpoint",
            "schedule",
            "eventSystem",
            "manual",
        ])],
        run: Run::List(&offers::TRIGGER_LIST),
        ..READ
    },
    Tool {
        name: "start_workflow",
        title: "Start Workflow",
        description: "Start a workflow by the route_name of its trigger. Answers with the job: \
                      object_id is its id for describe_job. The same as trigger_automation.",
        parameters: START_PARAMETERS,
        output: Output::OneOf(&[&start::JOB, &start::SESSION]),
        tasking: Tasking::Waits("wait"),
        run: Run::Code(start::start),
        ..RUN
    },
    Tool {
        name: "trigger_automation",
        title: "Trigger Automation",
        description: "Start an automation, a workflow or an agent, by the route_name of its \
                      trigger. A workflow answers with its job (object_id, for describe_job), an \
                      agent with session_id (for describe_session).",
        parameters: START_PARAMETERS,
        output: Output::OneOf(&[&start::JOB, &start::SESSION]),
        tasking: Tasking::Waits("wait"),
        run: Run::Code(start::start),
        ..RUN
    },
    Tool {
        name: "get_jobs",
        title: "Get Jobs",
        description: "List jobs with name and status, newest as the platform orders them. Give a \
                      name, a project or a limit: a whole history can be very long. Next: \
                      describe_job.",
        parameters: &[
            Parameter::optional("name", Kind::Name, "Exact workflow name"),
            Parameter::optional(
                "project",
                Kind::Name,
                "Project that holds it, by exact name or id",
            ),
            LIMIT,
        ],
        output: Output::List(&jobs::ITEM),
        run: Run::Code(jobs::list),
        ..READ
    },
    Tool {
        name: "describe_job",
        title: "Describe Job",
        description: "Everything about one job: status, tasks, variables, times (metrics, epoch \
                      milliseconds) and, when it failed, its errors. A job that waits for a person \
                      also shows as running.",
        parameters: &[Parameter::required("object_id", Kind::Name, "Id of the job")],
        output: Output::Object(&jobs::JOB),
        run: Run::Code(jobs::describe),
        ..READ
    },
    Tool {
        name: "expose_workflow",
        title: "Expose Workflow",
        description: "Make a workflow startable from here: creates an automation and an endpoint \
                      trigger for it. Without endpoint_schema the workflow's own input schema is \
                      used. Next: start_workflow with the route in the answer.",
        parameters: &[
            Parameter::required("name", Kind::Name, "Exact workflow name"),
            EXPOSE_ENDPOINT[0],
            Parameter::optional(
                "project",
                Kind::Name,
                "Project that holds it, by exact name or id",
            ),
            EXPOSE_ENDPOINT[1],
            EXPOSE_ENDPOINT[2],
            EXPOSE_ENDPOINT[3],
        ],
        output: Output::Object(&expose::DONE),
        run: Run::Code(expose::workflow),
        ..CREATE
    },
    Tool {
        name: "expose_agent",
        title: "Expose Agent",
        description: "Make an AI agent startable from here: creates an automation and an endpoint \
                      trigger for it. Next: trigger_automation with the route in the answer.",
        parameters: &[
            Parameter::required("agent_id", Kind::Name, "Id of the agent"),
            Parameter::required("automation_name", Kind::Name, "Name of the new automation"),
            EXPOSE_ENDPOINT[0],
            EXPOSE_ENDPOINT[1],
            EXPOSE_ENDPOINT[2],
            EXPOSE_ENDPOINT[3],
        ],
        output: Output::Object(&expose::DONE),
        run: Run::Code(expose::agent),
        ..CREATE
    },
];
