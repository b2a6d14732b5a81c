//! Little of everything: memory, files, streams, a place to be; and a clock that is wrong.

use serde_json::json;

use crate::support::certificates::{Authority, Pair, params};
use crate::support::http_server::initialize;
use crate::support::scratch::Scratch;
use crate::support::served::Served;
use crate::support::tokens::{Signer, now};
use crate::support::{raw_http, shell};
use crate::{apart, has_all, here};

#[test]
fn few_open_files() {
    let scratch = Scratch::new();
    let serve = "exec itential-mcp run --sandbox --transport http --port 0 --log-level WARNING";
    let none = here(&scratch, &format!("ulimit -n 12; {serve}"));
    none.failed(3, &["too many open files", "LimitNOFILE"]);
    let server = Served::spawn(shell(&format!("ulimit -n 40; {serve}")));
    let server = server.unwrap_or_else(|(code, log)| panic!("{code}: {log}"));
    server.log_line("connections instead of 1024: the limit on open files is 40");
    // More clients than it has files for; those that are let in, and whoever comes later, are served.
    let many: Vec<_> = (0..60).map(|_| raw_http::connect(server.port)).collect();
    drop(many);
    crate::support::eventually("an answer", || {
        let asked = || raw_http::request(server.port, "GET", "/status/healthz", &[], None).status;
        std::panic::catch_unwind(asked).is_ok_and(|status| status == 200)
    });
}

#[test]
fn little_address_space() {
    let scratch = Scratch::new();
    here(&scratch, "ulimit -v 1000000; itential-mcp call get_health --sandbox").well();
}

/// What gets no thread is done by who wants it, as far as that goes; else there is an error in words.
#[test]
fn few_threads() {
    if !has_all(&["setpriv", "prlimit"]) {
        return;
    }
    let scratch = Scratch::new();
    let itself = scratch.write("itential-mcp", "");
    let with = |threads: u32| {
        // The superuser has as many as there are.
        let commands = format!(
            "chmod 755 {}; mount --bind $P {itself}; unset RUST_BACKTRACE
             exec setpriv --reuid 54321 --regid 54321 --clear-groups prlimit --nproc={threads} \
               {itself} call get_health --sandbox",
            scratch.path().display()
        );
        apart(&["-m"], &commands)
    };
    let Some(ended) = with(60) else { return };
    if ended.err.contains("setpriv:") {
        eprintln!("SKIPPED: nobody else can be here: {}", ended.err);
        return;
    }
    ended.well();
    let (mut refused, mut served) = (0, 0);
    for threads in 1..24 {
        let ended = with(threads).expect("as before");
        assert!(!ended.err.contains("panicked"), "{threads}: {}", ended.err);
        match ended.code {
            0 => served += 1,
            _ => {
                refused += 1;
                ended.failed(1, &[]);
            }
        }
    }
    assert!(refused > 0 && served > 0, "{served} were served, {refused} refused");
}

#[test]
fn streams_that_are_closed_or_full() {
    let scratch = Scratch::new();
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"}}});
    scratch.write("hello", format!("{hello}\n"));
    for (commands, shown) in [
        ("itential-mcp run --sandbox < hello 2>&-", "protocolVersion"),
        ("itential-mcp run --sandbox --log-level DEBUG < hello 2> /dev/full", "protocolVersion"),
        ("itential-mcp call get_health --sandbox <&- 2>&-", "verdict"),
        ("env -u TERM LC_ALL=tr_TR.nothing itential-mcp call get_health --sandbox", "verdict"),
        ("env -u TERM LC_ALL=C COLUMNS=x itential-mcp tools", "get_health"),
    ] {
        let ended = here(&scratch, commands).well();
        assert!(ended.out.contains(shown), "{commands}: {}", ended.out);
    }
    for commands in [
        "itential-mcp run --sandbox <&-",
        "itential-mcp run --sandbox < hello | true",
        "itential-mcp tools | head -n 1 > /dev/null",
        "itential-mcp call get_devices --sandbox | true",
        "itential-mcp config docs | true",
    ] {
        let ended = here(&scratch, commands).well();
        assert!(!ended.err.contains("panicked"), "{commands}: {}", ended.err);
    }
    let serve = "exec itential-mcp run --sandbox --transport http --port 0 <&- >&-";
    let mut server = Served::spawn(shell(serve)).unwrap_or_else(|(_, log)| panic!("{log}"));
    assert_eq!(raw_http::request(server.port, "GET", "/status/healthz", &[], None).status, 200);
    crate::support::signal("TERM", server.pid());
    assert_eq!(server.wait().code(), Some(0));
}

