//! Calls of declared tools, on a simulated platform.

use serde_json::{Value, json};

use crate::support::Platform;
use crate::{call, fails, gives, sent, tool};

#[test]
fn templates_make_what_is_sent() {
    let platform = Platform::start();
    let folder = tool(
        r#"{
          "input": {
            "properties": {
              "name": {"type": "string"}, "count": {"type": "integer", "default": 5},
              "options": {"type": "object"}, "tags": {"type": "array"}, "left_out": {}
            }
          },
          "requests": [{
            "method": "POST", "path": "/operations-manager/jobs/start", "starts": "/data/_id",
            "query": {"one": "{name}", "many": "{tags}", "none": "{left_out}", "fixed": 7, "part": "{options/deep/x}"},
            "body": {
              "workflow": "{name}", "whole": "{options}", "text": "{name} x {count} {{left}}",
              "gone": "{left_out}", "gone_text": "a {left_out}", "list": ["{count}", "{left_out}", "{tags/1}"],
              "null": null, "kept": {"a": "{left_out}"}, "options": {"description": "{options/text}"}
            }
          }]
        }"#,
    );
    let options = json!({"deep": {"x": true}, "text": "Größe\n\"x\""});
    let given = json!({"name": "Backup Device", "options": options, "tags": ["a&b=c", "ü /"], "left_out": null});
    gives(&platform, &folder, given);
    let request = &sent(&platform, "POST", "/operations-manager/jobs/start")[0];
    assert_eq!(
        request["body"],
        json!({
            "workflow": "Backup Device", "whole": options, "text": "Backup Device x 5 {left}",
            "list": [5, "ü /"], "null": null, "kept": {}, "options": {"description": "Größe\n\"x\""}
        })
    );
    let query = request["query"].to_string();
    for part in ["one=Backup+Device", "many=a%26b%3Dc", "many=%C3%BC+%2F", "fixed=7", "part=true"] {
        assert!(query.contains(part), "{part}: {query}");
    }
    assert!(!query.contains("none"), "{query}");
}

#[test]
fn a_value_in_a_path_stays_in_its_place() {
    let platform = Platform::start();
    let folder = tool(
        r#"{"input": {"properties": {"id": {"type": "string"}}, "required": ["id"]},
            "requests": [{"path": "/operations-manager/jobs/{id}"}]}"#,
    );
    for bad in ["..", ".", "", "../health", "a/../b", "%2e%2e", "..%2f", "a\nb", "a\r\nX: y", "\0"]
    {
        let error = call(&platform, &folder, json!({"id": bad})).expect_err(bad).to_string();
        assert!(error.starts_with("Invalid arguments"), "{bad:?}: {error}");
    }
    assert!(platform.requests().iter().all(|request| request["path"] != "/health"));
    fails(&platform, &folder, json!({"id": "a/b?c#d ü"}), &["404"]);
    let requests = platform.requests();
    let last = requests.last().expect("one came");
    assert!(
        last["path"].as_str().is_some_and(
            |path| path.ends_with("/a%2Fb%3Fc%23d%20%C3%BC") || path.ends_with("/a/b?c#d ü")
        ),
        "{last}"
    );
    let objects = tool(
        r#"{"input": {"properties": {"id": {}}, "required": ["id"]},
            "requests": [{"path": "/x/{id}", "query": {"q": "{id}"}}]}"#,
    );
    fails(&platform, &objects, json!({"id": {"a": 1}}), &["'id' is an object where only a text"]);
}

