//! The configuration, as the program shows it: every setting over all sources, and the mistakes of
//! the Python server (A1 to A24) that must not come back.

mod support;

use std::collections::BTreeMap;
use std::process::Output;

use itential_mcp::config::{self, Config, Kind, Setting, Sources, settings};
use serde_json::{Value as Json, json};
use support::scratch::Scratch;

/// One run of the program with its sources.
#[derive(Default)]
struct Setup {
    file: Option<String>,
    env: Vec<(String, String)>,
    args: Vec<String>,
}

impl Setup {
    fn file(mut self, text: impl Into<String>) -> Self {
        self.file = Some(text.into());
        self
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    fn args(mut self, args: &[&str]) -> Self {
        self.args.extend(args.iter().map(ToString::to_string));
        self
    }

    fn run(&self, action: &[&str]) -> Output {
        let scratch = Scratch::new();
        let mut command = support::program();
        if let Some(text) = &self.file {
            command.args(["--config", &scratch.write("mcp.conf", text)]);
        }
        command.args(action).args(&self.args).envs(self.env.iter().map(|(n, v)| (n, v)));
        command.output().expect("the program starts")
    }

    fn show(&self) -> Shown {
        let output = self.run(&["config", "show", "--format", "json"]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "refused: {stderr}");
        Shown(serde_json::from_slice(&output.stdout).expect("config show writes JSON"))
    }

    /// The complaints of a configuration that must be refused, with its exit code.
    fn refused(&self) -> (i32, String) {
        let output = self.run(&["config", "check"]);
        assert!(output.stdout.is_empty(), "errors belong on standard error");
        let code = output.status.code().expect("not killed");
        assert_ne!(code, 0, "accepted");
        (code, String::from_utf8(output.stderr).expect("text"))
    }

    fn refused_with(&self, parts: &[&str]) {
        let (code, text) = self.refused();
        assert_eq!(code, 1, "{text}");
        for part in parts {
            assert!(text.contains(part), "no {part:?} in: {text}");
        }
        assert!(text.lines().all(|line| line.starts_with("ERROR: ")), "{text}");
    }

    /// The typed configuration that the same file and environment make.
    fn config(&self) -> Config {
        let scratch = Scratch::new();
        let config_file = self.file.as_ref().map(|text| scratch.write("mcp.conf", text).into());
        let environment = self.env.iter().cloned().collect();
        let sources = Sources { environment, config_file, ..Sources::default() };
        config::load(&sources).unwrap_or_else(|e| panic!("refused: {e}")).config
    }
}

fn file(text: &str) -> Setup {
    Setup::default().file(text)
}

fn env(name: &str, value: &str) -> Setup {
    Setup::default().env(name, value)
}

fn args(args: &[&str]) -> Setup {
    Setup::default().args(args)
}

/// What `config show --format json` wrote.
struct Shown(Json);

impl Shown {
    fn row(&self, id: &str) -> &Json {
        let rows = self.0["settings"].as_array().expect("a list");
        rows.iter().find(|row| row["setting"] == id).unwrap_or_else(|| panic!("no {id}"))
    }

    fn value(&self, id: &str) -> &Json {
        &self.row(id)["value"]
    }

    fn source(&self, id: &str) -> &str {
        self.row(id)["source"].as_str().expect("text")
    }

