//! A small blocking HTTP/1.1 client that costs as little as possible, so that two cores measure the
//! server and not the client.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::{Value, json};

/// Nothing measured here takes longer.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Where to connect, and how.
#[derive(Clone)]
pub struct Target {
    pub address: SocketAddr,
    pub tls: Option<Arc<ClientConfig>>,
}

/// One connection.
pub struct Client {
    wire: Wire,
    buffer: Vec<u8>,
}

enum Wire {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Target {
    pub fn connect(&self) -> io::Result<Client> {
        let socket = TcpStream::connect(self.address)?;
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        let wire = match &self.tls {
            None => Wire::Plain(socket),
            Some(config) => {
                let name = ServerName::try_from("localhost").expect("a host name");
                let session =
                    ClientConnection::new(Arc::clone(config), name).expect("a sound configuration");
                Wire::Tls(Box::new(StreamOwned::new(session, socket)))
            }
        };
        Ok(Client { wire, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// A POST of this message to `/mcp`, ready to be sent often.
    pub fn post(&self, headers: &str, message: &Value) -> Vec<u8> {
        let body = message.to_string();
        format!(
            "POST /mcp HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\n{headers}\
             Content-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .into_bytes()
    }

    /// What every request of the stateless revision says.
    pub fn meta() -> Value {
        json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "load", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {}
        })
    }

    /// A `tools/call` of the stateless revision.
    pub fn call(&self, tool: &str, arguments: Value) -> Vec<u8> {
        self.call_with("", tool, arguments)
    }

    /// The same with one more header line.
    pub fn call_with(&self, header: &str, tool: &str, arguments: Value) -> Vec<u8> {
        let headers = format!(
            "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: {tool}\r\n\
             {header}"
        );
        let params = json!({"name": tool, "arguments": arguments, "_meta": Self::meta()});
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        self.post(&headers, &message)
    }
}

impl Client {
    /// Opens a session of revision 2025-06-18: the header that names it.
    pub fn open_session(&mut self, target: &Target) -> io::Result<String> {
        let hello = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {"elicitation": {}},
            "clientInfo": {"name": "load", "version": "1"}}});
        let answer = self.ask(&target.post("", &hello))?;
        let id = answer.header("mcp-session-id").unwrap_or_default();
        let header = match id.is_empty() {
            true => "MCP-Protocol-Version: 2025-06-18\r\n".to_owned(),
            false => format!("MCP-Protocol-Version: 2025-06-18\r\nMcp-Session-Id: {id}\r\n"),
        };
        let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        self.ask(&target.post(&header, &ready))?;
        Ok(header)
    }

    /// Waits so long for bytes, and no longer.
    pub fn wait_for(&mut self, patience: Duration) -> io::Result<()> {
        match &self.wire {
            Wire::Plain(socket) => socket.set_read_timeout(Some(patience)),
            Wire::Tls(stream) => stream.sock.set_read_timeout(Some(patience)),
        }
    }

    /// Sends a request and reads its answer.
    pub fn ask(&mut self, request: &[u8]) -> io::Result<Answer> {
        self.send(request)?;
        self.answer()
    }

    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.wire {
            Wire::Plain(socket) => socket.write_all(bytes),
            Wire::Tls(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
        }
    }

    fn answer(&mut self) -> io::Result<Answer> {
        self.buffer.clear();
        let head_length = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            self.more()?;
        };
        let head = String::from_utf8_lossy(&self.buffer[..head_length]).into_owned();
        let status = head.get(9..12).and_then(|status| status.parse().ok()).unwrap_or_default();
        let mut answer = Answer { status, head, body: Vec::new() };
        if let Some(length) = answer.header("content-length") {
            let length: usize = length.parse().map_err(io::Error::other)?;
            while self.buffer.len() < head_length + length {
                self.more()?;
            }
        } else if answer.header("transfer-encoding").is_some() {
            while !self.buffer.ends_with(b"0\r\n\r\n") {
                self.more()?;
            }
        }
        answer.body = self.buffer.split_off(head_length);
        Ok(answer)
    }

    /// Reads up to and with a head, and leaves the rest alone.
    pub fn head(&mut self) -> io::Result<u16> {
        self.buffer.clear();
        while find(&self.buffer, b"\r\n\r\n").is_none() {
            self.more()?;
        }
        let status = self.buffer.get(9..12).and_then(|status| std::str::from_utf8(status).ok());
        Ok(status.and_then(|status| status.parse().ok()).unwrap_or_default())
    }

    fn more(&mut self) -> io::Result<()> {
        let mut chunk = [0; 16 * 1024];
        let count = match &mut self.wire {
            Wire::Plain(socket) => socket.read(&mut chunk)?,
            Wire::Tls(stream) => stream.read(&mut chunk)?,
        };
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.buffer.extend_from_slice(&chunk[..count]);
        Ok(())
    }
}

impl Answer {
    /// A header's value; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes.windows(pattern.len()).position(|window| window == pattern)
}

/// What a client that trusts this authority needs. `resume`: whether it comes back with a ticket.
pub fn trusting(authority: &str, resume: bool) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_slice(authority.as_bytes()).expect("PEM");
    roots.add(root).expect("an authority");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has them")
        .with_root_certificates(roots)
        .with_no_client_auth();
    if !resume {
        config.resumption = Resumption::disabled();
    }
    Arc::new(config)
}
