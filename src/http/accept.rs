//! Accepting clients, within caps, also when the system has no room for one more.

use std::io::{ErrorKind, Write};
use std::net::{IpAddr, TcpStream};
use std::sync::Arc;

use rustls::ServerConnection;

use super::conn::{Conn, Surroundings};
use super::connections::Connections;
use super::link::Link;
use super::listener::Listener;
use super::options::Options;
use crate::limits;

/// Where clients come in and where they go.
pub struct House {
    /// Where they come in.
    pub listener: Listener,
    /// Those that are in.
    pub connections: Connections,
    /// What they have around them.
    pub around: Arc<Surroundings>,
}

/// Accepts the clients that wait at one socket, up to a batch. Returns true if more may wait.
pub fn accept(house: &House, token: u64) -> bool {
    let listener = &house.listener;
    for _ in 0..limits::ACCEPT_BATCH {
        match listener.next(token) {
            None => return false,
            Some(Ok((socket, peer))) => welcome(house, socket, peer),
            Some(Err(error)) => match error.kind() {
                ErrorKind::WouldBlock => return false,
                // The client went while it waited.
                ErrorKind::ConnectionAborted
                | ErrorKind::ConnectionReset
                | ErrorKind::Interrupted => {}
                _ => {
                    listener.overloaded(2, &format!("{error}"));
                    if !house.connections.evict() {
                        listener.drop_one(token);
                        listener.pause();
                        return false;
                    }
                }
            },
        }
    }
    true
}

fn welcome(house: &House, socket: TcpStream, peer: IpAddr) {
    let listener = &house.listener;
    if !listener.enter(peer, &house.around.rules.options) {
        listener.overloaded(0, "too many connections from one address");
        return turn_away(socket, &house.around.rules.options);
    }
    if house.connections.len() >= listener.max_connections {
        listener.overloaded(1, "too many connections");
        if !house.connections.evict() {
            listener.left(peer);
            return turn_away(socket, &house.around.rules.options);
        }
    }
    let tls =
        house.around.rules.options.tls.as_ref().map(|tls| ServerConnection::new(tls.config()));
    let Ok(tls) = tls.transpose() else {
        log::error!("{peer}: connection dropped: no TLS session could be made");
        return listener.left(peer);
    };
    let link = Link::new(Arc::new(socket), tls);
    let around = Arc::clone(&house.around);
    let conn = house.connections.add(|token| Conn::new(token, peer, link, around));
    listener.count();
    conn.start();
}

/// Tells a client why it is not served, as far as that goes without waiting.
fn turn_away(mut socket: TcpStream, options: &Options) {
    const BUSY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n\
        Content-Length: 0\r\nConnection: close\r\n\r\n";
    // A handshake only to say no would cost more than serving.
    if options.tls.is_none() {
        let _ = socket.write(BUSY);
    }
}
