//! Documents that carry automation from one platform to another.

mod document;
mod prebuilts;
mod projects;
mod workflows;

use self::document::IMPORTED;
use super::AREA;
use super::projects::PROJECT_PARAMETER;
use crate::tools::row::{Hints, Run, Tool};
use crate::tools::shown::Output;
use crate::tools::told::{Kind, Parameter, Presence};

const READ: Tool = Tool::reads(&AREA);
const CREATE: Tool = Tool::creates(&AREA);

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "export_project",
        title: "Export Project",
        description: "Give a project with all its workflows, templates and forms as one long JSON \
                      document for import_project. To read about a project use describe_project.",
        parameters: &[Parameter::required(
            "name",
            Kind::Name,
            "Exact name or id from get_projects",
        )],
        output: Output::Free,
        run: Run::Code(projects::export),
        ..READ
    },
    Tool {
        name: "import_project",
        title: "Import Project",
        description: "Import a project that export_project gave. When only some of its components \
                      could be imported that is an error which names the others.",
        hints: Hints { destructive: true, ..Hints::CREATE },
        parameters: &[
            Parameter::required("project", Kind::Object, "The document export_project gave"),
            Parameter::optional(
                "conflict_mode",
                Kind::Name,
                "insert-new adds a project of its own; others go to the platform as they are",
            )
            .or(Presence::Text("insert-new")),
            Parameter::optional(
                "assign_new_references",
                Kind::Boolean,
                "true gives components new ids",
            )
            .or(Presence::Boolean(false)),
        ],
        output: Output::Object(&IMPORTED),
        run: Run::Code(projects::import),
        ..CREATE
    },
    Tool {
        name: "export_workflow",
        title: "Export Workflow",
        description: "Give one workflow as a JSON document, with all its tasks, for \
                      import_workflow.",
        parameters: &[
            Parameter::required("name", Kind::Name, "Exact workflow name, e.g. Backup Device"),
            PROJECT_PARAMETER,
        ],
        output: Output::Free,
        run: Run::Code(workflows::export),
        ..READ
    },
    Tool {
        name: "import_workflow",
        title: "Import Workflow",
        description: "Import one workflow that export_workflow gave; runs nothing. Its name must \
                      be free. For several that belong together use import_project.",
        parameters: &[Parameter::required(
            "workflow",
            Kind::Object,
            "The document export_workflow gave",
        )],
        output: Output::Object(&IMPORTED),
        run: Run::Code(workflows::import),
        ..CREATE
    },
    Tool {
        name: "get_prebuilts",
        title: "Get Prebuilts",
        description: "List the installed pre-builts: packages of automation with a version. Next: \
                      export_prebuilt.",
        run: Run::List(&prebuilts::LIST),
        ..READ
    },
    Tool {
        name: "export_prebuilt",
        title: "Export Prebuilt",
        description: "Give an installed pre-built as one JSON document for import_prebuilt. It can \
                      be long.",
        parameters: &[Parameter::required(
            "name",
            Kind::Name,
            "Exact name or id from get_prebuilts",
        )],
        output: Output::Free,
        run: Run::Code(prebuilts::export),
        ..READ
    },
    Tool {
        name: "import_prebuilt",
        title: "Import Prebuilt",
        description: "Install a pre-built from the document that export_prebuilt gave, or from a \
                      published package.",
        hints: Hints { destructive: true, ..Hints::CREATE },
        parameters: &[
            Parameter::required("prebuilt", Kind::Object, "Document with metadata and bundles"),
            Parameter::optional(
                "overwrite",
                Kind::Boolean,
                "Replace the version that is installed",
            )
            .or(Presence::Boolean(false)),
        ],
        output: Output::Object(&IMPORTED),
        run: Run::Code(prebuilts::import),
        ..CREATE
    },
];
