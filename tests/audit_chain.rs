//! The chain of an audit trail, as an auditor uses it: `audit verify`.
#![cfg(unix)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use support::http_server::{HttpServer, call};
use support::scratch::Scratch;
use support::{eventually, run, signal};

/// A trail of two processes, one after the other, the first of which lived through a rotation: the
/// file moved away, and the file in use.
fn trail(scratch: &Scratch) -> (PathBuf, PathBuf) {
    let path = |name: &str| scratch.path().join(name);
    let (file, old) = (path("audit.jsonl"), path("audit.jsonl.1"));
    let served = || {
        let file = file.to_str().expect("text");
        HttpServer::start(&[], &["--transport", "http", "--sandbox", "--audit-file", file])
    };
    let calls = |server: &HttpServer, many: u64| {
        let session = server.session("2025-06-18");
        for id in 0..many {
            let request = call(id, "get_health", json!({}));
            let answer = server.post(&[("Mcp-Session-Id", &session)], &request);
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
    };
    let first = served();
    calls(&first, 3);
    fs::rename(&file, &old).expect("it is there");
    signal("HUP", first.served.pid());
    eventually("the new file", || file.exists());
    calls(&first, 2);
    drop(first);
    calls(&served(), 2);
    (old, file)
}

fn verify(file: &Path, earlier: &[&Path]) -> (i32, String) {
    let mut arguments = vec!["audit", "verify", file.to_str().expect("text")];
    for file in earlier {
        arguments.extend(["--earlier", file.to_str().expect("text")]);
    }
    let (code, out, err) = run(&[], &arguments);
    (code, out + &err)
}

#[test]
fn a_trail_is_followed_through_rotation_and_restart_and_every_change_shows() {
    let scratch = Scratch::new();
    let (old, file) = trail(&scratch);
    let (code, said) = verify(&file, &[&old]);
    assert_eq!(code, 0, "{said}");
    assert!(said.starts_with("7 good lines") && !said.contains("note"), "{said}");
    // Alone, the file says that it goes on.
    let (code, said) = verify(&file, &[]);
    assert!(code == 0 && said.contains("what it follows is not here"), "{said}");
    // In the wrong order it is a trail that nobody wrote.
    assert_eq!(verify(&old, &[&file]).0, 1);
    let text = fs::read_to_string(&file).expect("text");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4);
    let changes: [(&str, Vec<&str>); 4] = [
        ("taken out", vec![lines[0], lines[2], lines[3]]),
        ("the first taken out", lines[1..].to_vec()),
        ("in another order", vec![lines[0], lines[2], lines[1], lines[3]]),
        ("the last of a process taken out", vec![lines[0], lines[2], lines[3]]),
    ];
    for (what, lines) in changes {
        fs::write(&file, lines.join("\n") + "\n").expect("it is ours");
        let (code, said) = verify(&file, &[&old]);
        assert!(code == 1 && said.contains("BROKEN") && said.contains("line"), "{what}: {said}");
    }
    fs::write(&file, text.replacen("get_health", "get_jobs_x", 1)).expect("it is ours");
    assert_eq!(verify(&file, &[&old]).0, 1, "changed");
    // Added by a call that nobody made, in the form that lines have.
    let forged = format!("{text}{{\"time\":\"2026-01-01\",\"tool\":\"get_health\"}}\n");
    fs::write(&file, forged).expect("it is ours");
    assert_eq!(verify(&file, &[&old]).0, 1, "added");
    // Half a line is what a full disk leaves.
    fs::write(&file, format!("{text}{{\"time\":\"20")).expect("it is ours");
    let (code, said) = verify(&file, &[&old]);
    assert!(code == 0 && said.contains("not a whole line"), "{said}");
    let (code, said) = verify(Path::new("/nowhere/audit"), &[]);
    assert!(code == 1 && said.contains("/nowhere/audit"), "{said}");
}