#[test]
fn later_requests_build_on_earlier_ones() {
    let platform = Platform::start();
    let folder = tool(
        r#"{
          "input": {"properties": {"workflow": {"type": "string"}, "extra": {"type": "boolean"}}, "required": ["workflow"]},
          "requests": [
            {"name": "found", "path": "/automation-studio/workflows", "query": {"equals": "{workflow}", "equalsField": "name"},
             "take": "/items", "where": {"/name": "{workflow}"}, "fields": {"id": "/_id", "name": "/name"},
             "not_found": "no workflow is called '{workflow}'; get_workflows lists them"},
            {"name": "more", "path": "/health/server", "when": "{extra}"},
            {"name": "jobs", "path": "/operations-manager/jobs", "query": {"equals": "{found/0/name}", "equalsField": "name", "limit": 2}, "take": "/data/*/_id"}
          ],
          "result": {"id": "{found/0/id}", "jobs": "{jobs}", "extra": "{more/version}"}
        }"#,
    );
    let shown = gives(&platform, &folder, json!({"workflow": "Backup Device"})).value;
    assert_eq!(shown["id"], "77f100000000000000000000");
    assert!(
        shown["jobs"].as_array().is_some_and(|jobs| jobs.iter().all(Value::is_string)),
        "{shown}"
    );
    assert_eq!(shown.get("extra"), None);
    assert_eq!(platform.count("GET", "/health/server"), 0);
    let shown =
        gives(&platform, &folder, json!({"workflow": "Backup Device", "extra": true})).value;
    assert!(shown["extra"].is_string(), "{shown}");
    gives(&platform, &folder, json!({"workflow": "Backup Device", "extra": false}));
    assert_eq!(platform.count("GET", "/health/server"), 1);
    let error = call(&platform, &folder, json!({"workflow": "Zzz"})).expect_err("there is none");
    assert_eq!(
        error.to_string(),
        "Not found: no workflow is called 'Zzz'; get_workflows lists them"
    );
}

#[test]
fn lists_come_in_pages_and_are_cut() {
    let platform = Platform::start();
    let folder = tool(
        r#"{"requests": [{"path": "/operations-manager/jobs", "fields": {"id": "/_id", "tasks": "/tasks/*/name"},
            "pages": {"by": "skip", "items": "/data", "total": "/metadata/total", "size": 25}}]}"#,
    );
    let shown = gives(&platform, &folder, json!({}));
    let page = shown.page.clone().expect("a list");
    assert_eq!(
        (shown.items().map(<[Value]>::len), page.total, page.more),
        (Some(100), Some(130), true)
    );
    assert!(shown.told().is_some_and(|told| told.contains("first 100 of 130; next: offset=100")));
    let first = &shown.items().expect("a list")[0];
    assert!(
        first["tasks"].is_array() && first.as_object().map(|fields| fields.len()) == Some(2),
        "{first}"
    );
    let rest = gives(&platform, &folder, json!({"offset": 100, "limit": 50}));
    assert_eq!(rest.items().map(<[Value]>::len), Some(30));
    assert_ne!(rest.items().expect("a list")[0], *first);
    let none = gives(&platform, &folder, json!({"offset": 500}));
    assert_eq!(none.items().map(<[Value]>::len), Some(0));
    let (_, asked) = platform.control("GET", "/sandbox/requests", None);
    assert!(asked.to_string().contains("limit=25"), "pages of the size that was said");
}

#[test]
fn items_are_chosen_here_whatever_the_platform_makes_of_a_filter() {
    let platform = Platform::start();
    let folder = tool(
        r#"{"input": {"properties": {"status": {"type": "string"}, "name": {"type": "string"}}},
            "requests": [{"path": "/operations-manager/jobs", "where": {"/status": "{status}", "/name": "{name}"},
            "pages": {"by": "skip", "items": "/data", "total": "/metadata/total"}, "fields": {"name": "/name", "status": "/status"}}]}"#,
    );
    let all = gives(&platform, &folder, json!({})).page.and_then(|page| page.total);
    let shown = gives(&platform, &folder, json!({"status": "complete", "limit": 2}));
    let total = shown.page.as_ref().and_then(|page| page.total);
    assert!(total > Some(2) && total < all, "{total:?} of {all:?}");
    assert!(shown.page.as_ref().is_some_and(|page| page.more));
    let items = shown.items().expect("a list");
    assert!(items.len() == 2 && items.iter().all(|job| job["status"] == "complete"), "{items:?}");
    let none = gives(&platform, &folder, json!({"status": "complete", "name": "zzz"}));
    assert_eq!(none.items().map(<[Value]>::len), Some(0));
}

