//! Adapters: connections of the platform to other systems.

use super::components::{CHANGED, Change, Component, FILTERS, ITEM, change_parameters};
use crate::tools::asked::{List, Source};
use crate::tools::row::{Area, Hints, Run, Tool};
use crate::tools::shown::Output;

/// This area.
pub static AREA: Area = Area { tag: "adapters", about: "adapters: connections to other systems" };

const READ: Tool = Tool::reads(&AREA);
const CHANGE: Tool = Tool {
    hints: Hints::RUN.idempotent(),
    parameters: &change_parameters("Exact adapter name from get_adapters"),
    output: Output::Object(&CHANGED),
    ..Tool::runs(&AREA)
};

static ADAPTERS: Component = Component {
    one: "adapter",
    many: "adapters",
    source: Source::new("/health/adapters", "results", "total"),
};

static LIST: List = List::of(ADAPTERS.source, &ITEM).filtered(FILTERS);

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_adapters",
        title: "Get Adapters",
        description: "List adapters (connections from the platform to other systems) with package, \
                      version and state. Memory, uptime and errors are in get_health.",
        run: Run::List(&LIST),
        ..READ
    },
    Tool {
        name: "start_adapter",
        title: "Start Adapter",
        description: "Start a stopped adapter and wait until it is RUNNING. Nothing happens when \
                      it runs; a DEAD one cannot be started from here.",
        run: Run::Code(|context, arguments| ADAPTERS.bring(context, arguments, Change::Start)),
        ..CHANGE
    },
    Tool {
        name: "stop_adapter",
        title: "Stop Adapter",
        description: "Stop a running adapter and wait until it is STOPPED. Workflows that use it \
                      fail until start_adapter.",
        run: Run::Code(|context, arguments| ADAPTERS.bring(context, arguments, Change::Stop)),
        ..CHANGE
    },
    Tool {
        name: "restart_adapter",
        title: "Restart Adapter",
        description: "Stop and start a running adapter; whatever uses it is interrupted. For a \
                      stopped one use start_adapter.",
        hints: Hints::RUN,
        run: Run::Code(|context, arguments| ADAPTERS.bring(context, arguments, Change::Restart)),
        ..CHANGE
    },
];
