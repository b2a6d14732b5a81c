//! Tools that run a program: good ones, bad ones, and what is left of them.
#![cfg(unix)]

#[path = "programs/bad.rs"]
mod bad;
#[path = "programs/ends.rs"]
mod ends;
#[path = "programs/platform.rs"]
mod platform;
mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use itential_mcp::bindings::custom;
use serde_json::{Value, json};
use support::scratch::Scratch;
use support::{StdioServer, eventually};

/// A folder of tools.
struct Tools(Scratch);

impl Tools {
    /// An empty one.
    fn new() -> Self {
        let scratch = Scratch::new();
        let rights = fs::Permissions::from_mode(0o755);
        fs::set_permissions(scratch.path(), rights).expect("it is ours");
        Self(scratch)
    }

    /// Adds a tool whose program is this shell script, with these keys of `program` beside.
    fn add(&self, name: &str, script: &str, program: Value) -> &Self {
        self.add_with(name, script, program, json!({}))
    }

    /// The same, with these keys of the manifest beside.
    fn add_with(&self, name: &str, script: &str, program: Value, more: Value) -> &Self {
        self.script(name, script);
        let mut manifest = json!({"name": name, "description": "A test.", "program": program});
        manifest["program"]["command"] = json!([format!("{name}.sh")]);
        if let (Some(manifest), Some(more)) = (manifest.as_object_mut(), more.as_object()) {
            manifest.extend(more.clone());
        }
        let path = self.0.write(&format!("{name}.json"), manifest.to_string());
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).expect("it is ours");
        self
    }

    /// Writes the script of a tool.
    fn script(&self, name: &str, script: &str) {
        let text = self.0.write(&format!("{name}.text"), format!("#!/bin/sh\n{script}\n"));
        self.install(&text, name);
    }

    /// Makes a text the program of a tool. Another process copies it: nobody runs a file that a thread
    /// of this one has open.
    fn install(&self, text: &str, name: &str) {
        let mut install = Command::new("install");
        let installed = install.args(["-m", "755", text]).arg(self.program(name)).status();
        assert!(installed.is_ok_and(|status| status.success()));
    }

    /// The program of a tool.
    fn program(&self, name: &str) -> PathBuf {
        self.path(&format!("{name}.sh"))
    }

    /// A file in it.
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Where it is.
    fn folder(&self) -> String {
        self.0.path().display().to_string()
    }

    /// What a program has written to this file, once it has.
    fn written(&self, name: &str) -> String {
        let mut text = String::new();
        eventually(&format!("a program writes {name}"), || {
            text = fs::read_to_string(self.path(name)).unwrap_or_default();
            text.ends_with('\n')
        });
        text.trim().to_owned()
    }

    /// The environment of a server that offers them.
    fn env(&self, more: &[(&str, &str)]) -> Vec<(String, String)> {
        let all = [("ITENTIAL_MCP_SERVER_TOOLS_PATH", self.folder())];
        let more = more.iter().map(|(name, value)| (*name, (*value).to_owned()));
        all.into_iter().chain(more).map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// A server that offers them.
    fn serve(&self, more: &[(&str, &str)]) -> StdioServer {
        let mut server = StdioServer::start(&self.env(more), &[]);
        server.initialize("2025-11-25");
        server
    }
}

/// Where a call fails: what it says.
fn failure(result: &Value) -> String {
    assert_eq!(result["isError"], true, "{result}");
    result["content"][0]["text"].as_str().expect("words").to_owned()
}

/// What a call gives that goes well.
fn given(result: &Value) -> &Value {
    assert_ne!(result["isError"], true, "{result}");
    &result["structuredContent"]["result"]
}

/// Waits until no process has this number.
fn wait_until_gone(pid: &str) {
    let is_there = || {
        let state = Command::new("ps").args(["-o", "stat=", "-p", pid]).output().expect("ps");
        let state = String::from_utf8_lossy(&state.stdout).trim().to_owned();
        // Who has ended, and waits for nobody but its parent to know, is gone.
        !state.is_empty() && !state.starts_with('Z')
    };
    eventually(&format!("the end of process {pid}"), || !is_there());
}

