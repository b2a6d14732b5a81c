//! What is sent, what is repeated, and what the errors say.

use std::net::TcpListener;
use std::time::Duration;

use itential_mcp::cancel::CancelToken;
use itential_mcp::platform::{Client, Error, ErrorKind, Path};
use serde_json::json as j;

use crate::server::{Act, Server, answer, json, with_login};
use crate::support::HANG;
use crate::{client, get, in_turn, post, settings};

pub fn assert_says(error: &Error, parts: &[&str]) {
    let text = error.to_string();
    for part in parts {
        assert!(text.contains(part), "{part:?} is missing in: {text}");
    }
}

#[test]
fn carry_path_query_and_body() {
    let server = Server::start(|_| json(200, "[]"));
    let client = client(&server);
    let token = CancelToken::new();
    let api = client.api(&token);
    let path = Path::new("/jobs/{}", &["a/b c"]).unwrap();
    api.get(&path, &[("equals[name]", "@p1: My WF"), ("empty", "")]).unwrap();
    api.post(&path, Some(&j!({"z": 1, "a": "ü"}))).unwrap();
    api.put(&path, None).unwrap();
    api.patch(&path, None).unwrap();
    api.delete(&path).unwrap();
    let calls = server.calls();
    let lines: Vec<_> =
        calls.iter().map(|call| format!("{} {}", call.method, call.target)).collect();
    assert_eq!(
        lines,
        [
            "GET /jobs/a%2Fb%20c?equals%5Bname%5D=%40p1%3A+My+WF&empty=",
            "POST /jobs/a%2Fb%20c",
            "PUT /jobs/a%2Fb%20c",
            "PATCH /jobs/a%2Fb%20c",
            "DELETE /jobs/a%2Fb%20c",
        ]
    );
    assert_eq!(calls[0].header("host"), Some(server.address.to_string().as_str()));
    assert_eq!(calls[1].body, r#"{"z":1,"a":"ü"}"#);
    assert_eq!(calls[1].header("content-type"), Some("application/json"));
    assert_eq!(calls[2].header("content-length"), Some("0"));
    assert_eq!(calls[2].header("content-type"), None);
    let connections: Vec<_> = calls.iter().map(|call| call.connection).collect();
    assert_eq!(connections, [0; 5], "one connection serves all");
}

#[test]
fn reach_an_ipv6_platform() {
    // What can be checked where IPv6 is switched off, too.
    let mut platform = settings(&Server::start(|_| json(200, "{}")));
    (platform.host, platform.port) = ("::1".parse().expect("a host"), Some(9));
    let client = Client::new(&platform).unwrap();
    assert_eq!(client.server(), "http://[::1]:9");
    assert_says(&get(&client, "/x").unwrap_err(), &["[::1]:9"]);

    if TcpListener::bind("[::1]:0").is_ok() {
        let server = Server::on("[::1]:0", None, with_login(|_| json(200, "{}")));
        get(&crate::client(&server), "/x").unwrap();
        let expected = format!("[::1]:{}", server.address.port());
        assert_eq!(server.calls()[0].header("host"), Some(expected.as_str()));
    }
}

#[test]
fn keep_an_explicit_port() {
    let server = Server::start(|_| json(200, "{}"));
    let mut platform = settings(&server);
    platform.port = Some(443);
    assert_eq!(Client::new(&platform).unwrap().server(), "http://127.0.0.1:443");
    platform.disable_tls = false;
    platform.disable_verify = true;
    platform.port = Some(80);
    assert_eq!(Client::new(&platform).unwrap().server(), "https://127.0.0.1:80");
}

#[test]
fn gzip_answers_are_understood() {
    // gzip of {"a":1}
    const BODY: &[u8] = &[
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 74, 84, 178, 50, 172, 5, 0, 175, 172, 27, 86, 7,
        0, 0, 0,
    ];
    let server = Server::start(|seen| {
        assert!(seen.header("accept-encoding").unwrap().contains("gzip"));
        let mut bytes = format!(
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
            BODY.len()
        )
        .into_bytes();
        bytes.extend(BODY);
        Act::Send(bytes)
    });
    assert_eq!(get(&client(&server), "/x").unwrap(), j!({"a": 1}));
}

#[test]
fn a_read_needs_json() {
    for (body, says) in
        [("", "it is empty"), ("<html><title>Sign in</title>", "Sign in"), ("{\"a\":", "EOF")]
    {
        let server = Server::start(move |_| answer(200, &[], body));
        let error = get(&client(&server), "/x").unwrap_err();
        assert!(matches!(error.kind, ErrorKind::NotJson { status: 200, .. }), "{error:?}");
        assert_says(&error, &["GET /x", says]);
    }
    let server = Server::start(|_| {
        Act::SendAndClose(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n".to_vec())
    });
    let error = get(&client(&server), "/x").unwrap_err();
    assert!(matches!(error.kind, ErrorKind::TooLarge { .. }), "{error:?}");
}

#[test]
fn statuses_have_their_kind_and_say_what_to_do() {
    for (status, says) in [
        (400, "Check the arguments"),
        (403, "lacks the permission"),
        (404, "Check the id or name"),
        (409, "exists already"),
        (500, "own log"),
    ] {
        let server =
            Server::start(move |_| json(status, r#"{"message":"because","api_key":"k3y"}"#));
        let error = get(&client(&server), "/some/thing").unwrap_err();
        assert_eq!(error.status(), Some(status));
        let status = status.to_string();
        let address = server.address.to_string();
        assert_says(&error, &["GET /some/thing", &address, &status, "because", says]);
        assert!(!error.to_string().contains("k3y"), "{error}");
        assert_eq!(server.calls().len(), 1, "{status} is not repeated");
        assert_eq!(error.is_not_found(), status == "404");
    }
}

#[test]
fn html_errors_are_reduced_to_words_and_long_ones_cut() {
    let page = format!(
        "<html><head><title>Bad Gateway</title></head><body>{}</body></html>",
        "x".repeat(9999)
    );
    let server = Server::start(move |_| answer(500, &[], &page));
    let text = get(&client(&server), "/x").unwrap_err().to_string();
    assert!(text.contains("Bad Gateway") && !text.contains("<") && text.len() < 400, "{text}");
    let server = Server::start(|_| answer(500, &[], &"ü".repeat(9999)));
    assert!(get(&client(&server), "/x").unwrap_err().to_string().chars().count() < 900);
}

#[test]
fn the_query_is_never_shown() {
    let server = Server::start(|_| json(500, "{}"));
    let client = client(&server);
    let path = Path::literal("/x");
    let error = client.api(&CancelToken::new()).get(&path, &[("filter", "private")]).unwrap_err();
    assert!(!error.to_string().contains("private"), "{error}");
}

#[test]
fn redirects_are_told_and_not_followed() {
    let server =
        Server::start(|_| answer(302, &[("Location", "https://new.example/x?ticket=1")], ""));
    let error = get(&client(&server), "/x").unwrap_err();
    assert_says(&error, &["302", "https://new.example/x'"]);
    assert!(!error.to_string().contains("ticket"), "{error}");
    assert_eq!(server.calls().len(), 1);
}

#[test]
fn reads_are_repeated_after_passing_failures_and_writes_never() {
    let dropped = || Act::SendAndClose(Vec::new());
    let cut = || Act::SendAndClose(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".to_vec());
    let limited = || answer(429, &[("Retry-After", "0")], "");
    for failure in [
        answer(502, &[], ""),
        answer(503, &[], ""),
        answer(504, &[], ""),
        limited(),
        dropped(),
        cut(),
    ] {
        let server = Server::start(in_turn(vec![failure.clone(), json(200, "7")]));
        assert_eq!(get(&client(&server), "/x").unwrap(), j!(7));
        let server = Server::start(in_turn(vec![failure, json(200, "7")]));
        let client = client(&server);
        let found = client.api(&CancelToken::new()).search(&Path::literal("/s"), &j!({})).unwrap();
        assert_eq!(found, j!(7));
        assert_eq!(server.calls().len(), 2);
    }
    for failure in [answer(503, &[], ""), limited(), dropped()] {
        let server = Server::start(in_turn(vec![failure, json(200, "7")]));
        let error = post(&client(&server), "/x").unwrap_err();
        assert_eq!(server.calls().len(), 1, "{error}");
        if let ErrorKind::Lost { .. } = error.kind {
            assert_says(&error, &["POST /x", "may have happened: look before you repeat it"]);
        }
    }
}

#[test]
fn attempts_end() {
    let server = Server::start(|_| answer(503, &[], "busy"));
    let error = get(&client(&server), "/x").unwrap_err();
    assert_says(&error, &["503", "busy", "try again later"]);
    assert_eq!(server.calls().len(), 3);

    let server = Server::start(|_| answer(429, &[("Retry-After", "3600")], ""));
    let error = get(&client(&server), "/x").unwrap_err();
    assert_says(&error, &["429", "3600 s"]);
    assert_eq!(server.calls().len(), 1, "an hour is not waited for");
}

#[test]
fn a_connection_that_the_platform_closed_is_not_reused() {
    let close = |body: &str| match json(200, body) {
        Act::Send(bytes) => Act::SendAndClose(bytes),
        other => other,
    };
    let server = Server::start(move |_| close("1"));
    let client = client(&server);
    for _ in 0..3 {
        post(&client, "/x").unwrap();
        // The end of the connection needs a moment to arrive.
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(server.calls().len(), 3);
}

#[test]
fn timeouts_name_the_request_and_the_seconds() {
    let server = Server::start(|_| Act::Late(HANG, Vec::new()));
    let mut platform = settings(&server);
    platform.timeout = Duration::from_millis(300);
    let client = Client::new(&platform).unwrap();
    let error = get(&client, "/slow").unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Timeout { .. }), "{error:?}");
    assert_says(&error, &["GET /slow", "timed out after 0.3 s", "platform timeout"]);
    assert_eq!(server.calls().len(), 1, "a slow answer is not asked for again");
    assert_says(
        &post(&client, "/slow").unwrap_err(),
        &["may have happened: look before you repeat it"],
    );
}

#[test]
fn a_trickling_body_does_not_outlive_the_timeout() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{".to_vec();
    let server = Server::start(in_turn(vec![Act::Send(head)]));
    let mut platform = settings(&server);
    platform.timeout = Duration::from_millis(300);
    let error = get(&Client::new(&platform).unwrap(), "/x").unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Timeout { .. }), "{error:?}");
}

#[test]
fn no_connection_says_why() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = Server::start(|_| json(200, "{}"));
    let mut platform = settings(&server);
    platform.port = Some(free.port());
    let error = get(&Client::new(&platform).unwrap(), "/x").unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Connect { .. }), "{error:?}");
    assert_says(&error, &["connection refused", &free.to_string(), "platform host and port"]);

    // A label this long is refused by every resolver without asking anybody.
    platform.host = format!("{}.example", "a".repeat(64)).parse().expect("a host");
    let error = get(&Client::new(&platform).unwrap(), "/x").unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Dns { .. }), "{error:?}");
    assert_says(&error, &[platform.host.name(), "cannot be resolved", "spelling"]);
}

#[test]
fn something_else_than_http_is_told() {
    let server = Server::start(|_| Act::SendAndClose(b"SSH-2.0-OpenSSH_9.2\r\n\r\n".to_vec()));
    assert_says(&post(&client(&server), "/x").unwrap_err(), &["not HTTP", "platform port"]);
}
