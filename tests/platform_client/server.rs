//! A scripted HTTP server on loopback that can misbehave in every way a platform can.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    /// Target as sent, with query.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// Number of the connection, from 0.
    pub connection: usize,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    /// A query parameter, as sent.
    pub fn query(&self, name: &str) -> Option<&str> {
        let query = self.target.split_once('?')?.1;
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }
}

/// What the server does with a request.
#[derive(Clone, Debug)]
pub enum Act {
    /// Sends these bytes and keeps the connection.
    Send(Vec<u8>),
    /// Sends these bytes and closes, over TLS with `close_notify`.
    SendAndClose(Vec<u8>),
    /// Sends these bytes and tears the connection off, over TLS without `close_notify`.
    SendAndTear(Vec<u8>),
    /// Waits, looking whether the client hangs up, then sends.
    Late(Duration, Vec<u8>),
}

/// An answer with JSON.
pub fn json(status: u16, body: &str) -> Act {
    answer(status, &[("Content-Type", "application/json")], body)
}

/// An answer.
pub fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Act {
    let mut out = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        out += &format!("{name}: {value}\r\n");
    }
    Act::Send((out + "\r\n" + body).into_bytes())
}

pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    /// Connections that the client ended while an answer was being held back.
    pub hung_up: Arc<AtomicUsize>,
    ended: Arc<AtomicBool>,
}

type Script = dyn Fn(&Seen) -> Act + Send + Sync;
type Tls = Option<Arc<rustls::ServerConfig>>;

impl Server {
    /// Answers every request by `script`; logins are answered before it, each with a new cookie.
    pub fn start(script: impl Fn(&Seen) -> Act + Send + Sync + 'static) -> Self {
        Self::raw(with_login(script))
    }

    /// Answers every request by `script`.
    pub fn raw(script: impl Fn(&Seen) -> Act + Send + Sync + 'static) -> Self {
        Self::on("127.0.0.1:0", None, script)
    }

    /// Answers on an address, over TLS if told so.
    pub fn on(
        address: &str,
        tls: Tls,
        script: impl Fn(&Seen) -> Act + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            seen: Arc::default(),
            hung_up: Arc::default(),
            ended: Arc::default(),
        };
        let script: Arc<Script> = Arc::new(script);
        let (seen, hung_up, ended) =
            (server.seen.clone(), server.hung_up.clone(), server.ended.clone());
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let (script, seen, hung_up) = (script.clone(), seen.clone(), hung_up.clone());
                let stream = Stream::new(stream.unwrap(), &tls);
                std::thread::spawn(move || {
                    // The client may hang up at any point; that ends the connection only.
                    let _ = serve(stream, number, &*script, &seen, &hung_up);
                });
            }
        });
        server
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The requests besides logins.
    pub fn calls(&self) -> Vec<Seen> {
        self.seen().into_iter().filter(|seen| seen.path() != "/login").collect()
    }

    pub fn logins(&self) -> usize {
        self.seen().iter().filter(|seen| seen.path() == "/login").count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

/// Answers logins, and everything else by `script`.
pub fn with_login(script: impl Fn(&Seen) -> Act) -> impl Fn(&Seen) -> Act {
    let logins = AtomicUsize::new(0);
    move |seen| {
        if seen.path() == "/login" {
            let number = logins.fetch_add(1, Ordering::SeqCst) + 1;
            let cookie = format!("token=t{number}; Path=/; Secure; HttpOnly");
            return answer(200, &[("Set-Cookie", &cookie)], "an ignored token");
        }
        script(seen)
    }
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<rustls::StreamOwned<rustls::ServerConnection, TcpStream>>),
}

impl Stream {
    fn new(stream: TcpStream, tls: &Tls) -> Self {
        match tls {
            None => Self::Plain(stream),
            Some(config) => {
                let session = rustls::ServerConnection::new(config.clone()).unwrap();
                Self::Tls(Box::new(rustls::StreamOwned::new(session, stream)))
            }
        }
    }

    /// Ends the stream properly.
    fn end(&mut self) -> io::Result<()> {
        if let Self::Tls(stream) = self {
            stream.conn.send_close_notify();
        }
        self.flush()
    }

    fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => &stream.sock,
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(buffer),
            Self::Tls(stream) => stream.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

fn serve(
    stream: Stream,
    connection: usize,
    script: &Script,
    log: &Mutex<Vec<Seen>>,
    hung_up: &AtomicUsize,
) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let mut words = line.split_whitespace().map(str::to_owned);
        let (method, target) = (words.next().unwrap(), words.next().unwrap());
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.push((name.to_lowercase(), value.trim().to_owned()));
        }
        let mut seen = Seen { method, target, headers, body: String::new(), connection };
        let length = seen.header("content-length").map_or(0, |value| value.parse().unwrap());
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        seen.body = String::from_utf8(body).unwrap();
        log.lock().unwrap().push(seen.clone());
        let (bytes, pause, close, tear) = match script(&seen) {
            Act::Send(bytes) => (bytes, None, false, false),
            Act::SendAndClose(bytes) => (bytes, None, true, false),
            Act::SendAndTear(bytes) => (bytes, None, false, true),
            Act::Late(pause, bytes) => (bytes, Some(pause), false, false),
        };
        if let Some(pause) = pause {
            stream.get_ref().socket().set_read_timeout(Some(pause))?;
            if matches!(stream.read(&mut [0]), Ok(0)) {
                hung_up.fetch_add(1, Ordering::SeqCst);
                return Ok(());
            }
            stream.get_ref().socket().set_read_timeout(None)?;
        }
        stream.get_mut().write_all(&bytes)?;
        stream.get_mut().flush()?;
        if close {
            return stream.get_mut().end();
        }
        if tear {
            return Ok(());
        }
    }
}
