//! What the reports of a run come to: totals, a score and a grade.

use serde_json::{Value, json};

use crate::limits;
use crate::platform::Path;
use crate::sync::at_once;
use crate::tools::asked::record;
use crate::tools::context::Context;
use crate::tools::shown::{Field, FieldKind, Shape, ToolError, lookup};

/// How compliant the devices are.
pub const SCORE: Field = Field::new("score", FieldKind::Number)
    .doc("0 to 100, by the platform's default weights: error 2, warning 1, info 0.5");
/// The score in a word.
pub const GRADE: Field =
    Field::new("grade", FieldKind::Text).doc("pass from 90 on, review from 80 on, fail below");
/// Lines of configurations by what the check said of them.
pub const TOTALS: Field = Field::new("totals", FieldKind::Object(&COUNTS));
/// The reports, one for each device and node.
pub const REPORTS: Field = Field::new("reports", FieldKind::Objects(&REPORT));

static COUNTS: Shape = Shape::closed(&[
    Field::new("errors", FieldKind::Number),
    Field::new("warnings", FieldKind::Number),
    Field::new("infos", FieldKind::Number),
    Field::new("passes", FieldKind::Number),
]);

static REPORT: Shape = Shape::closed(&[
    Field::new("id", FieldKind::Text).from(&["id", "_id"]),
    Field::new("deviceName", FieldKind::Text),
    Field::new("nodePath", FieldKind::Text),
    Field::new("score", FieldKind::Number),
    TOTALS,
]);

const KINDS: [(&str, f64); 4] =
    [("errors", 2.0), ("warnings", 1.0), ("infos", 0.5), ("passes", 1.0)];

/// The score that these totals come to; none when nothing was counted.
pub fn score(totals: &Value) -> Option<f64> {
    let count = |kind: &str| COUNTS.project(totals)[kind].as_f64();
    let weighed: f64 = KINDS.iter().filter_map(|(kind, weight)| Some(count(kind)? * weight)).sum();
    let passes = count("passes")?;
    (weighed > 0.0).then(|| (passes / weighed * 1000.0).round() / 10.0)
}

/// The platform's default grade for a score.
pub fn grade(score: f64) -> &'static str {
    match score {
        score if score >= 90.0 => "pass",
        score if score >= 80.0 => "review",
        _ => "fail",
    }
}

/// The reports of a run with their totals, what they come to together, and in `notes` what of that
/// could not be read.
pub fn of_run(context: &Context<'_>, run: &Value, notes: &mut Vec<String>) -> Value {
    let mut reports = match reports(context, run) {
        Ok(reports) => reports,
        Err(error) => {
            notes.push(format!("The ids of the reports could not be read: {error}"));
            return json!({"reports": []});
        }
    };
    add_totals(context, &mut reports, notes);
    let counted = |kind: &str| {
        let counts = reports
            .iter()
            .filter_map(|report| COUNTS.project(report.get("totals")?)[kind].as_f64());
        counts.fold(None, |sum, count| Some(sum.unwrap_or(0.0) + count))
    };
    let totals: Value = KINDS
        .iter()
        .map(|(kind, _)| ((*kind).to_owned(), json!(counted(kind).map(|sum| sum as i64))))
        .collect::<serde_json::Map<_, _>>()
        .into();
    for report in &mut reports {
        report["score"] = json!(report.get("totals").and_then(score));
    }
    let score = score(&totals);
    json!({"score": score, "grade": score.map(grade), "totals": totals, "reports": reports})
}

/// `GET /configuration_manager/compliance_reports/batch/{batchId}`: which reports there are.
fn reports(context: &Context<'_>, run: &Value) -> Result<Vec<Value>, ToolError> {
    let Some(batch) = run.get("batchId").and_then(record::scalar) else { return Ok(vec![]) };
    let path = Path::new("/configuration_manager/compliance_reports/batch/{}", &[&batch])?;
    let reply = context.api.get(&path, &[])?;
    Ok(record::list(&reply)
        .unwrap_or_default()
        .iter()
        .filter(|one| one.is_object())
        .cloned()
        .collect())
}

/// `GET /configuration_manager/compliance_reports/details/{id}` of each: the list does not tell totals.
fn add_totals(context: &Context<'_>, reports: &mut [Value], notes: &mut Vec<String>) {
    let lacks = |report: &Value| !report.get("totals").is_some_and(Value::is_object);
    let mut lacking: Vec<&mut Value> = reports.iter_mut().filter(|report| lacks(report)).collect();
    let beyond = lacking.len().saturating_sub(limits::COMPLIANCE_DETAILS);
    if beyond > 0 {
        lacking.truncate(limits::COMPLIANCE_DETAILS);
        notes.push(format!(
            "The totals are without those of {beyond} more reports; describe_compliance_report \
             shows them."
        ));
    }
    let mut failures = Vec::new();
    for some in lacking.chunks_mut(limits::PLATFORM_PARALLEL_PAGES) {
        let ids: Vec<String> = some
            .iter()
            .map(|report| record::id(report).map(|id| id.into_owned()).unwrap_or_default())
            .collect();
        let read = at_once(&ids, |_, id| totals(context, id));
        for (report, totals) in some.iter_mut().zip(read) {
            match totals.unwrap_or_else(|_| Err(ToolError::platform("internal"))) {
                Ok(totals) => report["totals"] = totals,
                Err(error) => failures.push(error),
            }
        }
    }
    if let Some(first) = failures.first() {
        notes.push(format!("The totals of {} reports could not be read: {first}", failures.len()));
    }
}

fn totals(context: &Context<'_>, id: &str) -> Result<Value, ToolError> {
    let path = Path::new("/configuration_manager/compliance_reports/details/{}", &[id])?;
    let report = context.api.get(&path, &[])?;
    Ok(lookup(record::payload(&report), "totals").cloned().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_weigh_what_was_found() {
        for (totals, expected) in [
            (json!({"errors": 0, "warnings": 0, "infos": 0, "passes": 8}), Some((100.0, "pass"))),
            (json!({"errors": 1, "warnings": 2, "infos": 0, "passes": 7}), Some((63.6, "fail"))),
            (json!({"errors": "1", "passes": "8"}), Some((80.0, "review"))),
            (json!({"errors": 3, "passes": 0}), Some((0.0, "fail"))),
            (json!({"errors": 0, "passes": 0}), None),
            (json!({"errors": 1}), None),
            (json!(null), None),
        ] {
            assert_eq!(score(&totals).map(|score| (score, grade(score))), expected, "{totals}");
        }
    }
}
