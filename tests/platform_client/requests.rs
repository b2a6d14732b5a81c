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
fn a_404_tells_the_route_from_the_thing() {
    let page = "<!DOCTYPE html><html><head><title>Error</title></head><body><pre>Cannot GET /x\
                </pre></body></html>";
    let error = |body: &'static str| {
        let server = Server::start(move |_| answer(404, &[], body));
        let (client, token) = (client(&server), CancelToken::new());
        let error = client.api(&token).get(&Path::literal("/x"), &[]).unwrap_err();
        let write = client.api(&token).delete(&Path::literal("/x")).unwrap_err();
        assert_says(&write, &["DELETE /x", "404", "it did not happen"]);
        assert!(!write.may_have_happened());
        error
    };
    // No reason that could be about a thing: the platform has no such route.
    for body in [
        page,
        "<html><head><title>404 Not Found</title></head></html>",
        "Cannot GET /x",
        r#"{"statusCode":404,"message":"Cannot GET /x","error":"Not Found"}"#,
    ] {
        let error = error(body);
        assert_says(&error, &["GET /x", "this platform does not have this route"]);
        assert!(!error.is_not_found(), "{error}");
    }
    // Nothing that tells.
    for body in ["", "{}", "null", "Not Found", r#"{"error":"Not Found","message":null}"#] {
        let error = error(body);
        assert_says(&error, &["GET /x", "Check the id", "this platform does not have this route"]);
        assert!(error.is_not_found(), "{error}");
    }
    // A reason comes first, and is all.
    for body in [
        r#"{"message":"Workflow not found for automation abc","error":"Not Found"}"#,
        "Workflow not found for automation abc",
    ] {
        let error = error(body);
        assert_says(&error, &["404 Not Found: Workflow not found for automation abc. "]);
        assert!(error.is_not_found() && !error.to_string().contains("route"), "{error}");
    }
}

#[test]
fn the_words_of_a_refusal_reach_the_error() {
    for (status, body, says) in [
        (409, r#"{"message":"name 'a' is taken","error":"Conflict"}"#, ": name 'a' is taken; it"),
        (413, "<html><title>413 Request Entity Too Large</title></html>", "send less"),
        (413, r#"{"message":["request entity too large"]}"#, ": request entity too large; it"),
        (
            422,
            r#"{"statusCode":422,"message":["a must be text","b is missing"]}"#,
            ": a must be text; b is missing; it",
        ),
        (
            422,
            r#"{"detail":[{"loc":["body","name"],"msg":"field required","type":"missing"}]}"#,
            ": body.name: field required; it",
        ),
        (
            400,
            r#"{"errors":[{"instancePath":"/device","message":"must be string"}]}"#,
            ": /device: must be string; it",
        ),
        (
            400,
            r#"{"icode":"AD.301","error":{"message":"bad \ud800 name","api_key":"k3y"}}"#,
            "bad \u{fffd} name (AD.301)",
        ),
        (422, r#"{"other":["shape"]}"#, r#"{"other":["shape"]}"#),
    ] {
        let server = Server::start(move |_| json(status, body));
        let error = post(&client(&server), "/x").unwrap_err();
        assert_says(&error, &[says, &status.to_string(), "it did not happen"]);
        assert!(!error.to_string().contains("k3y"), "{error}");
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
        let found =
            client.api(&CancelToken::new()).search(&Path::literal("/s"), &[], &j!({})).unwrap();
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

#[test]
fn t18_names_of_every_kind_arrive_as_they_are() {
    let server = Server::start(|_| json(200, "{}"));
    let client = client(&server);
    let token = CancelToken::new();
    let names = [
        "a/b",
        "a?b=c",
        "a#b",
        "100%",
        "%41",
        "a b+c",
        "a&b=c;d",
        "東京-sw-1",
        "Größe",
        "\u{1f600}",
        "e\u{301}",
        "v1..2",
        "...",
        "a\\b",
        "a:b@c",
        "'\"<>",
        "{}",
        " padded ",
        "42",
        "-1",
        "true",
    ];
    for name in names {
        let path = Path::new("/jobs/{}/tasks/{}", &[name, name]).unwrap();
        client.api(&token).get(&path, &[]).unwrap();
        client.api(&token).get(&Path::literal("/jobs"), &[("equals[name]", name)]).unwrap();
    }
    for (calls, name) in server.calls().chunks(2).zip(names) {
        assert!(calls[0].target.is_ascii(), "{}", calls[0].target);
        let segments: Vec<String> = calls[0].target.split('/').map(decode).collect();
        assert_eq!(segments, ["", "jobs", name, "tasks", name]);
        let (key, value) = calls[1].target.split_once('?').unwrap().1.split_once('=').unwrap();
        assert_eq!((&*decode(key), &*decode(&value.replace('+', " "))), ("equals[name]", name));
    }
    // What a proxy on the way could take for a way up is refused, and told by its name.
    for name in ["..", "a/../b", "%2e%2e", "..%2fx", "."] {
        let error = Path::new("/jobs/{}", &[name]).unwrap_err();
        assert_says(&error, &[name, "dot segment"]);
    }
}

/// Percent-decodes what is encoded rightly.
fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first == b'%' {
            let hex = std::str::from_utf8(&tail[..2]).unwrap();
            bytes.push(u8::from_str_radix(hex, 16).unwrap());
            rest = &tail[2..];
        } else {
            bytes.push(first);
        }
    }
    String::from_utf8(bytes).unwrap()
}
