//! The HTTP server from outside: real sockets, a small handler.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use itential_mcp::http::{Exchange, Options, Response, Server};

fn handle(exchange: Exchange) {
    let request = &exchange.request;
    match request.path.as_str() {
        "/panic" => panic!("on purpose"),
        _ => {
            let text = format!("{} {} {}", request.method, request.path, request.body.len());
            exchange.respond(Response::text(200, text));
        }
    }
}

#[test]
fn smoke() {
    let server = Server::start(("127.0.0.1", 0), Options::default(), Arc::new(handle)).unwrap();
    let mut socket = TcpStream::connect(server.local_addr()).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    socket.write_all(b"POST /a?b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET /panic HTTP/1.1\r\nHost: x\r\n\r\nGET /two HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    socket.read_to_string(&mut text).unwrap();
    println!("{text}");
    assert_eq!(text.matches("HTTP/1.1 ").count(), 3);
    assert!(text.contains("POST /a 3"), "{text}");
}
