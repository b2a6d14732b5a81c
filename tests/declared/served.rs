//! Declared tools as clients, operators and the log see them.

use serde_json::{Value, json};

use crate::Folder;
use crate::support::{Platform, StdioServer, eventually, run};

const JOBS: &str = r#"{"name": "my_jobs", "description": "List jobs. Next: describe_job.", "tags": ["mine"],
  "requests": [{"path": "/operations-manager/jobs", "fields": {"id": "/_id"},
    "pages": {"by": "skip", "items": "/data", "total": "/metadata/total"}}]}"#;

const START: &str = r#"{"name": "my_start", "description": "Start it.", "requests":
  [{"method": "POST", "path": "/operations-manager/jobs/start", "starts": "/data/_id"}]}"#;

const WRONG: &str =
    "{\"name\": \"wrong\",\n\"description\": \"x\",\n\"requests\": [{\"pth\": \"/x\"}]}";

fn start(platform: &Platform, folder: &Folder, more: &[&str]) -> StdioServer {
    let path = folder.0.to_str().expect("text").to_owned();
    let mut env = platform.env();
    env.push(("ITENTIAL_MCP_SERVER_TOOLS_PATH".into(), path));
    let mut server = StdioServer::start(&env, more);
    server.initialize("2025-06-18");
    server
}

fn listed(server: &mut StdioServer) -> Vec<Value> {
    let result = server.request("tools/list", json!({}));
    result["result"]["tools"].as_array().expect("tools").clone()
}

fn names(server: &mut StdioServer) -> Vec<String> {
    listed(server).iter().filter_map(|tool| tool["name"].as_str().map(str::to_owned)).collect()
}

#[test]
fn clients_see_declared_tools_beside_the_others() {
    let platform = Platform::start();
    let folder = Folder::new(&[("jobs.json", JOBS), ("start.json", START), ("wrong.json", WRONG)]);
    folder.write("old.py", "");
    let mut server = start(&platform, &folder, &["--max-items", "7"]);
    let tools = listed(&mut server);
    let entry = |name: &str| tools.iter().find(|tool| tool["name"] == name).cloned();
    let jobs = entry("my_jobs").expect("it is there");
    assert_eq!(jobs["annotations"]["readOnlyHint"], true);
    assert_eq!(jobs["inputSchema"]["properties"]["limit"]["type"], "integer");
    assert_eq!(jobs["outputSchema"]["properties"]["result"]["type"], "array");
    assert_eq!(entry("my_start").expect("there")["annotations"]["destructiveHint"], true);
    assert!(entry("get_jobs").is_some() && entry("wrong").is_none());
    let result = server.call("my_jobs", json!({"offset": "14"}));
    let shown = &result["structuredContent"];
    assert_eq!(shown["result"].as_array().map(Vec::len), Some(7), "{result}");
    assert_eq!(shown["total"], 130);
    assert!(
        shown["note"].as_str().is_some_and(|note| note.contains("next: offset=21")),
        "{result}"
    );
    let refused = server.call("my_jobs", json!({"ofset": 14}));
    assert!(refused["isError"] == true && refused.to_string().contains("offset"), "{refused}");
    let (_, _, log) = server.finish();
    let line = |part: &str| log.lines().find(|line| line.contains(part)).expect(part).to_owned();
    let wrong = line("wrong.json, line 3: 'pth' is no key of this; did you mean 'path'?");
    assert!(!wrong.contains("stays as it was"), "{wrong}");
    assert!(line("old.py").contains("Python"), "{log}");
}

#[test]
fn settings_choose_among_declared_tools_too() {
    let platform = Platform::start();
    let folder = Folder::new(&[("jobs.json", JOBS), ("start.json", START)]);
    for (arguments, expected) in [
        (&["--include-tags", "custom"][..], &["my_jobs", "my_start"][..]),
        (&["--include-tags", "mine"], &["my_jobs"]),
        (&["--include-tags", "custom", "--read-only"], &["my_jobs"]),
        (&["--include-tags", "custom", "--exclude-tags", "my_jobs"], &["my_start"]),
    ] {
        assert_eq!(names(&mut start(&platform, &folder, arguments)), expected, "{arguments:?}");
    }
}

#[test]
fn a_changed_folder_is_noticed_and_a_mistake_keeps_what_was_there() {
    let platform = Platform::start();
    let folder = Folder::new(&[("jobs.json", JOBS)]);
    let mut server = start(&platform, &folder, &["--include-tags", "custom"]);
    assert_eq!(names(&mut server), ["my_jobs"]);
    folder.write("start.json", START);
    eventually("the new tool", || names(&mut server).len() == 2);
    // What comes with the next change shows that the mistake was seen.
    folder.write("jobs.json", WRONG);
    folder.write("third.json", &START.replace("my_start", "my_third"));
    eventually("the third tool", || names(&mut server).contains(&"my_third".to_owned()));
    assert!(names(&mut server).contains(&"my_jobs".to_owned()));
    let kept = server.call("my_jobs", json!({"limit": 1}));
    assert_eq!(kept["isError"], false, "{kept}");
    std::fs::remove_file(folder.0.join("start.json")).expect("it was there");
    eventually("the end of a tool", || !names(&mut server).contains(&"my_start".to_owned()));
    let (_, _, log) = server.finish();
    assert!(
        log.contains("jobs.json, line 3: 'pth'") && log.contains("the tool stays as it was"),
        "{log}"
    );
}

#[test]
fn a_check_of_the_configuration_reads_every_file() {
    let folder = Folder::new(&[("jobs.json", JOBS), ("wrong.json", WRONG)]);
    let path = folder.0.to_str().expect("text");
    let check = |more: &[&str]| {
        let arguments = ["config", "check", "--sandbox", "--tools-path", path];
        run(&[], &[&arguments[..], more].concat())
    };
    let (code, _, stderr) = check(&[]);
    assert!(code == 1 && stderr.contains("wrong.json, line 3: 'pth'"), "{code}: {stderr}");
    let (code, stdout, _) = check(&["--format", "json"]);
    let said: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(
        (code, &said["valid"], &said["errors"][0]["check"]),
        (1, &json!(false), &json!("tools"))
    );
    let (code, _, stderr) = run(&[], &["call", "wrong", "--sandbox", "--tools-path", path]);
    assert!(code == 1 && stderr.contains("wrong.json, line 3"), "{stderr}");
    std::fs::remove_file(folder.0.join("wrong.json")).expect("it was there");
    let (code, _, stderr) = run(&[], &["call", "wrong", "--sandbox", "--tools-path", path]);
    assert!(code == 1 && stderr.contains("invalid tool"), "{stderr}");
    let (code, stdout, stderr) = check(&[]);
    assert!(code == 0 && stdout.contains("1 tool configured"), "{code}: {stdout}{stderr}");
    let (code, _, stderr) = run(&[], &["config", "check", "--sandbox", "--tools-path", "/no/such"]);
    assert!(
        code == 1 && stderr.contains("/no/such: the folder that tools_path names is not there"),
        "{stderr}"
    );
}
