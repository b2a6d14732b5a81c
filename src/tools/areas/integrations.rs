//! Integrations and the OpenAPI models they are made of.

use serde_json::{Value, json};

use crate::observe;
use crate::platform::Path;
use crate::tools::asked::{Listing, judge};
use crate::tools::row::{Context, Hints, Tool};
use crate::tools::shown::{Field, FieldKind, Outcome, Output, Shape, ToolError, lookup};
use crate::tools::told::{Arguments, Kind, Parameter};

const TAGS: &[&str] = &["integrations"];

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_integrations",
        title: "Get Integrations",
        description: "List integrations (connections made from an OpenAPI model) with their \
                      properties. Credentials in the properties are masked.",
        tags: TAGS,
        hints: Hints::READ,
        parameters: &[Parameter::optional(
            "model",
            Kind::Text,
            "Model id, or a part of it: only integrations of such models",
        )],
        output: Output::List(&INTEGRATION),
        run: integrations,
    },
    Tool {
        name: "get_integration_models",
        title: "Get Integration Models",
        description: "List the OpenAPI models integrations can be made of. An id is title:version.",
        tags: TAGS,
        hints: Hints::READ,
        parameters: &[],
        output: Output::List(&MODEL),
        run: |context, _| models(context),
    },
    Tool {
        name: "create_integration_model",
        title: "Create Integration Model",
        description: "Add an OpenAPI document as a model for integrations. The platform validates \
                      it first; one with the same title and version must not exist yet.",
        tags: TAGS,
        hints: Hints::CREATE,
        parameters: &[Parameter::required(
            "model",
            Kind::Object,
            "The OpenAPI document; info.title and info.version make its id",
        )],
        output: Output::Object(&CREATED),
        run: create,
    },
];

static INTEGRATION: Shape = Shape::closed(&[
    Field::new("name", FieldKind::Text).from(&["data.name", "name", "data.properties.id"]),
    Field::new("model", FieldKind::Text).from(&["data.model", "model"]),
    Field::new("properties", FieldKind::Map).from(&["data.properties", "properties"]),
    Field::new("active", FieldKind::Boolean).from(&["metadata.isActive", "isActive"]),
]);

static MODEL: Shape = Shape::closed(&[
    Field::new("id", FieldKind::Text),
    Field::new("title", FieldKind::Text),
    Field::new("version", FieldKind::Text),
    Field::new("description", FieldKind::Text),
]);

static CREATED: Shape = Shape::closed(&[
    Field::new("status", FieldKind::Text).doc("OK or CREATED"),
    Field::new("message", FieldKind::Text),
]);

/// `GET /integrations`, every page.
fn integrations(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let mut listing = Listing::new(Path::literal("/integrations"), "results", "total");
    let wanted = arguments.maybe_text("model");
    if let Some(model) = wanted {
        listing = listing.with("containsField", "model").with("contains", model);
    }
    let mut items = INTEGRATION.project_all(&listing.read(context)?.items);
    let mut masked = false;
    if let Some(items) = items.as_array_mut() {
        // A platform that ignores the filter answers with everything.
        items.retain(|item| match (wanted, item["model"].as_str()) {
            (Some(wanted), Some(model)) => model.to_lowercase().contains(&wanted.to_lowercase()),
            _ => true,
        });
        for item in items {
            let safe = observe::redact_json(&item["properties"]);
            masked |= item["properties"] != safe;
            item["properties"] = safe;
        }
    }
    let outcome = Outcome::from(items);
    let note = format!("Credentials are shown as {}.", observe::MASK);
    Ok(if masked { outcome.with_note(note) } else { outcome })
}

/// `GET /integration-models`, every page.
fn models(context: &Context<'_>) -> Result<Outcome, ToolError> {
    let listed = model_list().read(context)?;
    let items = listed.items.iter().map(|model| {
        let id = judge::text(model, &["versionId", "model"]);
        // A title may hold colons itself; a version does not.
        let (title, version) = id.map_or((None, None), |id| match id.rsplit_once(':') {
            Some((title, version)) => (Some(title), Some(version)),
            None => (Some(id), None),
        });
        let version = lookup(model, "properties.version")
            .filter(|version| !version.is_null())
            .cloned()
            .unwrap_or_else(|| json!(version));
        let description = model.get("description");
        MODEL.project(
            &json!({"id": id, "title": title, "version": version, "description": description}),
        )
    });
    Ok(Outcome::part(items.collect(), listed.total))
}

/// `PUT /integration-models/validation`, then `POST /integration-models`.
fn create(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let model = arguments.value("model");
    let info = |key: &str| match lookup(model, key)? {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let (Some(title), Some(version)) = (info("info.title"), info("info.version")) else {
        return Err(ToolError::invalid(
            "'model' must be an OpenAPI document with info.title and info.version, which make the \
             model's id",
        ));
    };
    let id = format!("{title}:{version}");
    let exists = model_list()
        .with("equalsField", "versionId")
        .with("equals", &id)
        .find(context, |model| model.get("versionId").and_then(Value::as_str) == Some(&id))?;
    if exists.is_some() {
        return Err(ToolError::state(format!(
            "the integration model '{id}' exists already; give the document another info.version \
             to add a new one"
        )));
    }
    let body = json!({"model": model});
    let check = context.api.put(&Path::literal("/integration-models/validation"), Some(&body))?;
    if let Some(why) = judge::failure(&check) {
        return Err(ToolError::invalid(format!(
            "the platform finds the model '{id}' invalid, nothing was created: {why}"
        )));
    }
    let reply = context.api.post(&Path::literal("/integration-models"), Some(&body))?;
    if let Some(why) = judge::failure(&reply) {
        return Err(ToolError::platform(format!("the model '{id}' was not created: {why}")));
    }
    let status =
        judge::text(&reply, &["status"]).map_or_else(|| "CREATED".into(), str::to_uppercase);
    let message = judge::text(&reply, &["message"])
        .map_or_else(|| format!("Integration model '{id}' was created."), str::to_owned);
    Ok(json!({"status": status, "message": message}).into())
}

fn model_list() -> Listing {
    Listing::new(Path::literal("/integration-models"), "integrationModels", "total")
}
