//! What an operator is told, and when: each test is named by the row of faults it is about.

mod support;

use std::net::TcpListener;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;
use support::certificates::{Authority, Pair, params, set_mode};
use support::scratch::Scratch;
use support::served::Served;
use support::{PATIENCE, program, run};

/// Starts `run` with these options over HTTP in front of the sandbox.
fn serve(options: &[&str]) -> Result<Served, (std::process::ExitStatus, String)> {
    let mut command = program();
    command.args(["run", "--transport", "http", "--port", "0", "--sandbox"]).args(options);
    Served::spawn(command)
}

/// The same, when it must serve.
fn served(options: &[&str]) -> Served {
    serve(options).unwrap_or_else(|(status, log)| panic!("{options:?}: {status}: {log}"))
}

/// What `config check` says to programs: exit code and report.
fn check(env: &[(String, String)], options: &[&str]) -> (i32, Value) {
    let (code, out, err) = run(env, &[&["config", "check", "--format", "json"], options].concat());
    assert_eq!(err, "", "{options:?}");
    (code, serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}")))
}

/// The messages of one kind in a report.
fn messages(report: &Value, kind: &str) -> Vec<String> {
    let all = report[kind].as_array().unwrap_or_else(|| panic!("no {kind} in {report}"));
    all.iter().map(|one| one["message"].as_str().expect("a message").to_owned()).collect()
}

/// A time so many hours from now.
fn hours(from_now: i64) -> std::time::SystemTime {
    let span = Duration::from_secs(from_now.unsigned_abs() * 60 * 60);
    if from_now < 0 { SystemTime::now() - span } else { SystemTime::now() + span }
}

#[test]
fn s5_safety_lines_are_said_at_every_level() {
    let scratch = Scratch::new();
    let ca = Authority::new("advice");
    let mut soon = params(&["localhost"]);
    (soon.not_before, soon.not_after) = (hours(-24 * 300).into(), hours(24 * 9).into());
    let soon = Pair::write(&scratch, "soon", ca.issue_with(soon));
    let shared = Pair::write(&scratch, "shared", ca.issue(&["localhost"]));
    set_mode(&shared.key, 0o644);
    let mut bare = params(&[]);
    bare.distinguished_name.push(rcgen::DnType::CommonName, "localhost");
    let bare = Pair::write(&scratch, "bare", ca.issue_with(bare));
    let open: &[&str] = &["--host", "0.0.0.0"];
    let rows: [(&[&str], &str); 4] = [
        (open, "everybody who reaches port 0 of 0.0.0.0 can use every tool"),
        (&soon.options(), "the certificate expires in 8 days"),
        #[cfg(unix)]
        (&shared.options(), "the private key can be read by others"),
        #[cfg(not(unix))]
        (open, "everybody who reaches"),
        (&bare.options(), "no subject alternative name"),
    ];
    for (options, line) in rows {
        for level in ["NONE", "CRITICAL", "ERROR", "WARNING", "DEBUG"] {
            let server = served(&[options, &["--log-level", level]].concat());
            let said = server.log().matches(line).count();
            assert_eq!(said, 1, "{level}, {line}: {}", server.log());
        }
    }
}

#[test]
fn s5_what_is_well_is_not_warned_of() {
    let scratch = Scratch::new();
    let ca = Authority::new("advice");
    let pair = Pair::write(&scratch, "server", ca.issue(&["localhost"]));
    // As the packages of distributions keep keys for services: readable by a group.
    set_mode(&pair.key, 0o640);
    let authority = scratch.write("ca.pem", ca.pem());
    for options in [
        vec!["--host", "127.0.0.1"],
        vec!["--host", "localhost"],
        pair.options().to_vec(),
        [&pair.options()[..], &["--host", "0.0.0.0", "--client-ca-file", &authority]].concat(),
    ] {
        let server = served(&options);
        let log = server.log();
        assert_eq!(log.lines().count(), 1, "{options:?}: {log}");
        let all = [&["--sandbox", "--transport", "http"], &options[..]].concat();
        let (code, report) = check(&[], &all);
        assert_eq!((code, messages(&report, "warnings")), (0, Vec::new()), "{options:?}");
    }
}

