//! `client-config --write`: clients' own files are changed in their place, and only where they must be.
#![cfg(unix)]

mod support;

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use itential_mcp::cli::clients::{Client, Notation, Remote, TABLE};
use serde_json::{Value, json};
use support::program;
use support::scratch::Scratch;
use yaml_rust2::YamlLoader;

const URL: &str = "https://mcp.example.com:8443/mcp";
const SECRET: &str = "correct horse battery staple";

/// A home folder, in which the program runs.
struct Home(Scratch);

impl Home {
    fn new() -> Self {
        Self(Scratch::new())
    }

    /// The file of a client, with the folder that is there when the client is.
    fn file(&self, client: &Client) -> PathBuf {
        let (there, inside) = client.files[1].split_once("//").expect("it has a file");
        let there = self.0.path().join(there.strip_prefix("~/").expect("below home"));
        match inside {
            "" => fs::write(&there, "{}").expect("writable"),
            _ => fs::create_dir_all(&there).expect("writable"),
        }
        if inside.is_empty() { there } else { there.join(inside) }
    }

    /// Writes for a client: exit code, stdout, stderr.
    fn write(&self, client: &str, more: &[&str]) -> (i32, String, String) {
        let mut command = program();
        command
            .env_remove("SSL_CERT_FILE")
            .env_remove("XDG_CONFIG_HOME")
            .env("HOME", self.0.path());
        command.env("ITENTIAL_MCP_PLATFORM_PASSWORD", SECRET);
        command.args(["client-config", client, "--write", "--system", "linux"]).args(more);
        let output = command.output().expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
    }

    fn names(&self, file: &Path) -> Vec<String> {
        let entries = fs::read_dir(file.parent().expect("a folder")).expect("readable");
        let mut names: Vec<_> = entries
            .map(|entry| entry.expect("readable").file_name().into_string().expect("text"))
            .collect();
        names.sort();
        names
    }
}

fn text(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn row(id: &str) -> &'static Client {
    TABLE.iter().find(|row| row.id == id).expect("in the table")
}

fn with_files() -> impl Iterator<Item = &'static Client> {
    TABLE.iter().filter(|client| !client.files[1].is_empty())
}

/// What each notation has of its own before.
fn before(client: &Client) -> String {
    match client.notation {
        Notation::Toml => {
            "# mine\nmodel = \"x\"  # odd   spacing\n\n[mcp_servers.other]\ncommand = \"y\"\n\
                           \n[projects.\"/home/itential\"]\ntrust_level = \"trusted\"\n"
                .into()
        }
        Notation::Yaml => {
            "# mine\nextensions:\n  # theirs\n  developer:\n    enabled: true\n    name: \
                           developer\n    type: builtin\nlist:\n- 1\nGOOSE_MODEL:   x # odd\n"
                .into()
        }
        Notation::Json => format!(
            "{{\n    \"z\": [1,2,   3],\n    \"{}\": {{\n        \"other\": {{\"command\":\"y\"}}\n    \
             }},\n    \"a\": 1.50\n}}\n",
            client.servers
        ),
    }
}

/// The server in a file, as text that both notations can be compared by.
fn server(client: &Client, text: &str, name: &str) -> Value {
    match client.notation {
        Notation::Json => {
            serde_json::from_str::<Value>(text).expect("JSON")[client.servers][name].clone()
        }
        Notation::Toml => {
            toml::from_str::<Value>(text).expect("TOML")[client.servers][name].clone()
        }
        Notation::Yaml => {
            let server = &YamlLoader::load_from_str(text).expect("YAML")[0][client.servers][name];
            let field = |key: &str| json!(server[key].as_str());
            json!({"cmd": field("cmd"), "uri": field("uri"), "name": field("name")})
        }
    }
}

fn is_right(client: &Client, server: &Value, started: bool) {
    let key = match client.remote {
        Remote::Url(key) if !started => key,
        _ => client.command,
    };
    assert!(server[key].is_string(), "{}: {key} in {server}", client.id);
}

