//! Applications: services of the platform itself.

use super::components::{CHANGED, Change, Component, FILTERS, ITEM, change_parameters};
use crate::tools::asked::{List, Source};
use crate::tools::row::{Area, Hints, Run, Tool};
use crate::tools::shown::Output;

/// This area.
pub static AREA: Area =
    Area { tag: "applications", about: "applications: the platform's own services" };

const READ: Tool = Tool::reads(&AREA);
const CHANGE: Tool = Tool {
    hints: Hints::RUN.idempotent(),
    parameters: &change_parameters("Exact application name from get_applications"),
    output: Output::Object(&CHANGED),
    ..Tool::runs(&AREA)
};

static APPLICATIONS: Component = Component {
    one: "application",
    many: "applications",
    source: Source::new("/health/applications", "results", "total"),
};

static LIST: List = List::of(APPLICATIONS.source, &ITEM).filtered(FILTERS);

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_applications",
        title: "Get Applications",
        description: "List applications (the platform's own services, such as WorkFlowEngine) with \
                      package, version and state. Memory and uptime are in get_health.",
        run: Run::List(&LIST),
        ..READ
    },
    Tool {
        name: "start_application",
        title: "Start Application",
        description: "Start a stopped application and wait until it is RUNNING. Nothing happens \
                      when it runs; a DEAD one cannot be started from here.",
        run: Run::Code(|context, arguments| APPLICATIONS.bring(context, arguments, Change::Start)),
        ..CHANGE
    },
    Tool {
        name: "stop_application",
        title: "Stop Application",
        description: "Stop a running application and wait until it is STOPPED. Whatever uses it \
                      fails until start_application.",
        run: Run::Code(|context, arguments| APPLICATIONS.bring(context, arguments, Change::Stop)),
        ..CHANGE
    },
    Tool {
        name: "restart_application",
        title: "Restart Application",
        description: "Stop and start a running application; whatever uses it is interrupted. For a \
                      stopped one use start_application.",
        hints: Hints::RUN,
        run: Run::Code(|context, arguments| {
            APPLICATIONS.bring(context, arguments, Change::Restart)
        }),
        ..CHANGE
    },
];