    fn warnings(&self) -> String {
        self.0["warnings"].to_string()
    }
}

/// The `n`th valid value of a setting, as text.
fn sample(row: &Setting, n: usize) -> String {
    match row.kind {
        Kind::Bool => n.is_multiple_of(2).to_string(),
        Kind::Choice(words, _) => words[n % words.len()].into(),
        Kind::Choices(words) => format!("{},{}", words[n], words[n + 1]),
        Kind::Host => format!("h{n}.example.com"),
        Kind::Int(..) | Kind::Seconds(..) => (1001 + n).to_string(),
        Kind::Level => row.choices()[n].into(),
        Kind::Lines => format!("a,{n};b,{n}"),
        Kind::List => format!("a{n},b{n}"),
        Kind::Networks => format!("10.0.0.{n},::1"),
        Kind::Path => format!("/p/{n}"),
        Kind::Route => format!("/r{n}"),
        Kind::Secret | Kind::Text => format!("t,{n}"),
        Kind::Url => format!("https://h{n}.example.com/x"),
        Kind::Words => format!("a{n} b{n}"),
    }
}

/// How `config show` writes that value.
fn shown(row: &Setting, text: &str) -> Json {
    match row.kind {
        _ if text.is_empty() => Json::Null,
        Kind::Bool => json!(text == "true"),
        Kind::Int(..) | Kind::Seconds(..) => json!(text.parse::<i64>().expect("a number")),
        Kind::Choices(_) | Kind::List | Kind::Networks => {
            json!(text.split(',').collect::<Vec<_>>())
        }
        Kind::Words => json!(text.split(' ').collect::<Vec<_>>()),
        Kind::Secret => json!("********"),
        _ => json!(text),
    }
}

#[test]
fn every_setting_obeys_environment_over_command_line_over_file_over_default() {
    // Eight runs, one per rotation: in each, every setting has another combination of sources, so
    // that none can lean on its neighbour's.
    for rotation in 0..8 {
        let mut setup = Setup::default();
        let mut sections: BTreeMap<&str, String> = BTreeMap::new();
        let mut expected = Vec::new();
        for (index, row) in settings().enumerate() {
            let layers = (index + rotation) % 8;
            let mut winner = ("default", row.default.to_string());
            if layers & 1 != 0 {
                let section = sections.entry(row.section.name()).or_default();
                section.push_str(&format!("{} = {}\n", row.key, sample(row, 0)));
                winner = ("file", sample(row, 0));
            }
            if layers & 2 != 0 {
                setup.args.push(format!("--{}={}", row.flag, sample(row, 1)));
                winner = ("command line", sample(row, 1));
            }
            if layers & 4 != 0 {
                setup = setup.env(row.env, &sample(row, 2));
                winner = ("environment", sample(row, 2));
            }
            expected.push((row, winner));
        }
        let section = |(name, keys): (&str, String)| format!("[{name}]\n{keys}");
        let got = setup.file(sections.into_iter().map(section).collect::<String>()).show();
        for (row, (source, text)) in expected {
            assert_eq!(got.source(&row.id()), source, "{} in rotation {rotation}", row.id());
            assert_eq!(*got.value(&row.id()), shown(row, &text), "{} in {rotation}", row.id());
        }
    }
}

#[test]
fn auth_keys_have_two_spellings_and_the_later_section_wins() {
    for row in settings() {
        let Some(key) = row.auth_key() else { continue };
        let (a, b) = (sample(row, 0), sample(row, 1));
        let auth = format!("[auth]\n{key} = {a}\n");
        let server = format!("[server]\n{} = {b}\n", row.key);
        for (text, line) in [(format!("{auth}{server}"), 4), (format!("{server}{auth}"), 4)] {
            let scratch = Scratch::new();
            let path = scratch.write("mcp.conf", &text);
            let sources = Sources { config_file: Some(path.clone().into()), ..Sources::default() };
            let loaded = config::load(&sources).unwrap_or_else(|e| panic!("{text}: {e}"));
            let found = loaded.settings.iter().find(|s| s.setting.id() == row.id()).expect("a row");
            assert_eq!(found.source.place(), Some(format!("{path}:{line}")), "{text}");
        }
    }
}

#[test]
fn the_config_option_beats_the_variable_that_names_a_file() {
    let scratch = Scratch::new();
    let other = scratch.write("other.conf", "[server]\nport = 2\n");
    let both = file("[server]\nport = 1\n").env("ITENTIAL_MCP_CONFIG", &other);
    assert_eq!(*both.show().value("server.port"), 1);
    assert_eq!(*env("ITENTIAL_MCP_CONFIG", &other).show().value("server.port"), 2);
    assert_eq!(*env("ITENTIAL_MCP_CONFIG", "").show().value("server.port"), 8000);
    env("ITENTIAL_MCP_CONFIG", "/nope/x").refused_with(&["Config file not found: /nope/x"]);
    env("ITENTIAL_MCP_CONFIG", "/").refused_with(&["is a directory"]);
}

#[test]
fn secrets_come_from_files_of_their_own() {
    let scratch = Scratch::new();
    for row in settings().filter(|row| row.is_secret()) {
        let in_file = scratch.write("a", "from,ini\r\n");
        let in_env = scratch.write("b", " from env \n");
        scratch.write(row.key, "from credential");
        let credentials =
            env("CREDENTIALS_DIRECTORY", scratch.path().to_str().expect("made of text"));
        let ini = format!("[{}]\n{}_file = {in_file}\n", row.section.name(), row.key);
        let secret = |config: Config| {
            let found = match row.key {
                "password" => Some(config.platform.password),
                "client_secret" => config.platform.client_secret,
                "auth_public_key" => config.auth.public_key,
                "state_key" => config.server.state_key,
                "otlp_headers" => config.server.otlp_headers,
                _ => config.auth.oauth_client_secret,
            };
            found.map(|secret| secret.expose().to_string())
        };
        // client_secret counts only beside a client_id.
        let credentials = credentials.env("ITENTIAL_MCP_PLATFORM_CLIENT_ID", "id");
        assert_eq!(secret(credentials.config()).as_deref(), Some("from credential"));
        assert_eq!(credentials.show().source(&row.id()), "credential");
        let with_file = credentials.file(&ini);
        assert_eq!(secret(with_file.config()).as_deref(), Some("from,ini"));
        let with_env = with_file.env(&format!("{}_FILE", row.env), &in_env);
        assert_eq!(secret(with_env.config()).as_deref(), Some(" from env "));
        // What container templates leave behind does not hide the file.
        let with_blank = with_env.env(row.env, "");
        assert_eq!(secret(with_blank.config()).as_deref(), Some(" from env "));
        let mut direct = with_blank;
        direct.env.retain(|(name, _)| name != row.env);
        let direct = direct.env(row.env, "direct");
        assert_eq!(secret(direct.config()).as_deref(), Some("direct"));
        assert!(direct.show().warnings().contains("_FILE is ignored"));
    }
    env("ITENTIAL_MCP_PLATFORM_PASSWORD_FILE", "/nope/p").refused_with(&[
        "platform.password",
        "/nope/p does not exist",
        "PASSWORD_FILE",
    ]);
    file("[platform]\npassword_file = /nope/p\n").refused_with(&[
        "platform.password",
        "/nope/p",
        "line 2",
    ]);
}

#[test]
fn half_of_the_client_credentials_is_told() {
    let both = [("CLIENT_ID", "desk", "CLIENT_SECRET"), ("CLIENT_SECRET", "hunter2", "CLIENT_ID")];
    for (given, value, lacks) in both {
        let half = env(&format!("ITENTIAL_MCP_PLATFORM_{given}"), value);
        let warnings = half.show().warnings();
        let lacking = format!("without platform.{}", lacks.to_lowercase());
        assert!(warnings.contains(&lacking) && warnings.contains("user 'admin'"), "{warnings}");
        let whole = half.env(&format!("ITENTIAL_MCP_PLATFORM_{lacks}"), "x");
        assert_eq!(whole.show().warnings(), "[]");
        // An empty variable is none, as container templates leave it.
        let none = env(&format!("ITENTIAL_MCP_PLATFORM_{given}"), "");
        assert_eq!(none.show().warnings(), "[]");
    }
}

#[test]
fn secrets_are_never_shown() {
    let mut setup = Setup::default();
    for row in settings().filter(|row| row.is_secret()) {
        setup = setup.env(row.env, "hunter2hunter2");
    }
    for action in [&["config", "show"][..], &["config", "show", "--format", "json"]] {
        let output = setup.run(action);
        assert!(output.status.success());
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains("********") && !text.contains("hunter2"), "{text}");
    }
    assert!(!format!("{:?}", setup.config()).contains("hunter2"));
}

