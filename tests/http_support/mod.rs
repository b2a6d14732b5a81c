//! A small handler and a raw client for the tests of the HTTP server.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use itential_mcp::http::{Exchange, Options, Response, Server, Stream, StreamOptions};

/// Longer than anything here takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What the handler hands to the test.
pub enum Held {
    /// A request to `/hold`, unanswered.
    Exchange(Exchange),
    /// The answer to `/stream`.
    Stream(Stream),
}

/// Starts a server with the test handler.
pub fn start(options: Options) -> (Server, Receiver<Held>) {
    let (held, receiver) = mpsc::channel();
    let handler = move |exchange: Exchange| handle(exchange, &held);
    (Server::start(("127.0.0.1", 0), options, Arc::new(handler)).unwrap(), receiver)
}

fn handle(exchange: Exchange, held: &Sender<Held>) {
    let request = &exchange.request;
    let query = request.query.clone().unwrap_or_default();
    match request.path.as_str() {
        "/hold" => held.send(Held::Exchange(exchange)).unwrap(),
        "/stream" => {
            let head = Response::empty(200).with_header("Content-Type", "text/event-stream");
            let heartbeat = (query == "beat")
                .then(|| (Duration::from_millis(300), Arc::from(&b": ping\n\n"[..])));
            let options = StreamOptions { heartbeat, ends_on_shutdown: query != "answer" };
            held.send(Held::Stream(exchange.stream_with(head, options))).unwrap();
        }
        "/panic" => panic!("on purpose"),
        "/drop" => drop(exchange),
        "/status" => exchange.respond(Response::empty(query.parse().unwrap())),
        "/big" => {
            let body = vec![b'x'; query.parse().unwrap()];
            exchange.respond(Response::empty(200).with_body("application/octet-stream", body));
        }
        "/inject" => {
            let answer = Response::text(200, "ok").with_header("X-Name", "a\r\nX-Evil: ü");
            exchange.respond(answer);
        }
        _ => {
            let text = format!(
                "{} {} {} {} {} {}\n",
                request.method,
                request.path,
                query,
                request.body.len(),
                request.peer,
                request.client_identity.as_deref().unwrap_or("-"),
            );
            exchange.respond(Response::text(200, text));
        }
    }
}

/// The next unanswered exchange.
pub fn exchange(held: &Receiver<Held>) -> Exchange {
    match held.recv_timeout(PATIENCE).unwrap() {
        Held::Exchange(exchange) => exchange,
        Held::Stream(_) => panic!("a stream instead of an exchange"),
    }
}

/// The next stream.
pub fn stream(held: &Receiver<Held>) -> Stream {
    match held.recv_timeout(PATIENCE).unwrap() {
        Held::Stream(stream) => stream,
        Held::Exchange(_) => panic!("an exchange instead of a stream"),
    }
}

/// Opens a connection.
pub fn connect(address: SocketAddr) -> TcpStream {
    let socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.set_nodelay(true).unwrap();
    socket
}

/// Sends `bytes` and reads until the server closes. A reset counts as the end: the server closes on
/// clients that keep sending.
pub fn talk(address: SocketAddr, bytes: &[u8]) -> String {
    let mut socket = connect(address);
    let mut writer = socket.try_clone().unwrap();
    let bytes = bytes.to_vec();
    let sender = std::thread::spawn(move || drop(writer.write_all(&bytes)));
    let text = read_to_close(&mut socket);
    sender.join().unwrap();
    text
}

/// Reads until the server closes.
pub fn read_to_close(socket: &mut impl Read) -> String {
    let mut all = Vec::new();
    let mut buffer = [0; 64 * 1024];
    loop {
        match socket.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => all.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => panic!("server did not close"),
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&all).into_owned()
}

/// Reads until `end` has arrived.
pub fn read_until(socket: &mut impl Read, end: &str) -> String {
    let mut all = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&all);
        if text.contains(end) {
            return text.into_owned();
        }
        match socket.read(&mut buffer) {
            Ok(count) if count > 0 => all.extend_from_slice(&buffer[..count]),
            other => panic!("{other:?} before {end:?} in {text:?}"),
        }
    }
}

/// Reads one answer with a `Content-Length`.
pub fn read_answer(socket: &mut impl Read) -> String {
    let mut all = Vec::new();
    let mut byte = [0];
    while !all.ends_with(b"\r\n\r\n") {
        socket.read_exact(&mut byte).unwrap();
        all.push(byte[0]);
    }
    let head = String::from_utf8(all).unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("Content-Length: "))
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    socket.read_exact(&mut body).unwrap();
    head + &String::from_utf8(body).unwrap()
}

/// Status codes of all answers in `text`.
pub fn statuses(text: &str) -> Vec<u16> {
    text.match_indices("HTTP/1.")
        .filter_map(|(at, _)| text.get(at + 9..at + 12)?.parse().ok())
        .collect()
}

/// Waits until `condition` holds.
pub fn eventually(what: &str, condition: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < end, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
