//! TOON, against the official fixtures and what the Python server prints.

mod support;

use serde_json::Value;
use support::facts;

/// Fails unless every value of these pairs is written as the pair says.
fn agree(pairs: &[Value]) {
    let wrong: Vec<String> = pairs
        .iter()
        .filter_map(|pair| {
            let ours = itential_mcp::output::toon(&pair["value"]);
            let theirs = pair["toon"].as_str().expect("a pair holds TOON");
            (ours != theirs)
                .then(|| format!("{}\n  ours   {ours:?}\n  theirs {theirs:?}", pair["value"]))
        })
        .collect();
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_official_fixtures() {
    agree(&facts::rows("toon-official.json"));
}

#[test]
fn what_the_python_server_prints() {
    let mut pairs = facts::rows("toon-python.json");
    // The official encoder writes very large and very small numbers out in full, the Python
    // server with an exponent; readers take both.
    let exponents = |v: &Value| v.as_f64().is_some_and(|f| f.abs() >= 1e21);
    pairs.retain(|pair| !pair["value"].as_object().is_some_and(|o| o.values().any(exponents)));
    agree(&pairs);
}
