//! The HTTP server from outside: what it accepts, refuses, bounds and survives.

mod http_support;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use http_support::{
    PATIENCE, connect, eventually, exchange, read_answer, read_to_close, read_until, start,
    statuses, stream, talk,
};
use itential_mcp::http::{Gone, Options, Response};

/// Every hostile or odd request, and the statuses of all answers before the server closes. A second
/// status would mean that part of the message ran as a request of its own.
const CORPUS: &[(&str, &str, &[u16])] = &[
    // Lengths.
    (
        "two lengths",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        &[400],
    ),
    (
        "two different lengths",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        &[400],
    ),
    ("length list", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5, 5\r\n\r\nhello", &[400]),
    ("length with plus", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +5\r\n\r\nhello", &[400]),
    ("negative length", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", &[400]),
    (
        "hexadecimal length",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x5\r\n\r\nhello",
        &[400],
    ),
    ("empty length", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\nhello", &[400]),
    (
        "length over the cap",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000000\r\n\r\n",
        &[413],
    ),
    ("length of 2^35", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 34359738368\r\n\r\n", &[413]),
    (
        "length of 2^64",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551616\r\n\r\n",
        &[413],
    ),
    (
        "length and chunked",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\nHost: h\r\n\r\n",
        &[400],
    ),
    (
        "chunked and length",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\nHost: h\r\n\r\n",
        &[400],
    ),
    (
        "unknown coding",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        &[400],
    ),
    (
        "coding list",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        &[501],
    ),
    (
        "coding after chunked",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
        &[400],
    ),
    (
        "coding twice",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        &[400],
    ),
    (
        "chunked in HTTP/1.0",
        "POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        &[400],
    ),
    // Chunks.
    (
        "chunks",
        "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n0A;x=\"y\"\r\n0123456789\r\n0\r\n\r\n",
        &[200],
    ),
    (
        "chunk size of letters",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        &[400],
    ),
    (
        "chunk size with 0x",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
        &[400],
    ),
    (
        "chunk size with sign",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n+3\r\nabc\r\n0\r\n\r\n",
        &[400],
    ),
    (
        "chunk size after space",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n 3\r\nabc\r\n0\r\n\r\n",
        &[400],
    ),
    (
        "chunk size of 17 digits",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n00000000000000003\r\nabc\r\n",
        &[400],
    ),
    (
        "empty chunk size",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\r\nabc\r\n",
        &[400],
    ),
    (
        "chunk over the cap",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
        &[413],
    ),
    (
        "chunk of 2^64 - 1",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
        &[413],
    ),
    (
        "chunk lines of LF",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\n0\n\n",
        &[400],
    ),
    (
        "chunk longer than its size",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
        &[400],
    ),
    (
        "chunk extension with LF",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;a\nb\r\nabc\r\n0\r\n\r\n",
        &[400],
    ),
    (
        "chunk extension with CR",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;a\rb\r\nabc\r\n0\r\n\r\n",
        &[400],
    ),
    (
        "trailer",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n\r\n",
        &[400],
    ),
    // Host.
    ("no host", "GET / HTTP/1.1\r\n\r\n", &[400]),
    ("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", &[400]),
    ("host with space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", &[400]),
    ("host with path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", &[400]),
    ("host with an open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", &[400]),
    ("host with a great port", "GET / HTTP/1.1\r\nHost: h:99999\r\n\r\n", &[400]),
    ("host with a port of letters", "GET / HTTP/1.1\r\nHost: h:x\r\n\r\n", &[400]),
    ("address with a great port", "GET http://h:99999/ HTTP/1.1\r\nHost: h\r\n\r\n", &[400]),
    ("empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", &[400]),
    ("no host in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", &[200]),
    // Lines.
    ("bare LF", "GET / HTTP/1.1\nHost: h\n\n", &[400]),
    ("bare LF in headers", "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n", &[400]),
    ("bare CR", "GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n", &[400]),
    ("NUL", "GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n", &[400]),
    ("folded header", "GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n", &[400]),
    ("space before colon", "GET / HTTP/1.1\r\nHost : h\r\n\r\n", &[400]),
    ("space before name", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", &[400]),
    ("empty name", "GET / HTTP/1.1\r\nHost: h\r\n: x\r\n\r\n", &[400]),
    ("no colon", "GET / HTTP/1.1\r\nHost: h\r\nnonsense\r\n\r\n", &[400]),
    ("empty lines first", "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", &[200]),
    ("random bytes", "\u{7}\u{fffd}\u{1}\r\n\r\n", &[400]),
    // Versions.
    ("HTTP/0.9", "GET /\r\n", &[400]),
    ("HTTP/1.2", "GET / HTTP/1.2\r\nHost: h\r\nConnection: close\r\n\r\n", &[200]),
    (
        "HTTP/1.9 kept alive",
        "\r\nGET / HTTP/1.9\r\nHost: h\r\n\r\nGET / HTTP/1.0\r\n\r\n",
        &[200, 200],
    ),
    ("HTTP/1.10", "GET / HTTP/1.10\r\nHost: h\r\n\r\n", &[400]),
    ("HTTP/2.0", "GET / HTTP/2.0\r\n\r\n", &[505]),
    ("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &[505]),
    ("HTTP/3", "GET / HTTP/3\r\nHost: h\r\n\r\n", &[505]),
    ("lower case version", "GET / http/1.1\r\nHost: h\r\n\r\n", &[400]),
    ("two spaces", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", &[400]),
    ("tab", "GET\t/\tHTTP/1.1\r\nHost: h\r\n\r\n", &[400]),
    (
        "upgrade",
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n",
        &[200],
    ),
    // Targets.
    (
        "absolute form",
        "GET http://h/path?q HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n",
        &[200],
    ),
    (
        "absolute form without path",
        "GET http://h HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        &[200],
    ),
    ("absolute form without host", "GET http:///x HTTP/1.1\r\nHost: h\r\n\r\n", &[400]),
    ("no slash", "GET path HTTP/1.1\r\nHost: h\r\n\r\n", &[400]),
    ("fragment", "GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n", &[400]),
    ("not ASCII", "GET /ü HTTP/1.1\r\nHost: h\r\n\r\n", &[400]),
    ("CONNECT", "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", &[400]),
    ("OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", &[200]),
    // Expectations.
    (
        "unknown expectation",
        "POST / HTTP/1.1\r\nHost: h\r\nExpect: banana\r\nContent-Length: 1\r\n\r\nx",
        &[417],
    ),
    (
        "expectation in HTTP/1.0",
        "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
        &[200],
    ),
    (
        "expectation of too much",
        "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n",
        &[413],
    ),
];

#[test]
fn hostile_requests_are_refused_and_nothing_behind_them_runs() {
    let (server, _held) = start(Options::default());
    for (name, bytes, expected) in CORPUS {
        let text = talk(server.local_addr(), bytes.as_bytes());
        assert_eq!(statuses(&text), *expected, "{name}: {text}");
        assert!(text.contains("Connection: close\r\n"), "{name}: {text}");
    }
    assert!(talk(server.local_addr(), b"GET / HTTP/1.0\r\n\r\n").contains("200 OK"));
}

#[test]
fn oversized_heads_are_refused() {
    let (server, _held) = start(Options::default());
    let long = "x".repeat(1024 * 1024);
    let many = |count: usize| "X: y\r\n".repeat(count);
    let cases = [
        ("long target", format!("GET /{long} HTTP/1.1\r\nHost: h\r\n\r\n"), 414),
        ("long header", format!("GET / HTTP/1.1\r\nHost: h\r\nX: {long}\r\n\r\n"), 431),
        ("endless header", format!("GET / HTTP/1.1\r\nHost: h\r\nX: {long}"), 431),
        ("20,000 headers", format!("GET / HTTP/1.1\r\nHost: h\r\n{}\r\n", many(20_000)), 431),
        ("65 headers", format!("GET / HTTP/1.1\r\nHost: h\r\n{}\r\n", many(64)), 431),
        ("64 headers", format!("GET / HTTP/1.0\r\nHost: h\r\n{}\r\n", many(63)), 200),
    ];
    for (name, request, status) in cases {
        let text = talk(server.local_addr(), request.as_bytes());
        // The refusal may be lost when the client goes on sending against it.
        let found = statuses(&text);
        assert!(found == [status] || (status != 200 && found.is_empty()), "{name}: {text}");
    }
    assert!(talk(server.local_addr(), b"GET / HTTP/1.0\r\n\r\n").contains("200 OK"));
}

#[test]
fn a_head_may_come_in_any_pieces() {
    let (server, _held) = start(Options::default());
    let request =
        b"POST /a?b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    let mut socket = connect(server.local_addr());
    for cut in 1..request.len() {
        let (start, rest) = request.split_at(cut);
        socket.write_all(start).unwrap();
        std::thread::yield_now();
        socket.write_all(rest).unwrap();
        let answer = read_answer(&mut socket);
        assert!(answer.ends_with("POST /a b 3 127.0.0.1 -\n"), "{cut}: {answer}");
    }
}

#[test]
fn the_host_of_an_absolute_target_replaces_the_header() {
    let (server, held) = start(Options::default());
    let mut socket = connect(server.local_addr());
    socket.write_all(b"GET http://real:1/hold HTTP/1.1\r\nHost: other\r\n\r\n").unwrap();
    let exchange = exchange(&held);
    assert_eq!(exchange.request.header("host"), Some("real:1"));
    assert_eq!(exchange.request.path, "/hold");
}

#[test]
fn answers_are_framed_by_version_method_and_status() {
    let (server, _held) = start(Options::default());
    let ask = |request: &str| talk(server.local_addr(), request.as_bytes());

    let head = ask("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert!(head.contains("Content-Length: 22\r\n") && head.ends_with("\r\n\r\n"), "{head}");

    for status in [204, 304] {
        let text =
            ask(&format!("GET /status?{status} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
        assert!(!text.contains("Content-Length") && text.ends_with("\r\n\r\n"), "{text}");
    }
    let empty = ask("GET /status?202 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert!(empty.contains("Content-Length: 0\r\n"), "{empty}");

    let kept = ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n");
    assert_eq!(statuses(&kept), [200, 200]);
    assert_eq!(kept.matches("Connection: keep-alive\r\n").count(), 1, "{kept}");

    let injected = ask("GET /inject HTTP/1.0\r\n\r\n");
    assert!(injected.contains("X-Name: a??X-Evil: ?\r\n"), "{injected}");
    assert!(injected.contains("Server: itential-mcp\r\n"), "{injected}");
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let (server, _held) = start(Options::default());
    let mut requests: String =
        (0..200).map(|n| format!("GET /{n} HTTP/1.1\r\nHost: h\r\n\r\n")).collect();
    requests += "GET /last HTTP/1.0\r\n\r\n";
    let text = talk(server.local_addr(), requests.as_bytes());
    let paths: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("GET /")?.split(' ').next()).collect();
    let expected: Vec<String> =
        (0..200).map(|n| n.to_string()).chain(["last".to_owned()]).collect();
    assert_eq!(paths, expected);
}

#[test]
fn requests_sent_ahead_wait_for_an_answer_from_another_thread() {
    let (server, held) = start(Options::default());
    let mut socket = connect(server.local_addr());
    socket
        .write_all(b"GET /hold HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n")
        .unwrap();
    let first = exchange(&held);
    std::thread::sleep(Duration::from_millis(50));
    first.respond(Response::text(200, "first\n"));
    assert!(read_answer(&mut socket).ends_with("first\n"));
    assert!(read_answer(&mut socket).contains("GET /next"));
}

#[test]
fn a_client_that_asks_first_gets_100_continue() {
    let (server, _held) = start(Options::default());
    let mut socket = connect(server.local_addr());
    socket
        .write_all(
            b"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n",
        )
        .unwrap();
    assert_eq!(read_answer(&mut socket), "HTTP/1.1 100 Continue\r\n\r\n");
    socket.write_all(b"body").unwrap();
    assert!(read_answer(&mut socket).contains("POST /  4"));
}

#[test]
fn handlers_that_panic_or_forget_give_500_and_harm_nobody() {
    let (server, _held) = start(Options::default());
    for _ in 0..10 {
        for path in ["panic", "drop"] {
            let text =
                talk(server.local_addr(), format!("GET /{path} HTTP/1.0\r\n\r\n").as_bytes());
            assert_eq!(statuses(&text), [500], "{text}");
        }
    }
    assert!(talk(server.local_addr(), b"GET / HTTP/1.0\r\n\r\n").contains("200 OK"));
}

/// Sends `bytes` one at a time; how long the connection lasted, and what came back.
fn dribble(mut socket: TcpStream, bytes: &[u8]) -> (Duration, String) {
    let begin = Instant::now();
    let mut writer = socket.try_clone().unwrap();
    let bytes = bytes.to_vec();
    std::thread::spawn(move || {
        for byte in bytes.iter().cycle() {
            std::thread::sleep(Duration::from_millis(20));
            if writer.write_all(&[*byte]).is_err() {
                return;
            }
        }
    });
    let text = read_to_close(&mut socket);
    (begin.elapsed(), text)
}

/// Short enough to wait for, where only the connection in question has to be faster.
const SHORT: Duration = Duration::from_millis(400);

#[test]
fn slow_requests_meet_deadlines_that_a_byte_does_not_restart() {
    let (server, _held) = start(Options { head_time: SHORT, ..Options::default() });
    let (lasted, text) = dribble(connect(server.local_addr()), b"GET / HTTP/1.1\r\nX");
    assert_eq!(statuses(&text), [408], "slow head");
    assert!(lasted >= SHORT, "{lasted:?}");
    assert_eq!(read_to_close(&mut connect(server.local_addr())), "", "silent");

    let (server, _held) = start(Options { body_time: SHORT, ..Options::default() });
    let mut slow_body = connect(server.local_addr());
    slow_body.write_all(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9999\r\n\r\n").unwrap();
    assert_eq!(statuses(&dribble(slow_body, b"x").1), [408], "slow body");

    let (server, _held) = start(Options { idle_time: SHORT, ..Options::default() });
    let mut idle = connect(server.local_addr());
    idle.write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    assert_eq!(statuses(&read_to_close(&mut idle)), [200], "idle after an answer");
}

#[test]
fn slow_readers_meet_a_deadline_and_large_answers_have_longer() {
    let options = Options { write_time: SHORT, linger_time: SHORT, ..Options::default() };
    let (server, held) = start(options);
    let mut reader = connect(server.local_addr());
    reader.write_all(b"GET /big?30000000 HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    let mut slow_stream = connect(server.local_addr());
    slow_stream.write_all(b"GET /stream HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    let events = stream(&held);
    let (gone, is_gone) = mpsc::channel();
    events.on_close(Box::new(move || gone.send(()).unwrap()));
    // Far more than both kernels take; the client reads nothing.
    events.send(vec![b'x'; 30_000_000]).unwrap();
    assert_eq!(events.send("more"), Err(Gone), "backlog");
    is_gone.recv_timeout(PATIENCE).unwrap();
    assert!(events.is_closed());
    // The large answer has a second per 64 KiB more, so that it is not cut here.
    assert!(read_until(&mut reader, "\r\n\r\n").contains("Content-Length: 30000000"));
    drop((reader, slow_stream));
    eventually("all connections end", || server.stats().connections == 0);
    assert_eq!(server.stats().streams, 0);
}

#[test]
fn a_large_answer_reaches_a_client_that_reads_slowly() {
    let (server, _held) = start(Options::default());
    let mut socket = connect(server.local_addr());
    socket.write_all(b"GET /big?20000000 HTTP/1.0\r\n\r\n").unwrap();
    let mut total = 0;
    let mut buffer = vec![0; 1024 * 1024];
    loop {
        std::thread::sleep(Duration::from_millis(5));
        match socket.read(&mut buffer).unwrap() {
            0 => break,
            count => total += count,
        }
    }
    assert!(total > 20_000_000);
}

#[test]
fn a_handler_learns_that_its_client_sends_no_more() {
    let (server, held) = start(Options::default());
    // Elsewhere the end of a client that has sent more than may wait shows at the next write only.
    let far_ahead = if cfg!(target_os = "linux") { 100_000 } else { 1000 };
    for sends_ahead in [0, far_ahead] {
        let mut socket = connect(server.local_addr());
        socket.write_all(b"GET /hold HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
        let exchange = exchange(&held);
        let (gone, is_gone) = mpsc::channel();
        exchange.client().on_end(move || gone.send(()).unwrap());
        socket.write_all(&vec![b'x'; sends_ahead]).unwrap();
        assert!(is_gone.recv_timeout(Duration::from_millis(100)).is_err());
        assert!(!exchange.client().has_ended());
        drop(socket);
        is_gone.recv_timeout(PATIENCE).unwrap();
        assert!(exchange.client().has_ended());
        let (again, ran) = mpsc::channel();
        exchange.client().on_end(move || again.send(()).unwrap());
        ran.try_recv().unwrap();
        exchange.respond(Response::text(200, "nobody hears"));
    }
    eventually("connections end", || server.stats().connections == 0);
}

#[test]
fn a_client_that_only_stopped_sending_still_gets_its_answer() {
    let (server, held) = start(Options::default());
    let mut socket = connect(server.local_addr());
    socket.write_all(b"GET /hold HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    let exchange = exchange(&held);
    socket.shutdown(Shutdown::Write).unwrap();
    eventually("the end is noticed", || exchange.client().has_ended());
    assert!(!exchange.client().has_gone());
    exchange.respond(Response::text(200, "still here\n"));
    assert!(read_to_close(&mut socket).ends_with("still here\n"));
}

#[test]
fn what_was_sent_ahead_before_the_end_is_answered_too() {
    let (server, held) = start(Options::default());
    let mut socket = connect(server.local_addr());
    socket
        .write_all(b"GET /hold HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n")
        .unwrap();
    let exchange = exchange(&held);
    socket.shutdown(Shutdown::Write).unwrap();
    eventually("the end is noticed", || exchange.client().has_ended());
    exchange.respond(Response::text(200, "first\n"));
    let text = read_to_close(&mut socket);
    assert!(text.contains("first\n") && text.contains("GET /2"), "{text}");
}

#[test]
fn a_stream_with_a_heartbeat_outlives_the_end_of_its_clients_side() {
    let (server, held) = start(Options::default());
    let mut socket = connect(server.local_addr());
    socket.write_all(b"GET /stream?beat HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    let events = stream(&held);
    read_until(&mut socket, "\r\n\r\n");
    socket.shutdown(Shutdown::Write).unwrap();
    read_until(&mut socket, ": ping");
    events.send("data: 1\n\n").unwrap();
    read_until(&mut socket, "data: 1");
    let (gone, is_gone) = mpsc::channel();
    events.on_close(Box::new(move || gone.send(()).unwrap()));
    drop(socket);
    is_gone.recv_timeout(PATIENCE).unwrap();
    eventually("the stream is forgotten", || server.stats().streams == 0);
}

#[test]
fn events_arrive_at_once_and_the_connection_is_used_again() {
    let (server, held) = start(Options::default());
    let mut socket = connect(server.local_addr());
    socket.write_all(b"GET /stream HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    let events = stream(&held);
    let head = read_until(&mut socket, "\r\n\r\n");
    assert!(head.contains("Transfer-Encoding: chunked\r\n"), "{head}");
    for number in 0..5 {
        events.send(format!("data: {number}\n\n")).unwrap();
        assert_eq!(read_until(&mut socket, "\n\n\r\n"), format!("9\r\ndata: {number}\n\n\r\n"));
    }
    let stale = events.clone();
    events.close();
    assert_eq!(read_until(&mut socket, "\r\n\r\n"), "0\r\n\r\n");
    assert!(stale.is_closed());
    socket.write_all(b"GET /next HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    assert!(read_answer(&mut socket).contains("GET /next"));
    assert_eq!(stale.send("late"), Err(Gone));
    assert_eq!(server.stats().streams, 0);
}

#[test]
fn a_stream_ends_when_its_last_handle_is_dropped() {
    let (server, held) = start(Options::default());
    let mut socket = connect(server.local_addr());
    socket.write_all(b"GET /stream HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    drop(stream(&held));
    read_until(&mut socket, "0\r\n\r\n");
}

#[test]
fn streams_for_http_1_0_and_head_requests() {
    let (server, held) = start(Options::default());
    let mut old = connect(server.local_addr());
    old.write_all(b"GET /stream HTTP/1.0\r\n\r\n").unwrap();
    let events = stream(&held);
    events.send("data: 1\n\n").unwrap();
    events.close();
    let text = read_to_close(&mut old);
    assert!(text.ends_with("\r\n\r\ndata: 1\n\n"), "{text}");
    assert!(!text.contains("Content-Length") && !text.contains("chunked"), "{text}");

    let mut head = connect(server.local_addr());
    head.write_all(b"HEAD /stream HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.0\r\n\r\n").unwrap();
    assert_eq!(stream(&held).send("x"), Err(Gone));
    let text = read_to_close(&mut head);
    assert_eq!(statuses(&text), [200, 200], "{text}");
}

#[test]
fn a_stream_learns_that_its_client_has_gone() {
    let (server, held) = start(Options::default());
    let mut socket = connect(server.local_addr());
    socket.write_all(b"GET /stream HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    let events = stream(&held);
    let (gone, is_gone) = mpsc::channel();
    events.on_close(Box::new(move || gone.send(()).unwrap()));
    drop(socket);
    is_gone.recv_timeout(PATIENCE).unwrap();
    assert_eq!(events.send("x"), Err(Gone));
    eventually("the stream is forgotten", || server.stats().streams == 0);
}

#[test]
fn silent_streams_are_kept_alive_by_heartbeats() {
    let (server, held) = start(Options::default());
    let mut socket = connect(server.local_addr());
    socket.write_all(b"GET /stream?beat HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    let _events = stream(&held);
    read_until(&mut socket, "8\r\n: ping\n\n\r\n8\r\n: ping\n\n\r\n");
    drop(server);
}

#[test]
fn many_threads_may_push_to_one_stream() {
    let (server, held) = start(Options::default());
    let mut socket = connect(server.local_addr());
    socket.write_all(b"GET /stream HTTP/1.0\r\n\r\n").unwrap();
    let events = stream(&held);
    let pushers: Vec<_> = (0..4)
        .map(|thread| {
            let events = events.clone();
            std::thread::spawn(move || {
                for number in 0..500 {
                    events.send(format!("{thread}-{number};")).unwrap();
                }
            })
        })
        .collect();
    let reader = std::thread::spawn(move || read_to_close(&mut socket));
    pushers.into_iter().for_each(|pusher| pusher.join().unwrap());
    events.close();
    let text = reader.join().unwrap();
    let body = text.split("\r\n\r\n").nth(1).unwrap();
    for thread in 0..4 {
        let own: Vec<&str> =
            body.split(';').filter_map(|word| word.strip_prefix(&format!("{thread}-"))).collect();
        let expected: Vec<String> = (0..500).map(|number| number.to_string()).collect();
        assert_eq!(own, expected, "each thread's events stay in order");
    }
    drop(server);
}

#[test]
fn at_the_cap_idle_connections_make_room_and_busy_ones_stay() {
    let options = Options { max_connections: 4, ..Options::default() };
    let (server, held) = start(options);
    let mut busy = connect(server.local_addr());
    busy.write_all(b"GET /hold HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    let exchange = exchange(&held);
    let mut idle: Vec<TcpStream> = (0..8).map(|_| connect(server.local_addr())).collect();
    for socket in idle.iter_mut().skip(6) {
        socket.write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
        assert!(read_answer(socket).contains("200 OK"));
    }
    assert!(server.stats().connections <= 4);
    assert!(server.stats().turned_away.iter().sum::<u64>() >= 5);
    exchange.respond(Response::text(200, "still served\n"));
    assert!(read_answer(&mut busy).ends_with("still served\n"));
}

#[test]
fn when_all_are_busy_the_next_client_is_told_so() {
    let (server, held) = start(Options { max_connections: 2, ..Options::default() });
    let mut busy: Vec<TcpStream> = (0..2).map(|_| connect(server.local_addr())).collect();
    for socket in &mut busy {
        socket.write_all(b"GET /hold HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    }
    let _exchanges = (exchange(&held), exchange(&held));
    assert_eq!(statuses(&read_to_close(&mut connect(server.local_addr()))), [503]);
}

#[test]
fn one_address_gets_its_share_only() {
    let (server, _held) = start(Options { max_connections_per_address: 2, ..Options::default() });
    let first = connect(server.local_addr());
    let _second = connect(server.local_addr());
    eventually("both are in", || server.stats().connections == 2);
    assert_eq!(statuses(&read_to_close(&mut connect(server.local_addr()))), [503]);
    drop(first);
    eventually("one has left", || server.stats().connections == 1);
    let mut third = connect(server.local_addr());
    third.write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    assert!(read_answer(&mut third).contains("200 OK"));
}

#[test]
fn the_client_address_is_believed_from_trusted_proxies_only() {
    let proxy = Options {
        trusted_proxies: vec!["127.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()],
        ..Options::default()
    };
    let cases: &[(&str, &str)] = &[
        ("", "127.0.0.1"),
        ("X-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1"),
        ("X-Forwarded-For: 6.6.6.6, 192.0.2.1, 127.0.0.9\r\n", "192.0.2.1"),
        ("X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 192.0.2.1, fd00::1\r\n", "192.0.2.1"),
        ("X-Forwarded-For: 192.0.2.1:4711\r\n", "192.0.2.1"),
        ("X-Forwarded-For: [2001:db8::1]:4711\r\n", "2001:db8::1"),
        ("X-Forwarded-For: 6.6.6.6, nonsense\r\n", "127.0.0.1"),
        ("X-Real-IP: 192.0.2.1\r\n", "192.0.2.1"),
        ("X-Real-IP: 192.0.2.1\r\nX-Forwarded-For: 192.0.2.2\r\n", "192.0.2.2"),
    ];
    let (trusting, _held) = start(proxy);
    let (plain, _held) = start(Options::default());
    for (headers, expected) in cases {
        let request = format!("GET / HTTP/1.0\r\n{headers}\r\n");
        let text = talk(trusting.local_addr(), request.as_bytes());
        assert!(text.ends_with(&format!(" 0 {expected} -\n")), "{headers}: {text}");
        let text = talk(plain.local_addr(), request.as_bytes());
        assert!(text.ends_with(" 0 127.0.0.1 -\n"), "{headers}: {text}");
    }
    for wrong in ["", "10.0.0.0/33", "::/129", "host", "10.0.0.0/x"] {
        assert!(wrong.parse::<itential_mcp::net::Network>().is_err(), "{wrong}");
    }
}

#[test]
fn shutdown_finishes_answers_and_ends_streams_properly() {
    let (server, held) = start(Options::default());
    let address = server.local_addr();
    let mut idle = connect(address);
    idle.write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    read_answer(&mut idle);
    let mut unfinished = connect(address);
    unfinished.write_all(b"GET / HT").unwrap();
    let mut listening = connect(address);
    listening.write_all(b"GET /stream HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    let _events = stream(&held);
    let mut answering = connect(address);
    answering.write_all(b"GET /stream?answer HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    let answer = stream(&held);
    let mut waiting = connect(address);
    waiting.write_all(b"GET /hold HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    let exchange = exchange(&held);

    let mut asking = connect(address);
    asking.write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    read_answer(&mut asking);

    let stopping = std::thread::spawn(move || server.shutdown(PATIENCE));
    eventually("nobody is let in", || TcpStream::connect(address).is_err());
    // It was told that its connection is kept, and cannot know yet that this has changed.
    asking.write_all(b"GET /once-more HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    let text = read_to_close(&mut asking);
    assert!(text.contains("Connection: close\r\n") && text.contains("/once-more"), "{text}");
    assert_eq!(read_to_close(&mut idle), "");
    assert!(read_to_close(&mut unfinished).starts_with("HTTP/1.1 408 "));
    assert!(read_to_close(&mut listening).ends_with("\r\n0\r\n\r\n"));
    assert!(!answer.is_closed());
    answer.send("data: result\n\n").unwrap();
    answer.close();
    assert!(read_to_close(&mut answering).ends_with("data: result\n\n\r\n0\r\n\r\n"));
    exchange.respond(Response::text(200, "finished\n"));
    let text = read_to_close(&mut waiting);
    assert!(text.contains("Connection: close\r\n") && text.ends_with("finished\n"), "{text}");
    drop((idle, unfinished, asking, listening, answering, waiting));
    stopping.join().unwrap();
}

#[test]
fn clients_that_the_system_let_in_before_the_end_are_served() {
    for _ in 0..20 {
        let (server, held) = start(Options::default());
        let address = server.local_addr();
        let mut clients: Vec<_> = (0..50)
            .map(|_| {
                let mut socket = connect(address);
                socket.write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
                socket
            })
            .collect();
        let stopping = std::thread::spawn(move || server.shutdown(PATIENCE));
        for client in &mut clients {
            assert!(read_answer(client).starts_with("HTTP/1.1 200 "));
        }
        drop((clients, held));
        stopping.join().unwrap();
    }
}

#[test]
fn the_grace_of_a_shutdown_is_bounded() {
    let (server, held) = start(Options::default());
    let mut answering = connect(server.local_addr());
    answering.write_all(b"GET /stream?answer HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    let answer = stream(&held);
    server.shutdown(Duration::from_millis(200));
    assert!(read_to_close(&mut answering).ends_with("0\r\n\r\n"));
    assert!(answer.is_closed());
}

#[test]
fn a_crowd_is_answered_completely() {
    let (server, held) = start(Options::default());
    let address = server.local_addr();
    // Every second request is answered by this thread instead of an I/O thread.
    let worker = std::thread::spawn(move || {
        for held in held.iter().take(64 * 50) {
            if let http_support::Held::Exchange(exchange) = held {
                exchange.respond(Response::text(200, "later\n"));
            }
        }
    });
    let clients: Vec<_> = (0..64)
        .map(|_| {
            std::thread::spawn(move || {
                let mut socket = connect(address);
                for _ in 0..50 {
                    socket
                        .write_all(b"GET /hold HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n")
                        .unwrap();
                    assert!(read_answer(&mut socket).ends_with("later\n"));
                    assert!(read_answer(&mut socket).contains("GET / "));
                }
            })
        })
        .collect();
    clients.into_iter().for_each(|client| client.join().unwrap());
    worker.join().unwrap();
    assert_eq!(server.stats().requests, 64 * 100);
    eventually("all have left", || server.stats().connections == 0);
}

/// Limits the open files of this process; `None` is as many as it may have.
#[cfg(target_os = "linux")]
fn allow_files(count: Option<u64>) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: count.or(maximum), maximum }).unwrap();
}

/// Serves until standard input ends, for the tests that need a process of its own.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "started by other tests"]
fn child_server() {
    let Ok(files) = std::env::var("HTTP_TEST_FILES") else { return };
    let options = Options { max_connections_per_address: 4000, ..Options::default() };
    let options = Options { max_connections: 4000, head_time: PATIENCE, ..options };
    let (server, held) = start(options);
    // Afterwards, so that the server has not set its own cap below the limit.
    allow_files(files.parse().ok());
    // Keeps the streams open. Before the address is told, so that whoever counts threads counts it.
    std::thread::spawn(move || held.into_iter().collect::<Vec<_>>());
    println!("address {}", server.local_addr());
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    drop(server);
}

/// A server in a process of its own.
#[cfg(target_os = "linux")]
struct Child {
    process: std::process::Child,
    address: std::net::SocketAddr,
}

#[cfg(target_os = "linux")]
impl Child {
    fn start(files: usize) -> Self {
        use std::io::{BufRead, BufReader};
        use std::process::{Command, Stdio};

        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_server", "--ignored", "--nocapture"])
            .env("HTTP_TEST_FILES", files.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.as_mut().unwrap()).lines();
        let address = lines
            .map_while(Result::ok)
            .find_map(|line| line.split("address ").nth(1)?.trim().parse().ok())
            .unwrap();
        Self { process, address }
    }

    /// A number from the kernel about the process.
    fn status(&self, name: &str) -> usize {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim_start_matches(':').split_whitespace().next().unwrap().parse().unwrap()
    }
}

#[cfg(target_os = "linux")]
impl Drop for Child {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_thousand_silent_streams_cost_no_thread_and_little_memory() {
    allow_files(None);
    let child = Child::start(4000);
    let mut first = connect(child.address);
    first.write_all(b"GET /stream HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    read_until(&mut first, "\r\n\r\n");
    let (threads, memory) = (child.status("Threads"), child.status("VmRSS"));
    let streams: Vec<TcpStream> = (0..1000)
        .map(|_| {
            let mut socket = connect(child.address);
            socket.write_all(b"GET /stream HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
            read_until(&mut socket, "\r\n\r\n");
            socket
        })
        .collect();
    assert_eq!(child.status("Threads"), threads);
    let each = (child.status("VmRSS").saturating_sub(memory)) * 1024 / streams.len();
    assert!(each < 8 * 1024, "{each} bytes per stream");
    assert!(talk(child.address, b"GET / HTTP/1.0\r\n\r\n").contains("200 OK"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_without_file_descriptors_still_serves_and_recovers() {
    allow_files(None);
    let child = Child::start(40);
    // Each of these holds a descriptor until the server prefers a newer client.
    let idle: Vec<TcpStream> = (0..200).map(|_| connect(child.address)).collect();
    assert!(talk(child.address, b"GET / HTTP/1.0\r\n\r\n").contains("200 OK"));
    // Streams are in use and are never dropped for a newcomer: it is turned away instead.
    drop(idle);
    let mut streams = Vec::new();
    let refused = (0..60).any(|_| {
        let mut socket = connect(child.address);
        let _ = socket.write_all(b"GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
        let mut status = [0; 12];
        let served = socket.read_exact(&mut status).is_ok() && status.ends_with(b"200");
        streams.push(socket);
        !served
    });
    assert!(refused, "{} streams with 40 descriptors", streams.len());
    drop(streams);
    eventually("clients are served again", || {
        talk(child.address, b"GET / HTTP/1.0\r\n\r\n").contains("200 OK")
    });
}
