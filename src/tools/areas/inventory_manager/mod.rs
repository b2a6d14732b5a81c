//! Inventories: named sets of nodes for automation.

mod inventories;
mod nodes;

use crate::tools::row::{Hints, Tool};
use crate::tools::shown::Output;
use crate::tools::told::{Kind, Parameter};

const TAGS: &[&str] = &["inventory_manager"];

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_inventories",
        title: "Get Inventories",
        description: "List inventories with the number of their nodes. Next: describe_inventory.",
        tags: TAGS,
        hints: Hints::READ,
        parameters: &[],
        output: Output::List(&inventories::ITEM),
        run: |context, _| inventories::list(context),
    },
    Tool {
        name: "describe_inventory",
        title: "Describe Inventory",
        description: "One inventory with its groups, actions, tags and every node.",
        tags: TAGS,
        hints: Hints::READ,
        parameters: &[Parameter::required("name", Kind::Text, "Exact name")],
        output: Output::Object(&inventories::DETAIL),
        run: inventories::describe,
    },
    Tool {
        name: "create_inventory",
        title: "Create Inventory",
        description: "Create an inventory; its name must not exist yet. For nodes with attributes \
                      use add_nodes_to_inventory afterwards.",
        tags: TAGS,
        hints: Hints::CREATE,
        parameters: &[
            Parameter::required("name", Kind::Text, "Name of the new inventory"),
            Parameter::required(
                "groups",
                Kind::List(&Kind::Text),
                "Names of the user groups that may use it",
            ),
            Parameter::optional("description", Kind::Text, "Description"),
            Parameter::optional(
                "devices",
                Kind::List(&Kind::Text),
                "Names of its first nodes, without attributes",
            ),
        ],
        output: Output::Object(&inventories::CREATED),
        run: inventories::create,
    },
    Tool {
        name: "add_nodes_to_inventory",
        title: "Add Nodes To Inventory",
        description: "Add nodes to an inventory; those it has stay as they are. Nothing is written \
                      when a node of the same name exists with other content.",
        tags: TAGS,
        hints: Hints::CREATE.idempotent(),
        parameters: &[
            Parameter::required("inventory_name", Kind::Text, "Exact name of the inventory"),
            Parameter::required(
                "nodes",
                Kind::List(&Kind::Object),
                "Nodes: {\"name\": ..., \"attributes\": {\"itential_host\": ...}, \"tags\": []}",
            ),
        ],
        output: Output::Object(&nodes::ADDED),
        run: nodes::add,
    },
    Tool {
        name: "delete_inventory",
        title: "Delete Inventory",
        description: "Delete an inventory and all its nodes. This cannot be undone.",
        tags: TAGS,
        hints: Hints { destructive: true, ..Hints::CREATE },
        parameters: &[Parameter::required("name", Kind::Text, "Exact name")],
        output: Output::Object(&inventories::DELETED),
        run: inventories::delete,
    },
];
