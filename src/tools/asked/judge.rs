//! The one judge of writes: done, refused, or nobody knows.

use serde_json::Value;

use super::record;
use crate::limits;
use crate::platform::Answer;
use crate::tools::shown::lookup;

/// What an answer must hold to be believed. A login page, broken bytes and an answer that says it
/// failed never are.
#[derive(Clone, Copy, Debug)]
pub enum Wants<'a> {
    /// Nothing: the route answers 204, or says nothing when all is well.
    Nothing,
    /// Something: the route always says what it did.
    Word,
    /// Something at one of these dotted places; an empty one means a list that is the answer itself.
    One(&'a [&'a str]),
    /// The id of what now runs, at one of these places. Once that is there, a status or an error
    /// beside it is that of what runs.
    Started(&'a [&'a str]),
}

/// What an answer says of its write.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It was done.
    Done(Value),
    /// It was not done; why, in the platform's words.
    Refused(String),
    /// A part of it was done: the answer, and what was not done, in the platform's words.
    Partly(Value, String),
    /// It does not say; what came instead.
    Silent(String),
}

/// Judges the answer of a write that HTTP calls a success.
pub fn verdict(answer: Answer, wants: Wants<'_>) -> Verdict {
    let said = match answer {
        Answer::Json(said) => said,
        Answer::Empty if matches!(wants, Wants::Nothing) => return Verdict::Done(Value::Null),
        other => return Verdict::Silent(format!("the platform answered with {other}")),
    };
    let present = |places: &[&str]| places.iter().any(|place| holds(&said, place));
    if let Wants::Started(places) = wants
        && present(places)
        && !denies(&said)
    {
        return Verdict::Done(said);
    }
    if let Some(words) = failure(&said) {
        let some = |place: &&str| lookup(&said, place).is_some_and(|at| !record::is_empty(at));
        return match wants {
            Wants::One(places) if places.iter().any(some) => Verdict::Partly(said, words),
            _ => Verdict::Refused(words),
        };
    }
    match parts(&said) {
        Parts::All(words) => return Verdict::Refused(words),
        Parts::Some(words) => return Verdict::Partly(said, words),
        Parts::None => {}
    }
    let missing = match wants {
        Wants::Nothing if says_nothing(&said) => return Verdict::Done(Value::Null),
        Wants::Nothing => false,
        Wants::Word => says_nothing(&said),
        Wants::One(places) | Wants::Started(places) => !present(places),
    };
    if !missing {
        return Verdict::Done(said);
    }
    Verdict::Silent(format!(
        "the platform answered without what it answers when it has done it: {}",
        cut(&said.to_string())
    ))
}

/// Why an answer is no success after all: it says so by a status, a flag or an error of its own.
pub fn failure(said: &Value) -> Option<String> {
    let says = |path: &str, wanted: fn(&Value) -> bool| lookup(said, path).is_some_and(wanted);
    let failed = ["status", "state", "result.status"].iter().any(|path| says(path, is_failure))
        || denies(said)
        || ERRORS.iter().any(|path| says(path, |error| !says_nothing(error)))
        || complains(said);
    failed.then(|| words(said))
}

const ERRORS: [&str; 5] = ["error", "errors", "result.error", "result.errors", "data.error"];

/// The platform's own words: messages and errors, or the whole of a short answer.
fn words(said: &Value) -> String {
    let parts = ["message", "result.message"].iter().chain(&ERRORS);
    let parts: Vec<String> = parts
        .filter_map(|path| lookup(said, path).filter(|part| !says_nothing(part)))
        .map(shown)
        .collect();
    cut(&if parts.is_empty() { said.to_string() } else { parts.join("; ") })
}

/// An error as text: its message and what belongs to it, or the whole of it.
fn shown(part: &Value) -> String {
    let whole = |part: &Value| part.as_str().map_or_else(|| part.to_string(), str::to_owned);
    let parts = ["message", "data", "detail", "details", "reason"].iter();
    let parts: Vec<String> = parts
        .filter_map(|key| part.get(key).filter(|part| !says_nothing(part)).map(whole))
        .collect();
    if parts.is_empty() { whole(part) } else { parts.join(": ") }
}

fn cut(text: &str) -> String {
    text.chars().take(limits::ERROR_BODY_CHARS).collect()
}

/// Whether a flag says that it was not done.
fn denies(said: &Value) -> bool {
    let flags = ["valid", "isValid", "success", "acknowledged", "result.valid", "result.success"];
    flags.iter().any(|path| lookup(said, path).is_some_and(|flag| flag == false))
}

fn is_failure(status: &Value) -> bool {
    let failures = ["fail", "failed", "failure", "error", "invalid", "rejected"];
    status.as_str().is_some_and(|s| failures.iter().any(|failure| s.eq_ignore_ascii_case(failure)))
}

/// Whether an answer is nothing but a message that begins as complaints do.
fn complains(said: &Value) -> bool {
    let begins =
        ["fail", "error", "unable", "could not", "cannot", "not authorized", "unauthorized"];
    let message = record::text(said, &["message"]).unwrap_or_default().to_lowercase();
    begins.iter().any(|begin| message.starts_with(begin))
        && record::is_empty(said.get("data").unwrap_or(&Value::Null))
        && said.get("_id").is_none()
        && said.get("id").is_none()
}

