//! `tls check`, `probe` and the start of the server, with certificates as people make them.

mod support;

use std::io::ErrorKind;
use std::process::Command;

use itential_mcp::http::tls::{Problem, Role};
use rcgen::date_time_ymd;
use serde_json::Value;
use support::certificates::{Authority, Pair, connect, params, set_mode};
use support::scratch::Scratch;
use support::served::Served;
use support::{program, raw_http, run};

/// Exit code and report of `tls check` for machines.
fn check(host: &str, options: &[&str]) -> (i32, Value) {
    let mut args = vec!["tls", "check"];
    args.extend(Some(host).filter(|host| !host.is_empty()));
    args.extend(["--transport", "http", "--format", "json"]);
    let (code, out, err) = run(&[], &[&args, options].concat());
    assert_eq!(err, "", "{args:?}");
    (code, serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}")))
}

/// What `run` says when it does not start.
fn refusal(options: &[&str]) -> String {
    let mut command = program();
    command.args(["--transport", "http", "--port", "0", "--sandbox"]).args(options);
    let (status, log) = Served::spawn(command).err().expect("it does not serve");
    assert_eq!(status.code(), Some(1), "{log}");
    log
}

/// Runs the commands of guides to TLS; without openssl the same is made in here.
fn as_in_guides(scratch: &Scratch) -> Pair {
    let openssl = |arguments: &str| {
        let mut openssl = Command::new("openssl");
        let run = openssl.args(arguments.split(' ')).current_dir(scratch.path()).output();
        run.is_ok_and(|output| output.status.success())
    };
    let made = openssl("genrsa -out server.key 2048")
        && openssl("req -new -x509 -key server.key -out server.crt -days 365 -subj /CN=localhost")
        && openssl("x509 -in server.crt -out server.pem -outform PEM");
    if !made {
        eprintln!("no openssl here: the certificate is made by the test itself");
        let mut bare = params(&[]);
        bare.distinguished_name.push(rcgen::DnType::CommonName, "localhost");
        let key = rcgen::KeyPair::generate().expect("random numbers");
        let certificate = bare.self_signed(&key).expect("sound parameters").pem();
        return Pair::write(scratch, "server", (certificate, key.serialize_pem()));
    }
    let path = |name: &str| scratch.path().join(name).to_str().expect("text").to_owned();
    set_mode(&path("server.key"), 0o600);
    Pair { certificate: path("server.pem"), key: path("server.key") }
}

#[test]
fn the_pair_of_the_guides_is_explained_served_and_probed() {
    let scratch = Scratch::new();
    let pair = as_in_guides(&scratch);
    let (code, report) = check("", &pair.options());
    assert_eq!((code, &report["usable"]), (0, &Value::Bool(true)), "{report}");
    assert_eq!(report["certificate"]["names"][0], "localhost");
    assert_eq!(report["certificate"]["common_name_only"], true);
    assert!(report["warnings"][0].as_str().is_some_and(|text| text.contains("alternative name")));

    let started = [&["--transport", "sse", "--host", "0.0.0.0", "--port", "0", "--sandbox"][..]];
    let server = Served::start(&[], &[started.concat(), pair.options().to_vec()].concat());
    assert!(server.url.starts_with("https://"), "{}", server.url);
    let port = server.port.to_string();
    let place = ["--transport", "sse", "--host", "0.0.0.0", "--port", &port];
    let own = [&["probe"][..], &place, &pair.options()].concat();
    let (code, out, err) = run(&[], &own);
    assert_eq!(code, 0, "{err}");
    let expected = format!("ok: https://127.0.0.1:{port}/status/healthz {{\"status\":\"ok\"}} in ");
    assert!(out.starts_with(&expected) && out.lines().count() == 1, "{out}");
    let (code, out, _) = run(&[], &[&own[..], &["--ready"]].concat());
    assert_eq!(code, 0);
    assert!(out.contains("/status/readyz {\"status\":\"ready\"}"), "{out}");
}