#[test]
fn a_search_is_paged_in_its_body() {
    let platform = Platform::start();
    let folder = tool(
        r#"{"input": {"properties": {"os": {"type": "string"}}},
            "requests": [{"method": "POST", "searches": true, "path": "/configuration_manager/devices",
             "body": {"options": {"filter": {"ostype": "{os}"}}}, "fields": {"name": "/name"},
             "pages": {"by": "search", "in": "options", "items": "/list", "total": "/total"}}]}"#,
    );
    assert!(folder.load().tools[0].hints.read_only, "a search changes nothing");
    let all = gives(&platform, &folder, json!({"limit": 1000}));
    assert_eq!(all.items().map(<[Value]>::len), Some(160));
    let sent = sent(&platform, "POST", "/configuration_manager/devices");
    assert!(sent.len() > 1, "{sent:?}");
    assert_eq!(sent[0]["body"]["options"]["filter"], json!({}));
}

#[test]
fn totals_that_lie_are_not_believed_and_answers_without_a_list_are_told() {
    let platform = Platform::start();
    let folder = tool(
        r#"{"requests": [{"path": "/operations-manager/jobs",
            "pages": {"by": "skip", "items": "/data", "total": "/metadata/total", "size": 100}}]}"#,
    );
    for total in [json!(1), json!(1_000_000), json!("x"), Value::Null] {
        let items: Vec<Value> = (0..100).map(|n| json!({"_id": format!("{n}")})).collect();
        platform.faults(json!([{
            "match": {"path": "/operations-manager/jobs"}, "times": 1,
            "replace": {"data": items, "metadata": {"total": total}}
        }]));
        let shown = gives(&platform, &folder, json!({"limit": 110}));
        assert_eq!(shown.items().map(<[Value]>::len), Some(110), "{total}");
        platform.heal();
    }
    for (answer, words) in [
        (json!({"message": "hello"}), "no list at 'data', but: "),
        (json!({"data": 7}), "no list at 'data'"),
        (json!("text"), "no list"),
    ] {
        platform.faults(
            json!([{"match": {"path": "/operations-manager/jobs"}, "times": 9, "replace": answer}]),
        );
        fails(&platform, &folder, json!({}), &[words]);
        platform.heal();
    }
    let whole = tool(
        r#"{"requests": [{"path": "/operations-manager/jobs", "pages": {"by": "whole", "items": "/metadata/list"}}]}"#,
    );
    fails(&platform, &whole, json!({}), &["something else than a list"]);
    platform.faults(json!([{"match": {"path": "/operations-manager/jobs"}, "times": 9, "replace": {"metadata": {"list": [1, 2, 3]}}}]));
    let shown = gives(&platform, &whole, json!({"limit": 2}));
    assert_eq!(shown.value, json!([1, 2]));
    assert_eq!(shown.page.and_then(|page| page.total), Some(3));
}