/// Whether a value is nothing, or is made of nothing: what stands beside a success as its error.
fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.iter().all(says_nothing),
        Value::Object(fields) => fields.values().all(says_nothing),
    }
}

fn holds(said: &Value, place: &str) -> bool {
    match place {
        "" => said.as_array().is_some_and(|all| !all.is_empty()),
        // An empty list is an answer: there was nothing to tell.
        place => lookup(said, place).is_some_and(|at| at.is_array() || !record::is_empty(at)),
    }
}

/// Which of the parts that an answer tells of were not done.
enum Parts {
    None,
    Some(String),
    All(String),
}

fn parts(said: &Value) -> Parts {
    let lists = ["imported", "data", "results", "result", "data.imported", "result.imported"];
    let failed_lists = ["metadata.failedComponents", "failedComponents", "data.failedComponents"];
    let mut done = 0;
    let mut failed = Vec::new();
    let items = lists.iter().filter_map(|path| lookup(said, path)?.as_array()).flatten();
    for item in items.chain(said.as_array().into_iter().flatten()) {
        match item.get("success") {
            Some(Value::Bool(false)) => failed.push(item),
            Some(_) => done += 1,
            None => {}
        }
    }
    let named = failed_lists.iter().filter_map(|path| lookup(said, path)?.as_array()).flatten();
    // Components that failed are told beside a project that is there.
    let beside: Vec<&Value> = named.collect();
    if failed.is_empty() && beside.is_empty() {
        return Parts::None;
    }
    let all_failed = done == 0 && beside.is_empty();
    failed.extend(beside);
    let words: Vec<String> =
        failed.iter().take(limits::HINT_NAMES).map(|item| part(item)).collect();
    let more = failed.len().saturating_sub(words.len());
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    let words = cut(&format!("{}{more}", words.join("; ")));
    if all_failed { Parts::All(words) } else { Parts::Some(words) }
}

/// A part that failed: which, and why.
fn part(item: &Value) -> String {
    let name = record::text(item, &["name", "original.name", "_id", "id", "reference"]);
    let words = match item.as_str() {
        Some(text) => text.to_owned(),
        None => words(item),
    };
    match name {
        Some(name) if !words.contains(name) => format!("'{name}': {words}"),
        _ => words,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn failures_hidden_in_successes() {
        for (reply, expected) in [
            (json!({"status": "Success", "message": "ok", "errors": []}), None),
            (json!(null), None),
            (json!({"return_code": 0, "error": ""}), None),
            (json!({"return_code": 0, "error": {}}), None),
            (json!({"return_code": 0, "error": false}), None),
            (json!({"return_code": 0, "error": {"message": null, "code": 0}}), None),
            (json!({"message": "Failed jobs were removed", "data": {"count": 2}}), None),
            (json!({"status": "Failure", "message": "no"}), Some("no")),
            (json!({"valid": false, "errors": ["a"]}), Some("[\"a\"]")),
            (json!({"error": {"code": 1}}), Some("{\"code\":1}")),
            (json!({"status": "ERROR"}), Some("{\"status\":\"ERROR\"}")),
            (json!({"message": "Failed to create", "data": null}), Some("Failed to create")),
        ] {
            assert_eq!(failure(&reply).as_deref(), expected, "{reply}");
        }
    }

    #[test]
    fn parts_of_an_import() {
        let judged = |said: Value| verdict(Answer::Json(said), Wants::Word);
        let bad = json!({"success": false, "message": "no adapter", "original": {"name": "b"}});
        assert_eq!(
            judged(json!({"imported": [{"success": true}, bad]})),
            Verdict::Partly(
                json!({"imported": [{"success": true}, bad]}),
                "'b': no adapter".into()
            )
        );
        assert_eq!(judged(json!({"data": [bad]})), Verdict::Refused("'b': no adapter".into()));
        let project = json!({"data": {"_id": "p"}, "metadata": {"failedComponents": ["flow x"]}});
        assert_eq!(judged(project.clone()), Verdict::Partly(project, "flow x".into()));
    }

    #[test]
    fn what_runs_may_have_failed_and_was_started_all_the_same() {
        let started =
            |said: Value| verdict(Answer::Json(said), Wants::Started(&["data._id", "_id"]));
        let job = json!({"_id": "j", "status": "error", "error": ["x"]});
        assert_eq!(started(job.clone()), Verdict::Done(job));
        assert_eq!(
            started(json!({"status": "error"})),
            Verdict::Refused(r#"{"status":"error"}"#.into())
        );
        assert!(matches!(started(json!({"message": "ok"})), Verdict::Silent(_)));
        assert!(matches!(verdict(Answer::Empty, Wants::Word), Verdict::Silent(_)));
        assert_eq!(verdict(Answer::Empty, Wants::Nothing), Verdict::Done(Value::Null));
    }
}
