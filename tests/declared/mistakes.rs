//! Files with mistakes: each told with its file and line, and only that tool is missing.

use itential_mcp::bindings::declared::Declared;
use itential_mcp::bindings::files::{Document, Does, Manifest};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{Folder, tool};

/// What is said of this text as a file, in the order of its lines.
fn said(text: &str) -> Vec<String> {
    let loaded = Folder::new(&[("t.json", text)]).load();
    assert!(loaded.tools.is_empty(), "{:?}", loaded.tools);
    let short = |problem: String| problem.split_once("t.json").map(|(_, rest)| rest.to_owned());
    loaded.problems.iter().filter_map(|problem| short(problem.to_string())).collect()
}

/// A tool of one request, which begins on line 3.
fn requests(lines: &str) -> String {
    format!(
        "{{\"name\": \"t\", \"description\": \"x\", \"input\": {{\"properties\": {{\"id\": {{}}, \
         \"must\": {{}}, \"usual\": {{\"default\": 1}}}}, \"required\": [\"must\"]}}, \"result\": \
         [\"{{id}}\", \"{{must}}\", \"{{usual}}\"],\n\"requests\": [\n{lines}\n]}}"
    )
}

#[test]
fn every_mistake_says_its_line_and_what_to_do() {
    for (lines, expected) in [
        ("{}", "line 3: 'path' is missing"),
        ("{\"path\": 7}", "line 3: 'requests/0/path' must be a text, not a number"),
        (
            "{\n\"pth\": \"/x\", \"path\": \"/x\"}",
            "line 4: 'pth' is no key of this; did you mean 'path'?",
        ),
        ("{\"path\": \"/x\", \"method\": \"post\"}", "did you mean 'POST'?"),
        ("{\"path\": \"/x\", \"method\": \"HEAD\"}", "there are: GET"),
        ("{\"path\": \"x/y\"}", "begins with a slash and names no server: '/x/y'"),
        ("{\"path\": \"https://h/x\"}", "names no server: '/h/x'"),
        ("{\"path\": \"//h/x\"}", "no empty segment"),
        ("{\"path\": \"/a/../b\"}", "'..' climbs out"),
        ("{\"path\": \"/a/%2e%2E/b\"}", "climbs out"),
        ("{\"path\": \"/a/%252e%252e/b\"}", "climbs out"),
        ("{\"path\": \"/a\\\\b\"}", "cannot stand in a path"),
        ("{\"path\": \"/a\\nb\"}", "cannot stand in a path"),
        ("{\"path\": \"/größe\"}", "'ö' cannot stand in a path; write it percent-encoded"),
        ("{\"path\": \"/100%\"}", "two hexadecimal digits"),
        ("{\"path\": \"/x?a=1\"}", "under \"query\""),
        ("{\"path\": \"/x/a-{must}\"}", "all that stands between two slashes"),
        ("{\"path\": \"/x/{mst}\"}", "did you mean 'must'?"),
        ("{\"path\": \"/x/{zzzzzz}\"}", "there are: id, must, usual"),
        ("{\"path\": \"/x/{must\"}", "a brace by itself"),
        ("{\"path\": \"/x/{}\"}", "braces hold a name"),
        ("{\"path\": \"/x/{item}\"}", "only beside \"each\""),
        ("{\"path\": \"/x/{id}\"}", "the path needs 'id', which callers may leave out"),
        (
            "{\"path\": \"/x\", \"query\": {\n\"a\": \"{late/x}\"}},\n{\"name\": \"late\", \"path\": \"/y\"}",
            "line 4: 'late' is the answer of a request that is sent later",
        ),
        ("{\"name\": \"me\", \"path\": \"/x/{me}\"}", "is sent later"),
        ("{\"name\": \"id\", \"path\": \"/x\"}", "already"),
        ("{\"name\": \"a\", \"path\": \"/x\"}, {\"name\": \"a\", \"path\": \"/x\"}", "already"),
        ("{\"name\": \"item\", \"path\": \"/x\"}", "another name"),
        ("{\"path\": \"/x\", \"body\": {}}", "a GET has no body"),
        ("{\"path\": \"/x\", \"searches\": true}", "'searches' is for POST"),
        ("{\"path\": \"/x\", \"wants\": \"something\"}", "for writes"),
        ("{\"path\": \"/x\", \"method\": \"PUT\", \"wants\": \"a.b\"}", "a place such as"),
        ("{\"path\": \"/x\", \"take\": \"data\"}", "a place such as"),
        ("{\"path\": \"/x\", \"fields\": {\"a\": 1}}", "a place such as"),
        (
            "{\"path\": \"/x\", \"where\": {\"name\": \"{must}\"}}",
            "a place begins with a slash: '/name'",
        ),
        ("{\"path\": \"/x\", \"where\": {\"/name\": \"{mist}\"}}", "did you mean 'must'?"),
        ("{\"path\": \"/x\", \"when\": \"id\"}", "must be a reference, such as \"{name}\""),
        ("{\"path\": \"/x\", \"each\": \"{item}\"}", "only beside \"each\""),
        ("{\"path\": \"/x\", \"pages\": {}}", "'by' is missing"),
        ("{\"path\": \"/x\", \"pages\": {\"by\": \"skipp\"}}", "did you mean 'skip'?"),
        ("{\"path\": \"/x\", \"pages\": {\"by\": \"skip\", \"size\": 0}}", "from 1 to 1000"),
        ("{\"path\": \"/x\", \"pages\": {\"by\": \"skip\", \"items\": \"/a/*\"}}", "without '*'"),
        (
            "{\"path\": \"/x\", \"pages\": {\"by\": \"skip\"}, \"take\": \"/a\"}",
            "do not go together",
        ),
        (
            "{\"path\": \"/x\", \"pages\": {\"by\": \"search\", \"in\": \"o\"}}",
            "needs \"method\": \"POST\"",
        ),
        (
            "{\"path\": \"/x\", \"method\": \"POST\", \"searches\": true, \"pages\": {\"by\": \"search\"}}",
            "'in' belongs to",
        ),
        (
            "{\"path\": \"/x\", \"method\": \"POST\", \"searches\": true, \"body\": \"{must}\", \
          \"pages\": {\"by\": \"search\", \"in\": \"o\"}}",
            "must be an object",
        ),
        (
            "{\"path\": \"/x\", \"method\": \"POST\", \"searches\": true, \"body\": {\"o\": \"{must}\"}, \
          \"pages\": {\"by\": \"search\", \"in\": \"o\"}}",
            "must be an object",
        ),
        ("", "1 to 20 requests, not 0"),
        (&vec!["{\"path\": \"/x\"}"; 21].join(","), "1 to 20 requests, not 21"),
        ("7", "'requests/0' must be an object"),
    ] {
        let told = said(&requests(lines));
        assert_eq!(told.len(), 1, "{lines}: {told:#?}");
        assert!(told[0].contains(expected), "{lines}\n{}", told[0]);
        assert!(told[0].starts_with(", line "), "{}", told[0]);
    }
}

