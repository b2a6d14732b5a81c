//! Automation gateways, the services they run, and their configuration.

mod configuration;
mod gateways;
mod service;

use crate::tools::row::{Area, Hints, Run, Tasking, Tool};
use crate::tools::shown::Output;
use crate::tools::told::{Kind, Parameter, Presence};

/// This area.
pub static AREA: Area =
    Area { tag: "gateway_manager", about: "gateways and the services they run" };

const READ: Tool = Tool::reads(&AREA);
const CREATE: Tool = Tool::creates(&AREA);
const RUN: Tool = Tool::runs(&AREA);

const CLUSTER_ID: Parameter =
    Parameter::required("cluster_id", Kind::Name, "Cluster of the gateway, from get_gateways");

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_services",
        title: "Get Services",
        description: "List the services that gateways offer: scripts, playbooks, OpenTofu plans. \
                      decorator is the JSON Schema of the input. Next: run_service with name and \
                      cluster.",
        parameters: &[Parameter::optional("cluster", Kind::Name, "Only services of this cluster")],
        output: Output::List(&gateways::SERVICE),
        run: Run::Code(gateways::services),
        ..READ
    },
    Tool {
        name: "get_gateways",
        title: "Get Gateways",
        description: "List the gateways that are connected, with cluster and status.",
        parameters: &[Parameter::optional(
            "connected_only",
            Kind::Boolean,
            "false: also those that are not connected",
        )
        .or(Presence::Boolean(true))],
        output: Output::List(&gateways::GATEWAY),
        run: Run::Code(gateways::gateways),
        ..READ
    },
    Tool {
        name: "run_service",
        title: "Run Service",
        description: "Run a service on a gateway and wait for its output. return_code 0 means \
                      success; elapsed_time is in seconds. A service that outlasts the platform \
                      timeout goes on without us: never run it again because of that.",
        parameters: &[
            Parameter::required("name", Kind::Name, "Exact service name"),
            Parameter::required("cluster", Kind::Name, "Cluster that runs it"),
            Parameter::optional(
                "input_params",
                Kind::ObjectOrText,
                "As the service's decorator describes it",
            ),
        ],
        output: Output::Object(&service::RUN),
        tasking: Tasking::Always,
        run: Run::Code(service::run),
        ..RUN
    },
    Tool {
        name: "export_gateway_configuration",
        title: "Export Gateway Configuration",
        description: "Everything configured on a gateway, as one document that \
                      import_gateway_configuration takes. When it holds secrets or users, a person \
                      must agree first.",
        hints: Hints { open_world: true, ..Hints::CREATE }.idempotent(),
        parameters: &[CLUSTER_ID],
        output: Output::Free,
        run: Run::Code(configuration::export),
        ..CREATE
    },
    Tool {
        name: "import_gateway_configuration",
        title: "Import Gateway Configuration",
        description: "Load a configuration into a gateway, from content or from a file in a git \
                      repository. Try it with check first: that only reports what would be added, \
                      replaced and skipped.",
        parameters: &[
            CLUSTER_ID,
            Parameter::optional(
                "content",
                Kind::Document,
                "As exported, or as YAML; instead of git_*",
            ),
            Parameter::optional("git_url", Kind::Text, "Repository"),
            Parameter::optional("git_file", Kind::Text, "File in it"),
            Parameter::optional("git_reference", Kind::Text, "Branch, tag or commit"),
            Parameter::optional("git_username", Kind::Text, "User"),
            Parameter::optional("git_password", Kind::Text, "Password or token"),
            Parameter::optional("git_private_key", Kind::Text, "SSH key"),
            Parameter::optional("force", Kind::Boolean, "Replace what exists already")
                .or(Presence::Boolean(false)),
            Parameter::optional("validate", Kind::Boolean, "Only say whether it is valid")
                .or(Presence::Boolean(false)),
            Parameter::optional("check", Kind::Boolean, "Only say what would change")
                .or(Presence::Boolean(false)),
        ],
        output: Output::Object(&configuration::IMPORTED),
        run: Run::Code(configuration::import),
        ..RUN
    },
];
