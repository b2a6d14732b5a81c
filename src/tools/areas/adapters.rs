//! Adapters: connections of the platform to other systems.

use super::components;
use super::components::{Change, Component};
use crate::tools::row::{Hints, Tool};
use crate::tools::shown::Output;

const COMPONENT: Component = Component { one: "adapter", many: "adapters" };

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_adapters",
        title: "Get Adapters",
        description: "List every adapter with its package, version and state. An adapter connects the platform to another system (a controller, a ticket system). For uptime, memory and connections use get_health.",
        tags: &["adapters"],
        hints: Hints::READ,
        parameters: &[],
        output: Output::List(&components::ITEM),
        run: |context, _| components::list(context, COMPONENT),
    },
    Tool {
        name: "start_adapter",
        title: "Start Adapter",
        description: "Start a stopped adapter and wait until it is RUNNING. Does nothing when it runs already; a DEAD one cannot be started here.",
        tags: &["adapters"],
        hints: Hints::RUN.idempotent(),
        parameters: components::CHANGE_PARAMETERS,
        output: Output::Object(&components::CHANGED),
        run: |context, arguments| components::change(context, arguments, COMPONENT, Change::Start),
    },
    Tool {
        name: "stop_adapter",
        title: "Stop Adapter",
        description: "Stop a running adapter and wait until it is STOPPED. Whatever uses it fails until start_adapter.",
        tags: &["adapters"],
        hints: Hints::RUN.idempotent(),
        parameters: components::CHANGE_PARAMETERS,
        output: Output::Object(&components::CHANGED),
        run: |context, arguments| components::change(context, arguments, COMPONENT, Change::Stop),
    },
    Tool {
        name: "restart_adapter",
        title: "Restart Adapter",
        description: "Stop and start a running adapter, and wait until it is RUNNING again. Interrupts whatever uses it; for a stopped one use start_adapter.",
        tags: &["adapters"],
        hints: Hints::RUN,
        parameters: components::CHANGE_PARAMETERS,
        output: Output::Object(&components::CHANGED),
        run: |context, arguments| {
            components::change(context, arguments, COMPONENT, Change::Restart)
        },
    },
];
