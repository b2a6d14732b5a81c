//! A call that nobody waits for ends soon and leaves nothing behind.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};

use itential_mcp::cancel::CancelToken;
use itential_mcp::platform::Path;

use crate::server::{Act, Server, answer, json};
use crate::support::{HANG, eventually};
use crate::{client, patient_client};

/// Runs `GET /x`, cancels it in its middle, and checks that it ended before `otherwise`, when it
/// would have gone on.
fn cancelled_get(act: Act, otherwise: Duration) -> Server {
    let server = Server::start(move |seen| match seen.path() {
        "/x" => act.clone(),
        _ => json(200, "{}"),
    });
    let client = patient_client(&server);
    let token = CancelToken::new();
    let begun = Instant::now();
    std::thread::scope(|threads| {
        threads.spawn(|| {
            eventually("the request", || server.calls().iter().any(|call| call.path() == "/x"));
            // A little later, so that the client is in the middle of what it does then.
            std::thread::sleep(Duration::from_millis(150));
            token.cancel();
        });
        let error = client.api(&token).get(&Path::literal("/x"), &[]).unwrap_err();
        assert!(error.is_cancelled(), "{error:?}");
        assert!(error.to_string().contains("GET /x"), "{error}");
    });
    assert!(begun.elapsed() < otherwise, "took {:?}", begun.elapsed());

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
    let server = cancelled_get(Act::Late(HANG, b"HTTP/1.1 200 OK\r\n\r\n".to_vec()), HANG);
    eventually("the end of the connection", || server.hung_up.load(Ordering::SeqCst) == 1);
    assert_eq!(server.calls().iter().filter(|call| call.path() == "/x").count(), 1);
}

#[test]
fn while_reading_the_body() {
    let begun = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{".to_vec();
    cancelled_get(Act::Send(begun), HANG);
}

#[test]
fn while_pausing_between_attempts() {
    cancelled_get(answer(429, &[("Retry-After", "10")], ""), Duration::from_secs(10));
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
    let (release, released) = mpsc::channel();
    let released = Mutex::new(released);
    let logins = AtomicUsize::new(0);
    let server = Server::raw(move |seen| match seen.path() {
        "/login" => {
            // The first login is answered once its call has been given up.
            if logins.fetch_add(1, Ordering::SeqCst) == 0 {
                released.lock().unwrap().recv().unwrap();
            }
            answer(200, &[("Set-Cookie", "token=t")], "")
        }
        _ => json(200, "{}"),
    });
    let client = patient_client(&server);
    // The one that logs in goes away; those who wait must not go down with it.
    let first = CancelToken::new();
    std::thread::scope(|threads| {
        let leader = threads.spawn(|| client.api(&first).get(&Path::literal("/x"), &[]));
        eventually("the login", || server.logins() == 1);
        let waiting =
            threads.spawn(|| client.api(&CancelToken::new()).get(&Path::literal("/y"), &[]));
        std::thread::sleep(Duration::from_millis(100));
        first.cancel();
        assert!(leader.join().unwrap().unwrap_err().is_cancelled());
        release.send(()).unwrap();
        waiting.join().unwrap().unwrap();
    });
}
