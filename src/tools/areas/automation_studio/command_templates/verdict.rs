//! What the results of a command template come to: one verdict, by the checks that were in truth made.

use serde_json::{Value, json};

use crate::limits;
use crate::tools::asked::record;
use crate::tools::shown::{Field, FieldKind, Shape};

/// How much was checked.
pub static CHECKS: Shape = Shape::closed(&[
    Field::new("made", FieldKind::Number).doc("Rules held against an answer"),
    Field::new("passed", FieldKind::Number),
    Field::new("commands_answered", FieldKind::Number),
    Field::new("commands_unanswered", FieldKind::Number).doc("Not run, or without an answer"),
]);

/// The verdict on results.
#[derive(Debug, PartialEq)]
pub struct Verdict {
    /// `passed`, `failed`, `incomplete` or `nothing checked`.
    pub word: &'static str,
    /// As [`CHECKS`] shows it.
    pub checks: Value,
    /// Which commands were not answered, and why as far as that is known.
    pub note: Option<String>,
}

/// Judges the results of a template. The platform counts a command that it did not run as passed; here
/// it is neither.
///
/// `all`: every command must pass, not just one. `said`: the platform's own verdict. `silent`: devices
/// of which there is no result.
pub fn verdict(all: bool, said: Option<bool>, results: &[Value], silent: &[&str]) -> Verdict {
    let (answered, unanswered): (Vec<&Value>, Vec<&Value>) =
        results.iter().partition(|result| is_answered(result));
    let (passed, not_passed): (Vec<bool>, Vec<bool>) =
        answered.iter().flat_map(|result| rules(result)).partition(|passed| *passed);
    let made = passed.len() + not_passed.len();
    let failed = answered.iter().any(|result| passes(result) == Some(false));
    let one_passed = answered.iter().any(|r| passes(r) == Some(true) && rules(r).next().is_some());
    let missing = unanswered.len() + silent.len();
    let word = match () {
        () if results.is_empty() => "nothing checked",
        () if all && failed => "failed",
        () if !all && one_passed && said != Some(false) => "passed",
        () if missing > 0 => "incomplete",
        () if said == Some(false) || failed => "failed",
        () if made == 0 => "nothing checked",
        () => "passed",
    };
    let mut names: Vec<String> = unanswered.iter().map(|result| named(result)).collect();
    names.extend(silent.iter().map(|device| format!("everything on {device}")));
    let more = names.len().saturating_sub(limits::HINT_NAMES);
    names.truncate(limits::HINT_NAMES);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    Verdict {
        word,
        checks: json!({
            "made": made, "passed": passed.len(), "commands_answered": answered.len(),
            "commands_unanswered": missing,
        }),
        note: (!names.is_empty()).then(|| {
            format!("Not answered, so neither passed nor failed: {}{more}.", names.join(", "))
        }),
    }
}

/// Whether a command ran: a device answered it, and no variable of it was missing.
fn is_answered(result: &Value) -> bool {
    result.get("response").is_some_and(|response| !response.is_null()) && lacking(result).is_none()
}

/// The variable that a command lacks.
fn lacking(result: &Value) -> Option<&str> {
    let command = record::text(result, &["evaluated", "raw", "command"])?;
    let (_, rest) = command.split_once("<!")?;
    Some(rest.split_once("!>")?.0)
}

fn passes(result: &Value) -> Option<bool> {
    result.get("result").and_then(Value::as_bool)
}

/// The outcome of each rule.
fn rules(result: &Value) -> impl Iterator<Item = bool> {
    let rules = result.get("rules").and_then(Value::as_array).into_iter().flatten();
    rules.filter_map(passes)
}

fn named(result: &Value) -> String {
    let command = record::text(result, &["raw", "command", "evaluated"]).unwrap_or("a command");
    let device = record::text(result, &["device"]).unwrap_or("a device");
    match lacking(result) {
        Some(variable) => format!("'{command}' on {device} (it lacks the variable {variable})"),
        None => format!("'{command}' on {device}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(response: Value, passed: Value, rules: &[bool]) -> Value {
        let rules: Vec<Value> = rules.iter().map(|passed| json!({"result": passed})).collect();
        json!({"raw": "show x", "device": "r1", "response": response, "result": passed,
            "rules": rules})
    }

    #[test]
    fn only_checks_that_were_made_pass() {
        let passed = || result(json!("ok"), json!(true), &[true, true]);
        let failed = || result(json!("no"), json!(false), &[true, false]);
        let skipped = || result(json!(null), json!(true), &[]);
        let bare = || result(json!("ok"), json!(true), &[]);
        let yes = Some(true);
        for (all, said, results, silent, word) in [
            (true, yes, vec![passed()], &[][..], "passed"),
            (true, None, vec![passed(), bare()], &[], "passed"),
            (true, yes, vec![passed(), failed()], &[], "failed"),
            (true, Some(false), vec![passed()], &[], "failed"),
            (true, yes, vec![passed(), skipped()], &[], "incomplete"),
            (true, yes, vec![passed()], &["r2"], "incomplete"),
            (true, Some(false), vec![failed(), skipped()], &[], "failed"),
            (true, Some(false), vec![skipped()], &[], "incomplete"),
            (true, yes, vec![bare()], &[], "nothing checked"),
            (true, yes, vec![], &["r1"], "nothing checked"),
            (false, yes, vec![passed(), failed()], &[], "passed"),
            (false, yes, vec![passed(), skipped()], &[], "passed"),
            (false, yes, vec![skipped(), failed()], &[], "incomplete"),
            (false, Some(false), vec![failed()], &[], "failed"),
        ] {
            let judged = verdict(all, said, &results, silent);
            assert_eq!(judged.word, word, "{all} {said:?} {results:?} {silent:?}");
        }
        let lacks = json!({"raw": "show <!x!>", "evaluated": "show <!x!>", "device": "r1",
            "response": "% Invalid", "result": true});
        let judged = verdict(true, yes, &[lacks, passed()], &["r2"]);
        assert_eq!(judged.checks["made"], 2);
        assert_eq!(judged.checks["commands_unanswered"], 2);
        let note = judged.note.expect("one is not answered");
        assert!(note.contains("'show <!x!>' on r1 (it lacks the variable x)"), "{note}");
        assert!(note.contains("everything on r2"), "{note}");
    }
}
