//! docs/custom-tools.md says what is so, and what it shows works as it stands there; `tools new`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

use itential_mcp::bindings::{declared, files, program};
use serde_json::{Value, json};

use crate::Folder;
use crate::support;
use crate::support::document::blocks;

const DOCUMENT: &str = "custom-tools.md";

/// Runs a line as a shell does, in this folder.
fn shell(folder: &Path, line: &str) -> Output {
    support::shell(line).current_dir(folder).output().expect("a shell")
}

fn said(output: &Output) -> String {
    let parts =
        [&output.stdout, &output.stderr].map(|part| String::from_utf8_lossy(part).into_owned());
    parts.concat()
}

#[test]
fn every_key_is_documented_in_its_words() {
    let path = format!("{}/docs/{DOCUMENT}", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(path).expect("the document");
    let requests = [declared::REQUEST_KEYS, declared::PAGES_KEYS, declared::WAYS];
    let tables = [files::KEYS, &requests.concat(), program::KEYS];
    let mut from = 0;
    for (key, doc) in tables.concat() {
        let row = format!("\n| `{key}` | {doc} |\n");
        // In this order, for tables share keys.
        let at = text[from..].find(&row).unwrap_or_else(|| panic!("not there, or too early:{row}"));
        from += at;
    }
}

#[test]
fn what_the_document_shows_works_as_it_stands() {
    let here = Folder::new(&[]);
    let lines: Vec<String> =
        blocks(DOCUMENT, "sh").iter().flat_map(|block| block.lines()).map(str::to_owned).collect();
    let first = shell(&here.0, &lines[0]);
    assert!(first.status.success(), "{}", said(&first));
    let tools = here.0.join("tools");
    let python = blocks(DOCUMENT, "python");
    let mut scripts = python.iter();
    for block in blocks(DOCUMENT, "json") {
        let tool: Value = serde_json::from_str(&block).expect("JSON");
        let Some(name) = tool["name"].as_str() else { continue };
        if let Some(file) = tool["program"]["command"][0].as_str() {
            // Written by other processes: nobody runs what a thread of this one has open.
            let script = here.0.join("script");
            fs::write(&script, scripts.next().expect("its program")).expect("a file");
            let installed = shell(&here.0, &format!("install -m 755 script tools/{file}"));
            assert!(installed.status.success(), "{}", said(&installed));
        }
        let path = tools.join(format!("{name}.json"));
        fs::write(&path, block).expect("a file");
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).expect("permissions");
    }
    for line in &lines[1..] {
        let output = shell(&here.0, line);
        assert!(output.status.success(), "{line}\n{}", said(&output));
    }
    assert!(lines.len() >= 7, "{lines:?}");
}

#[test]
fn a_tool_to_start_from_works_and_nothing_is_written_over() {
    let here = Folder::new(&[]);
    let made = shell(&here.0, "umask 002; itential-mcp tools new \"it's mine/find-jobs.json\"");
    assert!(made.status.success(), "{}", said(&made));
    let text = fs::read_to_string(here.0.join("it's mine/find-jobs.json")).expect("a file");
    let tool: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(tool["name"], "find_jobs");
    let line =
        tool["//"].as_array().and_then(|lines| lines.last()?.as_str()).expect("how to try it");
    let tried = shell(&here.0, line);
    assert!(tried.status.success(), "{line}\n{}", said(&tried));
    let jobs: Value = serde_json::from_slice(&tried.stdout).expect("JSON");
    assert!(jobs.to_string().contains("\"status\":\"complete\""), "{jobs}");
    let again = shell(&here.0, "itential-mcp tools new \"it's mine/find-jobs.json\"");
    assert!(!again.status.success() && said(&again).contains("there already"), "{}", said(&again));
    assert_eq!(fs::read_to_string(here.0.join("it's mine/find-jobs.json")).expect("a file"), text);
    for (line, words) in [
        ("new", "required: file"),
        ("new x", "such as my_tool.json"),
        ("new _x.json", "does not begin with '_'"),
        ("new größe.json", "must start with a letter"),
        ("new get_jobs.json", "is a built-in tool"),
        ("new nowhere/at/all.json", "nowhere/at"),
        ("old x.json", "new"),
    ] {
        let output = shell(&here.0, &format!("itential-mcp tools {line}"));
        assert!(
            !output.status.success() && said(&output).contains(words),
            "{line}: {}",
            said(&output)
        );
    }
    assert_eq!(json!(fs::read_dir(&here.0).expect("a folder").count()), 1);
}
