//! The command templates that the platform has.

use serde_json::Value;

use crate::platform::Path;
use crate::tools::areas::automation_studio::projects;
use crate::tools::asked::{Source, record};
use crate::tools::context::Context;
use crate::tools::shown::ToolError;

/// `GET /mop/listTemplates`
pub const TEMPLATES: Source = Source::whole("/mop/listTemplates");

/// Every command template.
pub fn all(context: &Context<'_>) -> Result<Vec<Value>, ToolError> {
    TEMPLATES.listing().items(context)
}

/// The template stored under this name.
pub fn find(context: &Context<'_>, stored: &str) -> Result<Value, ToolError> {
    match look_up(context, stored)? {
        Some(template) => Ok(template),
        None => Err(missing(&all(context)?, stored)),
    }
}

/// `GET /mop/listATemplate/{name}`: a list of one, or of none.
pub fn look_up(context: &Context<'_>, stored: &str) -> Result<Option<Value>, ToolError> {
    let path = Path::new("/mop/listATemplate/{}", &[stored])?;
    let found = match context.api.get(&path, &[]) {
        Ok(Value::Array(found)) => found,
        Ok(Value::Null) => vec![],
        Err(error) if error.is_not_found() => vec![],
        Ok(one) => vec![one],
        Err(error) => return Err(error.into()),
    };
    Ok(found.into_iter().find(|template| name_of(template) == Some(stored)))
}

/// The name it is stored under.
pub fn name_of(template: &Value) -> Option<&str> {
    record::text(template, &["name", "_id"])
}

/// Nothing is stored under this name.
pub fn missing(all: &[Value], stored: &str) -> ToolError {
    let names = all.iter().filter_map(name_of);
    projects::missing("command template", stored, "get_command_templates", names)
}