#[test]
fn s6_tags_that_no_tool_has_are_named_with_the_nearest() {
    let rows = [
        ("--exclude-tags", "device", "exclude_tags", "'configuration_manager'"),
        ("--exclude-tags", "experimental, beta,Adapter", "exclude_tags", "'adapters'"),
        ("--include-tags", "devices,operation_manager", "include_tags", "'operations_manager'"),
        ("--exclude-tags", "get_job", "exclude_tags", "'get_jobs'"),
    ];
    for (option, tags, setting, nearest) in rows {
        let is_it = |line: &str| {
            line.contains(setting)
                && line.contains("no tool has the tag")
                && line.contains(&format!("Did you mean {nearest}?"))
        };
        let server = served(&[option, tags]);
        let log = server.log();
        assert_eq!(log.lines().filter(|line| is_it(line)).count(), 1, "run, {tags}: {log}");
        let (code, report) = check(&[], &[option, tags]);
        let found = messages(&report, "warnings");
        assert!(code == 0 && found.iter().any(|line| is_it(line)), "{tags}: {report}");
        for list in ["tools", "tags"] {
            let (code, _, err) = run(&[], &[list, "--enabled", option, tags]);
            assert!(code == 0 && err.lines().any(is_it), "{list}, {tags}: {err}");
        }
    }
    // Nothing that is right is named: areas, tools, what the default says, and configured tools' own.
    let scratch = Scratch::new();
    let file = scratch.write(
        "mcp.conf",
        "[tool:x]\ntype = endpoint\nname = n\nautomation = a\ntags = ours\n[server]\n\
         exclude_tags = experimental,beta,adapters,get_jobs,default,ours\n",
    );
    let (_, report) = check(&[], &["--config", &file]);
    let named: Vec<String> = messages(&report, "warnings");
    assert!(named.iter().all(|line| !line.contains("no tool has the tag")), "{report}");
    // Without --enabled the options of these commands would change nothing, and say so.
    let (code, _, err) = run(&[], &["tools", "--exclude-tags", "devices"]);
    assert!(code == 0 && err.contains("without --enabled"), "{err}");
    let (_, report) = check(&[], &["--include-tags", "adaptres"]);
    assert!(report.to_string().contains("no tool is left to offer"), "{report}");
}

