//! A TLS handshake on its own, with the settings of the client.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};

use crate::outbound::TlsFault;
use crate::platform::explain::advice;

/// What the two sides agreed on.
pub(super) struct Agreed {
    /// As in `TLSv1.3`.
    pub protocol: String,
    /// As in `TLS_AES_256_GCM_SHA384`.
    pub cipher: String,
}

/// Why there is no TLS.
pub(super) struct Broken {
    /// For people.
    pub message: String,
    /// What was wrong.
    pub cause: String,
    /// What to do about it, where that is known.
    pub advice: Option<&'static str>,
    /// Whether it is the certificate.
    pub certificate: bool,
}

/// Shakes hands with `host` before `deadline`.
pub(super) fn handshake(
    config: ClientConfig,
    host: &str,
    stream: &TcpStream,
    deadline: Instant,
) -> Result<Agreed, Broken> {
    let name = ServerName::try_from(host.to_owned()).map_err(|error| {
        let message = "The host is not a name that certificates can carry".to_owned();
        Broken { message, cause: error.to_string(), advice: None, certificate: false }
    })?;
    let mut session =
        ClientConnection::new(Arc::new(config), name).map_err(|error| refused(&error))?;
    session.complete_io(&mut Timed { stream, deadline }).map_err(|error| {
        match error.get_ref().and_then(|inner| inner.downcast_ref()) {
            Some(error) => refused(error),
            None => Broken {
                message: format!("TLS handshake error: {}", ended(&error)),
                cause: error.to_string(),
                advice: Some(advice(&TlsFault::NotTls)),
                certificate: false,
            },
        }
    })?;
    // The library writes TLSv1_3 and TLS13_AES..., everybody else TLSv1.3 and TLS_AES...
    let protocol = session.protocol_version().map(|version| format!("{version:?}"));
    let cipher = session.negotiated_cipher_suite().map(|suite| format!("{:?}", suite.suite()));
    Ok(Agreed {
        protocol: protocol.unwrap_or_default().replace("TLSv1_", "TLSv1."),
        cipher: cipher.unwrap_or_default().replace("TLS13_", "TLS_"),
    })
}

fn refused(error: &rustls::Error) -> Broken {
    let cause = TlsFault::of(error);
    let certificate = matches!(error, rustls::Error::InvalidCertificate(_));
    let message = match certificate {
        true => "TLS certificate verification failed",
        false => "TLS handshake error",
    };
    Broken {
        message: format!("{message}: {cause}"),
        cause: format!("{cause}. {}", advice(&cause)),
        advice: Some(advice(&cause)),
        certificate,
    }
}

/// How the stream ended, in words: what speaks no TLS most often closes without any.
fn ended(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => {
            "the other side closed the connection; it may not speak TLS".to_owned()
        }
        _ => error.to_string(),
    }
}

/// A stream that ends with the test, however slowly bytes trickle.
struct Timed<'a> {
    stream: &'a TcpStream,
    deadline: Instant,
}

impl Timed<'_> {
    fn left(&self) -> io::Result<Option<Duration>> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(Some(left)) }
    }
}

impl Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(self.left()?)?;
        self.stream.read(buffer)
    }
}

impl Write for Timed<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        self.stream.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
