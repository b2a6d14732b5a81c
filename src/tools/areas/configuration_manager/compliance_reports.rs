//! Compliance reports: how far a device's configuration is from its golden one.

use serde_json::{Value, json};

use super::AREA;
use super::compliance_plans::results::{self, GRADE, SCORE, grade};
use crate::platform::Path;
use crate::tools::context::Context;
use crate::tools::row::{Run, Tool};
use crate::tools::shown::{Field, FieldKind, Outcome, Output, Shape, ToolError};
use crate::tools::told::{Arguments, Kind, Parameter};

const READ: Tool = Tool::reads(&AREA);

/// The tools of this area.
pub static TOOLS: &[Tool] = &[Tool {
    name: "describe_compliance_report",
    title: "Describe Compliance Report",
    description: "Show one compliance report: device, totals and every issue.",
    parameters: &[Parameter::required(
        "report_id",
        Kind::Name,
        "Report id from run_compliance_plan with wait",
    )],
    output: Output::Object(&REPORT),
    run: Run::Code(describe),
    ..READ
}];

static REPORT: Shape = Shape::closed(&[SCORE, GRADE, Field::new("result", FieldKind::Map)]);

/// `GET /configuration_manager/compliance_reports/details/{report_id}`
fn describe(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let id = arguments.text("report_id");
    let path = Path::new("/configuration_manager/compliance_reports/details/{}", &[id])?;
    let missing = || {
        ToolError::not_found(format!(
            "no compliance report has the id '{id}'; it must be the id of a report, not of a plan, \
             a batch or a plan's run; run_compliance_plan with 'wait' gives the ids of its reports"
        ))
    };
    let report = match context.api.get(&path, &[]) {
        Err(error) if error.is_not_found() => return Err(missing()),
        reply => reply?,
    };
    match &report {
        Value::Null => Err(missing()),
        Value::Object(fields) if fields.is_empty() => Err(missing()),
        _ => {
            let score = report.get("totals").and_then(results::score);
            let shown = json!({"score": score, "grade": score.map(grade), "result": report});
            Ok(REPORT.project(&shown).into())
        }
    }
}
