//! The inventories that the platform has.

use serde_json::Value;

use crate::tools::asked::{Directory, Paging, Source, record};
use crate::tools::context::Context;
use crate::tools::shown::ToolError;

/// `GET /inventory_manager/v1/inventories`
pub const INVENTORIES: Source =
    Source::new("/inventory_manager/v1/inventories", "result.data", "result.meta.total")
        .paged(Paging::Numbered, 100);

/// How an inventory is found. The filter parts names at commas, and a platform may not know it, so
/// that finding nothing by it says nothing.
pub static DIRECTORY: Directory = Directory {
    one: "inventory",
    many: "inventories",
    query: &[("names", "{}")],
    by_id: false,
    lister: "get_inventories",
};

/// Id and name of the one inventory called `name`.
pub fn existing(context: &Context<'_>, name: &str) -> Result<(String, String), ToolError> {
    let inventory = DIRECTORY.find(context, &INVENTORIES.listing(), name)?;
    Ok((DIRECTORY.id(&inventory)?, name.to_owned()))
}

/// Whether an inventory called `name` exists.
pub fn exists(context: &Context<'_>, name: &str) -> Result<bool, ToolError> {
    let list = INVENTORIES.listing();
    let named = |item: &Value| record::name(item) == Some(name);
    Ok(!DIRECTORY.named(context, &list, name)?.is_empty() || list.items(context)?.iter().any(named))
}
