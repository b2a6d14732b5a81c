//! `client-config`: what it prints is a file of the client's format, and works.

mod support;

use itential_mcp::cli::clients::{CLIENTS, Client, Notation, Remote, System, TABLE};
use serde_json::{Value, json};
use support::certificates::{Authority, params, write_key};
use support::scratch::Scratch;
use support::{StdioServer, program};
use yaml_rust2::{Yaml, YamlLoader};

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
    let wrong = |error: String| panic!("{client}: {error}: {text}");
    match row(client).notation {
        Notation::Toml => toml::from_str(text).unwrap_or_else(|e| wrong(e.to_string())),
        Notation::Yaml => YamlLoader::load_from_str(text)
            .map_or_else(|e| wrong(e.to_string()), |documents| json_of(&documents[0])),
        Notation::Json => serde_json::from_str(text).unwrap_or_else(|e| wrong(e.to_string())),
    }
}

fn json_of(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::String(text) => json!(text),
        Yaml::Integer(number) => json!(number),
        Yaml::Boolean(on) => json!(on),
        Yaml::Array(items) => items.iter().map(json_of).collect(),
        Yaml::Hash(fields) => {
            let field = |(key, value): (&Yaml, &Yaml)| {
                (key.as_str().expect("a text").to_owned(), json_of(value))
            };
            Value::Object(fields.iter().map(field).collect())
        }
        other => panic!("not written by us: {other:?}"),
    }
}

fn row(client: &str) -> &'static Client {
    TABLE.iter().find(|row| row.id == client).expect("in the table")
}

/// The one server in a file.
fn server<'a>(client: &str, file: &'a Value, name: &str) -> &'a Value {
    &file[row(client).servers][name]
}

const SECRET: &str = "correct horse battery staple";

#[test]
fn the_table_and_the_command_line_know_the_same_clients() {
    let ids: Vec<_> = TABLE.iter().map(|client| client.id).collect();
    assert_eq!(ids, CLIENTS);
    let page = support::document::text("clients.md");
    for client in TABLE {
        let file = client.files[1].rsplit("//").next().expect("a part");
        let begins = format!("| `{}` | {} | ", client.id, client.title);
        let line = page.lines().find(|line| line.starts_with(&begins));
        assert!(line.is_some_and(|line| line.contains(file)), "{begins}");
    }
}

#[test]
fn every_client_can_start_the_server_from_its_file() {
    let scratch = Scratch::new();
    let password = scratch.write("password", SECRET);
    for client in CLIENTS {
        let env = [("ITENTIAL_MCP_PLATFORM_PASSWORD_FILE", password.as_str())];
        let args = ["--sandbox", "--include-tags", "health,adapters", "--name", "it \"x\""];
        let (file, said) = file(client, &env, &args);
        assert!(said.lines().count() == 1 && said.contains(row(client).title), "{said}");
        let server = server(client, &file, "it \"x\"");
        let variables = server[row(client).env].as_object().expect("an environment");
        assert_eq!(variables["ITENTIAL_MCP_SERVER_INCLUDE_TAGS"], "health,adapters");
        assert_eq!(variables["ITENTIAL_MCP_PLATFORM_PASSWORD_FILE"], password.as_str());
        let path = server[row(client).command].as_str().expect("a command");
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
        ("copilot", "${ITENTIAL_MCP_PLATFORM_PASSWORD}"),
        ("zed", "<Itential platform password>"),
        ("cline", "<Itential platform password>"),
        ("lm-studio", "<Itential platform password>"),
        ("jetbrains", "<Itential platform password>"),
        ("anythingllm", "<Itential platform password>"),
        ("mcp-remote", "<Itential platform password>"),
    ] {
        let (file, said) = file(client, &[(NAME, SECRET)], &[]);
        assert!(!file.to_string().contains(SECRET) && !said.contains(SECRET));
        assert_eq!(server(client, &file, "itential")["env"][NAME], place);
        // What is left to the user is said.
        let left = match place {
            "<Itential platform password>" => "ITENTIAL_MCP_PLATFORM_PASSWORD_FILE",
            _ if client == "vscode" => row(client).title,
            _ => "takes 'Itential platform password' from the variable",
        };
        assert!(said.contains(left), "{said}");
        if client == "vscode" {
            assert_eq!(file["inputs"][0]["id"], "itential-mcp-platform-password");
            assert_eq!(file["inputs"][0]["password"], true);
        }
    }
    for (client, key) in [("codex", "env_vars"), ("goose", "env_keys")] {
        let (file, _) = file(client, &[(NAME, SECRET)], &[]);
        assert_eq!(server(client, &file, "itential")[key], json!([NAME]));
        assert!(!file.to_string().contains(SECRET));
    }
}

#[test]
fn whoever_gives_no_credentials_is_told_so() {
    let (_, said) = file("cursor", &[], &[]);
    assert!(said.contains("no credentials of the platform are given"), "{said}");
    for args in [
        ["--sandbox"].as_slice(),
        &["--platform-password", "x"],
        &["--url", "http://localhost/mcp"],
    ] {
        let (_, said) = file("cursor", &[], args);
        assert!(!said.contains("no credentials"), "{said}");
    }
}

#[test]
fn the_client_may_run_on_another_system() {
    for (system, client, place) in [
        (
            "macos",
            "claude-desktop",
            "~/Library/Application Support/Claude/claude_desktop_config.json",
        ),
        ("linux", "goose", "~/.config/goose/config.yaml"),
        ("windows", "vscode", "%APPDATA%\\Code\\User\\mcp.json"),
        ("windows", "jetbrains", "%USERPROFILE%\\.junie\\mcp\\mcp.json"),
    ] {
        let (_, said) = file(client, &[], &["--system", system]);
        assert!(said.contains(place), "{said}");
    }
    // npx is a script there.
    let url = "https://mcp.example.com/mcp";
    for client in ["claude-desktop", "mcp-remote"] {
        let (file, _) = file(client, &[], &["--url", url, "--system", "windows"]);
        let server = server(client, &file, "itential");
        assert_eq!(server["command"], "cmd");
        let args = json!(["/c", "npx", "-y", "mcp-remote", url, "--transport", "http-only"]);
        assert_eq!(server["args"], args);
    }
    let (_, said) =
        file("mcp-remote", &[], &["--url", "https://h/mcp?a=1&b=2", "--system", "windows"]);
    assert!(said.contains("cmd.exe"), "{said}");
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
        assert!(
            heading.starts_with(client.title)
                && heading.contains(&client.place(System::named(None)))
        );
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
            let word = Some(client.types[1]).filter(|word| !word.is_empty());
            assert_eq!(server.get("type"), word.map(|word| json!(word)).as_ref());
            match client.id {
                "goose" => {
                    assert_eq!(server["env_keys"], json!(["MCP_BEARER_TOKEN"]));
                    let header = &server["headers"]["Authorization"];
                    assert_eq!(header, "Bearer ${MCP_BEARER_TOKEN}");
                }
                "copilot" => assert_eq!(server["tools"], json!(["*"])),
                "cline" => assert_eq!(server["type"], "streamableHttp"),
                "anythingllm" => assert_eq!(server["type"], "streamable"),
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
