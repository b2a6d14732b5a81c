//! `client-config`: what it prints is a file of the client's format, and works.

mod support;

use itential_mcp::cli::clients::{CLIENTS, Remote, TABLE};
use serde_json::{Value, json};
use support::certificates::{Authority, params, write_key};
use support::scratch::Scratch;
use support::{StdioServer, program};

/// The file for `client`, parsed in its format, and what was said beside it.
fn file(client: &str, env: &[(&str, &str)], args: &[&str]) -> (Value, String) {
    let mut command = program();
    command.env_remove("SSL_CERT_FILE").args(["client-config", client]).args(args);
    let output = command.envs(env.iter().copied()).output().expect("the program starts");
    let text = String::from_utf8(output.stdout).expect("text");
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(output.status.success(), "{client}: {said}");
    (parsed(client, &text), said)
}

fn parsed(client: &str, text: &str) -> Value {
    match client {
        "codex" => toml::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}")),
        _ => serde_json::from_str(text).unwrap_or_else(|error| panic!("{client}: {error}: {text}")),
    }
}

/// The one server in a file.
fn server<'a>(client: &str, file: &'a Value, name: &str) -> &'a Value {
    let row = TABLE.iter().find(|row| row.id == client).expect("in the table");
    &file[row.servers][name]
}

const SECRET: &str = "correct horse battery staple";

#[test]
fn the_table_and_the_command_line_know_the_same_clients() {
    let ids: Vec<_> = TABLE.iter().map(|client| client.id).collect();
    assert_eq!(ids, CLIENTS);
}

#[test]
fn every_client_can_start_the_server_from_its_file() {
    let scratch = Scratch::new();
    let password = scratch.write("password", SECRET);
    for client in CLIENTS {
        let env = [("ITENTIAL_MCP_PLATFORM_PASSWORD_FILE", password.as_str())];
        let args = ["--sandbox", "--include-tags", "health,adapters", "--name", "it \"x\""];
        let (file, said) = file(client, &env, &args);
        assert!(said.lines().count() == 1 && said.contains('/'), "{said}");
        let server = server(client, &file, "it \"x\"");
        let variables = server["env"].as_object().expect("an environment");
        assert_eq!(variables["ITENTIAL_MCP_SERVER_INCLUDE_TAGS"], "health,adapters");
        assert_eq!(variables["ITENTIAL_MCP_PLATFORM_PASSWORD_FILE"], password.as_str());
        let path = server["command"].as_str().expect("a command");
        assert!(std::path::Path::new(path).is_absolute(), "{path}");

        // As a desktop program does it: that command, those variables, nothing of a shell's.
        let mut command = std::process::Command::new(path);
        command.env_clear().current_dir(scratch.path());
        command.args(server["args"].as_array().expect("a list").iter().filter_map(Value::as_str));
        for (name, value) in variables {
            command.env(name, value.as_str().expect("text"));
        }
        let mut started = StdioServer::spawn(command);
        started.initialize("2025-06-18");
        let tools = started.request("tools/list", json!({}));
        let names = tools["result"]["tools"].as_array().expect("tools");
        assert!(names.iter().any(|tool| tool["name"] == "get_health"), "{client}");
        assert!(names.iter().all(|tool| tool["name"] != "get_workflows"), "{client}");
    }
}

#[test]
fn a_secret_is_never_printed_and_has_the_place_the_client_knows() {
    const NAME: &str = "ITENTIAL_MCP_PLATFORM_PASSWORD";
    for (client, place) in [
        ("claude-desktop", "<Itential platform password>"),
        ("claude-code", "${ITENTIAL_MCP_PLATFORM_PASSWORD}"),
        ("vscode", "${input:itential-mcp-platform-password}"),
        ("cursor", "${env:ITENTIAL_MCP_PLATFORM_PASSWORD}"),
        ("windsurf", "${env:ITENTIAL_MCP_PLATFORM_PASSWORD}"),
        ("gemini", "${ITENTIAL_MCP_PLATFORM_PASSWORD}"),
        ("zed", "<Itential platform password>"),
    ] {
        let (file, _) = file(client, &[(NAME, SECRET)], &[]);
        assert!(!file.to_string().contains(SECRET));
        assert_eq!(server(client, &file, "itential")["env"][NAME], place);
        if client == "vscode" {
            assert_eq!(file["inputs"][0]["id"], "itential-mcp-platform-password");
            assert_eq!(file["inputs"][0]["password"], true);
        }
    }
    let (file, _) = file("codex", &[(NAME, SECRET)], &[]);
    assert_eq!(server("codex", &file, "itential")["env_vars"], json!([NAME]));
    assert!(!file.to_string().contains(SECRET));
}

