//! A small HTTP server whose answers a test chooses, and that remembers what it was asked.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

use super::form::{self, Pairs};

/// What it was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub query: Pairs,
    pub headers: Pairs,
    pub body: String,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        form::get(&self.headers, &name.to_ascii_lowercase())
    }

    pub fn form(&self) -> Pairs {
        form::decoded(&self.body)
    }
}

/// What it answers.
#[derive(Clone, Debug)]
pub enum Reply {
    Json(u16, Value),
    /// These very bytes, before it hangs up.
    Bytes(String),
    /// These, and then more without end.
    Endless(String),
}

pub struct Site {
    pub port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Site {
    pub fn start(
        tls: Option<Arc<ServerConfig>>,
        answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("it listens").port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (kept, answer) = (Arc::clone(&asked), Arc::new(answer));
        std::thread::spawn(move || {
            for socket in listener.incoming().map_while(Result::ok) {
                let (kept, answer, tls) = (Arc::clone(&kept), Arc::clone(&answer), tls.clone());
                std::thread::spawn(move || match tls {
                    None => serve(socket, &kept, &*answer),
                    Some(config) => {
                        let session = ServerConnection::new(config).expect("a sound configuration");
                        let mut stream = StreamOwned::new(session, socket);
                        serve(&mut stream, &kept, &*answer);
                        stream.conn.send_close_notify();
                        let _ = stream.flush();
                    }
                });
            }
        });
        Self { port, asked }
    }

    /// Everything that it was asked at this path.
    pub fn asked(&self, path: &str) -> Vec<Asked> {
        let asked = self.asked.lock().expect("no panic");
        asked.iter().filter(|asked| asked.path == path).cloned().collect()
    }
}

/// TLS with this certificate and key, in PEM.
pub fn tls((certificate, key): &(String, String)) -> Arc<ServerConfig> {
    let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).expect("PEM")];
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("PEM");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has them");
    Arc::new(config.with_no_client_auth().with_single_cert(chain, key).expect("a pair"))
}

fn serve(
    mut socket: impl Read + Write,
    kept: &Mutex<Vec<Asked>>,
    answer: &(dyn Fn(&Asked) -> Reply + Send + Sync),
) {
    let Some(asked) = read(&mut socket) else { return };
    kept.lock().expect("no panic").push(asked.clone());
    // Whoever asked may have gone away.
    let _ = match answer(&asked) {
        Reply::Json(status, body) => {
            let body = body.to_string();
            let head = "Connection: close\r\nContent-Type: application/json";
            write!(
                socket,
                "HTTP/1.1 {status} X\r\n{head}\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            )
        }
        Reply::Bytes(bytes) => socket.write_all(bytes.as_bytes()),
        Reply::Endless(bytes) => {
            let mut sent = socket.write_all(bytes.as_bytes());
            while sent.is_ok() {
                sent = socket.write_all(&[b' '; 4096]);
            }
            sent
        }
    };
    let _ = socket.flush();
}

fn read(socket: &mut impl Read) -> Option<Asked> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    let mut more = |bytes: &mut Vec<u8>| {
        let read = socket.read(&mut buffer).ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
        Some(())
    };
    let end = loop {
        match bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            Some(end) => break end,
            None => more(&mut bytes)?,
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers: Pairs = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = form::get(&headers, "content-length").and_then(|text| text.parse().ok());
    let whole = end + 4 + length.unwrap_or(0_usize);
    while bytes.len() < whole {
        more(&mut bytes)?;
    }
    let body = String::from_utf8_lossy(&bytes[end + 4..whole]).into_owned();
    let (path, query) = (path.to_owned(), form::decoded(query));
    Some(Asked { method, path, query, headers, body })
}