#[test]
fn a_file_keeps_all_it_had_and_writing_again_changes_nothing() {
    for client in with_files() {
        for started in [true, false] {
            let home = Home::new();
            let (file, old) = (home.file(client), before(client));
            fs::create_dir_all(file.parent().expect("a folder")).expect("writable");
            fs::write(&file, &old).expect("writable");
            fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("ours");
            let args: &[&str] = if started { &[] } else { &["--url", URL] };
            let (code, out, said) = home.write(client.id, args);
            assert_eq!(code, 0, "{}: {said}", client.id);
            assert!(out.contains("Added the entry 'itential'"), "{out}");
            let new = text(&file);
            is_right(client, &server(client, &new, "itential"), started);
            assert!(!(new.clone() + &out + &said).contains(SECRET), "{new}");
            // Every line of before is there still, in its order; the last of a table may get a comma.
            let mut lines = new.lines();
            for line in old.lines() {
                let kept = |new: &str| new == line || new.strip_suffix(',') == Some(line);
                assert!(lines.any(kept), "{}: no {line} in\n{new}", client.id);
            }
            let backup = PathBuf::from(format!("{}.bak", file.display()));
            assert_eq!(text(&backup), old);
            for path in [&file, &backup] {
                let mode = fs::metadata(path).expect("there").permissions().mode();
                assert_eq!(mode & 0o777, 0o640, "{}", path.display());
            }

            let (code, out, _) = home.write(client.id, args);
            assert!(code == 0 && out.contains("nothing was changed"), "{out}");
            assert_eq!(text(&file), new);

            // Another address takes its place, and the earlier backup stays.
            let (code, out, said) =
                home.write(client.id, &["--url", "https://other.example.com/mcp"]);
            assert_eq!(code, 0, "{}: {said}", client.id);
            assert!(
                out.contains("Replaced the entry 'itential'") && out.contains(".bak.1"),
                "{out}"
            );
            assert!(text(&file).contains("other.example.com"));
            assert!(!text(&file).contains(URL) && text(&backup) == old);
            server(client, &text(&file), "itential");
            let left = home.names(&file);
            assert!(left.iter().all(|name| !name.ends_with(".new")), "{left:?}");
            // Back again: but for the entry itself it is what it was.
            home.write(client.id, args);
            assert_eq!(text(&file), new);
        }
    }
}

