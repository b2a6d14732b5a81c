//! Workflows, automations, agents, their triggers and jobs.

mod accounts;
mod again;
pub mod control;
mod describe;
mod expose;
mod follow;
mod jobs;
pub mod manual_tasks;
pub mod offers;
mod report;
mod runs;
mod start;
pub mod triggers;

pub use runs::{Now, Runs};
pub use start::start_route;

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
    "Seconds to wait for its end; 0 returns at once",
)
.or(Presence::Integer(0));

const START_PARAMETERS: &[Parameter] = &[
    Parameter::required(
        "route_name",
        Kind::Name,
        "Route from get_workflows, get_automations or get_agents",
    ),
    Parameter::optional(
        "data",
        Kind::ObjectOrText,
        "Input by the input_schema beside the route, e.g. {\"vlan\": 10}",
    ),
    WAIT,
];

const EXPOSE_ENDPOINT: [Parameter; 4] = [
    Parameter::optional(
        "route_name",
        Kind::Name,
        "New route, e.g. provision-vlan; made of the name when left out",
    ),
    Parameter::optional("endpoint_name", Kind::Name, "Name of the new trigger"),
    Parameter::optional("endpoint_description", Kind::Text, "What the trigger is for"),
    Parameter::optional("endpoint_schema", Kind::Object, "JSON Schema of its input"),
];

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_workflows",
        title: "Get Workflows",
        description: "List workflows that have a route, for start_workflow, with route_name and \
                      input_schema. name is the trigger's, workflow the workflow's own. Those \
                      without a route: start_job.",
        run: Run::List(&offers::WORKFLOWS),
        ..READ
    },
    Tool {
        name: "get_agents",
        title: "Get Agents",
        description: "List AI agents with the route_name that starts each; one without a route \
                      needs expose_agent first. Next: trigger_automation.",
        run: Run::List(&offers::AGENTS),
        ..READ
    },
    Tool {
        name: "get_automations",
        title: "Get Automations",
        description: "List automations (workflows, agents) that can be started by route_name. Only \
                      workflows: get_workflows; only agents: get_agents; schedules and forms: \
                      get_triggers.",
        run: Run::List(&offers::STARTABLE),
        ..READ
    },
    Tool {
        name: "get_triggers",
        title: "Get Triggers",
        description: "List what starts automations: endpoints, schedules (interval, next and last \
                      run), events and manual forms, disabled ones too.",
        run: Run::List(&offers::TRIGGER_LIST),
        ..READ
    },
    Tool {
        name: "start_workflow",
        title: "Start Workflow",
        description: "Start a workflow by its route_name with input by its input_schema; the \
                      answer is the job (object_id, for describe_job). Without a route use \
                      start_job; for agents trigger_automation. Never start it again while it \
                      runs.",
        parameters: START_PARAMETERS,
        output: Output::OneOf(&[&report::JOB, &runs::SESSION]),
        tasking: Tasking::Starts(Some("wait")),
        run: Run::Code(start::start),
        ..RUN
    },
    Tool {
        name: "trigger_automation",
        title: "Trigger Automation",
        description: "Start any automation by its route_name; use this for agents. A workflow \
                      answers with its job (object_id, for describe_job), an agent with session_id \
                      (for describe_session).",
        parameters: START_PARAMETERS,
        output: Output::OneOf(&[&report::JOB, &runs::SESSION]),
        tasking: Tasking::Starts(Some("wait")),
        run: Run::Code(start::start),
        ..RUN
    },
    Tool {
        name: "get_jobs",
        title: "Get Jobs",
        description: "List jobs, newest first: workflow name, status, start and end. Filter by \
                      status (error: failed), name, project or time. Next: describe_job.",
        run: Run::List(&jobs::LIST),
        ..READ
    },
    Tool {
        name: "describe_job",
        title: "Describe Job",
        description: "Show one job: status, why it failed or what it waits for, failed tasks with \
                      message and time, what is done and what remains. With task also that task's \
                      incoming, outgoing and error data. Next: retry_task or cancel_jobs.",
        parameters: &[
            Parameter::required("object_id", Kind::Name, "Id of the job, from get_jobs"),
            Parameter::optional(
                "task",
                Kind::Name,
                "Name or id of a task to show with its data, e.g. 3a",
            ),
        ],
        output: Output::Object(&report::JOB),
        run: Run::Code(describe::describe),
        ..READ
    },
    Tool {
        name: "expose_workflow",
        title: "Expose Workflow",
        description: "Give a workflow a route: creates an automation and an endpoint trigger. \
                      Without endpoint_schema the workflow's own input schema is used. Next: \
                      start_workflow.",
        parameters: &[
            Parameter::required("name", Kind::Name, "Exact workflow name"),
            EXPOSE_ENDPOINT[0],
            Parameter::optional("project", Kind::Name, "Name or id of its project"),
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
        description: "Give an AI agent a route: creates an automation and an endpoint trigger. \
                      Next: trigger_automation.",
        parameters: &[
            Parameter::required("agent_id", Kind::Name, "Agent id from get_agents"),
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
