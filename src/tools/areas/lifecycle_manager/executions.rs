//! What actions did.

use super::resources::RESOURCE_NAME;
use crate::tools::asked::{Filter, List, Source};
use crate::tools::shown::{Field, FieldKind, Shape};
use crate::tools::told::{Kind, Parameter};

/// An entry of `get_action_executions`.
pub static EXECUTION: Shape = Shape::closed(&[
    Field::new("modelName", FieldKind::Text),
    Field::new("instanceName", FieldKind::Text),
    Field::new("actionName", FieldKind::Text),
    Field::new("actionType", FieldKind::Text),
    Field::new("startTime", FieldKind::Time),
    Field::new("endTime", FieldKind::Time),
    Field::new("initiator", FieldKind::Any).doc("Account id or name"),
    Field::new("jobId", FieldKind::Text).doc("For describe_job"),
    Field::new("status", FieldKind::Text),
    Field::new("errors", FieldKind::List),
    Field::new("initialInstanceData", FieldKind::Any),
    Field::new("finalInstanceData", FieldKind::Any),
]);

/// `GET /lifecycle-manager/action-executions`
const EXECUTIONS: Source =
    Source::new("/lifecycle-manager/action-executions", "data", "metadata.total");

/// The platform's filter takes a name's beginning, and its sorting may be missing, so both are done
/// here again.
pub static LIST: List = List::of(EXECUTIONS, &EXECUTION)
    .filtered(&[
        Filter::exact(RESOURCE_NAME, "modelName", &[("starts-with[modelName]", "{}")]),
        Filter::exact(
            Parameter::required(
                "instance_name",
                Kind::Text,
                "Exact instance name; empty shows all instances",
            ),
            "instanceName",
            &[("starts-with[instanceName]", "{}")],
        ),
        Filter::word(
            Parameter::optional("status", Kind::List(&Kind::Name), "Any of these, e.g. error"),
            "status",
            &[],
        ),
    ])
    .newest_first("startTime", &[("sort", "startTime"), ("order", "-1")]);
