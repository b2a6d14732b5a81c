//! Lifecycle Manager: resource models, their instances and the actions on them.

mod actions;
mod executions;
mod instances;
mod resources;

use self::resources::RESOURCE_NAME;
use crate::tools::asked::{Filter, List};
use crate::tools::row::{Area, Hints, Run, Tasking, Tool};
use crate::tools::shown::Output;
use crate::tools::told::{Kind, Parameter};

/// This area.
pub static AREA: Area =
    Area { tag: "lifecycle_manager", about: "resource models, their instances and actions" };

static LIST: List =
    List::of(resources::RESOURCES, &resources::ITEM).filtered(&[Filter::name_contains()]);

const READ: Tool = Tool::reads(&AREA);
const CREATE: Tool = Tool::creates(&AREA);
const RUN: Tool = Tool::runs(&AREA);

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_resources",
        title: "Get Resources",
        description: "List resource models: kinds of things (a VLAN, a site) that the platform \
                      manages through their life. Next: describe_resource or get_instances.",
        run: Run::List(&LIST),
        ..READ
    },
    Tool {
        name: "create_resource",
        title: "Create Resource",
        description: "Create a resource model; its name must be new. Its actions are added on the \
                      platform.",
        parameters: &[
            Parameter::required("name", Kind::Name, "New name, not blank"),
            Parameter::required("schema", Kind::Object, "JSON Schema of an instance's data"),
            Parameter::optional("description", Kind::Text, "Purpose, for people"),
        ],
        output: Output::Object(&resources::CREATED),
        run: Run::Code(resources::create),
        ..CREATE
    },
    Tool {
        name: "describe_resource",
        title: "Describe Resource",
        description: "Show one resource model: the schema of its data, and its actions with the \
                      input each needs. Next: run_action.",
        parameters: &[Parameter::required(
            "name",
            Kind::Name,
            "Exact model name from get_resources",
        )],
        output: Output::Object(&resources::DETAIL),
        run: Run::Code(resources::describe),
        ..READ
    },
    Tool {
        name: "get_instances",
        title: "Get Instances",
        description: "List instances of one resource model with their data and last action.",
        parameters: &[RESOURCE_NAME],
        run: Run::List(&instances::LIST),
        ..READ
    },
    Tool {
        name: "describe_instance",
        title: "Describe Instance",
        description: "Show one instance of a resource model: its data and its last action.",
        parameters: &[
            RESOURCE_NAME,
            Parameter::optional(
                "instance_name",
                Kind::Name,
                "Exact instance name from get_instances; may be left out when there is only one",
            ),
        ],
        output: Output::Object(&instances::INSTANCE),
        run: Run::Code(instances::describe),
        ..READ
    },
    Tool {
        name: "run_action",
        title: "Run Action",
        description: "Run an action of a resource model: create an instance, update or delete one. \
                      Answers when its job has started: poll describe_job with job_id, never run \
                      it again while it runs.",
        parameters: &[
            RESOURCE_NAME,
            Parameter::required(
                "action_name",
                Kind::Name,
                "Exact action name from describe_resource",
            ),
            Parameter::optional(
                "instance_name",
                Kind::Name,
                "Name for the new instance, or of the one to act on",
            ),
            Parameter::optional(
                "instance_description",
                Kind::Text,
                "Description of a new instance",
            ),
            Parameter::optional(
                "input_params",
                Kind::ObjectOrText,
                "Input by the action's input_schema from describe_resource",
            ),
        ],
        output: Output::Object(&actions::STARTED),
        tasking: Tasking::Starts(None),
        run: Run::Code(actions::run),
        ..RUN
    },
    Tool {
        name: "get_action_executions",
        title: "Get Action Executions",
        description: "List what actions did to instances, newest first: status, errors, data \
                      before and after.",
        run: Run::List(&executions::LIST),
        ..READ
    },
    Tool {
        name: "cancel_action_execution",
        title: "Cancel Action Execution",
        description: "Stop a running action of a resource model. What it has done stays done: look \
                      at the instance with describe_instance.",
        hints: Hints::RUN.idempotent(),
        parameters: &[Parameter::required(
            "execution_id",
            Kind::Name,
            "Id from get_action_executions, or execution_id of run_action",
        )],
        output: Output::Object(&executions::CANCELED),
        run: Run::Code(executions::cancel),
        ..RUN
    },
];
