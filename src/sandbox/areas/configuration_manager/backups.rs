//! Configuration Manager: backups of configurations.

use serde_json::{Value, json};

use super::devices::configuration;
use crate::limits;
use crate::sandbox::answer::{Answered, Refusal};
use crate::sandbox::clock::{iso, now_ms};
use crate::sandbox::incoming::Incoming;
use crate::sandbox::listing::sort;
use crate::sandbox::routing::{Area, Route, delete, get, post};
use crate::sandbox::world::{Collection, World};

/// This part of the platform.
pub const AREA: Area =
    Area { routes: ROUTES, collections: &[Collection { name: "backups", key: "_id" }] };

/// Making, listing, reading and deleting backups.
const ROUTES: &[Route] = &[
    post("/configuration_manager/devices/backups", make),
    post("/configuration_manager/backups", list),
    get("/configuration_manager/backups/{}", |world, call| {
        Ok(world.require("backups", "Backup", call.param(0))?.clone().into())
    }),
    delete("/configuration_manager/backups", remove),
];

fn make(world: &mut World, call: &Incoming) -> Answered {
    let name = call.text("/name")?;
    let config = configuration(world, name)?;
    let id = world.new_id();
    let row = json!({
        "_id": id, "name": name, "provider": "sandbox", "type": "native", "date": iso(now_ms()),
        "rawConfig": config, "description": call.value("/options/description"),
        "notes": call.value("/options/notes"),
    });
    world.add("backups", row);
    Ok(json!({"id": id, "status": "success", "message": format!("Backup of {name} created")})
        .into())
}

/// Without the configurations. `regex` is true unless it is told otherwise; of a pattern, the sandbox
/// knows escapes, sets of letters in both cases and dots.
fn list(world: &mut World, call: &Incoming) -> Answered {
    let option = |name: &str| call.body.pointer(&format!("/options/{name}"));
    let count = |name: &str, default: usize| {
        let number = option(name).and_then(|asked| match asked {
            Value::String(text) => text.parse().ok(),
            other => other.as_u64(),
        });
        number.and_then(|number| usize::try_from(number).ok()).unwrap_or(default)
    };
    let wanted = option("filter").and_then(|filter| filter.get("name")?.as_str());
    let exact = option("regex") == Some(&json!(false));
    let accepted = |row: &&Value| {
        let name = row.get("name").and_then(Value::as_str).unwrap_or_default();
        wanted.is_none_or(|wanted| if exact { name == wanted } else { matches(wanted, name) })
    };
    let mut rows: Vec<&Value> = world.rows("backups").iter().filter(accepted).collect();
    if let Some((field, way)) = option("sort").and_then(|sort| sort.as_object()?.iter().next()) {
        sort(&mut rows, field, way == -1);
    }
    let total = rows.len();
    let limit = count("limit", 25)
        .min(world.page_cap.unwrap_or(limits::SANDBOX_PAGE))
        .min(limits::SANDBOX_PAGE);
    let page = rows.into_iter().skip(count("start", 0)).take(limit).map(|row| {
        let mut row = row.clone();
        row.as_object_mut().map(|fields| fields.remove("rawConfig"));
        row
    });
    Ok(json!({"total": total, "list": page.collect::<Vec<_>>()}).into())
}

/// Whether a name holds what a simple pattern means.
fn matches(pattern: &str, name: &str) -> bool {
    let mut letters = pattern.chars();
    let mut wanted = Vec::new();
    while let Some(letter) = letters.next() {
        wanted.push(match letter {
            '\\' => letters.next().into_iter().collect(),
            '[' => letters.by_ref().take_while(|letter| *letter != ']').collect(),
            '.' => String::new(),
            letter => letter.to_string(),
        });
    }
    let name: Vec<char> = name.chars().collect();
    wanted.is_empty()
        || name.windows(wanted.len()).any(|part| {
            part.iter().zip(&wanted).all(|(is, any)| any.is_empty() || any.contains(*is))
        })
}

fn remove(world: &mut World, call: &Incoming) -> Answered {
    let ids = call.list("/backupIds")?;
    if ids.is_empty() {
        return Err(Refusal::invalid("body/backupIds must NOT have fewer than 1 items"));
    }
    let rows = world.rows_mut("backups");
    let before = rows.len();
    rows.retain(|row| row.get("_id").is_none_or(|id| !ids.contains(id)));
    let deleted = before - rows.len();
    Ok(json!({"status": "success", "deleted": deleted}).into())
}