#[test]
fn platform_host_takes_names_addresses_and_a_port() {
    for (host, name, port) in [
        ("h.example.com", "h.example.com", None),
        ("h:8080", "h", Some(8080)),
        ("::1", "::1", None),
        ("[::1]", "::1", None),
        ("[::1]:4100", "::1", Some(4100)),
        ("10.0.0.1", "10.0.0.1", None),
    ] {
        for setup in
            [env("ITENTIAL_MCP_PLATFORM_HOST", host), file(&format!("[platform]\nhost = {host}\n"))]
        {
            let platform = setup.config().platform;
            assert_eq!((platform.host.name(), platform.port), (name, port), "{host}");
        }
        assert_eq!(*args(&["--platform-host", host]).show().value("platform.host"), host);
    }
    let both = env("ITENTIAL_MCP_PLATFORM_HOST", "h:1").env("ITENTIAL_MCP_PLATFORM_PORT", "2");
    both.refused_with(&["port 1", "ITENTIAL_MCP_PLATFORM_PORT says 2"]);
    env("ITENTIAL_MCP_PLATFORM_HOST", "http://h").refused_with(&["platform.host", "disable_tls"]);
    env("ITENTIAL_MCP_PLATFORM_HOST", "").refused_with(&["platform.host", "not an empty text"]);
}

