//! Devices as the platform knows them.

use serde_json::{Value, json};

use crate::limits;
use crate::platform::Path;
use crate::tools::asked::{Directory, Listing, Paging, Source, record};
use crate::tools::context::Context;
use crate::tools::shown::{ErrorKind, ToolError};

/// `POST /configuration_manager/devices`
const DEVICES: Source = Source::new("/configuration_manager/devices", "list", "total")
    .paged(Paging::Search("options"), 100);

/// How devices are found.
pub static DIRECTORY: Directory =
    Directory { one: "device", many: "devices", query: &[], by_id: false, lister: "get_devices" };

/// `GET /configuration_manager/devices/{name}/configuration`: what runs on a device now.
pub fn running(context: &Context<'_>, device: &str) -> Result<String, ToolError> {
    let path = Path::new("/configuration_manager/devices/{}/configuration", &[device])?;
    let reply =
        context.api.get(&path, &[]).map_err(|error| explain(context, device, error.into()))?;
    let config = if reply.is_object() { reply.get("config") } else { Some(&reply) };
    match config {
        Some(Value::String(text)) => Ok(text.clone()),
        // Controllers are configured by structured data.
        Some(data) if !data.is_null() => Ok(format!("{data:#}")),
        _ => Err(ToolError::platform(format!(
            "the platform answered for '{device}' but gave no configuration; the device may be \
             unreachable, or its adapter may not read configurations"
        ))),
    }
}

/// Adds to "no such device" which one may have been meant.
pub fn explain(context: &Context<'_>, device: &str, error: ToolError) -> ToolError {
    if error.kind != ErrorKind::NotFound {
        return error;
    }
    let known = devices(None).at_most(limits::HINT_DEVICES).items(context).unwrap_or_default();
    if known.iter().any(|item| record::name(item) == Some(device)) {
        return error;
    }
    DIRECTORY.missing(device, known.iter().filter_map(record::name))
}

/// Every device, or those whose name holds `part` where the platform knows that filter.
pub fn devices(part: Option<&str>) -> Listing<'static> {
    let mut options = json!({"order": "ascending", "sort": [{"name": 1}]});
    if let Some(part) = part {
        options["filter"] = json!({"name": part});
    }
    DEVICES.listing().searched(json!({"options": options}))
}
