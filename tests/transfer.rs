//! Arguments from files and results into files: how documents travel between platforms.

mod support;

use std::fs;
use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};
use support::scratch::Scratch;
use support::{Platform, run};

fn path(scratch: &Scratch, name: &str) -> String {
    scratch.path().join(name).to_str().expect("a plain path").to_owned()
}

#[test]
fn documents_go_through_files_unchanged() {
    let (from, to) = (Platform::start(), Platform::start());
    let scratch = Scratch::new();
    let of = |kind: &str, name: &str| {
        let file = path(&scratch, &format!("{kind}.json"));
        let params = json!({"name": name}).to_string();
        let (export, import) = (format!("export_{kind}"), format!("import_{kind}"));
        let told = run(&from.env(), &["call", &export, "--params", &params, "--output", &file]);
        assert_eq!(told, (0, String::new(), String::new()), "{kind}");
        let source = format!("{kind}={file}");
        let mut arguments = vec!["call", &import, "--file", &source];
        if kind == "prebuilt" {
            arguments.extend(["--params", "{\"overwrite\": true}"]);
        }
        let (code, out, err) = run(&to.env(), &arguments);
        assert_eq!((code, err.as_str()), (0, ""), "{kind}");
        let text = fs::read_to_string(&file).expect("it was written");
        (serde_json::from_str::<Value>(&text).expect("nothing but JSON"), out)
    };
    let (_, workflows) = to.control("GET", "/sandbox/world/workflows", None);
    let kept: Vec<Value> = workflows.as_array().expect("rows").iter().skip(1).cloned().collect();
    to.control("PUT", "/sandbox/world/workflows", Some(&json!(kept)));

    let (project, out) = of("project", "Campus Refresh");
    assert!(out.contains("Successfully imported project"), "{out}");
    let (_, there) = to.control("GET", "/sandbox/world/projects", None);
    let made = there.as_array().and_then(|all| all.last()).expect("one more");
    assert_eq!(made["components"], project["components"]);

    let (workflow, out) = of("workflow", "Backup Device");
    assert!(out.contains("Backup Device"), "{out}");
    let (_, there) = to.control("GET", "/sandbox/world/workflows", None);
    let named = |row: &&Value| row["name"] == "Backup Device";
    let made = there.as_array().expect("rows").iter().find(named).expect("it is there");
    assert_eq!(made["tasks"], workflow["tasks"]);

    let (prebuilt, _) = of("prebuilt", "@itentialopensource/device-backup");
    assert_eq!(prebuilt["metadata"]["version"], "2.1.4");
}

#[test]
fn text_from_a_file_or_standard_input_stays_text() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let config = path(&scratch, "config.txt");
    fs::write(&config, "12345").expect("a file");
    let source = format!("config={config}");
    let device = "{\"device\": \"ams-core-rtr-000\", \"config\": \"from params\"}";
    let apply = ["call", "apply_device_configuration", "--params", device, "--file"];
    let (code, _, err) = run(&platform.env(), &[&apply[..], &[&source]].concat());
    assert_eq!(code, 0, "{err}");
    let sent = |n: usize| {
        let requests = platform.requests();
        let path = "/configuration_manager/devices/ams-core-rtr-000/configuration";
        let posts = requests.iter().filter(|r| r["method"] == "POST" && r["path"] == path);
        posts.map(|request| request["body"]["config"]["config"].clone()).nth(n)
    };
    assert_eq!(sent(0), Some(json!("12345")), "a file comes before --params");

    let mut program = support::program();
    program.envs(platform.env()).args(apply).arg("config=-");
    program.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = program.spawn().expect("it starts");
    child.stdin.take().expect("a pipe").write_all(b"ntp server 192.0.2.9\n").expect("it reads");
    assert!(support::wait(&mut child).success());
    assert_eq!(sent(1), Some(json!("ntp server 192.0.2.9\n")));

    let backup = path(&scratch, "running.txt");
    let name = "{\"name\": \"ams-core-rtr-000\"}";
    let read = ["call", "get_device_configuration", "--params", name, "--output", &backup];
    assert_eq!(run(&platform.env(), &read).0, 0);
    let text = fs::read_to_string(&backup).expect("it was written");
    assert!(text.contains("\nntp server 192.0.2.9\n") && text.ends_with("end\n"), "{text}");
}

#[test]
fn what_is_wrong_with_a_file_is_said_before_anything_is_done() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let absent = format!("project={}", path(&scratch, "absent.json"));
    let binary = path(&scratch, "binary");
    fs::write(&binary, [0xff, 0xfe, 0]).expect("a file");
    let binary = format!("project={binary}");
    for (file, says) in [
        (absent.as_str(), "absent.json cannot be read"),
        (binary.as_str(), "no text in UTF-8"),
        ("project", "--file must be NAME=PATH"),
        ("projekt=/dev/null", "did you mean 'project'"),
        ("project=/dev/null", "a JSON object"),
    ] {
        let (code, out, err) = run(&platform.env(), &["call", "import_project", "--file", file]);
        assert_eq!((code, out.as_str()), (1, ""), "{file}: {err}");
        assert!(err.contains(says), "{file}: {err}");
    }
    let nowhere = path(&scratch, "no/such/folder");
    let (code, _, err) = run(&platform.env(), &["call", "get_prebuilts", "--output", &nowhere]);
    assert_eq!(code, 1);
    assert!(err.contains("cannot write"), "{err}");
    assert_eq!(platform.count("POST", "/automation-studio/projects/import"), 0);
}