#[test]
fn ini_files_are_read_as_the_python_server_read_them() {
    for (text, id, value) in [
        ("", "server.port", json!(8000)),
        ("[server]\r\nport=1\r\n", "server.port", json!(1)),
        ("[server]\rport=1\r", "server.port", json!(1)),
        ("[server] trailing\nPORT : 8_000.0\n", "server.port", json!(8000)),
        ("[DEFAULT]\nhost = h\n[server]\n", "server.host", json!("h")),
        ("[DEFAULT]\nbase = h\n[server]\nhost = %(base)s.x\n", "server.host", json!("h.x")),
        ("[server]\nhost = h # c\n", "server.host", json!("h # c")),
        ("[server]\n  # c\n; c\nhost =\n", "server.host", json!("")),
        ("[server]\npath = /${X}/$Y\n", "server.path", json!("/${X}/$Y")),
        (
            "[server]\ninclude_tags = a,\n  b\n\n  c\n",
            "server.include_tags",
            json!(["a", "b\n\nc"]),
        ),
        ("[platform]\nuser = a=b:c\n", "platform.user", json!("a=b:c")),
        ("[platform]\nuser = 50%%\n", "platform.user", json!("50%")),
    ] {
        assert_eq!(*file(text).show().value(id), value, "{text:?}");
    }
    for (text, part) in [
        ("port = 1\n", "line 1: text before the first [section]"),
        ("{\"server\": {}}", "line 1: text before the first [section]"),
        ("[server]\nport\n", "line 2: expected 'key = value'"),
        ("[server]\nport = 1\nport = 2\n", "line 3: 'port' appears twice in [server]"),
        ("[server]\n[server]\n", "line 2: section [server] appears twice"),
        ("[server]\nhost = %(x)s\n", "line 2: [server] host: %(x)s refers"),
        ("[Server]\n", "Invalid config file section: [Server]"),
        ("[ server ]\n", "Did you mean [server]?"),
    ] {
        file(text).refused_with(&[part]);
    }
}

#[test]
fn files_that_are_not_text_are_explained() {
    let scratch = Scratch::new();
    for (bytes, part) in
        [(&b"\xff\xfe[\0s\0"[..], "UTF-16"), (b"[server]\nhost = \xe9\n", "line 2: not UTF-8")]
    {
        let path = scratch.write("mcp.conf", bytes);
        env("ITENTIAL_MCP_CONFIG", &path).refused_with(&[part]);
    }
}

#[test]
fn a1_switches_in_the_file_are_honoured() {
    for row in settings().filter(|row| row.is_switch()) {
        let text = format!("[{}]\n{} = true\n", row.section.name(), row.key);
        assert_eq!(*file(&text).show().value(&row.id()), true, "{}", row.id());
    }
}

#[test]
fn a2_values_of_the_command_line_are_not_touched() {
    let shown = args(&["--platform-user", "a,b,\\c\"ä", "--path=/x,y"]).show();
    assert_eq!(*shown.value("platform.user"), "a,b,\\c\"ä");
    assert_eq!(*shown.value("server.path"), "/x,y");
}

#[test]
fn a4_an_empty_tools_path_is_unset() {
    for setup in [env("ITENTIAL_MCP_SERVER_TOOLS_PATH", ""), file("[server]\ntools_path =\n")] {
        let config = setup.config();
        assert_eq!((config.server.tools_path, config.warnings), (None, vec![]));
    }
}

