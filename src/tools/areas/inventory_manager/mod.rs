//! Inventories: named sets of nodes for automation.

mod inventories;
mod nodes;
mod stored;

use crate::tools::asked::{Filter, List};
use crate::tools::row::{Area, Hints, Run, Tool};
use crate::tools::shown::Output;
use crate::tools::told::{Kind, Parameter};

/// This area.
pub static AREA: Area = Area { tag: "inventory_manager", about: "inventories and their nodes" };

static LIST: List =
    List::of(stored::INVENTORIES, &inventories::ITEM).filtered(&[Filter::name_contains()]);

const READ: Tool = Tool::reads(&AREA);
const CREATE: Tool = Tool::creates(&AREA);

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_inventories",
        title: "Get Inventories",
        description: "List inventories (named sets of nodes for automation) with the number of \
                      their nodes. Next: describe_inventory.",
        run: Run::List(&LIST),
        ..READ
    },
    Tool {
        name: "describe_inventory",
        title: "Describe Inventory",
        description: "Show one inventory with its groups, actions, tags and every node.",
        parameters: &[Parameter::required(
            "name",
            Kind::Name,
            "Exact inventory name from get_inventories",
        )],
        output: Output::Object(&inventories::DETAIL),
        run: Run::Code(inventories::describe),
        ..READ
    },
    Tool {
        name: "create_inventory",
        title: "Create Inventory",
        description: "Create an inventory; its name must be new. Nodes with attributes: \
                      add_nodes_to_inventory afterwards.",
        parameters: &[
            Parameter::required("name", Kind::Name, "New name, not blank"),
            Parameter::required(
                "groups",
                Kind::List(&Kind::Name),
                "User groups that may use it, from get_user_groups",
            ),
            Parameter::optional("description", Kind::Text, "Purpose, for people"),
            Parameter::optional(
                "devices",
                Kind::List(&Kind::Name),
                "Names of its first nodes, without attributes",
            ),
        ],
        output: Output::Object(&inventories::CREATED),
        run: Run::Code(inventories::create),
        ..CREATE
    },
    Tool {
        name: "add_nodes_to_inventory",
        title: "Add Nodes To Inventory",
        description: "Add nodes to an inventory; those it has stay as they are. A node that exists \
                      with other content is refused before anything is written.",
        hints: Hints::CREATE.idempotent(),
        parameters: &[
            Parameter::required(
                "inventory_name",
                Kind::Name,
                "Exact inventory name from get_inventories",
            ),
            Parameter::required(
                "nodes",
                Kind::List(&Kind::Object),
                "Such as [{\"name\": \"r1\", \"attributes\": {\"itential_host\": \"10.0.0.1\"}, \"tags\": []}]",
            ),
        ],
        output: Output::Object(&nodes::ADDED),
        run: Run::Code(nodes::add),
        ..CREATE
    },
    Tool {
        name: "delete_inventory",
        title: "Delete Inventory",
        description: "Delete an inventory and all its nodes. This cannot be undone.",
        hints: Hints { destructive: true, ..Hints::CREATE },
        parameters: &[Parameter::required(
            "name",
            Kind::Name,
            "Exact inventory name from get_inventories",
        )],
        output: Output::Object(&inventories::DELETED),
        run: Run::Code(inventories::delete),
        ..CREATE
    },
];
