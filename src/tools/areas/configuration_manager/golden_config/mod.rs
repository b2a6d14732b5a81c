//! Golden configuration: trees of nodes, each with the rules that devices are checked against.

mod node;
mod tree;

use serde_json::{Value, json};

use crate::platform::Path;
use crate::tools::asked::read_whole;
use crate::tools::row::{Context, Hints, Tool};
use crate::tools::shown::{Field, FieldKind, Output, Shape, ToolError};
use crate::tools::told::{Kind, Parameter, Presence};

const TAGS: &[&str] = &["configuration_manager"];

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_golden_config_trees",
        title: "Get Golden Config Trees",
        description: "List the golden configuration trees with device type and versions.",
        tags: TAGS,
        hints: Hints::READ,
        parameters: &[],
        output: Output::List(&TREE),
        run: |context, _| Ok(TREE.project_all(&trees(context)?).into()),
    },
    Tool {
        name: "create_golden_config_tree",
        title: "Create Golden Config Tree",
        description: "Create a golden configuration tree with version 'initial' and a root \
                      node. Refused when the name is taken. Next: add_golden_config_node.",
        tags: TAGS,
        hints: Hints::CREATE,
        parameters: &[
            Parameter::required("name", Kind::Text, "Name"),
            Parameter::required("device_type", Kind::Text, "Such as cisco-ios"),
            Parameter::optional("template", Kind::Text, "Rules of the root node"),
            Parameter::optional("variables", Kind::ObjectOrText, "Values for all its templates"),
        ],
        output: Output::Object(&CREATED),
        run: tree::create,
    },
    Tool {
        name: "add_golden_config_node",
        title: "Add Golden Config Node",
        description: "Add a node to a golden configuration tree; it inherits the rules of those \
                      above and 'template' adds its own.",
        tags: TAGS,
        hints: Hints::CREATE,
        parameters: &[
            Parameter::required("tree_name", Kind::Text, "Exact name"),
            Parameter::required("name", Kind::Text, "Of the new node"),
            Parameter::optional("version", Kind::Text, "Of the tree").or(Presence::Text("initial")),
            Parameter::optional(
                "path",
                Kind::Text,
                "Its parent: names joined by '/'; 'base' is the root",
            )
            .or(Presence::Text("base")),
            Parameter::optional("template", Kind::Text, "Rules of the new node"),
        ],
        output: Output::Object(&ADDED),
        run: node::add,
    },
];

static TREE: Shape =
    Shape::closed(&[ID, Field::new("name", FieldKind::Text), DEVICE_TYPE, VERSIONS]);

static CREATED: Shape = Shape::closed(&[Field::new("name", FieldKind::Text), DEVICE_TYPE, ID]);

static ADDED: Shape =
    Shape::closed(&[Field::new("message", FieldKind::Text), Field::new("path", FieldKind::Text)]);

const ID: Field = Field::new("id", FieldKind::Text).from(&["id", "_id"]);
const DEVICE_TYPE: Field = Field::new("device_type", FieldKind::Text).from(&["deviceType"]);
const VERSIONS: Field = Field::new("versions", FieldKind::Texts);

/// `GET /configuration_manager/configs`
fn trees(context: &Context<'_>) -> Result<Vec<Value>, ToolError> {
    read_whole(context, &Path::literal("/configuration_manager/configs"))
}

/// `GET /configuration_manager/configs/{id}/{version}`
fn version(context: &Context<'_>, tree: &str, version: &str) -> Result<Value, ToolError> {
    Ok(context
        .api
        .get(&Path::new("/configuration_manager/configs/{}/{}", &[tree, version])?, &[])?)
}

/// `PUT /configuration_manager/config_specs/{id}`: the rules of one node.
fn set_rules(
    context: &Context<'_>,
    spec: &str,
    template: &str,
    variables: Option<&Value>,
) -> Result<(), ToolError> {
    let path = Path::new("/configuration_manager/config_specs/{}", &[spec])?;
    let variables = variables.filter(|v| v.is_object()).cloned().unwrap_or_else(|| json!({}));
    let body = json!({"data": {"template": template, "variables": variables}});
    context.api.put(&path, Some(&body))?;
    Ok(())
}

/// The id of the rules of a node.
fn spec_of(node: &Value) -> Option<&str> {
    node.get("attributes").and_then(|attributes| text(attributes, "configId"))
}

fn id_of(item: &Value) -> Option<&str> {
    text(item, "id").or_else(|| text(item, "_id"))
}

fn text<'a>(item: &'a Value, key: &str) -> Option<&'a str> {
    item.get(key).and_then(Value::as_str)
}