#[test]
fn the_four_errors_of_the_document_come_in_its_words() {
    let scratch = Scratch::new();
    let authority = Authority::new("Test CA");
    let good = Pair::write(&scratch, "good", authority.issue(&["mcp.example.com"]));
    let other = Pair::write(&scratch, "other", authority.issue(&["mcp.example.com"]));
    let mut past = params(&["mcp.example.com"]);
    past.not_before = date_time_ymd(2020, 1, 1);
    past.not_after = date_time_ymd(2021, 1, 1);
    let expired = Pair::write(&scratch, "expired", authority.issue_with(past));
    let mixed = Pair { certificate: good.certificate.clone(), key: other.key.clone() };

    for (pair, problem) in [
        (&mixed, "certificate and private key do not match"),
        (&expired, "certificate has expired"),
    ] {
        let (code, report) = check("mcp.example.com", &pair.options());
        assert_eq!((code, &report["usable"]), (1, &Value::Bool(false)));
        assert_eq!(report["errors"][0]["problem"], problem);
        let log = refusal(&pair.options());
        assert!(log.contains(problem) && log.contains(&pair.certificate), "{log}");
    }
    let (_, report) = check("", &expired.options());
    assert_eq!(report["certificate"]["not_after"], "2021-01-01T00:00:00Z");
    let allowed = [&expired.options()[..], &["--allow-expired-certificate"]].concat();
    let (code, report) = check("", &allowed);
    assert_eq!(code, 0, "{report}");
    assert!(report["warnings"][0].as_str().is_some_and(|text| text.contains("has expired")));

    let (code, report) = check("elsewhere.example.com", &good.options());
    assert_eq!((code, &report["host_matches"]), (1, &Value::Bool(false)));
    assert_eq!(report["errors"][0]["problem"], "certificate hostname does not match");
    assert_eq!(check("mcp.example.com", &good.options()).0, 0);
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_named() {
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::process::CommandExt;

    let scratch = Scratch::new();
    let pair = Pair::write(&scratch, "server", Authority::new("Test CA").issue(&["a.example.com"]));
    set_mode(&pair.key, 0o644);
    let (code, report) = check("", &pair.options());
    assert_eq!((code, &report["files"]["private_key_file"]["mode"]), (0, &"0644".into()));
    assert!(report["warnings"][0].as_str().is_some_and(|text| text.contains("chmod 600")));

    set_mode(&pair.key, 0);
    if scratch.path().metadata().is_ok_and(|dir| dir.uid() == 0) {
        // Nothing is forbidden to the superuser; another user runs the program instead.
        set_mode(scratch.path().to_str().expect("text"), 0o755);
        let copy = scratch.path().join("itential-mcp");
        std::fs::copy(env!("CARGO_BIN_EXE_itential-mcp"), &copy).expect("a copy");
        let mut command = Command::new(copy);
        command.args(["tls", "check"]).args(pair.options()).uid(65534).gid(65534);
        // A process that another thread has just begun may still hold the copy open for writing.
        let output = loop {
            match command.output() {
                Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => {}
                output => break output.expect("another user may be used"),
            }
        };
        let out = String::from_utf8_lossy(&output.stdout);
        assert!(out.contains("permission denied reading private key file"), "{out}");
    } else {
        let (code, report) = check("", &pair.options());
        assert_eq!(code, 1);
        let problem = "permission denied reading private key file";
        assert_eq!(report["errors"][0]["problem"], problem);
    }
}

#[test]
fn a_chain_out_of_order_and_a_client_authority_are_told() {
    let scratch = Scratch::new();
    let (authority, stranger) = (Authority::new("Test CA"), Authority::new("Another CA"));
    let (certificate, key) = authority.issue(&["mcp.example.com"]);
    let chain = |pem: &str| (format!("{certificate}{pem}"), key.clone());
    let right = Pair::write(&scratch, "right", chain(&authority.pem()));
    let wrong = Pair::write(&scratch, "wrong", chain(&stranger.pem()));
    let (_, report) = check("", &right.options());
    assert_eq!(report["certificate"]["chain_length"], 2);
    assert_eq!(report["certificate"]["chain_in_order"], true);
    assert_eq!(report["warnings"].as_array().map(Vec::len), Some(0), "{report}");
    let (code, report) = check("", &wrong.options());
    assert_eq!((code, &report["certificate"]["chain_in_order"]), (0, &Value::Bool(false)));
    assert!(report["warnings"][0].as_str().is_some_and(|text| text.contains("not issued by")));

    let ca = scratch.write("ca.pem", authority.pem());
    let mutual = [&right.options()[..], &["--client-ca-file", &ca]].concat();
    let args = [&["tls", "check", "--transport", "http"][..], &mutual].concat();
    let (code, out, _) = run(&[], &args);
    assert_eq!(code, 0);
    assert!(out.contains("must show a certificate"), "{out}");

    // Whoever has no certificate learns only that the listener is up.
    let start = ["--transport", "http", "--port", "0", "--sandbox"];
    let server = Served::start(&[], &[&start[..], &mutual].concat());
    let port = server.port.to_string();
    let probe = [&["probe", "--transport", "http", "--port", &port][..], &mutual].concat();
    let (code, out, err) = run(&[], &probe);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("asks for a client certificate"), "{out}");
    let (code, _, err) = run(&[], &[&probe[..], &["--ready"]].concat());
    assert_eq!(code, 1);
    assert!(err.contains("client certificate"), "{err}");
}