#[test]
fn s7_run_and_config_check_never_disagree() {
    let scratch = Scratch::new();
    let ca = Authority::new("advice");
    let pair = Pair::write(&scratch, "server", ca.issue(&["localhost"]));
    let other = Pair::write(&scratch, "other", ca.issue(&["localhost"]));
    let mut old = params(&["localhost"]);
    (old.not_before, old.not_after) = (hours(-48).into(), hours(-24).into());
    let old = Pair::write(&scratch, "old", ca.issue_with(old));
    let empty = scratch.write("empty.pem", "");
    let folder = scratch.path().to_str().expect("text").to_owned();
    let deep = format!("{folder}/missing/audit.jsonl");
    let under_file = format!("{empty}/audit.jsonl");
    let real = ["--host", "127.0.0.1", "--platform-host", "127.0.0.1", "--platform-ca-file"];
    let bad: Vec<(&str, Vec<&str>)> = vec![
        ("tls", vec!["--certificate-file", "/nope/cert.pem", "--private-key-file", &pair.key]),
        ("tls", vec!["--certificate-file", &pair.certificate, "--private-key-file", "/nope/key"]),
        ("tls", vec!["--certificate-file", &pair.certificate]),
        ("tls", vec!["--private-key-file", &pair.key]),
        ("tls", vec!["--certificate-file", &pair.certificate, "--private-key-file", &other.key]),
        ("tls", vec!["--certificate-file", &empty, "--private-key-file", &pair.key]),
        ("tls", vec!["--certificate-file", &folder, "--private-key-file", &pair.key]),
        ("tls", old.options().to_vec()),
        ("tls", [&pair.options()[..], &["--client-ca-file", "/nope/ca.pem"]].concat()),
        ("tls", [&pair.options()[..], &["--client-ca-file", &empty]].concat()),
        ("tls", vec!["--client-ca-file", &pair.certificate]),
        ("audit", vec!["--audit-file", &deep]),
        ("audit", vec!["--audit-file", &folder]),
        ("audit", vec!["--audit-file", &under_file]),
        ("authentication", vec!["--auth-type", "jwt"]),
        ("authentication", vec!["--auth-type", "oauth_proxy"]),
        ("address", vec!["--host", "192.0.2.77"]),
        ("address", vec!["--host", "fe80::1%nope0"]),
        ("address", vec!["--host", "no such host"]),
        ("settings", vec!["--trusted-proxies", "fe80::1%eth0"]),
        ("settings", vec!["--trusted-proxies", "::ffff:10.0.0.0/8"]),
        ("settings", vec!["--trusted-proxies", "10.0.0.0/33"]),
        ("settings", vec!["--path", "mcp"]),
        ("platform", [&real[..], &["/nope/ca.pem"]].concat()),
        ("platform", [&real[..], &[&empty]].concat()),
        ("platform", [&real[..], &[&pair.key]].concat()),
        // Two at once are both told.
        ("audit", vec!["--audit-file", &deep, "--certificate-file", "/nope/cert.pem"]),
    ];
    for (name, options) in bad {
        let listen = ["--transport", "http", "--port", "0"];
        let sandbox: &[&str] = if name == "platform" { &[] } else { &["--sandbox"] };
        let options = [&listen[..], sandbox, &options[..]].concat();
        let (code, report) = check(&[], &options);
        let errors = report["errors"].as_array().expect("errors");
        assert_eq!(code, 1, "{options:?}: {report}");
        assert_eq!(report["valid"], false, "{options:?}: {report}");
        assert!(errors.iter().any(|error| error["check"] == name), "{options:?}: {report}");
        let mut command = program();
        command.arg("run").args(&options);
        let Err((status, log)) = Served::spawn(command) else { panic!("{options:?} was served") };
        let expected = if name == "address" { 3 } else { 1 };
        assert_eq!(status.code(), Some(expected), "{options:?}: {log}");
        for message in messages(&report, "errors") {
            assert!(log.contains(&message), "{options:?}: {message} is not in {log}");
        }
        // For people the same.
        let (code, _, err) = run(&[], &[&["config", "check"], &options[..]].concat());
        assert!(code == 1 && messages(&report, "errors").iter().all(|e| err.contains(e)), "{err}");
    }
}

#[test]
fn s7_what_run_serves_config_check_lets_pass() {
    let scratch = Scratch::new();
    let ca = Authority::new("advice");
    let pair = Pair::write(&scratch, "server", ca.issue(&["localhost"]));
    let audit = scratch.path().join("audit.jsonl");
    let audit = audit.to_str().expect("text");
    // A port in use may be in use by this server.
    let taken = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = taken.local_addr().expect("it listens").port().to_string();
    for options in [
        vec!["--audit-file", audit],
        vec!["--trusted-proxies", "::ffff:10.0.0.0/104,fd00::/8"],
        pair.options().to_vec(),
        vec!["--auth-type", "jwt", "--transport", "stdio"],
        vec!["--certificate-file", "/nope/cert.pem", "--transport", "stdio"],
        vec!["--port", &port],
    ] {
        let options = [&["--transport", "http", "--sandbox"], &options[..]].concat();
        let (code, report) = check(&[], &options);
        assert_eq!((code, &report["valid"]), (0, &true.into()), "{options:?}: {report}");
    }
    assert!(!std::path::Path::new(audit).exists(), "a check makes no file");
}

#[test]
fn s7_placeholders_that_nobody_filled_in_are_named() {
    let secret = "ITENTIAL_MCP_PLATFORM_PASSWORD".to_owned();
    for value in ["${PASSWORD}", "%PASSWORD%", "$(PASSWORD)", "{{ .Values.password }}"] {
        let env = [(secret.clone(), value.to_owned())];
        let (code, report) = check(&env, &["--sandbox"]);
        let found = messages(&report, "warnings");
        let named = |line: &String| {
            line.contains(
                "platform.password from environment variable ITENTIAL_MCP_PLATFORM_PASSWORD",
            ) && line.contains("placeholder")
        };
        assert!(code == 0 && found.iter().any(named), "{value}: {report}");
        assert!(!report.to_string().contains(value), "{value}: {report}");
        let (_, _, said) = run(&env, &["run", "--sandbox"]);
        assert!(said.contains("is a placeholder of the form"), "{value}: {said}");
    }
    for value in ["pa${X}ss", "100%", "%%", "$ecret", "{x}"] {
        let (_, report) = check(&[(secret.clone(), value.to_owned())], &["--sandbox"]);
        assert_eq!(messages(&report, "warnings"), Vec::<String>::new(), "{value}");
    }
}

