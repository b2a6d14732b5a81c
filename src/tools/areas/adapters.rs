//! Adapters: connections of the platform to other systems.

use super::components::{CHANGE_PARAMETERS, CHANGED, Change, Component, ITEM};
use crate::tools::asked::{List, Source};
use crate::tools::row::{Area, Hints, Run, Tool};
use crate::tools::shown::Output;

/// This area.
pub static AREA: Area = Area {
    tag: "adapters",
    about: "adapters: list, start, stop, restart connections to other systems",
};

const READ: Tool = Tool::reads(&AREA);
const CHANGE: Tool = Tool {
    hints: Hints::RUN.idempotent(),
    parameters: CHANGE_PARAMETERS,
    output: Output::Object(&CHANGED),
    ..Tool::runs(&AREA)
};

static ADAPTERS: Component = Component {
    one: "adapter",
    many: "adapters",
    source: Source::new("/health/adapters", "results", "total"),
};

static LIST: List = List::of(ADAPTERS.source, &ITEM);

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_adapters",
        title: "Get Adapters",
        description: "List every adapter with its package, version and state. An adapter connects \
                      the platform to another system (a controller, a ticket system). For uptime, \
                      memory and connections use get_health.",
        run: Run::List(&LIST),
        ..READ
    },
    Tool {
        name: "start_adapter",
        title: "Start Adapter",
        description: "Start a stopped adapter and wait until it is RUNNING. Does nothing when it \
                      runs already; a DEAD one cannot be started here.",
        run: Run::Code(|context, arguments| ADAPTERS.bring(context, arguments, Change::Start)),
        ..CHANGE
    },
    Tool {
        name: "stop_adapter",
        title: "Stop Adapter",
        description: "Stop a running adapter and wait until it is STOPPED. Whatever uses it fails \
                      until start_adapter.",
        run: Run::Code(|context, arguments| ADAPTERS.bring(context, arguments, Change::Stop)),
        ..CHANGE
    },
    Tool {
        name: "restart_adapter",
        title: "Restart Adapter",
        description: "Stop and start a running adapter, and wait until it is RUNNING again. \
                      Interrupts whatever uses it; for a stopped one use start_adapter.",
        hints: Hints::RUN,
        run: Run::Code(|context, arguments| ADAPTERS.bring(context, arguments, Change::Restart)),
        ..CHANGE
    },
];
