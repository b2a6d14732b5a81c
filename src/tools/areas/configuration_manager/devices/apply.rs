//! Changing the configuration of a device.

use serde_json::{Value, json};

use super::stored::{DIRECTORY, explain, running};
use crate::platform::Path;
use crate::tools::areas::configuration_manager::backups::{self, difference};
use crate::tools::asked::{Write, change};
use crate::tools::context::Context;
use crate::tools::shown::{Outcome, ToolError};
use crate::tools::told::Arguments;
use crate::{limits, sections};

/// `POST /configuration_manager/devices/{device}/configuration`
pub fn apply(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let device = arguments.text("device");
    let path = Path::new("/configuration_manager/devices/{}/configuration", &[device])?;
    if arguments.flag("preview") {
        return preview(context, device, arguments.text("config"));
    }
    let body = json!({"config": {"device": device, "config": arguments.text("config")}});
    let thing = change(context, DIRECTORY.one, device)?;
    let backup = backups::newest(context, device);
    let reply = thing
        .send(&Write::post(&path, Some(&body)).shown_by("get_device_configuration"))
        .map_err(|error| explain(context, device, error))?
        .answer;
    let outcome = Outcome::from(match reply {
        Value::Object(_) => reply,
        other => json!({"result": other}),
    });
    Ok(outcome.with_note(match backup {
        Ok(backup) => backups::rollback(device, backup.as_ref()),
        Err(_) => {
            format!("To roll back: get_backups with device '{device}' shows from what to do it.")
        }
    }))
}

/// What would become of the device's configuration, as far as its lines tell.
fn preview(context: &Context<'_>, device: &str, typed: &str) -> Result<Outcome, ToolError> {
    let running = running(context, device)?;
    if !sections::is_lines(&running) || typed.lines().count() > limits::PREVIEW_LINES {
        return Err(ToolError::state(format!(
            "what would change on '{device}' cannot be told beforehand: its configuration is not \
             one of lines, or there are more than {} lines to send; nothing was sent",
            limits::PREVIEW_LINES
        )));
    }
    let found = difference(&running, &sections::enter(&running, typed));
    let shown = json!({
        "device": device, "preview": true, "lines_added": found.added,
        "lines_removed": found.removed, "diff": found.text,
    });
    let note = "Nothing was sent. This is how most devices take such lines; whether this one takes \
                them is known only when they are sent.";
    Ok(Outcome::from(shown).with_note(note).noted(found.note))
}
