//! What the platform says inside an answer that HTTP calls a success.

use serde_json::Value;

use super::record::is_empty;
use crate::limits;
use crate::tools::shown::lookup;

/// Why a 2xx answer is no success after all: it says so by a status, a flag or an error of its own.
pub fn failure(reply: &Value) -> Option<String> {
    let says = |path: &str, wanted: fn(&Value) -> bool| lookup(reply, path).is_some_and(wanted);
    let failed = ["status", "state", "result.status"].iter().any(|path| says(path, is_failure))
        || ["valid", "isValid", "success", "result.valid"]
            .iter()
            .any(|path| says(path, |flag| flag == false))
        || ["error", "errors", "result.errors"].iter().any(|path| says(path, |e| !is_empty(e)));
    failed.then(|| {
        let parts = ["message", "result.message", "error", "errors", "result.errors"];
        let said: Vec<String> = parts
            .iter()
            .filter_map(|path| lookup(reply, path).filter(|part| !is_empty(part)))
            .map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned))
            .collect();
        let said = if said.is_empty() { reply.to_string() } else { said.join("; ") };
        said.chars().take(limits::ERROR_BODY_CHARS).collect()
    })
}

fn is_failure(status: &Value) -> bool {
    let failures = ["fail", "failed", "failure", "error", "invalid", "rejected"];
    status.as_str().is_some_and(|s| failures.iter().any(|failure| s.eq_ignore_ascii_case(failure)))
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
            (json!({"status": "Failure", "message": "no"}), Some("no")),
            (json!({"valid": false, "errors": ["a"]}), Some("[\"a\"]")),
            (json!({"error": {"code": 1}}), Some("{\"code\":1}")),
            (json!({"status": "ERROR"}), Some("{\"status\":\"ERROR\"}")),
        ] {
            assert_eq!(failure(&reply).as_deref(), expected, "{reply}");
        }
    }
}