#[test]
fn a6_one_validator_serves_every_source() {
    for row in settings() {
        let (bad, code) = match row.kind {
            Kind::Bool | Kind::Choice(..) | Kind::Choices(_) => ("bogus", 2),
            Kind::Int(..) | Kind::Seconds(..) => ("12x", 2),
            Kind::Level | Kind::Networks | Kind::Route | Kind::Url => ("bogus", 1),
            Kind::Host => ("no/host", 1),
            Kind::Lines | Kind::List | Kind::Path | Kind::Secret | Kind::Text | Kind::Words => {
                continue;
            }
        };
        let id = row.id();
        env(row.env, bad).refused_with(&[&id, bad, row.env, "expected"]);
        file(&format!("[{}]\n{} = {bad}\n", row.section.name(), row.key))
            .refused_with(&[&id, bad, "line 2", "expected"]);
        let option = format!("--{}={bad}", row.flag);
        let (got, text) = args(&[&option]).refused();
        assert_eq!(got, code, "{text}");
        assert!(text.contains(row.flag) && text.contains("expected"), "{text}");
    }
    for row in settings() {
        let (Kind::Int(_, max) | Kind::Seconds(_, max)) = row.kind else { continue };
        if max < i64::MAX {
            env(row.env, &(max + 1).to_string()).refused_with(&[&row.id(), &max.to_string()]);
        }
    }
    for (text, word) in [("STDIO", "stdio"), (" Http ", "http"), ("streamable-http", "http")] {
        let shown = env("ITENTIAL_MCP_SERVER_TRANSPORT", text).show();
        assert_eq!(*shown.value("server.transport"), word);
    }
}

#[test]
fn a7_every_source_knows_the_same_words_for_true_and_false() {
    for (text, value) in [("y", true), ("T", true), ("on", true), ("n", false), ("OFF", false)] {
        let id = "platform.disable_verify";
        let from_env = env("ITENTIAL_MCP_PLATFORM_DISABLE_VERIFY", text).show();
        assert_eq!(*from_env.value(id), value);
        let from_file = file(&format!("[platform]\ndisable_verify = {text}\n")).show();
        assert_eq!(*from_file.value(id), value);
    }
    env("ITENTIAL_MCP_PLATFORM_DISABLE_VERIFY", "enabled").refused_with(&["true or false"]);
}

#[test]
fn a8_platform_port_zero_is_the_default() {
    assert_eq!(file("[platform]\nport = 0\n").config().platform.port, None);
}

#[test]
fn a9_unknown_keys_warn_and_fail_closed_for_authentication() {
    let shown = file("[server]\nprot = 1\n[platform]\nverify_ssl = false\n").show();
    let warnings = shown.warnings();
    assert!(warnings.contains("unknown key 'prot' in [server]. Did you mean 'port'?"));
    assert!(warnings.contains("Did you mean 'disable_verify'?"), "{warnings}");
    file("[auth]\nauth_type = jwt\n")
        .refused_with(&["'auth_type' in [auth]", "Did you mean 'type'?"]);
    file("[auth]\nport = 1\n").refused_with(&["unknown key 'port' in [auth]"]);
    file("[server]\nauth_typ = jwt\n").refused_with(&["line 2", "Did you mean 'auth_type'?"]);
    file("[DEFAULT]\nauth_type = jwt\n").refused_with(&["'auth_type' in [DEFAULT] has no effect"]);
    let inherited = file("[DEFAULT]\nauth_type = jwt\n[server]\n[auth]\n").show();
    assert_eq!(*inherited.value("server.auth_type"), json!(["jwt"]));
    file("[servr]\n").refused_with(&["Invalid config file section: [servr]", "[server]?"]);
}

#[test]
fn a10_log_levels_ignore_case_everywhere() {
    for (text, word) in [("debug", "DEBUG"), ("Warn", "WARNING"), ("fatal", "CRITICAL")] {
        let id = "server.log_level";
        assert_eq!(*env("ITENTIAL_MCP_SERVER_LOG_LEVEL", text).show().value(id), word);
        assert_eq!(*args(&["--log-level", text]).show().value(id), word);
        assert_eq!(*file(&format!("[server]\nlog_level={text}\n")).show().value(id), word);
    }
    let (code, text) = args(&["--log-level", "foo"]).refused();
    assert_eq!(code, 1, "{text}");
}

#[test]
fn a11_a_byte_order_mark_is_no_error() {
    assert_eq!(*file("\u{feff}[server]\nport = 1\n").show().value("server.port"), 1);
}