#[test]
fn answers_of_no_use_are_told() {
    let platform = Platform::start();
    let folder = tool(
        r#"{"output": {"type": "object"}, "requests": [{"path": "/health/server", "take": "/a/b"}]}"#,
    );
    fails(&platform, &folder, json!({}), &["gave null where the output of this tool is an object"]);
    let page = json!([{"match": {"path": "/health/server"}, "times": 9, "body": "<html>x</html>", "content_type": "text/html"}]);
    platform.faults(page);
    fails(&platform, &folder, json!({}), &["not the expected JSON"]);
    platform.heal();
    let nothing = tool(r#"{"requests": [{"path": "/health/server", "take": "/a/*/b"}]}"#);
    assert_eq!(gives(&platform, &nothing, json!({})).value, Value::Null);
    // A read that failed for a moment is repeated.
    platform.faults(json!([{"match": {"path": "/health/server"}, "times": 1, "status": 503}]));
    gives(&platform, &nothing, json!({}));
}

#[test]
fn writes_are_sent_once_and_judged() {
    let platform = Platform::start();
    let path = "/operations-manager/jobs/start";
    let start = |more: &str| {
        tool(&format!(
            "{{\"requests\": [{{\"method\": \"POST\", \"path\": \"{path}\", \"body\": {{\"workflow\": \
             \"Backup Device\"}}{more}}}]}}"
        ))
    };
    let answers = |answer: Value| {
        platform.faults(
            json!([{"match": {"path": path}, "times": 9, "after_write": true, "replace": answer}]),
        );
    };
    answers(json!({"status": "Failure", "message": "no licence"}));
    fails(
        &platform,
        &start(""),
        json!({}),
        &["Platform error", "did not carry this out", "no licence"],
    );
    answers(json!({"message": "ok"}));
    assert_eq!(gives(&platform, &start(""), json!({})).value, json!({"message": "ok"}));
    fails(&platform, &start(", \"wants\": \"/data/_id\""), json!({}), &["Outcome unknown", "POST"]);
    answers(json!({"_id": "j", "status": "error", "error": "x"}));
    fails(&platform, &start(""), json!({}), &["did not carry this out"]);
    let started = gives(&platform, &start(", \"starts\": \"/_id\", \"take\": \"/_id\""), json!({}));
    assert_eq!(started.value, json!("j"));
    platform.heal();
    let before = platform.count("POST", path);
    platform.faults(json!([{"match": {"path": path}, "times": 9, "status": 503}]));
    fails(&platform, &start(""), json!({}), &["Outcome unknown", "503"]);
    assert_eq!(platform.count("POST", path), before + 1, "a write is never repeated");
}

#[test]
fn what_was_done_before_a_failure_is_told() {
    let platform = Platform::start();
    let folder = tool(
        r#"{"input": {"properties": {"workflows": {"type": "array", "items": {"type": "string"}}}, "required": ["workflows"]},
            "requests": [
              {"name": "begun", "method": "POST", "path": "/operations-manager/jobs/start", "starts": "/data/_id", "each": "{workflows}",
               "body": {"workflow": "{item}"}, "fields": {"id": "/data/_id"}},
              {"path": "/health/nowhere"}
            ]}"#,
    );
    let two = json!({"workflows": ["Backup Device", "Firmware Upgrade"]});
    fails(
        &platform,
        &folder,
        two,
        &[
            "Outcome unknown",
            "404",
            "these were done and stay: POST /operations-manager/jobs/start, POST",
        ],
    );
    let begun = platform.count("POST", "/operations-manager/jobs/start");
    let bad = json!({"workflows": ["Backup Device", "no such workflow"]});
    fails(&platform, &folder, bad, &["item 2 of 2 of 'workflows'", "were done and stay: POST"]);
    assert_eq!(platform.count("POST", "/operations-manager/jobs/start"), begun + 2);
    let many: Vec<String> = (0..10_000).map(|n| n.to_string()).collect();
    fails(
        &platform,
        &folder,
        json!({"workflows": many}),
        &["10000 items", "at most 500", "nothing was sent"],
    );
    assert_eq!(platform.count("POST", "/operations-manager/jobs/start"), begun + 2);
}

#[test]
fn what_is_made_of_answers_has_an_end() {
    let platform = Platform::start();
    let many = vec!["{all}"; 2000];
    let folder = tool(
        &json!({
            "requests": [{"name": "all", "path": "/automation-studio/workflows", "query": {"limit": 50}}],
            "result": many
        })
        .to_string(),
    );
    fails(&platform, &folder, json!({}), &["too large"]);
}