#[test]
fn s9_a_small_file_takes_little_work() {
    let scratch = Scratch::new();
    let mut nested = String::from("[server]\nk0 =\n");
    for level in 1..9 {
        let references = format!("%(k{})s", level - 1).repeat(30);
        nested.push_str(&format!("k{level} = {references}\n"));
    }
    assert!(nested.len() < 2900, "{}", nested.len());
    let unknown: String = (0..9_000).map(|n| format!("{}{n} = 1\n", "p".repeat(90))).collect();
    let unknown = format!("[server]\n{unknown}");
    let same = "[x]\n".repeat(100_000);
    let keys: String = (0..100_000).map(|n| format!("k{n}=\n")).collect();
    let keys = format!("[server]\n{keys}");
    let sections: String = (0..9_000).map(|n| format!("[tool:{n}]\n")).collect();
    let heirs = format!("[DEFAULT]\nx = {}\n{sections}", "y".repeat(100_000));
    for (name, text, part) in [
        ("nested", nested, "[server] k"),
        ("unknown", unknown, "unknown key"),
        ("same", same, "appears twice"),
        ("keys", keys, "10000 sections and keys"),
        ("heirs", heirs, "inherited from [DEFAULT]"),
    ] {
        assert!(text.len() <= 1024 * 1024, "{name}");
        let file = scratch.write(name, &text);
        // Bounded work takes seconds at most, unbounded would take hours.
        let begun = Instant::now();
        let (_, out, err) = run(&[], &["config", "check", "--config", &file]);
        let (took, said) = (begun.elapsed(), format!("{out}{err}"));
        assert!(said.contains(part), "{name}: {}", &said[..said.len().min(500)]);
        assert!(took < PATIENCE / 4, "{name}: {took:?}");
    }
}

#[test]
fn s10_test_says_why_tls_cannot_be_set_up() {
    let scratch = Scratch::new();
    // A system without any authority.
    let bundle = scratch.write("bundle.pem", "");
    let nobody = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = nobody.local_addr().expect("it listens").port().to_string();
    let folder = scratch.path().join("none");
    std::fs::create_dir(&folder).expect("a place");
    let folder = folder.to_str().expect("text").to_owned();
    let env = [("SSL_CERT_FILE".to_owned(), bundle), ("SSL_CERT_DIR".to_owned(), folder)];
    let options = ["--platform-host", "127.0.0.1", "--platform-port", &port];
    let (code, called, said) = run(&env, &[&["call", "get_health"], &options[..]].concat());
    assert_eq!((code, called.as_str()), (1, ""), "{said}");
    let cause = "holds no certificate in PEM form";
    assert!(said.contains(cause), "{said}");
    let (code, tested, _) = run(&env, &[&["test"], &options[..]].concat());
    assert_eq!(code, 1);
    assert!(tested.contains(cause), "{tested}");
    // And the operator hears of it before anybody calls.
    let (_, report) = check(&env, &options);
    let warned = messages(&report, "warnings");
    assert!(warned.iter().any(|line| line.contains(cause)), "{report}");
}

#[test]
fn s11_a_common_name_alone_gets_one_verdict() {
    let scratch = Scratch::new();
    let ca = Authority::new("advice");
    let mut bare = params(&[]);
    bare.distinguished_name.push(rcgen::DnType::CommonName, "localhost");
    let bare = Pair::write(&scratch, "bare", ca.issue_with(bare));
    let authority = scratch.write("ca.pem", ca.pem());
    let (code, out, _) = run(&[], &[&["tls", "check", "localhost"], &bare.options()[..]].concat());
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("certificate hostname does not match"), "{out}");
    assert!(out.contains("common name"), "{out}");
    let server = served(&bare.options());
    let log = server.log();
    assert!(log.contains("clients of today do not look at the common name and refuse it"), "{log}");
    let url = format!("https://localhost:{}", server.port);
    let (code, _, err) = run(&[], &["probe", "--url", &url, "--ca-file", &authority]);
    assert_eq!(code, 1);
    assert!(err.contains("certificate hostname does not match"), "{err}");
    // With the name where it belongs all three agree the other way.
    let good = Pair::write(&scratch, "good", ca.issue(&["localhost"]));
    let (code, out, _) = run(&[], &[&["tls", "check", "localhost"], &good.options()[..]].concat());
    assert!(code == 0 && !out.contains("WARNING"), "{out}");
    let server = served(&good.options());
    let url = format!("https://localhost:{}", server.port);
    let (code, _, err) = run(&[], &["probe", "--url", &url, "--ca-file", &authority]);
    assert_eq!((code, server.log().lines().count()), (0, 1), "{err}{}", server.log());
}

