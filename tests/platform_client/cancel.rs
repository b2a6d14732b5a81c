//! A call that nobody waits for ends soon and leaves nothing behind.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use itential_mcp::cancel::CancelToken;
use itential_mcp::platform::Path;

use crate::client;
use crate::server::{Act, Server, answer, json};

/// Runs `GET /x`, cancels it after a moment, and checks that it ended long before the server would
/// have answered.
fn cancelled_get(act: Act) -> Server {
    let server = Server::start(move |seen| match seen.path() {
        "/x" => act.clone(),
        _ => json(200, "{}"),
    });
    let client = client(&server);
    let token = CancelToken::new();
    let stop = token.clone();
    let canceller = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(150));
        stop.cancel();
    });
    let begun = Instant::now();
    let error = client.api(&token).get(&Path::literal("/x"), &[]).unwrap_err();
    assert!(error.is_cancelled(), "{error:?}");
    assert!(begun.elapsed() < Duration::from_millis(1500), "took {:?}", begun.elapsed());
    assert!(error.to_string().contains("GET /x"), "{error}");
    canceller.join().unwrap();

    // Another call on the same client is not affected and gets its own answer.
    client.api(&CancelToken::new()).get(&Path::literal("/y"), &[]).unwrap();
    let connection = |path: &str| {
        server.calls().iter().find(|call| call.path() == path).map(|call| call.connection)
    };
    let (first, second) = (connection("/x").unwrap(), connection("/y").unwrap());
    // A pause between attempts holds no connection, so only a wait must have lost its own.
    if !server.calls().iter().any(|call| call.path() == "/x" && call.connection == second) {
        assert_ne!(first, second);
    }
    server
}

#[test]
fn while_waiting_for_the_answer() {
    let server =
        cancelled_get(Act::Late(Duration::from_secs(4), b"HTTP/1.1 200 OK\r\n\r\n".to_vec()));
    let patience = Instant::now();
    while server.hung_up.load(Ordering::SeqCst) == 0 && patience.elapsed() < Duration::from_secs(3)
    {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(server.hung_up.load(Ordering::SeqCst), 1, "the connection must be dropped");
    assert_eq!(server.calls().iter().filter(|call| call.path() == "/x").count(), 1);
}

#[test]
fn while_reading_the_body() {
    cancelled_get(Act::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{".to_vec()));
}

#[test]
fn while_pausing_between_attempts() {
    cancelled_get(answer(429, &[("Retry-After", "4")], ""));
}

#[test]
fn before_it_began() {
    let server = Server::start(|_| json(200, "{}"));
    let token = CancelToken::new();
    token.cancel();
    let client = client(&server);
    let error = client.api(&token).get(&Path::literal("/x"), &[]).unwrap_err();
    assert!(error.is_cancelled(), "{error:?}");
    assert_eq!(server.calls().len(), 0);
}

#[test]
fn while_another_call_logs_in() {
    let server = Server::raw(|seen| match seen.path() {
        "/login" => Act::Late(
            Duration::from_millis(600),
            b"HTTP/1.1 200 OK\r\nSet-Cookie: token=t\r\nContent-Length: 0\r\n\r\n".to_vec(),
        ),
        _ => json(200, "{}"),
    });
    let client = client(&server);
    std::thread::scope(|threads| {
        // The one that logs in goes away; those who wait must not go down with it.
        let first = CancelToken::new();
        let running = first.clone();
        let client = &client;
        let leader = threads.spawn(move || client.api(&running).get(&Path::literal("/x"), &[]));
        std::thread::sleep(Duration::from_millis(100));
        let waiting =
            threads.spawn(|| client.api(&CancelToken::new()).get(&Path::literal("/y"), &[]));
        std::thread::sleep(Duration::from_millis(100));
        first.cancel();
        assert!(leader.join().unwrap().is_err_and(|error| error.is_cancelled()));
        waiting.join().unwrap().unwrap();
    });
}