#[test]
fn without_files_tls_is_off_and_a_half_is_an_error() {
    let (code, report) = check("", &[]);
    assert_eq!((code, &report["files"]), (1, &Value::Null));
    assert!(report["verdict"].as_str().is_some_and(|text| text.starts_with("TLS is off")));
    let (code, report) = check("", &["--private-key-file", "/nowhere/server.key"]);
    assert_eq!(code, 1);
    let problem = "private_key_file is set but certificate_file is not";
    assert_eq!(report["errors"][0]["problem"], problem);
    let (code, report) = check("", &["--certificate-file", "/nowhere/server.pem"]);
    assert_eq!((code, &report["errors"][0]["file"]), (1, &"/nowhere/server.pem".into()));
    assert_eq!(report["errors"][0]["problem"], "certificate file not found");
}

#[test]
fn a_probe_of_a_remote_address_checks_its_certificate() {
    let scratch = Scratch::new();
    let authority = Authority::new("Test CA");
    let pair = Pair::write(&scratch, "server", authority.issue(&["localhost", "127.0.0.1"]));
    let ca = scratch.write("ca.pem", authority.pem());
    let start = ["--transport", "http", "--port", "0", "--sandbox"];
    let server = Served::start(&[], &[&start[..], &pair.options()].concat());
    let url = format!("https://127.0.0.1:{}", server.port);

    let mut socket = connect(server.port, &authority.pem(), "localhost");
    raw_http::ask(&mut socket, "localhost", "GET", "/status/healthz", &[], None);
    assert_eq!(raw_http::answer(&mut socket).status, 200);

    let probe = |options: &[&str]| run(&[], &[&["probe", "--url"][..], options].concat());
    assert_eq!(probe(&[&url, "--ca-file", &ca]).0, 0);
    assert_eq!(probe(&[&url, "--insecure"]).0, 0);
    let live = format!("{url}/status/livez");
    let (code, out, _) = probe(&[&live, "--insecure"]);
    assert!(code == 0 && out.contains(&live), "{out}");
    for (options, part) in [
        (&[url.as_str()][..], "unknown issuer"),
        (&[&url.replace("https", "http")], "speaks TLS"),
        (&[&format!("{url}/nothing"), "--insecure"], "HTTP 404"),
        (&["http://127.0.0.1:1"], "connection refused"),
        (&["localhost:8000"], "must begin with http:// or https://"),
    ] {
        let (code, out, err) = probe(options);
        assert_eq!((code, out.as_str(), err.lines().count()), (1, "", 1), "{options:?}: {err}");
        assert!(err.starts_with("ERROR: ") && err.contains(part), "{options:?}: {err}");
    }
}

