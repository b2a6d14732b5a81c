//! Integrations and the OpenAPI models they are made of.

use serde_json::{Value, json};

use crate::observe;
use crate::platform::Path;
use crate::tools::asked::{Done, Filter, List, Source, Wants, Write, change, record};
use crate::tools::context::Context;
use crate::tools::row::{Area, Run, Tool};
use crate::tools::shown::{ErrorKind, Field, FieldKind, Outcome, Output, Shape, ToolError, lookup};
use crate::tools::told::{Arguments, Kind, Parameter};

/// This area.
pub static AREA: Area =
    Area { tag: "integrations", about: "integrations and their OpenAPI models" };

const READ: Tool = Tool::reads(&AREA);
const CREATE: Tool = Tool::creates(&AREA);

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_integrations",
        title: "Get Integrations",
        description: "List integrations (connections made from an OpenAPI model) with their \
                      properties; credentials are masked.",
        run: Run::List(&INTEGRATION_LIST),
        ..READ
    },
    Tool {
        name: "get_integration_models",
        title: "Get Integration Models",
        description: "List OpenAPI models that integrations can be made of. An id is \
                      title:version.",
        run: Run::List(&MODEL_LIST),
        ..READ
    },
    Tool {
        name: "create_integration_model",
        title: "Create Integration Model",
        description: "Add an OpenAPI document as a model for integrations. The platform validates \
                      it; its title and version must be new.",
        parameters: &[Parameter::required(
            "model",
            Kind::Object,
            "The OpenAPI document; info.title and info.version make its id",
        )],
        output: Output::Object(&CREATED),
        run: Run::Code(create),
        ..CREATE
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

/// `GET /integrations`
const INTEGRATIONS: Source = Source::new("/integrations", "results", "total");
/// `GET /integration-models`
const MODELS: Source = Source::new("/integration-models", "integrationModels", "total");

static INTEGRATION_LIST: List = List::of(INTEGRATIONS, &INTEGRATION)
    .filtered(&[
        Filter::contains(
            Parameter::optional(
                "model",
                Kind::Name,
                "Model id, or part of it, from get_integration_models",
            ),
            "model",
            &[("containsField", "model"), ("contains", "{}")],
        )
        .keeping_unknown(),
        Filter::name_contains(),
    ])
    .prepared(masked)
    .telling(|items| {
        let masked = items.iter().any(|item| item.to_string().contains(observe::MASK));
        masked.then(|| format!("Credentials are shown as {}.", observe::MASK))
    });
static MODEL_LIST: List = List::of(MODELS, &MODEL)
    .filtered(&[Filter::contains(
        Parameter::optional("title_contains", Kind::Name, "Part of the title, in any case"),
        "title",
        &[],
    )])
    .prepared(named);

/// An integration, with credentials masked.
fn masked(mut integration: Value) -> Value {
    for place in ["/data/properties", "/properties"] {
        if let Some(properties) = integration.pointer_mut(place) {
            *properties = observe::redact_json(properties);
        }
    }
    integration
}

/// The model under the parts of its id: a title may hold colons itself, a version does not.
fn named(model: Value) -> Value {
    let id = record::text(&model, &["versionId", "model"]);
    let (title, version) = id.map_or((None, None), |id| match id.rsplit_once(':') {
        Some((title, version)) => (Some(title), Some(version)),
        None => (Some(id), None),
    });
    let said = lookup(&model, "properties.version").filter(|version| !version.is_null()).cloned();
    let version = said.unwrap_or_else(|| json!(version));
    let description = model.get("description");
    json!({"id": id, "title": title, "version": version, "description": description})
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
    let change = change(context, "integration model", &id)?;
    let there = |context: &Context<'_>| {
        MODELS
            .listing()
            .with("equalsField", "versionId")
            .with("equals", &id)
            .find(context, |model| model.get("versionId").and_then(Value::as_str) == Some(&id))
    };
    if there(context)?.is_some() {
        return Err(ToolError::state(format!(
            "the integration model '{id}' exists already; give the document another info.version \
             to add a new one"
        )));
    }
    let body = json!({"model": model});
    let path = Path::literal("/integration-models/validation");
    change.send(&Write::put(&path, Some(&body)).wants(Wants::Nothing).harmless()).map_err(
        |error| match error.kind {
            ErrorKind::Refused => ToolError::invalid(format!(
                "the platform finds the model '{id}' invalid, nothing was created: {}",
                error.message
            )),
            _ => error,
        },
    )?;
    let path = Path::literal(MODELS.route);
    let write =
        Write::post(&path, Some(&body)).shown_by("get_integration_models").read_back(&there);
    let Done { answer: reply, note } = change.send(&write)?;
    let status =
        record::text(&reply, &["status"]).map_or_else(|| "CREATED".into(), str::to_uppercase);
    let message = record::text(&reply, &["message"])
        .map_or_else(|| format!("Integration model '{id}' was created."), str::to_owned);
    Ok(Outcome::from(json!({"status": status, "message": message})).noted(note))
}