#[test]
fn a_file_is_made_for_a_client_that_is_there_and_for_no_other() {
    for client in with_files() {
        let home = Home::new();
        let (code, out, said) = home.write(client.id, &["--url", URL]);
        assert_eq!(code, 1);
        assert!(said.contains("does not seem to be here") && out.contains(URL), "{said}{out}");
        assert_eq!(fs::read_dir(home.0.path()).expect("readable").count(), 0);

        let file = home.file(client);
        let (code, _, said) = home.write(client.id, &["--url", URL]);
        assert_eq!(code, 0, "{said}");
        is_right(client, &server(client, &text(&file), "itential"), false);
    }
    let home = Home::new();
    let file = home.file(row("cursor"));
    home.write("cursor", &[]);
    assert_eq!(fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
    assert_eq!(home.names(&file), ["mcp.json"]);
}

#[test]
fn comments_stay_where_they_are() {
    let home = Home::new();
    let zed = home.file(row("zed"));
    let old = "// top\r\n{\r\n\t\"theme\": \"One\", // ends, {\r\n\t\"context_servers\": {\r\n\t\t/* \"mine\" */\
               \r\n\t\t\"other\": {\"url\": \"http://x//y\"} // other\r\n\t\t// last\r\n\t},\r\n}\r\n// end\r\n";
    fs::write(&zed, old).expect("writable");
    let (code, _, said) = home.write("zed", &["--url", URL]);
    assert_eq!(code, 0, "{said}");
    let new = old.replace("\"http://x//y\"}", "\"http://x//y\"},").replace(
        "// last",
        &format!("// last\r\n\t\t\"itential\": {{\r\n\t\t\t\"url\": \"{URL}\"\r\n\t\t}}"),
    );
    assert_eq!(text(&zed), new);

    // Comments inside the entry would be lost with it.
    let own = new.replace("\t\t\t\"url\"", "\t\t\t// mine\r\n\t\t\t\"url\"");
    fs::write(&zed, &own).expect("writable");
    let (code, out, said) = home.write("zed", &["--url", "https://other.example.com/mcp"]);
    assert_eq!(code, 1);
    assert!(said.contains("comments") && out.contains("other.example.com"), "{said}");
    assert_eq!(text(&zed), own);

    // The questions of VS Code stand beside its servers, each once.
    let vscode = home.file(row("vscode"));
    fs::write(&vscode, "{\n  // none yet\n  \"inputs\": [ /* here */ ]\n}").expect("writable");
    for _ in 0..2 {
        assert_eq!(home.write("vscode", &[]).0, 0);
    }
    let new = text(&vscode);
    assert!(new.contains("// none yet") && new.contains("/* here */"), "{new}");
    assert_eq!(new.matches("promptString").count(), 1, "{new}");
    let plain = new.replace("// none yet", "").replace("/* here */", "");
    let plain: Value = serde_json::from_str(&plain).expect("JSON but for its comments");
    assert_eq!(plain["inputs"][0]["id"], "itential-mcp-platform-password");
    assert!(plain["servers"]["itential"]["command"].is_string());
}

#[test]
fn what_is_not_clear_is_left_alone_and_shown_instead() {
    for (client, content, why) in [
        ("cursor", "{\"mcpServers\": {\"a\": 1,,}}", "line 1 is not JSON"),
        ("cursor", "{\n\"mcpServers\": {\n", "line 3 is not JSON"),
        ("cursor", "{\"a\": 01}", "is not JSON"),
        ("cursor", "{} {}", "is not JSON"),
        ("cursor", "{\"a\": \"\u{1}\"}", "is not JSON"),
        ("cursor", "[]", "is not written with '{'"),
        ("cursor", "{\"mcpServers\": []}", "is not written with '{'"),
        ("cursor", "{\"mcpServers\": {}, \"mcpServers\": {}}", "twice"),
        ("cursor", "{\"mcpServers\": {\"itential\": 1, \"itential\": 2}}", "twice"),
        ("vscode", "{\"inputs\": {}}", "is not written with '['"),
        ("codex", "mcp_servers = { other = { command = \"x\" } }\n", "not clear"),
        ("codex", "[mcp_servers]\nother.command = \"x\"\n", "not clear"),
        ("codex", "[mcp_servers.itential.env]\nA = \"1\"\n", "not clear"),
        ("codex", "[mcp_servers.itential]\nargs = [\n  \"x\",\n]\n", "more than plain lines"),
        ("codex", "[mcp_servers.itential]\n# mine\ncommand = \"x\"\n", "more than plain lines"),
        ("codex", "a = \"\"\"\n[mcp_servers.itential]\n\"\"\"\n", "several lines"),
        ("codex", "a = \"\"\"\n", "several lines"),
        ("goose", "extensions: {}\n", "not a plain mapping"),
        ("goose", "extensions:\n- x\n", "is a list"),
        ("goose", "{extensions: {}}\n", "line 1"),
        ("goose", "- a\n", "line 1"),
        ("goose", "a: 1\n---\nb: 2\n", "line 2"),
        ("goose", "extensions:\n  itential:\n    # mine\n    cmd: x\n", "more than plain lines"),
    ] {
        let home = Home::new();
        let file = home.file(row(client));
        fs::write(&file, content).expect("writable");
        let (code, out, said) = home.write(client, &[]);
        assert_eq!(code, 1, "{content}: {out}");
        assert!(said.contains("ERROR: ") && said.contains(why), "{content}: {said}");
        assert!(said.contains("nothing was changed") && out.contains("itential"), "{said}{out}");
        assert_eq!(text(&file), content);
        assert_eq!(home.names(&file).len(), 1);
        assert!(!(out + &said).contains(SECRET));
    }
    let deep = "[".repeat(100_000);
    let home = Home::new();
    fs::write(home.file(row("cursor")), &deep).expect("writable");
    assert_eq!(home.write("cursor", &[]).0, 1);
}

#[test]
fn read_only_files_links_and_other_places() {
    let home = Home::new();
    let file = home.file(row("cursor"));
    fs::write(&file, "{}").expect("writable");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).expect("ours");
    let (code, _, said) = home.write("cursor", &[]);
    assert!(code == 1 && said.contains("it is read-only"), "{said}");
    assert_eq!(text(&file), "{}");

    // A link stays one.
    let real = PathBuf::from(home.0.write("real.json", "{}"));
    fs::remove_file(&file).expect("ours");
    symlink(&real, &file).expect("possible");
    assert_eq!(home.write("cursor", &[]).0, 0);
    assert!(fs::symlink_metadata(&file).expect("there").is_symlink());
    assert!(text(&real).contains("itential"));

    // A project's file.
    let other = home.0.path().join("project.json");
    let path = other.to_str().expect("text");
    assert_eq!(home.write("claude-code", &["--file", path, "--url", URL]).0, 0);
    assert!(text(&other).contains(URL));
    let (code, _, said) = home.write("mcp-remote", &["--url", URL]);
    assert!(code == 1 && said.contains("give it with --file"), "{said}");

    let usage = |args: &[&str], why: &str| {
        let (code, _, said) = support::run(&[], args);
        assert!(code == 2 && said.contains(why), "{said}");
    };
    usage(&["client-config", "--write"], "which client");
    usage(&["client-config", "cursor", "--file", "x"], "--file belongs to --write");
}

#[test]
fn what_is_left_to_the_user_is_said() {
    let home = Home::new();
    home.file(row("lm-studio"));
    let (_, _, said) = home.write("lm-studio", &[]);
    assert!(
        said.contains("put the secret in the place of '<Itential platform password>'"),
        "{said}"
    );
    home.file(row("windsurf"));
    let (_, _, said) = home.write("windsurf", &[]);
    assert!(said.contains("from the variable ITENTIAL_MCP_PLATFORM_PASSWORD"), "{said}");
}