#[test]
fn a_folder_that_is_gone() {
    let scratch = Scratch::new();
    let gone = "mkdir gone; cd gone; rmdir ../gone;";
    for command in ["call get_health --sandbox", "config check", "client-config cursor", "tools"] {
        here(&scratch, &format!("{gone} itential-mcp {command}")).well();
    }
    let server = Served::spawn(shell(&format!(
        "cd {}; {gone} exec itential-mcp run --sandbox --transport http --port 0",
        scratch.path().display()
    )));
    let server = server.unwrap_or_else(|(_, log)| panic!("{log}"));
    assert_eq!(raw_http::request(server.port, "GET", "/status/healthz", &[], None).status, 200);
}

/// The advice says that the clock may be the cause.
#[test]
fn a_clock_that_is_wrong() {
    if !has_all(&["faketime"]) {
        return;
    }
    let scratch = Scratch::new();
    let authority = Authority::new("clock");
    let mut dated = params(&["localhost", "127.0.0.1"]);
    dated.not_before = rcgen::date_time_ymd(2025, 1, 1);
    dated.not_after = rcgen::date_time_ymd(2080, 1, 1);
    let own = Pair::write(&scratch, "own", authority.issue_with(dated));
    let ca = scratch.write("ca.pem", authority.pem());
    let serves = [own.options().as_slice(), &["run", "--sandbox", "--transport", "http"]].concat();
    let secure = Served::start(&[], &[&serves[..], &["--port", "0"]].concat());
    for (year, why) in [("1990", "not valid yet"), ("2090", "expired")] {
        let at = format!("faketime -f '{year}-01-01 00:00:00' itential-mcp");
        let call = format!(
            "{at} call get_health --platform-host localhost --platform-port {} \
             --platform-ca-file {ca}",
            secure.port
        );
        here(&scratch, &call).failed(1, &[why, "clock"]);
        let serve = format!(
            "{at} run --transport http --port 0 --certificate-file {} --private-key-file {}",
            own.certificate, own.key
        );
        here(&scratch, &serve).failed(1, &["clock of this machine"]);
        // What has no certificate has no date.
        here(&scratch, &format!("{at} call get_jobs --sandbox --audit-file audit")).well();
        here(&scratch, "itential-mcp audit verify audit").well();
    }
    let signer = Signer::new("ES256");
    let key = scratch.write("key.pem", signer.public());
    for (year, why) in [("1990", "clock"), ("2090", "expired")] {
        // What faketime does, but in its place: what it starts would outlive it.
        let serve = format!(
            "at='{year}-01-01 00:00:00'
             export LD_PRELOAD=$(faketime -f \"$at\" printenv LD_PRELOAD) FAKETIME=\"$at\"
             exec itential-mcp run --sandbox --transport http --port 0 --auth-type jwt \
             --auth-public-key {key} --auth-issuer i --auth-audience a --auth-algorithm ES256"
        );
        let server = Served::spawn(shell(&serve)).unwrap_or_else(|(_, log)| panic!("{log}"));
        let claims =
            json!({"iss": "i", "aud": "a", "sub": "ann", "nbf": now() - 5, "iat": now() - 5});
        let token = format!("Bearer {}", signer.token(claims));
        let headers =
            [("Authorization", token.as_str()), ("Accept", "application/json, text/event-stream")];
        let hello = initialize("2025-06-18").to_string();
        let answer = raw_http::request(server.port, "POST", "/mcp", &headers, Some(&hello));
        assert_eq!(answer.status, 401, "{year}: {}", answer.text());
        assert!(answer.text().contains(why), "{year}: {}", answer.text());
    }
}
