//! Golden configuration: trees of nodes, each with the rules that devices are checked against.

mod node;
mod stored;
mod tree;

use super::AREA;
use crate::tools::asked::{Filter, List};
use crate::tools::row::{Run, Tool};
use crate::tools::shown::{Field, FieldKind, Output, Shape};
use crate::tools::told::{Kind, Parameter, Presence};

const READ: Tool = Tool::reads(&AREA);
const CREATE: Tool = Tool::creates(&AREA);

static LIST: List = List::of(stored::TREES, &TREE).filtered(&[Filter::name_contains()]);

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_golden_config_trees",
        title: "Get Golden Config Trees",
        description: "List golden configuration trees with device type and versions. Next: \
                      add_golden_config_node.",
        run: Run::List(&LIST),
        ..READ
    },
    Tool {
        name: "create_golden_config_tree",
        title: "Create Golden Config Tree",
        description: "Create a golden configuration tree with version 'initial' and a root node. A \
                      taken name is refused. Next: add_golden_config_node.",
        parameters: &[
            Parameter::required("name", Kind::Name, "New name, not blank"),
            Parameter::required("device_type", Kind::Name, "Type of its devices, e.g. cisco-ios"),
            Parameter::optional(
                "template",
                Kind::Text,
                "Configuration rules of the root node, as text",
            ),
            Parameter::optional("variables", Kind::ObjectOrText, "Values for all its templates"),
        ],
        output: Output::Object(&tree::CREATED),
        run: Run::Code(tree::create),
        ..CREATE
    },
    Tool {
        name: "add_golden_config_node",
        title: "Add Golden Config Node",
        description: "Add a node to a golden configuration tree; it inherits the rules above it \
                      and template adds its own.",
        parameters: &[
            Parameter::required(
                "tree_name",
                Kind::Name,
                "Exact tree name from get_golden_config_trees",
            ),
            Parameter::required("name", Kind::Name, "Name of the new node, e.g. access"),
            Parameter::optional(
                "version",
                Kind::Name,
                "Version of the tree, from get_golden_config_trees",
            )
            .or(Presence::Text("initial")),
            Parameter::optional(
                "path",
                Kind::Name,
                "Parent node, names joined by '/', e.g. base/access; base is the root",
            )
            .or(Presence::Text("base")),
            Parameter::optional(
                "template",
                Kind::Text,
                "Configuration rules of the new node, as text",
            ),
        ],
        output: Output::Object(&node::ADDED),
        run: Run::Code(node::add),
        ..CREATE
    },
];

static TREE: Shape =
    Shape::closed(&[ID, Field::new("name", FieldKind::Text), DEVICE_TYPE, VERSIONS]);

const ID: Field = Field::new("id", FieldKind::Text).from(&["id", "_id"]);
const DEVICE_TYPE: Field = Field::new("device_type", FieldKind::Text).from(&["deviceType"]);
const VERSIONS: Field = Field::new("versions", FieldKind::Texts);