#[test]
fn settings_in_a_file_stay_there_and_all_clients_print_together() {
    let scratch = Scratch::new();
    let path = scratch.write("mcp.conf", format!("[platform]\nhost = h\npassword = {SECRET}\n"));
    let (file, _) = file("cursor", &[("ITENTIAL_MCP_CONFIG", &path)], &[]);
    let server = server("cursor", &file, "itential");
    assert_eq!(server["args"], json!(["run", "--config", path]));
    assert_eq!(server["env"], json!({}));

    let (code, out, _) = support::run(&[], &["client-config"]);
    assert_eq!(code, 0);
    let sections: Vec<_> = out.split("# ").filter(|section| !section.is_empty()).collect();
    assert_eq!(sections.len(), TABLE.len());
    for (client, section) in TABLE.iter().zip(sections) {
        let (heading, text) = section.split_once('\n').expect("a heading");
        assert!(heading.starts_with(client.title) && heading.contains(client.file), "{heading}");
        parsed(client.id, text);
    }
}

#[test]
fn a_running_server_is_reached_by_its_address() {
    let token = [
        ("ITENTIAL_MCP_SERVER_AUTH_TYPE", "jwt"),
        ("ITENTIAL_MCP_SERVER_AUTH_JWKS_URI", "https://idp.example.com/keys"),
    ];
    for client in TABLE {
        for transport in ["http", "sse"] {
            let args = ["--transport", transport, "--port", "8123", "--path", "/x"];
            let (file, _) = file(client.id, &token, &args);
            let server = server(client.id, &file, "itential");
            match client.remote {
                Remote::Url(key) => assert_eq!(server[key], "http://127.0.0.1:8123/x"),
                Remote::Bridge => {
                    assert_eq!(server["command"], "npx");
                    assert_eq!(
                        server["args"],
                        json!([
                            "-y",
                            "mcp-remote",
                            "http://127.0.0.1:8123/x",
                            "--transport",
                            "http-only",
                            "--header",
                            "Authorization:${AUTHORIZATION}"
                        ])
                    );
                    let header = &server["env"]["AUTHORIZATION"];
                    assert_eq!(header, "Bearer <Bearer token for the Itential MCP server>");
                }
            }
            assert_eq!(server.get("type"), client.typed.then_some(&json!("http")));
            match client.id {
                "codex" => assert_eq!(server["bearer_token_env_var"], "MCP_BEARER_TOKEN"),
                "cursor" => {
                    let header = &server["headers"]["Authorization"];
                    assert_eq!(header, "Bearer ${env:MCP_BEARER_TOKEN}");
                }
                _ => {}
            }
        }
        let url = "http://mcp.example.com/mcp";
        let (file, _) = file(client.id, &[], &["--url", url]);
        let text = file.to_string();
        assert!(text.contains(url), "{text}");
        assert_eq!(text.contains("--allow-http"), client.remote == Remote::Bridge);
        assert!(!text.contains("Authorization"), "{text}");
    }
}

#[test]
fn the_address_is_a_name_of_the_certificate() {
    let scratch = Scratch::new();
    let key = rcgen::KeyPair::generate().expect("random numbers");
    let own = params(&["*.example.com", "mcp.example.com"]).self_signed(&key).expect("sound");
    let own = (scratch.write("own.pem", own.pem()), key.serialize_pem());
    let issued = Authority::new("Test CA").issue(&["mcp.example.com"]);
    let issued = (scratch.write("issued.pem", issued.0), issued.1);
    let args = |certificate: &str, key: &str, host: &str| {
        let key = write_key(&scratch, "server.key", key);
        let options = ["--transport", "sse", "--port", "8443", "--certificate-file", certificate];
        let rest = ["--private-key-file", &key, "--host", host];
        options.iter().chain(&rest).map(|text| (*text).to_owned()).collect::<Vec<_>>()
    };
    let desktop = |args: &[String], more: &[&str]| {
        let args: Vec<_> = args.iter().map(String::as_str).chain(more.iter().copied()).collect();
        let (file, said) = file("claude-desktop", &[], &args);
        (file["mcpServers"]["itential"].clone(), said)
    };
    for host in ["0.0.0.0", "127.0.0.1"] {
        let (server, said) = desktop(&args(&own.0, &own.1, host), &[]);
        assert_eq!(server["args"][2], "https://mcp.example.com:8443/mcp");
        assert_eq!(server["env"]["NODE_EXTRA_CA_CERTS"], own.0.as_str());
        assert!(said.contains("NODE_EXTRA_CA_CERTS"), "{said}");
    }
    let (server, _) = desktop(&args(&issued.0, &issued.1, "0.0.0.0"), &[]);
    assert_eq!(server["env"], json!({}));
    let ca = scratch.write("ca.pem", "");
    let (server, _) = desktop(&args(&issued.0, &issued.1, "0.0.0.0"), &["--ca-file", &ca]);
    assert_eq!(server["env"]["NODE_EXTRA_CA_CERTS"], ca.as_str());

    let (_, said) = file("cursor", &[], &["--transport", "http", "--host", "0.0.0.0"]);
    assert!(said.contains("--url"), "{said}");
    let (code, _, err) =
        support::run(&[], &["client-config", "--transport", "http", "--port", "0"]);
    assert_eq!(code, 1);
    assert!(err.contains("port is 0"), "{err}");
}
