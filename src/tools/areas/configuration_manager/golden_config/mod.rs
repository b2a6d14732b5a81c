//! Golden configuration: trees of nodes, each with the rules that devices are checked against.

mod node;
mod stored;
mod tree;

use super::AREA;
use crate::tools::asked::List;
use crate::tools::row::{Run, Tool};
use crate::tools::shown::{Field, FieldKind, Output, Shape};
use crate::tools::told::{Kind, Parameter, Presence};

const READ: Tool = Tool::reads(&AREA);
const CREATE: Tool = Tool::creates(&AREA);

static LIST: List = List::of(stored::TREES, &TREE);

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_golden_config_trees",
        title: "Get Golden Config Trees",
        description: "List the golden configuration trees with device type and versions.",
        run: Run::List(&LIST),
        ..READ
    },
    Tool {
        name: "create_golden_config_tree",
        title: "Create Golden Config Tree",
        description: "Create a golden configuration tree with version 'initial' and a root \
                      node. Refused when the name is taken. Next: add_golden_config_node.",
        parameters: &[
            Parameter::required("name", Kind::Name, "Name"),
            Parameter::required("device_type", Kind::Name, "Such as cisco-ios"),
            Parameter::optional("template", Kind::Text, "Rules of the root node"),
            Parameter::optional("variables", Kind::ObjectOrText, "Values for all its templates"),
        ],
        output: Output::Object(&tree::CREATED),
        run: Run::Code(tree::create),
        ..CREATE
    },
    Tool {
        name: "add_golden_config_node",
        title: "Add Golden Config Node",
        description: "Add a node to a golden configuration tree; it inherits the rules of those \
                      above and 'template' adds its own.",
        parameters: &[
            Parameter::required("tree_name", Kind::Name, "Exact name"),
            Parameter::required("name", Kind::Name, "Of the new node"),
            Parameter::optional("version", Kind::Name, "Of the tree").or(Presence::Text("initial")),
            Parameter::optional(
                "path",
                Kind::Name,
                "Its parent: names joined by '/'; 'base' is the root",
            )
            .or(Presence::Text("base")),
            Parameter::optional("template", Kind::Text, "Rules of the new node"),
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
