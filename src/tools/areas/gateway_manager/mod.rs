//! Automation gateways, the services they run, and their configuration.

mod configuration;
mod gateways;
mod service;

pub use gateways::read_services;
pub use service::{RUN as SERVICE_RUN, run_service};

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
        description: "List services (scripts, playbooks, OpenTofu plans) that gateways offer; \
                      decorator is the JSON Schema of the input. Next: run_service.",
        run: Run::List(&gateways::SERVICES),
        ..READ
    },
    Tool {
        name: "get_gateways",
        title: "Get Gateways",
        description: "List automation gateways with cluster and connection status. Next: \
                      get_services.",
        parameters: &[Parameter::optional(
            "connected_only",
            Kind::Boolean,
            "false also lists those not connected",
        )
        .or(Presence::Boolean(true))],
        run: Run::List(&gateways::GATEWAYS),
        ..READ
    },
    Tool {
        name: "run_service",
        title: "Run Service",
        description: "Run a gateway service and wait for its output; return_code 0 is success. One \
                      that outlasts the platform timeout goes on: do not run it again for that.",
        parameters: &[
            Parameter::required("name", Kind::Name, "Exact service name from get_services"),
            Parameter::required("cluster", Kind::Name, "Its cluster, from get_services"),
            Parameter::optional(
                "input_params",
                Kind::ObjectOrText,
                "Input by the service's decorator, e.g. {\"host\": \"r1\"}",
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
        description: "Everything configured on one gateway, as a document for \
                      import_gateway_configuration. Secrets in it need a person's agreement.",
        hints: Hints { open_world: true, ..Hints::CREATE }.idempotent(),
        parameters: &[CLUSTER_ID],
        output: Output::Free,
        run: Run::Code(configuration::export),
        ..CREATE
    },
    Tool {
        name: "import_gateway_configuration",
        title: "Import Gateway Configuration",
        description: "Load a configuration into a gateway from content or a file in git. Run it \
                      with check=true first, which only reports what would change.",
        parameters: &[
            CLUSTER_ID,
            Parameter::optional(
                "content",
                Kind::Document,
                "From export_gateway_configuration, or YAML; not with git_url",
            ),
            Parameter::optional("git_url", Kind::Text, "e.g. https://git.example.com/net.git"),
            Parameter::optional("git_file", Kind::Text, "Its path, e.g. gw/config.yaml"),
            Parameter::optional("git_reference", Kind::Text, "Branch, tag or commit"),
            Parameter::optional("git_username", Kind::Text, "User for the repository"),
            Parameter::optional("git_password", Kind::Text, "Password or token for the repository"),
            Parameter::optional("git_private_key", Kind::Text, "SSH private key as PEM text"),
            Parameter::optional("force", Kind::Boolean, "true replaces what exists already")
                .or(Presence::Boolean(false)),
            Parameter::optional("validate", Kind::Boolean, "true only says whether it is valid")
                .or(Presence::Boolean(false)),
            Parameter::optional("check", Kind::Boolean, "true only reports what would change")
                .or(Presence::Boolean(false)),
        ],
        output: Output::Object(&configuration::IMPORTED),
        run: Run::Code(configuration::import),
        ..RUN
    },
];