#[test]
fn a12_a_lone_percent_sign_is_explained_without_the_value() {
    let (_, text) = file("[platform]\nuser = u\npassword = hunter2%b\n").refused();
    assert!(text.contains("line 3: [platform] password: a '%' in a value must be written '%%'"));
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn a13_an_empty_number_switch_or_choice_is_unset() {
    for row in settings() {
        let (Kind::Bool | Kind::Choice(..) | Kind::Int(..) | Kind::Level | Kind::Seconds(..)) =
            row.kind
        else {
            continue;
        };
        let text = format!("[{}]\n{} = {}\n", row.section.name(), row.key, sample(row, 0));
        assert_eq!(file(&text).env(row.env, " ").show().source(&row.id()), "file", "{}", row.id());
    }
    // An empty text is a value.
    let shown = file("[server]\nhost = h\nexclude_tags = x\n")
        .env("ITENTIAL_MCP_SERVER_HOST", "")
        .env("ITENTIAL_MCP_SERVER_EXCLUDE_TAGS", "")
        .show();
    assert_eq!(*shown.value("server.host"), "");
    assert_eq!(*shown.value("server.exclude_tags"), json!([]));
}

#[test]
fn a14_kubernetes_service_links_are_recognised() {
    let shown = env("ITENTIAL_MCP_SERVER_PORT", "tcp://10.0.0.1:8000")
        .env("ITENTIAL_MCP_SERVER_PORT_8000_TCP_ADDR", "10.0.0.1")
        .env("ITENTIAL_MCP_SERVER_SERVICE_HOST", "10.0.0.1")
        .file("[server]\nport = 9000\n")
        .show();
    assert_eq!(*shown.value("server.port"), 9000);
    let warnings = shown.0["warnings"].as_array().expect("a list");
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].as_str().expect("text").contains("enableServiceLinks: false"));
}

const TOOL: &str = "[tool:provision_device]\ntype = endpoint\nname = n\nautomation = a\n";

#[test]
fn tools_are_read_from_file_and_environment() {
    let shown = file(&format!(
        "{TOOL}tags = x, y ,\n[tool:b]\ntype=service\nname=s\ncluster=c\ntool_name=bee\n\
         read_only = yes\n"
    ))
    .env("ITENTIAL_MCP_TOOL_extra_TYPE", "service")
    .env("ITENTIAL_MCP_TOOL_extra_NAME", "s2")
    .env("ITENTIAL_MCP_TOOL_extra_CLUSTER", "c2")
    .env("ITENTIAL_MCP_TOOL_extra_TITLE", "Extra")
    .env("ITENTIAL_MCP_TOOL_extra_DESTRUCTIVE", "False")
    .show();
    assert_eq!(
        shown.0["tools"],
        json!([
            { "tool_name": "provision_device", "name": "n", "type": "endpoint", "automation": "a",
              "title": null, "description": null, "tags": ["x", "y"], "read_only": false,
              "destructive": true },
            { "tool_name": "bee", "name": "s", "type": "service", "cluster": "c",
              "title": null, "description": null, "tags": [], "read_only": true,
              "destructive": false },
            { "tool_name": "extra", "name": "s2", "type": "service", "cluster": "c2",
              "title": "Extra", "description": null, "tags": [], "read_only": false,
              "destructive": false },
        ])
    );
}

#[test]
fn the_effect_of_a_tool_is_said_without_contradiction() {
    file(&format!("{TOOL}read_only = true\ndestructive = true\n"))
        .refused_with(&["'provision_device'", "cannot be both read_only and destructive"]);
    file(&format!("{TOOL}read_only = perhaps\n"))
        .refused_with(&["'read_only' must be true or false"]);
}