#[test]
fn a_reader_that_writes_is_told() {
    let text = "{\"name\": \"t\", \"description\": \"x\", \"read_only\": true, \"requests\": [\n\
                {\"path\": \"/x\"},\n{\"path\": \"/x\", \"method\": \"POST\"}]}";
    let told = said(text);
    assert!(told.len() == 1 && told[0].starts_with(", line 3: 'read_only' is true"), "{told:?}");
}

#[test]
fn names_belong_to_one_tool() {
    let named = |name: &str, more: &str| {
        format!(
            "{{\"name\": \"{name}\",{more}\n \"description\": \"x\", \"requests\": [{{\"path\": \"/x\"}}]}}"
        )
    };
    let folder = Folder::new(&[
        ("a.json", &named("twice", "")),
        ("b.json", &named("twice", "")),
        ("c.json", &named("bound", "")),
        ("d.json", &named("get_jobs", "")),
        ("e.json", &named("get_devices", "\"replaces\": true,")),
        ("f.json", &named("get_jbs", "\"replaces\": true,")),
        ("g.json", "[]"),
        ("h.json", "nonsense"),
        ("i.json", &named("good", "")),
    ]);
    let loaded = folder.load();
    let names: Vec<&str> = loaded.tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names, ["twice", "get_devices", "good"]);
    let told: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
    for (told, (file, words)) in told.iter().zip([
        ("b.json, line 1", "a.json has a tool called 'twice' already"),
        ("c.json, line 1", "[tool:bound] is a tool already"),
        (
            "d.json, line 1",
            "is a built-in tool; give this one another name, or say \"replaces\": true",
        ),
        ("f.json, line 1", "did you mean 'get_jobs'?"),
        ("g.json, line 1", "the file must hold an object"),
        ("h.json, line 1", "this is no JSON"),
    ]) {
        assert!(told.contains(file) && told.contains(words), "{told}\n{file}: {words}");
    }
    assert_eq!(told.len(), 6, "{told:#?}");
}

