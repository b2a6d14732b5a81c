//! Integrations and the models they are made from.

use serde_json::{Value, json};

use crate::sandbox::answer::{Answer, Answered, Refusal};
use crate::sandbox::incoming::Incoming;
use crate::sandbox::listing::{Filters, Listing, Page, Paging};
use crate::sandbox::routing::{Area, Route, get, post, put};
use crate::sandbox::world::{Collection, World};

/// This part of the platform.
pub const AREA: Area = Area {
    routes: ROUTES,
    collections: &[
        Collection { name: "integration_models", key: "versionId" },
        Collection { name: "integrations", key: "name" },
    ],
};

/// Integrations and integration models.
const ROUTES: &[Route] = &[
    get("/integrations", |world, call| INTEGRATIONS.answer(world, call)),
    get("/integration-models", |world, call| MODELS.answer(world, call)),
    put("/integration-models/validation", validate),
    post("/integration-models", create),
];

const INTEGRATIONS: Listing = Listing {
    collection: "integrations",
    filters: Filters::Pairs,
    fields: &["name", "model", "type"],
    bare: &[],
    paging: Paging::Skip,
    default_limit: 25,
    max_limit: 100,
    envelope: |page: Page| {
        let metadata = json!({"isActive": true, "activeSync": false});
        let wrap = |data: Value| json!({"metadata": metadata, "data": data});
        let rows: Vec<Value> = page.rows.into_iter().map(wrap).collect();
        json!({"results": rows, "total": page.total})
    },
};

/// Serves 25 at most, whatever the client asks for.
const MODELS: Listing = Listing {
    collection: "integration_models",
    fields: &["versionId", "model", "description"],
    max_limit: 25,
    envelope: |page: Page| json!({"integrationModels": page.rows, "total": page.total}),
    ..INTEGRATIONS
};

/// Says in a 200 that a document is no good, unless it is not even one.
fn validate(_: &mut World, call: &Incoming) -> Answered {
    version_id(call)?;
    Ok(match call.body.pointer("/model/paths") {
        Some(Value::Object(_)) => json!({"status": "OK", "message": "Model is valid"}),
        _ => json!({"status": "Failure", "message": "Model is not valid: paths is missing"}),
    }
    .into())
}

fn create(world: &mut World, call: &Incoming) -> Answered {
    let id = version_id(call)?;
    if call.body.pointer("/model/paths").is_none_or(|paths| !paths.is_object()) {
        return Err(Refusal::invalid("body/model must have required property 'paths'"));
    }
    if world.find("integration_models", &id).is_some() {
        return Err(Refusal::new(409, format!("integration model '{id}' already exists")));
    }
    let version = call.value("/model/info/version");
    let row = json!({
        "model": format!("@itential/{id}"),
        "versionId": id,
        "description": call.value("/model/info/description"),
        "properties": {"version": version, "server": call.value("/model/servers/0")},
    });
    world.add("integration_models", row.clone());
    let answer = json!({"status": "Created", "message": "Successfully created model", "data": row});
    Ok(Answer::from(answer).with_status(201))
}

fn version_id(call: &Incoming) -> Result<String, Refusal> {
    Ok(format!("{}:{}", call.text("/model/info/title")?, call.text("/model/info/version")?))
}
