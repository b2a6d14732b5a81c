//! Applications: services of the platform itself.

use super::components;
use super::components::{Change, Component};
use crate::tools::row::{Hints, Tool};
use crate::tools::shown::Output;

const COMPONENT: Component = Component { one: "application", many: "applications" };

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_applications",
        title: "Get Applications",
        description: "List every application with its package, version and state. An application is a service of the platform itself, such as WorkFlowEngine. For uptime, memory and connections use get_health.",
        tags: &["applications"],
        hints: Hints::READ,
        parameters: &[],
        output: Output::List(&components::ITEM),
        run: |context, _| components::list(context, COMPONENT),
    },
    Tool {
        name: "start_application",
        title: "Start Application",
        description: "Start a stopped application and wait until it is RUNNING. Does nothing when it runs already; a DEAD one cannot be started here.",
        tags: &["applications"],
        hints: Hints::RUN.idempotent(),
        parameters: components::CHANGE_PARAMETERS,
        output: Output::Object(&components::CHANGED),
        run: |context, arguments| components::change(context, arguments, COMPONENT, Change::Start),
    },
    Tool {
        name: "stop_application",
        title: "Stop Application",
        description: "Stop a running application and wait until it is STOPPED. Whatever uses it fails until start_application.",
        tags: &["applications"],
        hints: Hints::RUN.idempotent(),
        parameters: components::CHANGE_PARAMETERS,
        output: Output::Object(&components::CHANGED),
        run: |context, arguments| components::change(context, arguments, COMPONENT, Change::Stop),
    },
    Tool {
        name: "restart_application",
        title: "Restart Application",
        description: "Stop and start a running application, and wait until it is RUNNING again. Interrupts whatever uses it; for a stopped one use start_application.",
        tags: &["applications"],
        hints: Hints::RUN,
        parameters: components::CHANGE_PARAMETERS,
        output: Output::Object(&components::CHANGED),
        run: |context, arguments| {
            components::change(context, arguments, COMPONENT, Change::Restart)
        },
    },
];
