//! Which gateways there are and what they offer.

use serde_json::{Value, json};

use crate::platform::Path;
use crate::tools::asked::{Filter, List, Made, judge, record};
use crate::tools::context::Context;
use crate::tools::shown::{ErrorKind, Field, FieldKind, Shape, ToolError, lookup};
use crate::tools::told::{Arguments, Kind, Parameter};

/// An entry of `get_services`.
pub static SERVICE: Shape = Shape::closed(&[
    Field::new("name", FieldKind::Text).from(&["service_metadata.name", "name"]),
    Field::new("cluster", FieldKind::Text).from(&[
        "service_metadata.location",
        "location",
        "cluster_id",
        "cluster",
    ]),
    Field::new("type", FieldKind::Text).from(&["service_metadata.type", "type"]),
    Field::new("description", FieldKind::Text)
        .from(&["service_metadata.description", "description"]),
    Field::new("decorator", FieldKind::Any)
        .from(&["service_metadata.decorator", "decorator"])
        .doc("JSON Schema of the input"),
    Field::new("active", FieldKind::Boolean),
]);

/// An entry of `get_gateways`.
pub static GATEWAY: Shape = Shape::closed(&[
    Field::new("name", FieldKind::Text).from(&["name", "gateway_name"]),
    Field::new("cluster", FieldKind::Text).from(&["cluster", "cluster_id"]),
    Field::new("description", FieldKind::Text),
    Field::new("status", FieldKind::Text).doc("null: the platform does not say"),
    Field::new("enabled", FieldKind::Boolean),
]);

/// `GET /gateway_manager/v1/services`.
pub static SERVICES: List = List::made(
    |context, arguments| {
        let services = read_services(context, arguments.maybe_text("cluster"))?;
        Ok(Made::of(services.as_array().cloned().unwrap_or_default(), false))
    },
    &SERVICE,
)
.filtered(&[
    Filter::exact(
        Parameter::optional("cluster", Kind::Name, "Exact cluster name from get_gateways"),
        "cluster",
        &[],
    ),
    Filter::word(
        Parameter::optional("type", Kind::Name, "Only this type, e.g. ansible-playbook"),
        "type",
        &[],
    ),
    Filter::name_contains(),
]);

/// `GET /gateway_manager/v1/gateways`.
pub static GATEWAYS: List = List::made(gateways, &GATEWAY).filtered(&[
    Filter::exact(
        Parameter::optional("cluster", Kind::Name, "Only gateways of this cluster"),
        "cluster",
        &[],
    ),
    Filter::name_contains(),
]);

/// `GET /gateway_manager/v1/services`: every service as `get_services` shows it. The platform may ignore
/// the cluster.
///
/// # Errors
/// When the list could not be read.
pub fn read_services(context: &Context<'_>, cluster: Option<&str>) -> Result<Value, ToolError> {
    let query: Vec<(&str, &str)> =
        cluster.map(|cluster| ("cluster_id", cluster)).into_iter().collect();
    let answer = context.api.get(&Path::literal("/gateway_manager/v1/services"), &query)?;
    let items = record::list(&answer).ok_or_else(|| no_list("services", &answer))?;
    Ok(SERVICE.project_all(items))
}

/// `GET /gateway_manager/v1/gateways`, and `GET /gateway_manager/v1/connections` where the gateways
/// themselves do not say whether they are connected.
fn gateways(context: &Context<'_>, arguments: &Arguments) -> Result<Made, ToolError> {
    let answer = context.api.get(&Path::literal("/gateway_manager/v1/gateways"), &[])?;
    let items = record::list(&answer).ok_or_else(|| no_list("gateways", &answer))?;
    let mut connections = Connections::Unread;
    let mut note = None;
    let mut gateways = Vec::new();
    let mut hidden = 0;
    for item in items {
        let mut gateway = GATEWAY.project(item);
        let status = match own_status(item) {
            Some(status) => Some(status.to_owned()),
            None => connections.status(context, gateway["cluster"].as_str(), &mut note)?,
        };
        // What nobody knows to be disconnected is shown.
        let connected = status.as_deref().is_none_or(is_connected);
        gateway["status"] = json!(status);
        if connected || !arguments.flag("connected_only") {
            gateways.push(gateway);
        } else {
            hidden += 1;
        }
    }
    if hidden > 0 {
        note = Some(format!("{hidden} more are not connected; connected_only=false shows them."));
    }
    Ok(Made { items: gateways, notes: note.into_iter().collect() })
}

/// The connection state in a gateway's own record. `status` may be about something else, so it
/// counts last.
fn own_status(gateway: &Value) -> Option<&str> {
    let at = |key| gateway.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let (connection, status) = (at("connection_status"), at("status"));
    status.filter(|status| is_connected(status)).or(connection).or(status)
}

fn is_connected(status: &str) -> bool {
    status.eq_ignore_ascii_case("connected")
}

/// The states of all clusters, read once when first needed.
enum Connections {
    Unread,
    Read(Value),
    Unknown,
}

impl Connections {
    fn status(
        &mut self,
        context: &Context<'_>,
        cluster: Option<&str>,
        note: &mut Option<String>,
    ) -> Result<Option<String>, ToolError> {
        if matches!(self, Self::Unread) {
            let path = Path::literal("/gateway_manager/v1/connections");
            *self = match context.api.get(&path, &[]).map_err(ToolError::from) {
                Ok(answer) => Self::Read(answer),
                Err(error) if error.kind == ErrorKind::Cancelled => return Err(error),
                Err(error) => {
                    *note = Some(format!("Whether they are connected could not be read: {error}"));
                    Self::Unknown
                }
            };
        }
        let Self::Read(answer) = self else { return Ok(None) };
        let state = cluster.and_then(|cluster| {
            let listed = record::list(answer).into_iter().flatten().find(|connection| {
                record::text(connection, &["cluster_id", "cluster", "_id", "id"]) == Some(cluster)
            });
            listed.or_else(|| record::payload(answer).get(cluster)).or_else(|| answer.get(cluster))
        });
        // A cluster the platform does not mention has no connection.
        Ok(Some(match state {
            None | Some(Value::Null) => "disconnected".to_owned(),
            Some(Value::Bool(connected)) => wording(*connected),
            Some(Value::String(state)) => state.clone(),
            Some(Value::Array(members)) => wording(!members.is_empty()),
            Some(state) => match lookup(state, "connected") {
                Some(Value::Bool(connected)) => wording(*connected),
                _ => record::text(state, &["connection_status", "status", "state"])
                    .unwrap_or("connected")
                    .to_owned(),
            },
        }))
    }
}

fn wording(connected: bool) -> String {
    if connected { "connected" } else { "disconnected" }.to_owned()
}

fn no_list(what: &str, answer: &Value) -> ToolError {
    let why = judge::failure(answer).unwrap_or_else(|| "the answer holds no list".to_owned());
    ToolError::platform(format!("the {what} could not be read: {why}"))
}
