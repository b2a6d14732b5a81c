//! docs/bindings.md: its configurations and commands as they stand, and its table of keys.

use itential_mcp::config::bindings::KEYS;

use super::Scratch;
use super::support::document::{blocks, text};
use super::support::shell;

const PAGE: &str = "bindings.md";

#[test]
fn the_commands_of_the_page_run_as_they_stand() {
    let scratch = Scratch::new();
    let configurations = blocks(PAGE, "ini");
    let [sections, tagged] = configurations.as_slice() else { panic!("two configurations") };
    scratch.write("mcp.conf", sections);
    scratch.write("tagged.conf", tagged);
    let mut said = String::new();
    for commands in blocks(PAGE, "sh") {
        for line in commands.lines() {
            let output = shell(line).current_dir(scratch.path()).output();
            let output = output.expect("there is a shell");
            let err = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() && !err.contains("WARNING: tool"), "{line}: {err}");
            said += &String::from_utf8_lossy(&output.stdout);
        }
    }
    for shown in ["backup_router ", "device_facts ", "backup_device ", "uptime"] {
        assert!(said.contains(shown), "{shown}: {said}");
    }
}

#[test]
fn the_table_of_the_page_has_every_key() {
    let page = text(PAGE);
    for (key, _) in KEYS {
        assert!(page.contains(&format!("\n| `{key}` | ")), "{key}");
    }
}
