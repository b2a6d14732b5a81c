//! The platform client against a scripted server: what is sent, what is repeated, what is told.

#[path = "platform_client/cancel.rs"]
mod cancel;
#[path = "platform_client/check.rs"]
mod check;
#[path = "platform_client/lists.rs"]
mod lists;
#[path = "platform_client/login.rs"]
mod login;
#[path = "platform_client/requests.rs"]
mod requests;
#[path = "platform_client/server.rs"]
mod server;
mod support;
#[path = "platform_client/tls.rs"]
mod tls;
#[path = "platform_client/writes.rs"]
mod writes;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use itential_mcp::cancel::CancelToken;
use itential_mcp::config::{Platform, Secret};
use itential_mcp::platform::{Client, Error, Path, Written};
use serde_json::Value;

use server::{Act, Seen, Server};
use support::HANG;

/// Settings for a plain-HTTP platform at the server's address.
fn settings(server: &Server) -> Platform {
    Platform {
        host: server.address.ip().into(),
        port: Some(server.address.port()),
        disable_tls: true,
        disable_verify: false,
        ca_file: None,
        user: "admin".to_owned(),
        password: Secret::new("p\"ä,\\"),
        client_id: None,
        client_secret: None,
        timeout: Duration::from_secs(5),
        ttl: None,
        max_requests: 128,
        sandbox: false,
    }
}

fn client(server: &Server) -> Client {
    Client::new(&settings(server)).unwrap()
}

/// A client that waits for its answers as long as [`HANG`].
fn patient_client(server: &Server) -> Client {
    Client::new(&Platform { timeout: HANG, ..settings(server) }).unwrap()
}

fn get(client: &Client, path: &'static str) -> Result<Value, Error> {
    client.api(&CancelToken::new()).get(&Path::literal(path), &[])
}

fn post(client: &Client, path: &'static str) -> Result<Value, Error> {
    client.api(&CancelToken::new()).post(&Path::literal(path), None).map(Written::into_value)
}

/// A script that gives each answer once, then the last for ever.
fn in_turn(answers: Vec<Act>) -> impl Fn(&Seen) -> Act {
    let next = AtomicUsize::new(0);
    move |_| {
        let turn = next.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
        answers[turn].clone()
    }
}
