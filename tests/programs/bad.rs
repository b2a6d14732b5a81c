//! Programs that fail, lie, flood and change.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use super::{Tools, failure, given};

/// Calls a tool whose program is this script.
fn failed(script: &str, program: Value, more: Value) -> String {
    let tools = Tools::new();
    tools.add_with("bad", script, program, more);
    failure(&tools.serve(&[]).call("bad", json!({})))
}

#[test]
fn a_failure_says_how_it_ended_and_what_it_said_last() {
    let said =
        failed("echo 'no such device r1; password=hunter2' >&2; exit 3", json!({}), json!({}));
    assert!(said.starts_with("Program error: the program of bad failed"), "{said}");
    assert!(said.contains("exit code 3") && said.contains("no such device r1"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
    for (script, part) in [
        ("kill -SEGV $$", "signal 11 (SIGSEGV)"),
        ("kill -KILL $$", "signal 9 (SIGKILL)"),
        ("exit 7", "exit code 7; it wrote nothing to standard error"),
    ] {
        let said = failed(script, json!({}), json!({}));
        assert!(said.contains(part), "{script}: {said}");
    }
}

#[test]
fn secrets_of_its_own_environment_do_not_get_out() {
    let tools = Tools::new();
    let environment = json!(["TICKETS_TOKEN", "OTHER_PASSWORD=otter-5512", "MODE=plainest"]);
    let script = "echo said $TICKETS_TOKEN $OTHER_PASSWORD $MODE >&2; exit 1";
    tools.add("tell", script, json!({"environment": environment}));
    let said = failure(&tools.serve(&[("TICKETS_TOKEN", "walrus-8841")]).call("tell", json!({})));
    assert!(said.contains("said") && said.contains("plainest"), "{said}");
    assert!(!said.contains("walrus") && !said.contains("otter"), "{said}");
}

#[test]
fn what_is_no_result_is_told() {
    let object = json!({"output": {"type": "object"}});
    for (script, more, part) in [
        ("true", object.clone(), "printed nothing, although"),
        ("echo 1", object.clone(), "no object"),
        ("echo '{\"a\": '", json!({}), "is not JSON"),
        ("echo '{\"a\": 1, \"a\": 2}'", json!({}), "is not JSON"),
        ("echo fine", json!({}), "\"text\": true"),
        ("echo 1 2", json!({}), "is not JSON"),
    ] {
        let said = failed(script, json!({}), more);
        assert!(said.contains("ended well but") && said.contains(part), "{script}: {said}");
    }
}

#[test]
fn one_that_hangs_is_ended_and_says_what_that_means() {
    let time = json!({"timeout": 3});
    let said = failed("echo half-way >&2; sleep 600", time.clone(), json!({}));
    assert!(said.starts_with("Outcome unknown") && said.contains("within 3 seconds"), "{said}");
    assert!(said.contains("stays done") && said.contains("half-way"), "{said}");
    let said = failed("sleep 600", time, json!({"read_only": true}));
    assert!(said.starts_with("Program error") && !said.contains("stays done"), "{said}");
}

#[test]
fn floods_are_ended() {
    for (script, stream) in [("yes", "standard output"), ("yes >&2", "standard error")] {
        let said = failed(script, json!({}), json!({}));
        assert!(said.contains("KiB to") && said.contains(stream), "{said}");
        assert!(said.len() < 10_000, "{}", said.len());
    }
}

#[test]
#[cfg(target_os = "linux")]
fn memory_is_bounded_from_the_first_instruction_on() {
    // It takes its buffer at once.
    let script = "dd if=/dev/zero of=/dev/null bs=300M count=1 2>&1 || exit 9; echo 1";
    let said = failed(script, json!({"memory": 64}), json!({}));
    assert!(said.contains("exit code 9"), "{said}");
    let tools = Tools::new();
    tools.add("good", &format!("({script}) >/dev/null; echo 1"), json!({}));
    tools.add("bounds", "ulimit -d; ulimit -c", json!({"memory": 64, "text": true}));
    let mut server = tools.serve(&[]);
    assert_eq!(given(&server.call("good", json!({}))), 1);
    assert_eq!(given(&server.call("bounds", json!({}))), "65536\n0");
}

#[test]
fn many_processes_end_with_the_run() {
    // About sixty processes.
    let script = "f() { [ $1 = 0 ] || { f $(($1-1)) & f $(($1-1)) & }; echo $$ >/dev/null; \
                  sleep 600; }; f 5";
    let said = failed(script, json!({"timeout": 3}), json!({}));
    assert!(said.contains("within 3 seconds"), "{said}");
}

#[test]
fn a_program_that_changes_is_looked_at_before_each_run() {
    let tools = Tools::new();
    tools.add("new", "echo 1", json!({}));
    let mut server = tools.serve(&[]);
    assert_eq!(given(&server.call("new", json!({}))), 1);
    fs::remove_file(tools.program("new")).expect("it is there");
    let gone = failure(&server.call("new", json!({})));
    assert!(gone.contains("was not run: there is no file"), "{gone}");
    tools.script("new", "echo 2");
    assert_eq!(given(&server.call("new", json!({}))), 2, "replaced by its owner");
    for (mode, part) in [(0o757, "by others"), (0o775, "by its group"), (0o644, "chmod +x")] {
        let rights = fs::Permissions::from_mode(mode);
        fs::set_permissions(tools.program("new"), rights).expect("it is ours");
        let said = failure(&server.call("new", json!({})));
        assert!(said.contains("was not run") && said.contains(part), "{said}");
    }
    tools.script("new", "echo 3");
    let folder = tools.path("");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).expect("it is ours");
    let said = failure(&server.call("new", json!({})));
    assert!(said.contains("can be changed by others"), "{said}");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("it is ours");
    assert_eq!(given(&server.call("new", json!({}))), 3);
}

#[test]
fn one_whose_interpreter_is_missing_says_so() {
    let tools = Tools::new();
    tools.add("odd", "echo 1", json!({}));
    tools.install(&tools.0.write("odd.text", "#!/no/such/interpreter\n"), "odd");
    let said = failure(&tools.serve(&[]).call("odd", json!({})));
    assert!(said.contains("could not be started") && said.contains("No such file"), "{said}");
}