#[test]
fn arguments_go_in_as_json_and_the_result_comes_out() {
    let tools = Tools::new();
    let port = json!({"type": "integer", "default": 22});
    let schema = json!({"properties": {"host": {"type": "string"}, "port": port}});
    let input = json!({"input": schema, "output": {"type": "object"}});
    tools.add_with("echo", "cat", json!({}), input);
    tools.add("any", "echo '[1, {\"a\": 1.50}]'", json!({}));
    tools.add("words", "echo 'Hello,\nworld'", json!({"text": true}));
    tools.add("silent", "true", json!({}));
    let mut server = tools.serve(&[]);
    let echoed = server.call("echo", json!({"host": "größe"}));
    assert_eq!(echoed["structuredContent"], json!({"host": "größe", "port": 22}));
    let echoed = server.call("echo", json!({"port": 80}));
    assert_eq!(echoed["structuredContent"], json!({"port": 80}));
    assert_eq!(given(&server.call("any", json!({}))).to_string(), r#"[1,{"a":1.50}]"#);
    assert_eq!(given(&server.call("words", json!({}))), "Hello,\nworld");
    let silent = server.call("silent", json!({}));
    assert_eq!(given(&silent), &Value::Null);
    assert!(silent.to_string().contains("printed nothing"), "{silent}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_program_sees_nothing_but_what_its_manifest_lists() {
    let tools = Tools::new();
    let script = r#"exec 2>&1; tr '\0' '\n' </proc/self/environ; env; ls -l /proc/self/fd
        grep Sig /proc/self/status; pwd"#;
    let program = json!({"text": true, "environment": ["LANG", "MODE=fast", "ABSENT"]});
    tools.add("look", script, program);
    let secret = "very-secret-4711";
    let mut server = tools.serve(&[
        ("ITENTIAL_MCP_PLATFORM_PASSWORD", secret),
        ("LANG", "C.UTF-8"),
        ("OTHER_SECRET", "also-secret-4712"),
    ]);
    let seen = given(&server.call("look", json!({}))).as_str().expect("text").to_owned();
    assert!(seen.contains("LANG=C.UTF-8") && seen.contains("MODE=fast"), "{seen}");
    for absent in
        [secret, "[REDACTED]", "ITENTIAL", "also-secret", "ABSENT", "HOME=", "socket:", "inode:"]
    {
        assert!(!seen.contains(absent), "{absent}: {seen}");
    }
    // Above are those that the system's library keeps to itself.
    let all_count = |line: &str| line.ends_with("0000000");
    let signals =
        seen.lines().filter(|line| ["SigBlk", "SigIgn"].iter().any(|s| line.starts_with(s)));
    assert!(signals.clone().count() == 2 && signals.clone().all(all_count), "{seen}");
    let folder = seen.lines().last().expect("a folder");
    assert!(folder.contains("itential-mcp-"), "{seen}");
    eventually("its folder is removed", || !PathBuf::from(folder).exists());
}

#[test]
fn where_nothing_can_be_written_programs_work_all_the_same() {
    let tools = Tools::new();
    tools.add("place", "pwd", json!({"text": true}));
    let mut server = tools.serve(&[("TMPDIR", "/no/such/folder")]);
    assert_eq!(given(&server.call("place", json!({}))), "/");
}

#[test]
fn clients_hear_how_far_a_program_is() {
    let tools = Tools::new();
    tools.add("slow", "echo 'progress 1/3 first part' >&2; sleep 0.2; echo 2", json!({}));
    let mut server = tools.serve(&[]);
    let meta = json!({"progressToken": "p"});
    let params = json!({"name": "slow", "arguments": {}, "_meta": meta});
    assert_eq!(given(&server.request("tools/call", params)["result"]), 2);
    let far = |message: &&Value| message["method"] == "notifications/progress";
    let far = server.seen.iter().find(far).expect("progress");
    assert_eq!(far["params"]["message"], "first part");
    assert_eq!((&far["params"]["progress"], &far["params"]["total"]), (&json!(1.0), &json!(3.0)));
}

#[test]
fn a_hundred_calls_at_once_are_run_in_turn() {
    let tools = Tools::new();
    fs::create_dir(tools.path("now")).expect("a folder");
    let now = tools.path("now").display().to_string();
    let script = format!("touch {now}/$$; ls {now} | wc -l; sleep 0.01; rm {now}/$$");
    tools.add("count", &script, json!({"concurrent_runs": 2}));
    let mut server = tools.serve(&[("ITENTIAL_MCP_SERVER_MAX_CONCURRENT_CALLS", "100")]);
    let call = json!({"name": "count", "arguments": {}});
    let ids: Vec<u64> = (0..100).map(|_| server.ask("tools/call", call.clone())).collect();
    let mut answered = 0;
    while answered < ids.len() {
        let message = server.receive();
        if message.get("result").is_some() {
            let at_once = given(&message["result"]).as_u64().expect("a number");
            assert!((1..=2).contains(&at_once), "{message}");
            answered += 1;
        }
    }
}

#[test]
fn what_is_wrong_with_a_program_is_said_and_costs_no_other_tool() {
    let tools = Tools::new();
    tools.add("good", "echo 1", json!({}));
    tools.add("open", "echo 1", json!({})).add("odd", "echo 1", json!({"timeout": 0}));
    tools.add_with("both", "echo 1", json!({}), json!({"result": "/a"}));
    let open = fs::Permissions::from_mode(0o757);
    fs::set_permissions(tools.program("open"), open).expect("it is ours");
    let problems = custom::load(&tools.path(""), &[]).problems;
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    for (file, problem) in [
        ("both.json, line 1", "'result' belongs to 'requests'"),
        ("odd.json, line 1", "'program/timeout' must be a whole number from 1 to 3600"),
        ("open.json, line 1", "can be changed by others; chmod go-w"),
    ] {
        let said = |line: &&String| line.contains(file) && line.contains(problem);
        assert_eq!(problems.iter().filter(said).count(), 1, "{file}: {problems:?}");
    }
    assert_eq!(problems.len(), 3, "{problems:?}");
    let mut server = tools.serve(&[]);
    assert_eq!(given(&server.call("good", json!({}))), 1);
    let listed = server.request("tools/list", json!({})).to_string();
    for (name, offered) in [("good", true), ("open", false), ("odd", false), ("both", false)] {
        assert_eq!(listed.contains(&format!("\"name\":\"{name}\"")), offered, "{name}");
    }
}
