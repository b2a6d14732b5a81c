//! TLS for the HTTP library, with our own settings.
//!
//! ureq's own connector takes a list of authorities and nothing else; [`trust`](super::trust) needs
//! a verifier, and the connection test needs the very same settings.

use std::fmt;
use std::io::{Read, Write};

use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport,
    TransportAdapter,
};

use super::trust::Trust;

/// Wraps streams to `https` addresses in TLS.
pub(super) struct SecureConnector(pub Option<Trust>);

impl fmt::Debug for SecureConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecureConnector")
    }
}

impl<In: Transport> Connector<In> for SecureConnector {
    type Out = Either<In, Secure>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let Some(transport) = chained else { return Ok(None) };
        let config = match &self.0 {
            Some(trust) if details.needs_tls() && !transport.is_tls() => {
                trust.config().map_err(|error| ureq::Error::Other(Box::new(error)))?
            }
            // An HTTPS proxy before a platform without TLS ends here, at ureq's own check.
            _ => return Ok(Some(Either::A(transport))),
        };
        let host = details.uri.host().unwrap_or_default();
        let name = ServerName::try_from(host.trim_start_matches('[').trim_end_matches(']'))
            .map_err(|_| ureq::Error::Tls("the host is not a name that certificates can carry"))?
            .to_owned();
        let mut session = ClientConnection::new(config, name)
            .map_err(|error| ureq::Error::Other(Box::new(error)))?;
        let mut stream = TransportAdapter::new(transport.boxed(), details.current_time.clone());
        stream.set_timeout(details.timeout);
        session.complete_io(&mut stream)?;
        let size = (details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Some(Either::B(Secure {
            buffers: LazyBuffers::new(size.0, size.1),
            stream: StreamOwned::new(session, stream),
        })))
    }
}

/// A stream in TLS.
pub(super) struct Secure {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter>,
}

impl fmt::Debug for Secure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Secure").field(&self.stream.sock.inner()).finish()
    }
}

impl Transport for Secure {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.stream.sock.set_timeout(timeout);
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        Ok(self.stream.write_all(output)?)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.stream.sock.set_timeout(timeout);
        let amount = self.stream.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.sock.get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}
