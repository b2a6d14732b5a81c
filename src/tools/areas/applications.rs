//! Applications: services of the platform itself.

use super::components::{CHANGE_PARAMETERS, CHANGED, Change, Component, ITEM};
use crate::tools::asked::{List, Source};
use crate::tools::row::{Area, Hints, Run, Tool};
use crate::tools::shown::Output;

/// This area.
pub static AREA: Area = Area {
    tag: "applications",
    about: "applications: list, start, stop, restart platform services",
};

const READ: Tool = Tool::reads(&AREA);
const CHANGE: Tool = Tool {
    hints: Hints::RUN.idempotent(),
    parameters: CHANGE_PARAMETERS,
    output: Output::Object(&CHANGED),
    ..Tool::runs(&AREA)
};

static APPLICATIONS: Component = Component {
    one: "application",
    many: "applications",
    source: Source::new("/health/applications", "results", "total"),
};

static LIST: List = List::of(APPLICATIONS.source, &ITEM);

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_applications",
        title: "Get Applications",
        description: "List every application with its package, version and state. An application \
                      is a service of the platform itself, such as WorkFlowEngine. For uptime, \
                      memory and connections use get_health.",
        run: Run::List(&LIST),
        ..READ
    },
    Tool {
        name: "start_application",
        title: "Start Application",
        description: "Start a stopped application and wait until it is RUNNING. Does nothing when it \
                      runs already; a DEAD one cannot be started here.",
        run: Run::Code(|context, arguments| APPLICATIONS.bring(context, arguments, Change::Start)),
        ..CHANGE
    },
    Tool {
        name: "stop_application",
        title: "Stop Application",
        description: "Stop a running application and wait until it is STOPPED. Whatever uses it fails \
                      until start_application.",
        run: Run::Code(|context, arguments| APPLICATIONS.bring(context, arguments, Change::Stop)),
        ..CHANGE
    },
    Tool {
        name: "restart_application",
        title: "Restart Application",
        description: "Stop and start a running application, and wait until it is RUNNING again. \
                      Interrupts whatever uses it; for a stopped one use start_application.",
        hints: Hints::RUN,
        run: Run::Code(|context, arguments| {
            APPLICATIONS.bring(context, arguments, Change::Restart)
        }),
        ..CHANGE
    },
];