/// What an empty container believes is tried by packaging/tests/bare-root, for it takes one.
#[test]
fn the_connection_test_says_whose_authorities_are_believed() {
    let scratch = Scratch::new();
    let authority = Authority::new("Test CA");
    let pair = Pair::write(&scratch, "server", authority.issue(&["127.0.0.1"]));
    let ca = scratch.write("ca.pem", authority.pem());
    let empty = scratch.path().join("empty");
    std::fs::create_dir(&empty).expect("the scratch folder is ours");
    let empty = empty.display().to_string();
    // Any server will do for the step that is looked at.
    let start = ["--transport", "http", "--port", "0", "--sandbox"];
    let server = Served::start(&[], &[&start[..], &pair.options()].concat());
    let step = |variable: (&str, &str), setting: &str| -> Value {
        let mut command = program();
        command.env_remove("SSL_CERT_FILE").env_remove("SSL_CERT_DIR");
        command.env(variable.0, variable.1).env("ITENTIAL_MCP_PLATFORM_CA_FILE", setting);
        command.args(["test", "--format", "json", "--platform-host", "127.0.0.1"]);
        command.args(["--platform-port", &server.port.to_string()]);
        command.args(["--platform-user", "u", "--platform-password", "p"]);
        let output = command.output().expect("it starts");
        let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
        let checks = report["checks"].as_array().cloned().unwrap_or_default();
        checks.into_iter().find(|check| check["name"] == "tls").unwrap_or_else(|| report.clone())
    };
    let believed = |step: Value| step["details"]["authorities"].as_str().map(str::to_owned);
    assert_eq!(
        believed(step(("SSL_CERT_FILE", &ca), "")),
        Some(format!("1 of SSL_CERT_FILE ({ca})"))
    );
    // Whatever the system has comes before it, if it has any.
    let told = believed(step(("A", "b"), &ca)).unwrap_or_default();
    assert!(told.ends_with(&format!("1 of CA file {ca}")), "{told}");
    // Somebody who names an empty folder does not mean all the world.
    let refused = step(("SSL_CERT_DIR", &empty), "").to_string();
    assert!(refused.contains("holds no certificate in PEM form"), "{refused}");
    assert!(!refused.contains("built in"), "{refused}");
}

#[test]
fn a_probe_finds_plain_servers_and_says_what_it_cannot_know() {
    let allowed = ["--allowed-hosts", "mcp.example.com"];
    let start = ["--transport", "http", "--host", "", "--port", "0", "--sandbox"];
    let server = Served::start(&[], &[&start[..], &allowed].concat());
    let port = server.port.to_string();
    let place = ["probe", "--transport", "http", "--host=", "--port", &port];
    let (code, out, err) = run(&[], &[&place[..], &allowed].concat());
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with(&format!("ok: http://127.0.0.1:{port}/status/healthz")), "{out}");
    for (args, part) in [
        (&["probe"][..], "stdio listens nowhere"),
        (&["probe", "--transport", "http", "--port", "0"], "port is 0"),
    ] {
        let (code, _, err) = run(&[], args);
        assert_eq!(code, 1);
        assert!(err.contains(part), "{err}");
    }
}

#[test]
fn the_documentation_has_the_programs_words() {
    let document = include_str!("../docs/tls.md");
    for problem in [
        Problem::Mismatch,
        Problem::PermissionDenied(Role::Certificate),
        Problem::PermissionDenied(Role::Key),
        Problem::Expired,
        Problem::HostnameMismatch,
    ] {
        assert!(document.contains(&format!("\n{problem}\n")), "{problem}");
    }
    for problem in [
        Problem::NotFound(Role::Certificate),
        Problem::NoCertificate(Role::Certificate),
        Problem::NoKey(Role::Key),
        Problem::EncryptedKey,
        Problem::WrongOrder,
        Problem::NotYetValid,
        Problem::KeyFileMissing,
    ] {
        assert!(document.contains(&format!("`{problem}`")), "{problem}");
    }
}
