//! What callers of each role may do, in every revision, and how one comes by a role.

mod support;

use serde_json::{Value, json};
use support::house::House;
use support::http_server::{HttpServer, initialize};
use support::speaker::{MODERN, REVISIONS, Speaker};
use support::tokens::Signer;
use support::{Platform, StdioServer, eventually, run};

const ROLES: &str = "\
    [role:viewer]\nread_only = yes\ntokens = vic\n\
    [role:operator]\nno_destructive = yes\ntokens = opal vic\n\
    [role:adapters]\ninclude_tags = adapters\nexclude_tags = restart_adapter\n\
    [role:admin]\ntokens = ada, bea\n";

/// Role by role: whose it is, what they may call, and what they may not.
const MATRIX: &[(&str, &[&str], &[&str])] = &[
    (
        "vic",
        &["get_health", "get_adapters", "describe_job"],
        &["create_device_group", "stop_adapter", "restart_adapter", "start_workflow"],
    ),
    (
        "opal",
        &["get_health", "get_adapters", "describe_job", "create_device_group"],
        &["stop_adapter", "restart_adapter", "start_workflow"],
    ),
    // By its line of the file.
    (
        "tag",
        &["get_adapters", "stop_adapter"],
        &["get_health", "describe_job", "create_device_group", "restart_adapter", "start_workflow"],
    ),
    (
        "ada",
        &["get_health", "get_adapters", "describe_job", "create_device_group", "stop_adapter"],
        // What the server does not offer, no role does.
        &["start_workflow"],
    ),
];

/// A house with a token for everybody, its configuration, and the tokens by name.
struct Town {
    house: House,
    platform: Platform,
    tokens: Vec<(&'static str, String)>,
}

impl Town {
    fn new() -> Self {
        let house = House::new();
        let named = |name: &'static str| (name, house.token(name, &[]));
        let mut tokens: Vec<_> = ["vic", "opal", "ada", "bea", "nobody"].map(named).to_vec();
        tokens.push(("tag", house.token("tag", &["--role", "adapters"])));
        tokens.push(("lost", house.token("lost", &["--role", "gone"])));
        Self { house, platform: Platform::start(), tokens }
    }

    fn token(&self, name: &str) -> &str {
        &self.tokens.iter().find(|(known, _)| *known == name).expect("a token").1
    }

    fn serve(&self, roles: &str, more: &[&str]) -> HttpServer {
        let file = self.house.scratch.write("mcp.conf", roles);
        let arguments = [&["--config", file.as_str(), "--log-level", "info"], more].concat();
        self.house.serve(&self.platform.env(), &arguments)
    }

