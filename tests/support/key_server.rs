//! A provider of keys, well or ill.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::tokens::Signer;

/// What it answers with.
#[derive(Clone)]
pub enum Answer {
    /// This body.
    Body(String),
    /// This status line and these headers.
    Head(String),
    /// A body without end.
    Endless,
    /// Nothing, for as long as nothing else is set.
    Silence,
    /// It hangs up.
    Nothing,
}

pub struct KeyServer {
    pub port: u16,
    answer: Arc<Mutex<Answer>>,
    asked: Arc<AtomicUsize>,
}

impl KeyServer {
    pub fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("it listens").port();
        let answer = Arc::new(Mutex::new(answer));
        let asked = Arc::new(AtomicUsize::new(0));
        let (said, counted) = (Arc::clone(&answer), Arc::clone(&asked));
        std::thread::spawn(move || {
            for socket in listener.incoming().map_while(Result::ok) {
                let (said, counted) = (Arc::clone(&said), Arc::clone(&counted));
                std::thread::spawn(move || serve(socket, &said, &counted));
            }
        });
        Self { port, answer, asked }
    }

    /// One that publishes the keys of these.
    pub fn of(signers: &[&Signer]) -> Self {
        Self::start(key_set(signers))
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/jwks", self.port)
    }

    pub fn set(&self, answer: Answer) {
        *self.answer.lock().expect("no panic") = answer;
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// The keys of these.
pub fn key_set(signers: &[&Signer]) -> Answer {
    let keys: Vec<Value> = signers.iter().map(|signer| signer.jwk()).collect();
    Answer::Body(json!({"keys": keys}).to_string())
}

fn serve(mut socket: TcpStream, answer: &Mutex<Answer>, asked: &AtomicUsize) {
    let mut head = Vec::new();
    let mut buffer = [0; 1024];
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        match socket.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(read) => head.extend_from_slice(&buffer[..read]),
        }
    }
    asked.fetch_add(1, Ordering::SeqCst);
    let now = || answer.lock().expect("no panic").clone();
    while matches!(now(), Answer::Silence) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n";
    // It may have gone away.
    let _ = match now() {
        Answer::Body(body) => {
            write!(socket, "{head}Content-Length: {}\r\n\r\n{body}", body.len())
        }
        Answer::Head(head) => write!(socket, "HTTP/1.1 {head}\r\nConnection: close\r\n\r\n"),
        Answer::Endless => endless(&mut socket, head),
        Answer::Silence | Answer::Nothing => Ok(()),
    };
}

fn endless(socket: &mut TcpStream, head: &str) -> std::io::Result<()> {
    write!(socket, "{head}\r\n{{\"keys\":[")?;
    loop {
        socket.write_all(&b"{\"kty\":\"RSA\"},".repeat(1000))?;
    }
}