/// What openssl makes in a directory; false where there is no openssl that can.
fn openssl(scratch: &Scratch, arguments: &str) -> bool {
    let run = std::process::Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(scratch.path())
        .output();
    run.is_ok_and(|output| output.status.success())
}

/// `tls check` for files of the scratch directory: exit code and report.
fn tls_check(scratch: &Scratch, certificate: &str, key: &str) -> (i32, String) {
    let path = |name: &str| scratch.path().join(name).to_str().expect("text").to_owned();
    set_mode(&path(key), 0o600);
    let files = ["--certificate-file", &path(certificate), "--private-key-file", &path(key)];
    let (code, out, _) = run(&[], &[&["tls", "check"], &files[..]].concat());
    (code, out)
}

#[test]
fn s12_keys_that_cannot_be_used_are_told_in_words() {
    let scratch = Scratch::new();
    for (kind, genpkey) in [
        ("EC P-521", "-algorithm EC -pkeyopt ec_paramgen_curve:P-521"),
        ("EC secp256k1", "-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1"),
        ("RSA-PSS 2048", "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048"),
        ("RSA 1024", "-algorithm RSA -pkeyopt rsa_keygen_bits:1024"),
        ("Ed448", "-algorithm ED448"),
    ] {
        let made = openssl(&scratch, &format!("genpkey {genpkey} -out k.key"))
            && openssl(
                &scratch,
                "req -new -x509 -key k.key -out c.pem -days 90 -subj /CN=x -addext \
                 subjectAltName=DNS:localhost"
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
                    .as_str(),
            );
        if !made {
            eprintln!("this openssl makes no {kind}");
            continue;
        }
        let (code, out) = tls_check(&scratch, "c.pem", "k.key");
        assert_eq!(code, 1, "{kind}: {out}");
        assert!(out.contains(&format!("does not use keys of the kind {kind};")), "{kind}: {out}");
        assert!(!out.contains("nexpected"), "{kind}: {out}");
    }
    // The other forms of files for keys of such kinds.
    if openssl(&scratch, "ecparam -name secp521r1 -genkey -noout -out sec1.key")
        && openssl(&scratch, "req -new -x509 -key sec1.key -out c.pem -days 9 -subj /CN=x")
    {
        let (_, out) = tls_check(&scratch, "c.pem", "sec1.key");
        assert!(out.contains("does not use keys of the kind EC P-521;"), "{out}");
    }
}

#[test]
fn s12_an_authority_of_clients_that_checks_nothing_is_named() {
    let scratch = Scratch::new();
    let made =
        openssl(&scratch, "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out ca.key")
            && openssl(&scratch, "req -new -x509 -key ca.key -out ca.pem -days 90 -subj /CN=p521");
    if !made {
        eprintln!("no openssl here: nothing to show");
        return;
    }
    let ca = Authority::new("advice");
    let pair = Pair::write(&scratch, "server", ca.issue(&["localhost"]));
    let authority = scratch.path().join("ca.pem");
    let authority = authority.to_str().expect("text");
    let server = served(&[&pair.options()[..], &["--client-ca-file", authority]].concat());
    assert!(
        server.log().contains("authority 1 has a key of the kind EC P-521"),
        "{}",
        server.log()
    );
}