#[test]
fn hostile_files_cost_nothing_but_themselves() {
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let schema = |text: &str| {
        format!(
            "{{\"name\": \"t\", \"description\": \"x\", \"input\": {{\"properties\": {{\"a\": {{\"x\": \
             {text}}}}}}}, \"requests\": [{{\"path\": \"/x\", \"query\": {{\"a\": \"{{a}}\"}}}}]}}"
        )
    };
    let large = format!("\"{}\"", "x".repeat(1 << 20));
    for (text, words) in [
        (schema(&large), "larger than 256 KiB"),
        (schema(&deep(200)), "no JSON: recursion limit"),
        (schema(&deep(100_000)), "no JSON: recursion limit"),
        (schema("1,\"x\":2"), "the same key stands twice"),
        (schema("\"\\ud800\""), "no JSON"),
        (format!("{}1", schema("1")), "no JSON: trailing"),
    ] {
        let told = said(&text);
        assert!(told.len() == 1 && told[0].contains(words), "{words}: {told:?}");
    }
    let loaded = Folder::new(&[("t.json", &schema(&deep(90)))]).load();
    assert_eq!((loaded.tools.len(), loaded.problems.len()), (1, 0));
}

#[test]
fn an_argument_that_nothing_uses_is_mentioned() {
    let properties: Value = json!({"used": {}, "in_result": {}, "idle": {}});
    let folder = tool(
        &json!({
            "input": {"properties": properties},
            "requests": [{"path": "/x", "query": {"q": "{used/a}"}}],
            "result": "{in_result}"
        })
        .to_string(),
    );
    let loaded = folder.load();
    assert_eq!(loaded.tools.len(), 1);
    let [problem] = loaded.problems.as_slice() else { panic!("{:?}", loaded.problems) };
    assert!(!problem.serious && problem.what.contains("'idle'"), "{problem}");
}

/// Every place of a value, as pointers.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| {
                places(value, &format!("{at}/{}", key.replace('/', "~1")), all)
            });
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(n, value)| places(value, &format!("{at}/{n}"), all));
        }
        _ => {}
    }
}

fn odd() -> impl Strategy<Value = Value> {
    let texts = prop_oneof!["[{}/*a~ü. ]{0,8}", "\\PC{0,6}", Just("{must/a}".to_owned())];
    prop_oneof![
        Just(json!(null)),
        Just(json!([])),
        Just(json!({})),
        Just(json!({"/": "{"})),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        texts.prop_map(Value::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever stands in a file, it is a tool or told with a line.
    #[test]
    fn no_file_is_too_odd(seed in any::<prop::sample::Index>(), odd in odd(), second in odd()) {
        let mut tool = json!({
            "name": "t", "description": "x", "tags": ["a"], "output": {"type": "object"},
            "input": {"type": "object", "properties": {"must": {"default": 1}, "b": {}}, "required": ["must"]},
            "requests": [
                {"name": "one", "path": "/x/{must}", "query": {"a": "x {b}"}, "when": "{b}", "take": "/a/*"},
                {"method": "POST", "searches": true, "path": "/y", "body": {"o": {"a": "{one/0}"}},
                 "pages": {"by": "search", "in": "o", "items": "/i", "total": "/t", "size": 5},
                 "where": {"/n": "{b}"}, "fields": {"a": "/b"}, "not_found": "no {b}"},
                {"method": "PUT", "path": "/z/{item}", "each": "{b}", "wants": ["/a"], "body": ["{item}"]}
            ],
            "result": {"a": "{one}"}
        });
        let mut all = Vec::new();
        places(&tool, "", &mut all);
        *tool.pointer_mut(seed.get(&all[..]).as_str()).expect("a place of it") = odd;
        if let Some(Value::Object(first)) = tool.pointer_mut("/requests/0") {
            first.insert("unless".into(), second);
        }
        let document = Document::read("t".into(), format!("{tool:#}")).expect("JSON");
        let root = document.root();
        let made = Manifest::read(&root).and_then(|(manifest, does)| match does {
            Does::Requests(requests) => Declared::read(&manifest, &requests, root.get("result").as_ref()),
            Does::Program(_) => None,
        });
        let serious = document.problems().iter().any(|problem| problem.serious && problem.line.is_some());
        prop_assert_eq!(made.is_none(), serious, "{:#}\n{:?}", tool, document.problems());
    }
}
