//! What came of a write: what the platform said to it, or whether it may have happened (T1, T4).

use std::net::TcpListener;
use std::time::Duration;

use itential_mcp::cancel::CancelToken;
use itential_mcp::platform::{Answer, Client, Error, Path, Written};
use serde_json::json as j;

use crate::requests::assert_says;
use crate::server::{Act, Server, answer, json};
use crate::support::{HANG, eventually};
use crate::{client, get, settings};

const DOUBT: &str = "it may have happened: look before you repeat it";

fn write(client: &Client) -> Result<Written, Error> {
    client.api(&CancelToken::new()).post(&Path::literal("/x"), Some(&j!({"a": 1})))
}

/// The answer to a write that was answered like this; it is sent once.
fn answered(act: Act) -> Written {
    let server = Server::start(move |_| act.clone());
    let written = write(&client(&server)).unwrap();
    assert_eq!(server.calls().len(), 1);
    written
}

#[test]
fn answers_of_writes_are_told_apart() {
    let written = answered(json(202, r#"{"message":"Failed","data":null}"#));
    assert_eq!(written.status, 202);
    assert_eq!(written.answer, Answer::Json(j!({"message": "Failed", "data": null})));
    // JSON is JSON whatever it is called.
    assert_eq!(answered(answer(200, &[], "[1]")).answer, Answer::Json(j!([1])));
    assert_eq!(answered(json(200, "null")).answer, Answer::Json(j!(null)));

    for act in [
        Act::Send(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()),
        answer(200, &[], ""),
        json(201, " \r\n"),
    ] {
        assert_eq!(answered(act).answer, Answer::Empty);
    }

    let page = "<!doctype html><html><head><title>Sign in</title></head><body>..</body></html>";
    let kind = [("Content-Type", "Text/HTML; charset=utf-8")];
    let written = answered(answer(200, &kind, page));
    let expected = Answer::Other {
        content_type: "text/html".to_owned(),
        said: "Sign in (an HTML page)".to_owned(),
    };
    assert_eq!(written.answer, expected);
    assert_eq!(written.answer.to_string(), "text/html instead of JSON: Sign in (an HTML page)");
    let secret = answered(answer(200, &[], "done, password=hunter2"));
    let Answer::Other { content_type, said } = secret.answer else { panic!("{secret:?}") };
    assert_eq!(content_type, "");
    assert!(said.contains("done") && !said.contains("hunter2"), "{said}");
}

#[test]
fn answers_of_writes_that_were_lost_on_the_way_say_why() {
    let cut = |head: &str, body: &str| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{head}\r\n");
        Act::SendAndClose([head.as_bytes(), b"\r\n", body.as_bytes()].concat())
    };
    for (act, why, said) in [
        (cut("Content-Length: 99", r#"{"a":"#), "the connection broke", r#"{"a":"#),
        (cut("Transfer-Encoding: chunked", "5\r\n{\"a\":\r\n"), "the connection broke", r#"{"a":"#),
        (cut("Content-Length: 99999999999", ""), "larger than", ""),
        (json(200, r#"{"a":"#), "it is not JSON", r#"{"a":"#),
    ] {
        let written = answered(act);
        let Answer::Unreadable { why: told, said: heard } = &written.answer else {
            panic!("{why}: {written:?}")
        };
        assert!(told.contains(why), "{told}");
        assert_eq!(heard, said);
        assert_eq!(written.into_value(), j!(null));
    }
}

#[test]
fn an_answer_that_stops_in_its_middle_is_waited_for_only_so_long() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{".to_vec();
    let server = Server::start(move |_| Act::Send(head.clone()));
    let mut platform = settings(&server);
    platform.timeout = Duration::from_millis(300);
    let written = write(&Client::new(&platform).unwrap()).unwrap();
    let Answer::Unreadable { why, .. } = written.answer else { panic!("{written:?}") };
    assert!(why.contains("timed out"), "{why}");
}

#[test]
fn t4_statuses_say_whether_the_write_may_have_happened() {
    for (status, may) in [
        (400, false),
        (401, false),
        (403, false),
        (404, false),
        (408, true),
        (409, false),
        (413, false),
        (422, false),
        (429, false),
        (500, true),
        (501, false),
        (502, true),
        (503, true),
        (504, true),
        (520, true),
    ] {
        let server = Server::start(move |_| json(status, r#"{"message":"because"}"#));
        let client = client(&server);
        let error = write(&client).unwrap_err();
        assert_eq!(error.may_have_happened(), may, "{error}");
        let fate = if may { DOUBT } else { "it did not happen" };
        assert_says(&error, &["POST /x", &status.to_string(), fate]);
        assert!(!(may && error.to_string().contains("again later")), "{error}");
        // There is nothing to doubt about a read.
        let error = get(&client, "/x").unwrap_err();
        assert!(!error.may_have_happened() && !error.to_string().contains("happen"), "{error}");
    }
}

#[test]
fn t4_failures_say_whether_the_write_may_have_happened() {
    let failed = |act: Act| {
        let server = Server::start(move |_| act.clone());
        let mut platform = settings(&server);
        platform.timeout = Duration::from_millis(500);
        write(&Client::new(&platform).unwrap()).unwrap_err()
    };
    for act in [
        Act::SendAndClose(Vec::new()),
        Act::SendAndClose(b"HTTP/1.1 200 OK\r\nContent-".to_vec()),
        Act::Late(HANG, Vec::new()),
        answer(303, &[("Location", "/jobs/1")], ""),
    ] {
        let error = failed(act);
        assert!(error.may_have_happened(), "{error}");
        assert_says(&error, &[DOUBT]);
    }
    let error = failed(answer(308, &[("Location", "https://elsewhere.example/x")], ""));
    assert!(!error.may_have_happened(), "{error}");

    // Nothing can have happened where nothing was sent.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = Server::start(|_| json(200, "{}"));
    let client = client(&server);
    get(&client, "/y").unwrap();
    let mut platform = settings(&server);
    platform.port = Some(free.port());
    let error = write(&Client::new(&platform).unwrap()).unwrap_err();
    assert!(!error.may_have_happened(), "{error}");
    let token = CancelToken::new();
    token.cancel();
    let error = client.api(&token).delete(&Path::literal("/x")).unwrap_err();
    assert!(error.is_cancelled() && !error.may_have_happened(), "{error}");
    assert_eq!(server.calls().len(), 1);
}

#[test]
fn t4_a_cancelled_write_that_was_sent_may_have_happened() {
    let server = Server::start(|_| Act::Late(HANG, Vec::new()));
    let client = client(&server);
    let token = CancelToken::new();
    let error = std::thread::scope(|threads| {
        threads.spawn(|| {
            eventually("the request", || server.calls().len() == 1);
            token.cancel();
        });
        client.api(&token).put(&Path::literal("/x"), None).unwrap_err()
    });
    assert!(error.is_cancelled() && error.may_have_happened(), "{error}");
    assert_says(&error, &[DOUBT]);
}