#[test]
fn a15_tool_variables_match_the_tools_of_the_file_in_any_case() {
    let shown = file(TOOL).env("ITENTIAL_MCP_TOOL_PROVISION_DEVICE_DESCRIPTION", "d").show();
    assert_eq!(shown.0["tools"][0]["description"], "d");
    assert_eq!(shown.0["tools"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a16_a_tool_name_with_hyphens_is_explained() {
    file("[tool:my-tool]\ntype=service\nname=s\ncluster=c\n")
        .refused_with(&["'my-tool'", "such as 'my_tool'"]);
}

#[test]
fn a17_a_malformed_tool_variable_is_explained_precisely() {
    env("ITENTIAL_MCP_TOOL_FOO", "hunter2")
        .refused_with(&["ITENTIAL_MCP_TOOL_FOO names no tool and key"]);
    env("ITENTIAL_MCP_TOOL_FOO_TYPE", "endpoint").refused_with(&[
        "Tool 'FOO' (environment variable ITENTIAL_MCP_TOOL_FOO_TYPE): 'name' is missing",
        "'automation' is missing",
    ]);
    file("[tool:x]\nname = n\ntype = Endpoint\n")
        .refused_with(&["'Endpoint' is neither endpoint nor service"]);
    let twice =
        format!("{TOOL}[tool:b]\ntype=service\nname=s\ncluster=c\ntool_name=provision_device\n");
    file(&twice).refused_with(&["another tool is already called 'provision_device'"]);
    let typo = format!("{TOOL}descripton = d\n");
    assert!(file(&typo).show().warnings().contains("Did you mean 'description'?"));
}

#[test]
fn a18_the_example_file_loads_as_it_is_and_with_every_line_enabled() {
    let output = Setup::default().run(&["config", "example"]);
    let example = String::from_utf8(output.stdout).expect("text");
    let plain = file(&example).show();
    assert_eq!(plain.warnings(), "[]");
    let enabled: String = example
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(setting) if !setting.starts_with([' ', '#']) && !setting.is_empty() => setting,
            _ => line,
        })
        .map(|line| format!("{line}\n"))
        .collect();
    let enabled = file(&enabled).show();
    assert_eq!(enabled.warnings(), "[]");
    assert_eq!(enabled.0["tools"][0]["tool_name"], "backup_router");
    for row in settings().filter(|row| !row.default.is_empty()) {
        assert_eq!(plain.source(&row.id()), "default");
        assert_eq!(enabled.source(&row.id()), "file", "{}", row.id());
        assert_eq!(plain.value(&row.id()), enabled.value(&row.id()), "{}", row.id());
    }
    file("[tool:<tool_name>]\ntype = endpoint\n").refused_with(&["placeholder", "[tool:my_tool]"]);
}

#[test]
fn a19_a_timeout_must_leave_time() {
    for text in ["0", "-1"] {
        let (code, text) = args(&["--platform-timeout", text]).refused();
        assert_eq!(code, 1);
        assert!(text.contains("from 1 to 86400"), "{text}");
    }
}

#[test]
fn a20_every_finding_is_one_short_line_without_secrets() {
    let (_, text) = file("[platform]\nport = x\ntimeout = 0\n[tool:x]\nname = hunter2\n")
        .env("ITENTIAL_MCP_SERVER_PORT", "70000")
        .env("ITENTIAL_MCP_SERVER_AUTH_JWKS_URI", "ftp://user:hunter2@h/")
        .refused();
    assert_eq!(text.lines().count(), 5, "{text}");
    assert!(text.lines().all(|line| line.starts_with("ERROR: ") && line.len() < 200), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn a24_unknown_variables_are_reported_with_what_was_meant() {
    for (name, meant) in [
        ("ITENTIAL_MCP_INCLUDE_TAGS", "ITENTIAL_MCP_SERVER_INCLUDE_TAGS"),
        ("ITENTIAL_MCP_LOG_LEVEL", "ITENTIAL_MCP_SERVER_LOG_LEVEL"),
        ("ITENTIAL_MCP_PLATFORM_USERNAME", "ITENTIAL_MCP_PLATFORM_USER"),
        ("ITENTIAL_MCP_CONFIG_FILE", "ITENTIAL_MCP_CONFIG"),
        ("ITENTIAL_MCP_AUTH_TYPE", "ITENTIAL_MCP_SERVER_AUTH_TYPE"),
        ("ITENTIAL_MCP_SERVER_AUTH_TYP", "ITENTIAL_MCP_SERVER_AUTH_TYPE"),
    ] {
        let warnings = env(name, "x").show().warnings();
        assert!(warnings.contains(name), "{warnings}");
        assert!(warnings.contains(&format!("Did you mean {meant}?")), "{warnings}");
        assert_eq!(warnings.contains("protects nothing"), name.contains("AUTH"), "{warnings}");
    }
    for name in ["ITENTIAL_MCP_DEBUG", "ITENTIAL_MCP_SERVER_LOGGING_PROPAGATION", "FASTMCP_PORT"] {
        assert_eq!(env(name, "true").show().warnings(), "[]");
    }
}