#[test]
fn s12_signatures_that_clients_refuse_are_warned_of() {
    let scratch = Scratch::new();
    let made = openssl(
        &scratch,
        "req -newkey rsa:2048 -nodes -x509 -keyout ca.key -out ca.pem -days 9 -sha1 -subj /CN=ca",
    ) && openssl(
        &scratch,
        "req -newkey rsa:2048 -nodes -keyout k.key -out k.csr -subj /CN=localhost",
    );
    if !made {
        eprintln!("no openssl here: nothing to show");
        return;
    }
    scratch.write("san", "subjectAltName=DNS:localhost");
    for (digest, expected) in [("sha1", true), ("sha256", false)] {
        let sign = format!(
            "x509 -req -in k.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 9 -{digest} -extfile \
             san -out c.pem"
        );
        if !openssl(&scratch, &sign.split_whitespace().collect::<Vec<_>>().join(" ")) {
            eprintln!("this openssl signs nothing with {digest}");
            continue;
        }
        let (code, out) = tls_check(&scratch, "c.pem", "k.key");
        let warned = out.contains("certificate 1 is signed with SHA-1");
        assert_eq!((code, warned), (0, expected), "{digest}: {out}");
    }
    // A certificate that signed itself is not believed for its signature.
    let (_, out) = tls_check(&scratch, "ca.pem", "ca.key");
    assert!(!out.contains("SHA-1"), "{out}");
}

/// The extension of a policy of the CA/Browser Forum: domain validated.
fn domain_validated() -> rcgen::CustomExtension {
    let policies = vec![0x30, 0x0a, 0x30, 0x08, 0x06, 0x06, 0x67, 0x81, 0x0c, 0x01, 0x02, 0x01];
    rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 32], policies)
}

#[test]
fn s12_a_missing_intermediate_is_warned_of_where_it_is_certain() {
    let scratch = Scratch::new();
    let ca = Authority::new("Issuing CA");
    let mut public = params(&["localhost"]);
    public.custom_extensions.push(domain_validated());
    let (certificate, key) = ca.issue_with(public);
    let whole = format!("{certificate}{}", ca.pem());
    scratch.write("whole.pem", whole);
    scratch.write("alone.pem", certificate);
    scratch.write("k.key", key);
    let (code, out) = tls_check(&scratch, "alone.pem", "k.key");
    assert_eq!(code, 0, "{out}");
    let warned = "the certificate of the intermediate authority CN=Issuing CA is missing";
    assert!(
        out.contains(&format!("WARNING: {}", scratch.path().display())) && out.contains(warned)
    );
    let (_, out) = tls_check(&scratch, "whole.pem", "k.key");
    assert!(!out.contains("WARNING"), "{out}");
    // A root of one's own may issue directly: no warning, but what clients need is said.
    let (certificate, key) = ca.issue(&["localhost"]);
    scratch.write("own.pem", certificate);
    scratch.write("own.key", key);
    let (_, out) = tls_check(&scratch, "own.pem", "own.key");
    assert!(!out.contains("WARNING"), "{out}");
    let chain = out.lines().find(|line| line.starts_with("Chain")).expect("the chain");
    assert!(chain.contains("clients must know CN=Issuing CA"), "{chain}");
    assert!(chain.contains("intermediate"), "{chain}");
}

#[test]
fn s12_a_certificate_is_warned_of_in_its_last_third() {
    let scratch = Scratch::new();
    let ca = Authority::new("advice");
    for (life, left, warned) in [
        (6 * 24, 5 * 24, None),
        (6 * 24, 2 * 24 + 1, None),
        (6 * 24, 2 * 24 - 1, Some("in 46 hours")),
        (6 * 24, 1, Some("in 59 minutes")),
        (90 * 24, 31 * 24, None),
        (90 * 24, 29 * 24, Some("in 28 days")),
        (398 * 24, 40 * 24, None),
        (398 * 24, 20 * 24, Some("in 19 days")),
    ] {
        let mut dated = params(&["localhost"]);
        (dated.not_before, dated.not_after) = (hours(left - life).into(), hours(left).into());
        let (certificate, key) = ca.issue_with(dated);
        scratch.write("c.pem", certificate);
        scratch.write("k.key", key);
        let (code, out) = tls_check(&scratch, "c.pem", "k.key");
        let said = out.contains("the certificate expires");
        assert_eq!((code, said), (0, warned.is_some()), "{life} {left}: {out}");
        assert!(warned.is_none_or(|part| out.contains(part)), "{life} {left}: {out}");
    }
}
