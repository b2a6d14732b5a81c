//! What is under packaging/ fits the program. The files for balancers are tried by
//! `tests/interop/replicas`, which starts them.

mod support;

use std::collections::HashMap;
use std::path::Path;

use support::http_server::initialize;
use support::scratch::Scratch;
use support::served::Served;
use support::{Platform, raw_http, run};
use yaml_rust2::{Yaml, YamlLoader};

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The objects of the manifest, by kind.
fn manifest() -> HashMap<String, Yaml> {
    let all = YamlLoader::load_from_str(&read("kubernetes/itential-mcp.yaml")).expect("YAML");
    let all = all.into_iter().filter(|object| !object.is_null());
    all.map(|object| (text(&object["kind"]).to_owned(), object)).collect()
}

fn text(value: &Yaml) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value:?}"))
}

fn number(value: &Yaml) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("no number: {value:?}"))
}

fn items(value: &Yaml) -> &[Yaml] {
    value.as_vec().unwrap_or_else(|| panic!("no list: {value:?}"))
}

/// The environment of the container, its secrets written to `scratch` as they would be mounted.
fn environment(manifest: &HashMap<String, Yaml>, scratch: &Scratch) -> Vec<(String, String)> {
    let pod = &manifest["Deployment"]["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    let secrets = &manifest["Secret"]["stringData"];
    assert_eq!(pod["volumes"][0]["secret"]["secretName"], manifest["Secret"]["metadata"]["name"]);
    assert_eq!(pod["volumes"][0]["name"], container["volumeMounts"][0]["name"]);
    let mount = text(&container["volumeMounts"][0]["mountPath"]);
    let variables = items(&container["env"]).iter().map(|variable| {
        let value = match &variable["value"] {
            Yaml::BadValue => {
                let from = &variable["valueFrom"]["secretKeyRef"];
                assert_eq!(from["name"], manifest["Secret"]["metadata"]["name"]);
                text(&secrets[text(&from["key"])]).to_owned()
            }
            value => match text(value).strip_prefix(mount) {
                Some(key) => {
                    let key = key.trim_start_matches('/');
                    scratch.write(key, text(&secrets[key]))
                }
                None => text(value).to_owned(),
            },
        };
        (text(&variable["name"]).to_owned(), value)
    });
    variables.collect()
}

#[test]
fn the_manifest_configures_the_program_and_asks_what_it_answers() {
    let manifest = manifest();
    let scratch = Scratch::new();
    let mut env = environment(&manifest, &scratch);
    for (name, _) in &env {
        let documented = include_str!("../docs/configuration.md").contains(&format!("`{name}`"));
        assert!(documented, "{name} is no setting");
    }
    let (code, _, said) = run(&env, &["run"]);
    assert_ne!(code, 0);
    assert!(said.contains("state_key is too weak"), "nothing starts unchanged: {said}");

    scratch.write("state_key", "5e0f6a0c8d4b49d7a3c1e2b4f6870915");
    let tokens = scratch.path().join("tokens");
    let made = run(&[], &["token", "new", "somebody", "--file", tokens.to_str().expect("text")]);
    assert_eq!(made.0, 0, "{}", made.2);
    let (code, said, warnings) = run(&env, &["config", "check"]);
    assert_eq!(code, 0, "{said}{warnings}");
    assert!(said.contains("valid") && !said.contains("WARNING"), "{said}{warnings}");
    assert!(!warnings.contains("WARNING"), "{warnings}");

    let platform = Platform::start();
    let set = |env: &mut Vec<(String, String)>, name: &str, value: &str| {
        env.retain(|(known, _)| known != name);
        env.push((name.to_owned(), value.to_owned()));
    };
    for (name, value) in platform.env() {
        set(&mut env, &name, &value);
    }
    // The sandbox knows one user.
    set(&mut env, "ITENTIAL_MCP_PLATFORM_USER", "admin");
    set(&mut env, "ITENTIAL_MCP_PLATFORM_PASSWORD", "admin");
    set(&mut env, "ITENTIAL_MCP_SERVER_PORT", "0");
    set(&mut env, "ITENTIAL_MCP_SERVER_TRUSTED_PROXIES", "127.0.0.1,10.0.0.0/8");
    let container = &manifest["Deployment"]["spec"]["template"]["spec"]["containers"][0];
    let command: Vec<&str> = items(&container["command"]).iter().map(text).collect();
    let (program, arguments) = command.split_first().expect("a program");
    assert_eq!(*program, "itential-mcp");
    let server = Served::start(&env, arguments);
    for probe in ["readinessProbe", "livenessProbe"] {
        let get = &container[probe]["httpGet"];
        assert_eq!(get["port"], container["ports"][0]["name"]);
        let answer = raw_http::request(server.port, "GET", text(&get["path"]), &[], None);
        assert_eq!(answer.status, 200, "{probe}: {}", answer.text());
    }
    let headers = [
        ("Accept", "application/json, text/event-stream"),
        ("Authorization", &format!("Bearer {}", made.1.trim())),
        ("X-Forwarded-For", "192.0.2.1"),
    ];
    let hello = initialize("2025-11-25").to_string();
    let answer = raw_http::request(server.port, "POST", "/mcp", &headers, Some(&hello));
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[test]
fn the_parts_of_the_manifest_fit_together() {
    let manifest = manifest();
    let deployment = &manifest["Deployment"]["spec"];
    let pod = &deployment["template"]["spec"];
    let container = &pod["containers"][0];
    let labels = &deployment["template"]["metadata"]["labels"];
    for selector in [
        &deployment["selector"]["matchLabels"],
        &manifest["Service"]["spec"]["selector"],
        &manifest["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        &pod["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"],
    ] {
        assert_eq!(selector, labels);
    }
    let variable = |name: &str| {
        let found = items(&container["env"]).iter().find(|one| text(&one["name"]).ends_with(name));
        text(&found.expect("it is set")["value"]).parse::<i64>().expect("a number")
    };
    assert_eq!(
        manifest["Service"]["spec"]["ports"][0]["targetPort"],
        container["ports"][0]["name"]
    );
    assert_eq!(number(&container["ports"][0]["containerPort"]), variable("SERVER_PORT"));
    assert!(
        number(&deployment["replicas"])
            > number(&manifest["PodDisruptionBudget"]["spec"]["minAvailable"])
    );
    let sleeps = number(&container["lifecycle"]["preStop"]["sleep"]["seconds"]);
    let grace = number(&pod["terminationGracePeriodSeconds"]);
    assert!(sleeps + variable("STOP_GRACE") + 5 <= grace, "the end is cut off");
    let tag = concat!(":", env!("CARGO_PKG_VERSION"));
    assert!(text(&container["image"]).ends_with(tag), "an image of another version");
    assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], Yaml::Boolean(true));
    assert_eq!(pod["securityContext"]["runAsNonRoot"], Yaml::Boolean(true));
}
