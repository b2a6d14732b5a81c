//! TOON, against the official fixtures and what the Python server prints.

mod support;

use serde_json::Value;
use support::schema::beside;

fn json_file(path: &str) -> Option<Value> {
    let Some(file) = beside(path) else {
        eprintln!("SKIPPED: {path} is not beside the checkout");
        return None;
    };
    let text = std::fs::read_to_string(file).expect("readable");
    Some(serde_json::from_str(&text).expect("JSON"))
}

#[test]
fn the_official_fixtures() {
    const FILES: [&str; 9] = [
        "arrays-nested",
        "arrays-objects",
        "arrays-primitive",
        "arrays-tabular",
        "delimiters",
        "objects-keyed",
        "objects",
        "primitives",
        "whitespace",
    ];
    let mut wrong = Vec::new();
    for name in FILES {
        let Some(fixtures) = json_file(&format!("data/toon-encode/{name}.json")) else { return };
        for test in fixtures["tests"].as_array().expect("tests") {
            // Results are written with the default options only.
            if test.get("options").is_some() {
                continue;
            }
            let written = itential_mcp::output::toon(&test["input"]);
            if written != test["expected"].as_str().unwrap_or_default() {
                wrong.push(format!("{name}: {}: {written:?}", test["name"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_the_python_server_prints() {
    let Some(samples) = json_file("reference/toon-samples.json") else { return };
    let mut wrong = Vec::new();
    for sample in samples.as_array().expect("samples") {
        // The official encoder writes very large and very small numbers out in full, the Python
        // server with an exponent; readers take both.
        let exponents = |v: &Value| v.as_f64().is_some_and(|f| f.abs() >= 1e21);
        if sample["value"].as_object().is_some_and(|fields| fields.values().any(exponents)) {
            continue;
        }
        let written = itential_mcp::output::toon(&sample["value"]);
        let expected = sample["toon"].as_str().unwrap_or_default();
        if written != expected {
            wrong.push(format!("{}\n  ours   {written:?}\n  theirs {expected:?}", sample["value"]));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
