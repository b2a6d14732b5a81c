//! The bytes of one client: a non-blocking socket, with or without TLS.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;

use rustls::{InvalidMessage, ProtocolVersion, ServerConnection};

use super::machine::Output;
use super::tls::{self, Identity};
use super::turn::Turn;
use crate::limits;

/// A client's socket.
pub struct Link {
    socket: Arc<TcpStream>,
    tls: Option<Box<ServerConnection>>,
    /// Session tickets wait for the first answer, to go with it: a packet of their own would cost
    /// both sides about as much as the answer.
    tickets: bool,
}

/// What a read found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Bytes.
    Some,
    /// Nothing yet.
    Blocked,
    /// Nothing more in this turn.
    Enough,
    /// The client sends no more.
    End,
}

impl Link {
    pub fn new(socket: Arc<TcpStream>, tls: Option<ServerConnection>) -> Self {
        Self { socket, tls: tls.map(Box::new), tickets: false }
    }

    pub fn socket(&self) -> &Arc<TcpStream> {
        &self.socket
    }

    pub fn tls(&self) -> Option<&ServerConnection> {
        self.tls.as_deref()
    }

    /// Goes on with the TLS handshake: whether it is finished.
    pub fn handshake(&mut self) -> io::Result<bool> {
        let Some(tls) = &mut self.tls else { return Ok(true) };
        loop {
            if !tls.is_handshaking() && tls.protocol_version() == Some(ProtocolVersion::TLSv1_3) {
                self.tickets = true;
                return Ok(true);
            }
            let spoke = tls.wants_write();
            if !send_records(tls, &self.socket)? {
                return Ok(false);
            }
            if !tls.is_handshaking() {
                return Ok(true);
            }
            // The client goes on when it has seen that, and the poller tells.
            if spoke {
                return Ok(false);
            }
            // Not within a turn: rustls refuses a handshake that goes on and on.
            match receive_records(tls, &self.socket, &mut Turn::default())? {
                Taken::Some | Taken::Enough => {}
                Taken::Blocked => return Ok(false),
                Taken::End => return Err(ErrorKind::UnexpectedEof.into()),
            }
        }
    }

    /// Gives up TLS, to tell a client that does not speak it.
    pub fn speak_plainly(&mut self) {
        self.tls = None;
    }

    /// Name of the client in its certificate.
    pub fn client_identity(&self, by: Identity) -> Option<String> {
        let certificate = self.tls.as_ref()?.peer_certificates()?.first()?;
        tls::identity(certificate, by)
    }

    /// Whether a blocked handshake waits for room to write.
    pub fn wants_write(&self) -> bool {
        !self.tickets && self.tls.as_ref().is_some_and(|tls| tls.wants_write())
    }

    /// Appends what has arrived to `into`, as far as the turn goes.
    pub fn read(&mut self, into: &mut Vec<u8>, turn: &mut Turn) -> io::Result<Taken> {
        let mut buffer = [0; limits::READ_BYTES];
        let Some(tls) = &mut self.tls else {
            return receive(&self.socket, &mut buffer, into, turn);
        };
        let before = into.len();
        loop {
            // All that is decrypted first: neither the socket nor the turn knows of it.
            match taken(tls.reader().read(&mut buffer), &buffer, into)? {
                Taken::Some => continue,
                _ if into.len() > before => return Ok(Taken::Some),
                Taken::Blocked => {}
                found => return Ok(found),
            }
            match receive_records(tls, &self.socket, turn)? {
                Taken::Some => {}
                found => return Ok(found),
            }
        }
    }

    /// Reads and forgets, without decrypting: for the end of a connection.
    pub fn discard(&mut self, turn: &mut Turn) -> io::Result<Taken> {
        receive(&self.socket, &mut [0; limits::READ_BYTES], &mut Vec::new(), turn)
    }

    /// Writes as much of `output` as the client takes: whether it was everything.
    pub fn write(&mut self, output: &mut Output) -> io::Result<bool> {
        let Some(tls) = &mut self.tls else {
            while !output.is_empty() {
                match (&*self.socket).write(output.rest()) {
                    Ok(0) => return Err(ErrorKind::WriteZero.into()),
                    Ok(count) => output.consume(count),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            return Ok(true);
        };
        if !self.tickets && !send_records(tls, &self.socket)? {
            return Ok(false);
        }
        while !output.is_empty() {
            self.tickets = false;
            let count = tls.writer().write(output.rest())?;
            output.consume(count);
            if !send_records(tls, &self.socket)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Says that nothing more will be written.
    pub fn finish(&mut self) -> io::Result<()> {
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
            send_records(tls, &self.socket)?;
        }
        self.socket.shutdown(Shutdown::Write)
    }

    /// Ends both directions at once; the poller then reports a loss.
    pub fn abort(&self) {
        let _ = self.socket.shutdown(Shutdown::Both);
    }
}

/// Appends to `into` what a socket without TLS has.
fn receive(
    mut socket: &TcpStream,
    buffer: &mut [u8],
    into: &mut Vec<u8>,
    turn: &mut Turn,
) -> io::Result<Taken> {
    if turn.is_over() {
        return Ok(Taken::Enough);
    }
    let result = socket.read(buffer);
    turn.took(*result.as_ref().unwrap_or(&0));
    taken(result, buffer, into)
}

fn taken(result: io::Result<usize>, buffer: &[u8], into: &mut Vec<u8>) -> io::Result<Taken> {
    match result {
        Ok(0) => Ok(Taken::End),
        Ok(count) => {
            into.extend_from_slice(buffer.get(..count).unwrap_or_default());
            Ok(Taken::Some)
        }
        Err(error) => match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::Interrupted => Ok(Taken::Blocked),
            // TLS without close_notify: many clients end so, and lengths are framed by HTTP.
            ErrorKind::UnexpectedEof => Ok(Taken::End),
            _ => Err(error),
        },
    }
}

fn receive_records(
    tls: &mut ServerConnection,
    mut socket: &TcpStream,
    turn: &mut Turn,
) -> io::Result<Taken> {
    if turn.is_over() {
        return Ok(Taken::Enough);
    }
    match tls.read_tls(&mut socket) {
        Ok(0) => return Ok(Taken::End),
        Ok(count) => turn.took(count),
        Err(error) => match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::Interrupted => return Ok(Taken::Blocked),
            _ => return Err(error),
        },
    }
    if let Err(error) = tls.process_new_packets() {
        // The alert tells the client why; one that does not speak TLS is told in HTTP.
        if !is_not_tls(&error) {
            let _ = send_records(tls, socket);
        }
        return Err(io::Error::new(ErrorKind::InvalidData, error));
    }
    Ok(Taken::Some)
}

/// Writes finished TLS records: whether all of them.
fn send_records(tls: &mut ServerConnection, socket: &TcpStream) -> io::Result<bool> {
    while tls.wants_write() {
        match tls.write_tls(&mut &*socket) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(_) => {}
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock => return Ok(false),
                ErrorKind::Interrupted => {}
                _ => return Err(error),
            },
        }
    }
    Ok(true)
}

/// Whether a failed handshake was none: the client sent something that is not TLS.
pub fn is_plain_text(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    inner.is_some_and(is_not_tls)
}

fn is_not_tls(error: &rustls::Error) -> bool {
    matches!(error, rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType))
}