    fn refusal(&self, server: &HttpServer, name: &str) -> (u16, Value) {
        let bearer = format!("Bearer {}", self.token(name));
        let answer = server.post(&[("Authorization", &bearer)], &initialize("2025-06-18"));
        (answer.status, answer.json())
    }
}

#[test]
fn a_role_is_offered_and_may_call_only_what_it_may_in_every_revision() {
    let town = Town::new();
    let server = town.serve(ROLES, &["--exclude-tags", "start_workflow"]);
    for revision in REVISIONS {
        for (who, may, may_not) in MATRIX {
            let caller = Speaker::new(&server, revision, town.token(who));
            let listed = caller.tools();
            for tool in *may {
                assert!(listed.iter().any(|name| name == tool), "{revision} {who} {tool}");
                // Whatever the tool says of these arguments, it was reached.
                let answer = caller.call(tool, json!({"surplus": 1}));
                assert_eq!(answer["result"]["isError"], true, "{revision} {who}: {answer}");
            }
            let unknown = caller.call("no_such_tool", json!({}));
            for tool in *may_not {
                assert!(!listed.iter().any(|name| name == tool), "{revision} {who} {tool}");
                let answer = caller.call(tool, json!({}));
                assert_eq!(answer["error"]["code"], -32602, "{revision} {who} {answer}");
                assert_eq!(answer["error"]["code"], unknown["error"]["code"]);
                let said = answer["error"]["message"].as_str().expect("text");
                assert!(said.starts_with(&format!("Unknown tool: '{tool}'")), "{said}");
            }
        }
    }
    assert_eq!(town.platform.count("PUT", "/adapters/ServiceNow-Prod/stop"), 0);
}

#[test]
fn prompts_documents_and_suggestions_are_those_of_the_tools_of_a_role() {
    let town = Town::new();
    let server = town.serve(ROLES, &[]);
    for revision in REVISIONS {
        let [ada, vic, tag] =
            ["ada", "vic", "tag"].map(|who| Speaker::new(&server, revision, town.token(who)));
        let change = "change_device_configuration";
        let offered = |caller: &Speaker<'_>| caller.names("prompts/list", "prompts");
        assert!(offered(&ada).iter().any(|name| name == change));
        assert!(!offered(&vic).iter().any(|name| name == change), "it changes something");
        let arguments = json!({"device": "d", "change": "c"});
        let get = json!({"name": change, "arguments": arguments});
        assert!(ada.ask("prompts/get", get.clone())["result"].is_object());
        assert_eq!(vic.ask("prompts/get", get)["error"]["code"], -32602);

        let documents =
            |caller: &Speaker<'_>| caller.names("resources/templates/list", "resourceTemplates");
        assert!(documents(&vic).iter().any(|name| name == "job"));
        assert!(documents(&tag).is_empty(), "no tool of theirs reads any");
        let read = json!({"uri": "itential://workflows/backup-device"});
        let complete = json!({"ref": {"type": "ref/resource", "uri": "itential://workflows/{name}"},
                              "argument": {"name": "name", "value": "Back"}});
        for (method, params) in [("resources/read", read), ("completion/complete", complete)] {
            assert!(vic.ask(method, params.clone())["result"].is_object(), "{revision} {method}");
            let refused = tag.ask(method, params);
            assert!(refused["error"].is_object(), "{revision} {method}: {refused}");
        }
    }
}

#[test]
fn tools_that_are_found_by_search_are_those_of_the_role() {
    let town = Town::new();
    let server = town.serve(ROLES, &["--offer", "search"]);
    for revision in REVISIONS {
        for (who, may) in [("vic", false), ("ada", true)] {
            let caller = Speaker::new(&server, revision, town.token(who));
            let found = caller.said("find_tools", json!({"words": "stop adapter"}));
            assert_eq!(found.contains("stop_adapter"), may, "{revision} {who}: {found}");
            let described = caller.said("describe_tool", json!({"name": "stop_adapter"}));
            assert_eq!(described.contains("inputSchema"), may, "{described}");
            let called = json!({"name": "stop_adapter", "arguments": {"name": "no such"}});
            let called = caller.said("call_tool", called);
            assert_eq!(called.contains("no tool is called 'stop_adapter'"), !may, "{called}");
            // Nor is it called past the three.
            let direct = caller.call("stop_adapter", json!({"name": "no such"}));
            assert_eq!(direct["result"].is_object(), may, "{direct}");
        }
    }
}

#[test]
fn a_task_is_its_callers_in_the_role_in_which_it_began() {
    let town = Town::new();
    let server = town.serve(ROLES, &[]);
    let able = json!({"extensions": {"io.modelcontextprotocol/tasks": {}}});
    let speak = |who: &str| {
        let mut caller = Speaker::new(&server, MODERN, town.token(who));
        caller.can = able.clone();
        caller
    };
    let [ada, bea, vic] = ["ada", "bea", "vic"].map(speak);
    // Its job waits for a person.
    let arguments = json!({"route_name": "change-approval", "data": {}, "wait": 600});
    let task = ada.call("start_workflow", arguments)["result"].clone();
    let id = task["taskId"].as_str().unwrap_or_else(|| panic!("{task}")).to_owned();
    let about = |caller: &Speaker<'_>, method: &str| caller.ask(method, json!({"taskId": id}));
    for method in ["tasks/get", "tasks/cancel"] {
        // One of the same role, and one of another.
        for other in [&bea, &vic] {
            assert!(about(other, method)["error"].is_object(), "{method}");
        }
    }
    assert!(about(&ada, "tasks/get")["result"].is_object());
    let kept = std::fs::read_to_string(&town.house.file).expect("the file");
    town.house.scratch.write("tokens", kept.replace("ada - ", "ada operator "));
    eventually("the new role", || !ada.tools().iter().any(|name| name == "start_workflow"));
    assert!(about(&ada, "tasks/get")["error"].is_object());
    town.house.scratch.write("tokens", kept);
    eventually("the old role", || about(&ada, "tasks/get")["result"].is_object());
}

#[test]
fn whoever_has_no_role_is_told_so_and_by_whom_it_is_mended() {
    let town = Town::new();
    let server = town.serve(ROLES, &[]);
    let (status, said) = town.refusal(&server, "nobody");
    assert_eq!((status, &said["error"]), (403, &json!("access_denied")));
    let said = said["error_description"].as_str().expect("text");
    assert!(
        said.contains("no role") && said.contains("operator") && said.contains("static:nobody")
    );
    let (status, said) = town.refusal(&server, "lost");
    assert_eq!(status, 403);
    assert!(said["error_description"].as_str().is_some_and(|said| said.contains("'gone'")));
    server.served.log_line("the line of 'lost' names the role 'gone', which is not defined");
    // A role that a token names must be there, whether there are others or not.
    let open = town.serve("", &[]);
    assert_eq!((town.refusal(&open, "lost").0, town.refusal(&open, "nobody").0), (403, 200));
    let with_default = town.serve(ROLES, &["--default-role", "viewer"]);
    assert_eq!(town.refusal(&with_default, "lost").0, 403);
    let nobody = Speaker::new(&with_default, MODERN, town.token("nobody"));
    let vic = Speaker::new(&with_default, MODERN, town.token("vic"));
    assert_eq!(nobody.tools(), vic.tools());
}

#[test]
fn without_tokens_everybody_has_the_default_role_or_none() {
    let town = Town::new();
    let file = town.house.scratch.write("mcp.conf", ROLES);
    let arguments = ["--transport", "http", "--config", &file, "--default-role", "viewer"];
    let server = HttpServer::start(&town.platform.env(), &arguments);
    for revision in REVISIONS {
        let caller = Speaker::new(&server, revision, "");
        assert!(caller.call("get_health", json!({}))["result"].is_object());
        assert_eq!(caller.call("stop_adapter", json!({}))["error"]["code"], -32602);
    }
    let closed = HttpServer::start(&town.platform.env(), &arguments[..4]);
    assert_eq!(closed.post(&[], &initialize("2025-06-18")).status, 403);
    assert_eq!(closed.request("GET", "/status", &[], None).status, 200);
}

#[test]
fn a_signed_token_gives_the_role_of_its_scopes_or_subject() {
    let town = Town::new();
    let signer = Signer::new("ES256");
    let key = signer.public();
    let roles = "[role:viewer]\nread_only = yes\nscopes = net.read\n\
                 [role:admin]\nscopes = net.write\nsubjects = ann;bob via desk at https://b\n";
    let file = town.house.scratch.write("mcp.conf", roles);
    let jwt = ["--transport", "http", "--auth-type", "jwt", "--auth-algorithm", "ES256"];
    let more = ["--auth-public-key", &key, "--config", &file];
    let server = HttpServer::start(&town.platform.env(), &[&jwt[..], &more].concat());
    for (claims, may) in [
        (json!({"sub": "eve", "scope": "net.read other"}), false),
        (json!({"sub": "eve", "scope": "net.write"}), true),
        // The first section counts.
        (json!({"sub": "ann", "scope": "net.read"}), false),
        (json!({"sub": "ann"}), true),
        (json!({"sub": "bob", "client_id": "desk", "iss": "https://b"}), true),
    ] {
        for revision in REVISIONS {
            let caller = Speaker::new(&server, revision, &signer.token(claims.clone()));
            let listed = caller.tools().iter().any(|name| name == "stop_adapter");
            let called = caller.call("stop_adapter", json!({}))["result"].is_object();
            assert_eq!((listed, called), (may, may), "{revision} {claims}");
        }
    }
    for claims in [
        json!({"sub": "bob", "client_id": "desk", "iss": "https://c"}),
        json!({"sub": "eve", "scope": "net"}),
    ] {
        let bearer = format!("Bearer {}", signer.token(claims));
        let answer = server.post(&[("Authorization", &bearer)], &initialize("2025-06-18"));
        assert_eq!((answer.status, &answer.json()["error"]), (403, &json!("insufficient_scope")));
        let challenge = answer.header("www-authenticate").expect("a challenge");
        assert!(challenge.ends_with("scope=\"net.read net.write\""), "{challenge}");
    }
}

#[test]
fn roles_are_taken_over_by_a_reload() {
    let town = Town::new();
    let server = town.serve(ROLES, &[]);
    let ada = Speaker::new(&server, "2025-11-25", town.token("ada"));
    let has = |tool: &str| ada.tools().iter().any(|name| name == tool);
    assert!(has("stop_adapter"));
    let reload = |roles: &str| {
        town.house.scratch.write("mcp.conf", roles);
        support::signal("HUP", server.served.pid());
    };
    reload(&ROLES.replace("[role:admin]\n", "[role:admin]\nread_only = yes\n"));
    eventually("fewer tools", || !has("stop_adapter"));
    assert_eq!(ada.call("stop_adapter", json!({}))["error"]["code"], -32602);
    // What is wrong changes nothing.
    reload(&ROLES.replace("[role:admin]\n", "[role:admin]\nread_onyl = yes\n"));
    server.served.log_line("the configuration stays as it was");
    assert!(has("get_health") && !has("stop_adapter"));
    reload(&format!("[server]\ndefault_role = viewr\n{ROLES}"));
    server.served.log_line("Did you mean 'viewer'?");
    assert!(!has("stop_adapter"));
    reload(&format!("[server]\ndefault_role = viewer\n{ROLES}"));
    eventually("the default role", || town.refusal(&server, "nobody").0 == 200);
    reload("");
    eventually("everything", || has("stop_adapter"));
    reload("[role:other]\ntokens = bea\n");
    let bearer = format!("Bearer {}", town.token("ada"));
    eventually("that ada is out", || {
        server.post(&[("Authorization", &bearer)], &initialize("2025-06-18")).status == 403
    });
}

#[test]
fn whoever_calls_too_often_is_told_when_to_come_back() {
    let town = Town::new();
    let server =
        town.serve(&ROLES.replace("tokens = ada", "calls_per_minute = 2\ntokens = ada"), &[]);
    for (who, revision) in [("ada", "2025-11-25"), ("bea", MODERN)] {
        let caller = Speaker::new(&server, revision, town.token(who));
        for _ in 0..2 {
            assert_eq!(caller.call("get_adapters", json!({}))["result"]["isError"], false);
        }
        // Another session is the same caller.
        let again = Speaker::new(&server, "2025-06-18", town.token(who));
        let said = again.said("get_adapters", json!({}));
        assert!(said.starts_with("Busy: ") && said.contains("2 calls a minute"), "{said}");
        let seconds =
            said.split_whitespace().find_map(|word| word.parse::<u64>().ok().filter(|n| *n > 2));
        assert!(seconds.is_some_and(|seconds| seconds <= 31), "{said}");
    }
    let vic = Speaker::new(&server, MODERN, town.token("vic"));
    for _ in 0..4 {
        assert_eq!(vic.call("get_adapters", json!({}))["result"]["isError"], false);
    }
}

#[test]
fn calls_at_once_are_bounded_by_the_role() {
    let town = Town::new();
    let roles = ROLES.replace("tokens = ada", "concurrent_calls = 1\ntokens = ada");
    let file = town.house.scratch.write("mcp.conf", roles);
    let server = town.house.serve(&town.platform.patient_env(), &["--config", &file]);
    town.platform.faults(json!([{"match": {"path": "/health/adapters"}, "times": 50,
                                 "delay_ms": 600_000}]));
    let (ada, bea) = (town.token("ada"), town.token("bea"));
    let send = |token: &str| {
        let mut socket = support::raw_http::connect(server.port);
        let params = support::modern(json!({"name": "get_adapters", "arguments": {}}));
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        let bearer = format!("Bearer {token}");
        let headers = [
            ("Authorization", bearer.as_str()),
            ("Accept", "application/json, text/event-stream"),
            ("MCP-Protocol-Version", MODERN),
            ("Mcp-Method", "tools/call"),
            ("Mcp-Name", "get_adapters"),
        ];
        let body = body.to_string();
        support::raw_http::ask(&mut socket, "127.0.0.1", "POST", "/mcp", &headers, Some(&body));
        socket
    };
    let asked = || town.platform.count("GET", "/health/adapters");
    let first = send(ada);
    eventually("the first call", || asked() == 1);
    let waiting: Vec<_> = (0..5).map(|_| send(ada)).collect();
    let other = send(bea);
    eventually("another caller's call", || asked() == 2);
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(asked(), 2, "hers wait");
    drop(first);
    eventually("the next call", || asked() == 3);
    drop((waiting, other));
}

#[test]
fn a_role_may_have_an_account_of_its_own_at_the_platform() {
    let town = Town::new();
    let others = json!({"others": {"ops": "0psPassw0rd"}});
    town.platform.control("PUT", "/sandbox/credentials", Some(&others));
    let secret = town.house.scratch.write("ops.password", "0psPassw0rd\n");
    let roles = ROLES.replace(
        "[role:admin]\n",
        &format!("[role:admin]\nplatform_user = ops\nplatform_password_file = {secret}\n"),
    );
    let audit = town.house.scratch.path().join("audit").to_str().expect("text").to_owned();
    let server = town.serve(&roles, &["--audit-file", &audit]);
    let reload = || support::signal("HUP", server.served.pid());
    for who in ["ada", "vic", "bea"] {
        let caller = Speaker::new(&server, MODERN, town.token(who));
        assert_eq!(caller.call("get_adapters", json!({}))["result"]["isError"], false);
    }
    let users = || -> Vec<String> {
        let asked = town.platform.requests();
        let adapters = asked.iter().filter(|asked| asked["path"] == "/health/adapters");
        let mut users: Vec<String> =
            adapters.filter_map(|asked| Some(asked["user"].as_str()?.to_owned())).collect();
        users.dedup();
        users
    };
    assert_eq!(users(), ["ops", "admin", "ops"]);
    assert_eq!(town.platform.count("POST", "/login"), 2, "one login for each account");
    // The login outlives a reload that does not change it.
    reload();
    server.served.log_line("reloaded");
    let ada = Speaker::new(&server, "2025-11-25", town.token("ada"));
    assert_eq!(ada.call("get_adapters", json!({}))["result"]["isError"], false);
    assert_eq!(town.platform.count("POST", "/login"), 2);
    town.house.scratch.write("ops.password", "wrong-by-far");
    reload();
    eventually("the new password", || {
        ada.call("get_adapters", json!({}))["result"]["isError"] == json!(true)
    });
    let said = ada.said("get_adapters", json!({}));
    assert!(said.contains("user 'ops'") && !said.contains("wrong-by-far"), "{said}");
    let vic = Speaker::new(&server, MODERN, town.token("vic"));
    assert_eq!(vic.call("get_adapters", json!({}))["result"]["isError"], false);

    let lines = std::fs::read_to_string(&audit).expect("the audit file");
    let line = |at: usize| -> Value {
        serde_json::from_str(lines.lines().nth(at).expect("a line")).expect("JSON")
    };
    assert_eq!((&line(0)["caller"], &line(0)["role"]), (&json!("static:ada"), &json!("admin")));
    assert_eq!(line(0)["platform_account"], "ops");
    assert_eq!((&line(1)["role"], line(1).get("platform_account")), (&json!("viewer"), None));
    server.served.log_line("(admin): ok");
    let log = server.served.log();
    for secret in ["0psPassw0rd", "wrong-by-far"] {
        assert!(!lines.contains(secret) && !log.contains(secret));
    }
}

#[test]
fn whoever_starts_the_program_has_the_default_role_or_everything() {
    let town = Town::new();
    let file = town.house.scratch.write("mcp.conf", ROLES);
    for (more, may) in [
        (&["--config", &file][..], true),
        (&["--config", &file, "--default-role", "viewer"], false),
    ] {
        let mut server = StdioServer::start(&town.platform.env(), more);
        server.initialize("2025-11-25");
        let answer = server.request("tools/call", json!({"name": "stop_adapter", "arguments": {}}));
        assert_eq!(answer["result"].is_object(), may, "{answer}");
        assert_eq!(server.call("get_adapters", json!({}))["isError"], false);
    }
    // From the command line an operator calls as before.
    let arguments = ["call", "get_health", "--sandbox", "--config", &file];
    assert_eq!(run(&[], &arguments).0, 0);
}

#[test]
fn operators_see_what_comes_of_their_roles() {
    let house = House::new();
    let _ = house.token("tag", &["--role", "gone"]);
    let roles = format!("{ROLES}[role:idle]\ninclude_tags = adaptres\napprove = yes\n");
    let file = house.scratch.write("mcp.conf", roles);
    let with = |arguments: &[&str]| run(&[], &[arguments, &["--config", &file]].concat());
    let (_, viewer, _) = with(&["tools", "--role", "viewer"]);
    assert!(viewer.contains("get_health") && !viewer.contains("stop_adapter"), "{viewer}");
    let (_, tags, _) = with(&["tags", "--role", "adapters"]);
    assert!(tags.contains("adapters") && !tags.contains("operations_manager"), "{tags}");
    let (code, _, said) = with(&["tools", "--role", "viewers"]);
    assert!(code == 1 && said.contains("viewer, operator, adapters, admin, idle"), "{said}");

    let (_, shown, _) = with(&["config", "show"]);
    let line = shown.lines().find(|line| line.starts_with("role:viewer  ")).expect("a line");
    assert!(line.contains(" of the ") && line.contains("for tokens vic"), "{line}");
    assert!(
        shown
            .lines()
            .any(|line| line.starts_with("role:viewer.read_only") && line.contains("true"))
    );
    let (_, shown, _) = with(&["config", "show", "--format", "json"]);
    let shown: Value = serde_json::from_str(&shown).expect("JSON");
    assert_eq!(shown["roles"][2]["name"], "adapters");
    assert!(
        shown["roles"][2]["tools"]
            .as_array()
            .is_some_and(|tools| tools.contains(&json!("stop_adapter")))
    );

    let (code, checked, _) = with(&[&["config", "check"], &house.arguments()[..]].concat());
    assert_eq!(code, 0, "{checked}");
    for part in [
        "the line of 'tag' names the role 'gone'",
        "role:idle: it has no tool",
        "role:idle: nobody can have it",
        "role:adapters: nobody can have it",
        "role:idle: approve has no effect",
        "role:idle.include_tags: no tool has the tag 'adaptres', which brings in nothing. Did you mean 'adapters'?",
    ] {
        assert!(checked.contains(part), "{part}: {checked}");
    }
    assert!(!checked.contains("role:viewer"), "{checked}");
}

#[test]
fn what_is_wrong_with_a_role_is_refused() {
    let house = House::new();
    for (text, part) in [
        (
            "[role:a]\nread_onyl = yes\n",
            "unknown key 'read_onyl' in [role:a]. Did you mean 'read_only'?",
        ),
        ("[role:a]\nread_only = perhaps\n", "role:a.read_only: 'perhaps'"),
        ("[role:a]\nplatform_user = u\n", "platform_user and platform_password belong together"),
        ("[role:a]\nplatform_client_id = u\n", "platform_client_secret belong together"),
        (
            "[role:a]\nplatform_user = u\nplatform_password = pppp\nplatform_client_id = i\n\
             platform_client_secret = ssss\n",
            "two accounts",
        ),
        (
            "[role:a]\nplatform_password_file = /nowhere/x\n",
            "role:a.platform_password: file /nowhere/x",
        ),
        ("[role:a b]\n", "letters, digits"),
        ("[role:-]\n", "needs a name"),
        ("[role:]\n", "needs a name"),
        ("[roles:a]\n", "role:<name>"),
        ("[server]\ndefault_role = viewr\n[role:viewer]\n", "'viewr' is no role"),
        ("[server]\ndefault_role = viewer\n", "is no role"),
    ] {
        let file = house.scratch.write("mcp.conf", text);
        let (code, out, err) = run(&[], &["config", "check", "--config", &file]);
        assert!(code == 1 && (out + &err).contains(part), "{text}: {err}");
    }
    // Variables: the longest key counts, and whatever has no key is refused.
    let env = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    let (_, shown, _) =
        run(&env("ITENTIAL_MCP_ROLE_NIGHT_SHIFT_READ_ONLY", "yes"), &["config", "show"]);
    assert!(shown.contains("role:night_shift.read_only"), "{shown}");
    let file = house.scratch.write("mcp.conf", "[role:night-shift]\nread_only = no\n");
    let variable = env("ITENTIAL_MCP_ROLE_NIGHT_SHIFT_READ_ONLY", "yes");
    let (_, shown, _) = run(&variable, &["config", "show", "--config", &file]);
    let line = shown.lines().find(|line| line.starts_with("role:night-shift.read_only"));
    assert!(line.is_some_and(|line| line.contains("true")), "{shown}");
    for name in ["ITENTIAL_MCP_ROLE_A_READONLY", "ITENTIAL_MCP_ROLE_X"] {
        let (code, _, err) = run(&env(name, "yes"), &["config", "show"]);
        assert!(code == 1 && err.contains(name), "{err}");
    }
}
