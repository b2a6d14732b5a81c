//! The trees that the platform has, their versions and the rules of their nodes.

use serde_json::{Value, json};

use crate::platform::Path;
use crate::tools::asked::{Change, Directory, Source, record};
use crate::tools::context::Context;
use crate::tools::shown::ToolError;

/// `GET /configuration_manager/configs`
pub const TREES: Source = Source::whole("/configuration_manager/configs");

/// How a tree is found.
pub static DIRECTORY: Directory = Directory {
    one: "golden configuration tree",
    many: "golden configuration trees",
    query: &[],
    by_id: false,
    lister: "get_golden_config_trees",
};

/// Every tree.
pub fn trees(context: &Context<'_>) -> Result<Vec<Value>, ToolError> {
    TREES.listing().items(context)
}

/// `GET /configuration_manager/configs/{id}/{version}`
pub fn version(context: &Context<'_>, tree: &str, version: &str) -> Result<Value, ToolError> {
    Ok(context
        .api
        .get(&Path::new("/configuration_manager/configs/{}/{}", &[tree, version])?, &[])?)
}

/// `PUT /configuration_manager/config_specs/{id}`: the rules of one node.
pub fn set_rules(
    tree: &Change<'_>,
    spec: &str,
    template: &str,
    variables: Option<&Value>,
) -> Result<(), ToolError> {
    let path = Path::new("/configuration_manager/config_specs/{}", &[spec])?;
    // They are not what was asked about, so they go back as they came.
    let variables = variables.filter(|v| !v.is_null()).cloned().unwrap_or_else(|| json!({}));
    let body = json!({"data": {"template": template, "variables": variables}});
    tree.put(&path, Some(&body)).map(drop)
}

/// The id of the rules of a node.
pub fn spec_of(node: &Value) -> Option<&str> {
    node.get("attributes").and_then(|attributes| record::text(attributes, &["configId"]))
}
